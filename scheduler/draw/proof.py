"""
What a firm's proof is made of (specification, section 9.2): its leaf's path, its ticket, rows of the list drawn, and
the threshold of its stratum.

Of other firms it shows only rows that are public anyway. Of the firm itself it shows salt and ticket. Stratum, chance
and threshold tell its class, so they are shown only where they were opened on request; the threshold of an open round,
which anybody can compute, always is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest, digest, keyed_digest
from scheduler.draw.merkle import inclusion_path
from scheduler.draw.thresholds import opening
from scheduler.draw.tree import leaf_hash, tree_root

PROOF_FORMAT = 2
DRAWN, NOT_DRAWN, NOT_IN_POOL = "drawn", "not_drawn", "not_in_pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Stratum of a firm, and its chance: expected visits of the stratum in 10^-6 over the stratum's firms."""

    stratum: str
    chance_micro: int
    chance_firms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenDraw:
    """
    One draw as a firm's proof needs it.

    Attributes
    ----------
    commitment, ceremony
        The documents.
    pool, drawn
        Bytes of `pool.tsv` and `drawn.tsv`.
    secret
        The draw's secret, of a targeted round; it goes into nothing but the firm's own salt and nonce.
    chance
        The firm's stratum and chance; None out of the pool.
    thresholds
        Threshold of every stratum; not used where the ceremony names no root of them.
    """

    commitment: Mapping[str, Any]
    ceremony: Mapping[str, Any]
    pool: bytes
    drawn: bytes
    secret: bytes
    chance: Chance | None
    thresholds: Mapping[str, str] = field(default_factory=dict)


def list_root(drawn: bytes) -> str:
    r"""
    Root over the rows of `drawn.tsv`, header left out: RFC 9162, the bytes of a row without its line feed as data.

    Examples
    --------
    >>> list_root(b"firm_id\n")
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    return tree_root([leaf_hash(row) for row in _rows(drawn)]).hex()


def firm_proof(firm_id: str, draws: Sequence[ProvenDraw], *, open_chance: bool = False) -> bytes:
    """
    A firm's proof of some draws of a year, ascending.

    Parameters
    ----------
    open_chance
        Whether stratum, chance and threshold are opened too.

    Examples
    --------
    >>> firm_proof("E1", [])
    Traceback (most recent call last):
    ValueError: expected at least one draw to prove
    """
    if not draws:
        raise ValueError("expected at least one draw to prove")
    proof = {
        "format": PROOF_FORMAT,
        "kind": "proof",
        "bureau": draws[0].commitment["bureau"],
        "year": draws[0].commitment["year"],
        "firm_id": firm_id,
        "draws": [_entry(firm_id, draw, open_chance=open_chance) for draw in draws],
    }
    return document_bytes({**proof, "proof_digest": content_digest(document_bytes(proof))})


def _entry(firm_id: str, draw: ProvenDraw, *, open_chance: bool) -> dict[str, Any]:
    draw_id, seed = draw.commitment["draw_id"], draw.ceremony["seed"]
    place, leaves = _pool_place(draw.pool, firm_id)
    rows, is_drawn = _list_rows(draw, firm_id)
    in_pool, is_open = place is not None, draw.commitment["kind"] == "open"
    salt = "" if is_open else keyed_digest(draw.secret, "salt", draw_id, firm_id)
    nonce = "" if is_open else keyed_digest(draw.secret, "stratum-nonce", draw_id, firm_id)
    chance = draw.chance if in_pool else None
    opened = None
    if chance is not None and not is_open:
        opened = {"salt": salt, "stratum_seal": digest("stratum", nonce, chance.stratum)}
    fields = (seed, firm_id) if is_open else (seed, salt, firm_id)
    shown = None
    if chance is not None and open_chance:
        shown = {
            "stratum": chance.stratum,
            "stratum_nonce": nonce,
            "chance_micro": chance.chance_micro,
            "chance_firms": chance.chance_firms,
        }
    return {
        "draw_id": draw_id,
        "commitment": draw.commitment,
        "ceremony": draw.ceremony,
        "outcome": DRAWN if is_drawn else NOT_DRAWN if in_pool else NOT_IN_POOL,
        "pool": {"index": place, "path": _hex(inclusion_path(leaves, place))} if place is not None else None,
        "opened": opened,
        "ticket": digest("ticket", *fields) if in_pool else "",
        "rows": rows,
        "chance": shown,
        "threshold": _threshold(draw, chance) if is_open or open_chance else None,
    }


def _threshold(draw: ProvenDraw, chance: Chance | None) -> dict[str, Any] | None:
    """The threshold of the firm's stratum with its path; None out of the pool and of older draws."""
    if chance is None or "outcome_root" not in draw.ceremony:
        return None
    opened = opening(draw.commitment["draw_id"], draw.secret, draw.thresholds, chance.stratum)
    return {
        "ticket": opened.ticket,
        "nonce": opened.nonce,
        "index": opened.index,
        "size": opened.size,
        "path": _hex(opened.path),
    }


def _rows(table: bytes) -> list[bytes]:
    return table.split(b"\n")[1:-1]


def _hex(path: Sequence[bytes]) -> list[str]:
    return [node.hex() for node in path]


def _pool_place(pool: bytes, firm_id: str) -> tuple[int | None, npt.NDArray[np.uint8]]:
    """Position of a firm in the pool, None if it is not there, and all leaves."""
    rows = _rows(pool)
    leaves = np.frombuffer(bytes.fromhex("".join(row[-64:].decode("ascii") for row in rows)), dtype=np.uint8)
    head = firm_id.encode("ascii") + b"\t"
    place = next((number for number, row in enumerate(rows) if row.startswith(head)), None)
    return place, leaves.reshape(-1, 32)


def _list_rows(draw: ProvenDraw, firm_id: str) -> tuple[list[dict[str, Any]], bool]:
    """The firm's row of the list drawn, or its neighbours, with their paths; and whether it is on the list."""
    rows = _rows(draw.drawn)
    name = firm_id.encode("ascii")
    ids = [row.split(b"\t", 1)[0] for row in rows]
    after = sum(other < name for other in ids)
    is_drawn = after < len(ids) and ids[after] == name
    if "drawn_root" not in draw.ceremony or not rows:
        return [], is_drawn
    wanted = [after] if is_drawn else [number for number in (after - 1, after) if 0 <= number < len(rows)]
    leaves = np.frombuffer(b"".join(leaf_hash(row) for row in rows), dtype=np.uint8).reshape(-1, 32)
    shown = [
        {"index": number, "row": rows[number].decode("utf-8"), "path": _hex(inclusion_path(leaves, number))}
        for number in wanted
    ]
    return shown, is_drawn
