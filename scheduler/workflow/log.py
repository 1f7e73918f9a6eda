"""
The log: who changed what and when, each entry carrying the hash of the one before.

An entry's hash covers all its fields, so that a changed, dropped or re-ordered entry shows. `before` and `after` are
digests of what the command found and left, as the command defines them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.tables import LogEntry, table_of
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError, VerificationError
from scheduler.i18n import gettext as _
from scheduler.workflow.workspace import Workspace

GENESIS = "0" * 64
DATED_ACTS = (
    "draw commit",
    "draw targets",
    "draw officers",
    "draw replace-firm",
    "draw replace-officer",
    "draw replace-expert",
    "agenda move",
)  # a draw's record holds the days of these, and is rejected for ever where they go back


def append_log(
    connection: sa.Connection,
    workspace: Workspace,
    action: str,
    detail: Mapping[str, Any],
    *,
    before: str = "",
    after: str = "",
) -> int:
    """
    Appends an entry inside the command's transaction and returns its number.

    Parameters
    ----------
    action
        The command in words of the command line, such as ``"import firms"``.
    detail
        Codes and numbers only: it goes into the hash as canonical JSON.
    before, after
        Digests, as 64 hexadecimal digits; empty where there was nothing.

    Raises
    ------
    StateError
        If the record keeps the day of the act, and the draw was changed on a later day: the clock went back.
    """
    if action in DATED_ACTS:
        _refuse_going_back(connection, workspace, detail["draw_id"])
    table = table_of(LogEntry)
    last = connection.execute(
        sa.select(table.c.number, table.c.entry_hash).order_by(table.c.number.desc()).limit(1)
    ).first()
    entry = {
        "number": last.number + 1 if last else 1,
        "at": workspace.now.isoformat(timespec="seconds"),
        "actor": workspace.actor,
        "action": action,
        "detail": document_bytes(detail).decode("utf-8"),
        "before": before,
        "after": after,
        "previous_hash": last.entry_hash if last else GENESIS,
    }
    connection.execute(sa.insert(table), [{**entry, "entry_hash": entry_hash(entry)}])
    return int(entry["number"])


def _refuse_going_back(connection: sa.Connection, workspace: Workspace, draw_id: str) -> None:
    """Voiding a draw is no such act: it has no day on record, and is the way out where a day in the future stands."""
    table = table_of(LogEntry)
    of_draw = table.c.detail.contains(f'"draw_id": "{draw_id}"', autoescape=True)
    newest = connection.scalar(sa.select(sa.func.max(table.c.at)).where(table.c.action.in_(DATED_ACTS), of_draw))
    if newest is None or workspace.today >= datetime.fromisoformat(newest).date():
        return
    raise StateError(
        _(
            "draw {draw_id} was changed on {day}, but today is {today}; set the computer's clock right and do it "
            "again. If the clock was wrong on {day}, wait for that day, or void the draw"
        ).format(draw_id=draw_id, day=datetime.fromisoformat(newest).date(), today=workspace.today)
    )


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of all fields of an entry but its own hash."""
    return content_digest(document_bytes({key: value for key, value in entry.items() if key != "entry_hash"}))


def verify_log(connection: sa.Connection) -> int:
    """
    Recomputes the chain and returns the number of entries.

    Raises
    ------
    VerificationError
        At the first entry that was changed, dropped or re-ordered.
    """
    previous, number = GENESIS, 0
    table = table_of(LogEntry)
    for row in connection.execute(sa.select(table).order_by(table.c.number)).mappings():
        number += 1
        entry = dict(row)
        if entry["number"] != number or entry["previous_hash"] != previous or entry_hash(entry) != entry["entry_hash"]:
            raise VerificationError(_("log entry {number} was changed, dropped or re-ordered").format(number=number))
        previous = entry["entry_hash"]
    return number
