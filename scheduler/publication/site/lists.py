"""
The long tables: rows of drawn firms and of results, paged so that they can be read without JavaScript.

Rows are joined from columns that were escaped once for both languages; a city's 37,000 firms are a matter of a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from scheduler.publication.reading import Finding, PublicRecord, RecordedDraw
from scheduler.publication.site.words import Words
from scheduler.publication.text import escaped_column, visible
from scheduler.registry.codes import ResultCategory

ROWS_PER_PAGE = 500
MOST_UNFOLDED = 3
HARMLESS = (ResultCategory.NO_PROBLEM, ResultCategory.NO_ACTIVITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfRows:
    """
    One page of a long table.

    Attributes
    ----------
    number, total
        The how-many-th page of how many.
    first, last
        Codes of its first and last firm, for finding a firm by its code.
    start, stop
        Rows it shows.
    """

    number: int
    total: int
    first: str
    last: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumns:
    """A draw's list as escaped HTML text, the same in both languages."""

    firm_id: Sequence[str]
    name: Sequence[str]
    registrar: Sequence[str]

    @classmethod
    def of(cls, draw: RecordedDraw) -> ListColumns:
        """Columns of a draw."""
        drawn = draw.drawn
        return cls(
            firm_id=escaped_column(drawn.firm_id),
            name=escaped_column(drawn.name),
            registrar=escaped_column(drawn.registrar),
        )


def pages_of(firm_ids: Sequence[str], rows_per_page: int = ROWS_PER_PAGE) -> tuple[PageOfRows, ...]:
    """Pages of a table whose rows are ordered by these codes; one empty page where there are no rows."""
    total = max(1, -(-len(firm_ids) // rows_per_page))
    pages = []
    for number in range(1, total + 1):
        start = (number - 1) * rows_per_page
        stop = min(start + rows_per_page, len(firm_ids))
        first, last = (firm_ids[start], firm_ids[stop - 1]) if stop > start else ("", "")
        pages.append(PageOfRows(number=number, total=total, first=first, last=last, start=start, stop=stop))
    return tuple(pages)


def drawn_titles(words: Words) -> tuple[str, ...]:
    """Headers of the drawn list: 序号, 市场主体名称, 统一社会信用代码/注册号, 登记机关, 抽查任务."""
    _ = words.translate
    return (_("No."), _("Name of market entity"), _("Credit code or registration number"), _("Registrar"), _("Task"))


def finding_titles(words: Words) -> tuple[str, ...]:
    """Headers of the results: 市场主体, 抽查任务, 抽查完成日期, 检查结果, 检查事项."""
    _ = words.translate
    return (_("Market entity"), _("Task"), _("Date of completion"), _("Result"), _("Items inspected"))


def drawn_rows(draw: RecordedDraw, columns: ListColumns, words: Words, record: PublicRecord) -> list[str]:
    """One HTML row for each firm drawn, in the order of the list."""
    number, name, code, registrar, task = (escape(title) for title in drawn_titles(words))
    tasks = {package: escape(package_names(package, words, record)) for package in set(draw.drawn.package)}
    return [
        f'<tr><td class="number" data-label="{number}">{position}</td>'
        f'<th scope="row" data-label="{name}"><bdi lang="zh">{firm_name}</bdi></th>'
        f'<td class="code" data-label="{code}">{firm_id}</td>'
        f'<td data-label="{registrar}"><bdi lang="zh">{firm_registrar}</bdi></td>'
        f'<td data-label="{task}">{tasks[package]}</td></tr>'
        for position, (firm_name, firm_id, firm_registrar, package) in enumerate(
            zip(columns.name, columns.firm_id, columns.registrar, draw.drawn.package, strict=True), start=1
        )
    ]


def finding_rows(draw: RecordedDraw, columns: ListColumns, words: Words, record: PublicRecord) -> list[str]:
    """One HTML row for each finding, in the order of the list."""
    return list(_finding_rows(draw.findings, draw.drawn.package, columns, words, record))


def _finding_rows(
    findings: Sequence[Finding], packages: Sequence[str], columns: ListColumns, words: Words, record: PublicRecord
) -> Iterator[str]:
    firm, task, day, result, items = (escape(title) for title in finding_titles(words))
    tasks = {package: escape(package_names(package, words, record)) for package in set(packages)}
    names = {entry: items_cell(entry, words, record) for entry in {each.item_ids for each in findings}}
    days = {entry: escape(words.day(entry)) for entry in {each.inspected_on for each in findings}}
    results = {entry: result_words(entry, words) for entry in {each.categories for each in findings}}
    for each in findings:
        position = each.firm
        yield (
            f'<tr><th scope="row" data-label="{firm}"><bdi lang="zh">{columns.name[position]}</bdi>'
            f'<span class="code">{columns.firm_id[position]}</span></th>'
            f'<td data-label="{task}">{tasks[packages[position]]}</td>'
            f'<td class="day" data-label="{day}">{days[each.inspected_on]}</td>'
            f'<td class="result" data-label="{result}">{results[each.categories]}</td>'
            f'<td data-label="{items}">{names[each.item_ids]}</td></tr>'
        )


def items_cell(item_ids: Sequence[str], words: Words, record: PublicRecord) -> Markup:
    """Items of a finding; many of them are folded behind their number, so that a list stays a list."""
    names = escape(item_names(item_ids, words, record))
    if len(item_ids) <= MOST_UNFOLDED:
        return names
    _ = words.translate
    number = _("{number} items").format(number=len(item_ids))
    return Markup('<details class="fold"><summary>{}</summary>{}</details>').format(number, names)


def package_names(package: str, words: Words, record: PublicRecord) -> str:
    """Names of the tasks that one visit serves."""
    return words.enumeration(tuple(visible(record.task_names.get(code, code)) for code in package.split("+")))


def item_names(item_ids: Sequence[str], words: Words, record: PublicRecord) -> str:
    """Names of items."""
    return words.enumeration(tuple(visible(record.item_names.get(code, code)) for code in item_ids))


def result_words(categories: Sequence[str], words: Words) -> Markup:
    """Result categories in words; those that tell of a problem stand out."""
    parts = [
        Markup("<strong>{}</strong>").format(words.label(code)) if code not in HARMLESS else escape(words.label(code))
        for code in categories
    ]
    return escape(words.separator).join(parts)
