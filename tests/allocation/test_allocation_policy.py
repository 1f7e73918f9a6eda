"""What the policy can change per task, tier, district and object type, each seen in the recorded visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from allocation_cities import (
    BUREAU,
    ENTERPRISE,
    INDIVIDUAL,
    ITEMS,
    NOTHING_DRAWN,
    T01,
    TIERS,
    City,
    audited,
    frame_of,
    policy,
    task,
)

from scheduler.allocation.capacity import ALL_OFFICERS, Post, Resource, demand, officer_hours, resources
from scheduler.allocation.cells import Cell
from scheduler.allocation.matrix import Limit
from scheduler.allocation.policy import (
    CapacityChange,
    CapacityException,
    CapacityPolicy,
    PrecisionPolicy,
    RatesException,
    RoundPolicy,
    TargetPolicy,
)
from scheduler.allocation.precision import expected_errors, standard_error
from scheduler.allocation.problem import Problem, build_problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.solution import Solved
from scheduler.allocation.target import split_target
from scheduler.audit.programme import check_programme
from scheduler.errors import InfeasiblePlanError, PolicyError
from scheduler.registry.codes import RoundKind
from scheduler.registry.items import MICRO


def city(**changes: object) -> City:
    """A thousand enterprises and 200 individuals in two districts, a quarter of the enterprises in each tier."""
    kinds = [ENTERPRISE] * 1_000 + [INDIVIDUAL] * 200
    frame = frame_of([f"37100{index % 2 + 2}" for index in range(1_200)], kinds, [index % 2 for index in range(1_200)])
    tier = np.array([index // 2 % 4 for index in range(1_200)], dtype=np.int8)
    return replace(City(frame=frame, tier=tier, policy=policy()), **changes)  # type: ignore[arg-type]


def solve(problem: Problem) -> Solved:
    """Solves and checks the certificate."""
    solved = solve_programme(problem)
    assert solved.certificate is not None
    found = check_programme(audited(solved.certificate))
    assert found.is_feasible and found.slack_rows == () and found.is_near_optimal
    return solved


def visits(solved: Solved, *parts: str) -> Counter[tuple[str, ...]]:
    """Units by some parts of the stratum's name."""
    place = {"district": 0, "type": 1, "tier": 2, "tasks": 3}
    sums: Counter[tuple[str, ...]] = Counter()
    for cell in (cell for cells in solved.cells for cell in cells):
        names = cell.stratum.split("/")
        sums[tuple(names[place[part]] for part in parts)] += cell.visits_micro
    return sums


def test_exceptions_raise_a_floor_in_one_district() -> None:
    """A floor of 5 % for tier A in one district binds there alone; tolerance gives way to it there."""
    lone = RatesException(tiers=("A",), districts=("371002",), floor=Decimal("0.05"))
    wide = RatesException(tiers=("A",), tolerance=Decimal("0.2"))
    found = visits(solve(city(policy=policy(exceptions=(lone, wide))).problem()), "district", "tier")
    # 125 enterprises of tier A in each district, 98 % of them left by the open round of 20.
    assert found["371002", "A"] >= 6.125 * MICRO
    assert found["371003", "A"] < 6.125 * MICRO


def test_exceptions_lower_a_ceiling_for_one_task() -> None:
    """Firms that can be visited for T02 are visited at most at 4 % of their number, the others are not bound by it."""
    capped = RatesException(tasks=("T02",), ceiling=Decimal("0.04"), step=Decimal(0))
    tasks = (T01, task("T02", "K1", libraries=("L0",)))
    found = visits(solve(city(tasks=tasks, policy=policy(exceptions=(capped,))).problem()), "tier", "tasks")
    joint = [units for (_tier, names), units in found.items() if names == "T01+T02"]
    assert joint and max(joint) <= 0.04 * 125 * MICRO
    assert max(units for (_tier, names), units in found.items() if names == "T01") > 0.04 * 125 * MICRO


def test_exceptions_change_step_of_one_object_type() -> None:
    """A step of 10 % asked of enterprises shows between their tiers; the round's share of it is a half."""
    steep = RatesException(object_types=(ENTERPRISE,), step=Decimal("0.03"))
    found = visits(solve(city(policy=policy(exceptions=(steep,), step=Decimal(0))).problem()), "type", "tier")
    rates = [found["enterprise", tier] / MICRO / 245 for tier in TIERS]
    assert all(after - before >= 0.03 - 1e-9 for before, after in pairwise(rates))


def test_floor_above_ceiling_is_refused_in_words() -> None:
    """An exception may lift a floor above a ceiling that stands elsewhere: refused with both figures."""
    high = RatesException(tiers=("A",), floor=Decimal("0.6"))
    with pytest.raises(PolicyError, match=r"tier A.*expected a floor up to the ceiling 0.3, got 0.6"):
        solve_programme(city(policy=policy(exceptions=(high,))).problem())


def test_step_of_a_district_is_refused() -> None:
    """A step compares tiers of the whole city."""
    with pytest.raises(ValueError, match="a step for all districts"):
        RatesException(districts=("371002",), step=Decimal("0.1"))


def test_task_that_does_not_count_fills_nothing_of_the_target() -> None:
    """A general task taken out of the count serves visits that do not count."""
    tasks = (T01, task("T02", "G2", types=(ENTERPRISE,)))
    solved = solve(city(tasks=tasks, policy=policy(not_counting=("T02",))).problem())
    alone = [cell for cells in solved.cells for cell in cells if cell.package == "T02" and cell.visits_micro]
    assert all(not cell.counting for cell in alone)
    counting = sum(cell.visits_micro for cells in solved.cells for cell in cells if cell.counting)
    assert counting == 60 * MICRO  # ⌈0.08 · 1,000⌉ = 80, a quarter of it drawn in the open round


def test_rounds_share_the_target_by_weight() -> None:
    """60 visits over weights 1 and 3 are 15 and 45; equal weights share alike."""
    days = ((date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30)))
    rounds = [
        RoundPolicy(number=number, kind=RoundKind.TARGETED, starts_on=start, ends_on=end, weight=weight)
        for number, (start, end), weight in zip((1, 2), days, (1, 3), strict=True)
    ]
    target = TargetPolicy(ratio=Decimal("0.08"), open_share=Decimal(0))
    assert [entry.counting_visits for entry in split_target(60, target, rounds)] == [15, 45]
    none = [entry.model_copy(update={"weight": 0}) for entry in rounds]
    with pytest.raises(PolicyError, match="weight above 0"):
        split_target(60, target, none)


FOOD = replace(ITEMS[2], speciality="food", department="市场监管局")
SAFETY = replace(ITEMS[3], department="应急管理局")


def capacity(**changes: object) -> CapacityPolicy:
    """400 hours an officer and 1.5 a journey."""
    return CapacityPolicy(hours_per_officer=Decimal(400), hours_per_journey=Decimal("1.5"), **changes)  # type: ignore[arg-type]


def with_officers(found: City, officers: dict[Post, int], **changes: object) -> Problem:
    """A city's problem with officers of our choice."""
    items = (*ITEMS[:2], FOOD, SAFETY, ITEMS[4])
    asked = replace(found, policy=replace(found.policy, capacity=capacity(**changes)))
    return build_problem(
        asked.frame,
        asked.tier,
        policy=asked.policy,
        year=asked.year,
        tasks=asked.tasks,
        items=items,
        officers={2: officers, 3: officers},
        drawn=found.drawn or NOTHING_DRAWN,
    )


JOINT = (T01, replace(task("T02", "K1", libraries=("L0",), full=True), partners=("应急管理局",)))


def test_resources_are_those_the_policy_distinguishes() -> None:
    """By default all officers count together; departments and specialities of the tasks come when asked for."""
    items = {item.item_id: item for item in (*ITEMS[:2], FOOD, SAFETY)}
    assert resources(capacity(), JOINT, items) == (ALL_OFFICERS,)
    found = resources(capacity(distinguish=("department", "speciality")), JOINT, items)
    assert found == (
        ALL_OFFICERS,
        Resource("", "food"),
        Resource("市场监管局", ""),
        Resource("市场监管局", "food"),
        Resource("应急管理局", ""),
    )


def test_demand_of_a_joint_visit_is_shared_by_its_departments() -> None:
    """Two officers for 2.5 hours: one of each department; the food officer is one of them."""
    tasks, items = {task.task_id: task for task in JOINT}, {item.item_id: item for item in (*ITEMS[:2], FOOD)}
    asked = [Resource(), Resource("市场监管局", ""), Resource("应急管理局", ""), Resource("", "food")]
    hours = [demand(("T02",), resource, tasks, items, capacity(), "371002") for resource in asked]
    assert hours == [5.0, 2.5, 2.5, 2.5]
    assert demand(("T01",), Resource("", "food"), tasks, items, capacity(), "371002") == 0.0


def test_hours_follow_exceptions_and_changes() -> None:
    """Reserve and hours of a department, and 200 hours more of food officers in one round, which are officers too."""
    rounds = city().year.rounds
    found = officer_hours(
        {Post("371002", "x", ("food",)): 1, Post("371003", "y"): 1},
        rounds[1],
        rounds,
        capacity(
            exceptions=(CapacityException(departments=("y",), reserve=Decimal("0.5")),),
            changes=(CapacityChange(district="371003", speciality="food", round=2, hours=Decimal(200)),),
        ),
        (ALL_OFFICERS, Resource("", "food")),
    )
    days = sum(entry.num_days for entry in rounds)
    assert found["371002", ALL_OFFICERS] == pytest.approx(360 * 92 / days)
    assert found["371003", ALL_OFFICERS] == pytest.approx(200 * 92 / days + 200)
    assert found["371003", Resource("", "food")] == 200.0


def test_too_few_specialists_bind_where_they_are_distinguished() -> None:
    """500 firms owe a food visit of 2.5 hours; without food officers there is no plan, and the planner is told."""
    officers = {Post("371003", "市场监管局"): 60, Post("371002", "市场监管局", ("food",)): 60}
    tasks = (T01, task("T02", "K1", libraries=("L0",), full=True))
    assert solve(with_officers(city(tasks=tasks), officers)).findings > 0
    with pytest.raises(InfeasiblePlanError) as caught:
        solve_programme(with_officers(city(tasks=tasks), officers, distinguish=("speciality",)))
    assert any("371003.food.round" in entry.name for entry in caught.value.relaxations)


def test_neighbours_lend_officers_at_a_cost() -> None:
    """A district without officers is served by its neighbour, and only if the policy calls it one."""
    officers = {Post("371003"): 80}
    with pytest.raises(InfeasiblePlanError, match="no plan keeps every limit"):
        solve_programme(with_officers(city(), officers))
    solved = solve(with_officers(city(), officers, neighbours={"371002": ("371003",)}))
    assert solved.certificate is not None
    columns = solved.certificate.columns
    lent = {
        subject[1:3]: value
        for subject, value in zip(columns.subject, columns.value_pico.tolist(), strict=True)
        if len(subject) == 5 and subject[0] == "2"
    }
    assert lent["371002", "371003"] > 0
    assert lent["371002", BUREAU] == 0
    hours = solved.certificate.lines(frozenset({Limit.HOURS}))
    assert {line.subject for line in hours} == {(str(r), d, "", "") for r in (2, 3) for d in ("371002", "371003")}


@pytest.mark.parametrize("lenders", [("371002",), ("371003", "371003")])
def test_neighbours_are_other_districts_each_once(lenders: tuple[str, ...]) -> None:
    """A district is no neighbour of itself, and none twice."""
    with pytest.raises(ValueError, match="other districts, each once"):
        capacity(neighbours={"371002": lenders})


def errors_of(found: City, solved: Solved) -> dict[tuple[str, ...], float]:
    """Expected standard errors by tier and by district, open rounds left out."""
    year, problem = found.year, found.problem()
    firms: Counter[tuple[str, str, str]] = Counter()
    for stratum in problem.strata.strata:
        firms[stratum.district, stratum.object_type, stratum.tier] += stratum.num_firms
    cells: dict[int, Sequence[Cell]] = {
        entry.number: cells for entry, cells in zip(problem.rounds, solved.cells, strict=True)
    }
    rates = {tier: float(share) for tier, share in found.policy.tiers.expected_findings.items()}
    tiers, districts = expected_errors(year.rounds, cells, firms, rates=rates, counted_types=())
    return {line.name: line.standard_error for line in (*tiers, *districts)}


def test_precision_asked_is_kept() -> None:
    """A standard error asked of a tier and a district is what the plan gives, or less; without asking it is more."""
    closed = policy(open_share=Decimal(0))
    plain = errors_of(city(policy=closed), solve(city(policy=closed).problem()))
    asked = replace(
        closed, precision=PrecisionPolicy(tiers={"A": Decimal("0.05")}, districts={"371003": Decimal("0.065")})
    )
    kept = errors_of(city(policy=asked), solve(city(policy=asked).problem()))
    assert plain["enterprise", "A"] > 0.05 >= kept["enterprise", "A"]
    assert plain["enterprise", "371003"] > 0.065 >= kept["enterprise", "371003"]


def test_standard_error_of_a_simulated_sample() -> None:
    """The formula is what repeated stratified samples show, to a few per cent."""
    rng = np.random.default_rng(5)
    size, sample, rate = np.array([400, 100]), np.array([40, 50]), np.array([0.1, 0.4])
    estimates = []
    found = [np.repeat([1.0, 0.0], [round(n * p), n - round(n * p)]) for n, p in zip(size, rate, strict=True)]
    for _ in range(4_000):
        means = [rng.choice(y, k, replace=False).mean() for y, k in zip(found, sample, strict=True)]
        estimates.append(float(size @ np.array(means)) / 500)
    assert standard_error(size.astype(float), sample / size, rate) == pytest.approx(np.std(estimates), rel=0.05)


def test_errors_are_infinite_without_a_chance() -> None:
    """A group with firms that nobody will visit cannot be estimated."""
    assert standard_error(np.array([5.0, 5.0]), np.array([0.5, 0.0]), np.array([0.1, 0.1])) == float("inf")
    assert standard_error(np.zeros(1), np.zeros(1), np.zeros(1)) == 0.0


def test_precision_that_no_sample_has_is_refused() -> None:
    """A standard error of 0 is that of full coverage."""
    with pytest.raises(ValueError, match="expected a standard error above 0"):
        PrecisionPolicy(tiers={"A": Decimal(0)})
