"""
Which pages the site has, and what each of them shows.

Everything shown follows from the public record: a page knows no clock, so that the same record makes the same site on
any day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from scheduler.draw.hashing import content_digest
from scheduler.draw.sources import SOURCE_WORDS
from scheduler.publication.reading import PlannedTask, PublicRecord, RecordedDraw
from scheduler.publication.site import links
from scheduler.publication.site.checks import words_of_checks
from scheduler.publication.site.firms import DrawnFirms, firm_pages
from scheduler.publication.site.lists import (
    ListColumns,
    PageOfRows,
    drawn_rows,
    drawn_titles,
    finding_rows,
    finding_titles,
    pages_of,
)
from scheduler.publication.site.open_data import TABLES
from scheduler.publication.site.pictures import bar, marked_bar
from scheduler.publication.site.proofs import is_drawn, open_draw_of, steps_of
from scheduler.publication.site.render import Page
from scheduler.publication.site.words import Words, number, share
from scheduler.registry.codes import RESULT_CATEGORIES, RoundKind
from scheduler.registry.items import MICRO

REGISTRARS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """
    Where one round stands.

    Attributes
    ----------
    name, kind, starts_on, ends_on, planned
        As in `year.json`; of a list drawn elsewhere, only name and kind.
    state
        ``planned``, or the status of the newest attempt.
    draw
        The newest attempt; None before the first.
    """

    name: str
    kind: str
    starts_on: str
    ends_on: str
    planned: int
    state: str
    draw: RecordedDraw | None

    @property
    def num_drawn(self) -> int:
        """Firms on the list that stands."""
        return len(self.draw.drawn) if self.draw and self.state == "drawn" else 0

    @property
    def num_inspected(self) -> int:
        """Firms on the list that have a result."""
        return self.draw.num_inspected if self.draw and self.state == "drawn" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A day ahead: ``lot`` (a source of entropy speaks), ``starts`` or ``ends`` (of a round)."""

    day: str
    what: str
    round_name: str
    detail: str


def site_pages(record: PublicRecord, firms: DrawnFirms) -> Iterator[Page]:
    """All pages of the site; `firms` are those of the record."""
    rounds = round_rows(record)
    yield Page(path="index.html", section="home", template="home.html", context=_home(record, rounds))
    yield Page(path="items.html", section="items", template="items.html", context=_nothing)
    yield Page(path="plan.html", section="plan", template="plan.html", context=_plan(rounds))
    yield Page(path="draws.html", section="draws", template="draws.html", context=_draws(rounds))
    yield Page(path="results.html", section="results", template="results.html", context=_results(rounds))
    yield Page(path="verify.html", section="verify", template="verify.html", context=_verify)
    yield Page(path="data.html", section="data", template="data.html", context=lambda _words: {"tables": TABLES})
    yield from firm_pages(record, firms)
    for task in record.tasks:
        yield Page(
            path=links.task_page(task.task_id), section="plan", template="task.html", context=_task(task, record)
        )
    for draw in record.draws:
        yield Page(path=links.draw_page(draw.draw_id), section="draws", template="draw.html", context=_draw(draw))
        yield from _list_pages(draw, record)


def round_rows(record: PublicRecord) -> tuple[RoundRow, ...]:
    """Rounds of the plan in their order, then lists drawn elsewhere."""
    rows = []
    for entry in record.year["rounds"]:
        attempts = record.draws_of(str(entry["number"]))
        newest = attempts[-1] if attempts else None
        rows.append(
            RoundRow(
                name=str(entry["number"]),
                kind=str(entry["kind"]),
                starts_on=str(entry["starts_on"]),
                ends_on=str(entry["ends_on"]),
                planned=int(entry["counting_visits"]),
                state=newest.status if newest else "planned",
                draw=newest,
            )
        )
    for draw in record.draws:
        if draw.kind == RoundKind.EXTERNAL:
            rows.append(
                RoundRow(
                    name=draw.round_name,
                    kind=draw.kind,
                    starts_on="",
                    ends_on="",
                    planned=0,
                    state=draw.status,
                    draw=draw,
                )
            )
    return tuple(rows)


def days_ahead(rounds: Sequence[RoundRow]) -> tuple[Ahead, ...]:
    """What the record says is still to come, by day: told from states, not from a clock."""
    ahead = []
    for row in rounds:
        if row.draw is not None and row.state == "committed":
            for source in row.draw.commitment["entropy"]:
                ahead.append(
                    Ahead(day=str(source["spoken_on"]), what="lot", round_name=row.name, detail=str(source["name"]))
                )
        if row.starts_on and row.state != "drawn":
            ahead.append(Ahead(day=row.starts_on, what="starts", round_name=row.name, detail=""))
        if row.ends_on and (row.state != "drawn" or row.num_inspected < row.num_drawn):
            ahead.append(Ahead(day=row.ends_on, what="ends", round_name=row.name, detail=""))
    return tuple(sorted(ahead, key=lambda entry: (entry.day, entry.round_name, entry.what, entry.detail)))


def category_counts(rounds: Sequence[RoundRow]) -> tuple[tuple[str, int], ...]:
    """Firms of the lists that stand by result category, in the order of the form."""
    counts: Counter[str] = Counter()
    for row in rounds:
        if row.draw is not None and row.state == "drawn":
            counts.update(row.draw.firms_by_category)
    return tuple((str(code), counts[code]) for code in RESULT_CATEGORIES)


def _nothing(_words: Words) -> Mapping[str, Any]:
    return {}


def _verify(words: Words) -> Mapping[str, Any]:
    return {"draw_page": links.draw_page, "checks": words_of_checks(words.translate)}


def _home(record: PublicRecord, rounds: Sequence[RoundRow]) -> Callable[[Words], Mapping[str, Any]]:
    target, drawn = int(record.year["target"]), int(record.year["drawn_enterprises"])
    listed, inspected = sum(row.num_drawn for row in rounds), sum(row.num_inspected for row in rounds)

    def context(words: Words) -> Mapping[str, Any]:
        _ = words.translate
        target_text = _("{drawn} of {target} enterprises drawn, {share}").format(
            drawn=number(drawn), target=number(target), share=share(drawn, target)
        )
        results_text = _("{inspected} of {listed} firms have a public result, {share}").format(
            inspected=number(inspected), listed=number(listed), share=share(inspected, listed)
        )
        return {
            "target": target,
            "drawn": drawn,
            "listed": listed,
            "inspected": inspected,
            "target_bar": bar(drawn, target, target_text),
            "results_bar": bar(inspected, listed, results_text),
            "districts": district_rows(record, words),
            "rounds": rounds,
            "bars": {row.name: _round_bar(row, words) for row in rounds},
            "ahead": days_ahead(rounds),
            "draw_page": links.draw_page,
        }

    return context


def district_rows(record: PublicRecord, words: Words) -> list[tuple[str, int, int, Markup]]:
    """
    Name, enterprises drawn, enterprises, and a bar for each district that has any; none in an older record.

    The bar is full where a district has the greatest share of all; a line marks the year's ratio.
    """
    _ = words.translate
    year = record.year
    if "elsewhere" not in year:
        return []
    numbers = [
        (words.districts[entry["code"]], entry["drawn_enterprises"], entry["num_enterprises"])
        for entry in year["districts"]
    ]
    numbers.append((_("District unknown"), *(year["elsewhere"][f"{n}_enterprises"] for n in ("drawn", "num"))))
    shown = [row for row in numbers if row[1] or row[2]]
    ratio = int(year["target_ratio_micro"])
    greatest = max([2 * ratio, *(drawn * MICRO // max(1, total) for _name, drawn, total in shown)])
    text = _("{name}: {drawn} of {total} enterprises drawn, {share}")
    return [
        (
            name,
            drawn,
            total,
            marked_bar(
                min(greatest, drawn * MICRO // max(1, total)),
                ratio,
                greatest,
                text.format(name=name, drawn=number(drawn), total=number(total), share=share(drawn, total)),
            ),
        )
        for name, drawn, total in shown
    ]


def _round_bar(row: RoundRow, words: Words) -> Markup:
    _ = words.translate
    text = _("{inspected} of {listed} firms have a public result, {share}").format(
        inspected=number(row.num_inspected),
        listed=number(row.num_drawn),
        share=share(row.num_inspected, row.num_drawn),
    )
    return bar(row.num_inspected, row.num_drawn, text, height=60)


def _plan(rounds: Sequence[RoundRow]) -> Callable[[Words], Mapping[str, Any]]:
    return lambda words: {"rounds": rounds, "task_page": links.task_page, "draw_page": links.draw_page}


def _draws(rounds: Sequence[RoundRow]) -> Callable[[Words], Mapping[str, Any]]:
    return lambda words: {"rounds": rounds, "draw_page": links.draw_page, "drawn_page": links.drawn_page}


def _results(rounds: Sequence[RoundRow]) -> Callable[[Words], Mapping[str, Any]]:
    counts = category_counts(rounds)
    inspected = sum(row.num_inspected for row in rounds)

    def context(words: Words) -> Mapping[str, Any]:
        return {
            "rounds": rounds,
            "inspected": inspected,
            "counts": [(code, value, _share_bar(code, value, inspected, words)) for code, value in counts],
            "findings_page": links.findings_page,
            "bars": {row.name: _round_bar(row, words) for row in rounds},
        }

    return context


def _share_bar(code: str, value: int, total: int, words: Words) -> Markup:
    _ = words.translate
    text = _("{what}: {value} of {total} firms, {share}").format(
        what=words.label(code), value=number(value), total=number(total), share=share(value, total)
    )
    return bar(value, total, text, height=60)


def _task(task: PlannedTask, record: PublicRecord) -> Callable[[Words], Mapping[str, Any]]:
    drawn = [(draw, draw.firms_by_task[task.task_id]) for draw in record.draws if draw.firms_by_task.get(task.task_id)]
    items = [item for item in record.items if item.item_id in task.item_ids]
    kinds = sorted({draw.kind for draw, _count in drawn if draw.status == "drawn"})

    def context(words: Words) -> Mapping[str, Any]:
        return {
            "task": task,
            "items": items,
            "draws": drawn,
            "kinds": kinds,
            "total": sum(count for draw, count in drawn if draw.status == "drawn"),
            "drawn_page": links.drawn_page,
            "draw_page": links.draw_page,
        }

    return context


def _draw(draw: RecordedDraw) -> Callable[[Words], Mapping[str, Any]]:
    steps = {step.name: step for step in steps_of(draw)}
    registrars = Counter(draw.drawn.registrar).most_common()
    registrars.sort(key=lambda entry: (-entry[1], entry[0]))
    rest = sum(count for _name, count in registrars[REGISTRARS_SHOWN:])
    files = [(name, len(content), content_digest(content)) for name, content in sorted(draw.files.items())]

    def context(words: Words) -> Mapping[str, Any]:
        total = len(draw.drawn)
        shown = [(name, count, _share_bar(name, count, total, words)) for name, count in registrars[:REGISTRARS_SHOWN]]
        return {
            "draw": draw,
            "source_words": SOURCE_WORDS,
            "is_drawn": is_drawn(draw),
            "steps": steps,
            "open_draw": open_draw_of(draw),
            "registrars": shown,
            "registrars_rest": rest,
            "files": files,
            "task_page": links.task_page,
            "drawn_page": links.drawn_page,
            "findings_page": links.findings_page,
        }

    return context


def _list_pages(draw: RecordedDraw, record: PublicRecord) -> Iterator[Page]:
    if not draw.drawn:
        return
    columns = ListColumns.of(draw)
    codes = draw.drawn.firm_id
    drawn = _Rows(lambda words: drawn_rows(draw, columns, words, record))
    pages = pages_of(codes)
    for page in pages:
        yield Page(
            path=links.drawn_page(draw.draw_id, page.number),
            section="draws",
            template="list.html",
            context=_long_table(draw, page, pages, drawn, drawn_titles, links.drawn_page),
        )
    if not draw.findings:
        return
    findings = _Rows(lambda words: finding_rows(draw, columns, words, record))
    pages = pages_of([codes[finding.firm] for finding in draw.findings])
    for page in pages:
        yield Page(
            path=links.findings_page(draw.draw_id, page.number),
            section="results",
            template="findings.html",
            context=_long_table(draw, page, pages, findings, finding_titles, links.findings_page),
        )


class _Rows:
    """Rows of a long table, made once for each language and not once for each page."""

    def __init__(self, make: Callable[[Words], list[str]]) -> None:
        self._make = make
        self._made: dict[str, list[str]] = {}

    def of(self, words: Words) -> list[str]:
        code = words.language.code
        if code not in self._made:
            self._made[code] = self._make(words)
        return self._made[code]


def _long_table(
    draw: RecordedDraw,
    page: PageOfRows,
    pages: Sequence[PageOfRows],
    rows: _Rows,
    titles: Callable[[Words], tuple[str, ...]],
    page_path: Callable[[str, int], str],
) -> Callable[[Words], Mapping[str, Any]]:
    def context(words: Words) -> Mapping[str, Any]:
        return {
            "draw": draw,
            "page": page,
            "pages": pages,
            "titles": titles(words),
            "rows": Markup("\n").join(Markup(row) for row in rows.of(words)[page.start : page.stop]),  # noqa: S704
            "page_path": lambda number: page_path(draw.draw_id, number),
            "draw_page": links.draw_page,
            "list_script": links.list_script,
        }

    return context
