"""
Runs a small year of the example and prints the digests of its records, for tests that compare runs.

``python -m tests.chain.year FOLDER [--permute] [--database-url URL]``
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from scheduler.draw.hashing import content_digest
from scheduler.example.city import ExampleCity, build_city
from scheduler.workflow.demo import DemoSummary, run_city
from scheduler.workflow.example import SEED, load_parameters

NUM_FIRMS = 1500


def small_city() -> ExampleCity:
    """A city of 1,500 firms."""
    return build_city(load_parameters(), num_firms=NUM_FIRMS, seed=SEED)


def permuted(city: ExampleCity) -> ExampleCity:
    """The same city with the rows of its register, events, roster, recusals, items and tasks in other orders."""

    def shuffled(columns: dict[str, list[object]]) -> dict[str, list[object]]:
        order = np.random.default_rng(1).permutation(len(next(iter(columns.values()))))
        return {name: [column[position] for position in order] for name, column in columns.items()}

    return replace(
        city,
        firms=shuffled(city.firms),
        events=shuffled(city.events),
        officers=city.officers[::-1],
        recusals=city.recusals[::-1],
        tasks=city.tasks[::-1],
    )


def record_digests(folder: Path) -> dict[str, str]:
    """Digest of every file below a folder, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): content_digest(path.read_bytes()) for path in paths}


def run(folder: Path, *, permute: bool = False, database_url: str | None = None) -> DemoSummary:
    """A small year in a folder."""
    city = small_city()
    return run_city(folder, permuted(city) if permute else city, database_url=database_url)


def main() -> None:
    """Runs the year and prints the digests of records and pages as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--permute", action="store_true")
    parser.add_argument("--database-url")
    options = parser.parse_args()
    run(options.folder, permute=options.permute, database_url=options.database_url)
    print(json.dumps({part: record_digests(options.folder / part) for part in ("records", "site")}))


if __name__ == "__main__":
    main()
