"""Claims about the draw log, which every record holds in clear: its chain, and that it tells of the draws (2.2)."""

from __future__ import annotations

from scheduler.audit.claims import Group
from scheduler.audit.context import Draw
from scheduler.audit.formats.files import DRAW_LOG
from scheduler.audit.log import GENESIS, DrawEntry, all_draw_entries, draw_differences
from scheduler.audit.record import Record
from scheduler.audit.year import Differences
from scheduler.draw.hashing import digest
from scheduler.i18n import gettext as _

SECTION = "2.2"
COLUMNS = ("action", "draw_id", "digest", "previous_hash", "entry_hash")


def check_draw_log(group: Group, record: Record, draws: list[Draw]) -> None:
    """Claims about the draw log; a record without one, whose commitments name none, says what that leaves open."""
    text = _("the draw log tells of the same draws as the record, in an order that the commitments name")
    if not record.has(DRAW_LOG):
        group.not_checked(SECTION, text, _("the record has no draw log: a draw could be missing from it"))
        return
    entries = entries_of(record)
    numbers = [row[0] for row in record.table(DRAW_LOG).rows("number")]
    group.first(
        SECTION,
        _("the draw log is one chain, each entry bound to the one before"),
        _chain_differences(entries, numbers),
        len(entries),
    )
    own = [entry for entry in entries if entry.is_of(record)]
    group.first(SECTION, text, draw_differences(own, draws, "draw_log_head"), len(own))
    if record.is_audit:
        _check_log(group, record, entries)


def entries_of(record: Record) -> list[DrawEntry]:
    """All entries of the draw log, oldest first; raises `RecordError`."""
    rows = record.table(DRAW_LOG).rows(*COLUMNS)
    return [DrawEntry(**dict(zip(COLUMNS, row, strict=True))) for row in rows]


def _chain_differences(entries: list[DrawEntry], numbers: list[str]) -> Differences:
    differences: Differences = []
    previous = GENESIS
    for number, entry in enumerate(entries, start=1):
        place = _("entry {number}").format(number=number)
        if numbers[number - 1] != str(number):
            differences.append((place, numbers[number - 1]))
        if entry.previous_hash != previous:
            differences.append((f"{place}: previous_hash {previous}", entry.previous_hash))
        found = digest("draw-log", previous, str(number), entry.action, entry.draw_id, entry.digest)
        if found != entry.entry_hash:
            differences.append((f"{place}: entry_hash {found}", entry.entry_hash))
        previous = entry.entry_hash
    return differences


def _check_log(group: Group, record: Record, entries: list[DrawEntry]) -> None:
    """Claims that the draw log is what the whole log says of draws."""
    told = [(entry.action, entry.draw_id, entry.digest) for entry in all_draw_entries(record)]
    found = [(entry.action, entry.draw_id, entry.digest) for entry in entries]
    pairs = zip(told, found, strict=False)
    differences: Differences = [(" ".join(one), " ".join(other)) for one, other in pairs if one != other]
    if len(told) != len(found):
        differences.append((len(told), len(found)))
    group.first(SECTION, _("the draw log holds what the log tells of draws, and nothing else"), differences, len(told))
