"""
Draws the officers of one place of a draw (specification 8.11), on what the places before it drew.

Files of the draw grow with each place: its teams, the visits that are settled with them, and what its officers had left
on the day it drew. Nothing that an earlier place drew is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.draw_rows import get_file, list_files, put_file
from models.expert_rows import add_experts
from models.teams_rows import VisitColumns, add_visits, save_teams
from scheduler.agenda.books import Room
from scheduler.agenda.days import Calendar, DatedVisits, PlannedDay, plan_days
from scheduler.agenda.frozen import (
    CALENDAR_COLUMNS,
    CALENDAR_NAME,
    OFFICERS_NAME,
    TOWNS_NAME,
    VISIT_COLUMNS,
    VISITS_NAME,
    calendar_bytes,
    exception_text,
    officers_bytes,
    towns_bytes,
    visits_bytes,
)
from scheduler.draw.canonical import document_bytes, parse_document, parse_table, split_list, table_bytes
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.teams.assignment import Assignment, assign_officers
from scheduler.teams.eligibility import Eligibility, check_eligibility
from scheduler.teams.experts import EXPERT_COLUMNS, EXPERTS_NAME, ExpertCall, experts_bytes
from scheduler.teams.frozen import TEAM_COLUMNS, TEAMS_NAME, teams_bytes
from scheduler.teams.places import Place, places_to_draw, settled_at_home
from scheduler.workflow.agenda_inputs import team_rooms
from scheduler.workflow.experts import Rooms, call_experts, expert_rooms
from scheduler.workflow.officer_inputs import OfficerInputs
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """
    What the places before drew.

    Attributes
    ----------
    document
        officers.json as it stands.
    places
        Places, in turn.
    members
        Officers of each team, the lead first.
    visits
        Teams and day of each visit that is settled, by firm.
    rooms
        What officers had left on days when their places drew.
    """

    document: Mapping[str, Any]
    places: tuple[Place, ...]
    members: Mapping[str, tuple[str, ...]]
    visits: Mapping[str, tuple[tuple[str, ...], date | None]]
    rooms: Rooms

    @property
    def districts(self) -> frozenset[str]:
        """Codes of the places."""
        return frozenset(place.district for place in self.places)


NOTHING = Drawn(document={}, places=(), members={}, visits={}, rooms={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the lot gave: who took part, teams and matching, and the visits that are settled with their days."""

    eligibility: Eligibility
    assignment: Assignment
    columns: VisitColumns
    experts: tuple[ExpertCall, ...]


def load_drawn(connection: sa.Connection, draw_id: str) -> Drawn:
    """What places have drawn of a draw; no places where all drew at once."""
    document = parse_document(get_file(connection, draw_id, OFFICERS_NAME), OFFICERS_NAME)
    teams = parse_table(get_file(connection, draw_id, TEAMS_NAME), TEAM_COLUMNS, TEAMS_NAME)
    members: dict[str, list[tuple[str, str]]] = {}
    for team_id, officer_id, lead, _borrowed in zip(*teams, strict=True):
        members.setdefault(team_id, []).append(("" if lead == "1" else officer_id, officer_id))
    visits = parse_table(get_file(connection, draw_id, VISITS_NAME), VISIT_COLUMNS, VISITS_NAME)
    rooms: dict[str, dict[date, Room]] = {}
    if document["format"] > 1:
        calendar = parse_table(get_file(connection, draw_id, CALENDAR_NAME), CALENDAR_COLUMNS, CALENDAR_NAME)
        for officer_id, day, number, minutes in zip(*calendar, strict=True):
            rooms.setdefault(officer_id, {})[date.fromisoformat(day)] = Room(visits=int(number), minutes=int(minutes))
    return Drawn(
        document=document,
        places=tuple(
            Place(district=entry["district"], drawn_on=date.fromisoformat(entry["drawn_on"]))
            for entry in document.get("places", ())
        ),
        members={team_id: tuple(who for _rank, who in sorted(found)) for team_id, found in members.items()},
        visits={
            firm_id: (split_list(teams_of), date.fromisoformat(day) if day else None)
            for firm_id, teams_of, day, _exception in zip(*visits, strict=True)
        },
        rooms=rooms,
    )


def is_unfinished(connection: sa.Connection, draw_id: str, bureau: str) -> bool:
    """Whether officers are drawn place by place and the last place, the bureau itself, has not drawn yet."""
    document = parse_document(get_file(connection, draw_id, OFFICERS_NAME), OFFICERS_NAME)
    places = [entry["district"] for entry in document.get("places", ())]
    return bool(places) and bureau not in places


def refuse_unfinished(connection: sa.Connection, draw_id: str, bureau: str) -> None:
    """Refuses what needs all officers of a draw while places are still to draw; raises `StateError`."""
    if is_unfinished(connection, draw_id, bureau):
        raise StateError(
            _(
                "places are still to draw officers of {draw}, and who is free hangs on them; "
                "run “double-random draw officers” for them first"
            ).format(draw=draw_id)
        )


def places_left(inputs: OfficerInputs, before: Drawn) -> tuple[str, ...]:
    """Places that have not drawn yet, in turn, the bureau's own code last."""
    eligible = check_eligibility(inputs.officers, inputs.ends_on).eligible
    return tuple(code for code in places_to_draw(eligible, inputs.bureau) if code not in before.districts)


def check_turn(inputs: OfficerInputs, before: Drawn, district: str) -> None:
    """
    Refuses a place that may not draw now.

    Raises
    ------
    StateError
        If it drew already, has no eligible officers, or is the bureau while districts are still to draw.
    """
    left = places_left(inputs, before)
    if district in before.districts:
        day = next(place.drawn_on for place in before.places if place.district == district)
        raise StateError(
            _("{district} drew its officers of {draw} on {day}; a draw of officers runs once").format(
                district=district, draw=inputs.draw_id, day=day
            )
        )
    if district not in left:
        raise StateError(
            _("expected a place that is still to draw officers of {draw} ({places}), got {district}").format(
                draw=inputs.draw_id, places=", ".join(left) or "–", district=district
            )
        )
    if district == inputs.bureau and len(left) > 1:
        raise StateError(
            _("{district} takes what the districts leave, so it draws last; {places} have not drawn yet").format(
                district=district, places=", ".join(left[:-1])
            )
        )


def draw_all(inputs: OfficerInputs) -> Outcome:
    """Draws the officers of all places at once."""
    eligibility, assignment = _assign(inputs, NOTHING)
    rooms = [
        team_rooms([officer.officer_id for officer in team.officers], inputs.days.rooms, inputs.days.limits)
        for team in assignment.lot.teams
    ]
    chosen = range(len(inputs.visits))
    days = _plan_days(inputs, assignment, chosen, rooms, inputs.working_days)
    return _outcome(inputs, eligibility, assignment, chosen, days, expert_rooms(inputs, {}, None))


def draw_place(inputs: OfficerInputs, before: Drawn, district: str, today: date) -> tuple[OfficerInputs, Outcome]:
    """Draws the officers of one place; returns the inputs, with what the first place went by, and the outcome."""
    inputs = _as_first(inputs, before)
    eligibility, assignment = _assign(inputs, before)
    teams, home = assignment.lot.teams, inputs.visits.district
    chosen = [
        visit
        for visit, match in enumerate(assignment.matches)
        if inputs.visits.firm_id[visit] not in before.visits
        and (district == inputs.bureau or (home[visit] == district and settled_at_home(match, district, teams)))
    ]
    fresh = {
        officer.officer_id: inputs.days.rooms.get(officer.officer_id, {})
        for officer in inputs.officers
        if officer.district not in before.districts
    }
    rooms = [
        team_rooms([officer.officer_id for officer in team.officers], {**fresh, **before.rooms}, inputs.days.limits)
        for team in teams
    ]
    _take(rooms, [team.team_id for team in teams], inputs, before)
    days = _plan_days(inputs, assignment, chosen, rooms, [day for day in inputs.working_days if day > today])
    mine = {
        officer.officer_id: fresh[officer.officer_id]
        for officer in inputs.officers
        if officer.district == district and not officer.expert and fresh[officer.officer_id]
    }
    experts = expert_rooms(inputs, before.rooms, before.document["format"] if before.places else None)
    told = mine if before.places else {**mine, **experts}
    inputs = replace(inputs, days=replace(inputs.days, rooms=told))
    return inputs, _outcome(inputs, eligibility, assignment, chosen, days, experts)


def _outcome(
    inputs: OfficerInputs,
    eligibility: Eligibility,
    assignment: Assignment,
    chosen: Sequence[int],
    days: Sequence[PlannedDay],
    rooms: Rooms,
) -> Outcome:
    """What was drawn, with the experts, who have these rooms; a visit without team has none."""
    settled = [(visit, day) for visit, day in zip(chosen, days, strict=True) if assignment.matches[visit].teams]
    experts = call_experts(inputs, settled, rooms)
    columns = _columns(inputs, assignment, chosen, days)
    return Outcome(eligibility=eligibility, assignment=assignment, columns=columns, experts=experts)


def _as_first(inputs: OfficerInputs, before: Drawn) -> OfficerInputs:
    """Inputs with the days, limits and minutes of the place that drew first."""
    if not before.places:
        return inputs
    document = before.document
    return replace(
        inputs,
        working_days=tuple(date.fromisoformat(day) for day in document["working_days"]),
        days=replace(
            inputs.days,
            limits=replace(
                inputs.days.limits,
                visits=document["visits_per_team_day"],
                minutes=document["minutes_per_team_day"],
                journey_minutes=document["journey_minutes"],
            ),
            minutes={entry["package"]: entry["minutes"] for entry in document["packages"]},
        ),
    )


def _assign(inputs: OfficerInputs, before: Drawn) -> tuple[Eligibility, Assignment]:
    eligibility = check_eligibility(inputs.officers, inputs.ends_on)
    assignment = assign_officers(
        inputs.visits,
        eligibility.eligible,
        demands=inputs.demands,
        departments=inputs.departments,
        recusals=inputs.recusals,
        first_day=inputs.starts_on,
        bureau=inputs.bureau,
        draw_id=inputs.draw_id,
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
        drawn_before={team_id: who for team_id, who in before.members.items() if before.places},
    )
    return eligibility, assignment


def _take(rooms: list[dict[date, Room]], team_ids: Sequence[str], inputs: OfficerInputs, before: Drawn) -> None:
    """Takes visits that earlier places settled from the rooms of their teams, each with a journey of its own."""
    place = {team_id: number for number, team_id in enumerate(team_ids)}
    packages = dict(zip(inputs.visits.firm_id, inputs.visits.package, strict=True))
    limits = inputs.days.limits
    for firm_id, (teams, day) in before.visits.items():
        needed = inputs.days.minutes[packages[firm_id]] + limits.journey_minutes
        for team_id in teams:
            if day is not None and team_id in place:
                days = rooms[place[team_id]]
                left = days.get(day, limits.whole_day)
                days[day] = Room(visits=max(left.visits - 1, 0), minutes=max(left.minutes - needed, 0))


def _plan_days(
    inputs: OfficerInputs,
    assignment: Assignment,
    chosen: Sequence[int],
    rooms: Sequence[Mapping[date, Room]],
    working_days: Sequence[date],
) -> tuple[PlannedDay, ...]:
    needs = [inputs.needs[inputs.visits.package[visit]] for visit in chosen]
    visits = DatedVisits(
        firm_id=[inputs.visits.firm_id[visit] for visit in chosen],
        teams=[assignment.matches[visit].teams for visit in chosen],
        town=[inputs.days.towns[visit] for visit in chosen],
        starts_on=[need.starts_on for need in needs],
        ends_on=[need.ends_on for need in needs],
        minutes=[inputs.days.minutes[inputs.visits.package[visit]] for visit in chosen],
    )
    return plan_days(
        visits,
        Calendar(working_days=working_days, limits=inputs.days.limits, rooms=rooms),
        team_ids=[team.team_id for team in assignment.lot.teams],
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
    )


def _columns(
    inputs: OfficerInputs, assignment: Assignment, chosen: Sequence[int], days: Sequence[PlannedDay]
) -> VisitColumns:
    teams = assignment.lot.teams
    matches = [assignment.matches[visit] for visit in chosen]
    return VisitColumns(
        firm_id=tuple(inputs.visits.firm_id[visit] for visit in chosen),
        team_id=tuple(";".join(teams[team].team_id for team in match.teams) for match in matches),
        visit_on=tuple(day.visit_on for day in days),
        exception=tuple(
            exception_text([*match.exceptions, *day.exceptions]) for match, day in zip(matches, days, strict=True)
        ),
    )


def store(
    connection: sa.Connection,
    workspace: Workspace,
    inputs: OfficerInputs,
    outcome: Outcome,
    before: Drawn,
    district: str | None,
) -> dict[str, bytes]:
    """Keeps what all places, or one of them, drew, in tables and as files; returns the files as they are now."""
    lot, columns = outcome.assignment.lot, outcome.columns
    teams = [team for team in lot.teams if district in (None, team.district)]
    redraws = [redraw for redraw in lot.redraws if district in (None, redraw.district)]
    places = () if district is None else (*before.places, Place(district=district, drawn_on=workspace.today))
    files = {
        CALENDAR_NAME: calendar_bytes(inputs.days.rooms),
        TEAMS_NAME: teams_bytes(teams),
        VISITS_NAME: visits_bytes(columns.firm_id, columns.team_id, columns.visit_on, columns.exception),
        TOWNS_NAME: towns_bytes(inputs.visits.firm_id, inputs.days.towns),
        OFFICERS_NAME: officers_bytes(
            draw_id=inputs.draw_id,
            drawn_on=workspace.today,
            seed=inputs.seed,
            limits=inputs.days.limits,
            working_days=inputs.working_days,
            unknown_years=inputs.unknown_years,
            needs=inputs.needs,
            minutes=inputs.days.minutes,
            redraws=redraws,
            places=places,
        ),
    }
    if inputs.experts:
        files[EXPERTS_NAME] = experts_bytes(outcome.experts)
    if before.places:
        files = _grown(connection, inputs.draw_id, files, before)
    for name, content in files.items():
        put_file(connection, inputs.draw_id, name, content)
    save_teams(connection, inputs.draw_id, teams)
    add_visits(connection, inputs.draw_id, columns)
    add_experts(connection, inputs.draw_id, outcome.experts)
    return files


def _grown(connection: sa.Connection, draw_id: str, files: Mapping[str, bytes], before: Drawn) -> dict[str, bytes]:
    """Files of the places before, with what this place adds."""
    grown = {TOWNS_NAME: get_file(connection, draw_id, TOWNS_NAME)}
    known = list_files(connection, draw_id)
    headers = {
        CALENDAR_NAME: CALENDAR_COLUMNS,
        TEAMS_NAME: TEAM_COLUMNS,
        VISITS_NAME: VISIT_COLUMNS,
        **({EXPERTS_NAME: EXPERT_COLUMNS} if EXPERTS_NAME in files else {}),
    }
    for name, header in headers.items():
        rows = [
            row
            for content in ((get_file(connection, draw_id, name) if name in known else b""), files[name])
            if content
            for row in zip(*parse_table(content, header, name), strict=True)
        ]
        grown[name] = table_bytes(header, sorted(rows))
    mine = parse_document(files[OFFICERS_NAME], OFFICERS_NAME)
    document = {
        **before.document,
        "places": mine["places"],
        "redraws": sorted(
            [*before.document["redraws"], *mine["redraws"]], key=lambda entry: (entry["district"], entry["department"])
        ),
    }
    return {**grown, OFFICERS_NAME: document_bytes(document)}
