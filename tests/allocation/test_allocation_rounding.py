"""Rounding of expected visits to quotas (specification, section 6)."""

from __future__ import annotations

import hashlib
import itertools
from collections import defaultdict

import pytest

from scheduler.allocation.cells import Cell, ordered
from scheduler.allocation.rounding import round_quotas


def cell(stratum: str, micro: int, *, package: str = "T1", counting: bool = True, rest: bool = False) -> Cell:
    """A cell of a stratum of nine firms."""
    return Cell(stratum=stratum, package=package, counting=counting, rest=rest, num_firms=9, visits_micro=micro)


def seed(number: int) -> str:
    """A seed for a test."""
    return hashlib.sha256(str(number).encode()).hexdigest()


SEVEN = tuple(cell(f"d{i % 2}/e{i % 3 % 2}/{i}/T1", 285_714 if i else 285_716) for i in range(7))  # two visits


def by_the_specification(cells: tuple[Cell, ...], text: str) -> list[int]:
    """Section 6.2 and 6.3 written a second time, from the page alone."""

    def h(*fields: str) -> str:
        return hashlib.sha256(("double-random/1/" + "|".join(fields)).encode()).hexdigest()

    quotas = {}
    for line in ("counting", "other"):
        rows = []
        for c in cells:
            if c.rest or c.counting != (line == "counting"):
                continue
            district, kind = c.stratum.split("/")[:2]
            names = (district, f"{district}/{kind}", c.stratum, f"{c.stratum}:{c.package}")
            rows.append(([h("order", text, line, name) for name in names], c))
        u, total = int(h("offset", text, line), 16) % 10**6, 0
        for _, c in sorted(rows, key=lambda row: row[0]):
            quotas[c] = (total + c.visits_micro + u) // 10**6 - (total + u) // 10**6
            total += c.visits_micro
    return [quotas[c] for c in cells]


def test_round_quotas_equals_specification() -> None:
    """A second reading of the page gives the same quotas."""
    cells = (*SEVEN, cell("d9/e/A/T2", 1_234_567, package="T2", counting=False))
    for number in range(50):
        assert list(round_quotas(cells, seed(number))) == by_the_specification(cells, seed(number))


def test_round_quotas_ignores_order_of_cells() -> None:
    """Permuted cells get the same quotas."""
    quotas = dict(zip(SEVEN, round_quotas(SEVEN, seed(1)), strict=True))
    turned = SEVEN[::-1]
    assert dict(zip(turned, round_quotas(turned, seed(1)), strict=True)) == quotas


def test_round_quotas_mean_is_expected_visits() -> None:
    """Over 20,000 seeds each quota's mean is within four standard errors of the expected visits."""
    sums = [0] * 7
    for number in range(20_000):
        for index, quota in enumerate(round_quotas(SEVEN, seed(number))):
            sums[index] += quota
    # Each quota is 0 or 1 with chance p = 2/7: standard error sqrt(p (1 - p) / 20,000) = 0.0032.
    for total, c in zip(sums, SEVEN, strict=True):
        p = c.visits_micro / 1e6
        assert abs(total / 20_000 - p) < 4 * (p * (1 - p) / 20_000) ** 0.5


def test_round_quotas_keeps_totals() -> None:
    """The line is hit exactly, and nested groups are off by less than one."""
    for number in range(2_000):
        quotas = round_quotas(SEVEN, seed(number))
        assert sum(quotas) == 2
        for depth in (1, 2, 3):
            groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
            for c, quota in zip(SEVEN, quotas, strict=True):
                group = groups["/".join(c.stratum.split("/")[:depth])]
                group[0] += c.visits_micro
                group[1] += quota
            assert all(abs(micro - quota * 10**6) < 10**6 for micro, quota in groups.values())


def test_round_quotas_draws_every_pair() -> None:
    """Every two of seven siblings are drawn together for some seed."""
    siblings = tuple(cell(f"d/e/{i}/T1", c.visits_micro) for i, c in enumerate(SEVEN))
    met: set[tuple[int, ...]] = set()
    for number in range(1_000):
        drawn = [index for index, quota in enumerate(round_quotas(siblings, seed(number))) if quota]
        met.update(itertools.combinations(drawn, 2))
    # 21 pairs of seven; in a fixed order systematic sampling never draws 14 of them.
    assert len(met) == 21


def test_round_quotas_rest_takes_what_is_left() -> None:
    """A stratum of three compulsory visits has three, whatever its counting cell becomes."""
    cells = (
        cell("d/e/A/F", 1_400_000, package="F+G"),
        cell("d/e/A/F", 1_600_000, package="F", counting=False, rest=True),
        cell("d/e/B/G", 600_000, package="G"),
    )
    seen = set()
    for number in range(200):
        quotas = round_quotas(cells, seed(number))
        assert quotas[0] + quotas[1] == 3
        assert quotas[0] + quotas[2] == 2
        seen.add(quotas)
    assert seen == {(1, 2, 1), (2, 1, 0)}


@pytest.mark.parametrize(
    ("cells", "match"),
    [
        pytest.param((cell("s/e/A/F", 500_000, rest=True),), "whole number", id="rest-without-whole-sum"),
        pytest.param(
            (cell("s/e/A/F", 1_000_000, rest=True), cell("s/e/A/F", 0, package="G", rest=True)),
            "got two",
            id="two-rests",
        ),
        pytest.param(
            (
                cell("s/e/A/F", 0, package="F", rest=True),
                cell("s/e/A/F", 500_000, package="G"),
                cell("s/e/A/F", 500_000, package="H", counting=False),
                cell("s/e/B/F", 400_000, package="G"),
            ),
            "room for a rest",
            id="no-room",
        ),
    ],
)
def test_round_quotas_refuses_impossible_rest(cells: tuple[Cell, ...], match: str) -> None:
    """A rest that cannot be filled is refused for at least one seed."""
    with pytest.raises(ValueError, match=match):
        for number in range(50):
            round_quotas(cells, seed(number))


def test_ordered_sorts_cells() -> None:
    """Cells come in ascending order of stratum and package."""
    cells = (cell("b/e/A/T", 1), cell("a/e/A/T", 1, package="T2"), cell("a/e/A/T", 1, package="T1"))
    assert [(c.stratum[0], c.package) for c in ordered(cells)] == [("a", "T1"), ("a", "T2"), ("b", "T1")]


@pytest.mark.parametrize(
    ("cells", "match"),
    [
        pytest.param((cell("a", 1), cell("a", 2)), "twice", id="repeated"),
        pytest.param((cell("a", 1, rest=True),), "whole number", id="part-rest"),
        pytest.param(
            (cell("a", 1), Cell(stratum="a", package="x", counting=True, rest=False, num_firms=8, visits_micro=1)),
            "one number of firms",
            id="two-sizes",
        ),
    ],
)
def test_ordered_refuses_contradictions(cells: tuple[Cell, ...], match: str) -> None:
    """Cells that contradict each other are refused."""
    with pytest.raises(ValueError, match=match):
        ordered(cells)


@pytest.mark.parametrize(("stratum", "micro"), [("", 1), ("a", -1)])
def test_cell_refuses_bad_values(stratum: str, micro: int) -> None:
    """A cell has a name and no negative number."""
    with pytest.raises(ValueError, match="expected"):
        cell(stratum, micro)


def test_cell_knows_levels_of_its_stratum() -> None:
    """District, type and tasks are read from the names."""
    c = cell("371002/enterprise/A/T1+T2", 1, package="T1+T2")
    assert (c.district, c.district_and_type, c.tasks) == ("371002", "371002/enterprise", ("T1", "T2"))
