"""Firms that gave way after the draw: rows and values, and which firms drawn still stand on the list."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from models.store import delete_rows, insert_columns
from models.tables import DrawnFirm, Visit, table_of
from models.tables import FirmReplacement as Row
from scheduler.draw.replacing import FirmReplacement


def stands(drawn: sa.Table) -> sa.ColumnElement[bool]:
    """Condition on rows of `drawn_firm`: the firm was not withdrawn."""
    gone = table_of(Row)
    return ~sa.exists().where(gone.c.draw_id == drawn.c.draw_id, gone.c.firm_out == drawn.c.firm_id)


def load_firm_replacements(connection: sa.Connection, draw_id: str) -> tuple[FirmReplacement, ...]:
    """Replacements of a draw, by number."""
    table = table_of(Row)
    statement = sa.select(table).where(table.c.draw_id == draw_id).order_by(table.c.number)
    return tuple(FirmReplacement(**row) for row in connection.execute(statement).mappings())


def load_standing_row(connection: sa.Connection, draw_id: str, firm_id: str) -> tuple[str, str, bool, str] | None:
    """Stratum, package, whether it counts, and round of a firm that stands on a list; None if it does not."""
    table = table_of(DrawnFirm)
    columns = (table.c.stratum, table.c.package, table.c.counting, table.c.round_id)
    statement = sa.select(*columns).where(table.c.draw_id == draw_id, table.c.firm_id == firm_id, stands(table))
    row = connection.execute(statement).first()
    return None if row is None else (row.stratum, row.package, bool(row.counting), row.round_id)


def load_drawn_stratum(connection: sa.Connection, draw_id: str, firm_id: str) -> str:
    """Stratum of a firm that was drawn or added, withdrawn again or not."""
    table = table_of(DrawnFirm)
    statement = sa.select(table.c.stratum).where(table.c.draw_id == draw_id, table.c.firm_id == firm_id)
    return str(connection.execute(statement).scalar_one())


def load_added_rows(connection: sa.Connection, draw_id: str) -> list[tuple[str, str, bool]]:
    """Firm, package and whether it counts, of all who were added to a list, withdrawn again or not."""
    table, came = table_of(DrawnFirm), table_of(Row)
    statement = sa.select(table.c.firm_id, table.c.package, table.c.counting).where(
        table.c.draw_id == draw_id,
        sa.exists().where(came.c.draw_id == table.c.draw_id, came.c.firm_in == table.c.firm_id),
    )
    return sorted((row.firm_id, row.package, bool(row.counting)) for row in connection.execute(statement))


def save_handed_visit(
    connection: sa.Connection, entry: FirmReplacement, team_id: str, visit_on: date | None, exception: str
) -> None:
    """Gives the visit of who came its teams, its day and its exceptions."""
    table = table_of(Visit)
    where = (table.c.draw_id == entry.draw_id, table.c.firm_id == entry.firm_in)
    values = {"team_id": team_id, "visit_on": visit_on, "exception": exception}
    connection.execute(sa.update(table).where(*where).values(**values))


def newest_alone(connection: sa.Connection, year: int) -> tuple[str, int]:
    """Draw and log entry of the newest withdrawal of a year for which nobody came; empty and 0 without one."""
    table = table_of(Row)
    statement = sa.select(table.c.draw_id, table.c.log_number).where(
        table.c.firm_in == "", table.c.draw_id.like(f"{year}-%")
    )
    row = connection.execute(statement.order_by(table.c.log_number.desc()).limit(1)).first()
    return (row.draw_id, row.log_number) if row else ("", 0)


def save_firm_replacement(connection: sa.Connection, entry: FirmReplacement, stood: tuple[str, str, bool, str]) -> None:
    """
    Keeps a replacement; the newcomer gets the place and the visit, and no chance: estimates use the draw as it was.

    Where nobody comes the visit is gone.

    Parameters
    ----------
    stood
        What `load_standing_row` said of the firm that gives way.
    """
    stratum, package, counting, round_id = stood
    insert_columns(connection, Row, {name: [getattr(entry, name)] for name in FirmReplacement.__slots__})
    delete_rows(connection, Visit, draw_id=entry.draw_id, firm_id=entry.firm_out)
    if not entry.firm_in:
        return
    drawn = {
        "draw_id": entry.draw_id,
        "firm_id": entry.firm_in,
        "round_id": round_id,
        "stratum": stratum,
        "package": package,
        "counting": counting,
        "chance_micro": 0,
        "chance_firms": 0,
    }
    insert_columns(connection, DrawnFirm, {name: [value] for name, value in drawn.items()})
    visit = {"draw_id": entry.draw_id, "firm_id": entry.firm_in, "team_id": "", "visit_on": None, "exception": ""}
    insert_columns(connection, Visit, {name: [value] for name, value in visit.items()})
