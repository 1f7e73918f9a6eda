"""Single files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import UsageError
from scheduler.workflow.files import write_file


def test_file_is_replaced_whole(tmp_path: Path) -> None:
    """The new bytes take the place of the old, and nothing else is left in the folder."""
    path = tmp_path / "a.txt"
    write_file(path, b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """A folder of the same name refuses the file, and no part of it stays."""
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write_file(tmp_path / "a.txt", b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]
