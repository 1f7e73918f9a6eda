"""
Watches the classifier: how well tiers and scores told the outcomes, how the firms moved, who jumped a tier. Internal.

An outcome is judged by what was known when its draw was committed, never by a later run, so no figure knows its answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.registry.frame import Mask
from scheduler.risk.classify import DECIDERS, Places, Scores, StoredClassification
from scheduler.risk.evaluation import (
    CalibrationBin,
    Capture,
    Numbers,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """
    How well a classification told outcomes.

    Attributes
    ----------
    num_outcomes, num_problems
        Visits with a result, and those that found a problem, unweighted.
    rate
        Weighted share of problems: the estimate for the register.
    auc, ks, lift_8, lift_20
        Of the score; None where all or no visits found a problem.
    brier, ece, calibration
        Of the expected share of problems.
    capture
        What each tier holds, low to high.
    """

    num_outcomes: int
    num_problems: int
    rate: float
    auc: float | None
    ks: float | None
    lift_8: float | None
    lift_20: float | None
    brier: float
    ece: float
    calibration: tuple[CalibrationBin, ...]
    capture: tuple[Capture, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """
    How the firms of two runs differ, firms in operation that are in both or in either.

    Attributes
    ----------
    psi_score, psi_tier
        Population stability index of score and tier; None where the two runs have other tiers.
    moves
        Firms in both, by tier before (row) and tier now (column); empty where the tiers differ.
    """

    psi_score: float
    psi_tier: float | None
    moves: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A firm in operation whose tier rose: codes of the tiers, scores, and what gave the new tier."""

    firm_id: str
    before: str
    after: str
    steps: int
    score_before: int
    score_after: int
    decided: str
    rule: str


def evaluate(
    score: Scores, tier: Places, problem: Mask, weight: Numbers, expected: Numbers, num_tiers: int
) -> Evaluation | None:
    """
    Figures of merit of a classification by outcomes; None if there are none.

    Parameters
    ----------
    score, tier
        Of each visited firm as of the day its draw was committed, shape (n,).
    problem, weight
        Outcome of the visit, and inverse of its chance, shape (n,).
    expected
        Share of problems that was expected of the firm, shape (n,).
    """
    if not len(score):
        return None
    both = bool(problem.any()) and not bool(problem.all())
    calibration = calibration_table(expected, problem, weight)
    return Evaluation(
        num_outcomes=len(score),
        num_problems=int(np.count_nonzero(problem)),
        rate=float(np.sum(weight * problem) / weight.sum()),
        auc=weighted_auc(score, problem, weight) if both else None,
        ks=kolmogorov_smirnov(score, problem, weight) if both else None,
        lift_8=lift(score, problem, weight, share=0.08) if both else None,
        lift_20=lift(score, problem, weight, share=0.20) if both else None,
        brier=brier(expected, problem, weight),
        ece=expected_calibration_error(calibration),
        calibration=calibration,
        capture=capture_by_tier(tier, problem, weight, num_tiers=num_tiers),
    )


def stability(
    before: StoredClassification, after: StoredClassification, counted_before: Mask, counted_after: Mask
) -> Stability | None:
    """
    How two runs differ; None if one of them counts nobody.

    Parameters
    ----------
    counted_before, counted_after
        Firms of each run that count (those in operation).
    """
    if not counted_before.any() or not counted_after.any():
        return None
    old, new = score_classes(before.score[counted_before], after.score[counted_after])
    tiers = after.scorecard.tiers
    psi_tier, moves = None, np.zeros((0, 0), dtype=np.int64)
    if before.scorecard.tiers == tiers:
        counts = [
            np.bincount(run.tier[counted], minlength=len(tiers))
            for run, counted in ((before, counted_before), (after, counted_after))
        ]
        psi_tier = population_stability(*counts)
        left, right = _in_both(before, after, counted_after)
        cells = before.tier[left].astype(np.int64) * len(tiers) + after.tier[right]
        moves = np.bincount(cells, minlength=len(tiers) ** 2).reshape(len(tiers), len(tiers))
    return Stability(
        psi_score=population_stability(old, new), psi_tier=psi_tier, moves=tuple(map(tuple, moves.tolist()))
    )


def jumps(before: StoredClassification, after: StoredClassification, counted: Mask) -> tuple[Jump, ...]:
    """
    Firms whose tier rose between two runs with the same tiers: most tiers first, then most points, then by code.

    Parameters
    ----------
    counted
        Firms of the later run that count, shape (m,).
    """
    card = after.scorecard
    if before.scorecard.tiers != card.tiers:
        return ()
    left, right = _in_both(before, after, counted)
    steps = after.tier[right].astype(np.int64) - before.tier[left]
    gained = after.score[right].astype(np.int64) - before.score[left]
    risen = np.flatnonzero(steps > 0)
    order = risen[np.lexsort((after.firm_id[right][risen], -gained[risen], -steps[risen]))]
    decided = after.classes().decided if after.decided is None else after.decided
    names = (*(rule.name for rule in card.direct), "")
    return tuple(
        Jump(
            firm_id=after.firm_id[one].decode("ascii"),
            before=card.tiers[int(before.tier[other])],
            after=card.tiers[int(after.tier[one])],
            steps=int(step),
            score_before=int(before.score[other]),
            score_after=int(after.score[one]),
            decided=DECIDERS[int(decided[one])],
            rule=names[int(after.rule[one])],
        )
        for other, one, step in zip(left[order].tolist(), right[order].tolist(), steps[order].tolist(), strict=True)
    )


def _in_both(
    before: StoredClassification, after: StoredClassification, counted: Mask
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the firms counted that both runs hold, in the earlier and in the later run."""
    right = np.flatnonzero(counted)
    if not len(before.firm_id):
        return right[:0], right[:0]
    left = np.minimum(np.searchsorted(before.firm_id, after.firm_id[right]), len(before.firm_id) - 1)
    same = before.firm_id[left] == after.firm_id[right]
    return left[same], right[same]
