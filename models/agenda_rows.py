"""Leave, holiday notices, the agenda and its changes: rows and values."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from models.expert_rows import load_experts
from models.meeting_rows import load_absent
from models.replacement_rows import Membership, load_memberships
from models.store import delete_rows, insert_columns
from models.tables import (
    Draw,
    DrawnFirm,
    ExpertReplacement,
    Firm,
    Holiday,
    LogEntry,
    Officer,
    OfficerLeave,
    OfficerReplacement,
    Result,
    Round,
    Team,
    Visit,
    VisitMove,
    table_of,
)
from scheduler.agenda.entries import Agenda, Member, PlannedVisit
from scheduler.agenda.leave import Leave
from scheduler.agenda.towns import town_of
from scheduler.agenda.workdays import HolidayNotice
from scheduler.registry.codes import DrawStatus


def load_leave(connection: sa.Connection) -> tuple[Leave, ...]:
    """All leave, ascending by officer and first day."""
    rows = [Leave(**row) for row in connection.execute(sa.select(table_of(OfficerLeave))).mappings()]
    return tuple(sorted(rows, key=lambda leave: (leave.officer_id, leave.starts_on)))


def save_leave(connection: sa.Connection, leaves: Sequence[Leave]) -> None:
    """Makes the table of leave hold exactly `leaves`."""
    delete_rows(connection, OfficerLeave)
    insert_columns(
        connection, OfficerLeave, {name: [getattr(leave, name) for leave in leaves] for name in Leave.__slots__}
    )


def load_notices(connection: sa.Connection) -> tuple[HolidayNotice, ...]:
    """The holiday notices that were imported, by year."""
    table = table_of(Holiday)
    days: dict[int, list[sa.Row[tuple[int, object, bool, str]]]] = {}
    for row in connection.execute(sa.select(table).order_by(table.c.year, table.c.day)):
        days.setdefault(row.year, []).append(row)
    return tuple(
        HolidayNotice(
            year=year,
            holidays=tuple(row.day for row in rows if not row.worked),
            make_up_days=tuple(row.day for row in rows if row.worked),
            source=rows[0].source,
        )
        for year, rows in sorted(days.items())
    )


def save_notices(connection: sa.Connection, notices: Sequence[HolidayNotice]) -> None:
    """Makes the table of holidays hold exactly `notices`."""
    delete_rows(connection, Holiday)
    rows = [
        (notice.year, day, worked, notice.source)
        for notice in notices
        for worked, days in ((False, notice.holidays), (True, notice.make_up_days))
        for day in days
    ]
    names = ("year", "day", "worked", "source")
    insert_columns(connection, Holiday, {name: [row[place] for row in rows] for place, name in enumerate(names)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One time that a visit was planned anew; `number` counts them from 1."""

    draw_id: str
    firm_id: str
    number: int
    moved_from: date | None
    moved_to: date
    reason: str
    author: str
    moved_on: date
    log_number: int


def teams_of(cell: str) -> tuple[str, ...]:
    """
    Teams of a visit as its row names them, the leading one first.

    Examples
    --------
    >>> teams_of("2026-1-1-371002-001;2026-1-1-371002-002"), teams_of("")
    (('2026-1-1-371002-001', '2026-1-1-371002-002'), ())
    """
    return tuple(cell.split(";")) if cell else ()


def load_agenda(connection: sa.Connection, year: int) -> Agenda:
    """Visits of all draws of a year that stand and have officers, with their teams and days as planned now."""
    drawn_at = _officers_drawn_at(connection)
    changed = _changes(connection)
    visits = [
        _planned_visit(row, drawn_at.get(row.draw_id, ""), _changes_of(row, changed))
        for row in connection.execute(_visits_of(year))
    ]
    teams, districts, before = _load_members(connection, year)
    return Agenda(
        visits=tuple(sorted(visits, key=lambda planned: planned.order)),
        teams=teams,
        team_districts=districts,
        teams_before=before,
        experts=_load_experts(connection, {(visit.draw_id, visit.firm_id) for visit in visits}),
        absent=load_absent(connection, year),
    )


def _visits_of(year: int) -> sa.Select[Any]:
    visit, drawn, draw, entry, firm = (table_of(model) for model in (Visit, DrawnFirm, Draw, Round, Firm))
    return (
        sa.select(
            visit.c.draw_id,
            entry.c.round_id,
            entry.c.kind,
            visit.c.firm_id,
            firm.c.name,
            firm.c.registrar,
            firm.c.address,
            firm.c.district,
            firm.c.station,
            drawn.c.package,
            visit.c.team_id,
            visit.c.visit_on,
            visit.c.exception,
        )
        .join(drawn, sa.and_(drawn.c.draw_id == visit.c.draw_id, drawn.c.firm_id == visit.c.firm_id))
        .join(draw, draw.c.draw_id == visit.c.draw_id)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .join(firm, firm.c.firm_id == visit.c.firm_id, isouter=True)
        .where(draw.c.status != DrawStatus.VOIDED, entry.c.year == year)
    )


def _planned_visit(row: sa.Row[Any], drawn_at: str, changes: list[tuple[int, str, bool]]) -> PlannedVisit:
    return PlannedVisit(
        draw_id=row.draw_id,
        round_name=row.round_id.partition("-")[2],
        kind=row.kind,
        firm_id=row.firm_id,
        name=row.name or "",
        registrar=row.registrar or "",
        address=row.address or "",
        district=row.district or "",
        town=town_of(row.station or "", row.address or ""),
        package=row.package,
        team_ids=teams_of(row.team_id),
        visit_on=row.visit_on,
        exceptions=tuple(code for code in row.exception.split(";") if code),
        num_moves=sum(is_move for _number, _at, is_move in changes),
        num_changes=len(changes),
        stamped_at=max(changes)[1] if changes else drawn_at,
    )


def _load_experts(
    connection: sa.Connection, visits: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Member, ...]]:
    """Experts of some visits by draw and firm, each once."""
    officer = table_of(Officer)
    names = ("name", "unit", "department")
    called = {key: calls for key, calls in load_experts(connection).items() if key in visits}
    people = {}
    if called:
        columns = sa.select(officer.c.officer_id, *(officer.c[name] for name in names))
        people = {row["officer_id"]: dict(row) for row in connection.execute(columns).mappings()}

    def member(officer_id: str) -> Member:
        known = people.get(officer_id, {})
        fields = {name: known.get(name) or "" for name in names}
        return Member(officer_id=officer_id, certificate_no="", lead=False, **fields)

    return {
        key: tuple(member(officer_id) for officer_id in dict.fromkeys(call.officer_id for call in calls) if officer_id)
        for key, calls in called.items()
    }


def _load_members(
    connection: sa.Connection, year: int
) -> tuple[dict[str, tuple[Member, ...]], dict[str, str], dict[str, tuple[tuple[date, tuple[Member, ...]], ...]]]:
    """Members of each team now, its district, and who was in it before a day where officers were replaced."""
    team, officer, draw, entry = (table_of(model) for model in (Team, Officer, Draw, Round))
    statement = (
        sa.select(team.c.team_id, team.c.district)
        .join(draw, draw.c.draw_id == team.c.draw_id)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(draw.c.status != DrawStatus.VOIDED, entry.c.year == year)
    )
    districts = {row.team_id: row.district for row in connection.execute(statement)}
    names = ("name", "unit", "department", "certificate_no")
    people = {
        row["officer_id"]: {name: row[name] or "" for name in names}
        for row in connection.execute(sa.select(officer.c.officer_id, *(officer.c[name] for name in names))).mappings()
    }
    members: dict[str, list[Membership]] = {}
    for one in load_memberships(connection):
        if one.team_id in districts:
            members.setdefault(one.team_id, []).append(one)

    def as_of(team_id: str, day: date | None) -> tuple[Member, ...]:
        found = [
            Member(officer_id=one.officer_id, lead=one.lead, **people.get(one.officer_id, dict.fromkeys(names, "")))
            for one in members[team_id]
            if one.holds_on(day)
        ]
        return tuple(sorted(found, key=lambda one: (not one.lead, one.officer_id)))

    changes = {name: sorted({one.until for one in entries if one.until}) for name, entries in members.items()}
    return (
        {name: as_of(name, None) for name in sorted(members)},
        districts,
        {
            name: tuple((day, as_of(name, day - timedelta(days=1))) for day in days)
            for name, days in changes.items()
            if days
        },
    )


def _officers_drawn_at(connection: sa.Connection) -> dict[str, str]:
    """When the officers of each draw were drawn, by the log."""
    table = table_of(LogEntry)
    statement = sa.select(table.c.detail, table.c.at).where(table.c.action == "draw officers").order_by(table.c.number)
    return {json.loads(row.detail)["draw_id"]: row.at for row in connection.execute(statement)}


def _changes(connection: sa.Connection) -> dict[tuple[str, str], list[tuple[int, str, bool]]]:
    """Log number, time and whether it is a move of each change, by draw and firm, or by draw and team."""
    log = table_of(LogEntry)
    found: dict[tuple[str, str], list[tuple[int, str, bool]]] = {}
    for model, name in ((VisitMove, "firm_id"), (ExpertReplacement, "firm_id"), (OfficerReplacement, "team_id")):
        table = table_of(model)
        statement = sa.select(table.c.draw_id, table.c[name], log.c.number, log.c.at).join(
            log, log.c.number == table.c.log_number
        )
        for draw_id, key, number, at in connection.execute(statement):
            found.setdefault((draw_id, key), []).append((number, at, model is VisitMove))
    return found


def _changes_of(
    row: sa.Row[Any], changed: dict[tuple[str, str], list[tuple[int, str, bool]]]
) -> list[tuple[int, str, bool]]:
    """Changes of a visit and of its teams."""
    return [change for key in (row.firm_id, *teams_of(row.team_id)) for change in changed.get((row.draw_id, key), ())]


def load_moves(connection: sa.Connection, draw_id: str | None = None) -> tuple[Move, ...]:
    """Moves of one draw, or of all, by draw, firm and number."""
    table = table_of(VisitMove)
    statement = sa.select(table).order_by(table.c.draw_id, table.c.firm_id, table.c.number)
    if draw_id is not None:
        statement = statement.where(table.c.draw_id == draw_id)
    return tuple(Move(**row) for row in connection.execute(statement).mappings())


def save_move(connection: sa.Connection, move: Move, exception: str) -> None:
    """Keeps a move, and gives the visit its new day and what now holds of it."""
    names = Move.__slots__
    insert_columns(connection, VisitMove, {name: [getattr(move, name)] for name in names})
    visit = table_of(Visit)
    connection.execute(
        sa.update(visit)
        .where(visit.c.draw_id == move.draw_id, visit.c.firm_id == move.firm_id)
        .values(visit_on=move.moved_to, exception=exception)
    )


def has_results(connection: sa.Connection, draw_id: str, firm_id: str) -> bool:
    """Whether anything is recorded of a visit."""
    table = table_of(Result)
    statement = sa.select(table.c.item_id).where(table.c.draw_id == draw_id, table.c.firm_id == firm_id).limit(1)
    return connection.execute(statement).first() is not None
