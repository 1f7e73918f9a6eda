"""
Merkle tree of RFC 9162 section 2.1: leaves are hashed with prefix 0x00, nodes with prefix 0x01.

A tree of n leaves splits at the largest power of two below n; pairing neighbours level by level and carrying a lone
last node upwards gives the same tree. Large trees are in `merkle`, which works by arrays; the verifier of one file
takes this module as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(data: bytes) -> bytes:
    """
    Hash of one leaf, 32 bytes (RFC 9162 section 2.1.1).

    Examples
    --------
    >>> leaf_hash(b"").hex()
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """
    Root of the tree over leaf hashes in the order given, 32 bytes.

    Examples
    --------
    >>> tree_root([]).hex()
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    >>> tree_root([leaf_hash(b"")]) == leaf_hash(b"")
    True
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    sha256 = hashlib.sha256
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        parents = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        if len(level) % 2:
            parents.append(level[-1])
        level = parents
    return level[0]


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """
    Root that a path leads to from a leaf, or None if a tree of that size has no such path (RFC 9162 section 2.1.3.2).

    Examples
    --------
    >>> root_of_path(bytes(32), 0, 1, ()) == bytes(32)
    True
    >>> root_of_path(bytes(32), 0, 2, ()) is None
    True
    """
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
