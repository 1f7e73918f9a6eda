"""`report` as people meet it: tables, page, workbook, JSON; internal with its mark, public without a word of tiers."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from cli import CHINA
from scheduler import i18n
from scheduler.commands.context import CommandContext
from scheduler.commands.report import report
from scheduler.workflow.demo import DemoSummary
from tests.libreoffice import convert, needs_libreoffice
from tests.workflow.two_years import copy_year

NOW = datetime(2026, 12, 31, 10, 0, tzinfo=CHINA)
OF_TIERS = re.compile(r"tier|\bstrat|信用风险|风险类别|风险分类|内部|internal", re.IGNORECASE)
Run = Callable[..., Result]


@pytest.fixture
def root(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the small year's workspace."""
    return Path(shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace"))


@pytest.fixture
def run(root: Path) -> Run:
    """Runs `report` with words, in English or, with `chinese`, in Chinese."""

    def call(*words: str, chinese: bool = False) -> Result:
        i18n.activate("zh_CN" if chinese else "en")
        context = CommandContext(root=root, database_url=None, actor="审计员", now=NOW, language=i18n.active_language())
        result = CliRunner().invoke(report, list(words), obj=context)
        assert result.exit_code == 0, result.output
        return result

    return call


class Cells(HTMLParser):
    """Texts of a page, those of table cells apart, and whether every picture has words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.cells: list[str] = []
        self.pictures = 0
        self._in_cell = self._in_style = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes where cells begin, and what pictures say."""
        self._in_cell, self._in_style = tag == "td", tag == "style"
        if tag == "svg":
            self.pictures += 1
            assert dict(attrs)["role"] == "img"
            assert dict(attrs)["aria-label"]

    def handle_data(self, data: str) -> None:
        """Keeps texts."""
        if not self._in_style:
            self.texts.append(data)
        if self._in_cell:
            self.cells.append(data)


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Cells of every sheet of a workbook."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def test_terminal_tells_coverage_tiers_and_rates(run: Run) -> None:
    """The internal report names the four tiers, the ratio and every kind of rate."""
    text = run().stdout
    assert text.startswith("内部资料 INTERNAL")
    for words in ("Share drawn", "Path of the ratio", "Figures that bind", "by tier", "by district", "by item"):
        assert words in text
    assert re.search(r"^D +\d+ +\d+ +\d", text, re.MULTILINE)


def test_internal_files_bear_the_mark(run: Run, tmp_path: Path) -> None:
    """Page and every sheet say 内部资料, who had them made, and the number of the entry, in both languages."""
    for chinese in (False, True):
        run("--html", str(tmp_path / "r.html"), "--xlsx", str(tmp_path / "r.xlsx"), chinese=chinese)
        page = (tmp_path / "r.html").read_text(encoding="utf-8")
        number = re.search(r"(?:log entry |日志第 )(\d+)", page)
        assert number is not None
        for text in (page, *(str(rows[1][0]) for rows in sheets(tmp_path / "r.xlsx").values())):
            assert "内部资料" in text and "审计员" in text and number[1] in text


@pytest.mark.parametrize("chinese", [False, True], ids=["english", "chinese"])
def test_public_version_holds_nothing_of_tiers(run: Run, tmp_path: Path, chinese: bool) -> None:
    """Neither a word about tiers nor a cell that is a tier's letter stands on any form of it."""
    files = ("--html", str(tmp_path / "p.html"), "--xlsx", str(tmp_path / "p.xlsx"))
    run("--public", *files, chinese=chinese)
    terminal = run("--public", chinese=chinese).stdout
    machine = run("--public", "--json", chinese=chinese).stdout
    page = Cells((tmp_path / "p.html").read_text(encoding="utf-8"))
    cells = [str(cell) for rows in sheets(tmp_path / "p.xlsx").values() for row in rows for cell in row]
    for text in (terminal, machine, *page.texts, *cells):
        assert not OF_TIERS.search(text), text
    assert not {"A", "B", "C", "D"} & {cell.strip() for cell in (*page.cells, *cells)}
    assert not re.search(r"^ *[ABCD] +[\d,]+ ", terminal, re.MULTILINE)


def test_page_and_workbook_hold_the_same_numbers(run: Run, tmp_path: Path) -> None:
    """Pictures have words; the share drawn is a number on the sheet and a text on the page."""
    run("--html", str(tmp_path / "r.html"), "--xlsx", str(tmp_path / "r.xlsx"))
    document = json.loads(run("--json").stdout)
    page = Cells((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert page.pictures >= 7
    rows = {row[0]: row[1] for row in sheets(tmp_path / "r.xlsx")["Coverage"]}
    assert rows["Share drawn"] == pytest.approx(document["year"]["share"])
    assert rows["Drawn for general items"] == document["year"]["num_drawn"]
    assert f"{100 * document['year']['share']:.2f} %" in page.cells
    assert document["internal"]["mark"] == "内部资料"


@needs_libreoffice
def test_workbook_opens_in_libreoffice(run: Run, tmp_path: Path) -> None:
    """LibreOffice reads every sheet, and the tables of rates with their numbers."""
    run("--xlsx", str(tmp_path / "r.xlsx"), chinese=True)
    before = sheets(tmp_path / "r.xlsx")
    after = sheets(convert(tmp_path / "r.xlsx", "xlsx", tmp_path / "out"))
    assert {name: rows[4:] for name, rows in after.items()} == {name: rows[4:] for name, rows in before.items()}


def test_two_years_are_compared(run: Run, root: Path) -> None:
    """The same year twice: every change is nothing, and its interval holds zero."""
    copy_year(root, 2026, 2024)
    text = run("--against", "2024").stdout
    assert "2026 against 2024" in text
    assert re.search(r"Share drawn +8\.\d\d % +8\.\d\d % +\+0\.00 %", text)
    assert re.search(r"^All .*\+0\.0 % +−\d+\.\d % +\+\d+\.\d %$", text, re.MULTILINE)


def test_bad_file_names_are_refused_before_anything_is_counted(root: Path) -> None:
    """A page ends in .html, a workbook in .xlsx."""
    i18n.activate("en")
    context = CommandContext(root=root, database_url=None, actor="t", now=NOW, language="en")
    result = CliRunner().invoke(report, ["--xlsx", "r.pdf"], obj=context)
    assert result.exit_code != 0
    assert "ends in .xlsx" in str(result.exception)
