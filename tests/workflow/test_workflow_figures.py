"""Values of binding figures: entered by command and by file, corrected with a reason, refused where nonsense."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from cli import CHINA
from scheduler import i18n
from scheduler.commands.context import CommandContext
from scheduler.commands.figures import figure
from scheduler.commands.registry import import_command, template
from scheduler.commands.report import report
from scheduler.errors import DoubleRandomError, InputError
from scheduler.workflow.demo import DemoSummary

HEADER = ("指标", "数值", "数据截至日期", "数据来源", "更正原因")
LIFTS, DEATHS, COMPLAINTS, DRUGS = "9", "10", "17", "8"
COMMANDS = {"figure": figure, "import": import_command, "template": template, "report": report}


@pytest.fixture
def root(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the small year's workspace."""
    return Path(shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace"))


def run(root: Path, *words: str, language: str = "en") -> Result:
    """What a command answers; its own errors are raised."""
    i18n.activate(language)
    now = datetime(2026, 12, 31, 10, 0, tzinfo=CHINA)
    context = CommandContext(root=root, database_url=None, actor="统计员", now=now, language=language)
    result = CliRunner().invoke(COMMANDS[words[0]], list(words[1:]), obj=context)
    if isinstance(result.exception, DoubleRandomError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def put(root: Path, code: str, value: str, *words: str, day: str = "2026-12-30") -> Result:
    """Enters one value."""
    return run(root, "figure", "set", code, value, "--as-of", day, "--source", "统计报表", *words)


def csv(folder: Path, *rows: tuple[str, ...]) -> str:
    """A CSV file of values."""
    path = folder / "figures.csv"
    lines = [",".join(row) for row in (HEADER, *((*row, "") if len(row) == 4 else row for row in rows))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def standings(root: Path, *words: str) -> dict[str, dict[str, Any]]:
    """Figures of the report for machines, by number."""
    document = json.loads(run(root, "report", "--json", *words).stdout)
    return {one["number"]: one for one in document["year"]["figures"]}


def entries(root: Path) -> list[tuple[str, str]]:
    """Action and detail of the log's entries."""
    with sqlite3.connect(root / "double-random.db") as database:
        return list(database.execute("select action, detail from log_entry order by number"))


def test_values_stand_in_the_report_with_target_and_verdict(root: Path) -> None:
    """A percentage, a rate that must not be exceeded, and one still missing."""
    put(root, LIFTS, "99.95%")
    put(root, DEATHS, "0.02")
    found = standings(root)
    assert (found[LIFTS]["value"], found[LIFTS]["due"], found[LIFTS]["met"]) == (99.95, 100.0, False)
    assert (found[DEATHS]["value"], found[DEATHS]["met"], found[DEATHS]["told_by"]) == (0.02, True, "统计报表")
    assert (found["1"]["value"], found["1"]["met"]) == (None, None)
    rows = [line for line in run(root, "report").stdout.splitlines() if "Deaths per ten" in line or "96333" in line]
    assert "not reached yet" in rows[0] and "99.95 %" in rows[0]
    assert "reached" in rows[1] and "0.02" in rows[1] and "at most 0.03" in rows[1]


def test_page_and_workbook_show_values_with_their_source(root: Path, tmp_path: Path) -> None:
    """The number is a number on the sheet; source and day stand beside it, in both languages."""
    put(root, DEATHS, "0.0254")
    run(root, "report", "--html", str(tmp_path / "r.html"), "--xlsx", str(tmp_path / "r.xlsx"), language="zh_CN")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "统计报表，截至2026-12-30" in page
    assert "<td class=n>0.0254</td>" in page
    rows = CalamineWorkbook.from_path(tmp_path / "r.xlsx").get_sheet_by_name("约束性指标").to_python()
    (row,) = (row for row in rows if str(row[0]).startswith("10."))
    assert 0.0254 in row and "统计报表，截至2026-12-30" in row and "已达到" in row


def test_public_report_tells_public_figures_alone(root: Path) -> None:
    """Figures of investigations stay inside; numbers of persons in a source are blotted out."""
    put(root, DRUGS, "100")
    run(root, "figure", "set", DEATHS, "0.02", "--as-of", "2026-12-30", "--source", "张科 13812345678")
    found = standings(root, "--public")
    assert (found[DRUGS]["value"], found[DRUGS]["told_by"]) == (None, "")
    assert (found[DEATHS]["value"], found[DEATHS]["told_by"]) == (0.02, "张科 ＊＊＊")
    text = run(root, "report", "--public").stdout
    assert "not published here" in text
    assert "统计员" not in text


def test_latest_day_holds_and_other_years_do_not_count(root: Path) -> None:
    """A value of an earlier day entered later does not take the place of the newer one."""
    put(root, DEATHS, "0.02", day="2026-06-30")
    put(root, DEATHS, "0.01", day="2026-03-31")
    put(root, DEATHS, "0.09", day="2025-12-31")
    assert standings(root)[DEATHS]["value"] == 0.02
    assert standings(root)[DEATHS]["as_of"] == "2026-06-30"


def test_correction_needs_a_reason_and_keeps_what_stood_there(root: Path) -> None:
    """Without one nothing changes; with one the newest version holds, and history tells both."""
    put(root, DEATHS, "0.02")
    with pytest.raises(InputError, match=r"reason “”: expected a reason: figure 10 has the value 0.02 of 2026-12-30"):
        put(root, DEATHS, "0.03")
    assert standings(root)[DEATHS]["value"] == 0.02
    assert "Corrected" in put(root, DEATHS, "0.03", "--reason", "复核").stderr
    assert standings(root)[DEATHS]["value"] == 0.03
    document = json.loads(run(root, "figure", "list", "--json").stdout)
    (deaths,) = (one for one in document["figures"] if one["figure"] == DEATHS)
    told = [(one["version"], one["value"], one["reason"], one["author"]) for one in deaths["history"]]
    assert told == [(1, 0.02, "", "统计员"), (2, 0.03, "复核", "统计员")]
    assert "复核" in run(root, "figure", "list", "--history").stdout


def test_values_are_logged_once(root: Path, tmp_path: Path) -> None:
    """Setting and importing leave an entry each; the same value again, and a dry run, leave none."""
    before = len(entries(root))
    put(root, DEATHS, "0.02", "--dry-run")
    assert len(entries(root)) == before
    put(root, DEATHS, "0.02")
    put(root, DEATHS, "0.020")
    path = csv(
        tmp_path, (DEATHS, "0.02", "2026-12-30", "统计报表"), ("12345投诉举报处置率", "100%", "2026-12-30", "热线办")
    )
    assert "1 new, 0 changed, 1 unchanged" in run(root, "import", "figures", path).stdout
    assert "0 new" in run(root, "import", "figures", path).stdout
    assert [action for action, _detail in entries(root)[before:]] == ["figure set", "import figures"]
    assert json.loads(entries(root)[before][1]) == {"figure": DEATHS, "as_of": "2026-12-30", "corrected": False}
    assert standings(root)[COMPLAINTS]["met"] is True


NONSENSE = {
    "no such figure": (("99", "1", "2026-12-30", "x"), "指标", "99", "one of the numbers 1、6、7、8、9、10、17、18"),
    "told by inspections": (("14", "8%", "2026-12-30", "x"), "指标", "14", "that inspections do not tell"),
    "more than all": (("17", "100.5%", "2026-12-30", "x"), "数值", "100.5%", "from 0 to 100"),
    "a fraction or a percentage": (("17", "0.995", "2026-12-30", "x"), "数值", "0.995", "such as 99.5%"),
    "one or one per cent": (("17", "1", "2026-12-30", "x"), "数值", "1", "may be a fraction"),
    "more decimals than shown": (("17", "99.999%", "2026-12-30", "x"), "数值", "99.999%", "two decimals"),
    "below nothing": (("10", "-0.03", "2026-12-30", "x"), "数值", "-0.03", "four decimals"),
    "a percentage of deaths": (("10", "3%", "2026-12-30", "x"), "数值", "3%", "own unit"),
    "words": (("10", "很少", "2026-12-30", "x"), "数值", "很少", "write digits only"),
    "not a number": (("10", "NaN", "2026-12-30", "x"), "数值", "NaN", "write digits only"),
    "too large": (("10", "123456789", "2026-12-30", "x"), "数值", "123456789", "write digits only"),
    "other digits": (("10", "٣", "2026-12-30", "x"), "数值", "٣", "write digits only"),
    "to come": (("10", "0.02", "2027-01-01", "x"), "数据截至日期", "2027-01-01", "days to come"),
    "long ago": (("10", "0.02", "1999-01-01", "x"), "数据截至日期", "1999-01-01", "from 2000"),
    "no day": (("10", "0.02", "", "x"), "数据截至日期", "", "expected"),
    "no source": (("10", "0.02", "2026-12-30", ""), "数据来源", "", "expected"),
    "endless source": (("10", "0.02", "2026-12-30", "源" * 10_000), "数据来源", "源" * 59 + "…", "at most 300"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(NONSENSE))
def test_nonsense_is_refused_with_row_column_and_remedy(root: Path, tmp_path: Path, name: str) -> None:
    """The bad cell is named with its row and what to do; the good row beside it is not taken either."""
    row, column, value, words = NONSENSE[name]
    i18n.activate("en")
    with pytest.raises(InputError) as caught:
        run(root, "import", "figures", csv(tmp_path, ("1", "8.2", "2026-12-30", "食品科"), row))
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column, problem.value) == ("figures.csv", 3, column, value)
    assert words in f"{problem.message}; {problem.remedy}"
    assert problem.remedy
    assert standings(root)["1"]["value"] is None


def test_rows_that_contradict_each_other_are_refused(root: Path, tmp_path: Path) -> None:
    """One figure has one value of a day."""
    path = csv(tmp_path, (DEATHS, "0.02", "2026-12-30", "x"), (DEATHS, "0.03", "2026-12-30", "x"))
    with pytest.raises(InputError, match="2 of 2 rows"):
        run(root, "import", "figures", path)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_template_is_filled_in_and_comes_back(root: Path, tmp_path: Path, language: str) -> None:
    """The workbook's headers are understood, its example row is left out, and its numbers are read."""
    empty, filled = tmp_path / "t.xlsx", tmp_path / "f.xlsx"
    run(root, "template", str(empty), "--kind", "figures", language=language)
    name = CalamineWorkbook.from_path(empty).sheet_names[0]
    rows = CalamineWorkbook.from_path(empty).get_sheet_by_name(name).to_python()
    with xlsxwriter.Workbook(filled) as book:
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows[:2]):
            sheet.write_row(line, 0, [str(cell) for cell in row])
        sheet.write_row(2, 0, ["1", "18", 17.5, "2026-11-30", "标准化科"])
        sheet.write_row(3, 0, ["2", "17", "100%", "2026-11-30", "热线办"])
    assert "2 new" in run(root, "import", "figures", str(filled)).stdout
    assert (standings(root)["18"]["value"], standings(root)["18"]["met"]) == (17.5, True)
