"""
Over 20,000 seeds every firm, and every two firms of a stratum, are drawn as often as the chances recorded say.

Squared deviations are scaled for sampling without replacement. Let stratum h have N firms, of which n_s are drawn under
seed s, and I_is tell whether firm i is. Given the n_s, the sum over firms of (sum over seeds of (I_is - n_s / N))² has
the mean sum of a_s, with a_s = n_s (N - n_s) / N, and, because what two seeds draw has a hypergeometric overlap, the
variance 2 ((sum a_s)² - sum a_s²) / (N - 1). So times (N - 1) / sum a_s it is about chi-square of N - 1 degrees.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import chi2, hypergeom

from scheduler.allocation.cells import Cell, by_stratum
from scheduler.draw.hashing import digest
from scheduler.draw.pool import firm_salts
from scheduler.draw.quotas import check_cells, draw_quotas
from scheduler.draw.selection import chances_micro, select
from scheduler.draw.tickets import open_tickets, targeted_tickets
from scheduler.registry.codes import RoundKind

NUM_SEEDS = 20_000
RARE = 1e-6  # a fair draw fails one of the tests below once in some ten thousand choices of seeds
MICRO = 1_000_000
Drawn = npt.NDArray[np.bool_]

# stratum, package, expected visits in 10^-6, firms; 81.3 + 2.1 + 1.2 + 0.4 + 4 = 89 visits in all
CELLS = tuple(
    Cell(stratum=stratum, package=package, counting=True, rest=False, num_firms=firms, visits_micro=visits)
    for stratum, package, visits, firms in (
        ("1/e/A/T1", "T1", 400_000, 1),
        ("1/e/B/T1", "T1", 700_000, 2),
        ("1/e/B/T1", "T2", 500_000, 2),
        ("1/e/C/T1", "T1", 0, 3),
        ("1/e/D/T1", "T1", 4_000_000, 4),
        ("2/e/A/T1", "T1", 1_300_000, 7),
        ("2/e/A/T1", "T2", 800_000, 7),
        ("2/e/B/T1", "T1", 81_300_000, 1000),
    )
)
SIZES = {stratum: group[0].num_firms for stratum, group in by_stratum(CELLS).items()}


def firm_ids(number: int) -> npt.NDArray[np.bytes_]:
    """Ids of some firms, ascending."""
    return np.array([f"91371000MA3C{index:06d}" for index in range(number)], dtype="S18")


@pytest.fixture(scope="module")
def targeted() -> tuple[Drawn, npt.NDArray[np.int64]]:
    """Who is drawn under each seed, shape (seeds, firms), and the quotas of the cells, shape (seeds, cells)."""
    ids = firm_ids(sum(SIZES.values()))
    stratum = np.repeat(np.arange(len(SIZES), dtype=np.int32), list(SIZES.values()))
    check_cells(RoundKind.TARGETED, CELLS, SIZES)
    salts = firm_salts("2026-2-1", bytes(range(32)), ids)
    drawn = np.zeros((NUM_SEEDS, len(ids)), dtype=np.bool_)
    quotas = np.zeros((NUM_SEEDS, len(CELLS)), dtype=np.int64)
    for number in range(NUM_SEEDS):
        seed = digest("frequencies", str(number))
        quotas[number] = draw_quotas(RoundKind.TARGETED, CELLS, seed)
        drawn[number, select(targeted_tickets(seed, salts, ids), stratum, CELLS, quotas[number].tolist()).position] = 1
    return drawn, quotas


def of_stratum(drawn: Drawn, name: str) -> Drawn:
    """Columns of the firms of a stratum."""
    begin = sum(size for stratum, size in SIZES.items() if stratum < name)
    return drawn[:, begin : begin + SIZES[name]]


def chance_of_equal(drawn: Drawn) -> float:
    """Chance that firms of one stratum, drawn alike, differ at least so much in how often they were drawn."""
    num_firms, taken = drawn.shape[1], drawn.sum(axis=1)
    variances = taken * (num_firms - taken) / num_firms
    deviations = drawn.sum(axis=0) - taken.sum() / num_firms
    return float(chi2.sf((num_firms - 1) * float(deviations @ deviations) / variances.sum(), num_firms - 1))


def pairs_in_deviations(drawn: Drawn) -> float:
    """
    How many standard deviations the joint inclusions of all pairs are from those of simple random sampling.

    As in the module's text with pairs in the place of firms: the two seeds s and t draw C(X, 2) pairs in common, X
    being hypergeometric, so that the sum of squares has the variance 4 · sum over s < t of Var C(X_st, 2).
    """
    num_firms = drawn.shape[1]
    num_pairs = num_firms * (num_firms - 1) // 2
    together = drawn.astype(np.float32).T @ drawn.astype(np.float32)
    counts = together[np.triu_indices(num_firms, 1)].astype(np.float64)
    sizes = Counter(drawn.sum(axis=1).tolist())
    drawn_pairs = {size: size * (size - 1) / 2 for size in sizes}
    expected = sum(number * drawn_pairs[size] for size, number in sizes.items()) / num_pairs
    mean = sum(number * drawn_pairs[size] * (1 - drawn_pairs[size] / num_pairs) for size, number in sizes.items())
    variance = 0.0
    for first, times in sizes.items():
        for second, others in sizes.items():
            overlap = hypergeom(num_firms, first, second)
            common = np.arange(min(first, second) + 1)
            pairs, weights = common * (common - 1) / 2, overlap.pmf(common)
            spread = float(weights @ pairs**2 - (weights @ pairs) ** 2)
            variance += 2 * times * (others - (first == second)) * spread
    return float((((counts - expected) ** 2).sum() - mean) / variance**0.5)


def test_quotas_have_their_expectation(targeted: tuple[Drawn, npt.NDArray[np.int64]]) -> None:
    """A quota is its expected visits rounded down or up, up as often as the fraction says, and 89 visits in all."""
    quotas = targeted[1]
    assert set(quotas.sum(axis=1).tolist()) == {89}
    for cell, column in zip(CELLS, quotas.T, strict=True):
        whole, part = divmod(cell.visits_micro, MICRO)
        share = part / MICRO
        assert set(column.tolist()) <= {whole, whole + (part > 0)}
        assert abs(float((column - whole).sum()) - NUM_SEEDS * share) <= 5 * (NUM_SEEDS * share * (1 - share)) ** 0.5


def test_each_firm_is_drawn_as_often_as_recorded(targeted: tuple[Drawn, npt.NDArray[np.int64]]) -> None:
    """Each firm's draws are binomial with the chance recorded, because seeds are independent."""
    for name, expected in chances_micro(CELLS).items():
        drawn = of_stratum(targeted[0], name)
        p = expected / MICRO / drawn.shape[1]
        bound = 5.6 * (NUM_SEEDS * p * (1 - p)) ** 0.5  # 5.6: 1 in 50 million, for a thousand firms
        assert float(np.abs(drawn.sum(axis=0) - NUM_SEEDS * p).max()) <= bound


@pytest.mark.parametrize("name", [name for name, size in SIZES.items() if size in (2, 7, 1000)])
def test_firms_of_a_stratum_are_drawn_equally_often(targeted: tuple[Drawn, npt.NDArray[np.int64]], name: str) -> None:
    """Chi-square scaled for sampling without replacement, in strata of 2, 7 and 1,000 firms."""
    assert RARE < chance_of_equal(of_stratum(targeted[0], name)) < 1 - RARE


@pytest.mark.parametrize("name", [name for name, size in SIZES.items() if size in (2, 7, 1000)])
def test_pairs_of_a_stratum_meet_as_in_simple_random_sampling(
    targeted: tuple[Drawn, npt.NDArray[np.int64]], name: str
) -> None:
    """Joint inclusion of all pairs, 499,500 of them in the great stratum; two firms meet when the quota is 2."""
    drawn = of_stratum(targeted[0], name)
    if drawn.shape[1] == 2:
        assert np.array_equal(drawn.all(axis=1), drawn.sum(axis=1) == 2)
        assert 0 < int(drawn.all(axis=1).sum()) < NUM_SEEDS
    else:
        assert abs(pairs_in_deviations(drawn)) < 6  # squares have a longer tail than the normal


def test_none_and_all_are_exact(targeted: tuple[Drawn, npt.NDArray[np.int64]]) -> None:
    """A stratum that nobody is to be drawn from is never drawn from, and one that all are is drawn whole every time."""
    assert not of_stratum(targeted[0], "1/e/C/T1").any()
    assert of_stratum(targeted[0], "1/e/D/T1").all()


def test_open_round_gives_every_enterprise_the_same_chance() -> None:
    """Forty enterprises, 11 drawn: same frequencies and joint frequencies for all, over 20,000 seeds."""
    ids, cell = (
        firm_ids(40),
        Cell(stratum="open", package="T1", counting=True, rest=False, num_firms=40, visits_micro=11 * MICRO),
    )
    drawn = np.zeros((NUM_SEEDS, 40), dtype=np.bool_)
    for number in range(NUM_SEEDS):
        tickets = open_tickets(digest("open-frequencies", str(number)), ids)
        drawn[number, select(tickets, np.zeros(40, dtype=np.int32), [cell], [11]).position] = True
    assert set(drawn.sum(axis=1).tolist()) == {11}
    assert RARE < chance_of_equal(drawn) < 1 - RARE
    assert abs(pairs_in_deviations(drawn)) < 6


def test_unequal_draws_are_noticed() -> None:
    """The tests can fail: jumping through a list, and a firm that is spared four times in ten, are told from chance."""
    rng = np.random.default_rng(5)
    jumps = np.zeros((4_000, 40), dtype=np.bool_)
    for row, start in zip(jumps, rng.integers(4, size=4_000), strict=True):
        row[start::4] = True  # every fourth firm from a random start: equal chances, but pairs are fixed
    assert abs(pairs_in_deviations(jumps)) > 20
    spared = np.zeros((4_000, 40), dtype=np.bool_)
    for row in spared:
        row[rng.permutation(40)[:10]] = True
        if row[7] and rng.random() < 0.4:
            row[7], row[int(rng.choice(np.flatnonzero(~row)))] = False, True
    assert chance_of_equal(spared) < RARE
