"""
Rebuilds data/golden/draw-log.json, a draw log with full digits: ``python tests/draw/make_draw_log_golden.py``.

Its story: round 1 is committed to, drawn, voided and committed to again, with a list drawn elsewhere in between; the
second commitment names the head it found.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from scheduler.draw.canonical import document_bytes, parse_document  # noqa: E402
from scheduler.draw.commitment import parse_commitment  # noqa: E402
from scheduler.draw.draw_log import DrawEvent, draw_log_head, draw_log_table  # noqa: E402

PATH = REPOSITORY / "data" / "golden" / "draw-log.json"
DRAWS = REPOSITORY / "data" / "golden" / "draw-1.json"


def vectors() -> dict[str, Any]:
    """All vectors."""
    first = parse_document(DRAWS.read_bytes(), DRAWS.name)["open"]
    told = [
        DrawEvent(action="commit", draw_id="2026-1-1", digest=first["commitment_digest"]),
        DrawEvent(action="draw", draw_id="2026-1-1", digest="1" * 64),
        DrawEvent(action="import", draw_id="2026-X1-1", digest="2" * 64),
        DrawEvent(action="void", draw_id="2026-1-1", digest="3" * 64),
    ]
    before = parse_commitment(document_bytes(first["commitment"]))
    again = replace(before, draw_id="2026-1-2", drawn_before=("2026-X1-1",), draw_log_head=draw_log_head(told))
    events = [*told, DrawEvent(action="commit", draw_id="2026-1-2", digest=again.digest)]
    return {
        "format": 1,
        "commitment": again.document(),
        "commitment_digest": again.digest,
        "draw-log.tsv": draw_log_table(events).decode("ascii"),
        "head": draw_log_head(events),
    }


if __name__ == "__main__":
    PATH.write_bytes(document_bytes(vectors()))
