"""The signing key: made once, read by its owner alone, replaced only with the old one's signature or a reason."""

from __future__ import annotations

import json
import os
import stat

import pytest
import sqlalchemy as sa

from models.tables import LogEntry, table_of
from scheduler.draw.signing import is_signed, public_key_of
from scheduler.errors import StateError, UsageError
from scheduler.workflow import keys
from scheduler.workflow.keys import KEY_NAME, make_key, signing_key
from scheduler.workflow.workspace import Workspace


def details(workspace: Workspace) -> list[dict[str, str]]:
    """Details of the log's entries about keys."""
    table = table_of(LogEntry)
    with workspace.transaction() as connection:
        rows = connection.execute(sa.select(table.c.detail).where(table.c.action == "key new").order_by(table.c.number))
        return [json.loads(detail) for (detail,) in rows]


def key_of(workspace: Workspace) -> bytes | None:
    """The key that signs."""
    with workspace.transaction() as connection:
        return signing_key(connection, workspace)


def test_key_is_for_its_owner_alone_and_its_public_half_is_logged(workspace: Workspace) -> None:
    """The file has mode 600, and nothing secret is in the log."""
    assert key_of(workspace) is None
    public = make_key(workspace)
    key = key_of(workspace)
    assert key is not None
    assert public == public_key_of(key)
    assert stat.S_IMODE((workspace.root / KEY_NAME).stat().st_mode) == 0o600
    assert details(workspace) == [{"public_key": public}]


def test_second_key_needs_to_replace_and_is_signed_by_the_first(workspace: Workspace) -> None:
    """Without --replace the key stays; with it the log holds the old key's signature of the new one."""
    first = make_key(workspace)
    with pytest.raises(StateError, match="--replace"):
        make_key(workspace)
    second = make_key(workspace, replace=True)
    entry = details(workspace)[1]
    assert (entry["previous_key"], entry["public_key"]) == (first, second)
    assert is_signed(first, entry["signature"], "key", second)
    assert sorted(path.name for path in workspace.root.glob(f"{KEY_NAME}*")) == [KEY_NAME]


@pytest.mark.parametrize("wish", [{"replace": True}, {"lost": "gone"}])
def test_nothing_to_replace_is_refused(workspace: Workspace, wish: dict[str, object]) -> None:
    """Replacing a key, or giving one up, without having one is a mistake."""
    with pytest.raises(StateError, match="no signing key"):
        make_key(workspace, **wish)  # type: ignore[arg-type]


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_key_that_others_can_read_is_refused(workspace: Workspace) -> None:
    """The remedy is in the message."""
    make_key(workspace)
    (workspace.root / KEY_NAME).chmod(0o644)
    with pytest.raises(StateError, match="chmod 600"):
        key_of(workspace)


@pytest.mark.parametrize("content", [None, "ab\n", "x" * 64, "00" * 32])
def test_broken_missing_or_other_key_is_refused_until_it_is_given_up(workspace: Workspace, content: str | None) -> None:
    """A bureau that has a key publishes nothing without it; who lost it says so, and the log keeps the reason."""
    first = make_key(workspace)
    path = workspace.root / KEY_NAME
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="ascii")
    with pytest.raises(StateError, match="bring the file back"):
        key_of(workspace)
    with pytest.raises(StateError, match="bring the file back"):
        make_key(workspace, replace=True)
    with pytest.raises(UsageError, match="a reason"):
        make_key(workspace, lost="\x07")
    second = make_key(workspace, lost="the  disk broke")
    assert details(workspace)[1:] == [{"public_key": second, "previous_key": first, "lost": "the disk broke"}]
    assert key_of(workspace) is not None


def test_key_made_while_the_machine_stopped_is_found(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log names the new key, whose file still stands aside: it is put in its place."""
    make_key(workspace)
    before = (workspace.root / KEY_NAME).read_bytes()
    make_key(workspace, replace=True)
    (workspace.root / KEY_NAME).replace(workspace.root / f"{KEY_NAME}.new")
    (workspace.root / KEY_NAME).write_bytes(before)
    (workspace.root / KEY_NAME).chmod(0o600)
    key = key_of(workspace)
    assert key is not None
    assert public_key_of(key) == details(workspace)[-1]["public_key"]
    assert not (workspace.root / f"{KEY_NAME}.new").exists()


def test_key_that_cannot_be_written_is_not_logged(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the file cannot be made, the log names no key that nobody has."""

    def full(*_args: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(keys, "_write", full)
    with pytest.raises(OSError, match="no space"):
        make_key(workspace)
    assert details(workspace) == []
