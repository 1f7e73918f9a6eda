"""
The evidence of a feature's bins, averaged over half-samples so that no border hangs on a few rows.

Bins that are cut where the outcomes say are unstable: a few other rows, and the borders stand elsewhere. The cure is
to cut them many times and to average [1]_. Rows fall into 16 groups by their place; each of 15 half-samples holds
eight of them, any two share four (the balanced half-samples of McCarthy [2]_), so the average is the same on every
machine and no half counts more than another. In every half-sample the fine bins are merged (`binning`), and each fine
bin gets the shrunken weight of evidence of the bin it fell into. The means of these are merged again, the most alike
neighbours first, until a person can read them: at most so many bins, each with rows enough, none within a point or two
of the next. Where outcomes of one kind are too few to be halved, all rows are cut once. What is monotone in every
half-sample is monotone in the mean, and after merging.

References
----------
.. [1] Bühlmann & Yu (2002), Annals of Statistics 30: 927-961, doi:10.1214/aos/1031689014
.. [2] McCarthy (1969), Review of the International Statistical Institute 37: 239-264, doi:10.2307/1402116
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import isotonic_regression

from scheduler.risk.binning import Axis, Counts, Numbers, choose_direction, coarse_groups, code_order
from scheduler.risk.columns import Column, Floats
from scheduler.risk.indicators import Direction

CODE_SMOOTHING: Final = 100.0  # pseudo-rows of a category before categories are put in order
LEAST_SMOOTHING, MOST_SMOOTHING = 10.0, 300.0  # pseudo-rows of a feature's bins
LEAST_STEP: Final = 0.03  # of log-odds between neighbours; less is not worth a bin
NUM_GROUPS: Final = 16
LEAST_TO_HALVE: Final = 100.0  # outcomes of the rarer kind; a half with fewer than 50 has too few to cut by
# Row i of Sylvester's Hadamard matrix: the groups j for which i & j has an odd number of bits.
HALVES: Final = np.array([[(i & j).bit_count() % 2 for j in range(NUM_GROUPS)] for i in range(1, NUM_GROUPS)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    What bins must keep to.

    Attributes
    ----------
    price
        Twice the log-likelihood that a border must gain.
    least_rows
        Rows a bin must have.
    most_bins
        Bins at most, that of the missing value not counted.
    """

    price: float
    least_rows: float
    most_bins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    Bins of one feature and what they tell.

    Attributes
    ----------
    axis
        Its bins.
    values
        Shrunken weight of evidence of each, shape (number of bins,).
    direction
        How they move.
    bin_of_fine
        Bin of each fine bin, that of the missing value first.
    """

    axis: Axis
    values: Floats
    direction: Direction
    bin_of_fine: Numbers


def group_of_rows(rows: Numbers) -> Numbers:
    """Group of each row by its place in the table, shape of `rows`; neighbours are torn apart by a fixed mixing."""
    mixed = (rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
    return (mixed % np.uint64(NUM_GROUPS)).astype(np.int64)


def average_evidence(column: Column, fine: Axis, counts: Counts, limits: Limits) -> Evidence:
    """
    Bins and evidence of a feature.

    Parameters
    ----------
    fine
        Its fine bins.
    counts
        Outcomes per group of rows and fine bin, shape (`NUM_GROUPS`, number of fine bins) each.
    """
    everything = Counts(ones=counts.ones.sum(axis=0), zeros=counts.zeros.sum(axis=0), rows=counts.rows.sum(axis=0))
    direction = _direction(column, everything, limits)
    mean = np.zeros(fine.num_bins)
    enough = min(everything.ones.sum(), everything.zeros.sum()) >= LEAST_TO_HALVE
    samples = HALVES if enough else np.ones((1, NUM_GROUPS), dtype=np.int64)
    for half in samples:
        part = Counts(ones=half @ counts.ones, zeros=half @ counts.zeros, rows=half @ counts.rows)
        mean += _evidence_of_fine(column, direction, part, limits)
    return _readable(column, fine, direction, mean / len(samples), everything, limits)


def _direction(column: Column, counts: Counts, limits: Limits) -> Direction:
    """The direction declared, or the one that all rows together speak for."""
    if column.codes is not None or column.direction is not Direction.ANY:
        return Direction.ANY if column.codes is not None else column.direction
    return choose_direction(
        _known(counts), price=limits.price, least_rows=limits.least_rows, most_bins=limits.most_bins
    )[0]


def _known(counts: Counts) -> Counts:
    """Counts without the missing value."""
    return Counts(ones=counts.ones[1:], zeros=counts.zeros[1:], rows=counts.rows[1:])


def _evidence_of_fine(column: Column, direction: Direction, half: Counts, limits: Limits) -> Floats:
    """Evidence of the merged bin of each fine bin in a half-sample, shape (number of fine bins,)."""
    known = _known(half)
    order = np.arange(len(known.ones)) if column.codes is None else code_order(known, CODE_SMOOTHING)
    ordered = Counts(ones=known.ones[order], zeros=known.zeros[order], rows=known.rows[order])
    group = np.empty(len(order), dtype=np.int64)
    group[order] = coarse_groups(
        ordered, direction, price=limits.price, least_rows=limits.least_rows, most_bins=limits.most_bins
    )
    bin_of_fine = np.concatenate(([0], group + 1))
    merged = half.merged(bin_of_fine.tolist(), int(bin_of_fine.max()) + 1)
    values = shrunken_evidence(merged)
    total = merged.ones[1:] + merged.zeros[1:]
    if direction is not Direction.ANY and total.any():  # small bins shrink more, which may turn neighbours round
        values[1:] = isotonic_regression(
            values[1:], sample_weight=np.maximum(total, 1e-9), increasing=direction is Direction.RISING
        )
    return values[bin_of_fine]


def shrunken_evidence(counts: Counts) -> Floats:
    """Shrunken weight of evidence of each bin, shape (number of bins,)."""
    ones, zeros = counts.ones.sum(), counts.zeros.sum()
    rate, pseudo = ones / (ones + zeros), _pseudo_rows(counts)
    return np.asarray(
        np.log((counts.ones + pseudo * rate) / (counts.zeros + pseudo * (1 - rate)) * ((1 - rate) / rate))
    )


def _pseudo_rows(counts: Counts) -> float:
    """
    Pseudo-rows that shrink the bins of a feature, by empirical Bayes.

    The variance of log-odds between the bins is estimated by moments (DerSimonian & Laird 1986,
    doi:10.1016/0197-2456(86)90046-2); a prior of that variance is worth 1 / (variance · p · (1 − p)) rows. A feature
    that tells much is shrunk little, one whose bins differ no more than by luck as much as is allowed.
    """
    total = counts.ones + counts.zeros
    ones, total = counts.ones[total > 0], total[total > 0]
    rate = ones.sum() / total.sum()
    unit = rate * (1 - rate)
    weight = total * unit  # inverse variance of a bin's log-odds around the common ones
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    if spread <= 0:
        return MOST_SMOOTHING
    excess = float((weight * ((ones / total - rate) / unit) ** 2).sum()) - (len(ones) - 1)
    if excess <= 0:
        return MOST_SMOOTHING
    return min(max(float(spread / (excess * unit)), LEAST_SMOOTHING), MOST_SMOOTHING)


def _readable(
    column: Column, fine: Axis, direction: Direction, mean: Floats, counts: Counts, limits: Limits
) -> Evidence:
    """Merges fine bins of like evidence; for categories in the order of their evidence."""
    order = np.arange(1, fine.num_bins)
    if column.codes is not None:
        order = order[np.argsort(np.round(mean[1:], 9), kind="stable")]
    weight = (counts.ones + counts.zeros)[order]
    values, ends = _merge_alike(mean[order], weight, counts.rows[order], limits)
    group = np.empty(len(order), dtype=np.int64)
    group[order - 1] = np.searchsorted(np.array(ends), np.arange(len(order)), side="right")
    axis = fine.merged(group.tolist())
    bin_of_fine = np.concatenate(([0], _merged_bins(fine, axis, group)))
    in_bins = np.zeros(axis.num_bins)
    in_bins[bin_of_fine] = np.concatenate((mean[:1], np.array(values)[group]))
    return Evidence(axis=axis, values=in_bins, direction=direction, bin_of_fine=bin_of_fine)


def _merge_alike(
    mean: npt.NDArray[np.float64], weight: Floats, rows: Floats, limits: Limits
) -> tuple[list[float], list[int]]:
    """Weighted means of merged neighbours, and where each merged bin ends; the least loss of squares goes first."""
    values, weights, sizes = mean.tolist(), np.maximum(weight, 1e-9).tolist(), rows.tolist()
    ends = list(range(1, len(values) + 1))

    def loss_of(k: int) -> float:
        gap = (values[k] - values[k + 1]) ** 2 * weights[k] * weights[k + 1] / (weights[k] + weights[k + 1])
        needed = min(sizes[k], sizes[k + 1]) < limits.least_rows or abs(values[k] - values[k + 1]) < LEAST_STEP
        return float(round(gap - 1e12 if needed else gap, 9))

    loss = [loss_of(k) for k in range(len(values) - 1)]
    while loss and (len(values) > limits.most_bins or min(loss) < 0):
        k = loss.index(min(loss))
        both = weights[k] + weights[k + 1]
        values[k] = (values[k] * weights[k] + values.pop(k + 1) * weights[k + 1]) / both
        weights[k : k + 2] = [both]
        sizes[k : k + 2] = [sizes[k] + sizes[k + 1]]
        del ends[k], loss[k]
        for place in (k - 1, k):
            if 0 <= place < len(loss):
                loss[place] = loss_of(place)
    return values, ends


def _merged_bins(fine: Axis, merged: Axis, group: Numbers) -> Numbers:
    """Bin of the merged axis of each fine bin but that of the missing value."""
    if fine.groups is None:
        return group + 1
    bin_of = {code: number for number, codes in enumerate(merged.groups or (), start=1) for code in codes}
    last = merged.num_bins - 1
    return np.array([*(bin_of.get(codes[0], last) for codes in fine.groups), last], dtype=np.int64)
