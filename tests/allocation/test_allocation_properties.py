"""
Promises of the programme on hundreds of generated cities and policies, most of them odd.

Tiny strata, tiers and districts without firms, everything in tier D, all tasks of full coverage, no officers, windows
outside all rounds, floors that leave no room under ceilings, a tolerance of 0, steps that no rate can climb.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from allocation_cities import ENTERPRISE, INDIVIDUAL, TIERS, City, audited, frame_of, policy, task
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_allocation_relaxation import relaxed

from scheduler.allocation.cells import by_stratum
from scheduler.allocation.layout import make_layout
from scheduler.allocation.matrix import Limit
from scheduler.allocation.policy import PrecisionPolicy
from scheduler.allocation.problem import PlanPolicy, Problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.solution import Solved
from scheduler.audit.programme import check_programme
from scheduler.errors import InfeasiblePlanError, PolicyError, Relaxation
from scheduler.registry.items import MICRO, Task

MIXES = ((65, 25, 8, 2), (0, 0, 0, 1), (1, 0, 1, 0), (1, 0, 0, 0), (1, 1, 1, 1))
FLOORS = (("0",) * 4, ("0.01", "0.02", "0.03", "0.04"), ("0.000001",) * 4, ("0.3",) * 4)
CEILINGS = (("1",) * 4, ("0.3", "0.5", "0.9", "1"), ("0.3",) * 4)
WINDOWS = (
    {},
    {},
    {},
    {"ends_on": date(2026, 8, 31)},
    {"starts_on": date(2026, 9, 1)},
    {"starts_on": date(2026, 12, 15)},
)
RATIOS = st.sampled_from((0, 20_000, 80_000, 300_000, 1_000_000))


def decimals(*texts: str) -> st.SearchStrategy[Decimal]:
    """One of some decimals."""
    return st.sampled_from([Decimal(text) for text in texts])


@st.composite
def policies(draw: st.DrawFn, districts: list[str]) -> PlanPolicy:
    """A policy, sensible or not."""
    floor, ceiling = draw(st.sampled_from(FLOORS)), draw(st.sampled_from(CEILINGS))
    found = policy(
        floor=dict(zip(TIERS, map(Decimal, floor), strict=True)),
        ceiling=dict(zip(TIERS, map(Decimal, ceiling), strict=True)),
        step=draw(decimals("0", "0.005", "0.02", "0.3")),
        tolerance=draw(decimals("0", "0.0001", "0.02", "1")),
        least_cell=draw(st.sampled_from((1, 30))),
        open_share=draw(decimals("0", "0.25", "0.9")),
        full_coverage_share=draw(decimals("0", "0.2", "1")),
        ratio=Decimal("0.08"),
        distinguish=draw(st.sampled_from(((), ("speciality",)))),
        neighbours=draw(st.sampled_from(({}, {districts[0]: tuple(districts[1:])}))),
    )
    errors = draw(st.sampled_from(({}, {}, {"A": Decimal("0.1")}, {"D": Decimal("0.01")})))
    return replace(found, precision=PrecisionPolicy(tiers=errors))


@st.composite
def tasks(draw: st.DrawFn, districts: list[str]) -> tuple[Task, ...]:
    """T01, which reaches every enterprise, and some others; sometimes all of full coverage but T01."""
    everything = draw(st.integers(0, 9)) == 0
    ranges = (
        ("T02", "G2", {"types": (ENTERPRISE,), "libraries": ("L2",)}, False),
        ("T03", "K1", {"libraries": ("L0",)}, True),
        ("T04", "K2", {"libraries": ("L1",)}, False),
        ("T05", "K3", {"types": (INDIVIDUAL,)}, False),
        ("T06", "K3", {"districts": districts[:1]}, draw(st.booleans())),
    )
    found = [task("T01", types=(ENTERPRISE,), greatest=draw(st.sampled_from((80_000, 100_000, 1_000_000))))]
    for name, item_id, where, full in ranges:
        if draw(st.booleans()):
            least, greatest = sorted((draw(RATIOS), draw(RATIOS)))
            window = draw(st.sampled_from(WINDOWS))
            bounds = {"least": draw(st.sampled_from((0, least))), "greatest": greatest}
            found.append(task(name, item_id, full=full or everything, **where, **bounds, **window))  # type: ignore[arg-type]
    return tuple(found)


@st.composite
def cities(draw: st.DrawFn) -> City:
    """A city of 1 to 300 firms."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    number = draw(st.sampled_from((1, 2, 5, 20, 80, 300)))
    districts = [f"37100{index + 1}" for index in range(draw(st.integers(1, 3)))]
    mix = np.array(draw(st.sampled_from(MIXES)), dtype=float)
    kinds = [ENTERPRISE, *(rng.choice([ENTERPRISE, INDIVIDUAL], size=number - 1, p=[0.85, 0.15]))]
    return City(
        frame=frame_of(
            list(map(str, rng.choice(districts, size=number))),
            kinds,
            rng.choice([0, 0, 0, 1, 2, 3, 4, 7], size=number).tolist(),
        ),
        tier=rng.choice(4, size=number, p=mix / mix.sum()).astype(np.int8),
        tasks=draw(tasks(districts)),
        policy=draw(policies(districts)),
        officers_per_district=draw(st.sampled_from((0, 2, 20, 500))),
        officers_of_bureau=draw(st.sampled_from((0, 5, 500))),
    )


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(city=cities())
def test_every_city_has_an_exact_plan_or_an_answer(city: City) -> None:
    """The total is ⌈0.08 N⌉ and all limits hold in integers, at once or when the answer to “infeasible” is applied."""
    is_relaxed = False
    try:
        problem = city.problem()
        solved = solve_programme(problem, lambda found: with_options(city, found).problem())
    except InfeasiblePlanError as error:
        assert error.relaxations
        assert all(entry.name and entry.change for entry in error.relaxations), error.relaxations
        city = with_options(city, error.relaxations)
        problem = city.problem()
        solved = solve_programme(problem)
        is_relaxed = True
    except PolicyError as error:
        assert "expected" in str(error)
        return
    assert_promises(city, problem, solved, is_relaxed=is_relaxed)


def with_options(city: City, found: Sequence[Relaxation]) -> City:
    """The city once an answer is applied."""
    return relaxed(city, [entry.option for entry in found])


def assert_promises(city: City, problem: Problem, solved: Solved, *, is_relaxed: bool) -> None:
    """What every plan keeps, a relaxed one as well."""
    number = city.year.num_enterprises
    assert sum(entry.counting_visits for entry in city.year.rounds) == -(-8 * number // 100)
    assert_total_is_exact(problem, solved)
    assert_limits_hold(city, solved, is_relaxed=is_relaxed)
    assert_everybody_has_a_chance(city, problem, solved)


def assert_total_is_exact(problem: Problem, solved: Solved) -> None:
    """Each round has its visits that count, to the last unit."""
    for entry, cells in zip(problem.rounds, solved.cells, strict=True):
        assert sum(cell.visits_micro for cell in cells if cell.counting) == entry.counting_visits * MICRO


def assert_limits_hold(city: City, solved: Solved, *, is_relaxed: bool) -> None:
    """
    Every row holds exactly, but where bounds leave no room for whole units: there to one unit a cell.

    A policy relaxed by the least that suffices may leave none anywhere.
    """
    assert solved.certificate is not None
    found = check_programme(audited(solved.certificate))
    assert found.is_feasible
    assert found.is_near_optimal
    if is_relaxed:
        return
    slack = {solved.certificate.rows.limit[row] for row in found.slack_rows}
    rates = city.policy.rates
    assert Limit.TOLERANCE not in slack or rates.tolerance == 0
    met = rates.tolerance == 0 or any(rates.floor[tier] == rates.ceiling[tier] for tier in TIERS)
    assert not slack or met, slack


def assert_everybody_has_a_chance(city: City, problem: Problem, solved: Solved) -> None:
    """Where floors are above 0, so is the chance of every firm that a discretionary visit can reach in a round."""
    if min(city.policy.rates.floor.values()) == 0:
        return
    layout = make_layout(problem)
    strata = problem.strata.keys
    for number, cells in enumerate(solved.cells):
        visits = {key: sum(cell.visits_micro for cell in members) for key, members in by_stratum(cells).items()}
        for slot in np.flatnonzero((layout.slot_entry == number) & (layout.floor > 1 / MICRO)).tolist():
            assert visits[strata[layout.slot_stratum[slot]]] > 0
