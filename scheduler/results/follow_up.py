"""
Follow-up of findings 后续处理, until it is settled.

Every item of a visit with a finding needs a measure and an end. Steps are only added; the newest one says how the item
stands. An item whose finding was corrected away needs nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.results.columns import ItemKey


class FollowState(StrEnum):
    """How the follow-up of a finding stands."""

    NO_MEASURE = "no_measure"  # nothing was decided yet
    UNDER_WAY = "under_way"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Findings of one item of a visit."""

    key: ItemKey
    categories: tuple[str, ...]
    inspected_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One step.

    Attributes
    ----------
    measure
        A `Measure`.
    settled
        Whether nothing more is to be done.
    due_on
        Day by which it must be settled; None where no day was set.
    noted_on, actor, note
        When and by whom it was noted, and remarks.
    """

    measure: str
    settled: bool
    due_on: date | None
    noted_on: date
    actor: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpState:
    """A finding and how its follow-up stands; without a step `measure` is empty."""

    draw_id: str
    firm_id: str
    item_id: str
    categories: tuple[str, ...]
    inspected_on: date
    state: FollowState
    measure: str
    due_on: date | None
    note: str

    def overdue(self, today: date) -> bool:
        """Whether it should be settled already."""
        return self.state is not FollowState.SETTLED and self.due_on is not None and today > self.due_on


def follow_up_states(findings: Iterable[Finding], newest: Mapping[ItemKey, Step]) -> tuple[FollowUpState, ...]:
    """
    How every finding stands, those that must be settled first before those without a day.

    Parameters
    ----------
    newest
        The newest step of each item that has one.
    """
    states = [_state(finding, newest.get(finding.key)) for finding in findings]
    return tuple(
        sorted(states, key=lambda one: (one.due_on is None, one.due_on or one.inspected_on, one.draw_id, one.firm_id))
    )


def _state(finding: Finding, step: Step | None) -> FollowUpState:
    draw_id, firm_id, item_id = finding.key
    state = FollowState.NO_MEASURE
    if step is not None:
        state = FollowState.SETTLED if step.settled else FollowState.UNDER_WAY
    return FollowUpState(
        draw_id=draw_id,
        firm_id=firm_id,
        item_id=item_id,
        categories=finding.categories,
        inspected_on=finding.inspected_on,
        state=state,
        measure=step.measure if step else "",
        due_on=step.due_on if step else None,
        note=step.note if step else "",
    )
