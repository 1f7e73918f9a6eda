"""
The yearly plan as it is filed upward 备案: the table of tasks in the columns of real plans, as workbook and document.

Columns are those of regulation.md, section 4. The credit-risk requirement 信用风险分类要求 stands in what is filed and
on nothing public, so both files bear the mark of internal output. Values in, bytes out; every text is hostile until it
is written, and the same values give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from scheduler.publication.reading import PlannedTask
from scheduler.publication.site.words import Words, number, percent
from scheduler.publication.text import visible
from scheduler.publication.word import WordDocument
from scheduler.publication.workbook import (
    BOOK_OPTIONS,
    LINE_POINTS,
    LONGEST_CELL,
    MOST_POINTS,
    PAPER_A4,
    Cell,
    Column,
    code_free,
    num_lines,
)

_HEADER_ROW = 2  # below the title and the line of units
_MILLIMETRES = (8, 22, 15, 36, 21, 18, 12, 12, 21, 20, 22, 21, 17, 16)  # of the document's columns, 261 in all


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLine:
    """
    One task of the plan.

    Attributes
    ----------
    task
        What is public of it.
    kinds
        Kinds of the rounds that serve it, as words: 不定向, 定向 or both.
    items
        Names of its items.
    base, wanted
        抽查基数, firms in its range, and 抽查目标数, firms that are to be visited for it in the year.
    credit_requirement
        信用风险分类要求: internal.
    """

    task: PlannedTask
    kinds: tuple[str, ...]
    items: tuple[str, ...]
    base: int
    wanted: int
    credit_requirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingRound:
    """One round of the plan: its kind in words, its days, visits that count towards T and visits in all."""

    number: int
    kind: str
    starts_on: str
    ends_on: str
    counting_visits: int
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """
    A plan to file.

    Attributes
    ----------
    plan_id, status
        Version, and its state in words.
    num_enterprises, base_date, target, ratio_micro, source
        N, the day it was counted, T, the ratio in 10^-6, and the rule it comes from.
    signed_on
        Date of the document.
    mark
        The line that internal output bears.
    """

    words: Words
    year: int
    plan_id: str
    status: str
    num_enterprises: int
    base_date: date
    target: int
    ratio_micro: int
    source: str
    lines: tuple[FilingLine, ...]
    rounds: tuple[FilingRound, ...]
    signed_on: date
    mark: str

    @property
    def title(self) -> str:
        """Title of the plan."""
        _ = self.words.translate
        return _("Yearly plan of double-random inspections {year}").format(year=self.year)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Headers of real plans, with the widths of a sheet on A4 across."""
        _ = self.words.translate
        return (
            Column(title=_("No."), width=5),
            Column(title=_("Name of task"), width=16, wrapped=True),
            Column(title=_("Type of draw"), width=9, wrapped=True),
            Column(title=_("Inspection items"), width=31, wrapped=True),
            Column(title=_("Range of inspection objects"), width=17, wrapped=True),
            Column(title=_("Ratio and frequency"), width=12, wrapped=True),
            Column(title=_("Firms in range"), width=9),
            Column(title=_("Firms to visit"), width=9),
            Column(title=_("Credit-risk requirement (internal)"), width=17, wrapped=True),
            Column(title=_("Dates"), width=13, wrapped=True),
            Column(title=_("Initiating department"), width=14, wrapped=True),
            Column(title=_("Cooperating departments"), width=12, wrapped=True),
            Column(title=_("Mode of inspection"), width=12, wrapped=True),
            Column(title=_("Note"), width=14, wrapped=True),
        )

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """Cells of each task."""
        words = self.words
        return tuple(
            (
                place,
                line.task.name,
                words.enumeration(line.kinds),
                words.enumeration(line.items),
                words.range(line.task),
                words.ratio(line.task),
                line.base,
                line.wanted,
                line.credit_requirement or "–",
                words.period(line.task.starts_on, line.task.ends_on),
                line.task.initiator,
                words.enumeration(line.task.partners),
                line.task.mode or "–",
                line.task.note,
            )
            for place, line in enumerate(self.lines, start=1)
        )

    @property
    def round_columns(self) -> tuple[Column, ...]:
        """Headers of the table of rounds."""
        _ = self.words.translate
        return (
            Column(title=_("Round"), width=8),
            Column(title=_("Type of draw"), width=14),
            Column(title=_("Dates"), width=34, wrapped=True),
            Column(title=_("Visits that count"), width=20),
            Column(title=_("Visits in all"), width=20),
        )

    @property
    def round_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """Cells of each round."""
        return tuple(
            (
                entry.number,
                entry.kind,
                self.words.period(entry.starts_on, entry.ends_on),
                entry.counting_visits,
                entry.visits,
            )
            for entry in self.rounds
        )

    @property
    def preamble(self) -> str:
        """What the plan binds itself to, in a sentence."""
        _ = self.words.translate
        words = _(
            "On {day} {enterprises} enterprises were in operation. At a ratio of {ratio}{source}, {target} of them are "
            "to be drawn for general items in {year}, in {rounds} rounds."
        )
        return words.format(
            day=self.words.day(self.base_date.isoformat()),
            enterprises=number(self.num_enterprises),
            ratio=percent(self.ratio_micro),
            source=_(" ({source})").format(source=self.source) if self.source else "",
            target=number(self.target),
            year=self.year,
            rounds=len(self.rounds),
        )


def filing_workbook(filing: Filing) -> bytes:
    """The plan as a workbook: the tasks on A4 across with title, line of units and repeated header, and the rounds."""
    _ = filing.words.translate
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, BOOK_OPTIONS) as book:
        book.set_properties(
            {
                "title": filing.title,
                "company": visible(filing.words.bureau),
                "created": datetime(filing.base_date.year, filing.base_date.month, filing.base_date.day),  # noqa: DTZ001
            }
        )
        looks = _looks(book)
        _sheet(book, looks, filing, _("Plan"), filing.title, filing.columns, filing.rows)
        _sheet(book, looks, filing, _("Rounds"), _("Rounds of the plan"), filing.round_columns, filing.round_rows)
    return buffer.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    body = {"valign": "vcenter", "border": 1, "font_size": 9}
    return {
        "title": book.add_format({"bold": True, "font_size": 18, "align": "center", "valign": "vcenter"}),
        "unit": book.add_format({"font_size": 10, "valign": "vcenter"}),
        "header": book.add_format({**body, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#e8edf1"}),
        "plain": book.add_format({**body, "align": "center"}),
        "wrapped": book.add_format({**body, "text_wrap": True}),
        "number": book.add_format({**body, "align": "right", "num_format": "#,##0"}),
    }


def _sheet(
    book: Any,
    looks: dict[str, Any],
    filing: Filing,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
) -> None:
    """One sheet, ready to print."""
    sheet = book.add_worksheet(name)
    last = len(columns) - 1
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    sheet.set_row(0, 34)
    sheet.merge_range(0, 0, 0, last, visible(title), looks["title"])
    sheet.set_row(1, 20)
    sheet.merge_range(1, 0, 1, last, visible(_unit_line(filing), LONGEST_CELL), looks["unit"])
    lines = max(num_lines(column.title, column.width) for column in columns)
    sheet.set_row(_HEADER_ROW, max(2, lines) * LINE_POINTS)
    for place, column in enumerate(columns):
        sheet.write_string(_HEADER_ROW, place, column.title, looks["header"])
    for line, row in enumerate(rows, start=_HEADER_ROW + 1):
        _row(sheet, looks, line, columns, row)
    sheet.freeze_panes(_HEADER_ROW + 1, 2)
    _paper(sheet, filing)


def _row(sheet: Any, looks: dict[str, Any], line: int, columns: Sequence[Column], row: Sequence[Cell]) -> None:
    texts = [visible(value, LONGEST_CELL) if isinstance(value, str) else value for value in row]
    lines = max(num_lines(value, column.width * 6 // 5) for value, column in zip(texts, columns, strict=True))
    sheet.set_row(line, min(MOST_POINTS, max(2, lines) * (LINE_POINTS - 3)))
    for place, (value, column) in enumerate(zip(texts, columns, strict=True)):
        if isinstance(value, str):
            sheet.write_string(line, place, value, looks["wrapped" if column.wrapped else "plain"])
        else:
            sheet.write_number(line, place, value, looks["plain" if place == 0 else "number"])


def _unit_line(filing: Filing) -> str:
    """Who files, which version, and in what is counted."""
    _ = filing.words.translate
    return _("Filed by: {bureau}    Plan: {plan} ({status})    Date: {day}    Unit: firms").format(
        bureau=filing.words.bureau,
        plan=filing.plan_id,
        status=filing.status,
        day=filing.words.day(filing.signed_on.isoformat()),
    )


def _paper(sheet: Any, filing: Filing) -> None:
    _ = filing.words.translate
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.center_horizontally()
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.7)
    page = _("Page {number} of {total}").format(number="&P", total="&N")
    sheet.set_footer(f"&L&8{code_free(filing.mark)}&R&8{page}")


def filing_document(filing: Filing) -> bytes:
    """The plan as a document 公文: title, what it binds itself to, tasks, rounds, signature and date."""
    words = filing.words
    _ = words.translate
    document = WordDocument(
        title=filing.title, language=words.language.tag, day=filing.signed_on, landscape=True, body_points=14
    )
    document.heading(f"{words.bureau}\n{filing.title}", points=20)
    document.paragraph(filing.preamble)
    document.subheading(_("1. Tasks"))
    document.table(
        [column.title for column in filing.columns],
        [_shown(row) for row in filing.rows],
        widths_mm=_MILLIMETRES,
        points=8,
    )
    document.subheading(_("2. Rounds"))
    document.table(
        [column.title for column in filing.round_columns],
        [_shown(row) for row in filing.round_rows],
        widths_mm=(20, 40, 81, 60, 60),
        points=10.5,
    )
    document.signature(words.bureau, words.day(filing.signed_on.isoformat()))
    document.footer(filing.mark)
    return document.content()


def _shown(row: Sequence[Cell]) -> list[str]:
    return [number(value) if isinstance(value, int) else str(value) for value in row]
