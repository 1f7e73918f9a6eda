"""Hashing by columns gives the digests that hashing one by one gives, and lets nothing strange in."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import plain_draw as plain
import pytest

from scheduler.draw import bulk
from scheduler.draw.bulk import (
    checked_ids,
    chunks,
    digest_messages,
    fits_alphabet,
    hex_fields,
    keyed_digest_messages,
)
from scheduler.draw.hashing import message, prefix
from scheduler.draw.merkle import array_root
from scheduler.draw.tree import tree_root


@pytest.mark.parametrize(
    ("ids", "match"),
    [
        ([b"92", b"91"], "ascending"),
        ([b"91", b"91"], "ascending"),
        ([b"", b"91"], "digits and letters"),
        ([b"91|2", b"92"], r"91\|2"),
        ([b"91 2"], "91 2"),
        ([b"9\x001"], "digits and letters"),
        ([b"\xe5\xa8\x81"], "digits and letters"),
    ],
    ids=["order", "repeated", "empty", "separator", "space", "zero byte inside", "not ASCII"],
)
def test_checked_ids_refuse(ids: list[bytes], match: str) -> None:
    """Ids that could be confused in a message never reach one."""
    with pytest.raises(ValueError, match=match):
        checked_ids(np.array(ids, dtype="S18"))


def test_checked_ids_pass_ids_of_different_length() -> None:
    """Old registration numbers of 15 digits stand beside credit codes of 18."""
    ids = np.array([b"371000200000001", b"91371000MA3C000000"], dtype="S18")
    assert checked_ids(ids) is ids
    assert len(checked_ids(ids[:0])) == 0


def test_alphabet_is_that_of_messages() -> None:
    """A single character fits exactly if the checked message takes it."""
    for code in range(1, 256):
        column = np.array([bytes([code])], dtype="S1")
        try:
            message("x", bytes([code]).decode("latin-1"))
            accepted = True
        except ValueError:
            accepted = False
        assert bool(fits_alphabet(column)[0]) is accepted, code


def test_alphabet_of_no_codes_is_empty() -> None:
    """An empty column has no bad cell."""
    assert fits_alphabet(np.zeros(0, dtype="S5")).tolist() == []


def test_chunks_cover_all_rows_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is left out or taken twice, whatever the remainder."""
    monkeypatch.setattr(bulk, "CHUNK", 3)
    for size in range(8):
        assert [row for part in chunks(size) for row in range(size)[part]] == list(range(size))


def test_digests_keep_zero_bytes() -> None:
    """A digest that ends in a zero byte keeps it: numpy's text type would drop it."""
    # SHA-256 of "67" is the first of 0, 1, 2, … whose last byte is zero.
    number = next(n for n in range(2000) if hashlib.sha256(str(n).encode()).digest()[-1] == 0)
    digests = digest_messages([str(number).encode()])
    assert digests.shape == (1, 32)
    assert hex_fields(digests) == [hashlib.sha256(str(number).encode()).hexdigest().encode()]


def test_no_digests_have_no_fields() -> None:
    """An empty column stays an empty column."""
    assert digest_messages([]).shape == (0, 32)
    assert hex_fields(digest_messages([])) == []


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64])
def test_keyed_digests_are_hmac(length: int) -> None:
    """Copied states give what RFC 2104 gives, for keys of every length allowed."""
    key = bytes(range(length))
    tails = [b"", b"91", b"x" * 200]
    keyed = keyed_digest_messages(key, prefix("salt", "2026-1-1"), tails)
    expected = [hmac.digest(key, b"double-random/1/salt|2026-1-1|" + tail, "sha256") for tail in tails]
    assert [row.tobytes() for row in keyed] == expected


def test_keyed_digests_refuse_long_keys() -> None:
    """A key that HMAC would hash first is not taken for one that it pads."""
    with pytest.raises(ValueError, match="at most 64 bytes, got 65"):
        keyed_digest_messages(bytes(65), b"", [b""])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100])
def test_roots_by_columns_by_pairs_and_by_splitting_agree(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three ways to the root of RFC 9162 meet, also across the borders of chunks."""
    monkeypatch.setattr("scheduler.draw.merkle._PAIRS", 4)
    leaves = [hashlib.sha256(bytes([index])).digest() for index in range(size)]
    array = np.frombuffer(b"".join(leaves), dtype=np.uint8).reshape(size, 32)
    assert array_root(array) == tree_root(leaves) == plain.root(leaves)
