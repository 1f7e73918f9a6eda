"""The documentation keeps up with the program: commands, examples in docstrings, links, decisions."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

from tests import make_command_docs

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [path for room in ("scheduler", "models") for path in (ROOT / room).rglob("*.py")]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in SOURCES
    if ">>> " in path.read_text(encoding="utf-8")
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))


def test_every_command_stands_in_the_docs_as_its_help_says() -> None:
    """The page of commands is what the help says today; otherwise run ``python -m tests.make_command_docs``."""
    assert make_command_docs.PAGE.read_text(encoding="utf-8") == make_command_docs.english_page()


def test_page_of_commands_names_every_command_below_the_program() -> None:
    """Groups are walked to their leaves: a group and a leaf of it are both there, as headings."""
    text = make_command_docs.PAGE.read_text(encoding="utf-8")
    assert "\n## double-random draw\n" in text
    assert "\n## double-random draw targets\n" in text


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    """Each example prints what it says."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project (pictures apart) names one that exists."""
    targets = re.findall(r"(?<!!)\[[^]]*\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_index_of_decisions_names_each_with_its_title() -> None:
    """Every decision has a title with its own number and stands in the index."""
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for path in DECISIONS:
        number, title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        assert path.name.startswith(f"{number}-")
        assert f"- [{number}]({path.name}) {title}\n" in index
