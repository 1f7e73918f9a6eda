"""Infeasible cities: the fewest limits that give way make them feasible, and no smaller set would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from allocation_cities import BUREAU, TIERS, City, policy, random_city

from scheduler.allocation.changes import Known, changed_policy, changed_tasks, edits, parse_change
from scheduler.allocation.levers import Lever
from scheduler.allocation.policy import PrecisionPolicy, RatesException
from scheduler.allocation.problem import Problem
from scheduler.allocation.programme import build_programme, has_plan, make_layout, solve_programme
from scheduler.allocation.relaxation import _elastic
from scheduler.errors import InfeasiblePlanError, PolicyError, Relaxation

PARTS = ("target", "tiers", "rates", "capacity", "precision")


def relaxed(city: City, options: Sequence[str]) -> City:
    """The city under its policy with some figures changed, as the command line would change them."""
    lenders = {code for codes in city.policy.capacity.neighbours.values() for code in codes}
    known = Known(
        policy={name: getattr(city.policy, name).model_dump() for name in PARTS},
        tasks=city.tasks,
        districts={code: code for code in (*city.frame.district_codes, *lenders, BUREAU)},
    )
    made = edits([parse_change(option) for option in options], known)
    values = changed_policy(known.policy, made)
    parts = {name: type(getattr(city.policy, name)).model_validate(values[name]) for name in PARTS}
    return replace(city, policy=replace(city.policy, **parts), tasks=changed_tasks(city.tasks, made))


def harsh_city(seed: int) -> City:
    """A generated city under limits that often have no plan."""
    rng = np.random.default_rng(10_000 + seed)
    city = random_city(seed)
    kind = int(rng.integers(0, 9))
    floor = city.policy.rates.floor
    changes: dict[str, object] = [
        {
            "floor": {tier: min(Decimal(1), rate * int(rng.choice([5, 10, 20]))) for tier, rate in floor.items()},
            "ceiling": dict.fromkeys(TIERS, Decimal(1)),
        },
        {"ceiling": {tier: max(Decimal("0.02"), floor[tier]) for tier in TIERS}},
        {"step": Decimal(str(rng.choice([0.2, 0.3, 0.4])))},
        {"step": Decimal("0.05"), "tolerance": Decimal(0)},
        {},
        {},
        {},
        {
            "exceptions": (
                RatesException(tiers=("D",), floor=Decimal("0.5"), ceiling=Decimal(1)),
                RatesException(tiers=("A",), ceiling=Decimal("0.011")),
            )
        },
        {},
    ][kind]  # type: ignore[assignment]
    city = replace(city, policy=policy(**changes))
    if kind == 4:
        tight = tuple(replace(one, ratio_min_micro=0, ratio_max_micro=40_000) for one in city.tasks[:2])
        city = replace(city, tasks=(*(one for one in tight if not one.full_coverage), *city.tasks[2:]))
    if kind == 5:
        half = (
            one if one.full_coverage else replace(one, ratio_min_micro=one.ratio_max_micro // 2)
            for one in city.tasks[1:]
        )
        city = replace(city, tasks=(city.tasks[0], *half))
    if kind == 6:
        city = replace(city, officers_per_district=0, officers_of_bureau=int(rng.integers(0, 2)))
    if kind == 8:
        asked = PrecisionPolicy(tiers={"A": Decimal("0.002")}, districts={"371001": Decimal("0.003")})
        city = replace(city, policy=replace(city.policy, precision=asked))
    if rng.random() < 0.5:
        few = city.policy.capacity.model_copy(update={"hours_per_officer": Decimal(40)})
        city = replace(city, policy=replace(city.policy, capacity=few))
    return city


def answer(city: City, problem: Problem) -> tuple[Relaxation, ...]:
    """Relaxations of a city, empty where it has a plan."""
    try:
        solve_programme(problem, lambda found: relaxed(city, [entry.option for entry in found]).problem())
    except InfeasiblePlanError as error:
        return error.relaxations
    return ()


def farthest(lever: Lever) -> str:
    """A lever taken as far as it goes, as an option."""
    if lever.name.startswith("capacity.37"):
        return f"{lever.name}=+{lever.last}"
    return f"{lever.name}={min(lever.last, Decimal(1)) if lever.name.startswith('precision') else lever.last}"


@pytest.mark.parametrize("block", range(12))
def test_relaxations_applied_make_a_plan(block: int) -> None:
    """Each infeasible city of a block of twenty has a plan, recorded in whole units, once its answer is applied."""
    for seed in range(20 * block, 20 * block + 20):
        city = harsh_city(seed)
        try:
            problem = city.problem()
        except PolicyError:
            continue  # a task that no round can serve is refused before any programme is built
        found = answer(city, problem)
        assert all(entry.name and entry.change for entry in found), seed
        solve_programme(relaxed(city, [entry.option for entry in found]).problem())


def test_no_smaller_set_of_limits_would_do() -> None:
    """Where two limits give way, no single lever of the policy, taken as far as it goes, makes a plan."""
    seen: Counter[int] = Counter()
    for seed in range(60):
        city = harsh_city(seed)
        try:
            problem = city.problem()
        except PolicyError:
            continue
        found = answer(city, problem)
        seen[len(found)] += 1
        if len(found) != 2 or seen[2] > 6:
            continue
        layout = make_layout(problem)
        for lever in _elastic(layout, build_programme(layout)).levers:
            if not lever.law:
                assert not has_plan(relaxed(city, [farthest(lever)]).problem()), (seed, lever.name)
    assert seen[0] and seen[1] and seen[2] >= 5, seen


def test_relaxations_are_told_with_name_and_both_values() -> None:
    """A ceiling far too low is named by its place in the policy, with the value now and the value needed."""
    city = replace(random_city(4), policy=policy(ceiling={tier: Decimal("0.04") for tier in TIERS}))
    found = answer(city, city.problem())
    assert found
    for entry in found:
        assert entry.name in entry.sentence
        assert "from 4 % up to" in entry.sentence
