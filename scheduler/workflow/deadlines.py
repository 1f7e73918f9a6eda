"""What is due: results that must be public, listings that must be decided; and how far each draw is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.follow_up_rows import load_findings, load_steps
from models.registry_rows import load_tasks
from models.results_rows import (
    VisitState,
    count_categories,
    load_draw_windows,
    load_newest_actions,
    load_newest_listings,
    load_visit_states,
    load_visits,
)
from scheduler.results.coverage import Coverage, coverage
from scheduler.results.deadlines import (
    ListingDeadline,
    ListingFinding,
    PublicationDeadline,
    VisitOutcome,
    listing_deadlines,
    publication_deadlines,
)
from scheduler.results.findings import LISTING_CATEGORIES
from scheduler.teams.needs import items_of_package
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.results import ACTION as RECORDED
from scheduler.workflow.workspace import Workspace

PUBLISHED = "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLists:
    """
    What is due on a day.

    Attributes
    ----------
    today
        The day.
    publication, listing
        Outstanding deadlines, the earliest first.
    unknown_years
        Years in which a deadline lies and whose holidays no notice told.
    """

    today: date
    publication: tuple[PublicationDeadline, ...]
    listing: tuple[ListingDeadline, ...]
    unknown_years: tuple[int, ...]

    @property
    def num_overdue(self) -> int:
        """Results that should be public already."""
        return sum(entry.overdue(self.today) for entry in self.publication)

    @property
    def num_listing_overdue(self) -> int:
        """Listings that should be decided already."""
        return sum(entry.overdue(self.today) for entry in self.listing)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawResults:
    """One draw: how far its visits are, and visits by category found (one visit may count in several)."""

    coverage: Coverage
    categories: Mapping[str, int]


class PublicDays:
    """
    When things became public, by the log: what an action did on a day is public by the first publication after the last
    action of its kind on that day.
    """

    def __init__(self, connection: sa.Connection) -> None:
        published = sorted((number, day) for day, number in load_newest_actions(connection, PUBLISHED).items())
        self._numbers = [number for number, _day in published]
        self._days = [date.fromisoformat(day) for _number, day in published]

    def since(self, done: Mapping[str, int], day: date) -> date | None:
        """
        Day of that publication, None where none came after.

        Parameters
        ----------
        done
            Number of the newest log entry of the action on each day, as `load_newest_actions` reads it.
        """
        place = bisect_right(self._numbers, done.get(day.isoformat(), 0))
        return self._days[place] if place < len(self._days) else None


def results_due(workspace: Workspace) -> DueLists:
    """Lists what is due; nothing is changed."""
    limits = workspace.settings.results
    with workspace.transaction() as connection:
        calendar = working_calendar(connection, workspace)
        outcomes = load_outcomes(connection, workspace)
        findings = _listing_findings(connection, sorted({outcome.draw_id for outcome in outcomes}))
    publication = publication_deadlines(
        outcomes, today=workspace.today, working_days=limits.publication_working_days, calendar=calendar
    )
    listing = listing_deadlines(findings, working_days=limits.abnormal_working_days, calendar=calendar)
    years = {day.year for entry in publication for day in (entry.ended_on, entry.due_on)}
    years |= {day.year for found in listing for day in (found.inspected_on, found.due_on)}
    unknown = calendar.unknown_years(date(min(years), 1, 1), date(max(years), 1, 1)) if years else ()
    return DueLists(today=workspace.today, publication=publication, listing=listing, unknown_years=unknown)


def show_results(workspace: Workspace) -> tuple[DrawResults, ...]:
    """How far each draw of the year is and what its visits found, by draw id; nothing is changed."""
    with workspace.transaction() as connection:
        return tuple(
            DrawResults(coverage=entry, categories=count_categories(connection, [entry.draw_id]))
            for entry in draw_coverage(connection, workspace)
        )


def draw_coverage(connection: sa.Connection, workspace: Workspace) -> tuple[Coverage, ...]:
    """How far the visits of each draw that stands are, by draw id."""
    return coverage(load_outcomes(connection, workspace), workspace.today)


def load_outcomes(connection: sa.Connection, workspace: Workspace) -> tuple[VisitOutcome, ...]:
    """How far each visit of the year is, by draw and firm."""
    year = workspace.settings.year.year
    windows = load_draw_windows(connection, year)
    visits = load_visits(connection)
    states = load_visit_states(connection)
    public_days = _public_days(connection)
    tasks = {task.task_id: task for task in load_tasks(connection, year)}
    num_items = {package: len(items_of_package(package, tasks)) for package in sorted(set(visits.package))}
    return tuple(
        _outcome(draw_id, firm_id, visit_on, windows[draw_id].ends_on, num_items[package], states, public_days)
        for draw_id, firm_id, package, visit_on in zip(
            visits.draw_id, visits.firm_id, visits.package, visits.visit_on, strict=True
        )
        if draw_id in windows
    )


def _outcome(
    draw_id: str,
    firm_id: str,
    visit_on: date | None,
    window_ends_on: date,
    num_items: int,
    states: dict[tuple[str, str], VisitState],
    public_days: frozenset[date],
) -> VisitOutcome:
    state = states.get((draw_id, firm_id))
    return VisitOutcome(
        draw_id=draw_id,
        firm_id=firm_id,
        visit_on=visit_on,
        window_ends_on=window_ends_on,
        ended_on=state.ended_on if state else None,
        public=state is not None and state.recorded_on in public_days,
        num_items=num_items,
        num_recorded=state.num_items if state else 0,
    )


def _public_days(connection: sa.Connection) -> frozenset[date]:
    """
    Days of recording whose results are public: something was published after the last recording of the day.

    The log says both. Results recorded before and after a publication of the same day count as not public until the
    next one: rather told twice that they are due than never.
    """
    published = max(load_newest_actions(connection, PUBLISHED).values(), default=0)
    recorded = load_newest_actions(connection, RECORDED)
    return frozenset(date.fromisoformat(day) for day, number in recorded.items() if number < published)


def _listing_findings(connection: sa.Connection, draw_ids: Sequence[str]) -> list[ListingFinding]:
    """Findings that lead to the list; decided once the firm was put on it, or the finding's follow-up is settled."""
    listed_on = load_newest_listings(connection)
    settled = {key for key, steps in load_steps(connection, draw_ids).items() if steps[-1].settled}
    return [
        ListingFinding(
            draw_id=found.key[0],
            firm_id=found.key[1],
            category=category,
            inspected_on=found.inspected_on,
            decided=listed_on.get(found.key[1], date.min) >= found.inspected_on or found.key in settled,
        )
        for found in load_findings(connection, draw_ids)
        for category in found.categories
        if category in LISTING_CATEGORIES
    ]
