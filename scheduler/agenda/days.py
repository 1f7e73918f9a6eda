"""
A day for every visit that has a team (specification 8.4): spread over its days, never more a day than a team can do.

Two steps, team by team. The first spreads: visits with the same days start at equal distances and take the least loaded
day from there on. Only if that puts too many on one day, the second deals the days anew, each day taking the visits
whose time runs out first, which leaves over as few as any rule can (Glover 1967, doi:10.1002/nav.3800140304). The order
of visits and the day each team begins at are keyed with the officer secret: no firm can tell its day, and a team with
few visits does not make all of them at the beginning of the window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from heapq import heappop, heappush
from itertools import groupby

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.needs import PackageNeeds


class DayException(StrEnum):
    """What the calendar could not do as it should, for one visit."""

    OVERLOAD = "overload"  # the team has more visits on the day than it should
    WINDOW = "window"  # no working day is left in which all tasks run: any day of the round's window
    NO_DAY = "no_day"  # no working day is left at all


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """Day of one visit; None where there is none, and then the exceptions say why."""

    visit_on: date | None
    exceptions: tuple[DayException, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """One visit of a team: the positions `first` ≤ day < `stop` it may take, and its keyed digest."""

    visit: int
    first: int
    stop: int
    lot: str

    @property
    def days(self) -> tuple[int, int]:
        """First and last of its days, as a group shares them."""
        return self.first, self.stop

    @property
    def order(self) -> tuple[int, int, str]:
        """Narrowest first, earliest first, then by lot."""
        return self.stop - self.first, self.first, self.lot


def plan_days(
    firm_ids: Sequence[str],
    packages: Sequence[str],
    teams: Sequence[int],
    *,
    team_ids: Sequence[str],
    needs: Mapping[str, PackageNeeds],
    working_days: Sequence[date],
    visits_per_team_day: int,
    seed: str,
    officer_secret: bytes,
) -> tuple[PlannedDay, ...]:
    """
    Gives every visit its day, in the order of the visits.

    Parameters
    ----------
    firm_ids, packages, teams
        Visits in any order: firm, package and position of the team, negative where there is none.
    team_ids
        Id of each team.
    needs
        Needs of every package that occurs: the days on which all its tasks run.
    working_days
        Days that may be used, ascending.
    visits_per_team_day
        Most visits one team should make in a day.
    seed, officer_secret
        What the order of visits is keyed with.
    """
    if not working_days:
        return tuple(_without_day(team) for team in teams)
    spans = {package: _span(needs[package], working_days) for package in set(packages)}
    by_team: defaultdict[int, list[_Slot]] = defaultdict(list)
    for visit, (firm_id, package, team) in enumerate(zip(firm_ids, packages, teams, strict=True)):
        if team >= 0:
            first, stop, _ = spans[package]
            lot = keyed_digest(officer_secret, "day", seed, firm_id)
            by_team[team].append(_Slot(visit=visit, first=first, stop=stop, lot=lot))
    planned = [_without_day(-1)] * len(firm_ids)
    for team, slots in by_team.items():
        slots.sort(key=lambda slot: slot.order)
        shift = int(keyed_digest(officer_secret, "spread", seed, team_ids[team]), 16)
        positions, left_over = _days_of_team(slots, shift, len(working_days), visits_per_team_day)
        for slot in slots:
            exceptions = [DayException.OVERLOAD] if slot.visit in left_over else []
            if spans[packages[slot.visit]][2]:
                exceptions.append(DayException.WINDOW)
            planned[slot.visit] = PlannedDay(visit_on=working_days[positions[slot.visit]], exceptions=tuple(exceptions))
    return tuple(planned)


def _span(needs: PackageNeeds, working_days: Sequence[date]) -> tuple[int, int, bool]:
    """First position, position behind the last, and whether the package's own window was of no use."""
    first = bisect_left(working_days, needs.starts_on)
    stop = bisect_right(working_days, needs.ends_on)
    return (first, stop, False) if first < stop else (0, len(working_days), True)


def _without_day(team: int) -> PlannedDay:
    return PlannedDay(visit_on=None, exceptions=(DayException.NO_DAY,) if team >= 0 else ())


def _days_of_team(slots: Sequence[_Slot], shift: int, num_days: int, cap: int) -> tuple[dict[int, int], frozenset[int]]:
    """Day of each visit of a team, begun at its own shift, and the visits that no day had room for."""
    loads = [0] * num_days
    positions: dict[int, int] = {}
    for (first, stop), group in groupby(slots, key=lambda slot: slot.days):
        together = list(group)
        for number, slot in enumerate(together):
            start = first + (number * (stop - first) // len(together) + shift) % (stop - first)
            day = min((*range(start, stop), *range(first, start)), key=loads.__getitem__)
            positions[slot.visit] = day
            loads[day] += 1
    if max(loads) <= cap:
        return positions, frozenset()
    return _deal_anew(slots, num_days, cap)


def _deal_anew(slots: Sequence[_Slot], num_days: int, cap: int) -> tuple[dict[int, int], frozenset[int]]:
    """Each day takes the visits whose days end first; what is left over goes where there is least."""
    loads = [0] * num_days
    positions: dict[int, int] = {}
    opening = sorted(slots, key=lambda slot: slot.first, reverse=True)
    waiting: list[tuple[int, str, int]] = []
    for day in range(num_days):
        while opening and opening[-1].first <= day:
            slot = opening.pop()
            heappush(waiting, (slot.stop, slot.lot, slot.visit))
        while waiting and loads[day] < cap:
            stop, _, visit = heappop(waiting)
            if stop > day:
                positions[visit] = day
                loads[day] += 1
    left_over = [slot for slot in slots if slot.visit not in positions]
    for slot in left_over:
        day = min(range(slot.first, slot.stop), key=loads.__getitem__)
        positions[slot.visit] = day
        loads[day] += 1
    return positions, frozenset(slot.visit for slot in left_over)
