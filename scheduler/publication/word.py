"""
Word documents: notices, plans for filing, forms. Values in, bytes out.

Laid out like official documents 公文 (GB/T 9704-2012: A4, title in the middle, body in FangSong 16 pt, first line
indented by two characters, issuing body and date at the lower right); tables repeat their header on every page. Text is
hostile until it is written: characters that XML cannot hold are spelt out and nothing in it becomes a field or a link.
The same calls give the same bytes: no clock and no name of a machine stand in the file.

>>> document = WordDocument(title="通知", language="zh-CN", day=date(2026, 3, 2))
>>> document.paragraph("正文")
>>> document.content()[:2]
b'PK'
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from scheduler.publication.text import visible

LONGEST_TEXT = 2_000  # characters of one cell or paragraph
A4 = (Mm(210), Mm(297))
_DENSE, _DENSE_TITLE = 9, 6.5  # points: tables of smaller text have narrow margins and smaller titles
_MARGIN_TWIPS = 45  # 0.8 mm
BODY_FONT, TITLE_FONT = "FangSong", "SimHei"
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


class WordDocument:
    """
    A document, written from top to bottom.

    Parameters
    ----------
    title
        Title in the file's properties; `heading` prints it.
    language
        BCP 47 tag, for spelling and screen readers.
    day
        Day that stands for the time of making.
    landscape
        Lay the paper across, for wide tables.
    body_points
        Size of the body, in points.
    """

    def __init__(
        self, *, title: str, language: str, day: date, landscape: bool = False, body_points: float = 16
    ) -> None:
        self._document: Any = Document()
        self._body_points = body_points
        self._paper(landscape)
        self._style(language)
        properties = self._document.core_properties
        properties.title = _text(title)[:255]
        properties.author = properties.last_modified_by = properties.comments = ""
        properties.created = properties.modified = datetime(day.year, day.month, day.day)  # noqa: DTZ001
        properties.language = language

    def _paper(self, landscape: bool) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = A4[::-1] if landscape else A4
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.top_margin, section.bottom_margin = (Mm(20), Mm(18)) if landscape else (Mm(37), Mm(35))
        section.left_margin, section.right_margin = (Mm(18), Mm(18)) if landscape else (Mm(28), Mm(26))

    def _style(self, language: str) -> None:
        style = self._document.styles["Normal"]
        _set_font(style, BODY_FONT, self._body_points)
        language_mark = OxmlElement("w:lang")
        language_mark.set(qn("w:val"), language)
        language_mark.set(qn("w:eastAsia"), "zh-CN")
        style.element.get_or_add_rPr().append(language_mark)

    def heading(self, text: str, *, points: float = 22) -> None:
        """The title of the document, in the middle; it is a heading of the first level for screen readers."""
        paragraph = self._document.add_paragraph(style="Heading 1")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(0), Pt(14)
        _plain_run(paragraph, text, TITLE_FONT, points, bold=True)

    def subheading(self, text: str) -> None:
        """A heading of the second level."""
        paragraph = self._document.add_paragraph(style="Heading 2")
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(10), Pt(4)
        _plain_run(paragraph, text, TITLE_FONT, self._body_points, bold=True)

    def paragraph(self, text: str, *, indented: bool = True, bold: bool = False, align: str = "left") -> None:
        """A paragraph; `align` is ``left``, ``center`` or ``right``."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = 1.5
        if indented:
            paragraph.paragraph_format.first_line_indent = Pt(2 * self._body_points)
        _plain_run(paragraph, text, BODY_FONT, self._body_points, bold=bold)

    def table(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths_mm: Sequence[float],
        points: float = 10.5,
    ) -> None:
        """
        A table with lines; its header is repeated on every page, and no row is broken.

        Parameters
        ----------
        header
            Titles of the columns; empty for a form without a header.
        rows
            Cells of each row, one for each column.
        widths_mm
            Width of each column.
        points
            Size of the text.
        """
        table = self._document.add_table(rows=0, cols=len(widths_mm), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        if points < _DENSE:
            _narrow_margins(table)
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)  # some programs go by the columns, others by the cells
        if header:
            cells = self._row(
                table, header, widths_mm, min(points, _DENSE_TITLE) if points < _DENSE else points, bold=True
            )
            _mark_row(cells, "w:tblHeader")
        for row in rows:
            self._row(table, row, widths_mm, points, bold=False)
        self._document.add_paragraph().paragraph_format.space_after = Pt(0)  # or the next line sticks to the table

    def _row(self, table: Any, texts: Sequence[str], widths_mm: Sequence[float], points: float, *, bold: bool) -> Any:
        row = table.add_row()
        _mark_row(row, "w:cantSplit")
        for cell, text, width in zip(row.cells, texts, widths_mm, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            if bold:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _plain_run(paragraph, text, TITLE_FONT if bold else BODY_FONT, points, bold=bold)
        return row

    def signature(self, *lines: str) -> None:
        """Issuing body and date, at the lower right, kept on one page."""
        self._document.add_paragraph().paragraph_format.space_after = Pt(0)
        for line in lines:
            self.paragraph(line, indented=False, align="right")
            self._document.paragraphs[-1].paragraph_format.keep_with_next = line is not lines[-1]

    def footer(self, text: str) -> None:
        """A line at the foot of every page, such as 内部资料 with its log number."""
        paragraph = self._document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _plain_run(paragraph, text, BODY_FONT, 9)

    def page_break(self) -> None:
        """What follows begins on a new page."""
        self._document.add_page_break()

    def content(self) -> bytes:
        """The file's bytes."""
        made = io.BytesIO()
        self._document.save(made)
        return without_clock(made.getvalue())


def without_clock(package: bytes) -> bytes:
    """A ZIP package with the same members in the same order, and no time of writing."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            timeless = zipfile.ZipInfo(member.filename, _FIRST_DAY_OF_ZIP)
            timeless.compress_type = zipfile.ZIP_DEFLATED
            timeless.create_system = 0  # not the system that it was made on
            target.writestr(timeless, source.read(member))
    return result.getvalue()


def _text(text: str) -> str:
    return visible(text, LONGEST_TEXT)


def _plain_run(paragraph: Any, text: str, font: str, points: float, *, bold: bool = False) -> None:
    run = paragraph.add_run(_text(text))
    _set_font(run, font, points)
    run.bold = bold


def _set_font(styled: Any, font: str, points: float) -> None:
    """Font of a style or run, for Latin and for Chinese characters alike."""
    styled.font.name, styled.font.size = font, Pt(points)
    styled.font.color.rgb = RGBColor(0, 0, 0)
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), font)
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)


def _narrow_margins(table: Any) -> None:
    """Cells with little room left and right of the text, so that words of English titles stay whole."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), str(_MARGIN_TWIPS))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))  # the schema wants the margins before it
    properties.insert(len(properties) if look is None else properties.index(look), margins)


def _mark_row(row: Any, mark: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(mark))
