"""
A problem solved: its optimum, the most even one among the optima, recorded in whole units with its certificate.

The programme is written down in `scheduler.allocation.model`; where it has no solution,
`scheduler.allocation.relaxation` answers.
"""

from __future__ import annotations

from types import MappingProxyType

from scheduler.allocation.certificate import certify
from scheduler.allocation.evenness import most_even
from scheduler.allocation.layout import make_layout
from scheduler.allocation.model import build_programme
from scheduler.allocation.problem import Problem
from scheduler.allocation.recording import record
from scheduler.allocation.relaxation import Rebuild, explain_infeasible
from scheduler.allocation.relaxation_words import Names
from scheduler.allocation.solution import NOTHING_TO_SOLVE, Solved
from scheduler.allocation.solver import minimise
from scheduler.progress import SILENT, Progress
from scheduler.registry.items import MICRO


def solve_programme(
    problem: Problem,
    rebuild: Rebuild | None = None,
    names: Names = MappingProxyType({}),
    progress: Progress = SILENT,
) -> Solved:
    """
    Solves a problem; cells of each targeted round still to draw, in ascending order of (stratum, package).

    Every stratum of the pool stands in every round. Visits are whole 10^-6; those that count sum to each round's number
    exactly, compulsory ones to their schedule exactly, and no stratum has more than it can bear.

    Parameters
    ----------
    rebuild
        The problem as the policy would state it with some limits relaxed; by it the answer to an infeasible problem is
        tried before it is given.
    names
        Names of districts by code, for that answer.
    progress
        Hears how far the search for that answer is.

    Raises
    ------
    InfeasiblePlanError
        If no plan keeps every limit; it names the limits to relax and by how much.
    """
    if not problem.rounds:
        return NOTHING_TO_SOLVE
    layout = make_layout(problem)
    programme = build_programme(layout)
    optimum = minimise(programme)
    if optimum is None:
        raise explain_infeasible(layout, programme, rebuild, names, progress)
    values = most_even(layout, programme, optimum)
    units, cells = record(layout, values[: len(layout.columns)])
    return Solved(
        cells=cells,
        certificate=certify(layout, programme, units, values, optimum.duals),
        findings=float(layout.columns.findings @ units) / MICRO,
    )
