"""The agenda of a workspace: narrowed down, moved within the rules, refused beyond them."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

import pytest

from cli import CHINA
from models.agenda_rows import Move, load_leave, load_moves, save_leave
from models.draw_rows import get_file, list_files
from models.tables import LogEntry
from scheduler.agenda.entries import PlannedVisit, Selection, loads_by_week
from scheduler.agenda.leave import Leave
from scheduler.errors import StateError
from scheduler.registry.codes import RoundKind
from scheduler.workflow.agenda import history_of, move_visit, show_agenda
from scheduler.workflow.log import verify_log
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.chain.substituting import carelessly
from tests.workflow.test_workflow_teams import DISTRICTS, FIRMS, prepare, rows_of

SATURDAY, LABOUR_DAY = date(2026, 3, 7), date(2026, 5, 1)


@pytest.fixture
def planned(workspace: Workspace) -> Workspace:
    """Twelve visits of four teams from 2 March to 29 May, seen on 20 February."""
    prepare(workspace, RoundKind.OPEN)
    draw_officers(workspace, 1)
    return dataclasses.replace(workspace, now=datetime(2026, 2, 20, 9, tzinfo=CHINA))


def visits_of(workspace: Workspace, selection: Selection | None = None) -> dict[str, PlannedVisit]:
    """Planned visits by firm."""
    _, agenda = show_agenda(workspace, selection or Selection())
    return {visit.firm_id: visit for visit in agenda.visits}


def free_day(workspace: Workspace, firm_id: str) -> date:
    """A working Wednesday in April on which nobody of the visit has anything else."""
    _, agenda = show_agenda(workspace, Selection())
    taken = {visit.visit_on for visit in agenda.visits}
    days = [date(2026, 4, day) for day in (1, 8, 15, 22, 29)]
    return next(day for day in days if day not in taken and day != visits_of(workspace)[firm_id].visit_on)


def test_show_needs_officers_and_names_that_occur(workspace: Workspace) -> None:
    """Without a draw of officers there is no agenda; a name that does not occur is named."""
    with pytest.raises(StateError, match="no officers are drawn yet"):
        show_agenda(workspace, Selection())
    prepare(workspace, RoundKind.OPEN)
    draw_officers(workspace, 1)
    for selection, message in (
        (Selection(team_id="T9"), "expected a team that was drawn, got T9"),
        (Selection(officer_id="O99"), "expected an officer of a team, got O99"),
        (Selection(round_name="7"), "expected a round whose officers are drawn, got 7"),
        (Selection(districts=("1",)), "expected a district of the policy, got 1"),
    ):
        with pytest.raises(StateError, match=message):
            show_agenda(workspace, selection)


def test_selections_narrow_the_visits_down(planned: Workspace) -> None:
    """District, team, officer and week each keep their own visits; the weeks together keep all."""
    everything = visits_of(planned)
    assert set(everything) == set(FIRMS)
    one = next(iter(everything.values()))
    assert set(visits_of(planned, Selection(districts=(DISTRICTS[0],)))) == set(FIRMS[::2])
    by_team = visits_of(planned, Selection(team_id=one.team_ids[0]))
    assert {visit.team_ids for visit in by_team.values()} == {one.team_ids}
    _, agenda = show_agenda(planned, Selection(team_id=one.team_ids[0]))
    assert list(agenda.teams) == [one.team_ids[0]]
    officer = agenda.teams[one.team_ids[0]][0].officer_id
    assert visits_of(planned, Selection(officer_id=officer)) == by_team
    weeks = {visit.visit_on.isocalendar()[:2] for visit in everything.values() if visit.visit_on}
    assert sum(len(visits_of(planned, Selection(week=week))) for week in weeks) == 12
    loads = loads_by_week(agenda)
    assert sum(loads[officer].values()) == len(by_team)


def test_looking_at_the_agenda_leaves_a_trace(planned: Workspace) -> None:
    """The mark bears the number of the newest log entry, which says what was asked for."""
    mark, _ = show_agenda(planned, Selection(districts=(DISTRICTS[0],)))
    entry = max(rows_of(planned, LogEntry), key=lambda row: row["number"])
    assert (entry["action"], entry["number"]) == ("agenda show", mark.log_number)
    assert DISTRICTS[0] in entry["detail"]


def test_move_keeps_the_lot_s_day_and_the_reason(planned: Workspace) -> None:
    """The visit has its new day, the frozen list its old one, and log and history tell who, when and why."""
    before = visits_of(planned)[FIRMS[0]]
    day = free_day(planned, FIRMS[0])
    with planned.transaction() as connection:
        frozen = list_files(connection, "2026-1-1")["visits.tsv"]
    summary = move_visit(planned, carelessly(FIRMS[0]), day, reason=" 企业停产\u202e ")
    assert (summary.visit.visit_on, summary.moved_to, summary.overloaded) == (before.visit_on, day, False)
    after = visits_of(planned)[FIRMS[0]]
    assert (after.visit_on, after.num_moves, after.team_ids) == (day, 1, before.team_ids)
    assert after.stamped_at == "2026-02-20T09:00:00+08:00"
    assert summary.log_number is not None
    assert history_of(planned, FIRMS[0]) == (
        Move(
            draw_id="2026-1-1",
            firm_id=FIRMS[0],
            number=1,
            moved_from=before.visit_on,
            moved_to=day,
            reason="企业停产",
            author="tester",
            moved_on=date(2026, 2, 20),
            log_number=summary.log_number,
        ),
    )
    with planned.transaction() as connection:
        assert list_files(connection, "2026-1-1")["visits.tsv"] == frozen
        assert FIRMS[0].encode() in get_file(connection, "2026-1-1", "moves.tsv")
        assert verify_log(connection) > 0


def test_dry_run_of_a_move_changes_nothing(planned: Workspace) -> None:
    """It tells the same and leaves no move and no entry."""
    before = visits_of(planned)
    summary = move_visit(planned, FIRMS[0], free_day(planned, FIRMS[0]), reason="r", dry_run=True)
    assert summary.log_number is None
    assert visits_of(planned) == before
    with planned.transaction() as connection:
        assert load_moves(connection) == ()


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (SATURDAY, "is no working day; the next one is 2026-03-09"),
        (LABOUR_DAY, "is no working day; the next one is 2026-05-06"),
        (date(2026, 6, 1), "from 2026-03-02 to 2026-05-29"),
        (date(2026, 2, 28), "from 2026-03-02 to 2026-05-29"),  # a worked Saturday, before the window
        (date(2026, 2, 13), "is past"),
    ],
)
def test_move_to_a_day_that_cannot_be_is_refused(planned: Workspace, day: date, message: str) -> None:
    """Days off, days outside the window and days past are refused by name, and nothing changes."""
    before = visits_of(planned)
    with pytest.raises(StateError, match=message):
        move_visit(planned, FIRMS[0], day, reason="r")
    assert visits_of(planned) == before


def test_move_takes_a_worked_saturday(planned: Workspace) -> None:
    """9 May 2026 is a Saturday that is worked for Labour Day."""
    assert move_visit(planned, FIRMS[0], date(2026, 5, 9), reason="r").moved_to == date(2026, 5, 9)


def test_move_respects_leave_and_blocked_days(planned: Workspace) -> None:
    """An officer of the visit on leave, or the bureau's blocked day, refuse the day."""
    _, agenda = show_agenda(planned, Selection())
    visit = next(visit for visit in agenda.visits if visit.firm_id == FIRMS[0])
    officer = agenda.officers_of(visit)[1].officer_id
    day = free_day(planned, FIRMS[0])
    with planned.transaction() as connection:
        save_leave(connection, [*load_leave(connection), Leave(officer_id=officer, starts_on=day, ends_on=day)])
    with pytest.raises(StateError, match=f"{officer} is on leave on {day}"):
        move_visit(planned, FIRMS[0], day, reason="r")
    agenda_settings = planned.settings.agenda.model_copy(update={"blocked_days": (date(2026, 5, 6),)})
    blocked = dataclasses.replace(planned, settings=planned.settings.model_copy(update={"agenda": agenda_settings}))
    with pytest.raises(StateError, match="blocked for the whole bureau"):
        move_visit(blocked, FIRMS[0], date(2026, 5, 6), reason="r")


def test_move_onto_a_full_day_needs_a_word(planned: Workspace) -> None:
    """
    A day holds 480 minutes and a journey takes 90: three visits of 30 and 60 minutes fit, and visits are three at most.

    With one visit a day allowed, a second one is refused, taken with a word, and told as an overload.
    """
    _, agenda = show_agenda(planned, Selection())
    first = next(visit for visit in agenda.visits if visit.firm_id == FIRMS[0])
    other = next(
        visit
        for visit in agenda.visits
        if visit.team_ids == first.team_ids and visit.firm_id != first.firm_id and visit.visit_on != first.visit_on
    )
    assert other.visit_on is not None
    narrow = planned.settings.agenda.model_copy(update={"visits_per_team_day": 1})
    strict = dataclasses.replace(planned, settings=planned.settings.model_copy(update={"agenda": narrow}))
    with pytest.raises(StateError, match="--allow-overload"):
        move_visit(strict, FIRMS[0], other.visit_on, reason="r")
    summary = move_visit(strict, FIRMS[0], other.visit_on, reason="r", allow_overload=True)
    assert summary.overloaded
    assert visits_of(planned)[FIRMS[0]].exceptions == ("overload",)
    move_visit(strict, FIRMS[0], free_day(planned, FIRMS[0]), reason="r")
    assert visits_of(planned)[FIRMS[0]].exceptions == ()


def test_move_of_nothing_or_without_reason_is_refused(planned: Workspace) -> None:
    """A firm without a visit, the same day again, and an empty or endless reason are refused."""
    visit = visits_of(planned)[FIRMS[0]]
    assert visit.visit_on is not None
    for firm, day, reason, message in (
        ("91371002MA3NOBODY0", date(2026, 4, 8), "r", "expected a firm with a planned visit"),
        (FIRMS[0], visit.visit_on, "r", "already"),
        (FIRMS[0], date(2026, 4, 8), " \u200b ", "expected a reason of 1 to 500 characters, got 0"),
        (FIRMS[0], date(2026, 4, 8), "r" * 501, "got 501"),
    ):
        with pytest.raises(StateError, match=message):
            move_visit(planned, firm, day, reason=reason)
