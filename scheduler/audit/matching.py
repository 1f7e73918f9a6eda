"""
Claims that visits went to teams that may and can, as evenly as can be, and by lot (specification, section 8.3).

Evenness and order are read off the teams on record: chains are followed, nothing is optimised. Only the exceptions,
which are few, are found again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.audit.chains import Group as Even
from scheduler.audit.claims import Group
from scheduler.audit.hashes import Keyed
from scheduler.audit.officers import MATCH_EXCEPTIONS, Team
from scheduler.audit.parts import Demand, Part, Roll
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.draw.hashing import keyed_digest, prefix
from scheduler.i18n import gettext as _


@dataclass(slots=True, kw_only=True)
class Found:
    """Teams of a part and its exceptions."""

    teams: tuple[str, ...]
    exceptions: frozenset[str] = frozenset()


@dataclass(slots=True)
class Matching:
    """Parts of all visits in the order of the lot, the teams on record, and what the page says of them."""

    roll: Roll
    teams: Mapping[str, Team]
    parts: list[Part] = field(default_factory=list)
    loads: dict[str, int] = field(default_factory=dict)
    _keyed: Keyed = field(init=False)
    _fit: dict[tuple[int, str | None], list[Team]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        offices = self.roll.offices
        self._keyed = Keyed(offices.secret)
        firms = sorted(offices.packages, key=lambda firm: keyed_digest(offices.secret, "visit", offices.seed, firm))
        self.parts = [
            Part(firm, offices.districts[firm], demand)
            for firm in firms
            for demand in self.roll.demands[offices.packages[firm]]
        ]
        self.loads = dict.fromkeys(self.teams, 0)

    def recorded(self, part: Part) -> tuple[str, ...]:
        """Teams on record of a part: those of its department."""
        visit = self.roll.offices.visits.get(part.firm)
        names = split_list(visit.team_id) if visit else ()
        return tuple(
            name for name in names if name in self.teams and self.teams[name].department == part.demand.department
        )

    def fitting(self, part: Part, district: str | None, barred: frozenset[str]) -> list[Team]:
        """Teams that fit a part, of a district or of all."""
        key = (id(part.demand), district)
        if key not in self._fit:
            self._fit[key] = [
                team
                for team in self.teams.values()
                if district in (None, team.district) and self.roll.meets(team, part.demand, frozenset())
            ]
        return [team for team in self._fit[key] if not barred or not barred & set(team.officer_ids)]

    def groups(self) -> tuple[dict[tuple[str, str], list[Part]], list[Part]]:
        """Parts by the district and department they are matched in (1), and those left over."""
        bureau = self.roll.offices.bureau
        groups: dict[tuple[str, str], list[Part]] = {}
        left: list[Part] = []
        for part in self.parts:
            barred = self.roll.barred(part.firm)
            home = part.district != bureau and self.fitting(part, part.district, barred)
            district = part.district if home else bureau
            if home or self.fitting(part, district, barred):
                groups.setdefault((district, part.demand.department), []).append(part)
            else:
                left.append(part)
        return groups, left

    def by_lot(self, firm: str, teams: Iterable[Team]) -> list[Team]:
        """Teams in ascending order of their digests with a firm."""
        given = list(teams)
        names = [team.team_id.encode("ascii") for team in given]
        lots = self._keyed.digests(prefix("match", self.roll.offices.seed, firm), names)
        return [given[place] for place in sorted(range(len(given)), key=lots.__getitem__)]

    def count(self, teams: Iterable[str]) -> None:
        """Counts a visit of teams."""
        for team_id in teams:
            self.loads[team_id] += 1

    def left_over(self, part: Part) -> Found:
        """Teams and exceptions of a part that is left over, by (3) and (4)."""
        for hard_only in (False, True):
            barred = self.roll.barred(part.firm, hard_only=hard_only)
            found = self._singly(part, barred)
            if found is not None:
                extra = {"repeated"} if hard_only else set()
                return Found(teams=found.teams, exceptions=found.exceptions | extra)
        return Found(teams=(), exceptions=frozenset({"unmet"}))

    def _singly(self, part: Part, barred: frozenset[str]) -> Found | None:
        bureau = self.roll.offices.bureau
        for district, exceptions in ((part.district, set()), (bureau, set()), (None, {"borrowed"})):
            fit = self.fitting(part, district, barred)
            if fit:
                fewest = min(self.loads[team.team_id] for team in fit)
                first = self.by_lot(part.firm, [team for team in fit if self.loads[team.team_id] == fewest])[0]
                return Found(teams=(first.team_id,), exceptions=frozenset(exceptions))
        for districts in ({part.district}, {part.district, bureau}, None):
            teams = self._together(part, barred, districts)
            if teams:
                return Found(teams=teams, exceptions=frozenset({"direct"}))
        return None

    def _together(self, part: Part, barred: frozenset[str], districts: set[str] | None) -> tuple[str, ...]:
        free = {
            team.team_id: self.roll.free(team.officer_ids, barred)
            for team in self.teams.values()
            if team.department == part.demand.department and (districts is None or team.district in districts)
        }

        def meet(teams: Sequence[Team]) -> bool:
            return part.demand.met_by([officer for team in teams for officer in free[team.team_id]])

        going = [self.teams[team_id] for team_id, officers in free.items() if officers]
        if not meet(going):
            return ()
        going = self.by_lot(part.firm, going)
        for team in going[::-1]:
            others = [other for other in going if other is not team]
            going = others if meet(others) else going
        leads = [team for team in going if any(officer.lead_qualified for officer in free[team.team_id])]
        return tuple(team.team_id for team in [leads[0], *(team for team in going if team is not leads[0])])


def check_visits(group: Group, roll: Roll) -> None:
    """Claims that every firm drawn has one visit, by officers who may go and can do it."""
    offices = roll.offices
    drawn = offices.packages.keys()
    differences: Differences = [
        (_("a visit to {firm}").format(firm=firm), _("none")) for firm in sorted(drawn - offices.visits.keys())
    ]
    differences += [(_("visits to firms drawn alone"), firm) for firm in sorted(offices.visits.keys() - drawn)]
    group.first("8.3", _("every firm drawn has one visit"), differences, len(offices.visits))
    unfit: Differences = []
    for firm in sorted(drawn & offices.visits.keys()):
        visit = offices.visits[firm]
        teams = [offices.teams[name] for name in split_list(visit.team_id) if name in offices.teams]
        barred = roll.barred(firm, hard_only="repeated" in visit.exceptions)
        for demand in roll.demands[offices.packages[firm]]:
            going = _going(roll, [team for team in teams if team.department == demand.department], barred)
            if not demand.met_by(roll.free(going, barred)) and "unmet" not in visit.exceptions:
                unfit.append((_told(firm, demand), f"{visit.team_id or '–'}: {', '.join(going) or '–'}"))
    group.first(
        "8.3", _("officers who may check every item, with its speciality, and not recused, go to every visit"), unfit
    )


def _going(roll: Roll, teams: Sequence[Team], barred: frozenset[str]) -> list[str]:
    """Officers of a department who go: all of its teams', without those who are barred."""
    members = [officer for team in teams for officer in team.officer_ids]
    return [officer for officer in members if officer not in barred and officer in roll.eligible]


def _told(firm: str, demand: Demand) -> str:
    items = ", ".join(f"{item} ({number}{f' {skill}' if skill else ''})" for item, number, skill in demand.items)
    return _("{firm}: officers of {department} for {items}").format(
        firm=firm, department=demand.department or "–", items=items or "–"
    )


def check_matching(group: Group, roll: Roll) -> None:
    """Claims that loads are the most even, that the order is the lot's, and that exceptions are those there must be."""
    matching = Matching(roll, roll.offices.teams)
    groups, left = matching.groups()
    uneven: Differences = []
    unable: Differences = []
    disorder: Differences = []
    for (district, _department), parts in sorted(groups.items()):
        members, misfits = _members(matching, district, parts)
        disorder += misfits
        if not misfits:
            even = Even(members, by_ability=roll.offices.format > 2)
            uneven += even.uneven()
            unable += even.unable()
            disorder += even.disorder(matching.by_lot)
    words = _("of all ways as even, the one that comes first by lot was taken")
    group.first("8.3", _("visits are shared among the teams that fit as evenly as can be"), uneven, len(groups))
    if roll.offices.format > 2:
        abler = _("of two teams one of which gets one more, it is the one that fits more")
        group.first("8.3", abler, unable, len(groups))
    group.first("8.3", words, disorder, len(matching.parts))
    _check_exceptions(group, matching, left)


def _members(
    matching: Matching, district: str, parts: Sequence[Part]
) -> tuple[list[tuple[str, list[Team], Team]], Differences]:
    """Firms, fit teams and teams on record of the parts that a district's department shares; and what does not fit."""
    members: list[tuple[str, list[Team], Team]] = []
    misfits: Differences = []
    for part in parts:
        fit = matching.fitting(part, district, matching.roll.barred(part.firm))
        names = matching.recorded(part)
        team = matching.teams[names[0]] if len(names) == 1 else None
        matching.count(names)
        if team is None or team not in fit:
            expected = _("a team of {district} that fits {firm}").format(district=district, firm=part.firm)
            misfits.append((expected, "+".join(names) or "–"))
        else:
            members.append((part.firm, fit, team))
    return members, misfits


def _check_exceptions(group: Group, matching: Matching, left: Sequence[Part]) -> None:
    offices = matching.roll.offices
    expected: dict[str, set[str]] = {}
    differences: Differences = []
    for part in left:
        found = matching.left_over(part)
        matching.count(found.teams)
        expected.setdefault(part.firm, set()).update(found.exceptions)
        differences += _difference(part.firm, found.teams, matching.recorded(part))
    of_visit: dict[str, list[str]] = {}
    for part in matching.parts:
        of_visit.setdefault(part.firm, []).extend(matching.recorded(part))
    for firm, visit in sorted(offices.visits.items()):
        told = sorted(MATCH_EXCEPTIONS & set(visit.exceptions))
        differences += _difference(firm, sorted(expected.get(firm, ())), told)
        differences += _difference(firm, of_visit.get(firm, ()), split_list(visit.team_id))
    group.first("8.3", _("exceptions are those that the page names, and stand where they must"), differences, len(left))


def _difference(firm: str, expected: Sequence[str], found: Sequence[str]) -> Differences:
    if list(expected) == list(found):
        return []
    return [(f"{firm}: {';'.join(expected) or '–'}", ";".join(found) or "–")]
