"""The same inputs, secret and entropy give the same bytes, whatever else is different."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.workflow.demo import DemoSummary
from tests.chain.year import record_digests

ROOT = Path(__file__).resolve().parent.parent.parent


def digests_of_a_run(
    folder: Path, *words: str, python: str = sys.executable, **environment: str
) -> dict[str, dict[str, str]]:
    """Digests of the records and pages that a run in a process of its own makes."""
    done = subprocess.run(
        [python, "-m", "tests.chain.year", str(folder), *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def expected(small_year: DemoSummary) -> dict[str, dict[str, str]]:
    """Digests of the year that was run in this process."""
    return {part: record_digests(small_year.folder / part) for part in ("records", "site")}


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "0", "TZ": "America/New_York", "LANGUAGE": "zh_CN"},
        {"PYTHONHASHSEED": "2", "LANG": "tr_TR.UTF-8", "LC_ALL": "C"},
    ],
)
def test_records_do_not_depend_on_row_order_hash_seed_locale_or_time_zone(
    tmp_path: Path, expected: dict[str, dict[str, str]], environment: dict[str, str]
) -> None:
    """Rows permuted, other hash seeds, locales and time zones: every byte is the same."""
    assert digests_of_a_run(tmp_path / "run", "--permute", **environment) == expected


@pytest.mark.postgresql
def test_records_do_not_depend_on_the_database(
    tmp_path: Path, expected: dict[str, dict[str, str]], postgresql_url: str
) -> None:
    """PostgreSQL gives the bytes that SQLite gives."""
    assert digests_of_a_run(tmp_path / "run", "--permute", "--database-url", postgresql_url) == expected


def test_records_do_not_depend_on_the_python_version(tmp_path: Path, expected: dict[str, dict[str, str]]) -> None:
    """Python 3.13, with the newer PuLP, gives the bytes that Python 3.11 gives."""
    python = ROOT / ".venv-3.13" / "bin" / "python"
    if not python.exists():
        pytest.skip("no .venv-3.13 beside the repository (make .venv-3.13/.ready where Python 3.13 is)")
    assert digests_of_a_run(tmp_path / "run", python=str(python)) == expected
