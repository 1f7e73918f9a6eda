"""Who met whom in a year is derived from the visits of draws that stand, and from who was in the team on the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.replacement_rows import save_replacement
from models.store import Store, insert_columns
from models.tables import Draw, Round, Team, TeamMember, Visit, table_of
from models.teams_rows import load_meetings
from scheduler.teams.replacing import Replacement, ReplacementReason

A, B, C, D, E = (f"91371002MA3C00000{letter}" for letter in "ABCDE")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """A connection to an empty database."""
    store = Store(f"sqlite:///{tmp_path / 'rows.db'}")
    store.migrate()
    with store.transaction() as opened:
        yield opened
    store.close()


def add_draw(connection: sa.Connection, draw_id: str, status: str) -> None:
    """A round of its own with one attempt."""
    year, number, attempt = (int(part) for part in draw_id.split("-"))
    entry = {
        "round_id": f"{year}-{number}",
        "year": year,
        "number": number,
        "kind": "targeted",
        "starts_on": date(year, 3, 1),
        "ends_on": date(year, 5, 31),
        "counting_visits": 0,
        "plan_id": "",
    }
    connection.execute(sa.insert(table_of(Round)), [entry])
    row = {
        "draw_id": draw_id,
        "round_id": f"{year}-{number}",
        "attempt": attempt,
        "status": status,
        "commitment_digest": "",
        "seed": "",
        "committed_on": date(year, 1, 2),
        "drawn_on": date(year, 2, 1),
        "void_reason": "",
    }
    connection.execute(sa.insert(table_of(Draw)), [row])


def add_team(connection: sa.Connection, draw_id: str, number: int, *officers: str) -> str:
    """A team of a draw, the first officer its lead."""
    team_id = f"{draw_id}-371002-{number:03d}"
    insert_columns(connection, Team, {"team_id": [team_id], "draw_id": [draw_id], "district": ["371002"]})
    members = {
        "team_id": [team_id] * len(officers),
        "officer_id": list(officers),
        "lead": [place == 0 for place in range(len(officers))],
        "borrowed": [False] * len(officers),
    }
    insert_columns(connection, TeamMember, members)
    return team_id


def add_visit(connection: sa.Connection, draw_id: str, firm_id: str, teams: str, visit_on: date | None) -> None:
    """A visit of one or several teams."""
    row = {"draw_id": draw_id, "firm_id": firm_id, "team_id": teams, "visit_on": visit_on, "exception": ""}
    insert_columns(connection, Visit, {name: [value] for name, value in row.items()})


def test_meetings_are_those_of_draws_that_stand_in_that_year(connection: sa.Connection) -> None:
    """
    2025-1 stands: O1 and O2 meet A, both teams meet B, nobody meets C, which has no team; D has a team and no day yet.

    2025-2 was voided and 2026-1 is of another year, so E was met by nobody in 2025.
    """
    for draw_id, status in (("2025-1-1", "drawn"), ("2025-2-1", "voided"), ("2026-1-1", "drawn")):
        add_draw(connection, draw_id, status)
    one = add_team(connection, "2025-1-1", 1, "O1", "O2")
    two = add_team(connection, "2025-1-1", 2, "O3", "O4")
    add_visit(connection, "2025-1-1", A, one, date(2025, 3, 3))
    add_visit(connection, "2025-1-1", B, f"{two};{one}", date(2025, 3, 4))
    add_visit(connection, "2025-1-1", C, "", None)
    add_visit(connection, "2025-1-1", D, two, None)
    for draw_id in ("2025-2-1", "2026-1-1"):
        add_visit(connection, draw_id, E, add_team(connection, draw_id, 1, "O1", "O5"), date(2025, 4, 1))
    assert load_meetings(connection, 2025) == (
        ("O1", A),
        ("O1", B),
        ("O2", A),
        ("O2", B),
        ("O3", B),
        ("O3", D),
        ("O4", B),
        ("O4", D),
    )
    assert load_meetings(connection, 2026) == (("O1", E), ("O5", E))
    assert load_meetings(connection, 2024) == ()


def test_who_gave_way_met_the_firms_before_and_who_came_those_after(connection: sa.Connection) -> None:
    """O2 gives way to O9 on 10 March: A on the 9th is O2's, B on the 10th and D, which has no day, are O9's."""
    add_draw(connection, "2025-1-1", "drawn")
    team = add_team(connection, "2025-1-1", 1, "O1", "O2")
    for firm_id, day in ((A, date(2025, 3, 9)), (B, date(2025, 3, 10)), (D, None)):
        add_visit(connection, "2025-1-1", firm_id, team, day)
    save_replacement(
        connection,
        Replacement(
            draw_id="2025-1-1",
            number=1,
            team_id=team,
            officer_out="O2",
            officer_in="O9",
            reason=ReplacementReason.ILLNESS,
            decided_on=date(2025, 3, 10),
            passed_over=(),
            note="",
            author="tester",
            log_number=1,
        ),
    )
    assert set(load_meetings(connection, 2025)) == {
        *(("O1", firm) for firm in (A, B, D)),
        ("O2", A),
        ("O9", B),
        ("O9", D),
    }
