"""Hostile words in everything a report names come out harmless on its page, its sheets, its JSON and the terminal."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from python_calamine import CalamineWorkbook

from scheduler.workflow.demo import DemoSummary
from tests.browser.checkers import nu_errors
from tests.commands.test_commands_agenda import run

BELL, RLO, ISOLATE, ZERO_WIDTH = "\x07", "\u202e", "\u2066", "\u200b"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=alert(1)>' onmouseover='x",
    "formula": "=cmd|'/c calc'!A1",
    "sum": "@SUM(A1)",
    "direction": f"{RLO}gnp.exe{ISOLATE}x{ZERO_WIDTH}",
    "path": "../../x",
    "braces": "{{ 7 * 7 }}{% raw %}{name}",
    "entity": "&amp;&lt;b>",
    "markup": "[bold]x[/bold][link=file:///etc/passwd]y[/link]",
    "emoji": "🏴\u200d☠️ co",
    "long": "長" * 10_000,
    "control": f"a{BELL}b\x1b[31mc\x85d\u2028e",
}
MARKS = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
SAFE_TAGS = re.compile(r"script|img|a|iframe|object|embed|form|link|base")


class Page(HTMLParser):
    """Tags and attributes of a page, and its visible text."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag and the names of its attributes."""
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        """Keeps a text."""
        self.text += data


@pytest.fixture(scope="module")
def roots(small_year: DemoSummary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A copy of the small year's workspace for each hostile word, in items and in what is told of figures."""
    folder = tmp_path_factory.mktemp("hostile")
    yield {name: poisoned(small_year.folder / "workspace", folder / name, words) for name, words in HOSTILE.items()}


def poisoned(source: Path, root: Path, words: str) -> Path:
    """A copy of a workspace in which `words` stand wherever the report takes a name from, past every importer."""
    shutil.copytree(source, root)
    with sqlite3.connect(root / "double-random.db") as database:
        database.execute("update item set name = ?", (words,))
        values = [(code, "2026-08-30", 1, "1", words, words, "2026-08-31", words) for code in ("1", "8", "10", "17")]
        database.executemany("insert into figure_value values (?, ?, ?, ?, ?, ?, ?, ?)", values)
    return root


def called(root: Path, *words: str, language: str = "en") -> Result:
    """What a command answers."""
    result = run(root, *words, language=language)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("public", [False, True], ids=["internal", "public"])
@pytest.mark.parametrize("name", list(HOSTILE))
def test_page_and_workbook_are_harmless(roots: dict[str, Path], tmp_path: Path, name: str, public: bool) -> None:
    """No element and no handler comes of a word, no formula and no link, nothing hidden; and the words are there."""
    page, book = tmp_path / "r.html", tmp_path / "r.xlsx"
    called(roots[name], "report", "--html", str(page), "--xlsx", str(book), *(["--public"] if public else []))
    content = page.read_text(encoding="utf-8")
    found = Page(content)
    assert not {tag for tag in found.tags if SAFE_TAGS.fullmatch(tag)}
    assert not {attribute for attribute in found.attributes if attribute.startswith("on")}
    assert not MARKS.search(content)
    assert not CONTROL.search(content)
    start = MARKS.split(CONTROL.split(HOSTILE[name])[0])[0][:2_000]
    assert start in found.text
    assert "長" * 2_001 not in content
    with zipfile.ZipFile(book) as package:
        for part in package.namelist():
            text = package.read(part).decode("utf-8")
            assert "<f>" not in text and "<f " not in text and "hyperlink" not in text, part
            assert not MARKS.search(text), part
            assert not CONTROL.search(text.replace("\r", "")), part
    cells = [cell for sheet in sheets(book) for row in sheet for cell in row if isinstance(cell, str)]
    assert any(start in cell for cell in cells)
    assert max(map(len, cells)) < 32_768


def sheets(path: Path) -> list[list[list[Any]]]:
    """Cells of every sheet."""
    book = CalamineWorkbook.from_path(path)
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


@pytest.mark.parametrize("name", list(HOSTILE))
def test_terminal_and_json_are_harmless(roots: dict[str, Path], name: str) -> None:
    """No character that a terminal obeys, no markup taken for such; JSON keeps what stands in the store."""
    for words in (("report",), ("report", "--public"), ("figure", "list"), ("figure", "list", "--history")):
        text = called(roots[name], *words).stdout.replace("\n", "")
        assert not CONTROL.search(text), words
        assert not MARKS.search(text), words
    document = json.loads(called(roots[name], "figure", "list", "--json").stdout)
    assert {one["source"] for one in document["figures"] if one["value"]} == {HOSTILE[name]}


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "long"])
def test_source_of_a_figure_comes_in_clean(small_year: DemoSummary, tmp_path: Path, name: str) -> None:
    """What the importer lets in of a hostile source has no control character and no mark of direction."""
    root = Path(shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace"))
    words = HOSTILE[name]
    result = run(root, "figure", "set", "10", "0.02", "--as-of", "2026-08-30", "--source", words)
    assert result.exit_code == 0, result.output
    (deaths,) = (
        one for one in json.loads(called(root, "figure", "list", "--json").stdout)["figures"] if one["figure"] == "10"
    )
    assert not MARKS.search(deaths["source"])
    assert not CONTROL.search(deaths["source"])
    assert deaths["source"]


def test_figure_set_refuses_hostile_figures_and_values(small_year: DemoSummary, tmp_path: Path) -> None:
    """None of them is the number of a figure, or a number: each is told in words, and nothing is kept."""
    root = Path(shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace"))
    for words in HOSTILE.values():
        for code, value in ((words, "1"), ("10", words)):
            result = run(root, "figure", "set", code, value, "--as-of", "2026-08-30", "--source", "x")
            assert result.exit_code != 0
            assert result.exception is not None
            assert "expected" in str(result.exception) or "expected" in result.output
            assert len(str(result.exception)) < 1_000
    assert all(one["value"] is None for one in json.loads(called(root, "figure", "list", "--json").stdout)["figures"])


def test_hostile_pages_run_nothing_in_a_browser(chromium: Any, roots: dict[str, Path], tmp_path: Path) -> None:
    """No dialog, no error, no request but the file's own, no wider than a phone; and valid HTML."""
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    wrong: list[str] = []
    asked: list[str] = []
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    files = []
    for name, root in roots.items():
        files.append(tmp_path / f"{name}.html")
        called(root, "report", "--public", "--html", str(files[-1]), language="zh_CN")
        page.goto(files[-1].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.close()
    assert wrong == []
    assert set(asked) == {file.as_uri() for file in files}
    assert nu_errors(files) == []
