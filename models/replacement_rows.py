"""Officers who gave way after the draw: rows and values, and who is in which team on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.store import insert_columns
from models.tables import OfficerReplacement, TeamMember, table_of
from models.tables import Team as TeamRow
from scheduler.draw.canonical import split_list
from scheduler.teams.replacing import Obstacle, Replacement, ReplacementReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A member of a team from one day on and until another; None for from the draw on, and for good."""

    team_id: str
    officer_id: str
    lead: bool
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date | None) -> bool:
        """Whether the officer goes to a visit on a day; to one without a day goes who is a member for good."""
        if day is None:
            return self.until is None
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def load_replacements(connection: sa.Connection, draw_id: str | None = None) -> tuple[Replacement, ...]:
    """Replacements of one draw, or of all, by draw and number."""
    table = table_of(OfficerReplacement)
    statement = sa.select(table).order_by(table.c.draw_id, table.c.number)
    if draw_id is not None:
        statement = statement.where(table.c.draw_id == draw_id)
    return tuple(
        Replacement(
            **{
                **row,
                "reason": ReplacementReason(row["reason"]),
                "passed_over": tuple(_passed(cell) for cell in split_list(row["passed_over"])),
            }
        )
        for row in connection.execute(statement).mappings()
    )


def _passed(cell: str) -> tuple[str, Obstacle]:
    officer_id, _, obstacle = cell.rpartition(":")
    return officer_id, Obstacle(obstacle)


def save_replacement(connection: sa.Connection, entry: Replacement) -> None:
    """Keeps a replacement."""
    passed = ";".join(f"{officer}:{obstacle}" for officer, obstacle in entry.passed_over)
    row = {name: getattr(entry, name) for name in Replacement.__slots__} | {
        "reason": str(entry.reason),
        "passed_over": passed,
    }
    insert_columns(connection, OfficerReplacement, {name: [value] for name, value in row.items()})


def load_memberships(connection: sa.Connection, draw_id: str | None = None) -> tuple[Membership, ...]:
    """Members of the teams of one draw, or of all, as drawn and with what was replaced since."""
    team, member = table_of(TeamRow), table_of(TeamMember)
    statement = sa.select(member.c.team_id, member.c.officer_id, member.c.lead).join(
        team, team.c.team_id == member.c.team_id
    )
    if draw_id is not None:
        statement = statement.where(team.c.draw_id == draw_id)
    standing = {
        (row.team_id, row.officer_id): Membership(team_id=row.team_id, officer_id=row.officer_id, lead=row.lead)
        for row in connection.execute(statement)
    }
    past: list[Membership] = []
    for entry in load_replacements(connection, draw_id):
        before = standing.pop((entry.team_id, entry.officer_out))
        past.append(
            Membership(
                team_id=before.team_id,
                officer_id=before.officer_id,
                lead=before.lead,
                since=before.since,
                until=entry.decided_on,
            )
        )
        standing[entry.team_id, entry.officer_in] = Membership(
            team_id=entry.team_id, officer_id=entry.officer_in, lead=before.lead, since=entry.decided_on
        )
    return tuple(
        sorted([*standing.values(), *past], key=lambda one: (one.team_id, one.officer_id, one.since or date.min))
    )
