"""
Refused rows: how a row is recognised again, and the files in which people get problems and rows to mend.

CSV files are written for spreadsheets: with byte order mark, and no cell runs as a formula. Workbooks hold text only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence

import xlsxwriter

from scheduler.errors import Problem, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.binding import EXTRA_HEADER, PROBLEM_HEADERS, ROW_ID_HEADERS
from scheduler.registry.text import defused, fold

_MOST_IN_CELL = 32_000  # a spreadsheet's cell holds 32,767 characters
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_OURS = frozenset(fold(name) for name in (*ROW_ID_HEADERS, *PROBLEM_HEADERS))

Grid = tuple[str, Sequence[Sequence[str]]]  # name of the sheet, rows of text with the header first


def cells_of(headers: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """Header → text of a row as read, without the quarantine's own columns; unnamed columns are numbered."""
    cells: dict[str, str] = {}
    for place in range(max(len(headers), len(row))):
        header = headers[place] if place < len(headers) else ""
        text = row[place] if place < len(row) else ""
        if fold(header) in _OURS or not (header or text):
            continue
        name = header if header and header not in cells else f"{header}#{place + 1}"
        if text or not EXTRA_HEADER.fullmatch(name):
            cells[name] = text
    return cells


def row_id_of(kind: str, cells: dict[str, str]) -> str:
    """Digest by which a refused row is recognised: of its kind and the cells that hold something."""
    filled = {header: text for header, text in cells.items() if text}
    text = json.dumps([kind, filled], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def problems_grid(problems: Iterable[Problem], notices: Iterable[Problem]) -> Grid:
    """All problems and notices as a sheet."""
    header = (
        _("Weight"), _("File"), _("Sheet"), _("Row"), _("Column"), _("Value"), _("What is wrong"), _("Remedy"),
    )  # fmt: skip
    rows: list[Sequence[str]] = [header]
    for weight, entries in ((_("bad cell"), problems), (_("notice"), notices)):
        rows.extend(
            (weight, entry.file, entry.sheet, str(entry.row), entry.column, entry.value, entry.message, entry.remedy)
            for entry in entries
        )
    return _("Problems"), rows


def grids_file(grids: Sequence[Grid], suffix: str) -> bytes:
    """
    Sheets as the bytes of a file.

    Parameters
    ----------
    suffix
        ``".csv"`` (one sheet) or ``".xlsx"``.

    Raises
    ------
    UsageError
        If the suffix is another one, or there are several sheets for a CSV.
    """
    if suffix == ".xlsx":
        return _workbook(grids)
    if suffix != ".csv":
        raise UsageError(
            _("expected a file name that ends in .csv or .xlsx, got {suffix}").format(suffix=suffix or "—")
        )
    if len(grids) != 1:
        raise UsageError(
            _("a CSV holds one list and there are {number} with different headers; choose a .xlsx file").format(
                number=len(grids)
            )
        )
    text = io.StringIO(newline="")
    csv.writer(text).writerows([defused(cell) for cell in row] for row in grids[0][1])
    return text.getvalue().encode("utf-8-sig")


def _refuse_lossy(rows: Sequence[Sequence[str]]) -> None:
    """A workbook that would keep a part only is not written."""
    if (
        len(rows) > _MOST_ROWS
        or max(map(len, rows), default=0) > _MOST_COLUMNS
        or any(len(cell) > _MOST_IN_CELL for row in rows for cell in row)
    ):
        raise UsageError(
            _("the rows do not fit into a workbook (too many rows or columns, or a cell too long); choose a .csv file")
        )


def _workbook(grids: Sequence[Grid]) -> bytes:
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        as_text = workbook.add_format({"num_format": "@"})
        header = workbook.add_format({"bold": True, "num_format": "@", "bottom": 1})
        for name, rows in grids:
            _refuse_lossy(rows)
            sheet = workbook.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell, as_text if number else header)
            for place in range(len(rows[0]) if rows else 0):
                longest = max(sum(1 if letter < "⺀" else 2 for letter in row[place][:60]) for row in rows[:200])
                sheet.set_column(place, place, min(60, longest + 2))
    return content.getvalue()
