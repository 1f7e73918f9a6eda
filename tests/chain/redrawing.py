"""Takes back the draw of officers of a copied year, so that a test can draw them under other circumstances."""

from __future__ import annotations

import sqlalchemy as sa

from models.store import delete_rows
from models.tables import Draw, DrawFile, ExpertReplacement, Result, Team, TeamMember, Visit, VisitExpert, table_of
from scheduler.workflow.teams import OfficersSummary, draw_officers
from scheduler.workflow.workspace import Workspace

FILES = (
    "officers.json",
    "teams.tsv",
    "visits.tsv",
    "calendar.tsv",
    "towns.tsv",
    "experts.tsv",
    "expert-replacements.tsv",
)


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
