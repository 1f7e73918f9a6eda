"""
A page by code for every firm that was drawn: its draws and its results.

Firms stand in the order of their codes, some hundred on a page, so that a city's year is a few hundred files and not
forty thousand; the page of a firm is found by the ranges of codes, by search where scripts run, and by its anchor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from scheduler.publication.reading import Finding, PublicRecord, RecordedDraw
from scheduler.publication.site import links
from scheduler.publication.site.lists import PageOfRows, items_cell, package_names, pages_of, result_words
from scheduler.publication.site.render import Page
from scheduler.publication.site.words import Words
from scheduler.publication.text import escaped_column, visible

FIRMS_PER_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """A firm on the list of a draw: the draw's place in the record, and the firm's in the list."""

    draw: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFirms:
    """
    Every firm drawn in the year, voided draws included, in ascending order of code.

    Attributes
    ----------
    firm_id, name
        As on the newest list that the firm stands on.
    appearances
        Where each firm was drawn, in the order of the draws.
    """

    firm_id: Sequence[str]
    name: Sequence[str]
    appearances: Sequence[tuple[Appearance, ...]]

    @classmethod
    def of(cls, record: PublicRecord) -> DrawnFirms:
        """Firms of a record."""
        found: dict[str, list[Appearance]] = {}
        names: dict[str, str] = {}
        for number, draw in enumerate(record.draws):
            for position, (firm_id, name) in enumerate(zip(draw.drawn.firm_id, draw.drawn.name, strict=True)):
                found.setdefault(firm_id, []).append(Appearance(draw=number, position=position))
                names[firm_id] = name
        firm_ids = sorted(found)
        return cls(
            firm_id=firm_ids,
            name=[names[firm_id] for firm_id in firm_ids],
            appearances=[tuple(found[firm_id]) for firm_id in firm_ids],
        )

    def __len__(self) -> int:
        return len(self.firm_id)

    @property
    def pages(self) -> tuple[PageOfRows, ...]:
        """Pages that the firms are shown on."""
        return pages_of(self.firm_id, FIRMS_PER_PAGE)


def firm_pages(record: PublicRecord, firms: DrawnFirms) -> Iterator[Page]:
    """The page on which a firm is looked up, and the pages of all firms drawn."""
    pages = firms.pages

    def finder(_words: Words) -> Mapping[str, Any]:
        return {"firms": firms, "pages": pages, "page": None, "firms_page": links.firms_page}

    yield Page(path="firms.html", section="firms", template="firms.html", context=finder)
    if not len(firms):
        return
    sections: dict[str, FirmSections] = {}

    def shown(page: PageOfRows) -> Callable[[Words], Mapping[str, Any]]:
        def context(words: Words) -> Mapping[str, Any]:
            code = words.language.code
            made = sections.get(code) or sections.setdefault(code, FirmSections(firms, record, words))
            return {"pages": pages, "page": page, "sections": made.of_page(page, "../"), "firms_page": links.firms_page}

        return context

    for page in pages:
        path = links.firms_page(page.number)
        yield Page(path=path, section="firms", template="firm_list.html", context=shown(page))


def search_script(firms: DrawnFirms) -> bytes:
    """
    What the search looks through, as a script: a page opened from a folder may load a script, but not fetch a file.

    Codes and names are each one string of lines, which parses faster than a list; a firm's page follows from its place.
    """
    names = [visible(name).replace("\n", " ") for name in firms.name]
    return script_bytes(
        "firms", {"codes": "\n".join(firms.firm_id), "names": "\n".join(names), "perPage": FIRMS_PER_PAGE}
    )


def drawn_script(draw: RecordedDraw, record: PublicRecord) -> bytes:
    """The whole list of a draw, for filtering and sorting; what many firms share is told once and pointed at."""
    drawn = draw.drawn
    registrars, packages = sorted(set(drawn.registrar)), sorted(set(drawn.package))
    tasks = [[visible(record.task_names.get(code, code)) for code in package.split("+")] for package in packages]
    places = (
        {name: index for index, name in enumerate(registrars)},
        {name: index for index, name in enumerate(packages)},
    )
    return script_bytes(
        "list",
        {
            "codes": "\n".join(drawn.firm_id),
            "names": "\n".join(visible(name).replace("\n", " ") for name in drawn.name),
            "registrars": [visible(name) for name in registrars],
            "registrar": [places[0][name] for name in drawn.registrar],
            "tasks": tasks,
            "task": [places[1][name] for name in drawn.package],
        },
    )


def script_bytes(name: str, value: Mapping[str, Any]) -> bytes:
    r"""
    A script that hands a value to the page; nothing in the value can end the script or act.

    Examples
    --------
    >>> script_bytes("x", {"a": "</script>"})
    b'window.doubleRandom = Object.assign(window.doubleRandom || {}, {"x": {"a": "\\u003c/script>"}});\n'
    """
    text = json.dumps({name: value}, ensure_ascii=False, sort_keys=True)
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"window.doubleRandom = Object.assign(window.doubleRandom || {{}}, {text});\n".encode()


class FirmSections:
    """HTML of firms in one language; what many firms share is put into words once."""

    def __init__(self, firms: DrawnFirms, record: PublicRecord, words: Words) -> None:
        self._firms, self._record, self._words = firms, record, words
        self._names = escaped_column(firms.name)
        self._ids = escaped_column(firms.firm_id)
        self._findings = [_findings_by_firm(draw) for draw in record.draws]
        self._packages: dict[str, Markup] = {}
        self._results: dict[tuple[tuple[str, ...], tuple[str, ...], str], Markup] = {}

    def of_page(self, page: PageOfRows, root: str) -> Iterator[Markup]:
        """Sections of the firms of a page; `root` leads from the page to the language's folder."""
        heads = [self._draw_head(draw, root) for draw in self._record.draws]
        for index in range(page.start, page.stop):
            rows = Markup("").join(self._row(appearance, heads) for appearance in self._firms.appearances[index])
            code = self._ids[index]
            yield Markup(  # noqa: S704
                f'<section class="firm" id="{code}"><h2><bdi lang="zh">{self._names[index]}</bdi> '
                f'<span class="code">{code}</span></h2><dl class="facts">{rows}</dl></section>'
            )

    def _draw_head(self, draw: RecordedDraw, root: str) -> Markup:
        _ = self._words.translate
        name = _("Draw {number}").format(number=draw.draw_id)
        head = Markup('<a href="{}">{}</a> {}').format(
            root + links.draw_page(draw.draw_id), name, self._words.label(draw.kind)
        )
        if draw.status == "voided":
            head += Markup(' <span class="tag tag-voided">{}</span>').format(self._words.label(draw.status))
        return head

    def _row(self, appearance: Appearance, heads: Sequence[Markup]) -> Markup:
        draw = self._record.draws[appearance.draw]
        package = draw.drawn.package[appearance.position]
        if package not in self._packages:
            names = package_names(package, self._words, self._record)
            self._packages[package] = Markup('{} <span class="code">{}</span>').format(names, package)
        found = self._findings[appearance.draw].get(appearance.position, ())
        told = Markup("").join(self._finding(each) for each in found) or self._nothing_yet(draw)
        return Markup(  # noqa: S704
            f'<div class="facts-row"><dt>{heads[appearance.draw]}</dt>'
            f"<dd><p>{self._packages[package]}</p>{told}</dd></div>"
        )

    def _finding(self, finding: Finding) -> Markup:
        key = (finding.categories, finding.item_ids, finding.inspected_on)
        if key not in self._results:
            self._results[key] = Markup('<div class="found"><p>{} · {}</p>{}</div>').format(
                self._words.day(finding.inspected_on),
                result_words(finding.categories, self._words),
                items_cell(finding.item_ids, self._words, self._record),
            )
        return self._results[key]

    def _nothing_yet(self, draw: RecordedDraw) -> Markup:
        _ = self._words.translate
        if draw.status == "voided":
            return Markup("")
        return Markup('<p class="note">{}</p>').format(_("No result is public yet."))


def _findings_by_firm(draw: RecordedDraw) -> Mapping[int, Sequence[Finding]]:
    found: dict[int, list[Finding]] = {}
    for finding in draw.findings:
        found.setdefault(finding.firm, []).append(finding)
    return found
