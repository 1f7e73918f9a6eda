"""Fixtures of the draw's tests: tiny years."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from tiny_year import TinyYear, fill

from cli import CHINA
from scheduler.resources import data_path
from scheduler.workflow.workspace import Workspace, create_workspace


@pytest.fixture
def tiny(workspace: Workspace) -> TinyYear:
    """The tiny year on SQLite."""
    fill(workspace)
    return TinyYear(workspace)


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
        workspace = create_workspace(
            tmp_path_factory.mktemp("tiny") / "workspace",
            settings_text=data_path("examples", "double-random.toml").read_text(encoding="utf-8"),
            actor="tester",
            now=datetime(2026, 1, 5, 9, 0, tzinfo=CHINA),
        )
        made.append(workspace)
        fill(workspace, order)
        return TinyYear(workspace)

    yield make
    for workspace in made:
        workspace.store.close()
