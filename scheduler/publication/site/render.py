"""
Renders pages from templates in one language.

Autoescape is always on, and every text that a template prints has its invisible characters spelt out, whether or not
the template thought of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from scheduler.i18n import Translate
from scheduler.publication.reading import PublicRecord
from scheduler.publication.site.links import CHINESE, ENGLISH, SiteLanguage, draw_page, relative
from scheduler.publication.site.words import Words, number, percent, share
from scheduler.publication.text import visible

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
LONGEST_PRINTED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    One page in both languages.

    Attributes
    ----------
    path
        Where it stands below the language's folder.
    section
        Entry of the navigation that it belongs to.
    template
        Name of the template.
    context
        Makes what the template shows, in the words of a language.
    """

    path: str
    section: str
    template: str
    context: Callable[[Words], Mapping[str, Any]]


class Renderer:
    """Renders the pages of one record in one language."""

    def __init__(self, record: PublicRecord, language: SiteLanguage, translate: Translate) -> None:
        self._record = record
        self._language = language
        self._twin = ENGLISH if language is CHINESE else CHINESE
        self._words = Words.of(record, language, translate)

    def render(self, page: Page) -> tuple[str, bytes]:
        """Path of a page from the root of the site, and its bytes."""
        path = self._language.folder + page.path
        content = (
            _environment()
            .get_template(page.template)
            .render(
                **page.context(self._words),
                _=self._words.translate,
                words=self._words,
                label=self._words.label,
                record=self._record,
                year=self._record.year,
                section=page.section,
                here=page.path,
                language=self._language,
                twin=self._twin,
                twin_link=relative(path, self._twin.folder + page.path),
                link=lambda target: relative(path, self._language.folder + target),
                root_link=lambda target: relative(path, target),
            )
        )
        return path, content.encode("utf-8")


def standalone(template: str, words: Words, context: Mapping[str, Any]) -> bytes:
    """One page outside the site, with its style inside, such as a list to print."""
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return (
        _environment()
        .get_template(template)
        .render(_=words.translate, words=words, language=words.language, style=style, **context)
        .encode("utf-8")
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_harmless,
    )
    environment.filters.update(number=number, percent=percent)
    environment.globals.update(share=share, draw_page=draw_page)
    return environment


def _harmless(value: Any) -> Any:
    return visible(value, LONGEST_PRINTED) if isinstance(value, str) and not isinstance(value, Markup) else value
