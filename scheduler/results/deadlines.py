"""
By when a result must be public, and by when a listing on the abnormal-operation list must be decided.

Both count working days from the end of the check. A visit whose day is over without a result counts as ended on that
day: the clock does not wait for somebody to type the result in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.agenda.workdays import WorkdayCalendar


class DueState(StrEnum):
    """What is missing until a visit's result is public."""

    NO_RESULT = "no_result"  # the day of the visit is over, and an item has no result
    NOT_PUBLIC = "not_public"  # recorded, and not published since


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOutcome:
    """
    How far one visit is.

    Attributes
    ----------
    visit_on
        Planned day; None where it has none.
    window_ends_on
        Last day of the round, which stands for the day of a visit that has none.
    ended_on
        Day its last item was checked; None without a result.
    public
        Whether its results were published after they were recorded.
    num_items, num_recorded
        Items that the visit checks, and those with a result.
    """

    draw_id: str
    firm_id: str
    visit_on: date | None
    window_ends_on: date
    ended_on: date | None
    public: bool
    num_items: int
    num_recorded: int

    @property
    def complete(self) -> bool:
        """Whether every item has a result."""
        return self.num_recorded >= self.num_items


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDeadline:
    """One visit whose result is not public yet."""

    due_on: date
    draw_id: str
    firm_id: str
    ended_on: date
    state: DueState

    def overdue(self, today: date) -> bool:
        """Whether the deadline is over."""
        return today > self.due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFinding:
    """A finding that leads to the abnormal-operation list, and whether the firm was put on it since."""

    draw_id: str
    firm_id: str
    category: str
    inspected_on: date
    decided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDeadline:
    """By when it must be decided whether a firm is put on the abnormal-operation list."""

    due_on: date
    draw_id: str
    firm_id: str
    categories: tuple[str, ...]
    inspected_on: date

    def overdue(self, today: date) -> bool:
        """Whether the deadline is over."""
        return today > self.due_on


def publication_deadlines(
    outcomes: Iterable[VisitOutcome], *, today: date, working_days: int, calendar: WorkdayCalendar
) -> tuple[PublicationDeadline, ...]:
    """
    Visits that have ended and are not public, the earliest deadline first.

    Parameters
    ----------
    working_days
        Working days from the end of the check.
    """
    due = DueDays(calendar=calendar, working_days=working_days)
    deadlines = []
    for outcome in outcomes:
        ended = outcome.ended_on or outcome.visit_on or outcome.window_ends_on
        waiting = outcome.ended_on is None and ended >= today
        if waiting or (outcome.public and outcome.complete):
            continue
        state = DueState.NOT_PUBLIC if outcome.complete else DueState.NO_RESULT
        deadlines.append(
            PublicationDeadline(
                due_on=due.after(ended),
                draw_id=outcome.draw_id,
                firm_id=outcome.firm_id,
                ended_on=ended,
                state=state,
            )
        )
    return tuple(sorted(deadlines, key=lambda entry: (entry.due_on, entry.draw_id, entry.firm_id)))


def listing_deadlines(
    findings: Iterable[ListingFinding], *, working_days: int, calendar: WorkdayCalendar
) -> tuple[ListingDeadline, ...]:
    """
    Visits whose findings lead to the abnormal-operation list and are not decided, the earliest deadline first.

    Parameters
    ----------
    findings
        Findings of listing categories; the earliest day of a visit's findings starts the clock.
    working_days
        Working days from the verification of the finding.
    """
    due = DueDays(calendar=calendar, working_days=working_days)
    by_visit: dict[tuple[str, str], list[ListingFinding]] = {}
    for finding in findings:
        if not finding.decided:
            by_visit.setdefault((finding.draw_id, finding.firm_id), []).append(finding)
    deadlines = [
        ListingDeadline(
            due_on=due.after(min(finding.inspected_on for finding in found)),
            draw_id=draw_id,
            firm_id=firm_id,
            categories=tuple(sorted({finding.category for finding in found})),
            inspected_on=min(finding.inspected_on for finding in found),
        )
        for (draw_id, firm_id), found in by_visit.items()
    ]
    return tuple(sorted(deadlines, key=lambda entry: (entry.due_on, entry.draw_id, entry.firm_id)))


def next_deadline(deadlines: Sequence[PublicationDeadline], today: date) -> date | None:
    """The next day on which a result must be public; None where none is outstanding or all are overdue."""
    return next((entry.due_on for entry in deadlines if not entry.overdue(today)), None)


class DueDays:
    """Deadlines by day: a year has few hundred days and tens of thousands of visits."""

    def __init__(self, *, calendar: WorkdayCalendar, working_days: int) -> None:
        self._calendar = calendar
        self._working_days = working_days
        self._known: dict[date, date] = {}

    def after(self, day: date) -> date:
        """The last day for what ended on a day."""
        if day not in self._known:
            self._known[day] = self._calendar.add_working_days(day, self._working_days)
        return self._known[day]
