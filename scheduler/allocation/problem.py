"""
What the programme is asked: strata, rounds still to draw, limits of the tasks, officers' time, policy.

Everything the model needs is worked out here once, in whole numbers where the limits are whole, so that the model
itself (`scheduler.allocation.model`) is mathematics alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scheduler.allocation.capacity import Hours, Post, Resource, officer_hours, resources
from scheduler.allocation.policy import (
    CapacityPolicy,
    PrecisionPolicy,
    RatesPolicy,
    TargetPolicy,
    TiersPolicy,
    VisitsPolicy,
)
from scheduler.allocation.schedule import CompulsoryVisit, compulsory_visits
from scheduler.allocation.strata import DrawnSoFar, Strata, TaskSets, build_strata, capped, task_sets
from scheduler.allocation.target import PlannedRound, open_package, target_firms
from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.parameters import micro
from scheduler.registry.codes import RoundKind
from scheduler.registry.frame import Frame, Mask
from scheduler.registry.items import MICRO, InspectionItem, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPolicy:
    """The parts of the policy that the programme obeys, and the bureau's code."""

    bureau: str
    target: TargetPolicy
    tiers: TiersPolicy
    rates: RatesPolicy
    capacity: CapacityPolicy
    precision: PrecisionPolicy = field(default_factory=PrecisionPolicy)
    visits: VisitsPolicy = field(default_factory=VisitsPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLimits:
    """
    What is still free of a discretionary task's year.

    Attributes
    ----------
    least, greatest
        Visits still to make, and still allowed.
    num_in_range, num_free
        Firms in its range, and those among them that can still be visited for it.
    """

    least: int
    greatest: int
    num_in_range: int
    num_free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One question to the programme.

    Attributes
    ----------
    policy
        The planner's limits.
    strata
        The pool, in strata.
    rounds, earlier
        Targeted rounds still to draw, and those drawn already, in order.
    num_targeted
        Targeted rounds of the whole year, over which yearly rates are spread.
    target
        T of the year.
    tasks, items
        By id; tasks that still have a targeted round.
    limits
        Of each discretionary task.
    schedule
        Compulsory visits of each stratum that owes any.
    open_chance
        Chance that an enterprise is drawn in an open round still to come, and then is not free for a targeted one.
    compulsory_room
        Visits to firms that owe full coverage which may still count towards T.
    resources
        Departments and specialities whose hours bind, all officers first.
    officer_hours
        Hours by district and resource for each of `rounds`, the reserve kept.
    """

    policy: PlanPolicy
    strata: Strata
    rounds: tuple[PlannedRound, ...]
    earlier: tuple[PlannedRound, ...] = ()
    num_targeted: int
    target: int
    tasks: Mapping[str, Task]
    items: Mapping[str, InspectionItem]
    limits: Mapping[str, TaskLimits]
    schedule: Mapping[str, tuple[CompulsoryVisit, ...]]
    open_chance: Fraction
    compulsory_room: int
    resources: tuple[Resource, ...]
    officer_hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """
    The plan's year as numbers.

    Attributes
    ----------
    num_enterprises, target
        N and T of the base date.
    rounds
        All rounds, with what each still owes (`scheduler.allocation.target.carry_over`).
    """

    num_enterprises: int
    target: int
    rounds: tuple[PlannedRound, ...]

    def waiting(self, kind: RoundKind) -> tuple[PlannedRound, ...]:
        """Rounds of a kind that are still to draw."""
        return tuple(entry for entry in self.rounds if entry.kind is kind and not entry.drawn)

    def count(self, kind: RoundKind) -> int:
        """Number of rounds of a kind."""
        return sum(entry.kind is kind for entry in self.rounds)


def tasks_with_a_round(tasks: Iterable[Task], year: Year) -> frozenset[str]:
    """Ids of the tasks that a targeted round still to draw can serve."""
    waiting = year.waiting(RoundKind.TARGETED)
    return frozenset(task.task_id for task in tasks if any(entry.overlaps(task) for entry in waiting))


def build_problem(
    frame: Frame,
    tier: npt.NDArray[np.int8],
    *,
    policy: PlanPolicy,
    year: Year,
    tasks: Sequence[Task],
    items: Sequence[InspectionItem],
    officers: Mapping[int, Mapping[Post, int]],
    drawn: DrawnSoFar,
    recent: Mask | None = None,
) -> Problem:
    """
    Works out what the programme is asked from the register, the plan's year and what was drawn.

    Parameters
    ----------
    tier
        Index into the policy's tiers of each firm, shape (n,).
    officers
        For each targeted round still to draw, by its number: officers by post who can inspect on its last day
        (specification, section 8.1).
    recent
        Firms that the policy leaves out because they were inspected lately, shape (n,); None for nobody.

    Raises
    ------
    ValueError
        If a firm of the pool has no tier.
    PolicyError
        If an open round has no task, or a full-coverage task with firms has no targeted round.
    """
    _check_windows(frame, year, tasks)
    still = tasks_with_a_round(tasks, year)
    spared = capped(frame, drawn, policy.visits.yearly_cap)
    sets = task_sets(frame, tasks, drawn, still, spared if recent is None else spared | recent)
    strata = build_strata(frame, tier, policy.tiers.codes, sets)
    rounds = year.waiting(RoundKind.TARGETED)
    full = {task.task_id: task for task in tasks if task.full_coverage and task.task_id in still}
    rounds_of = {
        task_id: frozenset(entry.number for entry in rounds if entry.overlaps(task)) for task_id, task in full.items()
    }
    by_id = {item.item_id: item for item in items}
    wanted = resources(policy.capacity, [task for task in tasks if task.task_id in still], by_id)
    return Problem(
        policy=policy,
        strata=strata,
        rounds=rounds,
        earlier=tuple(entry for entry in year.rounds if entry.kind is RoundKind.TARGETED and entry.drawn),
        num_targeted=year.count(RoundKind.TARGETED),
        target=year.target,
        tasks={task.task_id: task for task in tasks if task.task_id in still},
        items=by_id,
        limits=_task_limits(frame, policy, year, [task for task in tasks if task.task_id in still], items, drawn, sets),
        schedule=compulsory_visits(strata.strata, rounds_of),
        open_chance=_open_chance(frame, policy, year, drawn),
        compulsory_room=_compulsory_room(policy, year, tasks, drawn),
        resources=wanted,
        officer_hours=tuple(
            officer_hours(officers.get(entry.number, {}), entry, year.rounds, policy.capacity, wanted)
            for entry in rounds
        ),
    )


def _compulsory_room(policy: PlanPolicy, year: Year, tasks: Sequence[Task], drawn: DrawnSoFar) -> int:
    """Visits of full coverage that may still count towards the target."""
    full = {task.task_id for task in tasks if task.full_coverage}
    counted = sum(
        bool(counting) and not full.isdisjoint(package.split("+"))
        for package, counting in zip(drawn.package, drawn.counting, strict=True)
    )
    return max(0, micro(policy.target.full_coverage_share) * year.target // MICRO - counted)


def _check_windows(frame: Frame, year: Year, tasks: Iterable[Task]) -> None:
    """Refuses a full-coverage task that no targeted round of the year can serve."""
    targeted = [entry for entry in year.rounds if entry.kind is RoundKind.TARGETED]
    for task in tasks:
        served = any(entry.overlaps(task) for entry in targeted)
        if task.full_coverage and not served and bool(task.range.covers(frame).any()):
            raise PolicyError(
                _(
                    "task {task} asks for full coverage between {starts_on} and {ends_on}: expected a targeted round "
                    "in these days, got none; change the rounds or the task"
                ).format(task=task.task_id, starts_on=task.starts_on, ends_on=task.ends_on)
            )


def _task_limits(
    frame: Frame,
    policy: PlanPolicy,
    year: Year,
    tasks: Sequence[Task],
    items: Sequence[InspectionItem],
    drawn: DrawnSoFar,
    sets: TaskSets,
) -> dict[str, TaskLimits]:
    """
    Free part of each discretionary task's ratios.

    The ratios are of the firms now in its range; of N for a task that reaches every enterprise and so carries T. The
    least one is rounded down to whole visits and the greatest one up, so that 5 % of a single firm forbids nothing and
    asks for nothing. Both are less what was drawn, or will be in open rounds still to come.
    """
    everybody = target_firms(frame, policy.target)
    rows = {task_id: row for row, task_id in enumerate(sets.task_ids)}
    drawn_for = _drawn_by_task(drawn)
    for entry in year.waiting(RoundKind.OPEN):
        for task_id in open_package(frame, policy.target, tasks, items, entry):
            drawn_for[task_id] = drawn_for.get(task_id, 0) + entry.counting_visits
    result = {}
    for task in tasks:
        if task.full_coverage:
            continue
        in_range = sets.in_range[rows[task.task_id]]
        size = int(in_range.sum())
        if bool(np.array_equal(in_range, everybody)):
            size = year.num_enterprises
        num_free = int(sets.left[rows[task.task_id]].sum())
        spent = drawn_for.get(task.task_id, 0)
        result[task.task_id] = TaskLimits(
            least=min(num_free, max(0, task.ratio_min_micro * size // MICRO - spent)),
            greatest=max(0, -(-task.ratio_max_micro * size // MICRO) - spent),
            num_in_range=size,
            num_free=num_free,
        )
    return result


def _drawn_by_task(drawn: DrawnSoFar) -> dict[str, int]:
    result: dict[str, int] = {}
    for package in drawn.package:
        for task_id in package.split("+"):
            result[task_id] = result.get(task_id, 0) + 1
    return result


def _open_chance(frame: Frame, policy: PlanPolicy, year: Year, drawn: DrawnSoFar) -> Fraction:
    """Share of the enterprises that the open rounds still to come will take out of the targeted rounds' pool."""
    taken = sum(entry.counting_visits for entry in year.waiting(RoundKind.OPEN))
    if not taken:
        return Fraction(0)
    everybody = target_firms(frame, policy.target)
    positions = frame.positions(np.unique(drawn.firm_id[drawn.counting]))
    num_firms = int(everybody.sum()) - int(everybody[positions[positions >= 0]].sum())
    return min(Fraction(1), Fraction(taken, max(1, num_firms)))
