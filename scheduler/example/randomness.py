"""
Chance for the made-up city: integer arrays read off SHAKE-256 streams.

numpy's generators promise their stream only for one build on one machine. SHAKE-256 (FIPS 202) is the same everywhere,
so the same seed makes the same city on every machine and with every library version. Each use has its own tag and so
its own stream; everything is decided by integers. This is chance for an example, never for a draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.registry.items import MICRO

Words: TypeAlias = npt.NDArray[np.uint64]
Whole: TypeAlias = npt.NDArray[np.int64]

_EXACT = Context(prec=28)  # not the thread's context, which a caller may have changed


@dataclass(frozen=True, slots=True)
class Chance:
    """
    Source of all chance of one city.

    Attributes
    ----------
    seed
        Any text; another seed makes another city.
    """

    seed: str

    def words(self, tag: str, num: int) -> Words:
        """
        First `num` 64-bit integers of the stream called `tag`, shape (num,).

        Examples
        --------
        >>> [int(word) for word in Chance("1").words("docs", 2)]
        [11596040900208340629, 6354631382359267193]
        """
        stream = hashlib.shake_256(f"double-random/example/1|{self.seed}|{tag}".encode())
        return np.frombuffer(stream.digest(8 * num), dtype="<u8").astype(np.uint64)

    def below(self, tag: str, num: int, bound: int) -> Whole:
        """Integers from 0 to `bound` − 1, all equally likely but for a bias below bound · 2⁻⁶⁴, shape (num,)."""
        return (self.words(tag, num) % np.uint64(bound)).astype(np.int64)

    def within(self, tag: str, bounds: Whole) -> Whole:
        """For each bound an integer from 0 to bound − 1, shape as `bounds`."""
        return (self.words(tag, len(bounds)) % bounds.astype(np.uint64)).astype(np.int64)

    def happens(self, tag: str, chance_micro: Whole) -> npt.NDArray[np.bool_]:
        """Whether things of the chances given, in 10⁻⁶, happen; shape as `chance_micro`."""
        return np.asarray(self.below(tag, len(chance_micro), MICRO) < chance_micro)

    def chosen(self, tag: str, num: int, weights: Sequence[int]) -> Whole:
        """Positions in `weights`, each as likely as its weight says, shape (num,)."""
        total, running, thresholds = sum(weights), 0, []
        for weight in weights[:-1]:
            running += weight
            thresholds.append(min((running << 64) // total, 2**64 - 1))
        edges = np.array(thresholds, dtype=np.uint64)
        return np.searchsorted(edges, self.words(tag, num), side="right").astype(np.int64)

    def shuffled(self, tag: str, num: int) -> Whole:
        """Positions 0 to `num` − 1 in random order, shape (num,)."""
        return np.argsort(self.words(tag, num), kind="stable").astype(np.int64)

    def bell(self, tag: str, num: int) -> Whole:
        """
        Integers in hundredths that follow a standard normal closely, shape (num,): sums of four 16-bit integers.

        A sum of four has mean 131,070 and standard deviation 65,536 · √(4/12) = 37,837, and stays within ± 3.47 of it.
        """
        words = self.words(tag, num)
        sums = sum((words >> np.uint64(shift)) & np.uint64(0xFFFF) for shift in (0, 16, 32, 48))
        return (np.asarray(sums).astype(np.int64) - 131_070) * 100 // 37_837


def apportion(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """
    Shares out `total` by weights as whole numbers, the largest remainders first (Hamilton's method).

    Examples
    --------
    >>> apportion(10, [1, 1, 1])
    (4, 3, 3)
    """
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = [(-(total * weight % whole), position) for position, weight in enumerate(weights)]
    for _, position in sorted(remainders)[: total - sum(shares)]:
        shares[position] += 1
    return tuple(shares)


def exponentials_micro(slope: int, reach: int) -> Whole:
    """
    exp(slope · z) in 10⁻⁶ for z = −reach … reach hundredths, shape (2 · reach + 1,).

    Computed in decimals, whose results are the same on every machine, as those of floating-point libraries are not.

    Parameters
    ----------
    slope
        In hundredths.
    """
    powers = (_EXACT.exp(_EXACT.scaleb(Decimal(slope * z), -4)) for z in range(-reach, reach + 1))
    return np.array([int(_EXACT.scaleb(power, 6)) for power in powers], dtype=np.int64)


def logistic_micro(reach: int) -> Whole:
    """
    Probabilities, in 10⁻⁶, of the log-odds −reach … reach hundredths, shape (2 · reach + 1,).

    Examples
    --------
    >>> [int(value) for value in logistic_micro(100)[[0, 100, 200]]]
    [268941, 500000, 731058]
    """
    odds_against = (_EXACT.exp(_EXACT.scaleb(Decimal(-logit), -2)) for logit in range(-reach, reach + 1))
    return np.array([int(_EXACT.divide(MICRO, _EXACT.add(1, odds))) for odds in odds_against], dtype=np.int64)
