"""
Rows of every table of the newest records: one dropped, repeated, in another order, or with the cells of its neighbour.

Digests, manifest and signature are remade, so the claim that speaks of the row must tell. `UNTOLD` names the tables in
which the bytes alone cannot, with the reason. CI tries one row of a table of each name; with ``EVERY_BIT=1`` every row
of every table is tried.
"""

from __future__ import annotations

import gettext
import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from scheduler.audit.formats.files import file_name
from scheduler.audit.formats.tables import TABLES
from tests.chain.bits import Files, Keyholder, failed, fails_alone, is_readable
from tests.chain.substituting import record
from tests.chain.tiny import TinyDemo

EVERY = bool(os.environ.get("EVERY_BIT"))
CHAINS = ("log.tsv", "draw-log.tsv")
SEALED = "register roster recusals allocation recent programme-columns programme-rows programme-entries items tasks"
RIGHT: dict[str, tuple[str, ...]] = {  # sections of the claims that tell of a row, by table
    "log.tsv": ("2",),
    "draw-log.tsv": ("2.2",),
    "pool.tsv": ("3.3",),
    "drawn.tsv": ("5",),
    "added.tsv": ("7.1", "2"),  # of a targeted round the year's total tells: a firm may be withdrawn alone
    "withdrawn.tsv": ("7.1",),
    "substitutes.tsv": ("7.1",),
    "quotas.tsv": ("6.3",),
    "selected.tsv": ("7",),
    "teams.tsv": ("8.2",),
    "visits.tsv": ("8.3", "8.4"),
    "experts.tsv": ("8.12",),
    "expert-replacements.tsv": ("8.13",),
    "handovers.tsv": ("8.14",),
    "replacements.tsv": ("8.14",),  # handovers count those before them; 8.10 asks for the right ones alone
    **{f"{name}.tsv": ("1.5",) for name in SEALED.split()},
}
LISTS = "the year's lists may change after a draw; those that a draw went by are sealed, and in the audit record"
PEOPLE = "that people did something no other table tells; no claim holds it against log.tsv, which does"
UNTOLD = {
    ("drop", "results.tsv"): PEOPLE,
    ("exchange", "results.tsv"): PEOPLE,
    ("drop", "expert-replacements.tsv"): PEOPLE,
    ("drop", "moves.tsv"): PEOPLE,
    ("drop", "calendar.tsv"): "leave stands nowhere else; where it decides a day or an expert, 8.4 and 8.12 tell",
    ("drop", "towns.tsv"): "a town stands nowhere else; where it decides a day, 8.4 tells",
    ("exchange", "towns.tsv"): "a town stands nowhere else; where it decides a day, 8.4 tells",
    ("exchange", "added.tsv"): "where packages are the same, names alone change places, which no other file tells",
    ("drop", "the year's tasks.tsv"): LISTS,
    **{("exchange", f"the year's {name}.tsv"): LISTS for name in ("items", "tasks")},
    ("drop", "the newest of log.tsv"): "a log that ends earlier was whole then: a head noted later tells (9.1)",
}


@pytest.fixture(autouse=True)
def _fast_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages without looking for catalogues on disk."""
    monkeypatch.setattr(gettext, "gettext", lambda message: message)


def tables(files: Files) -> Iterator[tuple[str, list[bytes]]]:
    """Tables of a record: path, and lines with the header first."""
    for name, content in sorted(files.items()):
        if name.endswith(".tsv"):
            yield name, content.splitlines(keepends=True)


def tried(files: Files) -> Iterator[tuple[str, list[bytes], int]]:
    """Tables with a row, counted from 1: all rows of all, or one of one table of each name."""
    seen: set[str] = set()
    for name, lines in tables(files):
        if EVERY or file_name(name) not in seen:
            seen.add(file_name(name))
            rows = range(1, len(lines))
            yield from ((name, lines, at) for at in (rows if EVERY else rows[len(rows) // 2 :][:1]))


def dropped(_name: str, lines: list[bytes], at: int) -> bytes:
    """A table without a row."""
    return b"".join([*lines[:at], *lines[at + 1 :]])


def exchanged(name: str, lines: list[bytes], at: int) -> bytes:
    """A table in which a row and the next (the last and the first) have each other's cells, but for their keys."""
    keys, other = TABLES[file_name(name)].num_keys, at % (len(lines) - 1) + 1
    first, second = (lines[place].split(b"\t") for place in (at, other))
    changed = list(lines)
    changed[at], changed[other] = b"\t".join(first[:keys] + second[keys:]), b"\t".join(second[:keys] + first[keys:])
    return b"".join(changed)


def repeated(_name: str, lines: list[bytes], at: int) -> bytes:
    """A table with a row twice."""
    return b"".join([*lines[: at + 1], *lines[at:]])


def swapped(_name: str, lines: list[bytes], at: int) -> bytes:
    """A table in which a row stands behind the next, or the last before the first."""
    other = at % (len(lines) - 1) + 1
    changed = list(lines)
    changed[at], changed[other] = lines[other], lines[at]
    return b"".join(changed)


def reversed_rows(_name: str, lines: list[bytes], _at: int) -> bytes:
    """A table with its rows from the last to the first."""
    return b"".join([lines[0], *lines[:0:-1]])


Change = Callable[[str, list[bytes], int], bytes]
REORDERED: dict[str, Change] = {"repeat": repeated, "swap": swapped, "reverse": reversed_rows}
CHANGED: dict[str, Change] = {"drop": dropped, "exchange": exchanged}


def cause(what: str, name: str, lines: list[bytes], at: int) -> tuple[str, str]:
    """The key under which `UNTOLD` would have a change."""
    base = file_name(name)
    if name in ("items.tsv", "tasks.tsv"):
        return what, f"the year's {base}"
    return what, f"the newest of {base}" if name == "log.tsv" and at == len(lines) - 1 else base


@pytest.mark.parametrize("what", REORDERED)
@pytest.mark.parametrize("kind", ["public", "audit"])
def test_row_in_another_place_is_found(tiny_year: TinyDemo, kind: str, what: str) -> None:
    """Tables are in the one order that 1.4 gives them; the two logs are chains (2, 2.2)."""
    files, manifest = record(tiny_year, kind), Keyholder(record(tiny_year, kind), tiny_year.key).manifest
    count = 0
    for name, lines, at in tried(files):
        content = REORDERED[what](name, lines, at)
        if content != files[name]:
            count += 1
            is_chain = file_name(name) in CHAINS
            found = (
                fails_alone({**files, name: content}, manifest, name) if is_chain else not is_readable(name, content)
            )
            assert found, (name, at)
    print(f"{kind}, {what}: {count} rows, all found")


@pytest.mark.parametrize("what", CHANGED)
@pytest.mark.parametrize("kind", ["public", "audit"])
def test_row_dropped_or_exchanged_is_found_by_the_right_claim(tiny_year: TinyDemo, kind: str, what: str) -> None:
    """The claim about the table of the row fails, or nobody could know."""
    files = record(tiny_year, kind)
    holder, count, untold = Keyholder(files, tiny_year.key), 0, Counter[tuple[str, str]]()
    for name, lines, at in tried(files):
        content = CHANGED[what](name, lines, at)
        if content == files[name]:
            continue
        count += 1
        problems = failed(holder.with_files({name: content}))
        key = cause(what, name, lines, at)
        if not problems:
            untold[key] += 1
        if key not in UNTOLD:
            wanted = ("2",) if name == "items.tsv" else RIGHT[file_name(name)]  # that of the year is not sealed
            assert any(problem.startswith(f"§{section} ") for problem in problems for section in wanted), (name, at)
    assert set(untold) <= set(UNTOLD)
    if EVERY and kind == "audit":
        assert set(untold) == {key for key in UNTOLD if key[0] == what}
    print(f"{kind}, {what}: {count} rows, {untold.total()} not found: {dict(untold)}")
