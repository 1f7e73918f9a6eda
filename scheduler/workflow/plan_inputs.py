"""What solving and showing a plan read from the store, in the pure rooms' terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.allocation_rows import load_drawn_so_far
from models.registry_rows import load_frame, load_items, load_last_inspections, load_officers, load_tasks
from models.risk_rows import load_classification
from scheduler.allocation.capacity import Post, departments_of
from scheduler.allocation.cells import Cell
from scheduler.allocation.packages import hours_of_visit
from scheduler.allocation.problem import PlanPolicy
from scheduler.allocation.strata import DrawnSoFar, recently_inspected
from scheduler.allocation.summary import PlanSummary, summarise
from scheduler.allocation.target import PlannedRound, target_firms
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import OBJECT_TYPES
from scheduler.registry.frame import Dates, Frame, Mask
from scheduler.registry.items import InspectionItem, Task
from scheduler.risk.classify import StoredClassification
from scheduler.teams.roster import Officer
from scheduler.workflow.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """What the store knows that a solve needs; whom a policy leaves out as inspected lately follows from the days."""

    frame: Frame
    tier: npt.NDArray[np.int8]
    tasks: tuple[Task, ...]
    items: tuple[InspectionItem, ...]
    officers: tuple[Officer, ...]
    drawn: DrawnSoFar
    inspected_on: Dates


def load_plan_inputs(connection: sa.Connection, settings: Settings) -> PlanInputs:
    """
    Reads everything a plan is solved and summed up from.

    Raises
    ------
    StateError
        If the firms are not classified, not all of them, or into other tiers than the policy's.
    """
    classification = load_classification(connection)
    if classification is None:
        raise StateError(_("the firms are not classified yet; run “double-random classify”"))
    if classification.scorecard.tiers != settings.tiers.codes:
        raise StateError(
            _(
                "expected tiers {policy} as in the policy, got a classification into {scorecard}; make them agree"
            ).format(policy=", ".join(settings.tiers.codes), scorecard=", ".join(classification.scorecard.tiers))
        )
    frame = load_frame(connection)
    tier = firm_tiers(frame, classification)
    return PlanInputs(
        frame=frame,
        tier=tier,
        inspected_on=load_last_inspections(connection, frame, settings.year.base_date),
        tasks=load_tasks(connection, settings.year.year),
        items=load_items(connection),
        officers=load_officers(connection),
        drawn=load_drawn_so_far(connection, settings.year.year),
    )


def recent_firms(
    connection: sa.Connection, settings: Settings, frame: Frame, tier: npt.NDArray[np.int8]
) -> tuple[Mask, Dates]:
    """Firms that the policy leaves out because they were inspected lately, and the day of each firm's inspection."""
    if not settings.visits.lookback_months:
        return np.zeros(len(frame), dtype=np.bool_), np.full(len(frame), "NaT", dtype="datetime64[D]")
    inspected_on = load_last_inspections(connection, frame, settings.year.base_date)
    return left_out_lately(settings, tier, inspected_on), inspected_on


def left_out_lately(settings: Settings, tier: npt.NDArray[np.int8], inspected_on: Dates) -> Mask:
    """Whether the policy leaves each firm out because of the day of its last inspection, shape (n,)."""
    visits = settings.visits
    recent = recently_inspected(inspected_on, settings.year.base_date, visits.lookback_months)
    exempt = [settings.tiers.codes.index(code) for code in visits.lookback_except if code in settings.tiers.codes]
    return np.asarray(recent & ~np.isin(tier, exempt))


def firm_tiers(frame: Frame, classification: StoredClassification) -> npt.NDArray[np.int8]:
    """
    Tier of each firm of the register, -1 where the classification does not know it, shape (n,).

    Raises
    ------
    StateError
        If a firm in operation has none.
    """
    tier = np.full(len(frame), -1, dtype=np.int8)
    positions = frame.positions(classification.firm_id)
    known = positions >= 0
    tier[positions[known]] = classification.tier[known]
    missing = int(np.count_nonzero(frame.operating() & (tier < 0)))
    if missing:
        raise StateError(
            _("{number} firms in operation are not classified yet; run “double-random classify”").format(number=missing)
        )
    return tier


def count_enterprises(connection: sa.Connection, settings: Settings) -> dict[str, int]:
    """N by district: firms of the target's types in operation that existed on the base date; codes ascending."""
    frame = load_frame(connection)
    later = frame.established_on > np.datetime64(settings.year.base_date, "D")
    counted = target_firms(frame, settings.target) & ~later
    if not counted.any():
        raise StateError(_("the register has no enterprise in operation to plan for; import firms first"))
    numbers = np.bincount(frame.district[counted], minlength=len(frame.district_codes)).tolist()
    return {code: number for code, number in sorted(zip(frame.district_codes, numbers, strict=True)) if number}


def plan_policy(settings: Settings) -> PlanPolicy:
    """The parts of the settings that the programme obeys."""
    return PlanPolicy(
        bureau=settings.bureau.code,
        target=settings.target,
        tiers=settings.tiers,
        rates=settings.rates,
        capacity=settings.capacity,
        precision=settings.precision,
        visits=settings.visits,
    )


def officers_on_duty(officers: Sequence[Officer], entry: PlannedRound) -> dict[Post, int]:
    """Officers by post who can inspect on a round's last day (specification, section 8.1)."""
    numbers: dict[Post, int] = {}
    for officer in officers:
        if officer.active and not officer.expert and officer.certified_on(entry.ends_on):
            post = Post(officer.district, officer.department, tuple(sorted(officer.specialities)))
            numbers[post] = numbers.get(post, 0) + 1
    return numbers


def plan_summary(
    settings: Settings,
    rounds: Sequence[PlannedRound],
    cells: Mapping[int, Sequence[Cell]],
    inputs: PlanInputs,
) -> PlanSummary:
    """Sums up the cells of a year's rounds, by round number."""
    frame, codes = inputs.frame, settings.tiers.codes
    operating = np.flatnonzero(frame.operating())
    groups, numbers = np.unique(
        np.stack([frame.district[operating], frame.object_type[operating], inputs.tier[operating]]),
        axis=1,
        return_counts=True,
    )
    firms = {
        (frame.district_codes[district], str(OBJECT_TYPES[kind]), codes[tier]): number
        for district, kind, tier, number in zip(*groups.tolist(), numbers.tolist(), strict=True)
    }
    tasks = {task.task_id: task for task in inputs.tasks}
    items = {item.item_id: item for item in inputs.items}
    return summarise(
        rounds,
        cells,
        firms,
        counted_types=settings.target.object_types,
        full_coverage=frozenset(task_id for task_id, task in tasks.items() if task.full_coverage),
        tiers=codes,
        rates={tier: float(settings.tiers.expected_findings[tier]) for tier in codes},
        departments_of=cache(lambda task_ids: departments_of([tasks[task_id] for task_id in task_ids], items)),
        hours_of=lambda task_ids, district: hours_of_visit(task_ids, tasks, items, settings.capacity, district),
        officers={entry.number: officers_on_duty(inputs.officers, entry) for entry in rounds},
        capacity=settings.capacity,
    )
