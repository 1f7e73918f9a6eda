"""
Checks for cause: complaints and leads that name their firm.

Such a visit is drawn by nobody. It is kept as a list of its own, like lists drawn elsewhere, so that officers, days,
results and publication find it; it counts among the firm's visits of the year, of which it may have one for
discretionary tasks, and never towards the target. What the lead says is internal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from models.cause_rows import StoredCause, insert_cause, load_causes, next_cause_id
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.text import typed_code
from scheduler.workflow.external import store_drawn
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace

NAME = "有因检查"  # of the list, as published


def add_cause(
    workspace: Workspace,
    firm_id: str,
    task_ids: Sequence[str],
    *,
    source: str,
    reason: str,
    received_on: date | None = None,
    dry_run: bool = False,
) -> StoredCause:
    """
    Records a check for cause, whose visit then waits for officers under the draw id told.

    Parameters
    ----------
    task_ids
        Tasks of the year that the visit serves, without whose items nothing may be inspected.
    source, reason
        Where the lead came from, and what it says.
    received_on
        When it came; today by default.

    Raises
    ------
    InputError
        If the firm is not on the register, or a task is none of the year.
    UsageError
        If no reason is given, or the day is to come.
    StateError
        If the same check was recorded today already.
    """
    firm_id, day = typed_code(firm_id), workspace.today if received_on is None else received_on
    _check(workspace, reason, day)
    with workspace.transaction() as connection:
        number = next_cause_id(connection)
        cause = StoredCause(
            cause_id=number,
            year=workspace.settings.year.year,
            draw_id=_store_visit(connection, workspace, number, firm_id, task_ids),
            firm_id=firm_id,
            package="+".join(sorted(set(task_ids))),
            source=source,
            reason=reason,
            received_on=day,
            recorded_on=workspace.today,
            author=workspace.actor,
        )
        insert_cause(connection, cause)
        append_log(
            connection,
            workspace,
            "cause add",
            {"cause": number, "list": cause.draw_id, "source": source, "received_on": day.isoformat()},
        )
        if dry_run:
            connection.rollback()
    return cause


def _store_visit(
    connection: sa.Connection, workspace: Workspace, number: int, firm_id: str, task_ids: Sequence[str]
) -> str:
    """Keeps the visit as a list of its own, which nobody drew, and returns its draw id."""
    row = {
        "firm_id": firm_id,
        "task_ids": tuple(task_ids),
        "round": f"{NAME} {number}",
        "drawn_by": workspace.settings.bureau.name,
        "drawn_on": workspace.today,
    }
    summary = store_drawn(connection, workspace, [row])
    if not summary.draw_ids:
        raise StateError(
            _("firm {firm} has this check today already ({draw_id}); name another task or leave it").format(
                firm=firm_id, draw_id=", ".join(summary.known_ids)
            )
        )
    return summary.draw_ids[0]


def list_causes(workspace: Workspace) -> tuple[StoredCause, ...]:
    """Checks for cause of the year, in the order in which they were recorded."""
    with workspace.transaction() as connection:
        return load_causes(connection, workspace.settings.year.year)


def _check(workspace: Workspace, reason: str, day: date) -> None:
    if not reason.strip():
        raise UsageError(_("expected a reason for the check, got none; say what the complaint or lead says"))
    if day > workspace.today:
        raise UsageError(
            _("expected a day up to today ({today}), got {day}; correct when the lead came").format(
                today=workspace.today, day=day
            )
        )
