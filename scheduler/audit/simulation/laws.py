"""
Tails of the normal, chi-square and binomial laws, by the incomplete beta and gamma functions.

As `scipy.stats` gives them (a test compares), but without loading it: that takes every command half a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

Reals = npt.NDArray[np.float64]


def normal_tail(deviations: float) -> float:
    """
    Chance that a standard normal number is greater.

    Examples
    --------
    >>> round(normal_tail(1.959964), 6)
    0.025
    """
    return float(special.ndtr(-deviations))


def normal_reach(chance: float) -> float:
    """
    How many deviations a standard normal number exceeds with this chance.

    Examples
    --------
    >>> round(normal_reach(0.025), 6)
    1.959964
    """
    return float(-special.ndtri(chance))


def chi_square_tails(value: float, degrees: float) -> tuple[float, float]:
    """
    Chances that a chi-square number is at most, and at least, a value.

    Examples
    --------
    >>> below, above = chi_square_tails(3.841459, 1)
    >>> round(below, 6), round(above, 6)
    (0.95, 0.05)
    """
    return float(special.gammainc(degrees / 2, value / 2)), float(special.gammaincc(degrees / 2, value / 2))


def binomial_tails(counts: Reals, number: int, chances: Reals) -> tuple[Reals, Reals]:
    """
    Chances that a binomial number is at most, and at least, a count.

    Parameters
    ----------
    counts, chances
        Whole numbers, and the chances of one of the `number` trials, shape (n,).

    Examples
    --------
    >>> below, above = binomial_tails(np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), 2, np.full(5, 0.5))
    >>> below.tolist(), above.tolist()
    ([0.0, 0.25, 0.75, 1.0, 1.0], [1.0, 1.0, 0.75, 0.25, 0.0])
    """
    inside = np.clip(counts, 0, number)
    below = special.betainc(np.maximum(number - inside, 1), inside + 1, 1 - chances)
    above = special.betainc(np.maximum(inside, 1), number - inside + 1, chances)
    below = np.where(counts < 0, 0.0, np.where(counts >= number, 1.0, below))
    above = np.where(counts <= 0, 1.0, np.where(counts > number, 0.0, above))
    return below, above
