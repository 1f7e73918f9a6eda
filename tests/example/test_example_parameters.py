"""Tests of the example's parameter file."""

from __future__ import annotations

import re

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
        ("operating = 9610", "operating = 0", "expected a weight for operating"),
        ("{ from = 0, to = 1,", "{ from = 1, to = 1,", "expected an age from less than to"),
        ("lifted = 0.72, days = [20, 500]", "lifted = 0.72, days = [20, 5]", "days from 1 upwards, the least first"),
        ('on = "07-01"', 'on = "07-41"', "history.late_annual_report"),
        ("unreachable = { intercept = -30, ", "unreachable = { ", "outcomes: .*expected an intercept"),
        ("publication = { not_published = 80,", "publication = { not_publicised = 80,", "outcomes.publication"),
        ("other = { ordered_to_correct = 82, pending = 15, refused = 3 }", "other = { refused = 0 }", "above zero"),
        ("ratio = [0.25, 0.40]", "ratio = [0.40, 0.25]", "a least ratio not above the greatest"),
        ("full_coverage = true", "full_coverage = true\nratio = [0.1, 0.2]", "expected either full coverage"),
        ("ends_on = 2026-11-30", "ends_on = 2026-01-30", "a window that starts before it ends"),
        ('code = "3710-NH"', 'code = "3710-BZ"', "districts: expected each code once"),
        ("cooperative = 420", "cooperative = -1", "industries.A0159.cooperative"),
        ("registrars = { 371002 = 90, 371000 = 10 }", "registrars = { 37100 = 1 }", "registrars.37100"),
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


@pytest.mark.parametrize(
    ("field", "match"),
    [("weight", "districts: expected at least one weight"), ("individual", "for individual, got none")],
)
def test_weights_that_are_all_zero_are_refused(field: str, match: str) -> None:
    """Nothing can be shared out when every weight is zero."""
    start, end = {"weight": ("[[districts]]", "# ---- industries"), "individual": ("[industries]", "[[libraries]]")}[
        field
    ]
    before, rest = TEXT.split(start, 1)
    part, cut, after = rest.partition(end)
    zeroed = re.sub(rf"{field} = \d+", f"{field} = 0", part)
    with pytest.raises(PolicyError, match=match):
        parse_example_parameters(before + start + zeroed + cut + after, "weihai.toml")
