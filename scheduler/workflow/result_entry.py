"""Records the result of one visit given on the command line, and tells what was recorded of a firm before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.follow_up_rows import Replaced, load_replaced
from models.registry_rows import load_tasks
from models.results_rows import load_draw_windows, load_packages
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import Measure, ResultCategory
from scheduler.results.rounds import is_round
from scheduler.teams.needs import items_of_package
from scheduler.workflow.results import ResultsSummary, store_results
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One visit's result.

    Attributes
    ----------
    firm_id, inspected_on
        The firm and the day its check ended.
    found
        Categories of each item that is named.
    others_clean
        Whether all other items of the visit had no problem.
    round
        Name of the round; empty where the firm was drawn once.
    officers
        Names or numbers of those who checked; empty for not told.
    note, reason
        Evidence, and why something recorded is changed.
    measure, settled, follow_up_by
        What follows for the items with a finding; None for nothing yet.
    """

    firm_id: str
    inspected_on: date
    found: Mapping[str, tuple[ResultCategory, ...]]
    others_clean: bool
    round: str = ""
    officers: tuple[str, ...] = ()
    note: str = ""
    reason: str = ""
    measure: Measure | None = None
    settled: bool = False
    follow_up_by: date | None = None


def add_result(workspace: Workspace, entry: Entry, *, dry_run: bool = False) -> ResultsSummary:
    """
    Records the result of one visit.

    Raises
    ------
    UsageError
        If nothing was said of any item.
    InputError
        If the firm was not drawn, or an item, day, officer or category cannot be.
    """
    with workspace.transaction() as connection:
        others = _items_of_visit(connection, workspace, entry) if entry.others_clean else ()
        found = {**dict.fromkeys(others, (ResultCategory.NO_PROBLEM,)), **entry.found}
        if not found:
            raise UsageError(_("expected what was found: --found ITEM=CATEGORY, or --clean for no problem anywhere"))
        summary = store_results(connection, workspace, _rows(entry, found))
        if dry_run:
            connection.rollback()
        return summary


def _items_of_visit(connection: sa.Connection, workspace: Workspace, entry: Entry) -> tuple[str, ...]:
    """Items of the one visit meant; one without a name where the firm was never drawn, so that the check says so."""
    year = workspace.settings.year.year
    windows = load_draw_windows(connection, year)
    drawn = [
        package
        for (draw_id, firm_id), package in load_packages(connection, windows).items()
        if firm_id == entry.firm_id and (not entry.round or is_round(windows[draw_id], entry.round))
    ]
    if len(drawn) > 1:
        raise UsageError(
            _("{firm} was drawn in several rounds; name the one that is meant with --round").format(firm=entry.firm_id)
        )
    tasks = {task.task_id: task for task in load_tasks(connection, year)}
    return items_of_package(drawn[0], tasks) if drawn else ("",)


def _rows(entry: Entry, found: Mapping[str, Sequence[ResultCategory]]) -> list[dict[str, Any]]:
    rows = []
    for number, (item_id, categories) in enumerate(sorted(found.items()), start=1):
        problem = ResultCategory.NO_PROBLEM not in categories and ResultCategory.NO_ACTIVITY not in categories
        rows.append(
            {
                "firm_id": entry.firm_id,
                "item_id": item_id,
                "categories": tuple(categories),
                "inspected_on": entry.inspected_on,
                "note": entry.note if problem or len(found) == 1 else "",
                "round": entry.round or None,
                "officers": entry.officers,
                "reason": entry.reason,
                "measure": entry.measure if problem else None,
                "settled": entry.settled and problem,
                "follow_up_by": entry.follow_up_by if problem else None,
                "row": number,
                "sheet": "",
                "file": "",
            }
        )
    return rows


def result_history(workspace: Workspace, firm_id: str) -> tuple[Replaced, ...]:
    """What corrections took away at a firm, oldest first; nothing is changed."""
    with workspace.transaction() as connection:
        return load_replaced(connection, firm_id)
