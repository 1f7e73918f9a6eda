"""Putting files into place: all or nothing, only what changed, nothing taken away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scheduler.errors import StateError
from scheduler.publication import files
from scheduler.publication.files import Delivery

OLD_TIME = 1_000_000_000


def deliver(folder: Path, content: dict[str, bytes]) -> files.Changes:
    """Puts files into a folder."""
    with Delivery() as delivery:
        changes = delivery.stage_folder(folder, content.items())
        delivery.commit()
    return changes


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_delivery_makes_a_folder_that_was_not_there(tmp_path: Path) -> None:
    """Files and their folders come to be, and nothing else is left beside them."""
    changes = deliver(tmp_path / "a" / "site", {"x.html": b"1", "en/x.html": b"2"})
    assert tree(tmp_path) == {"a/site/x.html": b"1", "a/site/en/x.html": b"2"}
    assert changes.added == ("en/x.html", "x.html")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["site"]


def test_delivery_again_touches_nothing(tmp_path: Path) -> None:
    """The same files a second time: the same inode, the same time."""
    folder = tmp_path / "site"
    deliver(folder, {"x": b"1"})
    os.utime(folder / "x", (OLD_TIME, OLD_TIME))
    before = (folder / "x").stat()
    changes = deliver(folder, {"x": b"1"})
    assert not changes
    assert changes.num_unchanged == 1
    assert ((folder / "x").stat().st_ino, (folder / "x").stat().st_mtime) == (before.st_ino, OLD_TIME)


def test_delivery_changes_only_what_changed_and_keeps_the_rest(tmp_path: Path) -> None:
    """One file changes, one stays with its time, one that the set no longer has is kept, empty folders too."""
    folder = tmp_path / "site"
    deliver(folder, {"same": b"1", "sub/other": b"2", "gone": b"3"})
    os.utime(folder / "same", (OLD_TIME, OLD_TIME))
    (folder / "empty").mkdir()
    changes = deliver(folder, {"same": b"1", "sub/other": b"22"})
    assert (changes.changed, changes.added, changes.kept) == (("sub/other",), (), ("gone",))
    assert tree(folder) == {"same": b"1", "sub/other": b"22", "gone": b"3"}
    assert (folder / "same").stat().st_mtime == OLD_TIME
    assert (folder / "empty").is_dir()


def test_delivery_not_committed_changes_nothing(tmp_path: Path) -> None:
    """What was staged only is thrown away."""
    folder = tmp_path / "site"
    deliver(folder, {"x": b"1"})
    with Delivery() as delivery:
        delivery.stage_folder(folder, [("x", b"2")])
        delivery.stage_file(tmp_path / "deep" / "down" / "book.xlsx", b"3")
    assert tree(tmp_path) == {"site/x": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_delivery_puts_everything_back_when_the_block_fails_after_commit(tmp_path: Path) -> None:
    """If the database refuses to commit at last, folders and files are as they were."""
    deliver(tmp_path / "old", {"x": b"1"})
    (tmp_path / "book").write_bytes(b"1")
    with pytest.raises(RuntimeError, match="no commit"), Delivery() as delivery:
        delivery.stage_folder(tmp_path / "old", [("x", b"2")])
        delivery.stage_folder(tmp_path / "new", [("x", b"2")])
        delivery.stage_file(tmp_path / "book", b"2")
        delivery.stage_file(tmp_path / "book2", b"2")
        delivery.commit()
        assert tree(tmp_path / "old") == {"x": b"2"}
        raise RuntimeError("no commit")
    assert tree(tmp_path) == {"old/x": b"1", "book": b"1"}


@pytest.mark.parametrize("failing", range(6))
def test_delivery_interrupted_at_any_rename_leaves_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Whichever rename fails, all places hold what they held before."""
    for name in ("a", "b"):
        deliver(tmp_path / name, {"x": b"1"})
    (tmp_path / "book").write_bytes(b"1")
    before = tree(tmp_path)
    calls = iter(range(100))
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if next(calls) == failing:
            raise OSError(13, "no permission")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    names = ("a", "b")
    # two renames for each of the two folders, one for the file: the sixth never comes, so everything is new
    done = failing == 5
    try:
        with Delivery() as delivery:
            for name in names:
                delivery.stage_folder(tmp_path / name, [("x", b"2")])
            delivery.stage_file(tmp_path / "book", b"2")
            delivery.commit()
    except StateError as error:
        assert not done
        assert "no permission" in str(error)
    assert tree(tmp_path) == (dict.fromkeys(before, b"2") if done else before)


def test_delivery_recovers_what_a_killed_run_left(tmp_path: Path) -> None:
    """Killed between two renames, the old folder stands aside: the next run brings it back before it goes on."""
    folder = tmp_path / "site"
    deliver(folder, {"x": b"1", "kept": b"k"})
    folder.rename(tmp_path / ".site.old")
    (tmp_path / ".site.new").mkdir()
    (tmp_path / ".site.new" / "half").write_bytes(b"")
    deliver(folder, {"x": b"2"})
    assert tree(tmp_path) == {"site/x": b"2", "site/kept": b"k"}


def test_delivery_killed_after_the_renames_clears_the_old_folder(tmp_path: Path) -> None:
    """Killed before the old folder was cleared away, the next run clears it."""
    deliver(tmp_path / "site", {"x": b"1"})
    (tmp_path / ".site.old").mkdir()
    deliver(tmp_path / "site", {"x": b"1"})
    assert tree(tmp_path) == {"site/x": b"1"}


def test_delivery_without_hard_links_copies_with_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links an unchanged file is copied and keeps its time."""
    folder = tmp_path / "site"
    deliver(folder, {"same": b"1", "x": b"1"})
    os.utime(folder / "same", (OLD_TIME, OLD_TIME))

    def refuse(*_paths: object, **_options: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr(os, "link", refuse)
    deliver(folder, {"same": b"1", "x": b"2"})
    assert tree(folder) == {"same": b"1", "x": b"2"}
    assert (folder / "same").stat().st_mtime == OLD_TIME


def test_stage_file_tells_new_changed_and_unchanged(tmp_path: Path) -> None:
    """A single file is told like a folder of one."""
    path = tmp_path / "book.xlsx"
    seen = []
    for content in (b"1", b"1", b"2"):
        with Delivery() as delivery:
            changes = delivery.stage_file(path, content)
            delivery.commit()
        seen.append((changes.added, changes.changed, changes.num_unchanged))
    assert seen == [(("book.xlsx",), (), 0), ((), (), 1), ((), ("book.xlsx",), 0)]
    assert path.read_bytes() == b"2"


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a\\b", "a//b", "./a", "a\x00b"])
def test_stage_folder_refuses_paths_that_leave_it(tmp_path: Path, name: str) -> None:
    """No name, however it came to be, writes outside its folder."""
    with pytest.raises(ValueError, match="below the folder"), Delivery() as delivery:
        delivery.stage_folder(tmp_path / "site", [(name, b"")])
    assert list(tmp_path.iterdir()) == []


def test_stage_folder_refuses_the_same_path_twice(tmp_path: Path) -> None:
    """Two contents for one path are a defect, not a race."""
    with pytest.raises(ValueError, match="twice"), Delivery() as delivery:
        delivery.stage_folder(tmp_path / "site", [("x", b"1"), ("x", b"2")])


def test_stage_refuses_a_folder_where_a_file_is_wanted_and_the_other_way(tmp_path: Path) -> None:
    """A file in the place of a folder, and a folder in the place of a file, are named with a remedy."""
    (tmp_path / "file").write_bytes(b"")
    with Delivery() as delivery:
        with pytest.raises(StateError, match="is a file; a folder is needed"):
            delivery.stage_folder(tmp_path / "file", [])
        with pytest.raises(StateError, match="is a folder; a file is needed"):
            delivery.stage_file(tmp_path, b"")


def test_stage_below_a_file_is_refused_in_words(tmp_path: Path) -> None:
    """A place that cannot be made is an error of the state, not a traceback."""
    (tmp_path / "file").write_bytes(b"")
    with Delivery() as delivery:
        with pytest.raises(StateError, match="cannot be written"):
            delivery.stage_folder(tmp_path / "file" / "site", [("x", b"1")])
        with pytest.raises(StateError, match="cannot be written"):
            delivery.stage_file(tmp_path / "file" / "book", b"1")
