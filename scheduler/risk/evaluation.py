"""
How well a scorecard sorts firms: weighted AUC, KS, Brier, calibration, lift, capture and population stability.

All of it is plain numpy on columns: a score or probability, an outcome (problem found or not), and a weight, the
inverse of the chance with which the firm was drawn (design, section 4), so that the figures speak about the register
and not about whom a plan chose to look at. Ties are exact: firms of one score are one step, never an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.float64]
Column: TypeAlias = npt.ArrayLike

NORMAL_95 = 1.959964  # 97.5 % quantile of the normal distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """
    Firms of similar probability.

    Attributes
    ----------
    expected, observed
        Mean probability and share with a problem, weighted.
    weight
        Share of the total weight.
    num_firms
        Firms in it, unweighted.
    """

    expected: float
    observed: float
    weight: float
    num_firms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """
    What one tier holds.

    Attributes
    ----------
    num_firms, num_problems
        Firms and firms with a problem, unweighted.
    rate
        Weighted share of its firms with a problem.
    share_of_firms, share_of_problems
        Weighted shares of all firms and of all problems; their ratio is the tier's lift.
    """

    num_firms: int
    num_problems: int
    rate: float
    share_of_firms: float
    share_of_problems: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """Weights of problems and of others at each distinct score, highest score first, shape (s,)."""

    score: Numbers
    bad: Numbers
    good: Numbers


def weighted_auc(score: Column, outcome: Column, weight: Column | None = None) -> float:
    """
    Chance that a firm with a problem scores above one without; a tie counts half.

    Parameters
    ----------
    score
        More is riskier, shape (n,).
    outcome
        Whether a problem was found, shape (n,).
    weight
        Not negative, shape (n,); all alike if not given.

    Raises
    ------
    ValueError
        If the columns differ in length, a weight is negative or not finite, or one of the two outcomes has no weight.

    Examples
    --------
    >>> weighted_auc([1, 2, 2, 3], [0, 0, 1, 1])
    0.875
    """
    steps = _steps(score, outcome, weight)
    above = np.cumsum(steps.bad) - steps.bad
    return float(np.sum(steps.good * (above + steps.bad / 2)) / (steps.bad.sum() * steps.good.sum()))


def auc_interval(score: Column, outcome: Column, weight: Column | None = None) -> tuple[float, float]:
    """
    95 % interval of `weighted_auc`, from the placements of either kind of firm [1]_, weights taken as a ratio's.

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44: 837-845, doi:10.2307/2531595

    Examples
    --------
    The placements of two firms with a problem are 2 / 2 and 1.5 / 2, their mean is 0.875 and the variance of the mean
    0.125² / 2; the same goes for the two without.

    >>> low, high = auc_interval([1, 2, 2, 3], [0, 0, 1, 1])
    >>> round(0.875 - low, 4), high
    (0.245, 1.0)
    """
    values, found, weights = _columns(score, outcome, weight)
    steps = _steps(score, outcome, weight)
    area = weighted_auc(score, outcome, weight)
    place = np.searchsorted(-steps.score, -values)
    worse = (steps.good.sum() - np.cumsum(steps.good) + steps.good / 2) / steps.good.sum()
    better = (np.cumsum(steps.bad) - steps.bad / 2) / steps.bad.sum()
    bad, good = weights * found, weights * (1 - found)
    variance = np.sum((bad * (worse[place] - area)) ** 2) / bad.sum() ** 2
    variance += np.sum((good * (better[place] - area)) ** 2) / good.sum() ** 2
    half = NORMAL_95 * float(np.sqrt(variance))
    return max(0.0, area - half), min(1.0, area + half)


def kolmogorov_smirnov(score: Column, outcome: Column, weight: Column | None = None) -> float:
    """
    Greatest distance between the distributions of the score with and without a problem.

    Examples
    --------
    >>> kolmogorov_smirnov([1, 2, 2, 3], [0, 0, 1, 1])
    0.5
    """
    steps = _steps(score, outcome, weight)
    gaps = np.cumsum(steps.bad) / steps.bad.sum() - np.cumsum(steps.good) / steps.good.sum()
    return float(np.abs(gaps).max())


def brier(probability: Column, outcome: Column, weight: Column | None = None) -> float:
    """
    Weighted mean square distance of probability and outcome.

    Examples
    --------
    >>> brier([0.5, 1.0], [0, 1])
    0.125
    """
    predicted, found, weights = _columns(probability, outcome, weight)
    return float(np.sum(weights * (predicted - found) ** 2) / weights.sum())


def calibration_table(
    probability: Column, outcome: Column, weight: Column | None = None, *, num_bins: int = 10
) -> tuple[CalibrationBin, ...]:
    """
    Expected against observed problems, in bins of ascending probability and about equal weight.

    Firms of one probability stay in one bin; so there may be fewer bins than asked for. Where there are no more
    distinct probabilities than bins, each has its own.
    """
    predicted, found, weights = _columns(probability, outcome, weight)
    distinct, place = np.unique(predicted, return_inverse=True)
    mass = np.bincount(place, weights=weights, minlength=len(distinct))
    middle = (np.cumsum(mass) - mass / 2) / weights.sum()
    equal = np.minimum((middle * num_bins).astype(np.int64), num_bins - 1)
    bins = place if len(distinct) <= num_bins else equal[place]
    table = []
    for number in range(num_bins):
        inside = bins == number
        total = float(weights[inside].sum())
        if total > 0:
            table.append(
                CalibrationBin(
                    expected=float(np.sum(weights[inside] * predicted[inside]) / total),
                    observed=float(np.sum(weights[inside] * found[inside]) / total),
                    weight=total / float(weights.sum()),
                    num_firms=int(np.count_nonzero(inside)),
                )
            )
    return tuple(table)


def expected_calibration_error(table: tuple[CalibrationBin, ...]) -> float:
    """Weighted mean distance of expected and observed over the bins of a table."""
    return sum(one.weight * abs(one.expected - one.observed) for one in table)


def lift(score: Column, outcome: Column, weight: Column | None = None, *, share: float) -> float:
    """
    How many times more problems the riskiest share of firms holds than as many firms by lot.

    Of the firms that tie at the edge of the share the same part is taken of problems and of others.

    Examples
    --------
    >>> lift([1, 2, 3, 4], [0, 0, 0, 1], share=0.25)
    4.0
    """
    if not 0 < share <= 1:
        raise ValueError(f"expected a share above 0, up to 1, got {share}")
    steps = _steps(score, outcome, weight)
    mass = steps.bad + steps.good
    wanted = share * mass.sum()
    taken = np.clip((wanted - (np.cumsum(mass) - mass)) / np.where(mass > 0, mass, 1), 0, 1)
    return float(np.sum(taken * steps.bad) / steps.bad.sum() / share)


def capture_by_tier(
    tier: npt.NDArray[np.integer], outcome: Column, weight: Column | None = None, *, num_tiers: int
) -> tuple[Capture, ...]:
    """What each tier holds of firms and of problems, low to high; rates of empty tiers are 0."""
    _tiers, found, weights = _columns(tier, outcome, weight)
    places = np.asarray(tier, dtype=np.int64)
    mass = np.bincount(places, weights=weights, minlength=num_tiers)
    bad = np.bincount(places, weights=weights * found, minlength=num_tiers)
    firms = np.bincount(places, minlength=num_tiers)
    problems = np.bincount(places[found > 0], minlength=num_tiers)
    return tuple(
        Capture(
            num_firms=int(firms[number]),
            num_problems=int(problems[number]),
            rate=float(bad[number] / mass[number]) if mass[number] else 0.0,
            share_of_firms=float(mass[number] / mass.sum()),
            share_of_problems=float(bad[number] / bad.sum()) if bad.sum() else 0.0,
        )
        for number in range(num_tiers)
    )


def population_stability(before: Column, after: Column) -> float:
    """
    Population stability index of two distributions over the same classes: Σ (q − p) ln(q / p).

    Below 0.1 is taken as stable, above 0.25 as another population. An empty class counts as half a firm, so that the
    index stays finite; a class that is empty on both sides counts for nothing.

    Parameters
    ----------
    before, after
        Number of firms by class, shape (k,) each.

    Raises
    ------
    ValueError
        If the two have different classes, or one has no firms.

    Examples
    --------
    >>> round(population_stability([50, 50], [25, 75]), 4)
    0.2747
    """
    old, new = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if old.shape != new.shape or old.sum() <= 0 or new.sum() <= 0:
        raise ValueError(f"expected firms in the same classes on both sides, got {old.shape} and {new.shape}")
    used = (old > 0) | (new > 0)
    p, q = (np.maximum(counts[used], 0.5) for counts in (old, new))
    p, q = p / p.sum(), q / q.sum()
    return float(np.sum((q - p) * np.log(q / p)))


def score_classes(
    before: npt.NDArray[np.integer], after: npt.NDArray[np.integer], *, num_classes: int = 10
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Counts of two sets of scores in classes that hold about equally many of the first; one score is in one class.

    Returns
    -------
    tuple
        Number of firms by class, before and after.
    """
    ordered = np.sort(before)
    places = [len(ordered) * number // num_classes for number in range(1, num_classes)]
    edges = np.unique(ordered[places]) if len(ordered) else ordered
    return tuple(
        np.bincount(np.searchsorted(edges, scores, side="right"), minlength=len(edges) + 1)
        for scores in (before, after)
    )  # type: ignore[return-value]


def _columns(value: Column, outcome: Column, weight: Column | None) -> tuple[Numbers, Numbers, Numbers]:
    values = np.asarray(value, dtype=np.float64)
    found = np.asarray(outcome, dtype=np.float64)
    weights = np.ones(len(values)) if weight is None else np.asarray(weight, dtype=np.float64)
    if not values.shape == found.shape == weights.shape or values.ndim != 1:
        raise ValueError(f"expected columns of one length, got {values.shape}, {found.shape} and {weights.shape}")
    if not np.isin(found, (0, 1)).all():
        raise ValueError("expected outcomes 0 and 1, got others")
    if not (np.isfinite(weights).all() and np.isfinite(values).all()) or (weights < 0).any() or weights.sum() <= 0:
        raise ValueError("expected finite values and weights that are not negative and not all zero, got others")
    return values, found, weights


def _steps(score: Column, outcome: Column, weight: Column | None) -> _Steps:
    values, found, weights = _columns(score, outcome, weight)
    distinct, place = np.unique(-values, return_inverse=True)
    bad, good = (
        np.asarray(np.bincount(place, weights=weights * kind, minlength=len(distinct)), dtype=np.float64)
        for kind in (found, 1 - found)
    )
    if bad.sum() <= 0 or good.sum() <= 0:
        raise ValueError("expected firms with and without a problem, got one kind only")
    return _Steps(score=-distinct, bad=bad, good=good)
