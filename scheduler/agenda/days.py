"""
A day for every visit that has a team (specification 8.4): spread over its window, never more a day than teams can do.

Visits that share teams, directly or through others, are planned together. They are spread first: each starts at its own
place of the window and takes the day on which its teams have least, or go to its town anyway. A visit that finds every
day full makes room by moving others along (where teams go alone and visits are all that counts, this finds a day
whenever there is one; Kuhn 1955, doi:10.1002/nav.3800020109). Where even that fails, all days of these visits are
searched, up to a bound. What is left over goes where there is least and is told as an exception.

The order of visits and the day each team begins at are keyed with the officer secret: no firm can tell its day, and a
team with few visits does not make all of them at the beginning of the window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from scheduler.agenda.books import Books, DayLimits, Room, Slot
from scheduler.agenda.settling import search_days, settle
from scheduler.draw.hashing import keyed_digest


class DayException(StrEnum):
    """What the calendar could not do as it should, for one visit."""

    OVERLOAD = "overload"  # no day on which its teams have room was found: one of them has more than it should
    WINDOW = "window"  # no working day is left in which all tasks run: any day of the round's window
    NO_DAY = "no_day"  # no working day is left at all
    AWAY = "away"  # on each of its days an officer of its teams is away or has no room: it has no day


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """Day of one visit; None where there is none, and then the exceptions say why."""

    visit_on: date | None
    exceptions: tuple[DayException, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedVisits:
    """
    Visits that wait for their days, as columns of one length in any order.

    Attributes
    ----------
    firm_id
        Firms, each once.
    teams
        Positions of the teams of each visit, the leading one first; empty where there is none.
    town
        Town of each firm; empty where it is not known.
    starts_on, ends_on
        Days on which all tasks of each visit run; none where the end lies first.
    minutes
        How long each visit takes, without the journey.
    """

    firm_id: Sequence[str]
    teams: Sequence[tuple[int, ...]]
    town: Sequence[str]
    starts_on: Sequence[date]
    ends_on: Sequence[date]
    minutes: Sequence[int]

    def __post_init__(self) -> None:
        if len({len(getattr(self, name)) for name in self.__slots__}) != 1:
            raise ValueError("expected columns of one length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """
    Days that may be used, and what teams can do on them.

    Attributes
    ----------
    working_days
        Days, ascending.
    limits
        What a whole day of a team holds.
    rooms
        For each team the days on which it has less than that.
    """

    working_days: Sequence[date]
    limits: DayLimits
    rooms: Sequence[Mapping[date, Room]]


def plan_days(
    visits: DatedVisits, calendar: Calendar, *, team_ids: Sequence[str], seed: str, officer_secret: bytes
) -> tuple[PlannedDay, ...]:
    """
    Gives every visit its day, in the order of the visits.

    Parameters
    ----------
    visits, calendar
        What is to be done, and when it can be done.
    team_ids
        Id of each team.
    seed, officer_secret
        What the order of visits is keyed with.
    """
    planner = _Planner(visits, calendar)
    slots, planned = planner.slots(seed, officer_secret)
    books = Books(calendar.limits, planner.rooms)
    shift = _Shifts(team_ids=team_ids, seed=seed, officer_secret=officer_secret)
    overloaded: set[int] = set()
    for component in _components(slots):
        overloaded |= _plan_component(shift.started(component), books)
    for slot in slots:
        exceptions = planned[slot.visit].exceptions
        if slot.visit in overloaded:
            exceptions = (DayException.OVERLOAD, *exceptions)
        planned[slot.visit] = PlannedDay(
            visit_on=calendar.working_days[books.day_of[slot.visit]], exceptions=exceptions
        )
    return tuple(planned)


class _Planner:
    """Which days each visit may take."""

    def __init__(self, visits: DatedVisits, calendar: Calendar) -> None:
        self._visits = visits
        self._days = calendar.working_days
        place = {day: position for position, day in enumerate(calendar.working_days)}
        self.rooms = [{place[day]: room for day, room in rooms.items() if day in place} for rooms in calendar.rooms]
        self._known: dict[tuple[tuple[int, ...], date, date], tuple[tuple[int, ...], tuple[DayException, ...]]] = {}

    def slots(self, seed: str, officer_secret: bytes) -> tuple[list[Slot], list[PlannedDay]]:
        """Visits that can have a day, their days ascending, and what is known of every visit's exceptions."""
        visits, slots, planned = self._visits, [], []
        for visit, (firm_id, teams) in enumerate(zip(visits.firm_id, visits.teams, strict=True)):
            days, exceptions = self._days_of(teams, visits.starts_on[visit], visits.ends_on[visit])
            planned.append(PlannedDay(visit_on=None, exceptions=exceptions))
            if days:
                slots.append(
                    Slot(
                        visit=visit,
                        teams=teams,
                        days=days,
                        town=visits.town[visit],
                        minutes=visits.minutes[visit],
                        lot=keyed_digest(officer_secret, "day", seed, firm_id),
                    )
                )
        return slots, planned

    def _days_of(
        self, teams: tuple[int, ...], starts_on: date, ends_on: date
    ) -> tuple[tuple[int, ...], tuple[DayException, ...]]:
        if not teams:
            return (), ()
        key = teams, starts_on, ends_on
        if key not in self._known:
            self._known[key] = self._find_days(teams, starts_on, ends_on)
        return self._known[key]

    def _find_days(
        self, teams: tuple[int, ...], starts_on: date, ends_on: date
    ) -> tuple[tuple[int, ...], tuple[DayException, ...]]:
        if not self._days:
            return (), (DayException.NO_DAY,)
        span = range(bisect_left(self._days, starts_on), bisect_right(self._days, ends_on))
        exceptions: tuple[DayException, ...] = ()
        if not span:
            span, exceptions = range(len(self._days)), (DayException.WINDOW,)
        days = tuple(day for day in span if all(self.rooms[team].get(day, True) for team in teams))
        return days, exceptions if days else (DayException.AWAY, *exceptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shifts:
    """Where the visits of a team begin in their window."""

    team_ids: Sequence[str]
    seed: str
    officer_secret: bytes

    def started(self, component: Iterable[Slot]) -> list[Slot]:
        """Visits in the order in which they are taken, the days of each from its own start on."""
        ordered = sorted(component, key=lambda slot: (-len(slot.teams), len(slot.days), slot.days[0], slot.lot))
        together = Counter((slot.teams, slot.days) for slot in ordered)
        shifts = {
            team: int(keyed_digest(self.officer_secret, "spread", self.seed, self.team_ids[team]), 16)
            for team in {slot.teams[0] for slot in ordered}
        }
        numbers: Counter[tuple[tuple[int, ...], tuple[int, ...]]] = Counter()
        started = []
        for slot in ordered:
            group, length = (slot.teams, slot.days), len(slot.days)
            first = (numbers[group] * length // together[group] + shifts[slot.teams[0]]) % length
            numbers[group] += 1
            started.append(replace(slot, days=slot.days[first:] + slot.days[:first]))
        return started


def _components(slots: Sequence[Slot]) -> list[list[Slot]]:
    """Visits that share teams, directly or through other visits."""
    parent: dict[int, int] = {}

    def root(team: int) -> int:
        while parent.setdefault(team, team) != team:
            parent[team] = parent[parent[team]]
            team = parent[team]
        return team

    for slot in slots:
        for team in slot.teams[1:]:
            parent[root(team)] = root(slot.teams[0])
    found: dict[int, list[Slot]] = {}
    for slot in slots:
        found.setdefault(root(slot.teams[0]), []).append(slot)
    return list(found.values())


def _plan_component(ordered: Sequence[Slot], books: Books) -> set[int]:
    """Puts visits on their days; returns those that are more than fits."""
    waiting = [slot for slot in ordered if not _spread(slot, books)]
    left = [slot for slot in waiting if not settle(slot, books)]
    if not left or (not books.too_many(ordered) and search_days(ordered, books)):
        return set()
    for slot in left:
        books.put(slot, min(slot.days, key=lambda day, slot=slot: books.load(slot, day)))  # type: ignore[misc]
    return {slot.visit for slot in left}


def _spread(slot: Slot, books: Books) -> bool:
    """Puts a visit on the best of the days that it fits on, if there is one."""
    day = books.best(slot)
    if day is None:
        return False
    books.put(slot, day)
    return True
