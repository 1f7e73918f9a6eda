"""Results as pure rules: categories, checks, rounds, events, deadlines, coverage, lists drawn elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from scheduler.agenda.workdays import HolidayNotice, WorkdayCalendar
from scheduler.registry.codes import EventKind, ResultCategory
from scheduler.results.checks import DrawnVisits, check_results
from scheduler.results.columns import ResultColumns
from scheduler.results.coverage import Coverage, coverage
from scheduler.results.deadlines import (
    DueState,
    ListingFinding,
    VisitOutcome,
    listing_deadlines,
    next_deadline,
    publication_deadlines,
)
from scheduler.results.events import inspection_event_id, inspection_events
from scheduler.results.external import check_drawn, group_lists
from scheduler.results.findings import event_detail, event_kind, has_finding
from scheduler.results.rounds import VisitWindow, assign_draws

CALENDAR = WorkdayCalendar()
TODAY = date(2026, 5, 20)
DRAWN = DrawnVisits(
    packages={
        ("2026-1-1", "F1"): "T1",
        ("2026-1-1", "F2"): "T1+T2",
        ("2026-2-1", "F2"): "T2",
        ("2026-X1-1", "F2"): "T2",
    },
    items={"T1": frozenset({"G01"}), "T1+T2": frozenset({"G01", "G02"}), "T2": frozenset({"G02"})},
    drawn_on={"2026-1-1": date(2026, 2, 10), "2026-2-1": date(2026, 5, 10), "2026-X1-1": date(2026, 5, 10)},
)
WINDOWS = {
    "2026-1-1": VisitWindow(
        draw_id="2026-1-1", round_id="2026-1", starts_on=date(2026, 3, 2), ends_on=date(2026, 4, 30)
    ),
    "2026-2-1": VisitWindow(
        draw_id="2026-2-1", round_id="2026-2", starts_on=date(2026, 5, 18), ends_on=date(2026, 8, 31)
    ),
    "2026-X1-1": VisitWindow(
        draw_id="2026-X1-1", round_id="2026-X1", starts_on=date(2026, 5, 11), ends_on=date(2026, 5, 15)
    ),
}


def columns(*rows: tuple[str, str, str, str, date], note: str = "") -> ResultColumns:
    """Results from rows of draw, firm, item, category and day."""
    draw_id, firm_id, item_id, category, day = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return ResultColumns(
        draw_id=draw_id,
        firm_id=firm_id,
        item_id=item_id,
        category=category,
        inspected_on=day,
        note=[note] * len(rows),
    )


DAY = date(2026, 3, 10)
GOOD = ("2026-1-1", "F1", "G01", "no_problem", DAY)


@pytest.mark.parametrize(
    ("categories", "kind", "finding"),
    [
        (set(), EventKind.INSPECTION_CLEAN, False),
        ({"no_problem"}, EventKind.INSPECTION_CLEAN, False),
        ({"no_activity"}, EventKind.INSPECTION_CLEAN, False),
        ({"no_problem", "unreachable"}, EventKind.INSPECTION_PROBLEM, True),
        ({"not_published"}, EventKind.INSPECTION_PROBLEM, True),
        ({"false_publication"}, EventKind.INSPECTION_PROBLEM, True),
        ({"ordered_to_correct"}, EventKind.INSPECTION_PROBLEM, True),
        ({"pending"}, EventKind.INSPECTION_PROBLEM, True),
        ({"pending", "refused"}, EventKind.INSPECTION_REFUSED, True),
    ],
)
def test_categories_of_a_visit_make_its_event(categories: set[str], kind: EventKind, finding: bool) -> None:
    """Refusal outweighs problems, a problem outweighs the items without one; no activity is no finding."""
    assert event_kind(categories) is kind
    assert has_finding(categories) is finding


def test_every_category_is_known_to_the_event_rule() -> None:
    """A category added later must be put among the findings or beside them: eight are settled."""
    assert {str(code) for code in ResultCategory if has_finding({code})} == {
        "not_published",
        "false_publication",
        "unreachable",
        "ordered_to_correct",
        "refused",
        "pending",
    }


def test_event_detail_names_what_was_found() -> None:
    """Codes ascend; the absence of a problem is not worth a word."""
    assert event_detail(["unreachable", "no_problem", "pending", "pending"]) == "pending;unreachable"


def test_good_result_has_no_fault() -> None:
    """A result of a drawn firm, an item of its visit and a possible day passes; so do the first and last day."""
    first = (*GOOD[:4], date(2026, 2, 10))
    last = ("2026-1-1", "F2", "G02", "pending", TODAY)
    also = ("2026-1-1", "F2", "G02", "not_published", TODAY)
    assert check_results(columns(first, last, also), DRAWN, TODAY) == ()
    assert check_results(columns(), DRAWN, TODAY) == ()


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (("2026-1-1", "F9", "G01", "no_problem", DAY), "firm_id", "that draw 2026-1-1 drew"),
        (("2026-9-1", "F1", "G01", "no_problem", DAY), "firm_id", "that draw 2026-9-1 drew"),
        (("2026-1-1", "F1", "G02", "no_problem", DAY), "item_id", "item of the visit (G01)"),
        (("2026-1-1", "F1", "G01", "fine", DAY), "categories", "one of the result categories"),
        (("2026-1-1", "F1", "G01", "no_problem", date(2026, 2, 9)), "inspected_on", "from the draw"),
        (("2026-1-1", "F1", "G01", "no_problem", date(2026, 5, 21)), "inspected_on", "to today"),
    ],
)
def test_bad_result_is_named(row: tuple[str, str, str, str, date], column: str, message: str) -> None:
    """A strange firm, draw, item, category or day is one fault each, at its position."""
    elsewhere = ("2026-1-1", "F2", "G02", "pending", DAY)
    (fault,) = check_results(columns(elsewhere, row), DRAWN, TODAY)
    assert (fault.position, fault.column) == (1, column)
    assert message in fault.message
    assert fault.remedy


def test_no_problem_beside_a_problem_is_a_fault_of_both() -> None:
    """For one item “no problem” excludes everything else; for another item of the visit it does not."""
    results = columns(
        ("2026-1-1", "F2", "G01", "no_problem", DAY),
        ("2026-1-1", "F2", "G02", "pending", DAY),
        ("2026-1-1", "F2", "G01", "unreachable", DAY),
    )
    assert [fault.position for fault in check_results(results, DRAWN, TODAY)] == [0, 2]


def test_item_given_twice_differently_is_a_fault() -> None:
    """The same category on two days is a contradiction; the very same row twice is not."""
    other_day = (*GOOD[:4], date(2026, 3, 11))
    (fault,) = check_results(columns(GOOD, other_day), DRAWN, TODAY)
    assert (fault.position, fault.column) == (1, "item_id")
    assert check_results(columns(GOOD, GOOD), DRAWN, TODAY) == ()


def test_result_columns_of_different_lengths_are_refused() -> None:
    """A ragged bulk cannot be told apart from a shifted one."""
    with pytest.raises(ValueError, match="one length"):
        dataclasses.replace(columns(GOOD), note=[])


def test_digest_of_results_knows_no_order_and_every_column() -> None:
    """Permuted results have the same digest; a changed note has another; none has none."""
    other = ("2026-1-1", "F2", "G02", "pending", DAY)
    assert columns(GOOD, other).digest() == columns(other, GOOD).digest()
    assert columns(GOOD).digest() != columns(GOOD, note="seen").digest()
    assert columns().digest() == ""


def row(**changes: Any) -> Mapping[str, Any]:
    """A parsed row of an import."""
    made = {"firm_id": "F2", "item_id": "G02", "categories": ("pending",), "inspected_on": DAY, "round": None}
    return {**made, **changes}


@pytest.mark.parametrize(
    ("changes", "draw_id"),
    [
        ({"firm_id": "F1", "item_id": "G01"}, "2026-1-1"),  # drawn once
        ({"firm_id": "F1", "item_id": "G09"}, "2026-1-1"),  # drawn once: the item is checked later
        ({"item_id": "G01", "inspected_on": date(2026, 5, 19)}, "2026-1-1"),  # the only visit that checks the item
        ({"inspected_on": DAY}, "2026-1-1"),  # the only visit drawn by then
        ({"inspected_on": date(2026, 5, 19)}, "2026-2-1"),  # the only window that holds the day
        ({"inspected_on": date(2026, 5, 12)}, "2026-X1-1"),
        ({"inspected_on": DAY, "round": 2}, "2026-2-1"),  # the file says so
        ({"round": "2026-2"}, "2026-2-1"),
        ({"round": "X1"}, "2026-X1-1"),
        ({"round": "2026-X1-1"}, "2026-X1-1"),
    ],
)
def test_row_finds_its_draw(changes: dict[str, Any], draw_id: str) -> None:
    """The round named, the item, the day of the draw and the window decide, in this order."""
    assert assign_draws([row(**changes)], DRAWN, WINDOWS) == ([draw_id], [])


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"firm_id": "F9"}, "firm_id", "drawn this year"),
        ({"firm_id": "F1", "item_id": "G01", "round": 2}, "round", "round in which F1 was drawn"),
        ({"inspected_on": date(2026, 5, 16)}, "round", "drawn in several"),  # in nobody's window
        ({"categories": (), "inspected_on": DAY}, "categories", "at least one"),
    ],
)
def test_row_without_a_draw_is_named(changes: dict[str, Any], column: str, message: str) -> None:
    """A row that cannot be placed, or says nothing, is a fault at its number."""
    _draws, (fault,) = assign_draws([row(firm_id="F1", item_id="G01"), row(**changes)], DRAWN, WINDOWS)
    assert (fault.row, fault.column) == (1, column)
    assert message in fault.message


def test_events_are_one_a_visit_on_its_last_day() -> None:
    """Two items on two days make one event on the later one, with an id that recording again repeats."""
    events = inspection_events(
        columns(
            ("2026-1-1", "F2", "G02", "unreachable", date(2026, 3, 12)),
            ("2026-1-1", "F2", "G01", "no_problem", date(2026, 3, 10)),
            ("2026-1-1", "F2", "G02", "pending", date(2026, 3, 13)),
            GOOD,
        )
    )
    assert events["firm_id"] == ["F1", "F2"]
    assert events["kind"] == ["inspection_clean", "inspection_problem"]
    assert events["occurred_on"] == [DAY, date(2026, 3, 13)]
    assert events["detail"] == ["", "pending;unreachable"]
    assert events["source"] == ["2026-1-1", "2026-1-1"]
    assert events["event_id"][1] == inspection_event_id("2026-1-1", "F2")
    assert len(set(events["event_id"])) == 2
    assert all(len(event_id) == 32 for event_id in events["event_id"])


def outcome(**changes: Any) -> VisitOutcome:
    """A visit planned for 13 February 2026 without a result."""
    made = VisitOutcome(
        draw_id="2026-1-1",
        firm_id="F1",
        visit_on=date(2026, 2, 13),
        window_ends_on=date(2026, 2, 28),
        ended_on=None,
        public=False,
        num_items=2,
        num_recorded=0,
    )
    return dataclasses.replace(made, **changes)


def deadlines_of(*outcomes: VisitOutcome, today: date = TODAY, calendar: WorkdayCalendar = CALENDAR) -> list[Any]:
    """Deadline, day of the end and state of each visit, in order."""
    found = publication_deadlines(outcomes, today=today, working_days=20, calendar=calendar)
    return [(entry.due_on, entry.ended_on, entry.state) for entry in found]


def test_result_is_due_twenty_working_days_after_the_check() -> None:
    """
    From Friday 13 February 2026 across the Spring Festival.

    1 is the worked Saturday 14 February; 15–23 are off; 24–28 February (28 is a worked Saturday) are 2–6; 2–6 March are
    7–11; 9–13 March 12–16; 16–19 March 17–20.
    """
    ended = outcome(ended_on=date(2026, 2, 13), num_recorded=2)
    assert deadlines_of(ended) == [(date(2026, 3, 19), date(2026, 2, 13), DueState.NOT_PUBLIC)]


def test_result_is_due_across_labour_day() -> None:
    """From 30 April 2026: 1–5 May are off, 6–9 (9 is a worked Saturday) are 1–4, then 11–15, 18–22, 25–29, 1 June."""
    ended = outcome(ended_on=date(2026, 4, 30), num_recorded=2)
    assert deadlines_of(ended)[0][0] == date(2026, 6, 1)


def test_due_day_follows_a_notice_loaded_from_a_file() -> None:
    """With 1–3 February 2027 off, one working day after 29 January 2027 (a Friday) is 4 February."""
    notice = HolidayNotice(year=2027, holidays=(date(2027, 2, 1), date(2027, 2, 2), date(2027, 2, 3)))
    ended = outcome(ended_on=date(2027, 1, 29), num_recorded=2)
    found = publication_deadlines(
        [ended], today=date(2027, 2, 1), working_days=1, calendar=WorkdayCalendar(notices=(notice,))
    )
    assert found[0].due_on == date(2027, 2, 4)


def test_visit_without_a_result_is_due_once_its_day_is_over() -> None:
    """On its day a visit is still going on; the day after, its result is missing."""
    assert deadlines_of(outcome(), today=date(2026, 2, 13)) == []
    assert deadlines_of(outcome(), today=date(2026, 2, 14)) == [
        (date(2026, 3, 19), date(2026, 2, 13), DueState.NO_RESULT)
    ]


def test_visit_without_a_day_counts_from_the_end_of_the_window() -> None:
    """An unmet visit is not forgotten: from 28 February 20 working days are 2–6, 9–13, 16–20, 23–27 March."""
    assert deadlines_of(outcome(visit_on=None)) == [(date(2026, 3, 27), date(2026, 2, 28), DueState.NO_RESULT)]


def test_public_and_complete_result_is_not_due() -> None:
    """What is public is done; what is public but lacks an item is not."""
    done = outcome(ended_on=DAY, public=True, num_recorded=2)
    partly = outcome(ended_on=DAY, public=True, num_recorded=1)
    assert deadlines_of(done) == []
    assert [state for _due, _ended, state in deadlines_of(partly)] == [DueState.NO_RESULT]


def test_deadlines_come_in_order_and_the_next_is_the_first_not_over() -> None:
    """Overdue means after the day due, not on it."""
    late = outcome(firm_id="F2", ended_on=date(2026, 2, 13), num_recorded=2)
    soon = outcome(firm_id="F1", ended_on=date(2026, 4, 30), num_recorded=2)
    found = publication_deadlines([soon, late], today=TODAY, working_days=20, calendar=CALENDAR)
    assert [entry.firm_id for entry in found] == ["F2", "F1"]
    assert [entry.overdue(date(2026, 6, 1)) for entry in found] == [True, False]
    assert next_deadline(found, TODAY) == date(2026, 6, 1)
    assert next_deadline(found, date(2026, 6, 2)) is None


def test_listing_is_due_ten_working_days_after_the_first_finding() -> None:
    """From 13 February 2026 the 10th working day is 5 March (6th is 28 February, 7–10 are 2–5 March)."""
    found = [
        ListingFinding(draw_id="2026-1-1", firm_id="F1", category=code, inspected_on=day, decided=firm_decided)
        for code, day, firm_decided in (
            ("unreachable", date(2026, 2, 24), False),
            ("not_published", date(2026, 2, 13), False),
            ("false_publication", date(2026, 2, 12), True),
        )
    ]
    (entry,) = listing_deadlines(found, working_days=10, calendar=CALENDAR)
    assert (entry.due_on, entry.inspected_on) == (date(2026, 3, 5), date(2026, 2, 13))
    assert entry.categories == ("not_published", "unreachable")
    assert not entry.overdue(date(2026, 3, 5))
    assert entry.overdue(date(2026, 3, 6))


def test_coverage_counts_each_stage() -> None:
    """Five visits of one draw: one without a day, one to come, one over, one half recorded, one complete and public."""
    outcomes = [
        outcome(firm_id="F1", visit_on=None),
        outcome(firm_id="F2", visit_on=date(2026, 6, 1)),
        outcome(firm_id="F3", visit_on=TODAY),
        outcome(firm_id="F4", ended_on=DAY, num_recorded=1),
        outcome(firm_id="F5", visit_on=None, ended_on=DAY, num_recorded=2, public=True),
        outcome(firm_id="F1", draw_id="2026-2-1"),
    ]
    first, second = coverage(outcomes, TODAY)
    assert first == Coverage(
        draw_id="2026-1-1",
        num_drawn=5,
        num_dated=3,
        num_visited=3,
        num_recorded=2,
        num_complete=1,
        num_public=1,
    )
    assert (second.draw_id, second.num_drawn) == ("2026-2-1", 1)


def drawn_row(**changes: Any) -> Mapping[str, Any]:
    """A parsed row of a list drawn elsewhere."""
    made = {
        "firm_id": "F2",
        "task_ids": ("T1",),
        "round": "Province 1",
        "drawn_by": "Province",
        "drawn_on": DAY,
    }
    return {**made, **changes}


def test_rows_make_lists_by_name_drawer_and_day() -> None:
    """Rows of one draw come together in order of firm; a firm twice is one visit for all its tasks."""
    lists = group_lists(
        [
            drawn_row(),
            drawn_row(firm_id="F1", task_ids=("T2", "T1")),
            drawn_row(task_ids=("T3",)),
            drawn_row(round="Province 0"),
        ]
    )
    assert [entry.name for entry in lists] == ["Province 0", "Province 1"]
    assert lists[1].firm_id == ("F1", "F2")
    assert lists[1].package == ("T1+T2", "T1+T3")
    labels = {"F1": ("A\tB", "R"), "F2": ("", "")}
    assert lists[1].content(labels).decode() == (
        "firm_id\tname\tregistrar\tpackage\tcounting\nF1\tA B\tR\tT1+T2\t0\nF2\t\t\tT1+T3\t0\n"
    )


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"firm_id": "F9"}, "firm_id"),
        ({"task_ids": ("T9",)}, "task_ids"),
        ({"task_ids": ()}, "task_ids"),
        ({"drawn_on": date(2026, 5, 21)}, "drawn_on"),
    ],
)
def test_bad_row_drawn_elsewhere_is_named(changes: dict[str, Any], column: str) -> None:
    """A strange firm or task, no task, or a day to come is a fault at its row."""
    rows = [drawn_row(), drawn_row(**changes)]
    (fault,) = check_drawn(rows, known_firms=["F2"], known_tasks=["T1"], today=TODAY)
    assert (fault.row, fault.column) == (1, column)
