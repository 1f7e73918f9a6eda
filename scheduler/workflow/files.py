"""Writes single files aside and renames them, so that a reader sees the old bytes or the new ones."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from scheduler.errors import UsageError
from scheduler.i18n import gettext as _


def check_target(path: Path, suffixes: Sequence[str]) -> None:
    """
    Makes sure, before anything is done, that a file can be written there in the end.

    Raises
    ------
    UsageError
        If its folder does not exist, or its name ends in none of `suffixes`.
    """
    if path.suffix.lower() not in suffixes:
        raise UsageError(
            _("expected a file name that ends in {suffixes}, got {name}").format(
                suffixes=" / ".join(suffixes), name=path.name
            )
        )
    if not path.parent.is_dir():
        raise UsageError(_("{path} cannot be written: its folder does not exist").format(path=path))


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
