"""
Calibration: from integer scores to the probability that a visit finds a problem, as a table of integers.

Scores and outcomes must come from rows that the scores were not fitted to. With many outcomes of both kinds the table
is isotonic regression [1]_, with few a logistic curve [2]_ that is read off at every score it changes noticeably.

References
----------
.. [1] Zadrozny & Elkan (2002), KDD: 694-699, doi:10.1145/775047.775151
.. [2] Platt (1999), Advances in Large Margin Classifiers: 61-74; with Laplace's correction of the two outcomes
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from scheduler.registry.items import MICRO
from scheduler.risk.columns import Floats
from scheduler.risk.probabilities import Calibration

ISOTONIC_FROM: Final = 1000  # outcomes of each kind, weighted as an effective number
MOST_STEPS: Final = 200


def calibrate(score: npt.NDArray[np.integer], outcome: npt.NDArray[np.integer], weights: Floats) -> Calibration:
    """
    Table of probabilities.

    Parameters
    ----------
    score, outcome, weights
        Of rows that the scores were not fitted to, shape (n,) each; weights of an effective number of rows.
    """
    scores, place = np.unique(score, return_inverse=True)
    total: Floats = np.asarray(np.bincount(place, weights=weights), dtype=np.float64)
    ones: Floats = np.asarray(np.bincount(place, weights=weights * outcome), dtype=np.float64)
    if min(ones.sum(), (total - ones).sum()) >= ISOTONIC_FROM:
        chance = _isotonic(scores, ones, total)
    else:
        scores = np.arange(int(scores[0]), int(scores[-1]) + 1)
        chance = _platt(score, outcome, weights, scores)
    return _table(scores, chance)


def _isotonic(scores: npt.NDArray[np.integer], ones: Floats, total: Floats) -> Floats:
    rate = ones.sum() / total.sum()
    smoothed = (ones + rate) / (total + 1.0)  # one pseudo-row a step keeps the ends from 0 and 1
    return np.asarray(
        IsotonicRegression().fit_transform(scores.astype(np.float64), smoothed, sample_weight=total + 1.0)
    )


def _platt(
    score: npt.NDArray[np.integer], outcome: npt.NDArray[np.integer], weights: Floats, scores: npt.NDArray[np.integer]
) -> Floats:
    middle, spread = float(np.mean(score)), max(float(np.std(score)), 1.0)
    ones = float((weights * outcome).sum())
    zeros = float((weights * (1 - outcome)).sum())
    aim = np.where(outcome == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    design = ((score - middle) / spread).reshape(-1, 1)
    twice = np.concatenate([design, design])
    model = LogisticRegression(C=1e6, solver="newton-cholesky").fit(
        twice,
        np.repeat([1, 0], len(score)),
        sample_weight=np.concatenate([weights * aim, weights * (1 - aim)]),
    )
    slope, start = max(float(model.coef_[0][0]), 0.0), float(model.intercept_[0])
    return np.asarray(1.0 / (1.0 + np.exp(-(start + slope * (scores - middle) / spread))))


def _table(scores: npt.NDArray[np.integer], chance: Floats) -> Calibration:
    micro = np.maximum.accumulate(np.rint(chance * MICRO).astype(np.int64))
    least_change = max(int(micro[-1] - micro[0]) // MOST_STEPS, 1)
    kept = [0]
    for place in range(1, len(micro)):
        if micro[place] - micro[kept[-1]] >= least_change:
            kept.append(place)
    return Calibration(
        least_score=tuple(int(scores[place]) for place in kept),
        probability_micro=tuple(int(micro[place]) for place in kept),
    )
