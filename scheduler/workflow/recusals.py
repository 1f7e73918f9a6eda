"""Who must not meet which firm: what was declared, and whom the record of last year's visits names."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from models.meeting_rows import load_meetings
from models.registry_rows import load_recusals
from scheduler.results.deadlines import DueDays
from scheduler.teams.roster import LAST_YEAR, Recusal
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.workspace import Workspace


def standing_recusals(connection: sa.Connection, workspace: Workspace) -> tuple[Recusal, ...]:
    """
    Recusals declared, and one until the end of the year for every officer and firm that met in the year before.

    They met if the officer was in the team on the day of a visit of last year, and the draw stands. A visit without
    result was not held once the time is over by which its result must be public.
    """
    year = workspace.settings.year.year
    meetings = load_meetings(connection, year - 1, awaited_since=_awaited_since(connection, workspace))
    last_year = (
        Recusal(officer_id=officer_id, firm_id=firm_id, reason=LAST_YEAR, valid_until=date(year, 12, 31))
        for officer_id, firm_id in meetings
    )
    return (*load_recusals(connection), *last_year)


def _awaited_since(connection: sa.Connection, workspace: Workspace) -> date:
    """The first day whose results need not be public yet."""
    due = DueDays(
        calendar=working_calendar(connection, workspace),
        working_days=workspace.settings.results.publication_working_days,
    )
    day = workspace.today
    while due.after(day - timedelta(days=1)) >= workspace.today:
        day -= timedelta(days=1)
    return day
