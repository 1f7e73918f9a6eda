"""
The hash primitives of a draw: tagged messages, digests, keyed salts.

Everything hashed is one line of text, so that anybody can repeat it with any SHA-256 tool:

    double-random/1/<tag>|<field>|<field>…

Fields are codes, digests and numbers of the alphabet ``0-9 A-Z a-z . _ - + / : *``; none can contain the separator, so
two different lists of fields never make the same message. Source of the hash: FIPS 180-4 (SHA-256), RFC 2104 (HMAC).
"""

from __future__ import annotations

import hashlib
import hmac
import re

FORMAT_VERSION = 1
_FIELD = re.compile(r"[0-9A-Za-z._+/:*-]*")


def message(tag: str, *fields: str) -> bytes:
    """
    Bytes of a tagged message.

    Raises
    ------
    ValueError
        If the tag or a field holds a character that could be confused with the separator.

    Examples
    --------
    >>> message("ticket", "ab12", "91371000MA3C000000")
    b'double-random/1/ticket|ab12|91371000MA3C000000'
    """
    for field in (tag, *fields):
        if not is_field(field):
            raise ValueError(f"expected only codes, digests and numbers in a hashed message, got {field!r}")
    return "|".join((f"double-random/{FORMAT_VERSION}/{tag}", *fields)).encode("ascii")


def prefix(tag: str, *fields: str) -> bytes:
    """
    Bytes that all messages of one tag and the same first fields begin with, the last separator included.

    Whoever hashes a million messages builds this once and appends the rest, which must keep to the alphabet too.

    Examples
    --------
    >>> prefix("ticket", "ab12") + b"91371000MA3C000000" == message("ticket", "ab12", "91371000MA3C000000")
    True
    """
    return message(tag, *fields) + b"|"


def is_field(text: str) -> bool:
    """
    Whether a text can be a field of a message.

    Examples
    --------
    >>> is_field("91371000MA3C000000"), is_field("a|b"), is_field("威海")
    (True, False, False)
    """
    return _FIELD.fullmatch(text) is not None


def digest(tag: str, *fields: str) -> str:
    """
    SHA-256 of a tagged message, as 64 lower-case hexadecimal digits.

    Examples
    --------
    >>> digest("ticket", "ab12", "91371000MA3C000000")
    'd34ea561bdb749e811a8a73087da583760782e319145c481d83608451695c609'
    """
    return hashlib.sha256(message(tag, *fields)).hexdigest()


def keyed_digest(secret: bytes, tag: str, *fields: str) -> str:
    """
    HMAC-SHA-256 of a tagged message under a secret, as 64 lower-case hexadecimal digits.

    Examples
    --------
    >>> keyed_digest(b"secret", "salt", "2026-1-1", "91371000MA3C000000")
    '29de47b17960bcf53084a618cd460b58fde7017c071de862daa616afe7643150'
    """
    return hmac.digest(secret, message(tag, *fields), "sha256").hex()


def content_digest(content: bytes) -> str:
    """
    SHA-256 of a file's bytes, as 64 lower-case hexadecimal digits.

    Examples
    --------
    >>> content_digest(b"")
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    return hashlib.sha256(content).hexdigest()


def sealed_digest(secret: bytes, name: str, content: bytes) -> str:
    """
    Commitment to a file under its own nonce, so that guessing a likely content does not open it.

    The nonce is HMAC(secret, ``nonce|name``); the commitment hashes it with the file's digest.

    Examples
    --------
    >>> sealed_digest(b"secret", "roster.tsv", b"")
    '28ac91d25ff2c55f4514c19f87fc0780c91f816ca3817f474304283bba80a9cd'
    """
    return digest("sealed", name, keyed_digest(secret, "nonce", name), content_digest(content))
