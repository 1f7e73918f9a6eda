"""The unknowns x[h,v,r]: expected visits to stratum h serving package v in round r, as columns of the programme."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from scheduler.allocation.matrix import Floats
from scheduler.allocation.packages import Package, hours_of_visit, mixed, packages
from scheduler.allocation.problem import Problem
from scheduler.allocation.strata import Stratum
from scheduler.registry.frame import Integers, Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """
    All columns, in ascending order of (stratum, round, package), shape (n,) each.

    Attributes
    ----------
    package
        The package of each column.
    stratum, entry
        Index of its stratum, and of its round among the rounds still to draw.
    counting, rest, compulsory, discretionary
        What the package is.
    hours, findings
        Officer-hours and expected findings of one visit.
    limit
        Greatest number of ordinary visits in the column's stratum and round that rounding can never take above the
        firms there are (`scheduler.allocation.packages`).
    scheduled
        Compulsory visits of the column's stratum in its round; -1 where it owes none there.
    """

    package: tuple[Package, ...]
    stratum: Integers
    entry: Integers
    counting: Mask
    rest: Mask
    compulsory: Mask
    discretionary: Mask
    hours: Floats
    findings: Floats
    limit: Integers
    scheduled: Integers

    def __len__(self) -> int:
        return len(self.package)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """Packages of one stratum in one round."""

    stratum: int
    entry: int
    packages: tuple[Package, ...]
    scheduled: int

    def limit(self, num_firms: int) -> int:
        room = num_firms if self.scheduled < 0 else self.scheduled
        return room - 1 if mixed(self.packages) else room


def make_columns(problem: Problem) -> Columns:
    """Lists the columns of a problem."""
    slots = _slots(problem)
    flat = [package for slot in slots for package in slot.packages]
    repeat = np.array([len(slot.packages) for slot in slots], dtype=np.int64)
    strata = problem.strata.strata
    stratum = _spread([slot.stratum for slot in slots], repeat)
    expected = problem.policy.tiers.expected_findings
    per_task = np.array([float(expected[stratum.tier]) for stratum in strata], dtype=np.float64)
    hours = cache(
        lambda task_ids, district: hours_of_visit(
            task_ids, problem.tasks, problem.items, problem.policy.capacity, district
        )
    )
    return Columns(
        package=tuple(flat),
        stratum=stratum,
        entry=_spread([slot.entry for slot in slots], repeat),
        counting=_flags([package.counting for package in flat]),
        rest=_flags([package.rest for package in flat]),
        compulsory=_flags([package.compulsory for package in flat]),
        discretionary=_flags([package.discretionary for package in flat]),
        hours=np.array(
            [
                hours(package.task_ids, strata[index].district)
                for package, index in zip(flat, stratum.tolist(), strict=True)
            ],
            dtype=np.float64,
        ),
        findings=per_task[stratum] * np.array([len(package.task_ids) for package in flat], dtype=np.float64),
        limit=_spread([slot.limit(strata[slot.stratum].num_firms) for slot in slots], repeat),
        scheduled=_spread([slot.scheduled for slot in slots], repeat),
    )


def _slots(problem: Problem) -> list[_Slot]:
    """Every stratum and round in which a visit can be made."""
    counted = set(problem.policy.target.object_types)
    known = cache(
        lambda owed, task_ids, entry, counts, alone: packages(
            owed, *_chains(problem, task_ids, entry, counts), counts=counts, alone=alone
        )
    )
    slots = []
    for index, stratum in enumerate(problem.strata.strata):
        counts = stratum.object_type in counted
        for entry in range(len(problem.rounds)):
            owed, scheduled = _owed(problem, stratum, entry)
            if stratum.key in problem.schedule and not owed:
                continue
            room = stratum.num_firms if scheduled < 0 else scheduled
            found = known(owed, stratum.task_ids, entry, counts, room <= 1)
            if found:
                slots.append(_Slot(stratum=index, entry=entry, packages=found, scheduled=scheduled))
    return slots


def _owed(problem: Problem, stratum: Stratum, entry: int) -> tuple[tuple[str, ...], int]:
    """Full-coverage tasks of the compulsory visit of a stratum in a round, and how many such visits are scheduled."""
    number = problem.rounds[entry].number
    for visit in problem.schedule.get(stratum.key, ()):
        if number in visit.visits:
            return visit.task_ids, visit.visits[number]
    return (), -1


def _chains(
    problem: Problem, task_ids: tuple[str, ...], entry: int, counts: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Chains G and O of a set of tasks in a round, the broadest range first.

    G is empty where its visits would count but the round has none to make.
    """
    items = tuple(problem.items.values())
    found = [
        problem.tasks[task_id]
        for task_id in task_ids
        if task_id in problem.limits and problem.rounds[entry].overlaps(problem.tasks[task_id])
    ]
    found.sort(key=lambda task: (-problem.limits[task.task_id].num_in_range, task.task_id))
    not_counting = problem.policy.target.not_counting
    general = tuple(task.task_id for task in found if task.is_general(items) and task.task_id not in not_counting)
    other = tuple(task.task_id for task in found if task.task_id not in general)
    return (() if counts and not problem.rounds[entry].counting_visits else general), other


def _spread(values: list[int], repeat: Integers) -> Integers:
    return np.repeat(np.array(values, dtype=np.int64), repeat)


def _flags(values: list[bool]) -> npt.NDArray[np.bool_]:
    return np.array(values, dtype=np.bool_)
