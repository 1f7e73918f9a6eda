"""
The pool of a draw: who can be drawn, as one leaf per firm and one root over all leaves (specification, section 3).

A leaf of an open round can be computed by anybody. A leaf of a targeted round seals the firm's stratum: without the
secret nobody can guess it, with the firm's own salt and seal the firm finds its leaf in the tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.draw.bulk import (
    DIGEST_BYTES,
    Digests,
    checked_ids,
    chunks,
    digest_messages,
    hex_fields,
    keyed_digest_messages,
)
from scheduler.draw.hashing import is_field, prefix
from scheduler.draw.merkle import array_root
from scheduler.registry.frame import Ids

_LEAF_PREFIX = b"\x00"  # RFC 9162, section 2.1.1

Strata = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """
    The pool of one draw.

    Attributes
    ----------
    firm_id
        Ids in strictly ascending order, shape (n,).
    leaf
        Leaf of each firm, shape (n, 32).
    root
        Root over the leaves, 64 hexadecimal digits.
    """

    firm_id: Ids
    leaf: Digests
    root: str

    def __len__(self) -> int:
        return len(self.firm_id)


def open_pool(draw_id: str, firm_id: Ids) -> Pool:
    """
    Pool of an open round.

    Parameters
    ----------
    firm_id
        Ids of all firms that can be drawn, in ascending order.

    Raises
    ------
    ValueError
        If the ids are out of order, repeat or cannot stand in a message.

    Examples
    --------
    >>> open_pool("2026-1-1", np.array([b"91371000MA3C000000"])).root
    '3d228be24c29932ec849d0217c61d71731beb97554011c4105971b0a0ad697c9'
    """
    head = _LEAF_PREFIX + prefix("leaf", draw_id)
    leaf = np.empty((len(checked_ids(firm_id)), DIGEST_BYTES), dtype=np.uint8)
    for part in chunks(len(firm_id)):
        leaf[part] = digest_messages([head + name for name in firm_id[part].tolist()])
    return Pool(firm_id=firm_id, leaf=leaf, root=array_root(leaf).hex())


def targeted_pool(draw_id: str, secret: bytes, firm_id: Ids, stratum: Strata, keys: Sequence[str]) -> Pool:
    """
    Pool of a targeted round.

    Parameters
    ----------
    secret
        The draw's secret.
    firm_id
        Ids of all firms that can be drawn, in ascending order, shape (n,).
    stratum
        Index into `keys` of each firm's stratum, shape (n,).
    keys
        Strata as the specification writes them.

    Raises
    ------
    ValueError
        If the ids are out of order, repeat or cannot stand in a message, or a firm has no stratum or a stratum cannot.

    Examples
    --------
    >>> ids, stratum = np.array([b"91371000MA3C000000"]), np.zeros(1, dtype=np.int32)
    >>> targeted_pool("2026-2-1", bytes(32), ids, stratum, ("371002/enterprise/A/T01",)).root
    'f059af50638b1aa416c0349fa2827a6b6d62cee3d101d49262fb1eb20844a6e0'
    """
    if len(stratum) != len(checked_ids(firm_id)) or bool(((stratum < 0) | (stratum >= len(keys))).any()):
        raise ValueError("expected a stratum for every firm of the pool, got firms without one")
    if not all(map(is_field, keys)):
        raise ValueError("expected strata written in codes, got one with other characters")
    head = _LEAF_PREFIX + prefix("leaf", draw_id)
    tails = np.array([b"|" + key.encode("ascii") for key in keys], dtype=object)
    leaf = np.empty((len(firm_id), DIGEST_BYTES), dtype=np.uint8)
    for part in chunks(len(firm_id)):
        names = firm_id[part].tolist()
        salts = hex_fields(firm_salts(draw_id, secret, firm_id[part]))
        seals = hex_fields(_stratum_seals(draw_id, secret, names, tails[stratum[part]].tolist()))
        leaf[part] = digest_messages(
            [head + name + b"|" + salt + b"|" + seal for name, salt, seal in zip(names, salts, seals, strict=True)]
        )
    return Pool(firm_id=firm_id, leaf=leaf, root=array_root(leaf).hex())


def firm_salts(draw_id: str, secret: bytes, firm_id: Ids) -> Digests:
    """
    Salt of each firm in a targeted round, shape (n, 32): only who holds the secret can compute a firm's ticket.

    Examples
    --------
    >>> firm_salts("2026-2-1", bytes(32), np.array([b"91371000MA3C000000"])).tobytes().hex()
    'b27baa573435011fffaae6d6a5076df31ad12295c42ef5a38d04e08f0ae728c6'
    """
    head = prefix("salt", draw_id)
    salt = np.empty((len(firm_id), DIGEST_BYTES), dtype=np.uint8)
    for part in chunks(len(firm_id)):
        salt[part] = keyed_digest_messages(secret, head, firm_id[part].tolist())
    return salt


def _stratum_seals(draw_id: str, secret: bytes, names: Sequence[bytes], tails: Sequence[bytes]) -> Digests:
    """Commits to each firm's stratum under a nonce of its own, shape (n, 32)."""
    nonces = hex_fields(keyed_digest_messages(secret, prefix("stratum-nonce", draw_id), names))
    head = prefix("stratum")
    return digest_messages([head + nonce + tail for nonce, tail in zip(nonces, tails, strict=True)])
