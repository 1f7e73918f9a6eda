"""Tests of the example's chance."""

from __future__ import annotations

import hashlib
from decimal import localcontext

import numpy as np
import pytest

from scheduler.example.randomness import Chance, apportion, exponentials_micro, logistic_micro


def test_words_are_little_endian_shake_256() -> None:
    """A stream is SHAKE-256 of its tagged text, read eight bytes at a time, so any language can make it again."""
    digest = hashlib.shake_256(b"double-random/example/1|seed|tag").digest(24)
    expected = [int.from_bytes(digest[place : place + 8], "little") for place in (0, 8, 16)]
    assert Chance("seed").words("tag", 3).tolist() == expected


def test_longer_stream_begins_with_shorter_one() -> None:
    """Asking for more of a stream changes nothing of its beginning."""
    chance = Chance("a")
    assert chance.words("t", 50)[:7].tolist() == chance.words("t", 7).tolist()


@pytest.mark.parametrize("weights", [(1, 1, 2), (0, 5, 0, 5), (7,)])
def test_chosen_follows_weights(weights: tuple[int, ...]) -> None:
    """Each position comes about as often as its weight says, and never where the weight is zero."""
    num = 40_000
    counts = np.bincount(Chance("b").chosen("t", num, weights), minlength=len(weights))
    for count, weight in zip(counts.tolist(), weights, strict=True):
        expected = num * weight / sum(weights)
        assert abs(count - expected) <= 5 * expected**0.5  # five standard deviations, and exactly zero for zero


def test_happens_with_certainty_at_the_ends() -> None:
    """A chance of zero never happens, one of a million in a million always."""
    chance = np.array([0, 1_000_000] * 500, dtype=np.int64)
    assert Chance("c").happens("t", chance).tolist() == [False, True] * 500


def test_within_stays_below_each_bound() -> None:
    """Every integer lies below its own bound, and all of a bound's integers come up."""
    bounds = np.tile(np.array([1, 2, 5], dtype=np.int64), 400)
    drawn = Chance("d").within("t", bounds)
    assert [sorted(set(drawn[bounds == bound].tolist())) for bound in (1, 2, 5)] == [[0], [0, 1], [0, 1, 2, 3, 4]]


def test_bell_is_close_to_normal() -> None:
    """Mean 0, standard deviation 100 hundredths, and about 2.3 % above two deviations."""
    bell = Chance("e").bell("t", 100_000)
    assert abs(float(bell.mean())) < 2
    assert abs(float(bell.std()) - 100) < 2
    assert abs(float((bell > 200).mean()) - 0.0228) < 0.004


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (10, (3, 3, 3), (4, 3, 3)),  # 3.33 each; equal remainders: the first gets the one left
        (7, (1, 0, 6), (1, 0, 6)),
        (2, (5, 4, 1), (1, 1, 0)),  # 1.0, 0.8, 0.2
        (0, (5, 4), (0, 0)),
    ],
)
def test_apportion_gives_largest_remainders(total: int, weights: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Whole shares first, what is left goes to the largest remainders."""
    assert apportion(total, weights) == expected


def test_tables_do_not_depend_on_the_decimal_context() -> None:
    """A caller's decimal context of two digits changes no table."""
    tables = exponentials_micro(50, 3).tolist(), logistic_micro(4).tolist()
    with localcontext() as context:
        context.prec = 2
        assert (exponentials_micro(50, 3).tolist(), logistic_micro(4).tolist()) == tables
    # exp(0.5 · 0.03) = 1.015113…, 1/(1 + e^−0.04) = 0.509998…
    assert (tables[0][6], tables[0][3], tables[1][8]) == (1_015_113, 1_000_000, 509_998)
