"""
Draws the officers of a round: teams by lot, a team and a day for every visit, frozen as files of the draw.

What they are drawn from is read by `officer_inputs`; here the pure rooms decide, and what they decided is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.draw_rows import put_file
from models.teams_rows import (
    DrawState,
    StoredTeam,
    VisitColumns,
    load_draw_state,
    load_teams,
    note_officers_drawn,
    replace_visits,
    save_teams,
)
from scheduler.agenda.days import Calendar, DatedVisits, PlannedDay, plan_days
from scheduler.agenda.frozen import (
    CALENDAR_NAME,
    OFFICERS_NAME,
    TOWNS_NAME,
    VISITS_NAME,
    calendar_bytes,
    exception_text,
    officers_bytes,
    towns_bytes,
    visits_bytes,
)
from scheduler.allocation.plan import round_id_of
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.teams.assignment import Assignment, assign_officers
from scheduler.teams.eligibility import Eligibility, check_eligibility
from scheduler.teams.frozen import (
    RECUSALS_NAME,
    ROSTER_NAME,
    TEAMS_NAME,
    recusals_bytes,
    roster_bytes,
    teams_bytes,
)
from scheduler.teams.matching import Visits
from scheduler.workflow.agenda_inputs import team_rooms
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.log import append_log
from scheduler.workflow.officer_inputs import OfficerInputs, read_inputs
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficersSummary:
    """
    What a draw of officers did.

    Attributes
    ----------
    num_eligible, num_idle
        Officers who took part, and those among them that no team could be made of.
    excluded
        Officers who took no part, by reason; one with two reasons counts twice.
    num_teams, num_redraws, num_visits
        Teams drawn, districts' departments in which the lot was cast again, and visits of the round.
    exceptions
        Visits by code of exception.
    least_load, greatest_load
        Fewest and most visits of a team.
    first_day, last_day
        First and last day of a visit; None without any.
    unknown_years
        Years of the window whose holidays no notice told: their days must be looked at.
    """

    draw_id: str
    num_eligible: int
    num_idle: int
    excluded: Mapping[str, int]
    num_teams: int
    num_redraws: int
    num_visits: int
    exceptions: Mapping[str, int]
    least_load: int
    greatest_load: int
    first_day: date | None
    last_day: date | None
    unknown_years: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What the lot gave, in the order of the visits."""

    eligibility: Eligibility
    assignment: Assignment
    days: tuple[PlannedDay, ...]
    columns: VisitColumns


def draw_officers(
    workspace: Workspace, round_number: int | str, *, officer_secret: bytes | None = None, dry_run: bool = False
) -> OfficersSummary:
    """
    Draws teams, matching and days of a round, once.

    Parameters
    ----------
    round_number
        Number of the round; ``"X1"`` and so on for a list drawn elsewhere.
    officer_secret
        Key for a list drawn elsewhere; by default the system's randomness. Draws made here have theirs committed to.
    dry_run
        Tells what would come out, and changes nothing.

    Raises
    ------
    StateError
        If the round's firms are not drawn yet, or its officers are drawn already.
    """
    with workspace.transaction() as connection:
        state = _ready_state(connection, workspace, round_number, officer_secret)
        inputs = read_inputs(connection, workspace, state, officer_secret)
        outcome = _draw(workspace, inputs)
        _store(connection, workspace, inputs, outcome)
        if dry_run:
            connection.rollback()
    return _summary(inputs, outcome)


def show_teams(workspace: Workspace, round_number: int | str) -> tuple[InternalMark, tuple[StoredTeam, ...]]:
    """
    The teams of a round, for internal use: who asked for them stands in the log.

    Raises
    ------
    StateError
        If the round's officers are not drawn yet.
    """
    with workspace.transaction() as connection:
        state = load_draw_state(connection, round_id_of(workspace.settings.year.year, round_number))
        if state is None or state.officers_drawn_on is None:
            raise StateError(
                _("the officers of round {round} are not drawn yet; run “double-random draw officers {round}”").format(
                    round=round_number
                )
            )
        mark = mark_internal(connection, workspace, "officers show", {"draw_id": state.draw_id})
        return mark, load_teams(connection, state.draw_id)


def _ready_state(
    connection: sa.Connection, workspace: Workspace, round_number: int | str, officer_secret: bytes | None
) -> DrawState:
    state = load_draw_state(connection, round_id_of(workspace.settings.year.year, round_number))
    if state is None or state.status != DrawStatus.DRAWN:
        raise StateError(
            _("the firms of round {round} are not drawn yet; run “double-random draw targets {round}” first").format(
                round=round_number
            )
        )
    if state.officers_drawn_on is not None:
        raise StateError(
            _("the officers of draw {draw} were drawn on {day}; a draw of officers runs once").format(
                draw=state.draw_id, day=state.officers_drawn_on
            )
        )
    is_external = state.kind == RoundKind.EXTERNAL
    if not is_external and state.drawn_on is not None and workspace.today < state.drawn_on:
        raise StateError(
            _("draw {draw_id} was made on {day}, but today is {today}; set the computer's clock right").format(
                draw_id=state.draw_id, day=state.drawn_on, today=workspace.today
            )
        )
    if officer_secret is not None and not is_external:
        raise StateError(
            _("draw {draw} committed to its own officer secret; another one is not accepted").format(draw=state.draw_id)
        )
    return state


def _draw(workspace: Workspace, inputs: OfficerInputs) -> _Outcome:
    step = _("drawing officers")
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
    )
    workspace.progress.report(step, 2, 3)
    days = _plan_days(inputs, assignment)
    workspace.progress.report(step, 3, 3)
    columns = _visit_columns(inputs.visits, assignment, days)
    return _Outcome(eligibility=eligibility, assignment=assignment, days=days, columns=columns)


def _plan_days(inputs: OfficerInputs, assignment: Assignment) -> tuple[PlannedDay, ...]:
    needs = [inputs.needs[package] for package in inputs.visits.package]
    visits = DatedVisits(
        firm_id=inputs.visits.firm_id,
        teams=[match.teams for match in assignment.matches],
        town=inputs.days.towns,
        starts_on=[need.starts_on for need in needs],
        ends_on=[need.ends_on for need in needs],
        minutes=[inputs.days.minutes[package] for package in inputs.visits.package],
    )
    calendar = Calendar(
        working_days=inputs.working_days,
        limits=inputs.days.limits,
        rooms=[
            team_rooms([officer.officer_id for officer in team.officers], inputs.days.rooms, inputs.days.limits)
            for team in assignment.lot.teams
        ],
    )
    return plan_days(
        visits,
        calendar,
        team_ids=[team.team_id for team in assignment.lot.teams],
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
    )


def _visit_columns(visits: Visits, assignment: Assignment, days: Sequence[PlannedDay]) -> VisitColumns:
    teams = assignment.lot.teams
    return VisitColumns(
        firm_id=visits.firm_id,
        team_id=tuple(";".join(teams[team].team_id for team in match.teams) for match in assignment.matches),
        visit_on=tuple(day.visit_on for day in days),
        exception=tuple(
            exception_text([*match.exceptions, *day.exceptions])
            for match, day in zip(assignment.matches, days, strict=True)
        ),
    )


def _store(connection: sa.Connection, workspace: Workspace, inputs: OfficerInputs, outcome: _Outcome) -> None:
    columns = outcome.columns
    files = {
        OFFICERS_NAME: officers_bytes(
            draw_id=inputs.draw_id,
            drawn_on=workspace.today,
            seed=inputs.seed,
            limits=inputs.days.limits,
            working_days=inputs.working_days,
            unknown_years=inputs.unknown_years,
            needs=inputs.needs,
            minutes=inputs.days.minutes,
            redraws=outcome.assignment.lot.redraws,
        ),
        CALENDAR_NAME: calendar_bytes(inputs.days.rooms),
        TOWNS_NAME: towns_bytes(inputs.visits.firm_id, inputs.days.towns),
        TEAMS_NAME: teams_bytes(outcome.assignment.lot.teams),
        VISITS_NAME: visits_bytes(columns.firm_id, columns.team_id, columns.visit_on, columns.exception),
    }
    for name, content in files.items():
        put_file(connection, inputs.draw_id, name, content)
    save_teams(connection, inputs.draw_id, outcome.assignment.lot.teams)
    replace_visits(connection, inputs.draw_id, columns)
    note_officers_drawn(connection, inputs.draw_id, workspace.today, inputs.officer_secret)
    append_log(
        connection,
        workspace,
        "draw officers",
        {
            "draw_id": inputs.draw_id,
            "teams": len(outcome.assignment.lot.teams),
            "visits": len(columns.firm_id),
            "exceptions": dict(_count_exceptions(columns.exception)),
        },
        before=_files_digest(
            {ROSTER_NAME: roster_bytes(inputs.officers), RECUSALS_NAME: recusals_bytes(inputs.recusals)}
        ),
        after=_files_digest(files),
    )


def _summary(inputs: OfficerInputs, outcome: _Outcome) -> OfficersSummary:
    teams = outcome.assignment.lot.teams
    loads = [load for load, team in zip(outcome.assignment.loads, teams, strict=True) if not team.reserve]
    dated = [day for day in outcome.columns.visit_on if day is not None]
    reasons = Counter(str(reason) for entry in outcome.eligibility.excluded for reason in entry.reasons)
    return OfficersSummary(
        draw_id=inputs.draw_id,
        num_eligible=len(outcome.eligibility.eligible),
        num_idle=len(outcome.assignment.lot.idle),
        excluded=dict(sorted(reasons.items())),
        num_teams=len(loads),
        num_redraws=len(outcome.assignment.lot.redraws),
        num_visits=len(inputs.visits),
        exceptions=_count_exceptions(outcome.columns.exception),
        least_load=min(loads, default=0),
        greatest_load=max(loads, default=0),
        first_day=min(dated, default=None),
        last_day=max(dated, default=None),
        unknown_years=inputs.unknown_years,
    )


def _count_exceptions(cells: Sequence[str]) -> dict[str, int]:
    counts = Counter(code for cell in cells for code in cell.split(";") if code)
    return dict(sorted(counts.items()))


def _files_digest(files: Mapping[str, bytes]) -> str:
    return content_digest(document_bytes({name: content_digest(content) for name, content in files.items()}))
