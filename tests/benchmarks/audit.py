"""
Verification beside the draw it verifies: one made-up year at city size, everything in one process.

``audit.over_draw`` is the seconds that `verify` takes for the audit record of the year, all its claims included, over
the seconds that the same process took to commit to the same rounds and draw them, store and files included. Who
verifies does more than who draws: tiers, officers and days are found again, and results looked through.
``audit.over_draw.cpu`` is the same by processor time, which other work on the machine hardly changes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scheduler.audit.claims import Report, Status
from scheduler.audit.verifier import verify_record
from scheduler.example.city import build_city
from scheduler.progress import SILENT
from scheduler.workflow.demo import Demo
from scheduler.workflow.example import SEED, load_parameters
from tests.benchmarks.measure import figure, measured

NUM_FIRMS = int(os.environ.get("BENCH_FIRMS", "462000"))
DRAWING = ("commit", "targets")
T = TypeVar("T")


@dataclass(slots=True)
class Watch:
    """Seconds by the clock and of the processor that works took together."""

    seconds: float = 0.0
    cpu: float = 0.0

    def run(self, work: Callable[[], T]) -> T:
        """Does a work and adds what it took."""
        started, begun = time.perf_counter(), time.process_time()
        result = work()
        self.seconds += time.perf_counter() - started
        self.cpu += time.process_time() - begun
        return result


def run(folder: Path) -> None:
    """Makes a year, draws and verifies it in this process, and prints what both took."""
    city = build_city(load_parameters(), num_firms=NUM_FIRMS, seed=SEED)
    drawing, other = Watch(), Watch()
    for stage in Demo(folder, city, progress=SILENT, database_url=None).stages():
        if stage.name != "verify":
            (drawing if stage.name in DRAWING else other).run(stage.work)
    figure("audit.city.commit_and_draw.seconds", drawing.seconds, "s")
    verifying = {kind: verified(folder, kind) for kind in ("public", "audit")}
    figure("audit.over_draw", verifying["audit"].seconds / drawing.seconds, "times")
    figure("audit.over_draw.cpu", verifying["audit"].cpu / drawing.cpu, "times")


def verified(folder: Path, kind: str) -> Watch:
    """Verifies a record; fails if a claim does."""
    watch = Watch()
    report: Report = watch.run(lambda: verify_record(folder / "records" / kind))
    report.raise_if_rejected()
    figure(f"audit.city.{kind}.seconds", watch.seconds, "s")
    figure(f"audit.city.{kind}.claims", len(report.of_status(Status.PASSED)), "claims")
    return watch


def main() -> None:
    """Measures in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="double-random-bench-") as folder:
        result = measured("tests.benchmarks.audit", str(Path(folder) / "city"))
    print(result.output, end="")
    figure("audit.city.peak_mb", result.peak_mb, "MB")


if __name__ == "__main__":
    run(Path(sys.argv[1]))
