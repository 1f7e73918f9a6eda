"""Search, filter and sort in a real browser, with names that nobody would wish for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scheduler.publication.records import assemble_public
from scheduler.publication.site import build_site
from tests.publication.test_publication_site import HOSTILE
from tests.publication.tiny_year import firm_id_of, make_inputs

NUM_DRAWN = 120


def name_of(firm_id: str) -> str:
    """Every firm a hostile name, and its number, so that each is told apart."""
    number = int(firm_id[-4:])
    return f"{HOSTILE[number % len(HOSTILE)]}-{number:04d}"


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in which every name is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    for path, content in build_site(assemble_public(make_inputs(200, NUM_DRAWN, name_of))):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.fixture
def page(chromium: Any) -> Any:
    """A page on which nothing may speak up: no dialog, no error, no message of a blocked script."""
    wrong: list[str] = []
    opened = chromium.new_page()
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text))
    yield opened
    opened.close()
    assert wrong == []


def test_hostile_names_do_nothing_on_any_page(page: Any, hostile_site: Path) -> None:
    """Every page opens in silence, and shows exactly the elements that an ordinary register would give it."""
    for file in sorted(hostile_site.rglob("*.html")):
        page.goto(file.as_uri())
        assert (
            page.evaluate("document.querySelectorAll('main img, main script, main iframe, main [onerror]').length") == 0
        )


def test_firm_search_finds_by_part_of_code_and_leads_to_the_firm(page: Any, hostile_site: Path) -> None:
    """A part of a code is found in either case of letters, and the link opens the firm's own section."""
    drawn = (hostile_site / "record/draws/2026-1-2/drawn.tsv").read_text().splitlines()[5].split("\t")[0]
    page.goto((hostile_site / "firms.html").as_uri())
    page.fill("#firm-query", drawn[2:].lower())
    page.wait_for_selector(".search-found a")
    assert page.locator(".search-found li").count() == 1
    page.click(".search-found a")
    assert page.url.endswith(f"#{drawn}")
    assert page.locator(f"section[id='{drawn}']:target").count() == 1


def test_firm_search_says_when_nothing_is_found(page: Any, hostile_site: Path) -> None:
    """A firm that was not drawn is not found, and the page says what that means."""
    page.goto((hostile_site / "en/firms.html").as_uri())
    page.fill("#firm-query", "no such firm")
    page.locator(".search-count", has_text=re.compile(r"\S")).wait_for()
    assert "was not drawn" in page.inner_text(".search-count")
    assert page.locator(".search-found li").count() == 0


def test_list_filters_sorts_and_pages(page: Any, hostile_site: Path) -> None:
    """The whole list is filtered, sorted by name both ways, paged by fifty, and comes back as printed."""
    page.goto((hostile_site / "draws/2026-1-2/list-1.html").as_uri())
    printed = page.locator("#list tbody tr").all_inner_texts()
    page.fill("#list-query", firm_id_of(0)[:10])
    page.wait_for_selector("#list-search nav:not([hidden])")
    assert page.locator("#list tbody tr").count() == 50
    page.click("#list-search nav button[value='1']")
    page.click("#list-search nav button[value='1']")
    assert page.locator("#list tbody tr").count() == NUM_DRAWN - 100
    page.fill("#list-query", "")
    assert page.locator("#list tbody tr").all_inner_texts() == printed
    page.click("#list thead th:nth-child(2) button")
    page.wait_for_selector("#list thead th[aria-sort='ascending']:nth-child(2)")
    page.locator("#list-search .search-count", has_text=re.compile(r"\S")).wait_for()
    first = page.inner_text("#list tbody tr:first-child th")
    page.click("#list thead th:nth-child(2) button")
    assert page.inner_text("#list tbody tr:first-child th") != first
