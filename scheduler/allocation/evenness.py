"""
The second objective: among optima the most even one, with room for the rounding to whole 10^-6 visits.

Optima tie, and the one a solver happens to stop at may treat two equal districts as differently as the tolerance
allows. So a second programme keeps the optimum and minimises the sum of what districts and rounds differ by from their
mean.

Its bounds are drawn in by what rounding can move: one and a half units for every cell of a row. So the recorded whole
units keep every limit exactly. Where bounds meet (a task whose least and greatest ratio are one, a tolerance of 0, a
total that equals its limit) no such room is; the drawing-in gives way there, limit by limit where few rows are
concerned, and one unit per cell remains as slack. What the room costs is paid from the optimum, a few millionths of
a visit in each row that binds; the certificate's gap shows it. Room that would cost more than half of the gap that
passes (specification, section 6.6) is given up instead: the other half is for the rounding.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.allocation import constraints
from scheduler.allocation.layout import Layout
from scheduler.allocation.matrix import INFINITY, Floats, Limit, LinearProgramme, Rows, rows
from scheduler.allocation.solver import INTERIOR_POINT, Optimum, minimise
from scheduler.registry.items import MICRO

OPTIMUM_SLACK = 1e-9  # share of the optimum that evenness may cost
ROUND_WEIGHT = 0.25  # of differences between rounds, against those between districts
UNITS_IN_HAND = 1.5  # units of 10^-6 by which a cell's recorded visits may differ from the solver's
GAP_SHARE, GAP_UNITS = 1e-6, 20  # the gap that passes: a share of the cost, and units a column at the greatest cost
_COST_PRICE, _ROOM_PRICE = 1e3, 1e4  # of a unit of cost above the optimum, and of a unit of room given up
_SHARED = frozenset(
    {
        *(Limit.TASK_LEAST, Limit.TASK_GREATEST, Limit.COMPULSORY_SHARE, Limit.HOURS, Limit.POOL, Limit.LENT),
    }
)  # rows over many strata, few enough to give way one by one
_OWN = frozenset({Limit.FLOOR, Limit.PRECISION, Limit.CEILING, Limit.TIERS, Limit.TOLERANCE})


def most_even(layout: Layout, programme: LinearProgramme, optimum: Optimum) -> Floats:
    """The most even of the optima; the optimum given where the solver finds none."""
    for drawn_in, giving_way in (
        (_SHARED | _OWN, _SHARED),
        (_SHARED | _OWN, _SHARED | _OWN),
        (frozenset[Limit](), frozenset[Limit]()),
    ):
        second = _second(layout, programme, optimum, drawn_in, giving_way)
        even = minimise(second, INTERIOR_POINT)
        most = _most_excess(programme, optimum)
        if even is not None and even.values[-1] > most:
            even = minimise(replace(second, upper=np.append(second.upper[:-1], most)), INTERIOR_POINT)
        if even is not None:
            return even.values[: layout.num_columns]
    return optimum.values


def _most_excess(programme: LinearProgramme, optimum: Optimum) -> float:
    """Cost above the optimum that leaves half of the gap that passes."""
    greatest = float(np.abs(programme.cost).max(initial=0.0))
    return (GAP_SHARE * abs(optimum.cost) + GAP_UNITS / MICRO * len(programme.cost) * greatest) / 2


def _second(
    layout: Layout,
    programme: LinearProgramme,
    optimum: Optimum,
    drawn_in: frozenset[Limit],
    giving_way: frozenset[Limit],
) -> LinearProgramme:
    """The second programme, with the bounds of some families drawn in, of which some may give the room up again."""
    blocks: list[Rows] = []
    weights: list[Floats] = []
    most: list[Floats] = []
    start = layout.num_columns
    for block in programme.blocks:
        inner, slack = (block, np.zeros(0))
        if block.limit in drawn_in:
            inner, slack = _drawn_in(layout, block, start, gives_way=block.limit in giving_way)
        blocks.append(inner)
        weights.append(np.full(len(slack), _ROOM_PRICE))
        most.append(slack)
        start += len(slack)
    for differences, weight in (
        (constraints.even_districts(layout), 1.0),
        (constraints.even_rounds(layout), ROUND_WEIGHT),
    ):
        blocks += constraints.bounded(differences, start)
        weights.append(np.full(len(differences), weight))
        start += len(differences)
    blocks.append(_kept(programme.cost, optimum.cost, start))
    cost = np.concatenate([np.zeros(layout.num_columns), *weights, [_COST_PRICE]])
    given_up = np.concatenate(most)
    free = start + 1 - layout.num_columns - len(given_up)
    upper = np.concatenate([programme.upper, given_up, np.full(free, INFINITY)])
    return LinearProgramme(cost=cost, upper=upper, blocks=tuple(blocks))


def _drawn_in(layout: Layout, block: Rows, start: int, *, gives_way: bool) -> tuple[Rows, Floats]:
    """A block with its bounds drawn in, and how far each row may give the room up by a column of its own."""
    moved = (block.column < len(layout.columns)) | (block.column >= layout.lent_start)
    room = UNITS_IN_HAND / MICRO * np.bincount(
        block.row, weights=np.abs(block.value) * moved, minlength=len(block)
    ) + _of_rates(layout, block)
    lower, upper = block.lower + room, block.upper - room
    signed = np.bincount(block.row, weights=block.value < 0, minlength=len(block)) > 0
    met = (lower > upper) | ((block.upper == 0) & ~signed)  # no room between its bounds, or everything in it is 0
    inner = replace(block, lower=np.where(met, block.lower, lower), upper=np.where(met, block.upper, upper))
    if not gives_way:
        return inner, np.zeros(0)
    below, above = np.flatnonzero(np.isfinite(block.lower) & ~met), np.flatnonzero(np.isfinite(block.upper) & ~met)
    own = np.concatenate([below, above])
    sign = np.concatenate([np.ones(len(below)), -np.ones(len(above))])
    return (
        replace(
            inner,
            row=np.concatenate([block.row, own]),
            column=np.concatenate([block.column, start + np.arange(len(own))]),
            value=np.concatenate([block.value, sign]),
        ),
        room[own],
    )


def _of_rates(layout: Layout, block: Rows) -> Floats:
    """What rounding can move a row by through its rates, each the mean of its class's cells."""
    chosen = (block.column >= layout.rate_start) & (block.column < layout.lent_start)
    if not bool(chosen.any()):
        return np.zeros(len(block))
    number = layout.slot_class[layout.slot]
    cells = np.bincount(number[number >= 0], minlength=len(layout.classes))
    move = UNITS_IN_HAND / MICRO * cells / np.maximum(layout.class_size, 1 / MICRO)
    weights = np.abs(block.value[chosen]) * move[block.column[chosen] - layout.rate_start]
    return np.bincount(block.row[chosen], weights=weights, minlength=len(block)).astype(np.float64)


def _kept(cost: Floats, optimum: float, excess: int) -> Rows:
    """The row that keeps the optimum; what room costs above it is priced in the column `excess`."""
    columns = np.flatnonzero(cost)
    upper = optimum + OPTIMUM_SLACK * max(1.0, abs(optimum))
    return rows(Limit.EVEN, [(0, columns, cost[columns]), (0, np.array([excess]), -1.0)], -INFINITY, upper, [()])
