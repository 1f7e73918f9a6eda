"""
The list of a district as a workbook: one sheet a team, print-ready, with the fields of the task notice 抽查任务公告.

Every cell is text or a date: nothing of a register is read as a formula or a link.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from scheduler.agenda.entries import PlannedVisit
from scheduler.labels import label
from scheduler.publication.agenda.context import AgendaContext
from scheduler.publication.text import visible
from scheduler.publication.workbook import (
    BOOK_OPTIONS,
    LINE_POINTS,
    LONGEST_CELL,
    MOST_POINTS,
    PAPER_A4,
    Column,
    code_free,
    num_lines,
    sheet_name,
)

HEAD_ROWS = 7  # title, mark, four lines of facts, and an empty one


def district_workbook(by_team: Mapping[str, Sequence[PlannedVisit]], context: AgendaContext) -> bytes:
    """The bytes of the workbook: a sheet for each of these teams with its visits."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, BOOK_OPTIONS) as book:
        made_on = context.made_on
        created = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001 - Excel knows no zones
        book.set_properties({"title": context.translate("Inspections by team"), "created": created})
        sheets = _Sheets(book, context)
        for team_id, visits in by_team.items():
            sheets.add(team_id, visits)
    return buffer.getvalue()


class _Sheets:
    """Adds sheets that look alike."""

    def __init__(self, book: Any, context: AgendaContext) -> None:
        self._book, self._context = book, context
        line = {"border": 1, "border_color": "#b1b8bf", "valign": "top", "text_wrap": True}
        self._title = book.add_format({"bold": True, "font_size": 16, "align": "left"})
        self._mark = book.add_format({"bold": True, "font_color": "#7d1f2b"})
        self._plain = book.add_format({"valign": "top"})
        self._head = book.add_format({**line, "bold": True, "bg_color": "#12395c", "font_color": "#ffffff"})
        self._cell = book.add_format(line)
        self._day = book.add_format({**line, "num_format": "yyyy-mm-dd", "align": "left"})

    def add(self, team_id: str, visits: Sequence[PlannedVisit]) -> None:
        """Adds the sheet of a team."""
        sheet = self._book.add_worksheet(sheet_name(team_id))
        columns = self._columns(with_experts=any(self._context.agenda.experts_of(visit) for visit in visits))
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        self._paper(sheet, team_id)
        for row, (text, form) in enumerate(self._heading(team_id, visits)):
            sheet.set_row(row, 24 if row == 0 else LINE_POINTS)
            sheet.write_string(row, 0, visible(text, LONGEST_CELL), form)
        lines = max(num_lines(column.title, column.width) for column in columns)
        sheet.set_row(HEAD_ROWS - 1, max(2, lines) * LINE_POINTS)
        for place, column in enumerate(columns):
            sheet.write_string(HEAD_ROWS - 1, place, column.title, self._head)
        for number, visit in enumerate(visits, start=1):
            self._row(sheet, number, visit, columns)

    def _columns(self, *, with_experts: bool) -> tuple[Column, ...]:
        """Columns of a team's sheet; that of experts stands only where one joins a visit, as paper is narrow."""
        _ = self._context.translate
        experts = (Column(title=self._context.experts_title, width=16, wrapped=True),)
        return (
            Column(title=_("No."), width=5),
            Column(title=_("Day"), width=11),
            Column(title=_("Name of market entity"), width=26, wrapped=True),
            Column(title=_("Credit code or registration number"), width=20),
            Column(title=_("Registration authority"), width=16, wrapped=True),
            Column(title=_("Address"), width=26, wrapped=True),
            Column(title=_("Town"), width=12, wrapped=True),
            Column(title=_("Number and name of task"), width=24, wrapped=True),
            Column(title=_("Inspection items"), width=14, wrapped=True),
            Column(title=_("Other teams"), width=12, wrapped=True),
            *(experts if with_experts else ()),
            Column(title=_("Remarks"), width=12, wrapped=True),
        )

    def _heading(self, team_id: str, visits: Sequence[PlannedVisit]) -> Iterator[tuple[str, Any]]:
        context = self._context
        _ = context.translate
        district = context.district(context.agenda.team_districts.get(team_id, ""))
        yield _("List of inspections: {team}, {district}").format(team=team_id, district=district), self._title
        yield context.mark, self._mark
        plan = _(
            "Plan number {number} · Plan of random inspections {year} · Type of draw: {kind} · Inspecting authority: "
            "{body}"
        )
        kinds = sorted({visit.kind for visit in visits})
        yield (
            plan.format(
                number=f"{context.bureau}-{context.year}",
                year=context.year,
                kind=", ".join(label(kind, _) for kind in kinds),
                body=context.bureau_name,
            ),
            self._plain,
        )
        days = [visit.visit_on for visit in visits if visit.visit_on]
        period = f"{context.day(min(days))} – {context.day(max(days))}" if days else "—"
        words = _("Dates of inspection: {period} · Number of market entities: {number}")
        yield words.format(period=period, number=len(visits)), self._plain
        members = context.people(context.agenda.teams.get(team_id, ()))
        yield _("Officers: {members}").format(members=members), self._plain
        yield "", self._plain

    def _row(self, sheet: Any, number: int, visit: PlannedVisit, columns: Sequence[Column]) -> None:
        _ = self._context.translate
        sheet_row = HEAD_ROWS - 1 + number
        others = ", ".join(name for name in visit.team_ids if name != sheet.get_name())
        with_experts = any(column.title == self._context.experts_title for column in columns)
        cells = (
            str(number),
            "",
            visit.name,
            visit.firm_id,
            visit.registrar,
            visit.address,
            visit.town,
            self._context.task_names(visit),
            ", ".join(item.item_id for item in self._context.items_of(visit)),
            others,
            *((self._context.experts(visit),) if with_experts else ()),
            "; ".join(label(code, _) for code in visit.exceptions),
        )
        texts = [visible(text, LONGEST_CELL) for text in cells]
        lines = max(num_lines(text, column.width) for text, column in zip(texts, columns, strict=True))
        sheet.set_row(sheet_row, min(MOST_POINTS, (lines + 0.3) * LINE_POINTS))
        for place, text in enumerate(texts):
            if place == 1 and visit.visit_on:
                sheet.write_datetime(sheet_row, place, visit.visit_on, self._day)
            else:
                sheet.write_string(sheet_row, place, text, self._cell)

    def _paper(self, sheet: Any, team_id: str) -> None:
        _ = self._context.translate
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD_ROWS - 1)
        sheet.freeze_panes(HEAD_ROWS, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
        sheet.set_header(f"&L{code_free(self._context.bureau_name)}&R{code_free(team_id)}")
        page = _("Page {number} of {total}").format(number="&P", total="&N")
        sheet.set_footer(f"&L&8{code_free(self._context.mark)}&R{page}")
