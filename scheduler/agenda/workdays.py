"""
Chinese working days: weekdays, less the State Council's holidays, plus its make-up days.

Every November the State Council's office says which days of the next year are off and which weekends are worked
instead. `chinesecalendar` carries those notices from 2004 to the newest that its version knows; a `HolidayNotice` that
was imported or stands in the policy adds a later one. For a year without a notice weekdays count as working days but
for the statutory days, which the law and the calendar fix; make-up days are not guessed, and `WorkdaySource.STATUTORY`
tells the caller to say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

import chinese_calendar
from pydantic import Field, model_validator

from scheduler.parameters import Parameters

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class WorkdaySource(StrEnum):
    """What a year's working days rest on."""

    NOTICE = "notice"  # 国务院办公厅关于部分节假日安排的通知
    STATUTORY = "statutory"  # no notice known: Monday to Friday less the statutory days, without make-up days


class HolidayNotice(Parameters):
    """
    One year's notice, for years that the installed `chinesecalendar` does not know yet.

    Attributes
    ----------
    year
        The year the notice is for.
    holidays
        Days off, weekends of a holiday included or not.
    make_up_days
        Weekend days that are worked.
    source
        Number of the notice.
    """

    year: int = Field(ge=2004, le=2100)
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...] = ()
    source: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> HolidayNotice:
        # New Year's holiday may begin on the last days of December, so a notice reaches back one year.
        strangers = sorted({day.year for day in (*self.holidays, *self.make_up_days)} - {self.year - 1, self.year})
        if strangers:
            raise ValueError(f"expected days of {self.year} (or the December before), got days of {strangers}")
        both = sorted(set(self.holidays) & set(self.make_up_days))
        if both:
            raise ValueError(f"expected days that are either off or worked, got {both[0]} as both")
        idle = [day for day in self.make_up_days if day.weekday() < SATURDAY]
        if idle:
            raise ValueError(f"expected make-up days on a Saturday or Sunday, got {idle[0]}")
        return self


class StatutoryDays(Parameters):
    """
    Days off that the law fixes (全国年节及纪念日放假办法), for years whose notice is not known yet.

    Attributes
    ----------
    fixed
        Month and day (``MM-DD``) of the days of the solar calendar.
    lunar
        Days of the lunar calendar and the solar terms, in the years for which they are worked out.
    source
        The law.
    """

    fixed: tuple[str, ...] = ()
    lunar: tuple[date, ...] = ()
    source: str = ""

    def is_off(self, day: date) -> bool:
        """Whether a day is one of them."""
        return f"{day:%m-%d}" in self.fixed or day in self.lunar


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkdayCalendar:
    """
    Working days under the notices that `chinesecalendar` knows and those given; a notice given wins.

    Attributes
    ----------
    notices
        Notices of later years, one a year at most.
    statutory
        Days off in years without a notice.
    """

    notices: tuple[HolidayNotice, ...] = ()
    statutory: StatutoryDays = field(default_factory=StatutoryDays)

    def __post_init__(self) -> None:
        years = [notice.year for notice in self.notices]
        if len(set(years)) != len(years):
            raise ValueError(f"expected one notice a year, got {sorted(years)}")

    def source(self, year: int) -> WorkdaySource:
        """What the working days of a year rest on."""
        known = any(notice.year == year for notice in self.notices) or _library_days(year) is not None
        return WorkdaySource.NOTICE if known else WorkdaySource.STATUTORY

    def unknown_years(self, start: date, end: date) -> tuple[int, ...]:
        """Years from `start` to `end` without a notice, ascending: make-up days are missing there."""
        years = range(start.year, end.year + 1)
        return tuple(year for year in years if self.source(year) is WorkdaySource.STATUTORY)

    def is_working_day(self, day: date) -> bool:
        """
        Whether a day is worked.

        Examples
        --------
        >>> WorkdayCalendar().is_working_day(date(2026, 2, 14))  # Saturday, worked for the Spring Festival
        True
        >>> WorkdayCalendar().is_working_day(date(2026, 2, 16))  # Monday, Spring Festival
        False
        """
        for notice in self.notices:
            if day in notice.holidays:
                return False
            if day in notice.make_up_days:
                return True
        worked = _library_days(day.year)
        if any(notice.year == day.year for notice in self.notices):
            return day.weekday() < SATURDAY
        if worked is None:
            return day.weekday() < SATURDAY and not self.statutory.is_off(day)
        return day in worked

    def working_days(self, start: date, end: date) -> tuple[date, ...]:
        """Working days from `start` to `end`, both included, ascending; none where the end lies before the start."""
        days = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
        return tuple(day for day in days if self.is_working_day(day))

    def add_working_days(self, day: date, number: int) -> date:
        """
        The `number`-th working day after a day; the day itself is never counted, and 0 gives it back.

        Raises
        ------
        ValueError
            If the number is negative.
        """
        if number < 0:
            raise ValueError(f"expected a number of working days from 0 up, got {number}")
        while number:
            day += ONE_DAY
            number -= self.is_working_day(day)
        return day


@cache
def _library_days(year: int) -> frozenset[date] | None:
    """Working days of a year by `chinesecalendar`; None where it does not know the year."""
    try:
        days: Sequence[date] = chinese_calendar.get_workdays(date(year, 1, 1), date(year, 12, 31))
    except NotImplementedError:
        return None
    return frozenset(days)
