"""`plan list` and `plan export` as a planner uses them."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models.tables import LogEntry, table_of
from scheduler.commands.allocation import plan
from scheduler.commands.context import CommandContext
from scheduler.errors import StateError, UsageError
from scheduler.resources import data_path
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.workspace import CHINA, create_workspace, open_workspace

NOW = datetime(2026, 12, 4, tzinfo=CHINA)


@pytest.fixture
def root(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the small year's workspace."""
    shutil.copytree(small_year.folder / "workspace", tmp_path / "year")
    return tmp_path / "year"


def run(root: Path, *words: str, language: str = "en") -> Result:
    """Runs a command of `plan`."""
    context = CommandContext(root=root, database_url=None, actor="Zhang", now=NOW, language=language)
    return CliRunner().invoke(plan, list(words), obj=context)


def test_export_writes_both_files_and_logs_it(root: Path, tmp_path: Path) -> None:
    """Both files are there, and the export is an entry of the log with its number on the screen."""
    files = [tmp_path / "plan.xlsx", tmp_path / "plan.DOCX"]
    result = run(root, "export", *map(str, files))
    assert result.exit_code == 0, result.output
    assert all(file.read_bytes()[:2] == b"PK" for file in files)
    workspace = open_workspace(root, actor="Zhang", now=NOW)
    table = table_of(LogEntry)
    with workspace.transaction() as connection:
        row = connection.execute(table.select().order_by(table.c.number.desc()).limit(1)).one()
    assert (row.action, json.loads(row.detail)["files"]) == ("plan export", ["xlsx", "docx"])
    assert f"log entry {row.number}" in result.output


def test_export_refuses_other_names(root: Path, tmp_path: Path) -> None:
    """A name that ends otherwise is told, and the same file twice."""
    wrong = run(root, "export", str(tmp_path / "plan.pdf"))
    assert isinstance(wrong.exception, UsageError)
    assert ".xlsx / .docx" in str(wrong.exception)
    twice = run(root, "export", str(tmp_path / "a.xlsx"), str(tmp_path / "a.xlsx"))
    assert isinstance(twice.exception, UsageError)


def test_without_a_plan_the_next_step_is_told(tmp_path: Path) -> None:
    """There is nothing to list or to export before a plan is made."""
    settings = data_path("examples", "double-random.toml").read_text(encoding="utf-8")
    create_workspace(tmp_path / "empty", settings_text=settings, actor="Zhang", now=NOW)
    assert "plan new" in run(tmp_path / "empty", "list").output
    refused = run(tmp_path / "empty", "export", str(tmp_path / "a.xlsx"))
    assert isinstance(refused.exception, StateError)
    assert "plan new" in str(refused.exception)


def test_list_tells_what_a_version_changed(root: Path) -> None:
    """A new version stands with its reason, its author and the figure that changed."""
    path = root / "double-random.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("step = 0.020", "step = 0.010"), encoding="utf-8")
    made = run(root, "new", "--reason", "smaller steps")
    assert made.exit_code == 0, made.exception
    shown = json.loads(run(root, "list", "--json").stdout)["versions"]
    assert [one["plan"] for one in shown] == ["2026-v1", "2026-v2"]
    assert (shown[1]["reason"], shown[1]["author"]) == ("smaller steps", "Zhang")
    assert shown[1]["changes"] == [{"name": "rates.step", "before": "0.02", "after": "0.01"}]
    assert "rates.step: 0.02 → 0.01" in run(root, "list").output
