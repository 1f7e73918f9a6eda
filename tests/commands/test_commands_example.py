"""Tests of the command `example`."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from scheduler.commands.example import example


def test_example_writes_a_workbook_and_says_what_comes_next(tmp_path: Path) -> None:
    """The file is written, the message counts its rows and names the next command; stdout stays empty."""
    target = tmp_path / "city.xlsx"
    answer = CliRunner().invoke(example, [str(target), "--firms", "220", "--seed", "x"])
    assert answer.exit_code == 0
    assert answer.stdout == ""
    assert "220 made-up firms" in answer.stderr
    assert f"double-random import all {target}" in answer.stderr
    assert target.read_bytes().startswith(b"PK")


def test_example_asks_before_it_replaces(tmp_path: Path) -> None:
    """An existing file stays unless the answer is yes, or --yes was said."""
    target = tmp_path / "city.xlsx"
    target.write_text("mine")
    refused = CliRunner().invoke(example, [str(target), "--firms", "220"], input="n\n")
    assert (refused.exit_code, target.read_text()) == (1, "mine")
    agreed = CliRunner().invoke(example, [str(target), "--firms", "220", "--yes"])
    assert (agreed.exit_code, target.read_bytes()[:2]) == (0, b"PK")
