"""The elastic programme: a column for each lever, so that a solution tells by how much figures give way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.allocation.constraints import precision
from scheduler.allocation.layout import Layout
from scheduler.allocation.levers import Lever, levers
from scheduler.allocation.matrix import INFINITY, Floats, Limit, LinearProgramme, Rows
from scheduler.allocation.solver import minimise
from scheduler.registry.frame import Integers

_TWO_SIDED = frozenset({Limit.TOLERANCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Elastic:
    """The programme with a column for each lever, from `start` on."""

    programme: LinearProgramme
    levers: tuple[Lever, ...]
    start: int

    def solved(self, price: Floats, allowed: Floats) -> tuple[Floats, float, Floats] | None:
        """Amounts of the levers, their price, and what each lever is worth by the dual solution; None if infeasible."""
        cost, upper = self.programme.cost.copy(), self.programme.upper.copy()
        cost[self.start :] = price
        upper[self.start :] = [lever.most for lever in self.levers] * allowed
        answer = minimise(replace(self.programme, cost=cost, upper=upper))
        if answer is None:
            return None
        stacked = self.programme.stacked()
        own = stacked.column >= self.start
        products = answer.duals[stacked.row[own]] * stacked.value[own]
        worth = np.zeros(len(self.levers))
        np.add.at(worth, stacked.column[own] - self.start, products)
        return answer.values[self.start :], answer.cost, worth


def make_elastic(layout: Layout, programme: LinearProgramme) -> Elastic:
    """The programme with a column for each lever; nothing else costs, and only rows bound."""
    blocks = [part for block in programme.blocks for part in _parts(layout, block)]
    found = levers(layout, blocks)
    start = len(programme.cost)
    for number, lever in enumerate(found):
        for place, rows, change in lever.moves:
            blocks[place] = _with_entries(blocks[place], start + number, rows, -change)
    size = start + len(found)
    return Elastic(
        programme=LinearProgramme(
            cost=np.zeros(size), upper=np.full(size, INFINITY, dtype=np.float64), blocks=tuple(blocks)
        ),
        levers=found,
        start=start,
    )


def _parts(layout: Layout, block: Rows) -> tuple[Rows, ...]:
    """A block as one for each figure that its rows stand for: two bounds, or the precision that several groups ask."""
    if block.limit is Limit.PRECISION:
        return tuple(_asked_alone(layout))
    if block.limit not in _TWO_SIDED or not len(block):
        return (block,)
    return (
        replace(block, upper=np.full(len(block), INFINITY)),
        replace(block, lower=np.full(len(block), -INFINITY)),
    )


def _asked_alone(layout: Layout) -> Iterator[Rows]:
    """Rows of precision of each tier and district that the policy names, as if it named no other."""
    policy = layout.problem.policy
    for part in ("tiers", "districts"):
        for code, error in sorted(getattr(policy.precision, part).items()):
            alone = policy.precision.model_copy(update={"tiers": {}, "districts": {}, part: {code: error}})
            problem = replace(layout.problem, policy=replace(policy, precision=alone))
            block = precision(replace(layout, problem=problem))
            name = f"precision.{part}.{code}"
            yield replace(block, subject=tuple((*subject, name) for subject in block.subject))


def _with_entries(block: Rows, column: int, rows: Integers, value: Floats) -> Rows:
    """A block with one column more."""
    return replace(
        block,
        row=np.concatenate([block.row, rows]),
        column=np.concatenate([block.column, np.full(len(rows), column, dtype=np.int64)]),
        value=np.concatenate([block.value, value]),
    )


def scale_of(found: Sequence[Lever]) -> Floats:
    """The most that one unit of each lever moves a row, so that prices are per visit or officer-hour."""
    most = [max(float(np.abs(change).max()) for *_, change in lever.moves) for lever in found]
    return np.maximum(np.array(most, dtype=np.float64), 1e-6)
