"""
What a visit demands of each department that takes part, and which officers can give it (specification 8.1).

In a joint visit each department sends officers of its own. Departments are told apart by their names on the item list
and on the roster; a name that stands on only one of the two tells nobody apart, so those items and those officers
belong together as the **common** department, written as an empty name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from scheduler.i18n import gettext as _
from scheduler.teams.needs import NeedingItem, NeedingTask
from scheduler.teams.roster import Officer

COMMON = ""
LEAST_OFFICERS = 2  # 国办发〔2015〕58号 and local rules: at least two officers


class DepartmentItem(NeedingItem, Protocol):
    """An item with the department that inspects it."""

    @property
    def department(self) -> str:
        """检查主体, as published."""


class JointTask(NeedingTask, Protocol):
    """A task with the departments that take part."""

    @property
    def initiator(self) -> str:
        """发起部门."""

    @property
    def partners(self) -> tuple[str, ...]:
        """配合部门."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDemand:
    """One item: officers who may check it, at least so many, one of them with the speciality, if it asks for one."""

    item_id: str
    officers_required: int
    speciality: str

    def is_met(self, officers: Sequence[Officer]) -> bool:
        """Whether officers can check the item."""
        allowed = [officer for officer in officers if may_check(officer, self.item_id)]
        skilled = not self.speciality or any(self.speciality in officer.specialities for officer in allowed)
        return skilled and len(allowed) >= self.officers_required


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """
    What the visits of a package demand of one department.

    Attributes
    ----------
    department
        Name of the department, empty for the common one.
    items
        Its items, ascending by id; none where it only takes part.
    """

    department: str
    items: tuple[ItemDemand, ...]

    @property
    def least_officers(self) -> int:
        """Officers it takes at least."""
        return max((item.officers_required for item in self.items), default=LEAST_OFFICERS)

    def is_met(self, officers: Sequence[Officer]) -> bool:
        """Whether officers of the department can make the visit: two or more, one who may lead, every item checked."""
        return (
            len(officers) >= LEAST_OFFICERS
            and any(officer.lead_qualified for officer in officers)
            and all(item.is_met(officers) for item in self.items)
        )

    def missing(self, officers: Sequence[Officer]) -> tuple[str, ...]:
        """What would have to be added to officers so that they can make the visit, in words."""
        lacks = []
        if len(officers) < LEAST_OFFICERS:
            lacks.append(_("{number} more officers").format(number=LEAST_OFFICERS - len(officers)))
        if not any(officer.lead_qualified for officer in officers):
            lacks.append(_("an officer who may lead"))
        for item in self.items:
            allowed = [officer for officer in officers if may_check(officer, item.item_id)]
            if len(allowed) < item.officers_required:
                lacks.append(
                    _("{number} more officers who may check {item}").format(
                        number=item.officers_required - len(allowed), item=item.item_id
                    )
                )
            if item.speciality and not any(item.speciality in officer.specialities for officer in allowed):
                lacks.append(
                    _("an officer with {speciality} who may check {item}").format(
                        speciality=item.speciality, item=item.item_id
                    )
                )
        return tuple(lacks)


def may_check(officer: Officer, item_id: str) -> bool:
    """Whether an item is among those that an officer may check; an officer without a list may check all."""
    return not officer.item_ids or item_id in officer.item_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Departments:
    """The departments told apart: names that stand both on the item list and on the roster."""

    names: frozenset[str]

    def of(self, name: str) -> str:
        """The department of an item or officer with a name; the common one where it tells nobody apart."""
        return name if name in self.names else COMMON


def tell_apart(officers: Iterable[Officer], items: Iterable[DepartmentItem], tasks: Iterable[JointTask]) -> Departments:
    """Departments that both the roster and the lists of items and tasks name."""
    named = {item.department for item in items} | {partner for task in tasks for partner in task.partners}
    return Departments(names=frozenset(named & {officer.department for officer in officers} - {""}))


def demands_of(
    package: str, tasks: Mapping[str, JointTask], items: Mapping[str, DepartmentItem], departments: Departments
) -> tuple[Demand, ...]:
    """
    Demands of a package: the leading department first, the others in ascending order.

    The initiator of its first task leads, where it is one of the departments; otherwise the least of them does.
    """
    served = [tasks[task_id] for task_id in package.split("+")]
    wanted: dict[str, set[str]] = {}
    for item_id in {item_id for task in served for item_id in task.item_ids}:
        wanted.setdefault(departments.of(items[item_id].department), set()).add(item_id)
    for partner in {partner for task in served for partner in task.partners} & departments.names:
        wanted.setdefault(partner, set())
    leading = departments.of(served[0].initiator)
    order = sorted(wanted, key=lambda name: (name != leading, name))
    return tuple(
        Demand(department=name, items=tuple(_item_demand(items[item_id]) for item_id in sorted(wanted[name])))
        for name in order
    )


def _item_demand(item: DepartmentItem) -> ItemDemand:
    return ItemDemand(
        item_id=item.item_id,
        officers_required=max(LEAST_OFFICERS, item.officers_required),
        speciality=item.speciality,
    )
