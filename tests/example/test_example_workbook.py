"""Tests of the made-up city as a workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import python_calamine

from scheduler.errors import UsageError
from scheduler.example import ExampleCity, workbook
from scheduler.example.workbook import sheet_cells, workbook_bytes
from scheduler.registry.kinds import TEMPLATE_KINDS, kind_named
from scheduler.resources import data_path

SHIPPED = data_path("examples", "weihai-small.xlsx")


def _cells(source: Path | io.BytesIO) -> dict[str, Sequence[Sequence[object]]]:
    book = python_calamine.load_workbook(source)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_shipped_workbook_is_the_one_made_today(small_city: ExampleCity) -> None:
    """Cell by cell; if not: double-random example data/examples/weihai-small.xlsx --yes."""
    assert _cells(SHIPPED) == _cells(io.BytesIO(workbook_bytes(small_city)))


def test_sheets_and_headers_are_those_of_the_template(small_city: ExampleCity) -> None:
    """One sheet per kind of input, under its official Chinese headers, with all rows of the city."""
    sheets = _cells(io.BytesIO(workbook_bytes(small_city)))
    assert list(sheets) == ["检查对象", "信用事件", "抽查事项清单", "执法检查人员", "回避", "抽查任务"]
    for kind in TEMPLATE_KINDS:
        assert sheets[kind.zh][0] == [column.zh for column in kind.columns]
    assert [len(rows) - 1 for rows in sheets.values()] == [
        300,
        len(small_city.history),
        len(small_city.items),
        len(small_city.officers),
        len(small_city.recusals),
        12,
    ]


def test_same_city_makes_same_bytes(small_city: ExampleCity) -> None:
    """Nothing of the clock is in the file."""
    assert workbook_bytes(small_city) == workbook_bytes(small_city)


def test_cells_are_what_a_person_types(small_city: ExampleCity) -> None:
    """Words for codes, amounts with their unit, percentages, lists; empty where the city knows nothing."""
    tasks = sheet_cells(small_city, kind_named("tasks"))
    assert tasks["object_types"][:2] == ["企业", "个体工商户"]
    assert (tasks["ratio_min_micro"][1], tasks["ratio_max_micro"][1]) == ("4%", "6.5%")
    assert (tasks["full_coverage"][4], tasks["ratio_min_micro"][4]) == ("是", "100%")
    assert tasks["partners"][11] == "公安局；卫生健康委员会"
    assert (tasks["districts"][0], tasks["item_ids"][7]) == (None, "K04；K05")
    firms = sheet_cells(small_city, kind_named("firms"))
    for shown, yuan in zip(firms["capital_yuan"], small_city.firms["capital_yuan"], strict=True):
        assert shown == (None if yuan is None else f"{yuan // 10_000}万元")  # all amounts of the parameters are round
    assert set(firms["district"]) == {entry.name for entry in small_city.parameters.districts}
    officers = sheet_cells(small_city, kind_named("officers"))
    assert "371000" in officers["district"]  # the bureau's own officers keep its code: it serves every district


def test_too_many_rows_are_refused(small_city: ExampleCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that would not hold its rows is named, before anything is written."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 299)
    with pytest.raises(UsageError, match="at most 299 rows for the sheet 检查对象, got 300"):
        workbook_bytes(small_city)
