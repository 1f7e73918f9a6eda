"""The verifier plans days as the software does, though neither knows the other: the same rules, written twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.agenda.books import DayLimits, Room
from scheduler.agenda.days import Calendar, DatedVisits, DayException, plan_days
from scheduler.audit.days import Board, Waiting, groups_of, in_order, plan_together
from scheduler.draw.hashing import keyed_digest

SEED, SECRET = "ef" * 32, b"t" * 32
DAYS = tuple(date(2026, 3, 2) + timedelta(days=offset) for offset in range(8))
TEAMS = tuple(f"2026-1-1-371002-{number:03d}" for number in range(1, 5))
LIMITS = DayLimits(visits=2, minutes=400, journey_minutes=60)

visit_strategy = st.tuples(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).map(lambda pair: (min(pair), max(pair))),
    st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True).map(tuple),
    st.sampled_from(["", "甲镇", "乙镇"]),
    st.sampled_from([60, 120, 180, 500]),
)


@settings(max_examples=300, deadline=None)
@given(
    visits=st.lists(visit_strategy, max_size=30),
    away=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 7)), max_size=8),
    half=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 7)), max_size=4),
)
def test_verifier_and_software_plan_the_same_days(
    visits: list[tuple[tuple[int, int], tuple[int, ...], str, int]],
    away: set[tuple[int, int]],
    half: set[tuple[int, int]],
) -> None:
    """Crowded days, joint visits, towns, leave: each visit has the same day and the same overload in both."""
    rooms: list[dict[date, Room]] = [{} for _ in TEAMS]
    for team, day in sorted(half):
        rooms[team][DAYS[day]] = Room(visits=1, minutes=200)
    for team, day in sorted(away):
        rooms[team][DAYS[day]] = Room(visits=0, minutes=0)
    firms = [f"FIRM{number:03d}" for number in range(len(visits))]
    planned = plan_days(
        DatedVisits(
            firm_id=firms,
            teams=[visit[1] for visit in visits],
            town=[visit[2] for visit in visits],
            starts_on=[DAYS[visit[0][0]] for visit in visits],
            ends_on=[DAYS[visit[0][1]] for visit in visits],
            minutes=[visit[3] for visit in visits],
        ),
        Calendar(working_days=DAYS, limits=LIMITS, rooms=rooms),
        team_ids=TEAMS,
        seed=SEED,
        officer_secret=SECRET,
    )
    expected = {
        firm: (entry.visit_on.isoformat(), DayException.OVERLOAD in entry.exceptions)
        for firm, entry in zip(firms, planned, strict=True)
        if entry.visit_on
    }
    assert _verified(firms, visits, rooms) == expected


def _verified(
    firms: list[str],
    visits: list[tuple[tuple[int, int], tuple[int, ...], str, int]],
    rooms: list[dict[date, Room]],
) -> dict[str, tuple[str, bool]]:
    free = [
        tuple(
            day.isoformat()
            for day in DAYS[first : last + 1]
            if all(rooms[team].get(day, LIMITS.whole_day) for team in teams)
        )
        for (first, last), teams, _, _ in visits
    ]
    waiting = [
        Waiting(
            firm_id=firm,
            teams=tuple(TEAMS[team] for team in visit[1]),
            days=days,
            town=visit[2],
            minutes=visit[3],
            lot=keyed_digest(SECRET, "day", SEED, firm),
        )
        for firm, visit, days in zip(firms, visits, free, strict=True)
        if days
    ]
    board = Board(
        whole=(LIMITS.visits, LIMITS.minutes),
        journey=LIMITS.journey_minutes,
        rooms={
            team: {day.isoformat(): (room.visits, room.minutes) for day, room in days.items()}
            for team, days in zip(TEAMS, rooms, strict=True)
        },
    )
    shifts = {team: int(keyed_digest(SECRET, "spread", SEED, team), 16) for team in TEAMS}
    overloaded: set[str] = set()
    for together in groups_of(waiting):
        overloaded |= plan_together(in_order(together, shifts), board)
    return {firm: (day, firm in overloaded) for firm, day in board.day_of.items()}


def test_a_day_without_room_is_never_taken() -> None:
    """A visit whose teams have no room on its only free day is an overload there, and nowhere else."""
    board = Board(whole=(1, 400), journey=60, rooms={})
    visit = Waiting(firm_id="A", teams=("T",), days=("1",), town="", minutes=60, lot="a")
    other = Waiting(firm_id="B", teams=("T",), days=("1",), town="", minutes=60, lot="b")
    assert plan_together([visit, other], board) == {"B"}
    assert board.day_of == {"A": "1", "B": "1"}


@pytest.mark.parametrize(("length", "found"), [(100, True), (101, False)])
def test_chains_have_a_bound(length: int, found: bool) -> None:
    """
    Visit i may take days i and i + 1 and stands on i; a newcomer for day 0 needs all of them to move along.

    The newcomer is the first link, so a chain of 100 moves 99 others and ends on day 100; one more is too long.
    """
    board = Board(whole=(1, 400), journey=60, rooms={})
    for number in range(length):
        days = (f"{number:03d}", f"{number + 1:03d}")
        board.put(Waiting(firm_id=f"{number}", teams=("T",), days=days, town="", minutes=60, lot=""), days[0])
    newcomer = Waiting(firm_id="new", teams=("T",), days=("000",), town="", minutes=60, lot="")
    assert board.settle(newcomer, set()) is found
