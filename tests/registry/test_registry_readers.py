"""Files of any encoding and of any make become rows of text, or an `InputError`, never anything else."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.errors import InputError
from scheduler.registry.readers import cell_text, read_sheets
from scheduler.registry.text import file_name

TEXT = "代码,名称\nA1,威海\nB2,荣成\n"


def workbook(rows: list[list[Any]], name: str = "表") -> bytes:
    """Bytes of a workbook with one sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(name)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, place, value, day)
                elif value is not None:
                    sheet.write(number, place, value)
    return content.getvalue()


def saved(tmp_path: Path, content: bytes, name: str = "file.csv") -> Path:
    """The file with these bytes."""
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str, newline: str) -> None:
    """Encoding and line ends are told by the bytes alone."""
    (sheet,) = read_sheets(saved(tmp_path, TEXT.replace("\n", newline).encode(encoding)))
    assert [list(row) for row in sheet.rows] == [["代码", "名称"], ["A1", "威海"], ["B2", "荣成"]]
    assert sheet.numbers == (1, 2, 3)
    assert (sheet.file, sheet.name) == ("file.csv", "")


def test_csv_counts_rows_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """Empty lines count, a record over two lines is one row."""
    (sheet,) = read_sheets(saved(tmp_path, b'a,b\n\n"x\ny",1\n,,\nz,2\n'))
    assert [list(row) for row in sheet.rows] == [["a", "b"], ["x\ny", "1"], ["z", "2"]]
    assert sheet.numbers == (1, 3, 5)


def test_csv_separated_by_tabs_is_read(tmp_path: Path) -> None:
    """What spreadsheets call text is separated by tabs."""
    (sheet,) = read_sheets(saved(tmp_path, "代码\t名称\nA1\t威海\n".encode()))
    assert list(sheet.rows[1]) == ["A1", "威海"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode()[:-3] + b"\xff\xfe\n", "does not belong in line 3"),  # damaged UTF-8, not GB18030
        (b"\x80\x81\xff" * 50, "bytes that are neither"),
        (b'a,b\n"never closed,1\nx,2\n', "opened in line 2 is never closed"),
        (b'a\n"' + b"x" * 200_000, "cannot be read"),
        (b"PK\x03\x04 and then nothing", "broken"),
        (b"PK\x03\x04", "broken"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "broken"),
    ],
)
def test_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Each way to be unreadable has its own words."""
    with pytest.raises(InputError, match=message):
        read_sheets(saved(tmp_path, content))


def test_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(InputError, match=r"nowhere\.csv: cannot be read"):
        read_sheets(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_sheets(tmp_path)


def test_workbook_cells_become_what_a_person_would_type(tmp_path: Path) -> None:
    """Dates, whole numbers, fractions and truth values read as text."""
    day = datetime(2026, 3, 1)  # noqa: DTZ001 - spreadsheets know no time zones
    rows: list[list[Any]] = [["甲", "乙"], [day, 30], [0.08, True], [day.replace(hour=9, minute=30), 371000200001234]]
    (sheet,) = read_sheets(saved(tmp_path, workbook(rows), "book.xlsx"))
    assert [list(row) for row in sheet.rows[1:]] == [
        ["2026-03-01", "30"],
        ["0.08", "是"],
        ["2026-03-01 09:30:00", "371000200001234"],
    ]


def test_workbook_keeps_the_row_numbers_of_the_sheet(tmp_path: Path) -> None:
    """A table that begins in the third row and second column keeps its places."""
    (sheet,) = read_sheets(
        saved(tmp_path, workbook([[None], [None], [None, "甲"], [None, None], [None, "1"]]), "b.xlsx")
    )
    assert sheet.numbers == (3, 5)
    assert [list(row) for row in sheet.rows] == [["", "甲"], ["", "1"]]


def test_workbook_with_cells_far_apart_is_refused_before_it_eats_the_memory(tmp_path: Path) -> None:
    """A1 and XFD1048576 span 17 thousand million cells."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write(1_048_575, 16_383, "y")
    with pytest.raises(InputError, match="reaches to column 16384 and row 1048576"):
        read_sheets(saved(tmp_path, content.getvalue(), "far.xlsx"))


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="1"><c r="xfd1048576"><v>1</v></c></row>',
        '<row\nr="1048576"><c\nr = "XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A4294967290"><v>1</v></c></row>',
    ],
    ids=["the row says otherwise", "single quotes", "small letters", "line breaks", "one column"],
)
def test_workbook_with_far_cells_in_odd_xml_is_refused(tmp_path: Path, cells: str) -> None:
    """However the XML is written, the reader behind it would take the cell where it says it stands."""
    content, odd = io.BytesIO(workbook([["x"]])), io.BytesIO()
    with zipfile.ZipFile(content) as book, zipfile.ZipFile(odd, "w") as archive:
        for name in book.namelist():
            text = book.read(name)
            archive.writestr(
                name, text.replace(b"<sheetData>", b"<sheetData>" + cells.encode()) if "sheet1" in name else text
            )
    with pytest.raises(InputError, match="reaches to column"):
        read_sheets(saved(tmp_path, odd.getvalue(), "odd.xlsx"))


def test_file_with_a_name_in_another_encoding_is_read_and_named(tmp_path: Path) -> None:
    """A name written by a system that speaks GBK is told in characters that can be stored and shown."""
    path = tmp_path / os.fsdecode("企业.csv".encode("gb18030"))
    path.write_text("a\n1\n", encoding="utf-8")
    (sheet,) = read_sheets(path)
    assert sheet.file == "企业.csv"
    path.unlink()
    with pytest.raises(InputError, match=r"企业\.csv: cannot be read"):
        read_sheets(path)
    assert file_name("\udcff\udcff.csv") == "\ufffd\ufffd.csv"


def test_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    """Any archive begins like a workbook."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(InputError, match="another kind of archive"):
        read_sheets(saved(tmp_path, content.getvalue(), "other.xlsx"))


def test_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is told by the archive's directory, before anything is unpacked."""
    monkeypatch.setattr("scheduler.registry.bombs.MOST_BYTES", 1_000)
    with pytest.raises(InputError, match="unpacks to at most"):
        read_sheets(saved(tmp_path, workbook([["x"]]), "bomb.xlsx"))


def test_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is not even opened."""
    monkeypatch.setattr("scheduler.registry.readers.MOST_BYTES", 10)
    with pytest.raises(InputError, match="at most 2 GiB"):
        read_sheets(saved(tmp_path, TEXT.encode()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    """Nothing but `InputError` ever comes out of nonsense."""
    with contextlib.suppress(InputError):
        read_sheets(saved(tmp_path, content))


def test_workbook_with_any_damage_is_read_or_refused(tmp_path: Path) -> None:
    """Bytes changed or cut anywhere in a workbook never bring down the program."""
    content = workbook([["代码", "名称"], ["A1", "威海"]])
    damaged = [content[:cut] for cut in range(4, len(content), 211)]
    for place in range(4, len(content), 37):
        damaged.append(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
    refused = 0
    for number, variant in enumerate(damaged):
        try:
            read_sheets(saved(tmp_path, variant, f"{number}.xlsx"))
        except InputError:
            refused += 1
    assert refused > len(damaged) // 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "是"),
        (False, "否"),
        (datetime.fromisoformat("2026-03-02"), "2026-03-02"),  # a plain day: spreadsheets keep days as midnights
        (datetime.fromisoformat("2026-03-02T09:30"), "2026-03-02 09:30:00"),
        (date(2026, 3, 2), "2026-03-02"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=26), "1 day, 2:00:00"),
        ("威海", "威海"),
    ],
)
def test_cell_of_a_workbook_is_read_as_people_see_it(value: object, expected: str) -> None:
    """Flags, days, times and durations become text that the parsers of cells know or refuse by name."""
    assert cell_text(value) == expected
