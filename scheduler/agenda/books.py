"""
What each team has on each day, and whether one more visit fits (specification 8.4).

A day of a team holds so many visits and so many minutes. Minutes are those of the visits and of one journey to each
town that is visited; a firm whose town is not known is a town of its own. A visit that is longer than a day is made on
a day of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Visits and minutes that a day still holds."""

    visits: int
    minutes: int

    def __bool__(self) -> bool:
        """Whether anything is left at all."""
        return self.visits > 0 and self.minutes > 0

    def least(self, other: Room) -> Room:
        """What two officers who go together have in common."""
        return Room(visits=min(self.visits, other.visits), minutes=min(self.minutes, other.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLimits:
    """
    What a whole day of a team holds.

    Attributes
    ----------
    visits, minutes
        Most visits, and working time.
    journey_minutes
        Minutes of the journey to a town.
    """

    visits: int
    minutes: int
    journey_minutes: int

    @property
    def whole_day(self) -> Room:
        """Room of a day on which nothing is planned yet."""
        return Room(visits=self.visits, minutes=self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """
    One visit that waits for its day.

    Attributes
    ----------
    visit
        Its position among the visits.
    teams
        Positions of its teams, ascending.
    days
        Positions of the days it may take, from its own start on.
    town
        Town of the firm; empty where it is not known.
    minutes
        How long the visit takes.
    lot
        Its keyed digest.
    """

    visit: int
    teams: tuple[int, ...]
    days: tuple[int, ...]
    town: str
    minutes: int
    lot: str


class Books:
    """
    Visits of teams on days.

    Parameters
    ----------
    limits
        What a whole day holds.
    rooms
        For each team the days, by position, on which it has less than a whole day.
    """

    def __init__(self, limits: DayLimits, rooms: Sequence[Mapping[int, Room]]) -> None:
        self._journey = limits.journey_minutes
        self._whole = limits.whole_day
        self._rooms = rooms
        self._visits: dict[tuple[int, int], list[Slot]] = {}
        self._towns: dict[tuple[int, int], dict[str, int]] = {}
        self._minutes: dict[tuple[int, int], int] = {}
        self.day_of: dict[int, int] = {}

    def fits(self, slot: Slot, day: int) -> bool:
        """Whether every team of a visit has room for it on a day."""
        for team in slot.teams:
            place = team, day
            room = self._rooms[team].get(day, self._whole)
            there = self._visits.get(place)
            if not there:
                if not room or (room != self._whole and slot.minutes + self._journey > room.minutes):
                    return False
            elif len(there) >= room.visits or self._minutes[place] + self._needed(slot, place) > room.minutes:
                return False
        return True

    def best(self, slot: Slot) -> int | None:
        """
        Of the days on which a visit fits, the first of those on which its teams go to its town already, else the first
        of those on which they have least; None where it fits on none.
        """
        found, least = None, (1, 0)
        for day in slot.days:
            if self.fits(slot, day):
                rank = (0, 0) if self.shares(slot, day) else (1, self.load(slot, day))
                if found is None or rank < least:
                    found, least = day, rank
        return found

    def shares(self, slot: Slot, day: int) -> bool:
        """Whether all teams of a visit go to its town on that day already."""
        return bool(slot.town) and all(slot.town in self._towns.get((team, day), ()) for team in slot.teams)

    def load(self, slot: Slot, day: int) -> int:
        """Visits that the teams of a visit have on a day, together."""
        return sum(len(self._visits.get((team, day), ())) for team in slot.teams)

    def others(self, slot: Slot, day: int) -> list[Slot]:
        """Visits that the teams of a visit have on a day, in the order of their lots, each once."""
        found = {other.visit: other for team in slot.teams for other in self._visits.get((team, day), ())}
        return sorted(found.values(), key=lambda other: other.lot)

    def too_many(self, slots: Iterable[Slot]) -> bool:
        """Whether a team has more visits than all its days together hold: then no search finds days for them."""
        days: dict[int, set[int]] = {}
        visits: Counter[int] = Counter()
        for slot in slots:
            for team in slot.teams:
                visits[team] += 1
                days.setdefault(team, set()).update(slot.days)
        return any(
            number > sum(self._rooms[team].get(day, self._whole).visits for day in days[team])
            for team, number in visits.items()
        )

    def put(self, slot: Slot, day: int) -> None:
        """Puts a visit on a day, whether it fits or not."""
        for team in slot.teams:
            place = team, day
            self._minutes[place] = self._minutes.get(place, 0) + self._needed(slot, place)
            self._visits.setdefault(place, []).append(slot)
            if slot.town:
                towns = self._towns.setdefault(place, {})
                towns[slot.town] = towns.get(slot.town, 0) + 1
        self.day_of[slot.visit] = day

    def take(self, slot: Slot) -> int:
        """Takes a visit from its day, and returns the day."""
        day = self.day_of.pop(slot.visit)
        for team in slot.teams:
            place = team, day
            self._visits[place].remove(slot)
            if slot.town:
                self._towns[place][slot.town] -= 1
                if not self._towns[place][slot.town]:
                    del self._towns[place][slot.town]
            self._minutes[place] -= self._needed(slot, place)
        return day

    def _needed(self, slot: Slot, place: tuple[int, int]) -> int:
        """Minutes that one more visit takes: its own, and a journey unless its town is visited anyway."""
        shared = bool(slot.town) and slot.town in self._towns.get(place, ())
        return slot.minutes + (0 if shared else self._journey)
