"""Intervals are Wilson's where there is one class, and count what unseen classes may hide."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.results.estimates.intervals import (
    Z_95,
    difference_interval,
    ratio_interval,
    stratified_interval,
    wilson_interval,
)


@pytest.mark.parametrize(("found", "visits"), [(0, 16), (1, 40), (5, 50), (50, 50), (300, 1000)])
def test_one_class_is_wilson(found: int, visits: int) -> None:
    """The general interval falls back to the textbook's."""
    low, high = wilson_interval(found, visits)
    general = stratified_interval([1.0], [found / visits], [1 / visits])
    assert general == (pytest.approx(float(low), abs=1e-9), pytest.approx(float(high), abs=1e-9))


def test_ends_lie_z_standard_errors_away() -> None:
    """By definition: at each end the estimate lies 1.96 standard errors off, the classes being as likely as can be."""
    share, rate, factor = np.array([0.7, 0.3]), np.array([0.02, 0.3]), np.array([1 / 200, 1 / 60])
    for end in stratified_interval(share, rate, factor):
        grid = np.linspace(1e-6, 1 - 1e-6, 400_001)  # rates of the first class
        second = (float(end) - share[0] * grid) / share[1]
        fits = (second > 0) & (second < 1)
        pair = np.stack([grid[fits], second[fits]])
        likelihood = sum(
            (rate[k] * np.log(pair[k]) + (1 - rate[k]) * np.log(1 - pair[k])) / factor[k] for k in range(2)
        )
        best = pair[:, int(np.argmax(likelihood))]
        variance = (share**2 * factor * best * (1 - best)).sum()
        assert abs((share * rate).sum() - float(end)) / variance**0.5 == pytest.approx(Z_95, rel=1e-3)


def test_class_without_findings_still_adds_width() -> None:
    """Nine tenths of the firms with 20 clean visits may hide up to 3.84/23.84 = 16 %; a plain error would say none."""
    low, high = stratified_interval([0.9, 0.1], [0.0, 0.5], [1 / 20, 1 / 100])
    assert float(low) > 0.03
    assert float(high) > 0.14


def test_certain_class_adds_nothing() -> None:
    """Where every firm was visited nothing is left to ask."""
    assert [float(end) for end in stratified_interval([1.0], [0.25], [0.0])] == [0.25, 0.25]
    low, high = stratified_interval([0.5, 0.5], [0.25, 0.1], [0.0, 1 / 100])
    one = wilson_interval(10, 100)
    assert float(low) == pytest.approx(0.125 + 0.5 * float(one[0]))
    assert float(high) == pytest.approx(0.125 + 0.5 * float(one[1]))


def test_nothing_and_everything_found_have_open_ends() -> None:
    """Ends are 0 and 1 exactly where the findings are."""
    assert float(stratified_interval([0.5, 0.5], [0.0, 0.0], [0.1, 0.1])[0]) == 0.0
    assert float(stratified_interval([0.5, 0.5], [1.0, 1.0], [0.1, 0.1])[1]) == pytest.approx(1.0)
    assert [float(end) for end in wilson_interval(0, 0)] == [0.0, 1.0]


def test_many_rates_at_once_are_each_alone() -> None:
    """Leading axes are independent."""
    rng = np.random.default_rng(1)
    rate, factor = rng.uniform(0, 0.3, (5, 3)), rng.uniform(0.001, 0.1, (5, 3))
    share = np.array([0.2, 0.3, 0.5])
    lows, highs = stratified_interval(share, rate, factor)
    for row in range(5):
        low, high = stratified_interval(share, rate[row], factor[row])
        assert (lows[row], highs[row]) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_difference_and_ratio_by_hand() -> None:
    """0.1 (0.08 to 0.13) and 0.2 (0.15 to 0.26): down √(0.05² + 0.03²), up √(0.06² + 0.02²)."""
    first, second = (0.1, 0.08, 0.13), (0.2, 0.15, 0.26)
    difference = difference_interval(first, second)
    assert difference == pytest.approx((0.1, 0.1 - 0.0034**0.5, 0.1 + 0.0040**0.5))
    ratio = ratio_interval(first, second)
    assert ratio is not None
    assert ratio[0] == pytest.approx(2.0)
    assert 1.3 < ratio[1] < 2.0 < ratio[2] < 2.9
    assert ratio_interval((0.0, 0.0, 0.1), second) is None
    open_ended = ratio_interval((0.1, 0.0, 0.3), second)
    assert open_ended is not None
    assert open_ended[2] == float("inf")
