"""Classifying a register in its workspace: what is kept, what is logged, what is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from models.registry_rows import FEW_FIRMS, insert_events, insert_firms, load_events, load_frame
from models.risk_rows import load_classification
from models.store import read_columns
from models.tables import Classification, Firm, FirmTier, LogEntry, table_of
from scheduler.errors import PolicyError, StateError
from scheduler.example.city import build_city
from scheduler.example.parameters import parse_example_parameters
from scheduler.resources import data_path
from scheduler.risk.explain import explain
from scheduler.risk.history import MISSING
from scheduler.risk.indicators import indicator_values
from scheduler.workflow.example import load_parameters
from scheduler.workflow.log import verify_log
from scheduler.workflow.risk import (
    classify_firms,
    explain_firm,
    show_classification,
)
from scheduler.workflow.scorecards import read_scorecard
from scheduler.workflow.workspace import Workspace

AS_OF = date(2026, 1, 1)
FIRMS = ("91371000MA3C00000A", "91371000MA3C00000B", "91371000MA3C00000C", "92371000MA3C00000D")


def fill(workspace: Workspace, *events: tuple[int, str, date], status: Sequence[str] = ("operating",) * 4) -> None:
    """Four firms in two districts, the third a food wholesaler, the last a household, and events (firm, kind, day)."""
    firms: dict[str, Sequence[Any]] = {
        "firm_id": FIRMS,
        "name": ["甲公司", "乙公司", "丙公司", "丁店"],
        "object_type": ["enterprise", "enterprise", "enterprise", "individual"],
        "district": ["371002", "371002", "371082", "371082"],
        "status": status,
        "industry": ["F5211", "F5211", "F5129", "F5213"],
        "established_on": [date(2020, 1, 1)] * 4,
        "capital_yuan": [10_000_000] * 4,
        "libraries": ["", "", "food_wholesale", ""],
    }
    rest = {name: [""] * 4 for name in ("registrar", "station", "address", "source")}
    history: dict[str, Sequence[Any]] = {
        "event_id": [str(number) for number in range(len(events))],
        "firm_id": [FIRMS[firm] for firm, _, _ in events],
        "kind": [kind for _, kind, _ in events],
        "occurred_on": [day for _, _, day in events],
        "ended_on": [None] * len(events),
        "amount": [None] * len(events),
        "detail": [""] * len(events),
        "source": [""] * len(events),
    }
    with workspace.transaction() as connection:
        insert_firms(connection, {**firms, **rest})
        insert_events(connection, history)


def rows_of(workspace: Workspace, model: Any) -> list[Any]:
    """All rows of a table."""
    with workspace.transaction() as connection:
        return list(connection.execute(sa.select(table_of(model))))


def test_classification_is_summed_kept_and_logged(any_workspace: Workspace) -> None:
    """
    Four firms: the second is on the serious-dishonesty list, D; the third a food wholesaler, C; the others A.

    Age 4, retail 4, never inspected 4 and no points for ten million yuan make 12: below the first cut.
    """
    fill(any_workspace, (1, "serious_dishonesty", date(2025, 5, 1)))
    summary = classify_firms(any_workspace, AS_OF)
    assert (summary.classification_id, summary.num_firms, summary.as_of) == (1, 4, AS_OF)
    assert summary.by_tier == {"A": 2, "B": 0, "C": 1, "D": 1}
    counts: dict[str, list[int]] = {}
    for mix in summary.mixes:
        counts[mix.district] = [a + b for a, b in zip(counts.get(mix.district, [0] * 4), mix.counts, strict=True)]
    assert counts == {"371002": [1, 0, 0, 1], "371082": [1, 0, 1, 0]}
    assert summary.by_object_type["individual"] == {"A": 1, "B": 0, "C": 0, "D": 0}
    assert {name: number for name, number in summary.rules.items() if number} == {
        "serious_dishonesty": 1,
        "food_wholesale": 1,
    }
    assert summary.mark.log_number == 1
    with any_workspace.transaction() as connection:
        assert verify_log(connection) == 1
    assert [(row.firm_id, row.tier, row.rule) for row in sorted(rows_of(any_workspace, FirmTier))] == [
        (FIRMS[0], "A", ""),
        (FIRMS[1], "D", "serious_dishonesty"),
        (FIRMS[2], "C", "food_wholesale"),
        (FIRMS[3], "A", ""),
    ]


def test_same_run_again_is_the_same_run(workspace: Workspace) -> None:
    """A second run on the same data keeps nothing new; the log says so: before and after are equal."""
    fill(workspace)
    first, second = classify_firms(workspace, AS_OF), classify_firms(workspace, AS_OF)
    assert first.classification_id == second.classification_id == 1
    entries = rows_of(workspace, LogEntry)
    assert entries[0].before == "" and entries[0].after == entries[1].before == entries[1].after != ""
    assert [entry.action for entry in entries] == ["classify", "classify"]


def test_today_counts_where_no_date_is_given(workspace: Workspace) -> None:
    """The fixture's day is 5 January 2026: what happened on the 5th is seen, what happens on the 6th is not."""
    fill(workspace, (0, "serious_dishonesty", date(2026, 1, 5)), (1, "serious_dishonesty", date(2026, 1, 6)))
    summary = classify_firms(workspace)
    assert summary.as_of == date(2026, 1, 5)
    assert summary.rules["serious_dishonesty"] == 1


def test_dry_run_keeps_nothing_and_says_the_same(workspace: Workspace) -> None:
    """A dry run has the numbers of the real one, and neither a run nor a log entry stays."""
    fill(workspace)
    dry = classify_firms(workspace, AS_OF, dry_run=True)
    assert dry.mark.log_number is None and "dry run" in dry.mark.line()
    assert [rows_of(workspace, model) for model in (Classification, FirmTier, LogEntry)] == [[], [], []]
    assert dataclasses.replace(dry, mark=None) == dataclasses.replace(  # type: ignore[arg-type]
        classify_firms(workspace, AS_OF),
        mark=None,  # type: ignore[arg-type]
    )


def test_firms_out_of_operation_have_a_tier_but_are_not_in_the_mix(workspace: Workspace) -> None:
    """A revoked firm is D by rule, and the mix counts the three firms in operation."""
    fill(workspace, status=("revoked", "operating", "operating", "operating"))
    summary = classify_firms(workspace, AS_OF)
    assert summary.rules["revoked"] == 1
    assert sum(summary.by_tier.values()) == 3 and summary.by_tier["D"] == 0


def test_no_firms_are_refused(workspace: Workspace) -> None:
    """An empty register cannot be classified, and nothing is logged."""
    with pytest.raises(StateError, match="there are no firms to classify; bring them in"):
        classify_firms(workspace)
    assert rows_of(workspace, LogEntry) == []


def test_a_day_to_come_is_refused(workspace: Workspace) -> None:
    """The fixture's day is 5 January 2026; the 6th is not known yet."""
    fill(workspace)
    with pytest.raises(StateError, match="expected a day up to today, 2026-01-05, got 2026-01-06"):
        classify_firms(workspace, date(2026, 1, 6))


def with_scorecard(workspace: Workspace, name: str) -> Workspace:
    """The workspace, its settings naming a scorecard."""
    classify = workspace.settings.classify.model_copy(update={"scorecard": name})
    settings = workspace.settings.model_copy(update={"classify": classify})
    return dataclasses.replace(workspace, settings=settings)


def test_scorecard_comes_from_beside_the_settings(workspace: Workspace) -> None:
    """A named scorecard is read from the workspace's folder instead of the expert default."""
    text = data_path("scorecard-expert.toml").read_text(encoding="utf-8").replace("base = 0", "base = 1000")
    (workspace.root / "own.toml").write_text(text, encoding="utf-8-sig")  # with a byte order mark, as some editors do
    fill(workspace)
    assert classify_firms(with_scorecard(workspace, "own.toml"), AS_OF).by_tier == {"A": 0, "B": 0, "C": 0, "D": 4}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "classify.scorecard: expected a TOML file in UTF-8, got"),
        (b"\xff\xfe", "classify.scorecard: expected a TOML file in UTF-8, got"),
        (b"format = 1", "own.toml: official: expected this key, got none"),
        ("three", "own.toml: tiers: expected A, B, C, D as in double-random.toml .tiers.codes., got A, B, C"),
    ],
    ids=["absent", "not UTF-8", "incomplete", "other tiers"],
)
def test_bad_scorecard_is_refused_and_nothing_changes(
    workspace: Workspace, content: bytes | str | None, message: str
) -> None:
    """A scorecard that is absent, unreadable, incomplete or of other tiers is refused before anything is kept."""
    fill(workspace)
    if content == "three":
        text = data_path("scorecard-expert.toml").read_text(encoding="utf-8")
        text = text.replace('"C", "D"]', '"C"]').replace("cuts = [22, 37, 68]", "cuts = [22, 37]")
        content = text.replace('tier = "D"', 'tier = "C"').encode()
    if isinstance(content, bytes):
        (workspace.root / "own.toml").write_bytes(content)
    with pytest.raises(PolicyError, match=message):
        classify_firms(with_scorecard(workspace, "own.toml"), AS_OF)
    assert rows_of(workspace, Classification) == []


def test_mix_of_the_example_is_near_those_that_places_report(workspace: Workspace) -> None:
    """
    The expert scorecard on 4,000 made-up firms, against Dandong's 65.4 / 25.3 / 7.7 / 1.5 % (field notes).

    The bounds leave room for chance, about 2 points for the low tiers, and for changes of the example.
    """
    parameters = parse_example_parameters(
        data_path("examples", "weihai.toml").read_text(encoding="utf-8"), "weihai.toml"
    )
    city = build_city(parameters, num_firms=4000, seed="mix")
    with workspace.transaction() as connection:
        insert_firms(connection, city.firms)
        insert_events(connection, city.events)
    counts = classify_firms(workspace, AS_OF).by_tier
    shares = {tier: 100 * number / sum(counts.values()) for tier, number in counts.items()}
    assert 60 < shares["A"] < 71 and 20 < shares["B"] < 31 and 5 < shares["C"] < 10.5 and 0.7 < shares["D"] < 2.5


def test_default_scorecard_is_the_expert_one(workspace: Workspace) -> None:
    """Settings that name none get the shipped one, which is not official."""
    card = read_scorecard(workspace)
    assert "not official" in card.name and card.official is False


def test_show_reads_the_newest_run_and_is_logged(workspace: Workspace) -> None:
    """Showing gives the run's numbers under a log entry of its own; before any run there is nothing to show."""
    fill(workspace)
    with pytest.raises(StateError, match="no firm has a tier yet"):
        show_classification(workspace)
    made = classify_firms(workspace, AS_OF)
    shown = show_classification(workspace)
    assert shown.mark.log_number == 2
    assert dataclasses.replace(shown, mark=made.mark) == made


def test_explanation_has_name_points_rule_and_history(workspace: Workspace) -> None:
    """The listed firm was A on 1 January and D on the 5th, by rule; lower case and spaces in the code are forgiven."""
    fill(workspace, (1, "serious_dishonesty", date(2026, 1, 3)))
    classify_firms(workspace, AS_OF)
    classify_firms(workspace)
    found = explain_firm(workspace, f" {FIRMS[1].lower()} ")
    assert found.firm_name == "乙公司"
    assert (found.explanation.tier, found.explanation.score_tier) == ("D", "B")
    assert found.explanation.rule == "serious_dishonesty"
    assert found.explanation.base + sum(line.points for line in found.explanation.lines) == found.explanation.score
    assert [(since.as_of.day, since.tier) for since in found.history] == [(1, "A"), (5, "D")]
    assert found.mark.log_number == 3


def test_explanation_of_one_firm_is_that_of_the_whole_register(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Points, averages and values equal those made of all firms and events, and never are all events read for them.

    After the run one firm leaves the register, one closes down, and the register's events are as they were.
    """
    city = build_city(load_parameters(), num_firms=400, seed="weihai")
    with workspace.transaction() as connection:
        insert_firms(connection, city.firms)
        insert_events(connection, city.events)
    classify_firms(workspace, AS_OF)
    firm_ids = sorted(city.firms["firm_id"])
    gone, closed = firm_ids[7], firm_ids[40]
    with workspace.transaction() as connection:
        firm = table_of(Firm)
        connection.execute(sa.delete(firm).where(firm.c.firm_id == gone))
        connection.execute(sa.update(firm).where(firm.c.firm_id == closed).values(status="deregistered"))
        frame, stored = load_frame(connection), load_classification(connection)
        assert stored is not None
        events = load_events(connection, frame, AS_OF)
    assert len(events) > len(firm_ids) > FEW_FIRMS
    names = [scale.name for scale in stored.scorecard.indicators]
    columns = indicator_values(frame, events, names, AS_OF)
    places = frame.positions(stored.firm_id)
    counted = np.array([place >= 0 and bool(frame.operating()[place]) for place in places.tolist()])
    rows: list[int] = []

    def read(connection: sa.Connection, statement: sa.Select[Any]) -> list[list[Any]]:
        found = read_columns(connection, statement)
        rows.append(len(found[0]))
        return found

    monkeypatch.setattr("models.registry_rows.read_columns", read)
    for firm_id in (gone, closed, *firm_ids[::37]):
        place = stored.firm_id.tolist().index(firm_id.encode())
        found = explain_firm(workspace, firm_id)
        assert found.explanation == explain(stored, place, counted)
        values = {name: int(columns[name][places[place]]) for name in names if places[place] >= 0}
        assert {name: one.value for name, one in found.values.items()} == {
            name: None if value == MISSING else value for name, value in values.items()
        }
    assert max(rows) <= len(firm_ids)


@pytest.mark.parametrize("firm_id", ["91371000MA3C00000X", "", "Z" * 40, "威海"])
def test_unknown_firm_is_refused(workspace: Workspace, firm_id: str) -> None:
    """A code that is not in the newest classification, whatever it looks like."""
    fill(workspace)
    classify_firms(workspace, AS_OF)
    with pytest.raises(StateError, match="is not in the newest classification; check the code, or classify again"):
        explain_firm(workspace, firm_id)
