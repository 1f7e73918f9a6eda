"""
The linear programme of the year (design, section 5): all tasks, districts, tiers and rounds decided at once.

Let h run over strata, r over targeted rounds still to draw, v over the packages of h in r
(`scheduler.allocation.packages`) and c over classes: strata alike but for their district. N[h] are the firms of a
stratum, A[h] those that open rounds still to come leave, n[h,r] its scheduled compulsory visits, T[r] the visits of a
round that count. The programme is

    maximise   Σ x[h,v,r] · (findings[h,v] − cost · hours[v])
    subject to Σ_{v discretionary, r} x[h,v,r] ≤ A[h]                      firms
               Σ_{v ordinary} x[h,v,r] ≤ limit[h,r]                        in_hand
               Σ_v x[h,v,r] = n[h,r]   where full coverage is owed         compulsory
               Σ_{h, v counting} x[h,v,r] = T[r]                           target
               Σ_{h compulsory, v counting, r} x[h,v,r] ≤ share of T       compulsory_share
               least[t] ≤ Σ_{h, v∋t, r} x[h,v,r] ≤ greatest[t]             task_ratios
               floor[h,r] ≤ Σ_v x[h,v,r]                                   floors
               Σ_{v,r} x[h,v,r] ≤ ceiling[h]                               ceilings
               Σ_{h∈c, v} x[h,v,r] = A[c] · ρ[c,r]                         class_rates
               ρ[next tier,r] ≥ ρ[tier,r] + step                           tiers
               |Σ_v x[h,v,r] − A[h] · ρ[c,r]| ≤ tolerance · A[h]           tolerance
               Σ_{h in d, v} hours[v] · x[h,v,r] ≤ hours[d,r] + lent[d,r]  hours
               Σ_d lent[d,r] ≤ hours of the bureau's own officers in r     pool
               x, ρ, lent ≥ 0

Findings of a visit are the policy's expected findings of the tier for each task served. A joint visit makes one
journey instead of two, so merging is what the optimum does by itself. Rates bind in every round, so that every firm
of a round's pool has its chance in it and estimates from any round are unbiased; yearly floors, steps and tolerances
are shared out over the rounds, ceilings hold for the year.

Among optima the most even is taken: a second programme keeps the optimum and minimises Σ |Σ_v x[h,v,r] − A[h] ·
ρ[c,r]|.
"""

from __future__ import annotations

import numpy as np

from scheduler.allocation import constraints
from scheduler.allocation.cells import Cell
from scheduler.allocation.layout import Layout, make_layout
from scheduler.allocation.matrix import INFINITY, Floats, Limit, LinearProgramme, Rows, rows
from scheduler.allocation.problem import Problem
from scheduler.allocation.recording import record
from scheduler.allocation.relaxation import explain_infeasible
from scheduler.allocation.solver import INTERIOR_POINT, Optimum, minimise

OPTIMUM_SLACK = 1e-9  # share of the optimum that the second objective may give up


def solve_programme(problem: Problem) -> tuple[tuple[Cell, ...], ...]:
    """
    Solves a problem; cells of each targeted round still to draw, in ascending order of (stratum, package).

    Every stratum of the pool stands in every round. Visits are whole 10^-6; those that count sum to each round's number
    exactly, compulsory ones to their schedule exactly, and no stratum has more than it can bear.

    Raises
    ------
    InfeasiblePlanError
        If no plan keeps every limit; it names the limits to relax and by how much.
    """
    if not problem.rounds:
        return ()
    layout = make_layout(problem)
    programme = build_programme(layout)
    optimum = minimise(programme)
    if optimum is None:
        raise explain_infeasible(layout, programme)
    return record(layout, _most_even(layout, programme, optimum)[: len(layout.columns)])


def build_programme(layout: Layout) -> LinearProgramme:
    """Builds the programme of a layout."""
    columns = layout.columns
    cost = np.zeros(layout.num_columns, dtype=np.float64)
    per_hour = float(layout.problem.policy.capacity.cost_per_hour)
    cost[: len(columns)] = per_hour * columns.hours - columns.findings
    return LinearProgramme(
        cost=cost,
        upper=np.full(layout.num_columns, INFINITY, dtype=np.float64),
        blocks=(
            constraints.firms(layout),
            constraints.in_hand(layout),
            constraints.compulsory(layout),
            constraints.target(layout),
            constraints.compulsory_share(layout),
            *constraints.task_ratios(layout),
            constraints.floors(layout),
            constraints.ceilings(layout),
            constraints.class_rates(layout),
            constraints.tiers(layout),
            constraints.tolerance(layout),
            constraints.hours(layout),
            constraints.pool(layout),
        ),
    )


def _most_even(layout: Layout, programme: LinearProgramme, optimum: Optimum) -> Floats:
    """The most even of the optima; the optimum given where the solver finds none within the slack."""
    start = layout.num_columns
    blocks: list[Rows] = []
    weights: list[Floats] = []
    for differences, weight in ((constraints.even_districts(layout), 1.0), (constraints.even_rounds(layout), 0.25)):
        blocks += constraints.bounded(differences, start)
        weights.append(np.full(len(differences), weight))
        start += len(differences)
    if start == layout.num_columns:
        return optimum.values
    second = LinearProgramme(
        cost=np.concatenate([np.zeros(layout.num_columns), *weights]),
        upper=np.full(start, INFINITY, dtype=np.float64),
        blocks=(*programme.blocks, *blocks, _kept(programme.cost, optimum.cost)),
    )
    even = minimise(second, INTERIOR_POINT)
    return optimum.values if even is None else even.values


def _kept(cost: Floats, optimum: float) -> Rows:
    """The row that keeps the optimum."""
    columns = np.flatnonzero(cost)
    upper = optimum + OPTIMUM_SLACK * max(1.0, abs(optimum))
    return rows(Limit.EVEN, [(0, columns, cost[columns])], -INFINITY, upper, [()])
