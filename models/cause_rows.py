"""Moves checks for cause in and out of their table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date

import sqlalchemy as sa

from models.tables import Cause, table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCause:
    """
    One check for cause 有因检查.

    Attributes
    ----------
    cause_id, year, draw_id
        Its number, and the list under which its visit stands: officers, days and results find it there.
    firm_id, package
        The firm, and the tasks of the visit joined by ``+``.
    source, reason
        Where the lead came from, and what it says. Internal.
    received_on, recorded_on, author
        When it came, when it was recorded, and by whom.
    """

    cause_id: int
    year: int
    draw_id: str
    firm_id: str
    package: str
    source: str
    reason: str
    received_on: date
    recorded_on: date
    author: str


_COLUMNS = tuple(field.name for field in fields(StoredCause))


def load_causes(connection: sa.Connection, year: int) -> tuple[StoredCause, ...]:
    """Checks for cause of a year, in the order in which they were recorded."""
    table = table_of(Cause)
    statement = sa.select(*(table.c[name] for name in _COLUMNS)).where(table.c.year == year).order_by(table.c.cause_id)
    return tuple(StoredCause(**row) for row in connection.execute(statement).mappings())


def next_cause_id(connection: sa.Connection) -> int:
    """Number of the next check for cause."""
    return 1 + int(connection.execute(sa.select(sa.func.max(table_of(Cause).c.cause_id))).scalar() or 0)


def insert_cause(connection: sa.Connection, cause: StoredCause) -> None:
    """Keeps a check for cause."""
    connection.execute(sa.insert(table_of(Cause)), [asdict(cause)])
