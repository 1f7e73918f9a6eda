"""Copies of a year whose draw of officers is taken back, so that a test can draw them under other circumstances."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from cli import CHINA
from models.store import delete_rows
from models.tables import Draw, DrawFile, ExpertReplacement, Result, Team, TeamMember, Visit, VisitExpert, table_of
from scheduler.workflow.teams import OfficersSummary, draw_officers
from scheduler.workflow.workspace import Workspace, open_workspace

FILES = (
    "officers.json",
    "teams.tsv",
    "visits.tsv",
    "calendar.tsv",
    "towns.tsv",
    "experts.tsv",
    "expert-replacements.tsv",
)


@contextmanager
def without_officers(year: Path, folder: Path, draw_id: str, day: date) -> Iterator[Workspace]:
    """A copy of a year's workspace, on a day, in which a draw has firms, but no officers yet."""
    shutil.copytree(year / "workspace", folder)
    workspace = open_workspace(folder, actor="tester", now=_morning(day))
    take_back_officers(workspace, draw_id)
    yield workspace
    workspace.store.close()


def on(workspace: Workspace, day: date) -> Workspace:
    """The workspace on another day."""
    return dataclasses.replace(workspace, now=_morning(day))


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)


def redraw_officers(workspace: Workspace, draw_id: str, round_number: int) -> OfficersSummary:
    """Draws the officers of a draw anew, as if it had not been done; only tests may."""
    take_back_officers(workspace, draw_id)
    return draw_officers(workspace, round_number)


def take_back_officers(workspace: Workspace, draw_id: str) -> None:
    """Takes back the draw of officers of a draw."""
    with workspace.transaction() as connection:
        teams = table_of(Team)
        for team_id in connection.scalars(sa.select(teams.c.team_id).where(teams.c.draw_id == draw_id)).all():
            delete_rows(connection, TeamMember, team_id=team_id)
        for model in (Team, Visit, VisitExpert, ExpertReplacement, Result):
            delete_rows(connection, model, draw_id=draw_id)
        for name in FILES:
            delete_rows(connection, DrawFile, draw_id=draw_id, name=name)
        draws = table_of(Draw)
        connection.execute(sa.update(draws).where(draws.c.draw_id == draw_id).values(officers_drawn_on=None))
