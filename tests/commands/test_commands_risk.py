"""The command `classify` as people meet it: every answer is marked internal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import CHINA
from models.registry_rows import insert_events, insert_firms
from scheduler.commands.context import CommandContext
from scheduler.commands.risk import classify
from scheduler.workflow.workspace import Workspace

FIRM = "91371000MA3C00000A"
Run = Callable[..., Result]


def context(root: Path) -> CommandContext:
    """What the command line hands to a command."""
    now = datetime(2026, 1, 5, 10, 30, tzinfo=CHINA)
    return CommandContext(root=root, database_url=None, actor="审计员", now=now, language="en")


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """Runs `classify` with words in a workspace of two firms, the first fined 50,000 yuan."""
    with workspace.transaction() as connection:
        insert_firms(
            connection,
            {
                "firm_id": [FIRM, "92371000MA3C00000B"],
                "name": ["甲[公司]", "乙店"],
                "object_type": ["enterprise", "individual"],
                "district": ["371002", "unknown"],
                "status": ["operating", "operating"],
                "industry": ["F5211", ""],
                "established_on": [date(2020, 1, 1), None],
                "capital_yuan": [10_000_000, None],
                "libraries": ["food_wholesale", ""],
                **{name: ["", ""] for name in ("registrar", "station", "address", "source")},
            },
        )
        insert_events(
            connection,
            {
                "event_id": ["1"],
                "firm_id": [FIRM],
                "kind": ["penalty"],
                "occurred_on": [date(2025, 6, 1)],
                "ended_on": [None],
                "amount": [50_000],
                "detail": [""],
                "source": [""],
            },
        )

    def run_words(*words: str) -> Result:
        return CliRunner().invoke(classify, list(words), obj=context(workspace.root))

    return run_words


def test_classify_alone_runs_and_shows_the_mix(run: Run) -> None:
    """Without a subcommand the register is classified; district, type, counts, shares, rules and the mark are there."""
    result = run()
    assert result.exit_code == 0, result.output
    mark, head, *_ = result.output.splitlines()
    assert mark.rstrip() == "内部资料 INTERNAL, not for publication · 审计员 · 2026-01-05 10:30+08:00 · log entry 1"
    assert head.startswith("Classification 1 as of 2026-01-05: 2 firms; scorecard, not official: 专家评分卡")
    assert "Huancui" in result.output and "Individual household" in result.output
    rows = [line.split() for line in result.output.splitlines()]
    assert ["all", "all", "2", "50.0", "%", "0.0", "%", "50.0", "%", "0.0", "%"] in rows  # one A, one C by rule
    assert ["number", "of", "firms", "2", "1", "0", "1", "0"] in rows
    assert "food_wholesale" in result.output


def test_options_reach_the_default_command(run: Run) -> None:
    """``classify --as-of … --json`` is ``classify run --as-of … --json``."""
    for words in (("--as-of", "2024-01-01", "--json"), ("run", "--as-of", "2024-01-01", "--json")):
        document = json.loads(run(*words).stdout)
        assert document["as_of"] == "2024-01-01" and document["official"] is False
        assert document["internal"]["mark"] == "内部资料" and document["internal"]["actor"] == "审计员"
        assert sum(document["by_tier"].values()) == 2


def test_dry_run_says_so_and_leaves_no_trace(run: Run) -> None:
    """After a dry run there is still nothing to show."""
    result = run("run", "--dry-run")
    assert result.exit_code == 0 and "dry run, not in the log" in result.output
    assert "no firm has a tier yet" in str(run("show").exception)


def test_show_repeats_the_newest_mix(run: Run) -> None:
    """`show` prints what the run printed, under its own log entry, and as JSON."""
    first = run().output.splitlines()
    second = run("show").output.splitlines()
    assert second[0].rstrip().endswith("log entry 2") and second[1:] == first[1:]
    assert json.loads(run("show", "--json").stdout)["internal"]["log_number"] == 3


def test_explain_tells_points_rule_and_history(run: Run) -> None:
    """
    The firm has 30 points and is lifted from B to C.

    Age 4, retail 4, one library 4, one penalty 10, fine of 50,000 yuan 4, never inspected 4 make 30.
    """
    run()
    result = run("explain", FIRM)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("内部资料 INTERNAL, not for publication")
    assert f"{FIRM} 甲[公司]" in result.output  # brackets are no markup
    assert (
        "By direct rule: food supplier or wholesaler (high-risk object); by its score of 30 it would be B"
        in result.output
    )
    assert "10,000 to 99,999" in result.output
    assert "Scorecard, not official: 专家评分卡（非官方） expert scorecard (not official)" in result.output
    assert "2026-01-05: tier C, 30 points food supplier or wholesaler (high-risk object)" in result.output


def test_explain_tells_the_score_where_it_decided(run: Run) -> None:
    """The household has its tier by its score; the cut points are told, and unknown values are called missing."""
    run()
    result = run("explain", "92371000MA3C00000B")
    assert "By its score of 13; tiers start at B 22, C 37, D 68" in result.output
    assert "missing" in result.output


def test_explain_tells_exact_values_with_their_units(run: Run, workspace: Workspace) -> None:
    """
    The fine of 50,000 yuan stands beside its bin; the firm is six years old, its industry is F5211.

    A fine that comes in later, of a day before, changes the value and not the bin: that is said.
    """
    run()
    lines = run("explain", FIRM).output.splitlines()
    assert any("50,000 yuan" in line and "10,000 to 99,999" in line for line in lines)
    assert any("72 months" in line for line in lines)
    assert any("F5211" in line for line in lines)
    values = json.loads(run("explain", FIRM, "--json").stdout)["values"]
    assert {"value": 50_000, "unit": "yuan", "text": "50,000 yuan", "fits": True} in values.values()
    late = {"event_id": ["2"], "firm_id": [FIRM], "kind": ["penalty"], "occurred_on": [date(2025, 7, 1)]}
    with workspace.transaction() as connection:
        insert_events(connection, {**late, "ended_on": [None], "amount": [70_000], "detail": [""], "source": [""]})
    (line,) = (line for line in run("explain", FIRM).output.splitlines() if "120,000 yuan" in line)
    assert "the data" in line
    told = " ".join(run("explain", FIRM).output.split())
    assert "Its value by today's data" in told
    assert "reckoned for the same day, 2026-01-05, from the register and the events as they stand today" in told
    assert json.loads(run("explain", FIRM, "--json").stdout)["values"]["penalty_yuan_3y"]["fits"] is False


def test_explain_answers_machines(run: Run) -> None:
    """JSON holds every line of points and the mark."""
    run()
    document = json.loads(run("explain", FIRM, "--json").stdout)
    assert document["tier"] == "C" and document["rule"] == "food_wholesale" and document["official"] is False
    assert document["base"] + sum(line["points"] for line in document["lines"]) == document["score"] == 30
    assert document["history"][0]["tier"] == "C" and document["internal"]["log_number"] == 2


def test_explain_of_an_unknown_firm_is_refused(run: Run) -> None:
    """The code is repeated with the remedy."""
    run()
    assert "firm NOBODY is not in the newest classification" in str(run("explain", "nobody").exception)


def test_indicators_lists_the_catalogue() -> None:
    """Code, words in both languages, unit, direction, how it is computed and who names it; no workspace is needed."""
    result = CliRunner().invoke(classify, ["indicators"], obj=context(Path("nowhere")))
    assert result.exit_code == 0 and "not official" in result.output
    text = " ".join(result.output.split())
    assert "age_months months whole months since the day of establishment; Months in business more is safer" in text
    assert "经营年限" in text and "国市监信发〔2022〕6号" in text and "choice of this catalogue" in text


def test_indicators_answer_machines_with_everything_declared() -> None:
    """JSON has 40 indicators and more, each with Chinese and English name, group, unit, direction, how and source."""
    document = json.loads(CliRunner().invoke(classify, ["indicators", "--json"], obj=context(Path("nowhere"))).stdout)
    assert document["official"] is False and len(document["indicators"]) >= 40
    (fines,) = (one for one in document["indicators"] if one["name"] == "penalty_yuan_3y")
    assert fines == {
        "name": "penalty_yuan_3y",
        "zh": "近三年行政处罚金额",
        "en": "Fines in three years",
        "group": "supervision",
        "unit": "yuan",
        "direction": "rising",
        "how": "sum of the known amounts in 1,095 days, missing if none is known: Administrative penalty",
        "event_kinds": ["penalty"],
        "days": 1095,
        "source": "国市监信发〔2022〕6号",
    }


def test_help_of_the_group_lists_its_commands(run: Run) -> None:
    """`--help` is the group's, not the default command's."""
    result = run("--help")
    assert result.exit_code == 0 and result.output.startswith("Usage: classify [OPTIONS] COMMAND")
    assert all(name in result.output for name in ("run", "show", "explain", "indicators"))
