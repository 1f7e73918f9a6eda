"""Claims about officers who gave way after the draw: the newcomer is the next by lot (specification, section 8.10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from scheduler.audit.claims import Group
from scheduler.audit.formats.words import OBSTACLES
from scheduler.audit.officers import Officer, Team, Visit
from scheduler.audit.parts import Demand, Roll
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.draw.hashing import keyed_digest
from scheduler.i18n import gettext as _

COLUMNS = ("number", "team_id", "officer_out", "officer_in", "reason", "decided_on", "passed_over")


@dataclass(slots=True)
class Places:
    """Who is in each team while the rows are gone through, the lead first; who dropped out, and who came in."""

    roll: Roll
    members: dict[str, list[str]] = field(default_factory=dict)
    loads: dict[str, int] = field(default_factory=dict)
    visits: dict[str, list[tuple[str, Visit]]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    came: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        offices = self.roll.offices
        self.members = {team.team_id: list(team.officer_ids) for team in offices.teams.values()}
        self.visits = {team_id: [] for team_id in offices.teams}
        for firm, visit in offices.visits.items():
            for team_id in split_list(visit.team_id):
                if team_id in self.visits:
                    self.visits[team_id].append((firm, visit))
        for team_id, members in self.members.items():
            for officer in members:
                self.loads[officer] = self.loads.get(officer, 0) + len(self.visits[team_id])

    def order(self, team: Team, officer_out: str) -> list[str]:
        """Officers who may take the place, in the order in which they are asked."""
        roll = self.roll
        members = self.members[team.team_id]
        leads = not team.reserve and members[:1] == [officer_out]
        pool = [
            officer
            for officer in roll.eligible.values()
            if officer.officer_id not in self.gone
            and officer.officer_id not in members
            and roll.department(officer.department) == team.department
            and (officer.lead_qualified or not leads)
        ]
        pool.sort(key=self._ranks(team))
        strictly = [officer.officer_id for officer in pool if self._joins(officer, team, officer_out, hard_only=False)]
        loosely = [officer.officer_id for officer in pool if self._joins(officer, team, officer_out, hard_only=True)]
        return strictly + [officer for officer in loosely if officer not in strictly]

    def take(self, team: Team, officer_out: str, officer_in: str) -> None:
        """Puts the newcomer in the place."""
        members = self.members[team.team_id]
        members[members.index(officer_out)] = officer_in
        number = len(self.visits[team.team_id])
        self.loads[officer_out] -= number
        self.loads[officer_in] = self.loads.get(officer_in, 0) + number
        self.came.add((team.team_id, officer_in))

    def hand_over(self, firm_out: str, firm_in: str, visit: Visit) -> None:
        """Takes away the visit to a firm, and gives another to the teams that it names; of either there may be none."""
        for team_id, visits in self.visits.items():
            before = len(visits)
            visits[:] = [entry for entry in visits if entry[0] != firm_out]
            if firm_in and team_id in split_list(visit.team_id):
                visits.append((firm_in, visit))
            for officer in self.members[team_id] if len(visits) != before else ():
                self.loads[officer] += len(visits) - before

    def _ranks(self, team: Team) -> Callable[[Officer], tuple[int, int, str]]:
        offices = self.roll.offices
        reserves = {
            officer for other in offices.teams.values() if other.reserve for officer in self.members[other.team_id]
        }
        counter = next(
            (
                entry["counter"]
                for entry in offices.document["redraws"]
                if (entry["district"], entry["department"]) == (team.district, team.department)
            ),
            0,
        )

        def rank(officer: Officer) -> tuple[int, int, str]:
            near = 0 if officer.district == team.district else 1 if officer.district == offices.bureau else 2
            place = near if officer.officer_id in reserves and near < 2 else near + 2
            digest = keyed_digest(offices.secret, "officer", offices.seed, str(counter), officer.officer_id)
            return place, self.loads.get(officer.officer_id, 0), digest

        return rank

    def _joins(self, officer: Officer, team: Team, officer_out: str, *, hard_only: bool) -> bool:
        for firm, visit in self.visits[team.team_id]:
            if officer.officer_id in self.roll.barred(firm, hard_only=hard_only):
                return False
            going = self._going(firm, visit, team, officer_out)
            going[officer.officer_id] = officer
            if not all(demand.met_by(list(going.values())) for demand in self._demands(firm, team)):
                return False
        return True

    def _demands(self, firm: str, team: Team) -> list[Demand]:
        package = self.roll.offices.package_of(firm)
        return [demand for demand in self.roll.demands[package] if demand.department == team.department]

    def _going(self, firm: str, visit: Visit, team: Team, officer_out: str) -> dict[str, Officer]:
        """Officers of the department who go to a visit without the one who drops out."""
        barred = self.roll.barred(firm, hard_only="repeated" in visit.exceptions)
        return {
            officer: self.roll.eligible[officer]
            for team_id in split_list(visit.team_id)
            if team_id in self.members and self.roll.offices.teams[team_id].department == team.department
            for officer in self.members[team_id]
            if officer in self.roll.eligible
            and (team_id, officer) != (team.team_id, officer_out)
            and (officer not in barred or (team_id, officer) in self.came)
        }


def check_replacements(group: Group, roll: Roll) -> None:
    """Claims that officers who gave way were members, and that each newcomer is the next by lot."""
    offices = roll.offices
    if not offices.draw.has("replacements.tsv"):
        return
    rows = list(offices.draw.table("replacements.tsv").rows(*COLUMNS))
    handed = list(offices.handovers)
    places = Places(roll)
    history: Differences = []
    wrong: Differences = []
    passed_over, last_day = 0, offices.document["drawn_on"]
    for position, (number, team_id, officer_out, officer_in, _reason, decided_on, passed) in enumerate(rows, start=1):
        if number != f"{position:03d}" or decided_on < last_day:
            history.append((f"{position:03d}, {last_day} ≤", f"{number}, {decided_on}"))
        last_day = decided_on
        while handed and handed[0].replaced < position:
            entry = handed.pop(0)
            places.hand_over(entry.firm_out, entry.firm_in, entry.visit)
        if officer_out not in places.members.get(team_id, ()):
            history.append((_("an officer of {team}").format(team=team_id), officer_out))
            break
        team = offices.teams[team_id]
        places.gone.add(officer_out)
        skipped, obstacles = _read(passed)
        passed_over += len(skipped)
        expected = places.order(team, officer_out)[: len(skipped) + 1]
        if [*skipped, officer_in] != expected or not obstacles <= set(OBSTACLES):
            wrong.append((f"{number}: {', '.join(expected) or '–'}", f"{passed} {officer_in}".strip()))
            break
        places.take(team, officer_out, officer_in)
    group.first("8.10", _("officers who gave way were members, in an unbroken history"), history, len(rows))
    group.first("8.10", _("each newcomer is the next by lot who may go and can do it"), wrong, len(rows))
    if passed_over:
        group.not_checked(
            "8.10",
            _("officers passed over could not go"),
            _("no record holds what happened to them; {count} were passed over").format(count=passed_over),
        )


def _read(cell: str) -> tuple[list[str], set[str]]:
    pairs = [entry.rpartition(":") for entry in split_list(cell)]
    return [officer for officer, _colon, _obstacle in pairs], {obstacle for _officer, _colon, obstacle in pairs}
