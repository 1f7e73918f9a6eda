"""Who must not meet which firm: what was declared, and whom the record of last year's visits names."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from models.registry_rows import load_recusals
from models.teams_rows import load_meetings
from scheduler.teams.roster import LAST_YEAR, Recusal
from scheduler.workflow.workspace import Workspace


def standing_recusals(connection: sa.Connection, workspace: Workspace) -> tuple[Recusal, ...]:
    """
    Recusals declared, and one until the end of the year for every officer and firm that met in the year before.

    They met if a visit of last year names a team of the officer, and the draw stands.
    """
    year = workspace.settings.year.year
    last_year = (
        Recusal(officer_id=officer_id, firm_id=firm_id, reason=LAST_YEAR, valid_until=date(year, 12, 31))
        for officer_id, firm_id in load_meetings(connection, year - 1)
    )
    return (*load_recusals(connection), *last_year)
