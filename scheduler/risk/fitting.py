"""
Fits one model: bins, weights of evidence, ridge logistic regression, tables of pairs.

The log-odds of a problem are modelled as an intercept plus one term per feature plus, where they pay, a few terms per
pair of features. A term has one value per bin. The value of a feature's bin is its shrunken weight of evidence
ln((ones + s·p) / (zeros + s·(1 − p))) − ln(p / (1 − p)), with p the rate of all rows and s pseudo-rows, as many as the
feature's own bins speak for, times a coefficient that the regression finds. Coefficients are never negative: a term
whose sign would turn is left out, so what is monotone in evidence stays monotone in points.

The value of a cell of a pair is one shrunken Newton step on what the single features leave unexplained: (observed −
expected) / (information + 25). Pairs compete on the score statistic Σ (observed − expected)² / (information + 25).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from scheduler.risk.binning import (
    Axis,
    Counts,
    Numbers,
    choose_direction,
    coarse_groups,
    code_order,
    count_outcomes,
    fine_axis,
)
from scheduler.risk.columns import Column, Floats
from scheduler.risk.indicators import Direction

PAIR_PRICE: Final = 1.5  # of each cell, in units of the score statistic
PAIR_INVERSE_RIDGE: Final = 0.3  # of the single features that pairs are measured against
PAIR_BINS: Final = 4  # bins of an axis of a pair, the missing value's not counted
CODE_SMOOTHING: Final = 100.0  # pseudo-rows of a category before categories are put in order
CELL_SMOOTHING: Final = 25.0  # information that a pair's cell is taken to have for no effect at all
LEAST_SMOOTHING, MOST_SMOOTHING = 10.0, 300.0  # pseudo-rows of a feature's bins
MOST_PAIR_FEATURES: Final = 20  # those whose own bins tell most; 190 pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    What cross-validation chooses among.

    Attributes
    ----------
    price
        Twice the log-likelihood that a border between bins must gain.
    num_pairs
        Pairs of features with a table of their own.
    inverse_ridge
        C of the regression.
    """

    price: float
    num_pairs: int
    inverse_ridge: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Values per bin of one axis, or per cell of two: the cell of bins (a, b) is a · (bins of the second) + b."""

    axes: tuple[Axis, ...]
    values: Floats
    direction: Direction = Direction.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Log-odds as an intercept and terms."""

    intercept: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTable:
    """
    A table cut into fine bins once, before any outcome is looked at.

    Attributes
    ----------
    columns
        Features.
    axes, bins
        Fine bins of each, and each row's, shape (n,) each.
    pair_axes, pair_bins
        The same in a few bins of like size, for pairs.
    outcome, weights
        Outcome 0 or 1, and weight of each row, shape (n,).
    """

    columns: tuple[Column, ...]
    axes: tuple[Axis, ...]
    bins: tuple[Numbers, ...]
    pair_axes: tuple[Axis, ...]
    pair_bins: tuple[Numbers, ...]
    outcome: Numbers
    weights: Floats

    def __len__(self) -> int:
        return len(self.outcome)


def fine_table(columns: Sequence[Column], outcome: Numbers, weights: Floats) -> FineTable:
    """Cuts every feature finely."""
    axes = tuple(fine_axis(column) for column in columns)
    pair_axes = tuple(fine_axis(column, PAIR_BINS) for column in columns)
    return FineTable(
        columns=tuple(columns),
        axes=axes,
        bins=tuple(axis.assign(c.values, c.codes) for axis, c in zip(axes, columns, strict=True)),
        pair_axes=pair_axes,
        pair_bins=tuple(axis.assign(c.values, c.codes) for axis, c in zip(pair_axes, columns, strict=True)),
        outcome=outcome,
        weights=weights,
    )


def fit_model(table: FineTable, rows: Numbers, shape: Shape, *, least_rows: float, most_bins: int) -> Model:
    """Fits a model of one shape to some rows."""
    return fit_shapes(table, rows, (shape,), least_rows=least_rows, most_bins=most_bins)[0]


def fit_shapes(
    table: FineTable, rows: Numbers, shapes: Sequence[Shape], *, least_rows: float, most_bins: int
) -> tuple[Model, ...]:
    """
    Fits one model for each shape; bins and pairs are found once.

    Parameters
    ----------
    shapes
        Shapes of one price.
    """
    outcome, weights = table.outcome[rows], table.weights[rows]
    terms, parts = [], []
    for place in range(len(table.columns)):
        term, bins = _feature_term(table, rows, place, shapes[0], least_rows, most_bins)
        if np.ptp(term.values) > 0:
            terms.append(term)
            parts.append(term.values[bins])
    if not terms:
        return tuple(_flat(outcome, weights) for _ in shapes)
    num_single, design = len(terms), np.column_stack(parts)
    most_pairs = max(shape.num_pairs for shape in shapes)
    if most_pairs:
        intercept, slopes = _regress(design, outcome, weights, PAIR_INVERSE_RIDGE)
        strength = np.round(design.std(axis=0) * slopes, 9)
        strongest = np.argsort(-strength, kind="stable")[:MOST_PAIR_FEATURES]
        names = [terms[place].axes[0].name for place in strongest.tolist()]
        pairs = _pair_terms(table, rows, intercept + design @ slopes, names, most_pairs)
        terms += [term for term, _bins in pairs]
        design = np.column_stack([design, *(term.values[bins] for term, bins in pairs)])
    models = []
    for shape in shapes:
        num = num_single + shape.num_pairs
        intercept, slopes = _regress(design[:, :num], outcome, weights, shape.inverse_ridge)
        kept = [
            Term(axes=term.axes, values=term.values * slope, direction=term.direction)
            for term, slope in zip(terms[:num], slopes.tolist(), strict=True)
            if slope > 0
        ]
        models.append(Model(intercept=intercept, terms=tuple(kept)))
    return tuple(models)


def log_odds(model: Model, columns: Sequence[Column], rows: Numbers | None = None) -> Floats:
    """Log-odds of some rows of a table, shape (number of rows,)."""
    by_name = {column.name: column for column in columns}
    num = len(columns[0]) if rows is None else len(rows)
    total = np.full(num, model.intercept)
    for term in model.terms:
        cell = np.zeros(num, dtype=np.int64)
        for axis in term.axes:
            column = by_name[axis.name]
            values = column.values if rows is None else column.values[rows]
            cell = cell * axis.num_bins + axis.assign(values, column.codes)
        total += term.values[cell]
    return total


def _feature_term(
    table: FineTable, rows: Numbers, place: int, shape: Shape, least_rows: float, most_bins: int
) -> tuple[Term, Numbers]:
    column, axis = table.columns[place], table.axes[place]
    fine = table.bins[place][rows]
    counts = count_outcomes(fine, table.outcome[rows], table.weights[rows], axis.num_bins)
    known = Counts(ones=counts.ones[1:], zeros=counts.zeros[1:], rows=counts.rows[1:])
    limits = {"price": shape.price, "least_rows": least_rows, "most_bins": float(most_bins)}
    direction, group = _groups(column, known, shape, limits)
    merged = axis.merged(group.tolist())
    bin_of_fine = np.concatenate(([0], _merged_bins(axis, merged, group)))
    bins = bin_of_fine[fine]
    in_bins = counts.merged(bin_of_fine.tolist(), merged.num_bins)
    values = _evidence(in_bins)
    if direction is not Direction.ANY:  # small bins shrink more than large ones, which may turn neighbours round
        total = in_bins.ones[1:] + in_bins.zeros[1:]
        if not total.any():  # missing in all these rows: nothing to order
            return Term(axes=(merged,), values=values, direction=direction), bins
        isotonic = IsotonicRegression(increasing=direction is Direction.RISING)
        values[1:] = isotonic.fit_transform(np.arange(len(total)), values[1:], sample_weight=total)
    return Term(axes=(merged,), values=values, direction=direction), bins


def _groups(column: Column, known: Counts, shape: Shape, limits: dict[str, float]) -> tuple[Direction, Numbers]:
    price, least_rows, most_bins = limits["price"], limits["least_rows"], int(limits["most_bins"])
    if column.codes is not None:
        order = code_order(known, CODE_SMOOTHING)
        ordered = Counts(ones=known.ones[order], zeros=known.zeros[order], rows=known.rows[order])
        found = coarse_groups(ordered, Direction.ANY, price=price, least_rows=least_rows, most_bins=most_bins)
        group = np.empty(len(order), dtype=np.int64)
        group[order] = found
        return Direction.ANY, group
    if column.direction is Direction.ANY:
        return choose_direction(known, price=price, least_rows=least_rows, most_bins=most_bins)
    return column.direction, coarse_groups(
        known, column.direction, price=price, least_rows=least_rows, most_bins=most_bins
    )


def _merged_bins(fine: Axis, merged: Axis, group: Numbers) -> Numbers:
    """Bin of the merged axis of each fine bin but that of the missing value."""
    if fine.groups is None:
        return group + 1
    bin_of = {code: number for number, codes in enumerate(merged.groups or (), start=1) for code in codes}
    last = merged.num_bins - 1
    return np.array([*(bin_of.get(codes[0], last) for codes in fine.groups), last], dtype=np.int64)


def _evidence(counts: Counts) -> Floats:
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


def _regress(design: Floats, outcome: Numbers, weights: Floats, inverse_ridge: float) -> tuple[float, Floats]:
    """Intercept and coefficients; columns whose sign would turn get zero, the most negative first."""
    slopes = np.zeros(design.shape[1])
    active = np.arange(design.shape[1])
    while True:
        model = LogisticRegression(C=inverse_ridge, solver="newton-cholesky", tol=1e-6, max_iter=100)
        # One thread: faster at this size, and sums do not hang on how many cores there are.
        with threadpool_limits(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(design[:, active], outcome, sample_weight=weights)
        found = model.coef_[0]
        if len(active) == 1 or found.min() >= 0:
            slopes[active] = np.maximum(found, 0.0)
            return float(model.intercept_[0]), slopes
        active = active[found >= 0] if np.any(found >= 0) else active[[int(np.argmax(found))]]


def _pair_terms(
    table: FineTable, rows: Numbers, offset: Floats, names: Sequence[str], most: int
) -> list[tuple[Term, Numbers]]:
    """The pairs that explain most of what the offset leaves, with the cell of each row; the best first."""
    chance = 1.0 / (1.0 + np.exp(-offset))
    residual = table.weights[rows] * (table.outcome[rows] - chance)
    information = table.weights[rows] * chance * (1.0 - chance)
    by_name = {axis.name: place for place, axis in enumerate(table.pair_axes)}
    places = sorted(by_name[name] for name in names if table.pair_axes[by_name[name]].num_bins <= 2 * PAIR_BINS)
    bins = {place: table.pair_bins[place][rows] for place in places}
    found = []
    for a, b in combinations(places, 2):
        cell = bins[a] * table.pair_axes[b].num_bins + bins[b]
        num = table.pair_axes[a].num_bins * table.pair_axes[b].num_bins
        score = np.bincount(cell, weights=residual, minlength=num)
        known = np.bincount(cell, weights=information, minlength=num)
        weight = known + CELL_SMOOTHING
        worth = float((score**2 / weight).sum()) - PAIR_PRICE * (np.count_nonzero(known) - 1)
        found.append((-round(worth, 9), a, b, score / weight))
    found.sort(key=lambda entry: entry[:3])
    return [
        (
            Term(axes=(table.pair_axes[a], table.pair_axes[b]), values=values),
            bins[a] * table.pair_axes[b].num_bins + bins[b],
        )
        for _worth, a, b, values in found[:most]
    ]


def _flat(outcome: Numbers, weights: Floats) -> Model:
    """Model without terms, where nothing tells rows apart."""
    rate = float((weights * outcome).sum() / weights.sum())
    return Model(intercept=float(np.log(rate / (1 - rate))), terms=())
