"""The pages of `report` and `trace` in a real browser: accessible, valid, no wider than a phone, and on their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scheduler.workflow.demo import DemoSummary
from tests.browser.checkers import axe_violations, nu_errors
from tests.browser.test_browser_pages import PHONE, WIDE
from tests.commands.test_commands_agenda import run


@pytest.fixture(scope="module")
def pages(small_year: DemoSummary, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Report, public report and trace of the small year in both languages."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(small_year.folder / "workspace", folder / "workspace")
    firm = json.loads(run(folder / "workspace", "agenda", "show", "--json").stdout)["visits"][0]["firm_id"]
    words = {"report": ("report",), "public": ("report", "--public"), "trace": ("trace", firm)}
    for language in ("en", "zh_CN"):
        for name, call in words.items():
            page = folder / f"{name}-{language}.html"
            result = run(folder / "workspace", *call, "--html", str(page), language=language)
            assert result.exit_code == 0, result.output
    return sorted(folder.glob("*.html"))


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_report_pages_have_no_accessibility_violation(
    chromium: Any, pages: list[Path], viewport: dict[str, int]
) -> None:
    """axe-core finds nothing wrong, and nothing is asked of anybody but the file itself."""
    page = chromium.new_page(viewport=viewport)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    found = {}
    for file in pages:
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], file.name
        if wrong := axe_violations(page):
            found[file.name] = wrong
    page.close()
    assert found == {}
    assert set(asked) == {file.as_uri() for file in pages}


def test_report_pages_are_valid_html(pages: list[Path]) -> None:
    """The Nu validator finds no error, style and pictures included."""
    assert nu_errors(pages) == []
