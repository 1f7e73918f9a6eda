"""
Claims about the days of visits (specification, sections 8.4 and 8.6): planned anew from what is on record.

Written from the page: the same order, the same questions, the same bounds. An officers.json of format 1 is checked by
the rules of that format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scheduler.audit import days_1
from scheduler.audit.claims import Group
from scheduler.audit.commitment import load_policy, policy_value
from scheduler.audit.days_1 import Dealt, days_of
from scheduler.audit.officers import MATCH_EXCEPTIONS, Offices, Visit
from scheduler.audit.places import by_turn, less
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.draw.hashing import keyed_digest
from scheduler.i18n import gettext as _

DEFAULT_VISITS, DEFAULT_MINUTES = 3, 480  # where the policy is silent
LONGEST_CHAIN = 100
MOST_QUESTIONS = 50_000
Room = tuple[int, int]  # visits and minutes that a day still holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A visit without a day: its teams, its days (from its own start on, once that is known), and its keyed digest."""

    firm_id: str
    teams: tuple[str, ...]
    days: tuple[str, ...]
    town: str
    minutes: int
    lot: str


@dataclass(slots=True, kw_only=True)
class Board:
    """Which visits each team has on each day; `rooms` holds the days of a team on which it has less than `whole`."""

    whole: Room
    journey: int
    rooms: Mapping[str, Mapping[str, Room]]
    day_of: dict[str, str] = field(default_factory=dict)
    at: dict[tuple[str, str], list[Waiting]] = field(default_factory=dict)
    towns: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)  # of team and town: visits by day

    def room(self, team: str, day: str) -> Room:
        """Visits and minutes that a team may have on a day."""
        return self.rooms.get(team, {}).get(day, self.whole)

    def fits(self, visit: Waiting, day: str) -> bool:
        """Whether each team of a visit has room for it (8.4, first paragraph)."""
        for team in visit.teams:
            there, room = self.at.get((team, day)), self.room(team, day)
            if not there and room == self.whole:
                continue
            together = [*(there or ()), visit]
            if len(together) > room[0] or self.minutes(together) > room[1]:
                return False
        return True

    def minutes(self, visits: Sequence[Waiting]) -> int:
        """Minutes of visits of one team and day, with a journey to each town."""
        towns = {visit.town or f"/{visit.firm_id}" for visit in visits}
        return sum(visit.minutes for visit in visits) + self.journey * len(towns)

    def load(self, visit: Waiting, day: str) -> int:
        """Visits of the teams of a visit on a day."""
        return sum(len(self.at.get((team, day), ())) for team in visit.teams)

    def best(self, visit: Waiting) -> str | None:
        """The best day of a visit, if it fits on any."""
        going = [self.towns.get((team, visit.town), {}) for team in visit.teams] if visit.town else [{}]
        for day in visit.days:
            if all(day in days for days in going) and self.fits(visit, day):
                return day
        best, least = None, 0
        for day in visit.days:
            load = self.load(visit, day)
            if (best is None or load < least) and self.fits(visit, day):
                best, least = day, load
                if not load:  # none can have fewer
                    break
        return best

    def put(self, visit: Waiting, day: str) -> None:
        """Gives a visit a day."""
        self.day_of[visit.firm_id] = day
        for team in visit.teams:
            self.at.setdefault((team, day), []).append(visit)
            days = self.towns.setdefault((team, visit.town), {})
            days[day] = days.get(day, 0) + 1

    def take(self, visit: Waiting) -> str:
        """Takes a visit from its day."""
        day = self.day_of.pop(visit.firm_id)
        for team in visit.teams:
            self.at[team, day].remove(visit)
            days = self.towns[team, visit.town]
            days[day] -= 1
            if not days[day]:
                del days[day]
        return day

    def settle(self, visit: Waiting, seen: set[tuple[tuple[str, ...], str]], length: int = 1) -> bool:
        """Gives a visit a day by moving others along."""
        day = self.best(visit)
        if day is not None:
            self.put(visit, day)
            return True
        if length > LONGEST_CHAIN:
            return False
        for day in visit.days:
            if (visit.teams, day) not in seen:
                seen.add((visit.teams, day))
                if any(self._replaces(visit, other, seen, length) for other in self._there(visit, day)):
                    return True
        return False

    def _there(self, visit: Waiting, day: str) -> list[Waiting]:
        found = {other.firm_id: other for team in visit.teams for other in self.at.get((team, day), ())}
        return sorted(found.values(), key=lambda other: other.lot)

    def _replaces(self, visit: Waiting, other: Waiting, seen: set[tuple[tuple[str, ...], str]], length: int) -> bool:
        day = self.take(other)
        if self.fits(visit, day):
            self.put(visit, day)
            if self.settle(other, seen, length + 1):
                return True
            self.take(visit)
        self.put(other, day)
        return False

    def search(self, ordered: Sequence[Waiting]) -> bool:
        """Gives all visits their first days that go together, within the bound; else leaves them as they are."""
        before = {visit.firm_id: self.take(visit) for visit in ordered if visit.firm_id in self.day_of}
        left = [MOST_QUESTIONS]
        tries: list[Iterator[str]] = [iter(ordered[0].days)]
        while tries:
            visit = ordered[len(tries) - 1]
            if visit.firm_id in self.day_of:
                self.take(visit)
            day = self._next(visit, tries[-1], left)
            if day is None:
                tries.pop()
                continue
            self.put(visit, day)
            if len(tries) == len(ordered):
                return True
            tries.append(iter(ordered[len(tries)].days))
        for visit in ordered:
            if visit.firm_id in before:
                self.put(visit, before[visit.firm_id])
        return False

    def _next(self, visit: Waiting, days: Iterator[str], left: list[int]) -> str | None:
        for day in days:
            left[0] -= 1
            if left[0] < 0:
                return None
            if self.fits(visit, day):
                return day
        return None

    def is_hopeless(self, visits: Iterable[Waiting]) -> bool:
        """Whether a team has more visits than its days have places, so that a search finds nothing."""
        numbers: dict[str, int] = {}
        days: dict[str, set[str]] = {}
        for visit in visits:
            for team in visit.teams:
                numbers[team] = numbers.get(team, 0) + 1
                days.setdefault(team, set()).update(visit.days)
        return any(number > sum(self.room(team, day)[0] for day in days[team]) for team, number in numbers.items())


def plan_together(ordered: Sequence[Waiting], board: Board) -> set[str]:
    """Gives visits that hang together their days; returns the firms of those that are an overload."""
    waiting = []
    for visit in ordered:
        day = board.best(visit)
        if day is None:
            waiting.append(visit)
        else:
            board.put(visit, day)
    waiting = [visit for visit in waiting if not board.settle(visit, set())]
    if not waiting or (not board.is_hopeless(ordered) and board.search(ordered)):
        return set()
    for visit in waiting:
        loads = [board.load(visit, day) for day in visit.days]
        board.put(visit, visit.days[loads.index(min(loads))])
    return {visit.firm_id for visit in waiting}


def in_order(visits: Iterable[Waiting], shifts: Mapping[str, int]) -> list[Waiting]:
    """Visits in the order in which they are planned, the days of each from its own start on."""
    ordered = sorted(visits, key=lambda visit: (-len(visit.teams), len(visit.days), visit.days[0], visit.lot))
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for place, visit in enumerate(ordered):
        alike.setdefault((visit.teams, visit.days), []).append(place)
    for (teams, days), places in alike.items():
        for rank, place in enumerate(places):
            start = (rank * len(days) // len(places) + shifts[teams[0]]) % len(days)
            ordered[place] = replace(ordered[place], days=days[start:] + days[:start])
    return ordered


def groups_of(visits: Sequence[Waiting]) -> list[list[Waiting]]:
    """Visits that share teams, directly or through others."""
    group: dict[str, set[str]] = {}
    for visit in visits:
        joined = set(visit.teams).union(*(group.get(team, ()) for team in visit.teams))
        for team in joined:
            group[team] = joined
    found: dict[int, list[Waiting]] = {}
    for visit in visits:
        found.setdefault(id(group[visit.teams[0]]), []).append(visit)
    return list(found.values())


def expected_days(offices: Offices) -> dict[str, Dealt]:
    """The day that the rules give each visit, with its exceptions, by firm: place after place where they drew so."""
    document = offices.document
    whole = (document["visits_per_team_day"], document["minutes_per_team_day"])
    rooms = _rooms(offices, whole)
    minutes = {entry["package"]: entry["minutes"] + document["journey_minutes"] for entry in document["packages"]}
    expected: dict[str, Dealt] = {}
    for drawn_on, visits in by_turn(offices):
        settled = [
            (dealt.visit_on, split_list(offices.visits[firm].team_id), minutes[offices.packages[firm]])
            for firm, dealt in expected.items()
            if dealt.visit_on
        ]
        days = tuple(day for day in document["working_days"] if day > drawn_on)
        expected.update(_days_of_turn(offices, visits, days, less(rooms, settled, whole) if settled else rooms, whole))
    return expected


def _days_of_turn(
    offices: Offices,
    visits_of_turn: Mapping[str, Visit],
    working_days: tuple[str, ...],
    rooms: Mapping[str, Mapping[str, Room]],
    whole: Room,
) -> dict[str, Dealt]:
    """Days of the visits that are planned at one time, on the working days after it."""
    document = offices.document
    minutes = {entry["package"]: entry["minutes"] for entry in document["packages"]}
    towns = {firm: town for firm, town in offices.draw.table("towns.tsv").rows("firm_id", "town")}  # noqa: C416
    expected: dict[str, Dealt] = {}
    visits: list[Waiting] = []
    outside: dict[str, bool] = {}
    windows = {package: days_of(need, working_days) for package, need in offices.needs.items()}
    for firm, visit in visits_of_turn.items():
        package = offices.packages.get(firm, "")
        teams = split_list(visit.team_id)
        expected[firm] = Dealt(visit_on="", exceptions=frozenset())
        if not teams or package not in windows:
            continue
        days, outside[firm] = windows[package]
        free = _open_days(days, teams, rooms, whole)
        if not free:
            expected[firm] = Dealt(visit_on="", exceptions=_why_none(days, outside[firm]))
            continue
        lot = keyed_digest(offices.secret, "day", offices.seed, firm)
        visits.append(
            Waiting(firm_id=firm, teams=teams, days=free, town=towns.get(firm, ""), minutes=minutes[package], lot=lot)
        )
    board = Board(whole=whole, journey=document["journey_minutes"], rooms=rooms)
    overloaded: set[str] = set()
    for together in groups_of(visits):
        overloaded |= plan_together(in_order(together, _shifts(together, offices)), board)
    for firm, day in board.day_of.items():
        names = (("window", outside[firm]), ("overload", firm in overloaded))
        expected[firm] = Dealt(visit_on=day, exceptions=frozenset(name for name, holds in names if holds))
    return expected


def _open_days(
    days: tuple[str, ...], teams: Sequence[str], rooms: Mapping[str, Mapping[str, Room]], whole: Room
) -> tuple[str, ...]:
    """Those days on which each team has room for one visit and one minute."""
    if not all(whole):
        return ()
    short = [rooms[team] for team in teams if team in rooms]
    return tuple(day for day in days if all(all(room.get(day, whole)) for room in short)) if short else days


def _shifts(visits: Iterable[Waiting], offices: Offices) -> dict[str, int]:
    """Where each team begins in its window: the number of its own lot."""
    leading = {visit.teams[0] for visit in visits}
    return {team: int(keyed_digest(offices.secret, "spread", offices.seed, team), 16) for team in leading}


def _why_none(days: Sequence[str], outside: bool) -> frozenset[str]:
    if not days:
        return frozenset({"no_day"})
    return frozenset({"away", "window"} if outside else {"away"})


def _rooms(offices: Offices, whole: Room) -> dict[str, dict[str, Room]]:
    """Days of teams on which one of their officers has less than a whole day."""
    of_officer: dict[str, dict[str, Room]] = {}
    for officer, day, visits, minutes in offices.draw.table("calendar.tsv").rows(
        "officer_id", "day", "visits", "minutes"
    ):
        of_officer.setdefault(officer, {})[day] = (int(visits), int(minutes))
    rooms: dict[str, dict[str, Room]] = {}
    for team, officer in offices.draw.table("teams.tsv").rows("team_id", "officer_id"):
        for day, room in of_officer.get(officer, {}).items():
            there = rooms.setdefault(team, {}).get(day, whole)
            rooms[team][day] = (min(there[0], room[0]), min(there[1], room[1]))
    return rooms


def check_days(group: Group, offices: Offices) -> None:
    """Claims that every visit has the day that the lot gives it among the working days on record."""
    if not offices.is_complete:
        return  # visits that the bureau has to settle are not on record yet: section 8.11 says so
    is_first = offices.document["format"] == 1
    expected = days_1.expected_days(offices) if is_first else expected_days(offices)
    differences: Differences = []
    for firm, visit in sorted(offices.visits.items()):
        if firm not in offices.packages:
            continue  # that it is visited at all is what 8.3 says
        want = expected[firm]
        found = Dealt(visit_on=visit.visit_on, exceptions=frozenset(visit.exceptions) - MATCH_EXCEPTIONS)
        if want != found or list(visit.exceptions) != sorted(set(visit.exceptions)):
            differences.append((f"{firm}: {_tell(want)}", _tell(found)))
    section = "8.7" if is_first else "8.4"
    group.first(section, _("every visit has the day that the lot gives it"), differences, len(expected))


def _tell(dealt: Dealt) -> str:
    return " ".join((dealt.visit_on or _("no day"), ";".join(sorted(dealt.exceptions)))).rstrip()


def check_limits(group: Group, offices: Offices) -> None:
    """Claims that days hold what the policy sealed says, and that the bureau's blocked days are left out (8.5)."""
    if offices.document["format"] == 1:
        return
    policy = load_policy(offices.draw)
    hours = policy_value(policy, "capacity", "hours_per_journey", 0)
    expected = {
        "visits_per_team_day": policy_value(policy, "agenda", "visits_per_team_day", DEFAULT_VISITS),
        "minutes_per_team_day": policy_value(policy, "agenda", "minutes_per_team_day", DEFAULT_MINUTES),
        "journey_minutes": int(hours * 60) if isinstance(hours, int | Decimal) else hours,
    }
    blocked = policy_value(policy, "agenda", "blocked_days", [])
    left_out = {str(day) for day in blocked} if isinstance(blocked, list) else set()
    differences: Differences = [
        (f"{key}: {value}", offices.document[key]) for key, value in expected.items() if offices.document[key] != value
    ]
    differences += [
        (_("no day that the policy blocks"), day) for day in offices.document["working_days"] if day in left_out
    ]
    text = _("a day holds what the policy sealed says, and blocked days are left out")
    group.first("8.5", text, differences, len(expected))


def check_moves(group: Group, offices: Offices) -> None:
    """Claims that visits planned anew have an unbroken history, in the window, each with its reason (8.6)."""
    if not offices.draw.has("moves.tsv"):
        return
    visits = {**offices.visits, **offices.visits_of_newcomers}
    now = {firm: visit.visit_on for firm, visit in visits.items()}
    numbers: dict[str, int] = {}
    differences: Differences = []
    columns = ("firm_id", "number", "moved_from", "moved_to", "moved_on", "reason")
    rows = list(offices.draw.table("moves.tsv").rows(*columns))
    for firm, number, moved_from, moved_to, moved_on, reason in rows:
        numbers[firm] = numbers.get(firm, 0) + 1
        wanted = (f"{numbers[firm]:03d}", now.get(firm))
        if (number, moved_from) != wanted:
            differences.append((f"{firm}: {wanted[0]}, {wanted[1]}", f"{number}, {moved_from}"))
        starts_on, ends_on = offices.window["starts_on"], offices.window["ends_on"]
        if not (max(starts_on, moved_on) <= moved_to <= ends_on) or not reason:
            expected = _("{firm}: a day of the window, not before {day}, with a reason").format(firm=firm, day=moved_on)
            differences.append((expected, f"{moved_to} {reason}".rstrip()))
        now[firm] = moved_to
    group.first("8.6", _("visits planned anew have an unbroken history, each with its reason"), differences, len(rows))
