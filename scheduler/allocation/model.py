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
               Σ_{v,r} x[h,v,r] ≥ visits for the standard error asked      precision
               Σ_{h∈c, v} x[h,v,r] = A[c] · ρ[c,r]                         class_rates
               ρ[next tier,r] ≥ ρ[tier,r] + step                           tiers
               |Σ_v x[h,v,r] − A[h] · ρ[c,r]| ≤ tolerance · A[h]           tolerance
               Σ_{h in d, v} hours[v,k] · x[h,v,r] + lent by d − lent to d ≤ hours[d,r,k]   hours
               Σ_d lent[to d,r,k] ≤ hours of the bureau's own officers     pool
               lent[a,r,k] ≤ lent[a,r,all]                                 lent_officers
               x, ρ, lent ≥ 0

Findings of a visit are the policy's expected findings of the tier for each task served. A joint visit makes one
journey instead of two, so merging is what the optimum does by itself. k runs over resources
(`scheduler.allocation.capacity`), a over the arcs of the lending network, whose hours cost what the policy says.
Rates bind in every round, so that every firm of a round's pool has its chance in it and estimates from any round are
unbiased; yearly floors, steps and tolerances are shared out over the rounds, ceilings hold for the year.

Among optima the most even is taken (`scheduler.allocation.evenness`); the dual values of the programme go into the
certificate (`scheduler.allocation.certificate`), by which anybody checks the answer without a solver.
"""

from __future__ import annotations

import numpy as np

from scheduler.allocation import constraints
from scheduler.allocation.layout import Layout, make_layout
from scheduler.allocation.matrix import Floats, LinearProgramme
from scheduler.allocation.problem import Problem
from scheduler.allocation.solver import minimise


def has_plan(problem: Problem) -> bool:
    """Whether a problem has a solution at all."""
    return not problem.rounds or minimise(build_programme(make_layout(problem))) is not None


def build_programme(layout: Layout) -> LinearProgramme:
    """Builds the programme of a layout, every number a multiple of 10^-9."""
    return LinearProgramme(
        cost=_cost(layout),
        upper=_upper(layout),
        blocks=(
            constraints.firms(layout),
            constraints.in_hand(layout),
            constraints.compulsory(layout),
            constraints.target(layout),
            constraints.compulsory_share(layout),
            *constraints.task_ratios(layout),
            constraints.floors(layout),
            constraints.ceilings(layout),
            constraints.precision(layout),
            constraints.class_rates(layout),
            constraints.tiers(layout),
            constraints.tolerance(layout),
            constraints.hours(layout),
            constraints.pool(layout),
            constraints.lent_officers(layout),
        ),
    ).exact()


def _cost(layout: Layout) -> Floats:
    """Cost of each column's unit: officers' time less findings of a visit, nothing for a rate, the price of lending."""
    problem, columns = layout.problem, layout.columns
    cost = np.zeros(layout.num_columns, dtype=np.float64)
    cost[: len(columns)] = float(problem.policy.capacity.cost_per_hour) * columns.hours - columns.findings
    prices = [
        arc.cost_per_hour if resource == problem.resources[0] else 0.0
        for resource in problem.resources
        for arc in layout.lending
    ]
    cost[layout.lent_start :] = np.tile(np.array(prices, dtype=np.float64), len(problem.rounds))
    return cost


def _upper(layout: Layout) -> Floats:
    """
    Greatest value of each column, which the rows imply: firms of the stratum, a rate of 1, the lender's hours.

    They change no solution; they let the dual values bound the optimum without any sign of a reduced cost being exact.
    """
    problem = layout.problem
    firms = problem.strata.size[layout.columns.stratum] if len(layout.columns) else np.zeros(0)
    lent = [
        sum(of_round.get((district, resource), 0.0) for district in {arc.lender, *layout.districts})
        for of_round in problem.officer_hours
        for resource in problem.resources
        for arc in layout.lending
    ]
    return np.concatenate([firms.astype(np.float64), np.ones(len(layout.classes)), np.array(lent, dtype=np.float64)])
