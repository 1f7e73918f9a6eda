"""Days of visits by format 1: dealt anew from the working days on record (specification, section 8.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.audit.officers import Need, Offices
from scheduler.draw.hashing import keyed_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A visit that is waiting for its day: which days it may have, and its lot."""

    firm_id: str
    days: tuple[str, ...]
    lot: str
    outside: bool

    @property
    def order(self) -> tuple[int, str, str]:
        """Place in the order in which a team's visits are taken."""
        return len(self.days), self.days[0], self.lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """The day of a visit and the exceptions of section 8.4 that it came with."""

    visit_on: str
    exceptions: frozenset[str]


def days_of(need: Need, working_days: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Days a visit may have, and whether they lie outside its tasks' windows."""
    inside = tuple(day for day in working_days if need.starts_on <= day <= need.ends_on)
    return (inside, False) if inside else (tuple(working_days), True)


def deal_days(visits: Sequence[Due], working_days: Sequence[str], per_day: int, shift: int) -> dict[str, Dealt]:
    """Days of one team's visits, by firm; `shift` is the number of the team's own lot."""
    ordered = sorted(visits, key=lambda visit: visit.order)
    chosen = _spread(ordered, shift)
    loads: dict[str, int] = {}
    for day in chosen.values():
        loads[day] = loads.get(day, 0) + 1
    overloaded: frozenset[str] = frozenset()
    if loads and max(loads.values()) > per_day:
        chosen, overloaded = _repack(ordered, working_days, per_day)
    return {
        visit.firm_id: Dealt(
            visit_on=chosen[visit.firm_id],
            exceptions=frozenset(
                name for name, holds in (("window", visit.outside), ("overload", visit.firm_id in overloaded)) if holds
            ),
        )
        for visit in ordered
    }


def _spread(ordered: Sequence[Due], shift: int) -> dict[str, str]:
    """Spreads visits with the same days evenly over them, begun at the team's own shift."""
    sizes: dict[tuple[str, ...], int] = {}
    for visit in ordered:
        sizes[visit.days] = sizes.get(visit.days, 0) + 1
    taken: dict[tuple[str, ...], int] = {}
    loads: dict[str, int] = {}
    chosen: dict[str, str] = {}
    for visit in ordered:
        rank = taken.get(visit.days, 0)
        taken[visit.days] = rank + 1
        start = (rank * len(visit.days) // sizes[visit.days] + shift) % len(visit.days)
        day = min(visit.days[start:] + visit.days[:start], key=lambda day: loads.get(day, 0))
        loads[day] = loads.get(day, 0) + 1
        chosen[visit.firm_id] = day
    return chosen


def _repack(ordered: Sequence[Due], working_days: Sequence[str], per_day: int) -> tuple[dict[str, str], frozenset[str]]:
    """Fills days in ascending order, most urgent visits first; what is left over overloads a day."""
    chosen: dict[str, str] = {}
    loads: dict[str, int] = {}
    urgent = sorted(ordered, key=lambda visit: (visit.days[-1], visit.lot))
    for day in working_days:
        waiting = (visit for visit in urgent if visit.firm_id not in chosen and visit.days[0] <= day <= visit.days[-1])
        for visit, _place in zip(waiting, range(per_day), strict=False):
            chosen[visit.firm_id] = day
            loads[day] = loads.get(day, 0) + 1
    left = [visit for visit in ordered if visit.firm_id not in chosen]
    for visit in left:
        day = min(visit.days, key=lambda day: loads.get(day, 0))
        loads[day] = loads.get(day, 0) + 1
        chosen[visit.firm_id] = day
    return chosen, frozenset(visit.firm_id for visit in left)


def expected_days(offices: Offices) -> dict[str, Dealt]:
    """The day that the lot gives each visit, with its exceptions, by firm."""
    working_days = offices.document["working_days"]
    by_team: dict[str, list[Due]] = {}
    expected: dict[str, Dealt] = {}
    for firm, visit in offices.visits.items():
        need = offices.needs.get(offices.packages.get(firm, ""))
        if not visit.team_id or need is None:
            expected[firm] = Dealt(visit_on="", exceptions=frozenset())
            continue
        days, outside = days_of(need, working_days)
        if not days:
            expected[firm] = Dealt(visit_on="", exceptions=frozenset({"no_day"}))
            continue
        lot = keyed_digest(offices.secret, "day", offices.seed, firm)
        by_team.setdefault(visit.team_id, []).append(Due(firm_id=firm, days=days, lot=lot, outside=outside))
    for team_id, visits in by_team.items():
        shift = int(keyed_digest(offices.secret, "spread", offices.seed, team_id), 16)
        expected |= deal_days(visits, working_days, offices.document["visits_per_team_day"], shift)
    return expected
