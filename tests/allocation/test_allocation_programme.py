"""The programme's promises over generated small cities."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from allocation_cities import (
    BUREAU,
    ENTERPRISE,
    INDIVIDUAL,
    T01,
    TIERS,
    City,
    frame_of,
    policy,
    random_city,
    task,
)

from scheduler.allocation.capacity import ALL_OFFICERS
from scheduler.allocation.cells import Cell, by_stratum
from scheduler.allocation.layout import make_layout
from scheduler.allocation.problem import Problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.rounding import round_quotas
from scheduler.errors import InfeasiblePlanError, PolicyError
from scheduler.registry.items import MICRO

UNITS = 200  # 10^-6 visits that sums over cells may be off by


def assert_keeps_limits(problem: Problem, solved: Sequence[Sequence[Cell]]) -> None:
    """Checks everything that the recorded visits promise."""
    strata = {stratum.key: stratum for stratum in problem.strata.strata}
    yearly: Counter[str] = Counter()
    for entry, cells in zip(problem.rounds, solved, strict=True):
        assert sum(cell.visits_micro for cell in cells if cell.counting) == entry.counting_visits * MICRO
        groups = by_stratum(cells)
        assert set(groups) == set(strata)
        for key, members in groups.items():
            assert {cell.num_firms for cell in members} == {strata[key].num_firms}
            scheduled = [visit.visits.get(entry.number, 0) for visit in problem.schedule.get(key, ())]
            if scheduled:
                assert sum(cell.visits_micro for cell in members) == sum(scheduled) * MICRO
            yearly[key] += sum(cell.visits_micro for cell in members if not cell.rest)
        for number in range(5):
            assert_quotas_fit(cells, entry.counting_visits, hashlib.sha256(bytes([number])).hexdigest())
    for key, visits in yearly.items():
        counted = strata[key].object_type is ENTERPRISE
        free = strata[key].num_firms * (1 - problem.open_chance if counted else 1)
        assert visits <= -(-free * MICRO // 1)  # firms left by the open round, upwards to a unit
    assert_tasks_between_bounds(problem, solved)
    assert_hours_suffice(problem, solved)


def assert_quotas_fit(cells: Sequence[Cell], counting_visits: int, seed: str) -> None:
    """Quotas of a seed hit the total and never exceed a stratum's firms."""
    quotas = round_quotas(cells, seed)
    assert min(quotas, default=0) >= 0
    assert sum(quota for cell, quota in zip(cells, quotas, strict=True) if cell.counting) == counting_visits
    taken: Counter[str] = Counter()
    for cell, quota in zip(cells, quotas, strict=True):
        taken[cell.stratum] += quota
    assert all(taken[cell.stratum] <= cell.num_firms for cell in cells)


def assert_tasks_between_bounds(problem: Problem, solved: Sequence[Sequence[Cell]]) -> None:
    """Every task's visits lie between its least and greatest number, and full coverage reaches everybody."""
    visits: Counter[str] = Counter()
    for cell in (cell for cells in solved for cell in cells):
        for task_id in cell.tasks:
            visits[task_id] += cell.visits_micro
    for task_id, limits in problem.limits.items():
        assert limits.least * MICRO - UNITS <= visits[task_id] <= limits.greatest * MICRO + UNITS
    for task_id, entry in problem.tasks.items():
        if entry.full_coverage:
            owed = sum(stratum.num_firms for stratum in problem.strata.strata if task_id in stratum.task_ids)
            assert visits[task_id] == owed * MICRO


def assert_hours_suffice(problem: Problem, solved: Sequence[Sequence[Cell]]) -> None:
    """No district needs more officer-hours than it has with what the bureau can lend."""
    for cells, available in zip(solved, problem.officer_hours, strict=True):
        needed: dict[str, float] = defaultdict(float)
        for cell in cells:
            minutes = 90 + 60 * len({problem.tasks[name].item_ids[0] for name in cell.tasks})
            needed[cell.district] += 2 * minutes / 60 * cell.visits_micro / MICRO
        lent = sum(max(0.0, hours - available.get((district, ALL_OFFICERS), 0.0)) for district, hours in needed.items())
        assert lent <= available.get((BUREAU, ALL_OFFICERS), 0.0) + 1e-2


def assert_fair(problem: Problem, solved: Sequence[Sequence[Cell]]) -> None:
    """Floors, steps and tolerances hold in every round, so that everybody has a chance and alike firms alike ones."""
    layout = make_layout(problem)
    keys = problem.strata.keys
    for number, cells in enumerate(solved):
        visits = {key: sum(cell.visits_micro for cell in members) / MICRO for key, members in by_stratum(cells).items()}
        for slot in np.flatnonzero((layout.slot_entry == number) & (layout.slot_class >= 0)).tolist():
            assert visits[keys[layout.slot_stratum[slot]]] >= layout.floor[slot] - 1e-9
        rates = {}
        for index, entry in enumerate(layout.classes):
            if entry.entry != number:
                continue
            rate = sum(visits[keys[stratum]] for stratum in entry.strata) / layout.class_size[index]
            rates[entry.object_type, entry.task_ids, entry.tier] = rate
            for stratum in entry.strata:
                if problem.strata.strata[stratum].num_firms >= 30:
                    own = visits[keys[stratum]] / layout.available[stratum]
                    assert abs(own - rate) <= 0.02 / problem.num_targeted + 1e-5
        for (kind, task_ids, tier), rate in rates.items():
            below = [rates[kind, task_ids, lower] for lower in range(tier) if (kind, task_ids, lower) in rates]
            counted = kind is ENTERPRISE and "T01" in task_ids
            assert not below or rate >= below[-1] + (0.0025 if counted else 0) - 1e-5


@pytest.mark.parametrize("seed", range(150))
def test_solve_programme_keeps_every_limit_or_says_why_not(seed: int) -> None:
    """A generated city has a plan that keeps every limit exactly, or sentences about limits to relax."""
    problem = random_city(seed).problem()
    try:
        solved = solve_programme(problem).cells
    except InfeasiblePlanError as error:
        assert error.relaxations
        return
    assert_keeps_limits(problem, solved)
    assert_fair(problem, solved)


def test_random_cities_are_mostly_feasible() -> None:
    """The generator exercises both answers: some cities have a plan, some have none."""
    answers = Counter()
    for seed in range(60):
        try:
            solve_programme(random_city(seed).problem())
            answers["plan"] += 1
        except InfeasiblePlanError:
            answers["none"] += 1
    assert answers["plan"] >= 30
    assert answers["none"] >= 1


def hand_city(**changes: object) -> City:
    """A thousand enterprises and 200 individuals of two districts, 650/250/80/20 per mille in tiers A to D."""
    number = 1_200
    kinds = [ENTERPRISE] * 1_000 + [INDIVIDUAL] * 200
    tiers = np.repeat([0, 1, 2, 3, 0, 3], [650, 250, 80, 20, 150, 50]).astype(np.int8)
    frame = frame_of(
        [f"37100{index % 2 + 2}" for index in range(number)], kinds, [1 if i % 50 == 0 else 0 for i in range(number)]
    )
    city = City(frame=frame, tier=tiers, policy=policy())
    return replace(city, **changes)  # type: ignore[arg-type]


def visits_by(solved: Sequence[Sequence[Cell]], level: int) -> Counter[str]:
    """Expected visits by a level of the stratum's name."""
    sums: Counter[str] = Counter()
    for cell in (cell for cells in solved for cell in cells):
        sums[cell.stratum.split("/")[level]] += cell.visits_micro
    return sums


def test_solve_programme_hits_target_and_raises_rates_with_tier() -> None:
    """80 of 1,000: 20 in the open round, 30 and 30 in the targeted ones; the higher the tier the higher the rate."""
    city = hand_city()
    assert [entry.counting_visits for entry in city.year.rounds] == [20, 30, 30]
    solved = solve_programme(city.problem()).cells
    assert_keeps_limits(city.problem(), solved)
    visits = visits_by(solved, 2)
    sizes = dict(zip(TIERS, (650, 250, 80, 20), strict=True))
    rates = [visits[code] / MICRO / sizes[code] for code in TIERS]
    assert rates == sorted(rates)
    # All that floors and steps leave goes where most is found: tier D of 20 · 0.98 firms is exhausted.
    assert visits["D"] == pytest.approx(20 * 0.98 * MICRO, abs=UNITS)


def test_solve_programme_is_even_between_districts() -> None:
    """Two districts alike in all but name get the same visits, although any split is an optimum."""
    solved = solve_programme(hand_city().problem()).cells
    visits = visits_by(solved, 0)
    assert visits["371002"] == pytest.approx(visits["371003"], abs=UNITS)


def test_solve_programme_prefers_joint_visits() -> None:
    """Full coverage of 20 enterprises is joined with the general task as far as its share of T, 16, allows."""
    inspected = task("T02", "K1", types=(ENTERPRISE,), libraries=("L0",), full=True)
    city = hand_city(tasks=(T01, inspected))
    problem = city.problem()
    solved = solve_programme(problem).cells
    assert_keeps_limits(problem, solved)
    joint = sum(cell.visits_micro for cells in solved for cell in cells if cell.package == "T01+T02")
    # ⌊0.2 · 80⌋ = 16 of the target may be full-coverage visits.
    assert problem.compulsory_room == 16
    assert joint <= 16 * MICRO
    assert joint > 0
    assert all(cell.rest for cells in solved for cell in cells if cell.package == "T02")


def test_solve_programme_gives_same_answer_for_permuted_input() -> None:
    """Tasks, items and firms in another order give the same cells."""
    city = random_city(4)
    turned = replace(city, tasks=city.tasks[::-1])
    assert solve_programme(city.problem()).cells == solve_programme(turned.problem()).cells
    assert solve_programme(city.problem()).cells == solve_programme(city.problem()).cells


def test_solve_programme_has_nothing_to_do_without_targeted_rounds() -> None:
    """When every round is drawn there are no cells."""
    city = hand_city(num_drawn_rounds=3)
    assert solve_programme(city.problem()).cells == ()


def test_solve_programme_gives_non_target_types_a_chance() -> None:
    """Individuals have a positive chance where their task has a greatest ratio, however small."""
    rare = task("T05", "K3", types=(INDIVIDUAL,), greatest=5_000)
    problem = hand_city(tasks=(T01, rare)).problem()
    solved = solve_programme(problem).cells
    for cells in solved:
        for cell in cells:
            assert cell.visits_micro > 0
    visits = visits_by(solved, 1)
    assert visits["individual"] <= 1 * MICRO + UNITS  # 0.5 % of 200


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        pytest.param(
            {"officers_per_district": 0, "officers_of_bureau": 0}, "officer-hours more than the 0", id="hours"
        ),
        pytest.param(
            {"policy": policy(floor=dict.fromkeys(TIERS, Decimal("0.2")))}, "rates.floor|visits that count", id="floors"
        ),
        pytest.param(
            {
                "policy": policy(
                    floor=dict.fromkeys(TIERS, Decimal("0.01")), ceiling=dict.fromkeys(TIERS, Decimal("0.02"))
                )
            },
            "rates.ceiling",
            id="ceilings",
        ),
        pytest.param(
            {"tasks": (task("T01", types=(ENTERPRISE,), greatest=40_000),)},
            "firms that task T01.* allows",
            id="task",
        ),
        pytest.param(
            {"tasks": (T01, task("T02", "G2", types=(ENTERPRISE,), least=500_000))},
            "that task T02.* asks",
            id="least",
        ),
        pytest.param({"policy": policy(step=Decimal("0.4"))}, "rates.step", id="steps"),
    ],
)
def test_solve_programme_names_the_limit_to_relax(changes: dict[str, object], match: str) -> None:
    """Each impossible limit is named with an amount."""
    with pytest.raises(InfeasiblePlanError) as caught:
        solve_programme(hand_city(**changes).problem())
    sentences = "\n".join(entry.sentence for entry in caught.value.relaxations)
    assert re.search(match, sentences)
    assert re.search(r"\d", sentences)


def test_full_coverage_outside_all_targeted_rounds_is_refused() -> None:
    """A full-coverage task that only the open round's days meet cannot be served, and the planner is told."""
    spring = task("T02", "K1", libraries=("L0",), full=True, ends_on=date(2026, 5, 31))
    with pytest.raises(PolicyError, match="task T02 asks for full coverage between 2026-01-01 and 2026-05-31"):
        hand_city(tasks=(T01, spring)).problem()
    nobody = replace(spring, range=replace(spring.range, libraries=("L2",)))
    assert hand_city(tasks=(T01, nobody)).problem().schedule == {}
