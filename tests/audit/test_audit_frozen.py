"""Records of every format verify for ever."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from scheduler.audit.claims import Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source

FROZEN = Path(__file__).resolve().parents[1] / "frozen"
RECORDS = [
    pytest.param(folder / f"{kind}.zip", id=f"{folder.name}-{kind}")
    for folder in sorted(FROZEN.glob("format-*"))
    for kind in ("public", "audit")
]
LEAST_CLAIMS = {  # what each had when it was frozen; a later verifier checks no less
    "format-1": {"public": 60, "audit": 130},
    "format-2": {"public": 59, "audit": 174},
    "format-3": {"public": 73, "audit": 198},  # and one about verify.py, which a later version does not know
    "format-4": {"public": 79, "audit": 216},  # the same
}


def files_of(archive: Path) -> dict[str, bytes]:
    """Files of a frozen record by path."""
    with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("archive", RECORDS)
def test_frozen_record_is_consistent(archive: Path) -> None:
    """No claim fails, and as many are checked as when the record was made."""
    report = verify_source(MemorySource(files_of(archive)), archive.stem)
    assert [claim.text for claim in report.of_status(Status.FAILED)] == []
    assert report.verdict is Verdict.CONSISTENT
    assert len(report.of_status(Status.PASSED)) >= LEAST_CLAIMS[archive.parent.name][archive.stem]


@pytest.mark.parametrize("archive", RECORDS)
def test_frozen_record_with_one_firm_changed_is_rejected(archive: Path) -> None:
    """Old records are still checked, not waved through: another firm in the list of a draw is found."""
    files = files_of(archive)
    name = next(path for path in sorted(files) if path.endswith("drawn.tsv"))
    lines = files[name].split(b"\n")
    lines[1] = lines[1][:17] + (b"0" if lines[1][17:18] != b"0" else b"1") + lines[1][18:]
    files[name] = b"\n".join(lines)
    report = verify_source(MemorySource(files), archive.stem)
    assert report.verdict is Verdict.REJECTED
    assert any(name in claim.found or name in claim.expected for claim in report.of_status(Status.FAILED))
