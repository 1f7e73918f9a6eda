"""
What became of every row: imported, left out and why, in the pool, drawn; told beside the claims, and by draw.

Numbers are those of the record's own files. What was imported or set aside before a commitment only the log can tell,
and only in an audit record; no claim rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scheduler.audit.accounts import Account
from scheduler.audit.context import Draw, positions_of
from scheduler.audit.log import detail_of
from scheduler.audit.record import Record
from scheduler.errors import RecordError

IMPORTS = {"import firms": {"new": "imported", "quarantined": "quarantined", "released": "released"}}
IMPORTS["demo"] = {"firms": "imported"}  # a made-up city comes in at once
COMMIT = "draw commit"
LARGEST = 2**62


def accounts_of(
    record: Record, draws: Sequence[Draw], registers: Mapping[str, Mapping[str, int]]
) -> tuple[Account, ...]:
    """
    Accounts of all draws.

    Parameters
    ----------
    registers
        Rows of each draw's register by disposition, where the record opens it.
    """
    imports = _imports(record) if record.is_audit else {}
    return tuple(
        _account(draw, {**imports.get(draw.draw_id, {}), **_register(registers.get(draw.draw_id, {}))})
        for draw in draws
    )


def _account(draw: Draw, before: Mapping[str, int]) -> Account:
    commitment, ceremony = _document(draw, "commitment.json"), _document(draw, "ceremony.json")
    digest = draw.commitment_digest() if commitment else ""
    return Account(
        draw_id=draw.draw_id,
        kind=str((ceremony if draw.is_external else commitment).get("kind", "")),
        state=draw.state,
        committed_on=str(commitment.get("committed_on", "")),
        drawn_on=str(ceremony.get("drawn_on", "")),
        commitment_digest=digest,
        seed=str(ceremony.get("seed", "")),
        rows={**before, **_published(draw)},
    )


def _document(draw: Draw, name: str) -> dict[str, Any]:
    try:
        return draw.document(name) if draw.has(name) else {}
    except RecordError:
        return {}


def _register(counts: Mapping[str, int]) -> dict[str, int]:
    """Rows of the register and those left out; how many are in the pool, the pool itself tells."""
    return {name: number for name, number in counts.items() if name != "pool"}


def _published(draw: Draw) -> dict[str, int]:
    rows: dict[str, int] = {}
    try:
        drawn = draw.drawn() if draw.has("drawn.tsv") else None
        if drawn is not None:
            rows["drawn"] = len(drawn)
            rows["counting"] = int(np.count_nonzero(drawn.counting))
        if not draw.is_external:
            pool = draw.table("pool.tsv").fixed["firm_id"]
            rows["pool"] = len(pool)
            if drawn is not None:
                rows["not_drawn"] = int(np.count_nonzero(positions_of(drawn.firm_id, pool) < 0))
    except RecordError:
        pass  # the file's own claim says so
    return rows


def _imports(record: Record) -> dict[str, dict[str, int]]:
    """What the log tells of imports of firms before each commitment, by draw."""
    totals = dict.fromkeys(("imported", "quarantined", "released"), 0)
    found: dict[str, dict[str, int]] = {}
    try:
        entries = record.table("log.tsv").rows("action", "detail")
    except RecordError:
        return {}
    for action, text in entries:
        detail = detail_of(text) if action == COMMIT or action in IMPORTS else {}
        for key, name in IMPORTS.get(action, {}).items():
            number = detail.get(key)
            if type(number) is int and 0 <= number < LARGEST:
                totals[name] += number
        if action == COMMIT:
            found[str(detail.get("draw_id", ""))] = dict(totals)
    return found
