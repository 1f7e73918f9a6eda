"""Values of binding figures that people entered: rows that are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

import sqlalchemy as sa

from models.tables import FigureValue as Row
from models.tables import table_of
from scheduler.results.figures import FigureValue


def load_figure_values(connection: sa.Connection) -> tuple[FigureValue, ...]:
    """All values that were ever entered, by figure, day and version."""
    table = table_of(Row)
    rows = connection.execute(sa.select(table).order_by(table.c.figure, table.c.as_of, table.c.version)).mappings()
    return tuple(FigureValue(**{**row, "value": Decimal(row["value"])}) for row in rows)


def add_figure_values(connection: sa.Connection, values: Sequence[FigureValue]) -> None:
    """Adds values."""
    if values:
        rows = [{**asdict(one), "value": f"{one.value:f}"} for one in values]
        connection.execute(sa.insert(table_of(Row)), rows)
