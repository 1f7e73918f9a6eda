"""What a report on a year counts, as columns: firms drawn in draws that stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.allocation_rows import load_plans
from models.store import read_columns
from models.tables import Draw, DrawnFirm, Plan, Round, table_of
from scheduler.allocation.plan import Plan as PlanVersion
from scheduler.registry.codes import DrawStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnVisits:
    """Firms drawn in a year, in draws that stand, in no order: columns of one length."""

    draw_id: tuple[str, ...]
    firm_id: tuple[str, ...]
    package: tuple[str, ...]
    counting: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.firm_id)


def load_drawn_visits(connection: sa.Connection, year: int) -> DrawnVisits:
    """Firms drawn in a year, on lists drawn elsewhere and for cause too."""
    names, drawn = DrawnVisits.__slots__, table_of(DrawnFirm)
    statement = _of_standing_draws(sa.select(*(drawn.c[name] for name in names))).where(table_of(Round).c.year == year)
    return DrawnVisits(**dict(zip(names, map(tuple, read_columns(connection, statement)), strict=True)))


def count_counting(connection: sa.Connection) -> dict[int, int]:
    """Distinct firms drawn that count towards the target, by year."""
    year, drawn = table_of(Round).c.year, table_of(DrawnFirm)
    statement = _of_standing_draws(sa.select(year, sa.func.count(sa.distinct(drawn.c.firm_id)))).where(drawn.c.counting)
    return {int(row[0]): int(row[1]) for row in connection.execute(statement.group_by(year))}


def load_standing_plans(connection: sa.Connection) -> dict[int, PlanVersion]:
    """The plan of each year that has one: the newest approved version, or the newest where none is approved."""
    table = table_of(Plan)
    years = sorted(int(row[0]) for row in connection.execute(sa.select(table.c.year).distinct()))
    versions = {year: load_plans(connection, year) for year in years}
    return {
        year: next((plan for plan in reversed(plans) if plan.approved_on is not None), plans[-1])
        for year, plans in versions.items()
    }


def _of_standing_draws(statement: sa.Select[Any]) -> sa.Select[Any]:
    entry, draw, drawn = table_of(Round), table_of(Draw), table_of(DrawnFirm)
    return (
        statement.select_from(drawn)
        .join(draw, draw.c.draw_id == drawn.c.draw_id)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(draw.c.status == str(DrawStatus.DRAWN))
    )
