"""
The draw in memory: commit and draw of a whole city and a whole province, beside the bare hashing of the same messages.

``draw.over_hashes`` is the worse of the two kinds of round: seconds of commit and draw over seconds of hashing the same
messages, built beforehand, by the cheapest calls there are (HMAC from copied states). The city's figures are the least
of five runs, draws and bare hashing in turn.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from scheduler.allocation.cells import Cell
from scheduler.draw.hashing import prefix
from scheduler.draw.pool import firm_salts, open_pool, targeted_pool
from scheduler.draw.quotas import draw_quotas
from scheduler.draw.selection import select
from scheduler.draw.tickets import open_tickets, targeted_tickets
from scheduler.registry.codes import RoundKind
from tests.benchmarks.measure import figure, measured

CITY = int(os.environ.get("BENCH_FIRMS", "462000"))
PROVINCE = int(os.environ.get("BENCH_PROVINCE_FIRMS", "14660000"))
SECRET, SEED, DRAW_ID = bytes(range(32)), "5e" * 32, "2026-2-1"
KEYS = tuple(
    sorted(
        f"3710{d:02d}/enterprise/{t}/T{a:02d}+T{b:02d}"
        for d in range(10)
        for t in "ABCD"
        for a in range(5)
        for b in range(5, 10)
    )
)


class City:
    """Made-up firms in a thousand strata, 8 % of which are drawn."""

    def __init__(self, num_firms: int) -> None:
        numbers = np.char.zfill(np.arange(num_firms).astype("S8"), 8)
        self.ids = np.char.add(b"91371000MA", numbers).astype("S18")
        self.stratum = (np.arange(num_firms) * 7919 % len(KEYS)).astype(np.int32)
        sizes = np.bincount(self.stratum, minlength=len(KEYS)).tolist()
        self.cells = [cell(key, size, size * 80_000) for key, size in zip(KEYS, sizes, strict=True)]
        self.open_cells = [cell("open", num_firms, num_firms * 8 // 100 * 10**6)]

    def targeted(self) -> int:
        """Commit and draw of a targeted round; returns the number of firms drawn."""
        targeted_pool(DRAW_ID, SECRET, self.ids, self.stratum, KEYS)
        quotas = draw_quotas(RoundKind.TARGETED, self.cells, SEED)
        tickets = targeted_tickets(SEED, firm_salts(DRAW_ID, SECRET, self.ids), self.ids)
        return len(select(tickets, self.stratum, self.cells, quotas))

    def open(self) -> int:
        """Commit and draw of an open round; returns the number of firms drawn."""
        open_pool(DRAW_ID, self.ids)
        quotas = draw_quotas(RoundKind.OPEN, self.open_cells, SEED)
        stratum = np.zeros(len(self.ids), dtype=np.int32)
        return len(select(open_tickets(SEED, self.ids), stratum, self.open_cells, quotas))

    def open_messages(self) -> list[list[bytes]]:
        """Messages of an open round: leaves, nodes, tickets."""
        names = self.ids.tolist()
        return [
            [b"\x00" + prefix("leaf", DRAW_ID) + name for name in names],
            [b"\x01" + bytes(64)] * (len(names) - 1),
            [prefix("ticket", SEED) + name for name in names],
        ]

    def targeted_messages(self) -> tuple[list[list[bytes]], list[list[bytes]]]:
        """Messages of a targeted round: seals, leaves, nodes, tickets; and those under the key: salts twice, nonces."""
        names, digits = self.ids.tolist(), b"0" * 64
        tails = [b"|" + key.encode("ascii") for key in KEYS]
        salts = [prefix("salt", DRAW_ID) + name for name in names]
        plain = [
            [prefix("stratum") + digits + tails[code] for code in self.stratum.tolist()],
            [b"\x00" + prefix("leaf", DRAW_ID) + name + b"|" + digits + b"|" + digits for name in names],
            [b"\x01" + bytes(64)] * (len(names) - 1),
            [prefix("ticket", SEED) + digits + b"|" + name for name in names],
        ]
        return plain, [salts, salts, [prefix("stratum-nonce", DRAW_ID) + name for name in names]]


def cell(stratum: str, num_firms: int, visits_micro: int) -> Cell:
    """A cell that counts."""
    return Cell(
        stratum=stratum, package="T00", counting=True, rest=False, num_firms=num_firms, visits_micro=visits_micro
    )


def bare_hashes(plain: Sequence[list[bytes]], keyed: Sequence[list[bytes]]) -> int:
    """Hashes messages and keeps the digests, nothing else; returns their number."""
    sha256 = hashlib.sha256
    padded = SECRET.ljust(64, b"\x00")
    inner = sha256(bytes(byte ^ 0x36 for byte in padded)).copy
    outer = sha256(bytes(byte ^ 0x5C for byte in padded)).copy
    number = sum(len([sha256(message).digest() for message in messages]) for messages in plain)
    for messages in keyed:
        digests = []
        for message in messages:
            begun, ended = inner(), outer()
            begun.update(message)
            ended.update(begun.digest())
            digests.append(ended.digest())
        number += len(digests)
    return number


def seconds(*works: Callable[[], int]) -> list[float]:
    """Least of five measurements of each work, taken in turn, so that a machine's slow minutes fall on all alike."""
    times: list[list[float]] = [[] for _work in works]
    for _run in range(5):
        for work, own in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            own.append(time.perf_counter() - started)
    return [min(own) for own in times]


def main() -> None:
    """Measures the city here and the province in a process of its own."""
    city = City(CITY)
    messages = city.open_messages()
    opened, bare_open = seconds(city.open, partial(bare_hashes, messages, []))
    plain, keyed = city.targeted_messages()
    targeted, bare_targeted = seconds(city.targeted, partial(bare_hashes, plain, keyed))
    figure("draw.city.seconds", max(targeted, opened), "s")
    figure("draw.city.open.seconds", opened, "s")
    over_open, over_targeted = opened / bare_open, targeted / bare_targeted
    figure("draw.over_hashes", max(over_open, over_targeted), "times")
    figure("draw.over_hashes.open", over_open, "times")
    figure("draw.over_hashes.targeted", over_targeted, "times")
    del city, messages, plain, keyed
    province = measured("tests.benchmarks.draw", "province")
    figure("draw.province.seconds", float(province.output), "s")
    figure("draw.province.peak_mb", province.peak_mb, "MB")


def province_seconds() -> float:
    """Seconds of commit and draw of a targeted round of a province, once."""
    province = City(PROVINCE)
    started = time.perf_counter()
    province.targeted()
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:] == ["province"]:
        print(province_seconds())
    else:
        main()
