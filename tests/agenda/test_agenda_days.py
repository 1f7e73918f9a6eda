"""Days of visits: windows, evenness, the cap, overload only where it must be, order by secret."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from scheduler.agenda.days import DayException, PlannedDay, plan_days
from scheduler.agenda.frozen import exception_text, officers_bytes, visits_bytes
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.draw.hashing import keyed_digest
from scheduler.teams.needs import PackageNeeds

SEED = "cd" * 32
SECRET = b"s" * 32
TEAMS = ("2026-1-1-371002-001", "2026-1-1-371002-002", "2026-1-1-371002-003")
DAYS = tuple(date(2026, 3, 2) + timedelta(days=offset) for offset in range(12))


def needs(package: str, first: int = 0, last: int = 11) -> PackageNeeds:
    """Needs of a package that runs from one position of `DAYS` to another."""
    return PackageNeeds(
        package=package, specialities=(), officers_required=2, starts_on=DAYS[first], ends_on=DAYS[last]
    )


def shift(team: int = 0) -> int:
    """Position of `DAYS` at which a team begins, by the specification's words."""
    return int(keyed_digest(SECRET, "spread", SEED, TEAMS[team]), 16) % 12


def plan(
    packages: list[str],
    windows: dict[str, PackageNeeds],
    *,
    teams: list[int] | None = None,
    days: tuple[date, ...] = DAYS,
    cap: int = 3,
    secret: bytes = SECRET,
) -> tuple[PlannedDay, ...]:
    """Days of visits of one team to firms named by their position."""
    return plan_days(
        [f"FIRM{number:03d}" for number in range(len(packages))],
        packages,
        [0] * len(packages) if teams is None else teams,
        team_ids=TEAMS,
        needs=windows,
        working_days=days,
        visits_per_team_day=cap,
        seed=SEED,
        officer_secret=secret,
    )


def test_visits_spread_at_equal_distances_in_the_order_of_the_secret() -> None:
    """Four visits over twelve days lie 12/4 = 3 days apart in the order of their digests, from the team's shift on."""
    planned = plan(["T1"] * 4, {"T1": needs("T1")})
    order = sorted(range(4), key=lambda visit: keyed_digest(SECRET, "day", SEED, f"FIRM{visit:03d}"))
    assert [planned[visit].visit_on for visit in order] == [DAYS[(shift() + step) % 12] for step in (0, 3, 6, 9)]
    assert all(entry.exceptions == () for entry in planned)


def test_more_visits_than_days_differ_by_one_a_day() -> None:
    """Thirty visits over twelve days: six days of three and six of two."""
    planned = plan(["T1"] * 30, {"T1": needs("T1")})
    loads = Counter(entry.visit_on for entry in planned)
    assert Counter(loads.values()) == {3: 6, 2: 6}


def test_visits_that_do_not_fit_are_overloads_and_no_more() -> None:
    """Forty visits, twelve days of three: 40 − 36 = 4 overloads, one on each of four days."""
    planned = plan(["T1"] * 40, {"T1": needs("T1")})
    assert Counter(entry.exceptions for entry in planned) == {(): 36, (DayException.OVERLOAD,): 4}
    assert max(Counter(entry.visit_on for entry in planned).values()) == 4


def test_each_team_has_days_of_its_own() -> None:
    """Two teams with one visit each begin at their own shifts and do not look at each other."""
    planned = plan(["T1", "T1"], {"T1": needs("T1")}, teams=[0, 1])
    assert [entry.visit_on for entry in planned] == [DAYS[shift(0)], DAYS[shift(1)]]


def test_teams_with_one_visit_each_do_not_all_begin_on_the_first_day() -> None:
    """
    Of 240 single visits every one of twelve days gets its share.

    A day's number is binomial with mean 240/12 = 20 and deviation 4.3; 5 and 40 lie more than three of them away.
    """
    team_ids = [f"2026-1-1-371002-{number:03d}" for number in range(240)]
    planned = plan_days(
        [f"FIRM{number:03d}" for number in range(240)],
        ["T1"] * 240,
        range(240),
        team_ids=team_ids,
        needs={"T1": needs("T1")},
        working_days=DAYS,
        visits_per_team_day=3,
        seed=SEED,
        officer_secret=SECRET,
    )
    loads = Counter(entry.visit_on for entry in planned)
    assert set(loads) == set(DAYS)
    assert min(loads.values()) > 5
    assert max(loads.values()) < 40


def test_visit_without_team_has_no_day_and_no_exception_of_its_own() -> None:
    """An unmet visit is reported by the matching already."""
    assert plan(["T1"], {"T1": needs("T1")}, teams=[-1]) == (PlannedDay(visit_on=None),)


def test_task_window_bounds_the_day() -> None:
    """Two visits of a task that runs on two days only take those two."""
    planned = plan(["T1", "T1"], {"T1": needs("T1", 4, 5)})
    assert {entry.visit_on for entry in planned} == {DAYS[4], DAYS[5]}


def test_window_without_a_working_day_falls_back_to_the_round() -> None:
    """Tasks that do not run in the round, or never together, leave any working day, as an exception."""
    outside = PackageNeeds(
        package="T1", specialities=(), officers_required=2, starts_on=date(2027, 1, 1), ends_on=date(2027, 2, 1)
    )
    never = PackageNeeds(package="T2", specialities=(), officers_required=2, starts_on=DAYS[5], ends_on=DAYS[2])
    planned = plan(["T1", "T2"], {"T1": outside, "T2": never})
    assert [entry.exceptions for entry in planned] == [(DayException.WINDOW,)] * 2
    assert {entry.visit_on for entry in planned} == {DAYS[shift()], DAYS[(shift() + 6) % 12]}


def test_round_without_a_working_day_leaves_visits_without_day() -> None:
    """Officers drawn after the window can visit on no day of it; a visit without team is not counted twice."""
    planned = plan(["T1", "T1"], {"T1": needs("T1")}, teams=[0, -1], days=())
    assert [entry.exceptions for entry in planned] == [(DayException.NO_DAY,), ()]
    assert [entry.visit_on for entry in planned] == [None, None]


def test_days_are_dealt_anew_where_spreading_would_overload() -> None:
    """
    One visit a day, T1 on days 2–3 and three of T2 on days 3–5.

    The team's shift is odd, so spreading gives the narrower T1 its second day, 3, and T2 days 3, 4 and 5: a clash,
    although T1 could take day 2.
    """
    assert shift() % 2 == 1
    planned = plan(["T1", "T2", "T2", "T2"], {"T1": needs("T1", 2, 3), "T2": needs("T2", 3, 5)}, cap=1)
    assert all(entry.exceptions == () for entry in planned)
    assert planned[0].visit_on == DAYS[2]
    assert {entry.visit_on for entry in planned[1:]} == set(DAYS[3:6])


def test_days_depend_on_the_secret() -> None:
    """With the same seed, 60 secrets send a firm to each of twelve days (one is missed with chance 12 · (11/12)^60)."""
    met = {plan(["T1"] * 12, {"T1": needs("T1")}, secret=bytes([number]) * 32)[0].visit_on for number in range(60)}
    assert met == set(DAYS)


def test_whole_window_has_no_visit_on_a_day_off() -> None:
    """A window over Labour Day 2026 leaves 1–5 May free and uses the worked Saturday of 9 May."""
    days = WorkdayCalendar().working_days(date(2026, 4, 20), date(2026, 5, 15))
    window = PackageNeeds(
        package="T1", specialities=(), officers_required=2, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    planned = plan(["T1"] * 40, {"T1": window}, days=days)
    used = {entry.visit_on for entry in planned}
    assert used == set(days)
    assert date(2026, 5, 9) in used
    assert all(day is not None and WorkdayCalendar().is_working_day(day) for day in used)


windows_strategy = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).map(lambda pair: (min(pair), max(pair))),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(windows=windows_strategy, visits=st.lists(st.integers(0, 3), max_size=40), cap=st.integers(1, 3))
def test_overloads_are_as_few_as_can_be(windows: list[tuple[int, int]], visits: list[int], cap: int) -> None:
    """Whatever the windows: every visit has a day of its window, and overloads are what a maximum matching leaves."""
    packages = [f"T{number % len(windows)}" for number in visits]
    spans = {f"T{number}": needs(f"T{number}", *window) for number, window in enumerate(windows)}
    planned = plan(packages, spans, cap=cap)
    loads: Counter[date] = Counter()
    for package, entry in zip(packages, planned, strict=True):
        assert entry.visit_on is not None
        assert spans[package].starts_on <= entry.visit_on <= spans[package].ends_on
        loads[entry.visit_on] += DayException.OVERLOAD not in entry.exceptions
    assert all(load <= cap for load in loads.values())
    num_overloads = sum(DayException.OVERLOAD in entry.exceptions for entry in planned)
    assert num_overloads == len(packages) - possible(packages, spans, cap)


def possible(packages: list[str], spans: dict[str, PackageNeeds], cap: int) -> int:
    """Most visits that fit: a maximum matching of visits with places, `cap` of them on every day."""
    if not packages:
        return 0
    places = [day for day in DAYS for _ in range(cap)]
    edges = [[spans[package].starts_on <= day <= spans[package].ends_on for day in places] for package in packages]
    matched = maximum_bipartite_matching(csr_array(np.array(edges, dtype=np.int8)), perm_type="column")
    return int((matched >= 0).sum())


@settings(max_examples=50, deadline=None)
@given(visits=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=30), shuffled=st.randoms())
def test_order_of_visits_decides_nothing(visits: list[tuple[int, int]], shuffled: Random) -> None:
    """Permuted visits get the same days."""
    spans = {"T0": needs("T0"), "T1": needs("T1", 3, 6), "T2": needs("T2", 0, 1)}
    rows = [(f"FIRM{number:03d}", f"T{package}", team) for number, (package, team) in enumerate(visits)]

    def days_of(entries: list[tuple[str, str, int]]) -> dict[str, PlannedDay]:
        planned = plan_days(
            [entry[0] for entry in entries],
            [entry[1] for entry in entries],
            [entry[2] for entry in entries],
            team_ids=TEAMS,
            needs=spans,
            working_days=DAYS,
            visits_per_team_day=1,
            seed=SEED,
            officer_secret=SECRET,
        )
        return dict(zip([entry[0] for entry in entries], planned, strict=True))

    expected = days_of(rows)
    shuffled.shuffle(rows)
    assert days_of(rows) == expected


def test_visits_file_is_in_order_with_empty_cells() -> None:
    """Rows ascend by firm; a visit without team or day has empty cells."""
    content = visits_bytes(["B", "A"], ["T-1", ""], [date(2026, 3, 2), None], ["", "unmet"])
    assert content.decode() == "firm_id\tteam_id\tvisit_on\texception\nA\t\t\tunmet\nB\tT-1\t2026-03-02\t\n"


def test_officers_file_holds_what_the_lot_went_by() -> None:
    """Working days, cap and needs stand in the file in ascending order."""
    content = officers_bytes(
        draw_id="2026-1-1",
        drawn_on=date(2026, 3, 1),
        seed="ab",
        visits_per_team_day=3,
        working_days=DAYS[:2],
        unknown_years=(2027,),
        needs={"T2": needs("T2"), "T1": needs("T1", 1, 2)},
    ).decode()
    assert content.index('"T1"') < content.index('"T2"')
    assert '"working_days": [\n    "2026-03-02",\n    "2026-03-03"\n  ]' in content
    assert '"unknown_years": [\n    2027\n  ]' in content


@pytest.mark.parametrize(
    ("codes", "text"), [([], ""), (["unmet"], "unmet"), (["window", "borrowed"], "borrowed;window")]
)
def test_exceptions_of_a_visit_are_one_cell(codes: list[str], text: str) -> None:
    """Several exceptions ascend, joined by a semicolon."""
    assert exception_text(codes) == text
