"""Why a firm has its tier: points by indicator against the average, the rules that fired. Internal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.risk.bins import BIN_CHARACTERS, PointScale
from scheduler.risk.classify import StoredClassification, parse_direct_texts


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
        Average of all firms of the classification, in hundredths of a point, rounded down.
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
    rules
        Direct rules whose conditions hold, in the scorecard's order.
    rule
        The one that decided; empty where the score did.
    """

    firm_id: str
    base: int
    lines: tuple[PointsLine, ...]
    score: int
    score_tier: str
    tier: str
    rules: tuple[str, ...]
    rule: str


def explain(stored: StoredClassification, place: int) -> Explanation:
    """Explains the tier of the firm that stands at `place` of a classification."""
    card = stored.scorecard
    score = int(stored.score[place])
    flags = parse_direct_texts(stored.direct[place : place + 1], len(card.direct))[0]
    rule = int(stored.rule[place])
    return Explanation(
        firm_id=stored.firm_id[place].decode("ascii"),
        base=card.base,
        lines=tuple(_line(stored, place, number, scale) for number, scale in enumerate(card.indicators)),
        score=score,
        score_tier=card.tiers[sum(score >= cut for cut in card.cuts)],
        tier=card.tiers[int(stored.tier[place])],
        rules=tuple(entry.name for entry, flag in zip(card.direct, flags.tolist(), strict=True) if flag),
        rule=card.direct[rule].name if rule >= 0 else "",
    )


def _line(stored: StoredClassification, place: int, number: int, scale: PointScale) -> PointsLine:
    characters = stored.bins.view(np.uint8).reshape(len(stored.firm_id), -1)[:, number]
    counts = np.bincount(characters, minlength=256).tolist()
    total = sum(
        counts[ord(character)] * points for character, points in zip(BIN_CHARACTERS, scale.points, strict=False)
    )
    own = BIN_CHARACTERS.index(chr(int(characters[place])))
    return PointsLine(
        indicator=scale.name,
        bin=own,
        points=scale.points[own],
        average_hundredths=total * 100 // len(stored.firm_id),
    )
