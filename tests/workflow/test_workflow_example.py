"""Tests of writing the made-up city."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models import registry_rows
from scheduler.errors import PolicyError, UsageError
from scheduler.example import build_city
from scheduler.registry.frame import Events
from scheduler.registry.readers import read_sheets
from scheduler.resources import data_path
from scheduler.workflow.example import SEED, SMALL_FIRMS, SMALL_NAME, load_parameters, write_workbook
from scheduler.workflow.registry import import_workbook
from scheduler.workflow.workspace import Workspace


def test_write_workbook_makes_the_shipped_one(tmp_path: Path) -> None:
    """Without options the file has the shipped one's cells, and nothing is left beside it."""
    made = write_workbook(tmp_path / "city.xlsx")
    mine, shipped = read_sheets(tmp_path / "city.xlsx"), read_sheets(data_path("examples", SMALL_NAME))
    assert [(sheet.name, sheet.rows) for sheet in mine] == [(sheet.name, sheet.rows) for sheet in shipped]
    assert (made.num_firms, made.num_items, made.num_tasks) == (300, 26, 12)
    assert [path.name for path in tmp_path.iterdir()] == ["city.xlsx"]


def test_write_workbook_names_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that does not exist is an error with a remedy, not a traceback."""
    with pytest.raises(UsageError, match=r"city\.xlsx cannot be written: .*choose another place"):
        write_workbook(tmp_path / "missing" / "city.xlsx", num_firms=200)


def test_write_workbook_leaves_the_old_file_where_the_city_is_refused(tmp_path: Path) -> None:
    """Too small a city changes nothing."""
    target = tmp_path / "city.xlsx"
    target.write_text("old")
    with pytest.raises(UsageError, match="at least 200 firms"):
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
    path.write_bytes("bureau = '威海'".encode("gb18030"))
    with pytest.raises(PolicyError, match=r"mine\.toml: cannot be read"):
        load_parameters(path)


def test_shipped_workbook_imports_as_the_city_it_was_made_from(workspace: Workspace) -> None:
    """Imported through its Chinese words, the workbook gives the city's firms, events, items, tasks, officers again."""
    reports = import_workbook(workspace, data_path("examples", SMALL_NAME))
    assert [(report.num_bad, report.problems, report.notices) for report in reports] == [(0, (), ())] * 6
    city = build_city(load_parameters(), num_firms=SMALL_FIRMS, seed=SEED)
    with workspace.transaction() as connection:
        frame = registry_rows.load_frame(connection)
        events = registry_rows.load_events(connection, frame, date(2026, 1, 1))
        assert registry_rows.load_items(connection) == city.items
        assert registry_rows.load_tasks(connection, 2026) == city.tasks
        assert registry_rows.load_officers(connection) == city.officers
        assert registry_rows.load_recusals(connection) == city.recusals
        labels = registry_rows.load_firm_labels(connection, city.firms["firm_id"])
    for field in fields(frame):
        assert np.array_equal(getattr(frame, field.name), getattr(city.frame, field.name)), field.name
    assert _rows(events) == _rows(city.history)
    assert list(labels.values()) == list(zip(city.firms["name"], city.firms["registrar"], strict=True))


def _rows(events: Events) -> list[tuple[str, ...]]:
    """Events as sorted rows: the store keeps them in an order of its own."""
    columns = [getattr(events, field.name).astype(str) for field in fields(events)]
    return sorted(zip(*columns, strict=True))
