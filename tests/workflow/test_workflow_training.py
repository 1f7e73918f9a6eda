"""Training a scorecard in a workspace: what is read, weighed, written, logged and refused."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from models.registry_rows import insert_events, insert_firms
from models.store import insert_columns
from models.tables import Draw, DrawnFirm, LogEntry, Result, Round, table_of
from models.training_rows import load_outcomes
from scheduler import i18n
from scheduler.commands.context import CommandContext
from scheduler.commands.risk import classify
from scheduler.errors import StateError, TrainingError
from scheduler.example import build_city
from scheduler.risk.scorecard import parse_scorecard
from scheduler.risk.training import Training, train_columns
from scheduler.workflow.example import load_parameters
from scheduler.workflow.training import FITTED_SCORECARD, train_scorecard
from scheduler.workflow.workspace import Workspace

FIRMS = 1500
COMMITTED = (date(2025, 3, 1), date(2025, 9, 1))


def fill(workspace: Workspace, *, problems: bool = True) -> None:
    """A city all of whose firms were visited in one of two rounds, drawn with chances 1/2 and 1 of what was left."""
    city = build_city(load_parameters(), num_firms=FIRMS, seed="weihai")
    firm_ids = city.firms["firm_id"]
    chance = city.truth_probability / 1_000_000
    outcome = np.random.default_rng(1).random(FIRMS) < chance
    number = [1 + place % 2 for place in range(FIRMS)]
    draw_ids = [f"2025-{one}-1" for one in number]
    with workspace.transaction() as connection:
        insert_firms(connection, city.firms)
        insert_events(connection, city.events)
        for one, kind in ((1, "targeted"), (2, "open"), (3, "external")):
            _insert(connection, Round, {
                "round_id": [f"2025-{one}"], "year": [2025], "number": [one], "kind": [kind], "plan_id": [""],
                "starts_on": [COMMITTED[0]], "ends_on": [date(2025, 12, 1)], "counting_visits": [1],
            })  # fmt: skip
            _insert(connection, Draw, {
                "draw_id": [f"2025-{one}-1"], "round_id": [f"2025-{one}"], "attempt": [1], "status": ["drawn"],
                "committed_on": [COMMITTED[(one - 1) % 2]],
                "commitment_digest": [""], "seed": [""], "void_reason": [""],
            })  # fmt: skip
        _insert(connection, DrawnFirm, {
            "draw_id": draw_ids, "firm_id": firm_ids, "round_id": [f"2025-{one}" for one in number],
            "stratum": ["s"] * FIRMS, "package": ["T"] * FIRMS, "counting": [True] * FIRMS,
            "chance_micro": [500_000 if one == 1 else 1_000_000 for one in number], "chance_firms": [1] * FIRMS,
        })  # fmt: skip
        _insert(connection, Result, {
            "draw_id": draw_ids, "firm_id": firm_ids, "item_id": ["I"] * FIRMS,
            "category": ["ordered_to_correct" if found and problems else "no_problem" for found in outcome.tolist()],
            "inspected_on": [date(2025, (4, 9)[place % 2] + place % 3, 15) for place in range(FIRMS)],
            "recorded_on": [date(2025, 12, 2)] * FIRMS, "note": [""] * FIRMS,
        })  # fmt: skip


def _insert(connection: sa.Connection, table: Any, columns: dict[str, Sequence[Any]]) -> None:
    insert_columns(connection, table, columns)


_FITTED: dict[bytes, Training] = {}


def fitted(*given: Any, **options: Any) -> Training:
    """As `train_columns`, which is the slow part and has tests of its own; asked the same again it remembers."""
    key = pickle.dumps((given, options))
    if key not in _FITTED:
        _FITTED[key] = train_columns(*given, **options)
    return _FITTED[key]


@pytest.fixture
def fitted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings of one city share their fit."""
    monkeypatch.setattr("scheduler.workflow.training.train_columns", fitted)


@pytest.mark.usefixtures("fitted_once")
def test_train_scorecard_writes_a_scorecard_that_classify_reads(workspace: Workspace) -> None:
    """The file is marked not official, keeps tiers and rules, and is in the log with its digest."""
    fill(workspace)
    summary = train_scorecard(workspace)
    text = (workspace.root / FITTED_SCORECARD).read_text(encoding="utf-8")
    card = parse_scorecard(text, FITTED_SCORECARD)
    assert "official = false" in text
    assert card == summary.scorecard
    assert card.tiers == workspace.settings.tiers.codes
    assert card.calibration is not None
    assert summary.num_rows == FIRMS
    assert 0.5 < summary.cv_auc < 0.9
    assert summary.late is not None
    with workspace.transaction() as connection:
        entry = connection.execute(sa.select(table_of(LogEntry)).order_by(sa.desc("number"))).first()
    assert entry is not None
    assert (entry.action, entry.after) == ("classify train", card.digest)


@pytest.mark.usefixtures("fitted_once")
def test_train_scorecard_warns_of_few_outcomes_and_of_chance(workspace: Workspace) -> None:
    """Outcomes by lot on 240 firms: few, and nothing to predict; file, terminal (once, worded) and JSON say so."""
    fill(workspace)
    with workspace.transaction() as connection:
        result = table_of(Result)
        firms = sorted(row[0] for row in connection.execute(sa.select(result.c.firm_id)))
        rng = np.random.default_rng(3)
        dirty = [firm for firm in firms if rng.random() < 0.3]
        connection.execute(sa.update(result).values(category="no_problem"))
        connection.execute(sa.update(result).where(result.c.firm_id.in_(dirty)).values(category="ordered_to_correct"))
        connection.execute(sa.delete(result).where(result.c.firm_id.notin_(firms[:240])))
    summary = train_scorecard(workspace)
    assert summary.late is not None
    assert summary.late.low <= 0.5
    assert "no_better_than_chance" in [one.code for one in summary.scorecard.warnings]
    assert "Warning" not in summary.scorecard.note and "非官方" in summary.scorecard.note
    text = (workspace.root / FITTED_SCORECARD).read_text(encoding="utf-8")
    assert parse_scorecard(text, FITTED_SCORECARD) == summary.scorecard
    context = CommandContext(
        root=workspace.root, database_url=None, actor=workspace.actor, now=workspace.now, language="en"
    )
    for language, words in (("zh_CN", "警告：预测效果与偶然无法区分"), ("en", "Warning: predicts nothing that can be")):
        i18n.activate(language)
        spoken = CliRunner().invoke(classify, ["train", "--dry-run"], obj=context)
        assert "".join(spoken.output.split()).count("".join(words.split())) == 1
        assert ("predicts nothing" in " ".join(spoken.output.split())) == (language == "en")
    answered = CliRunner().invoke(classify, ["train", "--dry-run", "--json"], obj=context)
    assert "no_better_than_chance" in [one["code"] for one in json.loads(answered.stdout)["warnings"]]


@pytest.mark.usefixtures("fitted_once")
def test_train_scorecard_of_many_outcomes_warns_of_nothing_it_can_tell(workspace: Workspace) -> None:
    """Fifteen hundred visits with the made-up city's truth: the card predicts, and its note is as it was."""
    fill(workspace)
    summary = train_scorecard(workspace)
    assert summary.late is not None
    assert 0.5 < summary.late.low < summary.late.auc < summary.late.high
    assert "no_better_than_chance" not in [one.code for one in summary.scorecard.warnings]


@pytest.mark.usefixtures("fitted_once")
def test_train_scorecard_in_a_dry_run_leaves_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no log entry; and a second run, fitted anew, gives the same scorecard."""
    fill(workspace)
    first = train_scorecard(workspace, dry_run=True)
    assert not (workspace.root / FITTED_SCORECARD).exists()
    assert first.mark.log_number is None
    monkeypatch.setattr("scheduler.workflow.training.train_columns", train_columns)
    assert train_scorecard(workspace).scorecard.digest == first.scorecard.digest


@pytest.mark.usefixtures("fitted_once")
def test_train_scorecard_overwrites_only_when_told(workspace: Workspace) -> None:
    """A file that a person may have edited is not replaced by chance."""
    fill(workspace)
    (workspace.root / FITTED_SCORECARD).write_text("mine", encoding="utf-8")
    with pytest.raises(StateError, match="is there already"):
        train_scorecard(workspace)
    train_scorecard(workspace, replace=True)
    assert (workspace.root / FITTED_SCORECARD).read_text(encoding="utf-8") != "mine"


def test_train_scorecard_refuses_an_empty_year_and_one_class(workspace: Workspace) -> None:
    """Without results, or with clean visits alone, nothing is written."""
    with pytest.raises(StateError, match="no results to learn from"):
        train_scorecard(workspace)
    fill(workspace, problems=False)
    with pytest.raises(TrainingError, match="one class only"):
        train_scorecard(workspace)
    assert not (workspace.root / FITTED_SCORECARD).exists()


def test_train_scorecard_that_would_have_no_points_is_refused_in_words(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no indicator earns a point, the outcomes are to blame, not a list of indicators nobody wrote."""
    fill(workspace)

    def nothing_told(*given: Any, **options: Any) -> Training:
        found = fitted(*given, **options)
        return replace(found, card=replace(found.card, tables=()))

    monkeypatch.setattr("scheduler.workflow.training.train_columns", nothing_told)
    with pytest.raises(TrainingError, match=r"no indicator told the .* record more results and train again"):
        train_scorecard(workspace)
    assert not (workspace.root / FITTED_SCORECARD).exists()


def test_load_outcomes_reads_chances_and_leaves_lists_drawn_elsewhere_out(workspace: Workspace) -> None:
    """Chance is expected visits over firms; the external round has no chance and does not train."""
    fill(workspace)
    with workspace.transaction() as connection:
        table = table_of(DrawnFirm)
        connection.execute(
            sa.update(table).where(table.c.draw_id == "2025-2-1").values(round_id="2025-3"),
        )
        found = load_outcomes(connection)
    assert len(found) == FIRMS // 2
    assert set(found.chance.tolist()) == {0.5}
    assert set(found.committed_on) == {COMMITTED[0]}


@pytest.mark.usefixtures("fitted_once")
def test_classify_train_speaks_and_answers_in_json(workspace: Workspace) -> None:
    """The command marks its output internal, and answers machines."""
    fill(workspace)
    context = CommandContext(
        root=workspace.root, database_url=None, actor=workspace.actor, now=workspace.now, language="en"
    )
    runner = CliRunner()
    spoken = runner.invoke(classify, ["train"], obj=context)
    assert spoken.exit_code == 0, spoken.output
    assert "INTERNAL" in spoken.output
    assert "not official" in spoken.output
    answered = runner.invoke(classify, ["train", "--json", "--dry-run"], obj=context)
    assert json.loads(answered.stdout)["num_rows"] == FIRMS
