"""What a firm's chance depends on, and what it does not: firm by firm, as the draw will use the plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from allocation_cities import ENTERPRISE, INDIVIDUAL, T01, City, frame_of, policy, task

from scheduler.allocation.cells import Cell, by_stratum
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.rounding import round_quotas
from scheduler.draw.hashing import content_digest, digest
from scheduler.registry.items import MICRO

NUMBER = 1_500


def city(order: np.ndarray | None = None) -> City:
    """1,200 enterprises and 300 individuals in three districts of 60, 30 and 10 %, in an order of the register."""
    rng = np.random.default_rng(11)
    district = rng.choice(["371001", "371002", "371003"], size=NUMBER, p=[0.6, 0.3, 0.1])
    kinds = np.array([ENTERPRISE] * 1_200 + [INDIVIDUAL] * 300, dtype=object)
    libraries = rng.choice([0, 2], size=NUMBER, p=[0.9, 0.1])
    tier = rng.choice(4, size=NUMBER, p=[0.6, 0.25, 0.1, 0.05]).astype(np.int8)
    order = np.arange(NUMBER) if order is None else order
    frame = frame_of(district[order].tolist(), kinds[order].tolist(), libraries[order].tolist())
    tasks = (T01, task("T04", "K2", libraries=("L1",)), task("T05", "K3", types=(INDIVIDUAL,), greatest=50_000))
    return City(frame=frame, tier=tier[order], tasks=tasks, policy=policy())


def chances(found: City) -> list[np.ndarray]:
    """Chance of each firm in each round, 0 outside the pool."""
    problem = found.problem()
    result = []
    for cells in solve_programme(problem).cells:
        groups = by_stratum(cells)
        rate = [
            sum(c.visits_micro for c in groups[key]) / MICRO / groups[key][0].num_firms for key in problem.strata.keys
        ]
        result.append(np.where(problem.strata.firm_stratum < 0, 0.0, np.array(rate)[problem.strata.firm_stratum]))
    return result


def test_chance_does_not_depend_on_place_or_code() -> None:
    """Firms that change places in the register, and with them their codes, take their chances along."""
    order = np.random.default_rng(3).permutation(NUMBER)
    for before, after in zip(chances(city()), chances(city(order)), strict=True):
        assert np.array_equal(before[order], after)


def test_chance_depends_on_the_district_only_within_tolerance() -> None:
    """Firms alike but for their district differ by at most twice the round's share of the tolerance."""
    found = city()
    for round_chances in chances(found):
        alike = defaultdict(list)
        for firm in range(NUMBER):
            key = (found.frame.object_type[firm], found.tier[firm], found.frame.libraries[firm])
            alike[key, found.frame.district[firm]].append(round_chances[firm])
        by_key = defaultdict(list)
        for (key, _district), values in alike.items():
            assert len(set(values)) == 1
            if len(values) >= 30:
                by_key[key].append(values[0])
        assert by_key
        assert all(max(values) - min(values) <= 0.02 + 1e-9 for values in by_key.values())


def test_every_firm_of_the_pool_has_a_chance() -> None:
    """Nobody is exempt, in any targeted round."""
    for round_chances in chances(city()):
        assert round_chances.min() > 0


def test_plan_is_stable_under_small_changes() -> None:
    """One firm more moves no firm's chance by more than one and a half per cent of a visit."""
    base = city()
    frame = base.frame
    grown = frame_of(
        [*(frame.district_codes[index] for index in frame.district), "371001"],
        [*([ENTERPRISE] * 1_200 + [INDIVIDUAL] * 300), ENTERPRISE],
        [*frame.libraries.tolist(), 0],
    )
    more = replace(base, frame=grown, tier=np.append(base.tier, np.int8(0)))
    for before, after in zip(chances(base), chances(more), strict=True):
        assert np.abs(after[:NUMBER] - before).max() < 0.015


def draws(cells: tuple[Cell, ...], number: int) -> set[tuple[str, int]]:
    """Firms drawn by a seed: the first of each stratum by ticket, each firm a stratum and a number."""
    seed = content_digest(str(number).encode())
    quotas = round_quotas(cells, seed)
    drawn = set()
    for cell, quota in zip(cells, quotas, strict=True):
        firms = sorted(range(cell.num_firms), key=lambda firm: digest("ticket", seed, f"{cell.stratum}:{firm}"))
        drawn |= {(cell.stratum, firm) for firm in firms[:quota]}
    return drawn


def nested() -> tuple[Cell, ...]:
    """Three strata of two firms in two districts, and one of one: 3 visits, nested so that every pair is possible."""
    visits = {"d1/e/A/T1": 700_000, "d1/e/B/T1": 800_000, "d2/e/A/T1": 1_100_000, "d2/i/A/T1": 400_000}
    return tuple(
        Cell(
            stratum=stratum,
            package="T1",
            counting=True,
            rest=False,
            num_firms=1 if "/i/" in stratum else 2,
            visits_micro=micro,
        )
        for stratum, micro in visits.items()
    )


def test_every_pair_of_firms_is_drawn_together() -> None:
    """All pairs of firms meet for some seed, but those of a stratum whose visits are below one: it has one at most."""
    met: set[tuple[tuple[str, int], ...]] = set()
    for number in range(3_000):
        met |= set(combinations(sorted(draws(nested(), number)), 2))
    firms = sorted((cell.stratum, firm) for cell in nested() for firm in range(cell.num_firms))
    possible = {pair for pair in combinations(firms, 2) if pair[0][0] != pair[1][0] or pair[0][0] == "d2/e/A/T1"}
    assert met == possible


@pytest.mark.parametrize("line_total", [3 * MICRO])
def test_mean_quota_of_the_nested_plan_is_its_expectation(line_total: int) -> None:
    """Over 20,000 seeds each mean is within four standard errors, and no nested total is ever off by one or more."""
    cells = nested()
    assert sum(cell.visits_micro for cell in cells) == line_total
    sums, squares = np.zeros(len(cells)), np.zeros(len(cells))
    for number in range(20_000):
        quotas = np.array(round_quotas(cells, content_digest(str(number).encode())))
        sums += quotas
        squares += quotas**2
        for depth in (1, 2, 3):
            groups: dict[str, int] = defaultdict(int)
            for cell, quota in zip(cells, quotas.tolist(), strict=True):
                groups["/".join(cell.stratum.split("/")[:depth])] += cell.visits_micro - quota * MICRO
            assert all(abs(off) < MICRO for off in groups.values())
        assert quotas.sum() * MICRO == line_total
    mean = sums / 20_000
    error = np.sqrt(np.maximum(squares / 20_000 - mean**2, 0) / 20_000)
    expected = np.array([cell.visits_micro for cell in cells]) / MICRO
    assert (np.abs(mean - expected) < 4 * error).all()


def test_few_large_cells_may_keep_two_apart() -> None:
    """What is not promised: two districts of 0.3 visits beside one of 1.4 are never drawn together."""
    cells = tuple(
        Cell(stratum=f"{name}/e/A/T1", package="T1", counting=True, rest=False, num_firms=2, visits_micro=micro)
        for name, micro in (("a", 300_000), ("b", 300_000), ("c", 1_400_000))
    )
    seen = {round_quotas(cells, content_digest(str(number).encode())) for number in range(500)}
    assert seen == {(1, 0, 1), (0, 1, 1), (0, 0, 2)}
