"""
Who visits a firm that comes onto the list after officers were drawn (specification 8.14): whoever had the visit it
takes over, if they may; otherwise the teams that the rules for parts left over give it, by the same lot.

Nothing new is thrown, so that nobody can try again until a team pleases, and the firm cannot tell who will come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.draw.canonical import table_bytes
from scheduler.teams.demands import Demand
from scheduler.teams.lots import Team
from scheduler.teams.matching import Barred, MatchException, match_left_over
from scheduler.teams.offers import Offers, Part
from scheduler.teams.replacing import TeamVisit

HANDOVERS_NAME = "handovers.tsv"
HANDOVER_COLUMNS = ("number", "firm_in", "replaced", "team_id", "visit_on", "exception")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """
    A firm that gave way after officers were drawn, and what became of its visit.

    Attributes
    ----------
    number
        Of the replacement, in the draw.
    firm_in
        Who came; empty where nobody did, and then so is the rest.
    replaced
        How many officers' places had changed hands in the draw before.
    team_ids, visit_on, exceptions
        The newcomer's visit, on the day of the visit it takes over.
    """

    number: int
    firm_in: str
    replaced: int
    team_ids: tuple[str, ...]
    visit_on: date | None
    exceptions: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the file."""
        day = self.visit_on.isoformat() if self.visit_on else ""
        teams, exceptions = ";".join(self.team_ids), ";".join(self.exceptions)
        return f"{self.number:03d}", self.firm_in, str(self.replaced), teams, day, exceptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    Officers and visits as they stand when a visit is handed over.

    Attributes
    ----------
    teams
        Teams with the officers of now, by id.
    visits
        All other visits of the draw that stand.
    demands, barred
        What packages demand, and who must not meet which firm.
    bureau, seed, officer_secret
        The bureau's own code, and what the lot is keyed with.
    """

    teams: Mapping[str, Team]
    visits: Sequence[TeamVisit]
    demands: Mapping[str, Sequence[Demand]]
    barred: Barred
    bureau: str
    seed: str
    officer_secret: bytes

    def keep(self, slot: TeamVisit, firm_in: str) -> bool:
        """Whether the teams of a visit may take over a newcomer of the same district."""
        going = {officer.officer_id for name in slot.team_ids for officer in self.teams[name].officers}
        complete = bool(slot.team_ids) and MatchException.UNMET not in slot.exceptions
        return complete and not going & self.barred.of(firm_in)

    def find(self, firm_in: str, package: str, district: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Teams of each part of a newcomer's visit, and exceptions, as for parts left over by the matching."""
        names = sorted(self.teams)
        offers = Offers(
            [self.teams[name] for name in names],
            bureau=self.bureau,
            seed=self.seed,
            officer_secret=self.officer_secret,
        )
        place = {name: position for position, name in enumerate(names)}
        for visit in self.visits:
            offers.count([place[name] for name in visit.team_ids])
        found: list[str] = []
        exceptions: set[str] = set()
        for demand in self.demands[package]:
            part = Part(visit=0, firm_id=firm_in, district=district, demand=demand, barred=self.barred.of(firm_in))
            teams, told = match_left_over(part, self.barred.of(firm_in, relaxed=True), offers)
            offers.count(teams)
            found += [names[team] for team in teams]
            exceptions.update(told)
        return tuple(found), tuple(sorted(exceptions))


def handovers_bytes(rows: Iterable[tuple[str, ...]]) -> bytes:
    """The file `handovers.tsv`: firms that gave way after officers were drawn, and the visits of who came."""
    return table_bytes(HANDOVER_COLUMNS, sorted(rows))
