"""
The made-up city as a workbook that `import` reads: one sheet per kind of input, under the official Chinese headers.

Sheets, headers and words come from the declarations of the registry's kinds, so that the workbook cannot drift from
what the importer understands. The same city gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from scheduler.errors import UsageError
from scheduler.example.city import ExampleCity
from scheduler.i18n import gettext as _
from scheduler.registry.columns import Column, Kind
from scheduler.registry.items import MICRO, Task
from scheduler.registry.kinds import TEMPLATE_KINDS, kind_named

LANGUAGE = "zh"
MOST_ROWS = 2**20 - 1  # rows of a sheet below its header
_TEN_THOUSAND = 10_000
_SEPARATOR = "；"
_RANGE_FIELDS = ("object_types", "districts", "industries", "libraries")

Cell = str | int | date | None


def workbook_bytes(city: ExampleCity) -> bytes:
    """
    Makes the workbook.

    Raises
    ------
    UsageError
        If the city has more firms or events than a sheet has rows.
    """
    content = io.BytesIO()
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(content, {**options, "constant_memory": True})  # a city of 462,000 has 12 million cells
    # without a date of its own, the file would carry the clock's
    book.set_properties(
        {"title": city.parameters.source, "created": datetime.combine(city.parameters.base_date, time())}
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for kind in TEMPLATE_KINDS:
        columns = sheet_cells(city, kind)
        sheet = book.add_worksheet(kind.sheet(LANGUAGE))
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(kind.columns):
            sheet.set_column(place, place, column.width, day if column.form == "date" else None)
            sheet.write_string(0, place, column.header(LANGUAGE), bold)
        for number, row in enumerate(zip(*columns.values(), strict=True), start=1):
            sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()


def sheet_cells(city: ExampleCity, kind: Kind) -> dict[str, list[Cell]]:
    """
    Cells of one sheet below its header, by field: words where the store has codes, None where it is empty.

    Raises
    ------
    UsageError
        If a sheet cannot hold so many rows.
    """
    rows = _values(city, kind.name)
    num = len(next(iter(rows.values())))
    if num > MOST_ROWS:
        message = _("expected at most {most} rows for the sheet {sheet}, got {number}; ask for fewer firms")
        raise UsageError(message.format(most=MOST_ROWS, sheet=kind.sheet(LANGUAGE), number=num))
    names = {entry.code: entry.name for entry in city.parameters.districts}
    return {column.field: [_cell(column, value, names) for value in rows[column.field]] for column in kind.columns}


def _values(city: ExampleCity, kind: str) -> Mapping[str, Sequence[Any]]:
    """Values of one kind, by field."""
    if kind in ("firms", "events"):
        return city.firms if kind == "firms" else city.events
    rows: Mapping[str, Sequence[object]] = {
        "items": city.items,
        "officers": city.officers,
        "recusals": city.recusals,
        "tasks": city.tasks,
    }
    return {column.field: [_attribute(row, column.field) for row in rows[kind]] for column in kind_named(kind).columns}


def _attribute(row: object, field: str) -> Any:
    """Value of a field; those of a task's range stand in the range."""
    if isinstance(row, Task) and field in _RANGE_FIELDS:
        return getattr(row.range, field)
    return getattr(row, field)


def _cell(column: Column, value: Any, names: Mapping[str, str]) -> Cell:
    """Cell a person would have typed for a value."""
    if isinstance(value, tuple):
        return _SEPARATOR.join(str(_cell(column, part, names)) for part in value) or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value == "":
        return None
    if column.words:
        return column.words.words[str(value)][0]
    special = _SPECIAL.get(column.field)
    return special(value) if special else names.get(value, value)


def _yuan(value: int) -> str:
    return f"{value // _TEN_THOUSAND}万元" if value % _TEN_THOUSAND == 0 else f"{value}元"


def _percent(value: int) -> str:
    """
    Ratio in 10⁻⁶ as a percentage.

    Examples
    --------
    >>> _percent(65_000), _percent(1_000_000)
    ('6.5%', '100%')
    """
    return f"{(Decimal(value) * 100 / MICRO).normalize():f}%"


_SPECIAL: Mapping[str, Callable[[Any], Cell]] = {
    "capital_yuan": _yuan,
    "ratio_min_micro": _percent,
    "ratio_max_micro": _percent,
    "libraries": lambda value: value.replace(";", _SEPARATOR),
}
