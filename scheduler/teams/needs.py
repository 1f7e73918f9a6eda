"""What a visit asks of its team and its day, by package (specification 8.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.items import InspectionItem, Task


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


def package_needs(
    packages: Iterable[str], tasks: Sequence[Task], items: Sequence[InspectionItem]
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


def items_of_package(package: str, tasks: Mapping[str, Task]) -> tuple[str, ...]:
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


def _needs_of(package: str, tasks: Mapping[str, Task], items: Mapping[str, InspectionItem]) -> PackageNeeds:
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
