"""The working calendar of a workspace: notices of the policy, notices imported, the library's, then the law's days."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from models.agenda_rows import load_notices
from scheduler.agenda.workdays import StatutoryDays, WorkdayCalendar
from scheduler.parameters import parse_parameters
from scheduler.resources import data_path
from scheduler.workflow.workspace import Workspace

STATUTORY_NAME = "statutory-days.toml"


def working_calendar(connection: sa.Connection, workspace: Workspace) -> WorkdayCalendar:
    """Working days of this workspace; of a year that both tell, the notice in the policy holds."""
    in_policy = {notice.year: notice for notice in workspace.settings.agenda.notices}
    imported = {notice.year: notice for notice in load_notices(connection)}
    notices = {**imported, **in_policy}
    return WorkdayCalendar(notices=tuple(notices[year] for year in sorted(notices)), statutory=_statutory_days())


@cache
def _statutory_days() -> StatutoryDays:
    path = data_path(STATUTORY_NAME)
    return parse_parameters(StatutoryDays, path.read_text(encoding="utf-8"), path.name)
