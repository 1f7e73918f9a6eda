"""Every kind of page of the public site in a real browser: accessible, valid, and asking the network for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.checkers import axe_violations, nu_errors

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_pages_have_no_accessibility_violation(chromium: Any, tiny_site: Path, viewport: dict[str, int]) -> None:
    """axe-core finds nothing wrong on any page, in both languages, wide and on a phone."""
    page = chromium.new_page(viewport=viewport, bypass_csp=True)  # else axe-core itself is blocked
    found: dict[str, list[str]] = {}
    for file in sorted(tiny_site.rglob("*.html")):
        page.goto(file.as_uri())
        wrong = axe_violations(page)
        if wrong:
            found[file.relative_to(tiny_site).as_posix()] = wrong
    page.close()
    assert found == {}


def test_pages_are_valid_html_and_css(tiny_site: Path) -> None:
    """The Nu validator finds no error in any page or style sheet."""
    assert nu_errors(sorted([*tiny_site.rglob("*.html"), *tiny_site.rglob("*.css")])) == []


def test_pages_ask_nothing_of_the_network(chromium: Any, tiny_site: Path) -> None:
    """Opened from a folder, every page loads files of that folder alone, and no wider than a phone's screen."""
    page = chromium.new_page(viewport=PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    too_wide = []
    for file in sorted(tiny_site.rglob("*.html")):
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            too_wide.append(file.relative_to(tiny_site).as_posix())
    page.close()
    assert [url for url in asked if not url.startswith(tiny_site.as_uri())] == []
    assert too_wide == []
