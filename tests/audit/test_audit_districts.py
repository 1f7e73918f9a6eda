"""Numbers by district in year.json: sums, and in an audit record the registers."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from scheduler.audit.claims import Group, Status
from scheduler.audit.year import check_districts

YEAR: dict[str, Any] = {
    "format": 2,
    "num_enterprises": 6,
    "drawn_enterprises": 4,
    "districts": [
        {"code": "371002", "num_enterprises": 4, "drawn_enterprises": 3},
        {"code": "371003", "num_enterprises": 1, "drawn_enterprises": 0},
    ],
    "elsewhere": {"num_enterprises": 1, "drawn_enterprises": 1},
}
DRAWN_IN = {"a": "371002", "b": "371002", "c": "371002", "d": "370600"}


def statuses(year: dict[str, Any], drawn_in: dict[str, str] | None) -> list[Status]:
    """Statuses of the claims made."""
    group = Group("year")
    check_districts(group, year, drawn_in)
    return [claim.status for claim in group.claims_from(1)]


def test_right_numbers_pass() -> None:
    """Both sums, and three firms in one district and one in none of the list."""
    assert statuses(YEAR, DRAWN_IN) == [Status.PASSED] * 3


def test_public_record_cannot_check_the_districts() -> None:
    """Sums are checked, the registers are not there."""
    assert statuses(YEAR, None) == [Status.PASSED, Status.PASSED, Status.NOT_CHECKED]


@pytest.mark.parametrize(
    ("place", "name", "failed"),
    [(0, "num_enterprises", 0), (1, "drawn_enterprises", 1)],
)
def test_wrong_sum_fails(place: int, name: str, failed: int) -> None:
    """A district with one more than it has breaks the sum of that number."""
    year = copy.deepcopy(YEAR)
    year["districts"][place][name] += 1
    assert statuses(year, DRAWN_IN)[failed] is Status.FAILED


def test_firm_told_in_another_district_fails() -> None:
    """Sums hold, and the registers still find that one firm was moved."""
    year = copy.deepcopy(YEAR)
    year["districts"][0]["drawn_enterprises"] -= 1
    year["districts"][1]["drawn_enterprises"] += 1
    assert statuses(year, DRAWN_IN) == [Status.PASSED, Status.PASSED, Status.FAILED]


def test_format_1_has_no_numbers_to_check() -> None:
    """An older year.json makes no claim about districts."""
    assert statuses({"format": 1}, DRAWN_IN) == []
