"""
Verifies records of double-random draws. It needs Python 3.11 or later and nothing else.

    python -I verify.py RECORD                   the folder of a record, or one that holds records
    python -I verify.py RECORD --anchor FILE     compared with what was published elsewhere
    python -I verify.py RECORD --lang zh         in Chinese; --json for machines

It prints every claim with its section of the specification of draws and records, and the verdict. The exit status is 0,
or 1 if a record is rejected. Who was handed this file together with a record compares its SHA-256 with the one that the
specification lists (section 10.1) before running it: a file that came with the record could say anything.

Below stand the modules of the program that verify, unchanged, one after the other; only numpy, the
Merkle tree, the signatures and the messages are replaced by plain modules (`plain_…` in scheduler/audit/alone).
"""

from __future__ import annotations

import sys

# Nothing that lies beside this file is imported: a record could carry a json.py of its own.
if sys.path and not sys.flags.safe_path:
    del sys.path[0]

import importlib.util
import linecache
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

SOURCES: dict[str, str] = {}
MESSAGES: dict[str, str] = {}


class Modules:
    """Finds the modules that this file carries before any that are installed."""

    @staticmethod
    def find_spec(
        name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """How to load a module of this file; None for any other."""
        if name not in SOURCES:
            return None
        is_package = any(other.startswith(f"{name}.") for other in SOURCES)
        loader: Any = Modules
        return importlib.util.spec_from_loader(name, loader, origin=f"verify.py, {name}", is_package=is_package)

    @staticmethod
    def create_module(_spec: ModuleSpec) -> None:
        """An ordinary module will do."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Runs the text of a module."""
        source, place = SOURCES[module.__name__], f"<{module.__name__} in verify.py>"
        linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
        exec(compile(source, place, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - text of this file


def run() -> int:
    """Verifies what the command line names."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the file is run by whatever Python there is
        sys.stderr.write("verify.py needs Python 3.11 or later\n")
        return 2
    sys.meta_path.insert(0, Modules)
    program = importlib.import_module("scheduler.audit.alone.program")
    return int(program.main(sys.argv[1:], MESSAGES, Path(__file__).resolve().parent))
