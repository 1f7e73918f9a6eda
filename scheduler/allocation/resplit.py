"""
Infeasible for its rounds: another split of what counts over the targeted rounds, as weights of the policy.

How many visits each round makes is fixed before the programme is stated, by the rounds' weights. Where the firms and
the full coverage of some rounds leave another one fewer visits than it must make, no limit of the programme helps, but
another split does: the one that moves the fewest visits from round to round, found by the elastic programme with the
split left open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice
from math import gcd

import numpy as np

from scheduler.allocation.elastic import Elastic, make_elastic, scale_of
from scheduler.allocation.layout import Layout, make_layout
from scheduler.allocation.matrix import INFINITY, Floats, Limit, LinearProgramme, Rows, rows
from scheduler.allocation.model import build_programme
from scheduler.allocation.problem import Problem
from scheduler.allocation.solver import minimise
from scheduler.allocation.target import PlannedRound, target_visits
from scheduler.errors import Relaxation
from scheduler.i18n import gettext as _
from scheduler.parameters import micro
from scheduler.registry.frame import Integers

_MOST_TRIED = 6  # ways to make a split of fractions whole
_DEAR = 1000.0  # visits moved rather than one more visit or officer-hour
_NOTICED = 1e-6  # of a visit: less is the solver's rounding


def other_splits(layout: Layout, *, with_law: bool) -> Iterator[tuple[Relaxation, ...]]:
    """
    Weights of all targeted rounds that split what counts otherwise, the most promising first; none if no split helps.

    Other figures of the policy may have to give way as well.

    Parameters
    ----------
    with_law
        Whether the target itself may give way too.
    """
    problem = layout.problem
    now = [entry.counting_visits for entry in problem.rounds]
    wanted = _wanted(_with_every_round(layout), now, with_law=with_law)
    if wanted is None:
        return
    for visits in islice(_whole(wanted, sum(now)), _MOST_TRIED):
        if visits != now:
            yield _weights(problem, visits)


def _with_every_round(layout: Layout) -> Layout:
    """The layout in which even a round without visits that count has packages for some."""
    rounds = [replace(entry, counting_visits=max(1, entry.counting_visits)) for entry in layout.problem.rounds]
    return make_layout(replace(layout.problem, rounds=tuple(rounds)))


def _wanted(layout: Layout, now: Sequence[int], *, with_law: bool) -> Floats | None:
    """Visits that count by round, in fractions, if any split has a plan once all levers are free to give way."""
    programme = build_programme(layout)
    stated = np.array(now, dtype=np.float64)
    blocks = [
        replace(block, lower=stated, upper=stated) if block.limit is Limit.TARGET else block
        for block in programme.blocks
    ]
    elastic = make_elastic(layout, replace(programme, blocks=tuple(blocks)))
    answer = minimise(_open_split(elastic, stated, with_law=with_law))
    if answer is None:
        return None
    more, less = answer.values[-2 * len(now) :].reshape(2, -1)
    return np.asarray(stated + more - less, dtype=np.float64)


def _open_split(elastic: Elastic, now: Floats, *, with_law: bool) -> LinearProgramme:
    """The elastic programme with two columns more for each round: visits that count more, and less, than now."""
    old, number = elastic.programme, len(now)
    places = np.arange(number)
    more, less = len(old.cost) + places, len(old.cost) + number + places
    allowed = np.array([with_law or not lever.law for lever in elastic.levers], dtype=np.float64)
    most = np.array([lever.most for lever in elastic.levers], dtype=np.float64)
    levers = slice(elastic.start, len(old.cost))
    cost, upper = np.zeros(len(old.cost)), old.upper.copy()
    cost[levers], upper[levers] = _DEAR * scale_of(elastic.levers), most * allowed
    kept = rows(Limit.TARGET, [(0, more, 1.0), (0, less, -1.0)], 0.0, 0.0, [()])
    blocks = [_shifted(block, more, less) if block.limit is Limit.TARGET else block for block in old.blocks]
    return LinearProgramme(
        cost=np.concatenate([cost, np.ones(2 * number)]),
        upper=np.concatenate([upper, np.full(number, INFINITY), now]),
        blocks=(*blocks, kept),
    )


def _shifted(block: Rows, more: Integers, less: Integers) -> Rows:
    """The rows of the target, each with the visits moved into its round and out of it."""
    places = np.arange(len(block))
    return replace(
        block,
        row=np.concatenate([block.row, places, places]),
        column=np.concatenate([block.column, more, less]),
        value=np.concatenate([block.value, np.full(len(block), -1.0), np.ones(len(block))]),
    )


def _whole(wanted: Floats, total: int) -> Iterator[list[int]]:
    """Ways to make fractions whole that keep their sum, rounding up where most is left over first."""
    below = np.floor(wanted + _NOTICED).astype(np.int64)
    fractions = [place for place in np.argsort(below - wanted, kind="stable").tolist() if wanted[place] > below[place]]
    missing = total - int(below.sum())
    for raised in combinations(fractions, missing):
        yield [int(visits) + (place in raised) for place, visits in enumerate(below.tolist())]


def _weights(problem: Problem, visits: Sequence[int]) -> tuple[Relaxation, ...]:
    """
    Weights that split what counts so.

    Drawn rounds have what they were planned to make for a weight; what they left over, or left, the next round takes up
    (`scheduler.allocation.target.carry_over`) whatever its weight.
    """
    planned = [entry.counting_visits for entry in problem.earlier]
    target = problem.target - target_visits(micro(problem.policy.target.open_share), problem.target)
    carried = sum(visits) - (target - sum(planned))
    weights = [*planned, max(0, visits[0] - carried), *visits[1:]]
    unit = gcd(*weights) or 1
    return tuple(
        _relaxation(entry, weight // unit, after)
        for entry, weight, after in zip((*problem.earlier, *problem.rounds), weights, [*planned, *visits], strict=True)
    )


def _relaxation(entry: PlannedRound, weight: int, after: int) -> Relaxation:
    name = f"rounds.{entry.number}.weight"
    words = (
        _("weight of round {number} ({name}): {weight}; it was drawn and keeps its {after} visits")
        if entry.drawn
        else _(
            "weight of round {number} ({name}): {weight}, by which it makes {after} visits that count instead of "
            "{before}"
        )
    )
    return Relaxation(
        name=name,
        change=str(weight),
        sentence=words.format(
            number=entry.number,
            name=name,
            weight=f"{weight:,}",
            after=f"{after:,}",
            before=f"{entry.counting_visits:,}",
        ),
    )
