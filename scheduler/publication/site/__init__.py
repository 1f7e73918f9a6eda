"""
The public site, made from the bytes of the public record and from nothing else.

Static files, no server, no request to anywhere: it works from a web server, a memory stick or a folder. Chinese by
default, each page with its English twin; the record itself is part of it, so that everything shown can be checked.
Everything can be read without scripts; where they run, `site.js` searches, filters and sorts what the pages show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scheduler.i18n import translator
from scheduler.publication.reading import PublicRecord, read_public_record
from scheduler.publication.site.firms import DrawnFirms, drawn_script, search_script
from scheduler.publication.site.links import SITE_LANGUAGES, list_script
from scheduler.publication.site.open_data import open_data_files
from scheduler.publication.site.pages import site_pages
from scheduler.publication.site.render import TEMPLATES, Renderer

STYLE = "style.css"
SCRIPTS = ("site.js", "verify.js", "verify-page.js")
FIRMS_SCRIPT = "firms.js"
RECORD_FOLDER = "record"


def build_site(record_files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """
    Path and bytes of each file of the site, one by one.

    Parameters
    ----------
    record_files
        Files of a public record by path, as `scheduler.publication.records.assemble_public` makes them.

    Raises
    ------
    RecordError
        If the record cannot be read.
    """
    yield from site_files(read_public_record(record_files), record_files)


def site_files(record: PublicRecord, record_files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Files of the site as `build_site`, of a record that was read already from these bytes."""
    for name in (STYLE, *SCRIPTS):
        yield name, (TEMPLATES / name).read_bytes()
    for path, content in record_files.items():
        yield f"{RECORD_FOLDER}/{path}", content
    renderers = [Renderer(record, language, translator(language.code)) for language in SITE_LANGUAGES]
    yield from open_data_files(record)
    firms = DrawnFirms.of(record)
    yield FIRMS_SCRIPT, search_script(firms)
    for draw in record.draws:
        if draw.drawn:
            yield list_script(draw.draw_id), drawn_script(draw, record)
    for page in site_pages(record, firms):
        for renderer in renderers:
            yield renderer.render(page)
