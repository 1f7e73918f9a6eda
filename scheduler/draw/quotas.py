"""Which cells a round can be drawn by, and the whole visits they come to (specification, sections 6.4 and 6.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduler.allocation.cells import OPEN_STRATUM, Cell, by_stratum, ordered
from scheduler.allocation.rounding import round_quotas
from scheduler.registry.codes import RoundKind
from scheduler.registry.items import MICRO


def check_cells(kind: RoundKind, cells: Sequence[Cell], firms: Mapping[str, int]) -> None:
    """
    Checks before a commitment that the cells fit the pool and can be rounded whatever the seed.

    Parameters
    ----------
    firms
        Firms of each stratum of the pool, by name.

    Raises
    ------
    ValueError
        If a stratum of the pool has no cell or another number of firms, if quotas could ask for more firms than a
        stratum has, or if the visits that count are no whole number.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> check_cells(RoundKind.OPEN, [cell], {"open": 3})
    >>> check_cells(RoundKind.OPEN, [cell], {"open": 4})
    Traceback (most recent call last):
    ValueError: open: expected the 4 firms of the pool, got a plan for 3
    """
    if tuple(cells) != ordered(cells):
        raise ValueError("expected cells in ascending order of stratum and package")
    groups = by_stratum(cells)
    for stratum in sorted(set(groups) | set(firms)):
        planned = groups[stratum][0].num_firms if stratum in groups else 0
        if stratum not in groups or planned != firms.get(stratum, 0):
            raise ValueError(
                f"{stratum}: expected the {firms.get(stratum, 0)} firms of the pool, got a plan for {planned}"
            )
        _check_room(stratum, groups[stratum])
    if kind is RoundKind.OPEN and (len(cells) != 1 or cells[0].stratum != OPEN_STRATUM or not cells[0].counting):
        raise ValueError("expected one cell that counts in an open round, got others")
    counting_visits(cells)


def counting_visits(cells: Sequence[Cell]) -> int:
    """
    Visits of a round that count towards the target, the same whatever the seed.

    Raises
    ------
    ValueError
        If they are no whole number.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> counting_visits([cell])
    2
    """
    whole, part = divmod(sum(cell.visits_micro for cell in cells if cell.counting), MICRO)
    if part or any(cell.rest and cell.counting for cell in cells):
        raise ValueError("expected a whole number of visits that count, got a part of one; solve the plan again")
    return whole


def draw_quotas(kind: RoundKind, cells: Sequence[Cell], seed: str) -> tuple[int, ...]:
    """
    Whole visits of each cell by the seed.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> draw_quotas(RoundKind.OPEN, [cell], "00" * 32)
    (2,)
    """
    if kind is RoundKind.OPEN:
        return tuple(cell.visits_micro // MICRO for cell in cells)
    return round_quotas(cells, seed)


def _check_room(stratum: str, cells: Sequence[Cell]) -> None:
    """Rounded up, the cells of both lines must fit the stratum, and leave no negative rest."""
    lines = [
        sum(cell.visits_micro for cell in cells if cell.counting == counting and not cell.rest)
        for counting in (True, False)
    ]
    most = sum(-(-line // MICRO) for line in lines)
    room = cells[0].num_firms
    if any(cell.rest for cell in cells):
        whole, part = divmod(sum(cell.visits_micro for cell in cells), MICRO)
        if part:
            raise ValueError(
                f"{stratum}: expected a whole number of visits for a rest to be taken from, got a part of one"
            )
        if whole > room:
            raise ValueError(f"{stratum}: expected at most its {room} firms to be visited, got {whole}")
        room = whole
    if most > room:
        raise ValueError(f"{stratum}: expected room for {most} visits after rounding, got {room}; solve the plan again")
