"""Moves draws, their frozen files and the firms drawn in and out of the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.store import delete_rows, get_artifact, insert_columns, put_artifact
from models.tables import Draw, DrawFile, DrawnFirm, LogEntry, Plan, Result, Round, Visit, table_of
from scheduler.allocation.cells import Cell
from scheduler.draw.draw_log import EVENTS, DrawEvent
from scheduler.draw.selection import Selection, chances_micro
from scheduler.errors import StoreError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import RoundKind
from scheduler.registry.frame import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRound:
    """A round of the year, with the state of the plan it belongs to; lists drawn elsewhere have no plan."""

    round_id: str
    number: int
    kind: RoundKind
    starts_on: date
    ends_on: date
    counting_visits: int
    plan_id: str
    plan_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraw:
    """
    One attempt to draw a round.

    Attributes
    ----------
    status
        One of `DrawStatus`.
    secret, officer_secret
        The two secrets; None for a list drawn elsewhere.
    """

    draw_id: str
    round_id: str
    attempt: int
    status: str
    secret: bytes | None
    officer_secret: bytes | None
    commitment_digest: str
    seed: str
    committed_on: date
    drawn_on: date | None
    officers_drawn_on: date | None
    void_reason: str


def load_rounds(connection: sa.Connection, year: int) -> tuple[StoredRound, ...]:
    """Rounds of a year by number; those of one number by id, so that lists drawn elsewhere keep a fixed place."""
    entry, plan = table_of(Round), table_of(Plan)
    statement = (
        sa.select(
            *(entry.c[name] for name in StoredRound.__slots__ if name not in ("plan_status", "kind")),
            entry.c.kind,
            sa.func.coalesce(plan.c.status, "").label("plan_status"),
        )
        .join(plan, plan.c.plan_id == entry.c.plan_id, isouter=True)
        .where(entry.c.year == year)
    )
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    rows.sort(key=lambda row: (row["number"], row["round_id"]))
    return tuple(StoredRound(**{**row, "kind": RoundKind(row["kind"])}) for row in rows)


def load_draws(connection: sa.Connection, year: int) -> tuple[StoredDraw, ...]:
    """All attempts of a year's rounds, voided ones included, by round and attempt."""
    draw, entry = table_of(Draw), table_of(Round)
    statement = sa.select(draw, entry.c.number).join(entry, entry.c.round_id == draw.c.round_id)
    rows = [dict(row) for row in connection.execute(statement.where(entry.c.year == year)).mappings()]
    rows.sort(key=lambda row: (row["number"], row["round_id"], row["attempt"]))
    return tuple(StoredDraw(**{name: row[name] for name in StoredDraw.__slots__}) for row in rows)


def insert_draw(connection: sa.Connection, draw: StoredDraw) -> None:
    """Adds an attempt."""
    row = {name: getattr(draw, name) for name in StoredDraw.__slots__}
    connection.execute(sa.insert(table_of(Draw)), [row])


def update_draw(connection: sa.Connection, draw_id: str, **values: Any) -> None:
    """Sets columns of an attempt."""
    table = table_of(Draw)
    connection.execute(sa.update(table).where(table.c.draw_id == draw_id).values(**values))


def put_file(connection: sa.Connection, draw_id: str, name: str, content: bytes) -> str:
    """Freezes a file under its name in the records, in the place of one of that name; returns its digest."""
    digest = put_artifact(connection, content)
    delete_rows(connection, DrawFile, draw_id=draw_id, name=name)
    row = {"draw_id": draw_id, "name": name, "content_digest": digest}
    connection.execute(sa.insert(table_of(DrawFile)), [row])
    return digest


def get_file(connection: sa.Connection, draw_id: str, name: str) -> bytes:
    """
    Bytes of a frozen file.

    Raises
    ------
    StoreError
        If the draw has no such file, or its bytes were changed.
    """
    digest = list_files(connection, draw_id).get(name)
    if digest is None:
        raise StoreError(_("draw {draw_id} has no file {name}").format(draw_id=draw_id, name=name))
    return get_artifact(connection, digest)


def list_files(connection: sa.Connection, draw_id: str) -> dict[str, str]:
    """Digest of each frozen file of a draw by name, names ascending."""
    table = table_of(DrawFile)
    statement = sa.select(table.c.name, table.c.content_digest).where(table.c.draw_id == draw_id)
    return dict(sorted((name, digest) for name, digest in connection.execute(statement)))


def insert_drawn_firms(
    connection: sa.Connection, draw: StoredDraw, firm_id: Ids, selection: Selection, cells: Sequence[Cell]
) -> int:
    """
    Keeps the firms drawn, and a visit for each that waits for its team; returns their number.

    Parameters
    ----------
    firm_id
        Ids of the whole pool.
    """
    chances = chances_micro(cells)
    names = firm_id[selection.position].astype("U18").tolist()
    drawn = [cells[index] for index in selection.cell.tolist()]
    columns: dict[str, list[Any]] = {
        "draw_id": [draw.draw_id] * len(names),
        "firm_id": names,
        "round_id": [draw.round_id] * len(names),
        "stratum": [cell.stratum for cell in drawn],
        "package": [cell.package for cell in drawn],
        "counting": [cell.counting for cell in drawn],
        "chance_micro": [chances[cell.stratum] for cell in drawn],
        "chance_firms": [cell.num_firms for cell in drawn],
    }
    insert_columns(connection, DrawnFirm, columns)
    visits: dict[str, list[Any]] = {
        "draw_id": columns["draw_id"],
        "firm_id": names,
        "team_id": [""] * len(names),
        "visit_on": [None] * len(names),
        "exception": [""] * len(names),
    }
    return insert_columns(connection, Visit, visits)


def count_results(connection: sa.Connection, draw_id: str) -> int:
    """Number of results reported for a draw."""
    table = table_of(Result)
    statement = sa.select(sa.func.count()).select_from(table).where(table.c.draw_id == draw_id)
    return int(connection.execute(statement).scalar_one())


def delete_visits(connection: sa.Connection, draw_id: str) -> int:
    """Takes back the visits of a voided draw; the firms drawn stay on record."""
    return delete_rows(connection, Visit, draw_id=draw_id)


def load_draw_events(connection: sa.Connection) -> tuple[DrawEvent, ...]:
    """What the log tells of draws of all years, in its order (specification, section 2.2)."""
    table = table_of(LogEntry)
    statement = (
        sa.select(table.c.action, table.c.detail, table.c.after)
        .where(table.c.action.in_(EVENTS))
        .order_by(table.c.number)
    )
    return tuple(
        DrawEvent(action=EVENTS[action], draw_id=json.loads(detail)["draw_id"], digest=after)
        for action, detail, after in connection.execute(statement)
    )


def load_log_head(connection: sa.Connection) -> str | None:
    """Hash of the newest entry of the log; None while the log is empty."""
    table = table_of(LogEntry)
    statement = sa.select(table.c.entry_hash).order_by(table.c.number.desc()).limit(1)
    return connection.execute(statement).scalar()


def newest_entry(connection: sa.Connection, action: str) -> int:
    """Number of the newest entry of the log of one action; 0 if there is none."""
    table = table_of(LogEntry)
    statement = sa.select(sa.func.max(table.c.number)).where(table.c.action == action)
    return int(connection.execute(statement).scalar() or 0)


def load_log_details(connection: sa.Connection, action: str) -> tuple[dict[str, Any], ...]:
    """Details of all entries of the log of one action, the oldest first."""
    table = table_of(LogEntry)
    statement = sa.select(table.c.detail).where(table.c.action == action).order_by(table.c.number)
    return tuple(json.loads(detail) for detail in connection.execute(statement).scalars())
