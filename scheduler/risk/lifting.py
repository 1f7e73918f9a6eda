"""
What would lift a firm one tier: the fewest indicators that would have to stand in a better bin. Internal.

A firm is lifted when nothing holds it any more: no override is in force, no direct rule asks for its tier or a higher
one, and its score is low enough, under the ratings it has. For the score an exact search looks at every way to move
indicators into better bins that a firm can reach: it takes the fewest indicators, of these the least change of points,
of these the first in the scorecard's order. Indicators are taken one by one, although some move together (penalties
of one year and of three): moving one can only help the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scheduler.risk.bins import PointScale
from scheduler.risk.classify import Classes
from scheduler.risk.indicators import LIBRARY_PREFIX
from scheduler.risk.scorecard import Scorecard

# What a firm is, not what it does: no better bin can be reached.
FIXED: Final = frozenset({"age_months", "object_type", "industry", "status", "special_libraries"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One indicator moved from a bin to a better one, and the points that takes off."""

    indicator: str
    from_bin: int
    to_bin: int
    points_off: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """
    What would lift a firm to the next better tier or beyond.

    Attributes
    ----------
    tier
        The tier it would be lifted to at least.
    override
        Whether an override in force would have to end; nothing else moves the firm before.
    rules
        Direct rules that would have to cease, in the scorecard's order.
    points_off
        Points the score would have to lose; 0 if it is low enough.
    moves
        The smallest change of indicators that takes them off; empty if none is needed, or none can.
    possible
        Whether the score can come down so far by bins the firm can reach, under the ratings it has.
    """

    tier: str
    override: bool
    rules: tuple[str, ...]
    points_off: int
    moves: tuple[Move, ...]
    possible: bool


def smallest_lift(scorecard: Scorecard, classes: Classes, place: int) -> Lift | None:
    """
    What would lift the firm at `place`; None if it stands in the lowest tier already.

    Parameters
    ----------
    classes
        Classes of some firms, that one among them.
    """
    tier = int(classes.tier[place])
    if tier == 0:
        return None
    override = int(classes.override[place]) >= 0
    held = [
        rule.name
        for rule, flag in zip(scorecard.direct, classes.direct[place].tolist(), strict=True)
        if flag and scorecard.tiers.index(rule.tier) >= tier
    ]
    greatest = _greatest_score(scorecard, classes.grades[place].tolist(), tier - 1)
    excess = 0 if greatest is None else max(int(classes.score[place]) - greatest, 0)
    moves = _fewest_moves(scorecard, classes.bins[place].tolist(), excess) if excess else ()
    return Lift(
        tier=scorecard.tiers[tier - 1],
        override=override,
        rules=tuple(held),
        points_off=excess,
        moves=moves or (),
        possible=greatest is not None and moves is not None,
    )


def _greatest_score(scorecard: Scorecard, grades: list[int], tier: int) -> int | None:
    """Greatest score whose tier, under the ratings, is not above `tier`; None if no score's is."""
    tables = [one.table(scorecard.tiers)[grade] for one, grade in zip(scorecard.matrices, grades, strict=True) if grade]
    fitting = [
        general
        for general in range(len(scorecard.tiers))
        if max((int(row[general]) for row in tables), default=general) <= tier
    ]
    if not fitting:
        return None
    best = max(fitting)
    return scorecard.cuts[best] - 1 if best < len(scorecard.cuts) else 2**31 - 1


def _options(scale: PointScale, now: int) -> list[Move]:
    """Better bins that can be reached, of several with the same points the nearest; never the missing one."""
    if scale.name in FIXED or scale.name.startswith(LIBRARY_PREFIX):
        return []
    points = scale.points
    better = sorted(
        (number for number in range(1, len(points)) if points[number] < points[now]),
        key=lambda number: abs(number - now),
    )
    nearest: dict[int, Move] = {}
    for number in better:
        off = points[now] - points[number]
        nearest.setdefault(off, Move(indicator=scale.name, from_bin=now, to_bin=number, points_off=off))
    return [nearest[off] for off in sorted(nearest)]


def _fewest_moves(scorecard: Scorecard, bins: list[int], excess: int) -> tuple[Move, ...] | None:
    """The fewest moves that take off `excess` points, with the least points beyond it; None if all cannot."""
    options = [found for scale, now in zip(scorecard.indicators, bins, strict=True) if (found := _options(scale, now))]
    gains = sorted((found[-1].points_off for found in options), reverse=True)
    num_moves = next((number for number in range(1, len(gains) + 1) if sum(gains[:number]) >= excess), None)
    if num_moves is None:
        return None
    # best[number][off]: the first set of so many moves that takes off just so many points
    best: list[dict[int, tuple[Move, ...]]] = [{0: ()}, *({} for _number in range(num_moves))]
    for found in options:
        for number in range(num_moves - 1, -1, -1):
            for off, moves in list(best[number].items()):
                for move in found:
                    best[number + 1].setdefault(off + move.points_off, (*moves, move))
    return best[num_moves][min(off for off in best[num_moves] if off >= excess)]
