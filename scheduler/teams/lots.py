"""
Teams by lot (specification 8.2): leads lead in the order of the lot, all others are dealt to them, specialities spread.

Each department of each district draws its own. If some visit fits none of the teams that could be made of its officers,
the lot is cast again with the next counter, first with teams of the same size, then with larger ones; which counter
counts is on record. The lot is keyed with the officer secret: nobody who knows seed and roster can tell the teams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.demands import LEAST_OFFICERS, Demand, Departments
from scheduler.teams.roster import Officer
from scheduler.teams.spread import Skills, skills_wanted, spread

ATTEMPTS = 16
ATTEMPTS_PER_SIZE = 4

Post: TypeAlias = tuple[str, str]  # district and department
Wanted: TypeAlias = tuple[Demand, frozenset[str]]  # what a visit demands, and the officers barred from its firm


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """
    One team of a draw.

    Attributes
    ----------
    team_id
        ``<draw_id>-<district>-<number>``, the number in at least three digits.
    district
        District of its officers; the bureau's own code serves every district.
    department
        Its department, empty for the common one.
    officers
        Its officers in the order of the lot, the lead first; two or more, but in a reserve.
    reserve
        Whether these are the officers of whom no team could be made: without a lead, only assigned directly.
    """

    team_id: str
    district: str
    department: str = ""
    officers: tuple[Officer, ...]
    reserve: bool = False

    @property
    def lead(self) -> Officer | None:
        """The officer who leads 主检; none in a reserve."""
        return None if self.reserve else self.officers[0]

    def without(self, barred: frozenset[str]) -> tuple[Officer, ...]:
        """Its officers who are not barred."""
        return tuple(officer for officer in self.officers if officer.officer_id not in barred)

    def fits(self, demand: Demand) -> bool:
        """Whether the team can make a visit by itself, if nobody is barred."""
        return not self.reserve and demand.is_met(self.officers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redraw:
    """A lot that was cast again: the counter that counts, of a district's department."""

    district: str
    department: str
    counter: int

    def document(self) -> dict[str, Any]:
        """As it stands in `officers.json`."""
        return {"district": self.district, "department": self.department, "counter": self.counter}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLot:
    """
    Outcome of the lot of teams.

    Attributes
    ----------
    teams
        By district, then number; reserves come first in their district.
    redraws
        Lots that were cast again, by district and department.
    """

    teams: tuple[Team, ...]
    redraws: tuple[Redraw, ...]

    @property
    def idle(self) -> tuple[str, ...]:
        """Eligible officers of whom no team could be made, ascending."""
        return tuple(sorted(officer.officer_id for team in self.teams if team.reserve for officer in team.officers))


def posts_of(officers: Iterable[Officer], departments: Departments) -> dict[Post, list[Officer]]:
    """Officers by district and department."""
    posts: defaultdict[Post, list[Officer]] = defaultdict(list)
    for officer in officers:
        posts[officer.district, departments.of(officer.department)].append(officer)
    return dict(posts)


def draw_teams(
    posts: Mapping[Post, Sequence[Officer]],
    wanted: Mapping[Post, Collection[Wanted]],
    *,
    draw_id: str,
    seed: str,
    officer_secret: bytes,
) -> TeamLot:
    """
    Draws the teams of every department of every district that has officers.

    Parameters
    ----------
    posts
        Eligible officers by district and department, in any order.
    wanted
        What is wanted of a department of a district; together its officers can meet it.
    draw_id, seed, officer_secret
        What the lot is keyed with.
    """
    teams: list[Team] = []
    redraws: list[Redraw] = []
    numbers: dict[str, int] = {}
    for district, department in sorted(posts):
        officers = posts[district, department]
        groups, counter = _cast(officers, wanted.get((district, department), ()), seed, officer_secret)
        if counter:
            redraws.append(Redraw(district=district, department=department, counter=counter))
        for members in groups or [tuple(sorted(officers, key=lambda entry: entry.officer_id))]:
            numbers[district] = numbers.get(district, 0) + 1
            teams.append(
                Team(
                    team_id=f"{draw_id}-{district}-{numbers[district]:03d}",
                    district=district,
                    department=department,
                    officers=members,
                    reserve=not groups,
                )
            )
    return TeamLot(teams=tuple(teams), redraws=tuple(redraws))


def _cast(
    officers: Sequence[Officer], wanted: Collection[Wanted], seed: str, officer_secret: bytes
) -> tuple[list[tuple[Officer, ...]], int]:
    """Teams of one department of one district, and the counter that gave them."""
    size = max([LEAST_OFFICERS, *(demand.least_officers for demand, _ in wanted)])
    skills = skills_wanted(demand for demand, _ in wanted)
    best: tuple[int, int, list[tuple[Officer, ...]]] | None = None
    for counter in range(ATTEMPTS):
        lots = {
            officer.officer_id: keyed_digest(officer_secret, "officer", seed, str(counter), officer.officer_id)
            for officer in officers
        }
        in_order = sorted(officers, key=lambda officer: lots[officer.officer_id])
        groups = deal(in_order, size + counter // ATTEMPTS_PER_SIZE, skills)
        missed = _missed(groups, wanted)
        if best is None or missed < best[0]:
            best = (missed, counter, groups)
        if not missed or not groups:
            break
    if best is None:
        return [], 0
    return best[2], best[1]


def _missed(groups: Sequence[tuple[Officer, ...]], wanted: Collection[Wanted]) -> int:
    """Different demands that none of the teams can meet, though the department's officers could together."""
    names = [frozenset(officer.officer_id for officer in group) for group in groups]
    able: dict[Demand, list[frozenset[str]]] = {}
    for demand, _ in wanted:
        if demand not in able:
            able[demand] = [who for group, who in zip(groups, names, strict=True) if demand.is_met(group)]
    return sum(all(who & barred for who in able[demand]) for demand, barred in wanted)


def deal(in_order: Sequence[Officer], size: int, skills: Skills) -> list[tuple[Officer, ...]]:
    """Teams of officers in the order of the lot: t = min(leads, max(1, n div size)) leads, the others spread."""
    leads = [officer for officer in in_order if officer.lead_qualified]
    if not leads or len(in_order) < LEAST_OFFICERS:
        return []
    leading = leads[: max(1, len(in_order) // size)]
    chosen = {officer.officer_id for officer in leading}
    return spread(leading, [officer for officer in in_order if officer.officer_id not in chosen], skills)
