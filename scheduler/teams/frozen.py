"""
The roster, recusals and teams as the files of a record (specification, section 2), written and read.

Names, posts and certificate numbers are not in the files: an audit needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.draw.canonical import parse_table, split_list, table_bytes
from scheduler.teams.lots import Team
from scheduler.teams.replacing import Replacement
from scheduler.teams.roster import Officer, Recusal

ROSTER_NAME = "roster.tsv"
RECUSALS_NAME = "recusals.tsv"
TEAMS_NAME = "teams.tsv"
ROSTER_COLUMNS = (
    "officer_id",
    "unit",
    "department",
    "level",
    "district",
    "certificate_valid_until",
    "specialities",
    "item_ids",
    "lead_qualified",
    "expert",
    "active",
)
RECUSAL_COLUMNS = ("officer_id", "firm_id", "reason", "valid_until")
REPLACEMENTS_NAME = "replacements.tsv"
REPLACEMENT_COLUMNS = ("number", "team_id", "officer_out", "officer_in", "reason", "decided_on", "passed_over")
TEAM_COLUMNS = ("team_id", "officer_id", "lead", "borrowed")


def roster_bytes(officers: Iterable[Officer]) -> bytes:
    """The file `roster.tsv`."""
    return table_bytes(ROSTER_COLUMNS, sorted(_officer_row(officer) for officer in officers))


def parse_roster(content: bytes) -> tuple[Officer, ...]:
    """Officers of a `roster.tsv`, ascending, with the personal data that the file does not hold left empty."""
    columns = parse_table(content, ROSTER_COLUMNS, ROSTER_NAME)
    return tuple(_officer(dict(zip(ROSTER_COLUMNS, row, strict=True))) for row in zip(*columns, strict=True))


def recusals_bytes(recusals: Iterable[Recusal]) -> bytes:
    """The file `recusals.tsv`."""
    rows = ((entry.officer_id, entry.firm_id, entry.reason, _day_text(entry.valid_until)) for entry in recusals)
    return table_bytes(RECUSAL_COLUMNS, sorted(rows))


def parse_recusals(content: bytes) -> tuple[Recusal, ...]:
    """Recusals of a `recusals.tsv`, ascending."""
    return tuple(
        Recusal(officer_id=officer_id, firm_id=firm_id, reason=reason, valid_until=_day(valid_until))
        for officer_id, firm_id, reason, valid_until in zip(
            *parse_table(content, RECUSAL_COLUMNS, RECUSALS_NAME), strict=True
        )
    )


def teams_bytes(teams: Iterable[Team]) -> bytes:
    """The file `teams.tsv`: one row for each member of each team."""
    rows = (
        (team.team_id, officer.officer_id, str(int(officer is team.lead)), "0")
        for team in teams
        for officer in team.officers
    )
    return table_bytes(TEAM_COLUMNS, sorted(rows))


def replacements_bytes(rows: Iterable[Replacement]) -> bytes:
    """The file `replacements.tsv`: officers who gave way after the draw, and who took their places."""
    cells = [
        (
            f"{row.number:03d}",
            row.team_id,
            row.officer_out,
            row.officer_in,
            row.reason,
            row.decided_on.isoformat(),
            ";".join(f"{officer}:{obstacle}" for officer, obstacle in row.passed_over),
        )
        for row in rows
    ]
    return table_bytes(REPLACEMENT_COLUMNS, sorted(cells))


def _officer_row(officer: Officer) -> tuple[str, ...]:
    return (
        officer.officer_id,
        officer.unit,
        officer.department,
        officer.level,
        officer.district,
        _day_text(officer.certificate_valid_until),
        ";".join(sorted(officer.specialities)),
        ";".join(sorted(officer.item_ids)),
        str(int(officer.lead_qualified)),
        str(int(officer.expert)),
        str(int(officer.active)),
    )


def _officer(row: dict[str, str]) -> Officer:
    return Officer(
        officer_id=row["officer_id"],
        name="",
        unit=row["unit"],
        department=row["department"],
        level=row["level"],
        district=row["district"],
        certificate_no="",
        certificate_valid_until=_day(row["certificate_valid_until"]),
        post="",
        specialities=split_list(row["specialities"]),
        item_ids=split_list(row["item_ids"]),
        lead_qualified=row["lead_qualified"] == "1",
        expert=row["expert"] == "1",
        active=row["active"] == "1",
    )


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""
