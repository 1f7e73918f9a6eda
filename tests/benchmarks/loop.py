"""
Five years of draw → inspect → learn → draw on the made-up city, by the shipped policy.

Year 1 is classified by the expert card, later ones by what was found before with recorded chances. The city's history
reaches as far back from the first year as it does from the base date of the example, and the truth is the example's
own: even a perfect model reaches an area under the curve of at most 0.80 (``loop.best_possible_auc``).

* ``loop.findings_over_uniform``: findings per visit of targeted rounds over those of open rounds, all years and seeds
  (2 is promised);
* ``loop.estimate_bias_in_se``: |mean error| of the yearly estimates over the standard error of that mean's single year.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from scheduler.example.years import SimulatedYear, best_possible_auc, lived_city, simulate_years
from scheduler.registry.codes import RoundKind
from scheduler.resources import data_path
from scheduler.risk.scorecard import parse_scorecard
from scheduler.workflow.example import load_parameters
from scheduler.workflow.plan_inputs import plan_policy
from scheduler.workflow.settings import parse_settings
from tests.benchmarks.measure import figure

FIRMS = int(os.environ.get("BENCH_FIRMS", "30000"))
SEEDS = int(os.environ.get("BENCH_SEEDS", "5"))
YEARS = range(2021, 2026)


def ratio(years: Sequence[SimulatedYear]) -> float:
    """Findings per visit of targeted rounds over those of open rounds."""
    rates = []
    for kind in (RoundKind.TARGETED, RoundKind.OPEN):
        found, visits = np.sum([year.rate(kind) for year in years], axis=0)
        rates.append(found / visits)
    return float(rates[0] / rates[1])


def main() -> None:
    """Runs the group."""
    settings = parse_settings(data_path("examples", "double-random.toml").read_text(encoding="utf-8"), "example")
    path = data_path("scorecard-expert.toml")
    card = parse_scorecard(path.read_text(encoding="utf-8"), path.name)
    every: list[SimulatedYear] = []
    for seed in range(SEEDS):
        city = lived_city(load_parameters(), num_firms=FIRMS, seed=f"loop{seed}", first_year=YEARS[0])
        years = simulate_years(city, plan_policy(settings), settings.rounds, card, years=YEARS, seed=f"loop{seed}")
        print(f"# city {seed}: {ratio(years):.3f} times")
        every += years
    best = max(best_possible_auc(year.chance) for year in every)
    figure("loop.best_possible_auc", best, "at most, of the years")
    assert best <= 0.80, best
    for number in YEARS:
        of_year = [year for year in every if year.year == number]
        burden = np.mean([year.burden(len(card.tiers)) for year in of_year], axis=0)
        print(
            f"# {number}: {ratio(of_year):.3f} times; visits per firm "
            + ", ".join(f"{tier} {value:.3f}" for tier, value in zip(card.tiers, burden, strict=True))
        )
    figure("loop.findings_over_uniform", ratio(every), "times (2 promised)")
    errors = np.array([(float(year.estimate.rate) - year.true_rate) for year in every])
    scale = np.array([float(year.estimate.standard_error) for year in every])
    figure("loop.estimate_bias_in_se", abs(float((errors / scale).mean())), f"standard errors, {len(every)} years")
    print(f"# by chance alone up to {1.96 / np.sqrt(len(every)):.3f}")


if __name__ == "__main__":
    main()
