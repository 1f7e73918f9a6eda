"""Leave: days on which one officer makes no visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """
    One stretch of days on which an officer is away.

    Attributes
    ----------
    officer_id
        The officer.
    starts_on, ends_on
        First and last day.
    note
        What for, internal.

    Raises
    ------
    ValueError
        If it ends before it starts.
    """

    officer_id: str
    starts_on: date
    ends_on: date
    note: str = ""

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError(f"expected leave that ends on {self.starts_on} or later, got {self.ends_on}")

    def covers(self, day: date) -> bool:
        """Whether the officer is away on a day."""
        return self.starts_on <= day <= self.ends_on


def officers_away(leaves: Iterable[Leave], days: Iterable[date]) -> dict[str, frozenset[date]]:
    """Days among `days` on which each officer is away, for officers who are on any."""
    wanted = tuple(days)
    away: dict[str, set[date]] = {}
    for leave in leaves:
        found = {day for day in wanted if leave.covers(day)}
        if found:
            away.setdefault(leave.officer_id, set()).update(found)
    return {officer: frozenset(found) for officer, found in away.items()}
