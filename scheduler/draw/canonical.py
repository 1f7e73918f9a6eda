"""
Canonical bytes: one way to write a document and one way to write a table, so that equal content has equal bytes.

Documents are JSON: UTF-8, keys sorted, two spaces of indentation, no floats, a final line feed.
Tables are tab-separated text: UTF-8, a header line, one line a row, line feeds, no quoting. Cells cannot contain tabs,
line breaks or control characters; integers have no sign but minus and no leading zeros; an empty cell is a missing
value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scheduler.errors import RecordError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MAX_DEPTH = 20
LIST_SEPARATOR = ";"  # between the codes of a list cell


def document_bytes(document: Mapping[str, Any]) -> bytes:
    r"""
    Canonical bytes of a JSON document.

    Raises
    ------
    ValueError
        If a value is a float, or anything but text, integer, boolean, null, list or mapping with text keys.

    Examples
    --------
    >>> document_bytes({"b": [1, 2], "a": "威海"}).decode()
    '{\n  "a": "威海",\n  "b": [\n    1,\n    2\n  ]\n}\n'
    """
    _refuse_floats(document, 0)
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode("utf-8")


def parse_document(content: bytes, name: str) -> dict[str, Any]:
    r"""
    Reads a canonical JSON document and refuses bytes that are not its only canonical form.

    Parameters
    ----------
    content
        The file's bytes.
    name
        The file's name, for messages.

    Raises
    ------
    RecordError
        If the bytes are not UTF-8 JSON of an object in canonical form.

    Examples
    --------
    >>> parse_document(b'{\n  "a": 1\n}\n', "x.json")
    {'a': 1}
    """
    try:
        document = json.loads(content.decode("utf-8"))
        canonical = document_bytes(document) if isinstance(document, dict) else b""
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{name}: expected a canonical JSON document, got bytes that are not ({error})") from error
    if canonical != content:
        raise RecordError(f"{name}: expected the canonical form of a JSON document, got other bytes")
    return dict(document)


def table_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    r"""
    Canonical bytes of a table whose cells are text already.

    Raises
    ------
    ValueError
        If a cell contains a control character, or a row is not as wide as the header.

    Examples
    --------
    >>> table_bytes(("firm_id", "leaf"), [("91", "ab")])
    b'firm_id\tleaf\n91\tab\n'
    """
    cells = [header, *rows]
    if any(len(row) != len(header) for row in cells):
        raise ValueError(f"expected rows of {len(header)} cells, got one of another width")
    text = "\n".join(map("\t".join, cells)) + "\n"
    # A tab or line feed inside a cell shows in their numbers, any other control character by itself.
    broken = text.count("\t") != len(cells) * (len(header) - 1) or text.count("\n") != len(cells)
    if broken or _CONTROL.search(text.replace("\t", "").replace("\n", "")):
        raise ValueError("expected cells without control characters, got one that has some")
    return text.encode("utf-8")


def parse_table(content: bytes, header: Sequence[str], name: str) -> list[list[str]]:
    r"""
    Reads a canonical table with the columns expected.

    Returns
    -------
    list of list of str
        The columns, each as long as the table has rows.

    Raises
    ------
    RecordError
        If the bytes are not UTF-8, the header differs, or a row has another number of cells.

    Examples
    --------
    >>> parse_table(b"firm_id\tleaf\n91\tab\n", ("firm_id", "leaf"), "pool.tsv")
    [['91'], ['ab']]
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(f"{name}: expected UTF-8 text, got other bytes at {error.start}") from error
    if not text.endswith("\n") or _CONTROL.search(text.replace("\t", "").replace("\n", "")):
        raise RecordError(f"{name}: expected lines of plain text ending in a line feed, got other characters")
    head, *lines = text[:-1].split("\n")
    if head != "\t".join(header):
        raise RecordError(f"{name}: expected the columns {', '.join(header)}, got {head[:200]!r}")
    rows = [line.split("\t") for line in lines]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise RecordError(f"{name}, line {number}: expected {len(header)} cells, got {len(row)}")
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in header]


def split_list(cell: str) -> tuple[str, ...]:
    """
    Codes of a list cell; an empty cell has none.

    Examples
    --------
    >>> split_list("fuel;shop"), split_list("")
    (('fuel', 'shop'), ())
    """
    return tuple(cell.split(LIST_SEPARATOR)) if cell else ()


def _refuse_floats(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("expected a document of reasonable depth, got one that is nested too deep")
    if value is None or isinstance(value, (str, bool, int)):
        return
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("expected text keys")
        for item in value.values():
            _refuse_floats(item, depth + 1)
        return
    if isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item, depth + 1)
        return
    raise ValueError(f"expected text, integers, lists and mappings, got {value!r}")
