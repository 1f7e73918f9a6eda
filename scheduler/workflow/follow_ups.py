"""Lists the follow-ups of findings until they are settled, and adds steps to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.follow_up_rows import add_steps, load_findings, load_steps
from models.results_rows import load_draw_windows
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import Measure
from scheduler.results.follow_up import FollowState, FollowUpState, Step, follow_up_states
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUps:
    """
    Findings of the year and how their follow-ups stand.

    Attributes
    ----------
    entries
        Those asked for.
    num_settled, num_open, num_overdue
        Of all findings of the year.
    """

    today: date
    entries: tuple[FollowUpState, ...]
    num_settled: int
    num_open: int
    num_overdue: int


def list_follow_ups(workspace: Workspace, *, settled_too: bool = False) -> FollowUps:
    """Lists findings that are not settled, or all; nothing is changed."""
    with workspace.transaction() as connection:
        draws = set(load_draw_windows(connection, workspace.settings.year.year))
        steps = load_steps(connection, draws)
        states = follow_up_states(load_findings(connection, draws), {key: found[-1] for key, found in steps.items()})
    waiting = tuple(one for one in states if one.state is not FollowState.SETTLED)
    return FollowUps(
        today=workspace.today,
        entries=states if settled_too else waiting,
        num_settled=len(states) - len(waiting),
        num_open=len(waiting),
        num_overdue=sum(one.overdue(workspace.today) for one in states),
    )


def follow_up(
    workspace: Workspace,
    firm_id: str,
    *,
    measure: Measure,
    settled: bool,
    item_id: str = "",
    due_on: date | None = None,
    note: str = "",
) -> int:
    """
    Adds a step to the follow-up of a firm's findings; returns the number of items it was added to.

    Parameters
    ----------
    item_id
        The item; empty for all of the firm's items that have a finding and are not settled.

    Raises
    ------
    UsageError
        If the firm has no such finding.
    """
    with workspace.transaction() as connection:
        draws = set(load_draw_windows(connection, workspace.settings.year.year))
        steps = load_steps(connection, draws, firm_id)
        keys = [finding.key for finding in load_findings(connection, draws) if finding.key[1] == firm_id]
        chosen = [
            key for key in keys if (key[2] == item_id if item_id else not (key in steps and steps[key][-1].settled))
        ]
        if not chosen:
            raise UsageError(
                _("expected a firm and item with a finding that is not settled, got {firm} {item}").format(
                    firm=firm_id, item=item_id
                )
            )
        step = Step(
            measure=str(measure),
            settled=settled,
            due_on=due_on,
            noted_on=workspace.today,
            actor=workspace.actor,
            note=note,
        )
        number = add_steps(connection, dict.fromkeys(chosen, step))
        detail = {
            "draw_ids": sorted({key[0] for key in chosen}),
            "items": number,
            "measure": str(measure),
            "settled": int(settled),
        }
        append_log(connection, workspace, "follow up", detail)
    return number
