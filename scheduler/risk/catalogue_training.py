"""
Trains on the catalogue's indicators: their columns as features, and the fitted card as a scorecard.

Industries become the codes that enough rows share: the division, and the group below it where it is frequent. Every
code that training saw is listed in some bin, so that the rule “the longest code decides” gives each firm the bin it was
trained in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES
from scheduler.risk.binning import Axis
from scheduler.risk.bins import Bin, PointScale
from scheduler.risk.card import FittedCard, PointTable
from scheduler.risk.columns import Column
from scheduler.risk.history import MISSING, Values
from scheduler.risk.indicators import Categories, Direction, find_indicator
from scheduler.risk.scorecard import Scorecard

LEAST_ROWS_OF_GROUP: Final = 100
_SECTIONS: Final = "ABCDEFGHIJKLMNOPQRST"


def indicator_columns(values: Mapping[str, Values]) -> tuple[Column, ...]:
    """
    Features of indicators.

    Parameters
    ----------
    values
        Columns of the catalogue's indicators by name, shape (n,) each.
    """
    columns = []
    for name, column in values.items():
        indicator = find_indicator(name)
        if indicator is None:
            raise KeyError(name)
        if indicator.categories is None:
            columns.append(Column(name=name, values=column, direction=indicator.direction))
        else:
            columns.append(_code_column(name, column, indicator.categories))
    return tuple(columns)


def scorecard_of(card: FittedCard, columns: Sequence[Column], like: Scorecard, cuts: tuple[int, ...]) -> Scorecard:
    """
    Scorecard with the points of a fitted card, and the tiers and direct rules of another.

    Parameters
    ----------
    card
        A card of indicators, without pairs: a record tells the points of indicators one by one.
    columns
        Features it was fitted to.
    like
        Scorecard whose tiers and direct rules are kept.
    cuts
        Cut points of the tiers.
    """
    by_name = {column.name: column for column in columns}
    return replace(
        like,
        name=card.name,
        source="由本局检查结果拟合，非官方。Fitted to results of the bureau's own inspections; not official",
        note=card.note,
        base=card.base,
        cuts=cuts,
        indicators=tuple(_scale(table, by_name[table.axes[0].name]) for table in card.tables),
        calibration=card.calibration,
        warnings=(),
    )


def cuts_like(
    scores: npt.NDArray[np.integer], cuts: Sequence[int], new_scores: npt.NDArray[np.integer]
) -> tuple[int, ...]:
    """
    Cut points that put no more firms above each than the old cut points did.

    Parameters
    ----------
    scores, cuts
        Old scores of the firms and the cut points on them.
    new_scores
        New scores of the same firms.

    Examples
    --------
    Of four firms one has 10 or more; of the new scores, one has 7 or more.

    >>> cuts_like(np.array([1, 2, 3, 12]), [10], np.array([5, 7, 6, 6]))
    (7,)
    """
    ordered = np.sort(new_scores)
    found: list[int] = []
    for cut in cuts:
        above = int(np.count_nonzero(scores >= cut))
        rest = len(ordered) - above
        place = int(ordered[rest]) if above else int(ordered[-1]) + 1
        if above and rest and ordered[rest - 1] == ordered[rest]:
            place = int(ordered[rest]) + 1
        found.append(max(place, found[-1] + 1) if found else place)
    return tuple(found)


def _scale(table: PointTable, column: Column) -> PointScale:
    axis = table.axes[0]
    indicator = find_indicator(axis.name)
    categories = indicator.categories if indicator else None
    missing, *points = table.points
    if axis.groups is None:
        bounds: tuple[int | None, ...] = (*axis.bounds, None)
        bins = tuple(Bin(points=p, to=to) for p, to in zip(points, bounds, strict=True))
    else:
        bins = _code_bins(axis, column, points)
    declared = indicator.direction if indicator else Direction.ANY
    direction = table.direction if declared is Direction.ANY else declared
    return PointScale(name=axis.name, missing=missing, bins=bins, direction=direction, categories=categories)


def _code_bins(axis: Axis, column: Column, points: Sequence[int]) -> tuple[Bin, ...]:
    """Bins of codes; those of the last group that training saw are listed, too, in a bin with its points."""
    groups = axis.groups or ()
    listed = {code for group in groups for code in group}
    rest = tuple(code for code in column.codes or () if code not in listed)
    bins = [Bin(points=p, codes=group) for p, group in zip(points, groups, strict=False)]
    if rest:
        bins.append(Bin(points=points[-1], codes=rest))
    return (*bins, Bin(points=points[-1]))


def _code_column(name: str, values: Values, categories: Categories) -> Column:
    distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    texts = (
        _industries(distinct, counts)
        if name == "industry"
        else [_code(name, int(value)) for value in distinct.tolist()]
    )
    codes = tuple(sorted({text for text in texts if text}))
    if any(categories.values_of(code) is None for code in codes):
        raise ValueError(f"expected codes of {name}, got {codes}")
    position = {code: number for number, code in enumerate(codes)}
    encoded = np.array([position[text] if text else MISSING for text in texts], dtype=np.int64)
    return Column(name=name, values=encoded[place], codes=codes)


def _code(name: str, value: int) -> str:
    codes = {"object_type": OBJECT_TYPES, "status": FIRM_STATUSES}[name]
    return "" if value == MISSING else str(codes[value])


def _industries(distinct: Values, counts: npt.NDArray[np.integer]) -> list[str]:
    """Code of each industry number: its group where frequent, otherwise its division; empty for a missing one."""
    rows: dict[str, int] = {}
    for value, count in zip(distinct.tolist(), counts.tolist(), strict=True):
        if value != MISSING:
            code = industry_code(value, 3)
            rows[code] = rows.get(code, 0) + count
    frequent = {code for code, count in rows.items() if count >= LEAST_ROWS_OF_GROUP}
    found = []
    for value in distinct.tolist():
        if value == MISSING:
            found.append("")
        else:
            group = industry_code(value, 3)
            found.append(group if group in frequent else industry_code(value, 2))
    return found


def industry_code(value: int, digits: int) -> str:
    """Code of an industry number with its letter, cut to so many digits; empty where no section has it."""
    text = f"{value:04d}"[:digits]
    indicator = find_indicator("industry")
    categories = indicator.categories if indicator else None
    for letter in _SECTIONS:
        if categories is not None and categories.values_of(letter + text) is not None:
            return letter + text
    return ""
