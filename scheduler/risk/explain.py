"""Why a firm has its tier: points by indicator against the average, the rules that fired. Internal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scheduler.registry.frame import Ids, Mask
from scheduler.risk.bins import BIN_CHARACTERS, PointScale
from scheduler.risk.classify import DECIDERS, StoredClassification, parse_direct_texts
from scheduler.risk.lifting import Lift, smallest_lift


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsLine:
    """
    Points of one indicator.

    Attributes
    ----------
    indicator
        Its name.
    bin
        The firm's bin.
    points
        Points of the bin.
    average_hundredths
        Average of the firms counted (those in operation), in hundredths of a point, rounded down.
    """

    indicator: str
    bin: int
    points: int
    average_hundredths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why one firm has its tier.

    Attributes
    ----------
    base, lines, score
        score = base + points of all lines.
    score_tier, tier
        Tier of the score alone, and the firm's tier.
    decided
        What gave the tier: score, rating, rule or override.
    ratings
        Specialised ratings and grades that the scorecard has a matrix for, by name.
    rated_tier
        Tier of score and ratings.
    dormant
        Whether the firm shows no sign of life 僵尸企业.
    rules
        Direct rules whose conditions hold, in the scorecard's order.
    rule
        The one that lifts the firm above score and ratings; empty where none does.
    lift
        What would lift the firm one tier; None in the lowest.
    """

    firm_id: str
    base: int
    lines: tuple[PointsLine, ...]
    score: int
    score_tier: str
    tier: str
    rules: tuple[str, ...]
    rule: str
    decided: str
    ratings: tuple[tuple[str, str], ...]
    rated_tier: str
    dormant: bool
    lift: Lift | None


def explain(stored: StoredClassification, place: int, counted: Mask | None = None) -> Explanation:
    """
    Explains the tier of the firm that stands at `place` of a classification.

    Parameters
    ----------
    counted
        Firms that averages are taken over, shape (m,); all if not given or nobody.
    """
    counted = np.ones(len(stored.firm_id), dtype=np.bool_) if counted is None or not counted.any() else counted
    only = _one(stored, place)
    rated = replace(only, override=None, direct=_no_flags(only.direct))
    card = stored.scorecard
    classes = only.classes()
    score = int(stored.score[place])
    flags = parse_direct_texts(stored.direct[place : place + 1], len(card.direct))[0]
    rule = int(stored.rule[place])
    return Explanation(
        firm_id=stored.firm_id[place].decode("ascii"),
        base=card.base,
        lines=tuple(_line(stored, place, number, scale, counted) for number, scale in enumerate(card.indicators)),
        score=score,
        score_tier=card.tiers[int(classes.score_tier[0])],
        tier=card.tiers[int(stored.tier[place])],
        rules=tuple(entry.name for entry, flag in zip(card.direct, flags.tolist(), strict=True) if flag),
        rule=card.direct[rule].name if rule >= 0 else "",
        decided=DECIDERS[int(classes.decided[0])],
        ratings=tuple(
            (one.name, one.grades[grade - 1])
            for one, grade in zip(card.matrices, classes.grades[0].tolist(), strict=True)
            if grade
        ),
        rated_tier=card.tiers[int(rated.classes().tier[0])],
        dormant=stored.dormant is not None and bool(stored.dormant[place]),
        lift=smallest_lift(card, classes, 0),
    )


def _one(stored: StoredClassification, place: int) -> StoredClassification:
    """A classification of one firm alone."""
    names = ("firm_id", "score", "tier", "rule", "bins", "direct", "grades", "override", "decided", "dormant")
    columns = [(name, getattr(stored, name)) for name in names]
    cut: dict[str, Any] = {name: one if one is None else one[place : place + 1] for name, one in columns}
    return replace(stored, **cut)


def _no_flags(direct: Ids) -> Ids:
    return np.array([b"0" * direct.dtype.itemsize if direct[0] else b""], dtype=direct.dtype)


def _line(stored: StoredClassification, place: int, number: int, scale: PointScale, counted: Mask) -> PointsLine:
    characters = stored.bins.view(np.uint8).reshape(len(stored.firm_id), -1)[:, number]
    counts = np.bincount(characters[counted], minlength=256).tolist()
    total = sum(
        counts[ord(character)] * points for character, points in zip(BIN_CHARACTERS, scale.points, strict=False)
    )
    own = BIN_CHARACTERS.index(chr(int(characters[place])))
    return PointsLine(
        indicator=scale.name,
        bin=own,
        points=scale.points[own],
        average_hundredths=total * 100 // int(np.count_nonzero(counted)),
    )
