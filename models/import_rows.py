"""Rows as imports need them: what is known of a key, replacing by key, and the quarantine of refused rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from models.store import insert_columns, read_columns
from models.tables import Allocation, Draw, DrawnFirm, QuarantinedRow, Round, table_of

KEY_CHUNK = 5_000  # SQLite binds at most 32,766 values in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """
    A row that an import refused.

    Attributes
    ----------
    row_id
        Digest of kind and cells, so that the same row is kept once.
    kind, file, sheet, row
        What it should have been, and where it stood.
    cells
        Header → text, as read.
    problems
        Column, value, message and remedy of each bad cell.
    """

    row_id: str
    kind: str
    file: str
    sheet: str
    row: int
    cells: Mapping[str, str]
    problems: tuple[Mapping[str, str], ...]


def known_rows(
    connection: sa.Connection, model: type[SQLModel], key: str, names: Sequence[str]
) -> dict[str, tuple[Any, ...]]:
    """All rows of a table by one key column: key → values of `names`."""
    table = table_of(model)
    keys, *columns = read_columns(connection, sa.select(table.c[key], *(table.c[name] for name in names)))
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def keys_of(connection: sa.Connection, model: type[SQLModel], key: str) -> frozenset[str]:
    """All values of one column."""
    (keys,) = read_columns(connection, sa.select(table_of(model).c[key]))
    return frozenset(keys)


def tasks_in_draws(connection: sa.Connection, year: int) -> dict[str, str]:
    """Tasks of a year that a draw which stands serves, or has committed to: task id → the first such draw."""
    draw, entry, drawn, cell = (table_of(model) for model in (Draw, Round, DrawnFirm, Allocation))
    standing = (
        sa.select(draw.c.draw_id, draw.c.round_id)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(entry.c.year == year, draw.c.status != "voided")
    )
    used: dict[str, str] = {}
    for draw_id, round_id in sorted(map(tuple, connection.execute(standing))):
        packages = sa.union(
            sa.select(drawn.c.package).where(drawn.c.draw_id == draw_id),
            sa.select(cell.c.package).where(cell.c.round_id == round_id),
        )
        for (package,) in connection.execute(packages):
            for task_id in package.split("+"):
                used.setdefault(task_id, draw_id)
    return used


def delete_keys(connection: sa.Connection, model: type[SQLModel], key: str, values: Sequence[str]) -> int:
    """Deletes the rows whose key is one of `values`; returns their number."""
    column = table_of(model).c[key]
    deleted = 0
    for start in range(0, len(values), KEY_CHUNK):
        chunk = values[start : start + KEY_CHUNK]
        deleted += int(connection.execute(sa.delete(table_of(model)).where(column.in_(chunk))).rowcount)
    return deleted


def refuse_rows(connection: sa.Connection, rows: Iterable[RefusedRow]) -> int:
    """Puts rows into the quarantine; those that are there stay as they are. Returns the number of new ones."""
    known = keys_of(connection, QuarantinedRow, "row_id")
    new = {row.row_id: row for row in rows if row.row_id not in known}
    columns: dict[str, list[Any]] = {
        name: [getattr(row, name) for row in new.values()] for name in ("row_id", "kind", "file", "sheet", "row")
    }
    columns["cells"] = [_json(row.cells) for row in new.values()]
    columns["problems"] = [_json(row.problems) for row in new.values()]
    return insert_columns(connection, QuarantinedRow, columns)


def load_refused(connection: sa.Connection, kind: str = "") -> tuple[RefusedRow, ...]:
    """The quarantine, or one kind of it, by kind, file, sheet and row."""
    table = table_of(QuarantinedRow)
    statement = sa.select(table).where(table.c.kind == kind) if kind else sa.select(table)
    rows = [
        RefusedRow(
            row_id=row["row_id"],
            kind=row["kind"],
            file=row["file"],
            sheet=row["sheet"],
            row=row["row"],
            cells=json.loads(row["cells"]),
            problems=tuple(json.loads(row["problems"])),
        )
        for row in connection.execute(statement).mappings()
    ]
    return tuple(sorted(rows, key=lambda row: (row.kind, row.file, row.sheet, row.row, row.row_id)))


def count_refused(connection: sa.Connection, kind: str) -> int:
    """Number of rows of a kind in the quarantine."""
    table = table_of(QuarantinedRow)
    return int(connection.execute(sa.select(sa.func.count()).where(table.c.kind == kind)).scalar_one())


def release_rows(connection: sa.Connection, row_ids: Sequence[str]) -> int:
    """Takes rows out of the quarantine; returns their number."""
    return delete_keys(connection, QuarantinedRow, "row_id", row_ids)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
