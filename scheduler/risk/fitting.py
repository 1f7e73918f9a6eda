"""
Fits one model: bins, weights of evidence, ridge logistic regression, tables of pairs.

The log-odds of a problem are modelled as an intercept plus one term per feature plus, where they pay, a few terms per
pair of features. A term has one value per bin. The value of a feature's bin is its shrunken weight of evidence
ln((ones + s·p) / (zeros + s·(1 − p))) − ln(p / (1 − p)), with p the rate of all rows and s pseudo-rows, as many as the
feature's own bins speak for, averaged over half-samples (`evidence`), times a coefficient that the regression finds.
Coefficients are never negative: a term
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
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from scheduler.risk.binning import Axis, Counts, Numbers, count_outcomes, fine_axis
from scheduler.risk.columns import Column, Floats
from scheduler.risk.evidence import NUM_GROUPS, Limits, average_evidence, group_of_rows
from scheduler.risk.indicators import Direction

PAIR_PRICE: Final = 1.5  # of each cell, in units of the score statistic
PAIR_INVERSE_RIDGE: Final = 0.3  # of the single features that pairs are measured against
PAIR_BINS: Final = 4  # bins of an axis of a pair, the missing value's not counted
CELL_SMOOTHING: Final = 25.0  # information that a pair's cell is taken to have for no effect at all
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
    limits = Limits(price=shapes[0].price, least_rows=least_rows, most_bins=most_bins)
    terms, parts = [], []
    for place in range(len(table.columns)):
        term, bins = _feature_term(table, rows, place, limits)
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


def _feature_term(table: FineTable, rows: Numbers, place: int, limits: Limits) -> tuple[Term, Numbers]:
    """Term of one feature and the bin of each row, shape of `rows`."""
    axis, fine = table.axes[place], table.bins[place][rows]
    cell = group_of_rows(rows) * axis.num_bins + fine
    counts = count_outcomes(cell, table.outcome[rows], table.weights[rows], NUM_GROUPS * axis.num_bins)
    shape = (NUM_GROUPS, axis.num_bins)
    grouped = Counts(
        ones=counts.ones.reshape(shape), zeros=counts.zeros.reshape(shape), rows=counts.rows.reshape(shape)
    )
    found = average_evidence(table.columns[place], axis, grouped, limits)
    return Term(axes=(found.axis,), values=found.values, direction=found.direction), found.bin_of_fine[fine]


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
