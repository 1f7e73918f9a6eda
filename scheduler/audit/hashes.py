"""
Many hashes at once: the messages of section 1.2 with everything but the last field hashed or joined once.

The results are those of `scheduler.draw.hashing`, one by one; a test compares them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from scheduler.draw.hashing import message

BLOCK = 64


def prefix(tag: str, *fields: str) -> bytes:
    """
    Beginning of a message whose last field is still to come.

    Examples
    --------
    >>> prefix("ticket", "ab12")
    b'double-random/1/ticket|ab12|'
    """
    return message(tag, *fields) + b"|"


def digests(start: bytes, ends: Sequence[bytes]) -> list[bytes]:
    """SHA-256 of `start` followed by each end, 32 bytes each."""
    sha256 = hashlib.sha256
    return [sha256(start + end).digest() for end in ends]


def keyed_hexadecimals(key: bytes, start: bytes, ends: Sequence[bytes]) -> list[bytes]:
    """
    HMAC-SHA-256 (RFC 2104) of `start` followed by each end, as hexadecimal text in ASCII bytes.

    The two padded keys are hashed once and their states copied.
    """
    padded = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + start)
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    copy_inner, copy_outer = inner.copy, outer.copy
    result = []
    for end in ends:
        first = copy_inner()
        first.update(end)
        second = copy_outer()
        second.update(first.digest())
        result.append(second.hexdigest().encode("ascii"))
    return result
