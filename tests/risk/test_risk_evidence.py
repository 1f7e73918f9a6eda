"""Evidence averaged over half-samples: balanced, monotone where declared, and readable."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.risk.binning import Axis, Counts, coarse_groups
from scheduler.risk.columns import Column
from scheduler.risk.evidence import HALVES, LEAST_STEP, NUM_GROUPS, Limits, average_evidence, group_of_rows
from scheduler.risk.indicators import Direction

LIMITS = Limits(price=3.0, least_rows=20.0, most_bins=5)


def made_counts(rates: list[float], seed: int = 0, rows: int = 4000) -> Counts:
    """Outcomes per group of rows and fine bin, of rows spread evenly over fine bins with these rates."""
    rng = np.random.default_rng(seed)
    cell = rng.integers(0, NUM_GROUPS * len(rates), rows)
    outcome = rng.random(rows) < np.array(rates)[cell % len(rates)]
    shape = (NUM_GROUPS, len(rates))
    ones = np.bincount(cell, weights=outcome, minlength=NUM_GROUPS * len(rates)).reshape(shape)
    total = np.bincount(cell, minlength=NUM_GROUPS * len(rates)).astype(float).reshape(shape)
    return Counts(ones=ones, zeros=total - ones, rows=total)


def amount(direction: Direction = Direction.ANY) -> Column:
    """A feature of amounts, of which only name and direction matter here."""
    return Column(name="x", values=np.zeros(0, dtype=np.int64), direction=direction)


def test_half_samples_are_balanced() -> None:
    """Fifteen halves of eight groups; two of them share four groups, and every group is in eight or in none."""
    shared = HALVES @ HALVES.T
    assert HALVES.shape == (15, 16) and set(np.diag(shared)) == {8}
    assert set(shared[~np.eye(15, dtype=bool)]) == {4}
    assert set(HALVES.sum(axis=0)) == {0, 8}  # group 0 is in no half, as row 0 of the matrix is left out


def test_groups_tear_neighbours_apart() -> None:
    """Of 16,000 rows each group gets about a thousand, and so it does of any stretch of them."""
    groups = group_of_rows(np.arange(16_000))
    assert np.bincount(groups).tolist() == pytest.approx([1000] * 16, rel=0.02)
    assert np.bincount(groups[:1600]).tolist() == pytest.approx([100] * 16, rel=0.1)


@pytest.mark.parametrize("direction", [Direction.RISING, Direction.FALLING])
def test_declared_direction_holds_after_averaging(direction: Direction) -> None:
    """Rates that zigzag still give evidence that never turns."""
    rates = [0.1, *(0.1 + 0.02 * k + 0.08 * (k % 2) for k in range(12))]
    axis = Axis(name="x", bounds=tuple(range(11)))
    found = average_evidence(amount(direction), axis, made_counts(rates), LIMITS)
    steps = np.diff(found.values[1:])
    assert np.all(steps >= 0) if direction is Direction.RISING else np.all(steps <= 0)
    assert found.direction is direction


def test_bins_are_few_large_and_apart() -> None:
    """Sixty fine bins of a straight effect become five at most, each with 20 rows, none within a step of the next."""
    rates = [0.1, *(0.05 + 0.4 * k / 60 for k in range(60))]
    counts = made_counts(rates)
    found = average_evidence(amount(), Axis(name="x", bounds=tuple(range(59))), counts, LIMITS)
    rows = np.bincount(found.bin_of_fine, weights=counts.rows.sum(axis=0))
    assert 3 <= len(found.values) - 1 <= 5 and found.axis.num_bins == len(found.values) and rows[1:].min() >= 20
    assert np.all(np.abs(np.diff(found.values[1:])) >= LEAST_STEP)
    assert found.direction is Direction.RISING


def test_codes_of_like_evidence_share_a_bin() -> None:
    """Codes a and c, alike and safe, share a bin; b is risky, and so are all others, which the last bin takes."""
    column = Column(name="kind", values=np.zeros(0, dtype=np.int64), codes=("a", "b", "c", "d"))
    fine = Axis(name="kind", groups=(("a",), ("b",), ("c",)))
    ones = np.tile([10.0, 5.0, 25.0, 5.0, 25.0], (NUM_GROUPS, 1))  # of 50 rows in each group: missing, a, b, c, others
    counts = Counts(ones=ones, zeros=50 - ones, rows=np.full_like(ones, 50))
    found = average_evidence(column, fine, counts, LIMITS)
    by_code = dict(zip("abc", found.bin_of_fine[1:4].tolist(), strict=True))
    assert by_code["a"] == by_code["c"] != by_code["b"] == found.bin_of_fine[4]
    assert found.values[by_code["b"]] > 0 > found.values[by_code["a"]]
    assert found.axis.groups == (("a", "c"),)  # the last bin takes b and whatever else comes


def test_few_problems_are_not_halved() -> None:
    """With 90 problems the evidence is that of one cut of all rows, whatever the groups; with 180 it is not."""
    one = np.zeros((NUM_GROUPS, 3))
    one[:, 1], one[0, 2] = 1.0, 74.0  # all problems of the upper bin are in group 0, which no half holds
    total = np.tile([1.0, 40.0, 40.0], (NUM_GROUPS, 1))
    total[0, 2] = 100.0
    axis = Axis(name="x", bounds=(0,))
    few = average_evidence(amount(), axis, Counts(ones=one, zeros=total - one, rows=total), LIMITS)
    assert few.values[few.bin_of_fine[2]] > few.values[few.bin_of_fine[1]]
    many = average_evidence(amount(), axis, Counts(ones=2 * one, zeros=2 * (total - one), rows=2 * total), LIMITS)
    assert many.values[many.bin_of_fine[2]] <= many.values[many.bin_of_fine[1]]


def test_average_is_steadier_than_one_cut() -> None:
    """
    Of 40 samples of one truth, a slope of 0.2 to 0.3, the averaged evidence lies closer to the truth than one cut does.

    One cut is that of all rows: `coarse_groups` and the evidence of its bins, as every half-sample gets it.
    """
    rates = np.linspace(0.2, 0.3, 20)
    truth = np.log(rates / (1 - rates)) - np.log(0.25 / 0.75)
    axis = Axis(name="x", bounds=tuple(range(19)))
    off_average, off_one = [], []
    for seed in range(40):
        counts = made_counts([0.25, *rates.tolist()], seed=seed, rows=1500)
        found = average_evidence(amount(Direction.RISING), axis, counts, LIMITS)
        off_average.append(np.mean((found.values[found.bin_of_fine][1:] - truth) ** 2))
        whole = Counts(
            ones=counts.ones.sum(axis=0)[1:], zeros=counts.zeros.sum(axis=0)[1:], rows=counts.rows.sum(axis=0)[1:]
        )
        group = coarse_groups(whole, Direction.RISING, price=3.0, least_rows=20.0, most_bins=5)
        merged = whole.merged(group.tolist(), int(group[-1]) + 1)
        single = np.log((merged.ones + 0.5) / (merged.zeros + 0.5)) - np.log(whole.ones.sum() / whole.zeros.sum())
        off_one.append(np.mean((single[group] - truth) ** 2))
    assert np.mean(off_average) < 0.7 * np.mean(off_one)


def test_merging_takes_the_least_loss_first() -> None:
    """
    Four bins of 100 rows with 10, 12, 40 and 42 problems become two: the middle border loses most.

    Twice the log-likelihood lost is 0.2 at the outer borders and 20 at the middle one, so at a price of 3 that stays.
    """
    counts = Counts(ones=np.array([10.0, 12, 40, 42]), zeros=np.array([90.0, 88, 60, 58]), rows=np.full(4, 100.0))
    for direction in (Direction.RISING, Direction.ANY):
        assert coarse_groups(counts, direction, price=3.0, least_rows=1, most_bins=9).tolist() == [0, 0, 1, 1]
    assert coarse_groups(counts, Direction.RISING, price=3.0, least_rows=250, most_bins=9).tolist() == [0, 0, 0, 0]
    assert coarse_groups(counts, Direction.FALLING, price=3.0, least_rows=1, most_bins=9).tolist() == [0, 0, 0, 0]
