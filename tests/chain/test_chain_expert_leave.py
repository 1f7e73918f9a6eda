"""Leave of experts from the table of leave to the record: nobody is called who is away, whoever draws when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.agenda_rows import load_agenda, load_leave, save_leave
from models.draw_rows import get_file
from scheduler.agenda.leave import Leave
from scheduler.audit.claims import Status, Verdict
from scheduler.audit.verifier import verify_record
from scheduler.workflow import demo
from scheduler.workflow.agenda import move_visit
from scheduler.workflow.officers import officer_exceptions
from scheduler.workflow.publication import publish
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.chain.redrawing import on, take_back_officers, without_officers

DRAW = "2026-3-1"
FIRST, SECOND = "X-0001", "X-0002"  # the experts of the made-up city; both know food


@pytest.fixture
def undrawn(expert_year: demo.DemoSummary, tmp_path: Path) -> Iterator[Workspace]:
    """The year whose third round has firms, but no officers yet, on the day after its firms were drawn."""
    with without_officers(expert_year.folder, tmp_path / "workspace", DRAW, date(2026, 8, 28)) as workspace:
        yield workspace


def leave(workspace: Workspace, officer_id: str, first: date, last: date) -> None:
    """Puts a stretch of leave on the table."""
    with workspace.transaction() as connection:
        save_leave(connection, [*load_leave(connection), Leave(officer_id=officer_id, starts_on=first, ends_on=last)])


def called(workspace: Workspace) -> dict[str, tuple[str, str]]:
    """Day and expert of each visit of the draw, by firm."""
    with workspace.transaction() as connection:
        tables = [get_file(connection, DRAW, name).decode("utf-8") for name in ("visits.tsv", "experts.tsv")]
    visits, experts = ([line.split("\t") for line in text.splitlines()[1:]] for text in tables)
    days = {row[0]: row[2] for row in visits}
    return {row[0]: (days[row[0]], row[2]) for row in experts}


def first_day(found: Mapping[str, tuple[str, str]]) -> date:
    """The first day on which a visit has an expert."""
    return date.fromisoformat(min(day for day, who in found.values() if day and who))


def assert_consistent(workspace: Workspace, folder: Path) -> None:
    """The record published now verifies, experts included."""
    publish(workspace, public=folder / "public", audit=folder / "audit", site=folder / "site", workbook=None)
    report = verify_record(folder / "audit")
    assert report.verdict is Verdict.CONSISTENT, report.of_status(Status.FAILED)
    assert any(claim.section == "8.12" for claim in report.of_status(Status.PASSED))


def test_who_is_on_leave_is_not_called(undrawn: Workspace, tmp_path: Path) -> None:
    """On the day of leave the one who is away gives way to the other, and elsewhere the lot is what it was."""
    draw_officers(undrawn, 3)
    before = called(undrawn)
    day = first_day(before)
    away = next(who for on_day, who in before.values() if on_day == day.isoformat())
    take_back_officers(undrawn, DRAW)
    leave(undrawn, away, day, day)
    draw_officers(undrawn, 3)
    other = {FIRST: SECOND, SECOND: FIRST}[away]
    expected = {
        firm: (on_day, other if (on_day, who) == (day.isoformat(), away) else who)
        for firm, (on_day, who) in before.items()
    }
    assert called(undrawn) == expected != before
    assert_consistent(undrawn, tmp_path)


def test_where_all_are_on_leave_the_row_is_empty_and_the_reason_told(undrawn: Workspace, tmp_path: Path) -> None:
    """Days do not hang on experts: visits stay, nobody joins them, and the list of exceptions says why."""
    draw_officers(undrawn, 3)
    before = called(undrawn)
    day = first_day(before)
    take_back_officers(undrawn, DRAW)
    for who in (FIRST, SECOND):
        leave(undrawn, who, day, day)
    draw_officers(undrawn, 3)
    found = called(undrawn)
    alone = {firm for firm, (_day, who) in found.items() if not who and before[firm][1]}
    assert alone == {firm for firm, (on_day, who) in before.items() if on_day == day.isoformat() and who}
    _mark, exceptions = officer_exceptions(undrawn, 3)
    told = {entry.firm_id: entry.missing[-1] for entry in exceptions if entry.firm_id in alone}
    assert told == dict.fromkeys(alone, "an expert for food (on leave that day: X-0001, X-0002)")
    assert_consistent(undrawn, tmp_path)


def test_places_go_by_the_leave_of_the_first_day(undrawn: Workspace, tmp_path: Path) -> None:
    """Leave that is entered after the first place drew changes nobody's experts; the record verifies at every step."""
    whole = (date(2026, 9, 1), date(2026, 12, 31))
    leave(undrawn, FIRST, *whole)
    turn = draw_officers(on(undrawn, date(2026, 9, 1)), 3, district="371082")
    assert_consistent(on(undrawn, date(2026, 9, 1)), tmp_path / "begun")
    leave(undrawn, SECOND, *whole)
    for number, place in enumerate(turn.places_left[:-1], start=1):
        draw_officers(on(undrawn, date(2026, 9, 1) + timedelta(days=number)), 3, district=place)
    last = on(undrawn, date(2026, 9, 20))
    draw_officers(last, 3)
    assert {who for day, who in called(undrawn).values() if day} == {SECOND}
    assert_consistent(last, tmp_path / "done")


def test_move_to_a_day_of_leave_is_told(undrawn: Workspace) -> None:
    """A visit may be moved to a day on which its expert is away; the summary names him or her."""
    draw_officers(undrawn, 3)
    with undrawn.transaction() as connection:
        agenda = load_agenda(connection, 2026)
    visit = next(one for one in agenda.visits if one.draw_id == DRAW and one.visit_on and agenda.experts_of(one))
    who = agenda.experts_of(visit)[0].officer_id
    days = [date(2026, 11, day) for day in range(2, 27) if date(2026, 11, day).weekday() < 5]
    day = next(one for one in days if all(other.visit_on != one for other in agenda.visits))
    summary = move_visit(undrawn, visit.firm_id, day, reason="停产", round_name="3", dry_run=True)
    assert summary.absent_experts == ()
    leave(undrawn, who, day, day)
    summary = move_visit(undrawn, visit.firm_id, day, reason="停产", round_name="3", dry_run=True)
    assert summary.absent_experts == (who,)
