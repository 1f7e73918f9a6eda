"""
The one file that knows PuLP; HiGHS solves.

Written on what PuLP 3.3 and 4.x have in common: variables are added to the problem, expressions are made from pairs
(the quick way in both), the outcome is read as a number. Variables are named by their number, so that an LP file
holds no text of ours. HiGHS starts cold, on one thread, with columns and rows in the order given: the same programme
gives the same answer on the same machine. Solvers differ in which optimum they take, which is why the solution is
recorded (design, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from scheduler.allocation.matrix import INFINITY, Floats, LinearProgramme
from scheduler.registry.frame import Integers

SIMPLEX, INTERIOR_POINT = "simplex", "ipm"
_OPTIMAL = 1  # PuLP's own number in all versions
_expression: Any = getattr(pulp.LpAffineExpression, "from_list", pulp.LpAffineExpression)


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """An optimal solution: values of the columns, shape (n,), the cost, and the dual values of the rows, shape (m,)."""

    values: Floats
    cost: float
    duals: Floats


def minimise(programme: LinearProgramme, method: str = SIMPLEX) -> Optimum | None:
    """
    Solves a programme; None where no solution keeps all rows.

    Parameters
    ----------
    method
        `SIMPLEX`, or `INTERIOR_POINT` with crossover, which is four times as fast on sums of absolute differences.
    """
    built = build(programme)
    if built is None:
        return None
    problem, variables, row_of = built
    outcome = problem.solve(pulp.HiGHS(msg=False, threads=1, solver=method))
    if int(getattr(outcome, "status", outcome)) != _OPTIMAL:
        return None
    values = np.array([variable.varValue or 0.0 for variable in variables], dtype=np.float64)
    duals = np.zeros(sum(map(len, programme.blocks)), dtype=np.float64)
    np.add.at(duals, row_of, _pi(problem))  # a row with two finite bounds is two constraints, of which one binds
    return Optimum(values=values, cost=float(values @ programme.cost), duals=duals)


def _pi(problem: Any) -> Floats:
    """Dual values of PuLP's constraints in the order in which they were added."""
    found = problem.constraints
    constraints = found() if callable(found) else found.values()
    return np.array([constraint.pi or 0.0 for constraint in constraints], dtype=np.float64)


def build(programme: LinearProgramme) -> tuple[Any, list[Any], Integers] | None:
    """
    PuLP's problem, its variables in the order of the columns, and the row that each of its constraints came from.

    None where a row without entries cannot hold.
    """
    problem = pulp.LpProblem("allocation", pulp.LpMinimize)
    variables = [
        problem.add_variable(f"x{number:07d}", 0, None if upper == INFINITY else upper)
        for number, upper in enumerate(programme.upper.tolist())
    ]
    problem += _expression(list(zip(variables, programme.cost.tolist(), strict=True)))
    row_of = _add_rows(problem, variables, programme)
    return None if row_of is None else (problem, variables, np.array(row_of, dtype=np.int64))


def _add_rows(problem: Any, variables: list[Any], programme: LinearProgramme) -> list[int] | None:
    """Adds all rows, one constraint for each finite bound; None where a row without entries cannot hold."""
    row_of: list[int] = []
    stacked = programme.stacked()
    order = np.argsort(stacked.row, kind="stable")
    ends = np.searchsorted(stacked.row[order], np.arange(len(stacked.lower) + 1))
    columns, values = stacked.column[order].tolist(), stacked.value[order].tolist()
    for number, (lower, upper) in enumerate(zip(stacked.lower.tolist(), stacked.upper.tolist(), strict=True)):
        begin, end = int(ends[number]), int(ends[number + 1])
        if begin == end:
            if lower > 0 or upper < 0:
                return None
            continue
        pairs = [
            (variables[column], value) for column, value in zip(columns[begin:end], values[begin:end], strict=True)
        ]
        if lower == upper:
            problem += _expression(pairs) == lower
            row_of.append(number)
            continue
        if lower != -INFINITY:
            problem += _expression(pairs) >= lower
            row_of.append(number)
        if upper != INFINITY:
            problem += _expression(pairs) <= upper
            row_of.append(number)
    return row_of
