"""The yearly plan 年度抽查工作计划 as a value: its version, its state, and the numbers of its base date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PlanStatus(StrEnum):
    """State of a plan; an approved one is locked, and only rounds not drawn yet are solved again under it."""

    DRAFT = "draft"
    SOLVED = "solved"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    One version of a year's plan.

    Attributes
    ----------
    plan_id
        Such as ``"2026-v1"``.
    base_date, num_enterprises, target
        Day on which N was counted, N, and T.
    by_district
        N by district code, as a JSON object with ascending keys; empty where an older version did not count it.
    policy
        The policy's TOML as it was when the plan was made.
    reason, author, approved_on
        Why this version was made, by whom (self-declared), and when it was approved.
    """

    plan_id: str
    year: int
    version: int
    status: PlanStatus
    base_date: date
    num_enterprises: int
    target: int
    policy: str
    reason: str = ""
    author: str = ""
    approved_on: date | None = None
    by_district: str = "{}"

    @property
    def locked(self) -> bool:
        """Whether it was approved once."""
        return self.status in (PlanStatus.APPROVED, PlanStatus.SUPERSEDED)


def plan_id_of(year: int, version: int) -> str:
    """
    Id of a version.

    Examples
    --------
    >>> plan_id_of(2026, 1)
    '2026-v1'
    """
    return f"{year}-v{version}"


def round_id_of(year: int, number: int | str) -> str:
    """
    Id of a round of a year; a list drawn elsewhere has a number such as ``"X1"``.

    Examples
    --------
    >>> round_id_of(2026, 1), round_id_of(2026, "X1")
    ('2026-1', '2026-X1')
    """
    return f"{year}-{number}"
