"""Papers of the agenda: calendars that parse, sheets and documents that hostile text cannot harm, forms in order."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import icalendar
import pytest
import python_calamine

from scheduler.agenda.entries import Agenda, Member, PlannedVisit
from scheduler.i18n import translator
from scheduler.publication.agenda.calendars import calendar_of
from scheduler.publication.agenda.context import AgendaContext
from scheduler.publication.agenda.files import list_files, visit_files
from scheduler.publication.agenda.forms import CATEGORIES, notice_to_firm, result_form
from scheduler.publication.agenda.sheets import HEAD_ROWS, district_workbook
from scheduler.registry.codes import ResultCategory
from scheduler.registry.items import InspectionItem, Task
from scheduler.registry.kinds_returns import RESULTS
from tests import made_up_lists
from tests.libreoffice import convert_all, needs_libreoffice

HOSTILE = (
    '=HYPERLINK("http://x")\u202e\r\nBEGIN:VEVENT\r\nEND:VCALENDAR<script>alert(1)</script>;,\\n{{7*7}}\x07'
    + "长" * 3000
)
TEAM = "2026-1-1-371002-001"
OTHER = "2026-1-1-371003-001"


def item(item_id: str, name: str = "检查") -> InspectionItem:
    """An item of the list."""
    return made_up_lists.item(item_id, name=name, department="市场监管局", basis="依据")


def task(task_id: str, *item_ids: str) -> Task:
    """A task that runs the whole year."""
    return made_up_lists.task(task_id, *item_ids, name=f"任务{task_id}")


def member(officer_id: str, *, lead: bool = False, name: str = "") -> Member:
    """An officer."""
    return Member(
        officer_id=officer_id,
        name=name or f"官{officer_id}",
        unit="局",
        department="科",
        certificate_no=f"SL{officer_id}",
        lead=lead,
    )


VISIT = PlannedVisit(
    draw_id="2026-1-1",
    round_name="1",
    kind="targeted",
    firm_id="91371002MA3C000001",
    name="甲公司",
    registrar="威海市市场监督管理局",
    address="环翠区张村镇1号",
    district="371002",
    town="张村镇",
    package="T1+T2",
    team_ids=(TEAM, OTHER),
    visit_on=date(2026, 4, 8),
    exceptions=(),
    num_moves=2,
    num_changes=2,
    stamped_at="2026-03-01T09:00:00+08:00",
)


def context_of(*visits: PlannedVisit, language: str = "zh_CN", name: str = "", mark: str = "") -> AgendaContext:
    """Papers for these visits."""
    teams = {
        TEAM: (member("P1", lead=True, name=name), member("P2")),
        OTHER: (member("P3", lead=True), member("P4")),
    }
    return AgendaContext(
        agenda=Agenda(visits=visits, teams=teams, team_districts={TEAM: "371002", OTHER: "371003"}),
        bureau="371000",
        bureau_name="威海市市场监督管理局",
        year=2026,
        districts={"371002": "环翠区", "371003": "文登区"},
        tasks={"T1": task("T1", "G02", "G01"), "T2": task("T2", "K01", "G01")},
        items={name: item(name) for name in ("G01", "G02", "K01")},
        mark=mark or "内部资料 · tester · 日志第 7 条",
        made_on=date(2026, 3, 2),
        chinese=language.startswith("zh"),
        translate=translator(language),
    )


def events(content: bytes) -> list[icalendar.Event]:
    """Entries of a calendar, by a parser that is not ours."""
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_calendar_opens_in_a_parser_with_day_identity_and_recorded_time() -> None:
    """A visit is one all-day entry, the same whenever it is exported, stamped with the time of its last move."""
    (event,) = events(calendar_of([VISIT], "官P1", context_of(VISIT)))
    assert event.decoded("dtstart") == date(2026, 4, 8)
    assert event.decoded("dtend") == date(2026, 4, 9)
    assert event.decoded("dtstamp") == datetime(2026, 3, 1, 1, 0, tzinfo=UTC)  # nine o'clock in China
    assert str(event["uid"]) == "2026-1-1-91371002MA3C000001@371000.double-random"
    assert event["sequence"] == 2
    assert "日志第 7 条" in event["description"]
    later = dataclasses.replace(context_of(VISIT), made_on=date(2026, 9, 9))
    assert calendar_of([VISIT], "官P1", later) == calendar_of([VISIT], "官P1", context_of(VISIT))
    assert b"X-WR-TIMEZONE:Asia/Shanghai" in calendar_of([VISIT], "x", context_of(VISIT))


def test_visit_without_a_day_is_in_no_calendar() -> None:
    """What has no day cannot be entered."""
    visit = dataclasses.replace(VISIT, visit_on=None)
    assert events(calendar_of([visit], "官P1", context_of(visit))) == []


def test_hostile_text_does_not_leave_its_field_in_a_calendar() -> None:
    """Line ends, colons and commas of a name or an address begin no entry and no property."""
    visit = dataclasses.replace(VISIT, name=HOSTILE, address=HOSTILE)
    content = calendar_of([visit], HOSTILE, context_of(visit, name=HOSTILE, mark=f"内部资料 {HOSTILE}"))
    assert len(events(content)) == 1
    assert content.count(b"\r\nBEGIN:") == 1  # the entry; the calendar begins the file
    assert content.count(b"\r\nEND:VCALENDAR") == 1
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_every_officer_and_team_has_a_calendar_of_its_own() -> None:
    """Four officers and two teams share one joint visit; each district has its workbook."""
    files = dict(list_files(context_of(VISIT)))
    assert sorted(files) == [
        "名单/371002.xlsx",
        "名单/371003.xlsx",
        *(f"日历/人员/P{number}.ics" for number in range(1, 5)),
        f"日历/检查组/{TEAM}.ics",
        f"日历/检查组/{OTHER}.ics",
    ]
    assert all(len(events(content)) == 1 for name, content in files.items() if name.endswith(".ics"))


def test_sheet_of_a_team_is_text_and_says_that_it_is_internal() -> None:
    """One sheet a team with mark, plan, officers and rows; a name that looks like a formula stays text."""
    visit = dataclasses.replace(VISIT, name=HOSTILE, town=HOSTILE)
    content = district_workbook({TEAM: [visit]}, context_of(visit))
    book = python_calamine.load_workbook(io.BytesIO(content))
    assert book.sheet_names == [TEAM]
    rows = book.get_sheet_by_name(TEAM).to_python(skip_empty_area=False)
    assert "内部资料" in str(rows[1][0])
    assert "抽查类型：定向" in str(rows[2][0])
    assert "官P1（主检）" in str(rows[4][0])
    assert rows[HEAD_ROWS - 1][:4] == ["序号", "日期", "市场主体名称", "统一社会信用代码/注册号"]
    assert rows[HEAD_ROWS][1] == date(2026, 4, 8)
    assert rows[HEAD_ROWS][7] == "T1 任务T1；T2 任务T2"
    assert rows[HEAD_ROWS][8:10] == ["G01, G02, K01", OTHER]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode("utf-8")
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert "日志第 7 条" in sheet[sheet.index("<oddFooter>") :]
    assert content == district_workbook({TEAM: [visit]}, context_of(visit))


def _tables(content: bytes) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(io.BytesIO(content)).tables
    ]


def test_form_has_items_and_categories_in_the_order_of_typing() -> None:
    """Items ascend by id, each once; categories stand as the ticked columns of an import do."""
    assert RESULTS.ticks is not None
    assert [str(code) for code in CATEGORIES] == list(RESULTS.ticks.words)
    assert set(CATEGORIES) == set(ResultCategory)
    header, *rows = _tables(result_form(VISIT, context_of(VISIT)))[1]
    assert header[2:10] == list(RESULTS.ticks.shown("zh"))
    assert [row[0] for row in rows] == ["G01", "G02", "K01"]
    assert all(row[2:10] == ["□"] * 8 for row in rows)


def test_form_is_internal_and_notice_is_not() -> None:
    """The form bears the mark at the foot of its pages; nothing of it, and no tier, is in the notice."""
    context = context_of(VISIT)
    form, notice = result_form(VISIT, context), notice_to_firm(VISIT, context)
    assert docx.Document(io.BytesIO(form)).sections[0].footer.paragraphs[0].text == context.mark
    with zipfile.ZipFile(io.BytesIO(notice)) as package:
        text = "".join(package.read(name).decode("utf-8") for name in package.namelist() if name.endswith(".xml"))
    assert "内部资料" not in text
    assert "日志" not in text
    assert TEAM not in text
    facts = _tables(notice)[0]
    assert ["检查日期", "2026年4月8日（周三）"] in facts
    assert [row[0] for row in facts].count("执法检查人员") == 2  # each team of the joint visit
    assert [row[1] for row in _tables(notice)[1][1:]] == ["检查"] * 3


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_hostile_text_makes_documents_that_open(language: str) -> None:
    """Control characters, markup and endless names are written as text, and the same bytes come out twice."""
    visit = dataclasses.replace(VISIT, name=HOSTILE, address=HOSTILE)
    context = context_of(visit, language=language, name=HOSTILE)
    for paper in (notice_to_firm, result_form):
        content = paper(visit, context)
        assert paper(visit, context) == content
        assert "[U+202E]" in "".join(cell for table in _tables(content) for row in table for cell in row)
    names = [name for name, _content in visit_files(context_of(dataclasses.replace(visit, firm_id="../../x")))]
    assert all(".." not in name and not name.startswith("/") for name in names)


def with_experts(context: AgendaContext, *names: str) -> AgendaContext:
    """The same papers, with experts of these names who join the visit."""
    experts = tuple(
        dataclasses.replace(member(f"X{number}", name=name), certificate_no="")
        for number, name in enumerate(names, start=1)
    )
    agenda = dataclasses.replace(context.agenda, experts={(VISIT.draw_id, VISIT.firm_id): experts})
    return dataclasses.replace(context, agenda=agenda)


def test_experts_stand_apart_from_officers_on_every_paper() -> None:
    """Sheet, form, notice and calendar name them under a title that says they do not count; hostile names are text."""
    other = dataclasses.replace(VISIT, firm_id="91371002MA3C000002")
    context = with_experts(context_of(VISIT, other), "专甲", HOSTILE)
    title = "参与的专家（不计入执法人员）"
    form = _tables(result_form(VISIT, context))[0]
    officers, experts = form[3], form[4]
    assert officers[0] == "执法检查人员"
    assert "专甲" not in officers[1]
    assert experts[0] == title
    assert experts[1].startswith("专甲（局）；")
    assert experts[2:] == ["专家（签字）", ""]
    assert len(_tables(result_form(other, context))[0]) == 4
    assert next(row for row in _tables(notice_to_firm(VISIT, context))[0] if row[0] == title)[1].startswith(
        "专甲（局）；"
    )
    (event,) = events(calendar_of([VISIT], "专甲", context))
    assert f"{title}：专甲（局）；" in event["description"]
    rows = (
        python_calamine.load_workbook(io.BytesIO(district_workbook({TEAM: [VISIT, other]}, context)))
        .get_sheet_by_name(TEAM)
        .to_python(skip_empty_area=False)
    )
    column = rows[HEAD_ROWS - 1].index(title)
    assert str(rows[HEAD_ROWS][column]).startswith("专甲（局）；=HYPERLINK")
    assert rows[HEAD_ROWS + 1][column] == ""
    assert "专甲" not in str(rows[4][0])


def test_sheet_without_experts_has_no_column_for_them() -> None:
    """Paper is narrow: where no expert joins, the columns are those of before."""
    content = district_workbook({TEAM: [VISIT]}, context_of(VISIT))
    rows = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_name(TEAM).to_python(skip_empty_area=False)
    assert not any("专家" in str(cell) for cell in rows[HEAD_ROWS - 1])
    assert len(rows[HEAD_ROWS - 1]) == 11


@needs_libreoffice
def test_sheets_and_documents_open_in_libreoffice(tmp_path: Path) -> None:
    """LibreOffice makes a PDF of a workbook, a notice and a form."""
    context = with_experts(context_of(VISIT), "专甲")
    files = {
        "list.xlsx": district_workbook({TEAM: [VISIT]}, context),
        "notice.docx": notice_to_firm(VISIT, context),
        "form.docx": result_form(VISIT, context),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for made in convert_all([tmp_path / name for name in files], "pdf", tmp_path):
        assert made.read_bytes().startswith(b"%PDF")
