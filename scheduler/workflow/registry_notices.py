"""What an import tells of good rows that people may not have meant so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from scheduler.errors import Problem
from scheduler.i18n import gettext as _
from scheduler.registry.kinds_register import EVENTS
from scheduler.registry.parsing import Table

_DAY = "occurred_on"


def with_future_notices(table: Table, today: date) -> Table:
    """The table, with a notice for each good row that tells of an event of a day to come."""
    if table.kind is not EVENTS:
        return table
    return replace(table, notices=(*table.notices, *_future(table, today)))


def _future(table: Table, today: date) -> Iterable[Problem]:
    header = table.kind.column(_DAY).zh
    message = _("the day is to come: the event is kept, and counts only from its day")
    remedy = _("mend the day if it is a slip")
    for day, good, row in zip(table.columns[_DAY], table.good, table.numbers, strict=True):
        if good and isinstance(day, date) and day > today:
            yield Problem(
                file=table.sheet.file,
                sheet=table.sheet.name,
                row=row,
                column=header,
                value=day.isoformat(),
                message=message,
                remedy=remedy,
            )
