"""Changes of a plan's figures as a planner writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from allocation_cities import task

from scheduler.allocation.changes import Change, Known, changed_policy, changed_tasks, edits, parse_change
from scheduler.errors import UsageError

KNOWN = Known(
    policy={
        "target": {"ratio": Decimal("0.08"), "source": "plan"},
        "rates": {"floor": {"A": Decimal("0.01"), "B": Decimal("0.02")}, "step": Decimal("0.02")},
        "rounds": ({"number": 1, "ends_on": date(2026, 5, 29)}, {"number": 2, "ends_on": date(2026, 8, 31)}),
        "capacity": {
            "hours_per_officer": Decimal(400),
            "officers_per_visit": 2,
            "distinguish": (),
            "changes": ({"district": "371002", "department": "", "round": None, "hours": Decimal(10)},),
        },
    },
    tasks=(task("T10", least=250_000, greatest=400_000),),
    districts={"371002": "371002", "371082": "371082", "荣成市": "371082"},
    departments=("市场监督管理局",),
    specialities=("food",),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rates.step=0.01", Change(name="rates.step", operator="=", value="0.01")),
        (" hours == 300 ", Change(name="hours", operator="=", value="300")),
        ("hours=×110%", Change(name="hours", operator="×", value="110%")),
        ("hours*=1.1", Change(name="hours", operator="×", value="1.1")),
        ("capacity.371082.food=+200", Change(name="capacity.371082.food", operator="+", value="200")),
        ("floor-=1%", Change(name="floor", operator="-", value="1%")),
    ],
)
def test_parse_change_reads_name_operator_and_value(text: str, expected: Change) -> None:
    """The operator stands before the value, or before the equals sign as in programming."""
    assert parse_change(text) == expected


@pytest.mark.parametrize("text", ["", "step", "=1", "step=", "step=+"])
def test_parse_change_refuses_what_is_no_change(text: str) -> None:
    """Without a name or a value there is nothing to change, and the form is told by example."""
    with pytest.raises(UsageError, match="expected NAME=VALUE, such as"):
        parse_change(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("step=1%", [("rates.step", "0.02", "0.01")]),
        ("rates.step=+0.005", [("rates.step", "0.02", "0.025")]),
        ("floor=×150%", [("rates.floor.A", "0.01", "0.015"), ("rates.floor.B", "0.02", "0.03")]),
        ("floors.B=-0.5%", [("rates.floor.B", "0.02", "0.015")]),
        ("hours=×110%", [("capacity.hours_per_officer", "400", "440")]),
        ("capacity.officers_per_visit=3", [("capacity.officers_per_visit", "2", "3")]),
        ("rounds.2.ends_on=2026-09-15", [("rounds.2.ends_on", "2026-08-31", "2026-09-15")]),
        ("target.source=word", [("target.source", "plan", "word")]),
        ("task.T10.ratio_min=20%", [("task.T10.ratio_min", "0.25", "0.2")]),
        ("task.T10.ends_on=2026-10-31", [("task.T10.ends_on", "2026-12-31", "2026-10-31")]),
        ("capacity.371002=+5", [("capacity.changes.1.hours", "10", "15")]),
        ("capacity.荣成市.food=+200", [("capacity.changes.2", "", "district 371082, speciality food, hours 200")]),
        (
            "capacity.371082.市场监督管理局.food.round2=-8",
            [
                (
                    "capacity.changes.2",
                    "",
                    "district 371082, round 2, speciality food, department 市场监督管理局, hours -8",
                )
            ],
        ),
    ],
)
def test_edits_find_the_figures_a_name_stands_for(text: str, expected: list[tuple[str, str, str]]) -> None:
    """Shortcuts, entries of lists, tasks and officer-hours are found, each with its values before and after."""
    found = edits([parse_change(text)], KNOWN)
    assert [(edit.name, *edit.shown) for edit in found] == expected


def test_edits_build_on_each_other() -> None:
    """Two changes of one figure add up, and new entries of officer-hours stand one after the other."""
    texts = ("hours=+10", "hours=+5", "capacity.371082=+7", "capacity.371082=+1", "capacity.371082.food=+2")
    made = edits([parse_change(text) for text in texts], KNOWN)
    policy: Any = changed_policy(KNOWN.policy, made)
    assert policy["capacity"]["hours_per_officer"] == 415
    assert [entry["hours"] for entry in policy["capacity"]["changes"]] == [10, 8, 2]
    assert policy["capacity"]["changes"][2]["speciality"] == "food"
    assert KNOWN.policy["capacity"]["hours_per_officer"] == 400


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("rates.stpe=1", r"rates\.stpe: expected a figure of the policy.*near it: rates\.step"),
        ("task.T99.ratio_min=1", r"near it: task\.T10\.ratio_min"),
        ("task.T10.name=x", r"task\.T10\.name: expected a figure"),
        ("rounds.7.ends_on=2026-01-01", "expected a figure of the policy"),
        ("step=much", "expected a number, such as 0.02, 2%"),
        ("step=nan", "expected a number"),
        ("hours=+10%", "expected a part of it as ×1.1"),
        ("rounds.1.ends_on=soon", "expected a day such as 2026-06-01"),
        ("rounds.1.ends_on=+1", "expected a value to set"),
        ("capacity.371082=200", r"expected hours to add or take off, such as \+200"),
        ("capacity.371082.drugs=+1", r"expected a department \(市场监督管理局\) or a speciality \(food\), got drugs"),
    ],
)
def test_edits_say_what_is_wrong(text: str, match: str) -> None:
    """A wrong name is answered with names near it, a wrong value with what is expected."""
    with pytest.raises(UsageError, match=match):
        edits([parse_change(text)], KNOWN)


def test_changed_tasks_keeps_ratios_in_order() -> None:
    """A least ratio above the greatest is refused by the task itself."""
    assert (
        changed_tasks(KNOWN.tasks, edits([parse_change("task.T10.ratio_max=0.5")], KNOWN))[0].ratio_max_micro == 500_000
    )
    with pytest.raises(UsageError, match="least ratio ≤ greatest ratio"):
        changed_tasks(KNOWN.tasks, edits([parse_change("task.T10.ratio_min=0.5")], KNOWN))
    with pytest.raises(UsageError, match=r"expected a ratio from 0 to 1, got 1\.5"):
        changed_tasks(KNOWN.tasks, edits([parse_change("task.T10.ratio_max=1.5")], KNOWN))
