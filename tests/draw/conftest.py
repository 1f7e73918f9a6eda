"""Fixtures of the draw's tests: tiny years."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tiny_year import TinyYear, fill

from cli import CHINA
from scheduler.resources import data_path
from scheduler.workflow.workspace import Workspace, create_workspace, open_workspace

_ARGUMENTS: dict[str, Any] = {
    "settings_text": data_path("examples", "double-random.toml").read_text(encoding="utf-8"),
    "actor": "tester",
    "now": datetime(2026, 1, 5, 9, 0, tzinfo=CHINA),
}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny year that nobody changes: tests copy it."""
    workspace = create_workspace(tmp_path_factory.mktemp("filled") / "workspace", **_ARGUMENTS)
    fill(workspace)
    workspace.store.close()
    return workspace.root


@pytest.fixture
def tiny(filled: Path, tmp_path: Path) -> Iterator[TinyYear]:
    """The tiny year on SQLite."""
    root = tmp_path / "tiny"
    shutil.copytree(filled, root)
    workspace = open_workspace(root, actor=_ARGUMENTS["actor"], now=_ARGUMENTS["now"])
    yield TinyYear(workspace)
    workspace.store.close()


@pytest.fixture
def any_tiny(any_workspace: Workspace) -> TinyYear:
    """The tiny year on SQLite and on PostgreSQL."""
    fill(any_workspace)
    return TinyYear(any_workspace)


@pytest.fixture
def tiny_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[list[int]], TinyYear]]:
    """Makes tiny years whose firms are stored in a given order."""
    made: list[Workspace] = []

    def make(order: list[int]) -> TinyYear:
        workspace = create_workspace(tmp_path_factory.mktemp("tiny") / "workspace", **_ARGUMENTS)
        made.append(workspace)
        fill(workspace, order)
        return TinyYear(workspace)

    yield make
    for workspace in made:
        workspace.store.close()
