"""
The whole chain at city size: 462,000 firms from the generator to verified records.

``chain.city.seconds`` and ``chain.city.peak_mb`` are those of the one process that runs the demo; seconds per stage are
those between the stages' reports.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.measure import figure, measured

NUM_FIRMS = int(os.environ.get("BENCH_FIRMS", "462000"))


class StageClock:
    """Listener that keeps the time at which each of the chain's stages began."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, float]] = []

    def report(self, description: str, done: int, total: int) -> None:
        """Notes the beginning of a stage; reports within a stage repeat its description or are nested steps."""
        del done, total
        if description.startswith("stage:"):
            self.stages.append((description.removeprefix("stage:"), time.perf_counter()))


def run(folder: Path) -> None:
    """Runs the chain in this process and prints seconds per stage."""
    from scheduler.workflow.demo import STAGES, run_demo

    clock = StageClock()

    class Named:
        def report(self, description: str, done: int, total: int) -> None:
            if total == len(STAGES):
                clock.report(f"stage:{STAGES[done] if done < len(STAGES) else 'end'}", done, total)

    summary = run_demo(folder, num_firms=NUM_FIRMS, progress=Named())
    totals: dict[str, float] = {}
    for (name, start), (_, end) in zip(clock.stages, clock.stages[1:], strict=False):
        totals[name] = totals.get(name, 0.0) + end - start
    for name, seconds in totals.items():
        figure(f"chain.city.{name}.seconds", seconds, "s")
    figure("chain.city.visits", summary.num_visits, "visits")
    figure("chain.city.officers", summary.num_officers, "officers")


def main() -> None:
    """Measures the chain in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="double-random-bench-") as folder:
        result = measured("tests.benchmarks.chain", str(Path(folder) / "city"))
    print(result.output, end="")
    figure("chain.city.seconds", result.seconds, "s")
    figure("chain.city.peak_mb", result.peak_mb, "MB")


if __name__ == "__main__":
    run(Path(sys.argv[1]))
