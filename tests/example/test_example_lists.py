"""Tests of the made-up year's items and tasks."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.example import ExampleCity
from scheduler.registry.codes import ItemKind, ObjectType
from scheduler.registry.items import MICRO, Task


def _task(city: ExampleCity, task_id: str) -> Task:
    return next(task for task in city.tasks if task.task_id == task_id)


def test_items_are_general_and_key_ones_with_basis(city: ExampleCity) -> None:
    """Thirteen general and thirteen key items, each with a basis, effort and two officers; ids are unique."""
    kinds = [item.kind for item in city.items]
    assert (kinds.count(ItemKind.GENERAL), kinds.count(ItemKind.KEY)) == (13, 13)
    assert len({item.item_id for item in city.items}) == 26
    assert all(item.basis and item.department and item.effort_minutes > 0 for item in city.items)
    assert {item.officers_required for item in city.items} == {2}
    specialities = {item.speciality for item in city.items} - {""}
    assert specialities <= set(city.parameters.roster.specialities)


def test_tasks_name_items_and_libraries_that_exist(city: ExampleCity) -> None:
    """Twelve tasks in order, each of items of the list; four of them inspect general items."""
    known = {item.item_id for item in city.items}
    assert [task.task_id for task in city.tasks] == [f"T{number:02d}" for number in range(1, 13)]
    for task in city.tasks:
        assert set(task.item_ids) <= known
        assert set(task.range.libraries) <= set(city.frame.library_codes)
    assert [task.task_id for task in city.tasks if task.is_general(city.items)] == ["T01", "T02", "T03", "T04"]


def test_full_coverage_is_what_the_plan_asks_for(city: ExampleCity) -> None:
    """The five full-coverage matters of the plan are full coverage, and nothing else is."""
    full = {task.range.libraries for task in city.tasks if task.full_coverage}
    named = ("special_drugs", "vaccination", "food_workshop", "petrol_station", "device_trials")
    assert full == {(code,) for code in named}
    assert {task.ratio_min_micro for task in city.tasks if task.full_coverage} == {MICRO}
    reached = sum(int(task.range.covers(city.frame).sum()) for task in city.tasks if task.full_coverage)
    assert reached < 0.006 * len(city.frame)  # "a few thousand" of 462,000


def test_enterprises_of_full_coverage_leave_room_in_the_target(city: ExampleCity) -> None:
    """Enterprises that must be visited anyway are fewer than a tenth of T, half of what the policy allows."""
    enterprises = city.frame.operating() & city.frame.of_type(ObjectType.ENTERPRISE)
    forced = np.zeros(len(city.frame), dtype=np.bool_)
    for task in city.tasks:
        if task.full_coverage:
            forced |= task.range.covers(city.frame)
    target = -(-int(enterprises.sum()) * 8 // 100)
    assert int((forced & enterprises).sum()) < target / 10


def test_visits_of_the_year_are_about_eight_percent_of_the_register(city: ExampleCity) -> None:
    """T and the greatest ratios of the other tasks ask for 7.5 to 8.5 % of all firms."""
    visits = 0.08 * int(_task(city, "T01").range.covers(city.frame).sum())
    for task in city.tasks[1:]:
        visits += int(task.range.covers(city.frame).sum()) * task.ratio_max_micro / MICRO
    assert 0.075 < visits / len(city.frame) < 0.085


@pytest.mark.parametrize("task_id", ["T02", "T03", "T04", "T10", "T11", "T12"])
def test_ratios_are_ranges(city: ExampleCity, task_id: str) -> None:
    """Tasks of discretion leave the programme room."""
    task = _task(city, task_id)
    assert 0 < task.ratio_min_micro < task.ratio_max_micro <= MICRO // 2
    assert not task.full_coverage


def test_lodging_is_a_joint_task(city: ExampleCity) -> None:
    """The joint task has partner departments, and every partner an item of its own."""
    task = _task(city, "T12")
    departments = {item.department for item in city.items if item.item_id in task.item_ids}
    assert set(task.partners) == {"公安局", "卫生健康委员会"}
    assert departments == {*task.partners, "市场监管局"}
