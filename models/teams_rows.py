"""Teams, their members and the visits of a draw: rows and values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.firm_replacement_rows import stands
from models.replacement_rows import load_memberships
from models.store import insert_columns, read_columns
from models.tables import Draw, DrawnFirm, Officer, Round, TeamMember, Visit, table_of
from models.tables import Team as TeamRow
from scheduler.draw.canonical import split_list
from scheduler.registry.codes import DrawStatus
from scheduler.teams.lots import Team

PIECE = 500  # values in one statement, of which SQLite takes at least 999


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawState:
    """
    The attempt of a round that stands, with its round.

    Attributes
    ----------
    secret, officer_secret
        Keys of the salts and of the officers' lot; None for a list drawn elsewhere that has no officers yet.
    starts_on, ends_on
        Window of the round.
    """

    draw_id: str
    round_id: str
    kind: str
    status: str
    seed: str
    commitment_digest: str
    secret: bytes | None
    officer_secret: bytes | None
    drawn_on: date | None
    officers_drawn_on: date | None
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitColumns:
    """Visits of a draw as columns of one length, ascending by firm id; `team_id` and `exception` may be empty."""

    firm_id: tuple[str, ...]
    team_id: tuple[str, ...]
    visit_on: tuple[date | None, ...]
    exception: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTeam:
    """A team for people: its lead first, then its members by officer id, with the names on the roster of today."""

    team_id: str
    district: str
    officer_ids: tuple[str, ...]
    names: tuple[str, ...]
    num_visits: int
    reserve: bool = False  # without a lead: its officers only go where they are assigned directly


def load_draw_state(connection: sa.Connection, round_id: str) -> DrawState | None:
    """The newest attempt of a round that is not voided; None where there is none."""
    draw, entry = table_of(Draw), table_of(Round)
    statement = (
        sa.select(draw, entry.c.kind, entry.c.starts_on, entry.c.ends_on)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(draw.c.round_id == round_id, draw.c.status != DrawStatus.VOIDED)
        .order_by(draw.c.attempt.desc())
        .limit(1)
    )
    row = connection.execute(statement).mappings().first()
    return DrawState(**{name: row[name] for name in DrawState.__slots__}) if row else None


def load_drawn_packages(
    connection: sa.Connection, draw_id: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Firm id, package and stratum of every firm of a draw, in ascending order of firm id."""
    table = table_of(DrawnFirm)
    statement = sa.select(table.c.firm_id, table.c.package, table.c.stratum).where(
        table.c.draw_id == draw_id, stands(table)
    )
    rows = sorted(zip(*read_columns(connection, statement), strict=True))
    firm_id, package, stratum = zip(*rows, strict=True) if rows else ((), (), ())
    return tuple(firm_id), tuple(package), tuple(stratum)


def save_teams(connection: sa.Connection, draw_id: str, teams: Sequence[Team]) -> None:
    """Keeps the teams of a draw and their members."""
    insert_columns(
        connection,
        TeamRow,
        {
            "team_id": [team.team_id for team in teams],
            "draw_id": [draw_id] * len(teams),
            "district": [team.district for team in teams],
        },
    )
    members = [(team, officer) for team in teams for officer in team.officers]
    insert_columns(
        connection,
        TeamMember,
        {
            "team_id": [team.team_id for team, _ in members],
            "officer_id": [officer.officer_id for _, officer in members],
            "lead": [officer is team.lead for team, officer in members],
            "borrowed": [False] * len(members),
        },
    )


def load_teams(connection: sa.Connection, draw_id: str) -> tuple[StoredTeam, ...]:
    """The teams of a draw, in ascending order of team id."""
    team, officer, visit = table_of(TeamRow), table_of(Officer), table_of(Visit)
    statement = sa.select(team.c.team_id, team.c.district).where(team.c.draw_id == draw_id)
    districts = {row.team_id: row.district for row in connection.execute(statement)}
    names = {row.officer_id: row.name for row in connection.execute(sa.select(officer.c.officer_id, officer.c.name))}
    joined = connection.execute(sa.select(visit.c.team_id).where(visit.c.draw_id == draw_id)).scalars()
    loads = Counter(team_id for cell in joined for team_id in split_list(cell))
    members: dict[tuple[str, str], list[tuple[bool, str, str]]] = {}
    for one in load_memberships(connection, draw_id):
        if one.until is None:
            entry = (not one.lead, one.officer_id, names.get(one.officer_id, ""))
            members.setdefault((one.team_id, districts[one.team_id]), []).append(entry)
    return tuple(
        StoredTeam(
            team_id=team_id,
            district=district,
            officer_ids=tuple(entry[1] for entry in sorted(members[team_id, district])),
            names=tuple(entry[2] for entry in sorted(members[team_id, district])),
            num_visits=loads.get(team_id, 0),
            reserve=all(entry[0] for entry in members[team_id, district]),
        )
        for team_id, district in sorted(members)
    )


def add_visits(connection: sa.Connection, draw_id: str, visits: VisitColumns) -> None:
    """Keeps visits of a draw, in the place of those to the same firms."""
    table = table_of(Visit)
    for first in range(0, len(visits.firm_id), PIECE):
        firms = visits.firm_id[first : first + PIECE]
        connection.execute(sa.delete(table).where(table.c.draw_id == draw_id, table.c.firm_id.in_(firms)))
    insert_columns(
        connection,
        Visit,
        {
            "draw_id": [draw_id] * len(visits.firm_id),
            "firm_id": visits.firm_id,
            "team_id": visits.team_id,
            "visit_on": visits.visit_on,
            "exception": visits.exception,
        },
    )


def note_officers_drawn(connection: sa.Connection, draw_id: str, day: date, officer_secret: bytes) -> None:
    """Keeps the day on which the officers of a draw were drawn, and the key they were drawn with."""
    table = table_of(Draw)
    connection.execute(
        sa.update(table).where(table.c.draw_id == draw_id).values(officers_drawn_on=day, officer_secret=officer_secret)
    )
