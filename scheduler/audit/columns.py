"""
Tables as columns: canonical tab-separated bytes (specification, section 1.4) read a few megabytes at a time.

A column is either bytes of a fixed width (ids and digests, one numpy array) or coded: the distinct cells once and an
index per row, so that whatever depends on a cell's text is computed once per distinct text, not once per firm.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

Bytes: TypeAlias = npt.NDArray[np.bytes_]
Index: TypeAlias = npt.NDArray[np.int32]
Integers: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

CHUNK_BYTES = 4 << 20
MAX_CELL = 20_000
_PLAIN = bytes(range(0x20, 0x7F)) + b"\t\n"
_FIELD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._+/:*-"
_HEXADECIMAL = b"0123456789abcdef"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    What the cells of a column look like.

    Attributes
    ----------
    name
        Name in the header line.
    pattern
        Pattern of a whole cell; None for a fixed-width column.
    words
        What the pattern means, for messages.
    width
        Width of a fixed-width column, 0 for a coded one; ids are at most, digests (`is_digest`) exactly this wide.
    is_digest
        Whether the cells are hexadecimal digests.
    """

    name: str
    pattern: re.Pattern[str] | None = None
    words: str = ""
    width: int = 0
    is_digest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat:
    """
    Columns of a table.

    Attributes
    ----------
    columns
        In their order.
    num_keys
        How many of the first columns tell rows apart.
    ordered
        Whether rows ascend as bytes; not so in the log alone.
    most_rows
        Greatest number of rows; lists that every firm or visit is compared with are short.
    """

    columns: tuple[Column, ...]
    num_keys: int = 1
    ordered: bool = True
    most_rows: int = 50_000_000

    @property
    def header(self) -> bytes:
        """The first line, with its line feed."""
        return "\t".join(column.name for column in self.columns).encode("ascii") + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A coded column: row i has the text `values[index[i]]`."""

    values: tuple[str, ...]
    index: Index

    def __len__(self) -> int:
        return len(self.index)

    def texts(self) -> list[str]:
        """The cells."""
        values = self.values
        return [values[position] for position in self.index.tolist()]

    def text(self, row: int) -> str:
        """One cell."""
        return self.values[int(self.index[row])]

    def integers(self) -> Integers:
        """The cells as integers; an empty one is -1. Their form was checked when the table was read."""
        numbers = [int(value) if value else -1 for value in self.values]
        return np.asarray(numbers, dtype=np.int64)[self.index] if numbers else np.zeros(0, dtype=np.int64)

    def among(self, wanted: frozenset[str]) -> Mask:
        """Rows whose text is one of some, shape (n,)."""
        flags = np.asarray([value in wanted for value in self.values], dtype=np.bool_)
        return flags[self.index] if len(flags) else np.zeros(0, dtype=np.bool_)

    def positions(self, wanted: Mapping[str, int]) -> Integers:
        """A number per row: that of its text in `wanted`, -1 where it has none."""
        numbers = np.asarray([wanted.get(value, -1) for value in self.values], dtype=np.int64)
        return numbers[self.index] if len(numbers) else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table read: fixed-width columns in `fixed`, coded ones in `coded`."""

    name: str
    num_rows: int
    fixed: Mapping[str, Bytes]
    coded: Mapping[str, Coded]

    def rows(self, *columns: str) -> list[tuple[str, ...]]:
        """Some columns of a small table as rows of texts."""
        cells = [self._texts(column) for column in columns]
        return list(zip(*cells, strict=True))

    def _texts(self, column: str) -> list[str]:
        if column in self.fixed:
            return [cell.decode("ascii") for cell in self.fixed[column].tolist()]
        return self.coded[column].texts()


def parse_columns(content: bytes, table_format: TableFormat, name: str) -> Table:
    """
    Reads a canonical table.

    Parameters
    ----------
    name
        Path in the record, for messages.

    Raises
    ------
    RecordError
        Naming file and line, if the bytes are not in canonical form, rows are out of order or repeat, or a cell is not
        what its column takes.
    """
    _check_characters(content, table_format.header, name)
    reader = _Reader(table_format, name)
    for chunk in _chunks(content, len(table_format.header)):
        reader.take(chunk)
    return reader.table()


def _check_characters(content: bytes, header: bytes, name: str) -> None:
    if not content.startswith(header):
        got = content[: content.find(b"\n") % 201][:200]
        raise RecordError(
            _("{name}, line 1: expected the columns {columns}, got {found}").format(
                name=name, columns=header.decode("ascii").strip().replace("\t", " "), found=repr(got)
            )
        )
    if not content.endswith(b"\n"):
        raise RecordError(
            _("{name}: expected a last line that ends in a line feed, got a truncated one").format(name=name)
        )
    clean = not content.translate(None, _PLAIN) if content.isascii() else _is_plain_text(content)
    if not clean:
        raise RecordError(
            _("{name}: expected UTF-8 text without control characters, got other bytes").format(name=name)
        )


def _is_plain_text(content: bytes) -> bool:
    try:
        return not _CONTROL.search(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _chunks(content: bytes, start: int) -> Iterator[list[bytes]]:
    while start < len(content):
        end = len(content) if start + CHUNK_BYTES >= len(content) else content.find(b"\n", start + CHUNK_BYTES) + 1
        yield content[start : end - 1].split(b"\n")
        start = end


class _Codes(dict[bytes, int]):
    """Numbers texts in the order in which they are first asked for."""

    def __missing__(self, cell: bytes) -> int:
        self[cell] = code = len(self)
        return code


class _Reader:
    """Takes chunks of lines and builds the columns."""

    def __init__(self, table_format: TableFormat, name: str) -> None:
        self._format = table_format
        self._name = name
        self._num_rows = 0
        self._last = b""
        self._fixed: dict[str, list[Bytes]] = {column.name: [] for column in table_format.columns if column.width}
        self._codes: dict[str, _Codes] = {c.name: _Codes() for c in table_format.columns if not c.width}
        self._index: dict[str, list[Index]] = {c.name: [] for c in table_format.columns if not c.width}
        self._keys: set[bytes] | None = set() if 1 < table_format.num_keys < len(table_format.columns) else None

    def take(self, lines: list[bytes]) -> None:
        num_columns = len(self._format.columns)
        if self._num_rows + len(lines) > self._format.most_rows:
            raise self._refuse(0, _("at most {count} rows").format(count=self._format.most_rows), _("more"))
        if {line.count(b"\t") for line in lines} != {num_columns - 1}:
            row = next(i for i, line in enumerate(lines) if line.count(b"\t") != num_columns - 1)
            found = lines[row].count(b"\t") + 1
            raise self._refuse(row, _("{count} cells").format(count=num_columns), found)
        cells = b"\t".join(lines).split(b"\t")
        if self._format.ordered:
            self._check_order(lines, cells[::num_columns])
        for position, column in enumerate(self._format.columns):
            self._take_column(column, cells[position::num_columns])
        self._num_rows += len(lines)

    def table(self) -> Table:
        coded = {
            column.name: Coded(values=self._values(column), index=_joined(self._index[column.name]))
            for column in self._format.columns
            if not column.width
        }
        fixed = {
            column.name: np.concatenate([np.zeros(0, dtype=f"S{column.width}"), *self._fixed[column.name]])
            for column in self._format.columns
            if column.width
        }
        return Table(name=self._name, num_rows=self._num_rows, fixed=fixed, coded=coded)

    def _check_order(self, lines: list[bytes], first: list[bytes]) -> None:
        # A tab sorts before every character of a cell, so whole lines sort as their cells do.
        keys = first if self._format.num_keys == 1 else lines
        chain = [self._last, *keys] if self._num_rows else keys
        if not all(map(operator.lt, chain, chain[1:])):
            row = next(i for i in range(1, len(chain)) if chain[i - 1] >= chain[i]) - bool(self._num_rows)
            raise self._refuse(row, _("rows in strictly ascending order"), shown_bytes(keys[row]))
        self._last = keys[-1]
        if self._keys is not None:
            self._check_keys(lines, self._keys)

    def _check_keys(self, lines: list[bytes], known: set[bytes]) -> None:
        num_keys = self._format.num_keys
        for row, line in enumerate(lines):
            key = b"\t".join(line.split(b"\t", num_keys)[:num_keys])
            if key in known:
                raise self._refuse(row, _("a row once"), shown_bytes(key))
            known.add(key)

    def _take_column(self, column: Column, cells: list[bytes]) -> None:
        if column.width:
            self._check_fixed(column, cells)
            self._fixed[column.name].append(np.asarray(cells, dtype=f"S{column.width}"))
            return
        codes = self._codes[column.name]
        self._index[column.name].append(np.fromiter(map(codes.__getitem__, cells), dtype=np.int32, count=len(cells)))

    def _check_fixed(self, column: Column, cells: list[bytes]) -> None:
        alphabet = _HEXADECIMAL if column.is_digest else _FIELD
        shortest, longest = min(map(len, cells)), max(map(len, cells))
        least = column.width if column.is_digest else 1
        if shortest < least or longest > column.width or b"".join(cells).translate(None, alphabet):
            row = next(
                i
                for i, cell in enumerate(cells)
                if not least <= len(cell) <= column.width or cell.translate(None, alphabet)
            )
            words = _("64 hexadecimal digits") if column.is_digest else _("an id of 1 to {width} letters and digits")
            raise self._refuse(row, words.format(width=column.width), shown_bytes(cells[row]), column.name)

    def _values(self, column: Column) -> tuple[str, ...]:
        values = []
        for cell, code in self._codes[column.name].items():
            text = cell.decode("utf-8")
            if len(text) > MAX_CELL or (column.pattern is not None and not column.pattern.fullmatch(text)):
                row = self._first_row(column.name, code)
                raise self._refuse(row - self._num_rows, column.words, shown_bytes(cell), column.name)
            values.append(text)
        return tuple(values)

    def _first_row(self, column: str, code: int) -> int:
        return int(np.flatnonzero(_joined(self._index[column]) == code)[0])

    def _refuse(self, row: int, expected: str, found: object, column: str = "") -> RecordError:
        return RecordError(
            _("{name}, line {line}{column}: expected {expected}, got {found}").format(
                name=self._name,
                line=self._num_rows + row + 2,
                column=f", {column}" if column else "",
                expected=expected,
                found=found,
            )
        )


def shown_bytes(cell: bytes) -> str:
    """A cell as it may stand in a message."""
    return repr(cell[:60].decode("utf-8", "replace"))


def _joined(parts: list[Index]) -> Index:
    return np.concatenate([np.zeros(0, dtype=np.int32), *parts])
