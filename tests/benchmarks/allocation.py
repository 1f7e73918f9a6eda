"""
The programme at city size: 462,000 firms, 9 districts, 4 object types, 4 tiers, 24 overlapping tasks, 4 rounds.

``allocation.city.build_seconds`` covers strata, the matrix and PuLP's problem, ``solve_seconds`` the first solve,
``seconds`` everything from the register to recorded cells, the second objective included; ``linprog_seconds`` is
scipy's solve of the same matrix; ``verify_seconds`` checks the recorded answer without a solver, from the bytes of its
programme, and ``certified_gap`` is how far from the optimum it can be at most. Each has a process of its own.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np

from scheduler.allocation.capacity import Post
from scheduler.allocation.layout import make_layout
from scheduler.allocation.model import build_programme
from scheduler.allocation.policy import RoundPolicy
from scheduler.allocation.problem import PlanPolicy, Problem, Year, build_problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.solver import build, minimise
from scheduler.allocation.strata import DrawnSoFar
from scheduler.allocation.target import split_target, target_firms, target_visits
from scheduler.audit.programme import check_programme, read_programme
from scheduler.errors import InfeasiblePlanError
from scheduler.registry.codes import OBJECT_TYPES, ItemKind, ObjectType, RoundKind
from scheduler.registry.frame import Frame
from scheduler.registry.items import InspectionItem, Task, TaskRange
from scheduler.resources import data_path
from scheduler.workflow.settings import parse_settings
from tests import made_up_lists
from tests.benchmarks.measure import figure, measured

NUM_FIRMS = 462_000
DISTRICTS = tuple(f"3710{number:02d}" for number in range(1, 10))
TYPES = (ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL, ObjectType.COOPERATIVE, ObjectType.REPRESENTATIVE)
NUM_LIBRARIES = 20
ROUNDS = tuple(
    RoundPolicy(
        number=number,
        kind=RoundKind.OPEN if number == 1 else RoundKind.TARGETED,
        starts_on=date(2026, 2 * number, 1),
        ends_on=date(2026, 2 * number + 1, 28),
    )
    for number in range(1, 5)
)


def register() -> tuple[Frame, np.ndarray]:
    """A made-up register and its tiers."""
    rng = np.random.default_rng(1)
    libraries = np.zeros(NUM_FIRMS, dtype=np.uint64)
    for bit in range(NUM_LIBRARIES):
        libraries |= (rng.random(NUM_FIRMS) < 0.001 * (1 + bit)).astype(np.uint64) << np.uint64(bit)
    frame = Frame(
        firm_id=np.array([f"91{number:016d}" for number in range(NUM_FIRMS)], dtype="S18"),
        object_type=np.array([OBJECT_TYPES.index(entry) for entry in TYPES], dtype=np.int16)[
            rng.choice(4, NUM_FIRMS, p=[0.318, 0.662, 0.015, 0.005])
        ],
        district=rng.integers(0, len(DISTRICTS), NUM_FIRMS).astype(np.int16),
        status=np.zeros(NUM_FIRMS, dtype=np.int16),
        industry=np.full(NUM_FIRMS, b"F5211", dtype="S5"),
        established_on=np.full(NUM_FIRMS, "NaT", dtype="datetime64[D]"),
        capital_yuan=np.full(NUM_FIRMS, -1, dtype=np.int64),
        libraries=libraries,
        district_codes=DISTRICTS,
        library_codes=tuple(f"L{number:02d}" for number in range(NUM_LIBRARIES)),
    )
    return frame, rng.choice(4, NUM_FIRMS, p=[0.65, 0.25, 0.08, 0.02]).astype(np.int8)


def item(number: int, kind: ItemKind) -> InspectionItem:
    """An item of half an hour, of no department."""
    return made_up_lists.item(f"I{number:02d}", kind=kind, department="")


def task(number: int, object_type: ObjectType | None, library: int | None) -> Task:
    """A task: the first four carry the object types, the next five are full coverage, six are joint."""
    full = 4 < number <= 9
    return made_up_lists.task(
        f"T{number:02d}",
        f"I{number:02d}",
        range=TaskRange(
            object_types=() if object_type is None else (object_type,),
            libraries=() if library is None else (f"L{library:02d}",),
        ),
        full_coverage=full,
        ratio_min_micro=0 if number <= 4 or full else 20_000,
        ratio_max_micro=1_000_000 if full or number == 1 else 200_000,
        ends_on=date(2026, 12, 31) if number % 5 else date(2026, 7, 31),
        partners=("x",) if number > 18 else (),
    )


def problem() -> Problem:
    """What the programme is asked."""
    settings = parse_settings(data_path("examples", "double-random.toml").read_text(encoding="utf-8"), "example")
    frame, tier = register()
    number = int(target_firms(frame, settings.target).sum())
    target = target_visits(80_000, number)
    tasks = tuple(
        task(index, TYPES[index - 1] if index <= 4 else None, index - 5 if index > 4 else None)
        for index in range(1, 25)
    )
    return build_problem(
        frame,
        tier,
        policy=PlanPolicy(
            bureau=settings.bureau.code,
            target=settings.target,
            tiers=settings.tiers,
            rates=settings.rates,
            capacity=settings.capacity.model_copy(update={"hours_per_officer": Decimal(1500)}),
        ),
        year=Year(num_enterprises=number, target=target, rounds=split_target(target, settings.target, ROUNDS)),
        tasks=tasks,
        items=tuple(item(index, ItemKind.GENERAL if index <= 4 else ItemKind.KEY) for index in range(1, 25)),
        officers={entry.number: {Post(code): 130 for code in (*DISTRICTS, settings.bureau.code)} for entry in ROUNDS},
        drawn=DrawnSoFar(firm_id=np.zeros(0, dtype="S18"), package=(), counting=np.zeros(0, dtype=np.bool_)),
    )


def whole() -> None:
    """Times everything, from the register to recorded cells."""
    asked = problem()
    started = time.perf_counter()
    solved = solve_programme(asked)
    seconds = time.perf_counter() - started
    assert solved.certificate is not None
    files = solved.certificate.files()
    begun = time.perf_counter()
    found = check_programme(read_programme(files))
    checked = time.perf_counter() - begun
    assert found.is_feasible and found.is_near_optimal
    gap = (found.cost - found.bound) / abs(found.cost)
    size = sum(map(len, files.values())) / 1e6
    print(seconds, sum(map(len, solved.cells)), checked, gap, len(found.slack_rows), size)


def infeasible() -> None:
    """Times the answer to a step that no rates can climb."""
    asked = problem()
    rates = asked.policy.rates.model_copy(update={"step": Decimal("0.3")})
    started = time.perf_counter()
    try:
        solve_programme(replace(asked, policy=replace(asked.policy, rates=rates)))
    except InfeasiblePlanError as error:
        print(time.perf_counter() - started, len(error.relaxations))


def parts() -> None:
    """Times building, solving and scipy's solve of the same matrix."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    started = time.perf_counter()
    layout = make_layout(problem())
    programme = build_programme(layout)
    build(programme)
    built = time.perf_counter()
    optimum = minimise(programme)
    solved = time.perf_counter()
    rows = programme.stacked()
    matrix = csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.lower), layout.num_columns))
    equal = rows.lower == rows.upper
    above, below = ~equal & np.isfinite(rows.upper), ~equal & np.isfinite(rows.lower)
    from scipy.sparse import vstack

    begun = time.perf_counter()
    answer = linprog(
        programme.cost,
        A_ub=vstack([matrix[above], -matrix[below]]),
        b_ub=np.concatenate([rows.upper[above], -rows.lower[below]]),
        A_eq=matrix[equal],
        b_eq=rows.lower[equal],
        method="highs",
    )
    ended = time.perf_counter()
    gap = abs(answer.fun - optimum.cost) / abs(optimum.cost) if optimum and answer.status == 0 else float("nan")
    print(built - started, solved - built, ended - begun, gap, len(layout.columns), len(rows.lower))


def main() -> None:
    """Prints the figures."""
    run = measured("tests.benchmarks.allocation", "whole")
    seconds, cells, checked, certified, slack, size = map(float, run.output.split())
    split = measured("tests.benchmarks.allocation", "parts")
    build_seconds, solve_seconds, linprog_seconds, gap, columns, rows = map(float, split.output.split())
    figure("allocation.city.seconds", seconds, "s")
    figure("allocation.city.build_seconds", build_seconds, "s")
    figure("allocation.city.solve_seconds", solve_seconds, "s")
    figure("allocation.city.linprog_seconds", linprog_seconds, "s")
    figure("allocation.city.peak_mb", run.peak_mb, "MB")
    figure("allocation.city.relative_gap", gap * 1e6, "e-6")
    figure("allocation.city.columns", columns, "columns")
    figure("allocation.city.rows", rows, "rows")
    figure("allocation.city.cells", cells, "cells")
    figure("allocation.city.verify_seconds", checked, "s")
    figure("allocation.city.certified_gap", certified * 1e6, "e-6")
    figure("allocation.city.slack_rows", slack, "rows")
    figure("allocation.city.programme_mb", size, "MB")
    answer_seconds, limits = map(float, measured("tests.benchmarks.allocation", "infeasible").output.split())
    figure("allocation.city.infeasible_seconds", answer_seconds, "s")
    figure("allocation.city.infeasible_limits", limits, "limits")


if __name__ == "__main__":
    {"whole": whole, "parts": parts, "infeasible": infeasible}[sys.argv[1]]()
