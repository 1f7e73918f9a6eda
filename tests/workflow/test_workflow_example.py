"""Tests of writing the made-up city."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import PolicyError, UsageError
from scheduler.resources import data_path
from scheduler.workflow.example import SMALL_NAME, load_parameters, write_workbook


def test_write_workbook_makes_the_shipped_one(tmp_path: Path) -> None:
    """Without options the file is the shipped one, byte for byte, and nothing is left beside it."""
    made = write_workbook(tmp_path / "city.xlsx")
    assert (tmp_path / "city.xlsx").read_bytes() == data_path("examples", SMALL_NAME).read_bytes()
    assert (made.num_firms, made.num_items, made.num_tasks) == (300, 26, 12)
    assert [path.name for path in tmp_path.iterdir()] == ["city.xlsx"]


def test_write_workbook_names_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that does not exist is an error with a remedy, not a traceback."""
    with pytest.raises(UsageError, match=r"city\.xlsx cannot be written: .*choose another place"):
        write_workbook(tmp_path / "missing" / "city.xlsx", num_firms=100)


def test_write_workbook_leaves_the_old_file_where_the_city_is_refused(tmp_path: Path) -> None:
    """Too small a city changes nothing."""
    target = tmp_path / "city.xlsx"
    target.write_text("old")
    with pytest.raises(UsageError, match="at least 100 firms"):
        write_workbook(target, num_firms=5)
    assert target.read_text() == "old"


def test_load_parameters_reads_a_file_of_one_s_own(tmp_path: Path) -> None:
    """A parameter file can be given; what is wrong in it is named with the file."""
    path = tmp_path / "mine.toml"
    shipped = data_path("examples", "weihai.toml").read_text(encoding="utf-8")
    path.write_text(shipped.replace("history_years = 4", "history_years = 3"), encoding="utf-8")
    assert load_parameters(path).history_years == 3
    path.write_text("format = 1", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"mine\.toml: base_date"):
        load_parameters(path)
