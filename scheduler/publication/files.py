"""
Puts sets of files into folders so that a reader sees the old set or the new one, never half of each.

A `Delivery` first stages: every folder is made anew beside the old one; files that did not change are the very same
files (hard links, so that even their times stay). `commit` then swaps the folders by renaming, a matter of
milliseconds, and puts the old ones back if one swap fails. What stood in a folder stays in it: nothing published is
ever taken away, and a file put there by somebody else is kept.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType

from scheduler.errors import StateError
from scheduler.i18n import gettext as _

LARGE = 1_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """
    What putting a set of files into a folder does to it.

    Attributes
    ----------
    added, changed
        Paths below the folder of files that are new, or get other bytes.
    num_unchanged
        Files that stay untouched.
    kept
        Paths of files that stand in the folder but are not of the set; they stay.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    num_unchanged: int
    kept: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything is written at all."""
        return bool(self.added or self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Swap:
    """A staged folder or file that is to take the place of another."""

    target: Path
    staged: Path
    old: Path


class Delivery:
    """
    Several folders and files that change together.

    Use it in a ``with`` block: what was committed stays if the block ends well; if it ends with an error, everything is
    put back as it was.
    """

    def __init__(self) -> None:
        self._swaps: list[_Swap] = []
        self._begun: list[_Swap] = []
        self._made: list[Path] = []

    def __enter__(self) -> Delivery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for swap in reversed(self._begun):
            if kind is None:
                _remove(swap.old)
            else:
                _put_back(swap)
        for swap in self._swaps:
            _remove(swap.staged)
        for folder in reversed(self._made):
            if not any(folder.iterdir()):
                folder.rmdir()

    def stage_folder(self, folder: Path, files: Iterable[tuple[str, bytes]]) -> Changes:
        """
        Stages a set of files, given as path below `folder` and bytes.

        Raises
        ------
        StateError
            If the folder is a file, or cannot be written.
        """
        target = folder.resolve()
        if target.exists() and not target.is_dir():
            raise StateError(_("{path} is a file; a folder is needed: choose another place").format(path=folder))
        swap = _swap_beside(target)
        try:
            self._prepare(swap)
            self._swaps.append(swap)
            changes = _stage(target, swap.staged, files)
        except OSError as error:
            raise _cannot_write(folder, error) from error
        if not changes:
            self._swaps.remove(swap)
            _remove(swap.staged)
        return changes

    def stage_file(self, path: Path, content: bytes) -> Changes:
        """Stages one file; `added` or `changed` hold its name."""
        target = path.resolve()
        existed = target.exists()
        if existed and not target.is_file():
            raise StateError(_("{path} is a folder; a file is needed: choose another name").format(path=path))
        swap = _swap_beside(target)
        try:
            self._prepare(swap)
            if existed and target.read_bytes() == content:
                return Changes(added=(), changed=(), num_unchanged=1, kept=())
            self._swaps.append(swap)
            _write(swap.staged, content)
        except OSError as error:
            raise _cannot_write(path, error) from error
        names = (target.name,)
        return Changes(added=() if existed else names, changed=names if existed else (), num_unchanged=0, kept=())

    def _prepare(self, swap: _Swap) -> None:
        """Clears what an interrupted run left, and makes the folders that the target is to stand in."""
        _recover(swap)
        missing = [folder for folder in swap.target.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir()
            self._made.append(folder)

    def commit(self) -> None:
        """
        Puts everything staged into place.

        Raises
        ------
        StateError
            If a folder or file cannot be replaced; let it leave the ``with`` block, so that the others are put back.
        """
        for swap in self._swaps:
            self._begun.append(swap)
            try:
                _exchange(swap)
            except OSError as error:
                raise _cannot_write(swap.target, error) from error


def _stage(target: Path, staged: Path, files: Iterable[tuple[str, bytes]]) -> Changes:
    """Makes the new folder: unchanged and foreign files as links, the others written."""
    present = _paths_below(target)
    added: list[str] = []
    changed: list[str] = []
    names: set[str] = set()
    large: dict[bytes, Path] = {}  # a record that goes into many folders stands on the disk once
    staged.mkdir(parents=True)
    _copy_folders(target, staged)
    for name, content in files:
        _require_safe(name, names)
        names.add(name)
        if name not in present:
            added.append(name)
        elif _same(target / name, content):
            _link(target / name, staged / name)
            continue
        else:
            changed.append(name)
        if content in large:
            _link(large[content], staged / name)
            continue
        _write(staged / name, content)
        if len(content) >= LARGE:
            large[content] = staged / name
    kept = sorted(present - names)
    for name in kept:
        _link(target / name, staged / name)
    return Changes(
        added=tuple(sorted(added)),
        changed=tuple(sorted(changed)),
        num_unchanged=len(names) - len(added) - len(changed),
        kept=tuple(kept),
    )


def _copy_folders(target: Path, staged: Path) -> None:
    """The same folders with the same permissions, empty ones too."""
    if not target.exists():
        return
    shutil.copymode(target, staged)
    for folder in sorted(path for path in target.rglob("*") if path.is_dir() and not path.is_symlink()):
        twin = staged / folder.relative_to(target)
        twin.mkdir()
        shutil.copymode(folder, twin)


def _require_safe(name: str, names: set[str]) -> None:
    """Paths come from codes; one that leaves the folder, or comes twice, is a defect of the caller."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\x00" in name or str(path) != name:
        raise ValueError(f"expected a path below the folder, got {name!r}")
    if name in names:
        raise ValueError(f"expected every path once, got {name!r} twice")


def _paths_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _link(source: Path, path: Path) -> None:
    """The same file under a second name; where the file system has no hard links, a copy with the same times."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, path, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, path, follow_symlinks=False)


def _swap_beside(target: Path) -> _Swap:
    """Names beside the target, on the same file system, hidden from web servers and people alike."""
    return _Swap(
        target=target,
        staged=target.with_name(f".{target.name}.new"),
        old=target.with_name(f".{target.name}.old"),
    )


def _recover(swap: _Swap) -> None:
    """Clears what an interrupted run left; if it stopped between two renames, the old state comes back."""
    if swap.old.exists():
        if swap.target.exists():
            _remove(swap.old)
        else:
            swap.old.replace(swap.target)
    _remove(swap.staged)


def _exchange(swap: _Swap) -> None:
    if swap.target.is_dir():
        swap.target.replace(swap.old)
    elif swap.target.exists():
        _link(swap.target, swap.old)
    swap.staged.replace(swap.target)


def _put_back(swap: _Swap) -> None:
    """Undoes one swap, however far it came."""
    if swap.old.exists():
        _remove(swap.target)
        swap.old.replace(swap.target)
    elif not swap.staged.exists():
        _remove(swap.target)  # it stood nowhere before


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> StateError:
    return StateError(
        _("{path} cannot be written ({error}); free the place or choose another with --out").format(
            path=path, error=error.strerror or error
        )
    )
