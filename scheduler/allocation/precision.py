"""
How precisely the plan's visits will tell the violation rate, and the visits that a wanted precision needs.

Let a group (a tier, or a district) have N firms in strata h of N[h] firms, each visited in the year with chance π[h],
and let p[h] be the share of its firms in violation, for which the policy's expected findings of the tier stand. The
estimate of the group's rate weighs each visit by 1 / π[h]; drawn without replacement within strata, its variance is

    (1 / N²) · Σ_h N[h] · p[h] · (1 − p[h]) · (1 / π[h] − 1),

up to terms of 1 / N[h] [1]_. Rounds are taken as one sample with the sum of their chances, which is what weighing them
by fixed weights comes to when they are alike; a firm visited with certainty adds nothing.

The fewest visits for a variance V are those with π[h] proportional to √(p[h] (1 − p[h])) [2]_. Where the policy asks
for a standard error, every stratum of the group gets at least these chances; so the variance is kept whatever the
optimum adds. Strata that cannot have them, for want of firms that rounds may take, have what they can.

References
----------
.. [1] Cochran (1977), Sampling Techniques, 3rd ed., sections 5.3 and 9A.7
.. [2] Neyman (1934), J. R. Stat. Soc. 97: 558-625, doi:10.2307/2342192
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.allocation.matrix import Floats
from scheduler.allocation.target import PlannedRound
from scheduler.registry.codes import RoundKind
from scheduler.registry.items import MICRO

Group = tuple[str, str, str]  # district, object type, tier


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    """
    What the plan will tell of one group.

    Attributes
    ----------
    name
        Codes of the group: (object type, tier) or (object type, district).
    num_firms
        Firms in operation.
    expected_rate
        Share of them expected to be in violation.
    standard_error
        Expected standard error of the estimated share; infinite where some of its firms have no chance of a visit.
    """

    name: tuple[str, ...]
    num_firms: int
    expected_rate: float
    standard_error: float


def standard_error(num_firms: Floats, chance: Floats, rate: Floats) -> float:
    """
    Standard error of a group's estimated violation rate.

    Parameters
    ----------
    num_firms, chance, rate
        Firms of each stratum, their chance of a visit in the year, and the share expected in violation, shape (k,).

    Examples
    --------
    One stratum of 1,000 firms, a tenth visited, a fifth in violation: √(0.2 · 0.8 · 9 / 1,000).

    >>> round(standard_error(np.array([1000.0]), np.array([0.1]), np.array([0.2])), 5)
    0.03795
    """
    present = num_firms > 0
    if not bool(present.any()):
        return 0.0
    if bool((chance[present] <= 0).any()):
        return float("inf")
    part = rate * (1 - rate) * num_firms * (1 / np.where(present, np.minimum(chance, 1.0), 1.0) - 1)
    return float(np.sqrt(part[present].sum()) / num_firms.sum())


def least_chances(num_firms: Floats, rate: Floats, error: float) -> Floats:
    """
    Chances of each stratum by which the fewest visits reach a standard error, shape (k,), each at most 1.

    Examples
    --------
    >>> chances = least_chances(np.array([1000.0]), np.array([0.2]), 0.03795)
    >>> round(float(chances[0]), 4)
    0.1
    """
    spread = np.sqrt(np.clip(rate * (1 - rate), 0.0, None))
    allowed = (error * num_firms.sum()) ** 2
    chance = np.zeros(len(num_firms), dtype=np.float64)
    certain = np.zeros(len(num_firms), dtype=np.bool_)
    while True:
        open_ = ~certain
        denominator = allowed + (num_firms * spread**2)[open_].sum()
        factor = (num_firms * spread)[open_].sum() / denominator if denominator > 0 else np.inf
        chance[open_] = np.where(spread[open_] > 0, factor * spread[open_], 0.0) if np.isfinite(factor) else 1.0
        over = open_ & (chance > 1)
        if not bool(over.any()):
            return np.minimum(chance, 1.0)
        certain |= over
        chance[certain] = 1.0


def expected_errors(
    rounds: Sequence[PlannedRound],
    cells: Mapping[int, Sequence[Cell]],
    firms: Mapping[Group, int],
    *,
    rates: Mapping[str, float],
    counted_types: Sequence[str],
) -> tuple[tuple[ErrorLine, ...], tuple[ErrorLine, ...]]:
    """
    Expected standard errors by (object type, tier), and by (object type, district).

    Parameters
    ----------
    rounds, cells
        All rounds of the year, and the cells of each by its number.
    firms
        Firms in operation by (district, object type, tier).
    rates
        Share of a tier's firms expected in violation.
    counted_types
        Object types that open rounds draw from.
    """
    strata = _strata(rounds, cells, firms, frozenset(counted_types))
    by_tier: dict[tuple[str, ...], list[tuple[float, float, float]]] = defaultdict(list)
    by_district: dict[tuple[str, ...], list[tuple[float, float, float]]] = defaultdict(list)
    for (district, object_type, tier), number, chance in strata:
        piece = (number, chance, min(1.0, rates[tier]))
        by_tier[object_type, tier].append(piece)
        by_district[object_type, district].append(piece)
    order = {tier: number for number, tier in enumerate(rates)}
    tiers = sorted(_lines(by_tier), key=lambda line: (line.name[0], order[line.name[1]]))
    return tuple(tiers), tuple(_lines(by_district))


def _strata(
    rounds: Sequence[PlannedRound],
    cells: Mapping[int, Sequence[Cell]],
    firms: Mapping[Group, int],
    counted_types: frozenset[str],
) -> list[tuple[Group, float, float]]:
    """
    Group, firms and chance of every stratum of the rounds still to draw; firms outside them are one more of each group.

    What rounds before them drew is spread over the group, as are open rounds.
    """
    before: dict[Group, float] = defaultdict(float)
    size: dict[str, int] = {}
    own: dict[str, float] = defaultdict(float)
    counted = sum(number for group, number in firms.items() if group[1] in counted_types)
    everywhere = 0.0
    for entry in rounds:
        for cell in cells.get(entry.number, ()):
            visits = cell.visits_micro / MICRO
            if cell.stratum == OPEN_STRATUM:
                everywhere += visits / max(1, counted)
            elif entry.drawn:
                before[_group(cell.stratum)] += visits
            elif entry.kind is RoundKind.TARGETED:
                size[cell.stratum] = cell.num_firms
                own[cell.stratum] += visits / max(1, cell.num_firms)
    left = dict(firms)
    found: list[tuple[Group, float, float]] = []
    for stratum, number in size.items():
        group = _group(stratum)
        left[group] = left.get(group, 0) - number
        found.append((group, float(number), own[stratum]))
    found += [(group, float(number), 0.0) for group, number in sorted(left.items()) if number > 0]
    return [
        (group, number, chance + before[group] / max(1, firms.get(group, 0)) + everywhere * (group[1] in counted_types))
        for group, number, chance in found
    ]


def _group(stratum: str) -> Group:
    district, object_type, tier, _tasks = stratum.split("/", 3)
    return district, object_type, tier


def _lines(groups: Mapping[tuple[str, ...], list[tuple[float, float, float]]]) -> list[ErrorLine]:
    lines = []
    for name, pieces in sorted(groups.items()):
        number, chance, rate = np.array(pieces, dtype=np.float64).T
        lines.append(
            ErrorLine(
                name=name,
                num_firms=round(float(number.sum())),
                expected_rate=float(number @ rate / number.sum()),
                standard_error=standard_error(number, chance, rate),
            )
        )
    return lines
