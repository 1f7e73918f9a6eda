"""Whether results were public in time, on days a reader can count."""

from __future__ import annotations

from datetime import date

from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.results.punctuality import punctuality

ENDED = date(2026, 3, 2)  # a Monday; five working days end on Monday, 9 March


def test_visits_are_counted_by_deadline_and_publication() -> None:
    """On 10 March: public on the last day, a day late, and two that are not public, one of them not due yet."""
    visits = [(ENDED, date(2026, 3, 9)), (ENDED, date(2026, 3, 10)), (ENDED, None), (date(2026, 3, 9), None)]
    found = punctuality(visits, today=date(2026, 3, 10), working_days=5, calendar=WorkdayCalendar())
    assert (found.num_in_time, found.num_late, found.num_overdue, found.num_waiting) == (1, 1, 1, 1)
    assert found.num_due == 3


def test_nothing_ended_is_nothing_due() -> None:
    """No visit, no share."""
    assert punctuality([], today=ENDED, working_days=5, calendar=WorkdayCalendar()).num_due == 0
