"""What an explanation says of limits is true of the programme solved again with them moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from allocation_cities import random_city

from scheduler.allocation.explain import binding_limits
from scheduler.allocation.layout import make_layout
from scheduler.allocation.matrix import Limit, LinearProgramme
from scheduler.allocation.model import build_programme
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.solver import minimise
from scheduler.errors import InfeasiblePlanError

ONE_ROW = frozenset(
    {Limit.HOURS, Limit.POOL, Limit.TARGET, Limit.TASK_LEAST, Limit.TASK_GREATEST, Limit.COMPULSORY_SHARE}
)


def moved(programme: LinearProgramme, limit: Limit, subject: tuple[str, ...], unit: float) -> LinearProgramme:
    """The programme with both bounds of one row moved by a unit."""
    blocks = []
    for block in programme.blocks:
        own = np.array([block.limit is limit and tuple(map(str, entry)) == subject for entry in block.subject])
        blocks.append(
            replace(block, lower=block.lower + unit * own, upper=block.upper + unit * own) if len(own) else block
        )
    return replace(programme, blocks=tuple(blocks))


def test_worth_is_the_most_that_one_unit_more_brings() -> None:
    """Solved again with the bound moved by one unit, no limit brings more than its sentence says; most bring some."""
    num_told = num_worth = 0
    for seed in range(0, 60, 3):
        problem = random_city(seed).problem()
        programme = build_programme(make_layout(problem))
        optimum = minimise(programme)
        try:
            certificate = solve_programme(problem).certificate
        except InfeasiblePlanError:
            continue
        assert optimum is not None and certificate is not None
        for entry in binding_limits(certificate):
            if entry.limit not in ONE_ROW:
                continue
            again = minimise(moved(programme, entry.limit, entry.subject, 1.0))
            num_told += 1
            if again is not None:
                gain = optimum.cost - again.cost
                assert gain <= entry.worth + 1e-6, (seed, entry)
                num_worth += gain == pytest.approx(entry.worth, rel=0.05, abs=1e-4)
    assert num_told > 20
    assert num_worth > num_told / 2
