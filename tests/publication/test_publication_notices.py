"""公示包 of a task: whole, in the asked order, harmless, and the same for the same record."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import icalendar
import pytest
import python_calamine
from docx import Document

from scheduler.errors import PolicyError
from scheduler.i18n import translator
from scheduler.parameters import parse_parameters
from scheduler.publication.notices import (
    DueDay,
    NoticeForms,
    TaskNotice,
    notice_files,
    notice_of,
    record_archive,
)
from scheduler.publication.reading import read_public_record
from scheduler.publication.records import assemble_public
from scheduler.publication.site.links import CHINESE
from scheduler.publication.site.words import Words
from scheduler.resources import data_path
from tests.publication.test_publication_site import HOSTILE
from tests.publication.tiny_year import make_inputs

DUE = (DueDay(draw_id="2026-1-2", ends_on=date(2026, 5, 29), due_on=date(2026, 6, 29)),)
FORMS = parse_parameters(NoticeForms, data_path("notice-forms.toml").read_text(encoding="utf-8"), "forms")


def default_name(firm_id: str) -> str:
    """A harmless name."""
    return f"威海{firm_id[-4:]}商贸有限公司"


def notice_for(name: Callable[[str], str] = default_name, task_id: str = "T01") -> TaskNotice | None:
    """The notice of a task of the tiny year."""
    record = read_public_record(assemble_public(make_inputs(6, 3, name)))
    task = next(task for task in record.tasks if task.task_id == task_id)
    return notice_of(record, task, Words.of(record, CHINESE, translator(CHINESE.code)), DUE)


def files_of(notice: TaskNotice | None, forms: NoticeForms = FORMS) -> dict[str, bytes]:
    """Files of a folder, by name without the folder."""
    assert notice is not None
    archive = record_archive({"a.txt": b"a"})
    return {path.split("/")[1]: content for path, content in notice_files(notice, forms, archive)}


def sheets_of(content: bytes) -> dict[str, list[list[object]]]:
    """Rows of each sheet of a workbook."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_folder_holds_notice_workbook_list_calendar_and_record() -> None:
    """Five files with Chinese names; the same record gives the same bytes."""
    names = {"抽查任务公告.docx", "抽查名单.xlsx", "打印名单.html", "结果公示期限.ics", "公开记录.zip"}
    files = files_of(notice_for())
    assert set(files) == names
    assert files == files_of(notice_for())


def test_notice_is_numbered_and_titled_as_in_use() -> None:
    """Six digits of the area, the day of the draw, "1" and the task's place in the plan; voided draws do not count."""
    notice = notice_for()
    assert notice is not None
    assert notice.number == "371000" + "20260221" + "1" + "001"
    assert notice.title == "威海市市场监督管理局（示例）2026年度第001号抽查任务公告"
    assert [draw.draw_id for draw in notice.draws] == ["2026-1-2"]
    text = "\n".join(
        cell.text
        for row in Document(io.BytesIO(files_of(notice)["抽查任务公告.docx"])).tables[0].rows
        for cell in row.cells
    )
    for word in (notice.number, "企业登记事项与公示信息抽查", "不定向", "营业执照（登记证）规范使用情况的检查"):
        assert word in text


def test_workbook_has_the_columns_of_the_shipped_form() -> None:
    """One row tells the task, three rows tell the firms, in the order of the national system's notice."""
    sheets = sheets_of(files_of(notice_for())["抽查名单.xlsx"])
    assert sheets["抽查任务公告"][0][:4] == ["抽查计划编号", "抽查计划名称", "抽查任务编号", "抽查任务名称"]
    assert sheets["抽查任务公告"][1][-1] == 3
    assert sheets["抽查名单"][0] == ["序号", "市场主体名称", "统一社会信用代码/注册号", "登记机关"]
    assert [row[0] for row in sheets["抽查名单"][1:]] == [1, 2, 3]


def test_another_platform_is_a_file_and_not_code() -> None:
    """Columns come in the order of the file, values of the notice in every row of firms included."""
    text = """format = 1
[[sheets]]
name = "导入"
rows = "firms"
columns = [
  { title = "代码", value = "firm_id" }, { title = "任务", value = "task_name" }, { title = "期限", value = "due_on" }
]
"""
    rows = sheets_of(files_of(notice_for(), parse_parameters(NoticeForms, text, "x.toml"))["抽查名单.xlsx"])["导入"]
    assert rows[0] == ["代码", "任务", "期限"]
    assert {tuple(row[1:]) for row in rows[1:]} == {("企业登记事项与公示信息抽查", "2026-06-29")}


def test_form_with_an_unknown_value_is_refused_by_name() -> None:
    """The message names the file, the sheet and the column, and lists what there is; a tier there is not."""
    text = 'format = 1\n[[sheets]]\nname = "a"\nrows = "firms"\ncolumns = [{ title = "等级", value = "tier" }]\n'
    with pytest.raises(PolicyError, match=r"province\.toml.*等级.*firm_id.*got tier"):
        parse_parameters(NoticeForms, text, "province.toml")


def test_task_without_a_draw_has_no_notice() -> None:
    """A task on a list drawn elsewhere has its notice; one that no list serves has none."""
    assert notice_for(task_id="T02") is not None
    record = read_public_record(assemble_public(make_inputs(6, 0)))
    words = Words.of(record, CHINESE, translator(CHINESE.code))
    assert notice_of(record, next(task for task in record.tasks if task.task_id == "T01"), words, DUE) is None


def test_due_days_are_events_of_whole_days() -> None:
    """Icalendar reads the file: one event, on the day by which results are due."""
    calendar = icalendar.Calendar.from_ical(files_of(notice_for())["结果公示期限.ics"])
    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [date(2026, 6, 29)]
    assert len({str(event["uid"]) for event in events}) == 1


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_text_in_every_file(name: str) -> None:
    """No formula in the workbook, no element in the page, nothing that acts."""
    files = files_of(notice_for(lambda _firm: name))
    cell = sheets_of(files["抽查名单.xlsx"])["抽查名单"][1][1]
    assert isinstance(cell, str)
    with zipfile.ZipFile(io.BytesIO(files["抽查名单.xlsx"])) as book:
        assert not [part for part in book.namelist() if b"<f>" in book.read(part)]
    page = files["打印名单.html"].decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "{{" not in page.replace("{{ 7 * 7 }}", "")
