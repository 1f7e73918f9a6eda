"""
Finds a kind's columns in a sheet: by official headers, English headers and synonyms, or by a mapping alone.

Lists from offices begin with titles, so the header is the row, among the first ten, that knows most of the headers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.errors import InputError
from scheduler.i18n import gettext as _
from scheduler.registry.cells import amount_in, date_in, text_up_to
from scheduler.registry.columns import NAME_LENGTH, Kind, ParserFor
from scheduler.registry.mapping import Mapping, missing_column
from scheduler.registry.naming import FIRM_NAME
from scheduler.registry.readers import Sheet
from scheduler.registry.text import clean_text, fold
from scheduler.registry.vocabulary import plain

EXTRA_HEADER = re.compile(r".*#\d+")  # the quarantine's name for a cell without a header
NUMBER_HEADERS = ("序号", "No.")  # the column that marks the example row; its numbers mean nothing
EXAMPLE_MARKS = ("示例", "Example")
ROW_ID_HEADERS = ("隔离编号", "Quarantine id")  # written by `quarantine export`
PROBLEM_HEADERS = ("问题", "Problems")
_SEARCHED_ROWS = 10
_UNITS = {"元": 1, "万元": 10_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One column found: its place in the sheet, its header there, and the parser that the header asks for."""

    place: int
    header: str
    parser: ParserFor


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """
    Where a kind's columns stand in a sheet.

    Attributes
    ----------
    header_row
        Place of the header among the sheet's rows.
    headers
        Headers as the sheet has them.
    columns
        Field → its column.
    told
        Field → column that tells it by a rule of the mapping, and the column that names the firm.
    ticks
        Code → place of its tick column.
    number, row_id
        Places of the running number and of the quarantine's ids; -1 where there is none.
    ignored
        Headers nobody asked for.
    """

    header_row: int
    headers: tuple[str, ...]
    columns: MappingOf[str, Bound]
    told: MappingOf[str, Bound]
    ticks: MappingOf[str, int]
    number: int
    row_id: int
    ignored: tuple[str, ...]

    def found(self, field: str) -> Bound | None:
        """Column in which a field stands, or from which it is told."""
        return self.columns.get(field) or self.told.get(field)


def bind(sheet: Sheet, kind: Kind, mapping: Mapping | None) -> Binding:
    """
    Finds the columns of a kind.

    Raises
    ------
    InputError
        If the sheet is empty, a required column is missing, or two columns claim the same field.
    """
    if not sheet.rows:
        raise InputError(_("{place}: expected a header row, got nothing").format(place=sheet.place))
    known = _known_headers(kind, mapping)
    candidates = [tuple(clean_text(cell) for cell in row) for row in sheet.rows[:_SEARCHED_ROWS]]
    told_by = {fold(header) for header in mapping.headers()} if mapping else set()
    wanted = {header: header for header in told_by} or {header: field for header, (field, _p, _o) in known.items()}
    scores = [len({wanted[fold(cell)] for cell in row if fold(cell) in wanted}) for row in candidates]
    header_row = scores.index(max(scores))
    headers = candidates[header_row]
    columns = _bound(sheet, kind, headers, known)
    _refuse_missing(sheet, kind, mapping, headers, columns)
    ticks = {} if kind.ticks is None or mapping else _tick_places(kind, headers, columns)
    number, row_id = (_place(headers, names) for names in (NUMBER_HEADERS, ROW_ID_HEADERS))
    used = {bound.place for bound in columns.values()} | {
        *ticks.values(),
        number,
        row_id,
        _place(headers, PROBLEM_HEADERS),
    }
    used |= {place for place, name in enumerate(headers) if EXTRA_HEADER.fullmatch(name)}
    ignored = (name for place, name in enumerate(headers) if name and place not in used and fold(name) not in told_by)
    return Binding(
        header_row=header_row,
        headers=headers,
        columns=columns,
        told=_told(headers, mapping) if mapping else {},
        ticks=ticks,
        number=number,
        row_id=row_id,
        ignored=tuple(ignored),
    )


def _known_headers(kind: Kind, mapping: Mapping | None) -> dict[str, tuple[str, ParserFor, bool]]:
    """Folded header → field, parser, and whether it is one of the field's own headers rather than a synonym."""
    known: dict[str, tuple[str, ParserFor, bool]] = {}
    if mapping:
        for theirs, field in mapping.columns.items():
            unit = mapping.units.get(field)
            parser = plain(amount_in(_UNITS[unit])) if unit else kind.column(field).parser
            if field in mapping.dates:
                parser = plain(date_in(mapping.dates[field]))
            known[fold(theirs)] = (field, parser, True)
        return known
    for column in kind.columns:
        own = {fold(name) for name in (column.field, column.zh, column.en)}
        for header, parser in column.parsers().items():
            if header in own or header not in known:
                known[header] = (column.field, parser, header in own)
    return known


def _bound(
    sheet: Sheet, kind: Kind, headers: Sequence[str], known: MappingOf[str, tuple[str, ParserFor, bool]]
) -> dict[str, Bound]:
    found: dict[str, tuple[Bound, bool]] = {}
    for place, header in enumerate(headers):
        if fold(header) not in known:
            continue
        field, parser, own = known[fold(header)]
        earlier = found.get(field)
        if earlier and earlier[1] == own:
            raise InputError(
                _("{place}: expected one column “{name}”, got “{first}” and “{second}”; rename one of them").format(
                    place=sheet.place,
                    name=kind.column(field).zh,
                    first=earlier[0].header,
                    second=header,
                )
            )
        if not earlier or own:
            found[field] = (Bound(place=place, header=header, parser=parser), own)
    return {field: bound for field, (bound, _own) in found.items()}


def _refuse_missing(
    sheet: Sheet, kind: Kind, mapping: Mapping | None, headers: Sequence[str], columns: MappingOf[str, Bound]
) -> None:
    if mapping:
        present = Counter(fold(header) for header in headers)
        optional = {fold(header) for header in mapping.optional}
        for header in mapping.headers():
            if fold(header) not in present and fold(header) not in optional:
                raise missing_column(sheet.file, header, headers)
    told = mapping.told_fields() if mapping else frozenset()
    missing = [c for c in kind.columns if c.required and c.field not in columns and c.field not in told]
    if missing:
        raise InputError(
            _("{place}: expected columns {missing}, got {found}; name them so, or use a mapping file").format(
                place=sheet.place,
                missing="、".join(f"{column.zh} ({column.en})" for column in missing),
                found="、".join(header[:40] for header in headers[:30] if header) or "—",
            )
        )


def _told(headers: Sequence[str], mapping: Mapping) -> dict[str, Bound]:
    """Columns that tell a field, the first of each; nothing is parsed from them as it stands."""
    pairs = [(rule.field, rule.column) for rule in mapping.tell]
    pairs += [(FIRM_NAME, mapping.firm.name)] if mapping.firm else []
    told: dict[str, Bound] = {}
    for field, header in pairs:
        place = _place(headers, (header,))
        if place >= 0:
            told.setdefault(field, Bound(place=place, header=headers[place], parser=plain(text_up_to(NAME_LENGTH))))
    return told


def _tick_places(kind: Kind, headers: Sequence[str], columns: MappingOf[str, Bound]) -> dict[str, int]:
    taken = {bound.place for bound in columns.values()}
    codes = kind.ticks.codes if kind.ticks else {}
    return {
        codes[fold(name)]: place for place, name in enumerate(headers) if fold(name) in codes and place not in taken
    }


def _place(headers: Sequence[str], names: Sequence[str]) -> int:
    wanted = {fold(name) for name in names}
    return next((place for place, header in enumerate(headers) if fold(header) in wanted), -1)
