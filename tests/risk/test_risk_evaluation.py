"""Figures of merit: by hand on a few firms, and against scikit-learn on many with ties and weights."""

from __future__ import annotations

import doctest
import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from scheduler.risk import evaluation
from scheduler.risk.evaluation import (
    brier,
    calibration_table,
    capture_by_tier,
    expected_calibration_error,
    kolmogorov_smirnov,
    lift,
    population_stability,
    score_classes,
    weighted_auc,
)


def sample(seed: int, num_firms: int = 2000) -> tuple[Any, Any, Any]:
    """Integer scores with many ties, outcomes that lean on them, weights from 0.2 to 20."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 40, num_firms)
    outcome = (rng.random(num_firms) < 0.05 + score / 100).astype(np.int64)
    return score, outcome, rng.uniform(0.2, 20, num_firms)


def test_examples_of_the_docstrings_hold() -> None:
    """Every doctest of the module."""
    assert doctest.testmod(evaluation).failed == 0


def test_auc_counts_weighted_pairs_and_half_of_ties() -> None:
    """
    Problems: score 2 (weight 1), 3 (weight 2); others: score 1 (weight 1), 2 (weight 3).

    Pairs won: 2 beats 1: 1·1; 3 beats 1 and 2: 2·1 + 2·3; tie of 2 and 2: half of 1·3. Together 10.5 of 3·4 = 12.
    """
    assert weighted_auc([2, 3, 1, 2], [1, 1, 0, 0], [1, 2, 1, 3]) == pytest.approx(10.5 / 12, abs=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_auc_ks_and_brier_agree_with_sklearn(seed: int) -> None:
    """Weighted AUC, KS from its ROC curve, and Brier of the same columns."""
    score, outcome, weight = sample(seed)
    assert weighted_auc(score, outcome, weight) == pytest.approx(
        roc_auc_score(outcome, score, sample_weight=weight), abs=1e-12
    )
    others, problems, _cuts = roc_curve(outcome, score, sample_weight=weight, drop_intermediate=False)
    assert kolmogorov_smirnov(score, outcome, weight) == pytest.approx(np.abs(problems - others).max(), abs=1e-12)
    probability = score / 50
    assert brier(probability, outcome, weight) == pytest.approx(
        brier_score_loss(outcome, probability, sample_weight=weight), abs=1e-12
    )


def test_figures_do_not_depend_on_the_order_of_firms() -> None:
    """Permuted firms, ties among them, give the same lift, calibration and AUC."""
    score, outcome, weight = sample(9)
    order = np.random.default_rng(1).permutation(len(score))
    for share in (0.08, 0.2):
        assert lift(score, outcome, weight, share=share) == pytest.approx(
            lift(score[order], outcome[order], weight[order], share=share), rel=1e-12
        )
    left, right = (
        calibration_table(score[index] / 50, outcome[index], weight[index]) for index in (np.arange(len(score)), order)
    )
    assert [one.num_firms for one in left] == [one.num_firms for one in right]
    assert expected_calibration_error(left) == pytest.approx(expected_calibration_error(right), rel=1e-12)


def test_lift_takes_a_part_of_the_ties_at_the_edge() -> None:
    """
    Ten firms, 20 % are two: the one that scores 9, a problem, and half of the two that score 8, one of them a problem.

    That is 1.5 of 3 problems, 0.5; by lot it would be 0.2: lift 2.5.
    """
    score = [9, 8, 8, 1, 1, 1, 1, 1, 1, 1]
    outcome = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]
    assert lift(score, outcome, share=0.2) == pytest.approx(2.5, abs=1e-15)
    assert lift(score, outcome, share=1) == pytest.approx(1, abs=1e-15)


def test_calibration_compares_expected_and_observed() -> None:
    """
    Two bins: four firms of 0.1 with one problem, of weight 1; two of 0.8, of weight 2 with and 2 without a problem.

    Observed 0.25 and 0.5; both bins weigh 4 of 8: ECE = (0.15 + 0.3) / 2 = 0.225.
    """
    table = calibration_table([0.1] * 4 + [0.8] * 2, [1, 0, 0, 0, 1, 0], [1, 1, 1, 1, 2, 2], num_bins=2)
    assert [(one.expected, one.observed, one.weight, one.num_firms) for one in table] == [
        pytest.approx((0.1, 0.25, 0.5, 4)),
        pytest.approx((0.8, 0.5, 0.5, 2)),
    ]
    assert expected_calibration_error(table) == pytest.approx(0.225)


def test_capture_tells_what_each_tier_holds() -> None:
    """Weights 3 and 1 in A with a problem of weight 1, 1 in B with a problem, nobody in C."""
    low, mid, high = capture_by_tier(np.array([0, 0, 1]), [0, 1, 1], [3, 1, 1], num_tiers=3)
    assert (low.num_firms, low.num_problems, low.rate, low.share_of_firms) == (2, 1, 0.25, 0.8)
    assert (mid.rate, mid.share_of_firms, mid.share_of_problems) == (1.0, 0.2, 0.5)
    assert (high.num_firms, high.rate, high.share_of_firms) == (0, 0.0, 0.0)


def test_stability_is_the_sum_over_classes() -> None:
    """
    Shares 0.5, 0.5 → 0.25, 0.75: −0.25·ln 0.5 + 0.25·ln 1.5 = 0.25·ln 3.

    An empty class counts as half a firm: [1, 1] → [2, 0] is [0.5, 0.5] → [0.8, 0.2]: 0.3·(ln 1.6 − ln 0.4) = 0.3·ln 4.
    """
    assert population_stability([10, 10], [5, 15]) == pytest.approx(0.25 * math.log(3))
    assert population_stability([1, 1, 0], [2, 0, 0]) == pytest.approx(0.3 * math.log(4))
    assert population_stability([3, 5], [3, 5]) == 0


def test_score_classes_keep_ties_together() -> None:
    """Four firms of 0, four of 5, two of 9: edges 5 and 9 make three classes, whatever number is asked for."""
    before = np.array([0] * 4 + [5] * 4 + [9] * 2)
    old, new = score_classes(before, np.array([0, 4, 5, 9, 12]), num_classes=10)
    assert old.sum() == 10 and new.sum() == 5
    assert [number for number in old.tolist() if number] == [4, 4, 2]
    assert [number for number in new.tolist() if number] == [2, 1, 2]


BAD = [
    ("one kind of outcome", lambda: weighted_auc([1, 2], [1, 1]), "with and without"),
    ("other lengths", lambda: brier([0.1], [0, 1]), "one length"),
    ("a negative weight", lambda: lift([1, 2], [0, 1], [1, -1], share=0.5), "not negative"),
    ("a score that is no number", lambda: weighted_auc([1, math.nan], [0, 1]), "finite"),
    ("an outcome of two", lambda: kolmogorov_smirnov([1, 2], [0, 2]), "outcomes 0 and 1"),
    ("no share", lambda: lift([1, 2], [0, 1], share=0), "above 0"),
    ("other classes", lambda: population_stability([1, 2], [1, 2, 3]), "same classes"),
    ("nobody", lambda: population_stability([0, 0], [1, 2]), "same classes"),
]


@pytest.mark.parametrize(("name", "call", "match"), BAD, ids=[case[0] for case in BAD])
def test_impossible_columns_are_refused(name: str, call: Any, match: str) -> None:
    """Figures that mean nothing are not made."""
    with pytest.raises(ValueError, match=match):
        call()
