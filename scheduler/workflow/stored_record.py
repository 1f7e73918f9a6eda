"""The stored files of a draw, as a record would hold them, so that what reads records reads the store as well."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from models.draw_rows import StoredDraw, get_file, list_files
from scheduler.audit.context import Draw
from scheduler.audit.record import MemorySource, Record
from scheduler.draw.canonical import document_bytes

LOT_FILES = ("commitment.json", "ceremony.json", "register.tsv", "allocation.tsv", "drawn.tsv")


def stored_draw(connection: sa.Connection, stored: StoredDraw, names: Sequence[str] = LOT_FILES) -> Draw:
    """An attempt with those of the files named that it has, and its secrets."""
    kept = list_files(connection, stored.draw_id)
    files = {name: get_file(connection, stored.draw_id, name) for name in names if name in kept}
    secrets = {"secret": (stored.secret or b"").hex(), "officer_secret": (stored.officer_secret or b"").hex()}
    files["secret.json"] = document_bytes(secrets)
    source = MemorySource({f"draws/{stored.draw_id}/{name}": content for name, content in files.items()})
    return Draw(draw_id=stored.draw_id, record=Record(source=source, manifest={"kind": "audit", "files": {}}))
