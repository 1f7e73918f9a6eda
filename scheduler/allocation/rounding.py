"""
Expected visits become whole quotas by the seed (specification, section 6). Integers only.

Cells stand in a line, each a stretch as long as its expected visits; posts stand one visit apart, the first at a
distance that the seed draws. A cell's quota is the number of posts on its stretch. So its expectation is exactly the
expected visits, any contiguous group (a district, a type in it, a stratum) is off by less than one, and a line of
whole length is hit exactly. The order of the line is drawn by the seed too, within each group, so that no two cells
are kept apart for ever: systematic sampling in a fixed order gives some pairs no joint chance [1]_.

What is guaranteed, whatever the seed: totals of each line, nested totals within one visit, and, where the programme
kept its margins (`scheduler.allocation.packages`), no quota above the firms there are. Over seeds: each quota's
expectation is its expected visits; and two firms are drawn together for some seed if some order of the tree puts
stretches of their cells a whole number of visits apart, as is the case in a line of many small cells.

What is not: that every two firms meet. Of three districts with 0.3, 0.3 and 1.4 visits no order puts the small ones a
visit apart, so they are never drawn together. And sums that are not nested, such as one task's visits over all
districts or the hours of one speciality, move by more than one. Two-way tables can always be rounded with both margins
kept, three-way tables cannot [2]_; dependent rounding keeps the degrees of a bipartite graph [3]_, and lotteries over a
bihierarchy, two families of sets that are each nested, can be decomposed [4]_. Neither is used: one line and evenly
spaced posts can be followed with paper and pencil, and what binds are the expected visits (specification, section 6.7).

References
----------
.. [1] Madow (1949), Ann. Math. Statist. 20: 333-354, doi:10.1214/aoms/1177729988
.. [2] Cox (1987), JASA 82: 520-524, doi:10.1080/01621459.1987.10478456
.. [3] Gandhi, Khuller, Parthasarathy, Srinivasan (2006), J. ACM 53: 324-360, doi:10.1145/1147954.1147956
.. [4] Budish, Che, Kojima, Milgrom (2013), Am. Econ. Rev. 103: 585-623, doi:10.1257/aer.103.2.585
"""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.allocation.cells import Cell
from scheduler.draw.hashing import digest
from scheduler.registry.items import MICRO

COUNTING_LINE = "counting"
OTHER_LINE = "other"


def round_quotas(cells: Sequence[Cell], seed: str) -> tuple[int, ...]:
    """
    Quota of each cell, in the order given.

    Parameters
    ----------
    cells
        All cells of one targeted round.
    seed
        Seed of the draw, 64 hexadecimal digits.

    Raises
    ------
    ValueError
        If a stratum with a rest does not sum to a whole number of visits, or its other cells take more than that.

    Examples
    --------
    >>> half = [Cell(stratum="1/e/A/T1", package=name, counting=True, rest=False, num_firms=9, visits_micro=500_000)
    ...         for name in ("T1", "T2")]
    >>> round_quotas(half, "00" * 32), round_quotas(half, "03" * 32)
    ((1, 0), (0, 1))
    """
    quotas = [0] * len(cells)
    for line in (COUNTING_LINE, OTHER_LINE):
        members = [
            index for index, cell in enumerate(cells) if not cell.rest and cell.counting == (line == COUNTING_LINE)
        ]
        members.sort(key=lambda index: _order(cells[index], seed, line))
        lengths = [cells[index].visits_micro for index in members]
        for index, quota in zip(members, _posts(lengths, _offset(seed, line)), strict=True):
            quotas[index] = quota
    _fill_rests(cells, quotas)
    return tuple(quotas)


def _order(cell: Cell, seed: str, line: str) -> tuple[str, str, str, str]:
    return (
        digest("order", seed, line, cell.district),
        digest("order", seed, line, cell.district_and_type),
        digest("order", seed, line, cell.stratum),
        digest("order", seed, line, f"{cell.stratum}:{cell.package}"),
    )


def _offset(seed: str, line: str) -> int:
    return int(digest("offset", seed, line), 16) % MICRO


def _posts(lengths: Sequence[int], offset: int) -> list[int]:
    """Number of multiples of 10^6 that each stretch passes, when the first begins at `offset`."""
    counts, position = [], offset
    for length in lengths:
        counts.append((position + length) // MICRO - position // MICRO)
        position += length
    return counts


def _fill_rests(cells: Sequence[Cell], quotas: list[int]) -> None:
    rests: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if cell.rest:
            if cell.stratum in rests:
                raise ValueError(f"{cell.stratum}: expected at most one rest, got two")
            rests[cell.stratum] = index
    sums = dict.fromkeys(rests, 0)
    taken = dict.fromkeys(rests, 0)
    for cell, quota in zip(cells, quotas, strict=True):
        if cell.stratum in rests:
            sums[cell.stratum] += cell.visits_micro
            taken[cell.stratum] += quota
    for stratum, index in rests.items():
        whole, part = divmod(sums[stratum], MICRO)
        if part or whole < taken[stratum]:
            raise ValueError(f"{stratum}: expected a whole number of visits with room for a rest, got {sums[stratum]}")
        quotas[index] = whole - taken[stratum]
