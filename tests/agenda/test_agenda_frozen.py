"""Files of days in a record: rows in order, empty cells, what the days were planned by."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.agenda.books import DayLimits, Room
from scheduler.agenda.frozen import (
    calendar_bytes,
    exception_text,
    moves_bytes,
    officers_bytes,
    towns_bytes,
    visits_bytes,
)
from scheduler.teams.needs import PackageNeeds

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def needs(package: str) -> PackageNeeds:
    """Needs of a package that runs on two days."""
    return PackageNeeds(package=package, specialities=(), officers_required=2, starts_on=MONDAY, ends_on=TUESDAY)


def test_visits_file_is_in_order_with_empty_cells() -> None:
    """Rows ascend by firm; a visit without team or day has empty cells."""
    content = visits_bytes(["B", "A"], ["T-1", ""], [MONDAY, None], ["", "unmet"])
    assert content.decode() == "firm_id\tteam_id\tvisit_on\texception\nA\t\t\tunmet\nB\tT-1\t2026-03-02\t\n"


def test_officers_file_holds_what_the_lot_went_by() -> None:
    """Working days, limits, needs and minutes stand in the file in ascending order, under format 4."""
    content = officers_bytes(
        draw_id="2026-1-1",
        drawn_on=date(2026, 3, 1),
        seed="ab",
        limits=DayLimits(visits=3, minutes=480, journey_minutes=90),
        working_days=(MONDAY, TUESDAY),
        unknown_years=(2027,),
        needs={"T2": needs("T2"), "T1": needs("T1")},
        minutes={"T1": 60, "T2": 120},
        redraws=(),
    ).decode()
    assert content.index('"T1"') < content.index('"T2"')
    assert '"working_days": [\n    "2026-03-02",\n    "2026-03-03"\n  ]' in content
    assert '"unknown_years": [\n    2027\n  ]' in content
    for line in ('"format": 4', '"minutes_per_team_day": 480', '"journey_minutes": 90', '"minutes": 120'):
        assert line in content


def test_calendar_towns_and_moves_are_tables_in_order() -> None:
    """Only what is known stands in them; numbers of moves have three digits, so that the tenth follows the ninth."""
    calendar = calendar_bytes({"P2": {MONDAY: Room(visits=0, minutes=0)}, "P1": {TUESDAY: Room(visits=2, minutes=200)}})
    assert calendar.decode() == "officer_id\tday\tvisits\tminutes\nP1\t2026-03-03\t2\t200\nP2\t2026-03-02\t0\t0\n"
    assert towns_bytes(["B", "A"], ["甲镇", ""]).decode() == "firm_id\ttown\nB\t甲镇\n"
    moves = moves_bytes([("A", 10, MONDAY, TUESDAY, MONDAY, "x"), ("A", 9, None, MONDAY, MONDAY, "y")])
    assert [line.split("\t")[1] for line in moves.decode().splitlines()[1:]] == ["009", "010"]


@pytest.mark.parametrize(
    ("codes", "text"), [([], ""), (["unmet"], "unmet"), (["window", "borrowed"], "borrowed;window")]
)
def test_exceptions_of_a_visit_are_one_cell(codes: list[str], text: str) -> None:
    """Several exceptions ascend, joined by a semicolon."""
    assert exception_text(codes) == text
