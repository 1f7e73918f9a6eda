"""An item and a task of the lists with nothing special about them; a test names what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from scheduler.registry.codes import ItemKind, ItemMethod
from scheduler.registry.items import MICRO, InspectionItem, Task, TaskRange


def item(item_id: str, **changes: Any) -> InspectionItem:
    """A general item of half an hour on site for two officers, but for the changes."""
    plain: dict[str, Any] = {
        "category": "c",
        "name": "n",
        "object_description": "",
        "kind": ItemKind.GENERAL,
        "method": ItemMethod.ON_SITE,
        "department": "d",
        "basis": "b",
        "ratio_text": "",
        "speciality": "",
        "effort_minutes": 30,
        "officers_required": 2,
    }
    return InspectionItem(item_id=item_id, **{**plain, **changes})


def task(task_id: str, *item_ids: str, **changes: Any) -> Task:
    """A task for every firm, of any ratio, that runs the whole of 2026, but for the changes."""
    plain: dict[str, Any] = {
        "name": "t",
        "range": TaskRange(),
        "full_coverage": False,
        "ratio_min_micro": 0,
        "ratio_max_micro": MICRO,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "initiator": "d",
        "partners": (),
        "mode": "",
        "credit_requirement": "",
        "note": "",
    }
    return Task(task_id=task_id, item_ids=item_ids, **{**plain, **changes})
