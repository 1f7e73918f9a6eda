"""Data from elsewhere: complaints and lists of other offices become events that classification reads."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.tables import DrawnFirm, Event, Firm, LogEntry, QuarantinedRow, table_of
from scheduler.errors import InputError, UsageError
from scheduler.resources import data_path
from scheduler.workflow.log import verify_log
from scheduler.workflow.mappings import mapping_path, mapping_text
from scheduler.workflow.quarantine import export_quarantine, list_quarantine
from scheduler.workflow.registry import import_file
from scheduler.workflow.risk import classify_firms, explain_firm
from scheduler.workflow.workspace import Workspace
from tests.workflow.test_workflow_registry import (
    FIRM_A,
    FIRM_B,
    FIRM_C,
    FIRM_HEADER,
    ITEM_G,
    ITEM_HEADER,
    TASK,
    TASK_HEADER,
    A,
    B,
    write,
    write_book,
)

HOTLINE = ["登记编号", "登记时间", "信息类型", "投诉举报人", "联系电话", "被投诉举报主体", "统一社会信用代码"]
ABNORMAL = ["序号", "企业名称", "统一社会信用代码/注册号", "列入经营异常名录原因", "列入日期", "移出日期"]
PERSON = ["王某某", "13800001111"]
COMPLAINTS = [
    ["L001", "2025-11-02 10:00:00", "投诉", *PERSON, "甲公司", ""],
    ["L002", "2025-11-03 11:00:00", "举报", *PERSON, "", A],
    ["L003", "2025-11-04 12:00:00", "咨询", *PERSON, "甲公司", ""],
    ["L004", "2025-11-05 13:00:00", "投诉", *PERSON, "没有的公司", ""],
]


@pytest.fixture
def known(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with three firms."""
    import_file(workspace, "firms", write(tmp_path / "firms.csv", [FIRM_HEADER, FIRM_A, FIRM_B, FIRM_C]))
    return workspace


def events(workspace: Workspace) -> list[tuple[str, str, date, date | None, str]]:
    """What the events say, in order."""
    event = table_of(Event).c
    with workspace.transaction() as connection:
        columns = (event.firm_id, event.kind, event.occurred_on, event.ended_on, event.detail)
        return sorted((tuple(row) for row in connection.execute(sa.select(*columns))), key=str)  # type: ignore[misc]


def num_rows(workspace: Workspace, model: type) -> int:
    """Rows of a table."""
    with workspace.transaction() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table_of(model))).scalar_one())


def test_complaints_become_events_once_and_no_complainant_is_kept(known: Workspace, tmp_path: Path) -> None:
    """Matched by code or name, questions left out, an unknown firm kept to be mended, a second time nothing."""
    path = write(tmp_path / "12315.csv", [HOTLINE, *COMPLAINTS])
    mapping = mapping_path("12315")
    with pytest.raises(InputError, match="1 of 4 rows") as refused:
        import_file(known, "events", path, mapping=mapping)
    (problem,) = refused.value.problems
    assert (problem.file, problem.row, problem.column, problem.value) == (
        "12315.csv",
        5,
        "被投诉举报主体",
        "没有的公司",
    )
    assert "import the firm first" in problem.remedy
    trial = import_file(known, "events", path, mapping=mapping, on_error="quarantine", dry_run=True)
    assert (trial.num_new, events(known)) == (2, [])
    report = import_file(known, "events", path, mapping=mapping, on_error="quarantine")
    assert (report.num_read, report.num_new, report.num_bad, report.num_left_out) == (4, 2, 1, 1)
    assert [(row[0], row[1], row[4]) for row in events(known)] == [(A, "complaint", "L001"), (A, "complaint", "L002")]
    logged = num_rows(known, LogEntry)
    again = import_file(known, "events", path, mapping=mapping, on_error="quarantine")
    assert (again.num_new, again.num_unchanged, again.num_quarantined) == (0, 2, 0)
    assert num_rows(known, LogEntry) == logged
    (kept,) = list_quarantine(known)
    assert set(kept.cells) == set(HOTLINE) - {"投诉举报人", "联系电话"}
    assert PERSON[1].encode() not in (known.root / "double-random.db").read_bytes()


def test_refused_complaint_is_exported_mended_and_leaves_the_quarantine(known: Workspace, tmp_path: Path) -> None:
    """The exported row is imported through the same mapping."""
    mapping = mapping_path("12315")
    import_file(
        known, "events", write(tmp_path / "1.csv", [HOTLINE, COMPLAINTS[3]]), mapping=mapping, on_error="quarantine"
    )
    exported = tmp_path / "bad.csv"
    export_quarantine(known, exported)
    exported.write_text(exported.read_text(encoding="utf-8-sig").replace("没有的公司", "乙公司"), encoding="utf-8")
    report = import_file(known, "events", exported, mapping=mapping)
    assert (report.num_new, report.num_released) == (1, 1)
    assert list_quarantine(known) == ()
    assert events(known)[0][0] == B


def test_another_hotlines_order_is_a_file(known: Workspace, tmp_path: Path) -> None:
    """Other headers, other words, day first, in a workbook with a title: a mapping of one's own reads it."""
    own = tmp_path / "ours.toml"
    text = (
        mapping_text("12345")
        .replace("工单编号", "流水号")
        .replace("受理时间", "来电日期")
        .replace("被反映单位", "商家")
    )
    own.write_text(text + '\n[dates]\noccurred_on = "DD/MM/YYYY"\n', encoding="utf-8")
    rows = [["热线周报"], ["流水号", "来电日期", "商家", "诉求类型"], ["7", "03/12/2025", "乙公司", "消费投诉"]]
    path = write_book(tmp_path / "week.xlsx", {"Sheet1": rows})
    import_file(known, "events", path, mapping=mapping_path(str(own)))
    assert events(known) == [(B, "complaint", date(2025, 12, 3), None, "7")]


def test_listing_is_told_by_its_reason_and_ended_by_a_later_list(known: Workspace, tmp_path: Path) -> None:
    """The same listing with a day of removal is the same event, ended."""
    unreachable = ["1", "甲公司", "", "通过登记的住所或者经营场所无法联系", "2025-03-01"]
    late = ["2", "", B, "未依照规定的期限公示年度报告", "2025年7月10日"]
    first = write(tmp_path / "1.csv", [ABNORMAL[:5], unreachable, late])
    import_file(known, "events", first, mapping=mapping_path("abnormal-list"))
    assert [row[1] for row in events(known)] == ["unreachable_listing", "abnormal_listing"]
    second = write(tmp_path / "2.csv", [ABNORMAL, [*unreachable, "2025-10-01"], [*late, ""]])
    report = import_file(known, "events", second, mapping=mapping_path("abnormal-list"))
    assert (report.num_new, report.num_changed, report.num_unchanged) == (0, 1, 1)
    assert [row[3] for row in events(known)] == [date(2025, 10, 1), None]
    assert import_file(known, "events", first, mapping=mapping_path("abnormal-list")).num_changed == 0


def test_list_of_names_enters_a_firm_once_while_it_stands(known: Workspace, tmp_path: Path) -> None:
    """Next month's list of the same firms adds those that are new to it, and nobody twice."""
    mapping = mapping_path("abnormal-names")
    path = write(tmp_path / "11.csv", [["enterprise"], ["甲公司"], ["甲公司"]])
    with pytest.raises(InputError, match="发生日期"):
        import_file(known, "events", path, mapping=mapping)
    import_file(known, "events", path, mapping=mapping, defaults={"occurred_on": "2025-11-01"})
    later = write(tmp_path / "12.csv", [["enterprise"], ["甲公司"], ["乙公司"]])
    report = import_file(known, "events", later, mapping=mapping, defaults={"occurred_on": "2025-12-01"})
    assert (report.num_new, report.num_unchanged) == (1, 1)
    assert [(row[0], row[2]) for row in events(known)] == [(A, date(2025, 11, 1)), (B, date(2025, 12, 1))]
    with pytest.raises(UsageError, match="belongs to a mapping"):
        import_file(known, "events", path, defaults={"occurred_on": "2025-11-01"})


def test_classify_reads_what_was_imported(known: Workspace, tmp_path: Path) -> None:
    """A firm on the list of serious dishonesty is D by the direct rule; complaints show among another's points."""
    header = ["企业名称", "统一社会信用代码/注册号", "列入严重违法失信名单原因", "列入日期", "移出日期"]
    listed = write(tmp_path / "s.csv", [header, ["乙公司", "", "虚假登记", "2025-06-01", ""]])
    import_file(known, "events", listed, mapping=mapping_path("serious-dishonesty"))
    import_file(known, "events", write(tmp_path / "c.csv", [HOTLINE, *COMPLAINTS[:3]]), mapping=mapping_path("12315"))
    classify_firms(known, date(2026, 1, 1))
    assert explain_firm(known, B).explanation.tier == "D"
    bins = {entry.indicator: entry.bin for entry in explain_firm(known, A).explanation.lines}
    clean = {entry.indicator: entry.bin for entry in explain_firm(known, B).explanation.lines}
    assert bins["complaints_1y"] > clean["complaints_1y"]


def test_list_drawn_on_the_provincial_platform_finds_firms_by_name(known: Workspace, tmp_path: Path) -> None:
    """Only who is meant differs from other drawn lists, which are taken whole or not at all."""
    header = ["抽查计划名称", "检查机关", "抽取日期", "市场主体名称", "统一社会信用代码/注册号", "抽查任务编号"]
    rows = [header, ["省局第1批", "省局", "2026-01-04", "没有的公司", "", ""]]
    with pytest.raises(InputError) as refused:
        import_file(known, "drawn", write(tmp_path / "d.csv", rows), mapping=mapping_path("platform-drawn"))
    assert next(problem.column for problem in refused.value.problems) == "市场主体名称"


def test_hostile_rows_are_refused_or_kept_as_text(known: Workspace, tmp_path: Path) -> None:
    """Formulas, tags, marks, paths and very long names: nothing breaks, nothing runs in the exported list."""
    bad = [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "\u202e甲公司\x07",
        "../../x",
        "甲" * 10_000,
        "😀",
        "@SUM(A1)",
    ]
    rows = [[f"=L{n}", "2025-11-02", "投诉", *PERSON, name, ""] for n, name in enumerate(bad)]
    path = write(tmp_path / "h.csv", [HOTLINE, *rows])
    report = import_file(known, "events", path, mapping=mapping_path("12315"), on_error="quarantine")
    assert (report.num_new, report.num_bad) == (1, 6)  # hidden marks taken out, the third is 甲公司
    exported = tmp_path / "out.csv"
    export_quarantine(known, exported)
    with exported.open(encoding="utf-8-sig", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_unknown_mapping_is_refused_with_the_names_there_are() -> None:
    """A wrong word costs one look."""
    with pytest.raises(UsageError, match=r"12315.*got nonsense"):
        mapping_path("nonsense")


def _real_register(workspace: Workspace, shared: Path, tmp_path: Path) -> Sequence[dict[str, str]]:
    """Firms of Beijing that the real penalties name with a good unified code, as a register."""
    with (shared / "data" / "inspections" / "penalties.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    good = {row["uscc"]: row["enterprise"] for row in rows if row["uscc_status"] == "ok"}
    lines = [[code, name, "企业", "存续", "", "", ""] for code, name in good.items()]
    path = write(tmp_path / "register.csv", [FIRM_HEADER, *lines])
    import_file(workspace, "firms", path, on_error="quarantine")
    return rows


@pytest.mark.real
def test_real_penalties_and_real_abnormal_list_find_their_firms(
    workspace: Workspace, shared: Path, tmp_path: Path
) -> None:
    """Real codes, old and damaged ones, and 100,036 bare names: matched where one firm has the name, else refused."""
    rows = _real_register(workspace, shared, tmp_path)
    data = shared / "data" / "inspections"
    report = import_file(
        workspace, "events", data / "penalties.csv", mapping=mapping_path("penalties"), on_error="quarantine"
    )
    assert report.num_read == len(rows)
    assert report.num_new + report.num_bad + report.num_left_out == report.num_read
    num_dated = sum(row["uscc_status"] == "ok" and bool(row["decided_on"]) for row in rows)
    assert report.num_new >= num_dated  # and some of the others, by their names
    assert "decided_on" in {problem.column for problem in report.problems}  # 2,237 of them have no date
    again = import_file(
        workspace, "events", data / "penalties.csv", mapping=mapping_path("penalties"), on_error="quarantine"
    )
    assert (again.num_new, again.num_changed, again.num_quarantined) == (0, 0, 0)

    day = {"occurred_on": "2025-12-31"}
    names = data / "abnormal_operation_list.csv"
    mapping = mapping_path("abnormal-names")
    listed = import_file(workspace, "events", names, mapping=mapping, defaults=day, on_error="quarantine")
    assert listed.num_read == 100_036
    assert listed.num_new > 0
    assert listed.num_new + listed.num_unchanged + listed.num_bad == listed.num_read
    later = {"occurred_on": "2026-01-04"}
    again = import_file(workspace, "events", names, mapping=mapping, defaults=later, on_error="quarantine")
    assert (again.num_new, again.num_changed, again.num_quarantined) == (0, 0, 0)
    with workspace.transaction() as connection:
        verify_log(connection)
    assert num_rows(workspace, QuarantinedRow) > 0
    assert data_path("examples", "mapping-penalties.toml").exists()


def test_lists_of_the_provincial_platform_become_register_and_drawn_list(workspace: Workspace, tmp_path: Path) -> None:
    """The library of objects in its words and units, then a list drawn there, with tasks and days given by default."""
    header = [
        "市场主体名称",
        "统一社会信用代码/注册号",
        "市场主体类型",
        "登记状态",
        "登记机关",
        "属地监管所",
        "行业代码",
    ]
    header += ["成立日期", "注册资本（万元）", "住所", "所属区县", "法定代表人"]
    firm = ["甲公司", A, "内资企业", "存续", "市局", "一所", "F5225", "2019-05-20", "84", "路1号", "环翠区", "王某"]
    path = write_book(tmp_path / "objects.xlsx", {"名录库": [["检查对象名录库"], header, firm]})
    import_file(workspace, "firms", path, mapping=mapping_path("platform-objects"))
    with workspace.transaction() as connection:
        row = connection.execute(sa.select(table_of(Firm))).mappings().one()
    assert (row["object_type"], row["capital_yuan"], row["district"]) == ("enterprise", 840_000, "371002")

    import_file(workspace, "items", write(tmp_path / "items.csv", [ITEM_HEADER, ITEM_G]))
    import_file(workspace, "tasks", write(tmp_path / "tasks.csv", [TASK_HEADER, TASK]))
    drawn = [
        ["抽查计划名称", "检查机关", "市场主体名称", "统一社会信用代码/注册号"],
        ["省局第1批", "省局", "甲公司", ""],
    ]
    given = {"task_ids": "T01", "drawn_on": "2026-01-04"}
    path = write(tmp_path / "drawn.csv", drawn)
    report = import_file(workspace, "drawn", path, mapping=mapping_path("platform-drawn"), defaults=given)
    assert report.num_new == 1
    again = import_file(workspace, "drawn", path, mapping=mapping_path("platform-drawn"), defaults=given)
    assert (again.num_new, again.num_unchanged) == (0, 1)
    with workspace.transaction() as connection:
        assert [tuple(row) for row in connection.execute(sa.select(table_of(DrawnFirm).c.firm_id))] == [(A,)]
