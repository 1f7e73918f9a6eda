"""
Officers' time: what each district, department and speciality can give in a round, and what a visit takes of it.

A **resource** is a department and a speciality, either empty for all. Every visit takes hours of all officers; where
the policy distinguishes departments or specialities, it also takes hours of those that it needs. An officer with
several specialities stands in the hours of each: the limits are necessary for a roster to suffice, and the assignment
of officers afterwards finds what they leave open (field notes: the Fano plane).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from scheduler.allocation.packages import duration_of_visit, officers_of_visit
from scheduler.allocation.policy import CapacityChange, CapacityPolicy
from scheduler.allocation.target import PlannedRound
from scheduler.registry.items import InspectionItem, Task


class Post(NamedTuple):
    """What officers have in common who count as one group: district, department, specialities in ascending order."""

    district: str
    department: str = ""
    specialities: tuple[str, ...] = ()


class Resource(NamedTuple):
    """Whose hours: a department and a speciality, empty for all."""

    department: str = ""
    speciality: str = ""


ALL_OFFICERS = Resource()
Hours = Mapping[tuple[str, Resource], float]  # by district and resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """An arc of the lending network: officers of one district who may serve in another, and what an hour costs."""

    lender: str
    borrower: str
    cost_per_hour: float


def resources(
    capacity: CapacityPolicy, tasks: Sequence[Task], items: Mapping[str, InspectionItem]
) -> tuple[Resource, ...]:
    """
    Resources that the policy distinguishes and some task needs, all officers first, then in ascending order.

    A department is that of an item, or a partner of a task.
    """
    needed = [items[item_id] for task in tasks for item_id in task.item_ids]
    found = {Resource(department=change.department, speciality=change.speciality) for change in capacity.changes}
    if "department" in capacity.distinguish:
        found |= {Resource(department=name) for task in tasks for name in departments_of([task], items)}
    if "speciality" in capacity.distinguish:
        found |= {Resource(speciality=item.speciality) for item in needed if item.speciality}
    if len(capacity.distinguish) > 1:
        found |= {Resource(item.department, item.speciality) for item in needed if item.department and item.speciality}
    return (ALL_OFFICERS, *sorted(found - {ALL_OFFICERS}))


def departments_of(tasks: Sequence[Task], items: Mapping[str, InspectionItem]) -> tuple[str, ...]:
    """
    Departments that take part in a visit for some tasks, in ascending order: those of its items, and partners.

    The initiator takes part through its items; its name on a plan is often that of the authority, not the department.
    """
    found = {items[item_id].department for task in tasks for item_id in task.item_ids}
    found |= {name for task in tasks for name in task.partners}
    return tuple(sorted(found - {""}))


def demand(
    task_ids: Sequence[str],
    resource: Resource,
    tasks: Mapping[str, Task],
    items: Mapping[str, InspectionItem],
    capacity: CapacityPolicy,
    district: str,
) -> float:
    """
    Hours that one visit takes of a resource.

    All officers of the visit: their number times its duration. A speciality: one officer. A department: all officers
    where it comes alone; in a joint visit the officers are shared out evenly, at least one of each department.
    """
    served = [tasks[task_id] for task_id in task_ids]
    needed = [items[item_id] for task in served for item_id in task.item_ids]
    duration = duration_of_visit(task_ids, tasks, items, capacity, district)
    if resource.speciality:
        fits = any(
            item.speciality == resource.speciality and resource.department in ("", item.department) for item in needed
        )
        return duration if fits else 0.0
    officers = officers_of_visit(task_ids, tasks, items, capacity)
    if not resource.department:
        return officers * duration
    departments = departments_of(served, items)
    if resource.department not in departments:
        return 0.0
    return -(-officers // len(departments)) * duration


def officer_hours(
    officers: Mapping[Post, int],
    entry: PlannedRound,
    rounds: Sequence[PlannedRound],
    capacity: CapacityPolicy,
    wanted: Sequence[Resource] = (ALL_OFFICERS,),
) -> dict[tuple[str, Resource], float]:
    """
    Officer-hours that each district can give in a round, the reserve kept, for each resource.

    An officer's hours of the year are spread over all rounds, open ones included, in proportion to their days. Changes
    of the policy come on top, whole in their round or spread likewise; hours never fall below 0.
    """
    share = Fraction(entry.num_days, sum(every.num_days for every in rounds))
    hours: dict[tuple[str, Resource], Fraction] = defaultdict(Fraction)
    for post, number in officers.items():
        yearly, reserve = capacity.of_officers(post.district, post.department)
        given = Fraction(yearly) * (1 - Fraction(reserve)) * share * number
        for resource in wanted:
            if resource.department in ("", post.department) and resource.speciality in ("", *post.specialities):
                hours[post.district, resource] += given
    for change in capacity.changes:
        _change(hours, change, entry, share, wanted)
    return {key: float(max(Fraction(0), value)) for key, value in sorted(hours.items())}


def _change(
    hours: dict[tuple[str, Resource], Fraction],
    change: CapacityChange,
    entry: PlannedRound,
    share: Fraction,
    wanted: Sequence[Resource],
) -> None:
    """Adds a change to its resource and to the wider ones that hold it: a food officer is an officer too."""
    if change.round not in (None, entry.number):
        return
    given = Fraction(change.hours) * (share if change.round is None else 1)
    for resource in wanted:
        if resource.department in ("", change.department) and resource.speciality in ("", change.speciality):
            hours[change.district, resource] += given


def lending(capacity: CapacityPolicy, bureau: str, districts: Sequence[str]) -> tuple[Lending, ...]:
    """
    Arcs by which officers can serve in another district: from the bureau's own to all, and between neighbours.

    Parameters
    ----------
    districts
        Codes of the districts with firms or officers, ascending.
    """
    own = [Lending(lender=bureau, borrower=district, cost_per_hour=0.0) for district in districts]
    between = [
        Lending(lender=lender, borrower=district, cost_per_hour=float(capacity.lending_cost))
        for district in districts
        for lender in sorted(capacity.neighbours.get(district, ()))
        if lender != bureau
    ]
    return (*own, *between)
