"""Where the year stands: the next step follows from what is there, from the empty workspace to the last report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from models.results_rows import load_visits
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.progress import SILENT
from scheduler.workflow.demo import Demo, DemoSummary
from scheduler.workflow.status import year_status
from scheduler.workflow.workspace import CHINA, Workspace
from tests.chain.year import small_city


def test_status_of_an_empty_workspace_asks_for_the_register(workspace: Workspace) -> None:
    """Nothing is there, so a whole workbook is asked for; there is no deadline yet."""
    status = year_status(workspace)
    assert (status.num_firms, status.target, status.drawn, status.rounds) == (0, None, 0, ())
    assert "double-random template inputs.xlsx" in status.next_step
    assert "double-random import all inputs.xlsx" in status.next_step
    assert status.next_deadline is None


def test_status_leads_through_the_year(tmp_path: Path) -> None:
    """After each stage of a year the next step is the command of the next stage."""
    demo = Demo(tmp_path, small_city(), progress=SILENT, database_url=None)
    steps = []
    for stage in demo.stages():
        stage.work()
        steps.append((stage.name, year_status(demo.workspace).next_step))
    assert [(name, step.split("double-random ")[-1]) for name, step in steps] == [
        ("store", "classify"),
        ("classify", "plan new"),
        ("plan", "draw commit 1 --entropy NAME@DATE:KIND:DETAIL"),
        ("commit", "draw targets 1 --entropy NAME=VALUE"),
        ("targets", "draw officers 1"),
        ("officers", "plan solve"),
        ("plan", "draw commit 2 --entropy NAME@DATE:KIND:DETAIL"),
        ("commit", "draw targets 2 --entropy NAME=VALUE"),
        ("targets", "draw officers 2"),
        ("officers", "import results FILE"),
        ("results", "import results FILE"),
        ("plan", "draw commit 3 --entropy NAME@DATE:KIND:DETAIL"),
        ("commit", "draw targets 3 --entropy NAME=VALUE"),
        ("targets", "draw officers 3"),
        ("officers", "import results FILE"),
        ("results", "import results FILE"),
        ("results", "publish"),
        ("publish", "publish"),
        ("verify", "publish"),
    ]


def test_status_of_a_finished_year_is_told_by_the_command_alone(small_year: DemoSummary) -> None:
    """`double-random` alone tells the target reached and each round."""
    runner = CliRunner()
    folder = str(small_year.folder / "workspace")
    done = runner.invoke(cli.build(), ["--workspace", folder, "--now", "2026-12-04"])
    assert done.exit_code == 0, done.output
    target = small_year.rates.target
    assert f"{target} of {target} enterprises drawn" in done.stdout
    assert all(f"2026-{number}" in done.stdout for number in (1, 2, 3))
    as_json = runner.invoke(cli.build(), ["--workspace", folder, "--now", "2026-12-04", "status", "--json"])
    assert f'"drawn": {target}' in as_json.stdout


def test_status_names_what_is_due_next(tmp_path: Path) -> None:
    """Once round 1 is drawn, its first visit's result is due 20 working days after the visit."""
    demo = Demo(tmp_path, small_city(), progress=SILENT, database_url=None)
    deadlines = []
    for stage in demo.stages()[:6]:  # up to the officers of round 1
        stage.work()
        deadlines.append(year_status(demo.workspace).next_deadline)
    spring = replace(demo.workspace, now=datetime(2026, 4, 1, tzinfo=CHINA))
    assert deadlines[2] == (date(2026, 3, 2), "round 1 starts: firms and officers must be drawn")
    with demo.workspace.transaction() as connection:
        first = min(day for day in load_visits(connection, "2026-1-1").visit_on if day)
    due = WorkdayCalendar().add_working_days(first, 20)
    assert year_status(spring).next_deadline == (due, "results of draw 2026-1-1 must be public")


def test_status_fits_eighty_columns_and_names_the_workspace_in_its_commands(
    small_year: DemoSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line of the rounds is broken, numbers stand in the place of their column, commands can be pasted."""
    monkeypatch.setenv("COLUMNS", "80")
    folder = str(small_year.folder / "workspace")
    lines = CliRunner().invoke(cli.build(), ["--workspace", folder, "--now", "2026-12-04"]).stdout.splitlines()
    heading = next(place for place, line in enumerate(lines) if line.startswith("Round "))
    rounds = lines[heading + 1 : heading + 4]
    assert [line.split()[:2] for line in rounds] == [["2026-1", "open"], ["2026-2", "targeted"], ["2026-3", "targeted"]]
    assert all("officers drawn" in line and len(line.rstrip()) <= 80 for line in rounds)
    assert len({len(line.rstrip()) for line in rounds}) == 1
    assert f"double-random --workspace {folder} " in lines[-1]


def test_status_says_that_a_deadline_is_over(tmp_path: Path) -> None:
    """A round that should have been drawn months ago is overdue, not next."""
    demo = Demo(tmp_path, small_city(), progress=SILENT, database_url=None)
    for stage in demo.stages()[:3]:  # a plan, nothing drawn
        stage.work()
    words = ["--workspace", str(demo.workspace.root), "--now"]
    late = CliRunner().invoke(cli.build(), [*words, "2026-03-03"]).stdout
    in_time = CliRunner().invoke(cli.build(), [*words, "2026-03-02"]).stdout
    assert "Overdue since 2026-03-02: round 1 starts" in late
    assert "Next deadline: 2026-03-02, round 1 starts" in in_time
