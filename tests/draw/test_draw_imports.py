"""Imports while a draw stands: what it was made by stays, everything else may move on."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from tiny_year import ENTERPRISES, TinyYear

from models.registry_rows import load_items, load_tasks
from models.tables import DrawnFirm
from scheduler.errors import InputError
from scheduler.workflow.draw import void_draw
from scheduler.workflow.registry import import_file
from scheduler.workflow.results import record_results

TASK = ["task_id", "name", "item_ids", "starts_on", "ends_on", "initiator"]
ITEM = ["item_id", "category", "name", "kind", "department", "basis"]


def saved(path: Path, *rows: list[str]) -> Path:
    """A CSV of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def task_row(task_id: str = "T01", name: str = "T01", items: str = "G01", ends_on: str = "2026-12-31") -> list[str]:
    """A task of the tiny year, changed."""
    return [task_id, name, items, "2026-01-01", ends_on, "x"]


def test_items_of_a_task_stay_once_a_draw_is_committed_to(any_tiny: TinyYear, tmp_path: Path) -> None:
    """Items of T01 cannot change after round 1 committed to it; its name and days, and the items of T02, can."""
    path = saved(tmp_path / "t.csv", TASK, task_row(items="K01", name="new"))
    any_tiny.plan_open()
    assert import_file(any_tiny.workspace, "tasks", path, dry_run=True).num_changed == 1  # nothing committed to yet
    any_tiny.commit()
    with pytest.raises(InputError) as caught:
        import_file(any_tiny.workspace, "tasks", path)
    assert [(entry.row, entry.column, entry.value) for entry in caught.value.problems] == [(2, "item_ids", "K01")]
    assert "draw 2026-1-1 was committed to" in caught.value.problems[0].message
    rows = [task_row(name="new", ends_on="2026-11-30"), task_row("T02", "T02", "K01;G01")]
    assert import_file(any_tiny.workspace, "tasks", saved(tmp_path / "u.csv", TASK, *rows)).num_changed == 2
    with any_tiny.workspace.transaction() as connection:
        tasks = {task.task_id: task for task in load_tasks(connection, 2026)}
    assert (tasks["T01"].name, tasks["T01"].item_ids, tasks["T02"].item_ids) == ("new", ("G01",), ("G01", "K01"))


def test_kind_of_an_item_stays_once_it_was_drawn_and_is_free_once_the_draw_is_void(
    tiny: TinyYear, tmp_path: Path
) -> None:
    """Whether G01 counts towards the 8 % is settled by the draw; a voided draw settles nothing."""
    path = saved(tmp_path / "i.csv", ITEM, ["G01", "x", "x", "重点检查事项", "x", "x"])
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    with pytest.raises(InputError, match="1 of 1 rows") as caught:
        import_file(tiny.workspace, "items", path)
    assert caught.value.problems[0].column == "kind"
    report = import_file(tiny.workspace, "items", path, on_error="quarantine")
    assert (report.num_changed, report.num_quarantined) == (0, 1)
    void_draw(tiny.workspace, 1, "a source did not speak")
    assert import_file(tiny.workspace, "items", path).num_released == 1
    with tiny.workspace.transaction() as connection:
        assert [item.kind for item in load_items(connection) if item.item_id == "G01"] == ["key"]


def test_results_of_a_drawn_firm_are_taken_after_it_left_the_register(
    tiny: TinyYear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firm that closed, moved and became another type after the draw still has its visit and its results."""
    monkeypatch.setattr("scheduler.registry.column_parsing.valid_codes", lambda codes: np.ones(len(codes), np.bool_))
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    ((draw_id, firm_id), *_others) = tiny.columns(DrawnFirm, "draw_id", "firm_id")
    assert firm_id in ENTERPRISES
    header = ["firm_id", "name", "object_type", "status", "district"]
    path = saved(tmp_path / "f.csv", header, [str(firm_id), "旧店", "其他", "注销", ""])
    assert import_file(tiny.workspace, "firms", path).num_changed == 1
    found = saved(
        tmp_path / "r.csv",
        ["firm_id", "item_id", "categories", "inspected_on", "round"],
        [str(firm_id), "G01", "未发现开展本次抽查涉及的经营活动", "2026-02-20", "2026-1"],
    )
    assert import_file(tiny.workspace, "results", found).num_new == 1
    same = {"draw_id": [draw_id], "firm_id": [firm_id], "item_id": ["G01"], "inspected_on": [tiny.workspace.today]}
    with tiny.workspace.transaction() as connection:
        summary = record_results(connection, tiny.workspace, {**same, "category": ["no_problem"]}, reason="mistyped")
    assert summary.num_replaced == 1
