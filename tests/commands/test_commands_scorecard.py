"""The command `classify scorecard`: out, edited by hand, in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import CHINA
from models.tables import LogEntry, table_of
from scheduler import i18n
from scheduler.commands.context import CommandContext
from scheduler.commands.risk import classify
from scheduler.resources import data_path
from scheduler.risk.scorecard import parse_scorecard
from scheduler.workflow.workspace import Workspace

EXPERT = data_path("scorecard-expert.toml").read_text(encoding="utf-8")
Run = Callable[..., Result]


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """Runs `classify` with words in an empty workspace."""
    now = datetime(2026, 1, 5, 10, 30, tzinfo=CHINA)

    def run_words(*words: str) -> Result:
        context = CommandContext(root=workspace.root, database_url=None, actor="审计员", now=now, language="en")
        return CliRunner().invoke(classify, list(words), obj=context)

    return run_words


def test_scorecard_shows_points_rules_and_that_it_is_not_official(run: Run) -> None:
    """Bins with points in words, rules with their sources, the digest that draws seal, and the mark."""
    result = run("scorecard")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("内部资料 INTERNAL, not for publication · 审计员")
    text = " ".join(result.output.split())
    assert "not official" in text and parse_scorecard(EXPERT, "x").digest in text
    assert "they start at B 22, C 37, D 68" in text
    assert "Months in business missing: 4; up to 11: 9; 12 to 35: 7; 36 to 83: 4; 84 to 179: 2; above" in text
    assert "serious_dishonesty" in text


def test_scorecard_names_what_a_rule_rests_on_in_chinese(run: Run) -> None:
    """The source of a rule is its 依据, and nothing of draws: “Source” alone is a source of entropy."""
    i18n.activate("zh_CN")
    try:
        text = run("scorecard").output
    finally:
        i18n.activate("en")
    assert "规则依据" in text and "随机源" not in text


def test_scorecard_answers_machines(run: Run) -> None:
    """JSON is the document that draws seal, with words of the bins."""
    document = json.loads(run("scorecard", "--json").stdout)
    assert document["official"] is False and document["digest"] == parse_scorecard(EXPERT, "x").digest
    assert document["bins"]["age_months"][:2] == ["missing", "up to 11"]
    assert document["internal"]["mark"] == "内部资料"


def test_scorecard_goes_out_with_its_comments_and_comes_back_edited(run: Run, tmp_path: Path) -> None:
    """The file bears the mark and the comments; one edit is told as one change, and nothing is in use before it is."""
    path = tmp_path / "mine.toml"
    assert "Written to" in run("scorecard", "--out", str(path)).output
    text = path.read_text(encoding="utf-8")
    mark, rest = text.split("\n", 1)
    assert mark.startswith("# 内部资料") and "审计员" in mark and "log entry 1" in mark and rest == EXPERT
    assert "same scores and tiers" in run("scorecard", "--check", str(path)).output
    path.write_text(text.replace("{ to = 11, points = 9 }", "{ to = 11, points = 12 }"), encoding="utf-8")
    told = run("scorecard", "--check", str(path)).output
    assert "Months in business (age_months): up to 11: 9 → 12 points" in told
    assert json.loads(run("scorecard", "--json").stdout)["digest"] == parse_scorecard(EXPERT, "x").digest


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("cuts = [22, 37, 68]", "cuts = [22, 37, 69]", "cuts: 22, 37, 68 → 22, 37, 69"),
        ("base = 0", "base = 1", "base: 0 → 1"),
        ("{ to = 11, points = 9 }", "{ to = 12, points = 9 }", "up to 11: 9; 12 to 35: 7"),
        ('name = "age_months"', 'name = "lawsuits_1y"\ndirection = "rising"\nmissing = 0\nbins = [{ points = 1 }]\n'
         '[[indicators]]\nname = "age_months"', "Lawsuits in a year (lawsuits_1y): counts from now on"),
        ('tier = "D"', 'tier = "C"', "direct.serious_dishonesty: another one"),
    ],
)  # fmt: skip
def test_check_tells_what_differs(run: Run, tmp_path: Path, old: str, new: str, told: str) -> None:
    """Cut points, base, bounds, indicators and rules, each in words."""
    path = tmp_path / "mine.toml"
    assert old in EXPERT
    path.write_text(EXPERT.replace(old, new, 1), encoding="utf-8")
    assert told in " ".join(run("scorecard", "--check", str(path)).output.split())


def test_bad_scorecard_changes_nothing(run: Run, workspace: Workspace, tmp_path: Path) -> None:
    """The error names file, indicator, bin and value; the log has no entry, and a file in the way stays as it is."""
    path = tmp_path / "mine.toml"
    path.write_text(EXPERT.replace("{ to = 35, points = 7 }", "{ to = 35, points = 17 }"), encoding="utf-8")
    message = str(run("scorecard", "--check", str(path)).exception)
    assert message.startswith("mine.toml: indicators.age_months: bin 2: expected points that never rise")
    assert "got 17 after 9" in message
    before = path.read_bytes()
    assert "is there already" in str(run("scorecard", "--out", str(path)).exception)
    assert path.read_bytes() == before
    with workspace.transaction() as connection:
        assert connection.execute(table_of(LogEntry).select()).all() == []


def test_out_and_check_together_are_refused(run: Run, tmp_path: Path) -> None:
    """One or the other."""
    result = run("scorecard", "--out", str(tmp_path / "a.toml"), "--check", str(tmp_path / "a.toml"))
    assert "expected --out or --check" in str(result.exception)
