"""Working days: the notices of 2004–2026, make-up days, years without a notice, notices from a file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.agenda.workdays import (
    HolidayNotice,
    StatutoryDays,
    WorkdayCalendar,
    WorkdaySource,
)
from scheduler.errors import PolicyError
from scheduler.parameters import parse_parameters
from scheduler.resources import data_path

KNOWN = WorkdayCalendar()  # the notices that the library knows

NOTICE_2027 = """
year = 2027
source = "made up for the test"
holidays = [2026-12-31, 2027-01-01, 2027-02-08]
make_up_days = [2027-01-03]
"""


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 13), True),  # Friday before the Spring Festival
        (date(2026, 2, 14), True),  # Saturday, worked for it
        (date(2026, 2, 15), False),  # Sunday, first day off
        (date(2026, 2, 23), False),  # Monday, ninth and last day off
        (date(2026, 2, 24), True),  # Tuesday
        (date(2026, 2, 28), True),  # Saturday, worked for it
        (date(2026, 3, 1), False),  # a plain Sunday
        (date(2026, 5, 4), False),  # Monday of the Labour Day holiday
        (date(2026, 10, 10), True),  # Saturday, worked for the National Day
    ],
)
def test_day_of_2026_follows_the_notice(day: date, worked: bool) -> None:
    """Days around the holidays of 2026 are off or worked as the notice says."""
    assert KNOWN.is_working_day(day) is worked


def test_working_days_of_february_2026_are_sixteen() -> None:
    """February 2026 has 20 weekdays, six of them off (16–20 and 23), and two worked Saturdays (14 and 28): 16."""
    days = KNOWN.working_days(date(2026, 2, 1), date(2026, 2, 28))
    assert len(days) == 16
    assert date(2026, 2, 14) in days
    assert date(2026, 2, 20) not in days


def test_working_days_of_a_window_that_ends_before_it_starts_are_none() -> None:
    """An empty window has no day."""
    assert KNOWN.working_days(date(2026, 3, 3), date(2026, 3, 2)) == ()


def test_working_days_of_one_day_include_it() -> None:
    """Both ends belong to the window."""
    assert KNOWN.working_days(date(2026, 3, 2), date(2026, 3, 2)) == (date(2026, 3, 2),)


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        # 14, then 24–28 February (28 is a worked Saturday): 14, 24, 25, 26, 27, 28 are the 1st … 6th.
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 13), 6, date(2026, 2, 28)),
        (date(2026, 2, 13), 7, date(2026, 3, 2)),
        (date(2026, 2, 16), 0, date(2026, 2, 16)),
    ],
)
def test_adding_working_days_crosses_the_spring_festival(start: date, number: int, end: date) -> None:
    """The start is never counted, days off are skipped, worked Saturdays count."""
    assert KNOWN.add_working_days(start, number) == end


def test_adding_a_negative_number_is_refused() -> None:
    """Deadlines never lie before their start."""
    with pytest.raises(ValueError, match="from 0 up, got -1"):
        KNOWN.add_working_days(date(2026, 1, 1), -1)


def test_year_without_a_notice_counts_weekdays_less_statutory_days_and_says_so() -> None:
    """A year nobody knows yet has its weekdays but for the law's days, and the source tells that more is missing."""
    assert KNOWN.source(2099) is WorkdaySource.STATUTORY
    assert KNOWN.source(2026) is WorkdaySource.NOTICE
    lawful = WorkdayCalendar(statutory=StatutoryDays(fixed=("10-01",), lunar=(date(2099, 1, 21),)))
    assert not lawful.is_working_day(date(2099, 10, 1))  # a Thursday
    assert not lawful.is_working_day(date(2099, 1, 21))  # a Wednesday
    assert lawful.is_working_day(date(2099, 10, 2))
    assert not KNOWN.is_working_day(date(2099, 10, 3))  # a Saturday
    assert KNOWN.unknown_years(date(2026, 12, 1), date(2099, 1, 1))[-1] == 2099
    assert KNOWN.unknown_years(date(2026, 1, 1), date(2026, 12, 31)) == ()


def test_notice_from_a_file_rules_its_year_and_the_december_before() -> None:
    """A notice read from TOML makes its year known, wins over what was known before, and leaves other years alone."""
    calendar = WorkdayCalendar(notices=(parse_parameters(HolidayNotice, NOTICE_2027, "2027.toml"),))
    assert calendar.source(2027) is WorkdaySource.NOTICE
    assert not calendar.is_working_day(date(2026, 12, 31))  # a Thursday that 2026's own notice leaves worked
    assert KNOWN.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2027, 1, 3))  # a Sunday
    assert not calendar.is_working_day(date(2027, 2, 8))  # a Monday
    assert not calendar.is_working_day(date(2026, 2, 16))
    assert calendar.working_days(date(2026, 12, 30), date(2027, 1, 4)) == (
        date(2026, 12, 30),
        date(2027, 1, 3),
        date(2027, 1, 4),
    )
    assert calendar.add_working_days(date(2026, 12, 30), 2) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("holidays = []", "year"),
        ("year = 2027\nholidays = [2029-01-01]", "expected days of 2027"),
        ("year = 2027\nholidays = [2027-01-02]\nmake_up_days = [2027-01-02]", "either off or worked"),
        ("year = 2027\nholidays = []\nmake_up_days = [2027-01-04]", "Saturday or Sunday"),
        ("year = 2027\nholidays = []\nmakeup = []", "makeup"),
        ("year = ", "expected TOML"),
    ],
)
def test_bad_notice_is_refused_by_name(text: str, message: str) -> None:
    """Every mistake in a notice names the file and what is wrong."""
    with pytest.raises(PolicyError, match=message) as caught:
        parse_parameters(HolidayNotice, text, "2027.toml")
    assert "2027.toml" in str(caught.value)


def test_two_notices_of_one_year_are_refused() -> None:
    """Which of two notices holds is not for the program to choose."""
    notice = HolidayNotice(year=2027, holidays=(date(2027, 1, 1),))
    with pytest.raises(ValueError, match="one notice a year"):
        WorkdayCalendar(notices=(notice, notice))


def test_shipped_statutory_days_are_thirteen_a_year() -> None:
    """Qingming by its rule, and 13 statutory days a year less the days that two festivals share."""
    shipped = parse_parameters(
        StatutoryDays, data_path("statutory-days.toml").read_text(encoding="utf-8"), "statutory-days.toml"
    )
    calendar = WorkdayCalendar(statutory=shipped)
    for year in range(2027, 2033):
        off = [day for day in _days(year) if shipped.is_off(day)]
        # 1 + 4 + 1 + 2 + 1 + 1 + 3 = 13, one less where Mid-Autumn lies in the National Day holiday (2028 and 2031)
        assert len(off) == 13 - (year in (2028, 2031))
        if calendar.source(year) is WorkdaySource.STATUTORY:
            assert not any(calendar.is_working_day(day) for day in off)
    # Qingming of the 21st century: ⌊0.2422·y + 4.81⌋ − ⌊y/4⌋ with y the last two digits
    for y in range(27, 33):
        assert shipped.is_off(date(2000 + y, 4, int(0.2422 * y + 4.81) - y // 4))


def test_window_over_a_spring_festival_without_notice_leaves_the_law_s_days_free() -> None:
    """The eve, Tuesday 10 February 2032, and the three days after are off; the Mondays before and after are worked."""
    text = data_path("statutory-days.toml").read_text(encoding="utf-8")
    calendar = WorkdayCalendar(statutory=parse_parameters(StatutoryDays, text, "statutory-days.toml"))
    if calendar.source(2032) is WorkdaySource.NOTICE:
        pytest.skip("the notice of 2032 is known by now")
    assert calendar.working_days(date(2032, 2, 9), date(2032, 2, 16)) == (date(2032, 2, 9), date(2032, 2, 16))
    assert calendar.unknown_years(date(2032, 2, 9), date(2032, 2, 16)) == (2032,)


def _days(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=offset) for offset in range(366 if year % 4 == 0 else 365)]
