"""What a visit asks of its team and its day, by package (specification 8.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from scheduler.draw.canonical import parse_table, split_list
from scheduler.errors import StateError
from scheduler.i18n import gettext as _

ITEMS_NAME = "items.tsv"
ITEM_COLUMNS = (
    "item_id",
    "category",
    "name",
    "object_description",
    "kind",
    "method",
    "department",
    "basis",
    "ratio_text",
    "officers_required",
    "speciality",
)
TASKS_NAME = "tasks.tsv"
TASK_COLUMNS = (
    "task_id",
    "name",
    "item_ids",
    "object_types",
    "districts",
    "industries",
    "libraries",
    "full_coverage",
    "ratio_min_micro",
    "ratio_max_micro",
    "starts_on",
    "ends_on",
    "initiator",
    "partners",
    "mode",
    "note",
)


class NeedingItem(Protocol):
    """What of an item decides its needs."""

    @property
    def item_id(self) -> str:
        """Its id."""

    @property
    def officers_required(self) -> int:
        """Officers it needs."""

    @property
    def speciality(self) -> str:
        """Speciality it needs, or empty."""


class NeedingTask(Protocol):
    """What of a task decides its needs."""

    @property
    def task_id(self) -> str:
        """Its id."""

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Its items."""

    @property
    def starts_on(self) -> date:
        """First day."""

    @property
    def ends_on(self) -> date:
        """Last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenItem:
    """An item as a commitment froze it."""

    item_id: str
    department: str
    officers_required: int
    speciality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTask:
    """A task as a commitment froze it."""

    task_id: str
    item_ids: tuple[str, ...]
    starts_on: date
    ends_on: date
    initiator: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageNeeds:
    """
    Needs of the visits of one package.

    Attributes
    ----------
    package
        Its task ids, joined by "+".
    specialities
        Specialities that its items need, ascending.
    officers_required
        Greatest number of officers that one of its items needs.
    starts_on, ends_on
        Days on which all its tasks run; none where `ends_on` lies first.
    """

    package: str
    specialities: tuple[str, ...]
    officers_required: int
    starts_on: date
    ends_on: date

    def document(self) -> dict[str, Any]:
        """The needs as they stand in `officers.json`."""
        return {
            "package": self.package,
            "specialities": list(self.specialities),
            "officers_required": self.officers_required,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
        }


def parse_items(content: bytes) -> tuple[FrozenItem, ...]:
    """Items of an `items.tsv`."""
    return tuple(
        FrozenItem(
            item_id=row[0],
            department=row[ITEM_COLUMNS.index("department")],
            officers_required=int(row[ITEM_COLUMNS.index("officers_required")]),
            speciality=row[ITEM_COLUMNS.index("speciality")],
        )
        for row in _rows(content, ITEM_COLUMNS, ITEMS_NAME)
    )


def parse_tasks(content: bytes) -> tuple[FrozenTask, ...]:
    """Tasks of a `tasks.tsv`."""
    starts_on, ends_on = TASK_COLUMNS.index("starts_on"), TASK_COLUMNS.index("ends_on")
    return tuple(
        FrozenTask(
            task_id=row[0],
            item_ids=tuple(row[TASK_COLUMNS.index("item_ids")].split(";")),
            starts_on=date.fromisoformat(row[starts_on]),
            ends_on=date.fromisoformat(row[ends_on]),
            initiator=row[TASK_COLUMNS.index("initiator")],
            partners=split_list(row[TASK_COLUMNS.index("partners")]),
        )
        for row in _rows(content, TASK_COLUMNS, TASKS_NAME)
    )


def _rows(content: bytes, header: Sequence[str], name: str) -> list[tuple[str, ...]]:
    return list(zip(*parse_table(content, header, name), strict=True))


def package_needs(
    packages: Iterable[str], tasks: Sequence[NeedingTask], items: Sequence[NeedingItem]
) -> Mapping[str, PackageNeeds]:
    """
    Needs of each package, in ascending order of package.

    Raises
    ------
    StateError
        If a package names a task that the year does not have, or a task an item that is not on the list.
    """
    task_by_id = {task.task_id: task for task in tasks}
    item_by_id = {item.item_id: item for item in items}
    return {package: _needs_of(package, task_by_id, item_by_id) for package in sorted(set(packages))}


def items_of_package(package: str, tasks: Mapping[str, NeedingTask]) -> tuple[str, ...]:
    """
    Item ids that a visit of the package checks, ascending.

    Raises
    ------
    StateError
        If the package names a task that the year does not have.
    """
    missing = [task_id for task_id in package.split("+") if task_id not in tasks]
    if missing:
        raise StateError(
            _("expected a task of the year in package {package}, got {task}; import the task list again").format(
                package=package, task=missing[0]
            )
        )
    return tuple(sorted({item_id for task_id in package.split("+") for item_id in tasks[task_id].item_ids}))


def _needs_of(package: str, tasks: Mapping[str, NeedingTask], items: Mapping[str, NeedingItem]) -> PackageNeeds:
    item_ids = items_of_package(package, tasks)
    missing = [item_id for item_id in item_ids if item_id not in items]
    if missing:
        raise StateError(
            _("expected an item of the list in package {package}, got {item}; import the item list again").format(
                package=package, item=missing[0]
            )
        )
    served = [tasks[task_id] for task_id in package.split("+")]
    checked = [items[item_id] for item_id in item_ids]
    return PackageNeeds(
        package=package,
        specialities=tuple(sorted({item.speciality for item in checked} - {""})),
        officers_required=max(item.officers_required for item in checked),
        starts_on=max(task.starts_on for task in served),
        ends_on=min(task.ends_on for task in served),
    )
