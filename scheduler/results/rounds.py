"""
Which draw a result belongs to, where a file names only the firm.

A firm may be drawn in several rounds of a year. A named round decides; otherwise the one visit that checks the item and
was drawn by then; otherwise the one of them whose window holds the day. Where that leaves a choice the file must say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from scheduler.i18n import gettext as _
from scheduler.results.checks import DrawnVisits


class Window(Protocol):
    """What of a draw names its round."""

    @property
    def draw_id(self) -> str:
        """Id of the draw."""

    @property
    def round_id(self) -> str:
        """Id of its round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitWindow:
    """A draw, its round, and the window of its visits."""

    draw_id: str
    round_id: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One fault of one row, counted from 0."""

    row: int
    column: str
    value: str
    message: str
    remedy: str


def assign_draws(
    rows: Sequence[Mapping[str, Any]], drawn: DrawnVisits, windows: Mapping[str, VisitWindow]
) -> tuple[list[str], list[RowFault]]:
    """
    Finds the draw of each row.

    Returns
    -------
    draw ids, faults
        One id for each row, empty where it has a fault; rows without a category are at fault too.
    """
    by_firm: dict[str, list[str]] = {}
    for draw_id, firm_id in drawn.packages:
        by_firm.setdefault(firm_id, []).append(draw_id)
    draw_ids: list[str] = []
    faults: list[RowFault] = []
    for number, row in enumerate(rows):
        draw_id, fault = _draw_of(number, row, by_firm.get(row["firm_id"], []), drawn, windows)
        if fault is None and not row["categories"]:
            fault = _no_category(number)
        draw_ids.append(draw_id)
        if fault is not None:
            faults.append(fault)
    return draw_ids, faults


def _draw_of(
    number: int,
    row: Mapping[str, Any],
    candidates: Sequence[str],
    drawn: DrawnVisits,
    windows: Mapping[str, VisitWindow],
) -> tuple[str, RowFault | None]:
    if not candidates:
        return "", _never_drawn(number, row)
    named = row.get("round")
    if named is not None and str(named).strip():
        candidates = [draw_id for draw_id in candidates if is_round(windows[draw_id], str(named).strip())]
        return (candidates[0], None) if candidates else ("", _not_in_round(number, row))
    for keep in (_checks_item, _drawn_by_then, _in_window):
        if len(candidates) == 1:
            break
        narrowed = [draw_id for draw_id in candidates if keep(row, draw_id, drawn, windows)]
        candidates = narrowed or candidates
    return (candidates[0], None) if len(candidates) == 1 else ("", _several_rounds(number, row, candidates))


def is_round(window: Window, name: str) -> bool:
    """A round is named by its number (``2``, ``X1``), its id, or the id of its draw."""
    return name in (window.draw_id, window.round_id, window.round_id.partition("-")[2])


def _checks_item(row: Mapping[str, Any], draw_id: str, drawn: DrawnVisits, _windows: Mapping[str, VisitWindow]) -> bool:
    return row["item_id"] in drawn.items[drawn.packages[draw_id, row["firm_id"]]]


def _drawn_by_then(
    row: Mapping[str, Any], draw_id: str, drawn: DrawnVisits, _windows: Mapping[str, VisitWindow]
) -> bool:
    return bool(drawn.drawn_on[draw_id] <= row["inspected_on"])


def _in_window(row: Mapping[str, Any], draw_id: str, _drawn: DrawnVisits, windows: Mapping[str, VisitWindow]) -> bool:
    return bool(windows[draw_id].starts_on <= row["inspected_on"] <= windows[draw_id].ends_on)


def _never_drawn(number: int, row: Mapping[str, Any]) -> RowFault:
    return RowFault(
        row=number,
        column="firm_id",
        value=str(row["firm_id"]),
        message=_("expected a firm that was drawn this year, got another"),
        remedy=_("check the code; a list drawn elsewhere is brought in with “double-random import drawn”"),
    )


def _not_in_round(number: int, row: Mapping[str, Any]) -> RowFault:
    return RowFault(
        row=number,
        column="round",
        value=str(row["round"]),
        message=_("expected a round in which {firm} was drawn, got another").format(firm=row["firm_id"]),
        remedy=_("correct the round or leave it empty"),
    )


def _several_rounds(number: int, row: Mapping[str, Any], candidates: Sequence[str]) -> RowFault:
    return RowFault(
        row=number,
        column="round",
        value="",
        message=_("expected the round of {firm}, which was drawn in several ({draws}), got none").format(
            firm=row["firm_id"], draws=", ".join(sorted(candidates))
        ),
        remedy=_("write the number of the round into the column of the round"),
    )


def _no_category(number: int) -> RowFault:
    return RowFault(
        row=number,
        column="categories",
        value="",
        message=_("expected at least one result category, got none"),
        remedy=_("tick what was found, or “no problem found”"),
    )
