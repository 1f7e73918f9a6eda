"""The catalogues are complete and compiled: every message of the source has its Chinese."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "noop": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """The Chinese catalogue as its translators see it."""
    path = Path(__file__).parent.parent / "data" / "locales" / "zh_CN" / "LC_MESSAGES" / "double-random.po"
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN")


def source_messages(repository: Path) -> set[str]:
    """All messages of the source, singular forms."""
    found: set[str] = set()
    for folder in ("scheduler", "models"):
        for _, _, message, _, _ in extract_from_dir(repository / folder, METHODS, keywords=KEYWORDS):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


def test_every_message_of_the_source_is_translated(repository: Path, catalogue: Catalog) -> None:
    """No message is missing from the catalogue, empty or unsure."""
    missing = sorted(message for message in source_messages(repository) if not translated(catalogue, message))
    assert missing == []


def test_no_message_stands_inside_another_string(repository: Path) -> None:
    """Messages inside f-strings are not extracted by Babel, so that they would stay in English unseen."""
    found = [
        f"{path.name}:{call.lineno}"
        for folder in ("scheduler", "models")
        for path in sorted((repository / folder).rglob("*.py"))
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert found == []


def translated(catalogue: Catalog, message: str) -> bool:
    """Whether the catalogue has a sure translation of a message."""
    entry = catalogue.get(message)
    return entry is not None and bool(entry.string) and not entry.fuzzy


def test_translations_keep_the_placeholders(catalogue: Catalog) -> None:
    """Each named placeholder of a message stands in its translation, and no other."""
    import string

    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    for entry in catalogue:
        if not entry.id or ("%" in str(entry.id) and "{" not in str(entry.id)):
            continue
        singular = entry.id[0] if isinstance(entry.id, tuple) else entry.id
        for text in entry.string if isinstance(entry.string, tuple) else (entry.string,):
            if text:
                assert names(text) == names(singular), singular


def test_compiled_catalogue_is_the_readable_one(catalogue: Catalog, repository: Path) -> None:
    """The compiled file says what the readable one says."""
    compiled = repository / "data" / "locales" / "zh_CN" / "LC_MESSAGES" / "double-random.mo"
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    assert compiled.read_bytes() == buffer.getvalue()


def test_catalogue_compiles_without_complaint(catalogue: Catalog) -> None:
    """`make locales` fails on a message such as "8% or", which gettext's tools take for a placeholder of printf."""
    assert [str(entry.id) for entry, _ in catalogue.check()] == []
