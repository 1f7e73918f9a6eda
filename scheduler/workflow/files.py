"""Writes single files aside and renames them, so that a reader sees the old bytes or the new ones."""

from __future__ import annotations

import os
from pathlib import Path

from scheduler.errors import UsageError
from scheduler.i18n import gettext as _


def write_file(path: Path, content: bytes) -> None:
    """
    Writes a file whole or not at all.

    Raises
    ------
    UsageError
        If it cannot be written there.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError(_("{path} cannot be written: {error}").format(path=path, error=error.strerror)) from error
