"""The workbook: right cells, no formula, nothing internal, the same bytes every time."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from scheduler.publication.inputs import AuditInputs, PublicInputs
from scheduler.publication.records import assemble_audit, assemble_public
from scheduler.publication.workbook import public_workbook
from tests.publication.tiny_year import OFFICER_SECRET, SECRET, firm_id_of, make_inputs


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    """Cells of every sheet, read by another library."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts_of(content: bytes) -> dict[str, str]:
    """XML parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_workbook_has_plan_items_a_sheet_for_each_list_and_results(record: dict[str, bytes]) -> None:
    """Voided lists are named as such; a draw that waits has no sheet."""
    assert list(sheets_of(public_workbook(record, "en"))) == [
        "Plan",
        "Item list",
        "Voided 2026-1-1",
        "Drawn 2026-1-2",
        "Drawn 2026-X1-1",
        "Results",
    ]


def test_plan_sheet_has_the_titles_and_cells_of_the_regulation(record: dict[str, bytes]) -> None:
    """Each task in one row; the firms drawn for it are those of lists that stand."""
    rows = sheets_of(public_workbook(record, "en"))["Plan"]
    assert rows[0][:4] == ["No.", "Task number", "Name of task", "Type of draw"]
    assert rows[1] == [
        1,
        "T01",
        "企业登记事项与公示信息抽查",
        "Open (every firm alike)",
        "营业执照（登记证）规范使用情况的检查; 名称规范使用情况的检查",
        "Enterprise; districts: Huancui; industries (GB/T 4754): F52",
        "At most 8% in the year",
        3,  # three firms of draw 2026-1-2; the voided attempt does not count
        date(2026, 3, 2),
        date(2026, 11, 30),
        "市场监管局",
        "税务局; 人社局",
        "市抽县（区）查",
        "",
    ]
    assert rows[2][7] == 4  # the same three and the one drawn elsewhere


def test_drawn_sheet_has_the_public_columns_only(record: dict[str, bytes]) -> None:
    """序号, 市场主体名称, 统一社会信用代码/注册号, 登记机关 and the task."""
    rows = sheets_of(public_workbook(record, "en"))["Drawn 2026-X1-1"]
    assert rows == [
        ["No.", "Name of market entity", "Credit code or registration number", "Registrar", "Task"],
        [1, "威海0000商贸有限公司", firm_id_of(9_000_000), "威海市市场监督管理局", "加油站成品油质量抽查"],
    ]


def test_results_sheet_tells_items_with_the_same_result_together(record: dict[str, bytes]) -> None:
    """Two firms reported, each with one clean row and one with two categories."""
    rows = sheets_of(public_workbook(record, "en"))["Results"]
    assert len(rows) == 1 + 4
    assert rows[2][-3:] == [
        date(2026, 3, 5),
        "年度报告公示信息的检查",
        "Did not publish information it must publish; Problem found, ordered to correct",
    ]


def test_workbook_of_a_year_without_draws_has_headers_only(inputs: PublicInputs) -> None:
    """Before the first draw the workbook is the plan."""
    record = assemble_public(dataclasses.replace(inputs, draws=()))
    sheets = sheets_of(public_workbook(record, "en"))
    assert list(sheets) == ["Plan", "Item list", "Results"]
    assert len(sheets["Results"]) == 1


@pytest.mark.parametrize(
    "name",
    ["=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "{=1}", "http://x.invalid", "\u202e=1", "<b>&amp;", "長" * 40_000],
)
def test_hostile_names_are_text_and_nothing_else(name: str) -> None:
    """No formula, no link, no hidden direction mark, no cell that Excel would refuse."""
    content = public_workbook(assemble_public(make_inputs(6, 3, lambda firm: name)), "en")
    for part, text in parts_of(content).items():
        assert "<f>" not in text and "<f " not in text, part
        assert "hyperlink" not in text, part
        assert "\u202e" not in text, part
    shown = sheets_of(content)["Drawn 2026-1-2"][1][1]
    assert isinstance(shown, str)
    assert len(shown) <= 2_001
    assert shown == name.replace("\u202e", "[U+202E]")[:2_000] + ("…" if len(name) > 2_000 else "")


def test_workbook_is_the_same_bytes_for_the_same_record(record: dict[str, bytes]) -> None:
    """No clock, no account name: publishing again changes nothing."""
    first = public_workbook(record, "zh_CN")
    assert public_workbook(record, "zh_CN") == first
    core = parts_of(first)["docProps/core.xml"]
    assert "2026-01-01T00:00:00Z" in core


def test_workbook_sheets_stay_readable(record: dict[str, bytes]) -> None:
    """Every sheet has a header that stays, a filter, widths, A4 or A3 across, and its header on each printed page."""
    parts = parts_of(public_workbook(record, "en"))
    sheets = [text for name, text in parts.items() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    assert len(sheets) == 6
    for text in sheets:
        assert 'state="frozen"' in text
        assert "<autoFilter" in text
        assert "customWidth" in text
        assert re.search(r'paperSize="[89]" [^>]*orientation="landscape"', text)
    assert parts["xl/workbook.xml"].count("_xlnm.Print_Titles") == 6


def test_workbook_holds_nothing_internal(
    record: Mapping[str, bytes], inputs: PublicInputs, audit_inputs: AuditInputs
) -> None:
    """Words of the audit record are searched for in every part of the workbook."""
    audit = b"".join(assemble_audit(inputs, audit_inputs).values()).decode()
    text = "".join(parts_of(public_workbook(record, "en")).values())
    for word in ("TIER-D", "STRATUM-X", "OFFICER-7", "TEAM-9", SECRET.hex(), OFFICER_SECRET.hex()):
        assert word in audit
        assert word not in text
