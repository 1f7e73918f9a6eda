"""
The public workbook, for people who live in Excel: plan, item list, one sheet per drawn list, results.

It is made of the public record alone. Every cell is text or a number that was written as such: no cell is ever read as
a formula or a link, whatever a register holds. Rows are written one after the other, so that a city's lists need little
memory, and the same record always gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

import xlsxwriter

from scheduler.i18n import translator
from scheduler.publication.reading import PlannedTask, PublicRecord, RecordedDraw, read_public_record
from scheduler.publication.site.links import CHINESE, ENGLISH
from scheduler.publication.site.lists import drawn_titles, item_names, package_names
from scheduler.publication.site.words import Words
from scheduler.publication.text import visible

LONGEST_CELL = 2_000  # characters; Excel would refuse more than 32,767
LONGEST_SHEET_NAME = 31
LINE_POINTS, MOST_POINTS = 16, 408  # height of a line, and of the highest row that Excel has
PAPER_A3, PAPER_A4 = 8, 9
WIDEST_ON_A4 = 180  # characters that can still be read on A4 across
BOOK_OPTIONS = {
    "in_memory": False,
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_UNFIT_NAME = re.compile(r"[\[\]:*?/\\']")

Cell = str | int | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Header and width (in characters) of a column; `wrapped` cells break into lines."""

    title: str
    width: int
    wrapped: bool = False


Sheet = tuple[str, Sequence[Column], Iterable[Sequence[Cell]]]  # name, columns, rows


def public_workbook(record_files: Mapping[str, bytes], language: str) -> bytes:
    """
    The workbook's bytes.

    Parameters
    ----------
    record_files
        Files of a public record by path.
    language
        One of `scheduler.i18n.LANGUAGES`.

    Raises
    ------
    RecordError
        If the record cannot be read.
    """
    return workbook_bytes(read_public_record(record_files), language)


def workbook_bytes(record: PublicRecord, language: str) -> bytes:
    """The workbook as `public_workbook`, of a record that was read already."""
    translate = translator(language)
    words = Words.of(record, CHINESE if language == CHINESE.code else ENGLISH, translate)
    return book_bytes(record, words, _sheets(record, words))


def book_bytes(record: PublicRecord, words: Words, sheets: Iterable[Sheet]) -> bytes:
    """A workbook of these sheets, in the look that all our workbooks of a public record share."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, BOOK_OPTIONS) as book:
        book.set_properties(_properties(record, words))
        made = _Sheets(book, record, words)
        for name, columns, rows in sheets:
            made.add(name, columns, rows)
    return buffer.getvalue()


def _sheets(record: PublicRecord, words: Words) -> Iterator[Sheet]:
    yield _plan_sheet(record, words)
    yield _items_sheet(record, words)
    for draw in record.draws:
        if draw.drawn:
            yield _drawn_sheet(draw, record, words)
    yield _results_sheet(record, words)


class _Sheets:
    """Adds sheets that look alike: a header that stays, a filter, widths, and paper."""

    def __init__(self, book: Any, record: PublicRecord, words: Words) -> None:
        self._book = book
        self._footer = str(record.manifest["record_digest"])
        self._bureau = words.bureau
        self._words = words
        self._header = book.add_format(
            {
                "bold": True,
                "bg_color": "#12395c",
                "font_color": "#ffffff",
                "text_wrap": True,
                "valign": "vcenter",
                "border": 1,
                "border_color": "#b1b8bf",
            }
        )
        body = {"valign": "top", "border": 1, "border_color": "#b1b8bf"}
        self._plain = book.add_format(body)
        self._number = book.add_format({**body, "align": "right", "indent": 1})
        self._wrapped = book.add_format({**body, "text_wrap": True})
        self._day = book.add_format({**body, "num_format": "yyyy-mm-dd", "align": "left"})

    def add(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """Adds one sheet with its rows."""
        sheet = self._book.add_worksheet(sheet_name(name))
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        sheet.set_default_row(LINE_POINTS)
        sheet.freeze_panes(1, 0)
        self._paper(sheet, name, sum(column.width for column in columns))
        sheet.set_row(0, 2 * LINE_POINTS + 2)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.title, self._header)
        last = 0
        for last, row in enumerate(rows, start=1):
            self._write_row(sheet, last, columns, row)
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def _write_row(self, sheet: Any, number: int, columns: Sequence[Column], row: Sequence[Cell]) -> None:
        """Writes one row; a row is as high as its longest wrapped cell, which not every program finds out by itself."""
        texts = [visible(value, LONGEST_CELL) if isinstance(value, str) else value for value in row]
        lines = max(
            (num_lines(value, column.width) for value, column in zip(texts, columns, strict=True) if column.wrapped),
            default=1,
        )
        if lines > 1:
            sheet.set_row(number, min(MOST_POINTS, lines * LINE_POINTS))
        for index, (value, column) in enumerate(zip(texts, columns, strict=True)):
            if isinstance(value, str):
                sheet.write_string(number, index, value, self._wrapped if column.wrapped else self._plain)
            elif isinstance(value, int):
                sheet.write_number(number, index, value, self._number)
            else:
                sheet.write_datetime(number, index, value, self._day)

    def _paper(self, sheet: Any, name: str, width: int) -> None:
        _ = self._words.translate
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4 if width <= WIDEST_ON_A4 else PAPER_A3)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
        sheet.set_header(f"&L{code_free(self._bureau)}&R{code_free(name)}")
        page = _("Page {number} of {total}").format(number="&P", total="&N")
        sheet.set_footer(f"&L&8{self._footer}&R{page}")


def _plan_sheet(record: PublicRecord, words: Words) -> Sheet:
    _ = words.translate
    columns = (
        Column(title=_("No."), width=6),
        Column(title=_("Task number"), width=12),
        Column(title=_("Name of task"), width=34, wrapped=True),
        Column(title=_("Type of draw"), width=14, wrapped=True),
        Column(title=_("Inspection items"), width=44, wrapped=True),
        Column(title=_("Range of inspection objects"), width=34, wrapped=True),
        Column(title=_("Ratio and frequency"), width=20, wrapped=True),
        Column(title=_("Firms drawn"), width=10),
        Column(title=_("First day"), width=12),
        Column(title=_("Last day"), width=12),
        Column(title=_("Initiating department"), width=16, wrapped=True),
        Column(title=_("Cooperating departments"), width=18, wrapped=True),
        Column(title=_("Mode of inspection"), width=16, wrapped=True),
        Column(title=_("Note"), width=20, wrapped=True),
    )
    rows = (_plan_row(number, task, record, words) for number, task in enumerate(record.tasks, start=1))
    return _("Plan"), columns, rows


def _plan_row(number: int, task: PlannedTask, record: PublicRecord, words: Words) -> tuple[Cell, ...]:
    standing = [draw for draw in record.draws if draw.status == "drawn" and draw.firms_by_task.get(task.task_id)]
    kinds = sorted({draw.kind for draw in standing})
    return (
        number,
        task.task_id,
        task.name,
        words.enumeration(tuple(words.label(kind) for kind in kinds)),
        item_names(task.item_ids, words, record),
        words.range(task),
        words.ratio(task),
        sum(draw.firms_by_task[task.task_id] for draw in standing),
        date.fromisoformat(task.starts_on),
        date.fromisoformat(task.ends_on),
        task.initiator,
        words.enumeration(task.partners),
        task.mode,
        task.note,
    )


def _items_sheet(record: PublicRecord, words: Words) -> Sheet:
    _ = words.translate
    columns = (
        Column(title=_("No."), width=6),
        Column(title=_("Code"), width=10),
        Column(title=_("Class of inspection"), width=24, wrapped=True),
        Column(title=_("Inspection item"), width=40, wrapped=True),
        Column(title=_("Inspection objects"), width=28, wrapped=True),
        Column(title=_("Kind of item"), width=14, wrapped=True),
        Column(title=_("Way of inspecting"), width=14, wrapped=True),
        Column(title=_("Inspecting body"), width=18, wrapped=True),
        Column(title=_("Basis"), width=36, wrapped=True),
        Column(title=_("Ratio and frequency"), width=24, wrapped=True),
        Column(title=_("Least number of officers"), width=12),
    )
    rows = (
        (
            number,
            item.item_id,
            item.category,
            item.name,
            item.object_description,
            words.label(item.kind),
            words.label(item.method),
            item.department,
            item.basis,
            item.ratio_text,
            int(item.officers_required),
        )
        for number, item in enumerate(record.items, start=1)
    )
    return _("Item list"), columns, rows


def _drawn_sheet(draw: RecordedDraw, record: PublicRecord, words: Words) -> Sheet:
    _ = words.translate
    widths = (8, 44, 24, 34, 52)
    columns = [
        Column(title=title, width=width, wrapped=index in (1, 4))
        for index, (title, width) in enumerate(zip(drawn_titles(words), widths, strict=True))
    ]
    tasks = {package: package_names(package, words, record) for package in set(draw.drawn.package)}
    drawn = draw.drawn
    rows = (
        (number, name, firm_id, registrar, tasks[package])
        for number, (firm_id, name, registrar, package) in enumerate(
            zip(drawn.firm_id, drawn.name, drawn.registrar, drawn.package, strict=True), start=1
        )
    )
    title = _("Drawn {number}") if draw.status == "drawn" else _("Voided {number}")
    return title.format(number=draw.draw_id), columns, rows


def _results_sheet(record: PublicRecord, words: Words) -> Sheet:
    _ = words.translate
    columns = (
        Column(title=_("Draw"), width=12),
        Column(title=_("Type of draw"), width=14),
        Column(title=_("Name of market entity"), width=44, wrapped=True),
        Column(title=_("Credit code or registration number"), width=24),
        Column(title=_("Task"), width=32, wrapped=True),
        Column(title=_("Date of completion"), width=14),
        Column(title=_("Items inspected"), width=80, wrapped=True),
        Column(title=_("Result"), width=36, wrapped=True),
    )
    return _("Results"), columns, (row for draw in record.draws for row in _result_rows(draw, record, words))


def _result_rows(draw: RecordedDraw, record: PublicRecord, words: Words) -> Iterable[tuple[Cell, ...]]:
    drawn, kind = draw.drawn, words.label(draw.kind)
    tasks = {package: package_names(package, words, record) for package in set(drawn.package)}
    items = {entry: item_names(entry, words, record) for entry in {each.item_ids for each in draw.findings}}
    days = {entry: date.fromisoformat(entry) for entry in {each.inspected_on for each in draw.findings}}
    results = {
        entry: words.enumeration(tuple(words.label(code) for code in entry))
        for entry in {each.categories for each in draw.findings}
    }
    for each in draw.findings:
        firm = each.firm
        yield (
            draw.draw_id,
            kind,
            drawn.name[firm],
            drawn.firm_id[firm],
            tasks[drawn.package[firm]],
            days[each.inspected_on],
            items[each.item_ids],
            results[each.categories],
        )


def _properties(record: PublicRecord, words: Words) -> dict[str, Any]:
    """Properties without a clock: the base date stands for the day of making."""
    _ = words.translate
    return {
        "title": _("Plan of random inspections {year}").format(year=record.year["year"]),
        "company": words.bureau,
        "comments": str(record.manifest["record_digest"]),
        "created": datetime.fromisoformat(str(record.year["base_date"])),
    }


@lru_cache(maxsize=4096)
def num_lines(value: Cell, width: int) -> int:
    """Lines that a cell takes; Chinese characters are two wide."""
    if not isinstance(value, str) or 2 * len(value) <= width:
        return 1
    wide = sum(2 if character > "\u1100" else 1 for character in value)
    return -(-wide // (width - 1))


def sheet_name(name: str) -> str:
    """A name as Excel takes it for a sheet."""
    return _UNFIT_NAME.sub("-", visible(name))[:LONGEST_SHEET_NAME]


def code_free(text: str, longest: int = 80) -> str:
    """Text for a printed header, where ``&`` begins a code; a header has room for 255 characters in all."""
    return visible(text, longest).replace("&", "&&")
