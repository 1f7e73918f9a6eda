"""What pages say of sources with kinds, and of a draw that rests on the bureau's own seed."""

from __future__ import annotations

from scheduler.publication.reading import read_public_record
from scheduler.publication.site import site_files
from tests.audit.test_audit_entropy import MINE, typed_year


def pages(*, own: bool) -> dict[str, str]:
    """HTML pages of the tiny year's site by path."""
    record = typed_year(own=own).record("public")
    files = dict(site_files(read_public_record(record), record))
    return {path: content.decode("utf-8") for path, content in files.items() if path.endswith(".html")}


def test_own_seed_alone_is_marked_on_every_page() -> None:
    """Every page in both languages says which draw is of the weakest kind; with other sources none does."""
    marked = pages(own=True)
    words = {"en": "Draw 2026-1-1: the weakest kind of draw.", "zh": "抽取 2026-1-1：随机来源为最弱的一种。"}
    assert all(words["en" if path.startswith("en/") else "zh"] in page for path, page in marked.items())
    unmarked = [page for path, page in pages(own=False).items() if "verify" not in path]
    assert not any("the weakest kind of draw." in page or "为最弱的一种。" in page for page in unmarked)


def test_draw_page_of_own_seed_does_not_say_that_nobody_knew_it() -> None:
    """The steps say what happened: no public lot, and nobody else took part."""
    page = pages(own=True)["en/draws/2026-1-1/index.html"]
    assert "The bureau opened its own seed" in page
    assert "that nobody here controls" not in page
    assert "nobody could choose it" not in page


def test_draw_page_names_kinds_and_who_was_silent() -> None:
    """Beside each source stands its kind; a witness who did not reveal is told as left out."""
    page = pages(own=False)["en/draws/2026-1-1/index.html"]
    assert "that nobody here controls" not in page
    for text in ("Lottery digits", "Witness&#39;s contribution", "Not revealed in time: left out", MINE):
        assert text in page
