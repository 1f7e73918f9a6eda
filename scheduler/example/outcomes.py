"""
Results of visits to firms of the made-up city.

A visit finds a problem with exactly the firm's true chance (`truth`), whatever its items are: so the share of visits
that find one is the quantity an estimator has to hit. What is found then hangs on the firm's history and on the items.
An answer hangs on the seed, the firm and its items alone, not on which other visits are asked for or in which order.

A problem is every category but 未发现问题 (no problem) and 未发现开展本次抽查涉及的经营活动 (no activity).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate

import numpy as np

from scheduler.example.city import Columns, ExampleCity
from scheduler.example.randomness import Chance, Whole
from scheduler.example.truth import event_counts, probabilities
from scheduler.parameters import micro
from scheduler.registry.codes import ItemKind, ResultCategory
from scheduler.registry.items import MICRO, Task


def simulate_results(
    city: ExampleCity,
    *,
    firm_ids: Sequence[str],
    packages: Sequence[str],
    inspected_on: Sequence[date],
    seed: str | int,
    tasks: Sequence[Task] = (),
    truth_probability: Whole | None = None,
) -> Columns:
    """
    Results of visits, as columns ``firm_id``, ``item_id``, ``category``, ``inspected_on``: one row per category found.

    Parameters
    ----------
    firm_ids, packages, inspected_on
        Firm of each visit, the ids of its tasks joined by ``+``, and its day; one entry per visit.
    seed
        Another seed makes other outcomes at the same firms, as another year would.
    tasks
        Tasks the packages name; without them the city's own.
    truth_probability
        Chances, in 10⁻⁶, of all firms of the city, where they are no longer those of the base date.

    Raises
    ------
    ValueError
        If a firm is not of the city, a task is unknown, or the three lists differ in length.
    """
    position = city.frame.positions(np.array([text.encode("ascii") for text in firm_ids], dtype="S18"))
    if len(position) and int(position.min()) < 0:
        stranger = firm_ids[int(np.argmin(position))]
        raise ValueError(f"expected firms of the made-up city, got {stranger}")
    truth = city.truth_probability if truth_probability is None else truth_probability
    unreachable = _unreachable_chance(city)
    items = _package_items(packages, tasks or city.tasks)
    visits = _Visits(city, Chance(str(seed)))
    columns: Columns = {"firm_id": [], "item_id": [], "category": [], "inspected_on": []}
    for firm_id, package, day, row in zip(firm_ids, packages, inspected_on, position.tolist(), strict=True):
        found = visits.outcome(firm_id, items[package], int(truth[row]), int(unreachable[row]))
        for item_id, categories in found:
            for category in categories:
                columns["firm_id"].append(firm_id)
                columns["item_id"].append(item_id)
                columns["category"].append(category.value)
                columns["inspected_on"].append(day)
    return columns


class _Visits:
    """Answers what one visit finds."""

    def __init__(self, city: ExampleCity, chance: Chance) -> None:
        self._shape = city.parameters.outcomes
        self._key = {item.item_id: item.kind is ItemKind.KEY for item in city.items}
        self._chance = chance

    def outcome(
        self, firm_id: str, item_ids: Sequence[str], chance: int, unreachable: int
    ) -> Iterator[tuple[str, tuple[ResultCategory, ...]]]:
        """Categories of each item, at a firm with a chance of a problem and of being unreachable if there is one."""
        lot = [int(value) for value in self._chance.below(f"visit/{firm_id}", 4, MICRO)]
        if lot[0] >= chance:
            yield from self._without_problem(item_ids, lot)
            return
        if lot[1] < unreachable:
            yield from ((item_id, (ResultCategory.UNREACHABLE,)) for item_id in item_ids)
            return
        main = item_ids[lot[2] % len(item_ids)]
        for item_id in item_ids:
            yield item_id, self._of_item(firm_id, item_id, item_id == main)

    def _without_problem(
        self, item_ids: Sequence[str], lot: Sequence[int]
    ) -> Iterator[tuple[str, tuple[ResultCategory, ...]]]:
        idle = [item_id for item_id in item_ids if self._key.get(item_id, False)][:1]
        if lot[3] >= micro(self._shape.no_activity):
            idle = []
        for item_id in item_ids:
            category = ResultCategory.NO_ACTIVITY if item_id in idle else ResultCategory.NO_PROBLEM
            yield item_id, (category,)

    def _of_item(self, firm_id: str, item_id: str, main: bool) -> tuple[ResultCategory, ...]:
        lot = [int(value) for value in self._chance.below(f"item/{firm_id}/{item_id}", 3, MICRO)]
        if not main and lot[0] >= micro(self._shape.others):
            return (ResultCategory.NO_PROBLEM,)
        if item_id not in self._shape.publication_items:
            return (_by_weight(self._shape.other, lot[1]),)
        found = _by_weight(self._shape.publication, lot[1])
        if found is ResultCategory.NOT_PUBLISHED and lot[2] < micro(self._shape.also_ordered):
            return (found, ResultCategory.ORDERED_TO_CORRECT)
        return (found,)


def _package_items(packages: Sequence[str], tasks: Sequence[Task]) -> dict[str, tuple[str, ...]]:
    """Items of each package: those of its tasks, in the tasks' order, none twice."""
    by_task = {task.task_id: task.item_ids for task in tasks}
    items = {}
    for package in sorted(set(packages)):
        unknown = [task_id for task_id in package.split("+") if task_id not in by_task]
        if unknown:
            raise ValueError(f"expected tasks among {sorted(by_task)}, got {unknown[0]!r} in package {package!r}")
        items[package] = tuple(dict.fromkeys(item for task_id in package.split("+") for item in by_task[task_id]))
    return items


def _unreachable_chance(city: ExampleCity) -> Whole:
    """Chance, in 10⁻⁶, that nobody is there when a visit finds a problem, shape (n,)."""
    parameters = city.parameters
    counts = event_counts(parameters.truth, city.frame, city.history, parameters.base_date)
    points = parameters.outcomes.unreachable
    logit = np.full(len(city.frame), points["intercept"], dtype=np.int64)
    for name, value in points.items():
        if name != "intercept":
            logit += value * (counts[name] > 0)
    return probabilities(logit)


def _by_weight(weights: Mapping[ResultCategory, int], lot: int) -> ResultCategory:
    """Category that a lot below one million falls on."""
    running = list(accumulate(weights.values()))
    return tuple(weights)[bisect_right(running, lot * running[-1] // MICRO)]
