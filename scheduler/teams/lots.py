"""
Teams by lot (specification 8.2): in each district leads lead in the order of the lot and all others are dealt to them.

The lot of an officer is keyed with the officer secret, so that nobody who knows seed and roster can tell the teams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.roster import Officer


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
    officers
        Its officers in the order of the lot, the lead first; two or more.
    """

    team_id: str
    district: str
    officers: tuple[Officer, ...]

    @property
    def lead(self) -> Officer:
        """The officer who leads 主检."""
        return self.officers[0]

    @property
    def specialities(self) -> frozenset[str]:
        """Specialities that at least one of its officers has."""
        return frozenset(code for officer in self.officers for code in officer.specialities)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLot:
    """
    Outcome of the lot of teams.

    Attributes
    ----------
    teams
        By district, then number.
    idle
        Eligible officers of districts that make no team, because none of them may lead or there is only one; ascending.
    """

    teams: tuple[Team, ...]
    idle: tuple[str, ...]


def draw_teams(eligible: Iterable[Officer], *, draw_id: str, seed: str, officer_secret: bytes) -> TeamLot:
    """
    Draws the teams of every district that has officers.

    Parameters
    ----------
    eligible
        Officers who take part, in any order.
    draw_id, seed, officer_secret
        What the lot is keyed with.
    """
    districts: defaultdict[str, list[tuple[str, Officer]]] = defaultdict(list)
    for officer in eligible:
        lot = keyed_digest(officer_secret, "officer", seed, officer.officer_id)
        districts[officer.district].append((lot, officer))
    teams: list[Team] = []
    idle: list[str] = []
    for district in sorted(districts):
        in_order = [officer for _, officer in sorted(districts[district], key=lambda entry: entry[0])]
        dealt = _deal(in_order)
        if not dealt:
            idle.extend(officer.officer_id for officer in in_order)
        for number, officers in enumerate(dealt, start=1):
            team_id = f"{draw_id}-{district}-{number:03d}"
            teams.append(Team(team_id=team_id, district=district, officers=officers))
    return TeamLot(teams=tuple(teams), idle=tuple(sorted(idle)))


def _deal(in_order: list[Officer]) -> list[tuple[Officer, ...]]:
    """Teams of one district: t = min(leads, n div 2) leads, everybody else dealt round them."""
    leads = [officer for officer in in_order if officer.lead_qualified]
    num_teams = min(len(leads), len(in_order) // 2)
    leading = leads[:num_teams]
    chosen = {officer.officer_id for officer in leading}
    others = [officer for officer in in_order if officer.officer_id not in chosen]
    return [(lead, *others[number::num_teams]) for number, lead in enumerate(leading)]
