"""
Infeasible: the fewest of the planner's limits that must give way, and by how much, so that there is a plan.

**Fewest.** In the elastic programme every lever (`scheduler.allocation.levers`) is a column. Some levers are free, the
others cost; if its least cost is 0, the free ones suffice. If not, its dual solution proves that at least one of the
levers with a price in it must give way: a core. The smallest set that meets all cores found so far is tried next, so
the first set that suffices is as small as any (implicit hitting sets [1]_). Among equally few, the bureau's own
choices go before what binds it; the target of the law gives way only where nothing else helps.

**By how much.** The least, in whole grains of the figures. What the policy makes of a figure is not always a straight
line (whole visits, floors that tasks bound), so each answer is tried on the problem as the changed policy would state
it, and grows until it holds there.

References
----------
.. [1] Moreno-Centeno & Karp (2013), Oper. Res. 61: 453-468, doi:10.1287/opre.1120.1139
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from scheduler.allocation.constraints import precision
from scheduler.allocation.layout import Layout
from scheduler.allocation.levers import Lever, levers
from scheduler.allocation.matrix import INFINITY, Floats, Limit, LinearProgramme, Rows
from scheduler.allocation.relaxation_words import Names, sentence, unhelped
from scheduler.allocation.solver import minimise
from scheduler.errors import InfeasiblePlanError, Relaxation
from scheduler.i18n import gettext as _

Check = Callable[[Sequence[Relaxation]], bool]
MOST_CORES = 60  # programmes solved before the answer is as good as can be had
_NOTICED = 1e-7  # of a visit or officer-hour: less is the solver's rounding
_GROWTH = (1.0, 1.02, 1.1, 1.3, 1.7, 2.5, 5.0)
_TWO_SIDED = frozenset({Limit.TOLERANCE})
_LOGIC = frozenset({Limit.FIRMS, Limit.IN_HAND, Limit.COMPULSORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Elastic:
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


def explain_infeasible(
    layout: Layout, programme: LinearProgramme, works: Check | None, names: Names
) -> InfeasiblePlanError:
    """
    Error that names the limits to relax, and by how much, for a programme without a solution.

    Parameters
    ----------
    works
        Whether there is a plan once these limits have given way; None to believe the elastic programme.
    names
        Names of districts by code, for the sentences.
    """
    elastic = _elastic(layout, programme)
    found = _fewest(elastic, works or (lambda _relaxations: True), layout, names) or unhelped(
        layout, most_counting(programme)
    )
    return InfeasiblePlanError(
        _("no plan keeps every limit; nothing was changed. The fewest limits that would have to give way:"), found
    )


def most_counting(programme: LinearProgramme) -> tuple[float, ...]:
    """Visits that count which the limits of logic alone leave to each round at most; infinite if nothing meets them."""
    logic = replace(programme, blocks=tuple(block for block in programme.blocks if block.limit in _LOGIC))
    found = []
    for block in (block for block in programme.blocks if block.limit is Limit.TARGET):
        for row in range(len(block)):
            cost, own = np.zeros(len(programme.cost)), block.row == row
            cost[block.column[own]] = -block.value[own]
            answer = minimise(replace(logic, cost=cost))
            found.append(INFINITY if answer is None else -answer.cost)
    return tuple(found)


def _fewest(elastic: _Elastic, works: Check, layout: Layout, names: Names) -> tuple[Relaxation, ...]:
    """The fewest relaxations that work, without the law's target if that can be; empty if there are none."""
    law = np.array([lever.law for lever in elastic.levers], dtype=np.bool_)
    for allowed in (np.where(law, 0.0, 1.0), np.ones(len(law))):
        cores: list[Floats] = []
        while (chosen := _smallest(cores, elastic.levers, allowed)) is not None:
            if len(cores) >= MOST_CORES:
                chosen = _irreducible(elastic, allowed)
            more = [] if len(cores) >= MOST_CORES else _cores(elastic, chosen, allowed)
            if more is None:
                break
            found = () if more else _amounts(elastic, chosen, works, layout, names)
            if found or len(cores) >= MOST_CORES:
                return found
            cores += more or [np.where(chosen > 0, 0.0, allowed)]  # the policy makes less of them than the rows tell
    return ()


def _cores(elastic: _Elastic, free: Floats, allowed: Floats) -> list[Floats] | None:
    """Cores that the free levers do not meet, disjoint from each other; None if not even all levers suffice."""
    found: list[Floats] = []
    while True:
        core = _core(elastic, np.maximum.reduce([free, *found]), allowed)
        if core is None:
            return None
        if not core.any():
            return found
        found.append(core)


def _irreducible(elastic: _Elastic, allowed: Floats) -> Floats:
    """A set of levers that suffices and of which none can be left out; it may not be the smallest."""
    answer = elastic.solved(_scale(elastic.levers), allowed)
    chosen = np.zeros(len(allowed)) if answer is None else np.where(answer[0] > _NOTICED / 10, 1.0, 0.0)
    for place in np.flatnonzero(chosen).tolist():
        without = chosen.copy()
        without[place] = 0.0
        if elastic.solved(np.zeros(len(allowed)), without) is not None:
            chosen = without
    return chosen


def _scale(found: Sequence[Lever]) -> Floats:
    """The most that one unit of each lever moves a row, so that prices are per visit or officer-hour."""
    most = [max(float(np.abs(change).max()) for *_, change in lever.moves) for lever in found]
    return np.maximum(np.array(most, dtype=np.float64), 1e-6)


def _core(elastic: _Elastic, free: Floats, allowed: Floats) -> Floats | None:
    """Levers of which one must move besides the free ones, as 0 and 1; none if these suffice, None if none do."""
    scale = _scale(elastic.levers)
    answer = elastic.solved(np.where(free > 0, 0.0, scale), allowed)
    if answer is None:
        return None
    _amount, cost, worth = answer
    if cost <= _NOTICED:
        return np.zeros(len(free))
    needed = (np.abs(worth) > _NOTICED * scale) & (free == 0) & (allowed > 0)
    return np.asarray(needed, dtype=np.float64) if needed.any() else None


def _smallest(cores: Sequence[Floats], found: Sequence[Lever], allowed: Floats) -> Floats | None:
    """The fewest levers that meet every core, the lightest among equally few, as 0 and 1; None if there are none."""
    if not cores:
        return np.zeros(len(found))
    weight = np.array([1 + lever.weight / 1000 for lever in found])
    answer = milp(
        weight,
        constraints=LinearConstraint(csr_array(np.array(cores)), lb=1),
        integrality=np.ones(len(found)),
        bounds=Bounds(0, allowed),
    )
    return None if answer.x is None else np.asarray(np.rint(answer.x), dtype=np.float64)


def _amounts(elastic: _Elastic, chosen: Floats, works: Check, layout: Layout, names: Names) -> tuple[Relaxation, ...]:
    """By how much the chosen levers give way so that it works; empty if it never does."""
    price = np.array([1 / max(lever.most, 1e-9) if lever.grain < 1 else 1e-3 for lever in elastic.levers])
    answer = elastic.solved(price, chosen)
    if answer is None:
        return ()
    before: tuple[Relaxation, ...] = ()
    for growth in _GROWTH:
        found = tuple(
            _relaxation(lever, lever.moved(float(amount), growth), layout, names)
            for lever, amount, wanted in zip(elastic.levers, answer[0], chosen, strict=True)
            if wanted and amount > _NOTICED / 10
        )
        if found and found != before and works(found):
            return found
        before = found
    return ()


def _relaxation(lever: Lever, value: Decimal, layout: Layout, names: Names) -> Relaxation:
    change = f"+{value}" if lever.kind is Limit.HOURS else f"{value.normalize():f}"
    return Relaxation(name=lever.name, change=change, sentence=sentence(lever, value, layout, names))


def _elastic(layout: Layout, programme: LinearProgramme) -> _Elastic:
    """The programme with a column for each lever; nothing else costs, and only rows bound."""
    blocks = [part for block in programme.blocks for part in _parts(layout, block)]
    found = levers(layout, blocks)
    start = len(programme.cost)
    for number, lever in enumerate(found):
        for place, rows, change in lever.moves:
            blocks[place] = _with_entries(blocks[place], start + number, rows, -change)
    size = start + len(found)
    return _Elastic(
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


def _with_entries(block: Rows, column: int, rows: np.ndarray[tuple[int], np.dtype[np.int64]], value: Floats) -> Rows:
    """A block with one column more."""
    return replace(
        block,
        row=np.concatenate([block.row, rows]),
        column=np.concatenate([block.column, np.full(len(rows), column, dtype=np.int64)]),
        value=np.concatenate([block.value, value]),
    )
