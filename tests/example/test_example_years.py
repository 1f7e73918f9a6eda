"""Simulated years: the target is met exactly, nobody is drawn twice, the same seed gives the same years."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.example.years import SimulatedYear, best_possible_auc, lived_city, simulate_years
from scheduler.registry.codes import ObjectType, RoundKind
from scheduler.resources import data_path
from scheduler.risk.scorecard import parse_scorecard
from scheduler.workflow.example import load_parameters
from scheduler.workflow.plan_inputs import plan_policy
from scheduler.workflow.settings import parse_settings


def years() -> tuple[SimulatedYear, ...]:
    """Two years of a small city."""
    settings = parse_settings(data_path("examples", "double-random.toml").read_text(encoding="utf-8"), "example")
    path = data_path("scorecard-expert.toml")
    return simulate_years(
        lived_city(load_parameters(), num_firms=6_000, seed="years", first_year=2024),
        plan_policy(settings),
        settings.rounds,
        parse_scorecard(path.read_text(encoding="utf-8"), path.name),
        years=(2024, 2025),
        seed="years",
    )


def test_simulated_years_keep_the_target_and_repeat() -> None:
    """Visits that count are 8 % of the firms, rounded up, a quarter of them in the open round; nobody twice."""
    first, again = years(), years()
    for year, other in zip(first, again, strict=True):
        drawn = np.concatenate([entry.firm for entry in year.rounds])
        target = -(-8 * len(year.tier) // 100)
        assert sum(int(entry.counting.sum()) for entry in year.rounds) == target
        assert len(drawn) == len(np.unique(drawn))
        assert year.rate(RoundKind.OPEN)[1] == -(-target // 4)
        assert [entry.firm.tolist() for entry in year.rounds] == [entry.firm.tolist() for entry in other.rounds]


def test_firms_take_part_from_their_first_year_on() -> None:
    """Nobody is inspected before being established: as many firms as were there on 1 January; some came in 2024."""
    city = lived_city(load_parameters(), num_firms=6_000, seed="years", first_year=2024)
    born = city.frame.established_on[city.frame.operating() & city.frame.of_type(ObjectType.ENTERPRISE)]
    there = [int((np.isnat(born) | (born <= np.datetime64(f"{year}-01-01"))).sum()) for year in (2024, 2025)]
    assert [len(year.tier) for year in years()] == there
    assert there[0] < there[1]


def test_best_possible_auc_is_expected_area_of_the_truth() -> None:
    """One pair of 3/4 and 1/4: good 1/4, 3/4; bad 3/4, 1/4: (1/4·3/8 + 3/4·(3/4 + 1/8)) / 1 = 3/4; ties tell 1/2."""
    assert best_possible_auc(np.array([0.25, 0.75])) == pytest.approx(0.75)
    assert best_possible_auc(np.array([0.3, 0.3])) == pytest.approx(0.5)
