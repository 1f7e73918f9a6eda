"""
Reads a record folder as if its author were an enemy: regular files only, bounded sizes, nothing outside the folder.

The manifest is read first. A file is read only if the folder holds it as a regular file; its digest is taken from the
very bytes that are parsed. Bad content raises `RecordError` naming file and place, and is remembered, so that a report
can name every file that cannot be read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from scheduler.audit import shapes
from scheduler.audit.columns import Table, parse_columns
from scheduler.audit.formats.documents import DOCUMENTS
from scheduler.audit.formats.files import file_name
from scheduler.audit.formats.tables import TABLES
from scheduler.draw.canonical import parse_document
from scheduler.draw.hashing import content_digest
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
MAX_DOCUMENT_BYTES = 8 << 20
MAX_POLICY_BYTES = 256 << 10
MAX_TABLE_BYTES = 1 << 30
MAX_FILES = 20_000
MAX_DEPTH = 4


class Source(Protocol):
    """Where the bytes of a record come from: a folder, or a mapping in memory."""

    def names(self) -> frozenset[str]:
        """Paths of all files, with `/` between folders."""

    def read(self, name: str, limit: int) -> bytes:
        """Bytes of a file; raises `RecordError` if it has more than `limit`."""


class MemorySource:
    """A record in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def names(self) -> frozenset[str]:
        """Paths of all files."""
        return frozenset(self._files)

    def read(self, name: str, limit: int) -> bytes:
        """Bytes of a file."""
        content = self._files[name]
        if len(content) > limit:
            raise _too_big(name, len(content), limit)
        return content


class FolderSource:
    """A record in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names = frozenset(_walk(root))

    def names(self) -> frozenset[str]:
        """Paths of all files; links, devices and pipes are among them and refused when read."""
        return self._names

    def read(self, name: str, limit: int) -> bytes:
        """Bytes of a regular file; a link or a pipe is never followed or waited for."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = os.open(self._root / name, flags)
        except (OSError, ValueError) as error:
            raise RecordError(
                _("{name}: expected a regular file, got one that cannot be opened ({error})").format(
                    name=shown_name(name), error=type(error).__name__
                )
            ) from error
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise RecordError(
                    _("{name}: expected a regular file, got a link, pipe or device").format(name=shown_name(name))
                )
            if status.st_size > limit:
                raise _too_big(name, status.st_size, limit)
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise _too_big(name, len(content), limit)
        return content


def _walk(root: Path) -> list[str]:
    names: list[str] = []
    pending = [("", 0)]
    while pending:
        folder, depth = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError as error:
            raise RecordError(
                _("{name}: expected a folder that can be read, got {error}").format(
                    name=shown_name(folder or str(root)), error=error.strerror
                )
            ) from error
        for name, is_folder in found:
            path = f"{folder}/{name}" if folder else name
            if is_folder and depth < MAX_DEPTH:
                pending.append((path, depth + 1))
            else:
                names.append(path)
            if len(names) + len(pending) > MAX_FILES:
                raise RecordError(_("expected a record of at most {count} files, got more").format(count=MAX_FILES))
    return names


def shown_name(name: str) -> str:
    """A file's name as it may stand in a message."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name[:120])
    return plain if len(name) <= 120 else plain + "…"


def _too_big(name: str, size: int, limit: int) -> RecordError:
    return RecordError(
        _("{name}: expected at most {limit} bytes, got {size}").format(name=shown_name(name), limit=limit, size=size)
    )


@dataclass(slots=True)
class Record:
    """
    A record being read.

    Attributes
    ----------
    source
        Where its bytes come from.
    manifest
        The manifest; its shape was checked.
    digests
        Digest of every file read so far.
    problems
        What is wrong with files that could not be read, by path.
    """

    source: Source
    manifest: Mapping[str, Any]
    digests: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    _documents: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_audit(self) -> bool:
        """Whether it is an audit record."""
        return bool(self.manifest["kind"] == "audit")

    @property
    def public_key(self) -> str:
        """Key by which the manifest says that it is signed; empty where it names none."""
        return str(self.manifest.get("public_key", ""))

    @property
    def contents(self) -> frozenset[str]:
        """Paths of the files that the manifest has to list: all but itself and, in a signed record, the signature."""
        return self.source.names() - ({MANIFEST, SIGNATURE} if self.public_key else {MANIFEST})

    @property
    def listed(self) -> frozenset[str]:
        """Paths that the manifest lists."""
        return frozenset(self.manifest["files"])

    def has(self, name: str) -> bool:
        """Whether the record holds a file, listed or not."""
        return name in self.source.names()

    def digest(self, name: str) -> str:
        """Digest of a file's bytes, read now if they were not yet."""
        if name not in self.digests:
            self.read(name)
        return self.digests[name]

    def read(self, name: str) -> bytes:
        """Bytes of a file; raises `RecordError` if it is missing, too big or no regular file."""
        if not self.has(name):
            raise self._remember(
                name, RecordError(_("{name}: expected a file, got none").format(name=shown_name(name)))
            )
        limit = {".tsv": MAX_TABLE_BYTES, "toml": MAX_POLICY_BYTES}.get(name[-4:], MAX_DOCUMENT_BYTES)
        try:
            content = self.source.read(name, limit)
        except RecordError as error:
            raise self._remember(name, error) from error
        digest = content_digest(content)
        if self.digests.setdefault(name, digest) != digest:
            raise self._remember(
                name,
                RecordError(_("{name}: expected the same bytes as before, got others").format(name=shown_name(name))),
            )
        return content

    def document(self, name: str) -> dict[str, Any]:
        """A document whose shape was checked; raises `RecordError`."""
        if name not in self._documents:
            content = self.read(name)
            try:
                self._documents[name] = parsed_document(content, name)
            except RecordError as error:
                raise self._remember(name, error) from error
        return self._documents[name]

    def table(self, name: str) -> Table:
        """A table; raises `RecordError`. It is not kept: city-size tables live as long as their check."""
        content = self.read(name)
        try:
            return parse_columns(content, TABLES[file_name(name)], name)
        except RecordError as error:
            raise self._remember(name, error) from error

    def refuse(self, name: str, message: str) -> RecordError:
        """Remembers that a file's content makes no sense, and returns the error to raise."""
        return self._remember(name, RecordError(message))

    def _remember(self, name: str, error: RecordError) -> RecordError:
        self.problems.setdefault(name, str(error))
        return error


def parsed_document(content: bytes, name: str) -> dict[str, Any]:
    """A canonical document of format 1 whose shape was checked; raises `RecordError`."""
    return shapes.checked(DOCUMENTS[file_name(name)], parse_document(content, name), name)


def open_record(source: Source) -> Record:
    """
    Opens a record by its manifest.

    Raises
    ------
    RecordError
        If there is no manifest, or it is not one of format 1.
    """
    if MANIFEST not in source.names():
        raise RecordError(_("expected a record with a {name}, got none").format(name=MANIFEST))
    content = source.read(MANIFEST, MAX_DOCUMENT_BYTES)
    manifest = parsed_document(content, MANIFEST)
    return Record(source=source, manifest=manifest, digests={MANIFEST: content_digest(content)})
