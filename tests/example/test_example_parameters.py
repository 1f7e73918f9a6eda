"""Tests of the example's parameter file."""

from __future__ import annotations

import pytest

from scheduler.errors import PolicyError
from scheduler.example.parameters import parse_example_parameters
from scheduler.resources import data_path

TEXT = data_path("examples", "weihai.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('bureau = "371000"', 'bureau = "371000"\nburo = 1', "buro"),
        ("share = 0.5\n", "share = 1.5\n", "repair.share: .*ratio from 0 to 1"),
        ('items = ["K01"]', 'items = ["K99"]', r"tasks.items: expected names that are declared, got \['K99'\]"),
        ('libraries = ["lodging"]', 'libraries = ["inns"]', r"tasks.libraries: .*\['inns'\]"),
        ('industries = ["F5265"]', 'industries = ["Z1"]', r"libraries.industries: .*\['Z1'\]"),
        ("unreachable_now = 260", "gone = 260", r"outcomes.unreachable: .*\['gone'\]"),
        ("years = [1, 3, 5, 10, 20]", "years = [1, 3, 3, 10, 20]", "ascending cut points"),
        ("years = [1, 3, 5, 10, 20]", "years = [1, 3]", "one more entry of points"),
        ("current = true\npoints = [0, 260]", "points = [0, 260]", "unreachable_now: expected either a number of days"),
        ("format = 1", "format = 2", "format"),
        ("format = 1", "format =", "expected TOML"),
    ],
)
def test_bad_parameters_are_named(old: str, new: str, match: str) -> None:
    """A misspelt key, an impossible share, an undeclared name, points that do not fit: each is named with its place."""
    assert old in TEXT
    with pytest.raises(PolicyError, match=match):
        parse_example_parameters(TEXT.replace(old, new, 1), "weihai.toml")


def test_districts_are_those_of_the_policy() -> None:
    """Codes and names of districts are the ones of the shipped policy, which decides."""
    from scheduler.workflow.settings import parse_settings

    policy = parse_settings(data_path("examples", "double-random.toml").read_text(encoding="utf-8"), "policy")
    parameters = parse_example_parameters(TEXT, "weihai.toml")
    assert [(entry.code, entry.name) for entry in parameters.districts] == [
        (entry.code, entry.name) for entry in policy.districts
    ]
    assert (parameters.bureau, parameters.base_date) == (policy.bureau.code, policy.year.base_date)
    first, last = policy.rounds[0].starts_on, policy.rounds[-1].ends_on
    assert (parameters.task_defaults.starts_on, parameters.task_defaults.ends_on) == (first, last)
