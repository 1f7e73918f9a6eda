"""How a plan is shown on terminals of different width."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from rich.console import Console

from scheduler.commands import plan_tables
from scheduler.progress import SILENT
from scheduler.workflow.allocation import plan_show
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.workspace import CHINA, open_workspace


@pytest.mark.parametrize(("columns", "shown"), [(80, False), (120, True)])
def test_plan_cuts_no_number_on_a_narrow_terminal(
    columns: int, shown: bool, small_year: DemoSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no room for every column, two of them are left out and said to be, and no cell is cut."""
    page = io.StringIO()
    monkeypatch.setattr(
        plan_tables,
        "stdout_console",
        lambda: Console(file=page, width=columns, force_terminal=True, color_system=None, highlight=False),
    )
    now = datetime(2026, 12, 4, tzinfo=CHINA)
    workspace = open_workspace(small_year.folder / "workspace", actor="Zhang", now=now, progress=SILENT)
    plan_tables.show_plan(plan_show(workspace), {one.code: one for one in workspace.settings.districts}, "en")
    text = page.getvalue()
    assert "…" not in text
    assert ("Full coverage" in text) is shown
    assert ("--json" in text) is not shown
    assert "visits are those expected after what earlier rounds drew" in text  # all rounds of this year are drawn
    assert max(len(line.rstrip()) for line in text.splitlines()) <= columns
