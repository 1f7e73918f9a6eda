"""Whether results were made public in time, counted by visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.results.deadlines import DueDays


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """
    Visits that have ended, by how their results became public.

    Attributes
    ----------
    num_in_time, num_late
        Public by the deadline, and after it.
    num_waiting, num_overdue
        Not public yet: the deadline is to come, or over.
    """

    num_in_time: int
    num_late: int
    num_waiting: int
    num_overdue: int

    @property
    def num_due(self) -> int:
        """Visits whose results are public or should be."""
        return self.num_in_time + self.num_late + self.num_overdue


def punctuality(
    visits: Iterable[tuple[date, date | None]], *, today: date, working_days: int, calendar: WorkdayCalendar
) -> Punctuality:
    """
    Counts visits by how their results became public.

    Parameters
    ----------
    visits
        Day on which the check ended, and day on which all its results were public; None where they are not.
    working_days
        Working days from the end of the check.
    """
    due = DueDays(calendar=calendar, working_days=working_days)
    counts = {"num_in_time": 0, "num_late": 0, "num_waiting": 0, "num_overdue": 0}
    for ended_on, public_on in visits:
        late = (public_on or today) > due.after(ended_on)
        name = ("num_late" if late else "num_in_time") if public_on else ("num_overdue" if late else "num_waiting")
        counts[name] += 1
    return Punctuality(**counts)
