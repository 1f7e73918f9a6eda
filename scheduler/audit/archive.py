"""
Reads a record from a ZIP archive without unpacking it, as if its author were an enemy.

Names are keys, never paths on a disk. What the directory of the archive says of sizes is looked at first, and what
comes out is counted as it comes: a few kilobytes that unpack to ten gigabytes are refused by either.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

from scheduler.audit.record import MANIFEST, MAX_DEPTH, MAX_FILES, shown_name
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

MAX_UNPACKED_BYTES = 4 << 30
_MAX_NAME = 1_000
_MAX_DIRECTORY_BYTES = 16 << 20  # it is read whole; 20,000 files need some 2 MB
_END, _END_BYTES = b"PK\x05\x06", 22  # the record at the end that says where the directory is, without its comment
_END_SEARCHED = _END_BYTES + 0xFFFF  # a comment has at most 65,535 bytes
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)


class ZipSource:
    """
    A record in a ZIP archive, at its top or in one folder of it.

    Raises
    ------
    RecordError
        If it is no archive, holds more than a record may, a name twice, a name outside itself, or encrypted files.
    """

    def __init__(self, path: Path) -> None:
        self._archive = _opened(path)
        members = _members(self._archive, path.name)
        top = _top(members)
        self._members = {name.removeprefix(top): member for name, member in members.items()}

    def names(self) -> frozenset[str]:
        """Paths of all files, below the folder that holds the manifest."""
        return frozenset(self._members)

    def read(self, name: str, limit: int) -> bytes:
        """Bytes of a file; raises `RecordError` if it has more than `limit` or does not unpack."""
        member = self._members[name]
        if member.file_size > limit:
            raise _too_much(name, limit)
        try:
            with self._archive.open(member) as stream:
                content = stream.read(limit + 1)
        except _BROKEN as error:
            raise _damaged(name, error) from error
        if len(content) > limit:
            raise _too_much(name, limit)
        return content


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        _check_directory(path)
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        raise _damaged(path.name, error) from error


def _members(archive: zipfile.ZipFile, file_name: str) -> dict[str, zipfile.ZipInfo]:
    """Files of an archive by name."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    for info in infos:
        _check_member(info)
    members = {info.filename: info for info in infos}
    if len(members) < len(infos):
        raise RecordError(_("{name}: expected every file once, got one twice").format(name=shown_name(file_name)))
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise _too_much(file_name, MAX_UNPACKED_BYTES)
    return members


def _check_directory(path: Path) -> None:
    """Refuses an archive whose directory, which is read whole, is larger than a record needs."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - _END_SEARCHED))
        tail = stream.read(_END_SEARCHED)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_BYTES:
        raise zipfile.BadZipFile
    num_files, directory_bytes = struct.unpack_from("<HI", tail, place + _END_BYTES - 12)
    if num_files > MAX_FILES or directory_bytes > _MAX_DIRECTORY_BYTES:  # ZIP64 has the greatest numbers here
        raise RecordError(
            _("{name}: expected an archive of at most {count} files, got more; unpack it and verify the folder").format(
                name=shown_name(path.name), count=f"{MAX_FILES:,}"
            )
        )


def _check_member(info: zipfile.ZipInfo) -> None:
    """Refuses names that lead out of the archive, and what cannot be read without a password or another program."""
    name, parts = info.filename, info.filename.split("/")
    outside = any(part in ("", ".", "..") for part in parts) or "\\" in name or ":" in parts[0]
    if outside or len(name) > _MAX_NAME or len(parts) > MAX_DEPTH + 2 or "\0" in info.orig_filename:
        raise RecordError(_("{name}: expected a name inside the archive, got another").format(name=shown_name(name)))
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise RecordError(
            _("{name}: expected a file stored or deflated, got one encrypted or packed in another way").format(
                name=shown_name(name)
            )
        )


def _top(members: dict[str, zipfile.ZipInfo]) -> str:
    """The folder that everything lies in, with its slash; empty where the manifest is at the top."""
    if MANIFEST in members:
        return ""
    folders = {name.partition("/")[0] + "/" for name in members}
    return folders.pop() if len(folders) == 1 else ""


def _too_much(name: str, limit: int) -> RecordError:
    return RecordError(_("{name}: expected at most {limit} bytes, got more").format(name=shown_name(name), limit=limit))


def _damaged(name: str, error: Exception) -> RecordError:
    return RecordError(
        _("{name}: expected a ZIP archive that can be read, got a damaged one or none ({error})").format(
            name=shown_name(name), error=type(error).__name__
        )
    )
