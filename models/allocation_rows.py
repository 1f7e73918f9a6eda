"""Moves plans, rounds and the programme's cells in and out of the tables, and tells what the year has drawn so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import sqlalchemy as sa

from models import tables
from models.firm_replacement_rows import stands
from models.store import delete_rows, get_artifact, insert_columns, put_artifact, read_columns
from models.tables import table_of
from scheduler.allocation.cells import Cell, ordered
from scheduler.allocation.certificate import (
    COLUMNS_NAME,
    ENTRIES_NAME,
    ROWS_NAME,
    Certificate,
    parse_certificate,
)
from scheduler.allocation.plan import Plan, PlanStatus, round_id_of
from scheduler.allocation.problem import Year
from scheduler.allocation.strata import DrawnSoFar
from scheduler.allocation.target import PlannedRound
from scheduler.registry.codes import DrawStatus, RoundKind

_PLAN_COLUMNS = tuple(field.name for field in fields(Plan))
_CERTIFICATE_FILES = {
    COLUMNS_NAME: "columns_digest",
    ROWS_NAME: "rows_digest",
    ENTRIES_NAME: "entries_digest",
}
_CELL_COLUMNS = tuple(field.name for field in fields(Cell))


def load_plan(connection: sa.Connection, year: int) -> Plan | None:
    """The newest version of a year's plan, or None."""
    table = table_of(tables.Plan)
    statement = sa.select(*(table.c[name] for name in _PLAN_COLUMNS)).where(table.c.year == year)
    row = connection.execute(statement.order_by(table.c.version.desc()).limit(1)).mappings().first()
    return None if row is None else Plan(**{**row, "status": PlanStatus(row["status"])})


def load_plans(connection: sa.Connection, year: int) -> tuple[Plan, ...]:
    """All versions of a year's plan, the oldest first."""
    table = table_of(tables.Plan)
    statement = sa.select(*(table.c[name] for name in _PLAN_COLUMNS)).where(table.c.year == year)
    rows = connection.execute(statement.order_by(table.c.version)).mappings()
    return tuple(Plan(**{**row, "status": PlanStatus(row["status"])}) for row in rows)


def save_plan(connection: sa.Connection, plan: Plan) -> None:
    """Keeps a version, in the place of the one with the same id."""
    delete_rows(connection, tables.Plan, plan_id=plan.plan_id)
    row = {name: getattr(plan, name) for name in _PLAN_COLUMNS}
    connection.execute(sa.insert(table_of(tables.Plan)), [{**row, "status": str(plan.status)}])


def load_planned_rounds(connection: sa.Connection, year: int) -> tuple[PlannedRound, ...]:
    """Rounds of a year's plan by number; lists drawn elsewhere are none of the plan's."""
    table = table_of(tables.Round)
    states = _standing_draws(connection, year)
    statement = sa.select(table).where(table.c.year == year, table.c.kind != str(RoundKind.EXTERNAL))
    return tuple(
        PlannedRound(
            number=row.number,
            kind=RoundKind(row.kind),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            counting_visits=row.counting_visits,
            drawn=states.get(row.number) == DrawStatus.DRAWN,
        )
        for row in connection.execute(statement.order_by(table.c.number))
    )


def load_committed_rounds(connection: sa.Connection, year: int) -> tuple[int, ...]:
    """Numbers of the plan's rounds that are committed to and not drawn yet, ascending."""
    return tuple(
        sorted(number for number, status in _standing_draws(connection, year).items() if status != DrawStatus.DRAWN)
    )


def save_rounds(connection: sa.Connection, plan: Plan, rounds: Sequence[PlannedRound]) -> None:
    """Writes the rounds of a year that are not drawn yet anew; drawn ones stay as they are."""
    drawn = {entry.number for entry in load_planned_rounds(connection, plan.year) if entry.drawn}
    table = table_of(tables.Round)
    connection.execute(
        sa.delete(table).where(
            table.c.year == plan.year, table.c.kind != str(RoundKind.EXTERNAL), table.c.number.not_in(sorted(drawn))
        )
    )
    waiting = [entry for entry in rounds if entry.number not in drawn]
    rows = [
        {
            "round_id": round_id_of(plan.year, entry.number),
            "year": plan.year,
            "number": entry.number,
            "kind": str(entry.kind),
            "starts_on": entry.starts_on,
            "ends_on": entry.ends_on,
            "counting_visits": entry.counting_visits,
            "plan_id": plan.plan_id,
        }
        for entry in waiting
    ]
    if rows:
        connection.execute(sa.insert(table), rows)


def load_year(connection: sa.Connection, year: int) -> Year | None:
    """The plan's year as numbers, or None without a plan."""
    plan = load_plan(connection, year)
    if plan is None:
        return None
    return Year(num_enterprises=plan.num_enterprises, target=plan.target, rounds=load_planned_rounds(connection, year))


def load_drawn_so_far(connection: sa.Connection, year: int) -> DrawnSoFar:
    """Everything drawn in a year in draws that were not voided, in ascending order of firm and package."""
    firm, draw, entry = table_of(tables.DrawnFirm), table_of(tables.Draw), table_of(tables.Round)
    statement = (
        sa.select(firm.c.firm_id, firm.c.package, firm.c.counting, entry.c.kind)
        .join(draw, draw.c.draw_id == firm.c.draw_id)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(entry.c.year == year, draw.c.status != DrawStatus.VOIDED, stands(firm))
    )
    firm_id, package, counting, kind = read_columns(connection, statement)
    ids = np.array(firm_id, dtype="S18")
    order = np.lexsort((np.array(package, dtype=np.str_), ids))
    return DrawnSoFar(
        firm_id=ids[order],
        package=tuple(package[index] for index in order.tolist()),
        counting=np.array(counting, dtype=np.bool_)[order],
        targeted=np.array([name == RoundKind.TARGETED for name in kind], dtype=np.bool_)[order],
    )


def newest_solution(connection: sa.Connection, year: int) -> int:
    """Number of the newest solution that spoke about any round of a year; 0 if there is none."""
    table = table_of(tables.Allocation)
    statement = sa.select(sa.func.max(table.c.solution)).where(table.c.round_id.like(f"{year}-%"))
    return int(connection.execute(statement).scalar() or 0)


def save_cells(connection: sa.Connection, round_id: str, solution: int, cells: Sequence[Cell]) -> None:
    """Records a solution's cells of one round; earlier solutions stay."""
    columns = {name: [getattr(cell, name) for cell in cells] for name in _CELL_COLUMNS}
    insert_columns(
        connection,
        tables.Allocation,
        {"round_id": [round_id] * len(cells), "solution": [solution] * len(cells), **columns},
    )


def save_certificate(connection: sa.Connection, plan: Plan, solution: int, certificate: Certificate) -> None:
    """Keeps the programme of a solution with its answer."""
    files = certificate.files()
    row = {"year": plan.year, "solution": solution, "plan_id": plan.plan_id}
    row |= {column: put_artifact(connection, files[name]) for name, column in _CERTIFICATE_FILES.items()}
    connection.execute(sa.insert(table_of(tables.Programme)), [row])


def load_certificate_files(connection: sa.Connection, year: int, solution: int) -> dict[str, bytes] | None:
    """Tables of the programme of a solution by file name; None where there was no targeted round to solve."""
    table = table_of(tables.Programme)
    statement = sa.select(table).where(table.c.year == year, table.c.solution == solution)
    row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    return {name: get_artifact(connection, row[column]) for name, column in _CERTIFICATE_FILES.items()}


def load_certificate(connection: sa.Connection, year: int, solution: int) -> Certificate | None:
    """The programme of a solution with its answer; None where there was no targeted round to solve."""
    files = load_certificate_files(connection, year, solution)
    return None if files is None else parse_certificate(files)


def solution_of_round(connection: sa.Connection, round_id: str) -> int:
    """Number of the newest solution that spoke about a round; 0 if none did."""
    table = table_of(tables.Allocation)
    statement = sa.select(sa.func.max(table.c.solution)).where(table.c.round_id == round_id)
    return int(connection.execute(statement).scalar() or 0)


def load_solution_plans(connection: sa.Connection, year: int) -> dict[int, str]:
    """Plan of each solution of a year that solved a targeted round, by its number."""
    table = table_of(tables.Programme)
    statement = sa.select(table.c.solution, table.c.plan_id).where(table.c.year == year).order_by(table.c.solution)
    return {int(number): str(plan_id) for number, plan_id in connection.execute(statement)}


def load_solution_cells(connection: sa.Connection, round_id: str, solution: int) -> tuple[Cell, ...]:
    """Cells of a round as a solution found or left them, by stratum and package."""
    table = table_of(tables.Allocation)
    newest = (
        sa.select(sa.func.max(table.c.solution))
        .where(table.c.round_id == round_id, table.c.solution <= solution)
        .scalar_subquery()
    )
    statement = sa.select(*(table.c[name] for name in _CELL_COLUMNS)).where(
        table.c.round_id == round_id, table.c.solution == newest
    )
    return ordered(Cell(**row) for row in connection.execute(statement).mappings())


def load_cells(connection: sa.Connection, round_id: str) -> tuple[Cell, ...]:
    """Cells of the newest solution that spoke about a round, by stratum and package; empty if none did."""
    table = table_of(tables.Allocation)
    newest = sa.select(sa.func.max(table.c.solution)).where(table.c.round_id == round_id).scalar_subquery()
    statement = sa.select(*(table.c[name] for name in _CELL_COLUMNS)).where(
        table.c.round_id == round_id, table.c.solution == newest
    )
    return ordered(Cell(**row) for row in connection.execute(statement).mappings())


def _standing_draws(connection: sa.Connection, year: int) -> dict[int, str]:
    """Status of the draw of each round that has one which was not voided, by number of the round."""
    draw, entry = table_of(tables.Draw), table_of(tables.Round)
    statement = (
        sa.select(entry.c.number, draw.c.status)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(entry.c.year == year, entry.c.kind != str(RoundKind.EXTERNAL), draw.c.status != DrawStatus.VOIDED)
    )
    return {number: str(status) for number, status in connection.execute(statement)}
