"""Teams and visits of a draw as they stand after what was replaced and handed over, for whoever replaces the next."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from models.draw_rows import get_file
from models.replacement_rows import load_memberships
from models.results_rows import load_visits
from scheduler.agenda.frozen import OFFICERS_NAME
from scheduler.draw.canonical import parse_document, split_list
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.teams.lots import Team
from scheduler.teams.replacing import TeamVisit
from scheduler.workflow.officer_inputs import OfficerInputs

LOT_FORMAT = 2  # of officers.json, the first whose lot has a next one


def refuse_first_format(connection: sa.Connection, draw_id: str) -> None:
    """Refuses officers drawn by format 1; raises `StateError`."""
    if parse_document(get_file(connection, draw_id, OFFICERS_NAME), OFFICERS_NAME)["format"] < LOT_FORMAT:
        raise StateError(
            _(
                "the officers of draw {draw} were drawn by an earlier version, whose lot has no next one; move the "
                "visits with “double-random agenda move”"
            ).format(draw=draw_id)
        )


def standing_visits(
    connection: sa.Connection, draw_id: str, packages: Mapping[str, str] | None = None
) -> list[TeamVisit]:
    """Visits of a draw as they stand, with their packages where those are given."""
    stored = load_visits(connection, draw_id)
    return [
        TeamVisit(
            firm_id=firm_id,
            package=(packages or {}).get(firm_id, ""),
            team_ids=split_list(team_ids),
            exceptions=split_list(exceptions),
        )
        for firm_id, team_ids, exceptions in zip(stored.firm_id, stored.team_id, stored.exception, strict=True)
    ]


def teams_now(connection: sa.Connection, inputs: OfficerInputs) -> dict[str, Team]:
    """
    Teams with the members of today, the lead first.

    Of a list drawn elsewhere, whose roster is that of today, who left the roster since is no longer a member, unless
    the whole team has left.
    """
    roster = {officer.officer_id: officer for officer in inputs.officers}
    members: dict[str, list[tuple[bool, str]]] = {}
    for one in load_memberships(connection, inputs.draw_id):
        if one.until is None and one.officer_id in roster:
            members.setdefault(one.team_id, []).append((not one.lead, one.officer_id))
    return {
        team_id: Team(
            team_id=team_id,
            district=district_of_team(inputs.draw_id, team_id),
            department=inputs.departments.of(roster[sorted(entries)[0][1]].department),
            officers=tuple(roster[name] for _, name in sorted(entries)),
            reserve=all(not_lead for not_lead, _ in entries),
        )
        for team_id, entries in sorted(members.items())
    }


def district_of_team(draw_id: str, team_id: str) -> str:
    """
    The district in a team's id, which may have hyphens of its own.

    Examples
    --------
    >>> district_of_team("2026-1-1", "2026-1-1-3710-NH-004")
    '3710-NH'
    """
    return team_id.removeprefix(f"{draw_id}-").rpartition("-")[0]
