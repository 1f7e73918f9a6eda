"""Indicators as of a date: each number derived by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from scheduler.registry.codes import EventKind, FirmStatus, ObjectType
from scheduler.risk.history import MISSING, MOST_YUAN, Snapshot
from scheduler.risk.indicators import INDICATORS, Direction, IndicatorGroup, find_indicator, indicator_values
from scheduler.risk.words import direction_words, group_words, how_words, indicator_words, source_words, unit_words

AS_OF = date(2026, 1, 1)


def values(make: Any, name: str, *rows: tuple[Any, ...], num_firms: int = 1, **columns: Any) -> list[int]:
    """One indicator of a few firms as of 1 January 2026."""
    frame = make.frame(num_firms, **columns)
    return list(indicator_values(frame, make.events(*rows), [name], AS_OF)[name].tolist())


def test_catalogue_names_are_unique_and_every_group_has_some() -> None:
    """No two indicators share a name, there are 40 and more, and none of the five official groups is empty."""
    assert len({one.name for one in INDICATORS}) == len(INDICATORS) >= 40
    assert {one.group for one in INDICATORS} == set(IndicatorGroup)


def test_catalogue_declares_words_for_everything() -> None:
    """Every indicator has an English label, a Chinese term, and words for group, unit and direction."""
    for one in INDICATORS:
        assert indicator_words(one.name) == one.label
        assert any("一" <= character <= "鿿" for character in one.term)
        assert group_words(one.group) and unit_words(one.unit) and direction_words(one.direction)
        assert how_words(one) and source_words(one) and "{" not in how_words(one)


@pytest.mark.parametrize("one", INDICATORS, ids=lambda one: one.name)
def test_words_name_every_event_an_indicator_hangs_on(make: Any, one: Any) -> None:
    """One event of any kind, 10 days old, changes the column only if its kind is among those the words name."""
    frame = make.frame(1, established_on=["2000-01-01"])
    late = [(0, EventKind.LATE_ANNUAL_REPORT, "2025-12-01"), (0, EventKind.LATE_ANNUAL_REPORT, "2025-12-02")]
    before = indicator_values(frame, make.events(*late), [one.name], AS_OF)[one.name]
    moved = {
        kind
        for kind in EventKind
        if kind is not EventKind.CREDIT_REPAIR  # it restores, so it reaches whatever it repairs
        and indicator_values(frame, make.events(*late, (0, kind, "2025-12-22")), [one.name], AS_OF)[one.name] != before
    }
    assert moved <= set(one.recipe.kinds)


def test_every_indicator_is_a_column_of_integers(make: Any) -> None:
    """Without firms and without events every indicator still has a column of 64-bit integers."""
    for num_firms in (0, 3):
        columns = indicator_values(make.frame(num_firms), make.events(), [one.name for one in INDICATORS], AS_OF)
        assert all(column.dtype == np.int64 and column.shape == (num_firms,) for column in columns.values())


def test_unknown_indicator_is_refused(make: Any) -> None:
    """A name that the catalogue does not have is a KeyError."""
    with pytest.raises(KeyError, match="shoe_size"):
        indicator_values(make.frame(1), make.events(), ["shoe_size"], AS_OF)
    assert indicator_words("shoe_size") == "shoe_size"


@pytest.mark.parametrize(
    ("established", "months"),
    [
        ("2025-12-31", 0),  # one day old
        ("2025-12-01", 1),  # 1 December to 1 January is a whole month
        ("2025-12-02", 0),  # one day short of it
        ("2024-01-31", 23),  # 31 December 2025 makes 23 months, the 24th ends later
        ("1999-12-31", 312),  # 26 years = 312 months and a day
        ("2026-01-01", 0),
        ("2026-01-02", MISSING),  # established after the day
        ("NaT", MISSING),
    ],
)
def test_age_counts_whole_months(make: Any, established: str, months: int) -> None:
    """Months in business are whole calendar months; a firm that is not established yet has no age."""
    assert values(make, "age_months", established_on=[established]) == [months]


def test_capital_is_missing_where_unknown(make: Any) -> None:
    """Unknown capital is missing, not small; zero is an amount."""
    assert values(make, "capital_yuan", num_firms=3, capital_yuan=[-1, 0, 5]) == [MISSING, 0, 5]


def test_industry_reads_digits_whatever_the_length(make: Any) -> None:
    """Classes, groups and divisions become numbers of four digits; sections alone and fillers are missing."""
    industries = ["F5211", "F521", "F52", "F", "", "C1", "A0111", "XX211"]
    expected = [5211, 5210, 5200, MISSING, MISSING, MISSING, 111, MISSING]
    assert values(make, "industry", num_firms=8, industry=industries) == expected


def test_registry_codes_are_positions(make: Any) -> None:
    """Kind of firm and status are positions in their code sets: individual is second, revoked third."""
    assert values(make, "object_type", object_type=[ObjectType.INDIVIDUAL]) == [1]
    assert values(make, "status", status=[FirmStatus.REVOKED]) == [2]


def test_libraries_count_and_single_out(make: Any) -> None:
    """0b11 is both libraries, 0b10 only the second, food_wholesale; a library nobody is in is all zeros."""
    assert values(make, "special_libraries", num_firms=3, libraries=[0, 2, 3]) == [0, 1, 2]
    assert values(make, "library:food_wholesale", num_firms=3, libraries=[0, 1, 3]) == [0, 0, 1]
    assert values(make, "library:nobody", num_firms=3, libraries=[0, 1, 3]) == [0, 0, 0]
    assert indicator_words("library:drug").endswith("drug")
    assert find_indicator("library:") is None


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2026-01-02", 0),  # tomorrow
        ("2026-01-01", 1),
        ("2025-01-02", 1),  # 364 days ago: the first of the 365 days that end with the day
        ("2025-01-01", 0),  # 365 days ago
        ("NaT", 0),
    ],
)
def test_year_is_the_365_days_that_end_with_the_day(make: Any, day: str, number: int) -> None:
    """An event counts from the day it occurs, for 365 days."""
    assert values(make, "penalties_1y", (0, "penalty", day)) == [number]


def test_counts_belong_to_their_firm_and_kind(make: Any) -> None:
    """Two complaints of the second firm and a lawsuit of the third leave the first at zero."""
    rows = ((1, "complaint", "2025-06-01"), (2, "lawsuit", "2025-06-01"), (1, "complaint", "2025-06-01"))
    assert values(make, "complaints_1y", *rows, num_firms=3) == [0, 2, 0]


def test_events_of_no_firm_are_dropped(make: Any) -> None:
    """A position outside the frame is nobody's event."""
    assert values(make, "complaints_1y", (-1, "complaint", "2025-06-01"), (7, "complaint", "2025-06-01")) == [0]


@pytest.mark.parametrize(
    ("ended", "number"),
    [
        (None, 1),
        ("2025-12-31", 0),
        ("2026-01-01", 0),  # lifted on the day itself
        ("2026-01-02", 1),  # lifted later: nobody knew yet
    ],
)
def test_open_listing_ends_when_it_is_lifted(make: Any, ended: str | None, number: int) -> None:
    """A listing is current until the day it is lifted, and a later end is not known yet."""
    assert values(make, "serious_dishonesty_listed", (0, "serious_dishonesty", "2024-05-01", ended)) == [number]
    assert values(make, "serious_dishonesty_record", (0, "serious_dishonesty", "2024-05-01", ended)) == [1]


def test_listed_days_are_cut_to_the_period(make: Any) -> None:
    """
    Days listed within 1095 days.

    First firm: 10 to 12 December is 2 days. Second: still listed since 30 December is 3 days (30, 31, 1). Third: listed
    since 2010 and still is all 1095. Fourth: lifted in 2011, nothing. Fifth: lifted tomorrow counts as still listed, 3.
    """
    rows = (
        (0, "abnormal_listing", "2025-12-10", "2025-12-12"),
        (1, "abnormal_listing", "2025-12-30"),
        (2, "unreachable_listing", "2010-01-01"),
        (3, "abnormal_listing", "2010-01-01", "2011-01-01"),
        (4, "abnormal_listing", "2025-12-30", "2026-01-02"),
    )
    assert values(make, "abnormal_listed_days_3y", *rows, num_firms=5) == [2, 3, 1095, 0, 3]


def test_fines_are_summed_and_missing_only_where_no_amount_is_known(make: Any) -> None:
    """100 + 50 yuan; 100 and an unknown one; only an unknown one; no penalty; two absurd amounts are cut."""
    day = "2025-06-01"
    rows = (
        (0, "penalty", day, None, 100),
        (0, "penalty", day, None, 50),
        (1, "penalty", day, None, 100),
        (1, "penalty", day),
        (2, "penalty", day),
        (4, "penalty", day, None, 9 * 10**18),
        (4, "penalty", day, None, 9 * 10**18),
    )
    assert values(make, "penalty_yuan_3y", *rows, num_firms=5) == [150, 100, MISSING, 0, 2 * MOST_YUAN]


def test_months_since_the_newest_event(make: Any) -> None:
    """Of inspections in 2020 and on 1 October 2025 the newer counts: 3 months; never inspected is missing."""
    rows = ((0, "inspection_clean", "2025-10-01"), (0, "inspection_problem", "2020-01-01"))
    assert values(make, "months_since_inspection", *rows, num_firms=2) == [3, MISSING]
    assert values(make, "months_since_penalty", (0, "penalty", "1969-12-31")) == [672]  # 56 years and a day


def test_last_inspection_takes_the_newest_and_of_one_day_the_worst(make: Any) -> None:
    """Newest clean after a refusal: 0; problem and clean on one day: 1; refused before 1970: 2; never: missing."""
    rows = (
        (0, "inspection_refused", "2025-01-01"),
        (0, "inspection_clean", "2025-01-02"),
        (1, "inspection_problem", "2025-01-02"),
        (1, "inspection_clean", "2025-01-02"),
        (2, "inspection_refused", "1969-01-02"),
    )
    assert values(make, "last_inspection", *rows, num_firms=4) == [0, 1, 2, MISSING]


def test_problem_share_is_missing_without_inspections(make: Any) -> None:
    """One problem and one refusal among three inspections are 66 percent, rounded down; none inspected: missing."""
    rows = tuple((0, kind, "2025-01-02") for kind in ("inspection_problem", "inspection_refused", "inspection_clean"))
    assert values(make, "inspection_problem_percent_3y", *rows, num_firms=2) == [66, MISSING]


def test_complaint_growth_compares_two_quarters(make: Any) -> None:
    """
    Growth over the quarter before.

    From 2 to 3 is 50 percent; from 0 to 2 is 200; from 1 to 0 is −100; none at all is 0. The quarters meet at
    4 October 2025 (89 days ago, still in the last 90 days) and 3 October (in the 90 before).
    """
    complaints = ((0, "2025-10-03", 2), (0, "2025-10-04", 3), (1, "2025-12-01", 2), (2, "2025-07-06", 1))
    rows = [(firm, "complaint", day) for firm, day, number in complaints for _ in range(number)]
    assert values(make, "complaint_growth_3m", *rows, num_firms=4) == [50, 200, -100, 0]


def test_changes_of_any_kind_add_up(make: Any) -> None:
    """One change of each of the four kinds makes four; each kind alone has one."""
    rows = [(0, kind, "2025-06-01") for kind in EventKind if kind.value.startswith("change_")]
    assert len(rows) == 4
    assert values(make, "changes_1y", *rows) == [4]
    assert values(make, "address_changes_1y", *rows) == [1]


def test_snapshot_takes_a_time_of_day_for_its_day(make: Any) -> None:
    """A time on the day is the day."""
    snapshot = Snapshot(make.frame(1), make.events((0, "complaint", "2026-01-01")), datetime(2026, 1, 1, 8, tzinfo=UTC))
    assert snapshot.count(EventKind.COMPLAINT).tolist() == [1]


def test_directions_follow_policy() -> None:
    """More listings are riskier, more years are safer, and of codes policy says nothing."""
    expected = {"abnormal_listed": Direction.RISING, "age_months": Direction.FALLING, "industry": Direction.ANY}
    assert {name: find_indicator(name).direction for name in expected} == expected  # type: ignore[union-attr]
