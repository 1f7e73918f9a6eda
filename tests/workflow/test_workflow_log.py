"""The log: every entry carries the hash of the one before, and tampering shows."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.tables import LogEntry, table_of
from scheduler.errors import StateError, VerificationError
from scheduler.workflow.log import DATED_ACTS, GENESIS, append_log, entry_hash, verify_log
from scheduler.workflow.workspace import Workspace


def _fill(workspace: Workspace) -> None:
    with workspace.transaction() as connection:
        for number in (1, 2, 3):
            assert append_log(connection, workspace, "import firms", {"rows": number}) == number


def test_log_of_three_entries_is_a_chain(any_workspace: Workspace) -> None:
    """Each entry carries the hash of the one before, the first one the hash of nothing."""
    _fill(any_workspace)
    with any_workspace.transaction() as connection:
        rows = [
            dict(row)
            for row in connection.execute(sa.select(table_of(LogEntry)).order_by(sa.text("number"))).mappings()
        ]
        assert verify_log(connection) == 3
    assert [row["previous_hash"] for row in rows] == [GENESIS, rows[0]["entry_hash"], rows[1]["entry_hash"]]
    assert rows[0]["at"] == "2026-01-05T09:00:00+08:00"
    assert rows[0]["actor"] == "tester"


def test_verify_log_names_the_entry_that_was_changed(workspace: Workspace) -> None:
    """An edited entry breaks the chain at its number."""
    _fill(workspace)
    table = table_of(LogEntry)
    with workspace.transaction() as connection:
        connection.execute(sa.update(table).where(table.c.number == 2).values(actor="somebody else"))
        with pytest.raises(VerificationError, match="entry 2"):
            verify_log(connection)


def test_verify_log_finds_a_dropped_entry_even_if_its_hash_was_redone(workspace: Workspace) -> None:
    """Dropping an entry shows at the place of the next one."""
    _fill(workspace)
    table = table_of(LogEntry)
    with workspace.transaction() as connection:
        connection.execute(sa.delete(table).where(table.c.number == 2))
        with pytest.raises(VerificationError, match="entry 2"):
            verify_log(connection)


def test_entry_hash_covers_every_field(workspace: Workspace) -> None:
    """Changing any field of an entry changes its hash."""
    _fill(workspace)
    with workspace.transaction() as connection:
        entry = dict(connection.execute(sa.select(table_of(LogEntry)).limit(1)).mappings().one())
    for field in set(entry) - {"entry_hash"}:
        assert entry_hash({**entry, field: "changed"}) != entry["entry_hash"]


@pytest.mark.parametrize("action", DATED_ACTS)
def test_act_before_the_newest_one_of_its_draw_is_refused(any_workspace: Workspace, action: str) -> None:
    """The clock went back by a day: the record would hold days out of turn. The same day is fine."""
    detail = {"draw_id": "2026-1-1", "reason": 'says "draw_id": "2026-2-1"'}
    with any_workspace.transaction() as connection:
        append_log(connection, any_workspace, "draw replace-officer", detail)
        append_log(connection, any_workspace, action, detail)
    bent = dataclasses.replace(any_workspace, now=any_workspace.now - timedelta(days=1))
    told = "changed on 2026-01-05, but today is 2026-01-04; set the computer's clock right"
    with pytest.raises(StateError, match=told), bent.transaction() as connection:
        append_log(connection, bent, action, detail)
    with bent.transaction() as connection:
        assert append_log(connection, bent, action, {"draw_id": "2026-2-1"}) == 3  # no act of that draw is on record
        assert append_log(connection, bent, "draw void", detail) == 4
        assert append_log(connection, bent, "import firms", {}) == 5
        assert verify_log(connection) == 5
