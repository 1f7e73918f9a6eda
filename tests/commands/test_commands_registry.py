"""The commands of the input side, as a person calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from scheduler.registry.readers import read_sheets

HEADER = "统一社会信用代码/注册号,名称,检查对象类型,登记状态\n"
GOOD = "91371000MA3EXAMPLG,甲公司,企业,存续\n"
BAD = "91371002ma3exampld,乙公司,企业,存续\n"


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(call: Run, tmp_path: Path) -> Run:
    """Runs a command in a fresh workspace; gives exit status, stdout and stderr."""
    in_workspace = partial(call, "--workspace", tmp_path / "workspace")
    in_workspace("init")
    return in_workspace


@pytest.fixture
def firms(tmp_path: Path) -> Path:
    """A file with a good and a bad row."""
    path = tmp_path / "firms.csv"
    path.write_text(HEADER + GOOD + BAD, encoding="gb18030")
    return path


def test_import_stops_at_a_bad_cell_and_writes_the_whole_list(run: Run, firms: Path, tmp_path: Path) -> None:
    """Exit status 1, the problem on stderr, the list in the workspace's folder, nothing on stdout."""
    status, out, err = run("import", "firms", str(firms))
    assert (status, out) == (1, "")
    assert "row 3" in err
    assert "write 91371002MA3EXAMPLD" in err
    (sheet,) = read_sheets(tmp_path / "workspace" / "firms-problems.csv")
    assert [row[3] for row in sheet.rows] == ["Row", "3"]


def test_import_with_quarantine_then_list_export_and_clear(run: Run, firms: Path, tmp_path: Path) -> None:
    """The way of a bad row through the commands."""
    report = tmp_path / "report.xlsx"
    status, out, err = run("import", "firms", str(firms), "--on-error", "quarantine", "--report", str(report))
    assert status == 0
    assert "2 rows read, 1 new, 0 changed, 0 unchanged, 1 bad, 0 left out; 1 newly in the quarantine" in out
    assert "Note:" in err
    assert report.exists()
    status, out, err = run("quarantine", "list")
    assert "firms.csv, row 3" in out
    assert "1 row in the quarantine" in err
    _status, out, _err = run("quarantine", "list", "--json")
    assert json.loads(out)["rows"][0]["cells"]["名称"] == "乙公司"
    exported = tmp_path / "bad.xlsx"
    assert run("quarantine", "export", str(exported), "--kind", "firms")[0] == 0
    assert read_sheets(exported)[0].name == "Firms"
    assert run("quarantine", "clear", "--yes", "--kind", "firms")[0] == 0
    assert "0 rows in the quarantine" in run("quarantine", "list")[2]


def test_import_dry_run_and_json(run: Run, firms: Path) -> None:
    """A dry run says that it is one; JSON is for machines."""
    words = ("import", "firms", str(firms), "--on-error", "quarantine")
    assert "(dry run: nothing was changed)" in run(*words, "--dry-run")[1]
    _status, out, _err = run(*words, "--json")
    (entry,) = json.loads(out)["imports"]
    assert (entry["num_new"], entry["num_bad"], entry["dry_run"]) == (1, 1, False)


def test_clear_asks_first(run: Run, firms: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --yes and without an answer nothing is dropped."""
    run("import", "firms", str(firms), "--on-error", "quarantine")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _text: "n")
    assert run("quarantine", "clear")[0] == 130
    assert "1 row in the quarantine" in run("quarantine", "list")[2]


def test_template_is_written_and_imports_as_it_is(run: Run, tmp_path: Path) -> None:
    """The workbook names the districts of the policy and imports without a change."""
    path = tmp_path / "input.xlsx"
    status, out, err = run("template", str(path))
    assert (status, out) == (0, "")
    assert "Firms, Events" in err
    assert "Huancui" in {cell for row in read_sheets(path)[-1].rows for cell in row}
    status, out, _err = run("import", "all", str(path))
    assert status == 0
    assert out.count("0 new, 0 changed, 0 unchanged, 0 bad, 1 left out") == 6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("template", "input.xls"), "ends in .xlsx"),
        (("template", "/nowhere.xlsx/at/all.xlsx"), "its folder does not exist"),
    ],
)
def test_calls_that_cannot_be_are_usage_errors(run: Run, words: tuple[str, ...], message: str) -> None:
    """Exit status 2 and the reason."""
    status, _out, err = run(*words)
    assert status == 2
    assert message in err


def test_report_that_cannot_be_written_is_told_before_the_import(run: Run, firms: Path) -> None:
    """Nothing is imported where the list of problems has no place to go."""
    words = ("import", "firms", str(firms), "--on-error", "quarantine", "--report")
    assert run(*words, "list.doc")[0] == 2
    assert "0 rows in the quarantine" in run("quarantine", "list")[2]


def test_mapping_belongs_to_one_kind(run: Run, firms: Path, repository: Path) -> None:
    """`import all` takes official sheets only."""
    mapping = repository / "data" / "examples" / "mapping-weihai.toml"
    status, _out, err = run("import", "all", str(firms), "--mapping", str(mapping))
    assert status == 2
    assert "a mapping belongs to one kind" in err


def test_events_of_days_to_come_are_told_with_their_rows(run: Run, tmp_path: Path) -> None:
    """How many, which rows, and all of them in the report file."""
    firms, events, report = tmp_path / "firms.csv", tmp_path / "events.csv", tmp_path / "notices.csv"
    firms.write_text(HEADER + GOOD, encoding="utf-8")
    run("import", "firms", str(firms))
    days = ("2098-01-01", "2020-01-01", "2099-01-01")
    rows = "".join(f"91371000MA3EXAMPLG,投诉举报,{day}\n" for day in days)
    events.write_text(f"统一社会信用代码,事件类型,发生日期\n{rows}", encoding="utf-8")
    status, out, err = run("import", "events", str(events), "--report", str(report))
    assert (status, "3 new" in out) == (0, True)
    assert "the event is kept, and counts only from its day (2 rows: 2, 4)" in err
    (sheet,) = read_sheets(report)
    assert [row[3] for row in sheet.rows] == ["Row", "2", "4"]


def test_mappings_are_listed_shown_and_taken_by_name(run: Run, tmp_path: Path) -> None:
    """A hotline's export goes in through a shipped mapping; a copy of it, and a default, through the same option."""
    assert "12315" in run("mapping", "list")[1]
    assert "abnormal-list" in {row["name"] for row in json.loads(run("mapping", "list", "--json")[1])["mappings"]}
    text = run("mapping", "show", "abnormal-names")[1]
    firms = tmp_path / "firms.csv"
    firms.write_text(HEADER + GOOD, encoding="utf-8")
    run("import", "firms", str(firms))
    calls = tmp_path / "calls.csv"
    calls.write_text("登记编号,登记时间,信息类型,被投诉举报主体\nL1,2025-11-02,投诉,甲公司\n", encoding="gb18030")
    status, out, _err = run("import", "events", str(calls), "--mapping", "12315")
    assert (status, "1 new" in out) == (0, True)
    own, names = tmp_path / "own.toml", tmp_path / "names.csv"
    own.write_text(text.replace('"enterprise"', '"商家"'), encoding="utf-8")
    names.write_text("商家\n甲公司\n", encoding="utf-8")
    words = ("import", "events", str(names), "--mapping", str(own))
    assert run(*words)[0] == 1
    assert "1 new" in run(*words, "--default", "occurred_on=2025-12-01")[1]
    assert "expected FIELD=VALUE" in run(*words, "--default", "occurred_on")[2]
    assert run("mapping", "show", "nonsense")[0] == 2
