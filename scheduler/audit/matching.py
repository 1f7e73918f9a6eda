"""Claims that visits went to teams by lot and evenly: the matching of section 8.3 done again."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.audit.claims import Group
from scheduler.audit.hashes import Keyed
from scheduler.audit.officers import MATCH_EXCEPTIONS, Offices, Team
from scheduler.audit.year import Differences
from scheduler.draw.hashing import keyed_digest, prefix
from scheduler.i18n import gettext as _


class Matching:
    """Gives visits to teams by lot (section 8.3)."""

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
    """Claims that every visit went to the team that the lot and even loads give (section 8.3)."""
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
        "8.3",
        _("every visit goes to the fit team with the fewest visits, by lot among equals"),
        differences,
        len(expected),
    )
