"""The frozen tables: canonical, complete, and read back as they were meant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scheduler.allocation.cells import Cell
from scheduler.draw import bulk, frozen
from scheduler.draw.canonical import parse_table, table_bytes
from scheduler.draw.examples import two_firms
from scheduler.draw.files import (
    DRAWN_COLUMNS,
    REGISTER_COLUMNS,
    SELECTED_COLUMNS,
    allocation_table,
    drawn_table,
    pool_table,
    register_table,
    selected_table,
)
from scheduler.draw.frozen import read_cells, read_pool
from scheduler.draw.pool import open_pool
from scheduler.draw.selection import Selection
from scheduler.errors import RecordError
from scheduler.registry.frame import Frame

CELLS = (
    Cell(stratum="1/e/A/T1", package="T1", counting=True, rest=False, num_firms=2, visits_micro=1_500_000),
    Cell(stratum="1/e/A/T1", package="T1+T2", counting=False, rest=True, num_firms=2, visits_micro=500_000),
    Cell(stratum="1/e/B/T1", package="T1", counting=True, rest=False, num_firms=1, visits_micro=0),
)
IDS = np.array([b"91", b"92", b"93", b"94"], dtype="S18")


def test_tables_are_canonical_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in chunks of one row, a table is what the plain writer gives."""
    monkeypatch.setattr(bulk, "CHUNK", 1)
    pool = open_pool("2026-1-1", IDS)
    rows = [(name.decode(), leaf.tobytes().hex()) for name, leaf in zip(pool.firm_id, pool.leaf, strict=True)]
    assert pool_table(pool) == table_bytes(("firm_id", "leaf"), rows)
    frame, classes = two_firms()
    whole = register_table(frame, classes, np.array([0, 1]), ("open", "out:type"))
    monkeypatch.undo()
    assert register_table(frame, classes, np.array([0, 1]), ("open", "out:type")) == whole
    assert [len(column) for column in parse_table(whole, REGISTER_COLUMNS, "register.tsv")] == [2] * 14


def test_register_of_nobody_is_its_header() -> None:
    """An empty register, or one that nothing classified, is still a table."""
    frame, classes = two_firms()
    nobody = replace(
        classes, **{name: getattr(classes, name)[:0] for name in ("firm_id", "bins", "direct", "score", "tier", "rule")}
    )
    table = register_table(frame, nobody, np.array([1, 1]), ("open", "out:type"))
    columns = dict(zip(REGISTER_COLUMNS, parse_table(table, REGISTER_COLUMNS, "register.tsv"), strict=True))
    assert [columns[name] for name in ("bins", "direct", "score", "tier", "rule")] == [["", ""]] * 5
    empty = Frame(
        **{
            name: getattr(frame, name)[:0] if isinstance(getattr(frame, name), np.ndarray) else getattr(frame, name)
            for name in Frame.__slots__
        }
    )
    header = ("\t".join(REGISTER_COLUMNS) + "\n").encode()
    assert register_table(empty, nobody, np.zeros(0, dtype=np.int32), ("open",)) == header


def test_register_shows_each_firms_own_class() -> None:
    """Classes are found by firm id, not by position: firms between and beyond the classified ones stay empty."""
    frame, classes = two_firms()
    other = replace(classes, firm_id=np.array([b"92"], dtype="S18"), rule=np.array([-1], dtype=np.int8))
    table = register_table(frame, other, np.array([0, 0]), ("open",))
    rows = [line.split("\t") for line in table.decode().splitlines()[1:]]
    assert [row[6:11] for row in rows] == [["", "", "", "", ""], ["01", "1", "30", "B", ""]]
    assert [row[12:] for row in rows] == [["", ""], ["food:C", ""]]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"firm_id": np.array([b"9\t1", b"92"], dtype="S18")}, "digits and letters"),
        ({"industry": np.array([b"F\n", b""], dtype="S5")}, "industries written in codes"),
        ({"district_codes": ("3710\t02",)}, "without control characters"),
        ({"library_codes": ("fuel", "shop\u2028")}, "without control characters"),
    ],
    ids=["firm id", "industry", "district", "library"],
)
def test_register_refuses_cells_that_break_the_table(change: dict[str, object], match: str) -> None:
    """A tab or a line end inside a code cannot make a row of its own."""
    frame, classes = two_firms()
    with pytest.raises(ValueError, match=match):
        register_table(replace(frame, **change), classes, np.array([0, 0]), ("open",))


def test_lists_hold_the_firms_drawn_and_clean_names() -> None:
    """Each firm drawn stands with its cell; names lose control characters; a firm that is gone has none."""
    selection = Selection(position=np.array([0, 1, 3]), cell=np.array([1, 0, 2]))
    labels = {"91": ("甲\t店\n", "威海"), "92": ("a\u2028b", "x")}
    columns = parse_table(drawn_table(IDS, selection, CELLS, labels), DRAWN_COLUMNS, "drawn.tsv")
    assert columns == [
        ["91", "92", "94"],
        ["甲 店", "a b", ""],
        ["威海", "x", ""],
        ["T1+T2", "T1", "T1"],
        ["0", "1", "1"],
    ]
    columns = parse_table(selected_table(IDS, selection, CELLS), SELECTED_COLUMNS, "selected.tsv")
    # 1.5 + 0.5 visits among two firms; nothing among one.
    assert columns[3:] == [["2000000", "2000000", "0"], ["2", "2", "1"]]


def test_empty_lists_are_their_headers() -> None:
    """A round that draws nobody still has its lists."""
    nobody = Selection(position=np.zeros(0, dtype=np.int64), cell=np.zeros(0, dtype=np.int64))
    assert selected_table(IDS, nobody, CELLS) == ("\t".join(SELECTED_COLUMNS) + "\n").encode()
    assert drawn_table(IDS, nobody, CELLS, {}) == ("\t".join(DRAWN_COLUMNS) + "\n").encode()


def test_cells_read_back() -> None:
    """What was frozen is what is drawn by."""
    assert read_cells(allocation_table(CELLS)) == CELLS


@pytest.mark.parametrize(
    "content",
    [
        b"",
        allocation_table(CELLS).replace(b"1500000", b"1.5"),
        allocation_table(CELLS).replace(b"\t2\t", b"\t-2\t"),
        allocation_table(CELLS).replace(b"stratum", b"strata"),
    ],
    ids=["empty", "part of a visit", "negative", "column"],
)
def test_cells_refuse_other_bytes(content: bytes) -> None:
    """A changed table is refused as a record."""
    with pytest.raises(RecordError, match=r"allocation\.tsv"):
        read_cells(content)


def register(rows: list[tuple[str, str]]) -> bytes:
    """A register of firm ids and dispositions, all other cells empty."""
    return table_bytes(REGISTER_COLUMNS, [(name, *[""] * 10, disposition, "", "") for name, disposition in rows])


@pytest.mark.parametrize("piece", [1, 100, 10**6])
def test_pool_reads_back_across_pieces(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Firms out of the pool are left out, strata are numbered as in the cells, however the bytes are cut."""
    monkeypatch.setattr(frozen, "_PIECE", piece)
    content = register([("91", "1/e/B/T1"), ("92", "out:status"), ("93", "1/e/A/T1"), ("94", "1/e/A/T1")])
    pool = read_pool(content, CELLS)
    assert pool.firm_id.tolist() == [b"91", b"93", b"94"]
    assert pool.stratum.tolist() == [1, 0, 0]
    assert len(pool) == 3


def test_pool_of_an_empty_register_is_empty() -> None:
    """A header alone is read."""
    assert len(read_pool(register([]), CELLS)) == 0


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "expected a table of the register"),
        (register([("91", "out:type")])[:-1], "expected a table of the register"),
        (register([("91", "1/e/C/T1")]), "only strata of allocation.tsv, got 1/e/C/T1"),
        (register([("91", "out:type")]) + b"92\n", "expected 14 cells"),
        (register([]) + b"92" + b"\t" * 27 + b"\n", "only strata of allocation.tsv"),
    ],
    ids=["empty", "cut", "unknown stratum", "short row", "two rows in one"],
)
def test_pool_refuses_other_bytes(content: bytes, match: str) -> None:
    """A changed register is refused as a record."""
    with pytest.raises(RecordError, match=match):
        read_pool(content, CELLS)
