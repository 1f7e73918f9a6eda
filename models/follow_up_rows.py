"""Corrections of results and follow-ups of findings: rows that are only ever added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.store import insert_columns, read_columns
from models.tables import FollowUp, ReplacedResult, Result, table_of
from scheduler.results.columns import ItemKey
from scheduler.results.findings import FINDINGS
from scheduler.results.follow_up import Finding, Step

_KEPT = ("draw_id", "firm_id", "item_id", "category", "inspected_on", "recorded_on", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A result as it stood before a correction, and the correction."""

    log_number: int
    draw_id: str
    firm_id: str
    item_id: str
    category: str
    inspected_on: date
    recorded_on: date
    note: str
    replaced_on: date
    replaced_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Who corrects, when, under which entry of the log, and why each item is."""

    log_number: int
    on: date
    actor: str
    reasons: Mapping[ItemKey, str]


def keep_replaced(connection: sa.Connection, correction: Correction) -> int:
    """Copies the results of the corrected items to the history, before they are taken away; returns their number."""
    if not correction.reasons:
        return 0
    table = table_of(Result)
    draws = sorted({key[0] for key in correction.reasons})
    statement = sa.select(*(table.c[name] for name in _KEPT)).where(table.c.draw_id.in_(draws))
    rows = [
        row
        for row in zip(*read_columns(connection, statement), strict=True)
        if (row[0], row[1], row[2]) in correction.reasons
    ]
    columns: dict[str, Sequence[Any]] = {name: [row[place] for row in rows] for place, name in enumerate(_KEPT)}
    columns |= {
        "log_number": [correction.log_number] * len(rows),
        "replaced_on": [correction.on] * len(rows),
        "replaced_by": [correction.actor] * len(rows),
        "reason": [correction.reasons[row[0], row[1], row[2]] for row in rows],
    }
    return insert_columns(connection, ReplacedResult, columns)


def load_replaced(connection: sa.Connection, firm_id: str) -> tuple[Replaced, ...]:
    """What corrections took away at one firm, oldest first."""
    table = table_of(ReplacedResult)
    statement = (
        sa.select(table)
        .where(table.c.firm_id == firm_id)
        .order_by(table.c.log_number, table.c.draw_id, table.c.item_id, table.c.category)
    )
    return tuple(Replaced(**row) for row in connection.execute(statement).mappings())


def load_first_recordings(connection: sa.Connection) -> dict[tuple[str, str], date]:
    """Day by which each item of a visit had a result, corrections since not counted; by draw and firm."""
    keys = ("draw_id", "firm_id", "item_id", "recorded_on")
    result, replaced = table_of(Result), table_of(ReplacedResult)
    every = sa.union_all(sa.select(*(result.c[key] for key in keys)), sa.select(*(replaced.c[key] for key in keys)))
    rows = every.subquery()
    first = sa.func.min(rows.c.recorded_on, type_=sa.Date).label("first")
    of_item = sa.select(rows.c.draw_id, rows.c.firm_id, first).group_by(*(rows.c[key] for key in keys[:3])).subquery()
    last = sa.func.max(of_item.c.first, type_=sa.Date)
    statement = sa.select(of_item.c.draw_id, of_item.c.firm_id, last).group_by(of_item.c.draw_id, of_item.c.firm_id)
    return {(row[0], row[1]): row[2] for row in connection.execute(statement)}


def add_steps(connection: sa.Connection, steps: Mapping[ItemKey, Step]) -> int:
    """Adds a step to the follow-up of each item; returns their number."""
    if not steps:
        return 0
    table = table_of(FollowUp)
    counts = sa.select(table.c.draw_id, table.c.firm_id, table.c.item_id, sa.func.max(table.c.step)).group_by(
        table.c.draw_id, table.c.firm_id, table.c.item_id
    )
    last = {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(counts)}
    keys = sorted(steps)
    columns: dict[str, Sequence[Any]] = {
        name: [key[place] for key in keys] for place, name in enumerate(("draw_id", "firm_id", "item_id"))
    }
    columns |= {"step": [last.get(key, 0) + 1 for key in keys]}
    columns |= {name: [getattr(steps[key], name) for key in keys] for name in Step.__slots__}
    return insert_columns(connection, FollowUp, columns)


def load_steps(
    connection: sa.Connection, draw_ids: Collection[str], firm_id: str | None = None
) -> dict[ItemKey, tuple[Step, ...]]:
    """Steps of each item of some draws, oldest first; of one firm, or of all."""
    table = table_of(FollowUp)
    statement = sa.select(table).where(table.c.draw_id.in_(sorted(draw_ids)))
    if firm_id is not None:
        statement = statement.where(table.c.firm_id == firm_id)
    steps: dict[ItemKey, list[Step]] = {}
    for row in connection.execute(statement.order_by(table.c.step)).mappings():
        step = Step(**{name: row[name] for name in Step.__slots__})
        steps.setdefault((row["draw_id"], row["firm_id"], row["item_id"]), []).append(step)
    return {key: tuple(found) for key, found in sorted(steps.items())}


def load_findings(connection: sa.Connection, draw_ids: Collection[str]) -> tuple[Finding, ...]:
    """Items with a finding of some draws, by draw, firm and item."""
    table = table_of(Result)
    names = ("draw_id", "firm_id", "item_id", "category", "inspected_on")
    statement = sa.select(*(table.c[name] for name in names)).where(
        table.c.draw_id.in_(sorted(draw_ids)), table.c.category.in_(sorted(FINDINGS))
    )
    found: dict[ItemKey, list[tuple[str, date]]] = {}
    for draw_id, firm_id, item_id, category, day in zip(*read_columns(connection, statement), strict=True):
        found.setdefault((draw_id, firm_id, item_id), []).append((category, day))
    return tuple(
        Finding(
            key=key,
            categories=tuple(sorted(category for category, _day in rows)),
            inspected_on=max(day for _category, day in rows),
        )
        for key, rows in sorted(found.items())
    )
