"""
Tells why a firm was drawn or was not, round by round, from the frozen files.

For the firm itself there is a value of its own, in whose type tier, stratum, chance and salt have no place; what an
auditor reads holds them, is internal, and is logged. Nobody is told a day or a team here: visits come unannounced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from models.draw_rows import StoredDraw, StoredRound, load_draws, load_rounds
from models.registry_rows import load_firm_labels
from scheduler.audit.context import Draw, positions_of
from scheduler.audit.standing import Standing, standing_of
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.registry.text import typed_code
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.stored_record import LOT_FILES, stored_draw
from scheduler.workflow.workspace import Workspace

DRAWN, NOT_DRAWN, WAITING, VOIDED, UNKNOWN, NOT_LISTED = (
    "drawn",
    "not_drawn",
    "waiting",
    "voided",
    "unknown",
    "not_listed",
)
OUT_STATUS, OUT_TYPE, OUT_OTHER = "out_status", "out_type", "out_other"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRound:
    """
    One draw as the firm may know it: what the public record says, put together.

    Attributes
    ----------
    draw_id, kind, committed_on, drawn_on, void_reason
        The draw; days as ISO text, empty where there is none.
    state
        ``drawn``, ``not_drawn``, ``waiting`` (committed to, not drawn), ``voided``, ``unknown`` (not on the register
        then), ``not_listed`` (a list drawn elsewhere), or why it was not in the pool: ``out_status``, ``out_type``,
        ``out_other``. The last tells no more than the list of the pool does, on purpose: a closer reason could tell the
        firm how it is classed.
    pool_firms, pool_drawn
        Firms in the pool, and how many were drawn.
    ticket, rank
        Its ticket and the place of it, in an open round alone, where anybody can compute them; empty and 0 otherwise.
    tasks
        Names of the tasks it was drawn for, by id.
    """

    draw_id: str
    kind: str
    committed_on: str
    drawn_on: str
    void_reason: str
    state: str
    pool_firms: int = 0
    pool_drawn: int = 0
    ticket: str = ""
    rank: int = 0
    tasks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorRound:
    """The same for the auditor, with where the firm stood; None for a list drawn elsewhere."""

    told: FirmRound
    standing: Standing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmAnswer:
    """For the firm: its rounds, in order, and those still to come (number, first day)."""

    firm_id: str
    firm_name: str
    rounds: tuple[FirmRound, ...]
    coming: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorAnswer:
    """For the auditor: all of it, with the mark of internal output."""

    firm_id: str
    firm_name: str
    rounds: tuple[AuditorRound, ...]
    coming: tuple[tuple[int, str], ...]
    mark: InternalMark


def explain_to_firm(workspace: Workspace, firm_id: str) -> FirmAnswer:
    """
    What the firm may know of its draws.

    Raises
    ------
    StateError
        If nobody knows such a firm.
    """
    wanted = typed_code(firm_id)
    with workspace.transaction() as connection:
        name, rounds, coming = _explain(connection, workspace, wanted)
    return FirmAnswer(firm_id=wanted, firm_name=name, rounds=tuple(entry.told for entry in rounds), coming=coming)


def explain_to_auditor(workspace: Workspace, firm_id: str) -> AuditorAnswer:
    """
    All there is to know of a firm's draws; logged, because it is internal.

    Raises
    ------
    StateError
        If nobody knows such a firm.
    """
    wanted = typed_code(firm_id)
    with workspace.transaction() as connection:
        name, rounds, coming = _explain(connection, workspace, wanted)
        mark = mark_internal(connection, workspace, "audit explain", {"firm_id": wanted})
    return AuditorAnswer(firm_id=wanted, firm_name=name, rounds=rounds, coming=coming, mark=mark)


def _explain(
    connection: sa.Connection, workspace: Workspace, firm_id: str
) -> tuple[str, tuple[AuditorRound, ...], tuple[tuple[int, str], ...]]:
    year = workspace.settings.year.year
    known = load_firm_labels(connection, [firm_id])
    rounds = {entry.round_id: entry for entry in load_rounds(connection, year)}
    draws = load_draws(connection, year)
    told = []
    for number, stored in enumerate(draws):
        workspace.progress.report(_("Looking the firm up in the draws"), number, len(draws))
        told.append(explain_round(connection, rounds[stored.round_id], stored, firm_id))
    workspace.progress.report(_("Looking the firm up in the draws"), 1, 1)
    if firm_id not in known and all(entry.told.state in (UNKNOWN, NOT_LISTED, VOIDED) for entry in told):
        raise StateError(
            _("firm {firm_id}: expected a firm of the register, got a code nobody knows; check the code").format(
                firm_id=firm_id
            )
        )
    begun = {stored.round_id for stored in draws if stored.status != DrawStatus.VOIDED}
    coming = [
        (entry.number, entry.starts_on.isoformat())
        for entry in rounds.values()
        if entry.round_id not in begun and entry.kind is not RoundKind.EXTERNAL
    ]
    return known.get(firm_id, ("", ""))[0], tuple(told), tuple(coming)


def explain_round(connection: sa.Connection, entry: StoredRound, stored: StoredDraw, firm_id: str) -> AuditorRound:
    """Where a firm stood in one attempt. Internal, but for the part of it that is told the firm."""
    draw = stored_draw(connection, stored, (*LOT_FILES, "tasks.tsv"))
    standing = None if entry.kind is RoundKind.EXTERNAL else standing_of(draw, firm_id)
    package = _listed(draw, firm_id) if standing is None else standing.package
    state = _state(stored, standing, package)
    is_public = standing is not None and standing.ticket is not None and entry.kind is RoundKind.OPEN
    ticket = standing.ticket if is_public and standing is not None else None
    told = FirmRound(
        draw_id=stored.draw_id,
        kind=str(entry.kind),
        committed_on="" if standing is None else stored.committed_on.isoformat(),
        drawn_on=stored.drawn_on.isoformat() if stored.drawn_on else "",
        void_reason=stored.void_reason,
        state=state,
        pool_firms=standing.pool_firms if standing else 0,
        pool_drawn=standing.pool_drawn if standing else 0,
        ticket=ticket.ticket if ticket else "",
        rank=ticket.rank if ticket else 0,
        tasks=_tasks(draw, package),
    )
    return AuditorRound(told=told, standing=standing)


def _state(stored: StoredDraw, standing: Standing | None, package: str) -> str:
    if stored.status == DrawStatus.VOIDED:
        return VOIDED
    if package:
        return DRAWN
    if standing is None:
        return NOT_LISTED
    if not standing.disposition:
        return UNKNOWN
    if not standing.in_pool:
        return {"out:status": OUT_STATUS, "out:type": OUT_TYPE}.get(standing.disposition, OUT_OTHER)
    return NOT_DRAWN if stored.drawn_on else WAITING


def _listed(draw: Draw, firm_id: str) -> str:
    """Package of a firm in a list drawn elsewhere."""
    drawn = draw.drawn()
    at = int(positions_of(drawn.firm_id, np.array([firm_id.encode("ascii", "replace")], dtype="S18"))[0])
    return drawn.package.text(at) if at >= 0 else ""


def _tasks(draw: Draw, package: str) -> dict[str, str]:
    """Names of the tasks of a package, as the draw froze them; a list drawn elsewhere froze none."""
    wanted = [task_id for task_id in package.split("+") if task_id]
    names: dict[str, str] = {}
    if wanted and draw.has("tasks.tsv"):
        names = dict(draw.table("tasks.tsv").rows("task_id", "name"))  # type: ignore[arg-type]
    return {task_id: names.get(task_id, "") for task_id in wanted}
