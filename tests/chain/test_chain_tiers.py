"""Ratings and overrides all the way: from a workspace through draws into an audit record that recomputes every tier."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.tier_rows import put_ratings
from scheduler.audit.report import Verdict
from scheduler.example.city import build_city
from scheduler.progress import SILENT
from scheduler.resources import data_path
from scheduler.workflow.demo import Demo
from scheduler.workflow.example import SEED, load_parameters
from scheduler.workflow.overrides import override_tier
from scheduler.workflow.risk import show_classification
from scheduler.workflow.settings import parse_settings
from tests.chain.year import small_city

MATRIX = """
[[matrices]]
name = "food"
grades = ["A", "B", "C", "D"]

[matrices.combine]
A = ["A", "A", "B", "C"]
B = ["A", "B", "C", "D"]
C = ["B", "C", "C", "D"]
D = ["C", "C", "D", "D"]
"""


def test_audit_record_recomputes_ratings_overrides_and_shares(tmp_path: Path) -> None:
    """
    Every third firm has a food grade, five have overrides, cut points come from shares: the record is consistent.

    Its register tells the ratings and overrides, its scorecard the cut points that the run set.
    """
    city = small_city()
    demo = Demo(tmp_path, city, progress=SILENT, database_url=None)
    text = demo.workspace.settings_text + '\n[classify]\nscorecard = "mine.toml"\n'
    card = data_path("scorecard-expert.toml").read_text(encoding="utf-8")
    card = card.replace("cuts = [22, 37, 68]", "shares = [0.6, 0.25, 0.1, 0.05]") + MATRIX
    (demo.workspace.root / "mine.toml").write_text(card, encoding="utf-8")
    demo.workspace = replace(demo.workspace, settings=parse_settings(text, "t"), settings_text=text)
    firms = [firm.decode("ascii") for firm in city.frame.firm_id[city.frame.operating()]]
    rated = {firm: "ABCD"[number % 4] for number, firm in enumerate(firms[::3])}
    overridden = dict(zip(firms[1:6], "DDAAC", strict=True))
    for stage in demo.stages():
        if stage.name == "classify":
            rows = [
                {"firm_id": firm, "rating": "food", "rated_on": date(2025, 6, 1), "grade": grade, "source": ""}
                for firm, grade in rated.items()
            ]
            with demo.workspace.transaction() as connection:
                put_ratings(connection, rows)
            first = replace(demo.workspace, now=demo.workspace.now.replace(month=1, day=1))
            for firm, tier in overridden.items():
                override_tier(first, firm, tier, reason="x", until=date(2026, 12, 31))
        stage.work()
    assert [report.verdict for report in demo.reports] == [Verdict.CONSISTENT, Verdict.CONSISTENT]
    summary = show_classification(demo.workspace)
    assert summary.deciders["override"] == 5 and summary.deciders["rating"] > 20
    assert len(summary.scorecard.cuts) == 3
    (path,) = (tmp_path / "records" / "audit" / "draws").glob("2026-1-1/register.tsv")
    register = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert {row[0]: row[12] for row in register if row[12]} == {firm: f"food:{grade}" for firm, grade in rated.items()}
    assert {row[0]: (row[9], row[13]) for row in register if row[13]} == {
        firm: (tier, tier) for firm, tier in overridden.items()
    }


CLASS_SETS = {
    "A to E": (("A", "B", "C", "D", "E"), "[18, 28, 40, 68]"),
    "three": (("low", "mid", "high"), "[25, 45]"),
}


@pytest.mark.parametrize("case", CLASS_SETS)
def test_other_class_sets_go_all_the_way(tmp_path: Path, case: str) -> None:
    """Five classes, and three with other names: classified, planned, drawn and published, and every tier recomputed."""
    codes, cuts = CLASS_SETS[case]
    demo = Demo(tmp_path, build_city(load_parameters(), num_firms=400, seed=SEED), progress=SILENT, database_url=None)
    text = demo.workspace.settings_text.replace('["A", "B", "C", "D"]', str(list(codes)).replace("'", '"'))
    for name, first, step in (("expected_findings", 0.05, 0.08), ("floor", 0.01, 0.01), ("ceiling", 0.5, 0.1)):
        ratios = ", ".join(f"{code} = {first + step * place:.2f}" for place, code in enumerate(codes))
        text = re.sub(rf"^{name} = .*$", f"{name} = {{ {ratios} }}", text, flags=re.MULTILINE)
    text += '\n[classify]\nscorecard = "mine.toml"\n'
    card = data_path("scorecard-expert.toml").read_text(encoding="utf-8")
    card = card.replace('["A", "B", "C", "D"]', str(list(codes)).replace("'", '"'))
    card = card.replace("cuts = [22, 37, 68]", f"cuts = {cuts}")
    card = card.replace('tier = "D"', f'tier = "{codes[-1]}"').replace('tier = "C"', f'tier = "{codes[-2]}"')
    (demo.workspace.root / "mine.toml").write_text(card, encoding="utf-8")
    demo.workspace = replace(demo.workspace, settings=parse_settings(text, "t"), settings_text=text)
    for stage in demo.stages():
        stage.work()
    assert [report.verdict for report in demo.reports] == [Verdict.CONSISTENT, Verdict.CONSISTENT]
    summary = show_classification(demo.workspace)
    assert tuple(summary.by_tier) == codes and sum(map(bool, summary.by_tier.values())) == len(codes)
