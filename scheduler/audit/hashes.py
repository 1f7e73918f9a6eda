"""
Many hashes at once: the messages of section 1.2 with everything but the last field hashed or joined once.

The results are those of `scheduler.draw.hashing`, one by one; a test compares them.
"""

from __future__ import annotations

import hashlib
from binascii import hexlify
from collections.abc import Sequence

BLOCK = 64


def digests(start: bytes, ends: Sequence[bytes]) -> list[bytes]:
    """SHA-256 of `start` followed by each end, 32 bytes each."""
    sha256 = hashlib.sha256
    return [sha256(start + end).digest() for end in ends]


class Keyed:
    """
    HMAC-SHA-256 (RFC 2104) under one key; the two padded keys are hashed once and their states copied.

    Examples
    --------
    >>> Keyed(b"secret").hexadecimals(b"a|", [b"1"]) == [Keyed(b"secret").digests(b"a|", [b"1"])[0].hex().encode()]
    True
    """

    def __init__(self, key: bytes) -> None:
        padded = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def digests(self, start: bytes, ends: Sequence[bytes]) -> list[bytes]:
        """Keyed digests of `start` followed by each end, 32 bytes each."""
        begun = self._inner.copy()
        begun.update(start)
        copy_inner, copy_outer = begun.copy, self._outer.copy
        found: list[bytes] = []
        for end in ends:
            first = copy_inner()
            first.update(end)
            second = copy_outer()
            second.update(first.digest())
            found.append(second.digest())
        return found

    def hexadecimals(self, start: bytes, ends: Sequence[bytes]) -> list[bytes]:
        """Keyed digests of `start` followed by each end, as hexadecimal text in ASCII bytes."""
        return hexadecimals(self.digests(start, ends))


def hexadecimals(digests: Sequence[bytes]) -> list[bytes]:
    """
    Digests of 32 bytes as hexadecimal text in ASCII bytes; all are spelt out at once.

    Examples
    --------
    >>> hexadecimals([bytes(32)]) == [b"0" * 64]
    True
    """
    text = hexlify(b"".join(digests))
    return [text[start : start + 64] for start in range(0, len(text), 64)]
