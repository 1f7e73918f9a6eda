"""
Who can be drawn in a round, by the register as it stands: what a commitment is about to freeze.

The pool must be the one the plan was solved for; where the register has moved since, the commitment is refused and the
plan solved again, never patched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.allocation_rows import load_cells, load_drawn_so_far, load_year
from models.draw_rows import StoredRound, newest_entry
from models.firm_replacement_rows import newest_alone
from models.registry_rows import load_frame, load_tasks
from models.risk_rows import load_classification
from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.allocation.problem import tasks_with_a_round
from scheduler.allocation.strata import DrawnSoFar, Strata, TaskSets, build_strata, capped, task_sets
from scheduler.draw.files import ClassColumns
from scheduler.draw.quotas import check_cells
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import RoundKind
from scheduler.registry.frame import Dates, Frame, Ids, Mask
from scheduler.risk.classify import StoredClassification
from scheduler.workflow.plan_inputs import recent_firms
from scheduler.workflow.workspace import Workspace

OUT_STATUS, OUT_TYPE, OUT_NO_TASK, OUT_VISITED = "out:status", "out:type", "out:no-task", "out:visited"
OUT_RECENT = "out:recent"

Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPool:
    """
    The pool of a round and all that decided it.

    Attributes
    ----------
    frame, classification
        Register and classification.
    disposition
        Index into `labels` of each firm of the frame, shape (n,); strata come first in `labels`.
    labels
        Strata, ascending, then reasons why a firm is not in the pool.
    num_strata
        Number of strata.
    cells
        The plan's cells of the round.
    recent, inspected_on
        Firms that the policy leaves out because they were inspected lately, and the day of the last inspection.
    """

    frame: Frame
    classification: StoredClassification
    disposition: Indices
    labels: tuple[str, ...]
    num_strata: int
    cells: tuple[Cell, ...]
    recent: Mask
    inspected_on: Dates

    @property
    def strata(self) -> tuple[str, ...]:
        """Names of the strata, ascending."""
        return self.labels[: self.num_strata]

    @property
    def firm_id(self) -> Ids:
        """Ids of the firms in the pool, ascending, shape (m,)."""
        return self.frame.firm_id[self.disposition < self.num_strata]

    @property
    def stratum(self) -> Indices:
        """Index of the stratum of each firm in the pool, shape (m,)."""
        return self.disposition[self.disposition < self.num_strata]

    @property
    def classes(self) -> ClassColumns:
        """The classification as the register's table writes it."""
        stored = self.classification
        ratings, rating_texts = stored.rating_cells()
        return ClassColumns(
            firm_id=stored.firm_id,
            bins=stored.bins,
            direct=stored.direct,
            score=stored.score,
            tier=stored.tier,
            rule=stored.rule,
            tiers=stored.scorecard.tiers,
            rules=tuple(rule.name for rule in stored.scorecard.direct),
            ratings=ratings,
            rating_texts=rating_texts,
            override=stored.override,
        )


def round_pool(connection: sa.Connection, workspace: Workspace, entry: StoredRound) -> RoundPool:
    """
    Pool of a round, by the register, the classification and the draws of the year as they stand.

    Raises
    ------
    StateError
        If the classification does not cover the firms, or the plan was solved for other ones or for less than is owed.
    """
    year = workspace.settings.year.year
    _refuse_solved_before(connection, year)
    frame = load_frame(connection)
    classification = load_classification(connection)
    if classification is None:
        raise StateError(_("the firms are not classified yet; run “double-random classify”"))
    tier = _tiers(frame, classification)
    drawn = load_drawn_so_far(connection, year)
    cells = load_cells(connection, entry.round_id)
    recent = np.zeros(len(frame), dtype=np.bool_)
    inspected_on = np.full(len(frame), "NaT", dtype="datetime64[D]")
    if entry.kind is RoundKind.OPEN:
        disposition, labels, num_strata = _open_dispositions(frame, workspace, drawn)
    else:
        recent, inspected_on = recent_firms(connection, workspace.settings, frame, tier)
        spared = recent | capped(frame, drawn, workspace.settings.visits.yearly_cap)
        sets = _waiting_sets(connection, frame, year, drawn, spared)
        strata = build_strata(frame, tier, classification.scorecard.tiers, sets)
        disposition, labels, num_strata = _targeted_dispositions(frame, sets, strata, recent)
    pool = RoundPool(
        frame=frame,
        classification=classification,
        disposition=disposition,
        labels=labels,
        num_strata=num_strata,
        cells=cells,
        recent=recent,
        inspected_on=inspected_on,
    )
    _check(pool, entry)
    return pool


def _refuse_solved_before(connection: sa.Connection, year: int) -> None:
    """Refuses a plan that was solved before a firm was withdrawn for which nobody came: its visit is owed again."""
    draw_id, number = newest_alone(connection, year)
    if number > newest_entry(connection, "plan solve"):
        raise StateError(
            _(
                "a firm of draw {draw_id} was withdrawn and nobody came for it, so that its visit is owed again; run "
                "“double-random plan solve”"
            ).format(draw_id=draw_id)
        )


def _waiting_sets(connection: sa.Connection, frame: Frame, year: int, drawn: DrawnSoFar, spared: Mask) -> TaskSets:
    """Tasks each firm can still be visited for, as the plan's programme saw them."""
    tasks = load_tasks(connection, year)
    plan = load_year(connection, year)
    return task_sets(frame, tasks, drawn, tasks_with_a_round(tasks, plan) if plan else None, spared)


def _tiers(frame: Frame, classification: StoredClassification) -> npt.NDArray[np.int8]:
    """Tier of each firm, -1 where the classification does not know it; every firm in operation must be known."""
    place = np.searchsorted(classification.firm_id, frame.firm_id)
    place = np.minimum(place, max(len(classification.firm_id) - 1, 0))
    known = np.zeros(len(frame), dtype=np.bool_)
    tier = np.full(len(frame), -1, dtype=np.int8)
    if len(classification.firm_id):
        known = np.asarray(classification.firm_id[place] == frame.firm_id)
        tier[known] = classification.tier[place[known]]
    missing = int(np.count_nonzero(frame.operating() & ~known))
    if missing:
        raise StateError(
            _("{number} firms in operation are not classified yet; run “double-random classify”").format(number=missing)
        )
    return tier


def _open_dispositions(frame: Frame, workspace: Workspace, drawn: DrawnSoFar) -> tuple[Indices, tuple[str, ...], int]:
    """Open round: every enterprise that was not drawn before with a visit that counts."""
    labels = (OPEN_STRATUM, OUT_STATUS, OUT_TYPE, OUT_VISITED)
    positions = frame.positions(drawn.firm_id[drawn.counting])
    visited = np.zeros(len(frame), dtype=np.bool_)
    visited[positions[positions >= 0]] = True
    target = np.logical_or.reduce([frame.of_type(code) for code in workspace.settings.target.object_types])
    disposition = np.select([~frame.operating(), ~target, visited], [1, 2, 3], default=0)
    return disposition.astype(np.int32), labels, 1


def _targeted_dispositions(
    frame: Frame, sets: TaskSets, strata: Strata, recent: Mask
) -> tuple[Indices, tuple[str, ...], int]:
    """Targeted round: every firm that can still be visited for a task, by stratum."""
    num_strata = len(strata.keys)
    labels = (*strata.keys, OUT_STATUS, OUT_NO_TASK, OUT_RECENT, OUT_VISITED)
    reasons = np.select(
        [~frame.operating(), ~sets.in_range.any(axis=0), recent],
        [num_strata, num_strata + 1, num_strata + 2],
        num_strata + 3,
    )
    disposition = np.where(strata.firm_stratum >= 0, strata.firm_stratum, reasons)
    return disposition.astype(np.int32), labels, num_strata


def _check(pool: RoundPool, entry: StoredRound) -> None:
    sizes = np.bincount(pool.stratum, minlength=pool.num_strata).tolist()
    firms = {name: size for name, size in zip(pool.strata, sizes, strict=True) if size}
    if not firms:
        raise StateError(_("round {round} has nobody to draw from").format(round=entry.number))
    if not pool.cells:
        raise StateError(
            _("round {round} is not solved yet; run “double-random plan solve”").format(round=entry.number)
        )
    try:
        check_cells(entry.kind, pool.cells, firms)
    except ValueError as error:
        raise StateError(
            _("the plan does not fit the register as it stands ({error}); run “double-random plan solve”").format(
                error=error
            )
        ) from error


def planned_package(kind: RoundKind, cells: Sequence[Cell]) -> str:
    """Package of an open round; empty in a targeted one, whose visits differ."""
    return cells[0].package if kind is RoundKind.OPEN else ""
