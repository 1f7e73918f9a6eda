"""One way to write a document and a table, and nothing else is read."""

from __future__ import annotations

import pytest

from scheduler.draw.canonical import MAX_DEPTH, document_bytes, parse_document, parse_table, table_bytes
from scheduler.errors import RecordError


def nested(depth: int) -> dict[str, object]:
    """A document of some depth."""
    document: dict[str, object] = {}
    for _level in range(depth):
        document = {"a": document}
    return document


@pytest.mark.parametrize(
    ("document", "match"),
    [
        ({"a": 1.0}, "got 1.0"),
        ({"a": [{"b": float("nan")}]}, "got nan"),
        ({"a": {1: 2}}, "text keys"),
        ({"a": {1, 2}}, "lists and mappings"),
        (nested(MAX_DEPTH + 1), "nested too deep"),
    ],
    ids=["float", "nan", "number as key", "set", "deep"],
)
def test_documents_refuse_what_has_no_one_form(document: dict[str, object], match: str) -> None:
    """Floats, sets and the like could be written in more than one way."""
    with pytest.raises(ValueError, match=match):
        document_bytes(document)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]\n",
        b"1\n",
        b'{"a": 1}\n',
        b'{\n  "a": 1\n}',
        b'{\n  "b": 1,\n  "a": 1\n}\n',
        b'{\n  "a": 1,\n  "a": 1\n}\n',
        b'{\n  "a": 1.0\n}\n',
        b'{\n  "a": NaN\n}\n',
        b'{\n  "a": "\\u5a01"\n}\n',
        b'\xef\xbb\xbf{\n  "a": 1\n}\n',
        b"[" * 100_000,
        b'{\n  "a": "\\ud800"\n}\n',
        b'{\n  "a": ' + b"9" * 5000 + b"\n}\n",
    ],
    ids=[
        *("empty", "not UTF-8", "list", "number", "one line", "no line feed", "key order", "key twice", "float", "nan"),
        *("escaped", "byte order mark", "deep", "lone surrogate", "huge integer"),
    ],
)
def test_documents_in_another_form_are_refused(content: bytes) -> None:
    """Bytes that say the same in another way are another document; none leaks a traceback."""
    with pytest.raises(RecordError, match=r"x\.json: expected"):
        parse_document(content, "x.json")


def test_documents_escape_only_what_must_be() -> None:
    """Quotes, backslashes and control characters are escaped, everything else stands as itself."""
    document = {"a": 'quote " backslash \\ bell \x07 line\n 威海\u2028\x7f', "empty": [{}, []]}
    content = document_bytes(document)
    assert b'"quote \\" backslash \\\\ bell \\u0007 line\\n \xe5\xa8\x81' in content
    assert b'"empty": [\n    {},\n    []\n  ]' in content
    assert parse_document(content, "x.json") == document


@pytest.mark.parametrize("cell", ["a\tb", "a\nb", "\x00", "\x85", "\u2028", "\ud800"])
def test_tables_refuse_control_characters(cell: str) -> None:
    """A cell cannot make a cell or a row of its own."""
    with pytest.raises(ValueError, match="control characters"):
        table_bytes(("a", "b"), [("x", cell)])


def test_tables_refuse_rows_of_another_width() -> None:
    """A tab in a cell is a cell too many, whatever writes it."""
    with pytest.raises(ValueError, match="2 cells"):
        table_bytes(("a", "b"), [("x",)])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"\xff", "expected UTF-8 text"),
        (b"a\tb", "ending in a line feed"),
        (b"a\tb\nx\ty\r\n", "plain text"),
        (b"a\tc\n", "expected the columns a, b"),
        (b"", "ending in a line feed"),
        (b"a\tb\nx\n", "line 2: expected 2 cells, got 1"),
        (b"a\tb\nx\ty\n\n", "line 3: expected 2 cells, got 1"),
    ],
    ids=["not UTF-8", "cut", "carriage return", "columns", "empty", "short row", "empty line"],
)
def test_tables_in_another_form_are_refused(content: bytes, match: str) -> None:
    """The place of the fault is named."""
    with pytest.raises(RecordError, match=match):
        parse_table(content, ("a", "b"), "x.tsv")


def test_tables_without_rows_have_empty_columns() -> None:
    """A header alone is a table."""
    assert parse_table(table_bytes(("a", "b"), []), ("a", "b"), "x.tsv") == [[], []]
