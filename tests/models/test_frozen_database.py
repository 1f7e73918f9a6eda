"""Databases of every released format are opened, migrated and worked on."""

from __future__ import annotations

import sqlite3
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from cli import CHINA
from scheduler.audit.claims import Verdict
from scheduler.audit.verifier import verify_record
from scheduler.workflow.draw import show_draws
from scheduler.workflow.log import verify_log
from scheduler.workflow.publication import publish
from scheduler.workflow.workspace import Workspace, open_workspace

FROZEN = Path(__file__).resolve().parents[1] / "frozen"
DRAWS = {
    "format-1": {"2026-1-1": "voided", "2026-1-2": "drawn", "2026-2-1": "drawn"},
    "format-4": {"2026-1-1": "drawn", "2026-2-1": "drawn", "2026-3-1": "drawn"},
}
WORKSPACES = [pytest.param(path, id=path.parent.name) for path in sorted(FROZEN.glob("format-*/workspace.zip"))]


def unpacked(archive: Path, folder: Path) -> Path:
    """A frozen workspace in a folder of its own."""
    with zipfile.ZipFile(archive) as package:
        package.extractall(folder)
    for key in folder.glob("signing.key"):  # an archive keeps no rights, and a key that others can read is refused
        key.chmod(0o600)
    return folder


def opened(folder: Path) -> Workspace:
    """The workspace some weeks after its last entry."""
    return open_workspace(folder, actor="auditor", now=datetime(2026, 10, 1, 9, tzinfo=CHINA))


def rows_of(folder: Path) -> dict[str, int]:
    """Number of rows of each table."""
    with sqlite3.connect(folder / "double-random.db") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


@pytest.mark.parametrize("archive", WORKSPACES)
def test_frozen_database_migrates_to_the_models_and_loses_no_row(archive: Path, tmp_path: Path) -> None:
    """After opening, the schema is the models' own, and every old table has its rows."""
    folder = unpacked(archive, tmp_path)
    before = rows_of(folder)
    workspace = opened(folder)
    with workspace.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
        assert verify_log(connection) == before["log_entry"]
    workspace.store.close()
    after = rows_of(folder)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("archive", WORKSPACES)
def test_year_of_a_frozen_database_goes_on(archive: Path, tmp_path: Path) -> None:
    """Its draws are shown, and what is published of it verifies."""
    workspace = opened(unpacked(archive, tmp_path / "workspace"))
    assert {entry.draw_id: entry.status for entry in show_draws(workspace)} == DRAWS[archive.parent.name]
    places = {name: tmp_path / "out" / name for name in ("public", "audit", "site")}
    publish(workspace, **places, workbook=None)
    for name in ("public", "audit"):
        assert verify_record(places[name]).verdict is Verdict.CONSISTENT
