"""
Who is drawn: in each stratum the firms with the lowest tickets, as many as the quotas say (specification, section 7).

Nothing is decided here by a float or by the order of rows: tickets are compared as whole digests, and firms whose
tickets were equal would be told apart by their ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.allocation.cells import Cell, by_stratum
from scheduler.draw.bulk import Digests
from scheduler.draw.pool import Strata

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    The firms drawn.

    Attributes
    ----------
    position
        Their positions in the pool, ascending, shape (m,).
    cell
        Index of the cell that each was drawn for, which gives its stratum and package, shape (m,).
    """

    position: Positions
    cell: Positions

    def __len__(self) -> int:
        return len(self.position)


def select(ticket: Digests, stratum: Strata, cells: Sequence[Cell], quotas: Sequence[int]) -> Selection:
    """
    Draws: within each stratum by (ticket, firm id), the first package first.

    Parameters
    ----------
    ticket
        Ticket of each firm of the pool in ascending order of firm ids, shape (n, 32).
    stratum
        Index of each firm's stratum among the strata of `cells` in ascending order, shape (n,).
    cells
        In ascending order of (stratum, package).
    quotas
        Firms to draw for each cell.

    Raises
    ------
    ValueError
        If a quota is negative or a stratum has fewer firms than its quotas ask for.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> tickets = np.zeros((3, 32), dtype=np.uint8)
    >>> tickets[0] = 1
    >>> select(tickets, np.zeros(3, dtype=np.int32), [cell], [2]).position.tolist()
    [1, 2]
    """
    groups = list(by_stratum(cells))
    wanted = _wanted(cells, quotas, np.bincount(stratum, minlength=len(groups)))
    candidates = np.flatnonzero(wanted[stratum] > 0)
    ordered = candidates[ticket_order(ticket[candidates], stratum[candidates])]
    codes = stratum[ordered]
    begins = np.searchsorted(codes, np.arange(len(groups)))
    rank = np.arange(len(ordered)) - begins[codes]
    drawn = ordered[rank < wanted[codes]]
    cell = np.repeat(np.arange(len(cells), dtype=np.int64), np.asarray(quotas, dtype=np.int64))
    by_id = np.argsort(drawn, kind="stable")
    return Selection(position=drawn[by_id], cell=cell[by_id])


def ticket_order(ticket: Digests, stratum: Strata) -> Positions:
    """
    Order of firms by (stratum, ticket, position), shape (n,).

    The first eight bytes of the tickets settle it, except where two of one stratum agree in all of them, which is
    looked for; then all thirty-two are compared.

    Examples
    --------
    >>> tickets = np.zeros((3, 32), dtype=np.uint8)
    >>> tickets[0, 31] = 1
    >>> ticket_order(tickets, np.array([1, 1, 0], dtype=np.int32)).tolist()
    [2, 1, 0]
    """
    words = np.ascontiguousarray(ticket).view(">u8").reshape(len(ticket), 4)
    first = words[:, 0].astype(np.uint64)
    order = np.lexsort((first, stratum))
    same = (first[order[1:]] == first[order[:-1]]) & (stratum[order[1:]] == stratum[order[:-1]])
    if bool(same.any()):
        rest = [words[:, index].astype(np.uint64) for index in (3, 2, 1)]
        order = np.lexsort([*rest, first, stratum.astype(np.uint64)])
    return np.asarray(order, dtype=np.int64)


def chances_micro(cells: Sequence[Cell]) -> dict[str, int]:
    """
    Expected visits of each stratum in 10^-6; divided by its firms, each firm's conditional chance in the round.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> chances_micro([cell])
    {'open': 2000000}
    """
    return {stratum: sum(cell.visits_micro for cell in group) for stratum, group in by_stratum(cells).items()}


def _wanted(cells: Sequence[Cell], quotas: Sequence[int], sizes: Positions) -> Positions:
    """Firms to draw in each stratum, strata in the order of `cells`."""
    totals: dict[str, int] = {}
    for cell, quota in zip(cells, quotas, strict=True):
        if quota < 0:
            raise ValueError(f"{cell.stratum}: expected a quota of zero or more, got {quota}")
        totals[cell.stratum] = totals.get(cell.stratum, 0) + quota
    for (stratum, total), size in zip(totals.items(), sizes.tolist(), strict=True):
        if total > size:
            raise ValueError(f"{stratum}: expected quotas of at most its {size} firms, got {total}")
    return np.array(list(totals.values()), dtype=np.int64)
