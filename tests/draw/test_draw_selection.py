"""Drawing: exact quotas, equal chances within a stratum, and nothing that depends on order, ties or hash seeds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import plain_draw as plain
import pytest

from scheduler.allocation.cells import Cell
from scheduler.draw.bulk import Digests
from scheduler.draw.hashing import digest
from scheduler.draw.pool import firm_salts
from scheduler.draw.quotas import check_cells, counting_visits, draw_quotas
from scheduler.draw.selection import chances_micro, select, ticket_order
from scheduler.draw.tickets import open_tickets, targeted_tickets
from scheduler.registry.codes import RoundKind

SECRET = bytes(range(32))
NUM_SEEDS = 4000


def ids(number: int) -> np.ndarray:
    """Ids of some firms, ascending."""
    return np.array([f"91371000MA3C{index:06d}" for index in range(number)], dtype="S18")


def cell(stratum: str, package: str, visits_micro: int, num_firms: int, **flags: bool) -> Cell:
    """A cell that counts, unless told otherwise."""
    return Cell(
        stratum=stratum,
        package=package,
        counting=flags.get("counting", True),
        rest=flags.get("rest", False),
        num_firms=num_firms,
        visits_micro=visits_micro,
    )


def seeds(number: int) -> list[str]:
    """Some seeds."""
    return [digest("test", str(index)) for index in range(number)]


def from_words(words: list[tuple[int, int, int, int]]) -> Digests:
    """Tickets from four numbers each, most significant first."""
    return np.array(words, dtype=">u8").view(np.uint8).reshape(len(words), 32)


def test_order_looks_at_all_thirty_two_bytes() -> None:
    """Tickets that agree in 8, 16 or 24 bytes are told apart by the rest, equal ones by the firm id."""
    tickets = from_words([(5, 1, 1, 2), (5, 1, 1, 1), (5, 1, 0, 9), (5, 0, 9, 9), (4, 9, 9, 9), (5, 1, 1, 1)])
    order = ticket_order(tickets, np.zeros(6, dtype=np.int32))
    # 4… is lowest, then 5,0; 5,1,0; then 5,1,1,1 twice (positions 1 and 5, by id), then 5,1,1,2.
    assert order.tolist() == [4, 3, 2, 1, 5, 0]


def test_order_is_that_of_bytes_not_of_signed_numbers() -> None:
    """A first byte of 0xff comes last, as in text, whatever the machine's integers."""
    tickets = np.zeros((3, 32), dtype=np.uint8)
    tickets[:, 0] = [0xFF, 0x7F, 0x80]
    assert ticket_order(tickets, np.zeros(3, dtype=np.int32)).tolist() == [1, 2, 0]
    # Eight bytes are one big-endian number: the first byte outweighs all others.
    tickets[:] = 0xFF
    tickets[0, 0], tickets[1, 7] = 1, 0
    assert ticket_order(tickets, np.zeros(3, dtype=np.int32)).tolist() == [0, 1, 2]


def test_order_equals_that_of_hexadecimal_text() -> None:
    """On a thousand real tickets in five strata, ranks are those of sorted text."""
    tickets = open_tickets("00" * 32, ids(1000))
    strata = np.arange(1000, dtype=np.int32) % 5
    texts = [row.tobytes().hex() for row in tickets]
    expected = sorted(range(1000), key=lambda index: (index % 5, texts[index], index))
    assert ticket_order(tickets, strata).tolist() == expected


@pytest.mark.parametrize("targeted", [False, True])
def test_selection_equals_the_plain_one(targeted: bool) -> None:
    """Forty firms, three strata, five cells: the same firms get the same packages as by the specification's words."""
    firm_id, strata = ids(40), np.array([0] * 25 + [1] * 8 + [2] * 7, dtype=np.int32)
    keys = ("1/e/A/T1", "1/e/B/T1", "2/e/A/T1")
    rows = [(keys[0], "T1", 3), (keys[0], "T2", 4), (keys[1], "T1", 0), (keys[2], "T1", 2), (keys[2], "T1+T2", 5)]
    sizes = {keys[0]: 25, keys[1]: 8, keys[2]: 7}
    cells = [cell(key, package, quota * 10**6, sizes[key]) for key, package, quota in rows]
    seed = "3f" * 32
    salts = firm_salts("2026-2-1", SECRET, firm_id)
    tickets = targeted_tickets(seed, salts, firm_id) if targeted else open_tickets(seed, firm_id)
    drawn = select(tickets, strata, cells, [row[2] for row in rows])
    names = firm_id.astype("U18").tolist()
    quotas: dict[str, list[tuple[str, int]]] = {key: [] for key in keys}
    for key, package, quota in rows:
        quotas[key].append((package, quota))
    plain_salts = {name: plain.k(SECRET, "salt", "2026-2-1", name) for name in names} if targeted else {}
    expected = plain.drawn(seed, dict(zip(names, (keys[s] for s in strata), strict=True)), plain_salts, quotas)
    assert {names[p]: cells[c].package for p, c in zip(drawn.position, drawn.cell, strict=True)} == expected
    assert drawn.position.tolist() == sorted(drawn.position.tolist())
    assert len(drawn) == 14  # 3 + 4 + 0 + 2 + 5


def test_salts_change_who_is_drawn_but_nothing_else_does() -> None:
    """Two targeted rounds of one seed draw different firms, because their salts differ."""
    firm_id = ids(100)
    tickets = [targeted_tickets("00" * 32, firm_salts(name, SECRET, firm_id), firm_id) for name in ("a", "b")]
    cells = [cell("1/e/A/T1", "T1", 10**7, 100)]
    first, second = (select(t, np.zeros(100, dtype=np.int32), cells, [10]).position.tolist() for t in tickets)
    assert first != second


@pytest.mark.parametrize("quota", [0, 7])
def test_quotas_of_none_and_all_are_exact(quota: int) -> None:
    """A quota of 0 draws nobody and a quota of all draws everybody, for every seed."""
    cells = [cell("1/e/A/T1", "T1", quota * 10**6, 7)]
    for seed in seeds(50):
        drawn = select(open_tickets(seed, ids(7)), np.zeros(7, dtype=np.int32), cells, [quota])
        assert drawn.position.tolist() == list(range(quota))


@pytest.mark.parametrize(("size", "quota"), [(1, 1), (2, 1), (7, 3)])
def test_each_firm_and_each_pair_is_drawn_as_often_as_any_other(size: int, quota: int) -> None:
    """Within a stratum, inclusion and joint inclusion are those of simple random sampling, over 4,000 seeds."""
    firm_id, strata = ids(size), np.zeros(size, dtype=np.int32)
    cells = [cell("1/e/A/T1", "T1", quota * 10**6, size)]
    singles: Counter[int] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    for seed in seeds(NUM_SEEDS):
        drawn = select(open_tickets(seed, firm_id), strata, cells, [quota]).position.tolist()
        assert len(drawn) == quota
        singles.update(drawn)
        pairs.update(combinations(drawn, 2))
    # Binomial counts; five standard errors are exceeded once in 1.7 million counts.
    for counts, p, number in (
        (singles, quota / size, size),
        (pairs, quota * (quota - 1) / max(size * (size - 1), 1), size * (size - 1) // 2),
    ):
        bound = 5 * (NUM_SEEDS * p * (1 - p)) ** 0.5
        assert all(abs(count - NUM_SEEDS * p) <= bound for count in counts.values())
        assert sum(counts.values()) == pytest.approx(NUM_SEEDS * p * number)


def test_chance_recorded_is_the_frequency_over_seeds() -> None:
    """With rounding in it: a stratum of seven firms and 1.3 expected visits draws each firm in 1.3/7 of the seeds."""
    cells = [
        cell("1/e/A/T1", "T1", 900_000, 7),
        cell("1/e/A/T1", "T2", 400_000, 7),
        cell("2/e/A/T1", "T1", 700_000, 2),
    ]
    strata = np.array([0] * 7 + [1] * 2, dtype=np.int32)
    counts: Counter[int] = Counter()
    for seed in seeds(NUM_SEEDS):
        quotas = draw_quotas(RoundKind.TARGETED, cells, seed)
        assert sum(quotas) == 2  # 0.9 + 0.4 + 0.7 is whole, so it is hit exactly
        counts.update(select(open_tickets(seed, ids(9)), strata, cells, quotas).position.tolist())
    for firm in range(9):
        p = 1.3 / 7 if firm < 7 else 0.7 / 2
        assert abs(counts[firm] - NUM_SEEDS * p) <= 5 * (NUM_SEEDS * p * (1 - p)) ** 0.5
    assert chances_micro(cells) == {"1/e/A/T1": 1_300_000, "2/e/A/T1": 700_000}


@pytest.mark.parametrize(("quota", "match"), [(8, "at most its 7 firms, got 8"), (-1, "zero or more, got -1")])
def test_impossible_quotas_are_refused(quota: int, match: str) -> None:
    """A stratum never runs out of tickets silently."""
    cells = [cell("1/e/A/T1", "T1", 7 * 10**6, 7)]
    with pytest.raises(ValueError, match=match):
        select(open_tickets("00" * 32, ids(7)), np.zeros(7, dtype=np.int32), cells, [quota])


PROGRAM = """
import numpy as np, sys
from scheduler.draw.tickets import open_tickets
from scheduler.draw.selection import select
from scheduler.draw.quotas import draw_quotas
from scheduler.draw.pool import targeted_pool
from scheduler.allocation.cells import Cell
from scheduler.registry.codes import RoundKind
ids = np.array([f"91371000MA3C{i:06d}" for i in range(200)], dtype="S18")
keys = tuple(f"{d}/e/A/T1" for d in range(5))
cells = [Cell(stratum=k, package=p, counting=True, rest=False, num_firms=40, visits_micro=1_700_000)
         for k in keys for p in ("T1", "T2")]
strata = (np.arange(200) // 40).astype(np.int32)
quotas = draw_quotas(RoundKind.TARGETED, cells, "17" * 32)
drawn = select(open_tickets("17" * 32, ids), strata, cells, quotas)
print(targeted_pool("2026-2-1", bytes(32), ids, strata, keys).root, drawn.position.tolist(), drawn.cell.tolist())
"""


def test_hash_seed_changes_nothing(repository: Path) -> None:
    """Under PYTHONHASHSEED 0, 2 and 7 the same firms are drawn."""
    answers = set()
    for hash_seed in ("0", "2", "7"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(repository)}
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, cwd=repository, capture_output=True, text=True, check=True
        )
        answers.add(result.stdout)
    assert len(answers) == 1
    assert len(answers.pop().split(", ")) == 33  # 17 whole visits of 5 · 2 · 1.7, written twice


def test_cells_that_fit_pass() -> None:
    """Ordinary cells, a rest, and an open round that fits its pool."""
    cells = [
        cell("1/e/A/T1", "T1", 1_500_000, 4),
        cell("1/e/A/T1", "T2", 500_000, 4, counting=False),
        cell("2/e/A/T1", "T1", 500_000, 3),
        cell("2/e/A/T1", "T2", 2_500_000, 3, counting=False, rest=True),
    ]
    check_cells(RoundKind.TARGETED, cells, {"1/e/A/T1": 4, "2/e/A/T1": 3})
    assert counting_visits(cells) == 2
    check_cells(RoundKind.OPEN, [cell("open", "T1", 2 * 10**6, 9)], {"open": 9})


@pytest.mark.parametrize(
    ("kind", "cells", "firms", "match"),
    [
        (RoundKind.TARGETED, [cell("a/e/A/T", "T", 0, 4)], {"a/e/A/T": 5}, "the 5 firms of the pool, got a plan for 4"),
        (RoundKind.TARGETED, [cell("a/e/A/T", "T", 0, 4)], {}, "the 0 firms of the pool, got a plan for 4"),
        (RoundKind.TARGETED, [], {"a/e/A/T": 5}, "the 5 firms of the pool, got a plan for 0"),
        (
            RoundKind.TARGETED,
            [cell("b/e/A/T", "T", 0, 1), cell("a/e/A/T", "T", 0, 1)],
            {"a/e/A/T": 1, "b/e/A/T": 1},
            "ascending order",
        ),
        # One firm, half a visit in each line: both could be rounded up.
        (
            RoundKind.TARGETED,
            [cell("a/e/A/T", "T", 500_000, 1), cell("a/e/A/T", "U", 500_000, 1, counting=False)],
            {"a/e/A/T": 1},
            "room for 2 visits after rounding, got 1",
        ),
        # Two visits in all; ordinary ones of 1.2 and 0.4 can be rounded up to 2 and 1, which leaves a rest of -1.
        (
            RoundKind.TARGETED,
            [
                cell("a/e/A/T", "T", 1_200_000, 9),
                cell("a/e/A/T", "U", 400_000, 9, counting=False),
                cell("a/e/A/T", "V", 400_000, 9, counting=False, rest=True),
            ],
            {"a/e/A/T": 9},
            "room for 3 visits after rounding, got 2",
        ),
        (
            RoundKind.TARGETED,
            [cell("a/e/A/T", "T", 3_000_000, 2, counting=False, rest=True)],
            {"a/e/A/T": 2},
            "at most its 2 firms to be visited, got 3",
        ),
        (RoundKind.TARGETED, [cell("a/e/A/T", "T", 1_500_000, 4)], {"a/e/A/T": 4}, "part of one"),
        (RoundKind.TARGETED, [cell("a/e/A/T", "T", 10**6, 4, rest=True)], {"a/e/A/T": 4}, "part of one"),
        (RoundKind.OPEN, [cell("a/e/A/T", "T", 10**6, 4)], {"a/e/A/T": 4}, "one cell that counts"),
        (RoundKind.OPEN, [cell("open", "T", 10**6, 4, counting=False)], {"open": 4}, "one cell that counts"),
    ],
    ids=[
        *("size", "stratum gone", "no cell", "order", "two lines", "negative rest", "rest too great"),
        *("half a visit counts", "rest counts", "open stratum", "open counts"),
    ],
)
def test_cells_that_do_not_fit_are_refused(
    kind: RoundKind, cells: list[Cell], firms: dict[str, int], match: str
) -> None:
    """What could go wrong at the ceremony is found before the commitment."""
    with pytest.raises(ValueError, match=match):
        check_cells(kind, cells, firms)


def test_cells_that_pass_never_ask_for_too_much() -> None:
    """Whatever the seed, cells at the very edge of the check give quotas that the stratum can fill."""
    cells = [
        cell("1/e/A/T1", "T1", 1_400_000, 4),
        cell("1/e/A/T1", "T2", 600_000, 4, counting=False),
        cell("1/e/A/T1", "T3", 1_000_000, 4, counting=False, rest=True),
        cell("2/e/A/T1", "T1", 600_000, 1),
    ]
    check_cells(RoundKind.TARGETED, cells, {"1/e/A/T1": 4, "2/e/A/T1": 1})
    strata = np.array([0, 0, 0, 0, 1], dtype=np.int32)
    for seed in seeds(300):
        quotas = draw_quotas(RoundKind.TARGETED, cells, seed)
        assert min(quotas) >= 0
        assert sum(quotas[:3]) == 3
        select(open_tickets(seed, ids(5)), strata, cells, quotas)
