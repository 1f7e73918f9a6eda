"""The check of a recorded answer, on a programme small enough to solve by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.audit.programme import NANO, PICO, UNIT, Findings, Programme, check_programme

# minimise −2x − y subject to x + y ≤ 4, x ≤ 3 as a row, y ≥ 0.5 as a row: x = 3, y = 1, cost −7.
# Dual values: x + y costs −1 a unit, x ≤ 3 a further −1, y ≥ 0.5 does not bind.
SMALL = Programme(
    is_rate=[False, False],
    cost=[-2 * NANO, -NANO],
    greatest=[10 * NANO, 10 * NANO],
    value=[3 * PICO, PICO],
    lower=[None, None, NANO // 2],
    upper=[4 * NANO, 3 * NANO, None],
    dual=[-PICO, -PICO, 0],
    defines_rate=[False] * 3,
    row=[0, 0, 1, 2],
    column=[0, 1, 0, 1],
    entry=[NANO] * 4,
)


def test_check_programme_accepts_the_optimum() -> None:
    """The optimum keeps every row and its bound is its cost."""
    found = check_programme(SMALL)
    assert found.is_feasible and found.is_near_optimal
    assert (found.cost, found.bound) == (-7 * 10**30, -7 * 10**30)
    assert found.slack_rows == ()


@pytest.mark.parametrize(
    ("values", "broken"),
    [((3 * PICO, PICO + 3 * UNIT), (0,)), ((3 * PICO + 2 * UNIT, 0), (1, 2)), ((2 * PICO, PICO // 4), (2,))],
)
def test_check_programme_finds_broken_rows(values: tuple[int, int], broken: tuple[int, ...]) -> None:
    """An answer that breaks a row by more than one unit a cell is refused, and the rows are named."""
    found = check_programme(replace(SMALL, value=list(values)))
    assert found.broken_rows == broken
    assert not found.is_feasible


def test_check_programme_counts_rows_kept_by_a_unit() -> None:
    """One unit too many in a row of two cells passes, but is counted."""
    found = check_programme(replace(SMALL, value=[3 * PICO, PICO + UNIT]))
    assert found.is_feasible
    assert found.slack_rows == (0,)


@pytest.mark.parametrize("value", [-1, 10 * PICO + 1])
def test_check_programme_refuses_impossible_values(value: int) -> None:
    """A value below 0 or above the column's greatest is refused."""
    assert check_programme(replace(SMALL, value=[value, PICO])).broken_columns == (0,)


def test_check_programme_sees_a_worse_answer() -> None:
    """X = 2, y = 2 keeps every row and costs −6: one more than the bound, far above the allowed gap."""
    found = check_programme(replace(SMALL, value=[2 * PICO, 2 * PICO]))
    assert found.is_feasible
    assert not found.is_near_optimal


@pytest.mark.parametrize("dual", [[0, 0, 0], [-PICO, 0, 0], [PICO, -PICO, 0], [-PICO, -PICO, -PICO]])
def test_check_programme_trusts_no_dual_values(dual: list[int]) -> None:
    """Wrong dual values never make an answer look better: their bound is lower, or they are refused."""
    found: Findings = check_programme(replace(SMALL, dual=dual))
    assert not found.is_near_optimal
