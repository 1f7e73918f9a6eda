"""Sums of rounds over a population of eight firms, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.results.estimates.intervals import wilson_interval
from scheduler.results.estimates.samples import NO_RESULT, RoundSample, group_rates, round_sums

EVERY = np.ones(8, dtype=np.bool_)
GROUP = np.array([0, 0, 0, 0, 1, 1, 1, 1])
CLASS = np.zeros(8, dtype=np.int64)


def sample(pool: np.ndarray, firm: list[int], chance: list[float], outcome: list[int]) -> RoundSample:
    """A round."""
    return RoundSample(
        pool=pool, firm=np.array(firm), chance=np.array(chance), outcome=np.array(outcome, dtype=np.int8)
    )


def rounds() -> list[RoundSample]:
    """Half of all drawn, one without a result; then one of those left in each group, the left ones being the pool."""
    left = np.array([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.bool_)
    return [
        sample(EVERY, [0, 1, 4, 5], [0.5] * 4, [1, 0, 0, NO_RESULT]),
        sample(left, [2, 6], [0.5, 0.5], [1, 0]),
    ]


def test_sums_by_hand() -> None:
    """Firm 5 has no result: in round 2 it still counts among those that the round's firm stands for."""
    sums = round_sums(rounds(), GROUP, 2, CLASS, 1)
    assert sums.known[:, :, 0].tolist() == [[0, 2], [0, 1]]
    assert sums.found_before[:, :, 0].tolist() == [[0, 1], [0, 0]]
    assert sums.left[:, :, 0].tolist() == [[4, 2], [4, 3]]
    assert sums.weight[:, :, 0].tolist() == [[4, 2], [2, 2]]
    assert sums.weighted_found[:, :, 0].tolist() == [[2, 2], [0, 0]]
    # Group 0: two firms of weight 2, 4 · (1 - 1/2) each; group 1: one of two answered, so 4 · (1 - 1/2 · 1/2).
    assert sums.square[:, :, 0].tolist() == [[4, 2], [3, 2]]


def test_rates_by_hand() -> None:
    """Planned at a half and a half: shares 1/3 and 2/3 (variances 1 and 1/2 · 1). Group 0: 1/2 and (1 + 2)/4."""
    first, second = group_rates(rounds(), GROUP, 2, CLASS, np.array([[0.5], [0.5]]))
    assert (first.num_firms, first.num_visits, first.num_findings) == (4, 3, 2)
    assert (second.num_firms, second.num_visits, second.num_findings) == (4, 2, 0)
    assert first.rates is not None
    assert second.rates is not None
    assert float(first.rates.rate) == pytest.approx(1 / 3 * 0.5 + 2 / 3 * 0.75)
    assert float(first.rates.low) >= 2 / 4  # two of the four were found
    assert float(first.rates.high) <= 3 / 4  # and one was not
    assert float(second.rates.rate) == 0.0
    assert 0.3 < float(second.rates.high) <= 0.5


def test_order_of_firms_in_a_round_does_not_matter() -> None:
    """Sums are sums."""
    first, second = rounds()
    turned = RoundSample(pool=first.pool, firm=first.firm[::-1], chance=first.chance[::-1], outcome=first.outcome[::-1])
    one, other = (round_sums([entry, second], GROUP, 2, CLASS, 1) for entry in (first, turned))
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in type(one).__slots__)


def test_round_that_cannot_reach_a_class_does_not_speak_of_it() -> None:
    """A pool of group 0 alone tells nothing of group 1: its other round decides."""
    pool = np.array([0, 0, 1, 1, 0, 0, 0, 0], dtype=np.bool_)
    _first, second = group_rates(
        [rounds()[0], sample(pool, [2], [0.5], [1])], GROUP, 2, CLASS, np.array([[0.5], [0.5]])
    )
    alone = group_rates(rounds()[:1], GROUP, 2, CLASS, np.array([[0.5]]))[1]
    assert second.rates is not None
    assert alone.rates is not None
    assert float(second.rates.rate) == float(alone.rates.rate)


def test_everybody_drawn_is_known_exactly() -> None:
    """A certainty stratum has an interval of no width."""
    (group,) = group_rates(
        [sample(EVERY, list(range(8)), [1.0] * 8, [1, 0, 0, 0, 0, 0, 0, 1])],
        np.zeros(8, dtype=np.int64),
        1,
        CLASS,
        np.array([[1.0]]),
    )
    assert group.rates is not None
    assert [float(value) for value in (group.rates.low, group.rates.rate, group.rates.high)] == [0.25] * 3
    assert float(group.rates.effective_visits) == np.inf


def test_one_firm_drawn_tells_next_to_nothing() -> None:
    """One clean visit of eight firms: Wilson's upper end with 8/7 effective visits, 3.84 / (8/7 + 3.84)."""
    (group,) = group_rates(
        [sample(EVERY, [3], [1 / 8], [0])], np.zeros(8, dtype=np.int64), 1, CLASS, np.array([[1 / 8]])
    )
    assert group.rates is not None
    assert float(group.rates.rate) == 0.0
    assert float(group.rates.high) == pytest.approx(3.8415 / (8 / 7 + 3.8415), abs=1e-3)


def test_group_without_visits_has_no_rate() -> None:
    """Nothing is made up."""
    second = group_rates([sample(EVERY, [0], [0.5], [1])], GROUP, 2, CLASS, np.array([[0.5]]))[1]
    assert (second.num_visits, second.rates) == (0, None)
    assert group_rates([], GROUP, 2, CLASS, np.zeros((0, 1)))[0].rates is None


def test_chances_are_checked() -> None:
    """A chance is above 0 and at most 1, columns are of one length."""
    with pytest.raises(ValueError, match="chances above 0"):
        sample(EVERY, [0], [0.0], [1])
    with pytest.raises(ValueError, match="one length"):
        sample(EVERY, [0], [0.5, 0.5], [1])


def alike_cities() -> tuple[list[RoundSample], np.ndarray, np.ndarray]:
    """Two districts of 1,000 firms: 20 visits without a finding in the first, 200 with ten in the second."""
    firm = [*range(20), *range(1_000, 1_200)]
    outcome = [0] * 20 + [1] * 10 + [0] * 190
    chance = [0.02] * 20 + [0.2] * 200
    pool = np.ones(2_000, dtype=np.bool_)
    return [sample(pool, firm, chance, outcome)], np.repeat([0, 1], 1_000), np.zeros(2_000, dtype=np.int64)


def test_groups_that_are_alike_lend_half_a_finding_to_intervals_and_nothing_to_rates() -> None:
    """
    The first district's 20 clean visits have a variance factor of 0.98/20, 20.41 effective visits.

    Elsewhere 10 of 200 visits found something, which are 250 effective ones: 13 in 251, so half a finding is
    9.65 more visits. Wilson's interval of 0.5 in 30.06 follows.
    """
    made, group, classes = alike_cities()
    planned = np.array([[0.1]])
    alone = group_rates(made, group, 2, classes, planned)[0].rates
    lent = group_rates(made, group, 2, classes, planned, alike=True)[0].rates
    assert alone is not None
    assert lent is not None
    assert float(lent.rate) == float(alone.rate) == 0.0
    assert float(lent.standard_error) == float(alone.standard_error)
    visits = 20 / 0.98 + 0.5 / (13 / 251)
    assert float(lent.high) == pytest.approx(float(wilson_interval(0.5, visits)[1]), abs=1e-6)
    assert float(lent.high) < float(alone.high)
    assert float(lent.low) == 0.0  # stretched to hold the rate


def test_own_findings_outweigh_what_is_lent() -> None:
    """The second district's interval moves by less than a tenth of its width, although the first found nothing."""
    made, group, classes = alike_cities()
    planned = np.array([[0.1]])
    alone, lent = (group_rates(made, group, 2, classes, planned, alike=word)[1].rates for word in (False, True))
    assert alone is not None
    assert lent is not None
    width = float(alone.high - alone.low)
    assert abs(float(lent.high - alone.high)) < width / 10
    assert abs(float(lent.low - alone.low)) < width / 10


def test_one_group_has_nobody_to_borrow_from() -> None:
    """A bureau of one district has the interval of its own visits."""
    made, _group, classes = alike_cities()
    whole = np.zeros(2_000, dtype=np.int64)
    one, other = (
        group_rates(made, whole, 1, classes, np.array([[0.1]]), alike=word)[0].rates for word in (False, True)
    )
    assert one == other or (one is not None and other is not None and float(one.high) == float(other.high))


def test_known_class_stays_known_whatever_others_show() -> None:
    """Where every firm was visited, nothing is lent: the interval has no width."""
    everybody = sample(EVERY, [0, 1, 2, 3, 4], [1.0, 1.0, 1.0, 1.0, 0.25], [1, 0, 0, 0, 1])
    found = group_rates([everybody], GROUP, 2, CLASS, np.array([[0.6]]), alike=True)[0].rates
    assert found is not None
    assert [float(found.low), float(found.rate), float(found.high)] == pytest.approx([0.25] * 3)
