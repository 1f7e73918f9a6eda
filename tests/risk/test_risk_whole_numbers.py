"""No float decides: from dates and events to the tier everything is a whole number, in the code and in the columns."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scheduler.risk
from scheduler.resources import data_path
from scheduler.risk.classify import classify, measure, scores_of
from scheduler.risk.indicators import INDICATORS, indicator_values
from scheduler.risk.scorecard import parse_scorecard

DECIDES = ("history", "indicators", "bins", "classify", "cuts", "matrices", "rules")
MAKES_FLOATS = frozenset(
    ("float", "float64", "float32", "mean", "average", "true_divide", "divide", "rint", "round", "sqrt", "log", "exp")
)


def floats_in(source: str) -> list[str]:
    """What makes a float in a text of Python, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            found.append(f"{line}: /")
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(f"{line}: {node.value}")
        elif (isinstance(node, ast.Name) and node.id in MAKES_FLOATS) or (
            isinstance(node, ast.Attribute) and node.attr in MAKES_FLOATS
        ):
            found.append(f"{line}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("module", DECIDES)
def test_modules_that_decide_make_no_floats(module: str) -> None:
    """No division but //, no float constant and no function that returns floats stands in the modules that decide."""
    path = Path(scheduler.risk.__file__).with_name(f"{module}.py")
    assert floats_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", ["a / b", "a /= 2", "x > 0.5", "np.mean(x)", "float(x)", "x.astype(np.float64)"])
def test_the_search_finds_floats(text: str) -> None:
    """The search above would find each way in."""
    assert len(floats_in(text)) == 1


def test_columns_that_decide_are_whole_numbers(make: Any) -> None:
    """Values of every indicator, bins, scores and tiers have integer types."""
    frame = make.frame(3, capital_yuan=[-1, 0, 99_999])
    events = make.events((0, "penalty", "2025-03-01", None, 500), (2, "complaint", "2025-12-01"))
    path = data_path("scorecard-expert.toml")
    card = parse_scorecard(path.read_text(encoding="utf-8"), path.name)
    day = date(2026, 1, 1)
    bins = measure(frame, events, card, day).bins
    classes = classify(frame, events, card, day)
    values = indicator_values(frame, events, [one.name for one in INDICATORS], day).values()
    columns = [*values, bins, scores_of(card, bins), classes.score, classes.tier]
    assert {np.asarray(column).dtype.kind for column in columns} <= {"i", "u"}
