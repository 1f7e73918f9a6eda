"""Leave and holiday notices: what an import brings in, takes back and refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.agenda_rows import load_leave, load_notices
from models.registry_rows import save_officers
from scheduler.agenda.leave import Leave, officers_away
from scheduler.agenda.workdays import WorkdaySource
from scheduler.errors import InputError
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.registry import import_file
from scheduler.workflow.workspace import Workspace
from tests.chain.year import small_city
from tests.workflow.test_workflow_registry import write

LEAVE_HEADER = ["人员编号", "开始日期", "结束日期", "取消", "备注"]
HOLIDAY_HEADER = ["日期", "安排", "年度", "依据"]


def _officers(workspace: Workspace) -> list[str]:
    officers = small_city().officers[:2]
    with workspace.transaction() as connection:
        save_officers(connection, officers)
    return [officer.officer_id for officer in officers]


def _leave(workspace: Workspace) -> tuple[Leave, ...]:
    with workspace.transaction() as connection:
        return load_leave(connection)


def test_leave_comes_in_changes_and_is_withdrawn(workspace: Workspace, tmp_path: Path) -> None:
    """A row with the same officer and first day changes the last; a withdrawn one takes the leave out."""
    first, second = _officers(workspace)
    rows = [LEAVE_HEADER, [first, "2026-07-06", "2026-07-17", "", "年假"], [second, "2026-08-03", "2026-08-03", "", ""]]
    report = import_file(workspace, "leave", write(tmp_path / "a.csv", rows))
    assert (report.num_new, report.num_changed) == (2, 0)
    again = import_file(workspace, "leave", write(tmp_path / "a.csv", rows))
    assert (again.num_new, again.num_changed, again.num_unchanged) == (0, 0, 2)
    changed = [
        LEAVE_HEADER,
        [first, "2026-07-06", "2026-07-08", "", "年假"],
        [second, "2026-08-03", "2026-08-03", "是", ""],
    ]
    report = import_file(workspace, "leave", write(tmp_path / "b.csv", changed))
    assert (report.num_new, report.num_changed) == (0, 2)
    assert _leave(workspace) == (
        Leave(officer_id=first, starts_on=date(2026, 7, 6), ends_on=date(2026, 7, 8), note="年假"),
    )


def test_leave_of_a_stranger_or_backwards_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """An officer who is not on the roster, and an end before the start, are named by row; nothing is stored."""
    first, _ = _officers(workspace)
    rows = [LEAVE_HEADER, ["NOBODY", "2026-07-06", "2026-07-17", "", ""], [first, "2026-07-06", "2026-07-01", "", ""]]
    with pytest.raises(InputError) as refused:
        import_file(workspace, "leave", write(tmp_path / "a.csv", rows))
    assert sorted((problem.row, problem.column) for problem in refused.value.problems) == [
        (2, "人员编号"),
        (3, "结束日期"),
    ]
    assert _leave(workspace) == ()


def test_days_away_are_those_asked_for() -> None:
    """Of three days asked for, a leave of two covers the two."""
    leave = Leave(officer_id="P1", starts_on=date(2026, 7, 6), ends_on=date(2026, 7, 7))
    days = [date(2026, 7, day) for day in (6, 7, 8)]
    assert officers_away([leave], days) == {"P1": frozenset(days[:2])}
    with pytest.raises(ValueError, match="ends on 2026-07-06 or later"):
        Leave(officer_id="P1", starts_on=date(2026, 7, 6), ends_on=date(2026, 7, 5))


def test_imported_notice_rules_its_year(workspace: Workspace, tmp_path: Path) -> None:
    """Before it, 2099 has its weekdays less the law's days; after it, what the notice says."""
    with workspace.transaction() as connection:
        before = working_calendar(connection, workspace)
    assert before.source(2099) is WorkdaySource.STATUTORY
    assert not before.is_working_day(date(2099, 10, 1))
    rows = [
        HOLIDAY_HEADER,
        ["2099-10-02", "放假", "", "国办发明电〔2098〕1号"],
        ["2099-10-01", "放假", "", ""],
        ["2099-10-10", "上班", "", ""],  # a Saturday
        ["2098-12-31", "放假", "2099", ""],
    ]
    import_file(workspace, "holidays", write(tmp_path / "a.csv", rows))
    with workspace.transaction() as connection:
        after, notices = working_calendar(connection, workspace), load_notices(connection)
    assert after.source(2099) is WorkdaySource.NOTICE
    assert not after.is_working_day(date(2099, 10, 2))
    assert after.is_working_day(date(2099, 10, 10))
    assert not after.is_working_day(date(2098, 12, 31))
    assert notices[0].source == "国办发明电〔2098〕1号"


def test_notice_with_a_bad_row_is_refused_whole(workspace: Workspace, tmp_path: Path) -> None:
    """A part of a notice would look like all of it, so the quarantine does not take it; a weekday is never made up."""
    rows = [HOLIDAY_HEADER, ["2099-10-01", "放假", "", ""], ["2099-10-05", "上班", "", ""]]  # a Monday
    with pytest.raises(InputError, match="whole or not at all"):
        import_file(workspace, "holidays", write(tmp_path / "a.csv", rows), on_error="quarantine")
    with workspace.transaction() as connection:
        assert load_notices(connection) == ()
