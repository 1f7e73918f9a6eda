"""The report for people on paper: two sheets of A4 for each record of the example, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.audit.report_page import report_page
from scheduler.audit.verifier import verify_record
from scheduler.i18n import activate, active_language
from scheduler.workflow.demo import DemoSummary


@pytest.fixture
def records(small_year: DemoSummary) -> Path:
    """Records of a year of the made-up city, three rounds."""
    return small_year.folder / "records"


@pytest.fixture(params=["zh_CN", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """One language after the other."""
    before = active_language()
    activate(request.param)
    yield request.param
    activate(before)


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_report_is_two_sheets_of_a4(chromium: Any, records: Path, tmp_path: Path, kind: str, language: str) -> None:
    """Printed by Chromium: two pages of 210 by 297 mm, in points 595 by 842."""
    file = tmp_path / f"{language}.html"
    file.write_text(report_page([verify_record(records / kind)], made_at="2026-12-31 09:00+08:00"), encoding="utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    for width, height in re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed):
        assert (round(float(width)), round(float(height))) == (595, 842)


def test_report_fits_a_phone(chromium: Any, records: Path, tmp_path: Path) -> None:
    """Nothing is wider than the window of a phone."""
    file = tmp_path / "report.html"
    file.write_text(report_page([verify_record(records / "audit")]), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(file.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= 390
