"""Simulated draws: fair ones are called fair about as often as promised, bent ones are found out, each by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from record_builder import Year
from scipy import stats
from scipy.stats import kstest

from scheduler.allocation.cells import Cell as PlannedCell
from scheduler.audit.context import Draw
from scheduler.audit.quotas import Cell
from scheduler.audit.record import MemorySource, open_record
from scheduler.audit.simulation.checks import SimulationReport, groupings_of
from scheduler.audit.simulation.laws import binomial_tails, chi_square_tails, normal_reach, normal_tail
from scheduler.audit.simulation.lot import Lot, Outcome, load_lot
from scheduler.audit.simulation.run import simulate
from scheduler.audit.simulation.tally import Tally
from scheduler.draw.hashing import digest
from scheduler.draw.pool import firm_salts
from scheduler.draw.quotas import draw_quotas
from scheduler.draw.selection import select
from scheduler.draw.tickets import open_tickets, targeted_tickets
from scheduler.errors import RecordError
from scheduler.registry.codes import RoundKind

MICRO = 1_000_000
SECRET = bytes(range(32))
# stratum, package, counting, rest, visits in 10^-6, firms; what counts sums to 20 + 9.5 + 12.3 + 18.2 = 60 visits
ROWS = (
    ("1/e/A/T", "T", True, False, 20_000_000, 700),
    ("1/e/B/T", "T", True, False, 9_500_000, 150),
    ("1/e/B/T", "U", False, False, 2_250_000, 150),
    ("2/e/A/T", "T", True, False, 12_300_000, 500),
    ("2/e/A/T", "U", False, False, 3_400_000, 500),
    ("2/e/A/T", "V", False, True, 1_300_000, 500),
    ("2/e/D/T", "T", True, False, 18_200_000, 60),
    ("2/e/E/T", "V", False, True, 5_000_000, 5),
    ("2/e/F/T", "T", True, False, 0, 3),
)
Bent = Callable[[Lot, np.random.Generator], Outcome]


def made_lot(rows: tuple[tuple[str, str, bool, bool, int, int], ...] = ROWS, *, is_open: bool = False) -> Lot:
    """A lot whose firms of different strata are mixed in the list, and whose codes have three beginnings."""
    cells = tuple(
        Cell(stratum=s, package=p, counting=counting, rest=rest, num_firms=number, visits_micro=visits)
        for s, p, counting, rest, visits, number in rows
    )
    sizes = {cell.stratum: cell.num_firms for cell in cells}
    stratum = np.random.default_rng(1).permutation(np.repeat(np.arange(len(sizes)), list(sizes.values())))
    number = len(stratum)
    heads = ("91371000", "91371002", "92371082")
    names = sorted(f"{heads[index * 3 // number]}MA3C{index:06d}" for index in range(number))
    firm_id = np.array(names, dtype="S18")
    district = np.array([int(name.split("/")[0]) - 1 if "/" in name else 0 for name in sizes])[stratum]
    salts = firm_salts("2026-2-1", SECRET, firm_id)
    ends = [salt.tobytes().hex().encode() + b"|" + name for salt, name in zip(salts, firm_id.tolist(), strict=True)]
    return Lot(
        draw_id="2026-2-1",
        is_open=is_open,
        commitment_digest="ab" * 32,
        firm_id=firm_id,
        stratum=stratum,
        strata=tuple(sizes),
        cells=cells,
        district=np.arange(number) % 2 if is_open else district,
        districts=("1", "2"),
        ticket_ends=firm_id.tolist() if is_open else ends,
    )


def open_lot(number: int = 1000, visits: int = 80) -> Lot:
    """An open round."""
    return made_lot((("open", "T", True, False, visits * MICRO, number),), is_open=True)


def fair(lot: Lot, rng: np.random.Generator) -> Outcome:
    """A fair draw by numpy: quotas by the lot's own rounding, firms at random."""
    quotas = lot.quotas(digest("test", str(rng.integers(1 << 62))))
    left = {index: rng.permutation(np.flatnonzero(lot.stratum == index)) for index in range(len(lot.strata))}
    position, cell = [], []
    for index, (one, quota) in enumerate(zip(lot.cells, quotas, strict=True)):
        place = lot.strata.index(one.stratum)
        position += left[place][:quota].tolist()
        left[place] = left[place][quota:]
        cell += [index] * quota
    return outcome(position, cell)


def outcome(position: list[int], cell: list[int] | None = None) -> Outcome:
    """An outcome from lists."""
    order = np.argsort(position)
    cells = np.array(cell if cell is not None else [0] * len(position), dtype=np.int64)
    return Outcome(position=np.array(position, dtype=np.int64)[order], cell=cells[order])


def run(lot: Lot, how: Bent, num_draws: int = 100, seed: int = 1, level: float = 0.01) -> SimulationReport:
    """Simulates with a draw of the test's own."""
    draw = partial(how, lot, np.random.default_rng(seed))
    return simulate(lot, num_draws, level=level, draw=lambda _seed: draw())


def families(report: SimulationReport) -> set[str]:
    """Families of the tests failed."""
    return {check.family for check in report.failed}


def test_lot_draws_what_the_engine_draws() -> None:
    """Quotas, firms and packages are those of the room that draws, for both kinds of round."""
    for lot in (made_lot(), open_lot()):
        kind = RoundKind.OPEN if lot.is_open else RoundKind.TARGETED
        names = ("stratum", "package", "counting", "rest", "num_firms", "visits_micro")
        cells = [PlannedCell(**{name: getattr(cell, name) for name in names}) for cell in lot.cells]
        salts = firm_salts("2026-2-1", SECRET, lot.firm_id)
        for number in range(5):
            seed = digest("test", str(number))
            tickets = open_tickets(seed, lot.firm_id) if lot.is_open else targeted_tickets(seed, salts, lot.firm_id)
            quotas = draw_quotas(kind, cells, seed)
            expected, found = select(tickets, lot.stratum.astype(np.int32), cells, quotas), lot.draw(seed)
            assert lot.quotas(seed) == quotas
            assert np.array_equal(expected.position, found.position)
            assert np.array_equal(expected.cell, found.cell)


def test_variances_are_those_of_all_samples() -> None:
    """Of 5 firms in a row, 3 drawn: means and variances of a group and of neighbours are those of all samples."""
    lot = open_lot(5, 3)
    samples = [set(sample) for sample in combinations(range(5), 3)]  # all 10 equally likely
    pairs = np.array([sum({i, i + 1} <= sample for i in range(4)) for sample in samples])
    first = np.array([len(sample & {0}) for sample in samples])  # five parts of the list, one firm each
    tally = Tally(lot, groupings_of(lot))
    for sample in samples:
        tally.add(outcome(sorted(sample)))
    group, neighbours = tally.groups[0], tally.pairs[0]
    assert group.expected[0] == pytest.approx(first.sum())  # 10 · 3/5
    assert group.variance[0] == pytest.approx(10 * first.var())
    assert neighbours.found == pairs.sum()
    assert neighbours.expected == pytest.approx(pairs.sum())  # 10 · 4 · (3 · 2) / (5 · 4) = 12
    assert neighbours.variance == pytest.approx(10 * pairs.var())


@pytest.mark.parametrize("is_open", [False, True])
def test_real_lot_is_called_fair(is_open: bool) -> None:
    """The lot of the specification, 300 seeds: nothing speaks against it, and many tests were made."""
    report = simulate(open_lot() if is_open else made_lot(), 300)
    assert report.fits
    assert len(report.checks) > 20
    assert {"exact", "equal", "firm", "position", "prefix", "pair"} <= {check.family for check in report.checks}


@pytest.fixture(scope="module")
def fair_reports() -> dict[str, list[SimulationReport]]:
    """Simulations of fair draws: 200 of a small targeted round and 300 of an open one, at a level of 5 %."""
    lots = {"targeted": (made_lot(), range(200)), "open": (open_lot(600, 60), range(300))}
    return {
        kind: [run(lot, fair, num_draws=40, seed=seed, level=0.05) for seed in seeds]
        for kind, (lot, seeds) in lots.items()
    }


def test_false_alarms_are_about_as_many_as_promised(fair_reports: dict[str, list[SimulationReport]]) -> None:
    """Of 500 fair simulations at a level of 5 %, at most about that many are called unfair: 500 · 0.05 = 25 ± 4.9."""
    reports = [report for kind in fair_reports.values() for report in kind]
    checks = [check for report in reports for check in report.checks]
    p_values = [check.p_value for check in checks if check.family in ("equal", "position", "pair")]
    alarms = sum(not report.fits for report in reports)
    assert alarms <= 39  # 25 + 3 · 4.9
    assert alarms >= 5  # tests that never raise an alarm are no tests; Holm's method gives some of the 5 % away
    share = float(np.mean(np.array(p_values) <= 0.05))  # before Holm: each test alone is about nominal
    assert 0.03 < share < 0.07


def test_p_values_of_one_test_are_even(fair_reports: dict[str, list[SimulationReport]]) -> None:
    """The p-values of equality over 300 fair simulations are spread evenly between 0 and 1."""
    checks = [check for report in fair_reports["open"] for check in report.checks]
    found = [check.p_value for check in checks if check.family == "equal"]
    assert len(found) == 300
    assert kstest(found, "uniform").pvalue > 1e-4


def jumping(lot: Lot, rng: np.random.Generator) -> Outcome:
    """Jumps through the list by steps of a length drawn anew each time, and starts within one step."""
    quota = sum(lot.quotas("00" * 32))
    step = len(lot) // quota
    return outcome([int(rng.integers(step)) + step * index for index in range(quota)][:quota])


def systematic(lot: Lot, rng: np.random.Generator) -> Outcome:
    """Every k-th firm of the list from a random start: equal chances, but who is drawn with whom is fixed."""
    quota = sum(lot.quotas("00" * 32))
    step = len(lot) // quota
    return outcome([int(start) for start in np.arange(int(rng.integers(step)), len(lot), step)[:quota]])


def sorted_by_office(lot: Lot, rng: np.random.Generator) -> Outcome:
    """As the system of 2017: steps of 1 to twice the mean length until the list's end, then the rest from the top."""
    quota = sum(lot.quotas("00" * 32))
    drawn: list[int] = []
    at = 0
    while len(drawn) < quota and at < len(lot):
        at += int(rng.integers(1, 2 * len(lot) // quota))
        drawn += [at] if at < len(lot) else []
    free = [index for index in range(len(lot) - 1, -1, -1) if index not in set(drawn)]
    return outcome(drawn + free[: quota - len(drawn)])


def spared(lot: Lot, rng: np.random.Generator) -> Outcome:
    """Fair, but one firm that is drawn is exchanged for another."""
    drawn = fair(lot, rng).position
    drawn = drawn[drawn != 123]
    free = np.setdiff1d(np.arange(len(lot)), [*drawn.tolist(), 123])
    quota = sum(lot.quotas("00" * 32))
    return outcome([*drawn.tolist(), *rng.choice(free, quota - len(drawn), replace=False).tolist()])


def by_office(lot: Lot, rng: np.random.Generator) -> Outcome:
    """Nine in ten of those drawn come from one half of the districts, which half is a matter of chance."""
    quota = sum(lot.quotas("00" * 32))
    half = np.flatnonzero(lot.district == int(rng.integers(2)))
    other = np.setdiff1d(np.arange(len(lot)), half)
    most = quota * 9 // 10
    return outcome(
        [*rng.choice(half, most, replace=False).tolist(), *rng.choice(other, quota - most, replace=False).tolist()]
    )


def favoured(lot: Lot, rng: np.random.Generator) -> Outcome:
    """Firms of one office have a sixth more tickets in the urn than others."""
    weight = np.where(lot.firm_id.astype("S8") == b"91371002", 7.0, 6.0)
    quota = sum(lot.quotas("00" * 32))
    return outcome(rng.choice(len(lot), quota, replace=False, p=weight / weight.sum()).tolist())


def rotating(lot: Lot, rng: np.random.Generator) -> Outcome:
    """Goes through one shuffled list, so that nobody is drawn again before everybody was: too even to be a lot."""
    del rng
    quota = sum(lot.quotas("00" * 32))
    shuffled = np.random.default_rng(9).permutation(len(lot))
    begin = ROTATION["at"] % len(lot)
    ROTATION["at"] += quota
    return outcome(np.roll(shuffled, -begin)[:quota].tolist())


ROTATION = {"at": 0}


def too_many(lot: Lot, rng: np.random.Generator) -> Outcome:
    """One more than the quota."""
    quota = sum(lot.quotas("00" * 32))
    return outcome(rng.choice(len(lot), quota + 1, replace=False).tolist())


@pytest.mark.parametrize(
    ("how", "family"),
    [
        (jumping, "pair"),
        (systematic, "pair"),
        (sorted_by_office, "position"),
        (favoured, "prefix"),
        (spared, "firm"),
        (by_office, "spread"),
        (rotating, "equal"),
        (too_many, "exact"),
    ],
)
def test_bent_draws_are_found_out(how: Bent, family: str) -> None:
    """Each way of bending a draw fails the tests made for it."""
    report = run(open_lot(), how, num_draws=300)
    assert not report.fits
    assert family in families(report)


def test_stratum_that_gets_another_share_is_found_out() -> None:
    """Quotas always rounded down in one cell and up in another keep the total and change the chances."""

    def rounded(lot: Lot, rng: np.random.Generator) -> Outcome:
        drawn = fair(lot, rng)
        cell, position = drawn.cell.copy(), drawn.position.copy()
        if int((cell == 1).sum()) == 10:  # 9.5 visits: ten become nine, and a firm of stratum D takes the place
            index = int(np.flatnonzero(cell == 1)[0])
            free = np.setdiff1d(np.flatnonzero(lot.stratum == 3), position)
            position[index], cell[index] = int(rng.choice(free)), 6
        return outcome(position.tolist(), cell.tolist())

    report = run(made_lot(), rounded)
    assert families(report) >= {"quota", "district"}  # district 1 loses what stratum D of district 2 gains


def test_firms_of_no_chance_and_of_every_chance_are_looked_at() -> None:
    """A firm of a stratum that nobody is drawn from, and one left out where all are due, fail the exact test."""

    def swapped(lot: Lot, rng: np.random.Generator) -> Outcome:
        drawn = fair(lot, rng)
        position = drawn.position.copy()
        due, never = (np.flatnonzero(lot.stratum == lot.strata.index(name)) for name in ("2/e/E/T", "2/e/F/T"))
        position[position == due[0]] = never[0]
        return outcome(position.tolist(), drawn.cell.tolist())

    report = run(made_lot(), swapped, num_draws=30)
    assert {check.subject for check in report.failed if check.family == "exact"} == {"none", "all"}


def test_same_series_gives_the_same_report_and_another_series_another() -> None:
    """Seeds follow from commitment and series alone."""
    lot = open_lot(200, 20)
    assert simulate(lot, 20) == simulate(lot, 20)
    assert simulate(lot, 20) != simulate(lot, 20, series=2)
    assert lot.derived_seed(1, 1) != lot.derived_seed(1, 2)


def lot_of(kind: str, draw_id: str) -> Lot:
    """Lot of a draw of the tiny year's record."""
    return load_lot(Draw(draw_id=draw_id, record=open_record(MemorySource(Year().record(kind)))))


@pytest.mark.parametrize(("kind", "draw_id"), [("audit", "2026-1-1"), ("audit", "2026-2-2"), ("public", "2026-1-1")])
def test_lot_of_a_record_draws_the_list_on_record(kind: str, draw_id: str) -> None:
    """Audit record, and an open round of the public record: the seed on record draws the firms on record."""
    lot = lot_of(kind, draw_id)
    assert lot.draws_as_recorded()
    assert simulate(lot, 50).fits


def test_list_that_the_seed_does_not_draw_is_told() -> None:
    """A record whose list was changed fits no simulation, whatever the frequencies."""
    good = lot_of("audit", "2026-2-2")
    assert good.drawn is not None
    changed = Lot(**{**{name: getattr(good, name) for name in Lot.__slots__}, "drawn": good.drawn[:-1]})
    report = simulate(changed, 50)
    assert report.as_recorded is False
    assert not report.fits


def test_targeted_round_of_a_public_record_is_refused() -> None:
    """Without salts nobody can draw it again."""
    with pytest.raises(RecordError, match="expected the audit record"):
        lot_of("public", "2026-2-2")


def test_tails_are_those_of_scipy() -> None:
    """Binomial, chi-square and normal tails beside those of `scipy.stats`, far out and at the ends too."""
    counts, chances = (grid.ravel() for grid in np.meshgrid(np.arange(-1.0, 42.0), [0.0, 1e-6, 0.03, 0.5, 0.97, 1.0]))
    below, above = binomial_tails(counts, 40, chances)
    assert np.allclose(below, stats.binom.cdf(counts, 40, chances), rtol=1e-9, atol=1e-300)
    assert np.allclose(above, stats.binom.sf(counts - 1, 40, chances), rtol=1e-9, atol=1e-300)
    for value, degrees in ((0.0, 3), (0.5, 1), (120.0, 100.5), (5_000.0, 4_000)):
        assert chi_square_tails(value, degrees) == pytest.approx(
            (stats.chi2.cdf(value, degrees), stats.chi2.sf(value, degrees)), rel=1e-9
        )
    for deviations in (-3.0, 0.0, 1.96, 12.0):
        assert normal_tail(deviations) == pytest.approx(stats.norm.sf(deviations), rel=1e-9)
        assert normal_reach(normal_tail(deviations)) == pytest.approx(deviations, abs=1e-9)
