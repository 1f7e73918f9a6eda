"""
Draws the officers of a round: teams by lot, a team and a day for every visit, frozen as files of the draw.

What they are drawn from is read by `officer_inputs`, and what a place draws is decided and kept by `places`; here is
who draws when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.teams_rows import DrawState, StoredTeam, load_draw_state, load_teams, note_officers_drawn
from scheduler.allocation.plan import round_id_of
from scheduler.draw.canonical import document_bytes, split_list
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.teams.frozen import RECUSALS_NAME, ROSTER_NAME, recusals_bytes, roster_bytes
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.external import stored_on
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.log import append_log
from scheduler.workflow.officer_inputs import OfficerInputs, read_inputs
from scheduler.workflow.places import (
    NOTHING,
    Drawn,
    Outcome,
    check_turn,
    draw_all,
    draw_place,
    load_drawn,
    places_left,
    store,
)
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficersSummary:
    """
    What a draw of officers did.

    Attributes
    ----------
    district
        The place that drew; empty where all did.
    places_left
        Places that are still to draw, in turn; what they leave open has no officers yet.
    due_on, late
        Last day on which the draw was in time, and whether it was later.
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
    district: str
    places_left: tuple[str, ...]
    due_on: date | None
    late: bool
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


def draw_officers(
    workspace: Workspace,
    round_number: int | str,
    *,
    district: str | None = None,
    officer_secret: bytes | None = None,
    dry_run: bool = False,
) -> OfficersSummary:
    """
    Draws teams, matching and days of a round, once: of all places together, or of one place.

    Parameters
    ----------
    round_number
        Number of the round; ``"X1"`` and so on for a list drawn elsewhere.
    district
        The place that draws; without it all draw, or all that are left where some have drawn.
    officer_secret
        Key for a list drawn elsewhere; by default the system's randomness. Draws made here have theirs committed to.
    dry_run
        Tells what would come out, and changes nothing.

    Raises
    ------
    StateError
        If the round's firms are not drawn yet, its officers are drawn already, or it is not the place's turn.
    """
    with workspace.transaction() as connection:
        state = _ready_state(connection, workspace, round_number, officer_secret)
        before = load_drawn(connection, state.draw_id) if state.officers_drawn_on is not None else NOTHING
        if state.kind == RoundKind.EXTERNAL and before.places:
            officer_secret = state.officer_secret
        inputs = read_inputs(connection, workspace, state, officer_secret)
        left = places_left(inputs, before)
        if district is not None:
            check_turn(inputs, before, district)
        elif not left:
            check_turn(inputs, before, inputs.bureau)
        turns: tuple[str | None, ...] = (district,) if district else left if before.places else (None,)
        summaries = []
        for turn in turns:
            summaries.append(_draw_turn(connection, workspace, state, inputs, before, turn))
            before = load_drawn(connection, state.draw_id)
        if dry_run:
            connection.rollback()
    return _together(summaries)


def _draw_turn(
    connection: sa.Connection,
    workspace: Workspace,
    state: DrawState,
    inputs: OfficerInputs,
    before: Drawn,
    turn: str | None,
) -> OfficersSummary:
    """Draws all places at once, or the one whose turn it is, and keeps what it drew."""
    step = _("drawing officers")
    workspace.progress.report(step, 1, 3)
    if turn is None:
        outcome = draw_all(inputs)
    else:
        inputs, outcome = draw_place(inputs, before, turn, workspace.today)
    workspace.progress.report(step, 2, 3)
    files = store(connection, workspace, inputs, outcome, before, turn)
    if not before.document:
        note_officers_drawn(connection, inputs.draw_id, workspace.today, inputs.officer_secret)
    due_on = officers_due_on(connection, workspace, state)
    summary = _summary(inputs, outcome, before, turn, due_on=due_on, today=workspace.today)
    _log(connection, workspace, inputs, files, summary)
    workspace.progress.report(step, 3, 3)
    return summary


def officers_due_on(connection: sa.Connection, workspace: Workspace, state: DrawState) -> date | None:
    """Last day on which a place is in time: so many working days after it had the list of firms."""
    received_on = state.drawn_on
    if state.kind == RoundKind.EXTERNAL:
        received_on = stored_on(connection, state.draw_id) or received_on
    if received_on is None:
        return None
    number = workspace.settings.agenda.officers_within_working_days
    return working_calendar(connection, workspace).add_working_days(received_on, number)


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
    if state.officers_drawn_on is not None and not load_drawn(connection, state.draw_id).places:
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


def _log(
    connection: sa.Connection,
    workspace: Workspace,
    inputs: OfficerInputs,
    files: Mapping[str, bytes],
    summary: OfficersSummary,
) -> None:
    detail: dict[str, Any] = {
        "draw_id": inputs.draw_id,
        "teams": summary.num_teams,
        "visits": summary.num_visits,
        "exceptions": dict(summary.exceptions),
    }
    if summary.district:
        detail["district"] = summary.district
    if summary.late:
        detail["due_on"] = str(summary.due_on)
    append_log(
        connection,
        workspace,
        "draw officers",
        detail,
        before=_files_digest(
            {ROSTER_NAME: roster_bytes(inputs.officers), RECUSALS_NAME: recusals_bytes(inputs.recusals)}
        ),
        after=_files_digest(files),
    )


def _summary(
    inputs: OfficerInputs, outcome: Outcome, before: Drawn, turn: str | None, *, due_on: date | None, today: date
) -> OfficersSummary:
    lot, columns = outcome.assignment.lot, outcome.columns
    mine = [team for team in lot.teams if turn in (None, team.district)]
    number_of = Counter(team_id for cell in columns.team_id for team_id in split_list(cell))
    loads = [number_of[team.team_id] for team in mine if not team.reserve]
    dated = [day for day in columns.visit_on if day is not None]
    people = {officer.officer_id for officer in inputs.officers if turn in (None, officer.district)}
    reasons = Counter(
        str(reason) for entry in outcome.eligibility.excluded if entry.officer_id in people for reason in entry.reasons
    )
    return OfficersSummary(
        draw_id=inputs.draw_id,
        district=turn or "",
        places_left=() if turn is None else tuple(code for code in places_left(inputs, before) if code != turn),
        due_on=due_on,
        late=due_on is not None and today > due_on,
        num_eligible=sum(officer.officer_id in people for officer in outcome.eligibility.eligible),
        num_idle=sum(len(team.officers) for team in mine if team.reserve),
        excluded=dict(sorted(reasons.items())),
        num_teams=len(loads),
        num_redraws=sum(turn in (None, redraw.district) for redraw in lot.redraws),
        num_visits=len(columns.firm_id),
        exceptions=_count_exceptions(columns.exception),
        least_load=min(loads, default=0),
        greatest_load=max(loads, default=0),
        first_day=min(dated, default=None),
        last_day=max(dated, default=None),
        unknown_years=inputs.unknown_years,
    )


def _together(summaries: Sequence[OfficersSummary]) -> OfficersSummary:
    """What several places drew one after another, as one."""
    first, *others = summaries
    if not others:
        return first
    excluded: Counter[str] = sum((Counter(one.excluded) for one in summaries), Counter())
    exceptions: Counter[str] = sum((Counter(one.exceptions) for one in summaries), Counter())
    days = [day for one in summaries for day in (one.first_day, one.last_day) if day is not None]
    return replace(
        first,
        district="",
        places_left=summaries[-1].places_left,
        least_load=min(one.least_load for one in summaries),
        greatest_load=max(one.greatest_load for one in summaries),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        num_eligible=sum(one.num_eligible for one in summaries),
        num_idle=sum(one.num_idle for one in summaries),
        num_teams=sum(one.num_teams for one in summaries),
        num_redraws=sum(one.num_redraws for one in summaries),
        num_visits=sum(one.num_visits for one in summaries),
        excluded=dict(sorted(excluded.items())),
        exceptions=dict(sorted(exceptions.items())),
    )


def _count_exceptions(cells: Sequence[str]) -> dict[str, int]:
    counts = Counter(code for cell in cells for code in cell.split(";") if code)
    return dict(sorted(counts.items()))


def _files_digest(files: Mapping[str, bytes]) -> str:
    return content_digest(document_bytes({name: content_digest(content) for name, content in files.items()}))
