"""Classifications in the store: what is kept is what comes back, and history holds changes only."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from models.risk_rows import (
    load_classification,
    load_tier_history,
    newest_bins_digest,
    save_classification,
)
from models.tables import Artifact, Classification, FirmTier, table_of
from scheduler.errors import PolicyError, StoreError
from scheduler.registry.codes import EVENT_KINDS, EventKind
from scheduler.registry.frame import Events, Frame
from scheduler.risk.classify import classify
from scheduler.risk.scorecard import Scorecard, parse_scorecard
from scheduler.workflow.workspace import Workspace

CARD = """
format = 1
official = false
name = "test"
tiers = ["A", "B", "C"]
cuts = [10, 20]

[[indicators]]
name = "penalties_3y"
missing = 0
bins = [{ to = 0, points = 0 }, { to = 1, points = 10 }, { points = 20 }]

[[indicators]]
name = "lawsuits_3y"
missing = 0
bins = [{ points = 0 }]
"""
RULE = """
[[direct]]
name = "listed"
tier = "C"
when = [{ indicator = "abnormal_listed", at_least = 1 }]
"""
IDS = (b"371000123456789", b"91371000MA3C000000", b"92371000MA3C000000")  # an old number of 15 digits among them


def frame(ids: tuple[bytes, ...] = IDS) -> Frame:
    """Enterprises in operation."""
    number = len(ids)
    return Frame(
        firm_id=np.array(ids, dtype="S18"),
        object_type=np.zeros(number, dtype=np.int16),
        district=np.zeros(number, dtype=np.int16),
        status=np.zeros(number, dtype=np.int16),
        industry=np.zeros(number, dtype="S5"),
        established_on=np.full(number, "2020-01-01", dtype="datetime64[D]"),
        capital_yuan=np.zeros(number, dtype=np.int64),
        libraries=np.zeros(number, dtype=np.uint64),
        district_codes=("371002",),
        library_codes=(),
    )


def events(*rows: tuple[int, EventKind]) -> Events:
    """Events on 1 June 2025."""
    return Events(
        firm=np.array([firm for firm, _ in rows], dtype=np.int64),
        kind=np.array([EVENT_KINDS.index(kind) for _, kind in rows], dtype=np.int16),
        occurred_on=np.full(len(rows), "2025-06-01", dtype="datetime64[D]"),
        ended_on=np.full(len(rows), "NaT", dtype="datetime64[D]"),
        amount=np.full(len(rows), -1, dtype=np.int64),
    )


def save(connection: sa.Connection, card: Scorecard, *rows: tuple[int, EventKind], firms: Frame | None = None) -> int:
    """Classifies as of 1 January 2026 and saves."""
    firms = firms or frame()
    day = date(2026, 1, 1)
    return save_classification(connection, firms, classify(firms, events(*rows), card, day), card, day)


@pytest.mark.parametrize("text", [CARD, CARD + RULE], ids=["no rules", "one rule"])
def test_classification_comes_back_whole(any_workspace: Workspace, text: str) -> None:
    """Ids of any length, scores, tiers, rules, bins and flags are those that were saved."""
    card = parse_scorecard(text, "card.toml")
    rows = ((1, EventKind.PENALTY), (2, EventKind.ABNORMAL_LISTING))
    classes = classify(frame(), events(*rows), card, date(2026, 1, 1))
    with any_workspace.transaction() as connection:
        assert load_classification(connection) is None
        assert save(connection, card, *rows) == 1
    with any_workspace.transaction() as connection:
        stored = load_classification(connection)
    assert stored is not None
    assert (stored.classification_id, stored.as_of, stored.scorecard.digest) == (1, date(2026, 1, 1), card.digest)
    assert stored.firm_id.tolist() == list(IDS) and stored.firm_id.dtype == "S18"
    assert stored.bins.tolist() == classes.bin_texts().tolist() == [b"11", b"21", b"11"]
    assert stored.direct.tolist() == classes.direct_texts().tolist()
    for name in ("score", "tier", "rule"):
        assert np.array_equal(getattr(stored, name), getattr(classes, name))
        assert getattr(stored, name).dtype == getattr(classes, name).dtype


def test_saving_the_same_again_changes_nothing(any_workspace: Workspace) -> None:
    """The same classes, scorecard and date are the same run."""
    card = parse_scorecard(CARD, "card.toml")
    with any_workspace.transaction() as connection:
        assert [save(connection, card), save(connection, card)] == [1, 1]
        assert connection.execute(sa.select(sa.func.count()).select_from(table_of(FirmTier))).scalar_one() == 3


def test_history_holds_changes_only(any_workspace: Workspace) -> None:
    """
    Four runs of three firms.

    Run 1: all A. Run 2: the second gets a penalty, B. Run 3: the same as run 1. Run 4: with rules, the second is
    listed, C. So the second has four rows, the others one each.
    """
    plain, ruled = parse_scorecard(CARD, "card.toml"), parse_scorecard(CARD + RULE, "card.toml")
    with any_workspace.transaction() as connection:
        save(connection, plain)
        save(connection, plain, (1, EventKind.PENALTY))
        save(connection, plain)
        assert save(connection, ruled, (1, EventKind.ABNORMAL_LISTING)) == 4
        history = load_tier_history(connection, IDS[1].decode())
        others = [len(load_tier_history(connection, IDS[place].decode())) for place in (0, 2)]
    found = [(one.classification_id, one.tier, one.score, one.rule) for one in history]
    assert found == [(1, "A", 0, ""), (2, "B", 10, ""), (3, "A", 0, ""), (4, "C", 0, "listed")]
    assert {one.as_of for one in history} == {date(2026, 1, 1)}
    assert others == [1, 1]


def test_firms_that_come_and_go_have_their_own_history(workspace: Workspace) -> None:
    """A firm new in the second run gets a row then; one that left keeps its old row and is no longer loaded."""
    card = parse_scorecard(CARD, "card.toml")
    with workspace.transaction() as connection:
        save(connection, card, firms=frame(IDS[:2]))
        save(connection, card, firms=frame(IDS[1:]))
        runs = [[one.classification_id for one in load_tier_history(connection, one.decode())] for one in IDS]
        stored = load_classification(connection)
    assert runs == [[1], [1], [2]]
    assert stored is not None and stored.firm_id.tolist() == list(IDS[1:])


def test_changed_artifact_is_refused(workspace: Workspace) -> None:
    """Bins that do not fit the scorecard they are stored with are refused."""
    card = parse_scorecard(CARD, "card.toml")
    with workspace.transaction() as connection:
        save(connection, card)
        connection.execute(sa.update(table_of(Classification)).values(bins_digest=card.digest))
        with pytest.raises(StoreError, match="does not fit its scorecard"):
            load_classification(connection)
        connection.execute(sa.delete(table_of(Artifact)))
        with pytest.raises(StoreError, match="no file with digest"):
            load_classification(connection)


def test_scorecard_of_a_lost_catalogue_does_not_stop_the_next_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the newest run's scorecard cannot be read any more, loading says so and a new run is saved whole."""
    card = parse_scorecard(CARD, "card.toml")

    def lost(text: str, name: str) -> Any:
        raise PolicyError(f"{name}: there is no such indicator")

    with workspace.transaction() as connection:
        save(connection, card)
        monkeypatch.setattr("models.risk_rows.parse_scorecard", lost)
        with pytest.raises(PolicyError, match="scorecard of classification 1"):
            load_classification(connection)
        assert save(connection, card, (0, EventKind.PENALTY)) == 2
        runs = [len(load_tier_history(connection, one.decode())) for one in IDS]
        assert newest_bins_digest(connection) != ""
    assert runs == [2, 2, 2]
