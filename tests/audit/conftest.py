"""The tiny year, built once, and ways to tell what a report says."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest
from record_builder import Files, Year
from two_verifiers import Judge, Verify, ask, ask_anchored, start


@pytest.fixture(scope="session")
def year() -> Year:
    """The honest tiny year."""
    return Year()


@pytest.fixture(scope="session")
def public(year: Year) -> Files:
    """Its public record."""
    return year.record("public")


@pytest.fixture(scope="session")
def audit(year: Year) -> Files:
    """Its audit record."""
    return year.record("audit")


@pytest.fixture
def fast_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages without looking for catalogues on disk, for tests that verify thousands of records."""
    monkeypatch.setattr(gettext, "gettext", lambda message: message)


@pytest.fixture(scope="session")
def independent() -> Iterator[Verify]:
    """The independent verifier, kept running for all records."""
    with start() as process:
        yield lambda files: ask(process, files)
        process.terminate()


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    """The independent verifier for records and proofs with anchors."""
    with start() as process:
        yield lambda files, anchors: ask_anchored(process, files, anchors)
        process.terminate()
