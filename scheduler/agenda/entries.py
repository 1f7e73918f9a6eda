"""The agenda as values: one planned visit, who makes it, and how lists are narrowed down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

Week = tuple[int, int]  # year and number (ISO 8601)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An officer of a team, with what the firm may ask to see."""

    officer_id: str
    name: str
    unit: str
    department: str
    certificate_no: str
    lead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """
    One visit as it is planned now.

    Attributes
    ----------
    draw_id, round_name, kind
        The draw, its round as the command line calls it, and the kind of draw 抽查类型 (a code).
    firm_id, name, registrar, address, district, town
        The firm by the register of today; `town` is empty where the register does not tell.
    package
        Ids of the tasks that the visit serves, joined by "+".
    team_ids
        Its teams, the leading one first.
    visit_on
        Its day; None where there is none.
    exceptions
        Codes of what the lot could not do as it should.
    num_moves
        How often it was planned anew.
    num_changes
        How often its day, an officer of its teams or an expert changed.
    stamped_at
        When the last of these was recorded, or its first day (ISO 8601 with offset).
    """

    draw_id: str
    round_name: str
    kind: str
    firm_id: str
    name: str
    registrar: str
    address: str
    district: str
    town: str
    package: str
    team_ids: tuple[str, ...]
    visit_on: date | None
    exceptions: tuple[str, ...]
    num_moves: int
    num_changes: int
    stamped_at: str

    @property
    def order(self) -> tuple[date, str, str, str]:
        """By day, those without one last; then town, so that a day's journeys stand together; then firm."""
        return self.visit_on or date.max, self.town, self.draw_id, self.firm_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """
    Visits with their teams.

    Attributes
    ----------
    visits
        In the order of their days.
    teams
        Members of each team, its lead first.
    team_districts
        District of each team.
    teams_before
        For teams in which an officer was replaced: days, ascending, with the members of before each.
    experts
        Experts who join a visit, by draw and firm; they are no officers and in no team.
    absent
        Officers who stay away from a visit to which several teams are sent together, by draw and firm.
    """

    visits: tuple[PlannedVisit, ...]
    teams: dict[str, tuple[Member, ...]]
    team_districts: dict[str, str]
    teams_before: dict[str, tuple[tuple[date, tuple[Member, ...]], ...]] = field(default_factory=dict)
    experts: dict[tuple[str, str], tuple[Member, ...]] = field(default_factory=dict)
    absent: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def experts_of(self, visit: PlannedVisit) -> tuple[Member, ...]:
        """Experts who join a visit, each once."""
        return self.experts.get((visit.draw_id, visit.firm_id), ())

    def officers_of(self, visit: PlannedVisit) -> tuple[Member, ...]:
        """Everybody who makes a visit on its day: the leading team first, in each team its lead first."""
        return tuple(member for team_id in visit.team_ids for member in self.going_of(visit, team_id))

    def going_of(self, visit: PlannedVisit, team_id: str) -> tuple[Member, ...]:
        """Who of one of its teams makes a visit on its day, the lead first."""
        absent = self.absent.get((visit.draw_id, visit.firm_id), frozenset())
        members = self.members_of(team_id, visit.visit_on)
        return tuple(member for member in members if member.officer_id not in absent)

    def members_of(self, team_id: str, day: date | None) -> tuple[Member, ...]:
        """Who is in a team on a day; who is in it now, for None."""
        for until, members in self.teams_before.get(team_id, ()):
            if day is not None and day < until:
                return members
        return self.teams.get(team_id, ())

    @property
    def officers(self) -> dict[str, Member]:
        """Everybody who is in a team, or was before being replaced, by id."""
        past = (members for changes in self.teams_before.values() for _, members in changes)
        return {member.officer_id: member for group in (*past, *self.teams.values()) for member in group}

    @property
    def advisers(self) -> dict[str, Member]:
        """Everybody who joins a visit as an expert, by id."""
        return {member.officer_id: member for group in self.experts.values() for member in group}

    @property
    def people(self) -> dict[str, Member]:
        """Officers and experts, by id."""
        return {**self.advisers, **self.officers}

    def visits_by_team(self) -> dict[str, list[PlannedVisit]]:
        """Visits of each team that has any, by day."""
        found: dict[str, list[PlannedVisit]] = {}
        for visit in self.visits:
            for team_id in visit.team_ids:
                found.setdefault(team_id, []).append(visit)
        return found

    def visits_by_officer(self) -> dict[str, list[PlannedVisit]]:
        """Visits of each officer and expert who has any, by day."""
        found: dict[str, list[PlannedVisit]] = {}
        for visit in self.visits:
            for officer_id in {member.officer_id for member in (*self.officers_of(visit), *self.experts_of(visit))}:
                found.setdefault(officer_id, []).append(visit)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Which visits are wanted; what is empty does not restrict.

    Attributes
    ----------
    districts
        Codes: of the firm or of a team.
    team_id, officer_id
        Visits of one team, or of one officer.
    week
        Year and number of a week (ISO 8601); its Monday begins it.
    round_name
        One round.
    """

    districts: tuple[str, ...] = ()
    team_id: str = ""
    officer_id: str = ""
    week: tuple[int, int] | None = None
    round_name: str = ""

    def holds(self, agenda: Agenda, visit: PlannedVisit) -> bool:
        """Whether a visit is wanted."""
        if self.round_name and visit.round_name != self.round_name:
            return False
        if self.week and (visit.visit_on is None or visit.visit_on.isocalendar()[:2] != self.week):
            return False
        if self.team_id and self.team_id not in visit.team_ids:
            return False
        going = (*agenda.officers_of(visit), *agenda.experts_of(visit))
        if self.officer_id and all(member.officer_id != self.officer_id for member in going):
            return False
        near = {visit.district, *(agenda.team_districts.get(team_id, "") for team_id in visit.team_ids)}
        return not self.districts or bool(near & set(self.districts))

    def of(self, agenda: Agenda) -> Agenda:
        """The agenda with only the visits wanted, and only their teams."""
        visits = tuple(visit for visit in agenda.visits if self.holds(agenda, visit))
        used = {team_id for visit in visits for team_id in visit.team_ids}
        return Agenda(
            visits=visits,
            teams={team_id: members for team_id, members in agenda.teams.items() if team_id in used},
            team_districts={team_id: code for team_id, code in agenda.team_districts.items() if team_id in used},
            teams_before={team_id: past for team_id, past in agenda.teams_before.items() if team_id in used},
            experts={(one.draw_id, one.firm_id): agenda.experts_of(one) for one in visits if agenda.experts_of(one)},
            absent=agenda.absent,
        )


def loads_by_week(agenda: Agenda) -> dict[str, dict[Week, int]]:
    """Visits of each officer in each week; experts, who do not count, are not among them."""
    return _by_week(agenda, agenda.officers_of)


def expert_loads_by_week(agenda: Agenda) -> dict[str, dict[Week, int]]:
    """Visits that each expert joins in each week."""
    return _by_week(agenda, agenda.experts_of)


def _by_week(agenda: Agenda, going: Callable[[PlannedVisit], Iterable[Member]]) -> dict[str, dict[Week, int]]:
    loads: dict[str, dict[Week, int]] = {}
    for visit in agenda.visits:
        if visit.visit_on is None:
            continue
        week = visit.visit_on.isocalendar()[:2]
        for officer_id in sorted({member.officer_id for member in going(visit)}):
            weeks = loads.setdefault(officer_id, {})
            weeks[week] = weeks.get(week, 0) + 1
    return loads
