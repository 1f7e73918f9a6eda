"""Corrections keep what stood there, officers must be those drawn, findings are followed until they are settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from models import tables
from models.follow_up_rows import load_first_recordings
from models.store import insert_columns
from models.tables import table_of
from scheduler.errors import InputError, UsageError
from scheduler.registry.codes import Measure, ResultCategory
from scheduler.results.follow_up import FollowState
from scheduler.workflow.deadlines import results_due
from scheduler.workflow.follow_ups import follow_up, list_follow_ups
from scheduler.workflow.result_entry import Entry, add_result, result_history
from scheduler.workflow.results import record_results
from scheduler.workflow.workspace import Workspace
from tests.workflow.test_workflow_results import DAY, DRAW, FIRMS, at, prepare, row, store


@pytest.fixture
def year(workspace: Workspace) -> Workspace:
    """A workspace with one draw and a team of three for its first visit, on 10 April 2026."""
    made = prepare(workspace)
    with made.transaction() as connection:
        insert_columns(connection, tables.Team, {"team_id": ["t"], "draw_id": [DRAW], "district": ["371002"]})
        members = {"team_id": ["t"] * 2, "officer_id": ["O1", "O2"], "lead": [True, False], "borrowed": [False] * 2}
        insert_columns(connection, tables.TeamMember, members)
        officer = dict.fromkeys(("unit", "department", "level", "district", "certificate_no"), "")
        for number, name in (("O1", "张三"), ("O2", "李四")):
            connection.execute(sa.insert(table_of(tables.Officer)), [{**officer, "officer_id": number, "name": name}])
    return made


def faults_of(workspace: Workspace, *rows: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Row and column of every problem of some rows."""
    with pytest.raises(InputError) as caught:
        store(workspace, *rows)
    return [(problem.row, problem.column) for problem in caught.value.problems]


def test_correction_keeps_the_old_value_with_who_when_and_why(year: Workspace) -> None:
    """Each category that stood there stays in the history, under the log entry that took it away."""
    store(year, row(2, categories=("pending", "refused"), note="seen"))
    store(at(year, date(2026, 4, 20)), row(2, reason="the photograph shows another shop"))
    kept = result_history(year, FIRMS[0])
    assert [(one.item_id, one.category, one.note) for one in kept] == [
        ("G01", "pending", "seen"),
        ("G01", "refused", "seen"),
    ]
    assert {(one.recorded_on, one.replaced_on, one.replaced_by) for one in kept} == {
        (date(2026, 4, 10), date(2026, 4, 20), "tester")
    }
    assert {(one.reason, one.log_number) for one in kept} == {("the photograph shows another shop", 2)}
    with year.transaction() as connection:
        assert load_first_recordings(connection) == {(DRAW, FIRMS[0]): date(2026, 4, 10)}


def test_second_correction_keeps_both(year: Workspace) -> None:
    """The history grows; nothing in it is ever taken away."""
    store(year, row(2, categories=("pending",)))
    store(year, row(2, categories=("refused",), reason="one"))
    store(year, row(2, reason="two"))
    assert [(one.category, one.reason) for one in result_history(year, FIRMS[0])] == [
        ("pending", "one"),
        ("refused", "two"),
    ]


def test_change_without_a_reason_is_refused(year: Workspace) -> None:
    """Rows and bulks alike; saying the same again needs none."""
    store(year, row(2, categories=("pending",)))
    assert faults_of(year, row(7)) == [(7, "reason")]
    store(year, row(2, categories=("pending",)))
    columns: dict[str, Any] = {
        "draw_id": [DRAW],
        "firm_id": [FIRMS[0]],
        "item_id": ["G01"],
        "category": ["no_problem"],
        "inspected_on": [DAY],
    }
    with year.transaction() as connection, pytest.raises(InputError, match="expected a reason"):
        record_results(connection, year, columns)
    with year.transaction() as connection:
        assert record_results(connection, year, columns, reason="simulated").num_replaced == 1


@pytest.mark.parametrize(
    ("officers", "good"),
    [
        (("张三", "李四"), True),
        (("O2", "张三"), True),
        (("张三",), False),
        (("张三", "张三"), False),
        (("张三", "王五"), False),
        (("张三", "李四", "王五"), False),
    ],
)
def test_officers_must_be_the_team_drawn(year: Workspace, officers: tuple[str, ...], good: bool) -> None:
    """By name or number, each once, nobody else."""
    if good:
        assert store(year, row(2, officers=officers)).num_new == 1
    else:
        assert faults_of(year, row(2, officers=officers)) == [(2, "officers")]


def test_officers_of_a_visit_without_a_team_are_refused(year: Workspace) -> None:
    """The second visit has no team."""
    assert faults_of(year, row(2, firm_id=FIRMS[1], officers=("张三", "李四"))) == [(2, "officers")]


def test_measures_need_a_finding_and_ends_need_a_measure(year: Workspace) -> None:
    """Both are told with the other problems of the file."""
    assert faults_of(year, row(2, measure="order"), row(3, item_id="G02", categories=("pending",), settled=True)) == [
        (2, "measure"),
        (3, "measure"),
    ]


def test_findings_are_followed_until_settled(year: Workspace) -> None:
    """First without a measure, then under way and overdue, then settled; steps are added, never changed."""
    store(
        year,
        row(2, categories=("pending",)),
        row(3, item_id="G02", categories=("unreachable",), measure="listing", follow_up_by=date(2026, 4, 15)),
    )
    found = list_follow_ups(year)
    assert [(one.item_id, one.state) for one in found.entries] == [
        ("G02", FollowState.UNDER_WAY),
        ("G01", FollowState.NO_MEASURE),
    ]
    assert (found.num_open, found.num_overdue) == (2, 0)
    later = at(year, date(2026, 4, 16))
    assert list_follow_ups(later).num_overdue == 1
    assert follow_up(later, FIRMS[0], measure=Measure.LISTING, settled=True, item_id="G02") == 1
    assert [one.item_id for one in list_follow_ups(later).entries] == ["G01"]
    assert follow_up(later, FIRMS[0], measure=Measure.CASE, settled=True) == 1  # only what is not settled yet
    after = list_follow_ups(later, settled_too=True)
    assert (after.num_open, after.num_settled, after.num_overdue, len(after.entries)) == (0, 2, 0, 2)
    with pytest.raises(UsageError, match="expected a firm and item with a finding"):
        follow_up(later, FIRMS[0], measure=Measure.CASE, settled=True)


def test_same_row_again_adds_no_step(year: Workspace) -> None:
    """A file imported twice says nothing new."""
    given = row(2, categories=("pending",), measure="order")
    assert store(year, given).num_steps == 1
    assert store(year, given).num_steps == 0
    assert store(year, {**given, "settled": True}).num_steps == 1


def test_corrected_away_finding_needs_nothing_more(year: Workspace) -> None:
    """Its steps stay on record, the list no longer asks."""
    store(year, row(2, categories=("pending",), measure="order"))
    store(year, row(2, reason="mistyped"))
    assert list_follow_ups(year, settled_too=True).entries == ()


def test_listing_says_by_when_and_is_decided_by_a_settled_step(year: Workspace) -> None:
    """Ten working days after 1 April 2026, with 6 April (Qingming) off: 16 April."""
    summary = store(year, row(2, categories=("unreachable",)), row(3, item_id="G02", categories=("not_published",)))
    assert summary.listing is not None
    assert (summary.listing.num_visits, summary.listing.due_on) == (1, date(2026, 4, 16))
    assert [entry.due_on for entry in results_due(year).listing] == [date(2026, 4, 16)]
    follow_up(year, FIRMS[0], measure=Measure.LISTING, settled=True, item_id="G01")
    assert [entry.categories for entry in results_due(year).listing] == [("not_published",)]
    follow_up(year, FIRMS[0], measure=Measure.OTHER, settled=True, item_id="G02")
    assert results_due(year).listing == ()


def test_one_visit_on_the_command_line(year: Workspace) -> None:
    """What is not named is clean; notes stand with the findings; a dry run keeps nothing."""
    entry = Entry(
        firm_id=FIRMS[0],
        inspected_on=DAY,
        found={"G02": (ResultCategory.PENDING,)},
        others_clean=True,
        officers=("O1", "李四"),
        note="photographs 1 to 3",
        measure=Measure.ORDER,
        follow_up_by=date(2026, 5, 1),
    )
    assert add_result(year, entry, dry_run=True).num_new == 2
    assert list_follow_ups(year).num_open == 0
    summary = add_result(year, entry)
    assert (summary.num_new, summary.num_steps, summary.listing) == (2, 1, None)
    (one,) = list_follow_ups(year).entries
    assert (one.item_id, one.measure, one.due_on) == ("G02", "order", date(2026, 5, 1))


def test_one_visit_that_says_nothing_or_was_never_drawn_is_refused(year: Workspace) -> None:
    """A firm that was not drawn, and an entry without any item."""
    with pytest.raises(UsageError, match="--found"):
        add_result(year, Entry(firm_id=FIRMS[0], inspected_on=DAY, found={}, others_clean=False))
    with pytest.raises(InputError, match="drawn this year"):
        add_result(year, Entry(firm_id=FIRMS[2], inspected_on=DAY, found={}, others_clean=True))
