"""Files with problems and refused rows are harmless in a spreadsheet and come back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import Problem, UsageError
from scheduler.registry.readers import read_sheets
from scheduler.registry.refused import cells_of, grids_file, problems_grid, row_id_of

HOSTILE = ["=1+1", "+x", "-2", "@SUM(A1)", "'=1", "a,b", 'say "x"', "两\n行", "威海"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_rows_come_back_as_they_were_and_no_cell_is_a_formula(tmp_path: Path, suffix: str) -> None:
    """Exported and read again, nothing is lost; a spreadsheet sees text only."""
    path = tmp_path / f"rows{suffix}"
    path.write_bytes(grids_file([("表", [[f"h{place}" for place in range(len(HOSTILE))], HOSTILE])], suffix))
    (sheet,) = read_sheets(path)
    assert list(sheet.rows[1]) == HOSTILE
    assert b"<f>" not in path.read_bytes()


def test_other_suffixes_and_two_lists_in_a_csv_are_refused() -> None:
    """A CSV holds one list."""
    grid = ("表", [["a"]])
    with pytest.raises(UsageError, match=r"ends in \.csv or \.xlsx, got \.txt"):
        grids_file([grid], ".txt")
    with pytest.raises(UsageError, match=r"choose a \.xlsx file"):
        grids_file([grid, grid], ".csv")


def test_row_is_recognised_by_its_cells_whatever_their_order() -> None:
    """Empty cells, the quarantine's own columns and the order of columns do not make another row."""
    one = cells_of(["代码", "名称", "问题", "隔离编号"], ["A1", "甲", "坏", "123"])
    two = cells_of(["名称", "代码", "备注"], ["甲", "A1", ""])
    assert one == {"代码": "A1", "名称": "甲"}
    assert row_id_of("firms", one) == row_id_of("firms", two)
    assert row_id_of("firms", one) != row_id_of("events", one)
    assert row_id_of("firms", one) != row_id_of("firms", {"代码": "A1", "名称": "乙"})


def test_cells_without_header_are_kept() -> None:
    """A cell right of the last header, or under a repeated one, is not lost."""
    assert cells_of(["a", "a"], ["1", "2", "3"]) == {"a": "1", "a#2": "2", "#3": "3"}


def test_problems_grid_tells_bad_cells_from_notices() -> None:
    """The whole list has bad cells first."""
    problem = Problem(file="f", sheet="s", row=2, column="c", value="v", message="m", remedy="r")
    _name, rows = problems_grid([problem], [problem])
    assert [row[0] for row in rows[1:]] == ["bad cell", "notice"]
    assert list(rows[1][1:]) == ["f", "s", "2", "c", "v", "m", "r"]


def test_short_rows_are_filled_up_and_extra_cells_keep_their_name() -> None:
    """A row that was read, exported and read again is the same row."""
    assert cells_of(["a", "b"], ["1"]) == {"a": "1", "b": ""}
    once = cells_of(["a", "b"], ["1", "2", "3"])
    assert once == {"a": "1", "b": "2", "#3": "3"}
    assert cells_of(["a", "b", "#3", "Problems"], ["1", "2", "3", "bad"]) == once
    assert cells_of(["a", "b", "#3"], ["1", "2", ""]) == {"a": "1", "b": "2"}


@pytest.mark.parametrize("row", [["x" * 32_001], ["x"] * 16_385], ids=["a cell too long", "too many columns"])
def test_rows_that_a_workbook_would_cut_are_refused(row: list[str]) -> None:
    """Nothing is lost on the way out: what a spreadsheet cannot hold goes into a CSV."""
    with pytest.raises(UsageError, match="do not fit into a workbook"):
        grids_file([("s", [["h"] * len(row), row])], ".xlsx")
    assert grids_file([("s", [["h"] * len(row), row])], ".csv").count(b"x") == sum(map(len, row))
