"""The optimum against a second formulation of the programme, written with loops and solved by scipy."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from allocation_cities import BUREAU, ENTERPRISE, ITEMS, NOTHING_DRAWN, TIERS, random_city
from scipy.optimize import linprog

from scheduler.allocation.capacity import ALL_OFFICERS, Post, Resource
from scheduler.allocation.layout import make_layout
from scheduler.allocation.model import build_programme
from scheduler.allocation.problem import Problem, build_problem
from scheduler.allocation.solver import minimise
from scheduler.registry.codes import ItemKind

GENERAL = {item.item_id for item in ITEMS if item.kind is ItemKind.GENERAL}
Key = tuple[str, frozenset[str], int]


class Formulation:
    """The programme as the design writes it, one dictionary entry per coefficient."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.columns: dict[object, int] = {}
        self.cost: list[float] = []
        self.upper: list[tuple[dict[object, float], float]] = []
        self.equal: list[tuple[dict[object, float], float]] = []
        self.strata = {stratum.key: stratum for stratum in problem.strata.strata}
        self.by_slot: dict[tuple[str, int], list[Key]] = defaultdict(list)
        self.due: dict[tuple[str, int], int] = {}
        self._visits()
        self._firms()
        self._totals()
        self._rates()
        self._hours()

    def column(self, name: object, cost: float = 0.0) -> object:
        """A column, made when first named."""
        if name not in self.columns:
            self.columns[name] = len(self.columns)
            self.cost.append(cost)
        return name

    def free(self, key: str) -> float:
        """Firms left by the open round."""
        stratum = self.strata[key]
        chance = float(self.problem.open_chance) if stratum.object_type is ENTERPRISE else 0.0
        return stratum.num_firms * (1 - chance)

    def counts(self, key: str, tasks: frozenset[str]) -> bool:
        """Whether a visit counts towards T."""
        return self.strata[key].object_type is ENTERPRISE and any(self.is_general(name) for name in tasks)

    def is_general(self, name: str) -> bool:
        """Whether a discretionary task holds a general item."""
        entry = self.problem.tasks[name]
        return not entry.full_coverage and bool(set(entry.item_ids) & GENERAL)

    def _visits(self) -> None:
        for key, stratum in self.strata.items():
            for number, entry in enumerate(self.problem.rounds):
                due = [visit for visit in self.problem.schedule.get(key, ()) if entry.number in visit.visits]
                if key in self.problem.schedule and not due:
                    continue
                owed = frozenset(due[0].task_ids) if due else frozenset()
                if due:
                    self.due[key, number] = due[0].visits[entry.number]
                live = [
                    name
                    for name in stratum.task_ids
                    if name in self.problem.limits and entry.overlaps(self.problem.tasks[name])
                ]
                live.sort(key=lambda name: (-self.problem.limits[name].num_in_range, name))
                general = [name for name in live if self.is_general(name)]
                other = [name for name in live if not self.is_general(name)]
                if stratum.object_type is ENTERPRISE and entry.counting_visits == 0:
                    general = []
                sets = {frozenset(general[:k]) for k in range(1, len(general) + 1)}
                sets |= {frozenset(other[:k]) for k in range(1, len(other) + 1)} | {
                    frozenset([name]) for name in live if name in general + other
                }
                if general:
                    sets |= {frozenset(general + other[:k]) for k in range(1, len(other) + 1)}
                room = self.due.get((key, number), stratum.num_firms)
                if room <= 1 and any(self.counts(key, tasks) for tasks in sets):
                    sets = {tasks for tasks in sets if self.counts(key, tasks)}
                visits = {owed | tasks for tasks in sets} | ({owed} if owed else set())
                for tasks in sorted(visits, key=sorted):
                    hours = 2 * (1.5 + len({self.problem.tasks[name].item_ids[0] for name in tasks}))
                    findings = dict(zip(TIERS, (0.05, 0.1, 0.22, 0.4), strict=True))[stratum.tier] * len(tasks)
                    self.column((key, tasks, number), 0.001 * hours - findings)
                    self.by_slot[key, number].append((key, tasks, number))

    def _firms(self) -> None:
        yearly: dict[str, dict[object, float]] = defaultdict(dict)
        for (key, number), names in self.by_slot.items():
            owed = frozenset.intersection(*(name[1] for name in names)) if (key, number) in self.due else frozenset()
            ordinary = [name for name in names if name[1] != owed or not owed]
            for name in ordinary:
                yearly[key][name] = 1.0
            both = len({self.counts(key, name[1]) for name in ordinary}) == 2
            room = self.due.get((key, number), self.strata[key].num_firms)
            self.upper.append((dict.fromkeys(ordinary, 1.0), room - both))
            if (key, number) in self.due:
                self.equal.append((dict.fromkeys(names, 1.0), float(self.due[key, number])))
        for key, row in yearly.items():
            self.upper.append((row, self.free(key)))

    def _totals(self) -> None:
        problem = self.problem
        every = [name for names in self.by_slot.values() for name in names]
        for number, entry in enumerate(problem.rounds):
            row = {name: 1.0 for name in every if name[2] == number and self.counts(name[0], name[1])}
            self.equal.append((row, float(entry.counting_visits)))
        joint = {name: 1.0 for name in every if name[0] in problem.schedule and self.counts(name[0], name[1])}
        self.upper.append((joint, float(problem.compulsory_room)))
        for task_id, limits in problem.limits.items():
            row = {name: 1.0 for name in every if task_id in name[1]}
            self.upper.append((row, float(limits.greatest)))
            self.upper.append((dict.fromkeys(row, -1.0), -float(limits.least)))

    def _rates(self) -> None:
        problem, share = self.problem, 1 / self.problem.num_targeted
        floors = dict(zip(TIERS, (0.01, 0.02, 0.03, 0.04), strict=True))
        ceilings = dict(zip(TIERS, (0.3, 0.5, 0.9, 1.0), strict=True))
        rounds_of = defaultdict(list)
        classes: dict[object, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for key, number in self.by_slot:
            if key not in problem.schedule:
                rounds_of[key].append(number)
                stratum = self.strata[key]
                classes[stratum.object_type, stratum.task_ids, number][stratum.tier].append(key)
        for key, numbers in rounds_of.items():
            stratum = self.strata[key]
            ceiling = ceilings[stratum.tier] * self.free(key)
            self.upper.append(({name: 1.0 for number in numbers for name in self.by_slot[key, number]}, ceiling))
            for number in numbers:
                names = self.by_slot[key, number]
                counting = any(self.counts(key, name[1]) for name in names)
                rate = floors[stratum.tier] * len(problem.rounds) * share / len(numbers)
                if not counting:
                    rate = min(rate, self._task_rate(frozenset[str]().union(*(name[1] for name in names))))
                both = len({self.counts(key, name[1]) for name in names}) == 2
                floor = min(rate * self.free(key), stratum.num_firms - both)
                if floor > 0:
                    self.upper.append((dict.fromkeys(names, -1.0), -floor))
        for (_, _, number), by_tier in classes.items():
            self._class(number, by_tier, share)

    def _task_rate(self, task_ids: frozenset[str]) -> float:
        rates = [0.0]
        for task_id in task_ids:
            limits = self.problem.limits[task_id]
            wanted = min(limits.greatest, max(limits.least, limits.greatest / 100))
            rates.append(wanted / 2 / limits.num_free / len(self.problem.rounds))
        return max(rates)

    def _class(self, number: int, by_tier: dict[str, list[str]], share: float) -> None:
        before: dict[object, float] | None = None
        for tier in TIERS:
            keys = by_tier.get(tier, [])
            if not keys:
                continue
            firms = sum(self.free(key) for key in keys)
            rate = {name: 1 / firms for key in keys for name in self.by_slot[key, number]}
            counting = any(self.counts(key, name[1]) for key in keys for name in self.by_slot[key, number])
            if before is not None:
                row = defaultdict(float, before)
                for name, value in rate.items():
                    row[name] -= value
                self.upper.append((dict(row), -0.005 * share if counting else 0.0))
            before = rate
            for key in keys:
                if len(keys) > 1 and self.strata[key].num_firms >= 30:
                    row = defaultdict(float, {name: -value for name, value in rate.items()})
                    for name in self.by_slot[key, number]:
                        row[name] += 1 / self.free(key)
                    self.upper.append((dict(row), 0.02 * share))
                    self.upper.append(({name: -value for name, value in row.items()}, 0.02 * share))

    def _hours(self) -> None:
        for number, available in enumerate(self.problem.officer_hours):
            lent = {}
            for district in sorted({stratum.district for stratum in self.strata.values()}):
                lent[self.column(("lent", district, number))] = 1.0
                row: dict[object, float] = {("lent", district, number): -1.0}
                for (key, entry), names in self.by_slot.items():
                    if entry == number and self.strata[key].district == district:
                        for name in names:
                            items = {self.problem.tasks[task_id].item_ids[0] for task_id in name[1]}
                            row[name] = 2 * (1.5 + len(items))
                self.upper.append((row, available.get((district, ALL_OFFICERS), 0.0)))
            self.upper.append((lent, available.get((BUREAU, ALL_OFFICERS), 0.0)))

    def solve(self) -> float | None:
        """Cost of the optimum, or None."""

        def dense(rows: list[tuple[dict[object, float], float]]) -> tuple[np.ndarray, np.ndarray]:
            matrix = np.zeros((len(rows), len(self.columns)))
            for index, (row, _) in enumerate(rows):
                for name, value in row.items():
                    matrix[index, self.columns[name]] = value
            return matrix, np.array([bound for _, bound in rows])

        left, right = dense(self.upper)
        left_equal, right_equal = dense(self.equal)
        answer = linprog(self.cost, A_ub=left, b_ub=right, A_eq=left_equal, b_eq=right_equal, method="highs-ipm")
        return float(answer.fun) if answer.status == 0 else None


@pytest.mark.parametrize("seed", [2, 3, 5, 6, 8, 9, 11, 14, 16, 20, 22, 26, 30, 31, 33, 35, 45, 50, 65, 104])
def test_optimum_equals_second_formulation(seed: int) -> None:
    """Both formulations have the same optimum to 10^-6, or neither has a solution."""
    problem = random_city(seed).problem()
    ours = minimise(build_programme(make_layout(problem)))
    theirs = Formulation(problem).solve()
    if theirs is None:
        assert ours is None
        return
    assert ours is not None
    assert ours.cost == pytest.approx(theirs, rel=1e-6, abs=1e-7)


FOOD = replace(ITEMS[2], speciality="food")
LENDING_COST = 0.03


class FinerHours(Formulation):
    """The same with hours of food officers, and districts that lend each other officers at a price."""

    def _hours(self) -> None:
        districts = sorted({stratum.district for stratum in self.strata.values()})
        self.arcs = [(BUREAU, district) for district in districts]
        self.arcs += [(lender, borrower) for borrower in districts for lender in districts if lender != borrower]
        for number, available in enumerate(self.problem.officer_hours):
            for speciality, (lender, borrower) in itertools.product(("", "food"), self.arcs):
                price = LENDING_COST if lender != BUREAU and not speciality else 0.0
                self.column(("lent", lender, borrower, number, speciality), price)
            for arc in self.arcs:
                row = {("lent", *arc, number, "food"): 1.0, ("lent", *arc, number, ""): -1.0}
                self.upper.append((row, 0.0))
            for speciality in ("", "food"):
                own = {("lent", BUREAU, district, number, speciality): 1.0 for district in districts}
                self.upper.append((own, available.get((BUREAU, Resource("", speciality)), 0.0)))
                for district in districts:
                    there = available.get((district, Resource("", speciality)), 0.0)
                    self.upper.append((self._needed(number, speciality, district), there))

    def _needed(self, number: int, speciality: str, district: str) -> dict[object, float]:
        """Hours that visits take in a district, less those lent to it, and those it lends."""
        needed: dict[object, float] = {}
        for (key, entry), names in self.by_slot.items():
            if entry == number and self.strata[key].district == district:
                needed |= {name: self._taken(name[1], speciality) for name in names}
        for lender, borrower in self.arcs:
            if district in (lender, borrower):
                needed["lent", lender, borrower, number, speciality] = 1.0 if lender == district else -1.0
        return needed

    def _taken(self, tasks: frozenset[str], speciality: str) -> float:
        """Two officers for journey and items, or one food officer where an item is of food (K1)."""
        items = {self.problem.tasks[task_id].item_ids[0] for task_id in tasks}
        officers = 2 if not speciality else int("K1" in items)
        return officers * (1.5 + len(items))


@pytest.mark.parametrize("seed", range(24))
def test_optimum_with_specialities_and_lending_equals_second_formulation(seed: int) -> None:
    """Hours by speciality and lending between neighbours: the same optimum, or no solution in both."""
    city = random_city(seed)
    districts = city.frame.district_codes
    neighbours = {name: tuple(other for other in districts if other != name) for name in districts}
    capacity = city.policy.capacity.model_copy(
        update={
            "distinguish": ("speciality",),
            "neighbours": neighbours,
            "lending_cost": Decimal(str(LENDING_COST)),
        }
    )
    officers = {Post(district): 3 * (number % 2) for number, district in enumerate(districts)}
    officers |= {Post(districts[0], "", ("food",)): 2, Post(BUREAU, "", ("food",)): 1}
    problem = build_problem(
        city.frame,
        city.tier,
        policy=replace(city.policy, capacity=capacity),
        year=city.year,
        tasks=city.tasks,
        items=(*ITEMS[:2], FOOD, *ITEMS[3:]),
        officers={2: officers, 3: officers},
        drawn=NOTHING_DRAWN,
    )
    ours = minimise(build_programme(make_layout(problem)))
    if len(problem.resources) == 1:  # no task of food
        return
    theirs = FinerHours(problem).solve()
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert ours.cost == pytest.approx(theirs, rel=1e-6, abs=1e-7)
