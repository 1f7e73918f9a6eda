"""
Unified social credit codes of firms that do not exist: every check character is right, no code is anybody's.

A code (GB 32100-2015) is two characters for the kind of firm, six digits for the registrar, the nine characters of an
organisation code (GB 11714-1997: eight and a check character) and a check character over all. The organisation codes
made here begin with ``WH``; real ones begin with a digit or ``MA``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scheduler.example.randomness import Chance, Whole
from scheduler.registry.frame import Ids

ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
PREFIX = b"WH"
_CODE_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int64)
_BODY_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_BODY_CHECKS = np.frombuffer(b"0123456789X", dtype=np.uint8)
_HALF = 31**3  # a body's six free characters are two halves of three
_ROUNDS = 4

Bytes = npt.NDArray[np.uint8]


def credit_codes(chance: Chance, kinds: Ids, registrars: Ids) -> Ids:
    """
    One credit code per firm, all different, shape (n,), dtype S18.

    Parameters
    ----------
    kinds
        First two characters, such as ``b"91"``, dtype S2, shape (n,).
    registrars
        Characters 3 to 8, dtype S6, shape (n,).
    """
    num = len(kinds)
    codes = np.zeros((num, 18), dtype=np.uint8)
    codes[:, 0:2] = _characters(kinds, 2)
    codes[:, 2:8] = _characters(registrars, 6)
    codes[:, 8:10] = np.frombuffer(PREFIX, dtype=np.uint8)
    codes[:, 10:16] = _digits(_scattered(chance, num))
    codes[:, 16] = body_check(codes[:, 8:16])
    codes[:, 17] = code_check(codes[:, :17])
    return np.ascontiguousarray(codes).view("S18").reshape(num)


def body_check(bodies: Bytes) -> Bytes:
    """
    Check characters of organisation codes (GB 11714-1997): 11 − Σ value · weight mod 11, ten written X, eleven 0.

    Parameters
    ----------
    bodies
        ASCII characters, shape (n, 8).
    """
    values = np.zeros(256, dtype=np.int64)
    for value, character in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        values[character] = value
    return np.asarray(_BODY_CHECKS[-(values[bodies] @ _BODY_WEIGHTS) % 11])


def code_check(codes: Bytes) -> Bytes:
    """
    Check characters of credit codes (GB 32100-2015): 31 − Σ value · 3^place mod 31, in the code's own alphabet.

    Parameters
    ----------
    codes
        ASCII characters, shape (n, 17).
    """
    values = np.zeros(256, dtype=np.int64)
    for value, character in enumerate(ALPHABET):
        values[character] = value
    return np.asarray(np.frombuffer(ALPHABET, dtype=np.uint8)[-(values[codes] @ _CODE_WEIGHTS) % 31])


def _characters(texts: Ids, width: int) -> Bytes:
    return np.ascontiguousarray(texts.astype(f"S{width}")).view(np.uint8).reshape(len(texts), width)


def _scattered(chance: Chance, num: int) -> Whole:
    """Different numbers below 31⁶ without order: a Feistel network over two halves maps 0, 1, 2, … one to one."""
    left, right = np.divmod(np.arange(num, dtype=np.int64), _HALF)
    for step in range(_ROUNDS):
        table = chance.below(f"code/{step}", _HALF, _HALF)
        left, right = right, (left + table[right]) % _HALF
    return left * _HALF + right


def _digits(numbers: Whole) -> Bytes:
    places = numbers[:, None] // 31 ** np.arange(5, -1, -1, dtype=np.int64) % 31
    return np.asarray(np.frombuffer(ALPHABET, dtype=np.uint8)[places])
