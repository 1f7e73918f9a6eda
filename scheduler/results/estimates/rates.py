"""Rate of a group of firms from its classes: classes too small to tell anything are put together, then the interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.results.estimates.des_raj import Floats, RoundSums, des_raj, round_shares
from scheduler.results.estimates.intervals import Z_95, stratified_interval

LEAST_EXPECTED = 3.0  # visits a class must expect in a year to stand for itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """
    Rate of violation of a group, shape (...) each.

    Attributes
    ----------
    rate, low, high
        Share of firms at which a visit finds something, and the ends of its 95 % interval.
    standard_error
        Of the rate, by the estimated rates of its classes.
    effective_visits
        Visits with equal chances that would tell the rate as well; infinite where every firm was visited.
    """

    rate: Floats
    low: Floats
    high: Floats
    standard_error: Floats
    effective_visits: Floats


def collapsed(expected: npt.ArrayLike, least: float = LEAST_EXPECTED) -> npt.NDArray[np.int64]:
    """
    Puts classes that expect too few visits together with a neighbour.

    Parameters
    ----------
    expected
        Visits the plan expects of each class, in an order in which neighbours are alike, shape (classes,).

    Returns
    -------
    Class that each class becomes, shape (classes,)
        Numbered from 0 in the same order. It hangs on the plan alone, never on what was found.

    Examples
    --------
    The last class expects one visit and goes to its neighbour.

    >>> collapsed([40, 12, 9, 1]).tolist()
    [0, 1, 2, 2]
    """
    groups = [[k] for k in range(len(np.asarray(expected)))]
    totals = [float(value) for value in np.asarray(expected, dtype=np.float64)]
    while len(groups) > 1 and min(totals) < least:
        small = totals.index(min(totals))
        beside = [k for k in (small - 1, small + 1) if 0 <= k < len(groups)]
        other = min(beside, key=lambda k: totals[k])
        first = min(small, other)
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
        totals[first : first + 2] = [totals[first] + totals[first + 1]]
    into = np.zeros(sum(map(len, groups)), dtype=np.int64)
    for number, group in enumerate(groups):
        into[group] = number
    return into


def estimate_rates(sums: RoundSums, size: npt.ArrayLike, planned: npt.ArrayLike, z: float = Z_95) -> Rates:
    """
    Estimates the rate of a group.

    Parameters
    ----------
    sums
        What the rounds tell of its classes, shape (..., rounds, classes).
    size
        Firms of each class, shape (classes,).
    planned
        Chance of a firm that is left, in each round and class, as planned before the first draw, shape (rounds,
        classes).

    Raises
    ------
    ValueError
        If the group has no firms.
    """
    firms, chance = np.asarray(size, dtype=np.float64), np.asarray(planned, dtype=np.float64)
    if firms.sum() <= 0:
        raise ValueError("expected a group of at least one firm")
    kept = np.flatnonzero(firms > 0)
    into = collapsed(firms[kept] * (1 - np.prod(1 - np.clip(chance[:, kept], 0, 1), axis=0)))
    number = int(into.max()) + 1
    sizes = np.bincount(into, firms[kept], number)
    chances = np.stack([np.bincount(into, row[kept] * firms[kept], number) / sizes for row in chance])
    classes = des_raj(_taken(sums, kept).merged(into), round_shares(chances))
    share = sizes / sizes.sum()
    rate = (share * classes.rate).sum(axis=-1)
    variance = (share**2 * classes.factor * classes.rate * (1 - classes.rate)).sum(axis=-1)
    spread = (share**2 * classes.factor).sum(axis=-1)
    low, high = stratified_interval(share, classes.rate, classes.factor, z)
    return Rates(
        rate=rate,
        low=low,
        high=high,
        standard_error=np.sqrt(variance),
        effective_visits=np.divide(1.0, spread, out=np.full_like(spread, np.inf), where=spread > 0),
    )


def _taken(sums: RoundSums, classes: npt.NDArray[np.int64]) -> RoundSums:
    return RoundSums(**{name: getattr(sums, name)[..., classes] for name in RoundSums.__slots__})
