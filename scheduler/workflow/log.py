"""
The log: who changed what and when, each entry carrying the hash of the one before.

An entry's hash covers all its fields, so that a changed, dropped or re-ordered entry shows. `before` and `after` are
digests of what the command found and left, as the command defines them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from models.tables import LogEntry, table_of
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.errors import VerificationError
from scheduler.i18n import gettext as _
from scheduler.workflow.workspace import Workspace

GENESIS = "0" * 64


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
    """
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
