"""
Refuses workbooks that would eat the machine, before the reader that would let them.

A workbook of a few kilobytes can unpack to gigabytes, or hold two cells so far apart that the rectangle between them
does not fit any memory. Both are looked for in the packed XML.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from scheduler.errors import InputError
from scheduler.i18n import gettext as _

MOST_BYTES = 2**31  # that a workbook may unpack to
MOST_CELLS = 60_000_000  # of the rectangle that a sheet spans, empty ones included
_CHUNK, _OVERLAP = 2**24, 512
# A cell says itself where it stands, whatever its row says; those within 26 columns and a million rows need no look.
_FAR_CELL = re.compile(rb"""[<:]c\s(?:[^>]*?\s)?r\s*=\s*["'](?:([A-Za-z]{2,})(\d{1,9})|[A-Za-z](\d{7,}))""")
_ROW = re.compile(rb"""[<:]row\s(?:[^>]*?\s)?r\s*=\s*["'](\d{1,12})""")


def refuse_bombs(file: str, content: bytes) -> None:
    """
    Raises `InputError` where a workbook is no XLSX file, or would unpack or unfold to too much.

    Parameters
    ----------
    content
        Bytes of the file, which begin as a ZIP archive does.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise InputError(_("{file}: expected an XLSX workbook, got another kind of archive").format(file=file))
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise InputError(
                    _("{file}: expected a workbook that unpacks to at most 2 GiB; split it").format(file=file)
                )
            for name in archive.namelist():
                if name.endswith(".xml"):
                    _refuse_far_cells(file, archive, name)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, zlib.error) as error:
        raise InputError(
            _("{file}: the workbook is broken ({error}); open it in a spreadsheet and save it again").format(
                file=file, error=error
            )
        ) from error


def _refuse_far_cells(file: str, archive: zipfile.ZipFile, name: str) -> None:
    width, height = 26, 1
    for chunk in _chunks(archive, name):
        far = _FAR_CELL.findall(chunk)
        width = max([width, *(_column_number(letters) for letters in {letters for letters, _row, _deep in far})])
        height = max([height, *(int(row or deep) for _letters, row, deep in far), *map(int, _ROW.findall(chunk))])
    if width * height > MOST_CELLS:
        raise InputError(
            _(
                "{file}: a sheet reaches to column {width} and row {height}, expected at most {most} cells; "
                "delete what stands far to the right or far below"
            ).format(file=file, width=width, height=height, most=MOST_CELLS)
        )


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    tail = b""
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
