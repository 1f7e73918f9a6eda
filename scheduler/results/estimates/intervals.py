"""
Intervals for rates that stay honest where findings are rare.

A plain interval (rate ± 1.96 standard errors) is too short where few findings are expected, and has no width at all
where there is none. Wilson [1]_ asks instead which true rates the finding would not surprise. `stratified_interval`
asks that of a rate put together from classes that were sampled at different rates: at each rate asked about, every
class has the share that fits its own findings best, so a class without a finding still adds what it may hide [2]_.
With a single class this is Wilson's interval with the class's effective number of visits.

References
----------
.. [1] Wilson (1927), JASA 22: 209-212, doi:10.1080/01621459.1927.10502953
.. [2] Miettinen & Nurminen (1985), Statistics in Medicine 4: 213-226, doi:10.1002/sim.4780040211 (scores with
   constrained likelihood); Korn & Graubard (1998), Survey Methodology 24: 193-201 (effective numbers of visits).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z_95: Final = 1.959963984540054  # 97.5 % point of the normal distribution
_LEAST_LOG, _MOST_LOG = -30.0, 60.0  # logarithms of the multipliers tried
_HALVINGS = 60
_TINY = 1e-15  # of rounding: no distance at all


def wilson_interval(found: npt.ArrayLike, visits: npt.ArrayLike, z: float = Z_95) -> tuple[Floats, Floats]:
    """
    Wilson's interval for a share of visits that were chosen with equal chances.

    Parameters
    ----------
    found, visits
        Findings, and visits (which may be an effective number), of one shape. Without visits all is possible.

    Examples
    --------
    No finding in 16 visits: up to z² / (16 + z²) = 3.84 / 19.84.

    >>> [round(float(bound), 4) for bound in wilson_interval(0, 16)]
    [0.0, 0.1936]
    """
    number = np.asarray(visits, dtype=np.float64)
    some = np.maximum(number, 1e-12)
    rate = np.asarray(found, dtype=np.float64) / some
    middle = (rate + z * z / (2 * some)) / (1 + z * z / some)
    half = z * np.sqrt(rate * (1 - rate) / some + z * z / (4 * some * some)) / (1 + z * z / some)
    low, high = np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)
    return np.where((number > 0) & (rate > 0), low, 0.0), np.where((number > 0) & (rate < 1), high, 1.0)


def stratified_interval(
    share: npt.ArrayLike, rate: npt.ArrayLike, variance_factor: npt.ArrayLike, z: float = Z_95
) -> tuple[Floats, Floats]:
    """
    Interval for the rate Σ share · rate over classes, shape (...).

    Parameters
    ----------
    share
        Share of each class in all firms, shape (..., classes); the classes of one rate sum to 1.
    rate
        Estimated rate of each class.
    variance_factor
        Variance of the class's estimate is this times rate · (1 - rate): the inverse of its effective number of
        visits, 0 where every firm was visited.

    Notes
    -----
    At multiplier λ the class has the rate p that solves rate - p = λ · share · factor · p · (1 - p), the constrained
    maximum of its likelihood. The ends of the interval are the rates Σ share · p that lie z standard errors from the
    estimate, with the variance Σ share² · factor · p · (1 - p): one equation in λ for each end.

    Examples
    --------
    One class is Wilson's interval.

    >>> [round(float(bound), 4) for bound in stratified_interval([1.0], [0.0], [1 / 16])]
    [0.0, 0.1936]
    """
    weight, estimate, factor = np.broadcast_arrays(
        *(np.asarray(column, dtype=np.float64) for column in (share, rate, variance_factor))
    )
    pull = weight * factor
    middle = (weight * estimate).sum(axis=-1)
    ends = []
    for sign in (1.0, -1.0):
        low, high = np.full(middle.shape, _LEAST_LOG), np.full(middle.shape, _MOST_LOG)
        for _halving in range(_HALVINGS):
            tried = (low + high) / 2
            rates = _constrained(estimate, sign * np.exp(tried)[..., np.newaxis] * pull)
            distance = sign * (middle - (weight * rates).sum(axis=-1))
            error = np.sqrt((weight**2 * factor * rates * (1 - rates)).sum(axis=-1))
            enough = distance > z * error + _TINY
            high, low = np.where(enough, tried, high), np.where(enough, low, tried)
        rates = _constrained(estimate, sign * np.exp(high)[..., np.newaxis] * pull)
        ends.append(np.clip((weight * rates).sum(axis=-1), 0.0, 1.0))
    return np.minimum(ends[0], middle), np.maximum(ends[1], middle)


def difference_interval(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float, float]:
    """
    Difference second - first of two independent rates, with the interval that follows from theirs [1]_.

    Parameters
    ----------
    first, second
        Rate, lower and upper end.

    References
    ----------
    .. [1] Newcombe (1998), Statistics in Medicine 17: 873-890; Zou & Donner (2008), Statistics in Medicine 27: 1693
    """
    (p, p_low, p_high), (q, q_low, q_high) = first, second
    down, up = math.hypot(q - q_low, p_high - p), math.hypot(q_high - q, p - p_low)
    return q - p, q - p - down, q - p + up


def ratio_interval(
    base: tuple[float, float, float], other: tuple[float, float, float]
) -> tuple[float, float, float] | None:
    """
    Ratio other / base of two independent rates with its interval [1]_; None where the base found nothing.

    The upper end is infinite where the base may be nothing at all.

    References
    ----------
    .. [1] Donner & Zou (2012), Statistical Methods in Medical Research 21: 347-359, doi:10.1177/0962280210383082
    """
    (q, q_low, q_high), (p, p_low, p_high) = base, other
    if q <= 0:
        return None
    down = _ratio_end(p, q, p_low, q_high, -1.0)
    up = _ratio_end(p, q, p_high, q_low, 1.0) if q_low > 0 else float("inf")
    return p / q, max(down, 0.0), up


def _ratio_end(p: float, q: float, p_end: float, q_end: float, sign: float) -> float:
    product = p * q
    inside = product**2 - p_end * q_end * (2 * p - p_end) * (2 * q - q_end)
    return (product + sign * math.sqrt(max(inside, 0.0))) / (q_end * (2 * q - q_end))


def _constrained(estimate: Floats, pull: Floats) -> Floats:
    """The p in [0, 1] with estimate - p = pull · p · (1 - p), by the form of the root that does not cancel."""
    one = 1 + pull
    root = np.sqrt(np.maximum(one * one - 4 * pull * estimate, 0.0))
    positive = one > 0
    safe = np.where(positive, one + root, 1.0)
    negative = np.where(positive, 1.0, 2 * pull)
    return np.clip(np.where(positive, 2 * estimate / safe, (one - root) / negative), 0.0, 1.0)
