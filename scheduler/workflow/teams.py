"""
Draws the officers of a round: teams by lot, a team and a day for every visit, frozen as files of the draw.

Roster and recusals are those the commitment froze; a list drawn elsewhere has none, so it takes the roster as it stands
and a key of its own.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from models.draw_rows import get_file, put_file
from models.registry_rows import load_items, load_officers, load_recusals, load_tasks
from models.tables import DrawnFirm, Firm, table_of
from models.teams_rows import (
    DrawState,
    StoredTeam,
    VisitColumns,
    load_draw_state,
    load_drawn_packages,
    load_teams,
    note_officers_drawn,
    replace_visits,
    save_teams,
)
from scheduler.agenda.days import PlannedDay, plan_days
from scheduler.agenda.frozen import OFFICERS_NAME, VISITS_NAME, exception_text, officers_bytes, visits_bytes
from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import RoundKind
from scheduler.teams.eligibility import Eligibility, check_eligibility
from scheduler.teams.frozen import (
    RECUSALS_NAME,
    ROSTER_NAME,
    TEAMS_NAME,
    parse_recusals,
    parse_roster,
    recusals_bytes,
    roster_bytes,
    teams_bytes,
)
from scheduler.teams.lots import TeamLot, draw_teams
from scheduler.teams.matching import MatchException, Matching, Visits, match_visits
from scheduler.teams.needs import PackageNeeds, package_needs
from scheduler.teams.roster import Officer, Recusal
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace

SECRET_BYTES = 32


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
    num_teams, num_visits
        Teams drawn and visits of the round.
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
    num_visits: int
    exceptions: Mapping[str, int]
    least_load: int
    greatest_load: int
    first_day: date | None
    last_day: date | None
    unknown_years: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """All that the draw of officers goes by."""

    draw_id: str
    visits: Visits
    officers: tuple[Officer, ...]
    recusals: tuple[Recusal, ...]
    needs: Mapping[str, PackageNeeds]
    starts_on: date
    ends_on: date
    working_days: tuple[date, ...]
    unknown_years: tuple[int, ...]
    seed: str
    officer_secret: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What the lot gave, in the order of the visits."""

    eligibility: Eligibility
    lot: TeamLot
    matching: Matching
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
        inputs = _read_inputs(connection, workspace, state, officer_secret)
        outcome = _draw(workspace, inputs)
        _store(connection, workspace, inputs, outcome)
        if dry_run:
            connection.rollback()
    return _summary(inputs, outcome)


def show_teams(workspace: Workspace, round_number: int | str) -> tuple[StoredTeam, ...]:
    """
    The teams of a round, for internal use.

    Raises
    ------
    StateError
        If the round's officers are not drawn yet.
    """
    with workspace.transaction() as connection:
        state = load_draw_state(connection, f"{workspace.settings.year.year}-{round_number}")
        if state is None or state.officers_drawn_on is None:
            raise StateError(
                _("the officers of round {round} are not drawn yet; run “double-random draw officers {round}”").format(
                    round=round_number
                )
            )
        return load_teams(connection, state.draw_id)


def _ready_state(
    connection: sa.Connection, workspace: Workspace, round_number: int | str, officer_secret: bytes | None
) -> DrawState:
    state = load_draw_state(connection, f"{workspace.settings.year.year}-{round_number}")
    if state is None or state.status != "drawn":
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
    if officer_secret is not None and state.kind != RoundKind.EXTERNAL:
        raise StateError(
            _("draw {draw} committed to its own officer secret; another one is not accepted").format(draw=state.draw_id)
        )
    return state


def _read_inputs(
    connection: sa.Connection, workspace: Workspace, state: DrawState, officer_secret: bytes | None
) -> _Inputs:
    firm_ids, packages, strata = load_drawn_packages(connection, state.draw_id)
    if state.kind == RoundKind.EXTERNAL:
        officers, recusals = load_officers(connection), load_recusals(connection)
        starts_on, ends_on = state.starts_on, state.ends_on
        seed = content_digest(get_file(connection, state.draw_id, "drawn.tsv"))
        secret = officer_secret or secrets.token_bytes(SECRET_BYTES)
    else:
        officers = parse_roster(get_file(connection, state.draw_id, ROSTER_NAME))
        recusals = parse_recusals(get_file(connection, state.draw_id, RECUSALS_NAME))
        starts_on, ends_on = _committed_window(connection, state.draw_id)
        seed, secret = state.seed, _committed_secret(state)
    tasks = load_tasks(connection, workspace.settings.year.year)
    calendar = workspace.settings.agenda.calendar
    return _Inputs(
        draw_id=state.draw_id,
        visits=Visits(firm_id=firm_ids, package=packages, district=_districts(connection, state, firm_ids, strata)),
        officers=officers,
        recusals=recusals,
        needs=package_needs(packages, tasks, load_items(connection)),
        starts_on=starts_on,
        ends_on=ends_on,
        working_days=calendar.working_days(max(starts_on, workspace.today + timedelta(days=1)), ends_on),
        unknown_years=calendar.unknown_years(starts_on, ends_on),
        seed=seed,
        officer_secret=secret,
    )


def _draw(workspace: Workspace, inputs: _Inputs) -> _Outcome:
    step = _("drawing officers")
    eligibility = check_eligibility(inputs.officers, inputs.ends_on)
    lot = draw_teams(
        eligibility.eligible, draw_id=inputs.draw_id, seed=inputs.seed, officer_secret=inputs.officer_secret
    )
    workspace.progress.report(step, 1, 3)
    matching = match_visits(
        inputs.visits,
        lot.teams,
        needs=inputs.needs,
        recusals=inputs.recusals,
        first_day=inputs.starts_on,
        bureau=workspace.settings.bureau.code,
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
    )
    workspace.progress.report(step, 2, 3)
    days = plan_days(
        inputs.visits.firm_id,
        inputs.visits.package,
        matching.team.tolist(),
        needs=inputs.needs,
        working_days=inputs.working_days,
        visits_per_team_day=workspace.settings.agenda.visits_per_team_day,
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
    )
    workspace.progress.report(step, 3, 3)
    columns = _visit_columns(inputs.visits, lot, matching, days)
    return _Outcome(eligibility=eligibility, lot=lot, matching=matching, days=days, columns=columns)


def _visit_columns(visits: Visits, lot: TeamLot, matching: Matching, days: Sequence[PlannedDay]) -> VisitColumns:
    exceptions = []
    for team, borrowed, day in zip(matching.team.tolist(), matching.borrowed.tolist(), days, strict=True):
        of_match = [MatchException.UNMET] if team < 0 else [MatchException.BORROWED] if borrowed else []
        exceptions.append(exception_text([*of_match, *day.exceptions]))
    return VisitColumns(
        firm_id=visits.firm_id,
        team_id=tuple(lot.teams[team].team_id if team >= 0 else "" for team in matching.team.tolist()),
        visit_on=tuple(day.visit_on for day in days),
        exception=tuple(exceptions),
    )


def _store(connection: sa.Connection, workspace: Workspace, inputs: _Inputs, outcome: _Outcome) -> None:
    columns = outcome.columns
    files = {
        OFFICERS_NAME: officers_bytes(
            draw_id=inputs.draw_id,
            drawn_on=workspace.today,
            seed=inputs.seed,
            visits_per_team_day=workspace.settings.agenda.visits_per_team_day,
            working_days=inputs.working_days,
            unknown_years=inputs.unknown_years,
            needs=inputs.needs,
        ),
        TEAMS_NAME: teams_bytes(outcome.lot.teams),
        VISITS_NAME: visits_bytes(columns.firm_id, columns.team_id, columns.visit_on, columns.exception),
    }
    for name, content in files.items():
        put_file(connection, inputs.draw_id, name, content)
    save_teams(connection, inputs.draw_id, outcome.lot.teams)
    replace_visits(connection, inputs.draw_id, columns)
    note_officers_drawn(connection, inputs.draw_id, workspace.today, inputs.officer_secret)
    append_log(
        connection,
        workspace,
        "draw officers",
        {
            "draw_id": inputs.draw_id,
            "teams": len(outcome.lot.teams),
            "visits": len(columns.firm_id),
            "exceptions": dict(_count_exceptions(columns.exception)),
        },
        before=_files_digest(
            {ROSTER_NAME: roster_bytes(inputs.officers), RECUSALS_NAME: recusals_bytes(inputs.recusals)}
        ),
        after=_files_digest(files),
    )


def _summary(inputs: _Inputs, outcome: _Outcome) -> OfficersSummary:
    loads = outcome.matching.loads(len(outcome.lot.teams))
    dated = [day for day in outcome.columns.visit_on if day is not None]
    reasons = Counter(str(reason) for entry in outcome.eligibility.excluded for reason in entry.reasons)
    return OfficersSummary(
        draw_id=inputs.draw_id,
        num_eligible=len(outcome.eligibility.eligible),
        num_idle=len(outcome.lot.idle),
        excluded=dict(sorted(reasons.items())),
        num_teams=len(outcome.lot.teams),
        num_visits=len(inputs.visits),
        exceptions=_count_exceptions(outcome.columns.exception),
        least_load=int(loads.min()) if len(loads) else 0,
        greatest_load=int(loads.max()) if len(loads) else 0,
        first_day=min(dated, default=None),
        last_day=max(dated, default=None),
        unknown_years=inputs.unknown_years,
    )


def _count_exceptions(cells: Sequence[str]) -> dict[str, int]:
    counts = Counter(code for cell in cells for code in cell.split(";") if code)
    return dict(sorted(counts.items()))


def _files_digest(files: Mapping[str, bytes]) -> str:
    return content_digest(document_bytes({name: content_digest(content) for name, content in files.items()}))


def _committed_window(connection: sa.Connection, draw_id: str) -> tuple[date, date]:
    commitment = parse_document(get_file(connection, draw_id, "commitment.json"), "commitment.json")
    window = commitment["window"]
    return date.fromisoformat(window["starts_on"]), date.fromisoformat(window["ends_on"])


def _committed_secret(state: DrawState) -> bytes:
    if state.officer_secret is None:
        raise StateError(_("draw {draw} has no officer secret; void it and commit anew").format(draw=state.draw_id))
    return state.officer_secret


def _districts(
    connection: sa.Connection, state: DrawState, firm_ids: Sequence[str], strata: Sequence[str]
) -> tuple[str, ...]:
    """District of each firm drawn: from its stratum, the frozen register, or the register as it stands."""
    if state.kind == RoundKind.TARGETED:
        return tuple(stratum.split("/")[0] for stratum in strata)
    if state.kind == RoundKind.OPEN:
        found = _frozen_districts(get_file(connection, state.draw_id, "register.tsv"), set(firm_ids))
    else:
        found = _live_districts(connection, state.draw_id)
    return tuple(found[firm_id] for firm_id in firm_ids)


def _frozen_districts(register: bytes, wanted: set[str]) -> dict[str, str]:
    """Districts of the firms wanted; the register has half a million lines, so only theirs are taken apart."""
    found = {}
    for line in register.decode("utf-8").split("\n"):
        firm_id = line.partition("\t")[0]
        if firm_id in wanted:
            found[firm_id] = line.split("\t")[2]  # firm_id object_type district …
    return found


def _live_districts(connection: sa.Connection, draw_id: str) -> dict[str, str]:
    drawn, firm = table_of(DrawnFirm), table_of(Firm)
    statement = (
        sa.select(firm.c.firm_id, firm.c.district)
        .join(drawn, drawn.c.firm_id == firm.c.firm_id)
        .where(drawn.c.draw_id == draw_id)
    )
    return {row.firm_id: row.district for row in connection.execute(statement)}
