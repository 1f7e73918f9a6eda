"""Experts of visits: rows and values."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from models.store import insert_columns
from models.tables import VisitExpert, table_of
from scheduler.teams.experts import ExpertCall


def add_experts(connection: sa.Connection, draw_id: str, calls: Sequence[ExpertCall]) -> None:
    """Keeps the experts that visits of a draw ask for."""
    columns = {name: [getattr(call, name) for call in calls] for name in ExpertCall.__slots__}
    insert_columns(connection, VisitExpert, {"draw_id": [draw_id] * len(calls), **columns})


def load_experts(connection: sa.Connection) -> dict[tuple[str, str], tuple[ExpertCall, ...]]:
    """Experts of the visits of all draws, by draw and firm, ascending by speciality."""
    table = table_of(VisitExpert)
    found: dict[tuple[str, str], tuple[ExpertCall, ...]] = {}
    for row in connection.execute(sa.select(table).order_by(table.c.draw_id, table.c.firm_id, table.c.speciality)):
        call = ExpertCall(firm_id=row.firm_id, speciality=row.speciality, officer_id=row.officer_id)
        found[row.draw_id, row.firm_id] = (*found.get((row.draw_id, row.firm_id), ()), call)
    return found
