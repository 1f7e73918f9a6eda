"""
The workbook in which a district fills in its results: a row for each item of each visit, a column to tick per category.

Headers are those that `import results` reads, ticked columns stand in the order of the paper form, and a row without a
tick and a day is left out by the import, so that a workbook may be handed in half full and again later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from scheduler.agenda.entries import PlannedVisit
from scheduler.publication.agenda.context import AgendaContext
from scheduler.publication.text import visible
from scheduler.publication.workbook import BOOK_OPTIONS, LINE_POINTS, LONGEST_CELL, PAPER_A3, code_free
from scheduler.registry.kinds_returns import RESULTS
from scheduler.registry.words import RESULT_WORDS

AFTER_TICKS = ("inspected_on", "officers", "note", "measure", "settled", "follow_up_by", "reason", "round")
_WIDTHS = {"officers": 24, "note": 30, "measure": 16, "reason": 20}


def results_workbook(visits: Sequence[PlannedVisit], context: AgendaContext) -> bytes:
    """The bytes of the workbook for these visits, with the internal mark on paper and on a sheet of its own."""
    _ = context.translate
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, BOOK_OPTIONS) as book:
        made_on = context.made_on
        created = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001 - Excel knows no zones
        book.set_properties({"title": _("Results to fill in"), "comments": context.mark, "created": created})
        _write_rows(book, visits, context)
        notes = book.add_worksheet(_("Read me"))
        notes.set_column(0, 0, 110)
        lines = (
            context.mark,
            _("Tick what was found for each item (✓) and write the day the check ended; several may be ticked."),
            _("Rows without a tick and a day are left out; import with: double-random import results FILE.xlsx"),
        )
        for row, line in enumerate(lines):
            notes.write_string(row, 0, line)
    return buffer.getvalue()


def _write_rows(book: Any, visits: Sequence[PlannedVisit], context: AgendaContext) -> None:
    sheet = book.add_worksheet(RESULTS.sheet("zh" if context.chinese else "en"))
    line = {"border": 1, "border_color": "#b1b8bf", "valign": "top", "text_wrap": True}
    head = book.add_format({**line, "bold": True, "bg_color": "#12395c", "font_color": "#ffffff"})
    text = book.add_format({**line, "num_format": "@"})
    day = book.add_format({**line, "num_format": "yyyy-mm-dd", "align": "left"})
    tick = book.add_format({**line, "align": "center", "num_format": "@"})
    columns = list(_columns(context, text, day, tick))
    sheet.set_row(0, 4 * LINE_POINTS)
    for place, (title, width, cell_format) in enumerate(columns):
        sheet.set_column(place, place, width, cell_format)
        sheet.write_string(0, place, title, head)
    rows = (row for visit in visits for row in _rows(visit, context))
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, (value, (_title, _width, cell_format)) in enumerate(zip(row, columns, strict=True)):
            if value:
                sheet.write_string(last, place, visible(value, LONGEST_CELL), cell_format)
            else:
                sheet.write_blank(last, place, None, cell_format)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.freeze_panes(1, 4)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L&8{code_free(context.mark)}&R&P/&N")


def _columns(context: AgendaContext, text: Any, day: Any, tick: Any) -> Iterator[tuple[str, int, Any]]:
    """Title, width and format of each column."""
    _ = context.translate
    known = {column.field: column for column in RESULTS.columns}

    def title(field: str) -> str:
        return known[field].zh if context.chinese else known[field].en

    yield title("firm_id"), 22, text
    yield _("Name of market entity"), 30, text
    yield title("item_id"), 10, text
    yield _("Name of item"), 28, text
    for word in RESULT_WORDS.shown(context.tag):
        yield word, 13, tick
    for field in AFTER_TICKS:
        yield title(field), _WIDTHS.get(field, 12), day if known[field].form == "date" else text


def _rows(visit: PlannedVisit, context: AgendaContext) -> Iterator[tuple[str, ...]]:
    officers = "; ".join(member.officer_id for member in context.agenda.officers_of(visit))
    told = {"officers": officers, "round": visit.round_name}
    for item in context.items_of(visit):
        ticks = ("",) * len(RESULT_WORDS.words)
        yield (
            visit.firm_id,
            visit.name,
            item.item_id,
            item.name,
            *ticks,
            *(told.get(field, "") for field in AFTER_TICKS),
        )
