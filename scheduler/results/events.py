"""Visits as events of the credit-risk indicators: one event a visit, dated the day its last item was checked."""

from __future__ import annotations

from datetime import date
from typing import Any

from scheduler.draw.hashing import digest
from scheduler.results.columns import ResultColumns, VisitKey
from scheduler.results.findings import event_detail, event_kind

EVENT_ID_LENGTH = 32


def inspection_event_id(draw_id: str, firm_id: str) -> str:
    """
    Id of the event that a visit is: recording its results again gives the same id.

    Examples
    --------
    >>> inspection_event_id("2026-1-1", "91371000MA3C000000")
    '35ed9c6f7ea907182b82ee35bf7b2817'
    """
    return digest("inspection", draw_id, firm_id)[:EVENT_ID_LENGTH]


def inspection_events(results: ResultColumns) -> dict[str, list[Any]]:
    """
    One event for each visit of the results, as columns of the table `event`, in ascending order of visit.

    Parameters
    ----------
    results
        All results of each of their visits: kind and day are those of the whole visit.
    """
    found: dict[VisitKey, set[str]] = {}
    ended: dict[VisitKey, date] = {}
    for visit, category, day in zip(results.visits(), results.category, results.inspected_on, strict=True):
        if visit not in found:
            found[visit], ended[visit] = {category}, day
            continue
        found[visit].add(category)
        if day > ended[visit]:
            ended[visit] = day
    visits = sorted(found)
    return {
        "event_id": [inspection_event_id(*visit) for visit in visits],
        "firm_id": [firm_id for _, firm_id in visits],
        "kind": [str(event_kind(found[visit])) for visit in visits],
        "occurred_on": [ended[visit] for visit in visits],
        "ended_on": [None] * len(visits),
        "amount": [None] * len(visits),
        "detail": [event_detail(found[visit]) for visit in visits],
        "source": [draw_id for draw_id, _ in visits],
    }
