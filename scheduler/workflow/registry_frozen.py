"""
What an import must leave as it is, because a draw was made by it.

A visit checks the items of the tasks it was drawn for. Were they changed after the commitment, results would belong to
items that nobody was drawn for, and what was published would no longer hold. Names, days and notes may still change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from models.import_rows import tasks_in_draws
from models.registry_rows import load_items, load_tasks
from scheduler.i18n import gettext as _
from scheduler.registry.columns import CheckColumns, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds_lists import ITEMS, TASKS
from scheduler.workflow.workspace import Workspace


def frozen_checks(connection: sa.Connection, workspace: Workspace, kind: Kind) -> tuple[CheckColumns, ...]:
    """Checks that items of tasks, and kinds of items, stay as they were when a draw that stands committed to them."""
    if kind not in (ITEMS, TASKS):
        return ()
    year = workspace.settings.year.year
    used = tasks_in_draws(connection, year)
    tasks = {task.task_id: task for task in load_tasks(connection, year) if task.task_id in used}
    if kind is TASKS:
        remedy = _("leave the items of this task, and make a task of its own for others")
        known = {task_id: (used[task_id], tuple(sorted(task.item_ids))) for task_id, task in tasks.items()}
        return (_unchanged("task_id", "item_ids", known, remedy),)
    draws = {item_id: used[task_id] for task_id, task in sorted(tasks.items()) for item_id in task.item_ids}
    remedy = _("leave the kind of this item, and make an item of its own for the other kind")
    kinds = {item.item_id: (draws[item.item_id], item.kind) for item in load_items(connection) if item.item_id in draws}
    return (_unchanged("item_id", "kind", kinds, remedy),)


def _unchanged(key: str, field: str, known: Mapping[str, tuple[str, object]], remedy: str) -> CheckColumns:
    """Check that the field of a known key is what it was."""

    def check(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
        for place, (name, value) in enumerate(zip(columns[key], columns[field], strict=True)):
            if name not in known or value is None:
                continue
            draw_id, before = known[str(name)]
            found = tuple(sorted(value)) if isinstance(value, tuple) else value
            if found != before:
                message = _("expected what draw {draw_id} was committed to, got something else").format(draw_id=draw_id)
                yield Fault(place=place, field=field, message=message, remedy=remedy)

    return check
