"""
Checks a linear programme's recorded answer without a solver (specification, section 6.6), in Python integers.

The programme: minimise Σ cost · x subject to lower ≤ Σ entry · x ≤ upper for every row, 0 ≤ x ≤ greatest for every
column. Two things are checked.

1. The answer keeps every row and column. Rates are rounded to 10^-12, which is allowed for; of visits and hours every
   cell may err by one unit of 10^-6, a rate by what that makes of its cells over its firms, and rows that make use of
   it are counted.
2. It is near the optimum. For any dual values y, every answer costs at least

       Σ over rows with y > 0 of y · lower  +  Σ over rows with y < 0 of y · upper
       +  Σ over columns of greatest · min(0, cost − Σ entry · y),

   so the recorded one is at most its own cost less this bound away from the best there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import mul

from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

FILES = {"programme-columns.tsv": 6, "programme-rows.tsv": 6, "programme-entries.tsv": 3}  # and cells of a row
NANO, PICO = 10**9, 10**12
UNIT = 10**6  # one 10^-6 visit, in 10^-12
GAP_SHARE = 10**6  # the gap may be one part in so many of the answer's cost
GAP_UNITS = 20  # and so many units for each column, at the greatest cost of a column
Bound = int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """
    A programme with its answer; integers of 10^-9, values and dual values of 10^-12.

    Attributes
    ----------
    is_rate
        Whether a column is a rate, which follows from visits, length n.
    cost, greatest, value
        Of each column, length n.
    lower, upper, dual
        Of each row, length m; None where there is no bound.
    defines_rate
        Whether a row says what a rate is: visits less the rate times its firms are 0, length m.
    row, column, entry
        Coefficients that are not zero.
    """

    is_rate: Sequence[bool]
    cost: Sequence[int]
    greatest: Sequence[int]
    value: Sequence[int]
    lower: Sequence[Bound]
    upper: Sequence[Bound]
    dual: Sequence[int]
    defines_rate: Sequence[bool]
    row: Sequence[int]
    column: Sequence[int]
    entry: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """
    What the check found.

    Attributes
    ----------
    broken_columns
        Numbers of columns whose value is negative or too great.
    broken_rows
        Numbers of rows that the answer does not keep.
    slack_rows
        Numbers of rows that it keeps with the one unit a cell.
    unbounded_rows
        Numbers of rows whose dual value points to a bound they do not have.
    cost, bound
        The answer's cost, and the least that any answer can cost, in 10^-30.
    allowed_gap
        Greatest difference of the two that passes, in 10^-30.
    """

    broken_columns: tuple[int, ...]
    broken_rows: tuple[int, ...]
    slack_rows: tuple[int, ...]
    unbounded_rows: tuple[int, ...]
    cost: int
    bound: int
    allowed_gap: int

    @property
    def is_feasible(self) -> bool:
        """Whether the answer keeps everything."""
        return not (self.broken_columns or self.broken_rows)

    @property
    def is_near_optimal(self) -> bool:
        """Whether the dual values show that no answer is better by more than the allowed gap."""
        return not self.unbounded_rows and self.cost - self.bound <= self.allowed_gap


def read_programme(files: Mapping[str, bytes]) -> Programme:
    """
    Reads the three tables of a programme by file name (specification, section 6.6).

    Raises
    ------
    RecordError
        If a row is not as wide as its header, a cell is no number, or numbers of rows or columns are out of order.
    """
    columns, rows, entries = (_cells(files, name, width) for name, width in FILES.items())
    try:
        programme = Programme(
            is_rate=[cells[1] == "rate" for cells in columns],
            cost=[int(cells[3]) for cells in columns],
            greatest=[int(cells[4]) for cells in columns],
            value=[int(cells[5]) for cells in columns],
            lower=[int(cells[3]) if cells[3] else None for cells in rows],
            upper=[int(cells[4]) if cells[4] else None for cells in rows],
            dual=[int(cells[5]) for cells in rows],
            defines_rate=[cells[1] == "rate" for cells in rows],
            row=[int(cells[0]) for cells in entries],
            column=[int(cells[1]) for cells in entries],
            entry=[int(cells[2]) for cells in entries],
        )
    except ValueError as error:
        raise RecordError(_("programme: expected whole numbers, got {error}").format(error=error)) from error
    numbered = all(int(cells[0]) == number for table in (columns, rows) for number, cells in enumerate(table))
    inside = all(0 <= row < len(rows) for row in programme.row) and all(
        0 <= column < len(columns) for column in programme.column
    )
    if not numbered or not inside:
        raise RecordError(_("programme: expected rows and columns numbered from 0, got other numbers"))
    return programme


def _cells(files: Mapping[str, bytes], name: str, width: int) -> list[list[str]]:
    if name not in files:
        raise RecordError(_("{name}: expected the file, got none").format(name=name))
    lines = files[name].decode("utf-8", errors="replace").split("\n")
    cells = [line.split("\t") for line in lines[1:-1]]
    if any(len(row) != width for row in cells):
        raise RecordError(_("{name}: expected {width} cells in every row, got others").format(name=name, width=width))
    return cells


def check_programme(programme: Programme) -> Findings:
    """
    Checks the recorded answer of a programme.

    Examples
    --------
    Minimise −x for x ≤ 3, which stands in a row: x = 3 is the optimum, as the dual value −1 shows.

    >>> small = Programme(is_rate=[False], cost=[-NANO], greatest=[5 * NANO], value=[3 * PICO], lower=[None],
    ...                   upper=[3 * NANO], dual=[-PICO], defines_rate=[False], row=[0], column=[0],
    ...                   entry=[NANO])
    >>> found = check_programme(small)
    >>> found.is_feasible, found.is_near_optimal, found.cost == found.bound
    (True, True, True)
    """
    columns = [
        number
        for number, (value, greatest) in enumerate(zip(programme.value, programme.greatest, strict=True))
        if not 0 <= value <= greatest * (PICO // NANO)
    ]
    broken, slack = _rows(programme)
    cost = sum(map(mul, programme.cost, programme.value)) * NANO
    return Findings(
        broken_columns=tuple(columns),
        broken_rows=tuple(broken),
        slack_rows=tuple(slack),
        unbounded_rows=tuple(
            number
            for number, (dual, lower, upper) in enumerate(
                zip(programme.dual, programme.lower, programme.upper, strict=True)
            )
            if (dual > 0 and lower is None) or (dual < 0 and upper is None)
        ),
        cost=cost,
        bound=_bound(programme),
        allowed_gap=abs(cost) // GAP_SHARE
        + GAP_UNITS * UNIT * NANO * len(programme.cost) * max(map(abs, programme.cost), default=0),
    )


def _rows(programme: Programme) -> tuple[list[int], list[int]]:
    """Rows that are not kept, and those kept by the one unit a cell."""
    activity, exact, unit = ([0] * len(programme.lower) for _ in range(3))
    of_column = _units(programme)
    for row, column, entry in zip(programme.row, programme.column, programme.entry, strict=True):
        activity[row] += entry * programme.value[column]
        exact[row] += abs(entry) * programme.is_rate[column]
        unit[row] += abs(entry) * of_column[column]
    broken, slack = [], []
    for number, (lower, upper) in enumerate(zip(programme.lower, programme.upper, strict=True)):
        excess = 0
        if lower is not None:
            excess = lower * PICO - activity[number]
        if upper is not None:
            excess = max(excess, activity[number] - upper * PICO)
        if excess > exact[number] + unit[number]:
            broken.append(number)
        elif excess > exact[number]:
            slack.append(number)
    return broken, slack


def _units(programme: Programme) -> list[int]:
    """What one unit a cell makes of each column, in 10^-12, rounded upwards; of a rate, of all cells of its class."""
    units = [0 if rate else UNIT for rate in programme.is_rate]
    cells: dict[int, int] = {}
    own: dict[int, tuple[int, int]] = {}
    for row, column, entry in zip(programme.row, programme.column, programme.entry, strict=True):
        if programme.defines_rate[row]:
            if programme.is_rate[column]:
                own[row] = column, abs(entry)
            else:
                cells[row] = cells.get(row, 0) + abs(entry)
    for row, (column, firms) in own.items():
        if firms:
            units[column] = max(units[column], -(-cells.get(row, 0) * UNIT // firms))
    return units


def _bound(programme: Programme) -> int:
    """The least that any answer can cost, in 10^-30; rows whose dual value points nowhere add nothing."""
    reduced = [cost * PICO for cost in programme.cost]
    for row, column, entry in zip(programme.row, programme.column, programme.entry, strict=True):
        reduced[column] -= entry * programme.dual[row]
    bound = int(sum(map(mul, programme.greatest, map(min, reduced, repeat(0)))))
    for dual, lower, upper in zip(programme.dual, programme.lower, programme.upper, strict=True):
        side = lower if dual > 0 else upper
        bound += dual * (side or 0) * NANO
    return bound
