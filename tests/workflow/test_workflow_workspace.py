"""Making and opening workspaces, and settings that make no sense."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from cli import CHINA
from scheduler.errors import PolicyError, StateError, UsageError
from scheduler.resources import data_path
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import Workspace, create_workspace, open_workspace, read_settings

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=CHINA)
TEXT = data_path("examples", "double-random.toml").read_text(encoding="utf-8")


def test_open_workspace_finds_what_was_made(workspace: Workspace) -> None:
    """A workspace made once opens again with the same settings."""
    opened = open_workspace(workspace.root, actor="other", now=NOW)
    assert opened.settings == workspace.settings
    assert opened.today.isoformat() == "2026-01-05"


def test_create_workspace_twice_is_refused(workspace: Workspace) -> None:
    """A folder that holds a workspace is never overwritten."""
    with pytest.raises(StateError, match="holds a workspace already"):
        create_workspace(workspace.root, settings_text=TEXT, actor="x", now=NOW)


def test_open_workspace_where_there_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    """A folder without settings is refused with the remedy."""
    with pytest.raises(StateError, match="double-random init"):
        open_workspace(tmp_path, actor="x", now=NOW)


def test_create_workspace_with_bad_settings_makes_nothing(tmp_path: Path) -> None:
    """Bad settings leave no folder behind."""
    with pytest.raises(PolicyError):
        create_workspace(tmp_path / "new", settings_text="format = 2", actor="x", now=NOW)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["50%20", "what?", "a#b", "空 格"])
def test_workspace_keeps_its_database_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    """Characters that mean something in a URL mean nothing in a folder's name."""
    create_workspace(tmp_path / name, settings_text=TEXT, actor="x", now=NOW)
    assert (tmp_path / name / "double-random.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    open_workspace(tmp_path / name, actor="x", now=NOW)


def test_actor_in_another_encoding_is_kept_as_text(workspace: Workspace) -> None:
    """A name from a terminal that speaks GBK can be stored, and line breaks in it cannot."""
    name = "张三\n".encode("gb18030").decode("utf-8", errors="surrogateescape")
    assert open_workspace(workspace.root, actor=name, now=NOW).actor == "张三"


def test_open_workspace_without_its_database_never_makes_an_empty_one(workspace: Workspace) -> None:
    """A database that is gone, or is elsewhere, is asked for."""
    (workspace.root / "double-random.db").unlink()
    with pytest.raises(StateError, match="--database-url"):
        open_workspace(workspace.root, actor="x", now=NOW)
    assert not (workspace.root / "double-random.db").exists()


def test_open_workspace_with_settings_that_are_no_text_says_so(workspace: Workspace) -> None:
    """Settings saved in another encoding are refused by name."""
    (workspace.root / "double-random.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError, match=r"double-random.toml: expected text in UTF-8"):
        open_workspace(workspace.root, actor="x", now=NOW)


def test_settings_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    """What is no file is refused."""
    with pytest.raises(PolicyError, match="cannot be read"):
        read_settings(tmp_path)


def test_create_workspace_where_no_folder_can_be_is_refused(tmp_path: Path) -> None:
    """A file in the way is named."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        create_workspace(tmp_path / "file" / "below", settings_text=TEXT, actor="x", now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format = 1", "format = [", "expected TOML"),
        ("ratio = 0.08", "ratio = 1.08", "target.ratio.*from 0 to 1"),
        ("ratio = 0.08", "ratio = 0.0800001", "at most six decimals"),
        ("ratio = 0.08", "ration = 0.08", "target.ration"),
        ("number = 2", "number = 5", "numbered 1, 2"),
        ('kind = "open"', 'kind = "external"', "drawn elsewhere are imported"),
        ('kind = "open"', 'kind = "targeted"', "open round for the open share"),
        ("starts_on = 2026-03-02", "starts_on = 2026-07-02", "starts before it ends"),
        ("floor = { A = 0.010, ", "floor = { ", "rates.floor: expected one ratio for each tier"),
        (
            "[draw]",
            '[[rates.exceptions]]\ntiers = ["E"]\n\n[draw]',
            r"rates.exceptions: expected tiers among .* got E",
        ),
        ("[draw]", "[precision.districts]\n371999 = 0.1\n\n[draw]", "precision.districts: expected districts among"),
        ("[draw]", '[capacity.neighbours]\n371002 = ["9"]\n\n[draw]', "capacity.neighbours: expected districts among"),
        ("[draw]", '[visits]\nlookback_except = ["Z"]\n\n[draw]', "visits.lookback_except: expected tiers among"),
    ],
)
def test_settings_that_make_no_sense_name_the_key(old: str, new: str, message: str) -> None:
    """Each bad value is named with what was expected."""
    with pytest.raises(PolicyError, match=message):
        parse_settings(TEXT.replace(old, new, 1), "double-random.toml")


def test_settings_without_a_targeted_round_are_refused() -> None:
    """What the open rounds leave needs a targeted round."""
    with pytest.raises(PolicyError, match="targeted round"):
        parse_settings(TEXT.replace('kind = "targeted"', 'kind = "open"'), "double-random.toml")
