"""
What a result must be before it is kept: of a firm that was drawn, an item of its visit, a day from the draw to today.

The checks never stop at the first fault: every bad position is named with what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from scheduler.i18n import gettext as _
from scheduler.registry.codes import RESULT_CATEGORIES, ResultCategory
from scheduler.results.columns import ResultColumns, VisitKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFault:
    """
    One fault of one position.

    Attributes
    ----------
    position
        Position in the columns.
    column, value
        Column at fault and its value.
    message, remedy
        What was expected and found, and what to do.
    """

    position: int
    column: str
    value: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnVisits:
    """
    What was drawn, as far as results refer to it.

    Attributes
    ----------
    packages
        Package of every visit of a draw that stands.
    items
        Items of every package.
    drawn_on
        Day of every draw that stands.
    """

    packages: Mapping[VisitKey, str]
    items: Mapping[str, AbstractSet[str]]
    drawn_on: Mapping[str, date]


def check_results(results: ResultColumns, drawn: DrawnVisits, today: date) -> tuple[ResultFault, ...]:
    """
    Finds every fault of a bulk of results, in the order of its positions.

    Parameters
    ----------
    drawn
        The visits that results may speak of.
    today
        No check ended later.
    """
    faults = [*_faults_of_positions(results, drawn, today), *_faults_between_positions(results)]
    return tuple(sorted(faults, key=lambda fault: fault.position))


def _faults_of_positions(results: ResultColumns, drawn: DrawnVisits, today: date) -> Iterator[ResultFault]:
    codes = {str(code) for code in RESULT_CATEGORIES}
    packages, items, drawn_on = drawn.packages, drawn.items, drawn.drawn_on
    rows = zip(results.visits(), results.item_id, results.category, results.inspected_on, strict=True)
    for position, (visit, item_id, category, day) in enumerate(rows):
        package = packages.get(visit)
        if package is None:
            yield _not_drawn(position, visit)
        elif item_id not in items[package]:
            yield _not_in_package(position, item_id, items[package])
        elif category not in codes:
            yield _unknown_category(position, category)
        elif not drawn_on[visit[0]] <= day <= today:
            yield _impossible_day(position, day, drawn_on[visit[0]], today)


def _faults_between_positions(results: ResultColumns) -> Iterator[ResultFault]:
    """No problem next to a problem of the same item, and one category of an item in two versions."""
    clean = {key for key, code in zip(results.items(), results.category, strict=True) if code == _NO_PROBLEM}
    others = zip(results.items(), results.category, strict=True)
    clashing = clean and {key for key, code in others if code != _NO_PROBLEM and key in clean}
    seen: dict[tuple[str, ...], tuple[date, str]] = {}
    rows = zip(results.items(), results.category, results.inspected_on, results.note, strict=True)
    for position, (key, category, day, note) in enumerate(rows):
        if clashing and key in clashing:
            yield ResultFault(
                position=position,
                column="categories",
                value=category,
                message=_("expected “no problem” alone or problems without it, got both"),
                remedy=_("take one of them away"),
            )
        if seen.setdefault((*key, category), (day, note)) != (day, note):
            yield ResultFault(
                position=position,
                column="item_id",
                value=key[2],
                message=_("expected each item of a visit once, got it twice with different days or notes"),
                remedy=_("keep the row that is right"),
            )


_NO_PROBLEM = str(ResultCategory.NO_PROBLEM)


def _not_drawn(position: int, visit: VisitKey) -> ResultFault:
    return ResultFault(
        position=position,
        column="firm_id",
        value=visit[1],
        message=_("expected a firm that draw {draw} drew, got another").format(draw=visit[0]),
        remedy=_("check the code and the round; only firms that were drawn have results"),
    )


def _not_in_package(position: int, item_id: str, items: AbstractSet[str]) -> ResultFault:
    return ResultFault(
        position=position,
        column="item_id",
        value=item_id,
        message=_("expected an item of the visit ({items}), got another").format(items=", ".join(sorted(items))),
        remedy=_("a visit checks the items of its tasks and no others; correct the item or leave the row out"),
    )


def _unknown_category(position: int, category: str) -> ResultFault:
    return ResultFault(
        position=position,
        column="categories",
        value=category,
        message=_("expected one of the result categories, got another word"),
        remedy=_("use one of: {codes}").format(codes=", ".join(RESULT_CATEGORIES)),
    )


def _impossible_day(position: int, day: date, drawn_on: date, today: date) -> ResultFault:
    return ResultFault(
        position=position,
        column="inspected_on",
        value=day.isoformat(),
        message=_("expected a day from the draw ({first}) to today ({last}), got another").format(
            first=drawn_on, last=today
        ),
        remedy=_("correct the day of the check"),
    )
