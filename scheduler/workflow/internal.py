"""
Marks internal output: 内部资料, who had it, when, and its number in the log.

Tiers, scores and reasons are a working aid and never public (design, section 4), so everything that shows them is
itself an entry of the log: reading leaves a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from scheduler.i18n import gettext as _
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace

INTERNAL_WORD = "内部资料"


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalMark:
    """
    What internal output bears.

    Attributes
    ----------
    actor, at
        Who had it made, self-declared, and when.
    log_number
        Its entry in the log; None if it was a dry run or made from a record alone, which leave none.
    from_record
        Whether it was made from a record, without a workspace and so without a log.
    """

    actor: str
    at: str
    log_number: int | None
    from_record: bool = False

    def line(self) -> str:
        """The mark in one line."""
        if self.from_record:
            words = _("内部资料 INTERNAL, not for publication · {actor} · {at} · made from a record, in no log")
        elif self.log_number is None:
            words = _("内部资料 INTERNAL, not for publication · {actor} · {at} · dry run, not in the log")
        else:
            words = _("内部资料 INTERNAL, not for publication · {actor} · {at} · log entry {number}")
        return words.format(actor=self.actor, at=self.at, number=self.log_number)

    def document(self) -> dict[str, Any]:
        """The mark for machines."""
        return {"mark": INTERNAL_WORD, "actor": self.actor, "at": self.at, "log_number": self.log_number}


def mark_internal(
    connection: sa.Connection,
    workspace: Workspace,
    action: str,
    detail: Mapping[str, Any],
    *,
    before: str = "",
    after: str = "",
) -> InternalMark:
    """Logs that internal output was made, inside the command's transaction, and returns the mark it must bear."""
    number = append_log(connection, workspace, action, detail, before=before, after=after)
    return internal_mark(workspace, number)


def internal_mark(workspace: Workspace, log_number: int | None) -> InternalMark:
    """Mark of output made now under a log entry."""
    return InternalMark(
        actor=workspace.actor, at=workspace.now.isoformat(sep=" ", timespec="minutes"), log_number=log_number
    )


def unlogged_mark(actor: str, at: str) -> InternalMark:
    """Mark of output made from a record by somebody who has no workspace, and so no log."""
    return InternalMark(actor=actor, at=at, log_number=None, from_record=True)
