"""Rows of a sheet that are to be parsed: without the template's example, forms not begun, and what a mapping skips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.i18n import gettext as _
from scheduler.i18n import ngettext
from scheduler.registry.binding import EXAMPLE_MARKS, EXTRA_HEADER, Binding
from scheduler.registry.column_parsing import Findings
from scheduler.registry.columns import Fault, Kind
from scheduler.registry.mapping import Mapping
from scheduler.registry.mapping_rules import rows_to_skip
from scheduler.registry.readers import Sheet
from scheduler.registry.text import clean_text, fold

Rows = tuple[Sequence[str], ...]
Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRows:
    """
    Rows to be parsed.

    Attributes
    ----------
    rows, numbers
        Cells of each row, as read, and its number, as a spreadsheet counts.
    num_examples, num_blank, num_skipped
        Rows left out as the template's example, as not filled in yet, and by the mapping.
    """

    rows: Rows
    numbers: Numbers
    num_examples: int
    num_blank: int
    num_skipped: int


def kept_rows(sheet: Sheet, kind: Kind, binding: Binding, mapping: Mapping | None, findings: Findings) -> KeptRows:
    """Rows below the header that are to be parsed; what is wrong with a whole row goes to `findings`."""
    first = binding.header_row + 1
    rows, numbers, num_blank = _filled_rows(kind, binding, sheet.rows[first:], sheet.numbers[first:])
    rows, numbers, num_skipped = _without_skipped(mapping, binding, rows, numbers, findings)
    rows, numbers, num_examples = _without_example(kind, binding, rows, numbers, findings)
    _refuse_wide_rows(rows, binding.headers, findings)
    return KeptRows(rows=rows, numbers=numbers, num_examples=num_examples, num_blank=num_blank, num_skipped=num_skipped)


def cells_at(rows: Sequence[Sequence[str]], place: int) -> tuple[str, ...]:
    """Cells in one column; empty where the place is -1 or a row ends before it."""
    if place < 0:
        return ("",) * len(rows)
    return tuple(row[place] if place < len(row) else "" for row in rows)


def named_cells(binding: Binding, rows: Sequence[Sequence[str]], header: str) -> tuple[str, ...]:
    """Cells below a header; empty where the file does not have it."""
    places = {fold(name): place for place, name in reversed(tuple(enumerate(binding.headers)))}
    return cells_at(rows, places.get(fold(header), -1))


def _without_example(
    kind: Kind, binding: Binding, rows: Rows, numbers: Numbers, findings: Findings
) -> tuple[Rows, Numbers, int]:
    """Rows without the template's example; a row marked as example that is none is a fault."""
    if binding.number < 0:
        return rows, numbers, 0
    marks = {fold(mark) for mark in EXAMPLE_MARKS}
    marked = [fold(cell) in marks for cell in cells_at(rows, binding.number)]
    example = [mark and _is_example(kind, binding, row) for mark, row in zip(marked, rows, strict=True)]
    kept = [place for place, drop in enumerate(example) if not drop]
    for place, original in enumerate(kept):
        if marked[original]:
            message = _("expected the template's own example in a row marked so, got other values")
            remedy = _("clear the mark if the row is real, delete the row if it is not")
            findings.faults.append(Fault(place=place, field="", message=message, remedy=remedy))
    return tuple(rows[place] for place in kept), tuple(numbers[place] for place in kept), sum(example)


def _without_skipped(
    mapping: Mapping | None,
    binding: Binding,
    rows: Rows,
    numbers: Numbers,
    findings: Findings,
) -> tuple[Rows, Numbers, int]:
    """Rows without those that the mapping says are not meant for us."""
    if mapping is None or not mapping.skip:
        return rows, numbers, 0
    skipped = rows_to_skip(mapping.skip, lambda header: named_cells(binding, rows, header), len(rows))
    kept = [place for place, skip in enumerate(skipped) if not skip]
    if num_skipped := len(rows) - len(kept):
        names = "、".join(dict.fromkeys(rule.column for rule in mapping.skip))
        message = ngettext(
            "{number} row left out by the mapping, by {names}",
            "{number} rows left out by the mapping, by {names}",
            num_skipped,
        )
        findings.for_all.append(("", message.format(number=num_skipped, names=names), ""))
    return tuple(rows[place] for place in kept), tuple(numbers[place] for place in kept), len(rows) - len(kept)


def _refuse_wide_rows(rows: Sequence[Sequence[str]], headers: Sequence[str], findings: Findings) -> None:
    """Rows with a cell that has no header, in the file or, after an export, in the row that was refused."""
    width = len(headers)
    extra = [place for place, header in enumerate(headers) if EXTRA_HEADER.fullmatch(header)]
    for place, row in enumerate(rows):
        beyond = [*row[width:], *(row[cell] for cell in extra if cell < len(row))]
        if any(cell.strip() for cell in beyond):
            expected = width - len(extra)
            number = expected + sum(1 for cell in beyond if cell.strip())
            message = _("expected {width} cells, got {number}").format(width=expected, number=number)
            remedy = _("a comma inside a cell needs quotation marks around the cell")
            findings.faults.append(Fault(place=place, field="", message=message, remedy=remedy))


def _filled_rows(kind: Kind, binding: Binding, rows: Rows, numbers: Numbers) -> tuple[Rows, Numbers, int]:
    """Rows of a form that somebody has begun to fill in."""
    places = [binding.columns[name].place for name in kind.answers if name in binding.columns]
    if not places:
        return rows, numbers, 0
    answers = zip(*(cells_at(rows, place) for place in (*places, *binding.ticks.values())), strict=True)
    filled = [any(cell.strip() for cell in cells) for cells in answers]
    kept = [(row, number) for row, number, keep in zip(rows, numbers, filled, strict=True) if keep]
    return tuple(row for row, _n in kept), tuple(number for _r, number in kept), len(rows) - len(kept)


def _is_example(kind: Kind, binding: Binding, row: Sequence[str]) -> bool:
    for language in ("zh", "en"):
        cells = dict(zip((column.field for column in kind.columns), kind.example(language), strict=True))
        if all(
            clean_text(row[bound.place] if bound.place < len(row) else "") == cells[name]
            for name, bound in binding.columns.items()
        ):
            return True
    return False
