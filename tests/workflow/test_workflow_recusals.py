"""Who met a firm last year is recused from it this year; a visit that was not held brings nobody together."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

from cli import CHINA
from models.store import insert_columns
from models.tables import Result
from scheduler.registry.codes import RoundKind
from scheduler.teams.roster import LAST_YEAR
from scheduler.workflow.recusals import standing_recusals
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.workflow.test_workflow_teams import FIRMS, prepare


def met_by(workspace: Workspace, day: date) -> set[str]:
    """Firms that somebody is recused from for last year's visit, in 2027 on a day."""
    year = workspace.settings.year.model_copy(update={"year": 2027})
    settings = workspace.settings.model_copy(update={"year": year})
    later = dataclasses.replace(
        workspace, settings=settings, now=datetime.combine(day, datetime.min.time(), CHINA).replace(hour=9)
    )
    with later.transaction() as connection:
        found = [one for one in standing_recusals(connection, later) if one.reason == LAST_YEAR]
    assert all(one.valid_until == date(2027, 12, 31) for one in found)
    return {one.firm_id for one in found}


def test_visits_without_result_count_until_it_must_be_public(workspace: Workspace) -> None:
    """
    Visits end on 29 May 2026; 20 working days later no result is awaited, so only the firm with one was met.

    On 1 June, the first working day after it, results of the last days may still come.
    """
    prepare(workspace, RoundKind.OPEN)
    draw_officers(workspace, 1)
    result = {
        "draw_id": "2026-1-1",
        "firm_id": FIRMS[0],
        "item_id": "G01",
        "category": "no_problem",
        "inspected_on": date(2026, 3, 5),
        "recorded_on": date(2026, 3, 5),
        "note": "",
    }
    with workspace.transaction() as connection:
        insert_columns(connection, Result, {name: [value] for name, value in result.items()})
    assert met_by(workspace, date(2027, 1, 4)) == {FIRMS[0]}
    assert met_by(workspace, date(2026, 3, 2)) == set(FIRMS)
    awaited = met_by(workspace, date(2026, 6, 1))
    assert FIRMS[0] in awaited
    assert 1 < len(awaited) < len(FIRMS)
