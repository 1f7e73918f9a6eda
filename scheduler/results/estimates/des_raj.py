"""
Rates from rounds that adapt to what came before (design, section 8).

No firm has one yearly chance: round r draws from those who are left, with chances that hang on what was found before.
But each round by itself tells the total without bias: what is known of the firms visited before, plus what the round's
own firms stand for, T̂_r = Σ y (visited before r) + Σ y / p (drawn in r) [1]_. These totals are averaged with shares
that were fixed before anything was known. They are uncorrelated, so their variances add.

Within a round and class, firms left over are told by the weighted mean Σ (y / p) / Σ (1 / p) of those drawn (Hájek),
because their number is known; without a number, by the plain total Σ y / p (Horvitz and Thompson [2]_).

Visits without a result yet count as firms that are left: their class's other visits stand for them.

References
----------
.. [1] Des Raj (1956), JASA 51: 269-284, doi:10.1080/01621459.1956.10501326
.. [2] Horvitz & Thompson (1952), JASA 47: 663-685, doi:10.1080/01621459.1952.10483446
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOST = 4.0  # variance factor of a class nobody was visited in: a quarter of a visit


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSums:
    """
    What rounds tell of classes, shape (..., rounds, classes) each.

    Attributes
    ----------
    known, found_before
        Firms whose result is known from rounds before, and those of them with a finding.
    left
        Firms that the round's draw stands for.
    weight, weighted_found
        Σ 1/p over the firms drawn in the round with a result, and over those of them with a finding.
    square
        Σ (1/p)² · (1 - p) over the same firms.
    asked
        Σ 1/p over all firms drawn in the round, with a result or without one.
    """

    known: Floats
    found_before: Floats
    left: Floats
    weight: Floats
    weighted_found: Floats
    square: Floats
    asked: Floats

    def __post_init__(self) -> None:
        shapes = {getattr(self, entry.name).shape for entry in fields(self)}
        if len(shapes) != 1:
            raise ValueError(f"expected sums of one shape, got {sorted(shapes)}")

    def merged(self, into: npt.ArrayLike) -> RoundSums:
        """The same with classes put together: class k becomes class `into[k]`."""
        target = np.asarray(into)
        number = int(target.max()) + 1
        matrix = (target[:, np.newaxis] == np.arange(number)).astype(np.float64)
        return RoundSums(**{entry.name: getattr(self, entry.name) @ matrix for entry in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRates:
    """Rate and variance factor of each class, shape (..., classes); the variance is factor · rate · (1 - rate)."""

    rate: Floats
    factor: Floats


def horvitz_thompson_total(values: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike) -> float:
    """
    Estimates a total of a frame from a probability sample, without knowing its size.

    Parameters
    ----------
    values
        Outcome of each firm visited, shape (n,), such as 1 for a finding.
    inclusion_probabilities
        Chance of each of them, shape (n,), in (0, 1].

    Examples
    --------
    A finding at a firm that was drawn with chance 1/4 stands for four.

    >>> horvitz_thompson_total([1, 0], [0.25, 0.5])
    4.0
    """
    chance = np.asarray(inclusion_probabilities, dtype=np.float64)
    return float((np.asarray(values, dtype=np.float64) / chance).sum())


def hajek_mean(values: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike) -> float:
    """
    Estimates a mean of a frame by the weighted mean of a probability sample.

    Parameters
    ----------
    values, inclusion_probabilities
        As in `horvitz_thompson_total`.

    Examples
    --------
    Four firms with a finding, two without.

    >>> round(hajek_mean([1, 0], [0.25, 0.5]), 4)
    0.6667
    """
    chance = np.asarray(inclusion_probabilities, dtype=np.float64)
    return horvitz_thompson_total(values, chance) / float((1 / chance).sum())


def round_shares(planned: npt.ArrayLike) -> Floats:
    """
    Share of each round in the average, shape (rounds, classes), from chances that were planned before the first round.

    The shares are inverse to the variance that each round's total has under the plan: with remaining part m and chance
    f of a class, proportional to m · (1 - f) / f. A round that visits everybody who is left tells all and has share 1.

    Parameters
    ----------
    planned
        Planned chance of a firm that is left, in each round and class, in [0, 1].

    Examples
    --------
    Chances 0.1 and 0.2: variances 1 · 0.9 / 0.1 = 9 and 0.9 · 0.8 / 0.2 = 3.6, shares 3.6 / 12.6 and 9 / 12.6.

    >>> round_shares([[0.1], [0.2]]).round(4).ravel().tolist()
    [0.2857, 0.7143]
    """
    chance = np.clip(np.asarray(planned, dtype=np.float64), 0.0, 1.0)
    left = np.cumprod(np.concatenate([np.ones_like(chance[:1]), 1 - chance[:-1]]), axis=0)
    certain = (left * (1 - chance) == 0) & (np.cumsum(left * (1 - chance) == 0, axis=0) == 1)
    precision = np.divide(chance, left * (1 - chance), out=np.zeros_like(chance), where=left * (1 - chance) > 0)
    total = precision.sum(axis=0)
    shares = np.divide(precision, total, out=np.full_like(precision, 1 / len(chance)), where=total > 0)
    return np.asarray(np.where(certain.any(axis=0), certain.astype(np.float64), shares))


def des_raj(sums: RoundSums, shares: Floats) -> ClassRates:
    """
    Averages what the rounds tell of each class.

    Parameters
    ----------
    shares
        Share of each round, shape (rounds, classes), fixed before the first draw. A round that happened to draw nobody
        of a class gives its share to the others; that hangs on numbers drawn, never on what they showed.

    Returns
    -------
    rates and variance factors
        A class nobody was visited in has the rate of all others together, and next to no weight of evidence.
    """
    size = sums.known + sums.left
    drew = sums.weight > 0
    told = (drew | (sums.left == 0)) & (size > 0)
    part = np.divide(sums.left, size, out=np.zeros_like(size), where=size > 0)
    mean = np.divide(sums.weighted_found, sums.weight, out=np.zeros_like(size), where=drew)
    spread = np.divide(sums.square, sums.weight**2, out=np.zeros_like(size), where=drew) + _missed(sums, drew)
    before = np.divide(sums.found_before, size, out=np.zeros_like(size), where=size > 0)
    weight = np.where(told, shares, 0.0)
    total = weight.sum(axis=-2, keepdims=True)
    even = told / np.maximum(told.sum(axis=-2, keepdims=True), 1)
    weight = np.where(total > 0, weight / np.where(total > 0, total, 1.0), even)
    rate = (weight * (before + part * mean)).sum(axis=-2)
    factor = (weight**2 * part**2 * spread).sum(axis=-2)
    lost = ~told.any(axis=-2)
    others = np.where(lost, 0.0, size.max(axis=-2))
    pooled = (others * rate).sum(axis=-1, keepdims=True) / np.maximum(others.sum(axis=-1, keepdims=True), 1e-12)
    return ClassRates(
        rate=np.clip(np.where(lost, pooled, rate), 0.0, 1.0),
        factor=np.where(lost & (size.max(axis=-2) > 0), LOST, factor),
    )


def _missed(sums: RoundSums, drew: npt.NDArray[np.bool_]) -> Floats:
    """
    What the variance factor lacks where the firms drawn stand for fewer firms than are left.

    Drawing without replacement takes one over the number of firms off the factor. The draw tells that number as Σ 1/p;
    a class in which only a firm that was almost sure to be drawn was drawn would otherwise seem all but known.
    """
    drawn = np.divide(1.0, sums.asked, out=np.zeros_like(sums.asked), where=drew)
    left = np.divide(1.0, sums.left, out=np.zeros_like(sums.left), where=sums.left > 0)
    return np.asarray(np.where(drew & (sums.left > 0), np.maximum(drawn - left, 0.0), 0.0))
