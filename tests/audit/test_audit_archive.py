"""Records in ZIP archives: accepted as their folders are, and harmless whatever their author did."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_builder import Files

from scheduler.audit import archive as archive_module
from scheduler.audit.archive import ZipSource
from scheduler.audit.claims import Verdict
from scheduler.audit.verifier import find_records, verify_record
from scheduler.errors import RecordError

pytestmark = pytest.mark.usefixtures("fast_words")


def packed(files: dict[str, bytes], *, folder: str = "", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of files, in a folder or at the top."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return made.getvalue()


@pytest.fixture(scope="module")
def archive(public: Files) -> bytes:
    """The public record of the small year, packed."""
    return packed(public)


def written(tmp_path: Path, content: bytes) -> Path:
    """A file of some bytes."""
    path = tmp_path / "record.zip"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("folder", ["", "public/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_is_verified_as_its_folder_is(public: Files, tmp_path: Path, folder: str, method: int) -> None:
    """At the top or in one folder, stored or deflated: the claims are those of the files."""
    path = written(tmp_path, packed(public, folder=folder, method=method))
    assert find_records(path) == (path,)
    report = verify_record(path)
    assert report.verdict is Verdict.CONSISTENT
    bare = tmp_path / "record"
    for name, content in public.items():
        (bare / name).parent.mkdir(parents=True, exist_ok=True)
        (bare / name).write_bytes(content)
    assert report.claims == verify_record(bare).claims


def test_one_more_file_in_the_archive_is_told(public: Files, tmp_path: Path) -> None:
    """A file that the manifest does not list fails the claim on the list of files."""
    report = verify_record(written(tmp_path, packed({**public, "more.txt": b"x"})))
    assert report.verdict is Verdict.REJECTED
    assert any("more.txt" in claim.found for claim in report.claims)


@pytest.mark.parametrize(
    "name", ["../manifest.json", "/manifest.json", "a/../b", "C:/x", "a\\..\\b", "a//b", "x" * 1_001, "a/" * 8 + "b"]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    """No name outside the archive, of another system, or deeper or longer than a record has."""
    with pytest.raises(RecordError, match="expected a name inside the archive"):
        ZipSource(written(tmp_path, packed({name: b"x"})))


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    """Which of the two would count is nobody's to guess."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("manifest.json", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("manifest.json", b"2")
    with pytest.raises(RecordError, match="expected every file once"):
        ZipSource(written(tmp_path, made.getvalue()))


def test_what_unpacks_to_more_than_a_record_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond its limit, and files beyond the limit of all, by the sizes that the archive states."""
    path = written(tmp_path, packed({"pool.tsv": bytes(3_000_000), "manifest.json": b"{}"}))
    assert path.stat().st_size < 10_000
    with pytest.raises(RecordError, match="expected at most 1000000 bytes, got more"):
        ZipSource(path).read("pool.tsv", 1_000_000)
    monkeypatch.setattr(archive_module, "MAX_UNPACKED_BYTES", 2_000_000)
    with pytest.raises(RecordError, match="expected at most 2000000 bytes, got more"):
        ZipSource(path)


def test_sizes_that_lie_are_found_out(tmp_path: Path) -> None:
    """A directory that states 10 bytes for 3 MB of zeros: what comes out is bounded, and does not fit its checksum."""
    content = packed({"manifest.json": bytes(3_000_000)})
    size = struct.pack("<I", 3_000_000)
    assert content.count(size) == 2  # in the file's own header and in the directory
    with pytest.raises(RecordError, match="damaged"):
        ZipSource(written(tmp_path, content.replace(size, struct.pack("<I", 10)))).read("manifest.json", 1_000)


def test_ten_gigabytes_are_not_read(tmp_path: Path) -> None:
    """A file of 10 GB is judged by its last bytes: no directory, or one larger than any record needs."""
    path = tmp_path / "record.zip"
    with path.open("wb") as stream:
        stream.truncate(10 << 30)  # sparse: it takes no room
    with pytest.raises(RecordError, match="a damaged one or none"):
        verify_record(path)
    with path.open("r+b") as stream:
        stream.seek(0, os.SEEK_END)
        stream.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, 2 << 30, 0, 0))
    with pytest.raises(RecordError, match="at most 20,000 files"):
        verify_record(path)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_archives_are_refused_or_rejected(archive: bytes, tmp_path: Path, data: st.DataObject) -> None:
    """Bytes changed and pieces cut: an error, or a claim that fails, or every file as it was."""
    content = bytearray(archive)
    for _turn in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    path = written(tmp_path, bytes(content))
    try:
        report = verify_record(path)
    except RecordError:
        return
    if report.verdict is not Verdict.REJECTED:
        source, whole = ZipSource(path), ZipSource(written(tmp_path, archive))
        assert source.names() == whole.names()
        assert all(source.read(name, 1 << 30) == whole.read(name, 1 << 30) for name in whole.names())
