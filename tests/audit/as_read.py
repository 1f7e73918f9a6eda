"""The engine's officers, recusals, items and tasks as the audit would read them from a record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.audit.context import Item, Lists, Task
from scheduler.audit.officers import Officer
from scheduler.teams.needs import FrozenItem, FrozenTask
from scheduler.teams.roster import LAST_YEAR, Recusal
from scheduler.teams.roster import Officer as EngineOfficer


def officers(roster: Iterable[EngineOfficer]) -> dict[str, Officer]:
    """A roster by officer id."""
    return {
        one.officer_id: Officer(
            officer_id=one.officer_id,
            department=one.department,
            district=one.district,
            certificate_valid_until=str(one.certificate_valid_until),
            specialities=frozenset(one.specialities),
            item_ids=frozenset(one.item_ids),
            lead_qualified=one.lead_qualified,
            expert=one.expert,
            active=one.active,
        )
        for one in roster
    }


def lists(items: Iterable[FrozenItem], tasks: Iterable[FrozenTask]) -> Lists:
    """Items and tasks; every firm is in the range of every task."""
    return Lists(
        items={
            entry.item_id: Item(
                kind="key",
                department=entry.department,
                officers_required=entry.officers_required,
                speciality=entry.speciality,
            )
            for entry in items
        },
        tasks={
            entry.task_id: Task(
                task_id=entry.task_id,
                item_ids=entry.item_ids,
                object_types=(),
                districts=(),
                industries=(),
                libraries=(),
                full_coverage=False,
                starts_on=str(entry.starts_on),
                ends_on=str(entry.ends_on),
                initiator=entry.initiator,
                partners=entry.partners,
            )
            for entry in tasks
        },
    )


def barred(recusals: Iterable[Recusal], first_day: date, *, last_year: bool) -> dict[str, frozenset[str]]:
    """Officers recused from each firm on the first day of the window, for or not for last year's visit."""
    found: dict[str, set[str]] = {}
    for entry in recusals:
        if entry.holds_on(first_day) and (entry.reason == LAST_YEAR) == last_year:
            found.setdefault(entry.firm_id, set()).add(entry.officer_id)
    return {firm: frozenset(officer_ids) for firm, officer_ids in found.items()}
