"""
The bureau's signing key: a file beside the store that only its owner reads; its public half stands in the log.

A new key is signed by the one before, so that whoever knows an old public key can follow to the new one. What the log
says decides: a bureau that has a key publishes nothing without it.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import sqlalchemy as sa

from models.tables import LogEntry, table_of
from scheduler.draw.ceremony import plain_reason
from scheduler.draw.signing import KEY_BYTES, public_key_of, sign
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace

ACTION = "key new"
KEY_NAME = "signing.key"


def signing_key(connection: sa.Connection, workspace: Workspace) -> bytes | None:
    """
    The key that signs, or None if the bureau has none.

    Raises
    ------
    StateError
        If the log names a key and the file holds another one, none, or can be read by others.
    """
    public = public_key(connection)
    if not public:
        return None
    path = workspace.root / KEY_NAME
    for place in (path, _aside(path)):  # a key made while the machine stopped still stands aside
        key = _read(place) if place.exists() else None
        if key is not None and public_key_of(key) == public:
            if place != path:
                place.replace(path)
            return key
    raise StateError(
        _(
            "{path}: expected the key {public}, got another one or none; bring the file back from its copy, "
            "or give the key up with “double-random key new --lost REASON”"
        ).format(path=path, public=public)
    )


def public_key(connection: sa.Connection) -> str:
    """The bureau's public key by the log's newest entry about keys; empty if there is none."""
    table = table_of(LogEntry)
    statement = (
        sa.select(table.c.detail).where(table.c.action == ACTION).order_by(table.c.number.desc()).limit(1)
    )  # fmt: skip
    detail = connection.execute(statement).scalar()
    return str(json.loads(detail)["public_key"]) if detail else ""


def make_key(workspace: Workspace, *, replace: bool = False, lost: str = "", key: bytes | None = None) -> str:
    """
    Makes a signing key and returns its public half.

    Parameters
    ----------
    replace
        Whether a key that is there is replaced; the old one signs the new one in the log.
    lost
        Why the key that the log names is given up without its signature; empty if it is not.
    key
        The private key, 32 bytes; by default from the system's source of randomness, as every real one is.

    Raises
    ------
    StateError
        If there is a key and it is neither to be replaced nor lost, or none and it is.
    UsageError
        If the reason is no plain text.
    """
    key = secrets.token_bytes(KEY_BYTES) if key is None else key
    path = workspace.root / KEY_NAME
    with workspace.transaction() as connection:
        before = public_key(connection)
        _check_wish(before, replace=replace or bool(lost))
        detail = {"public_key": public_key_of(key)}
        if lost:
            detail |= {"previous_key": before, "lost": plain_reason(lost)}
        elif before:
            old = signing_key(connection, workspace)
            detail |= {"previous_key": before, "signature": sign(old or b"", "key", detail["public_key"])}
        append_log(connection, workspace, ACTION, detail)
        _write(_aside(path), key)
    _aside(path).replace(path)  # only now: until the log names the new key, the old one signs
    return detail["public_key"]


def _check_wish(before: str, *, replace: bool) -> None:
    if before and not replace:
        raise StateError(_("there is a signing key already; “double-random key new --replace” replaces it"))
    if replace and not before:
        raise StateError(_("there is no signing key to replace; run “double-random key new”"))


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _read(path: Path) -> bytes | None:
    """The key in a file; None if it holds something else."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise StateError(
            _("{path}: expected a file that only its owner can read; run “chmod 600” on it").format(path=path)
        )
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _write(path: Path, key: bytes) -> None:
    """Writes a key, never readable by others; what an interrupted run left aside goes."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"{key.hex()}\n")
        stream.flush()
        os.fsync(descriptor)
