"""
The plan as data: expected visits of one stratum, package and round, in whole 10^-6 visits (specification, section 6.1).

A cell is what a round's commitment freezes and what an auditor reads; how it was computed is no part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scheduler.registry.items import MICRO

OPEN_STRATUM = "open"  # the one stratum of an open round


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    One row of `allocation.tsv`.

    Attributes
    ----------
    stratum
        Written as in section 1.6: ``district/object type/tier/task ids joined by +``, or ``open``.
    package
        Tasks one visit serves: ids ascending, joined by ``+``.
    counting
        Whether its visits count towards the target T.
    rest
        Whether it takes what the stratum's other cells leave of a whole number of visits.
    num_firms
        Firms of the stratum in the round.
    visits_micro
        Expected visits in 10^-6.
    """

    stratum: str
    package: str
    counting: bool
    rest: bool
    num_firms: int
    visits_micro: int

    def __post_init__(self) -> None:
        if not self.stratum or not self.package:
            raise ValueError("expected a cell with a stratum and a package, got an empty name")
        if self.num_firms < 0 or self.visits_micro < 0:
            raise ValueError(f"{self.stratum}: expected no negative number, got {self.num_firms}, {self.visits_micro}")

    @property
    def district(self) -> str:
        """First level of the stratum's name."""
        return self.stratum.split("/", 1)[0]

    @property
    def district_and_type(self) -> str:
        """First two levels of the stratum's name."""
        return "/".join(self.stratum.split("/", 2)[:2])

    @property
    def tasks(self) -> tuple[str, ...]:
        """Ids of the tasks the visit serves."""
        return tuple(self.package.split("+"))


def ordered(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """
    Cells in ascending order of (stratum, package), the order of `allocation.tsv`.

    Raises
    ------
    ValueError
        If a stratum and package repeat, a stratum has two sizes, more than one rest, or a rest without a whole sum.
    """
    result = tuple(sorted(cells, key=lambda cell: (cell.stratum, cell.package)))
    for previous, cell in pairwise(result):
        if (previous.stratum, previous.package) == (cell.stratum, cell.package):
            raise ValueError(f"expected each stratum and package once, got {cell.stratum} {cell.package} twice")
    for stratum, members in by_stratum(result).items():
        if len({cell.num_firms for cell in members}) > 1:
            raise ValueError(f"{stratum}: expected one number of firms, got several")
        rests = sum(cell.rest for cell in members)
        if rests > 1 or (rests and sum(cell.visits_micro for cell in members) % MICRO):
            raise ValueError(f"{stratum}: expected at most one rest, in a stratum with a whole number of visits")
    return result


def by_stratum(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """Cells grouped by stratum, in the order given."""
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell.stratum].append(cell)
    return dict(groups)
