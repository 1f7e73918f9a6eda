"""
Replaces an officer who drops out after the draw: next by the lot that stands, on record, the team's visits kept.

What the lot made stays in its files; the change stands beside it in a file of its own, as moved visits do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.agenda_rows import has_results, load_agenda, load_leave
from models.draw_rows import get_file, put_file
from models.registry_rows import load_officers
from models.replacement_rows import load_memberships, load_replacements, save_replacement
from models.results_rows import load_visits
from models.teams_rows import DrawState, load_draw_state
from scheduler.agenda.frozen import OFFICERS_NAME
from scheduler.allocation.plan import round_id_of
from scheduler.draw.canonical import parse_document
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.registry.text import clean_code, clean_text
from scheduler.teams.eligibility import check_eligibility
from scheduler.teams.frozen import REPLACEMENTS_NAME, replacements_bytes
from scheduler.teams.lots import Post, Team
from scheduler.teams.matching import bar
from scheduler.teams.replacing import Bench, Obstacle, Replacement, ReplacementReason
from scheduler.teams.roster import LAST_YEAR, Officer
from scheduler.workflow.agenda import LONGEST_REASON, replan_for
from scheduler.workflow.log import append_log
from scheduler.workflow.officer_inputs import OfficerInputs, read_inputs
from scheduler.workflow.places import refuse_unfinished
from scheduler.workflow.recusals import standing_recusals
from scheduler.workflow.standing import refuse_first_format, standing_visits, teams_now
from scheduler.workflow.workspace import Workspace

REPLACE_ACTION = "draw replace-officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """
    Who took a place in one team.

    Attributes
    ----------
    name
        Of the newcomer, on the roster of today.
    passed_over
        Officers who came before by lot, with their obstacles.
    num_kept
        Visits still to come whose day stays.
    moved
        Firm, day before and new day of visits that the newcomer could not make on their days.
    stuck
        Firms of visits on a day on which the newcomer is not free, for which no other day was found.
    """

    team_id: str
    officer_in: str
    name: str
    passed_over: tuple[tuple[str, Obstacle], ...]
    num_kept: int
    moved: tuple[tuple[str, date, date], ...]
    stuck: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementSummary:
    """What a replacement did: the officer who gave way, and the newcomer of each team."""

    draw_id: str
    officer_out: str
    reason: ReplacementReason
    members: tuple[NewMember, ...]


def replace_officer(
    workspace: Workspace,
    round_number: int | str,
    officer_id: str,
    *,
    reason: ReplacementReason,
    note: str = "",
    dry_run: bool = False,
) -> ReplacementSummary:
    """
    Replaces an officer in every team that has visits to come.

    Parameters
    ----------
    round_number
        Number of the round; ``"X1"`` and so on for a list drawn elsewhere.
    officer_id
        The officer who drops out.
    reason, note
        Why, as a code, and in a sentence if wanted; the sentence stays in the workspace.
    dry_run
        Tells what would come out, and changes nothing.

    Raises
    ------
    StateError
        If the officer has no visit to come in the round, or nobody is left who may take a team's visits over.
    """
    said, officer_id = plain_note(note), clean_code(officer_id)
    with workspace.transaction() as connection:
        state = drawn_state(connection, workspace, round_number)
        inputs = read_inputs(connection, workspace, state, state.officer_secret)
        team_ids = _teams_with_visits(connection, state, officer_id)
        members = tuple(
            _replace_in(connection, workspace, inputs, team_id, officer_id, reason, said) for team_id in team_ids
        )
        content = replacements_bytes(load_replacements(connection, state.draw_id))
        put_file(connection, state.draw_id, REPLACEMENTS_NAME, content)
        if dry_run:
            connection.rollback()
    return ReplacementSummary(draw_id=state.draw_id, officer_out=officer_id, reason=reason, members=members)


def plain_note(note: str) -> str:
    """A note as it may be kept: one line, cleaned; raises `StateError` for one too long."""
    said = clean_text(note)
    if len(said) > LONGEST_REASON:
        raise StateError(
            _("expected a note of at most {most} characters, got {number}").format(
                most=LONGEST_REASON, number=len(said)
            )
        )
    return said


def drawn_state(connection: sa.Connection, workspace: Workspace, round_number: int | str) -> DrawState:
    """A draw whose officers are all drawn by a lot that has a next one; raises `StateError` for any other."""
    state = load_draw_state(connection, round_id_of(workspace.settings.year.year, round_number))
    if state is None or state.officers_drawn_on is None:
        raise StateError(
            _("the officers of round {round} are not drawn yet; run “double-random draw officers {round}”").format(
                round=round_number
            )
        )
    if workspace.today < state.officers_drawn_on:
        raise StateError(
            _("draw {draw_id} was made on {day}, but today is {today}; set the computer's clock right").format(
                draw_id=state.draw_id, day=state.officers_drawn_on, today=workspace.today
            )
        )
    refuse_first_format(connection, state.draw_id)
    refuse_unfinished(connection, state.draw_id, workspace.settings.bureau.code)
    return state


def _teams_with_visits(connection: sa.Connection, state: DrawState, officer_id: str) -> list[str]:
    """Teams of an officer with a visit that has no result."""
    mine = {
        one.team_id
        for one in load_memberships(connection, state.draw_id)
        if one.officer_id == officer_id and one.until is None
    }
    if not mine:
        raise StateError(
            _(
                "{officer}: expected an officer of a team of draw {draw}; “double-random officers show” lists them"
            ).format(officer=officer_id, draw=state.draw_id)
        )
    waiting = {
        team_id
        for visit in standing_visits(connection, state.draw_id)
        if mine & set(visit.team_ids) and not has_results(connection, state.draw_id, visit.firm_id)
        for team_id in visit.team_ids
    }
    if not mine & waiting:
        raise StateError(
            _("{officer} has no visit to come in draw {draw}, so nobody needs to take a place").format(
                officer=officer_id, draw=state.draw_id
            )
        )
    return sorted(mine & waiting)


def _replace_in(
    connection: sa.Connection,
    workspace: Workspace,
    inputs: OfficerInputs,
    team_id: str,
    officer_id: str,
    reason: ReplacementReason,
    note: str,
) -> NewMember:
    before = load_replacements(connection, inputs.draw_id)
    bench = _bench(connection, inputs, before, officer_id)
    team = bench.teams[team_id]
    newcomer, passed = _next_one(connection, workspace, inputs, bench, team, officer_id)
    number = before[-1].number + 1 if before else 1
    detail = {
        "draw_id": inputs.draw_id,
        "number": number,
        "team_id": team_id,
        "out": officer_id,
        "in": newcomer.officer_id,
        "reason": str(reason),
    }
    entry = Replacement(
        draw_id=inputs.draw_id,
        number=number,
        team_id=team_id,
        officer_out=officer_id,
        officer_in=newcomer.officer_id,
        reason=reason,
        decided_on=workspace.today,
        passed_over=passed,
        note=note,
        author=workspace.actor,
        log_number=append_log(connection, workspace, REPLACE_ACTION, detail),
    )
    save_replacement(connection, entry)
    return _plan_days(connection, workspace, inputs, bench, entry)


def _bench(connection: sa.Connection, inputs: OfficerInputs, before: Sequence[Replacement], officer_id: str) -> Bench:
    document = parse_document(get_file(connection, inputs.draw_id, OFFICERS_NAME), OFFICERS_NAME)
    counters: dict[Post, int] = {
        (entry["district"], entry["department"]): entry["counter"] for entry in document["redraws"]
    }
    eligible = check_eligibility(inputs.officers, inputs.ends_on).eligible
    return Bench(
        teams=teams_now(connection, inputs),
        eligible={officer.officer_id: officer for officer in eligible},
        visits=standing_visits(
            connection, inputs.draw_id, dict(zip(inputs.visits.firm_id, inputs.visits.package, strict=True))
        ),
        demands=inputs.demands,
        departments=inputs.departments,
        barred=bar(inputs.recusals, inputs.visits.firm_id, inputs.starts_on),
        gone=frozenset({officer_id, *(entry.officer_out for entry in before)}),
        came=frozenset((entry.team_id, entry.officer_in) for entry in before),
        counters=counters,
        bureau=inputs.bureau,
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
    )


def _next_one(
    connection: sa.Connection,
    workspace: Workspace,
    inputs: OfficerInputs,
    bench: Bench,
    team: Team,
    officer_id: str,
) -> tuple[Officer, tuple[tuple[str, Obstacle], ...]]:
    """The next by lot who is there today, and those before him or her who are not."""
    obstacle_of = _Today(connection, workspace, inputs, bench, team)
    passed: list[tuple[str, Obstacle]] = []
    for officer in bench.order(team, officer_id):
        obstacle = obstacle_of(officer.officer_id)
        if obstacle is None:
            return officer, tuple(passed)
        passed.append((officer.officer_id, obstacle))
    told = "; ".join(f"{name}: {label(obstacle)}" for name, obstacle in passed)
    lacks = ", ".join(bench.lacks(team, officer_id)) or _("an officer who may lead")
    raise StateError(
        _(
            "nobody is left who may take the place of {officer} in team {team}; it takes an officer of its department, "
            "with a certificate and no recusal from its firms, so that its visits have: {lacks}. Void the draw and "
            "draw again with more officers, or have the visits made elsewhere{passed}"
        ).format(
            officer=officer_id,
            team=team.team_id,
            lacks=lacks,
            passed=_(" (passed over: {told})").format(told=told) if told else "",
        )
    )


class _Today:
    """What stands against an officer by the roster, the recusals and the leave of today."""

    def __init__(
        self, connection: sa.Connection, workspace: Workspace, inputs: OfficerInputs, bench: Bench, team: Team
    ) -> None:
        self._roster = {officer.officer_id: officer for officer in load_officers(connection)}
        self._last_day = inputs.ends_on
        firms = {visit.firm_id for visit in bench.visits_of(team.team_id)}
        self._recused = {
            entry.officer_id
            for entry in standing_recusals(connection, workspace)
            if entry.firm_id in firms and entry.reason != LAST_YEAR and entry.holds_on(inputs.starts_on)
        }
        stored = load_visits(connection, inputs.draw_id)
        self._days = {
            day
            for firm_id, day in zip(stored.firm_id, stored.visit_on, strict=True)
            if firm_id in firms and day is not None and day >= workspace.today
        }
        self._leaves = load_leave(connection)

    def __call__(self, officer_id: str) -> Obstacle | None:
        """The first obstacle; None if there is none."""
        officer = self._roster.get(officer_id)
        if officer is None or not officer.active or officer.expert:
            return Obstacle.INACTIVE
        if not officer.certified_on(self._last_day):
            return Obstacle.NO_CERTIFICATE
        if officer_id in self._recused:
            return Obstacle.RECUSED
        mine = [leave for leave in self._leaves if leave.officer_id == officer_id]
        away = self._days and all(any(leave.covers(day) for leave in mine) for day in self._days)
        return Obstacle.ON_LEAVE if away else None


def _plan_days(
    connection: sa.Connection, workspace: Workspace, inputs: OfficerInputs, bench: Bench, entry: Replacement
) -> NewMember:
    """Keeps the days of visits to come on which the newcomer is free, and plans the others anew."""
    stored = load_visits(connection, inputs.draw_id)
    mine = {visit.firm_id for visit in bench.visits_of(entry.team_id)}
    coming = [
        firm_id
        for firm_id, day in zip(stored.firm_id, stored.visit_on, strict=True)
        if firm_id in mine
        and day is not None
        and day >= workspace.today
        and not has_results(connection, inputs.draw_id, firm_id)
    ]
    moved: list[tuple[str, date, date]] = []
    stuck: list[str] = []
    why = _("{officer_in} takes the place of {officer_out}").format(
        officer_in=entry.officer_in, officer_out=entry.officer_out
    )
    agenda = load_agenda(connection, workspace.settings.year.year)
    for firm_id in coming:
        before, now = replan_for(
            connection,
            workspace,
            agenda,
            (inputs.draw_id, firm_id),
            entry.officer_in,
            reason=why,
            secret=inputs.officer_secret,
            seed=inputs.seed,
        )
        if now is None:
            stuck.append(firm_id)
        elif before is not None and now != before:
            moved.append((firm_id, before, now))
            agenda = load_agenda(connection, workspace.settings.year.year)
    return NewMember(
        team_id=entry.team_id,
        officer_in=entry.officer_in,
        name=_name(load_officers(connection), entry.officer_in),
        passed_over=entry.passed_over,
        num_kept=len(coming) - len(moved) - len(stuck),
        moved=tuple(moved),
        stuck=tuple(stuck),
    )


def _name(officers: Iterable[Officer], officer_id: str) -> str:
    return next((officer.name for officer in officers if officer.officer_id == officer_id), "")
