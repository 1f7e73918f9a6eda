"""Runs all groups of benchmarks, or the one named: ``python -m tests.benchmarks [GROUP]``."""

from __future__ import annotations

import importlib
import sys

GROUPS = ("chain", "risk", "allocation", "draw", "audit", "teams", "agenda", "publication", "results", "loop")


def main() -> None:
    """Runs the groups one after another, never side by side."""
    wanted = sys.argv[1:] or list(GROUPS)
    for name in wanted:
        if name not in GROUPS:
            sys.exit(f"expected one of the groups {', '.join(GROUPS)}, got {name}")
        importlib.import_module(f"tests.benchmarks.{name}").main()


if __name__ == "__main__":
    main()
