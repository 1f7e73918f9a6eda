"""Fixtures of the commands' tests: the command line as a person calls it, and a year whose log they may write to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import cli
from scheduler.workflow.demo import DemoSummary


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line, in English if nothing else is asked for: exit status, stdout, stderr."""

    def run(*words: object, lang: str = "en") -> tuple[int, str, str]:
        status = 0
        try:
            cli.main(["--lang", lang, *map(str, words)])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def city(small_year: DemoSummary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a copy of the small year; tests may add to its log and change nothing else."""
    return Path(shutil.copytree(small_year.folder, tmp_path_factory.mktemp("city") / "year"))
