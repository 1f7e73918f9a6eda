"""Witnesses who commit to a contribution, reveal or are skipped; the bureau's own seed; what the record then says."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tiny_year import SECRET, VALUE, TinyYear, beacon

from models.draw_rows import get_file
from models.tables import LogEntry
from scheduler.draw.hashing import content_digest
from scheduler.draw.seed import EntropySource, operator_seed
from scheduler.draw.sources import SourceKind
from scheduler.errors import StateError, UsageError
from scheduler.workflow.contributions import reveal_contribution
from scheduler.workflow.draw import commit_draw, draw_targets, void_draw

MINE, YOURS = "a-hat-full-of-paper-slips", "eleven-blue-marbles-and-one-red"


def witness(name: str, contribution: str) -> EntropySource:
    """A witness who may reveal until the eighteenth."""
    detail = content_digest(contribution.encode())
    return EntropySource.of(name, date(2026, 2, 18), SourceKind.WITNESS, detail)


@pytest.fixture
def waiting(tiny: TinyYear) -> TinyYear:
    """A round committed to, with two witnesses before a beacon."""
    tiny.plan_open()
    sources = [witness("甲", MINE), witness("乙", YOURS), beacon("beacon", date(2026, 2, 20))]
    commit_draw(tiny.on(2, 10), 1, entropy=sources)
    return tiny


def ceremony_of(tiny: TinyYear, draw_id: str = "2026-1-1") -> dict[str, object]:
    """The ceremony as the record has it."""
    with tiny.workspace.transaction() as connection:
        return dict(json.loads(get_file(connection, draw_id, "ceremony.json")))


def test_contributions_revealed_in_time_make_the_seed(waiting: TinyYear) -> None:
    """Both are in the entropy, in the order announced, with the day on which they came."""
    summary = reveal_contribution(waiting.on(2, 17), 1, "乙", YOURS)
    assert summary.waiting == ("甲",)
    reveal_contribution(waiting.on(2, 18), 1, "甲", f" {MINE}")
    draw_targets(waiting.on(2, 20), 1, {"beacon": VALUE})
    said = ceremony_of(waiting)
    assert [(entry["name"], entry["value"]) for entry in said["entropy"]] == [  # type: ignore[attr-defined]
        ("甲", MINE),
        ("乙", YOURS),
        ("beacon", VALUE),
    ]
    assert said["revealed"] == [
        {"name": "甲", "revealed_on": "2026-02-18"},
        {"name": "乙", "revealed_on": "2026-02-17"},
    ]
    assert (said["format"], said["skipped"]) == (2, [])


def test_who_does_not_reveal_in_time_is_skipped_and_on_record(waiting: TinyYear) -> None:
    """The draw goes on without; the ceremony names who was silent; a late reveal is refused."""
    reveal_contribution(waiting.on(2, 18), 1, "甲", MINE)
    with pytest.raises(StateError, match="乙 could reveal until 2026-02-18"):
        reveal_contribution(waiting.on(2, 19), 1, "乙", YOURS)
    with pytest.raises(UsageError, match="乙: expected values of public sources alone"):
        draw_targets(waiting.on(2, 20), 1, {"beacon": VALUE, "乙": YOURS})
    draw_targets(waiting.on(2, 20), 1, {"beacon": VALUE})
    said = ceremony_of(waiting)
    assert (said["skipped"], len(said["entropy"])) == (["乙"], 2)  # type: ignore[arg-type]


def test_reveals_that_open_nothing_are_refused(waiting: TinyYear) -> None:
    """Another value, a stranger, a second time, a public source, a round without draw: nothing is logged."""
    entries = waiting.count(LogEntry)
    waiting.on(2, 15)
    for name, value, match in (
        ("甲", YOURS, "whose SHA-256 is"),
        ("丙", MINE, "expected one of the witnesses announced"),
        ("beacon", VALUE, "expected one of the witnesses announced"),
    ):
        with pytest.raises(UsageError, match=match):
            reveal_contribution(waiting.workspace, 1, name, value)
    with pytest.raises(StateError, match="no contribution is waited for"):
        reveal_contribution(waiting.workspace, 2, "甲", MINE)
    reveal_contribution(waiting.workspace, 1, "甲", MINE, dry_run=True)
    assert waiting.count(LogEntry) == entries
    reveal_contribution(waiting.workspace, 1, "甲", MINE)
    with pytest.raises(StateError, match="has revealed already"):
        reveal_contribution(waiting.workspace, 1, "甲", MINE)


def test_reveals_of_a_voided_attempt_do_not_count_for_the_next(waiting: TinyYear) -> None:
    """The next attempt has its own contributions."""
    reveal_contribution(waiting.on(2, 15), 1, "甲", MINE)
    void_draw(waiting.workspace, 1, "a witness objected")
    said = ceremony_of(waiting)
    assert (said["format"], said["revealed"], said["skipped"]) == (2, [], [])
    commit_draw(waiting.workspace, 1, entropy=[witness("甲", YOURS), beacon("other", date(2026, 2, 20))])
    draw_targets(waiting.on(2, 20), 1, {"other": VALUE})
    assert ceremony_of(waiting, "2026-1-2")["skipped"] == ["甲"]


def test_own_seed_follows_from_the_secret_and_is_marked(tiny: TinyYear) -> None:
    """Committed to by its digest, opened at the draw without anybody typing it, and called the weakest kind."""
    tiny.plan_open()
    own = ("bureau", date(2026, 2, 20))
    summary = commit_draw(tiny.on(2, 10), 1, entropy=[], own_seed=own, secret=SECRET)
    assert "Weakest kind" in summary.bulletin
    assert "Nobody knows these values today" not in summary.bulletin
    assert any("weakest kind of draw" in warning for warning in summary.warnings)
    draw_targets(tiny.on(2, 20), 1, {})
    (said,) = ceremony_of(tiny)["entropy"]  # type: ignore[misc]
    assert said == {"name": "bureau", "value": operator_seed(SECRET, "2026-1-1")}
    with tiny.workspace.transaction() as connection:
        commitment = json.loads(get_file(connection, "2026-1-1", "commitment.json"))
    assert commitment["format"] == 3
    assert commitment["entropy"][0]["detail"] == content_digest(str(said["value"]).encode())
