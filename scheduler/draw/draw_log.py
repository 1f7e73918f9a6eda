"""
The draw log: every commitment, draw, void and list drawn elsewhere of the bureau, one public chain (specification 2.2).

It holds nothing that is not public, and its head binds all of it: each commitment names the head it found, so that no
earlier attempt, voided or not, can be left out of a record later without changing the commitment that followed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.draw.canonical import table_bytes
from scheduler.draw.hashing import digest

DRAW_LOG = "draw-log.tsv"
DRAW_LOG_COLUMNS = ("number", "action", "draw_id", "digest", "previous_hash", "entry_hash")
NO_ENTRY = "0" * 64
EVENTS = {"draw commit": "commit", "draw targets": "draw", "draw void": "void", "store drawn": "import"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawEvent:
    """
    What happened to a draw.

    Attributes
    ----------
    action
        ``"commit"``, ``"draw"``, ``"void"`` or ``"import"``.
    draw_id
        Which draw.
    digest
        Digest of the commitment, or SHA-256 of the ceremony as it then was.
    """

    action: str
    draw_id: str
    digest: str


def event_hash(previous_hash: str, number: int, event: DrawEvent) -> str:
    """
    Hash of an entry, which carries the hash of the one before.

    Examples
    --------
    >>> event_hash(NO_ENTRY, 1, DrawEvent(action="commit", draw_id="2026-1-1", digest="ab" * 32))
    'f6d1476d8793e73594c3271d1c1d1ff6efbd5d7cfbd0bd7544e1a6c0895d3802'
    """
    return digest("draw-log", previous_hash, str(number), event.action, event.draw_id, event.digest)


def event_hashes(events: Sequence[DrawEvent]) -> list[str]:
    """
    Hash of each entry, in order.

    Examples
    --------
    >>> event = DrawEvent(action="commit", draw_id="2026-1-1", digest="ab" * 32)
    >>> event_hashes([event, event])[1] == event_hash(event_hash(NO_ENTRY, 1, event), 2, event)
    True
    """
    hashes = [NO_ENTRY]
    for number, event in enumerate(events, start=1):
        hashes.append(event_hash(hashes[-1], number, event))
    return hashes[1:]


def draw_log_head(events: Sequence[DrawEvent]) -> str:
    """
    Hash of the newest entry, 64 zeros where there is none.

    Examples
    --------
    >>> draw_log_head([]) == NO_ENTRY
    True
    """
    return event_hashes(events)[-1] if events else NO_ENTRY


def draw_log_table(events: Sequence[DrawEvent]) -> bytes:
    r"""
    `draw-log.tsv`.

    Examples
    --------
    >>> draw_log_table([])
    b'number\taction\tdraw_id\tdigest\tprevious_hash\tentry_hash\n'
    """
    hashes = event_hashes(events)
    rows = zip(events, [NO_ENTRY, *hashes], hashes, strict=False)
    return table_bytes(
        DRAW_LOG_COLUMNS,
        [
            (str(number), event.action, event.draw_id, event.digest, previous, own)
            for number, (event, previous, own) in enumerate(rows, start=1)
        ],
    )
