"""
A list drawn elsewhere 上级抽取名单 (specification, section 2): nothing in it can be recomputed, it is kept as given.

In Shandong the province may draw the firms. Such a list goes through officers, days, results and publication like our
own, is marked "not verifiable here", and does not count towards the bureau's own target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.draw.canonical import table_bytes
from scheduler.draw.files import DRAWN_COLUMNS
from scheduler.i18n import gettext as _
from scheduler.results.rounds import RowFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalList:
    """
    One list drawn elsewhere.

    Attributes
    ----------
    name, drawn_by, drawn_on
        Name of the draw, who drew, and when.
    firm_id, package
        Firms in ascending order and the package of each, of one length.
    """

    name: str
    drawn_by: str
    drawn_on: date
    firm_id: tuple[str, ...]
    package: tuple[str, ...]

    def content(self, labels: Mapping[str, tuple[str, str]]) -> bytes:
        """The file `drawn.tsv`, with names and registrars as the register has them."""
        rows = [
            (firm_id, *map(_plain, labels[firm_id]), package, "0")
            for firm_id, package in zip(self.firm_id, self.package, strict=True)
        ]
        return table_bytes(DRAWN_COLUMNS, rows)


def group_lists(rows: Sequence[Mapping[str, Any]]) -> tuple[ExternalList, ...]:
    """
    Lists that the rows of an import make up, one for each name, drawer and day, in ascending order of day and name.

    A firm that stands in a list twice is visited once, for all tasks it was drawn for.
    """
    lists: dict[tuple[date, str, str], dict[str, set[str]]] = {}
    for row in rows:
        firms = lists.setdefault((row["drawn_on"], row["round"], row["drawn_by"]), {})
        firms.setdefault(row["firm_id"], set()).update(row["task_ids"])
    return tuple(
        ExternalList(
            name=name,
            drawn_by=drawn_by,
            drawn_on=drawn_on,
            firm_id=tuple(sorted(firms)),
            package=tuple("+".join(sorted(firms[firm_id])) for firm_id in sorted(firms)),
        )
        for (drawn_on, name, drawn_by), firms in sorted(lists.items())
    )


def check_drawn(
    rows: Sequence[Mapping[str, Any]], *, known_firms: Iterable[str], known_tasks: Iterable[str], today: date
) -> tuple[RowFault, ...]:
    """Finds every fault of the rows of an import: strange firms and tasks, no task, a day to come."""
    firms, tasks = set(known_firms), set(known_tasks)
    faults = []
    for number, row in enumerate(rows):
        strange = [task_id for task_id in row["task_ids"] if task_id not in tasks]
        if row["firm_id"] not in firms:
            faults.append(_not_on_register(number, row["firm_id"]))
        if strange or not row["task_ids"]:
            faults.append(_not_a_task(number, strange[0] if strange else "", tasks))
        if row["drawn_on"] > today:
            faults.append(_day_to_come(number, row["drawn_on"], today))
    return tuple(faults)


def _plain(text: str) -> str:
    """Text as a cell can hold it: characters that print nothing become a space."""
    return "".join(character if character.isprintable() else " " for character in text).strip()


def _not_on_register(number: int, firm_id: str) -> RowFault:
    return RowFault(
        row=number,
        column="firm_id",
        value=firm_id,
        message=_("expected a firm on the register, got another"),
        remedy=_("check the code, or bring the firm in with “double-random import firms” first"),
    )


def _not_a_task(number: int, task_id: str, tasks: set[str]) -> RowFault:
    return RowFault(
        row=number,
        column="task_ids",
        value=task_id,
        message=_("expected at least one task of the year ({tasks}), got another or none").format(
            tasks=", ".join(sorted(tasks)) or "–"
        ),
        remedy=_(
            "name the task that the visit serves; a temporary one is brought in with “double-random import tasks”"
        ),
    )


def _day_to_come(number: int, drawn_on: date, today: date) -> RowFault:
    return RowFault(
        row=number,
        column="drawn_on",
        value=drawn_on.isoformat(),
        message=_("expected a day up to today ({today}), got a later one").format(today=today),
        remedy=_("correct the day of the draw"),
    )
