"""The certificate of generated cities: kept exactly in integers, near the optimum, and the same when read back."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from allocation_cities import ENTERPRISE, City, audited, frame_of, policy, random_city

from scheduler.allocation.certificate import ColumnKind, parse_certificate
from scheduler.allocation.matrix import Limit
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.solution import Solved
from scheduler.audit.programme import check_programme
from scheduler.errors import InfeasiblePlanError


def solved(seed: int) -> Solved | None:
    """The answer of a generated city, if it has one."""
    try:
        return solve_programme(random_city(seed).problem())
    except InfeasiblePlanError:
        return None


@pytest.mark.parametrize("seed", range(0, 150, 3))
def test_recorded_visits_keep_every_row_exactly(seed: int) -> None:
    """No row needs even the one unit a cell, and the dual values show that the answer is near the optimum."""
    answer = solved(seed)
    if answer is None or answer.certificate is None:
        return
    found = check_programme(audited(answer.certificate))
    assert found.is_feasible
    assert found.slack_rows == ()
    assert found.is_near_optimal
    assert found.cost - found.bound >= -(10**30) * 1e-6


def test_hours_lent_round_a_ring_stay_within_their_greatest() -> None:
    """Three districts that lend to each other for nothing may lend all there is, in hours finer than a millionth."""
    ring = {"371001": ("371002",), "371002": ("371003",), "371003": ("371001",)}
    city = City(
        frame=frame_of([*ring] * 20, [ENTERPRISE] * 60),
        tier=(np.arange(60) % 4).astype(np.int8),
        policy=policy(neighbours=ring, lending_cost=Decimal(0)),
        officers_per_district=3,
        officers_of_bureau=1,
    )
    answer = solve_programme(city.problem()).certificate
    assert answer is not None
    columns = answer.columns
    lent = [number for number, kind in enumerate(columns.kind) if kind is ColumnKind.LENT]
    assert any(columns.value_pico[number] // 1000 == columns.upper_nano[number] // 1000 * 1000 for number in lent)
    found = check_programme(audited(answer))
    assert found.broken_columns == () and found.is_feasible and found.is_near_optimal


def test_certificate_is_the_same_when_read_back() -> None:
    """The three tables hold everything."""
    answer = solved(0)
    assert answer is not None and answer.certificate is not None
    again = parse_certificate(answer.certificate.files())
    assert again.columns.subject == answer.certificate.columns.subject
    assert again.rows.limit == answer.certificate.rows.limit
    assert again.rows.subject == answer.certificate.rows.subject
    for name in ("entry_row", "entry_column", "entry_nano"):
        assert np.array_equal(getattr(again, name), getattr(answer.certificate, name))
    assert again.files() == answer.certificate.files()


def test_certificate_visits_are_those_of_the_cells() -> None:
    """Columns of visits hold what the cells of each round hold."""
    city = random_city(0).problem()
    answer = solve_programme(city)
    assert answer.certificate is not None
    columns = answer.certificate.columns
    found = {
        subject: int(value) // 10**6
        for kind, subject, value in zip(columns.kind, columns.subject, columns.value_pico, strict=True)
        if kind is ColumnKind.VISITS and value
    }
    cells = {
        (str(entry.number), cell.stratum, cell.package): cell.visits_micro
        for entry, round_cells in zip(city.rounds, answer.cells, strict=True)
        for cell in round_cells
        if cell.visits_micro
    }
    assert found == cells


def test_lines_tell_limits_by_code() -> None:
    """A line names its limit's subject by code, its bounds, what became of it, and the gain of one unit more."""
    answer = solved(0)
    assert answer is not None and answer.certificate is not None
    target, *_ = answer.certificate.lines(frozenset({Limit.TARGET}))
    assert target.subject == ("2",)
    assert target.lower == target.upper == pytest.approx(target.activity, abs=1e-9)
    hours = answer.certificate.lines(frozenset({Limit.HOURS}))
    assert {line.subject[:2] for line in hours} >= {("2", "371001"), ("3", "371001")}
    assert all(line.dual <= 0 and line.gain >= 0 for line in hours)


@pytest.mark.parametrize("seed", [0, 3, 9, 12])
def test_room_for_rounding_never_costs_more_than_the_gap_that_passes(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room a thousand times as wide would be dear; what of it costs too much is given up, and the record passes."""
    monkeypatch.setattr("scheduler.allocation.evenness.UNITS_IN_HAND", 1500.0)
    answer = solved(seed)
    assert answer is not None and answer.certificate is not None
    found = check_programme(audited(answer.certificate))
    assert found.is_feasible
    assert found.is_near_optimal
