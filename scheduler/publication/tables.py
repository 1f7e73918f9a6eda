"""
Tables that a terminal, a page and a workbook show alike: what a cell holds is decided once, how it looks by each.

A share is a number between 0 and 1, so that a workbook can go on reckoning with it; a page writes it in per cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from scheduler.i18n import Translate
from scheduler.publication.text import visible
from scheduler.publication.workbook import (
    BOOK_OPTIONS,
    LINE_POINTS,
    LONGEST_CELL,
    MOST_POINTS,
    PAPER_A4,
    code_free,
    num_lines,
    sheet_name,
)

NONE: Final = "–"
_WIDEST, _NARROWEST = 46, 9  # characters of a column
_HEAD_ROWS = 4  # title, mark, note, header


@dataclass(frozen=True, slots=True)
class Share:
    """A share of something, shown in per cent with so many decimals; a difference of shares has its sign."""

    value: float
    decimals: int = 1
    signed: bool = False

    def __str__(self) -> str:
        sign = "+" if self.signed else ""
        return f"{100 * self.value:{sign}.{self.decimals}f} %".replace("-", "−")


Cell = str | int | float | Decimal | Share | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    One table.

    Attributes
    ----------
    name, title
        Short name, for a sheet, and title.
    texts, numbers
        Headings: columns of texts stand left, those of numbers right, in this order.
    note
        What must be known to read it; may be empty.
    aside
        Headings of texts that a terminal has no room for.
    """

    name: str
    title: str
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    aside: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        width = len(self.texts) + len(self.numbers)
        if any(len(row) != width for row in self.rows):
            raise ValueError(f"table {self.name}: expected {width} cells in every row")


def written(cell: Cell) -> str:
    """
    A cell as text.

    Examples
    --------
    >>> written(1234), written(Share(0.0805, 2)), written(Share(-0.01, 1, True)), written(None)
    ('1,234', '8.05 %', '−1.0 %', '–')
    >>> written(Decimal("0.030"))
    '0.03'
    """
    if cell is None:
        return NONE
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, Decimal):
        return f"{cell.normalize():,f}"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def tables_workbook(tables: Sequence[Table], *, title: str, mark: str, made_on: date, translate: Translate) -> bytes:
    """
    A workbook with a sheet for each table, ready to print.

    Parameters
    ----------
    mark
        Line that every sheet bears, at its head and in its footer; may be empty.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, BOOK_OPTIONS) as book:
        created = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001 - Excel knows no zones
        book.set_properties({"title": visible(title), "created": created})
        looks = _looks(book)
        for table in tables:
            _sheet(book, looks, table, title=title, mark=mark, translate=translate)
    return buffer.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    line = {"border": 1, "border_color": "#b1b8bf", "valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 15}),
        "mark": book.add_format({"bold": True, "font_color": "#7d1f2b"}),
        "note": book.add_format({"font_color": "#46545e", "text_wrap": True, "valign": "top"}),
        "head": book.add_format(
            {**line, "bold": True, "bg_color": "#12395c", "font_color": "#ffffff", "text_wrap": True}
        ),
        "text": book.add_format({**line, "text_wrap": True}),
        "int": book.add_format({**line, "align": "right", "num_format": "#,##0"}),
        "float": book.add_format({**line, "align": "right", "num_format": "#,##0.00"}),
        "exact": book.add_format({**line, "align": "right", "num_format": "General"}),
        "date": book.add_format({**line, "num_format": "yyyy-mm-dd", "align": "left"}),
        **{
            f"share{decimals}": book.add_format({**line, "align": "right", "num_format": f"0.{'0' * decimals} %"})
            for decimals in (1, 2)
        },
    }


def _sheet(book: Any, looks: dict[str, Any], table: Table, *, title: str, mark: str, translate: Translate) -> None:
    _ = translate
    sheet = book.add_worksheet(sheet_name(table.name))
    headings = (*table.texts, *table.numbers)
    widths = [_width(heading, [row[place] for row in table.rows]) for place, heading in enumerate(headings)]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, visible(table.title, LONGEST_CELL), looks["title"])
    sheet.write_string(1, 0, visible(mark, LONGEST_CELL), looks["mark"])
    last = len(headings) - 1
    if last:
        sheet.merge_range(2, 0, 2, last, visible(table.note, LONGEST_CELL), looks["note"])
    else:
        sheet.write_string(2, 0, visible(table.note, LONGEST_CELL), looks["note"])
    sheet.set_row(2, LINE_POINTS * num_lines(table.note, max(sum(widths), 12)))
    sheet.set_row(3, LINE_POINTS * max(num_lines(one, width) for one, width in zip(headings, widths, strict=True)) + 4)
    for place, heading in enumerate(headings):
        sheet.write_string(3, place, heading, looks["head"])
    for line, row in enumerate(table.rows, start=_HEAD_ROWS):
        lines = max(num_lines(written(cell), width) for cell, width in zip(row, widths, strict=True))
        sheet.set_row(line, min(MOST_POINTS, LINE_POINTS * lines))
        for place, cell in enumerate(row):
            if cell is None and place >= len(table.texts):
                sheet.write_string(line, place, NONE, looks["int"])
            else:
                _write(sheet, looks, line, place, cell)
    sheet.freeze_panes(_HEAD_ROWS, 0)
    _paper(sheet, title, mark, _)


def _write(sheet: Any, looks: dict[str, Any], line: int, place: int, cell: Cell) -> None:
    if isinstance(cell, Share):
        sheet.write_number(line, place, round(cell.value, 10), looks[f"share{cell.decimals}"])
    elif isinstance(cell, int):
        sheet.write_number(line, place, cell, looks["int"])
    elif isinstance(cell, Decimal):
        sheet.write_number(line, place, float(cell), looks["exact"])
    elif isinstance(cell, float):
        sheet.write_number(line, place, cell, looks["float"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, cell, looks["date"])
    else:
        sheet.write_string(line, place, visible(written(cell), LONGEST_CELL), looks["text"])


def _width(heading: str, cells: Sequence[Cell]) -> int:
    """Characters that a column takes; Chinese characters are two wide."""
    longest = max((_columns(written(cell)) for cell in cells), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 2, min(_columns(heading) + 2, 18)))


def _columns(words: str) -> int:
    return sum(2 if character > "\u1100" else 1 for character in words)


def _paper(sheet: Any, title: str, mark: str, translate: Translate) -> None:
    _ = translate
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROWS - 1)
    sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
    sheet.set_header(f"&L{code_free(title)}")
    page = _("Page {number} of {total}").format(number="&P", total="&N")
    sheet.set_footer(f"&L&8{code_free(mark, 160)}&R{page}")
