"""
Trains a card on any table: features in, outcome in, weights in, card out.

What the steps are (Siddiqi, Credit Risk Scorecards, Wiley 2006, chapters 5 to 7, with pairs added):

1. refuse what leaks (`leakage`), and put rows into one order that hangs on their content alone;
2. choose the shape of the model by cross-validation of the log loss, on the rows given and no others (`fitting`);
3. fit it to all rows, turn log-odds into integer points: the base score stands for the base odds, and so many points
   double the odds;
4. calibrate on scores of rows that the model had not seen (`calibration`).

A fold is decided by a row's place in that order, so shuffled rows give the same card.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scheduler.errors import TrainingError
from scheduler.i18n import gettext as _
from scheduler.risk.binning import Numbers
from scheduler.risk.calibration import calibrate
from scheduler.risk.card import FittedCard, PointTable
from scheduler.risk.columns import Column, Floats, make_columns
from scheduler.risk.fitting import FineTable, Model, Shape, fine_table, fit_model, fit_shapes, log_odds
from scheduler.risk.indicators import Direction
from scheduler.risk.leakage import check_features, check_outcome
from scheduler.risk.weighting import effective_rows

INVERSE_RIDGES: Final = (0.03, 0.3, 3.0)
PRICES: Final = (3.0, 6.0)
NUMS_OF_PAIRS: Final = (0, 8, 24)
LEAST_ROWS_OF_BIN: Final = 20.0
LEAST_WEIGHT, MOST_WEIGHT = 1e-9, 1e9  # beyond, sums of squares lose the small ones or overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """
    How to train.

    Attributes
    ----------
    base_score, base_odds
        A row whose odds of a problem are 1 to `base_odds` gets the base score.
    points_to_double_odds
        Points that double the odds.
    num_folds
        Folds of the cross-validation.
    most_bins, least_share
        Bins of a feature, the missing one not counted, and the least share of the rows in each.
    pairs
        Whether pairs of features may have points of their own.
    most_rows_to_choose
        Rows on which shapes are compared; of more, every so many-th is taken.
    """

    base_score: int = 500
    base_odds: int = 10
    points_to_double_odds: int = 40
    num_folds: int = 5
    most_bins: int = 10
    least_share: float = 0.002
    pairs: bool = True
    most_rows_to_choose: int = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """
    A card and how it came to be.

    Attributes
    ----------
    card
        The card.
    shape
        The shape that cross-validation chose.
    losses
        Mean cross-validated log loss of every shape tried.
    fold_score
        Score of each row by a model that had not seen it, in the order of the rows given, shape (n,).
    num_effective
        Effective number of rows under the weights.
    """

    card: FittedCard
    shape: Shape
    losses: tuple[tuple[Shape, float], ...]
    fold_score: npt.NDArray[np.int64]
    num_effective: float


def train_card(
    features: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
    outcome: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    name: str = "",
    directions: Mapping[str, Direction] | None = None,
    known_on: Mapping[str, npt.ArrayLike] | None = None,
    outcome_on: npt.ArrayLike | None = None,
    officers: Collection[str] = (),
    allow: Collection[str] = (),
    settings: TrainingSettings | None = None,
) -> Training:
    """
    Fits a card.

    Parameters
    ----------
    features
        Name → values of the n rows: numbers, or texts; None, NaN or "" where missing.
    outcome
        1 where a problem was found, 0 elsewhere, shape (n,).
    weights
        Weight of each row, such as `weighting.inclusion_weights`; all alike if not given.
    directions
        How risk may move with amounts; the data choose for the others.
    known_on, outcome_on, officers, allow
        See `leakage.check_features`.

    Raises
    ------
    TrainingError
        If the data leak the outcome or cannot be learned from; each line names the column.
    """
    columns = make_columns(features, directions)
    results = check_outcome(outcome)
    check_features(columns, results, known_on=known_on, outcome_on=outcome_on, officers=officers, allow=allow)
    return train_columns(columns, results, weights, name=name, settings=settings or TrainingSettings())


def train_columns(
    columns: Sequence[Column],
    outcome: Numbers,
    weights: npt.ArrayLike | None,
    *,
    name: str,
    settings: TrainingSettings,
) -> Training:
    """Fits a card to columns that have been checked; see `train_card`."""
    given = _weights(weights, len(outcome))
    order = _content_order(columns, outcome, given)
    scaled = given[order] * (effective_rows(given) / given.sum())
    table = fine_table([column.take(order) for column in columns], outcome[order], scaled)
    folds = _folds(table.outcome, settings.num_folds)
    losses = _compare(table, folds, settings)
    shape = min(losses, key=lambda entry: (round(entry[1], 9), _shape_key(entry[0])))[0]
    everything = np.arange(len(table))
    model = _fit(table, everything, shape, settings)
    fold_score = np.zeros(len(table), dtype=np.int64)
    for fold in range(settings.num_folds):
        part = _fit(table, np.flatnonzero(folds != fold), shape, settings)
        seen = np.flatnonzero(folds == fold)
        fold_score[seen] = np.rint(_scaled(log_odds(part, table.columns, seen), settings)).astype(np.int64)
    card = FittedCard(
        name=name,
        note=_note(table, shape, settings),
        base=int(np.rint(_scaled(model.intercept, settings))),
        points_to_double_odds=settings.points_to_double_odds,
        tables=_tables(model, settings),
        calibration=calibrate(fold_score, table.outcome, scaled),
    )
    unordered = np.empty_like(fold_score)
    unordered[order] = fold_score
    return Training(card=card, shape=shape, losses=losses, fold_score=unordered, num_effective=effective_rows(given))


def split_by_time(outcome_on: npt.ArrayLike, late_share: float = 0.25) -> tuple[np.datetime64, npt.NDArray[np.bool_]]:
    """
    Out-of-time split: first day of the late part, and which rows are in it, shape (n,). Days are never torn apart.

    Raises
    ------
    TrainingError
        If all outcomes are of one day.
    """
    days = np.asarray(outcome_on, dtype="datetime64[D]")
    distinct = np.unique(days)
    if len(distinct) < 2:
        raise TrainingError(_("expected outcomes of several days to judge out of time, got one day only"))
    ordered = np.sort(days)
    wanted = ordered[int(len(days) * (1 - late_share))]
    first = max(wanted, distinct[1])
    return first, days >= first


def _weights(weights: npt.ArrayLike | None, num_rows: int) -> Floats:
    if weights is None:
        return np.ones(num_rows)
    expected = _("weights: expected one number for each of the {rows} rows").format(rows=num_rows)
    try:
        given = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise TrainingError(expected) from error
    if given.shape != (num_rows,):
        raise TrainingError(expected)
    bad = ~(np.isfinite(given) & (given >= LEAST_WEIGHT) & (given <= MOST_WEIGHT))
    if bad.any():
        row = int(np.argmax(bad))
        raise TrainingError(
            _("weights: expected numbers from {least} to {most}, got {got} in row {row}").format(
                least="0.000000001", most="1,000,000,000", got=given[row], row=row + 1
            )
        )
    return given


def _content_order(columns: Sequence[Column], outcome: Numbers, weights: Floats) -> Numbers:
    """Rows in an order that their content decides; codes stand in ascending order of their texts already."""
    return np.lexsort((weights, *(column.values for column in reversed(columns)), outcome))


def _folds(outcome: Numbers, num_folds: int) -> Numbers:
    """Fold of each row, spread evenly over both classes; neighbours in the order are torn apart by a fixed mixing."""
    folds = np.empty(len(outcome), dtype=np.int64)
    for value in (0, 1):
        rows = np.flatnonzero(outcome == value)
        mixed = (np.arange(len(rows), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
        folds[rows[np.argsort(mixed, kind="stable")]] = np.arange(len(rows)) % num_folds
    return folds


def _compare(table: FineTable, folds: Numbers, settings: TrainingSettings) -> tuple[tuple[Shape, float], ...]:
    """Mean log loss of each shape over the folds."""
    step = -(-len(table) // settings.most_rows_to_choose)
    chosen = np.arange(0, len(table), step)
    found: list[tuple[Shape, float]] = []
    for price in PRICES:
        shapes = _shapes(price, settings.pairs and len(table.columns) > 1)
        losses = np.zeros(len(shapes))
        for fold in range(settings.num_folds):
            rows, seen = chosen[folds[chosen] != fold], chosen[folds[chosen] == fold]
            models = fit_shapes(table, rows, shapes, **_limits(settings, len(rows)))
            losses += [_log_loss(log_odds(model, table.columns, seen), table, seen) for model in models]
        total = table.weights[chosen].sum()
        found += zip(shapes, (losses / total).tolist(), strict=True)
    return tuple(found)


def _shapes(price: float, pairs: bool) -> tuple[Shape, ...]:
    return tuple(
        Shape(price=price, num_pairs=num_pairs, inverse_ridge=ridge)
        for num_pairs in (NUMS_OF_PAIRS if pairs else (0,))
        for ridge in INVERSE_RIDGES
    )


def _fit(table: FineTable, rows: Numbers, shape: Shape, settings: TrainingSettings) -> Model:
    return fit_model(table, rows, shape, **_limits(settings, len(rows)))


def _limits(settings: TrainingSettings, num_rows: int) -> dict[str, Any]:
    return {"least_rows": max(settings.least_share * num_rows, LEAST_ROWS_OF_BIN), "most_bins": settings.most_bins}


def _log_loss(odds: Floats, table: FineTable, rows: Numbers) -> float:
    sign = np.where(table.outcome[rows] == 1, -1.0, 1.0)
    return float((table.weights[rows] * np.logaddexp(0.0, sign * odds)).sum())


def _shape_key(shape: Shape) -> tuple[float, ...]:
    """Plainer shapes first."""
    return (shape.num_pairs, -shape.price, shape.inverse_ridge)


def _scaled(odds: Any, settings: TrainingSettings) -> Any:
    factor = settings.points_to_double_odds / np.log(2.0)
    return settings.base_score + factor * (odds + np.log(settings.base_odds))


def _tables(model: Model, settings: TrainingSettings) -> tuple[PointTable, ...]:
    factor = settings.points_to_double_odds / np.log(2.0)
    tables = [
        PointTable(
            axes=term.axes,
            points=tuple(np.rint(np.round(term.values * factor, 6)).astype(int).tolist()),
            direction=term.direction,
        )
        for term in model.terms
    ]
    return tuple(table for table in tables if any(table.points))


def _note(table: FineTable, shape: Shape, settings: TrainingSettings) -> str:
    # Part of the card's text and so of its digest: the same in every language.
    return (
        f"Fitted to {len(table)} outcomes, {int(table.outcome.sum())} with a problem; not official. "
        f"Base score {settings.base_score} at odds of 1 to {settings.base_odds}, "
        f"{settings.points_to_double_odds} points double the odds; {shape.num_pairs} pairs, C = {shape.inverse_ridge}."
    )
