"""Simulates a round of the workspace, or of the folder of a record, with many seeds. Nothing is drawn or changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.draw_rows import load_draws
from scheduler.allocation.plan import round_id_of
from scheduler.audit.context import Draw
from scheduler.audit.formats.words import DRAW_ID
from scheduler.audit.record import FolderSource, open_record
from scheduler.audit.simulation.checks import SimulationReport
from scheduler.audit.simulation.lot import Lot, load_lot
from scheduler.audit.simulation.run import simulate, usual_draws
from scheduler.errors import RecordError, StateError
from scheduler.i18n import gettext as _
from scheduler.progress import Progress
from scheduler.workflow.commitments import standing_draw
from scheduler.workflow.internal import InternalMark, mark_internal, unlogged_mark
from scheduler.workflow.stored_record import stored_draw
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """
    A round simulated.

    Attributes
    ----------
    report
        Every test and the verdict.
    district_names
        Chinese and English name of each district, by code.
    mark
        Mark of internal output; None for an open round, which tells nothing that is not public.
    """

    report: SimulationReport
    district_names: Mapping[str, tuple[str, str]]
    mark: InternalMark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationSize:
    """
    How much is simulated.

    Attributes
    ----------
    num_draws
        Number of seeds; None for as many as about a minute allows.
    series
        Another number derives other seeds.
    level
        How often a fair draw may be called unfair.
    """

    num_draws: int | None
    series: int
    level: float


def simulate_round(workspace: Workspace, round_number: int, size: SimulationSize) -> Simulation:
    """
    Simulates the attempt of a round that stands; of a targeted round it is logged, because strata are internal.

    Raises
    ------
    StateError
        If the round is not committed to.
    """
    with workspace.transaction() as connection:
        draws = load_draws(connection, workspace.settings.year.year)
        stored = standing_draw(draws, round_id_of(workspace.settings.year.year, round_number))
        if stored is None:
            raise StateError(
                _("round {round} is not committed to; run “double-random draw commit {round}” first").format(
                    round=round_number
                )
            )
        draw = stored_draw(connection, stored)
    lot = load_lot(draw)
    report = _simulate(lot, size, workspace.progress)
    mark = None
    if not lot.is_open:
        detail = {"draw_id": lot.draw_id, "num_draws": report.num_draws, "series": size.series, "fits": report.fits}
        with workspace.transaction() as connection:
            mark = mark_internal(connection, workspace, "audit simulate", detail)
    names = {entry.code: (entry.name, entry.name_en) for entry in workspace.settings.districts}
    return Simulation(report=report, district_names=names, mark=mark)


def simulate_record(
    folder: Path, round_number: int, size: SimulationSize, *, actor: str, at: str, progress: Progress
) -> Simulation:
    """
    Simulates a round's last attempt from a record; an open round from a public one too.

    Parameters
    ----------
    actor, at
        Who simulates, self-declared, and when, for the mark of internal output.

    Raises
    ------
    RecordError
        If the record cannot be read, or has no draw of the round, or does not hold what drawing needs.
    """
    record = open_record(FolderSource(folder))
    found = [name.split("/")[1] for name in record.source.names() if name.startswith("draws/")]
    attempts = sorted(
        (int(one[3]), one[0])
        for one in map(DRAW_ID.fullmatch, set(found))
        if one is not None and int(one[0].split("-")[1]) == round_number
    )
    if not attempts:
        raise RecordError(
            _("{path}: expected a draw of round {round}, got a record without").format(path=folder, round=round_number)
        )
    lot = load_lot(Draw(draw_id=attempts[-1][1], record=record))
    names = {entry["code"]: (entry["name"], entry["name_en"]) for entry in record.document("year.json")["districts"]}
    report = _simulate(lot, size, progress)
    return Simulation(report=report, district_names=names, mark=None if lot.is_open else unlogged_mark(actor, at))


def _simulate(lot: Lot, size: SimulationSize, progress: Progress) -> SimulationReport:
    words = _("Drawing {draw_id} with other seeds").format(draw_id=lot.draw_id)
    return simulate(
        lot,
        size.num_draws or usual_draws(len(lot)),
        series=size.series,
        level=size.level,
        tell=lambda done, total: progress.report(words, done, total),
    )
