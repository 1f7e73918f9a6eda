"""Experts of visits, and those who gave way: rows and values."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from models.store import insert_columns
from models.tables import ExpertReplacement as ReplacementRow
from models.tables import VisitExpert, table_of
from scheduler.draw.canonical import split_list
from scheduler.teams.expert_replacing import ExpertObstacle, ExpertReason, ExpertReplacement, passed_text
from scheduler.teams.experts import ExpertCall


def add_experts(connection: sa.Connection, draw_id: str, calls: Sequence[ExpertCall]) -> None:
    """Keeps the experts that visits of a draw ask for."""
    columns = {name: [getattr(call, name) for call in calls] for name in ExpertCall.__slots__}
    insert_columns(connection, VisitExpert, {"draw_id": [draw_id] * len(calls), **columns})


def load_experts(
    connection: sa.Connection, draw_id: str | None = None
) -> dict[tuple[str, str], tuple[ExpertCall, ...]]:
    """Experts who come to the visits of one draw, or of all, now, by draw and firm, ascending by speciality."""
    table = table_of(VisitExpert)
    statement = sa.select(table).order_by(table.c.draw_id, table.c.firm_id, table.c.speciality)
    if draw_id is not None:
        statement = statement.where(table.c.draw_id == draw_id)
    coming = {
        (entry.draw_id, entry.firm_id, entry.speciality): entry.officer_in
        for entry in load_expert_replacements(connection, draw_id)  # the last one of each counts
    }
    found: dict[tuple[str, str], tuple[ExpertCall, ...]] = {}
    for row in connection.execute(statement):
        who = coming.get((row.draw_id, row.firm_id, row.speciality), row.officer_id)
        call = ExpertCall(firm_id=row.firm_id, speciality=row.speciality, officer_id=who)
        found[row.draw_id, row.firm_id] = (*found.get((row.draw_id, row.firm_id), ()), call)
    return found


def load_expert_replacements(connection: sa.Connection, draw_id: str | None = None) -> tuple[ExpertReplacement, ...]:
    """Experts who gave way in one draw, or in all, by draw, firm and number."""
    table = table_of(ReplacementRow)
    statement = sa.select(table).order_by(table.c.draw_id, table.c.firm_id, table.c.number)
    if draw_id is not None:
        statement = statement.where(table.c.draw_id == draw_id)
    return tuple(
        ExpertReplacement(
            **{
                **row,
                "reason": ExpertReason(row["reason"]),
                "passed_over": tuple(
                    (name, ExpertObstacle(obstacle))
                    for name, _colon, obstacle in (cell.rpartition(":") for cell in split_list(row["passed_over"]))
                ),
            }
        )
        for row in connection.execute(statement).mappings()
    )


def save_expert_replacements(connection: sa.Connection, entries: Sequence[ExpertReplacement]) -> None:
    """Keeps experts who gave way."""
    columns = {name: [getattr(entry, name) for entry in entries] for name in ExpertReplacement.__slots__}
    columns["reason"] = [str(entry.reason) for entry in entries]
    columns["passed_over"] = [passed_text(entry.passed_over) for entry in entries]
    insert_columns(connection, ReplacementRow, columns)
