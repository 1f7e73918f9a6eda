"""
What many simulated draws come to: sums that are added to draw by draw, in memory that does not grow with their number.

All means and variances here are exact. Let stratum h have N firms, n of which one seed draws. Given n, the draw is a
simple random sample without replacement:

- of the firms of a group, m of which are in the stratum, n m / N are expected with the variance
  n (N - n) / (N - 1) · (m / N) (1 - m / N);
- of J pairs of firms, D of which have a firm in common two by two, J p2 are expected to be drawn whole with the
  variance J p2 + 2 D p3 + (J (J - 1) - 2 D) p4 - (J p2)², where p_k = n (n-1) … (n-k+1) / (N (N-1) … (N-k+1));
- the sum over firms of squared deviations, summed over seeds, is told in `scheduler.audit.simulation.checks`.

Over seeds, the quotas of a cell, and the visits of a district in a line, are their expectation rounded down or up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.audit.formats.words import MICRO
from scheduler.audit.simulation.lot import Lot, Numbers, Outcome

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """
    Firms in groups that a fair draw must not tell apart.

    Attributes
    ----------
    name
        ``position``, ``district`` or ``prefix``.
    labels
        What each group is.
    group
        Group of each firm, shape (n,).
    """

    name: str
    labels: tuple[str, ...]
    group: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """
    Pairs of firms of one stratum a fixed way apart in the list.

    Attributes
    ----------
    name
        ``next``, ``second``, ``third`` or ``step``: as far apart as one jump through the list would be.
    partner
        Position, in the order by stratum and id, of the other firm of each firm's pair; -1 where there is none.
    num_pairs, num_chained
        Pairs of each stratum, and those firms that are in two of them, shape (strata,).
    """

    name: str
    partner: Numbers
    num_pairs: Reals
    num_chained: Reals


class GroupTally:
    """Sums of one grouping, each of shape (groups,)."""

    def __init__(self, grouping: Grouping, stratum: Numbers, sizes: Numbers) -> None:
        self.grouping = grouping
        number = len(grouping.labels)
        members = np.zeros((number, len(sizes)), dtype=np.float64)
        np.add.at(members, (grouping.group, stratum), 1.0)
        self.share = members / np.maximum(sizes, 1)
        self._spread = self.share * (1 - self.share)
        self.found = np.zeros(number, dtype=np.int64)
        self.expected = np.zeros(number)
        self.variance = np.zeros(number)
        self.squares = np.zeros(number)  # squared deviations, each over its variance

    def add(self, position: Numbers, taken: Reals, scale: Reals) -> None:
        """Adds a draw; `scale` is n (N - n) / (N - 1) of each stratum."""
        found = np.bincount(self.grouping.group[position], minlength=len(self.found))
        expected, variance = self.share @ taken, self._spread @ scale
        self.found += found
        self.expected += expected
        self.variance += variance
        self.squares += np.divide((found - expected) ** 2, variance, out=np.zeros(len(found)), where=variance > 0)


class PairTally:
    """Pairs of one pairing that were drawn whole: found, expected, variance."""

    def __init__(self, pairing: Pairing) -> None:
        self.pairing = pairing
        self.found, self.expected, self.variance = 0, 0.0, 0.0

    def add(self, inside: npt.NDArray[np.bool_], chances: tuple[Reals, Reals, Reals]) -> None:
        """Adds a draw; `inside` tells in the order by stratum and id who is drawn, `chances` those of 2, 3, 4 firms."""
        drawn = np.flatnonzero(inside)
        partner = self.pairing.partner[drawn]
        self.found += int(np.count_nonzero(inside[partner[partner >= 0]]))
        pairs, chained = self.pairing.num_pairs, self.pairing.num_chained
        p2, p3, p4 = chances
        mean = pairs * p2
        self.expected += float(mean.sum())
        self.variance += float((mean + 2 * chained * p3 + (pairs * (pairs - 1) - 2 * chained) * p4 - mean**2).sum())


class Tally:
    """
    Everything that is counted over the simulated draws of a lot.

    Parameters
    ----------
    lot
        The lot.
    groupings
        Ways to group its firms.
    """

    def __init__(self, lot: Lot, groupings: Sequence[Grouping]) -> None:
        self.lot = lot
        self.num_draws = 0
        self.sizes = np.bincount(lot.stratum, minlength=len(lot.strata))
        self.firms = np.zeros(len(lot), dtype=np.int64)
        self.cells = np.zeros(len(lot.cells), dtype=np.int64)
        self.off_cells = np.zeros(len(lot.cells), dtype=np.int64)  # quotas that are no rounding of their expectation
        self.off_totals = 0  # draws with another number of visits that count
        self.taken = np.zeros(len(lot.strata))
        self.variances = np.zeros(len(lot.strata))  # sums of n (N - n) / N
        self.variances_squared = np.zeros(len(lot.strata))
        self.groups = tuple(GroupTally(grouping, lot.stratum, self.sizes) for grouping in groupings)
        self._order = np.argsort(lot.stratum, kind="stable")
        self._sizes = self.sizes.astype(np.float64)
        self.pairs = tuple(PairTally(pairing) for pairing in _pairings(lot, self.sizes))
        self._whole = np.array([cell.visits_micro // MICRO for cell in lot.cells], dtype=np.int64)
        self._part = np.array([cell.visits_micro % MICRO > 0 for cell in lot.cells], dtype=np.bool_)
        self._rest = np.array([cell.rest for cell in lot.cells], dtype=np.bool_)
        self._counting = np.array([cell.counting for cell in lot.cells], dtype=np.bool_)
        self._visits = sum(cell.visits_micro for cell in lot.cells if cell.counting) // MICRO

    def add(self, outcome: Outcome) -> None:
        """Adds a draw."""
        lot, position = self.lot, outcome.position
        self.num_draws += 1
        self.firms[position] += 1
        quotas = np.bincount(outcome.cell, minlength=len(lot.cells))
        self.cells += quotas
        over = quotas - self._whole
        self.off_cells += ((over < 0) | (over > self._part)) & ~self._rest
        self.off_totals += int(quotas[self._counting].sum()) != self._visits
        taken = np.bincount(lot.stratum[position], minlength=len(lot.strata)).astype(np.float64)
        scale = taken * (self._sizes - taken) / np.maximum(self._sizes - 1, 1)
        variances = taken * (self._sizes - taken) / np.maximum(self._sizes, 1)
        self.taken += taken
        self.variances += variances
        self.variances_squared += variances**2
        for group in self.groups:
            group.add(position, taken, scale)
        inside = np.zeros(len(lot), dtype=np.bool_)
        inside[position] = True
        ordered, chances = inside[self._order], _all_drawn(taken, self._sizes)
        for pair in self.pairs:
            pair.add(ordered, chances)


def _all_drawn(taken: Reals, sizes: Reals) -> tuple[Reals, Reals, Reals]:
    """Chances that 2, 3 and 4 given firms of a stratum are all drawn, 0 where it has not so many firms."""
    one = _share(taken, sizes)
    two = one * _share(taken - 1, sizes - 1)
    three = two * _share(taken - 2, sizes - 2)
    return two, three, three * _share(taken - 3, sizes - 3)


def _share(part: Reals, whole: Reals) -> Reals:
    return np.divide(np.maximum(part, 0), whole, out=np.zeros(len(whole)), where=whole > 0)


def _pairings(lot: Lot, sizes: Numbers) -> list[Pairing]:
    expected = np.zeros(len(lot.strata))
    place = {name: number for number, name in enumerate(lot.strata)}
    for cell in lot.cells:
        expected[place[cell.stratum]] += cell.visits_micro / MICRO
    jump = np.where(expected > 0, np.rint(sizes / np.maximum(expected, 1e-9)), 0).astype(np.int64)
    jump = np.where(jump > 3, jump, 0)  # nearer ones are looked at already
    ways = [(name, np.full(len(sizes), apart)) for apart, name in enumerate(("next", "second", "third"), start=1)]
    return [_pairing(name, apart, lot.stratum, sizes) for name, apart in (*ways, ("step", jump))]


def _pairing(name: str, apart: Numbers, stratum: Numbers, sizes: Numbers) -> Pairing:
    """Pairs `apart` places from each other in their stratum; none where that is 0."""
    ordered = np.sort(stratum)
    ends = np.cumsum(sizes)[ordered]
    partner = np.arange(len(ordered)) + apart[ordered]
    partner = np.where((partner < ends) & (apart[ordered] > 0), partner, -1)
    return Pairing(
        name=name,
        partner=partner,
        num_pairs=np.where(apart > 0, np.maximum(sizes - apart, 0), 0).astype(np.float64),
        num_chained=np.where(apart > 0, np.maximum(sizes - 2 * apart, 0), 0).astype(np.float64),
    )
