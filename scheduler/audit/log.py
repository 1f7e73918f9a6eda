"""Claims about the log: numbered without gaps, each entry bound to the one before (specification, section 2)."""

from __future__ import annotations

import json
from typing import Any

from scheduler.audit.claims import Group
from scheduler.audit.record import Record
from scheduler.audit.year import Differences
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.i18n import gettext as _

GENESIS = "0" * 64
COLUMNS = ("number", "at", "actor", "action", "detail", "before", "after", "previous_hash", "entry_hash")


def log_hashes(record: Record) -> frozenset[str]:
    """Hashes of all entries; raises `RecordError`."""
    return frozenset(record.table("log.tsv").coded["entry_hash"].values)


def check_log(group: Group, record: Record) -> None:
    """Claims that the chain of the log is unbroken."""
    rows = record.table("log.tsv").rows(*COLUMNS)
    previous = GENESIS
    differences: Differences = []
    for number, row in enumerate(rows, start=1):
        entry: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
        place = _("entry {number}").format(number=number)
        if entry["number"] != str(number):
            differences.append((place, entry["number"]))
        if entry["previous_hash"] != previous:
            differences.append((f"{place}: previous_hash {previous}", entry["previous_hash"]))
        found = entry_hash(entry)
        if found != entry["entry_hash"]:
            differences.append((f"{place}: entry_hash {found}", entry["entry_hash"]))
        previous = entry["entry_hash"]
    group.first("2", _("every entry of the log carries the hash of the one before and its own"), differences, len(rows))


def entry_hash(entry: dict[str, Any]) -> str:
    """Hash of an entry of log.tsv, recomputed; a detail that is not in its one-line form gives no hash."""
    try:
        detail = json.loads(entry["detail"])
        one_line = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if one_line != entry["detail"] or not isinstance(detail, dict):
            return _("none: the detail is not JSON in its one-line form")
        fields = {key: value for key, value in entry.items() if key != "entry_hash"}
        fields |= {"number": int(entry["number"]), "detail": document_bytes(detail).decode("utf-8")}
        return content_digest(document_bytes(fields))
    except (ValueError, RecursionError):
        return _("none: the detail is not JSON")
