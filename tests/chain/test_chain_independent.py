"""The independent verifier on records of the chain: it accepts them, and finds changes where the program does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.draw.canonical import document_bytes
from scheduler.workflow.demo import DemoSummary
from tests.audit.two_verifiers import Files, Verify, ask, assert_agree, needs_node, start

pytestmark = needs_node


@pytest.fixture(scope="module")
def independent() -> Iterator[Verify]:
    """The independent verifier."""
    with start() as process:
        yield lambda files: ask(process, files)
        process.terminate()


def files_of(folder: Path) -> Files:
    """Files of a record by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def remade(files: Files) -> Files:
    """The record with a manifest that lists what is there now."""
    manifest = json.loads(files["manifest.json"])
    del manifest["record_digest"]
    unlisted = ("manifest.json", "signature.json") if manifest["format"] == 2 else ("manifest.json",)
    listed = {name: hashlib.sha256(files[name]).hexdigest() for name in files if name not in unlisted}
    manifest = {**manifest, "files": listed}
    digest = hashlib.sha256(document_bytes(manifest)).hexdigest()
    return {**files, "manifest.json": document_bytes({**manifest, "record_digest": digest})}


def changed_cell(content: bytes, column: int, row: int) -> bytes:
    """A table with the last digit of one cell changed."""
    lines = content.decode("utf-8").split("\n")
    cells = lines[row].split("\t")
    cells[column] = cells[column][:-1] + ("1" if cells[column][-1:] != "1" else "2")
    lines[row] = "\t".join(cells)
    return "\n".join(lines).encode("utf-8")


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_records_of_the_chain_are_accepted(small_year: DemoSummary, independent: Verify, kind: str) -> None:
    """An open and targeted rounds, officers, days, results; each section that the page has for them is claimed."""
    found = assert_agree(files_of(small_year.folder / "records" / kind), independent)
    assert not found.rejected
    wanted = {"1.3, 1.4", "1.6", "2", "3.1", "3.2", "3.3", "4", "5", "7"}
    if kind == "audit":
        wanted |= {"1.5", "3.4", "6.1", "6.3", "6.4", "6.5", "6.6", "8.1", "8.2", "8.3", "8.4", "8.5"}
    assert found.made >= wanted


CHANGES = [
    ("programme-columns.tsv", 5),  # the answer
    ("programme-columns.tsv", 3),  # a cost
    ("programme-rows.tsv", 3),  # a bound, or none
    ("programme-rows.tsv", 5),  # a dual value
    ("programme-entries.tsv", 2),
    ("allocation.tsv", 5),
    ("selected.tsv", 3),
    ("quotas.tsv", 2),
    ("register.tsv", 8),
    ("pool.tsv", 1),
]


@pytest.mark.parametrize(("name", "column"), CHANGES)
def test_changes_are_found_in_the_same_places(
    smallest_year: DemoSummary, independent: Verify, name: str, column: int
) -> None:
    """A digit of a table of a targeted round, at three rows in turn; the manifest is made anew."""
    files = files_of(smallest_year.folder / "records" / "audit")
    path = next(path for path in sorted(files) if path.endswith(f"-1/{name}") and "/2026-1-" not in path)
    count = files[path].count(b"\n") - 1
    for row in (1, count // 2, count):
        changed = remade({**files, path: changed_cell(files[path], column, row)})
        assert assert_agree(changed, independent).rejected
