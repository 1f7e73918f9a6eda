"""
Reads CSV files and workbooks into columns of text, with the row each cell stands in.

CSV is UTF-8 (with or without byte order mark) or GB18030, told apart by the bytes; workbooks are XLSX or XLS. Numbers
and dates of a workbook become the text a person would type. Whatever the bytes, the answer is sheets or `InputError`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from scheduler.errors import InputError
from scheduler.i18n import gettext as _
from scheduler.registry.bombs import MOST_BYTES, refuse_bombs
from scheduler.registry.text import file_name, undefused

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    One sheet of a file, as read.

    Attributes
    ----------
    file
        Name of the file, without folder.
    name
        Name of the sheet; empty for CSV.
    rows
        Cells of each row that is not empty, as text.
    numbers
        Row number of each of `rows`, from 1, as a spreadsheet counts.
    """

    file: str
    name: str
    rows: tuple[Sequence[str], ...]
    numbers: tuple[int, ...]

    @property
    def place(self) -> str:
        """File and sheet as a message names them."""
        return f"{self.file} [{self.name}]" if self.name else self.file


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """
    Reads all sheets of a file.

    Raises
    ------
    InputError
        If the file cannot be read at all: no such file, broken, encrypted, of an unknown encoding.
    """
    name = file_name(path.name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(_("{file}: expected at most 2 GiB; split the file").format(file=name))
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            _("{file}: cannot be read: {error}").format(file=file_name(str(path)), error=error.strerror)
        ) from error
    if content.startswith((_ZIP, _OLE)):
        return _read_workbook(name, content)
    return (_sheet(name, "", _read_csv(name, decode(name, content))),)


def decode(file: str, content: bytes) -> str:
    """
    Text of a CSV file.

    Raises
    ------
    InputError
        If it is neither UTF-8 nor GB18030, or damaged UTF-8 that would read as nonsense in GB18030.
    """
    if content.startswith(_UTF16):
        raise InputError(_("{file}: expected UTF-8 or GB18030, got UTF-16; save it as “CSV UTF-8”").format(file=file))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(content):
            line = content.count(b"\n", 0, error.start) + 1
            raise InputError(
                _("{file}: expected UTF-8, got a byte that does not belong in line {line}; save the file again").format(
                    file=file, line=line
                )
            ) from error
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise InputError(
            _("{file}: expected a workbook, or a CSV in UTF-8 or GB18030, got bytes that are neither").format(file=file)
        ) from error


def cell_text(value: object) -> str:
    """
    Text of a workbook's cell, as a person would type it.

    Examples
    --------
    >>> cell_text(30.0), cell_text(0.1 + 0.2), cell_text(9.13710007060885e17)
    ('30', '0.3', '9.13710007060885e+17')
    """
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.15g}"  # what the spreadsheet shows; a code of 18 digits kept as a number shows as a wreck
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _is_damaged_utf8(content: bytes) -> bool:
    text = content.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - bad
    return good > bad  # GB18030 read as UTF-8 is bad four times out of five


def _read_csv(file: str, text: str) -> Iterator[list[str]]:
    first_line = text[: text.find("\n")] if "\n" in text else text
    delimiter = "\t" if "\t" in first_line and "," not in first_line else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    has_apostrophes = "'" in text
    start, end = 0, 0  # lines before and after the record read last
    try:
        while (row := next(reader, None)) is not None:
            start, end = end, reader.line_num
            yield [undefused(cell) for cell in row] if has_apostrophes else row
    except csv.Error as error:
        raise InputError(
            _("{file}: line {line} cannot be read: {error}; a quotation mark may never be closed").format(
                file=file, line=end + 1, error=error
            )
        ) from error
    if end - start > 1 and "".join(text.splitlines(keepends=True)[start:]).count('"') % 2:
        raise InputError(
            _("{file}: the quotation mark opened in line {line} is never closed; close it").format(
                file=file, line=start + 1
            )
        )


def _read_workbook(file: str, content: bytes) -> tuple[Sheet, ...]:
    if content.startswith(_ZIP):
        refuse_bombs(file, content)
    try:
        with python_calamine.CalamineWorkbook.from_object(io.BytesIO(content)) as workbook:
            return tuple(_sheet(file, name, _read_rows(workbook, name)) for name in workbook.sheet_names)
    except InputError:
        raise
    except python_calamine.PasswordError as error:
        raise InputError(
            _("{file}: the workbook is protected by a password; save it without").format(file=file)
        ) from error
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        raise InputError(
            _("{file}: the workbook is broken ({error}); open it in a spreadsheet and save it again").format(
                file=file, error=str(error)[:200]
            )
        ) from error


def _read_rows(workbook: python_calamine.CalamineWorkbook, name: str) -> Iterator[list[str]]:
    sheet = workbook.get_sheet_by_name(name)
    start_row, start_column = sheet.start or (0, 0)
    yield from ([] for _row in range(start_row))
    for row in sheet.to_python(skip_empty_area=True):
        yield [""] * start_column + [value if isinstance(value, str) else cell_text(value) for value in row]


def _sheet(file: str, name: str, rows: Iterator[list[str]]) -> Sheet:
    kept = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    return Sheet(
        file=file, name=name, rows=tuple(row for _n, row in kept), numbers=tuple(number for number, _r in kept)
    )
