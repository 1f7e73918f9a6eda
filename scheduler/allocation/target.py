"""
The binding target: how many enterprises the year must draw, and how many of them each round.

N is counted once, on the base date; T = ⌈r·N⌉ holds for the whole year, whatever the register does later. What a round
failed to draw is owed by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, pairwise

import numpy as np

from scheduler.allocation.policy import RoundPolicy, TargetPolicy
from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.parameters import micro
from scheduler.registry.codes import OBJECT_TYPES, RoundKind
from scheduler.registry.frame import Frame, Mask
from scheduler.registry.items import MICRO, InspectionItem, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRound:
    """
    One round of the plan.

    Attributes
    ----------
    counting_visits
        Visits of the round that count towards T.
    drawn
        Whether it was drawn already, so that nothing about it can change.
    """

    number: int
    kind: RoundKind
    starts_on: date
    ends_on: date
    counting_visits: int
    drawn: bool = False

    @property
    def num_days(self) -> int:
        """Days of its window."""
        return (self.ends_on - self.starts_on).days + 1

    def overlaps(self, task: Task) -> bool:
        """Whether a task can be visited in it."""
        return task.starts_on <= self.ends_on and self.starts_on <= task.ends_on


def target_firms(frame: Frame, policy: TargetPolicy) -> Mask:
    """Firms in operation whose object type the target counts, shape (n,)."""
    codes = [OBJECT_TYPES.index(code) for code in policy.object_types]
    return np.asarray(frame.operating() & np.isin(frame.object_type, codes))


def target_visits(ratio_micro: int, num_enterprises: int) -> int:
    """
    T = ⌈r·N⌉ in integers (specification, section 2).

    Examples
    --------
    >>> target_visits(80_000, 2_052)
    165
    """
    return (ratio_micro * num_enterprises + MICRO - 1) // MICRO


def split_target(target: int, policy: TargetPolicy, rounds: Sequence[RoundPolicy]) -> tuple[PlannedRound, ...]:
    """
    Shares T out over the rounds: ⌈open share · T⌉ over the open ones, the rest over the targeted ones.

    Within a kind the shares are as the rounds' weights, rounded so that no sum of the first ones is off by one or more;
    with equal weights they are equal up to one, the earlier rounds having the greater ones.

    Raises
    ------
    PolicyError
        If the open rounds are not the first ones, or the rounds are out of order.
    """
    _check_order(rounds)
    open_target = target_visits(micro(policy.open_share), target)
    shares = {RoundKind.OPEN: open_target, RoundKind.TARGETED: target - open_target}
    split = {kind: iter(_by_weight(visits, rounds, kind)) for kind, visits in shares.items()}
    planned = []
    for entry in rounds:
        visits = next(split[entry.kind])
        planned.append(
            PlannedRound(
                number=entry.number,
                kind=entry.kind,
                starts_on=entry.starts_on,
                ends_on=entry.ends_on,
                counting_visits=visits,
            )
        )
    return tuple(planned)


def _by_weight(visits: int, rounds: Sequence[RoundPolicy], kind: RoundKind) -> list[int]:
    """Visits of each round of a kind, in their order."""
    weights = [entry.weight for entry in rounds if entry.kind is kind]
    if visits and not any(weights):
        raise PolicyError(
            _("rounds: expected an {kind} round of a weight above 0 for {visits} visits, got none").format(
                kind=kind, visits=visits
            )
        )
    if len(set(weights)) <= 1:
        share, extra = divmod(visits, max(1, len(weights)))
        return [share + (number < extra) for number in range(len(weights))]
    total, sums = sum(weights), list(accumulate(weights, initial=0))
    return [-(-visits * after // total) + (-visits * before // total) for before, after in pairwise(sums)]


def _check_order(rounds: Sequence[RoundPolicy]) -> None:
    for before, after in pairwise(rounds):
        if after.kind is RoundKind.OPEN and before.kind is not RoundKind.OPEN:
            raise PolicyError(
                _(
                    "rounds: expected open rounds before targeted ones, so that everybody stands in them with the same "
                    "chance; round {number} is open and comes after a targeted round"
                ).format(number=after.number)
            )
        if after.starts_on < before.starts_on or after.ends_on < before.ends_on:
            raise PolicyError(
                _("rounds: expected rounds in order of their dates, got round {number} before round {previous}").format(
                    number=after.number, previous=before.number
                )
            )


def carry_over(target: int, num_counted: int, rounds: Sequence[PlannedRound]) -> tuple[PlannedRound, ...]:
    """
    Rounds with what is still owed of T: the next round to draw takes up what drawn ones left, or left over.

    Parameters
    ----------
    num_counted
        Visits drawn so far that count towards T.
    """
    owed = target - num_counted
    waiting = [entry for entry in rounds if not entry.drawn]
    difference = owed - sum(entry.counting_visits for entry in waiting)
    changed: dict[int, int] = {}
    for entry in waiting:
        visits = max(0, entry.counting_visits + difference)
        difference -= visits - entry.counting_visits
        changed[entry.number] = visits
    return tuple(replace(entry, counting_visits=changed.get(entry.number, entry.counting_visits)) for entry in rounds)


def open_package(
    frame: Frame, policy: TargetPolicy, tasks: Iterable[Task], items: Sequence[InspectionItem], entry: PlannedRound
) -> tuple[str, ...]:
    """
    Tasks that every visit of an open round serves: the general ones that reach every enterprise, ids ascending.

    A task whose greatest ratio the round's visits would break is left out.

    Raises
    ------
    PolicyError
        If there is none.
    """
    everybody = target_firms(frame, policy)
    package = []
    for task in sorted(tasks, key=lambda task: task.task_id):
        counts = task.is_general(items) and task.task_id not in policy.not_counting
        if task.full_coverage or not counts or not entry.overlaps(task):
            continue
        reached = task.range.covers(frame)
        room = -(-task.ratio_max_micro * int(reached.sum()) // MICRO) >= entry.counting_visits  # whole visits
        if room and bool((reached | ~everybody).all()):
            package.append(task.task_id)
    if not package:
        raise PolicyError(
            _(
                "round {number} is open to every enterprise: expected a task with a general item whose range, dates "
                "and greatest ratio admit all of them, got none; add one to the tasks of the year"
            ).format(number=entry.number)
        )
    return tuple(package)
