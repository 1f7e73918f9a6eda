"""
From the solver's floating-point visits to the record: whole 10^-6 visits that keep what must be kept exactly.

Steps, in canonical order of columns, on integers alone after the first:

1. each ordinary cell is rounded to the nearest 10^-6; a compulsory stratum's rest is what its schedule leaves;
2. where a stratum's ordinary cells exceed its limit, or its discretionary ones the firms there are, single units are
   taken off its largest cells;
3. the units that a round's counting cells lack or exceed are given or taken, one a cell, to cells that have room:
   first those whose rounding went the other way. Each step moves one 10^-6 visit.

The number of visits that count is then exact in every round, as are compulsory schedules and the greatest number of
visits of every stratum. All other limits hold exactly too where the second programme could draw them in
(`scheduler.allocation.evenness`), and else to one unit a cell. They bind the expected visits, not the rounded quotas.
"""

from __future__ import annotations

import numpy as np

from scheduler.allocation.cells import Cell, ordered
from scheduler.allocation.layout import Layout
from scheduler.allocation.matrix import Floats
from scheduler.errors import DoubleRandomError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Integers
from scheduler.registry.items import MICRO


def record(layout: Layout, visits: Floats) -> tuple[Integers, tuple[tuple[Cell, ...], ...]]:
    """
    Units of each visit column, and the cells of each round, from the solver's values, shape (n,).

    Raises
    ------
    DoubleRandomError
        If no whole numbers keep a round's total: the solver's answer was too far off.
    """
    units = np.rint(np.maximum(visits, 0.0) * MICRO).astype(np.int64)
    units[layout.columns.rest] = 0
    room = _Room(layout, units)
    room.cut()
    for entry in range(len(layout.problem.rounds)):
        _hit_target(layout, room, visits, entry)
    rest = np.flatnonzero(layout.columns.rest)
    units[rest] = layout.columns.scheduled[rest] * MICRO - room.ordinary[layout.slot[rest]]
    return units, tuple(_cells(layout, units, entry) for entry in range(len(layout.problem.rounds)))


class _Room:
    """Units of all columns, with running sums of what bounds them."""

    def __init__(self, layout: Layout, units: Integers) -> None:
        columns = layout.columns
        self.layout = layout
        self.units = units
        self.limit = (layout.limit * MICRO).astype(np.int64)
        self.firms = np.rint(layout.available * MICRO).astype(np.int64)
        self.ordinary = np.zeros(len(layout.slot_stratum), dtype=np.int64)
        self.stratum = np.zeros(len(layout.available), dtype=np.int64)
        np.add.at(self.ordinary, layout.slot[~columns.rest], units[~columns.rest])
        np.add.at(self.stratum, columns.stratum[columns.discretionary], units[columns.discretionary])

    def move(self, column: int, step: int) -> None:
        """Gives one cell more or fewer units."""
        self.units[column] += step
        self.ordinary[self.layout.slot[column]] += step
        self.stratum[self.layout.columns.stratum[column]] += step

    def excess(self, column: int) -> int:
        """Units by which a cell's stratum has too many, in its round or in the year; negative where it has room."""
        slot, stratum = self.layout.slot[column], self.layout.columns.stratum[column]
        return int(max(self.ordinary[slot] - self.limit[slot], self.stratum[stratum] - self.firms[stratum]))

    def cut(self) -> None:
        """Takes units off strata that have too many, the largest cells first (step 2)."""
        columns = self.layout.columns
        over = (self.ordinary > self.limit)[self.layout.slot] | (self.stratum > self.firms)[columns.stratum]
        chosen = np.flatnonzero(over & ~columns.rest)
        for column in chosen[np.lexsort((chosen, -self.units[chosen]))].tolist():
            excess = self.excess(column)
            if excess > 0:
                self.move(column, -min(excess, int(self.units[column])))


def _hit_target(layout: Layout, room: _Room, visits: Floats, entry: int) -> None:
    """Gives or takes single units until a round's counting cells sum to its number (step 3)."""
    chosen = np.flatnonzero(layout.columns.counting & (layout.columns.entry == entry))
    lack = layout.problem.rounds[entry].counting_visits * MICRO - int(room.units[chosen].sum())
    step = 1 if lack > 0 else -1
    shortfall = (visits[chosen] * MICRO - room.units[chosen]) * step
    order = chosen[np.lexsort((chosen, -shortfall, room.units[chosen] == 0))].tolist()
    while lack:
        before = lack
        for column in order:
            if lack == 0:
                break
            if room.excess(column) < 0 if step > 0 else room.units[column] > 0:
                room.move(column, step)
                lack -= step
        if lack == before:
            raise DoubleRandomError(
                _("round {number}: the solver's answer misses the visits that count by {lack} millionths").format(
                    number=layout.problem.rounds[entry].number, lack=abs(lack)
                )
            )


def _cells(layout: Layout, units: Integers, entry: int) -> tuple[Cell, ...]:
    """
    Cells of one round: those with visits, the rest of every schedule, and one of zero for any other stratum.

    So every firm of the pool stands in a stratum of the round, be it one that waits for a later round.
    """
    columns, strata = layout.columns, layout.problem.strata.strata
    cells, seen = [], set()
    chosen = np.flatnonzero((columns.entry == entry) & ((units > 0) | (columns.rest & (columns.scheduled > 0))))
    for column in chosen.tolist():
        stratum, package = strata[columns.stratum[column]], columns.package[column]
        seen.add(stratum.key)
        cells.append(
            Cell(
                stratum=stratum.key,
                package=package.key,
                counting=package.counting,
                rest=package.rest,
                num_firms=stratum.num_firms,
                visits_micro=int(units[column]),
            )
        )
    cells += [
        Cell(
            stratum=stratum.key,
            package="+".join(stratum.task_ids),
            counting=False,
            rest=False,
            num_firms=stratum.num_firms,
            visits_micro=0,
        )
        for stratum in strata
        if stratum.key not in seen
    ]
    return ordered(cells)
