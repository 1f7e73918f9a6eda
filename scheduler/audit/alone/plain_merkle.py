"""Stands in for `scheduler.draw.merkle` in `verify.py`: the root of a Merkle tree (RFC 9162 section 2.1)."""

from __future__ import annotations

from typing import Any

from scheduler.draw.tree import tree_root


def array_root(leaves: Any) -> bytes:
    """Root of the tree over leaf hashes of 32 bytes."""
    content = bytes(leaves.tolist())
    return tree_root([content[start : start + 32] for start in range(0, len(content), 32)])
