"""Single values set in the text of a parameter file."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scheduler.errors import PolicyError
from scheduler.parameter_text import Path, set_value
from scheduler.resources import data_path

EXAMPLE = data_path("examples", "double-random.toml").read_text(encoding="utf-8")
SPREAD = 'name = "a # b" # first\nlist = [\n  1, # one\n  2,\n]\n\n[one]\ndotted.key = 1\n"odd key" = 2\n'


def changed_lines(before: str, after: str) -> list[str]:
    """Lines of the text after that are not in the text before."""
    known = before.splitlines()
    return [line for line in after.splitlines() if line not in known]


@pytest.mark.parametrize(
    ("text", "path", "value", "line"),
    [
        (EXAMPLE, ("rates", "step"), Decimal("0.01"), "step = 0.01"),
        (
            EXAMPLE,
            ("rates", "floor", "B"),
            Decimal("0.005"),
            "floor = { A = 0.010, B = 0.005, C = 0.030, D = 0.040 }",
        ),
        (EXAMPLE, ("rounds", 1, "ends_on"), date(2026, 8, 1), "ends_on = 2026-08-01"),
        (EXAMPLE, ("capacity", "cost_per_hour"), Decimal("0.002"), "cost_per_hour = 0.002"),
        (EXAMPLE, ("capacity", "more", "371082", "food"), 200, "more.371082.food = 200"),
        (
            EXAMPLE,
            ("capacity", "changes", 0),
            {"district": "1", "hours": 5},
            'changes = [{ district = "1", hours = 5 }]',
        ),
        ("[a]\nb = [1]\n", ("a", "b", 1), 2, "b = [1, 2]"),
        (EXAMPLE, ("agenda", "visits_per_team_day"), 4, "visits_per_team_day = 4"),
        (EXAMPLE, ("bureau", "name"), 'a"b\\c', 'name = "a\\"b\\\\c"'),
        (SPREAD, ("name",), "c", 'name = "c" # first'),
        (SPREAD, ("list", 1), 3, "list = [1, 3]"),
        (SPREAD, ("one", "dotted", "key"), True, "dotted.key = true"),
        (SPREAD, ("one", "odd key"), 3, '"odd key" = 3'),
        (SPREAD, ("one", "new key"), 3, '"new key" = 3'),
        (SPREAD, ("two", "key"), 3, "two.key = 3"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_one_value_changes_one_line(text: str, path: Path, value: Any, line: str) -> None:
    """The value is what was asked for, the line is as a person would write it, and all else is left alone."""
    made = set_value(text, path, value)
    assert changed_lines(text, made) == [line]
    old: Any = tomllib.loads(text, parse_float=Decimal)
    new: Any = tomllib.loads(made, parse_float=Decimal)
    for key in path[:-1]:
        new, old = new[key], old[key] if isinstance(old, list) else old.get(key, {})
    assert new.pop(path[-1]) == value
    if isinstance(old, dict):
        old.pop(path[-1], None)
    elif path[-1] < len(old):  # type: ignore[operator]
        old.pop(path[-1])  # type: ignore[arg-type]
    assert new == old or (not new and not old)


def test_one_more_table_is_added_to_an_array_of_tables() -> None:
    """Where entries are tables of their own, a new one gets its own header at the end."""
    made = set_value("[[a.b]]\nx = 1\n\n[c]\ny = 2\n", ("a", "b", 1), {"x": Decimal("2.5")})
    assert made.endswith("[c]\ny = 2\n\n[[a.b]]\nx = 2.5\n")
    assert set_value(made, ("a", "b", 1, "x"), 3).endswith("[[a.b]]\nx = 3\n")


def test_a_form_that_is_not_foreseen_is_refused() -> None:
    """A header inside a long text misleads the search, so the change read back is another: it is refused by name."""
    with pytest.raises(PolicyError, match=r"rates\.step: expected a form that can be changed by itself"):
        set_value('text = """\n[rates]\nstep = 1\n"""\n[rates] # comment\nstep = 2\n', ("rates", "step"), 3)
