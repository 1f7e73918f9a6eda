"""Totals of rounds are unbiased over all samples, though later chances hang on earlier findings."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from scheduler.results.estimates.des_raj import (
    LOST,
    RoundSums,
    des_raj,
    hajek_mean,
    horvitz_thompson_total,
    round_shares,
)
from scheduler.results.estimates.rates import collapsed, estimate_rates

FIRMS = (1, 1, 0, 0, 0, 1)  # what a visit would find at each of six firms: a rate of one half


def sums(*rounds: tuple[float, float, float, float, float, float]) -> RoundSums:
    """Sums of a single class, with a result for every firm drawn."""
    columns = np.array([(*entry, entry[3]) for entry in rounds], dtype=float).T[:, :, np.newaxis]
    names = ("known", "found_before", "left", "weight", "weighted_found", "square", "asked")
    return RoundSums(**dict(zip(names, columns, strict=True)))


def two_rounds(first: tuple[int, ...], second: tuple[int, ...]) -> RoundSums:
    """Two firms of six, then as many of the four left as `second` says, each firm of a round with one chance."""
    left = 6 - len(first)
    chance = (len(first) / 6, len(second) / left)
    found = [sum(FIRMS[k] for k in drawn) for drawn in (first, second)]
    return sums(
        (0, 0, 6, len(first) / chance[0], found[0] / chance[0], len(first) / chance[0] ** 2 * (1 - chance[0])),
        (
            *(len(first), found[0], left, len(second) / chance[1], found[1] / chance[1]),
            len(second) / chance[1] ** 2 * (1 - chance[1]),
        ),
    )


def test_average_is_unbiased_over_all_samples_though_the_second_round_adapts() -> None:
    """The second round draws three firms where the first found something and one where not: all 15 · 4 cases."""
    rates, shares = [], round_shares([[1 / 3], [1 / 2]])
    for first in combinations(range(6), 2):
        rest = [k for k in range(6) if k not in first]
        number = 3 if sum(FIRMS[k] for k in first) else 1
        inner = [float(des_raj(two_rounds(first, second), shares).rate[0]) for second in combinations(rest, number)]
        rates.append(np.mean(inner))
    assert np.mean(rates) == pytest.approx(0.5)
    plain = [
        np.mean([sum(FIRMS[k] for k in (*first, *second)) / (2 + number) for second in combinations(rest, number)])
        for first in combinations(range(6), 2)
        for rest in [[k for k in range(6) if k not in first]]
        for number in [3 if sum(FIRMS[k] for k in first) else 1]
    ]
    assert abs(np.mean(plain) - 0.5) > 0.01  # the plain mean is fooled by stopping early after clean visits


def test_variance_factor_is_that_of_the_textbook() -> None:
    """Two of six at random: variance of the mean is (1 - 2/6) / 2 · p · (1 - p)."""
    rates = des_raj(sums((0, 0, 6, 6, 3, 2 * 9 * (1 - 1 / 3))), np.ones((1, 1)))
    assert float(rates.factor[0]) == pytest.approx((1 - 1 / 3) / 2)


def test_shares_follow_the_planned_variances_and_certainty_tells_all() -> None:
    """A round that visits everybody who is left has share 1, rounds that draw nobody have none."""
    shares = round_shares([[0.1, 0.0, 0.1], [0.2, 0.1, 1.0], [0.0, 0.0, 0.5]])
    assert shares[:, 0] == pytest.approx([3.6 / 12.6, 9 / 12.6, 0.0])
    assert shares[:, 1].tolist() == [0.0, 1.0, 0.0]
    assert shares[:, 2].tolist() == [0.0, 1.0, 0.0]
    assert round_shares([[0.0], [0.0]]).ravel().tolist() == [0.5, 0.5]


def test_everybody_visited_is_exact() -> None:
    """All six drawn: the rate is what was found, and nothing is uncertain."""
    rates = des_raj(sums((0, 0, 6, 6, 3, 0)), np.ones((1, 1)))
    assert (float(rates.rate[0]), float(rates.factor[0])) == (0.5, 0.0)


def test_round_that_drew_nobody_of_a_class_gives_its_share_away() -> None:
    """Only the first round tells: 1 of 2 found."""
    found = des_raj(sums((0, 0, 6, 6, 3, 12), (2, 1, 4, 0, 0, 0)), np.array([[0.2], [0.8]]))
    assert float(found.rate[0]) == pytest.approx(0.5)


def test_class_nobody_was_visited_in_is_like_the_others_with_next_to_no_evidence() -> None:
    """It must widen the interval instead of being counted as clean."""
    columns = {
        "known": [[0.0, 0.0]],
        "found_before": [[0.0, 0.0]],
        "left": [[6.0, 10.0]],
        "weight": [[6.0, 0.0]],
        "weighted_found": [[3.0, 0.0]],
        "square": [[12.0, 0.0]],
        "asked": [[6.0, 0.0]],
    }
    found = des_raj(RoundSums(**{name: np.array(cells) for name, cells in columns.items()}), np.ones((1, 2)))
    assert found.rate.tolist() == [0.5, 0.5]
    assert found.factor[1] == LOST


def test_firm_that_was_sure_to_be_drawn_does_not_speak_for_those_that_were_not() -> None:
    """
    One of ten, drawn with chance 0.9, is one visit of ten firms, (1 - 1/10) / 1, and not the ten that 1 - 0.9 says.

    Where the firms drawn stand for all that are left, nothing is added: two of six with chance 1/3 are (1 - 1/3) / 2.
    """
    one = des_raj(sums((0, 0, 10, 1 / 0.9, 1 / 0.9, 0.1 / 0.9**2)), np.ones((1, 1)))
    assert float(one.factor[0]) == pytest.approx(0.9)
    two = des_raj(sums((0, 0, 6, 6, 3, 2 * 9 * (2 / 3))), np.ones((1, 1)))
    assert float(two.factor[0]) == pytest.approx(1 / 3)


def test_missing_results_are_stood_for_by_the_others() -> None:
    """Four drawn of eight, two results in, one of them with a finding: they stand for all eight firms."""
    half = des_raj(sums((0, 0, 8, 8, 4, 2 * 16 * (1 - 0.25))), np.ones((1, 1)))
    assert float(half.rate[0]) == 0.5


def test_merged_classes_add_up() -> None:
    """Sums are sums."""
    one = sums((0, 0, 6, 6, 3, 12))
    both = RoundSums(**{name: np.repeat(getattr(one, name), 2, axis=-1) for name in RoundSums.__slots__})
    assert both.merged([0, 0]).left.tolist() == [[12.0]]
    with pytest.raises(ValueError, match="one shape"):
        RoundSums(**{**{name: getattr(one, name) for name in RoundSums.__slots__}, "left": np.zeros((2, 1))})


def test_horvitz_thompson_is_unbiased_over_all_samples_of_unequal_chances() -> None:
    """Firms 0 to 2 with chance 2/3, firms 3 to 5 with chance 1/3: the mean over all samples is the total, 3."""
    totals, means = [], []
    for first in combinations(range(3), 2):
        for second in range(3, 6):
            drawn = (*first, second)
            values, chances = [FIRMS[k] for k in drawn], [2 / 3, 2 / 3, 1 / 3]
            totals.append(horvitz_thompson_total(values, chances))
            means.append(hajek_mean(values, chances))
    assert np.mean(totals) == pytest.approx(3.0)
    assert np.mean(means) == pytest.approx(0.5)  # the weights sum to 6 in each sample


def test_rate_of_a_group_adds_classes_up_and_collapses_small_ones() -> None:
    """Classes of 60 and 40 firms at 1/10 and 1/4: 0.6 · 0.1 + 0.4 · 0.25; a third of 2 firms joins its neighbour."""
    columns = {
        "known": [[0.0, 0.0, 0.0]],
        "found_before": [[0.0, 0.0, 0.0]],
        "left": [[60.0, 40.0, 2.0]],
        "weight": [[60.0, 40.0, 2.0]],
        "weighted_found": [[6.0, 10.0, 2.0]],
        "square": [[300.0, 200.0, 10.0]],
        "asked": [[60.0, 40.0, 2.0]],
    }
    made = RoundSums(**{name: np.array(cells) for name, cells in columns.items()})
    planned = np.full((1, 3), 1 / 6)
    two = estimate_rates(RoundSums(**{name: getattr(made, name)[:, :2] for name in columns}), [60, 40], planned[:, :2])
    assert float(two.rate) == pytest.approx(0.16)
    assert float(two.low) < 0.16 < float(two.high)
    # Var = 0.36 · (300/3600) · 0.09 + 0.16 · (200/1600) · 0.1875
    assert float(two.standard_error) == pytest.approx((0.36 / 12 * 0.09 + 0.16 / 8 * 0.1875) ** 0.5)
    three = estimate_rates(made, [60, 40, 2], planned)
    assert float(three.rate) == pytest.approx((6 + 42 * 12 / 42) / 102)
    with pytest.raises(ValueError, match="at least one firm"):
        estimate_rates(made, [0, 0, 0], planned)


def test_collapsing_follows_expected_visits_alone() -> None:
    """The smallest class goes to the smaller neighbour until all expect three visits."""
    # 0.5 joins 1, these 1.5 join 40 (their only neighbour), and so does 2.
    assert collapsed([0.5, 1.0, 40.0, 2.0]).tolist() == [0, 0, 0, 0]
    assert collapsed([10.0, 2.0, 5.0, 8.0]).tolist() == [0, 1, 1, 2]
    assert collapsed([1.0]).tolist() == [0]
