"""How far the visits of each draw are: drawn, due, recorded, complete, public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduler.results.deadlines import VisitOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """
    Numbers of visits of one draw.

    Attributes
    ----------
    num_drawn
        Firms drawn, one visit each.
    num_dated
        Visits that have a day.
    num_visited
        Visits whose day has come, or that have a result.
    num_recorded, num_complete
        Visits with a result, and those with one for every item.
    num_public
        Visits whose results are public.
    """

    draw_id: str
    num_drawn: int
    num_dated: int
    num_visited: int
    num_recorded: int
    num_complete: int
    num_public: int


def coverage(outcomes: Iterable[VisitOutcome], today: date) -> tuple[Coverage, ...]:
    """Numbers of visits of each draw, in ascending order of draw id."""
    by_draw: dict[str, list[VisitOutcome]] = {}
    for outcome in outcomes:
        by_draw.setdefault(outcome.draw_id, []).append(outcome)
    return tuple(_coverage_of(draw_id, by_draw[draw_id], today) for draw_id in sorted(by_draw))


def _coverage_of(draw_id: str, outcomes: list[VisitOutcome], today: date) -> Coverage:
    return Coverage(
        draw_id=draw_id,
        num_drawn=len(outcomes),
        num_dated=sum(entry.visit_on is not None for entry in outcomes),
        num_visited=sum(
            entry.ended_on is not None or (entry.visit_on is not None and entry.visit_on <= today) for entry in outcomes
        ),
        num_recorded=sum(entry.ended_on is not None for entry in outcomes),
        num_complete=sum(entry.complete for entry in outcomes),
        num_public=sum(entry.public for entry in outcomes),
    )
