"""Recording results in a workspace, lists drawn elsewhere, deadlines from the log."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from cli import CHINA
from models import tables
from models.draw_rows import get_file, list_files
from models.registry_rows import insert_events, insert_firms, save_items, save_tasks
from models.results_rows import load_visits
from models.store import insert_columns
from models.tables import table_of
from scheduler.draw.canonical import parse_document
from scheduler.errors import InputError
from scheduler.results.deadlines import DueState
from scheduler.results.events import inspection_event_id
from scheduler.workflow.deadlines import draw_coverage, results_due, show_results
from scheduler.workflow.log import append_log, verify_log
from scheduler.workflow.results import record_results, store_drawn, store_results
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.made_up_lists import item, task

FIRMS = ("91371002MA3C000001", "91371002MA3C000002", "91371002MA3C000003")
DRAW = "2026-1-1"
DAY = date(2026, 4, 1)
Rows = list[dict[str, Any]]


def at(workspace: Workspace, day: date) -> Workspace:
    """The same workspace on another day."""
    return dataclasses.replace(workspace, now=datetime(day.year, day.month, day.day, 9, tzinfo=CHINA))


def prepare(workspace: Workspace) -> Workspace:
    """Three firms on the register, the first two drawn for items G01 and G02; gives the workspace on 10 April."""
    number = len(FIRMS)
    with workspace.transaction() as connection:
        firms: dict[str, Any] = {
            "firm_id": FIRMS,
            "name": ["甲", "乙\t店", "丙"],
            "object_type": ["enterprise"] * number,
            "district": ["371002", "371003", "371002"],
            "status": ["operating"] * number,
            "registrar": ["局"] * number,
        }
        insert_firms(connection, firms)
        save_items(connection, (item("G01"), item("G02"), item("G03")))
        save_tasks(connection, 2026, (task("T1", "G01", "G02"), task("T2", "G03", ends_on=date(2026, 6, 30))))
        entry = {
            "round_id": "2026-1",
            "year": 2026,
            "number": 1,
            "kind": "open",
            "starts_on": date(2026, 3, 2),
            "ends_on": date(2026, 5, 29),
            "counting_visits": 2,
            "plan_id": "2026-v1",
        }
        connection.execute(sa.insert(table_of(tables.Round)), [entry])
        attempt = {
            "round_id": "2026-1",
            "commitment_digest": "",
            "seed": "",
            "committed_on": date(2026, 2, 1),
            "drawn_on": date(2026, 2, 10),
            "void_reason": "",
        }
        for draw_id, status in (("2026-1-1", "drawn"), ("2026-1-0", "voided")):
            row = {**attempt, "draw_id": draw_id, "attempt": int(draw_id[-1]), "status": status}
            connection.execute(sa.insert(table_of(tables.Draw)), [row])
        drawn = [("2026-1-1", FIRMS[0]), ("2026-1-1", FIRMS[1]), ("2026-1-0", FIRMS[2])]
        columns: dict[str, Any] = {
            "draw_id": [draw_id for draw_id, _ in drawn],
            "firm_id": [firm_id for _, firm_id in drawn],
            "round_id": ["2026-1"] * number,
            "stratum": ["open"] * number,
            "package": ["T1"] * number,
            "counting": [True] * number,
            "chance_micro": [1] * number,
            "chance_firms": [1] * number,
        }
        insert_columns(connection, tables.DrawnFirm, columns)
        visits: dict[str, Any] = {
            "draw_id": [DRAW, DRAW],
            "firm_id": FIRMS[:2],
            "team_id": ["t", ""],
            "visit_on": [DAY, None],
            "exception": ["", "unmet"],
        }
        insert_columns(connection, tables.Visit, visits)
    return at(workspace, date(2026, 4, 10))


@pytest.fixture
def year(workspace: Workspace) -> Workspace:
    """A workspace with one draw, on 10 April 2026."""
    return prepare(workspace)


def row(number: int, **changes: Any) -> Mapping[str, Any]:
    """A parsed row of a result: the first firm, item G01, no problem."""
    made = {
        "row": number,
        "sheet": "检查结果",
        "file": "results.xlsx",
        "firm_id": FIRMS[0],
        "item_id": "G01",
        "categories": ("no_problem",),
        "inspected_on": DAY,
        "note": "",
        "round": None,
    }
    return {**made, **changes}


def store(workspace: Workspace, *rows: Mapping[str, Any]) -> Any:
    """Stores rows in a transaction of their own."""
    with workspace.transaction() as connection:
        return store_results(connection, workspace, rows)


def rows_of(workspace: Workspace, model: type[SQLModel]) -> Rows:
    """All rows of a table, in a fixed order."""
    with workspace.transaction() as connection:
        rows = [dict(found) for found in connection.execute(sa.select(table_of(model))).mappings()]
    return sorted(rows, key=lambda found: [str(value) for value in found.values()])


def test_results_are_kept_and_fed_back(any_workspace: Workspace) -> None:
    """Rows become one result a category, one event a visit and one log entry with a digest."""
    year = prepare(any_workspace)
    summary = store(
        year,
        row(2),
        row(3, item_id="G02", categories=("pending", "not_published"), inspected_on=date(2026, 4, 2), note="seen"),
        row(4, firm_id=FIRMS[1], categories=("unreachable",), round=1),
    )
    assert (summary.num_visits, summary.num_items, summary.num_new) == (2, 3, 3)
    assert (summary.num_replaced, summary.num_unchanged) == (0, 0)
    assert summary.categories == {"no_problem": 1, "not_published": 1, "unreachable": 1, "pending": 1}
    kept = rows_of(year, tables.Result)
    assert [(found["firm_id"], found["item_id"], found["category"], found["note"]) for found in kept] == [
        (FIRMS[0], "G01", "no_problem", ""),
        (FIRMS[0], "G02", "not_published", "seen"),
        (FIRMS[0], "G02", "pending", "seen"),
        (FIRMS[1], "G01", "unreachable", ""),
    ]
    assert {found["recorded_on"] for found in kept} == {date(2026, 4, 10)}
    events = {found["firm_id"]: found for found in rows_of(year, tables.Event)}
    assert events[FIRMS[0]]["event_id"] == inspection_event_id(DRAW, FIRMS[0])
    assert (events[FIRMS[0]]["kind"], events[FIRMS[0]]["occurred_on"]) == ("inspection_problem", date(2026, 4, 2))
    assert (events[FIRMS[1]]["detail"], events[FIRMS[1]]["source"]) == ("unreachable", DRAW)
    (entry,) = rows_of(year, tables.LogEntry)
    assert (entry["action"], entry["before"], len(entry["after"])) == ("record results", "", 64)


def test_same_results_again_change_nothing(year: Workspace) -> None:
    """A file imported twice leaves rows, events, day of recording and log as they were."""
    store(year, row(2), row(3, item_id="G02"))
    before = [rows_of(year, model) for model in (tables.Result, tables.Event, tables.LogEntry)]
    summary = store(at(year, date(2026, 4, 20)), row(2, item_id="G02"), row(3), row(4))
    assert (summary.num_new, summary.num_replaced, summary.num_unchanged) == (0, 0, 2)
    assert [rows_of(year, model) for model in (tables.Result, tables.Event, tables.LogEntry)] == before


def test_correction_replaces_an_item_and_logs_both_sides(year: Workspace) -> None:
    """A corrected item loses its old categories, other items stay, the event follows the whole visit."""
    store(year, row(2, categories=("pending", "refused")), row(3, item_id="G02", categories=("ordered_to_correct",)))
    assert [found["kind"] for found in rows_of(year, tables.Event)] == ["inspection_refused"]
    first = rows_of(year, tables.LogEntry)[0]
    summary = store(at(year, date(2026, 4, 20)), row(2, reason="mistyped"))
    assert (summary.num_new, summary.num_replaced) == (0, 1)
    assert [(found["item_id"], found["category"]) for found in rows_of(year, tables.Result)] == [
        ("G01", "no_problem"),
        ("G02", "ordered_to_correct"),
    ]
    (event,) = rows_of(year, tables.Event)
    assert (event["kind"], event["detail"]) == ("inspection_problem", "ordered_to_correct")
    second = rows_of(year, tables.LogEntry)[1]
    assert len(second["before"]) == 64
    assert second["before"] != first["after"]  # only the replaced item, not all that was written first
    with year.transaction() as connection:
        assert verify_log(connection) == 2


def test_correction_of_the_only_item_replaces_the_event(year: Workspace) -> None:
    """Where every result of a visit is replaced its event is made anew under the same id."""
    store(year, row(2, categories=("unreachable",)))
    store(year, row(2, reason="found after all"))
    (event,) = rows_of(year, tables.Event)
    assert (event["event_id"], event["kind"]) == (inspection_event_id(DRAW, FIRMS[0]), "inspection_clean")


def test_later_item_of_a_visit_moves_its_event(year: Workspace) -> None:
    """An item recorded later adds to the visit's event instead of making a second one."""
    store(year, row(2))
    store(year, row(2, item_id="G02", categories=("pending",), inspected_on=date(2026, 4, 3)))
    (event,) = rows_of(year, tables.Event)
    assert (event["kind"], event["occurred_on"]) == ("inspection_problem", date(2026, 4, 3))


def test_bad_rows_are_all_named_and_nothing_is_kept(year: Workspace) -> None:
    """Six rows with six kinds of fault give six problems with their place; the good row is not kept either."""
    with pytest.raises(InputError, match="6 rows are bad") as caught:
        store(
            year,
            row(2),
            row(3, firm_id=FIRMS[2]),  # drawn only in a voided attempt
            row(4, item_id="G03"),
            row(5, item_id="G02", inspected_on=date(2026, 4, 11)),
            row(6, item_id="G02", inspected_on=date(2026, 2, 9)),
            row(7, item_id="G02", categories=()),
            row(8, firm_id=FIRMS[1], categories=("no_problem", "pending")),
        )
    places = {(problem.row, problem.column, problem.sheet, problem.file) for problem in caught.value.problems}
    assert {(number, column) for number, column, _sheet, _file in places} >= {
        (3, "firm_id"),
        (4, "item_id"),
        (5, "inspected_on"),
        (6, "inspected_on"),
        (7, "categories"),
        (8, "categories"),
    }
    assert {place[2:] for place in places} == {("检查结果", "results.xlsx")}
    assert all(problem.remedy for problem in caught.value.problems)
    assert rows_of(year, tables.Result) == []


def test_bulk_results_are_kept_like_rows(year: Workspace) -> None:
    """Columns and rows of the same content leave the same results and events."""
    columns: dict[str, Any] = {
        "draw_id": [DRAW, DRAW],
        "firm_id": [FIRMS[0], FIRMS[0]],
        "item_id": ["G01", "G02"],
        "category": ["no_problem", "pending"],
        "inspected_on": [DAY, DAY],
    }
    with year.transaction() as connection:
        assert record_results(connection, year, columns).num_new == 2
    bulk = [rows_of(year, model) for model in (tables.Result, tables.Event)]
    summary = store(year, row(2), row(3, item_id="G02", categories=("pending",)))
    assert summary.num_unchanged == 2
    assert [rows_of(year, model) for model in (tables.Result, tables.Event)] == bulk


def test_bulk_result_of_a_strange_draw_is_named_by_position(year: Workspace) -> None:
    """Positions count from 1."""
    columns: dict[str, Any] = {
        "draw_id": [DRAW, "2026-1-0"],
        "firm_id": [FIRMS[0], FIRMS[2]],
        "item_id": ["G01", "G01"],
        "category": ["no_problem", "no_problem"],
        "inspected_on": [DAY, DAY],
        "note": ["", ""],
    }
    with pytest.raises(InputError, match="1 row is bad") as caught, year.transaction() as connection:
        record_results(connection, year, columns)
    assert [problem.row for problem in caught.value.problems] == [2]


def test_no_results_change_nothing(year: Workspace) -> None:
    """An empty file is not an error and not a log entry."""
    assert store(year).num_items == 0
    assert rows_of(year, tables.LogEntry) == []


def test_load_visits_leaves_voided_draws_out(year: Workspace) -> None:
    """Visits come with their packages, in order; a draw can be asked for alone."""
    with year.transaction() as connection:
        every, one, none = (load_visits(connection, draw_id) for draw_id in (None, DRAW, "2026-9-1"))
    assert every == one
    assert one.firm_id == FIRMS[:2]
    assert one.package == ("T1", "T1")
    assert one.visit_on == (DAY, None)
    assert len(none) == 0


def drawn_row(number: int, **changes: Any) -> Mapping[str, Any]:
    """A parsed row of a list drawn elsewhere."""
    made = {
        "row": number,
        "sheet": "",
        "file": "drawn.csv",
        "firm_id": FIRMS[1],
        "task_ids": ("T2",),
        "round": "省局第1批",
        "drawn_by": "省局",
        "drawn_on": date(2026, 4, 7),
        "note": "",
    }
    return {**made, **changes}


def store_list(workspace: Workspace, *rows: Mapping[str, Any]) -> Any:
    """Stores a list drawn elsewhere in a transaction of its own."""
    with workspace.transaction() as connection:
        return store_drawn(connection, workspace, rows)


def test_list_drawn_elsewhere_becomes_a_round_of_its_own(year: Workspace) -> None:
    """It gets the id X1, its two files, visits, and a window up to the end of its last task; it does not count."""
    summary = store_list(year, drawn_row(2), drawn_row(3, firm_id=FIRMS[2], task_ids=("T2",)))
    assert (summary.draw_ids, summary.known_ids, summary.num_firms) == (("2026-X1-1",), (), 2)
    made = next(found for found in rows_of(year, tables.Round) if found["kind"] == "external")
    assert (made["round_id"], made["starts_on"], made["ends_on"]) == ("2026-X1", date(2026, 4, 7), date(2026, 6, 30))
    with year.transaction() as connection:
        assert list(list_files(connection, "2026-X1-1")) == ["ceremony.json", "drawn.tsv"]
        content = get_file(connection, "2026-X1-1", "drawn.tsv").decode()
        ceremony = parse_document(get_file(connection, "2026-X1-1", "ceremony.json"), "ceremony.json")
        assert load_visits(connection, "2026-X1-1").firm_id == FIRMS[1:]
        assert verify_log(connection) == 1
    assert content.splitlines()[1:] == [f"{FIRMS[1]}\t乙 店\t局\tT2\t0", f"{FIRMS[2]}\t丙\t局\tT2\t0"]
    assert (ceremony["kind"], ceremony["status"], ceremony["num_drawn"]) == ("external", "drawn", 2)
    assert (ceremony["commitment_digest"], ceremony["seed"], ceremony["entropy"]) == ("", "", [])


def test_same_list_again_changes_nothing_and_the_next_is_x2(year: Workspace) -> None:
    """Importing a list twice is harmless; another one gets the next number."""
    store_list(year, drawn_row(2))
    log = rows_of(year, tables.LogEntry)
    again = store_list(year, drawn_row(2))
    assert (again.draw_ids, again.known_ids) == ((), ("2026-X1-1",))
    assert rows_of(year, tables.LogEntry) == log
    assert store_list(year, drawn_row(2, drawn_on=date(2026, 4, 8))).draw_ids == ("2026-X2-1",)


def test_bad_list_drawn_elsewhere_is_refused_whole(year: Workspace) -> None:
    """Every bad row is named and no round is made."""
    with pytest.raises(InputError, match="2 rows are bad") as caught:
        store_list(year, drawn_row(2), drawn_row(3, firm_id="9" * 18), drawn_row(4, task_ids=("T9",)))
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [(3, "firm_id"), (4, "task_ids")]
    assert len(rows_of(year, tables.Round)) == 1


def test_list_drawn_elsewhere_goes_through_officers_and_results(year: Workspace) -> None:
    """Officers are drawn for it and results recorded, like for a draw of our own."""
    store_list(year, drawn_row(2))
    assert draw_officers(year, "X1").exceptions == {"unmet": 1}  # nobody is on the roster
    store(year, row(2, firm_id=FIRMS[1], item_id="G03", categories=("pending",), inspected_on=date(2026, 4, 8)))
    assert rows_of(year, tables.Result)[0]["draw_id"] == "2026-X1-1"


def test_due_lists_follow_recording_and_publication(year: Workspace) -> None:
    """
    A visit without a result is due, then one without publication, then nothing; a correction makes it due again.

    From Wednesday 1 April 2026: 2–3 April are 1–2, 4–6 are off (Qingming), 7–10 are 3–6, 13–17 7–11, 20–24 12–16, 27–30
    17–20: due on 30 April.
    """
    due = results_due(year)
    assert [(entry.firm_id, entry.due_on, entry.state) for entry in due.publication] == [
        (FIRMS[0], date(2026, 4, 30), DueState.NO_RESULT)
    ]
    assert (due.num_overdue, due.listing, due.unknown_years) == (0, (), ())
    store(year, row(2), row(3, item_id="G02"))
    assert [entry.state for entry in results_due(year).publication] == [DueState.NOT_PUBLIC]
    assert results_due(at(year, date(2026, 5, 6))).num_overdue == 1
    with year.transaction() as connection:
        append_log(connection, year, "publish", {})
    assert results_due(year).publication == ()
    with year.transaction() as connection:
        (entry,) = draw_coverage(connection, year)
    assert (entry.num_drawn, entry.num_recorded, entry.num_complete, entry.num_public) == (2, 1, 1, 1)
    store(at(year, date(2026, 4, 21)), row(2, categories=("pending",), reason="seen later"))
    assert [entry.state for entry in results_due(year).publication] == [DueState.NOT_PUBLIC]


def test_listing_is_due_until_the_firm_is_listed(year: Workspace) -> None:
    """
    A finding that leads to the abnormal list must be decided in ten working days, until an event says it was.

    From 1 April 2026 the sixth working day is 10 April, the tenth is Thursday 16 April.
    """
    store(year, row(2, categories=("unreachable",)))
    (entry,) = results_due(year).listing
    assert (entry.firm_id, entry.due_on, entry.categories) == (FIRMS[0], date(2026, 4, 16), ("unreachable",))
    assert results_due(at(year, date(2026, 4, 17))).num_listing_overdue == 1
    event: dict[str, Any] = {
        "event_id": ["e"],
        "firm_id": [FIRMS[0]],
        "kind": ["unreachable_listing"],
        "occurred_on": [date(2026, 4, 15)],
        "ended_on": [None],
        "amount": [None],
        "detail": [""],
        "source": [""],
    }
    with year.transaction() as connection:
        insert_events(connection, event)
    assert results_due(year).listing == ()


def test_due_list_says_which_year_has_no_notice(year: Workspace) -> None:
    """A check at the end of a year whose next notice is unknown warns; 2027 is not known to the library yet."""
    late = at(year, date(2026, 12, 28))
    store(late, row(2, inspected_on=date(2026, 12, 28)), row(3, item_id="G02", inspected_on=date(2026, 12, 28)))
    due = results_due(late)
    assert max(entry.due_on for entry in due.publication).year == 2027
    assert due.unknown_years in ((2027,), ())  # empty once the library knows the notice of 2027


def test_show_results_counts_categories_of_each_draw(year: Workspace) -> None:
    """Visits by category stand beside the coverage of their draw."""
    store(year, row(2, categories=("pending",)), row(3, item_id="G02"))
    (entry,) = show_results(year)
    assert entry.categories == {"no_problem": 1, "pending": 1}
    assert entry.coverage.num_recorded == 1
