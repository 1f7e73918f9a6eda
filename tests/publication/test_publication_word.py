"""Word documents: the same bytes for the same words, harmless, and readable by other programs."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from docx import Document

from scheduler.publication.word import WordDocument
from tests.publication.test_publication_site import HOSTILE


def notice(name: str) -> bytes:
    """A short notice with a table that names a firm."""
    document = WordDocument(title=name, language="zh-CN", day=date(2026, 3, 2))
    document.heading(name)
    document.subheading("一、抽查事项")
    document.paragraph(name)
    document.table(("序号", "市场主体名称"), [(str(number), name) for number in range(3)], widths_mm=(12, 100))
    document.signature("威海市市场监督管理局", "2026年3月2日")
    document.page_break()
    document.footer(name)
    return document.content()


def test_same_words_give_the_same_bytes() -> None:
    """No clock, no author and no path stands in the file."""
    assert notice("通知") == notice("通知")
    with zipfile.ZipFile(io.BytesIO(notice("通知"))) as package:
        assert {member.date_time[0] for member in package.infolist()} == {1980}
        assert b"python-docx" not in package.read("docProps/core.xml")


@pytest.mark.parametrize("name", [*HOSTILE, "a\x00b\x1f\ud800"], ids=range(len(HOSTILE) + 1))
def test_hostile_text_is_text(name: str) -> None:
    """Whatever a register holds is printed, cut where it has no end, and makes no field, link or part of its own."""
    content = notice(name)
    document = Document(io.BytesIO(content))
    cell = document.tables[0].rows[1].cells[1].text
    assert cell.startswith(name[:1]) or cell.startswith("[U+")
    assert len(cell) <= 2_001
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = package.read("word/document.xml")
        assert package.namelist() == zipfile.ZipFile(io.BytesIO(notice("通知"))).namelist()
    assert b"<script" not in body
    assert b"w:instrText" not in body
    assert b"w:hyperlink" not in body


def test_table_repeats_its_header_and_breaks_no_row() -> None:
    """The first row is marked as header, and every row as one that stays whole."""
    rows = Document(io.BytesIO(notice("通知"))).tables[0]._tbl.tr_lst
    assert [row.xpath("count(.//w:tblHeader)") for row in rows] == [1, 0, 0, 0]
    assert all(row.xpath("count(.//w:cantSplit)") == 1 for row in rows)
