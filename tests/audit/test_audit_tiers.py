"""Tiers of a record: ratings, matrices and overrides are recomputed, and a change of any of them shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from record_builder import Files, Row, Year, document, with_manifest

from scheduler.audit.record import MemorySource
from scheduler.audit.report import Status, Verdict
from scheduler.audit.tiers import Matrix, Scorecard
from scheduler.audit.verifier import verify_source

DRAWS = ("2026-1-1", "2026-2-1")
CARD = "draws/2026-2-1/scorecard.json"
RATINGS = {"E1": "food:2", "E3": "drug:low;food:1", "E4": "drug:low"}
OVERRIDES = {"E2": "B", "E5": "A"}


def ratings(_old: dict[str, str]) -> dict[str, str]:
    """Ratings of three firms."""
    return RATINGS


def overrides(_old: dict[str, str]) -> dict[str, str]:
    """Overrides of two firms, one upwards, one against a direct rule."""
    return OVERRIDES


def year(**hooks: Callable[[Any], Any]) -> Files:
    """Audit record of a year with ratings and overrides, its targeted draw changed by hooks."""
    named = {f"{name}@2026-2-1": change for name, change in hooks.items()}
    return Year(hooks={"ratings": ratings, "overrides": overrides, **named}, draws=DRAWS).record("audit")


def failed(files: Files) -> list[tuple[str, str, str]]:
    """Text, expectation and finding of every claim of section 3.4 that failed."""
    report = verify_source(MemorySource(files), "audit")
    return [(one.text, one.expected, one.found) for one in report.of_status(Status.FAILED) if one.section == "3.4"]


def put(firm: str, column: int, value: str) -> Callable[[list[Row]], list[Row]]:
    """Changes one cell of a firm's row."""
    return lambda old: [[*row[:column], value, *row[column + 1 :]] if row[0] == firm else row for row in old]


def test_ratings_and_overrides_are_consistent() -> None:
    """
    E1 scores 10 (A) and is B by food grade 2; E3 has grades that leave A at A; E4 (24, B) is A by drug grade low.

    E2 (A) is B by override; E5, B by direct rule, is A by override and its rule is still named.
    """
    files = year()
    report = verify_source(MemorySource(files), "audit")
    assert report.verdict is Verdict.CONSISTENT, failed(files)
    lines = [line.split("\t") for line in files["draws/2026-2-1/register.tsv"].decode().splitlines()]
    found = {row[0]: (row[9], row[10], *row[12:]) for row in lines}
    assert found["E1"] == ("B", "", "food:2", "") and found["E4"] == ("A", "", "drug:low", "")
    assert found["E2"] == ("B", "", "", "B") and found["E5"] == ("A", "dishonest", "", "A")


CASES: list[tuple[str, Callable[[list[Row]], list[Row]], str, str]] = [
    ("a rating dropped", put("E1", 12, ""), "every tier", "E1: A"),
    ("a rating changed", put("E1", 12, "food:1"), "every tier", "E1: A"),
    ("an override dropped", put("E2", 13, ""), "every tier", "E2: A"),
    ("an override added", put("E6", 13, "B"), "every tier", "E6: B"),
    ("an override to no tier", put("E6", 13, "Z"), "every rating", "E6"),
    ("a grade of no matrix", put("E6", 12, "food:9"), "every rating", "E6"),
    ("a rating of no matrix", put("E6", 12, "lift:1"), "every rating", "E6"),
    ("ratings out of order", put("E3", 12, "food:1;drug:low"), "every rating", "E3"),
    ("a rating twice", put("E3", 12, "food:1;food:2"), "every rating", "E3"),
    ("a rule hidden by an override", put("E5", 10, ""), "every rule", "E5: dishonest"),
    ("a rating of a firm without class", put("E7", 12, "food:1"), "one known bin", "E7"),
]


@pytest.mark.parametrize(("name", "change", "text", "needle"), CASES, ids=[case[0] for case in CASES])
def test_change_of_what_makes_a_tier_is_found(
    name: str, change: Callable[[list[Row]], list[Row]], text: str, needle: str
) -> None:
    """Each change fails the claim that speaks about it, at the firm."""
    claims = failed(year(register=change))
    assert any(text in claim[0] and needle in claim[1] for claim in claims), (name, claims)


BAD: list[tuple[str, list[dict[str, Any]]]] = [
    ("a row too few", [{"name": "food", "grades": ["1", "2"], "tiers": [["A", "B"]]}]),
    ("a tier too few", [{"name": "food", "grades": ["1"], "tiers": [["A"]]}]),
    ("no such tier", [{"name": "food", "grades": ["1"], "tiers": [["A", "Z"]]}]),
    ("a grade twice", [{"name": "food", "grades": ["1", "1"], "tiers": [["A", "B"], ["B", "B"]]}]),
    ("a name twice", [{"name": "food", "grades": ["1"], "tiers": [["A", "B"]]}] * 2),
]


@pytest.mark.parametrize(("name", "matrices"), BAD, ids=[case[0] for case in BAD])
def test_matrix_that_does_not_fit_is_refused(name: str, matrices: list[dict[str, Any]]) -> None:
    """A matrix without a row for every grade, or of other tiers, is no scorecard."""
    files = year()
    card = document({**json.loads(files[CARD]), "matrices": matrices})
    report = verify_source(MemorySource(with_manifest({**files, CARD: card})), "audit")
    found = [claim.found + claim.expected for claim in report.of_status(Status.FAILED)]
    assert any("rules and matrices of these tiers" in text for text in found), (name, found)


def test_highest_of_several_ratings_counts() -> None:
    """Grade 1 of x leaves tiers, grade 1 of y gives C: together C; a cell that fits no matrix gives nothing."""
    rows = {"1": (0, 1, 2)}, {"1": (2, 2, 2)}
    card = Scorecard(
        base=0,
        tiers=("A", "B", "C"),
        cuts=(5, 9),
        points=(),
        direct_names=(),
        direct_tiers=(),
        matrices=(Matrix(name="x", rows=rows[0]), Matrix(name="y", rows=rows[1])),
    )
    assert card.rated("") == (0, 1, 2) and card.rated("x:1") == (0, 1, 2) and card.rated("x:1;y:1") == (2, 2, 2)
    assert card.rated("x:2") is None and card.rated("z:1") is None and card.rated("y:1;x:1") is None
