"""Teams and matching by an officers.json of format 1 (specification, section 8.9), done again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scheduler.audit.claims import Group
from scheduler.audit.hashes import Keyed
from scheduler.audit.officers import MATCH_EXCEPTIONS, Officer, Offices, Team
from scheduler.audit.year import Differences
from scheduler.draw.hashing import keyed_digest, prefix
from scheduler.i18n import gettext as _


def draw_teams(draw_id: str, seed: str, secret: bytes, roster: Mapping[str, Officer], last_day: str) -> list[Team]:
    """Teams of all districts by lot (section 8.9)."""
    districts: dict[str, list[Officer]] = {}
    for officer in roster.values():
        if not officer.obstacle(last_day):
            districts.setdefault(officer.district, []).append(officer)
    teams = []
    for district, eligible in sorted(districts.items()):
        eligible.sort(key=lambda officer: keyed_digest(secret, "officer", seed, officer.officer_id))
        members = deal(eligible)
        for number, group in enumerate(members, start=1):
            teams.append(
                Team(
                    team_id=f"{draw_id}-{district}-{number:03d}",
                    district=district,
                    officer_ids=tuple(officer.officer_id for officer in group),
                    specialities=frozenset().union(*(officer.specialities for officer in group)),
                )
            )
    return teams


def deal(officers: Sequence[Officer]) -> list[list[Officer]]:
    """Deals officers in the order of their lots: leaders first, all others round and round."""
    leads = [officer for officer in officers if officer.lead_qualified]
    count = min(len(leads), len(officers) // 2)
    if not count:
        return []
    teams = [[leader] for leader in leads[:count]]
    leading = {leader.officer_id for leader in leads[:count]}
    others = [officer for officer in officers if officer.officer_id not in leading]
    for position, officer in enumerate(others):
        teams[position % count].append(officer)
    return teams


def teams_of(offices: Offices) -> list[Team]:
    """Teams of all districts of a draw, by lot."""
    return draw_teams(offices.draw.draw_id, offices.seed, offices.secret, offices.roster, offices.window["ends_on"])


class Matching:
    """Gives visits to teams by lot (section 8.9)."""

    def __init__(self, offices: Offices) -> None:
        self._offices = offices
        self._loads = dict.fromkeys(sorted(offices.teams), 0)
        self._keyed = Keyed(offices.secret)
        self._names = {team_id: team_id.encode("ascii") for team_id in offices.teams}
        self._candidates: dict[tuple[str, str], tuple[list[Team], ...]] = {}

    def run(self) -> dict[str, tuple[str, str]]:
        """Team and exception of each firm drawn."""
        offices = self._offices
        firms = sorted(
            offices.packages, key=lambda firm: (keyed_digest(offices.secret, "visit", offices.seed, firm), firm)
        )
        return {firm: self._match(firm) for firm in firms}

    def _match(self, firm: str) -> tuple[str, str]:
        barred = self._offices.recused.get(firm, frozenset())
        district, package = self._offices.districts[firm], self._offices.packages[firm]
        for stage, teams in enumerate(self._stages(district, package)):
            fit = [team for team in teams if not barred & set(team.officer_ids)] if barred else teams
            if fit:
                team_id = self._least(firm, fit)
                self._loads[team_id] += 1
                return team_id, "borrowed" if stage == 2 else ""
        return "", "unmet"

    def _stages(self, district: str, package: str) -> tuple[list[Team], ...]:
        """Teams that fit a package, in the order in which they are asked: own district, whole bureau, all others."""
        key = (district, package)
        if key not in self._candidates:
            need = self._offices.needs.get(package)  # a package without needs fails its own claim
            fit = [team for team in self._offices.teams.values() if need is not None and team.fits(need)]
            bureau = self._offices.bureau
            self._candidates[key] = (
                [team for team in fit if team.district == district],
                [team for team in fit if team.district == bureau],
                [team for team in fit if team.district not in (district, bureau)],
            )
        return self._candidates[key]

    def _least(self, firm: str, teams: Sequence[Team]) -> str:
        fewest = min(self._loads[team.team_id] for team in teams)
        equal = [team.team_id for team in teams if self._loads[team.team_id] == fewest]
        if len(equal) == 1:
            return equal[0]
        lots = self._keyed.digests(
            prefix("match", self._offices.seed, firm), [self._names[team_id] for team_id in equal]
        )
        return equal[lots.index(min(lots))]


def check_matching(group: Group, offices: Offices) -> None:
    """Claims that every visit went to the team that the lot and even loads give (section 8.9)."""
    expected = Matching(offices).run()
    differences: Differences = []
    for firm, (team_id, exception) in sorted(expected.items()):
        visit = offices.visits.get(firm)
        if visit is None:
            continue
        found = (visit.team_id, ";".join(sorted(MATCH_EXCEPTIONS & set(visit.exceptions))))
        if found != (team_id, exception):
            differences.append((f"{firm}: {team_id or '–'} {exception}", " ".join(found)))
    group.first(
        "8.9",
        _("every visit goes to the fit team with the fewest visits, by lot among equals"),
        differences,
        len(expected),
    )


def check_visits(group: Group, offices: Offices) -> None:
    """Claims that every firm drawn has its one visit, by a team that may and can (section 8.9)."""
    drawn = offices.packages.keys()
    differences: Differences = [
        (_("a visit to {firm}").format(firm=firm), _("none")) for firm in sorted(drawn - offices.visits.keys())
    ]
    differences += [(_("visits to firms drawn alone"), firm) for firm in sorted(offices.visits.keys() - drawn)]
    group.first("8.9", _("every firm drawn has one visit"), differences, len(offices.visits))
    recused: Differences = []
    unfit: Differences = []
    members = _recorded_members(offices)
    for firm, visit in sorted(offices.visits.items()):
        officers = members.get(visit.team_id, ())
        barred = sorted(offices.recused.get(firm, frozenset()) & set(officers))
        if barred:
            expected = _("a team for {firm} without officers recused from it").format(firm=firm)
            recused.append((expected, _("{officer} in {team}").format(officer=", ".join(barred), team=visit.team_id)))
        need = offices.needs.get(offices.packages.get(firm, ""))
        if visit.team_id and need is not None and not _team_of(visit.team_id, officers, offices.roster).fits(need):
            expected = _("{firm}: {count} officers with {specialities}").format(
                firm=firm, count=need.officers_required, specialities=", ".join(sorted(need.specialities)) or "–"
            )
            unfit.append((expected, ": ".join((visit.team_id, ", ".join(officers) or _("no such team")))))
    group.first("8.9", _("no officer meets a firm that he or she is recused from"), recused, len(offices.recused))
    group.first("8.9", _("every team has the specialities and the number of officers that its visits need"), unfit)


def _recorded_members(offices: Offices) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[str]] = {}
    for team_id, officer_id in offices.draw.table("teams.tsv").rows("team_id", "officer_id"):
        members.setdefault(team_id, []).append(officer_id)
    return {team_id: tuple(officers) for team_id, officers in members.items()}


def _team_of(team_id: str, officer_ids: Iterable[str], roster: Mapping[str, Officer]) -> Team:
    known = [roster[officer_id] for officer_id in officer_ids if officer_id in roster]
    return Team(
        team_id=team_id,
        district="",
        officer_ids=tuple(officer.officer_id for officer in known),
        specialities=frozenset().union(*(officer.specialities for officer in known)),
    )
