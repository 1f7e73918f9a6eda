"""Firms drawn in a year with their chances, and what their visits found, as columns for estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.store import read_columns
from models.tables import Allocation, Draw, DrawnFirm, Result, Round, table_of
from scheduler.allocation.cells import Cell
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.registry.frame import Ids
from scheduler.results.findings import FINDINGS

Column = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnColumns:
    """
    Firms of one draw, in ascending order of firm, shape (m,) each.

    Attributes
    ----------
    draw_id, round_id, number, kind
        The draw and its round.
    firm_id, stratum, package
        Dtype S18, and texts.
    chance
        Chance in the round, in (0, 1].
    counting
        Whether the visit counts towards the target.
    """

    draw_id: str
    round_id: str
    number: int
    kind: RoundKind
    firm_id: Ids
    stratum: Column
    package: Column
    chance: npt.NDArray[np.float64]
    counting: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundColumns:
    """Items of visits of one draw that have a result, and whether it is a finding, shape (m,) each."""

    firm_id: Ids
    item_id: Column
    finding: npt.NDArray[np.bool_]


def load_years(connection: sa.Connection) -> tuple[int, ...]:
    """Years in which something was drawn here and stands, ascending."""
    entry, draw = table_of(Round), table_of(Draw)
    statement = (
        sa.select(entry.c.year)
        .join(draw, draw.c.round_id == entry.c.round_id)
        .where(entry.c.kind != str(RoundKind.EXTERNAL), draw.c.status == DrawStatus.DRAWN)
        .distinct()
    )
    return tuple(sorted(int(row[0]) for row in connection.execute(statement)))


def load_drawn_columns(connection: sa.Connection, year: int) -> tuple[DrawnColumns, ...]:
    """Draws of a year that stand, by round; lists drawn elsewhere know no chance and are left out."""
    entry, draw, drawn = table_of(Round), table_of(Draw), table_of(DrawnFirm)
    heads = connection.execute(
        sa.select(draw.c.draw_id, entry.c.round_id, entry.c.number, entry.c.kind)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(entry.c.year == year, entry.c.kind != str(RoundKind.EXTERNAL), draw.c.status == str(DrawStatus.DRAWN))
        .order_by(entry.c.number)
    ).all()
    found = []
    for draw_id, round_id, number, kind in heads:
        names = ("firm_id", "stratum", "package", "chance_micro", "chance_firms", "counting")
        statement = sa.select(*(drawn.c[name] for name in names)).where(
            drawn.c.draw_id == draw_id, drawn.c.chance_micro > 0, drawn.c.chance_firms > 0
        )
        firm_id, stratum, package, micro, firms, counting = read_columns(connection, statement)
        ids = np.array([text.encode("ascii") for text in firm_id], dtype="S18")
        order = np.argsort(ids, kind="stable")
        chance = np.array(micro, dtype=np.float64) / 1_000_000 / np.maximum(np.array(firms, dtype=np.float64), 1)
        found.append(
            DrawnColumns(
                draw_id=str(draw_id),
                round_id=str(round_id),
                number=int(number),
                kind=RoundKind(kind),
                firm_id=ids[order],
                stratum=np.array(stratum, dtype=np.object_)[order],
                package=np.array(package, dtype=np.object_)[order],
                chance=np.minimum(chance, 1.0)[order],
                counting=np.array(counting, dtype=np.bool_)[order],
            )
        )
    return tuple(found)


def load_found_columns(connection: sa.Connection, draw_id: str) -> FoundColumns:
    """Items with a result of one draw."""
    table = table_of(Result)
    finding = sa.func.max(sa.case((table.c.category.in_(sorted(FINDINGS)), 1), else_=0))
    statement = (
        sa.select(table.c.firm_id, table.c.item_id, finding)
        .where(table.c.draw_id == draw_id)
        .group_by(table.c.firm_id, table.c.item_id)
    )
    firm_id, item_id, problem = read_columns(connection, statement)
    return FoundColumns(
        firm_id=np.array([text.encode("ascii") for text in firm_id], dtype="S18"),
        item_id=np.array(item_id, dtype=np.object_),
        finding=np.array(problem, dtype=np.bool_),
    )


def load_first_cells(connection: sa.Connection, round_ids: Sequence[str]) -> dict[str, tuple[Cell, ...]]:
    """Cells of the first solution that ever spoke about each round: the plan before anything was drawn."""
    table = table_of(Allocation)
    names = ("stratum", "package", "counting", "rest", "num_firms", "visits_micro")
    found: dict[str, tuple[Cell, ...]] = {}
    for round_id in round_ids:
        first = sa.select(sa.func.min(table.c.solution)).where(table.c.round_id == round_id).scalar_subquery()
        statement = sa.select(*(table.c[name] for name in names)).where(
            table.c.round_id == round_id, table.c.solution == first
        )
        found[round_id] = tuple(Cell(**row) for row in connection.execute(statement).mappings())
    return found
