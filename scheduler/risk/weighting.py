"""
Weights of training rows from the recorded chances of the rounds in which their firms were drawn.

Past plans looked more at some firms than at others. A firm drawn in round r with chance p, given all that was drawn
before, stands for 1/p firms of what was left; a firm drawn before stands for itself. Each round thus gives an unbiased
total (Des Raj 1956 [1]_), and rounds are averaged with shares fixed before outcomes are known.

References
----------
.. [1] Des Raj (1956), JASA 51: 269-284, doi:10.1080/01621459.1956.10501326
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scheduler.errors import TrainingError
from scheduler.i18n import gettext as _
from scheduler.risk.columns import Floats


def inclusion_weights(chance: npt.ArrayLike) -> Floats:
    """
    Weights 1/p of rows drawn once, stabilised to a mean of 1, shape (n,).

    Parameters
    ----------
    chance
        Inclusion probabilities in (0, 1].

    Examples
    --------
    >>> inclusion_weights([0.5, 0.5, 0.25]).tolist()
    [0.75, 0.75, 1.5]
    """
    return _stabilised(1.0 / _checked(chance))


def round_weights(round_number: npt.ArrayLike, chance: npt.ArrayLike) -> Floats:
    """
    Weights of firms drawn in the rounds of one year, stabilised to a mean of 1, shape (n,).

    Row i of round s weighs a_s / p_i + Σ_{r > s} a_r, where a_r is the share of round r in all firms drawn.

    Parameters
    ----------
    round_number
        Round of each row; rounds are taken in ascending order.
    chance
        Chance of each row in its round, given the rounds before, in (0, 1].

    Examples
    --------
    Two rounds of two firms each: a = (1/2, 1/2). Round 1: 1/2 · 1/0.25 + 1/2 = 2.5; round 2: 1/2 · 1/0.5 = 1.

    >>> round_weights([1, 1, 2, 2], [0.25, 0.25, 0.5, 0.5]).tolist()
    [1.4285714285714286, 1.4285714285714286, 0.5714285714285714, 0.5714285714285714]
    """
    chances = _checked(chance)
    _numbers, place, counts = np.unique(np.asarray(round_number), return_inverse=True, return_counts=True)
    share = counts / counts.sum()
    later = np.concatenate([np.cumsum(share[::-1])[::-1][1:], [0.0]])
    return _stabilised(share[place] / chances + later[place])


def effective_rows(weights: Floats) -> float:
    """Kish's effective number of rows (Σ w)² / Σ w²."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _checked(chance: npt.ArrayLike) -> Floats:
    chances = np.asarray(chance, dtype=np.float64)
    bad = ~((chances > 0) & (chances <= 1))
    if bad.any():
        row = int(np.argmax(bad))
        raise TrainingError(
            _("chances: expected probabilities above 0 and up to 1, got {got} in row {row}").format(
                got=chances[row], row=row + 1
            )
        )
    return chances


def _stabilised(weights: Floats) -> Floats:
    return np.asarray(weights / weights.mean()) if len(weights) else weights
