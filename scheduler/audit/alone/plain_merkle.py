"""Stands in for `scheduler.draw.merkle` in `verify.py`: the root of a Merkle tree (RFC 9162 section 2.1) on lists."""

from __future__ import annotations

import hashlib
from typing import Any


def array_root(leaves: Any) -> bytes:
    """Root of the tree over leaf hashes of 32 bytes: neighbours are paired by levels, a lone last node moves up."""
    content = bytes(leaves.tolist())
    level = [content[start : start + 32] for start in range(0, len(content), 32)]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        lone = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs] + lone
    return level[0]
