"""
Supervised bins: which values of a feature belong together, judged by weighted outcomes.

Every feature is first cut finely, without looking at outcomes (`fine_axis`). The fine bins are then pooled where they
break the direction, by the pool-adjacent-violators algorithm [1]_, and merged, the most alike neighbours first, until
every bin is large enough and every border is worth its price in likelihood (`coarse_groups`). All of it works on
counts per fine bin, so its cost does not grow with the rows.

References
----------
.. [1] Ayer, Brunk, Ewing, Reid & Silverman (1955), Annals of Mathematical Statistics 26: 641-647,
   doi:10.1214/aoms/1177728423
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scheduler.risk.columns import Column, Floats
from scheduler.risk.history import MISSING, Values
from scheduler.risk.indicators import Direction

MOST_FINE_BINS: Final = 60
LEAST_ROWS_OF_CODE: Final = 20

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """
    How values of a feature fall into bins: bin 0 is the missing value, the last takes what no other bin takes.

    Attributes
    ----------
    name
        The feature.
    decimals
        Unit of the bounds of amounts, 10^-decimals.
    bounds
        Greatest value of bin 1, 2, …, in units, ascending; the bin after them has none.
    groups
        For categories: codes of bin 1, 2, …; the bin after them takes all others. None for amounts.
    """

    name: str
    decimals: int = 0
    bounds: tuple[int, ...] = ()
    groups: tuple[tuple[str, ...], ...] | None = None

    @property
    def num_bins(self) -> int:
        """Bins, that of the missing value included."""
        return 2 + (len(self.bounds) if self.groups is None else len(self.groups))

    def assign(self, values: Values, codes: tuple[str, ...] | None = None) -> Numbers:
        """Bins of values in the axis's units, or of positions in a list of codes; shape (n,)."""
        if self.groups is None:
            bins = np.searchsorted(np.array(self.bounds, dtype=np.int64), values, side="left") + 1
        else:
            bin_of = {code: number for number, group in enumerate(self.groups, start=1) for code in group}
            table = np.array([bin_of.get(code, self.num_bins - 1) for code in (*(codes or ()), "")], dtype=np.int64)
            bins = table[np.clip(values, 0, len(table) - 1)]
        return np.where(values == MISSING, 0, bins).astype(np.int64)

    def merged(self, group_of: Sequence[int]) -> Axis:
        """
        Axis with fewer bins.

        Parameters
        ----------
        group_of
            Position of the merged bin of each bin but that of the missing value, counted from 0.
        """
        if self.groups is None:
            bounds = [self.bounds[k] for k in range(len(self.bounds)) if group_of[k] != group_of[k + 1]]
            return replace(self, bounds=tuple(bounds))
        rest = group_of[-1]  # the group of all others is the last one and lists no codes
        members: dict[int, list[str]] = {}
        for codes, group in zip(self.groups, group_of, strict=False):
            if group != rest:
                members.setdefault(group, []).extend(codes)
        return replace(self, groups=tuple(tuple(sorted(members[group])) for group in sorted(members)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Weighted outcomes per bin: `ones` with a problem, `zeros` without, `rows` how many rows stand behind them."""

    ones: Floats
    zeros: Floats
    rows: Floats

    def merged(self, group_of: Sequence[int], num_groups: int) -> Counts:
        """Counts of groups of bins."""
        index = np.asarray(group_of, dtype=np.int64)
        ones, zeros, rows = (
            np.bincount(index, weights=part, minlength=num_groups).astype(np.float64)
            for part in (self.ones, self.zeros, self.rows)
        )
        return Counts(ones=ones, zeros=zeros, rows=rows)


def count_outcomes(bins: Numbers, outcome: Numbers, weights: Floats, num_bins: int) -> Counts:
    """Weighted outcomes in each bin."""
    total = np.bincount(bins, weights=weights, minlength=num_bins).astype(np.float64)
    ones = np.bincount(bins, weights=weights * outcome, minlength=num_bins).astype(np.float64)
    rows = np.bincount(bins, minlength=num_bins).astype(np.float64)
    return Counts(ones=ones, zeros=np.maximum(total - ones, 0.0), rows=rows)


def fine_axis(column: Column, most_bins: int = MOST_FINE_BINS) -> Axis:
    """Fine bins of a feature, by how many rows fall into them; outcomes are not looked at."""
    known = np.sort(column.values[column.values != MISSING])
    if column.codes is not None:
        counts = np.bincount(known, minlength=len(column.codes))
        frequent = [code for code, rows in zip(column.codes, counts.tolist(), strict=True) if rows]
        common = [c for c in frequent if counts[column.codes.index(c)] >= LEAST_ROWS_OF_CODE]
        return Axis(name=column.name, groups=tuple((code,) for code in common))
    if not len(known):
        return Axis(name=column.name, decimals=column.decimals)
    places = np.arange(1, most_bins) * len(known) // most_bins
    bounds = np.unique(known[places])
    return Axis(
        name=column.name, decimals=column.decimals, bounds=tuple(bounds[bounds < known[-1]].astype(int).tolist())
    )


def coarse_groups(counts: Counts, direction: Direction, *, price: float, least_rows: float, most_bins: int) -> Numbers:
    """
    Group of each of the ordered fine bins, ascending from 0; groups are intervals.

    Parameters
    ----------
    counts
        Outcomes per fine bin, without the missing value.
    direction
        Rising or falling pools what breaks the direction; any lets rates move freely, at twice the price.
    price
        Twice the log-likelihood that a border must gain to stay.
    least_rows
        Rows a bin must have.
    """
    num = len(counts.ones)
    group = np.arange(num)
    if direction is not Direction.ANY:
        group = _pool(counts, 1 if direction is Direction.RISING else -1)
    else:
        price = 2 * price
    return _merge(counts, group, price, least_rows, most_bins)


def choose_direction(counts: Counts, *, price: float, least_rows: float, most_bins: int) -> tuple[Direction, Numbers]:
    """Direction that the data speak for, and its groups: the one with the greatest likelihood net of its borders."""
    best: tuple[float, Direction, Numbers] | None = None
    for direction in (Direction.RISING, Direction.FALLING, Direction.ANY):
        group = coarse_groups(counts, direction, price=price, least_rows=least_rows, most_bins=most_bins)
        num = int(group[-1]) + 1
        merged = counts.merged(group.tolist(), num)
        paid = (2 if direction is Direction.ANY else 1) * price * (num - 1)
        worth = 2 * sum(map(_log_likelihood, merged.ones.tolist(), merged.zeros.tolist())) - paid
        if best is None or worth > best[0] + 1e-9:
            best = (worth, direction, group)
    if best is None:
        raise ValueError("expected at least one direction")
    return best[1], best[2]


def code_order(counts: Counts, smoothing: float) -> Numbers:
    """Order of the bins of a category by smoothed rate, ascending; equal rates by position."""
    total = counts.ones.sum() + counts.zeros.sum()
    rate = counts.ones.sum() / total if total else 0.0
    smoothed = (counts.ones + smoothing * rate) / (counts.ones + counts.zeros + smoothing)
    return np.asarray(np.argsort(np.round(smoothed, 12), kind="stable"))


def _pool(counts: Counts, sign: int) -> Numbers:
    """Pool adjacent violators: the likelihood's best monotone rates."""
    blocks: list[list[Any]] = []  # [ones, total, number of bins]
    for ones, zeros in zip(counts.ones.tolist(), counts.zeros.tolist(), strict=True):
        blocks.append([ones, ones + zeros, 1])
        while len(blocks) > 1 and sign * (blocks[-2][0] * blocks[-1][1] - blocks[-1][0] * blocks[-2][1]) >= 0:
            ones_, total, bins = blocks.pop()
            blocks[-1] = [blocks[-1][0] + ones_, blocks[-1][1] + total, blocks[-1][2] + bins]
    return np.repeat(np.arange(len(blocks)), [block[2] for block in blocks])


def _merge(counts: Counts, group: Numbers, price: float, least_rows: float, most_bins: int) -> Numbers:
    """Merges neighbours, the least loss first; a merger changes the losses of its own two neighbours alone."""
    num = int(group[-1]) + 1
    merged = counts.merged(group.tolist(), num)
    ones, zeros, rows = merged.ones.tolist(), merged.zeros.tolist(), merged.rows.tolist()
    last = np.searchsorted(group, np.arange(num), side="right").tolist()  # where each group ends
    own = list(map(_log_likelihood, ones, zeros))

    def loss_of(k: int) -> float:
        both = _log_likelihood(ones[k] + ones[k + 1], zeros[k] + zeros[k + 1])
        loss = 2 * (own[k] + own[k + 1] - both)
        return round(loss - 1e12 if min(rows[k], rows[k + 1]) < least_rows else loss, 9)

    loss = [loss_of(k) for k in range(num - 1)]
    while loss:
        least = min(loss)
        if least >= price and len(ones) <= most_bins:
            break
        k = loss.index(least)
        for part in (ones, zeros, rows):
            part[k : k + 2] = [part[k] + part[k + 1]]
        own[k : k + 2] = [_log_likelihood(ones[k], zeros[k])]
        del last[k], loss[k]
        for place in (k - 1, k):
            if 0 <= place < len(loss):
                loss[place] = loss_of(place)
    return np.searchsorted(np.array(last), np.arange(len(group)), side="right")


def _log_likelihood(ones: float, zeros: float) -> float:
    """Greatest log-likelihood of one bin."""
    total = ones + zeros
    return sum(part * math.log(part / total) for part in (ones, zeros) if part > 0)
