"""
The whole chain at city size: 462,000 firms from the generator to verified records.

``chain.city.seconds`` and ``chain.city.peak_mb`` are those of one process that does all of it; the other figures are
the seconds of each kind of stage, summed over the rounds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from scheduler.example.city import build_city
from scheduler.progress import SILENT
from scheduler.workflow.demo import SEED, Demo, load_parameters
from scheduler.workflow.rates import year_rates
from tests.benchmarks.measure import figure, measured

NUM_FIRMS = int(os.environ.get("BENCH_FIRMS", "462000"))


def run(folder: Path) -> None:
    """Runs the chain in this process and prints seconds per stage."""
    started = time.perf_counter()
    city = build_city(load_parameters(), num_firms=NUM_FIRMS, seed=SEED)
    seconds = {"example": time.perf_counter() - started}
    demo = Demo(folder, city, progress=SILENT, database_url=None)
    for stage in demo.stages():
        started = time.perf_counter()
        stage.work()
        seconds[stage.name] = seconds.get(stage.name, 0.0) + time.perf_counter() - started
    for name, value in seconds.items():
        figure(f"chain.city.{name}.seconds", value, "s")
    rates = year_rates(demo.workspace)
    figure("chain.city.visits", rates.num_visits, "visits")
    figure("chain.city.officers", len(city.officers), "officers")
    figure("chain.city.drawn", rates.num_drawn, "enterprises")
    figure("chain.city.target", rates.target, "enterprises")
    for name, report in zip(("public", "audit"), demo.reports, strict=True):
        figure(f"chain.city.{name}_claims_failed", sum(claim.status == "failed" for claim in report.claims), "claims")


def main() -> None:
    """Measures the chain in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="double-random-bench-") as folder:
        result = measured("tests.benchmarks.chain", str(Path(folder) / "city"))
    print(result.output, end="")
    figure("chain.city.seconds", result.seconds, "s")
    figure("chain.city.peak_mb", result.peak_mb, "MB")


if __name__ == "__main__":
    run(Path(sys.argv[1]))
