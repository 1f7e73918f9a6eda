"""
The hashes of a draw, a million at a time.

The same digests as `scheduler.draw.hashing` gives one by one, over columns: messages are built by putting ids between
ready-made bytes, without a check per message, so ids are checked once with `checked_ids`. Digests live in arrays of
unsigned bytes of shape (n, 32): numpy's text type would drop trailing zero bytes. Work goes in chunks, so that a
province needs little more memory than its digests.
"""

from __future__ import annotations

import hashlib
from binascii import hexlify
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.registry.frame import Ids, Mask

CHUNK = 1 << 15  # messages at a time: their Python objects fit the processor's cache
DIGEST_BYTES = 32
BLOCK_BYTES = 64  # block of SHA-256, to which HMAC pads its key (RFC 2104)

Digests: TypeAlias = npt.NDArray[np.uint8]

_FIELD_BYTES = np.zeros(256, dtype=np.bool_)
_FIELD_BYTES[list(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._+/:*-")] = True


def checked_ids(firm_id: Ids) -> Ids:
    """
    The ids as given, if they may stand in messages and are in strictly ascending order.

    Raises
    ------
    ValueError
        If an id is empty, holds a character outside the alphabet of fields, repeats or is out of order.

    Examples
    --------
    >>> checked_ids(np.array([b"91", b"92"])).tolist()
    [b'91', b'92']
    """
    if not len(firm_id):
        return firm_id
    bad = ~fits_alphabet(firm_id) | (firm_id == b"")
    if bool(bad.any()):
        raise ValueError(f"expected firm ids of digits and letters, got {firm_id[bad][0].decode('ascii', 'replace')!r}")
    if not bool(np.all(firm_id[:-1] < firm_id[1:])):
        raise ValueError("expected firm ids in strictly ascending order, got repeated or unordered ones")
    return firm_id


def fits_alphabet(codes: Ids) -> Mask:
    r"""
    Which codes may stand in messages and, without care, in cells, shape (n,).

    Examples
    --------
    >>> fits_alphabet(np.array([b"F5211", b"", b"a b", b"a\x00b"])).tolist()
    [True, True, False, False]
    """
    if not len(codes):
        return np.zeros(0, dtype=np.bool_)
    letters = np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), -1)
    padding = letters == 0
    broken = (padding[:, :-1] & ~padding[:, 1:]).any(axis=1)
    return np.asarray((_FIELD_BYTES[letters] | padding).all(axis=1) & ~broken)


def chunks(num_rows: int) -> Iterator[slice]:
    """
    Slices that together cover the rows, in order.

    Examples
    --------
    >>> [(part.start, part.stop) for part in chunks(40000)]
    [(0, 32768), (32768, 40000)]
    """
    for start in range(0, num_rows, CHUNK):
        yield slice(start, min(start + CHUNK, num_rows))


def digest_messages(messages: Iterable[bytes]) -> Digests:
    """
    SHA-256 of each message, shape (n, 32).

    Examples
    --------
    >>> digest_messages([b"abc"]).tobytes().hex()
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    """
    sha256 = hashlib.sha256
    return _array([sha256(message).digest() for message in messages])


def keyed_digest_messages(secret: bytes, head: bytes, tails: Iterable[bytes]) -> Digests:
    """
    HMAC-SHA-256 under one secret of each message head + tail, shape (n, 32).

    The key and the common head are hashed once and their state copied, which spares half the work of calling `hmac`.

    Parameters
    ----------
    secret
        At most 64 bytes, so that it is padded, never hashed (RFC 2104, section 2).

    Raises
    ------
    ValueError
        If the secret is longer.

    Examples
    --------
    >>> import hmac
    >>> keyed = keyed_digest_messages(b"secret", b"head|", [b"tail"])
    >>> keyed.tobytes() == hmac.digest(b"secret", b"head|tail", "sha256")
    True
    """
    if len(secret) > BLOCK_BYTES:
        raise ValueError(f"expected a secret of at most {BLOCK_BYTES} bytes, got {len(secret)}")
    padded = secret.ljust(BLOCK_BYTES, b"\x00")
    begin_inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + head).copy
    begin_outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded)).copy
    digests: list[bytes] = []
    for tail in tails:
        inner = begin_inner()
        inner.update(tail)
        outer = begin_outer()
        outer.update(inner.digest())
        digests.append(outer.digest())
    return _array(digests)


def hex_fields(digests: Digests) -> list[bytes]:
    """
    Digests as fields of messages: 64 lower-case hexadecimal digits each.

    Examples
    --------
    >>> hex_fields(digest_messages([b"abc"]))
    [b'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad']
    """
    text = hexlify(digests.tobytes())
    return list(np.frombuffer(text, dtype=f"S{2 * DIGEST_BYTES}").tolist()) if text else []


def _array(digests: Sequence[bytes]) -> Digests:
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(digests), DIGEST_BYTES)
