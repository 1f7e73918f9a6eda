"""
The agenda of a year: shown, and single visits planned anew.

A moved visit keeps its team and its draw: only the day changes, for a reason that stays on record beside the day that
the lot gave. A move keeps every rule that the lot keeps, or it is refused and says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from models.agenda_rows import Move, has_results, load_agenda, load_leave, load_moves, save_move
from models.draw_rows import put_file
from models.registry_rows import load_items, load_tasks
from models.results_rows import load_draw_windows
from scheduler.agenda.days import DayException
from scheduler.agenda.entries import Agenda, Member, PlannedVisit, Selection
from scheduler.agenda.frozen import MOVES_NAME, exception_text, moves_bytes
from scheduler.draw.hashing import keyed_digest
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.text import clean_text, typed_code
from scheduler.teams.needs import package_needs
from scheduler.workflow.agenda_inputs import day_limits, minutes_of_packages
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace

MOVE_ACTION = "agenda move"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSummary:
    """
    What planning a visit anew did.

    Attributes
    ----------
    visit
        The visit before.
    moved_to
        Its new day.
    overloaded
        Whether a team has more than it should.
    absent_experts
        Experts of the visit who are on leave on the new day; days do not hang on them.
    log_number
        Where it stands in the log.
    """

    visit: PlannedVisit
    moved_to: date
    overloaded: bool
    absent_experts: tuple[str, ...]
    log_number: int | None


def show_agenda(workspace: Workspace, selection: Selection) -> tuple[InternalMark, Agenda]:
    """
    The visits wanted, for internal use: who asked for them stands in the log.

    Raises
    ------
    StateError
        If no officers are drawn yet, or the team, officer or district does not occur.
    """
    with workspace.transaction() as connection:
        agenda = selected_agenda(connection, workspace, selection)
        return mark_internal(connection, workspace, "agenda show", selection_detail(selection)), agenda


def selected_agenda(connection: sa.Connection, workspace: Workspace, selection: Selection) -> Agenda:
    """The visits wanted; raises `StateError` where there is nothing to choose from or a name does not occur."""
    agenda = load_agenda(connection, workspace.settings.year.year)
    if not agenda.visits:
        raise StateError(
            _("no officers are drawn yet, so there is no agenda; run “double-random draw officers 1” first")
        )
    members = agenda.people.keys()
    districts = {entry.code for entry in workspace.settings.districts} | {workspace.settings.bureau.code}
    for given, known, message in (
        (selection.team_id, agenda.teams.keys(), _("expected a team that was drawn, got {name}")),
        (selection.officer_id, members, _("expected an officer of a team, got {name}")),
        (
            selection.round_name,
            {visit.round_name for visit in agenda.visits},
            _("expected a round whose officers are drawn, got {name}"),
        ),
        *((code, districts, _("expected a district of the policy, got {name}")) for code in selection.districts),
    ):
        if given and given not in known:
            raise StateError(message.format(name=given))
    return selection.of(agenda)


def selection_detail(selection: Selection) -> dict[str, str]:
    """What was asked for, as the log keeps it."""
    return {
        "districts": ";".join(selection.districts),
        "team": selection.team_id,
        "officer": selection.officer_id,
        "week": "{}-W{:02d}".format(*selection.week) if selection.week else "",
        "round": selection.round_name,
    }


def move_visit(
    workspace: Workspace,
    firm_id: str,
    day: date,
    *,
    reason: str,
    round_name: str = "",
    allow_overload: bool = False,
    dry_run: bool = False,
) -> MoveSummary:
    """
    Plans one visit anew.

    Parameters
    ----------
    firm_id
        Firm to be visited.
    day
        New day.
    reason
        Why, in a sentence; it stays on record.
    round_name
        Its round, needed where the firm has visits of several.
    allow_overload
        Accept that a team then has more visits or minutes than a day holds.
    dry_run
        Checks and tells, and changes nothing.

    Raises
    ------
    StateError
        If there is no such visit, it has no team or a result, or the day is not one on which it can be made.
    """
    firm_id, why = typed_code(firm_id), clean_text(reason)
    if not why or len(why) > LONGEST_REASON:
        raise StateError(
            _("expected a reason of 1 to {most} characters, got {number}").format(most=LONGEST_REASON, number=len(why))
        )
    with workspace.transaction() as connection:
        agenda = load_agenda(connection, workspace.settings.year.year)
        visit = _visit_of(agenda, firm_id, round_name)
        _require_open(connection, visit, day)
        _require_day(connection, workspace, visit, day)
        _require_present(connection, agenda, visit, day)
        overloaded = _overloads(connection, workspace, agenda, visit, day)
        if overloaded and not allow_overload:
            raise StateError(
                _(
                    "{firm}: a team of this visit would have more than a day holds on {day}; choose another day, or "
                    "accept it with --allow-overload"
                ).format(firm=firm_id, day=day)
            )
        absent = _away_on(connection, agenda.experts_of(visit), day)
        number = _keep(connection, workspace, visit, day, why, overloaded)
        if dry_run:
            connection.rollback()
    return MoveSummary(
        visit=visit,
        moved_to=day,
        overloaded=overloaded,
        absent_experts=absent,
        log_number=None if dry_run else number,
    )


def _visit_of(agenda: Agenda, firm_id: str, round_name: str) -> PlannedVisit:
    found = [visit for visit in agenda.visits if visit.firm_id == firm_id and round_name in ("", visit.round_name)]
    if not found:
        raise StateError(
            _("{firm}: expected a firm with a planned visit; “double-random agenda show” lists them").format(
                firm=firm_id
            )
        )
    if len(found) > 1:
        raise StateError(
            _("{firm} has visits in the rounds {rounds}; say which with --round").format(
                firm=firm_id, rounds=", ".join(visit.round_name for visit in found)
            )
        )
    return found[0]


def _require_open(connection: sa.Connection, visit: PlannedVisit, day: date) -> None:
    if not visit.team_ids:
        raise StateError(_("{firm}: this visit has no team yet, so it has no day either").format(firm=visit.firm_id))
    if has_results(connection, visit.draw_id, visit.firm_id):
        raise StateError(_("{firm}: a result is recorded already, so the visit was made").format(firm=visit.firm_id))
    if visit.visit_on == day:
        raise StateError(_("{firm}: the visit is on {day} already").format(firm=visit.firm_id, day=day))


def _require_day(connection: sa.Connection, workspace: Workspace, visit: PlannedVisit, day: date) -> None:
    """A working day to come, in the window of the round and of the tasks, on which the bureau goes."""
    if day < workspace.today:
        raise StateError(
            _("{day} is past; a visit can be moved to {today} or later").format(day=day, today=workspace.today)
        )
    calendar = working_calendar(connection, workspace)
    if not calendar.is_working_day(day):
        raise StateError(
            _("{day} is no working day; the next one is {next_day}").format(
                day=day, next_day=calendar.add_working_days(day, 1)
            )
        )
    if day in workspace.settings.agenda.blocked_days:
        raise StateError(_("{day} is blocked for the whole bureau (agenda.blocked_days)").format(day=day))
    starts_on, ends_on = _window_of(connection, workspace, visit)
    if not starts_on <= day <= ends_on:
        raise StateError(
            _("{firm}: expected a day from {first} to {last}, when round and tasks run, got {day}").format(
                firm=visit.firm_id, first=starts_on, last=ends_on, day=day
            )
        )


def _window_of(connection: sa.Connection, workspace: Workspace, visit: PlannedVisit) -> tuple[date, date]:
    """First and last day on which a visit can be: those of its tasks in the round, or of the round alone."""
    calendar = working_calendar(connection, workspace)
    window = load_draw_windows(connection, workspace.settings.year.year)[visit.draw_id]
    tasks, items = load_tasks(connection, workspace.settings.year.year), load_items(connection)
    needs = package_needs([visit.package], tasks, items)[visit.package]
    starts_on, ends_on = max(window.starts_on, needs.starts_on), min(window.ends_on, needs.ends_on)
    if not calendar.working_days(starts_on, ends_on):  # the lot, too, then takes any day of the round
        return window.starts_on, window.ends_on
    return starts_on, ends_on


def replan_for(
    connection: sa.Connection,
    workspace: Workspace,
    agenda: Agenda,
    key: tuple[str, str],
    officer_id: str,
    *,
    reason: str,
    secret: bytes,
    seed: str,
) -> tuple[date | None, date | None]:
    """
    Keeps the day of a visit if an officer who joined its team is free on it, else gives it another one.

    Of the days on which all its officers are there and no day gets too full, the one with the least keyed digest is
    taken, so that the firm cannot tell it.

    Parameters
    ----------
    agenda
        As it stands, with the officer in the team.
    key
        Draw and firm.
    secret, seed
        What the digest is keyed with.

    Returns
    -------
    tuple[date | None, date | None]
        Day before and day now; None for now if no day can be found, and then nothing is changed.
    """
    visit = next(entry for entry in agenda.visits if (entry.draw_id, entry.firm_id) == key)
    before = visit.visit_on
    leaves = load_leave(connection)
    newcomer = frozenset({officer_id})
    if before is None:
        return None, None
    away = any(leave.officer_id == officer_id and leave.covers(before) for leave in leaves)
    full = _overloads(connection, workspace, agenda, visit, before, officers=newcomer)
    if not away and (not full or DayException.OVERLOAD in visit.exceptions):
        return before, before
    return before, _take_free_day(connection, workspace, agenda, visit, reason=reason, secret=secret, seed=seed)


def settle_visit(
    connection: sa.Connection,
    workspace: Workspace,
    agenda: Agenda,
    key: tuple[str, str],
    *,
    reason: str,
    secret: bytes,
    seed: str,
) -> date | None:
    """
    Keeps the day of a visit that was handed over if all its officers are free on it, else gives it another one.

    Parameters and choice are those of `replan_for`; None if no day can be found, and then nothing is changed.
    """
    visit = next(entry for entry in agenda.visits if (entry.draw_id, entry.firm_id) == key)
    day = visit.visit_on
    if day is not None:
        going = {member.officer_id for member in agenda.officers_of(visit)}
        away = any(leave.officer_id in going and leave.covers(day) for leave in load_leave(connection))
        full = _overloads(connection, workspace, agenda, visit, day)
        if not away and (not full or DayException.OVERLOAD in visit.exceptions):
            return day
    return _take_free_day(connection, workspace, agenda, visit, reason=reason, secret=secret, seed=seed)


def _take_free_day(
    connection: sa.Connection,
    workspace: Workspace,
    agenda: Agenda,
    visit: PlannedVisit,
    *,
    reason: str,
    secret: bytes,
    seed: str,
) -> date | None:
    """Moves a visit to the free day of the least keyed digest; None where no day is free."""
    leaves = load_leave(connection)
    first, last = _window_of(connection, workspace, visit)
    blocked = frozenset(workspace.settings.agenda.blocked_days)
    days = working_calendar(connection, workspace).working_days(max(first, workspace.today + timedelta(days=1)), last)
    going = {member.officer_id for member in agenda.officers_of(replace(visit, visit_on=last))}
    for day in sorted(days, key=lambda one: keyed_digest(secret, "day", seed, visit.firm_id, one.isoformat())):
        absent = any(leave.officer_id in going and leave.covers(day) for leave in leaves)
        if day in blocked or absent or _overloads(connection, workspace, agenda, visit, day):
            continue
        _keep(connection, workspace, visit, day, reason, overloaded=False)
        return day
    return None


def _require_present(connection: sa.Connection, agenda: Agenda, visit: PlannedVisit, day: date) -> None:
    away = _away_on(connection, agenda.officers_of(visit), day)
    if away:
        raise StateError(
            _("{firm}: {officers} is on leave on {day}; choose another day").format(
                firm=visit.firm_id, officers=", ".join(away), day=day
            )
        )


def _away_on(connection: sa.Connection, going: Iterable[Member], day: date) -> tuple[str, ...]:
    """Who of some people is on leave on a day, ascending."""
    names = {member.officer_id for member in going}
    return tuple(sorted({leave.officer_id for leave in load_leave(connection) if leave.covers(day)} & names))


def _overloads(
    connection: sa.Connection,
    workspace: Workspace,
    agenda: Agenda,
    visit: PlannedVisit,
    day: date,
    *,
    officers: frozenset[str] = frozenset(),
) -> bool:
    """Whether one of some officers, or of all of the visit, would have more visits or minutes than the day holds."""
    limits = day_limits(workspace.settings)
    going = set(officers) or {member.officer_id for member in agenda.officers_of(visit)}
    minutes = minutes_of_packages(connection, workspace)
    visits_of: dict[str, list[PlannedVisit]] = {officer: [visit] for officer in going}
    for other in agenda.visits:
        if other.visit_on == day and (other.draw_id, other.firm_id) != (visit.draw_id, visit.firm_id):
            for officer in going & {member.officer_id for member in agenda.officers_of(other)}:
                visits_of[officer].append(other)
    for together in visits_of.values():
        towns = [one.town for one in together]
        journeys = towns.count("") + len(set(towns) - {""})
        needed = sum(minutes(one.package) for one in together) + journeys * limits.journey_minutes
        if len(together) > limits.visits or (len(together) > 1 and needed > limits.minutes):
            return True
    return False


def _keep(
    connection: sa.Connection, workspace: Workspace, visit: PlannedVisit, day: date, reason: str, overloaded: bool
) -> int:
    number = append_log(
        connection,
        workspace,
        MOVE_ACTION,
        {
            "draw_id": visit.draw_id,
            "firm_id": visit.firm_id,
            "from": visit.visit_on.isoformat() if visit.visit_on else "",
            "to": day.isoformat(),
            "reason": reason,
        },
    )
    lasting = {code for code in visit.exceptions if code not in set(DayException)}
    exceptions = lasting | ({DayException.OVERLOAD.value} if overloaded else set())
    save_move(
        connection,
        Move(
            draw_id=visit.draw_id,
            firm_id=visit.firm_id,
            number=visit.num_moves + 1,
            moved_from=visit.visit_on,
            moved_to=day,
            reason=reason,
            author=workspace.actor,
            moved_on=workspace.today,
            log_number=number,
        ),
        exception_text(exceptions),
    )
    put_file(
        connection,
        visit.draw_id,
        MOVES_NAME,
        moves_bytes(
            (move.firm_id, move.number, move.moved_from, move.moved_to, move.moved_on, move.reason)
            for move in load_moves(connection, visit.draw_id)
        ),
    )
    return number


def history_of(workspace: Workspace, firm_id: str) -> tuple[Move, ...]:
    """Moves of a firm's visits, the oldest first."""
    with workspace.transaction() as connection:
        return tuple(move for move in load_moves(connection) if move.firm_id == firm_id)
