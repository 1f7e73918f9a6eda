"""
Infeasible: the fewest of the planner's limits that must give way, and by how much, so that there is a plan.

**Fewest.** In the elastic programme every lever (`scheduler.allocation.levers`) is a column. Some levers are free, the
others cost; if its least cost is 0, the free ones suffice. If not, its dual solution proves that at least one of the
levers with a price in it must give way: a core. The smallest set that meets all cores found so far is tried next, so
the first set that suffices is as small as any (implicit hitting sets [1]_). Among equally few, the bureau's own
choices go before what binds it; the target of the law gives way only where nothing else helps. Whom the policy spares
(`scheduler.allocation.sparing`) is no row of the programme, so these rules are tried by themselves: one alone before
two limits or more, and all of them, with the fewest limits besides, before the target.

**By how much.** The least, in whole grains of the figures. What the policy makes of a figure is not always a straight
line (whole visits, floors that tasks bound), so each answer is tried on the problem as the changed policy would state
it, and grows until it holds there. Where none does, all figures are taken to their farthest
(`scheduler.allocation.farthest`): only if that makes no plan either does the answer say that none helps.

References
----------
.. [1] Moreno-Centeno & Karp (2013), Oper. Res. 61: 453-468, doi:10.1287/opre.1120.1139
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from scheduler.allocation.elastic import Elastic, make_elastic, scale_of
from scheduler.allocation.farthest import Moved, farthest
from scheduler.allocation.layout import Layout, make_layout
from scheduler.allocation.levers import Lever
from scheduler.allocation.matrix import INFINITY, Floats, Limit, LinearProgramme
from scheduler.allocation.model import build_programme, has_plan
from scheduler.allocation.policy import VisitsPolicy
from scheduler.allocation.problem import Problem
from scheduler.allocation.relaxation_words import Names, sentence, unhelped
from scheduler.allocation.resplit import other_splits
from scheduler.allocation.solver import minimise
from scheduler.allocation.sparing import less_sparing, nobody_spared
from scheduler.errors import InfeasiblePlanError, PolicyError, Relaxation
from scheduler.i18n import gettext as _
from scheduler.progress import SILENT, Progress

Rebuild = Callable[[Sequence[Relaxation]], Problem]
MOST_CORES = 60  # programmes solved before the answer is as good as can be had
_NOTICED = 1e-7  # of a visit or officer-hour: less is the solver's rounding
_GROWTH = (1.0, 1.02, 1.1, 1.3, 1.7, 2.5, 5.0)
_LOGIC = frozenset({Limit.FIRMS, Limit.IN_HAND, Limit.COMPULSORY})


def explain_infeasible(
    layout: Layout, programme: LinearProgramme, rebuild: Rebuild | None, names: Names, progress: Progress = SILENT
) -> InfeasiblePlanError:
    """
    Error that names the limits to relax, and by how much, for a programme without a solution.

    Parameters
    ----------
    rebuild
        The problem as the policy would state it once these limits have given way; None to believe the elastic
        programme.
    names
        Names of districts by code, for the sentences.
    """
    found = _relaxations(layout, programme, _Search(rebuild=rebuild, names=names, progress=progress))
    return InfeasiblePlanError(
        _("no plan keeps every limit; nothing was changed. The fewest limits that would have to give way:"),
        found or unhelped(layout, _most_counting(programme)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """How answers are tried and told, relaxations that come before any other, and who hears how far the search is."""

    rebuild: Rebuild | None
    before: tuple[Relaxation, ...] = ()
    names: Names
    progress: Progress
    tried: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def works(self, found: Sequence[Relaxation]) -> bool:
        """Whether there is a plan once these limits have given way; none where the policy then contradicts itself."""
        options = tuple(entry.option for entry in (*self.before, *found))
        if options not in self.tried:
            self.tried[options] = self._works((*self.before, *found))
        return self.tried[options]

    def _works(self, every: Sequence[Relaxation]) -> bool:
        try:
            return self.rebuild is None or has_plan(self.rebuild(every))
        except PolicyError:
            return False

    def proved(self, num_cores: int) -> None:
        """Tells how many sets of limits are proved to need giving way."""
        self.progress.report(_("Looking for the fewest limits to relax"), num_cores, MOST_CORES)


def _relaxations(layout: Layout, programme: LinearProgramme, search: _Search) -> tuple[Relaxation, ...]:
    """What gives way: limits, rounds' weights, who is spared, then the law's target with these; empty if all fail."""
    elastic, visits = make_elastic(layout, programme), layout.problem.policy.visits
    for with_law in (False, True):
        found = _fewest(elastic, layout, search, with_law=with_law)
        if len(found) != 1 and not with_law and search.rebuild is not None:
            found = less_sparing(visits, search.works) or found
        found = found or _with_another_split(layout, search, with_law=with_law)
        if not found and (spared := nobody_spared(visits)) and (again := _prepared(spared, search)):
            found = _fewest(*again, with_law=with_law)
        found = found or _last_resort(visits, search, with_law=with_law)
        if found:
            return found
    return ()


def _last_resort(visits: VisitsPolicy, search: _Search, *, with_law: bool) -> tuple[Relaxation, ...]:
    """Figures taken as far as needed, from as far as they go; empty if even all of them make no plan."""
    for before in dict.fromkeys(((), nobody_spared(visits))):
        again = _prepared(before, search)
        found = _from_the_farthest(*again, with_law=with_law) if again else ()
        if found:
            return found
    return ()


def _from_the_farthest(elastic: Elastic, layout: Layout, search: _Search, *, with_law: bool) -> tuple[Relaxation, ...]:
    """Relaxations that work together with those before, which come first, each as far as it must go."""
    free: dict[str, Lever] = {}
    for lever in elastic.levers:
        if (with_law or not lever.law) and (lever.name not in free or (lever.law and not free[lever.name].law)):
            free[lever.name] = lever

    def told(moved: Sequence[Moved]) -> list[Relaxation]:
        return [_relaxation(lever, value, layout, search.names) for lever, value in moved]

    found = farthest(tuple(free.values()), lambda moved: search.works(told(moved)))
    return (*search.before, *told(found)) if found else ()


def _prepared(before: tuple[Relaxation, ...], search: _Search) -> tuple[Elastic, Layout, _Search] | None:
    """What to search in once these have given way; None where the policy then contradicts itself, or is not known."""
    if search.rebuild is None:
        return None
    try:
        layout = make_layout(search.rebuild(before))
        return make_elastic(layout, build_programme(layout)), layout, replace(search, before=before)
    except PolicyError:
        return None


def _with_another_split(layout: Layout, search: _Search, *, with_law: bool) -> tuple[Relaxation, ...]:
    """Weights of the rounds that make a plan, and the fewest limits that must give way besides; empty if none do."""
    splits = [] if search.rebuild is None else list(other_splits(layout, with_law=with_law))
    for weights in splits:
        if search.works(weights):
            return weights
    again = _prepared(splits[0], search) if splits else None
    return _fewest(*again, with_law=with_law) if again else ()


def _most_counting(programme: LinearProgramme) -> tuple[float, ...]:
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


def _fewest(elastic: Elastic, layout: Layout, search: _Search, *, with_law: bool) -> tuple[Relaxation, ...]:
    """The fewest relaxations that work together with those before, which come first; empty if there are none."""
    allowed = np.array([with_law or not lever.law for lever in elastic.levers], dtype=np.float64)
    cores: list[Floats] = []
    while (chosen := _smallest(cores, elastic.levers, allowed)) is not None:
        search.proved(len(cores))
        if len(cores) >= MOST_CORES:
            chosen = _irreducible(elastic, allowed)
        more = [] if len(cores) >= MOST_CORES else _cores(elastic, chosen, allowed)
        if more is None:
            break
        found = () if more else _amounts(elastic, chosen, layout, search)
        if found or len(cores) >= MOST_CORES:
            search.proved(MOST_CORES)
            return (*search.before, *found) if found else ()
        cores += more or [np.where(chosen > 0, 0.0, allowed)]  # the policy makes less of them than the rows tell
    return ()


def _cores(elastic: Elastic, free: Floats, allowed: Floats) -> list[Floats] | None:
    """Cores that the free levers do not meet, disjoint from each other; None if not even all levers suffice."""
    found: list[Floats] = []
    while True:
        core = _core(elastic, np.maximum.reduce([free, *found]), allowed)
        if core is None:
            return None
        if not core.any():
            return found
        found.append(core)


def _irreducible(elastic: Elastic, allowed: Floats) -> Floats:
    """A set of levers that suffices and of which none can be left out; it may not be the smallest."""
    answer = elastic.solved(scale_of(elastic.levers), allowed)
    chosen = np.zeros(len(allowed)) if answer is None else np.where(answer[0] > _NOTICED / 10, 1.0, 0.0)
    for place in np.flatnonzero(chosen).tolist():
        without = chosen.copy()
        without[place] = 0.0
        if elastic.solved(np.zeros(len(allowed)), without) is not None:
            chosen = without
    return chosen


def _core(elastic: Elastic, free: Floats, allowed: Floats) -> Floats | None:
    """Levers of which one must move besides the free ones, as 0 and 1; none if these suffice, None if none do."""
    scale = scale_of(elastic.levers)
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


def _amounts(elastic: Elastic, chosen: Floats, layout: Layout, search: _Search) -> tuple[Relaxation, ...]:
    """By how much the chosen levers give way so that it works; empty if it never does."""
    price = np.array([1 / max(lever.most, 1e-9) if lever.grain < 1 else 1e-3 for lever in elastic.levers])
    answer = elastic.solved(price, chosen)
    if answer is None:
        return ()
    before: tuple[Relaxation, ...] = ()
    for growth in _GROWTH:
        found = tuple(
            _relaxation(lever, lever.moved(float(amount), growth), layout, search.names)
            for lever, amount, wanted in zip(elastic.levers, answer[0], chosen, strict=True)
            if wanted and amount > _NOTICED / 10
        )
        if found and found != before and search.works(found):
            return found
        before = found
    return ()


def _relaxation(lever: Lever, value: Decimal, layout: Layout, names: Names) -> Relaxation:
    change = f"+{value}" if lever.kind is Limit.HOURS else f"{value.normalize():f}"
    return Relaxation(name=lever.name, change=change, sentence=sentence(lever, value, layout, names))
