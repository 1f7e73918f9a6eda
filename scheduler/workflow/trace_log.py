"""
Which entries of the log concern a firm: those that name it, those of draws that it was in, and exports of its notices.

The log says who did what and when; that is the second side of a review. Publications name every draw each time and
are left out: the days on which list and results became public are told by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.publication.inputs import LogRow
from scheduler.workflow.deadlines import PUBLISHED

EXPORTED = "agenda export"


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEntry:
    """One entry of the log: its number, when it was made (ISO 8601 with offset), by whom, and the command."""

    number: int
    at: str
    actor: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFor:
    """One visit as exports of the agenda select it: round, district, teams and officers, and its day."""

    round_name: str
    district: str
    team_ids: frozenset[str]
    officer_ids: frozenset[str]
    visit_on: date | None


def entries_about(
    log: Iterable[LogRow], firm_id: str, draw_ids: Collection[str], visits: Collection[PlannedFor]
) -> tuple[TracedEntry, ...]:
    """
    Entries that concern a firm, in their order.

    Parameters
    ----------
    draw_ids
        Draws in whose pool or on whose list the firm was.
    visits
        Visits to the firm that have officers.
    """
    drawn, found = set(draw_ids), []
    for row in log:
        if row.action == PUBLISHED:
            continue
        detail: dict[str, Any] = json.loads(row.detail)
        exported = row.action == EXPORTED and any(_selected(detail, visit) for visit in visits)
        if exported or detail.get("firm_id") == firm_id or not drawn.isdisjoint(_draws(detail)):
            found.append(TracedEntry(number=row.number, at=row.at, actor=row.actor, action=row.action))
    return tuple(found)


def _draws(detail: Mapping[str, Any]) -> set[str]:
    """Draws that an entry names."""
    named = {str(detail[key]) for key in ("draw_id", "list") if key in detail}
    many = detail.get("draw_ids")
    return named | (set(map(str, many)) if isinstance(many, list) else set())


def _selected(detail: Mapping[str, Any], visit: PlannedFor) -> bool:
    """Whether an export of the agenda held a visit; what is empty did not restrict."""
    week = "{}-W{:02d}".format(*visit.visit_on.isocalendar()[:2]) if visit.visit_on else ""
    return (
        detail.get("round", "") in ("", visit.round_name)
        and detail.get("week", "") in ("", week)
        and detail.get("team", "") in ("", *visit.team_ids)
        and detail.get("officer", "") in ("", *visit.officer_ids)
        and (not detail.get("districts") or visit.district in str(detail["districts"]).split(";"))
    )
