"""The heads of the bureau's logs, as a verifier's user notes them down."""

from __future__ import annotations

import json

import sqlalchemy as sa

from models.draw_rows import load_draw_events, load_log_head
from scheduler.draw.draw_log import draw_log_head
from scheduler.workflow.keys import public_key
from scheduler.workflow.log import GENESIS


def anchors_now(connection: sa.Connection) -> str:
    """What a verifier's user notes down of the bureau today, as a file of anchors (specification, section 9.1)."""
    anchors = {
        "draw_log_head": draw_log_head(load_draw_events(connection)),
        "log_head": load_log_head(connection) or GENESIS,
        "public_key": public_key(connection),
    }
    known = {name: value for name, value in anchors.items() if value not in ("", GENESIS)}
    return json.dumps({"format": 1, **known}, sort_keys=True, separators=(",", ":"))
