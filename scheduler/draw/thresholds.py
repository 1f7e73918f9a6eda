"""
Thresholds: the greatest ticket drawn in each stratum, sealed under one root in the ceremony (specification, 7.2).

A threshold tells how great a part of its stratum was drawn. So each has a nonce of its own, their order tells nothing,
and how many there are is hashed into the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.draw.bulk import Digests
from scheduler.draw.hashing import digest, keyed_digest, message
from scheduler.draw.merkle import array_root, inclusion_path
from scheduler.draw.selection import Selection
from scheduler.draw.tree import leaf_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """
    A threshold, and its way to the root.

    Attributes
    ----------
    ticket
        The greatest ticket drawn in the stratum, 64 hexadecimal digits; empty where nobody was drawn.
    nonce
        Nonce of its leaf; empty in an open round.
    index, size
        Position of its leaf, and how many there are.
    path
        From the leaf to the root, from below.
    """

    ticket: str
    nonce: str
    index: int
    size: int
    path: tuple[bytes, ...]


def greatest_tickets(strata: Iterable[str], drawn: Iterable[tuple[str, str]]) -> dict[str, str]:
    """
    The threshold of each stratum, empty where nobody was drawn.

    Parameters
    ----------
    drawn
        Stratum and ticket of each firm drawn.

    Examples
    --------
    >>> greatest_tickets(["A", "D"], [("D", "07"), ("D", "3f")])
    {'A': '', 'D': '3f'}
    """
    found = dict.fromkeys(strata, "")
    for stratum, ticket in drawn:
        found[stratum] = max(found[stratum], ticket)
    return found


def selected_thresholds(ticket: Digests, selection: Selection, cells: Sequence[Cell]) -> dict[str, str]:
    """
    The threshold of each stratum of a draw.

    Parameters
    ----------
    ticket
        Ticket of each firm of the pool, shape (n, 32).

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=1_000_000)
    >>> drawn = Selection(position=np.array([1]), cell=np.array([0]))
    >>> selected_thresholds(np.full((3, 32), 7, dtype=np.uint8), drawn, [cell]) == {"open": "07" * 32}
    True
    """
    tickets = [row.tobytes().hex() for row in ticket[selection.position]]
    strata = [cells[index].stratum for index in selection.cell.tolist()]
    return greatest_tickets((cell.stratum for cell in cells), zip(strata, tickets, strict=True))


def outcome_root(draw_id: str, secret: bytes, tickets: Mapping[str, str]) -> str:
    """
    What the ceremony says of all thresholds, 64 hexadecimal digits.

    Parameters
    ----------
    secret
        The draw's secret; not used in an open round, whose only stratum is ``open``.
    tickets
        Threshold of every stratum.

    Examples
    --------
    >>> outcome_root("2026-1-1", b"", {"open": "3f"})
    'cbd39c1b5b5cbde406cc7bc3abf48e7ec23be38f8a965d12cc951e7df12477fd'
    """
    leaves = sorted(_leaf(draw_id, secret, stratum, ticket) for stratum, ticket in tickets.items())
    return digest("outcome", str(len(leaves)), array_root(_stacked(leaves)).hex())


def opening(draw_id: str, secret: bytes, tickets: Mapping[str, str], stratum: str) -> Opening:
    """
    One stratum's threshold with its path.

    Examples
    --------
    >>> opening("2026-1-1", b"", {"open": "3f"}, "open")
    Opening(ticket='3f', nonce='', index=0, size=1, path=())
    """
    leaves = sorted(_leaf(draw_id, secret, name, ticket) for name, ticket in tickets.items())
    index = leaves.index(_leaf(draw_id, secret, stratum, tickets[stratum]))
    return Opening(
        ticket=tickets[stratum],
        nonce=_nonce(draw_id, secret, stratum),
        index=index,
        size=len(leaves),
        path=inclusion_path(_stacked(leaves), index),
    )


def _nonce(draw_id: str, secret: bytes, stratum: str) -> str:
    return "" if stratum == OPEN_STRATUM else keyed_digest(secret, "threshold-nonce", draw_id, stratum)


def _leaf(draw_id: str, secret: bytes, stratum: str, ticket: str) -> bytes:
    return leaf_hash(message("threshold", draw_id, stratum, _nonce(draw_id, secret, stratum), ticket))


def _stacked(leaves: list[bytes]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.frombuffer(b"".join(leaves), dtype=np.uint8).reshape(-1, 32)
