"""What would lift a firm one tier: by hand, and against trying everything."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from scheduler.resources import data_path
from scheduler.risk.classify import Classes, decide
from scheduler.risk.lifting import FIXED, smallest_lift
from scheduler.risk.scorecard import Scorecard, parse_scorecard

EXPERT = parse_scorecard(data_path("scorecard-expert.toml").read_text(encoding="utf-8"), "expert")
CARD = """
format = 1
official = false
name = "test"
tiers = ["A", "B", "C"]
cuts = [10, 30]
indicators = [
    { name = "age_months", missing = 20, bins = [{ to = 11, points = 20 }, { points = 0 }] },
    { name = "penalties_3y", missing = 0, bins = [{ to = 0, points = 0 }, { to = 1, points = 12 }, { points = 15 }] },
    { name = "lawsuits_3y", missing = 0, bins = [{ to = 0, points = 0 }, { to = 2, points = 4 }, { points = 9 }] },
    { name = "complaints_1y", missing = 0, bins = [{ to = 0, points = 0 }, { points = 5 }] },
]
direct = [{ name = "listed", tier = "C", when = [{ indicator = "abnormal_listed", at_least = 1 }] }]
matrices = [{ name = "food", grades = ["1", "2"], combine = { 1 = ["A", "B", "C"], 2 = ["B", "B", "C"] } }]
"""
TEST = parse_scorecard(CARD, "test.toml")


def classes(*bins: int, direct: int = 0, grade: int = 0, override: int = -1) -> Classes:
    """Classes of one firm."""
    return decide(
        TEST,
        np.array([bins], dtype=np.uint8),
        np.array([[direct]], dtype=np.bool_),
        np.array([[grade]], dtype=np.uint8),
        np.array([override], dtype=np.int8),
    )


def moved(found: Any) -> list[tuple[str, int, int]]:
    """Indicators, bins and points of the moves."""
    return [(move.indicator, move.to_bin, move.points_off) for move in found.moves]


def test_fewest_indicators_with_the_least_change_lift_a_firm() -> None:
    """
    Age 20 (fixed), penalties 15, lawsuits 9, complaints 5 make 49, C; B ends at 29, so 20 points must go.

    One indicator gives 15 at most; of two, 15 + 5 = 20 is just enough. Lawsuits (9 to 4) come before complaints.
    """
    found = smallest_lift(TEST, classes(1, 3, 3, 2), 0)
    assert found is not None and (found.tier, found.points_off, found.possible) == ("B", 20, True)
    assert moved(found) == [("penalties_3y", 1, 15), ("lawsuits_3y", 2, 5)]


def test_what_a_firm_is_cannot_be_changed() -> None:
    """Young age alone makes 20, B; nothing else has points: no change is enough."""
    found = smallest_lift(TEST, classes(1, 1, 1, 1), 0)
    assert found is not None and not found.possible and found.moves == () and found.points_off == 11


def test_rules_ratings_and_overrides_are_named() -> None:
    """A rule alone; a rating that no score can undo; an override above both; and nothing in the lowest tier."""
    by_rule = smallest_lift(TEST, classes(2, 1, 1, 1, direct=1), 0)
    assert by_rule is not None and (by_rule.rules, by_rule.moves, by_rule.possible) == (("listed",), (), True)
    by_rating = smallest_lift(TEST, classes(2, 1, 1, 1, grade=2), 0)
    assert by_rating is not None and by_rating.tier == "A" and not by_rating.possible
    overridden = smallest_lift(TEST, classes(2, 1, 1, 1, override=2), 0)
    assert overridden is not None and overridden.override and overridden.tier == "B" and overridden.possible
    assert smallest_lift(TEST, classes(2, 1, 1, 1), 0) is None


def cheapest(card: Scorecard, bins: list[int], excess: int) -> tuple[int, int] | None:
    """Fewest indicators and least points off that are enough, by trying all."""
    options = [
        [off for off in {scale.points[now] - points for points in scale.points[1:]} if off > 0]
        for scale, now in zip(card.indicators, bins, strict=True)
        if scale.name not in FIXED and not scale.name.startswith("library:")
    ]
    options = [offs for offs in options if offs]
    for number in range(1, min(len(options), 3) + 1):
        sums = [sum(offs) for chosen in combinations(options, number) for offs in product(*chosen)]
        enough = [total for total in sums if total >= excess]
        if enough:
            return number, min(enough)
    return None


@pytest.mark.parametrize("seed", range(40))
def test_search_is_exact(seed: int) -> None:
    """On random firms of the expert scorecard the number of moves and their points are the least there are."""
    rng = np.random.default_rng(seed)
    bins = [int(rng.integers(0, len(s.points))) if rng.random() < 0.25 else 1 for s in EXPERT.indicators]
    none = np.zeros((1, len(EXPERT.direct)), dtype=np.bool_)
    found = decide(EXPERT, np.array([bins], dtype=np.uint8), none)
    lift = smallest_lift(EXPERT, found, 0)
    if lift is None or not lift.moves or len(lift.moves) > 3:
        assert lift is None or not lift.possible or len(lift.moves) > 3
        return
    assert (len(lift.moves), sum(move.points_off for move in lift.moves)) == cheapest(EXPERT, bins, lift.points_off)
    for move in lift.moves:
        place = [scale.name for scale in EXPERT.indicators].index(move.indicator)
        bins[place] = move.to_bin
    after = decide(EXPERT, np.array([bins], dtype=np.uint8), none)
    assert EXPERT.tiers[int(after.tier[0])] <= lift.tier
