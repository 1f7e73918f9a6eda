"""
Tests of a tally against the chances on record, and one verdict over all of them.

Each test has a p-value: how often a fair draw would look at least so far off. Those of single cells and single firms
are exact binomial ones, because seeds are independent; the worst of k is multiplied by k (Bonferroni). All tests
together are judged by Holm's method [1]_, which needs no independence: a fair draw is called unfair at most as often as
`level` says. What must hold for every seed (quotas that are a rounding of their expectation, chances of 0 and 1, the
total) is no matter of chance: one exception is enough.

Equality within strata is judged by T = sum over firms of (times drawn - times expected)². With a_s = n_s (N - n_s) / N
for each seed s, its mean is sum a_s, and its variance 2 ((sum a_s)² - sum a_s²) / (N - 1), because the overlap of two
seeds' samples is hypergeometric. A scaled chi-square with this mean and variance gives the p-value [2]_.

References
----------
.. [1] Holm (1979), Scandinavian Journal of Statistics 6: 65-70
.. [2] Satterthwaite (1946), Biometrics Bulletin 2: 110-114, doi:10.2307/3002019
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scheduler.audit.formats.words import MICRO
from scheduler.audit.simulation.laws import binomial_tails, chi_square_tails, normal_tail
from scheduler.audit.simulation.lot import Lot, Numbers
from scheduler.audit.simulation.tally import Grouping, GroupTally, Reals, Tally

LEVEL = 0.01
LEAST_VARIANCE = 25.0  # below it a number of firms is not near enough to a normal one
LEAST_SPREAD = 10.0  # the same for its square: the fourth cumulant left out is at most a twentieth of its variance
LEAST_PAIRS = 50.0
PARTS = 10
MOST_PREFIXES = 40
PREFIX_LENGTHS = (2, 8)  # registering department and kind of organisation; these and the registrar (GB 32100-2015)
OTHER = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    One test.

    Attributes
    ----------
    family
        ``exact``, ``equal``, ``quota``, ``firm``, ``position``, ``district``, ``prefix``, ``pair`` or ``spread``.
    subject
        What it is about: part of the list, district, beginning of codes, pairing, cell or firm.
    found, expected, deviation
        What was counted, its expectation and standard deviation; for ``exact`` the exceptions, 0 and 0.
    p_value
        As the module says; 0 or 1 for ``exact``.
    adjusted
        p-value after Holm's method, at most 1.
    """

    family: str
    subject: str
    found: float
    expected: float
    deviation: float
    p_value: float
    adjusted: float = 1.0

    def document(self) -> dict[str, Any]:
        """The test for machines."""
        names = ("family", "subject", "found", "expected", "deviation", "p_value", "adjusted")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """
    What a simulation came to.

    Attributes
    ----------
    draw_id, is_open, num_firms, num_draws, series
        What was simulated, and how often.
    level
        How often a fair draw may be called unfair.
    as_recorded
        Whether the seed on record draws the list on record; None before the draw.
    checks
        All tests.
    """

    draw_id: str
    is_open: bool
    num_firms: int
    num_draws: int
    series: int
    level: float
    as_recorded: bool | None
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """Tests that a fair draw would hardly fail, the clearest first."""
        return tuple(sorted((c for c in self.checks if c.adjusted <= self.level), key=lambda c: c.adjusted))

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against the chances on record."""
        return not self.failed and self.as_recorded is not False

    def document(self) -> dict[str, Any]:
        """The report for machines."""
        names = ("draw_id", "is_open", "num_firms", "num_draws", "series", "level", "as_recorded", "fits")
        return {**{name: getattr(self, name) for name in names}, "checks": [check.document() for check in self.checks]}


def groupings_of(lot: Lot) -> tuple[Grouping, ...]:
    """Tenths of the list, districts where they are known, and beginnings of codes."""
    number = len(lot)
    parts = min(PARTS, number)
    tenths = Grouping(
        name="position",
        labels=tuple(str(part + 1) for part in range(parts)),
        group=np.arange(number, dtype=np.int64) * parts // max(number, 1),
    )
    districts = Grouping(name="district", labels=lot.districts, group=lot.district)
    return (tenths, *([districts] if lot.districts else []), *(_prefixes(lot, length) for length in PREFIX_LENGTHS))


def _prefixes(lot: Lot, length: int) -> Grouping:
    names, group, counts = np.unique(lot.firm_id.astype(f"S{length}"), return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_PREFIXES])
    place = np.full(len(names), len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    labels = [name.decode("ascii") for name in names[kept].tolist()]
    return Grouping(name="prefix", labels=(*labels, *([OTHER] if len(names) > len(kept) else [])), group=place[group])


def all_checks(tally: Tally) -> tuple[Check, ...]:
    """All tests of a tally, with p-values adjusted by Holm's method."""
    found = [
        *_exact(tally),
        *_equal(tally),
        *_quotas(tally),
        *_districts(tally),
        *_firms(tally),
        *itertools.chain.from_iterable(_groups(group) for group in tally.groups),
        *itertools.chain.from_iterable(_spreads(group, tally.num_draws) for group in tally.groups),
        *_pairs(tally),
    ]
    return holm(found)


def holm(checks: Sequence[Check]) -> tuple[Check, ...]:
    """
    The tests with adjusted p-values, in their order.

    Examples
    --------
    >>> def one(p): return Check(family="pair", subject="", found=0, expected=0, deviation=1, p_value=p)
    >>> [check.adjusted for check in holm([one(0.5), one(0.25), one(0.125)])]
    [0.5, 0.5, 0.375]
    """
    order = sorted(range(len(checks)), key=lambda index: checks[index].p_value)
    adjusted, least = [0.0] * len(checks), 0.0
    for rank, index in enumerate(order):
        least = max(least, min(1.0, (len(checks) - rank) * checks[index].p_value))
        adjusted[index] = least
    return tuple(replace(check, adjusted=value) for check, value in zip(checks, adjusted, strict=True))


def _exact(tally: Tally) -> Iterator[Check]:
    """What holds for every seed: totals, quotas, and chances of none and all."""
    expected = expected_visits(tally.lot)
    sizes, firms, stratum = tally.sizes, tally.firms, tally.lot.stratum
    none, every = expected == 0, expected == sizes * MICRO
    exceptions = (
        ("total", tally.off_totals),
        ("quota", int(tally.off_cells.sum())),
        ("none", int(firms[none[stratum]].sum())),
        ("all", int((tally.num_draws - firms[every[stratum]]).sum())),
    )
    for subject, number in exceptions:
        yield Check(
            family="exact",
            subject=subject,
            found=float(number),
            expected=0.0,
            deviation=0.0,
            p_value=0.0 if number else 1.0,
        )


def expected_visits(lot: Lot) -> Numbers:
    """Expected visits of each stratum in 10^-6; over its firms, the chance on record."""
    expected = np.zeros(len(lot.strata), dtype=np.int64)
    place = {name: number for number, name in enumerate(lot.strata)}
    for cell in lot.cells:
        expected[place[cell.stratum]] += cell.visits_micro
    return expected


def _equal(tally: Tally) -> Iterator[Check]:
    """Whether firms of one stratum are drawn equally often, neither too unequally nor too evenly."""
    expected = tally.taken / np.maximum(tally.sizes, 1)
    squares = np.bincount(
        tally.lot.stratum, (tally.firms - expected[tally.lot.stratum]) ** 2, minlength=len(tally.sizes)
    )
    many = tally.sizes > 1
    mean = float(tally.variances[many].sum())
    variance = float(
        (2 * (tally.variances**2 - tally.variances_squared)[many] / (tally.sizes[many] - 1)).clip(min=0).sum()
    )
    if variance <= 0:
        return
    found, degrees = float(squares[many].sum()), 2 * mean**2 / variance
    statistic = found * 2 * mean / variance
    p_value = 2 * min(chi_square_tails(statistic, degrees))
    yield _check("equal", "", found, mean, variance**0.5, p_value)


def _quotas(tally: Tally) -> Iterator[Check]:
    """Whether each cell's quota is rounded up as often as its fraction says; the worst cell stands for all."""
    cells = tally.lot.cells
    kept = [index for index, cell in enumerate(cells) if not cell.rest and cell.visits_micro % MICRO]
    whole = np.array([cells[index].visits_micro // MICRO for index in kept], dtype=np.int64)
    share = np.array([cells[index].visits_micro % MICRO / MICRO for index in kept])
    names = [f"{cells[index].stratum} {cells[index].package}" for index in kept]
    yield from _worst("quota", names, tally.cells[kept], share, tally.num_draws, whole)


def _districts(tally: Tally) -> Iterator[Check]:
    """Whether a district's visits of a line, which are rounded together, are rounded up as often as they should be."""
    if tally.lot.is_open:
        return
    sums: dict[tuple[str, str], list[int]] = {}
    for index, cell in enumerate(tally.lot.cells):
        if not cell.rest:
            entry = sums.setdefault((cell.stratum.split("/", 1)[0], cell.line), [0, 0])
            entry[0] += cell.visits_micro
            entry[1] += int(tally.cells[index])
    for (district, line), (expected, found) in sorted(sums.items()):
        whole, part = divmod(expected, MICRO)
        if part:
            share, name = np.array([part / MICRO]), f"{district} {line}"
            yield from _worst("district", [name], np.array([found]), share, tally.num_draws, np.array([whole]))


def _firms(tally: Tally) -> Iterator[Check]:
    """Whether each firm is drawn as often as its chance says; the worst firm stands for all."""
    chance = expected_visits(tally.lot) / MICRO / np.maximum(tally.sizes, 1)
    names = tally.lot.firm_id.astype("U18").tolist()
    share, nothing = chance[tally.lot.stratum].clip(0, 1), np.zeros(len(tally.lot), dtype=np.int64)
    yield from _worst("firm", names, tally.firms, share, tally.num_draws, nothing)


def _worst(
    family: str, names: Sequence[str], counts: Numbers, share: Reals, num_draws: int, whole: Numbers
) -> Iterator[Check]:
    """The least of two-sided binomial p-values, times their number; `whole` is what each draw takes for certain."""
    if not len(counts):
        return
    found = counts - num_draws * whole
    pairs, place = np.unique(np.stack([found.astype(np.float64), share]), axis=1, return_inverse=True)
    below, above = binomial_tails(pairs[0], num_draws, pairs[1])
    p_values = np.minimum(2 * np.minimum(below, above), 1.0)[place.ravel()]
    worst = int(np.argmin(p_values))
    p = float(share[worst])
    deviation = (num_draws * p * (1 - p)) ** 0.5
    p_value = min(1.0, float(p_values[worst]) * len(found))
    yield _check(family, names[worst], float(counts[worst]), num_draws * (int(whole[worst]) + p), deviation, p_value)


def _groups(group: GroupTally) -> Iterator[Check]:
    """Whether a group of firms is drawn as often as its share of each stratum says."""
    for index, label in enumerate(group.grouping.labels):
        variance = float(group.variance[index])
        if variance >= LEAST_VARIANCE:
            found, expected = float(group.found[index]), float(group.expected[index])
            p_value = 2 * normal_tail(abs(found - expected) / variance**0.5)
            yield _check(group.grouping.name, label, found, expected, variance**0.5, p_value)


def _spreads(group: GroupTally, num_draws: int) -> Iterator[Check]:
    """Whether firms of a group are drawn together more or less than apart: its number then varies otherwise."""
    for index, label in enumerate(group.grouping.labels):
        if float(group.variance[index]) >= LEAST_SPREAD * num_draws:
            squares = float(group.squares[index])
            p_value = 2 * min(chi_square_tails(squares, num_draws))
            subject = f"{group.grouping.name} {label}"
            yield _check("spread", subject, squares, float(num_draws), (2 * num_draws) ** 0.5, p_value)


def _pairs(tally: Tally) -> Iterator[Check]:
    """Whether firms a fixed way apart in the list are drawn together as often as any two of their stratum."""
    for pair in tally.pairs:
        if pair.expected >= LEAST_PAIRS and pair.variance > 0:
            p_value = 2 * normal_tail(abs(pair.found - pair.expected) / pair.variance**0.5)
            yield _check("pair", pair.pairing.name, float(pair.found), pair.expected, pair.variance**0.5, p_value)


def _check(family: str, subject: str, found: float, expected: float, deviation: float, p_value: float) -> Check:
    return Check(
        family=family,
        subject=subject,
        found=found,
        expected=expected,
        deviation=deviation,
        p_value=min(1.0, float(p_value)),
    )
