"""
Keeps what inspections found: checks it against the draws, replaces corrected results, feeds events back to risk.

Results of an item of a visit stand together: recording other ones replaces all of them, needs a reason, and what stood
there stays in the history; the log keeps the digests of both. Recording the same results again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.follow_up_rows import Correction, keep_replaced
from models.registry_rows import insert_events, load_tasks
from models.results_rows import (
    count_categories,
    delete_events,
    delete_results,
    insert_results,
    load_draw_windows,
    load_packages,
    load_results,
)
from scheduler.results.checks import DrawnVisits, ResultFault, check_results
from scheduler.results.columns import ItemKey, ResultColumns
from scheduler.results.events import inspection_event_id, inspection_events
from scheduler.results.findings import LISTING_CATEGORIES
from scheduler.results.rounds import RowFault, VisitWindow, assign_draws
from scheduler.teams.needs import items_of_package
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.entries import add_row_steps, check_entries, missing_reasons, row_key
from scheduler.workflow.external import ExternalSummary, store_drawn
from scheduler.workflow.log import append_log
from scheduler.workflow.problems import raise_problems, row_problem
from scheduler.workflow.workspace import Workspace

__all__ = ["ACTION", "ExternalSummary", "ResultsSummary", "record_results", "store_drawn", "store_results"]

ACTION = "record results"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingNotice:
    """Visits whose categories lead to the abnormal-operation list, and the day by which the first must be decided."""

    num_visits: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsSummary:
    """
    What recording did.

    Attributes
    ----------
    num_visits, num_items
        Visits and items given.
    num_new, num_replaced, num_unchanged
        Items without a result before, with another one, and with the same.
    num_steps
        Steps of follow-ups added.
    categories
        Visits by category, over all results of the draws concerned.
    listing
        What must be decided about the abnormal-operation list; None for nothing.
    """

    num_visits: int
    num_items: int
    num_new: int
    num_replaced: int
    num_unchanged: int
    num_steps: int = 0
    categories: Mapping[str, int]
    listing: ListingNotice | None = None


def store_results(connection: sa.Connection, workspace: Workspace, rows: Iterable[Mapping[str, Any]]) -> ResultsSummary:
    """
    Records the rows of an import.

    Parameters
    ----------
    rows
        Parsed rows with `firm_id`, `item_id`, `categories`, `inspected_on`, `note`, `round` (None where the firm was
        drawn once), if there are any `officers`, `measure`, `settled`, `follow_up_by` and `reason`, and `row`, `sheet`,
        `file` for messages.

    Raises
    ------
    InputError
        If a row speaks of a firm, item, day, category or officer that cannot be, or changes what is recorded without a
        reason; every problem is named with its row.
    """
    given = list(rows)
    drawn, windows = _drawn_visits(connection, workspace)
    draw_ids, row_faults = assign_draws(given, drawn, windows)
    faults: list[tuple[int, ResultFault | RowFault]] = [(fault.row, fault) for fault in row_faults]
    wrong = {row for row, _fault in faults}
    origin, results = _columns_of_rows(given, draw_ids, wrong)
    faults += [(origin[fault.position], fault) for fault in check_results(results, drawn, workspace.today)]
    faults += [(fault.row, fault) for fault in check_entries(connection, given, draw_ids, wrong)]
    change = _change(connection, results)
    keys = {number: row_key(row, draw_ids[number]) for number, row in enumerate(given) if number not in wrong}
    reasons = _reasons(given, keys)
    faults += [(fault.row, fault) for fault in missing_reasons(keys, change.replaced, reasons)]
    raise_problems([row_problem(given[row], fault) for row, fault in sorted(faults, key=lambda entry: entry[0])])
    num_steps = add_row_steps(connection, workspace, [(key, given[number]) for number, key in sorted(keys.items())])
    return _record(connection, workspace, results, change, reasons, num_steps)


def record_results(
    connection: sa.Connection, workspace: Workspace, columns: Mapping[str, Sequence[Any]], *, reason: str = ""
) -> ResultsSummary:
    """
    Records a bulk of results.

    Parameters
    ----------
    columns
        `draw_id`, `firm_id`, `item_id`, `category`, `inspected_on` and, if there are any, `note`: one position for each
        category of each item.
    reason
        Why results that are recorded already are changed, where some are.

    Raises
    ------
    InputError
        If a position speaks of a firm, item, day or category that cannot be, or changes what is recorded without a
        reason; `row` counts from 1.
    """
    notes = columns.get("note") or [""] * len(columns["firm_id"])
    names = [name for name in ResultColumns.__slots__ if name != "note"]
    results = ResultColumns(note=notes, **{name: columns[name] for name in names})
    drawn, _windows = _drawn_visits(connection, workspace, set(results.draw_id))
    faults: list[ResultFault | RowFault] = list(check_results(results, drawn, workspace.today))
    change = _change(connection, results)
    reasons = dict.fromkeys(change.replaced, reason)
    faults += missing_reasons(dict(enumerate(results.items())), change.replaced, reasons)
    raise_problems([row_problem({"row": _position(fault) + 1}, fault) for fault in faults])
    return _record(connection, workspace, results, change, reasons, 0)


def _position(fault: ResultFault | RowFault) -> int:
    return fault.row if isinstance(fault, RowFault) else fault.position


def _reasons(rows: Sequence[Mapping[str, Any]], keys: Mapping[int, ItemKey]) -> dict[ItemKey, str]:
    """The first reason given for each item that has one."""
    reasons: dict[ItemKey, str] = {}
    for number, key in keys.items():
        reason = str(rows[number].get("reason") or "").strip()
        if reason:
            reasons.setdefault(key, reason)
    return reasons


def _drawn_visits(
    connection: sa.Connection, workspace: Workspace, draw_ids: Collection[str] | None = None
) -> tuple[DrawnVisits, dict[str, VisitWindow]]:
    """Visits of the year's draws that stand, or of some of them."""
    year = workspace.settings.year.year
    stored = load_draw_windows(connection, year)
    kept = {draw_id: window for draw_id, window in stored.items() if draw_ids is None or draw_id in draw_ids}
    packages = load_packages(connection, kept)
    tasks = {task.task_id: task for task in load_tasks(connection, year)}
    items = {package: frozenset(items_of_package(package, tasks)) for package in sorted(set(packages.values()))}
    drawn_on = {draw_id: window.drawn_on for draw_id, window in kept.items()}
    windows = {
        draw_id: VisitWindow(
            draw_id=draw_id, round_id=window.round_id, starts_on=window.starts_on, ends_on=window.ends_on
        )
        for draw_id, window in kept.items()
    }
    return DrawnVisits(packages=packages, items=items, drawn_on=drawn_on), windows


def _columns_of_rows(
    rows: Sequence[Mapping[str, Any]], draw_ids: Sequence[str], wrong: Collection[int]
) -> tuple[list[int], ResultColumns]:
    """Positions of the rows that are not wrong yet, one for each category, and the row each comes from."""
    origin = [number for number, row in enumerate(rows) if number not in wrong for _category in row["categories"]]
    categories = [
        str(category) for number, row in enumerate(rows) if number not in wrong for category in row["categories"]
    ]
    return origin, ResultColumns(
        draw_id=[draw_ids[number] for number in origin],
        firm_id=[rows[number]["firm_id"] for number in origin],
        item_id=[rows[number]["item_id"] for number in origin],
        category=categories,
        inspected_on=[rows[number]["inspected_on"] for number in origin],
        note=[rows[number].get("note") or "" for number in origin],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is recorded of the draws concerned, items to be written, and those of them that are recorded already."""

    before: ResultColumns
    changed: set[ItemKey]
    replaced: set[ItemKey]


def _change(connection: sa.Connection, results: ResultColumns) -> _Change:
    before = load_results(connection, sorted(set(results.draw_id)))
    changed = _changed_items(before, results)
    return _Change(before=before, changed=changed, replaced=changed & set(before.items()))


def _record(
    connection: sa.Connection,
    workspace: Workspace,
    results: ResultColumns,
    change: _Change,
    reasons: Mapping[ItemKey, str],
    num_steps: int,
) -> ResultsSummary:
    draw_ids = sorted(set(results.draw_id))
    before, changed, replaced = change.before, change.changed, change.replaced
    if changed:
        written = _distinct(results.where([key in changed for key in results.items()]))
        removed = before.where([key in replaced for key in before.items()])
        number = append_log(
            connection,
            workspace,
            ACTION,
            {"draw_ids": draw_ids, "items": len(changed), "replaced": len(replaced)},
            before=removed.digest(),
            after=written.digest(),
        )
        correction = Correction(
            log_number=number,
            on=workspace.today,
            actor=workspace.actor,
            reasons={key: reasons[key] for key in replaced},
        )
        keep_replaced(connection, correction)
        delete_results(connection, replaced)
        insert_results(connection, written, workspace.today)
        _feed_events(connection, before, replaced, written)
    return ResultsSummary(
        num_visits=len(set(results.visits())),
        num_items=len(set(results.items())),
        num_new=len(changed) - len(replaced),
        num_replaced=len(replaced),
        num_unchanged=len(set(results.items())) - len(changed),
        num_steps=num_steps,
        categories=count_categories(connection, draw_ids),
        listing=_listing(connection, workspace, results),
    )


def _listing(connection: sa.Connection, workspace: Workspace, results: ResultColumns) -> ListingNotice | None:
    """Visits whose categories lead to the abnormal-operation list, and by when the first of them must be decided."""
    found = [code in LISTING_CATEGORIES for code in results.category]
    if not any(found):
        return None
    leading = results.where(found)
    calendar = working_calendar(connection, workspace)
    due_on = calendar.add_working_days(min(leading.inspected_on), workspace.settings.results.abnormal_working_days)
    return ListingNotice(num_visits=len(set(leading.visits())), due_on=due_on)


def _changed_items(before: ResultColumns, results: ResultColumns) -> set[ItemKey]:
    """Items of visits that are to be written, because nothing or something else is known of them."""
    if not len(before):
        return set(results.items())
    old, new = _by_item(before), _by_item(results)
    return {key for key, found in new.items() if old.get(key) != found}


def _by_item(results: ResultColumns) -> dict[ItemKey, set[tuple[Any, ...]]]:
    """What was found for each item of each visit."""
    found: dict[ItemKey, set[tuple[Any, ...]]] = {}
    rows = zip(results.items(), results.category, results.inspected_on, results.note, strict=True)
    for key, category, day, note in rows:
        found.setdefault(key, set()).add((category, day, note))
    return found


def _distinct(results: ResultColumns) -> ResultColumns:
    """The same results without those given twice."""
    seen: set[tuple[str, ...]] = set()
    keep = []
    for item, category in zip(results.items(), results.category, strict=True):
        key = (*item, category)
        keep.append(key not in seen)
        seen.add(key)
    return results if all(keep) else results.where(keep)


def _feed_events(
    connection: sa.Connection, before: ResultColumns, replaced: Collection[ItemKey], written: ResultColumns
) -> None:
    """Makes the event of each visit that has new results, from all its results."""
    visits = set(written.visits())
    kept = [key not in replaced and key[:2] in visits for key in before.items()]
    others = before.where(kept)
    delete_events(connection, [inspection_event_id(*visit) for visit in sorted(visits & set(before.visits()))])
    insert_events(connection, inspection_events(written.with_rows_of(others)))
