"""Days of visits: windows, rooms, towns, joint visits, evenness, exceptions that are true, order by secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from scheduler.agenda.books import DayLimits, Room
from scheduler.agenda.days import Calendar, DatedVisits, DayException, PlannedDay, plan_days
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.draw.hashing import keyed_digest

SEED = "cd" * 32
SECRET = b"s" * 32
TEAMS = ("2026-1-1-371002-001", "2026-1-1-371002-002", "2026-1-1-371002-003")
DAYS = tuple(date(2026, 3, 2) + timedelta(days=offset) for offset in range(12))
Window = tuple[int, int]
ALL: Window = (0, 11)


def shift(team: int = 0) -> int:
    """Position of `DAYS` at which a team begins, by the specification's words."""
    return int(keyed_digest(SECRET, "spread", SEED, TEAMS[team]), 16) % 12


def plan(
    windows: Sequence[Window],
    *,
    teams: Sequence[tuple[int, ...]] | None = None,
    towns: Sequence[str] | None = None,
    minutes: Sequence[int] | None = None,
    rooms: Mapping[int, Mapping[int, Room]] | None = None,
    days: tuple[date, ...] = DAYS,
    limits: DayLimits | None = None,
    cap: int = 3,
    team_ids: Sequence[str] = TEAMS,
    secret: bytes = SECRET,
) -> tuple[PlannedDay, ...]:
    """Days of visits to firms named by their position; windows are positions of `DAYS`, both ends included."""
    number = len(windows)
    visits = DatedVisits(
        firm_id=[f"FIRM{position:03d}" for position in range(number)],
        teams=[(0,)] * number if teams is None else teams,
        town=[""] * number if towns is None else towns,
        starts_on=[DAYS[first] for first, _ in windows],
        ends_on=[DAYS[last] for _, last in windows],
        minutes=[60] * number if minutes is None else minutes,
    )
    calendar = Calendar(
        working_days=days,
        limits=limits or DayLimits(visits=cap, minutes=10_000, journey_minutes=90),
        rooms=[{DAYS[day]: room for day, room in (rooms or {}).get(team, {}).items()} for team in range(len(team_ids))],
    )
    return plan_days(visits, calendar, team_ids=team_ids, seed=SEED, officer_secret=secret)


AWAY = Room(visits=0, minutes=0)


def test_visits_spread_at_equal_distances_in_the_order_of_the_secret() -> None:
    """Four visits over twelve days lie 12/4 = 3 days apart in the order of their digests, from the team's shift on."""
    planned = plan([ALL] * 4)
    order = sorted(range(4), key=lambda visit: keyed_digest(SECRET, "day", SEED, f"FIRM{visit:03d}"))
    assert [planned[visit].visit_on for visit in order] == [DAYS[(shift() + step) % 12] for step in (0, 3, 6, 9)]
    assert all(entry.exceptions == () for entry in planned)


def test_more_visits_than_days_differ_by_one_a_day() -> None:
    """Thirty visits over twelve days: six days of three and six of two."""
    loads = Counter(entry.visit_on for entry in plan([ALL] * 30))
    assert Counter(loads.values()) == {3: 6, 2: 6}


def test_visits_that_do_not_fit_are_overloads_and_no_more() -> None:
    """Forty visits, twelve days of three: 40 − 36 = 4 overloads, one on each of four days."""
    planned = plan([ALL] * 40)
    assert Counter(entry.exceptions for entry in planned) == {(): 36, (DayException.OVERLOAD,): 4}
    assert max(Counter(entry.visit_on for entry in planned).values()) == 4


def test_teams_with_one_visit_each_do_not_all_begin_on_the_first_day() -> None:
    """
    Of 240 single visits every one of twelve days gets its share.

    A day's number is binomial with mean 240/12 = 20 and deviation 4.3; 5 and 40 lie more than three of them away.
    """
    team_ids = [f"2026-1-1-371002-{number:03d}" for number in range(240)]
    planned = plan([ALL] * 240, teams=[(team,) for team in range(240)], team_ids=team_ids)
    loads = Counter(entry.visit_on for entry in planned)
    assert set(loads) == set(DAYS)
    assert min(loads.values()) > 5
    assert max(loads.values()) < 40


def test_visit_without_team_has_no_day_and_no_exception_of_its_own() -> None:
    """An unmet visit is reported by the matching already."""
    assert plan([ALL], teams=[()]) == (PlannedDay(visit_on=None),)


def test_window_without_a_working_day_falls_back_to_the_round() -> None:
    """Tasks that never run together (the end first) leave any working day, as an exception."""
    planned = plan([(5, 2), (5, 2)])
    assert [entry.exceptions for entry in planned] == [(DayException.WINDOW,)] * 2
    assert {entry.visit_on for entry in planned} == {DAYS[shift()], DAYS[(shift() + 6) % 12]}


def test_round_without_a_working_day_leaves_visits_without_day() -> None:
    """Officers drawn after the window can visit on no day of it; a visit without team is not counted twice."""
    planned = plan([ALL, ALL], teams=[(0,), ()], days=())
    assert [entry.exceptions for entry in planned] == [(DayException.NO_DAY,), ()]
    assert [entry.visit_on for entry in planned] == [None, None]


def test_officer_on_leave_all_window_leaves_no_day() -> None:
    """Leave on every day of the tasks' window is respected: the visit has no day, and says why."""
    planned = plan([(2, 4)], rooms={0: {2: AWAY, 3: AWAY, 4: AWAY}})
    assert planned == (PlannedDay(visit_on=None, exceptions=(DayException.AWAY,)),)


def test_leave_bounds_the_days() -> None:
    """Three visits in a window of three days, the middle one on leave: two on one of the others, one on the other."""
    planned = plan([(2, 4)] * 3, rooms={0: {3: AWAY}})
    assert Counter(entry.visit_on for entry in planned).keys() == {DAYS[2], DAYS[4]}
    assert all(entry.exceptions == () for entry in planned)


def test_joint_visit_takes_a_day_that_all_its_teams_share() -> None:
    """Team 0 is away on days 0 and 1, team 1 on 2 and 3: of days 0 to 4 only the last is left."""
    planned = plan([(0, 4)], teams=[(0, 1)], rooms={0: {0: AWAY, 1: AWAY}, 1: {2: AWAY, 3: AWAY}})
    assert planned == (PlannedDay(visit_on=DAYS[4]),)


def test_joint_visit_whose_teams_share_no_day_says_so() -> None:
    """Each team has a day, but never the same one."""
    planned = plan([(0, 1)], teams=[(0, 1)], rooms={0: {0: AWAY}, 1: {1: AWAY}})
    assert planned == (PlannedDay(visit_on=None, exceptions=(DayException.AWAY,)),)


def test_visits_of_one_town_share_days_and_a_journey() -> None:
    """
    A day has 480 minutes, a visit 150, a journey 90: two visits to one town take 390, three 540. So six visits to one
    town go two by two on three days, where six to towns that nobody knows spread over all six.
    """
    limits = DayLimits(visits=3, minutes=480, journey_minutes=90)
    alone = plan([(0, 5)] * 6, limits=limits, minutes=[150] * 6)
    assert len({entry.visit_on for entry in alone}) == 6
    together = plan([(0, 5)] * 6, limits=limits, minutes=[150] * 6, towns=["甲镇"] * 6)
    assert Counter(Counter(entry.visit_on for entry in together).values()) == {2: 3}


def test_hours_of_a_day_are_kept() -> None:
    """With 480 minutes, 150 a visit and 90 a journey three visits to three towns need 720: never on one day."""
    limits = DayLimits(visits=3, minutes=480, journey_minutes=90)
    planned = plan([(0, 2)] * 6, limits=limits, minutes=[150] * 6)
    assert Counter(Counter(entry.visit_on for entry in planned).values()) == {2: 3}
    assert all(entry.exceptions == () for entry in planned)
    seventh = plan([(0, 2)] * 7, limits=limits, minutes=[150] * 7)
    assert sum(entry.exceptions == (DayException.OVERLOAD,) for entry in seventh) == 1


def test_visit_longer_than_a_day_has_a_day_of_its_own() -> None:
    """600 minutes are more than 480: it fits on an empty day only, and nothing is put beside it."""
    limits = DayLimits(visits=3, minutes=480, journey_minutes=90)
    planned = plan([(0, 1)] * 3, limits=limits, minutes=[600, 60, 60])
    assert all(entry.exceptions == () for entry in planned)
    assert planned[1].visit_on == planned[2].visit_on != planned[0].visit_on


def test_others_move_along_where_spreading_would_overload() -> None:
    """
    One visit a day, T1 on days 2–3 and three of T2 on days 3–5: a day for each only if T1 takes day 2.

    Under some secrets spreading gives T1 day 3 first; under all of them every visit has a day of its own.
    """
    for number in range(40):
        planned = plan([(2, 3), (3, 5), (3, 5), (3, 5)], cap=1, secret=bytes([number]) * 32)
        assert all(entry.exceptions == () for entry in planned)
        assert planned[0].visit_on == DAYS[2]


def test_days_depend_on_the_secret() -> None:
    """With the same seed, 60 secrets send a firm to each of twelve days (one is missed with chance 12 · (11/12)^60)."""
    met = {plan([ALL] * 12, secret=bytes([number]) * 32)[0].visit_on for number in range(60)}
    assert met == set(DAYS)


def test_whole_window_has_no_visit_on_a_day_off() -> None:
    """A window over Labour Day 2026 leaves 1–5 May free and uses the worked Saturday of 9 May."""
    days = WorkdayCalendar().working_days(date(2026, 4, 20), date(2026, 5, 15))
    visits = DatedVisits(
        firm_id=[f"FIRM{number:03d}" for number in range(40)],
        teams=[(0,)] * 40,
        town=[""] * 40,
        starts_on=[date(2026, 1, 1)] * 40,
        ends_on=[date(2026, 12, 31)] * 40,
        minutes=[60] * 40,
    )
    calendar = Calendar(
        working_days=days, limits=DayLimits(visits=3, minutes=480, journey_minutes=90), rooms=[{}, {}, {}]
    )
    used = {entry.visit_on for entry in plan_days(visits, calendar, team_ids=TEAMS, seed=SEED, officer_secret=SECRET)}
    assert used == set(days)
    assert date(2026, 5, 9) in used
    assert all(day is not None and WorkdayCalendar().is_working_day(day) for day in used)


windows_strategy = st.tuples(st.integers(0, 11), st.integers(0, 11)).map(lambda pair: (min(pair), max(pair)))


@settings(max_examples=200, deadline=None)
@given(
    windows=st.lists(windows_strategy, max_size=40),
    cap=st.integers(1, 3),
    away=st.sets(st.integers(0, 11), max_size=4),
)
def test_overloads_of_a_team_are_as_few_as_can_be(windows: list[Window], cap: int, away: set[int]) -> None:
    """Whatever windows and leave: a day of the window for every visit, and as many overloads as a matching leaves."""
    planned = plan(windows, cap=cap, rooms={0: dict.fromkeys(away, AWAY)})
    loads: Counter[date] = Counter()
    for (first, last), entry in zip(windows, planned, strict=True):
        if set(range(first, last + 1)) <= away:
            assert entry == PlannedDay(visit_on=None, exceptions=(DayException.AWAY,))
            continue
        assert entry.visit_on is not None
        assert DAYS[first] <= entry.visit_on <= DAYS[last]
        assert DAYS.index(entry.visit_on) not in away
        loads[entry.visit_on] += DayException.OVERLOAD not in entry.exceptions
    assert all(load <= cap for load in loads.values())
    dated = [window for window, entry in zip(windows, planned, strict=True) if entry.visit_on]
    num_overloads = sum(DayException.OVERLOAD in entry.exceptions for entry in planned)
    assert num_overloads == len(dated) - _possible(dated, cap, away)


def _possible(windows: Sequence[Window], cap: int, away: set[int]) -> int:
    """Most visits that fit: a maximum matching of visits with places, `cap` of them on every day."""
    places = [day for day in range(12) if day not in away for _ in range(cap)]
    if not windows or not places:
        return 0
    edges = [[first <= day <= last for day in places] for first, last in windows]
    matched = maximum_bipartite_matching(csr_array(np.array(edges, dtype=np.int8)), perm_type="column")
    return int((matched >= 0).sum())


SMALL = DayLimits(visits=2, minutes=300, journey_minutes=60)
visit_strategy = st.tuples(
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: (min(pair), max(pair))),
    st.sampled_from([(0,), (1,), (2,), (0, 1), (1, 2), (0, 2), (0, 1, 2)]),
    st.sampled_from(["", "甲镇", "乙镇"]),
    st.sampled_from([60, 120, 180, 400]),
)


@settings(max_examples=400, deadline=None)
@given(
    visits=st.lists(visit_strategy, min_size=1, max_size=6),
    away=st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=4),
    half=st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=3),
)
def test_days_are_found_whenever_there_are_any(
    visits: list[tuple[Window, tuple[int, ...], str, int]], away: set[tuple[int, int]], half: set[tuple[int, int]]
) -> None:
    """
    Joint visits, towns, hours and leave: an exact search decides whether days exist, and then each visit has one.

    Where none exist, the exceptions say so: a visit is overloaded only then, and away only if no day of it is free.
    """
    rooms: dict[int, dict[int, Room]] = {team: {} for team in range(3)}
    for team, day in half:
        rooms[team][day] = Room(visits=1, minutes=200)
    for team, day in away:
        rooms[team][day] = AWAY
    windows, teams, towns, minutes = (list(column) for column in zip(*visits, strict=True))
    planned = plan(windows, teams=teams, towns=towns, minutes=minutes, rooms=rooms, days=DAYS[:4], limits=SMALL)
    free = [
        [day for day in range(window[0], window[1] + 1) if not any((team, day) in away for team in going)]
        for window, going, _, _ in visits
    ]
    for days, entry in zip(free, planned, strict=True):
        assert (DayException.AWAY in entry.exceptions) == (not days)
        assert (entry.visit_on is None) == (not days)
        assert entry.visit_on is None or DAYS.index(entry.visit_on) in days
    dated = [place for place, days in enumerate(free) if days]
    found = [DAYS.index(planned[place].visit_on or DAYS[0]) for place in dated]
    overloaded = any(DayException.OVERLOAD in entry.exceptions for entry in planned)
    assert _keeps([visits[place] for place in dated], found, rooms) is not overloaded
    if overloaded:
        # visits that share no team do not hinder each other, so it is enough to search all of them
        assert not any(
            _keeps([visits[place] for place in dated], days, rooms)
            for days in product(*(free[place] for place in dated))
        )


def _keeps(
    visits: Sequence[tuple[Window, tuple[int, ...], str, int]],
    days: Sequence[int],
    rooms: Mapping[int, Mapping[int, Room]],
) -> bool:
    """Whether visits on these days keep the room of every team, by the words of the specification."""
    for team, day in product(range(3), range(4)):
        there = [visit for visit, on in zip(visits, days, strict=True) if on == day and team in visit[1]]
        if not there:
            continue
        room = rooms[team].get(day, SMALL.whole_day)
        towns = [town for _, _, town, _ in there]
        journeys = towns.count("") + len(set(towns) - {""})
        needed = sum(minutes for *_, minutes in there) + journeys * SMALL.journey_minutes
        alone = len(there) == 1 and room == SMALL.whole_day
        if len(there) > room.visits or (needed > room.minutes and not alone):
            return False
    return True


@settings(max_examples=50, deadline=None)
@given(visits=st.lists(visit_strategy, max_size=12), shuffled=st.randoms())
def test_order_of_visits_decides_nothing(
    visits: list[tuple[Window, tuple[int, ...], str, int]], shuffled: Random
) -> None:
    """Permuted visits get the same days."""
    rows = [(f"FIRM{number:03d}", *visit) for number, visit in enumerate(visits)]

    def days_of(entries: list[tuple[str, Window, tuple[int, ...], str, int]]) -> dict[str, PlannedDay]:
        planned = plan_days(
            DatedVisits(
                firm_id=[entry[0] for entry in entries],
                teams=[entry[2] for entry in entries],
                town=[entry[3] for entry in entries],
                starts_on=[DAYS[entry[1][0]] for entry in entries],
                ends_on=[DAYS[entry[1][1]] for entry in entries],
                minutes=[entry[4] for entry in entries],
            ),
            Calendar(working_days=DAYS[:4], limits=SMALL, rooms=[{}, {}, {}]),
            team_ids=TEAMS,
            seed=SEED,
            officer_secret=SECRET,
        )
        return dict(zip([entry[0] for entry in entries], planned, strict=True))

    expected = days_of(rows)
    shuffled.shuffle(rows)
    assert days_of(rows) == expected


def test_columns_of_different_length_are_refused() -> None:
    """Each visit has one value in every column."""
    with pytest.raises(ValueError, match="one length"):
        DatedVisits(firm_id=["A"], teams=[], town=[""], starts_on=[DAYS[0]], ends_on=[DAYS[0]], minutes=[1])
