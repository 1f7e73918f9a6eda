"""Results, the visits they belong to and the publications that made them public: rows and values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.firm_replacement_rows import stands
from models.store import insert_columns, read_columns
from models.tables import Draw, DrawnFirm, Event, LogEntry, Result, Round, Visit, table_of
from scheduler.registry.codes import DrawStatus, ResultCategory
from scheduler.results.columns import ItemKey, ResultColumns
from scheduler.results.findings import LISTING_EVENTS

CHUNK_KEYS = 500  # bound parameters of one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVisits:
    """Visits as columns of one length, ascending by draw and firm; a visit without team has an empty one."""

    draw_id: tuple[str, ...]
    firm_id: tuple[str, ...]
    package: tuple[str, ...]
    team_id: tuple[str, ...]
    visit_on: tuple[date | None, ...]
    exception: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.firm_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawWindow:
    """A draw that stands: its round, the day it was made and the window of its visits."""

    draw_id: str
    round_id: str
    number: int
    kind: str
    drawn_on: date
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitState:
    """What is recorded of one visit: end of the check, day of the newest recording, number of items."""

    ended_on: date
    recorded_on: date
    num_items: int


def load_visits(connection: sa.Connection, draw_id: str | None = None) -> StoredVisits:
    """Visits of one draw, or of all draws that stand."""
    visit, drawn, draw = table_of(Visit), table_of(DrawnFirm), table_of(Draw)
    statement = (
        sa.select(
            visit.c.draw_id, visit.c.firm_id, drawn.c.package, visit.c.team_id, visit.c.visit_on, visit.c.exception
        )
        .join(drawn, sa.and_(drawn.c.draw_id == visit.c.draw_id, drawn.c.firm_id == visit.c.firm_id))
        .join(draw, draw.c.draw_id == visit.c.draw_id)
        .where(draw.c.status != DrawStatus.VOIDED)
    )
    if draw_id is not None:
        statement = statement.where(visit.c.draw_id == draw_id)
    rows = sorted(zip(*read_columns(connection, statement), strict=True), key=lambda row: row[:2])
    columns = zip(*rows, strict=True) if rows else [()] * len(StoredVisits.__slots__)
    return StoredVisits(**dict(zip(StoredVisits.__slots__, columns, strict=True)))


def load_draw_windows(connection: sa.Connection, year: int) -> dict[str, DrawWindow]:
    """Draws of a year that stand and whose firms are drawn, by id in ascending order."""
    draw, entry = table_of(Draw), table_of(Round)
    statement = (
        sa.select(
            draw.c.draw_id,
            draw.c.round_id,
            entry.c.number,
            entry.c.kind,
            draw.c.drawn_on,
            entry.c.starts_on,
            entry.c.ends_on,
        )
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(entry.c.year == year, draw.c.status == DrawStatus.DRAWN)
    )
    windows = [DrawWindow(**row) for row in connection.execute(statement).mappings()]
    return {window.draw_id: window for window in sorted(windows, key=lambda window: window.draw_id)}


def load_packages(connection: sa.Connection, draw_ids: Collection[str]) -> dict[tuple[str, str], str]:
    """Package of each visit of some draws, by draw and firm."""
    table = table_of(DrawnFirm)
    packages: dict[tuple[str, str], str] = {}
    for draw_id in sorted(draw_ids):
        statement = sa.select(table.c.firm_id, table.c.package).where(table.c.draw_id == draw_id, stands(table))
        firm_ids, found = read_columns(connection, statement)
        packages.update(zip(zip([draw_id] * len(firm_ids), firm_ids, strict=True), found, strict=True))
    return packages


def load_results(connection: sa.Connection, draw_ids: Collection[str]) -> ResultColumns:
    """Results of some draws."""
    table = table_of(Result)
    names = ResultColumns.__slots__
    statement = sa.select(*(table.c[name] for name in names)).where(table.c.draw_id.in_(sorted(draw_ids)))
    return ResultColumns(**dict(zip(names, read_columns(connection, statement), strict=True)))


def insert_results(connection: sa.Connection, results: ResultColumns, recorded_on: date) -> int:
    """Adds results, recorded on a day."""
    columns: dict[str, Sequence[Any]] = {name: getattr(results, name) for name in ResultColumns.__slots__}
    return insert_columns(connection, Result, {**columns, "recorded_on": [recorded_on] * len(results)})


def delete_results(connection: sa.Connection, keys: Collection[ItemKey]) -> None:
    """Takes away all results of some items of visits."""
    if not keys:
        return
    table = table_of(Result)
    statement = sa.delete(table).where(
        table.c.draw_id == sa.bindparam("of_draw"),
        table.c.firm_id == sa.bindparam("of_firm"),
        table.c.item_id == sa.bindparam("of_item"),
    )
    connection.execute(statement, [{"of_draw": key[0], "of_firm": key[1], "of_item": key[2]} for key in sorted(keys)])


def delete_events(connection: sa.Connection, event_ids: Sequence[str]) -> None:
    """Takes away events by id."""
    table = table_of(Event)
    for start in range(0, len(event_ids), CHUNK_KEYS):
        chunk = event_ids[start : start + CHUNK_KEYS]
        connection.execute(sa.delete(table).where(table.c.event_id.in_(chunk)))


def load_visit_states(connection: sa.Connection) -> dict[tuple[str, str], VisitState]:
    """What is recorded of each visit that has a result, by draw and firm."""
    table = table_of(Result)
    statement = sa.select(
        table.c.draw_id,
        table.c.firm_id,
        sa.func.max(table.c.inspected_on, type_=sa.Date),
        sa.func.max(table.c.recorded_on, type_=sa.Date),
        sa.func.count(sa.distinct(table.c.item_id)),
    ).group_by(table.c.draw_id, table.c.firm_id)
    return {
        (row[0], row[1]): VisitState(ended_on=row[2], recorded_on=row[3], num_items=int(row[4]))
        for row in connection.execute(statement)
    }


def load_newest_listings(connection: sa.Connection) -> dict[str, date]:
    """Newest day on which each firm was put on the abnormal-operation list."""
    table = table_of(Event)
    statement = (
        sa.select(table.c.firm_id, sa.func.max(table.c.occurred_on, type_=sa.Date))
        .where(table.c.kind.in_(sorted(LISTING_EVENTS)))
        .group_by(table.c.firm_id)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def load_newest_actions(connection: sa.Connection, action: str) -> dict[str, int]:
    """Number of the newest log entry of an action on each day (``YYYY-MM-DD``) that has one."""
    table = table_of(LogEntry)
    statement = sa.select(table.c.number, table.c.at).where(table.c.action == action).order_by(table.c.number)
    return {row.at[:10]: int(row.number) for row in connection.execute(statement)}


def count_categories(connection: sa.Connection, draw_ids: Collection[str]) -> Mapping[str, int]:
    """Visits of some draws by category found, in the order of the categories; one visit may count in several."""
    table = table_of(Result)
    pairs = (
        sa.select(table.c.draw_id, table.c.firm_id, table.c.category)
        .where(table.c.draw_id.in_(sorted(draw_ids)))
        .distinct()
        .subquery()
    )
    statement = sa.select(pairs.c.category, sa.func.count()).group_by(pairs.c.category)
    counts = {row[0]: int(row[1]) for row in connection.execute(statement)}
    return {str(code): counts[code] for code in ResultCategory if code in counts}
