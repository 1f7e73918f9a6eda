"""Leave and holiday notices: rows and values."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from models.store import delete_rows, insert_columns
from models.tables import Holiday, OfficerLeave, table_of
from scheduler.agenda.leave import Leave
from scheduler.agenda.workdays import HolidayNotice


def load_leave(connection: sa.Connection) -> tuple[Leave, ...]:
    """All leave, ascending by officer and first day."""
    rows = [Leave(**row) for row in connection.execute(sa.select(table_of(OfficerLeave))).mappings()]
    return tuple(sorted(rows, key=lambda leave: (leave.officer_id, leave.starts_on)))


def save_leave(connection: sa.Connection, leaves: Sequence[Leave]) -> None:
    """Makes the table of leave hold exactly `leaves`."""
    delete_rows(connection, OfficerLeave)
    insert_columns(
        connection, OfficerLeave, {name: [getattr(leave, name) for leave in leaves] for name in Leave.__slots__}
    )


def load_notices(connection: sa.Connection) -> tuple[HolidayNotice, ...]:
    """The holiday notices that were imported, by year."""
    table = table_of(Holiday)
    days: dict[int, list[sa.Row[tuple[int, object, bool, str]]]] = {}
    for row in connection.execute(sa.select(table).order_by(table.c.year, table.c.day)):
        days.setdefault(row.year, []).append(row)
    return tuple(
        HolidayNotice(
            year=year,
            holidays=tuple(row.day for row in rows if not row.worked),
            make_up_days=tuple(row.day for row in rows if row.worked),
            source=rows[0].source,
        )
        for year, rows in sorted(days.items())
    )


def save_notices(connection: sa.Connection, notices: Sequence[HolidayNotice]) -> None:
    """Makes the table of holidays hold exactly `notices`."""
    delete_rows(connection, Holiday)
    rows = [
        (notice.year, day, worked, notice.source)
        for notice in notices
        for worked, days in ((False, notice.holidays), (True, notice.make_up_days))
        for day in days
    ]
    names = ("year", "day", "worked", "source")
    insert_columns(connection, Holiday, {name: [row[place] for row in rows] for place, name in enumerate(names)})
