"""
Estimates over 2,000 simulated years of the example at city size: do 95 % intervals cover, and are they short?

Firms, tiers and true chances are those of the made-up city of 462,000 firms; only its operating enterprises count. In
each year every firm's outcome is thrown anew with its true chance, so the true rates are known: shares of the whole
city, district or tier that a visit would find. Firms are told apart by tier, district and section of industry; within
such a cell the draw is simple random sampling, so the numbers drawn and found follow their exact (hypergeometric) law
without a loop over firms. One open round is followed by two targeted ones, whose chances rise and fall with what
earlier rounds found in the section and tier: that is what makes plain weighting wrong.

Four plans: ``policy`` with chances like those of the shipped policy, ``steep`` in which the year's chance of D is more
than 30 times that of A, ``rare`` with the steep plan and a tenth of the findings, and ``uneven``, the same with three
times the findings in every third district: districts are not as alike as their intervals take them to be.

* ``estimates.coverage_city``, ``…_worst_district``, ``…_worst_tier``: least share of years in which the interval holds
  the true rate, over the first three plans and over groups with five or more expected findings among their visits;
* ``estimates.coverage_uneven_districts``: the same for the districts of ``uneven``;
* ``estimates.coverage_plain_mean``: the same for findings over visits with Wilson's interval, city, worst plan;
* ``estimates.width_ratio``: the worst of mean width over that of the shortest interval that does. No interval made from
  data can know its estimator's true law; the simulation does. So the yardstick is the shortest window [estimate - a,
  estimate + b] of fixed a and b that holds the true rate in 95 % of the same years, found by looking at them: nobody
  could use it. (The lines tell the ratio to the window of 93 % too.) Districts of the ``rare`` plan stand apart in
  ``estimates.width_ratio_rare_districts``: there the tier with the most firms expects a finding in one year of five or
  ten, which then stands for a hundred firms;
* ``estimates.bias_in_se``: greatest |mean error| of city and tiers in standard errors of a single year's estimate.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from scheduler.example import build_city
from scheduler.registry.codes import ObjectType
from scheduler.resources import data_path
from scheduler.results.estimates.des_raj import RoundSums
from scheduler.results.estimates.intervals import wilson_interval
from scheduler.results.estimates.rates import Rates, estimate_rates
from scheduler.risk.classify import classify
from scheduler.risk.scorecard import parse_scorecard
from scheduler.workflow.example import load_parameters
from tests.benchmarks.measure import figure

FIRMS = int(os.environ.get("BENCH_FIRMS", "462000"))
YEARS = int(os.environ.get("BENCH_YEARS", "2000"))
SEED = int(os.environ.get("BENCH_SEED", "7"))
LEAST_FINDINGS = 5.0
# Chances of A, B, C, D that are left, in each round.
POLICY = np.array([[0.02, 0.02, 0.02, 0.02], [0.015, 0.025, 0.10, 0.25], [0.015, 0.025, 0.10, 0.25]])
STEEP = np.array([[0.004, 0.004, 0.004, 0.004], [0.003, 0.03, 0.10, 0.18], [0.003, 0.03, 0.10, 0.18]])
PLANS = {"policy": (POLICY, 1.0), "steep": (STEEP, 1.0), "rare": (STEEP, 0.1), "uneven": (STEEP, 0.1)}
UNEVEN, EVERY, LIFT = "uneven", 3, 3.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Cells of tier, district and section: firms in each, and chance and cell of each firm."""

    tier: npt.NDArray[np.int64]
    district: npt.NDArray[np.int64]
    section: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    firm_cell: npt.NDArray[np.int64]
    firm_chance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """Firms left before, drawn and found in each round, shape (years, rounds, cells); found in all, (years, cells)."""

    left: npt.NDArray[np.int64]
    drawn: npt.NDArray[np.int64]
    found: npt.NDArray[np.int64]
    chance: Floats
    total: npt.NDArray[np.int64]


def city_cells() -> Cells:
    """Operating enterprises of the city by cell."""
    city = build_city(load_parameters(), num_firms=FIRMS, seed="estimates")
    path = data_path("scorecard-expert.toml")
    card = parse_scorecard(path.read_text(encoding="utf-8"), path.name)
    frame = city.frame
    kept = frame.operating() & frame.of_type(ObjectType.ENTERPRISE)
    found = classify(frame, city.history, card, date(2026, 1, 1))
    tier = found.tier[kept].astype(np.int64)
    section = np.unique(frame.industry[kept].astype("S1"), return_inverse=True)[1].astype(np.int64)
    district = frame.district[kept].astype(np.int64)
    code = (tier * 100 + district) * 100 + section
    keys, cell = np.unique(code, return_inverse=True)
    return Cells(
        tier=keys // 10_000,
        district=keys // 100 % 100,
        section=keys % 100,
        size=np.bincount(cell),
        firm_cell=cell,
        firm_chance=city.truth_probability[kept] / 1e6,
    )


def uneven(cells: Cells, name: str) -> Floats:
    """Factor of each firm's chance: three times as much to find in every third district of the uneven plan."""
    lifted = (cells.district % EVERY == 0) & (name == UNEVEN)
    return np.where(lifted, LIFT, 1.0)[cells.firm_cell]


def simulate(cells: Cells, plan: Floats, scale: Floats, rng: np.random.Generator) -> Years:
    """Years of outcomes and draws, the firms' chances times `scale`."""
    total = np.stack(
        [
            np.bincount(
                cells.firm_cell[rng.random(len(cells.firm_chance), dtype=np.float32) < scale * cells.firm_chance],
                minlength=len(cells.size),
            )
            for _year in range(YEARS)
        ]
    )
    shape = (YEARS, len(plan), len(cells.size))
    years = Years(
        left=np.zeros(shape, dtype=np.int64),
        drawn=np.zeros(shape, dtype=np.int64),
        found=np.zeros(shape, dtype=np.int64),
        chance=np.zeros(shape),
        total=total,
    )
    left, bad = np.broadcast_to(cells.size, total.shape).copy(), total.copy()
    for number, chances in enumerate(plan):
        lift = adapted(cells, years, number) if number else 1.0
        expected = np.minimum(chances[cells.tier] * lift, 0.95) * left
        drawn = np.minimum(np.floor(expected + rng.random(expected.shape)).astype(np.int64), left)
        found = rng.hypergeometric(bad, left - bad, drawn)
        years.left[:, number], years.drawn[:, number], years.found[:, number] = left, drawn, found
        years.chance[:, number] = np.divide(expected, left, out=np.zeros(left.shape), where=left > 0)
        left, bad = left - drawn, bad - found
    return years


def adapted(cells: Cells, years: Years, number: int) -> Floats:
    """Half to twice the chance, as the rounds before found more or less in the section and tier than in the tier."""
    group = cells.tier * 100 + cells.section
    seen = years.drawn[:, :number].sum(axis=1), years.found[:, :number].sum(axis=1)
    by_group, by_tier = (
        [column @ (keys[:, None] == np.unique(keys)).astype(float) for column in seen] for keys in (group, cells.tier)
    )
    place, tier = np.unique(group, return_inverse=True)[1], np.unique(cells.tier, return_inverse=True)[1]
    common = (by_tier[1] + 1) / (by_tier[0] + 10)
    own = (by_group[1][:, place] + 10 * common[:, tier]) / (by_group[0][:, place] + 10)
    return np.clip(own / common[:, tier], 0.5, 2.0)


def group_sums(cells: Cells, years: Years, group: npt.NDArray[np.bool_]) -> RoundSums:
    """Sums of a group's classes, which are its tiers."""
    classes = (cells.tier[:, None] == np.arange(POLICY.shape[1])) & group[:, None]
    weight = np.divide(1.0, years.chance, out=np.zeros_like(years.chance), where=years.chance > 0)
    before = np.cumsum(years.drawn, axis=1) - years.drawn, np.cumsum(years.found, axis=1) - years.found
    columns = {
        "known": before[0],
        "found_before": before[1],
        "left": years.left,
        "weight": years.drawn * weight,
        "weighted_found": years.found * weight,
        "square": years.drawn * weight**2 * (1 - years.chance),
        "asked": years.drawn * weight,
    }
    return RoundSums(**{name: column @ classes.astype(float) for name, column in columns.items()})


def shortest_window(errors: Floats, share: float) -> float:
    """Length of the shortest window that holds a share of the errors."""
    ordered = np.sort(errors)
    inside = int(np.ceil(share * len(ordered)))
    return float((ordered[inside - 1 :] - ordered[: len(ordered) - inside + 1]).min())


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One group under one plan."""

    kind: str
    name: str
    expected: float
    coverage: float
    width: float
    width_93: float
    bias: float

    @property
    def small(self) -> bool:
        """Whether it is a district in years of rare findings."""
        return self.kind == "district" and self.name.startswith("rare/")


def judge(cells: Cells, years: Years, plan: Floats, kind: str, name: str, group: npt.NDArray[np.bool_]) -> Judged:
    """Holds a group's estimates against its true rates."""
    size = np.array([cells.size[group & (cells.tier == t)].sum() for t in range(plan.shape[1])])
    truth = years.total[:, group].sum(axis=1) / size.sum()
    others = group_sums(cells, years, ~group) if kind == "district" else None
    found: Rates = estimate_rates(group_sums(cells, years, group), size, plan, others=others)
    errors = found.rate - truth
    width = float((found.high - found.low).mean())
    return Judged(
        kind=kind,
        name=name,
        expected=float(years.found[:, :, group].sum(axis=(1, 2)).mean()),
        coverage=float(((found.low <= truth) & (truth <= found.high)).mean()),
        width=width / shortest_window(errors, 0.95),
        width_93=width / shortest_window(errors, 0.93),
        bias=float(abs(errors.mean()) / errors.std()),
    )


def plain_coverage(cells: Cells, years: Years) -> float:
    """Coverage of findings over visits with Wilson's interval, in the city."""
    low, high = wilson_interval(years.found.sum(axis=(1, 2)), years.drawn.sum(axis=(1, 2)))
    truth = years.total.sum(axis=1) / cells.size.sum()
    return float(((low <= truth) & (truth <= high)).mean())


def main() -> None:
    """Runs the group."""
    cells = city_cells()
    rng = np.random.default_rng(SEED)
    judged: list[Judged] = []
    plain = 1.0
    for plan_name, (plan, scale) in PLANS.items():
        years = simulate(cells, plan, scale * uneven(cells, plan_name), rng)
        tiers = [cells.size[cells.tier == t].sum() for t in range(plan.shape[1])]
        fold = [years.drawn[:, :, cells.tier == t].sum() / years.total.shape[0] / tiers[t] for t in (0, 3)]
        print(f"# {plan_name}: chance of A {fold[0]:.4f}, of D {fold[1]:.4f}, {fold[1] / fold[0]:.1f} times")
        groups = [("city", "city", np.ones(len(cells.size), dtype=np.bool_))]
        groups += [("district", str(d), cells.district == d) for d in np.unique(cells.district)]
        groups += [("tier", "ABCD"[t], cells.tier == t) for t in range(plan.shape[1])]
        for kind, name, group in groups:
            entry = judge(cells, years, plan, kind, f"{plan_name}/{name}", group)
            kept = entry.expected >= LEAST_FINDINGS
            print(
                f"# {entry.kind} {entry.name}: {entry.expected:.1f} findings expected, coverage {entry.coverage:.4f}, "
                f"width {entry.width:.3f} times the shortest ({entry.width_93:.3f} of 93 %), "
                f"bias {entry.bias:.4f} se{'' if kept else ' (not judged)'}"
            )
            judged += [entry] if kept else []
        plain = min(plain, plain_coverage(cells, years))
    strange = [one for one in judged if one.name.startswith(f"{UNEVEN}/") and one.kind == "district"]
    usual = [one for one in judged if not one.name.startswith(f"{UNEVEN}/")]
    figure("estimates.coverage_city", min(one.coverage for one in usual if one.kind == "city"), "share of years")
    figure("estimates.coverage_worst_district", min(one.coverage for one in usual if one.kind == "district"), "share")
    figure("estimates.coverage_uneven_districts", min(one.coverage for one in strange), "share of years")
    figure("estimates.coverage_worst_tier", min(one.coverage for one in usual if one.kind == "tier"), "share of years")
    figure("estimates.coverage_plain_mean", plain, "share of years")
    figure("estimates.width_ratio", max(one.width for one in usual if not one.small), "times")
    figure("estimates.width_ratio_rare_districts", max(one.width for one in usual if one.small), "times")
    figure("estimates.bias_in_se", max(one.bias for one in usual if one.kind != "district"), "standard errors")


if __name__ == "__main__":
    main()
