"""What the store holds of one firm: its row of the register, events, ratings, visits and results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.tables import DrawnFirm, Event, Firm, Officer, Rating, Result, Round, Visit, table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """A firm on the register of today."""

    firm_id: str
    name: str
    object_type: str
    district: str
    status: str
    registrar: str
    station: str
    industry: str
    established_on: date | None
    libraries: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmEvent:
    """One dated event of a firm."""

    kind: str
    occurred_on: date
    ended_on: date | None
    amount: int | None
    detail: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRating:
    """A specialised rating of a firm, from a day on. Internal."""

    rating: str
    grade: str
    rated_on: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmVisit:
    """A visit to the firm as it is planned now; teams and exceptions joined by ``;``."""

    draw_id: str
    team_id: str
    visit_on: date | None
    exception: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmResult:
    """One category found for one item in one visit."""

    draw_id: str
    item_id: str
    category: str
    inspected_on: date
    recorded_on: date
    note: str


def load_register_row(connection: sa.Connection, firm_id: str) -> RegisterRow | None:
    """A firm's row; None where the register has none."""
    table = table_of(Firm)
    statement = sa.select(*(table.c[name] for name in RegisterRow.__slots__)).where(table.c.firm_id == firm_id)
    row = connection.execute(statement).mappings().first()
    return None if row is None else RegisterRow(**row)


def find_firms(connection: sa.Connection, name: str, most: int) -> tuple[tuple[str, str], ...]:
    """Code and name of firms whose name holds a text, the shortest names first, as many as `most`."""
    firm = table_of(Firm).c
    statement = sa.select(firm.firm_id, firm.name).where(firm.name.contains(name, autoescape=True))
    rows = connection.execute(statement.order_by(sa.func.length(firm.name), firm.firm_id).limit(most))
    return tuple((row.firm_id, row.name) for row in rows)


def was_drawn(connection: sa.Connection, firm_id: str) -> bool:
    """Whether the firm was ever drawn, on the register of today or not."""
    table = table_of(DrawnFirm)
    return connection.execute(sa.select(table.c.draw_id).where(table.c.firm_id == firm_id).limit(1)).first() is not None


def load_round_years(connection: sa.Connection) -> tuple[int, ...]:
    """Years that have rounds, ascending."""
    return tuple(sorted(int(row[0]) for row in connection.execute(sa.select(table_of(Round).c.year).distinct())))


def load_firm_events(connection: sa.Connection, firm_id: str) -> tuple[FirmEvent, ...]:
    """Events of a firm, oldest first."""
    table = table_of(Event)
    statement = sa.select(*(table.c[name] for name in FirmEvent.__slots__)).where(table.c.firm_id == firm_id)
    rows = connection.execute(statement.order_by(table.c.occurred_on, table.c.kind, table.c.event_id))
    return tuple(FirmEvent(**row) for row in rows.mappings())


def load_firm_ratings(connection: sa.Connection, firm_id: str) -> tuple[FirmRating, ...]:
    """Specialised ratings of a firm, oldest first."""
    table = table_of(Rating)
    statement = sa.select(*(table.c[name] for name in FirmRating.__slots__)).where(table.c.firm_id == firm_id)
    rows = connection.execute(statement.order_by(table.c.rated_on, table.c.rating))
    return tuple(FirmRating(**row) for row in rows.mappings())


def load_firm_visits(connection: sa.Connection, firm_id: str) -> dict[str, FirmVisit]:
    """Visits to a firm by draw; those of voided draws are gone."""
    table = table_of(Visit)
    statement = sa.select(*(table.c[name] for name in FirmVisit.__slots__)).where(table.c.firm_id == firm_id)
    return {row["draw_id"]: FirmVisit(**row) for row in connection.execute(statement).mappings()}


def load_firm_results(connection: sa.Connection, firm_id: str) -> tuple[FirmResult, ...]:
    """Results of a firm as they stand, by draw, item and category."""
    table = table_of(Result)
    statement = sa.select(*(table.c[name] for name in FirmResult.__slots__)).where(table.c.firm_id == firm_id)
    rows = connection.execute(statement.order_by(table.c.draw_id, table.c.item_id, table.c.category))
    return tuple(FirmResult(**row) for row in rows.mappings())


def load_officer_names(connection: sa.Connection) -> dict[str, str]:
    """Name of each officer on the roster of today."""
    officer = table_of(Officer).c
    return {row.officer_id: row.name for row in connection.execute(sa.select(officer.officer_id, officer.name))}
