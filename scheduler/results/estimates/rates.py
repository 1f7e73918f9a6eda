"""
Rate of a group of firms from its classes: classes too small to tell anything are put together, then the interval.

The rate is told by the group's own visits alone. Its interval may ask its neighbours: where a class expects a tenth of
a finding that would stand for a hundred firms, a clean class can hide nearly anything, and an interval from its own
visits is honest and useless. In groups that are alike class by class, as districts of one city are tier by tier, every
class takes in half a finding at the rate that the class has in all other groups: Jeffreys' weight of knowing nothing
[1]_, put where the neighbours are rather than at one half. So little evidence gives way to any of the group's own.

References
----------
.. [1] Jeffreys (1946), Proceedings of the Royal Society A 186: 453-461, doi:10.1098/rspa.1946.0056; Brown, Cai &
   DasGupta (2001), Statistical Science 16: 101-133, doi:10.1214/ss/1009213286
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.results.estimates.des_raj import ClassRates, Floats, RoundSums, des_raj, round_shares
from scheduler.results.estimates.intervals import Z_95, stratified_interval

LEAST_EXPECTED = 3.0  # visits a class must expect in a year to stand for itself
_LEAST_FACTOR = 1e-9  # stands for classes in which every firm was visited
BORROWED = 0.5  # findings that a class takes in from groups that are alike


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


def estimate_rates(
    sums: RoundSums,
    size: npt.ArrayLike,
    planned: npt.ArrayLike,
    z: float = Z_95,
    *,
    others: RoundSums | None = None,
) -> Rates:
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
    others
        What the rounds tell of all other groups together, where groups are alike class by class: the interval borrows
        half a finding of them, the rate nothing.

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
    shares = round_shares(chances)
    classes = des_raj(_taken(sums, kept).merged(into), shares)
    share = sizes / sizes.sum()
    rate = (share * classes.rate).sum(axis=-1)
    variance = (share**2 * classes.factor * classes.rate * (1 - classes.rate)).sum(axis=-1)
    spread = (share**2 * classes.factor).sum(axis=-1)
    asked = classes if others is None else steadied(classes, des_raj(_taken(others, kept).merged(into), shares))
    low, high = stratified_interval(share, asked.rate, asked.factor, z)
    return Rates(
        rate=rate,
        low=np.minimum(low, rate),
        high=np.maximum(high, rate),
        standard_error=np.sqrt(variance),
        effective_visits=np.divide(1.0, spread, out=np.full_like(spread, np.inf), where=spread > 0),
    )


def steadied(own: ClassRates, others: ClassRates, borrowed: float = BORROWED) -> ClassRates:
    """
    Classes with a little evidence from groups that are alike, for intervals.

    Parameters
    ----------
    own, others
        Rates and variance factors of the classes, in the group and in all others.
    borrowed
        Findings taken in, at the rate of the others: as many more visits as they would have needed to find that much.

    Examples
    --------
    No finding in 100 visits, and 10 in 999 elsewhere, which counts as 10.5 in 1,000: half a finding is 47.6 visits.

    >>> own, others = ClassRates(rate=np.array([0.0]), factor=np.array([1 / 100])), ClassRates(
    ...     rate=np.array([10 / 999]), factor=np.array([1 / 999])
    ... )
    >>> asked = steadied(own, others)
    >>> round(float(asked.rate[0]) * 147.62, 3), round(float(1 / asked.factor[0]), 2)
    (0.5, 147.62)
    """
    visits = 1 / np.maximum(others.factor, _LEAST_FACTOR)
    elsewhere = (others.rate * visits + borrowed) / (visits + 1)
    more = borrowed / elsewhere
    weight = 1 + own.factor * more
    return ClassRates(rate=(own.rate + own.factor * borrowed) / weight, factor=own.factor / weight)


def _taken(sums: RoundSums, classes: npt.NDArray[np.int64]) -> RoundSums:
    return RoundSums(**{name: getattr(sums, name)[..., classes] for name in RoundSums.__slots__})
