"""Who met whom in a year is derived from the visits of draws that stand, and from who was in the team on the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.agenda_rows import load_agenda
from models.draw_rows import put_file
from models.meeting_rows import load_meetings
from models.replacement_rows import save_replacement
from models.store import Store, insert_columns
from models.tables import Draw, DrawnFirm, Result, Round, Team, TeamMember, Visit, table_of
from scheduler.teams.frozen import RECUSALS_NAME, recusals_bytes
from scheduler.teams.replacing import Replacement, ReplacementReason
from scheduler.teams.roster import LAST_YEAR, Recusal

A, B, C, D, E = (f"91371002MA3C00000{letter}" for letter in "ABCDE")
LONG_AGO = date(2000, 1, 1)  # every result may still come


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


def add_visit(
    connection: sa.Connection, draw_id: str, firm_id: str, teams: str, visit_on: date | None, exception: str = ""
) -> None:
    """A visit of one or several teams."""
    row = {"draw_id": draw_id, "firm_id": firm_id, "team_id": teams, "visit_on": visit_on, "exception": exception}
    insert_columns(connection, Visit, {name: [value] for name, value in row.items()})


def add_drawn(connection: sa.Connection, draw_id: str, *firms: str) -> None:
    """Rows of a list."""
    row = {
        "draw_id": draw_id,
        "round_id": draw_id.rpartition("-")[0],
        "stratum": "",
        "package": "T01",
        "counting": False,
        "chance_micro": 0,
        "chance_firms": 1,
    }
    insert_columns(connection, DrawnFirm, {"firm_id": list(firms), **{k: [v] * len(firms) for k, v in row.items()}})


def add_result(connection: sa.Connection, draw_id: str, firm_id: str, inspected_on: date, item_id: str = "G01") -> None:
    """One item checked on a day."""
    row = {
        "draw_id": draw_id,
        "firm_id": firm_id,
        "item_id": item_id,
        "category": "no_problem",
        "inspected_on": inspected_on,
        "recorded_on": inspected_on,
        "note": "",
    }
    insert_columns(connection, Result, {name: [value] for name, value in row.items()})


def give_way(connection: sa.Connection, team_id: str, officer_out: str, officer_in: str, day: date) -> None:
    """A replacement from a day on."""
    entry = Replacement(
        draw_id="2025-1-1",
        number=1,
        team_id=team_id,
        officer_out=officer_out,
        officer_in=officer_in,
        reason=ReplacementReason.ILLNESS,
        decided_on=day,
        passed_over=(),
        note="",
        author="tester",
        log_number=1,
    )
    save_replacement(connection, entry)


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
    assert load_meetings(connection, 2025, awaited_since=LONG_AGO) == (
        ("O1", A),
        ("O1", B),
        ("O2", A),
        ("O2", B),
        ("O3", B),
        ("O3", D),
        ("O4", B),
        ("O4", D),
    )
    assert load_meetings(connection, 2026, awaited_since=LONG_AGO) == (("O1", E), ("O5", E))
    assert load_meetings(connection, 2024, awaited_since=LONG_AGO) == ()


def test_who_gave_way_met_the_firms_before_and_who_came_those_after(connection: sa.Connection) -> None:
    """O2 gives way to O9 on 10 March: A on the 9th is O2's, B on the 10th and D, which has no day, are O9's."""
    add_draw(connection, "2025-1-1", "drawn")
    team = add_team(connection, "2025-1-1", 1, "O1", "O2")
    for firm_id, day in ((A, date(2025, 3, 9)), (B, date(2025, 3, 10)), (D, None)):
        add_visit(connection, "2025-1-1", firm_id, team, day)
    give_way(connection, team, "O2", "O9", date(2025, 3, 10))
    assert set(load_meetings(connection, 2025, awaited_since=LONG_AGO)) == {
        *(("O1", firm) for firm in (A, B, D)),
        ("O2", A),
        ("O9", B),
        ("O9", D),
    }


def test_whoever_was_replaced_before_the_check_stayed_away(connection: sa.Connection) -> None:
    """
    O2 gives way to O9 on 10 March. A was planned for the 9th and checked on the 12th, when O9 stood there.

    B was planned for the 12th and checked on the 9th already, by O2; D was checked on both days, so both met it.
    """
    add_draw(connection, "2025-1-1", "drawn")
    team = add_team(connection, "2025-1-1", 1, "O1", "O2")
    early, late = date(2025, 3, 9), date(2025, 3, 12)
    for firm_id, planned, checked in ((A, early, late), (B, late, early), (D, early, early)):
        add_visit(connection, "2025-1-1", firm_id, team, planned)
        add_result(connection, "2025-1-1", firm_id, checked)
    add_result(connection, "2025-1-1", D, late, "G02")
    give_way(connection, team, "O2", "O9", date(2025, 3, 10))
    met = set(load_meetings(connection, 2025, awaited_since=LONG_AGO))
    assert met == {*(("O1", firm) for firm in (A, B, D)), ("O9", A), ("O2", B), ("O2", D), ("O9", D)}


def test_visit_without_result_was_not_held_once_no_result_is_awaited(connection: sa.Connection) -> None:
    """
    Results of visits planned for 9 March or later may still come: B's officers count, A's do not.

    D has a result and E no day: the round ends on 31 May, so E counts until results of that day are due.
    """
    add_draw(connection, "2025-1-1", "drawn")
    team = add_team(connection, "2025-1-1", 1, "O1")
    for firm_id, day in ((A, date(2025, 3, 8)), (B, date(2025, 3, 9)), (D, date(2025, 3, 8)), (E, None)):
        add_visit(connection, "2025-1-1", firm_id, team, day)
    add_result(connection, "2025-1-1", D, date(2025, 3, 8))
    met = load_meetings(connection, 2025, awaited_since=date(2025, 3, 9))
    assert met == (("O1", B), ("O1", D), ("O1", E))
    assert load_meetings(connection, 2025, awaited_since=date(2025, 6, 1)) == (("O1", D),)


def test_who_was_barred_from_a_firm_that_several_teams_went_to_stayed_away(connection: sa.Connection) -> None:
    """
    Officers of both teams go together: O2, kin, and O4, who met the firms last year, stay away from A.

    B was met with recusals for last year put aside, so O4 went and O2 did not; O5 came in O3's place and went.
    """
    add_draw(connection, "2025-1-1", "drawn")
    one = add_team(connection, "2025-1-1", 1, "O1", "O2")
    two = add_team(connection, "2025-1-1", 2, "O3", "O4")
    refused = [
        Recusal(officer_id=officer, firm_id=firm, reason=reason, valid_until=None)
        for firm in (A, B)
        for officer, reason in (("O2", "kin"), ("O4", LAST_YEAR), ("O5", "kin"))
    ]
    put_file(connection, "2025-1-1", RECUSALS_NAME, recusals_bytes(refused))
    for firm_id, exception in ((A, "direct"), (B, "direct;repeated")):
        add_visit(connection, "2025-1-1", firm_id, f"{one};{two}", date(2025, 3, 12), exception)
    give_way(connection, two, "O3", "O5", date(2025, 3, 10))
    met = load_meetings(connection, 2025, awaited_since=LONG_AGO)
    assert met == (("O1", A), ("O1", B), ("O4", B), ("O5", A), ("O5", B))
    add_drawn(connection, "2025-1-1", A, B)
    agenda = load_agenda(connection, 2025)
    going = {
        visit.firm_id: sorted(member.officer_id for member in agenda.officers_of(visit)) for visit in agenda.visits
    }
    assert going == {A: ["O1", "O5"], B: ["O1", "O4", "O5"]}  # who stands on the notice
