"""Overrides, objections and ratings in a workspace: what they do to tiers, what they leave, what is refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli import CHINA
from models.registry_rows import insert_events, insert_firms
from models.risk_rows import load_classification, load_runs
from models.tables import LogEntry, TierOverride, table_of
from models.tier_rows import load_overrides
from scheduler.errors import DoubleRandomError, InputError, PolicyError, StateError, UsageError
from scheduler.resources import data_path
from scheduler.workflow.log import verify_log
from scheduler.workflow.overrides import decide_objection, end_tier_override, list_overrides, override_tier
from scheduler.workflow.registry import import_file
from scheduler.workflow.risk import classify_firms, explain_firm
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import Workspace

FIRMS = ("91371000MA3C00000A", "91371000MA3C00000B")
UNTIL = date(2026, 6, 30)
MATRIX = """
[[matrices]]
name = "food"
grades = ["A", "D"]
combine = { A = ["A", "B", "C", "D"], D = ["C", "C", "D", "D"] }
"""


def fill(workspace: Workspace, firms: tuple[str, ...] = FIRMS) -> None:
    """Two firms alike."""
    with workspace.transaction() as connection:
        insert_firms(
            connection,
            {
                "firm_id": firms,
                "name": ["甲公司", "乙公司"],
                "object_type": ["enterprise"] * 2,
                "district": ["371002"] * 2,
                "status": ["operating"] * 2,
                "industry": ["F5211"] * 2,
                "established_on": [date(2020, 1, 1)] * 2,
                "capital_yuan": [10_000_000] * 2,
                **{name: [""] * 2 for name in ("registrar", "station", "address", "libraries", "source")},
            },
        )


def dishonest(workspace: Workspace, firm: str, day: date) -> None:
    """Puts a firm on the serious-dishonesty list."""
    row = {"event_id": "1", "firm_id": firm, "kind": "serious_dishonesty", "occurred_on": day, "ended_on": None}
    with workspace.transaction() as connection:
        insert_events(connection, {k: [v] for k, v in {**row, "amount": None, "detail": "", "source": ""}.items()})


def on(workspace: Workspace, days: int) -> Workspace:
    """The workspace some days later."""
    return dataclasses.replace(workspace, now=workspace.now + timedelta(days=days))


def tiers(workspace: Workspace, as_of: date | None = None) -> list[str]:
    """Tiers of a new run, by firm."""
    classify_firms(workspace, as_of)
    with workspace.transaction() as connection:
        stored = load_classification(connection)
    assert stored is not None
    return [stored.scorecard.tiers[place] for place in stored.tier]


def num_rows(workspace: Workspace) -> tuple[int, int]:
    """Overrides and log entries."""
    with workspace.transaction() as connection:
        counts = [
            connection.execute(sa.select(sa.func.count()).select_from(table_of(model))).scalar()
            for model in (TierOverride, LogEntry)
        ]
    return counts[0] or 0, counts[1] or 0


def test_override_holds_from_its_run_to_its_last_day(any_workspace: Workspace) -> None:
    """A; D from the next run on, to the last day; A again after it, and as of the day before it was given."""
    workspace = any_workspace
    fill(workspace)
    assert tiers(workspace) == ["A", "A"]
    made = override_tier(workspace, FIRMS[0].lower(), "D", reason=" 现场核查 ", until=UNTIL)
    assert made.override is not None and made.override.reason == "现场核查" and made.override.author == "tester"
    assert tiers(workspace) == ["D", "A"]
    later = dataclasses.replace(workspace, now=datetime(2026, 7, 1, 9, tzinfo=CHINA))
    assert tiers(later, UNTIL) == ["D", "A"] and tiers(later) == ["A", "A"]
    assert tiers(later, date(2026, 1, 4)) == ["A", "A"]
    history = explain_firm(later, FIRMS[0]).history
    assert [(since.tier, since.decided) for since in history[:3]] == [("A", "score"), ("D", "override"), ("A", "score")]
    with later.transaction() as connection:
        verify_log(connection)


def test_ended_override_holds_no_more_and_keeps_its_row(workspace: Workspace) -> None:
    """It ends on the day it is ended, with person and reason; then another one can be given."""
    fill(workspace)
    override_tier(workspace, FIRMS[0], "D", reason="x", until=UNTIL)
    with pytest.raises(StateError, match="has an override to D until 2026-06-30; end it first"):
        override_tier(workspace, FIRMS[0], "C", reason="x", until=UNTIL)
    later = on(workspace, 10)
    ended = end_tier_override(later, FIRMS[0], reason="复查").override
    assert ended is not None and (ended.ended_on, ended.ended_by) == (later.today, "tester")
    assert tiers(later) == ["A", "A"] and tiers(later, workspace.today) == ["D", "A"]
    override_tier(later, FIRMS[0], "C", reason="y", until=UNTIL)
    assert tiers(later) == ["C", "A"]
    rows = list_overrides(later).document()["overrides"]
    assert [(row["tier"], row["in_force"], row["firm_name"]) for row in rows] == [
        ("D", False, "甲公司"),
        ("C", True, "甲公司"),
    ]


def test_objection_upheld_gives_the_tier_before_back(workspace: Workspace) -> None:
    """A, then D by listing; the objection gives A back until its last day, and the trace says objection."""
    fill(workspace)
    assert tiers(workspace) == ["A", "A"]
    later = on(workspace, 5)
    dishonest(later, FIRMS[0], later.today)
    assert tiers(later) == ["D", "A"]
    result = decide_objection(later, FIRMS[0], upheld=True, reason="查证属实", until=UNTIL)
    assert result.override is not None and (result.override.tier, result.override.kind) == ("A", "objection")
    assert tiers(later) == ["A", "A"]
    found = explain_firm(later, FIRMS[0])
    assert found.explanation.decided == "override" and found.explanation.rule == "serious_dishonesty"
    assert found.overrides[0].reason == "查证属实" and [since.tier for since in found.history] == ["A", "D", "A"]


def test_objection_rejected_changes_nothing_and_is_logged(workspace: Workspace) -> None:
    """No override; the log keeps firm and grounds."""
    fill(workspace)
    result = decide_objection(workspace, FIRMS[0], upheld=False, reason="证据不足")
    assert result.override is None and num_rows(workspace) == (0, 1)
    with workspace.transaction() as connection:
        (entry,) = connection.execute(sa.select(table_of(LogEntry))).all()
    assert entry.action == "classify object" and json.loads(entry.detail)["reason"] == "证据不足"


Change = Callable[[Workspace], Any]
BAD: list[tuple[str, Change, type[DoubleRandomError], str]] = [
    (
        "no such tier",
        lambda w: override_tier(w, FIRMS[0], "E", reason="x", until=UNTIL),
        UsageError,
        "among A, B",
    ),
    ("no such firm", lambda w: override_tier(w, "NOBODY", "A", reason="x", until=UNTIL), StateError, "not on the reg"),
    ("past", lambda w: override_tier(w, FIRMS[0], "A", reason="x", until=date(2026, 1, 4)), UsageError, "or a later"),
    ("no reason", lambda w: override_tier(w, FIRMS[0], "A", reason=" ", until=UNTIL), UsageError, "1 to 500"),
    ("two lines", lambda w: override_tier(w, FIRMS[0], "A", reason="a\nb", until=UNTIL), UsageError, "one line"),
    ("nothing to end", lambda w: end_tier_override(w, FIRMS[0]), StateError, "no override in force"),
    ("no day", lambda w: decide_objection(w, FIRMS[0], upheld=True, reason="x", tier="A"), UsageError, "--until"),
    (
        "no history",
        lambda w: decide_objection(w, FIRMS[0], upheld=True, reason="x", until=UNTIL),
        StateError,
        "name the tier with --tier",
    ),
]


@pytest.mark.parametrize(("name", "change", "error", "match"), BAD, ids=[case[0] for case in BAD])
def test_refusals_change_nothing(
    name: str, change: Change, error: type[DoubleRandomError], match: str, workspace: Workspace
) -> None:
    """Each refusal says what was expected; neither table nor log has grown."""
    fill(workspace)
    with pytest.raises(error, match=match):
        change(workspace)
    assert num_rows(workspace) == (0, 0), name


def test_objection_of_a_firm_that_never_moved_needs_a_tier(workspace: Workspace) -> None:
    """There is nothing to go back to."""
    fill(workspace)
    tiers(workspace)
    with pytest.raises(StateError, match="has always been in tier A"):
        decide_objection(workspace, FIRMS[0], upheld=True, reason="x", until=UNTIL)


def test_override_to_a_tier_that_is_gone_is_refused(workspace: Workspace) -> None:
    """A scorecard of other tiers finds an override to D: the run stops, names the firm and keeps nothing."""
    fill(workspace)
    override_tier(workspace, FIRMS[0], "D", reason="x", until=UNTIL)
    text = workspace.settings_text.replace('codes = ["A", "B", "C", "D"]', 'codes = ["A", "B", "C", "E"]')
    text = text.replace(" D = ", " E = ") + '\n[classify]\nscorecard = "mine.toml"\n'
    expert = data_path("scorecard-expert.toml").read_text(encoding="utf-8").replace('"D"', '"E"')
    (workspace.root / "mine.toml").write_text(expert, encoding="utf-8")
    other = dataclasses.replace(workspace, settings=parse_settings(text, "t"), settings_text=text)
    with pytest.raises(PolicyError, match=f"override of firm {FIRMS[0]}: expected a tier among A, B, C, E, got D"):
        classify_firms(other)
    with workspace.transaction() as connection:
        assert load_runs(connection) == () and len(load_overrides(connection)) == 1


def ratings_file(workspace: Workspace, *rows: str) -> Path:
    """A file of ratings with Chinese headers."""
    path = workspace.root / "ratings.csv"
    path.write_text("\n".join(["统一社会信用代码,分级类别,等级,评定日期,有效期至", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def rated(workspace: Workspace) -> Workspace:
    """A workspace of two firms with valid codes whose scorecard has a matrix for food."""
    expert = data_path("scorecard-expert.toml").read_text(encoding="utf-8")
    (workspace.root / "mine.toml").write_text(expert + MATRIX, encoding="utf-8")
    text = workspace.settings_text + '\n[classify]\nscorecard = "mine.toml"\n'
    fill(workspace, valid_codes())
    return dataclasses.replace(workspace, settings=parse_settings(text, "t"), settings_text=text)


def valid_codes() -> tuple[str, str]:
    """Two codes whose check characters fit."""
    from stdnum.cn import uscc

    first, second = (f"91371000MA3C0000{letter}" for letter in "AB")
    return first + uscc.calc_check_digit(first + "0"), second + uscc.calc_check_digit(second + "0")


def test_imported_ratings_change_tiers_from_their_day_on(rated: Workspace) -> None:
    """Food grade D makes C of A; a newer A takes its place from its day on; a drug rating has no matrix and is told."""
    first, second = valid_codes()
    path = ratings_file(
        rated,
        f"{first},食品,D级,2025-12-01,",
        f"{second},药品,B,2025-12-01,",
        f"{second},食品,D,2025-01-01,2025-12-31",
    )
    report = import_file(rated, "ratings", path)
    assert report.num_new == 3 and import_file(rated, "ratings", path).num_unchanged == 3
    summary = classify_firms(rated)
    assert summary.by_tier == {"A": 1, "B": 0, "C": 1, "D": 0} and summary.without_matrix == {"drug": 1}
    assert summary.deciders == {"score": 1, "rating": 1, "rule": 0, "override": 0}
    assert explain_firm(rated, first).explanation.ratings == (("food", "D"),)
    import_file(rated, "ratings", ratings_file(rated, f"{first},food,A,2026-01-05,"))
    assert tiers(rated) == ["A", "A"] and tiers(rated, date(2025, 12, 15)) == ["C", "C"]


def test_grade_without_a_row_stops_the_run(rated: Workspace) -> None:
    """The matrix has no grade C: firm, rating and remedy are named, and no run is kept."""
    import_file(rated, "ratings", ratings_file(rated, f"{valid_codes()[0]},食品,C,2025-12-01,"))
    with pytest.raises(PolicyError, match=r"matrices\.food: expected a row for every grade in use, got none for grade"):
        classify_firms(rated)
    with rated.transaction() as connection:
        assert load_runs(connection) == ()


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ("{code},食品 安全!,B,2025-12-01,", "expected a rating"),
        ("{code},食品,好,2025-12-01,", "expected a grade"),
        ("{code},食品,B,2025-12-01,2025-11-01", "not before"),
        ("91371000MA3EXAMPLG,食品,B,2025-12-01,", "firm of the register"),
    ],
    ids=["rating", "grade", "days", "firm"],
)
def test_bad_ratings_are_refused_whole(row: str, match: str, rated: Workspace) -> None:
    """The cell is named and nothing is imported."""
    with pytest.raises(InputError) as caught:
        import_file(rated, "ratings", ratings_file(rated, row.format(code=valid_codes()[0])))
    assert any(match in problem.message for problem in caught.value.problems), caught.value.problems
