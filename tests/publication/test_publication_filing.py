"""The plan as it is filed upward: columns of real plans, hostile text, the mark of internal output."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from python_calamine import CalamineWorkbook

from scheduler.i18n import translator
from scheduler.publication.filing import Filing, FilingLine, FilingRound, filing_document, filing_workbook
from scheduler.publication.reading import PlannedTask
from scheduler.publication.site.links import CHINESE, ENGLISH
from scheduler.publication.site.words import Words

REAL_HEADERS = [  # regulation.md, section 4
    *("序号", "抽查任务名称", "抽查类型", "抽查事项", "抽查对象范围", "抽查比例及频次", "抽查基数", "抽查目标数"),
    *("信用风险分类要求（内部）", "起止时间", "发起部门", "配合部门", "抽查检查模式", "备注"),
]
HOSTILE = '=HYPERLINK("x")\x01\u202e'


def filing(language: str = "zh_CN", name: str = "登记事项抽查") -> Filing:
    """A plan of one task and one round."""
    task = PlannedTask(
        task_id="T01",
        name=name,
        item_ids=("G01",),
        object_types=("enterprise",),
        districts=(),
        industries=(),
        libraries=(),
        full_coverage=False,
        ratio_min_micro=60_000,
        ratio_max_micro=100_000,
        starts_on="2026-03-02",
        ends_on="2026-11-30",
        initiator="市场监督管理局",
        partners=("公安局",),
        mode="市抽县（区）查",
        note=name,
    )
    chinese = language == "zh_CN"
    return Filing(
        words=Words(
            language=CHINESE if chinese else ENGLISH,
            translate=translator(language),
            districts={},
            bureau="威海市市场监督管理局",
            separator="；",
        ),
        year=2026,
        plan_id="2026-v1",
        status="已批准",
        num_enterprises=1198,
        base_date=date(2026, 1, 1),
        target=96,
        ratio_micro=80_000,
        source="规划指标 14",
        lines=(
            FilingLine(
                task=task, kinds=("定向",), items=("营业执照",), base=1198, wanted=96, credit_requirement="A类低，D类高"
            ),
        ),
        rounds=(
            FilingRound(
                number=1, kind="定向", starts_on="2026-03-02", ends_on="2026-05-29", counting_visits=96, visits=120
            ),
        ),
        signed_on=date(2026, 3, 1),
        mark="内部资料 第 7 条",
    )


def cells(content: bytes, sheet: int) -> list[list[object]]:
    """Rows of a sheet."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


def test_workbook_has_the_columns_of_real_plans() -> None:
    """Title, line of units, header and one row a task; the second sheet has the rounds."""
    plan, rounds = cells(filing_workbook(filing()), 0), cells(filing_workbook(filing()), 1)
    assert plan[0][0] == "2026年度双随机抽查工作计划"
    assert "2026-v1" in str(plan[1][0])
    assert plan[2] == REAL_HEADERS
    assert plan[3][6:9] == [1198.0, 96.0, "A类低，D类高"]
    assert rounds[3][3:5] == [96.0, 120.0]


def test_document_has_title_table_signature_and_mark() -> None:
    """The Word document is a 公文: title, what the plan binds itself to, tasks, signature, date, and the mark."""
    document = docx.Document(io.BytesIO(filing_document(filing())))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "2026年度双随机抽查工作计划" in texts[0]
    assert "1,198" in texts[1] and "96" in texts[1] and "规划指标 14" in texts[1]
    assert [cell.text for cell in document.tables[0].rows[0].cells] == REAL_HEADERS
    assert texts[-2:] == ["威海市市场监督管理局", "2026年3月1日"]
    assert document.sections[0].footer.paragraphs[0].text == "内部资料 第 7 条"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_hostile_text_stays_text(language: str) -> None:
    """A task named like a formula is text in both files, with its invisible characters spelt out."""
    made = filing(language, HOSTILE)
    shown = '=HYPERLINK("x")[U+0001][U+202E]'
    assert cells(filing_workbook(made), 0)[3][1] == shown
    document = docx.Document(io.BytesIO(filing_document(made)))
    assert document.tables[0].rows[1].cells[1].text == shown


def test_same_plan_gives_same_bytes() -> None:
    """No clock and no machine stand in the files."""
    assert filing_workbook(filing()) == filing_workbook(filing())
    assert filing_document(filing()) == filing_document(filing())
