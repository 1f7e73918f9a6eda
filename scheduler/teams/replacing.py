"""
Who takes the place of an officer who drops out after the draw (specification 8.10): the next by the lot that stands.

The team stays and so do its visits: the newcomer takes the place as it is, the lead's too. Reserves come before those
who have a team already, the district before the bureau and the bureau before neighbours; whoever has fewest visits
comes first, and among those the order in which the lot of teams stood decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.demands import Demand, Departments
from scheduler.teams.lots import Post, Team
from scheduler.teams.matching import Barred, MatchException
from scheduler.teams.roster import Officer


class ReplacementReason(StrEnum):
    """Why an officer who was drawn does not go on."""

    ILLNESS = "illness"  # ill or unfit for duty
    RECUSED = "recused"  # a recusal that came up after the draw
    CERTIFICATE = "certificate"  # lost the certificate
    LEFT = "left"  # transferred, retired, no longer on duty


class Obstacle(StrEnum):
    """Why the next by lot is passed over: what happened to him or her since the roster was frozen."""

    INACTIVE = "inactive"  # not on duty, or gone from the roster
    NO_CERTIFICATE = "no_certificate"  # no certificate that holds to the end of the window
    RECUSED = "recused"  # from a firm of the team, by a recusal that came later
    ON_LEAVE = "on_leave"  # on leave on every day of the visits still to come


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """
    One officer who gave way to another in one team.

    Attributes
    ----------
    number
        1, 2, … of the draw.
    decided_on
        From this day on the newcomer goes.
    passed_over
        Officers who came before the newcomer by lot, with their obstacles.
    note, author, log_number
        What was said of it, who decided, and where it stands in the log; none of it is in the file of the record.
    """

    draw_id: str
    number: int
    team_id: str
    officer_out: str
    officer_in: str
    reason: ReplacementReason
    decided_on: date
    passed_over: tuple[tuple[str, Obstacle], ...]
    note: str
    author: str
    log_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamVisit:
    """One visit as it was matched; `exceptions` tells whether last year's meetings were put aside."""

    firm_id: str
    package: str
    team_ids: tuple[str, ...]
    exceptions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """
    What a newcomer is chosen from.

    Attributes
    ----------
    teams
        Teams as they stand now, by id.
    eligible
        Officers eligible in the draw, by id.
    visits
        All visits of the draw.
    demands, departments, barred
        What packages demand, departments told apart, and who must not meet which firm.
    gone
        Officers who dropped out before, or do now.
    came
        Team and officer of every replacement before: a newcomer goes to each visit of the team.
    counters
        Counter of the lot that counts for each post, where it is not 0.
    bureau, seed, officer_secret
        The bureau's own code, and what the lot is keyed with.
    """

    teams: Mapping[str, Team]
    eligible: Mapping[str, Officer]
    visits: Sequence[TeamVisit]
    demands: Mapping[str, Sequence[Demand]]
    departments: Departments
    barred: Barred
    gone: frozenset[str]
    came: frozenset[tuple[str, str]]
    counters: Mapping[Post, int]
    bureau: str
    seed: str
    officer_secret: bytes

    @cached_property
    def loads(self) -> dict[str, int]:
        """Visits of every officer: those of all teams that he or she is in now."""
        of_team = dict.fromkeys(self.teams, 0)
        for visit in self.visits:
            for team_id in visit.team_ids:
                of_team[team_id] += 1
        loads: dict[str, int] = {}
        for team in self.teams.values():
            for officer in team.officers:
                loads[officer.officer_id] = loads.get(officer.officer_id, 0) + of_team[team.team_id]
        return loads

    def visits_of(self, team_id: str) -> list[TeamVisit]:
        """Visits of a team."""
        return [visit for visit in self.visits if team_id in visit.team_ids]

    def order(self, team: Team, officer_out: str) -> Iterator[Officer]:
        """Officers who may take a place in a team, in the order in which they are to be asked."""
        staying = [officer for officer in team.officers if officer.officer_id != officer_out]
        leads = team.lead is not None and team.lead.officer_id == officer_out
        taken = self.gone | {officer.officer_id for officer in team.officers} | {officer_out}
        pool = [
            officer
            for officer in self.eligible.values()
            if officer.officer_id not in taken
            and self.departments.of(officer.department) == team.department
            and (officer.lead_qualified or not leads)
        ]
        pool.sort(key=self._ranks(team))
        visits = self.visits_of(team.team_id)
        passed: set[str] = set()
        for relaxed in (False, True):
            for officer in pool:
                if officer.officer_id not in passed and self._can_join(officer, team, staying, visits, relaxed=relaxed):
                    passed.add(officer.officer_id)
                    yield officer

    def lacks(self, team: Team, officer_out: str) -> tuple[str, ...]:
        """What the team's visits lack without the officer, in words, each once."""
        staying = [officer for officer in team.officers if officer.officer_id != officer_out]
        found: dict[str, None] = {}
        for visit in self.visits_of(team.team_id):
            going = self._going(visit, team, staying)
            for demand in self._demands(visit, team):
                found.update(dict.fromkeys(demand.missing(going)))
        return tuple(found)

    def _ranks(self, team: Team) -> Callable[[Officer], tuple[int, int, str]]:
        reserves = {member.officer_id for other in self.teams.values() if other.reserve for member in other.officers}
        counter = str(self.counters.get((team.district, team.department), 0))

        def rank(officer: Officer) -> tuple[int, int, str]:
            near = 0 if officer.district == team.district else 1 if officer.district == self.bureau else 2
            place = near if officer.officer_id in reserves and near < 2 else 2 + near
            digest = keyed_digest(self.officer_secret, "officer", self.seed, counter, officer.officer_id)
            return place, self.loads.get(officer.officer_id, 0), digest

        return rank

    def _can_join(
        self, officer: Officer, team: Team, staying: Sequence[Officer], visits: Sequence[TeamVisit], *, relaxed: bool
    ) -> bool:
        """Whether nobody's recusal stands against the newcomer, and every visit of the team is met with him or her."""
        for visit in visits:
            if officer.officer_id in self.barred.of(visit.firm_id, relaxed=relaxed):
                return False
            others = self._going(visit, team, staying)
            going = [*(other for other in others if other.officer_id != officer.officer_id), officer]
            if not all(demand.is_met(going) for demand in self._demands(visit, team)):
                return False
        return True

    def _demands(self, visit: TeamVisit, team: Team) -> list[Demand]:
        return [demand for demand in self.demands[visit.package] if demand.department == team.department]

    def _going(self, visit: TeamVisit, team: Team, staying: Sequence[Officer]) -> list[Officer]:
        """Officers of the team's department who go to a visit without the one who drops out, each once."""
        barred = self.barred.of(visit.firm_id, relaxed=MatchException.REPEATED in visit.exceptions)
        found: dict[str, Officer] = {}
        for team_id in visit.team_ids:
            other = self.teams[team_id]
            for officer in staying if team_id == team.team_id else other.officers:
                if other.department == team.department and (
                    officer.officer_id not in barred or (team_id, officer.officer_id) in self.came
                ):
                    found[officer.officer_id] = officer
        return list(found.values())
