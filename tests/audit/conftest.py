"""The tiny year, built once, and ways to tell what a report says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from record_builder import Files, Year  # noqa: E402 - found by the line above

from scheduler import i18n  # noqa: E402


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
def fast_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Messages without looking for catalogues on disk, for tests that verify thousands of records."""
    monkeypatch.setattr(i18n._gettext, "gettext", lambda message: message)
    yield
