"""Departments, demands and who is barred (specification, section 8.1), read from the frozen lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.audit.context import Lists
from scheduler.audit.officers import Officer, Offices, Team


@dataclass(frozen=True, slots=True)
class Demand:
    """Items of one department, each with the officers it needs and its speciality."""

    department: str
    items: tuple[tuple[str, int, str], ...]

    @property
    def officers_required(self) -> int:
        """The most officers that one of its items needs."""
        return max([2, *(number for _item, number, _speciality in self.items)])

    def met_by(self, officers: Sequence[Officer]) -> bool:
        """Whether officers meet the demand together."""
        if len(officers) < 2 or not any(officer.lead_qualified for officer in officers):
            return False
        for item_id, number, speciality in self.items:
            allowed = [officer for officer in officers if not officer.item_ids or item_id in officer.item_ids]
            skilled = not speciality or any(speciality in officer.specialities for officer in allowed)
            if len(allowed) < number or not skilled:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Part:
    """One department's part of the visit to a firm."""

    firm: str
    district: str
    demand: Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """
    Officers, demands and teams by which visits are matched.

    Attributes
    ----------
    eligible
        Eligible officers, by id.
    told_apart
        Names of the departments that are told apart.
    demands
        Demands of each package, in the order of a visit's parts.
    """

    offices: Offices
    eligible: Mapping[str, Officer]
    told_apart: frozenset[str]
    demands: Mapping[str, tuple[Demand, ...]]

    def department(self, name: str) -> str:
        """The department that a name stands for."""
        return name if name in self.told_apart else ""

    def barred(self, firm: str, *, hard_only: bool = False) -> frozenset[str]:
        """Officers barred from a firm."""
        hard = self.offices.recused.get(firm, frozenset())
        return hard if hard_only else hard | self.offices.met_last_year.get(firm, frozenset())

    def free(self, officer_ids: Iterable[str], barred: frozenset[str]) -> list[Officer]:
        """Those of some officers who may go; who is not eligible does not count (and fails 8.1)."""
        return [self.eligible[one] for one in officer_ids if one in self.eligible and one not in barred]

    def meets(self, team: Team, demand: Demand, barred: frozenset[str]) -> bool:
        """Whether a team fits a part: nobody in it is barred, and it meets the demand."""
        if team.reserve or team.department != demand.department or barred & set(team.officer_ids):
            return False
        return demand.met_by(self.free(team.officer_ids, barred))


def load_roll(offices: Offices, lists: Lists) -> Roll:
    """Tells departments apart and reads the demands of every package drawn."""
    named = {item.department for item in lists.items.values()}
    named |= {partner for task in lists.tasks.values() for partner in task.partners}
    told_apart = frozenset(named & {officer.department for officer in offices.roster.values()}) - {""}
    last_day = offices.window["ends_on"]
    return Roll(
        offices=offices,
        eligible={name: officer for name, officer in offices.roster.items() if not officer.obstacle(last_day)},
        told_apart=told_apart,
        demands={package: _demands(package, lists, told_apart) for package in sorted(set(offices.packages.values()))},
    )


def _demands(package: str, lists: Lists, told_apart: frozenset[str]) -> tuple[Demand, ...]:
    if not lists.is_package(package):
        return ()  # fails its own claim (8.5)
    items: dict[str, list[tuple[str, int, str]]] = {}
    for item_id in sorted(lists.items_of(package) & lists.items.keys()):
        item = lists.items[item_id]
        department = item.department if item.department in told_apart else ""
        items.setdefault(department, []).append((item_id, max(2, item.officers_required), item.speciality))
    tasks = [lists.tasks[task_id] for task_id in package.split("+")]
    for partner in {partner for task in tasks for partner in task.partners} & told_apart:
        items.setdefault(partner, [])
    initiator = tasks[0].initiator if tasks[0].initiator in told_apart else ""
    order = sorted(items)
    if initiator in items:
        order.remove(initiator)
        order.insert(0, initiator)
    return tuple(Demand(department, tuple(items[department])) for department in order)
