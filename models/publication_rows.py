"""
Reads from the tables what a publication is made of, the public part and the auditors' part apart.

What is public is read by name: of a draw's frozen files only those that the public may see are ever opened here for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.draw_rows import StoredDraw, get_file, list_files
from models.store import read_columns
from models.tables import LogEntry, Plan, Result, table_of
from scheduler.publication.inputs import (
    AUDIT_DRAW_FILES,
    PUBLIC_DRAW_FILES,
    AuditDraw,
    LogRow,
    PublicDraw,
    ResultColumns,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPlan:
    """The approved plan, as far as the public sees it, and the policy it was made under."""

    plan_id: str
    base_date: date
    num_enterprises: int
    target: int
    policy: str
    by_district: str


def load_published_plan(connection: sa.Connection, year: int) -> PublishedPlan | None:
    """The newest approved plan of a year; None while there is none."""
    table = table_of(Plan)
    statement = (
        sa.select(*(table.c[name] for name in PublishedPlan.__slots__))
        .where(table.c.year == year, table.c.status == "approved")
        .order_by(table.c.version.desc())
        .limit(1)
    )
    row = connection.execute(statement).mappings().first()
    return PublishedPlan(**row) if row else None


def load_public_draw(connection: sa.Connection, draw: StoredDraw) -> PublicDraw:
    """What the public may know of a draw."""
    return PublicDraw(
        draw_id=draw.draw_id,
        files=_files(connection, draw.draw_id, PUBLIC_DRAW_FILES),
        results=load_result_columns(connection, draw.draw_id),
    )


def load_audit_draw(connection: sa.Connection, draw: StoredDraw) -> AuditDraw:
    """What only auditors may know of a draw."""
    return AuditDraw(
        draw_id=draw.draw_id,
        files=_files(connection, draw.draw_id, AUDIT_DRAW_FILES),
        secret=draw.secret,
        officer_secret=draw.officer_secret,
    )


def load_result_columns(connection: sa.Connection, draw_id: str) -> ResultColumns:
    """Results of a draw, without who recorded them or what was noted."""
    table = table_of(Result)
    names = ("firm_id", "item_id", "category")
    statement = sa.select(*(table.c[name] for name in names), sa.cast(table.c.inspected_on, sa.String))
    firm_id, item_id, category, inspected_on = read_columns(connection, statement.where(table.c.draw_id == draw_id))
    return ResultColumns(firm_id=firm_id, item_id=item_id, category=category, inspected_on=inspected_on)


def load_log(connection: sa.Connection) -> tuple[LogRow, ...]:
    """The whole log, by number."""
    table = table_of(LogEntry)
    statement = sa.select(*(table.c[name] for name in LogRow.__slots__)).order_by(table.c.number)
    return tuple(LogRow(**row) for row in connection.execute(statement).mappings())


def _files(connection: sa.Connection, draw_id: str, names: Collection[str]) -> dict[str, bytes]:
    return {name: get_file(connection, draw_id, name) for name in list_files(connection, draw_id) if name in names}
