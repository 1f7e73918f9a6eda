"""
From firms drawn to the sums that estimates are made of, for many groups at once.

Firms are columns of a fixed population; groups (districts, tiers, …) and classes are columns of codes. A round speaks
of a class of a group only if its draw could reach almost all of it: all but 5 % of the firms whose result is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.registry.frame import Integers, Mask
from scheduler.results.estimates.des_raj import Floats, RoundSums
from scheduler.results.estimates.rates import Rates, estimate_rates

LEAST_REACH = 0.95  # of a class that a round must reach to speak of it
NO_RESULT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSample:
    """
    One round over a population of n firms.

    Attributes
    ----------
    pool
        Firms that the round could draw, shape (n,).
    firm
        Positions of the firms drawn, shape (m,).
    chance
        Chance of each of them in the round, in (0, 1], shape (m,).
    outcome
        1 for a finding, 0 for none, `NO_RESULT`, shape (m,).
    """

    pool: Mask
    firm: Integers
    chance: Floats
    outcome: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        if not len(self.firm) == len(self.chance) == len(self.outcome):
            raise ValueError("expected columns of one length")
        if bool(((self.chance <= 0) | (self.chance > 1)).any()):
            raise ValueError("expected chances above 0 and up to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRates:
    """Numbers of a group and its rates: firms, visits with a result, those with a finding; None without any visit."""

    num_firms: int
    num_visits: int
    num_findings: int
    rates: Rates | None


class _Cells:
    """Counts over groups and classes."""

    def __init__(self, group: Integers, num_groups: int, classes: Integers, num_classes: int) -> None:
        self._cell = np.where((group >= 0) & (classes >= 0), group * num_classes + classes, -1)
        self._shape = (num_groups, num_classes)

    def total(self, firms: Integers, values: Floats | None = None) -> Floats:
        """Sum of values over the firms of each group and class, or their number."""
        cell = self._cell[firms]
        inside = cell >= 0
        weights = None if values is None else values[inside]
        size = self._shape[0] * self._shape[1]
        return np.bincount(cell[inside], weights, minlength=size).astype(np.float64).reshape(self._shape)

    def of(self, firms: Integers, table: Floats) -> Floats:
        """Value of a table at the cell of each firm, 1 outside."""
        cell = self._cell[firms]
        return np.asarray(np.where(cell >= 0, table.ravel()[np.maximum(cell, 0)], 1.0))


def round_sums(
    rounds: Sequence[RoundSample], group: Integers, num_groups: int, classes: Integers, num_classes: int
) -> RoundSums:
    """
    Sums of all groups, shape (groups, rounds, classes).

    Parameters
    ----------
    rounds
        In the order drawn.
    group, classes
        Codes of each firm, -1 for none, shape (n,).
    """
    cells = _Cells(group, num_groups, classes, num_classes)
    size = cells.total(np.arange(len(group)))
    known, found, drawn = (np.zeros(len(group), dtype=np.bool_) for _column in range(3))
    parts: list[tuple[Floats, ...]] = []
    for sample in rounds:
        parts.append(_round_part(cells, sample, size, known, found, drawn))
        answered = sample.outcome != NO_RESULT
        known[sample.firm[answered]] = True
        found[sample.firm[sample.outcome == 1]] = True
        drawn[sample.firm] = True
    columns = zip(*parts, strict=True)
    return RoundSums(**dict(zip(RoundSums.__slots__, (np.stack(column, axis=1) for column in columns), strict=True)))


def _round_part(
    cells: _Cells, sample: RoundSample, size: Floats, known: Mask, found: Mask, drawn: Mask
) -> tuple[Floats, ...]:
    left = cells.total(np.flatnonzero(~known & (sample.pool | drawn)))
    before = cells.total(np.flatnonzero(known))
    new = ~known[sample.firm]
    answered = new & (sample.outcome != NO_RESULT)
    asked_weight = cells.total(sample.firm[new], 1 / sample.chance[new])
    firms, weight = sample.firm[answered], 1 / sample.chance[answered]
    told = cells.total(firms, weight)
    response = np.divide(told, asked_weight, out=np.ones_like(told), where=asked_weight > 0)
    square = weight**2 * (1 - sample.chance[answered] * cells.of(firms, response))
    reached = before + left >= LEAST_REACH * size
    return (
        before,
        cells.total(np.flatnonzero(found)),
        np.where(reached, left, np.maximum(size - before, 0.0)),
        np.where(reached, told, 0.0),
        np.where(reached, cells.total(firms, weight * (sample.outcome[answered] == 1)), 0.0),
        np.where(reached, cells.total(firms, square), 0.0),
        np.where(reached, asked_weight, 0.0),
    )


def group_rates(
    rounds: Sequence[RoundSample],
    group: Integers,
    num_groups: int,
    classes: Integers,
    planned: Floats,
    *,
    alike: bool = False,
) -> tuple[GroupRates, ...]:
    """
    Rates of all groups.

    Parameters
    ----------
    rounds, group, classes
        As in `round_sums`.
    planned
        Chance of a firm that is left in each round and class, as first planned, shape (rounds, classes).
    alike
        Whether the same class is much the same in all groups, so that intervals may borrow (see `estimate_rates`).
    """
    num_classes = planned.shape[1]
    cells = _Cells(group, num_groups, classes, num_classes)
    size = cells.total(np.arange(len(group)))
    outcome = np.full(len(group), NO_RESULT, dtype=np.int8)
    for sample in rounds:
        new = (outcome[sample.firm] == NO_RESULT) & (sample.outcome != NO_RESULT)
        outcome[sample.firm[new]] = sample.outcome[new]
    visits = cells.total(np.flatnonzero(outcome != NO_RESULT)).sum(axis=1)
    findings = cells.total(np.flatnonzero(outcome == 1)).sum(axis=1)
    sums = round_sums(rounds, group, num_groups, classes, num_classes) if len(rounds) else None
    found = []
    for number in range(num_groups):
        rates = None
        if sums is not None and visits[number] > 0:
            own, others = _own_and_others(sums, number)
            asked = others if alike and num_groups > 1 else None
            estimated = estimate_rates(own, size[number], planned, others=asked)
            rates = _bounded(estimated, visits[number], findings[number], size[number])
        found.append(
            GroupRates(
                num_firms=int(size[number].sum()),
                num_visits=int(visits[number]),
                num_findings=int(findings[number]),
                rates=rates,
            )
        )
    return tuple(found)


def _own_and_others(sums: RoundSums, number: int) -> tuple[RoundSums, RoundSums]:
    """Sums of one group, and of all others together."""
    columns = {name: getattr(sums, name) for name in RoundSums.__slots__}
    own = RoundSums(**{name: column[number] for name, column in columns.items()})
    rest = RoundSums(**{name: np.delete(column, number, axis=0).sum(axis=0) for name, column in columns.items()})
    return own, rest


def _bounded(rates: Rates, visits: float, findings: float, size: Floats) -> Rates:
    """What was seen is certain: so many firms have a finding at least, and so many have none."""
    firms = float(size.sum())
    low, high = findings / firms, 1 - (visits - findings) / firms
    return Rates(
        rate=np.clip(rates.rate, low, high),
        low=np.clip(rates.low, low, high),
        high=np.clip(rates.high, low, high),
        standard_error=rates.standard_error,
        effective_visits=rates.effective_visits,
    )
