"""Imports: nothing is lost, nothing happens twice, and what refers to something finds it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from models import registry_rows
from models.tables import Event, Firm, LogEntry, QuarantinedRow, table_of
from scheduler.errors import InputError, Problem, UsageError
from scheduler.registry.mapping import parse_mapping
from scheduler.registry.template import template_bytes
from scheduler.workflow.external import ExternalSummary
from scheduler.workflow.log import verify_log
from scheduler.workflow.quarantine import clear_quarantine, export_quarantine, list_quarantine
from scheduler.workflow.registry import import_file, import_workbook
from scheduler.workflow.registry_storing import event_ids
from scheduler.workflow.results import ResultsSummary
from scheduler.workflow.workspace import Workspace

FIRM_HEADER = ["统一社会信用代码/注册号", "名称", "检查对象类型", "登记状态", "所属区市", "注册资本", "专项库"]
A, B, C = "91371000MA3EXAMPLG", "91371002MA3EXAMPLD", "371000200001234"
FIRM_A = [A, "甲公司", "企业", "存续", "环翠区", "84万元", "药店"]
FIRM_B = [B, "乙公司", "企业", "存续", "乳山市", "", ""]
FIRM_C = [C, "丙商店", "个体工商户", "存续", "", "", ""]
ITEM_HEADER = ["事项编号", "抽查类别", "抽查事项", "事项类别", "检查主体", "检查依据"]
ITEM_G = ["G01", "登记", "名称检查", "一般检查事项", "市场监管", "规定"]
ITEM_K = ["K01", "食品", "食品检查", "重点检查事项", "市场监管", "食品安全法"]
OFFICER_HEADER = ["人员编号", "姓名", "单位", "服务区市", "执法事项清单范围", "专业资质"]
OFFICER = ["P1", "甲", "局", "371000", "G01", "食品"]
TASK_HEADER = ["任务编号", "抽查任务名称", "抽查事项", "开始日期", "结束日期", "发起部门", "全覆盖"]
TASK = ["T01", "登记抽查", "名称检查", "2026-03-01", "2026-05-29", "信用科", ""]


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """A CSV of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_book(path: Path, sheets: dict[str, Sequence[Sequence[str]]]) -> Path:
    """A workbook of these sheets."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def dump(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables that imports write, the log included."""
    tables = [table_of(model) for model in (Firm, Event, QuarantinedRow, LogEntry)]
    with workspace.transaction() as connection:
        found = {table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=str) for table in tables}
        found["item"] = [(item,) for item in registry_rows.load_items(connection)]
        found["task"] = [(task,) for task in registry_rows.load_tasks(connection, 2026)]
        found["officer"] = [(officer,) for officer in registry_rows.load_officers(connection)]
        found["recusal"] = [(recusal,) for recusal in registry_rows.load_recusals(connection)]
    return found


def test_import_twice_changes_nothing_the_second_time(any_workspace: Workspace, tmp_path: Path) -> None:
    """Not a row, not a digest, not the log; the report counts everything as unchanged."""
    path = write(tmp_path / "firms.csv", [FIRM_HEADER, FIRM_A, FIRM_B, FIRM_C])
    first = import_file(any_workspace, "firms", path)
    assert (first.num_read, first.num_new, first.num_changed, first.num_unchanged) == (3, 3, 0, 0)
    assert [notice.row for notice in first.notices] == [4]  # the district of row 4 cannot be told
    before = dump(any_workspace)
    second = import_file(any_workspace, "firms", write(tmp_path / "again.csv", [FIRM_HEADER, FIRM_C, FIRM_B, FIRM_A]))
    assert (second.num_new, second.num_changed, second.num_unchanged) == (0, 0, 3)
    assert dump(any_workspace) == before


def test_import_changes_by_key_and_keeps_what_the_file_does_not_speak_of(workspace: Workspace, tmp_path: Path) -> None:
    """A file without capital and libraries leaves both as they are."""
    import_file(workspace, "firms", write(tmp_path / "1.csv", [FIRM_HEADER, FIRM_A, FIRM_B]))
    changed = [A, "甲公司（新名）", "企业", "存续", "环翠区"]
    report = import_file(workspace, "firms", write(tmp_path / "2.csv", [FIRM_HEADER[:5], changed, FIRM_B[:5]]))
    assert (report.num_new, report.num_changed, report.num_unchanged) == (0, 1, 1)
    with workspace.transaction() as connection:
        table = table_of(Firm)
        row = connection.execute(sa.select(table).where(table.c.firm_id == A)).mappings().one()
        assert verify_log(connection) == 2
    assert (row["name"], row["capital_yuan"], row["libraries"]) == ("甲公司（新名）", 840_000, "药店")
    assert row["source"] == "2.csv:2"


def test_bad_cell_changes_nothing_and_names_every_problem(workspace: Workspace, tmp_path: Path) -> None:
    """With `stop`, good rows are not imported either."""
    before = dump(workspace)
    path = write(tmp_path / "firms.csv", [FIRM_HEADER, FIRM_A, [B.lower(), "", *FIRM_B[2:]]])
    with pytest.raises(InputError, match="1 of 2 rows have bad cells") as caught:
        import_file(workspace, "firms", path)
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [(3, FIRM_HEADER[0]), (3, "名称")]
    assert dump(workspace) == before


def test_quarantine_keeps_bad_rows_once_and_lets_them_go_when_mended(workspace: Workspace, tmp_path: Path) -> None:
    """Imported, exported, mended, imported: the row is on the register and out of the quarantine."""
    path = write(tmp_path / "firms.csv", [FIRM_HEADER, FIRM_A, [B.lower(), *FIRM_B[1:]]])
    report = import_file(workspace, "firms", path, on_error="quarantine")
    assert (report.num_new, report.num_bad, report.num_quarantined) == (1, 1, 1)
    before = dump(workspace)
    assert import_file(workspace, "firms", path, on_error="quarantine").num_quarantined == 0
    assert dump(workspace) == before
    (row,) = list_quarantine(workspace)
    assert (row.kind, row.file, row.row) == ("firms", "firms.csv", 3)
    exported = tmp_path / "bad.csv"
    assert export_quarantine(workspace, exported) == 1
    assert (
        import_file(workspace, "firms", exported, on_error="quarantine").num_quarantined == 0
    )  # still as bad as before
    exported.write_text(exported.read_text(encoding="utf-8-sig").replace(B.lower(), B), encoding="utf-8")
    mended = import_file(workspace, "firms", exported)
    assert (mended.num_new, mended.num_released, mended.num_bad) == (1, 1, 0)
    assert list_quarantine(workspace) == ()


def test_quarantine_lets_a_row_go_by_key_or_when_it_has_become_good(workspace: Workspace, tmp_path: Path) -> None:
    """A firm mended in the office's own file, and an event whose firm has come, leave without the export."""
    bad_firm = write(tmp_path / "1.csv", [FIRM_HEADER, [A, "", *FIRM_A[2:]]])
    event = write(tmp_path / "e.csv", [["注册号", "事件类型", "发生日期"], [A, "投诉举报", "2025-05-05"]])
    import_file(workspace, "firms", bad_firm, on_error="quarantine")
    import_file(workspace, "events", event, on_error="quarantine")
    assert len(list_quarantine(workspace)) == 2
    assert import_file(workspace, "firms", write(tmp_path / "2.csv", [FIRM_HEADER, FIRM_A])).num_released == 1
    assert import_file(workspace, "events", event).num_released == 1
    assert list_quarantine(workspace) == ()


def test_quarantine_exports_different_headers_to_sheets_of_their_own(workspace: Workspace, tmp_path: Path) -> None:
    """A CSV holds one list, a workbook holds them all, and `import` finds the sheets again."""
    import_file(
        workspace, "firms", write(tmp_path / "1.csv", [FIRM_HEADER, [A, "", *FIRM_A[2:]]]), on_error="quarantine"
    )
    import_file(
        workspace, "items", write(tmp_path / "2.csv", [ITEM_HEADER, ["G01", "", *ITEM_G[2:]]]), on_error="quarantine"
    )
    with pytest.raises(UsageError, match=r"choose a \.xlsx"):
        export_quarantine(workspace, tmp_path / "all.csv")
    assert export_quarantine(workspace, tmp_path / "all.xlsx") == 2
    with pytest.raises(InputError) as caught:
        import_workbook(workspace, tmp_path / "all.xlsx")
    assert [problem.column for problem in caught.value.problems] == ["名称", "抽查类别"]
    assert clear_quarantine(workspace, "items") == 1
    assert clear_quarantine(workspace) == 1
    assert clear_quarantine(workspace) == 0
    assert export_quarantine(workspace, tmp_path / "none.csv") == 0


def test_row_with_a_stray_cell_stays_bad_until_the_cell_is_gone(workspace: Workspace, tmp_path: Path) -> None:
    """Exported and imported again, a moved row does not become good because its last cell lost its place."""
    path = write(tmp_path / "f.csv", [FIRM_HEADER, [*FIRM_A, "多余"], [B.lower(), *FIRM_B[1:5]]])
    assert import_file(workspace, "firms", path, on_error="quarantine").num_quarantined == 2
    exported = tmp_path / "bad.csv"
    export_quarantine(workspace, exported)
    again = import_file(workspace, "firms", exported, on_error="quarantine")
    assert (again.num_new, again.num_bad, again.num_quarantined) == (0, 2, 0)
    text = exported.read_text(encoding="utf-8-sig").replace("多余", "").replace(B.lower(), B)
    exported.write_text(text, encoding="utf-8")
    assert import_file(workspace, "firms", exported).num_released == 2


def test_dry_run_tells_and_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """The report is that of a real run."""
    before = dump(workspace)
    path = write(tmp_path / "firms.csv", [FIRM_HEADER, FIRM_A, ["x", *FIRM_B[1:]]])
    report = import_file(workspace, "firms", path, on_error="quarantine", dry_run=True)
    assert (report.num_new, report.num_bad, report.num_quarantined, report.dry_run) == (1, 1, 1, True)
    assert report.document()["num_problems"] == 1
    assert dump(workspace) == before


def test_events_of_days_to_come_are_kept_and_told(workspace: Workspace, tmp_path: Path) -> None:
    """Today is no day to come; a bad row is told as bad, not as to come; the same file again tells it again."""
    import_file(workspace, "firms", write(tmp_path / "firms.csv", [FIRM_HEADER, FIRM_A]))
    days = ["2026-01-05", "2026-01-06", "2025-12-31", "2027-03-01", "2099-13-01"]  # the workspace's day is the first
    rows = [[A, "投诉举报", day, f"{place}"] for place, day in enumerate(days)]
    path = write(tmp_path / "events.csv", [["统一社会信用代码", "事件类型", "发生日期", "说明"], *rows])
    for num_new in (4, 0):
        report = import_file(workspace, "events", path, on_error="quarantine")
        told = [notice for notice in report.notices if "to come" in notice.message]
        assert [(one.file, one.row, one.column, one.value) for one in told] == [
            ("events.csv", 3, "发生日期", "2026-01-06"),
            ("events.csv", 5, "发生日期", "2027-03-01"),
        ]
        assert all(one.remedy for one in told)
        assert report.num_new == num_new


def test_same_events_get_the_same_ids_in_any_order(workspace: Workspace, tmp_path: Path) -> None:
    """Two equal complaints of one day are two events; the same file again, or its rows turned round, adds none."""
    import_file(workspace, "firms", write(tmp_path / "f.csv", [FIRM_HEADER, FIRM_A]))
    header = ["注册号", "事件类型", "发生日期", "结束日期", "金额（元）", "说明"]
    complaint = [A, "投诉举报", "2025-05-05", "", "", ""]
    listing = [A, "列入经营异常名录", "2025-01-01", "", "", ""]
    rows = [complaint, listing, complaint, [A, "行政处罚", "2025-02-01", "", "5000", "文号1"]]
    assert import_file(workspace, "events", write(tmp_path / "1.csv", [header, *rows])).num_new == 4
    again = import_file(workspace, "events", write(tmp_path / "2.csv", [header, *rows[::-1]]))
    assert (again.num_new, again.num_changed, again.num_unchanged) == (0, 0, 4)
    lifted = import_file(workspace, "events", write(tmp_path / "3.csv", [header, [*listing[:3], "2025-08-01", "", ""]]))
    assert (lifted.num_new, lifted.num_changed) == (0, 1)
    with workspace.transaction() as connection:
        table = table_of(Event)
        ends = connection.execute(sa.select(table.c.ended_on).where(table.c.kind == "abnormal_listing")).scalars()
        assert list(ends) == [date(2025, 8, 1)]


def test_event_ids_do_not_depend_on_the_order_of_equal_events() -> None:
    """Equal events that differ in their ends alone are numbered by the ends."""
    columns: dict[str, list[Any]] = {
        "firm_id": [A, A],
        "kind": ["abnormal_listing"] * 2,
        "occurred_on": [date(2025, 1, 1)] * 2,
        "amount": [None, None],
        "detail": ["", ""],
        "ended_on": [None, date(2025, 2, 1)],
    }
    turned = {name: values[::-1] for name, values in columns.items()}
    assert event_ids(columns) == event_ids(turned)[::-1]
    assert len(set(event_ids(columns))) == 2


def test_what_refers_to_nothing_is_a_bad_cell_with_the_remedy(workspace: Workspace, tmp_path: Path) -> None:
    """Firms, items and officers must be there before what names them."""
    cases = {
        "events": ([["注册号", "事件类型", "发生日期"], [A, "投诉举报", "2025-05-05"]], "import the firm first"),
        "officers": ([OFFICER_HEADER, OFFICER], "import the item list first"),
        "tasks": ([TASK_HEADER, [*TASK[:2], "G01", *TASK[3:]]], "import the item list first"),
        "results": (
            [["注册号", "事项编号", "检查结果", "检查完成日期"], [A, "G01", "未发现问题", "2026-04-01"]],
            "import the firm",
        ),
        "recusals": ([["人员编号", "注册号", "回避事由"], ["P1", A, "近亲属"]], "import the roster first"),
    }
    for kind, (rows, remedy) in cases.items():
        with pytest.raises(InputError) as caught:
            import_file(workspace, kind, write(tmp_path / "x.csv", rows))
        assert any(remedy in problem.remedy for problem in caught.value.problems), kind


def test_all_lists_are_stored_as_values_and_merged_by_key(workspace: Workspace, tmp_path: Path) -> None:
    """Items keep the order of the list; officers, recusals and tasks come back as values; again changes nothing."""
    book = write_book(
        tmp_path / "all.xlsx",
        {
            "抽查任务": [TASK_HEADER, TASK, ["T02", "食品全覆盖", "K01", "2026-03-01", "2026-11-30", "食品科", "是"]],
            "回避": [["人员编号", "注册号", "回避事由"], ["P1", A, "近亲属"]],
            "检查对象": [FIRM_HEADER, FIRM_A],
            "抽查事项清单": [ITEM_HEADER, ITEM_K, ITEM_G],
            "执法检查人员": [OFFICER_HEADER, OFFICER],
            "别的": [["x"], ["y"]],
        },
    )
    reports = import_workbook(workspace, book)
    assert [report.kind for report in reports] == ["firms", "items", "officers", "recusals", "tasks"]
    assert [report.num_new for report in reports] == [1, 2, 1, 1, 2]
    with workspace.transaction() as connection:
        items = registry_rows.load_items(connection)
        first, second = registry_rows.load_tasks(connection, 2026)
        (officer,) = registry_rows.load_officers(connection)
        (recusal,) = registry_rows.load_recusals(connection)
    assert [item.item_id for item in items] == ["K01", "G01"]
    assert (items[0].method, items[0].effort_minutes, items[0].officers_required) == ("on_site", 30, 2)
    assert (first.item_ids, first.ratio_min_micro, first.ratio_max_micro) == (("G01",), 0, 1_000_000)
    assert (second.full_coverage, second.ratio_min_micro) == (True, 1_000_000)
    assert (officer.specialities, officer.item_ids, officer.active) == (("food",), ("G01",), True)
    assert (recusal.officer_id, recusal.firm_id, recusal.reason) == ("P1", A, "kin")
    before = dump(workspace)
    assert sum(report.num_new + report.num_changed for report in import_workbook(workspace, book)) == 0
    assert dump(workspace) == before
    more = import_file(workspace, "items", write(tmp_path / "i.csv", [ITEM_HEADER, ["A00", *ITEM_G[1:]], ITEM_G]))
    assert (more.num_new, more.num_unchanged) == (1, 1)
    with workspace.transaction() as connection:
        assert [item.item_id for item in registry_rows.load_items(connection)] == ["K01", "G01", "A00"]


def test_name_that_two_items_have_is_no_name_of_an_item(workspace: Workspace, tmp_path: Path) -> None:
    """Which of the two a task means must be said by the id."""
    twin = ["G02", *ITEM_G[1:]]
    import_file(workspace, "items", write(tmp_path / "i.csv", [ITEM_HEADER, ITEM_G, twin]))
    with pytest.raises(InputError) as caught:
        import_file(workspace, "tasks", write(tmp_path / "t.csv", [TASK_HEADER, TASK]))
    assert [problem.value for problem in caught.value.problems] == ["名称检查"]
    by_id = [*TASK[:2], "G02", *TASK[3:]]
    assert import_file(workspace, "tasks", write(tmp_path / "t.csv", [TASK_HEADER, by_id])).num_new == 1


def test_bad_sheet_in_a_workbook_changes_nothing_of_the_others(workspace: Workspace, tmp_path: Path) -> None:
    """All sheets are one transaction."""
    before = dump(workspace)
    book = write_book(
        tmp_path / "all.xlsx", {"检查对象": [FIRM_HEADER, FIRM_A], "抽查事项清单": [ITEM_HEADER, ["", *ITEM_G[1:]]]}
    )
    with pytest.raises(InputError, match="1 of 2 rows"):
        import_workbook(workspace, book)
    assert dump(workspace) == before


def test_task_with_some_columns_that_contradict_the_others_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """A least ratio of 50 % against a known greatest one of 30 % is told, not thrown."""
    import_file(workspace, "items", write(tmp_path / "i.csv", [ITEM_HEADER, ITEM_G]))
    import_file(workspace, "tasks", write(tmp_path / "1.csv", [[*TASK_HEADER, "最高抽查比例"], [*TASK, "30%"]]))
    with pytest.raises(InputError, match="give all columns of the task"):
        import_file(workspace, "tasks", write(tmp_path / "2.csv", [[*TASK_HEADER, "最低抽查比例"], [*TASK, "50%"]]))


def test_more_than_63_libraries_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    """The frame has 63 bits, and the import says so before a stage fails."""
    many = ";".join(f"库{number}" for number in range(62))
    import_file(workspace, "firms", write(tmp_path / "1.csv", [FIRM_HEADER, FIRM_A, [*FIRM_B[:6], many]]))
    with pytest.raises(InputError, match="at most 63 different special libraries in the register, got 64"):
        import_file(workspace, "firms", write(tmp_path / "2.csv", [FIRM_HEADER, [*FIRM_C[:6], "又一个"]]))


def test_sheet_is_chosen_by_name_or_because_it_is_the_only_one(workspace: Workspace, tmp_path: Path) -> None:
    """Two sheets of other names are not guessed between."""
    rows = [FIRM_HEADER, FIRM_A]
    assert import_file(workspace, "firms", write_book(tmp_path / "1.xlsx", {"随便": rows})).num_new == 1
    named = write_book(tmp_path / "2.xlsx", {"x": [["y"]], "检查对象": [FIRM_HEADER, FIRM_B]})
    assert import_file(workspace, "firms", named).num_new == 1
    with pytest.raises(InputError, match="expected one sheet named 检查对象 or Firms, got 甲、乙"):
        import_file(workspace, "firms", write_book(tmp_path / "3.xlsx", {"甲": rows, "乙": rows}))
    with pytest.raises(InputError, match=r"expected sheets named .*抽查任务"):
        import_workbook(workspace, write_book(tmp_path / "4.xlsx", {"甲": rows}))


def test_wrong_words_of_the_call_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    """Kind, mapping and way of treating errors must fit."""
    path = write(tmp_path / "f.csv", [FIRM_HEADER, FIRM_A])
    mapping = parse_mapping("format = 1\nkind = 'events'\ncolumns = {}", "m.toml")
    with pytest.raises(UsageError, match="expected one of firms"):
        import_file(workspace, "firm", path)
    with pytest.raises(UsageError, match="expected a mapping for firms, got one for events"):
        import_file(workspace, "firms", path, mapping=mapping)
    with pytest.raises(UsageError, match="expected stop or quarantine"):
        import_file(workspace, "firms", path, on_error="ignore")
    with pytest.raises(InputError, match="cannot be read"):
        import_file(workspace, "firms", path, mapping=tmp_path / "none.toml")


def test_filled_in_template_imports_all_its_sheets(workspace: Workspace, tmp_path: Path) -> None:
    """The untouched template, read as a workbook, imports nothing and reports six examples."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(template_bytes("zh", ()))
    reports = import_workbook(workspace, path)
    assert [(report.num_read, report.num_left_out, report.num_new) for report in reports] == [(1, 1, 0)] * 6
    with workspace.transaction() as connection:
        assert verify_log(connection) == 0


def test_results_go_to_their_keeper_and_what_it_refuses_is_set_aside(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows arrive parsed, with their places; a row that no draw knows goes into the quarantine, the rest is kept."""
    import_file(workspace, "firms", write(tmp_path / "f.csv", [FIRM_HEADER, FIRM_A, FIRM_B]))
    import_file(workspace, "items", write(tmp_path / "i.csv", [ITEM_HEADER, ITEM_G]))
    kept: list[dict[str, Any]] = []

    def keep(_connection: sa.Connection, _workspace: Workspace, rows: list[dict[str, Any]]) -> ResultsSummary:
        for row in rows:
            if row["firm_id"] == B:
                problem = Problem(
                    file=row["file"],
                    sheet="",
                    row=row["row"],
                    column="注册号",
                    value=B,
                    message="not drawn",
                    remedy="-",
                )
                raise InputError("no", (problem,))
        kept.extend(rows)
        return ResultsSummary(
            num_visits=1, num_items=1, num_new=len(rows), num_replaced=0, num_unchanged=0, categories={}
        )

    monkeypatch.setattr("scheduler.workflow.registry.store_results", keep)
    rows = [[A, "G01", "未发现问题", "2026-04-01"], [B, "G01", "未发现问题", "2026-04-01"]]
    path = write(tmp_path / "r.csv", [["注册号", "事项编号", "检查结果", "检查完成日期"], *rows])
    with pytest.raises(InputError, match="1 of 2 rows"):
        import_file(workspace, "results", path)
    kept.clear()
    report = import_file(workspace, "results", path, on_error="quarantine")
    assert (report.num_new, report.num_bad, report.num_quarantined) == (1, 1, 1)
    assert kept == [
        {
            "firm_id": A,
            "item_id": "G01",
            "categories": ("no_problem",),
            "inspected_on": date(2026, 4, 1),
            "note": "",
            "officers": (),
            "measure": None,
            "settled": False,
            "follow_up_by": None,
            "reason": "",
            "round": None,
            "row": 2,
            "sheet": "",
            "file": "r.csv",
        }
    ]
    monkeypatch.setattr("scheduler.workflow.registry.store_results", _refuse_all)
    with pytest.raises(InputError, match="nothing to be named"):
        import_file(workspace, "results", path, on_error="quarantine")


def _refuse_all(*_given: object) -> ResultsSummary:
    raise InputError("nothing to be named")


def test_list_drawn_elsewhere_is_taken_whole_or_not_at_all(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of a list would be another list."""
    import_file(workspace, "firms", write(tmp_path / "f.csv", [FIRM_HEADER, FIRM_A]))
    given: list[dict[str, Any]] = []

    def keep(_connection: sa.Connection, _workspace: Workspace, rows: list[dict[str, Any]]) -> ExternalSummary:
        given.extend(rows)
        known = ("2026-X1-1",) if len(given) > 1 else ()
        return ExternalSummary(draw_ids=() if known else ("2026-X1-1",), known_ids=known, num_firms=1)

    monkeypatch.setattr("scheduler.workflow.registry.store_drawn", keep)
    header = ["注册号", "抽查任务", "批次", "抽取机关", "抽取日期"]
    row = [A, "T01", "省局第1批", "省局", "2026-01-04"]
    good = write(tmp_path / "d.csv", [header, row])
    assert import_file(workspace, "drawn", good).num_new == 1
    assert import_file(workspace, "drawn", good).num_unchanged == 1
    assert (given[0]["task_ids"], given[0]["round"], given[0]["drawn_by"]) == (("T01",), "省局第1批", "省局")
    with pytest.raises(InputError, match="whole or not at all"):
        import_file(workspace, "drawn", write(tmp_path / "e.csv", [header, row, [C, *row[1:]]]), on_error="quarantine")
    assert list_quarantine(workspace) == ()


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "num_rows", "num_bad", "counts"),
    [
        ("weihai", 2_075, 2, {"enterprise": 2_052, "individual": 21}),
        ("shandong", 44_722, 19, {"enterprise": 44_498, "individual": 203, "cooperative": 1, "other": 1}),
    ],
)
def test_real_registers_import_through_the_shipped_mappings(
    workspace: Workspace, shared: Path, repository: Path, name: str, num_rows: int, num_bad: int, counts: dict[str, int]
) -> None:
    """Exactly the rows whose code the source itself marks as bad are refused; object types follow from the code."""
    path = shared / "data" / "registry" / f"{name}_1980_2000.csv"
    mapping = repository / "data" / "examples" / f"mapping-{name}.toml"
    with path.open(encoding="utf-8-sig", newline="") as file:
        marked = [row for row, cells in enumerate(csv.DictReader(file), start=2) if cells["uscc_checksum_ok"] != "1"]
    report = import_file(workspace, "firms", path, mapping=mapping, on_error="quarantine")
    assert (report.num_read, report.num_bad, report.num_quarantined) == (num_rows, num_bad, num_bad)
    assert [problem.row for problem in report.problems] == marked
    with workspace.transaction() as connection:
        table = table_of(Firm)
        groups = connection.execute(sa.select(table.c.object_type, sa.func.count()).group_by(table.c.object_type))
        assert dict(map(tuple, groups)) == counts
        assert set(connection.execute(sa.select(table.c.status)).scalars()) == {"operating"}
        assert len(registry_rows.load_frame(connection)) == num_rows - num_bad
