"""Infeasible cities: the fewest limits that give way make them feasible, and no smaller set would."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from allocation_cities import (
    BUREAU,
    ENTERPRISE,
    ROUNDS,
    T01,
    TIERS,
    City,
    frame_of,
    policy,
    random_city,
    task,
)

from scheduler.allocation.changes import Known, changed_policy, changed_tasks, edits, parse_change
from scheduler.allocation.elastic import make_elastic
from scheduler.allocation.layout import make_layout
from scheduler.allocation.levers import Lever
from scheduler.allocation.model import build_programme, has_plan
from scheduler.allocation.policy import CapacityChange, PrecisionPolicy, RatesException, RoundPolicy, VisitsPolicy
from scheduler.allocation.problem import Problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.strata import DrawnSoFar
from scheduler.errors import InfeasiblePlanError, PolicyError, Relaxation
from scheduler.registry.codes import RoundKind

PARTS = ("target", "tiers", "rates", "capacity", "precision", "visits")


def relaxed(city: City, options: Sequence[str]) -> City:
    """The city under its policy with some figures changed, as the command line would change them."""
    lenders = {code for codes in city.policy.capacity.neighbours.values() for code in codes}
    policy = {name: getattr(city.policy, name).model_dump() for name in PARTS}
    known = Known(
        policy={**policy, "rounds": [entry.model_dump() for entry in city.rounds]},
        tasks=city.tasks,
        districts={code: code for code in (*city.frame.district_codes, *lenders, BUREAU)},
    )
    made = edits([parse_change(option) for option in options], known)
    values = changed_policy(known.policy, made)
    parts = {name: type(getattr(city.policy, name)).model_validate(values[name]) for name in PARTS}
    rounds = tuple(RoundPolicy.model_validate(entry) for entry in values["rounds"])
    return replace(city, policy=replace(city.policy, **parts), rounds=rounds, tasks=changed_tasks(city.tasks, made))


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
        assert error.relaxations
        return error.relaxations
    return ()


def farthest(lever: Lever) -> str:
    """A lever taken as far as it goes, as an option."""
    if lever.name.startswith("capacity.37"):
        return f"{lever.name}=+{lever.last}"
    return f"{lever.name}={min(lever.last, Decimal(1)) if lever.name.startswith('precision') else lever.last}"


@cache
def answered(seed: int) -> tuple[City, Problem, tuple[Relaxation, ...]] | None:
    """A generated city with its problem and answer; None where a task that no round can serve is refused before."""
    city = harsh_city(seed)
    try:
        problem = city.problem()
    except PolicyError:
        return None
    return city, problem, answer(city, problem)


@pytest.mark.parametrize("block", range(12))
def test_relaxations_applied_make_a_plan(block: int) -> None:
    """Each infeasible city of a block of twenty has a plan, recorded in whole units, once its answer is applied."""
    for seed in range(20 * block, 20 * block + 20):
        if (case := answered(seed)) is None:
            continue
        city, _problem, found = case
        assert all(entry.name and entry.change for entry in found), seed
        if found:  # else it has been solved as it is
            solve_programme(relaxed(city, [entry.option for entry in found]).problem())


def test_no_smaller_set_of_limits_would_do() -> None:
    """Where two limits give way, no single lever of the policy, taken as far as it goes, makes a plan."""
    seen: Counter[int] = Counter()
    for seed in range(60):
        if (case := answered(seed)) is None:
            continue
        city, problem, found = case
        seen[len(found)] += 1
        if len(found) != 2 or seen[2] > 6:
            continue
        layout = make_layout(problem)
        for lever in make_elastic(layout, build_programme(layout)).levers:
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


def test_a_precision_far_out_of_reach_gives_way_alone() -> None:
    """One visit to 100 firms cannot tell a rate to 0.01 %, which asks for nearly all of them; 100 % asks for none."""
    few = policy(floor=dict.fromkeys(TIERS, Decimal(0)), ratio=Decimal("0.01"), open_share=Decimal(0))
    asked = PrecisionPolicy(tiers={"A": Decimal("0.0001")})
    city = City(
        frame=frame_of(["371001"] * 100, [ENTERPRISE] * 100),
        tier=np.zeros(100, dtype=np.int8),
        rounds=ROUNDS[1:],
        policy=replace(few, precision=asked),
    )
    found = answer(city, city.problem())
    assert [entry.name for entry in found] == ["precision.tiers.A"]
    assert solve_programme(relaxed(city, [entry.option for entry in found]).problem()).certificate is not None


def spared_answer(city: City, months: Sequence[int], lookback: int) -> tuple[Relaxation, ...]:
    """Answer of a city whose policy leaves out firms inspected so many months ago; `months` has one for each firm."""
    city = replace(city, policy=replace(city.policy, visits=VisitsPolicy(lookback_months=lookback)))

    def problem_of(one: City) -> Problem:
        return one.problem(np.array(months) <= one.policy.visits.lookback_months)

    def rebuild(found: Sequence[Relaxation]) -> Problem:
        return problem_of(relaxed(city, [entry.option for entry in found]))

    with pytest.raises(InfeasiblePlanError) as caught:
        solve_programme(problem_of(city), rebuild)
    after = caught.value.relaxations
    assert solve_programme(rebuild(after)).certificate is not None
    return after


def test_fewer_firms_are_spared_where_too_few_are_left() -> None:
    """T = 8, 2 of them open; 97 firms of 100 are spared, of which seven were inspected ten months ago."""
    city = City(
        frame=frame_of(["371001"] * 100, [ENTERPRISE] * 100),
        tier=np.zeros(100, dtype=np.int8),
        policy=policy(ceiling=dict.fromkeys(TIERS, Decimal(1))),
    )
    found = spared_answer(city, [*range(1, 10)] * 10 + [10] * 7 + [99] * 3, 24)
    assert [entry.option for entry in found] == ["visits.lookback_months=9"]
    assert "from 24 down to 9" in found[0].sentence


def test_sparing_gives_way_with_a_limit_before_the_target_does() -> None:
    """All are spared, and once nobody is, the ceiling of 1 % is still too low for 6 visits to 100 firms."""
    city = City(
        frame=frame_of(["371001"] * 100, [ENTERPRISE] * 100),
        tier=np.zeros(100, dtype=np.int8),
        policy=policy(floor=dict.fromkeys(TIERS, Decimal("0.01")), ceiling=dict.fromkeys(TIERS, Decimal("0.01"))),
    )
    found = spared_answer(city, [1] * 100, 6)
    assert [entry.name for entry in found] == ["visits.lookback_months", "rates.ceiling.A"]


def test_hours_taken_below_nothing_are_given_back_first() -> None:
    """
    500 hours were taken where there are none, from all who could come: 510 for one of them make 2 visits of 5 hours.

    The elastic programme knows of no hours below 0, so growing its 10 hours never helps; the target need not give way.
    """
    city = City(
        frame=frame_of(["371001"] * 20, [ENTERPRISE] * 20),
        tier=np.zeros(20, dtype=np.int8),
        rounds=ROUNDS[1:2],
        policy=policy(
            open_share=Decimal(0),
            floor=dict.fromkeys(TIERS, Decimal("0.01")),
            changes=tuple(CapacityChange(district=code, hours=Decimal(-500)) for code in (BUREAU, "371001")),
        ),
        officers_per_district=0,
        officers_of_bureau=0,
    )
    (found,) = answer(city, city.problem())
    named = re.fullmatch(r"capacity\.37100[01]\.round2=\+(\d+)", found.option)
    assert named is not None
    assert 510 <= int(named[1]) <= 513


def short_city(*, rounds: Sequence[RoundPolicy] = ROUNDS, drawn: DrawnSoFar | None = None, num_drawn: int = 0) -> City:
    """100 firms, of which 98 owe full coverage by August: the last round has two firms, and is to make three visits."""
    whole_year = task("T03", "K1", libraries=("L0",), full=True, ends_on=date(2026, 8, 31))
    return City(
        frame=frame_of(["371001"] * 100, [ENTERPRISE] * 100, [1] * 98 + [0] * 2),
        tier=np.zeros(100, dtype=np.int8),
        tasks=(T01, whole_year),
        rounds=tuple(rounds),
        policy=policy(
            floor=dict.fromkeys(TIERS, Decimal("0.01")),
            ceiling=dict.fromkeys(TIERS, Decimal(1)),
            full_coverage_share=Decimal(1),
            tolerance=Decimal(1),
            open_share=Decimal("0.25"),
        ),
        officers_per_district=500,
        drawn=drawn,
        num_drawn_rounds=num_drawn,
    )


def test_another_split_over_the_rounds_is_offered_where_no_limit_helps() -> None:
    """T = 8, of which 2 open and 3 + 3 targeted; the last round's two firms can bear 1, one being kept in hand."""
    city = short_city()
    assert [entry.counting_visits for entry in city.year.rounds] == [2, 3, 3]
    found = answer(city, city.problem())
    assert [entry.option for entry in found] == ["rounds.2.weight=5", "rounds.3.weight=1"]
    assert "makes 1 visits that count instead of 3" in found[1].sentence
    after = relaxed(city, [entry.option for entry in found])
    assert [entry.counting_visits for entry in after.year.rounds] == [2, 5, 1]
    assert solve_programme(after.problem()).certificate is not None


def test_another_split_keeps_what_is_drawn() -> None:
    """With a round of six drawn, and one visit less than planned, the rest is split over the two that are left."""
    number = [
        RoundPolicy(number=entry + 1, kind=kind, starts_on=first, ends_on=last)
        for entry, (kind, first, last) in enumerate(
            [
                (RoundKind.OPEN, date(2026, 2, 1), date(2026, 2, 28)),
                (RoundKind.TARGETED, date(2026, 3, 1), date(2026, 5, 31)),
                (RoundKind.TARGETED, date(2026, 6, 1), date(2026, 8, 31)),
                (RoundKind.TARGETED, date(2026, 9, 1), date(2026, 11, 30)),
            ]
        )
    ]
    # T = 8: 2 open and 2 + 2 + 2 targeted; 3 of the first two rounds' 4 were drawn, so that 5 are owed: 3 + 2
    firms = short_city().frame.firm_id
    drawn = DrawnSoFar(firm_id=firms[:3], package=("T01", "T01", "T01+T03"), counting=np.ones(3, dtype=np.bool_))
    city = short_city(rounds=number, drawn=drawn, num_drawn=2)
    problem = city.problem()
    assert [entry.counting_visits for entry in problem.rounds] == [3, 2]
    found = answer(city, problem)
    assert [entry.name for entry in found] == ["rounds.2.weight", "rounds.3.weight", "rounds.4.weight"]
    assert "it was drawn and keeps its 2 visits" in found[0].sentence
    after = relaxed(city, [entry.option for entry in found]).problem()
    assert [entry.counting_visits for entry in after.rounds] == [4, 1]
    assert solve_programme(after).certificate is not None
