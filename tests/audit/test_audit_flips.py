"""
Every single changed byte of a record is rejected, and the report says where.

In the public record of the whole tiny year and in the audit record of one targeted round, every 29th position of every
file is changed, and every line feed; in the audit record of the whole year (three draws, files of the same kinds) every
61st position. With ``EVERY_BYTE=1`` in the environment every position of the first two is, which takes minutes.
"""

from __future__ import annotations

import os

import pytest
from record_builder import Files, Year

from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source

STRIDE = 1 if os.environ.get("EVERY_BYTE") else 29
pytestmark = pytest.mark.usefixtures("fast_words")


def flip(content: bytes, position: int) -> bytes:
    """Content with one bit of one byte changed, a different bit at each position."""
    changed = bytearray(content)
    changed[position] ^= 1 << (position % 8)
    return bytes(changed)


def assert_rejected(files: Files, name: str, position: int) -> None:
    """The record with one changed byte is rejected by a claim that names the file."""
    changed = {**files, name: flip(files[name], position)}
    report = verify_source(MemorySource(changed), "record")
    assert report.verdict is Verdict.REJECTED, (name, position)
    assert name == "manifest.json" or named(report, name), (name, position, report.of_status(Status.FAILED))


def named(report: Report, name: str) -> bool:
    """Whether a failed claim names a file."""
    return any(name in claim.expected or name in claim.found for claim in report.of_status(Status.FAILED))


def positions(files: Files, stride: int = STRIDE) -> list[tuple[str, int]]:
    """Positions in all files at a stride, the last byte of each included, and all line feeds at the usual stride."""
    return [
        (name, position)
        for name, content in sorted(files.items())
        for position in sorted({*range(0, len(content), stride), len(content) - 1, *line_feeds(content, stride)})
    ]


def line_feeds(content: bytes, stride: int) -> list[int]:
    """Positions of line feeds, where one row becomes two or two one; none at strides beyond the usual one."""
    return [position for position, byte in enumerate(content) if byte == ord("\n")] if stride <= STRIDE else []


def test_changed_bytes_of_a_public_record_are_rejected(public: Files) -> None:
    """Bytes of the public record of the whole year."""
    for name, position in positions(public):
        assert_rejected(public, name, position)


def test_changed_bytes_of_one_round_s_audit_record_are_rejected() -> None:
    """Bytes of the audit record of one targeted round, with officers and results."""
    files = Year(draws=("2026-2-1",)).record("audit")
    assert {name.rpartition("/")[2] for name in files} >= {"register.tsv", "quotas.tsv", "visits.tsv", "results.tsv"}
    for name, position in positions(files):
        assert_rejected(files, name, position)


def test_changed_bytes_of_the_whole_year_s_audit_record_are_rejected(audit: Files) -> None:
    """Every 61st byte of every file of the whole year."""
    for name, position in positions(audit, stride=61):
        assert_rejected(audit, name, position)
