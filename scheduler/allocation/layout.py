"""
Where everything stands in the programme: visits first, then the rates of classes, then the hours lent by the bureau.

A **class** is all strata of one object type, tier and set of tasks, wherever they are, in one round: firms that
should have the same chance. Strata that owe a compulsory visit belong to no class, because rates bind discretionary
visits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scheduler.allocation.capacity import Lending, lending
from scheduler.allocation.columns import Columns, make_columns
from scheduler.allocation.matrix import Floats
from scheduler.allocation.policy import Rates
from scheduler.allocation.problem import Problem
from scheduler.allocation.strata import Stratum
from scheduler.registry.codes import ObjectType
from scheduler.registry.frame import Integers, Mask
from scheduler.registry.items import MICRO

_ROUNDING = 1e-4  # millionths of a firm that floating point may add to a whole number of them


@dataclass(frozen=True, slots=True, kw_only=True)
class RateClass:
    """
    One class in one round.

    Attributes
    ----------
    entry
        Index of the round.
    strata
        Indices of its strata, ascending.
    counting
        Whether its firms have packages that count towards T in the round.
    """

    object_type: ObjectType
    tier: int
    task_ids: tuple[str, ...]
    entry: int
    strata: tuple[int, ...]
    counting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    The programme's columns and what is known of strata.

    Attributes
    ----------
    problem, columns
        What is asked, and the visits.
    available
        Firms of each stratum that a targeted round can draw for discretionary visits, shape (k,).
    slot
        For each visit column the number of its (stratum, round) pair, shape (n,).
    slot_stratum, slot_entry, slot_class
        Stratum, round and class of each such pair; class -1 where the stratum owes a compulsory visit.
    limit, floor
        Greatest number of ordinary visits of each such pair, and least number of discretionary ones.
    classes
        In ascending order of (object type, tasks, round, tier).
    class_size
        Firms of each class that can be drawn.
    districts
        Codes of all districts that have firms of the pool or can lend officers, ascending.
    lending
        Arcs of lending; each has a column for every round and resource.
    """

    problem: Problem
    columns: Columns
    available: Floats
    slot: Integers
    slot_stratum: Integers
    slot_entry: Integers
    slot_class: Integers
    limit: Floats
    floor: Floats
    classes: tuple[RateClass, ...]
    class_size: Floats
    districts: tuple[str, ...]
    lending: tuple[Lending, ...]

    @property
    def rate_start(self) -> int:
        """Number of the first rate's column."""
        return len(self.columns)

    @property
    def lent_start(self) -> int:
        """Number of the first column of lent hours; one for each round, resource and arc."""
        return len(self.columns) + len(self.classes)

    @property
    def num_columns(self) -> int:
        """Number of all columns."""
        return self.lent_start + len(self.problem.rounds) * len(self.problem.resources) * len(self.lending)

    def lent_subjects(self) -> list[tuple[str, ...]]:
        """Round, borrower, lender, department and speciality of each column of lent hours."""
        return [
            (str(entry.number), arc.borrower, arc.lender, *resource)
            for entry in self.problem.rounds
            for resource in self.problem.resources
            for arc in self.lending
        ]


def make_layout(problem: Problem) -> Layout:
    """Lays a problem out."""
    columns = make_columns(problem)
    rounds = len(problem.rounds)
    pairs, slot = np.unique(columns.stratum * rounds + columns.entry, return_inverse=True)
    slot_stratum, slot_entry = pairs // rounds, pairs % rounds
    counting = np.zeros(len(pairs), dtype=np.bool_)
    counting[slot[columns.counting]] = True
    limit = np.zeros(len(pairs), dtype=np.float64)
    limit[slot] = columns.limit
    classes, slot_class = _classes(problem, slot_stratum, slot_entry, counting)
    available = _available(problem)
    districts = _districts(problem)
    return Layout(
        problem=problem,
        columns=columns,
        available=available,
        slot=slot.astype(np.int64),
        slot_stratum=slot_stratum,
        slot_entry=slot_entry,
        slot_class=slot_class,
        limit=limit,
        floor=np.minimum(_floors(problem, columns, slot, slot_stratum, counting) * available[slot_stratum], limit),
        classes=classes,
        class_size=np.array([available[list(entry.strata)].sum() for entry in classes], dtype=np.float64),
        districts=districts,
        lending=lending(problem.policy.capacity, problem.policy.bureau, districts),
    )


def rates_of(problem: Problem, stratum: Stratum) -> Rates:
    """Bounds of a stratum's yearly rate."""
    return problem.policy.rates.of(stratum.object_type, stratum.tier, stratum.district, stratum.task_ids)


def _districts(problem: Problem) -> tuple[str, ...]:
    """Districts with firms, and the neighbours that may lend them officers."""
    found = {stratum.district for stratum in problem.strata.strata}
    lenders = {name for district in found for name in problem.policy.capacity.neighbours.get(district, ())}
    return tuple(sorted(found | (lenders - {problem.policy.bureau})))


def _available(problem: Problem) -> Floats:
    counted = set(problem.policy.target.object_types)
    left = 1.0 - float(problem.open_chance)
    firms = np.array(
        [stratum.num_firms * (left if stratum.object_type in counted else 1.0) for stratum in problem.strata.strata],
        dtype=np.float64,
    )
    return np.asarray(np.ceil(firms * MICRO - _ROUNDING) / MICRO)  # upwards, so that all of them suffice for all of T


def _classes(
    problem: Problem, slot_stratum: Integers, slot_entry: Integers, counting: Mask
) -> tuple[tuple[RateClass, ...], Integers]:
    tiers = {code: index for index, code in enumerate(problem.policy.tiers.codes)}
    members: dict[tuple[ObjectType, tuple[str, ...], int, int], list[int]] = {}
    for number, (index, entry) in enumerate(zip(slot_stratum.tolist(), slot_entry.tolist(), strict=True)):
        stratum = problem.strata.strata[index]
        if stratum.key not in problem.schedule:
            key = (stratum.object_type, stratum.task_ids, entry, tiers[stratum.tier])
            members.setdefault(key, []).append(number)
    slot_class = np.full(len(slot_stratum), -1, dtype=np.int64)
    classes = []
    for number, key in enumerate(sorted(members)):
        slots = members[key]
        slot_class[slots] = number
        classes.append(
            RateClass(
                object_type=key[0],
                task_ids=key[1],
                entry=key[2],
                tier=key[3],
                strata=tuple(slot_stratum[slots].tolist()),
                counting=bool(counting[slots[0]]),
            )
        )
    return tuple(classes), slot_class


def _floors(problem: Problem, columns: Columns, slot: Integers, slot_stratum: Integers, counting: Mask) -> Floats:
    """
    Least discretionary rate of each stratum in each round, so that every firm of the pool has a chance.

    Where visits count towards T: the policy's floor of the tier, spread over the year's targeted rounds in which the
    stratum can be visited. Elsewhere the tasks' own ratios rule: half the least ratio still owed, or a two-hundredth of
    the greatest, of the task that gives most, but never more than the policy's floor; so floors use at most half of any
    task's greatest ratio. Strata that owe a compulsory visit need none.
    """
    result = np.zeros(len(slot_stratum), dtype=np.float64)
    share = len(problem.rounds) / problem.num_targeted
    num_rounds = np.bincount(slot_stratum, minlength=len(problem.strata.strata))
    tasks: list[set[str]] = [set() for _ in slot_stratum]
    for number, package in zip(slot.tolist(), columns.package, strict=True):
        tasks[number].update(package.task_ids)
    for number, index in enumerate(slot_stratum.tolist()):
        stratum = problem.strata.strata[index]
        if stratum.key in problem.schedule:
            continue
        rate = float(rates_of(problem, stratum).floor) * share / int(num_rounds[index])
        if not counting[number]:
            rate = min(rate, _task_rate(problem, tasks[number]))
        result[number] = rate
    return result


def _task_rate(problem: Problem, task_ids: Iterable[str]) -> float:
    """Rate at which a round can visit firms without using up the ratios of the tasks they can be visited for."""
    rates = [0.0]
    for limits in (problem.limits[task_id] for task_id in task_ids):
        wanted = min(limits.greatest, max(limits.least, limits.greatest / 100))
        rates.append(wanted / (2 * max(1, limits.num_free) * len(problem.rounds)))
    return max(rates)
