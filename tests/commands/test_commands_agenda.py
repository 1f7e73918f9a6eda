"""The commands of the agenda, as a planner uses them, on a copy of the example's year."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner, Result

import cli
from scheduler import i18n
from scheduler.workflow.demo import DemoSummary


@pytest.fixture
def year_folder(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the year's workspace."""
    folder = tmp_path / "workspace"
    shutil.copytree(small_year.folder / "workspace", folder)
    return folder


def run(folder: Path, *words: str, language: str = "en") -> Result:
    """Runs the command line on a workspace on 1 September 2026."""
    i18n.activate(language)
    try:
        return CliRunner().invoke(
            cli.build(), ["--workspace", str(folder), "--lang", language[:2], "--now", "2026-09-01", *words]
        )
    finally:
        i18n.activate("en")


def test_show_lists_a_week_and_counts_many(year_folder: Path) -> None:
    """All visits are counted by week and the first ones named; a week is listed whole; both are marked internal."""
    shown = run(year_folder, "agenda", "show")
    assert shown.exit_code == 0, shown.output
    assert "INTERNAL" in shown.output
    assert "2026-W" in shown.output
    assert "--all names them" in shown.output
    visits = json.loads(run(year_folder, "agenda", "show", "--json").stdout)["visits"]
    day = next(visit["visit_on"] for visit in visits if visit["visit_on"])
    week = json.loads(run(year_folder, "agenda", "show", "--week", day, "--json").stdout)["visits"]
    assert 0 < len(week) < len(visits)
    wrong = run(year_folder, "agenda", "show", "--week", "2026-W60")
    assert wrong.exit_code != 0
    assert "expected a week such as 2026-W15" in str(wrong.exception or wrong.output)


def test_export_writes_a_folder_that_changes_only_where_a_visit_moved(year_folder: Path, tmp_path: Path) -> None:
    """A team's calendars, list, papers and the page of loads; a dry run leaves nothing; files parse."""
    visits = json.loads(run(year_folder, "agenda", "show", "--json").stdout)["visits"]
    team = next(visit["team_ids"][0] for visit in visits if visit["team_ids"])
    out = tmp_path / "out"
    words = ("agenda", "export", "--team", team, "--out", str(out))
    assert run(year_folder, *words, "--dry-run").exit_code == 0
    assert not out.exists()
    exported = run(year_folder, *words)
    assert exported.exit_code == 0, exported.output
    number = sum(team in visit["team_ids"] for visit in visits)
    calendar = icalendar.Calendar.from_ical((out / "calendars" / "teams" / f"{team}.ics").read_bytes())
    assert len(list(calendar.walk("VEVENT"))) == number
    assert len(list(out.rglob("*.docx"))) == 2 * number
    assert "INTERNAL" in (out / "load.html").read_text(encoding="utf-8")
    papers = {path.name: path.read_bytes() for path in out.rglob("*-inspection-notice.docx")}
    assert run(year_folder, *words).exit_code == 0
    assert {path.name: path.read_bytes() for path in out.rglob("*-inspection-notice.docx")} == papers


def test_commands_speak_chinese(year_folder: Path, tmp_path: Path) -> None:
    """Folders, page and words are Chinese where the language is."""
    visits = json.loads(run(year_folder, "agenda", "show", "--json").stdout)["visits"]
    team = next(visit["team_ids"][0] for visit in visits if visit["team_ids"])
    out = tmp_path / "out"
    done = run(year_folder, "agenda", "export", "--team", team, "--out", str(out), language="zh_CN")
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {"日历", "名单", "文书", "load.html"}
    assert "人员每周工作量" in (out / "load.html").read_text(encoding="utf-8")
    assert list(out.rglob("*-检查结果记录表.docx"))
