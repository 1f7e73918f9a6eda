"""Stands in for `scheduler.draw.merkle` in `verify.py`: roots and paths of Merkle trees (RFC 9162 section 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any


def array_root(leaves: Any) -> bytes:
    """Root of the tree over leaf hashes of 32 bytes: neighbours are paired by levels, a lone last node moves up."""
    content = bytes(leaves.tolist())
    return tree_root([content[start : start + 32] for start in range(0, len(content), 32)])


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Root that a path leads to from a leaf, or None if a tree of that size has no such path (section 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    last, root = size - 1, leaf
    for node in path:
        if last == 0:
            return None
        if index % 2 or index == last:
            root = hashlib.sha256(b"\x01" + node + root).digest()
            while index and index % 2 == 0:
                index, last = index // 2, last // 2
        else:
            root = hashlib.sha256(b"\x01" + root + node).digest()
        index, last = index // 2, last // 2
    return root if last == 0 else None


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over leaf hashes."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        lone = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs] + lone
    return level[0]
