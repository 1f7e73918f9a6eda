"""
Stands in for `scheduler.draw.signing` in `verify.py`: Ed25519 signatures verified by RFC 8032, section 5.1.7.

Points of the curve −x² + y² = 1 + d·x²·y² over the integers modulo p = 2²⁵⁵ − 19 are kept as (x, y) with numerator and
denominator together (extended coordinates X, Y, Z, T = X·Y/Z). It only verifies, so it need not hide how long it takes.
"""

from __future__ import annotations

import hashlib

from scheduler.draw.hashing import message

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQUARE_ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
KEY_BYTES, SIGNATURE_BYTES = 32, 64
Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def is_signed(public_key: str, signature: str, tag: str, *fields: str) -> bool:
    """
    Whether a signature of a tagged message is by the owner of a public key; not if either is no such thing.

    Examples
    --------
    The first test vector of RFC 8032, section 7.1, signs the empty message:

    >>> key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    >>> signature = bytes.fromhex(
    ...     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    ...     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ... )
    >>> verified(key, signature, b""), verified(key, signature, b"x")
    (True, False)
    """
    try:
        return verified(bytes.fromhex(public_key), bytes.fromhex(signature), message(tag, *fields))
    except ValueError:
        return False


def verified(key: bytes, signature: bytes, content: bytes) -> bool:
    """Whether S·B = R + k·A: R and S are the halves of the signature, k is the hash of R, A and the content."""
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    point = _decompressed(key)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + content).digest(), "little") % ORDER
    x, y, z, t = point
    result = _sum(_times(s, BASE), _times(k, (-x % P, y, z, -t % P)))
    return _compressed(result) == signature[:32]


def _decompressed(text: bytes) -> Point | None:
    """Point of 32 bytes: y, and in the last bit the sign of x; None where there is none."""
    number = int.from_bytes(text, "little")
    y, sign = number % 2**255, number >> 255
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * SQUARE_ROOT_OF_MINUS_1 % P
    if v * x * x % P != u:
        return None
    if not x and sign:
        return None
    x = -x % P if x % 2 != sign else x
    return (x, y, 1, x * y % P)


def _compressed(point: Point) -> bytes:
    x, y, z, _t = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P % 2) << 255).to_bytes(32, "little")


def _sum(first: Point, second: Point) -> Point:
    """Sum of two points (RFC 8032, section 5.1.4)."""
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    result = NEUTRAL
    while number:
        if number % 2:
            result = _sum(result, point)
        point = _sum(point, point)
        number //= 2
    return result


def _base() -> Point:
    point = _decompressed((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    return point if point is not None else NEUTRAL


BASE = _base()
