"""The target and its rounds, compulsory schedules, packages, officer-hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from allocation_cities import ENTERPRISE, INDIVIDUAL, ITEMS, ROUNDS, T01, frame_of, policy, task

from scheduler.allocation.capacity import ALL_OFFICERS, Post, officer_hours
from scheduler.allocation.packages import hours_of_visit, mixed, packages
from scheduler.allocation.policy import RatesPolicy, RoundPolicy, TargetPolicy
from scheduler.allocation.schedule import compulsory_visits, merge_windows
from scheduler.allocation.strata import Stratum
from scheduler.allocation.target import PlannedRound, carry_over, open_package, split_target, target_visits
from scheduler.errors import PolicyError
from scheduler.registry.codes import RoundKind


@pytest.mark.parametrize(("number", "expected"), [(0, 0), (1, 1), (12, 1), (13, 2), (2_052, 165), (147_000, 11_760)])
def test_target_visits_rounds_up(number: int, expected: int) -> None:
    """8 % of 2,052 is 164.16, so T = 165."""
    assert target_visits(80_000, number) == expected


@pytest.mark.parametrize("target", range(0, 200, 7))
def test_split_target_sums_to_target(target: int) -> None:
    """A quarter, rounded up, is open; the rest is even up to one."""
    visits = [entry.counting_visits for entry in split_target(target, TargetPolicy(ratio=Decimal("0.08")), ROUNDS)]
    assert sum(visits) == target
    assert visits[0] == -(-target // 4)
    assert 0 <= visits[1] - visits[2] <= 1


def rounds_of(*kinds: RoundKind) -> tuple[RoundPolicy, ...]:
    """Rounds of a month each."""
    return tuple(
        RoundPolicy(number=number, kind=kind, starts_on=date(2026, number, 1), ends_on=date(2026, number, 28))
        for number, kind in enumerate(kinds, start=1)
    )


@pytest.mark.parametrize(
    ("rounds", "match"),
    [
        pytest.param(rounds_of(RoundKind.TARGETED, RoundKind.OPEN), "round 2 is open", id="open-last"),
        pytest.param(
            (rounds_of(RoundKind.OPEN, RoundKind.TARGETED)[1], rounds_of(RoundKind.TARGETED)[0]), "dates", id="dates"
        ),
    ],
)
def test_split_target_refuses_impossible_orders(rounds: tuple[RoundPolicy, ...], match: str) -> None:
    """Open rounds come first, and rounds in the order of their dates."""
    with pytest.raises(PolicyError, match=match):
        split_target(10, TargetPolicy(ratio=Decimal("0.08")), rounds)


def planned(visits: list[int], num_drawn: int) -> tuple[PlannedRound, ...]:
    """Rounds with counting visits, the first of them drawn."""
    return tuple(
        PlannedRound(
            number=number,
            kind=RoundKind.TARGETED,
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 1, 31),
            counting_visits=count,
            drawn=number <= num_drawn,
        )
        for number, count in enumerate(visits, start=1)
    )


@pytest.mark.parametrize(
    ("visits", "num_drawn", "counted", "expected"),
    [
        pytest.param([20, 30, 30], 1, 20, [20, 30, 30], id="as-planned"),
        pytest.param([20, 30, 30], 1, 17, [20, 33, 30], id="shortfall-goes-to-the-next"),
        pytest.param([20, 30, 30], 2, 48, [20, 30, 32], id="last-round-takes-it"),
        pytest.param([20, 30, 30], 1, 55, [20, 0, 25], id="a-list-drawn-elsewhere"),
        pytest.param([20, 30, 30], 3, 70, [20, 30, 30], id="nothing-left"),
    ],
)
def test_carry_over_keeps_the_total(visits: list[int], num_drawn: int, counted: int, expected: list[int]) -> None:
    """What drawn rounds left of T = 80 is owed by the next ones."""
    assert [entry.counting_visits for entry in carry_over(80, counted, planned(visits, num_drawn))] == expected


def test_open_package_takes_general_tasks_that_reach_everybody() -> None:
    """Only T01 is general, reaches every enterprise, and has room for the round's visits."""
    frame = frame_of(["1"] * 10, [ENTERPRISE] * 9 + [INDIVIDUAL])
    entry = replace(planned([3], 0)[0], kind=RoundKind.OPEN)
    tasks = (
        T01,
        task("T02", "K1"),  # no general item
        task("T03", libraries=("L0",)),  # not everybody
        task("T04", full=True),  # owed by law
        task("T05", greatest=200_000),  # 2 of 10 are fewer than 3
        task("T06", starts_on=date(2026, 6, 1)),  # later
        task("T07"),  # individuals as well
    )
    assert open_package(frame, policy().target, tasks, ITEMS, entry) == ("T01", "T07")
    with pytest.raises(PolicyError, match="round 1 is open to every enterprise"):
        open_package(frame, policy().target, tasks[1:6], ITEMS, entry)


def stratum(key: str, number: int) -> Stratum:
    """A stratum of a number of firms."""
    district, _, tier, tasks = key.split("/")
    return Stratum(
        key=key,
        district=district,
        object_type=ENTERPRISE,
        tier=tier,
        task_ids=tuple(tasks.split("+")),
        num_firms=number,
    )


def test_compulsory_visits_sum_to_firms_and_spread_small_strata() -> None:
    """Ten strata of one firm are five in each round, not ten in the first."""
    strata = [stratum(f"1/enterprise/A/F+T{number}", 1) for number in range(10)] + [stratum("2/enterprise/A/F", 7)]
    found = compulsory_visits(strata, {"F": frozenset({2, 3})})
    total: Counter[int] = Counter()
    for entry in strata[:10]:
        (visit,) = found[entry.key]
        assert sum(visit.visits.values()) == 1
        total.update(visit.visits)
    assert dict(total) == {2: 5, 3: 5}
    assert dict(found["2/enterprise/A/F"][0].visits) == {2: 4, 3: 3}


def test_compulsory_visits_needs_two_where_windows_do_not_meet() -> None:
    """A firm that owes one task in round 2 and another in round 3 is visited in both."""
    found = compulsory_visits([stratum("1/e/A/F+H", 4)], {"F": frozenset({2}), "H": frozenset({3})})
    assert [dict(visit.visits) for visit in found["1/e/A/F+H"]] == [{2: 4}, {3: 4}]
    assert compulsory_visits([stratum("1/e/A/T", 4)], {"F": frozenset({2})}) == {}


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ({"F": {2, 3}, "H": {2, 3}}, [(("F", "H"), (2, 3))]),
        ({"F": {2}, "H": {2, 3}}, [(("F", "H"), (2,))]),
        ({"F": {1, 2}, "H": {2, 3}, "I": {3, 4}}, [(("F", "H"), (2,)), (("I",), (3, 4))]),
    ],
)
def test_merge_windows_makes_fewest_visits(windows: dict[str, set[int]], expected: object) -> None:
    """Tasks whose windows meet share a visit in a round common to them."""
    assert merge_windows({name: frozenset(numbers) for name, numbers in windows.items()}) == expected


def test_packages_of_compulsory_visit_hold_what_is_owed() -> None:
    """Every package holds F; F alone is the rest and never counts."""
    found = packages(("F",), ("G",), ("O",), counts=True, alone=False)
    assert {package.key: (package.counting, package.rest) for package in found} == {
        "F": (False, True),
        "F+G": (True, False),
        "F+G+O": (True, False),
        "F+O": (False, False),
    }
    assert mixed(found)


def test_packages_of_one_firm_stand_in_one_line() -> None:
    """With one firm only counting packages remain beside the rest, so that both lines cannot ask for it."""
    found = packages(("F",), ("G",), ("O",), counts=True, alone=True)
    assert [package.key for package in found] == ["F", "F+G", "F+G+O"]
    assert not mixed(found)
    assert [package.key for package in packages((), (), ("O",), counts=True, alone=True)] == ["O"]


def test_packages_of_other_types_never_count() -> None:
    """An individual's visit for a general task does not count."""
    assert not any(package.counting for package in packages((), ("G",), ("O",), counts=False, alone=False))


def test_hours_of_visit_share_journey_and_items() -> None:
    """Two officers travel 1.5 h and work 1 h on each of two items: 7 h; an item of both tasks is worked once."""
    tasks = {"A": task("A", "G1"), "B": task("B", "K1"), "C": task("C", "G1")}
    items = {item.item_id: item for item in ITEMS}
    assert hours_of_visit(("A", "B"), tasks, items, policy().capacity) == 7.0
    assert hours_of_visit(("A", "C"), tasks, items, policy().capacity) == 5.0


def test_hours_of_visit_takes_officers_an_item_needs() -> None:
    """An item that needs three officers is visited by three: 3 · (1.5 + 1) = 7.5 h."""
    items = {"G1": replace(ITEMS[0], officers_required=3)}
    assert hours_of_visit(("A",), {"A": task("A", "G1")}, items, policy().capacity) == 7.5


def test_officer_hours_are_spread_by_days() -> None:
    """400 h less a tenth for each of two officers; a round of 31 of 62 days gets half: 360 h."""
    rounds = planned([1, 1], 0)
    hours = officer_hours({Post("1"): 2}, rounds[0], rounds, policy().capacity)
    assert hours == {("1", ALL_OFFICERS): 360.0}


def test_rates_policy_refuses_floor_above_ceiling() -> None:
    """A floor above its ceiling is an error of the policy file, not of the plan."""
    with pytest.raises(ValueError, match="tier A: expected a floor up to the ceiling"):
        RatesPolicy(floor={"A": Decimal("0.2")}, ceiling={"A": Decimal("0.1")})


def test_round_policy_refuses_what_cannot_be_planned() -> None:
    """A round starts before it ends, and lists drawn elsewhere are no rounds of the plan."""
    day = date(2026, 3, 1)
    with pytest.raises(ValueError, match="starts before it ends"):
        RoundPolicy(number=1, kind=RoundKind.OPEN, starts_on=day, ends_on=date(2026, 2, 1))
    with pytest.raises(ValueError, match="are imported"):
        RoundPolicy(number=1, kind=RoundKind.EXTERNAL, starts_on=day, ends_on=day)
