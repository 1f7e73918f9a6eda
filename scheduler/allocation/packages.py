"""
Packages: which tasks one visit may serve.

Of the tasks a firm can still be visited for, F are of full coverage and owed in this visit, G are general (they hold a
general item) and O are other discretionary ones. Tasks of G and of O each stand in a chain, the one with the broadest
range first. A package holds a first part of the G chain, or all of it and a first part of the O chain, or a first part
of the O chain alone, or one task of a chain; where F is owed every package holds all of F. So the number of packages
is linear in the number of tasks, the broad task that carries T can be joined by every narrower one, and none is tied to
another whose greatest ratio would bind it.

**Counting.** A visit counts towards T if the firm's type does and the package holds a task of G. Full-coverage tasks
never count by themselves: a firm has at most one discretionary visit a year, so no firm is counted twice.

**Quotas never exceed the firms there are.** Rounding (specification, section 6) moves the sum of a stratum's ordinary
cells of one line by less than one, so a stratum with ordinary cells in one line alone, whose expected visits are at
most its N firms, gets at most N. With cells in both lines the two sums S and S' are rounded on their own; the
programme keeps S + S' ≤ N − 1 there (`mixed`), and quotas, being integers below S + 1 and S' + 1, sum to less than N
+ 1, that is to at most N. Where N = 1 that would leave no room: such a stratum has packages of one line alone. In a
compulsory stratum the same holds with the n firms of its schedule for N, so the rest, n less the ordinary quotas, is
never negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.allocation.policy import CapacityPolicy
from scheduler.registry.items import InspectionItem, Task

MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """
    Tasks one visit serves.

    Attributes
    ----------
    task_ids
        Ascending.
    counting
        Whether the visit counts towards T.
    rest
        Whether it is the compulsory visit alone, which takes what the stratum's other packages leave.
    compulsory, discretionary
        Whether it serves full-coverage tasks, and whether it serves any others.
    """

    task_ids: tuple[str, ...]
    counting: bool
    rest: bool
    compulsory: bool
    discretionary: bool

    @property
    def key(self) -> str:
        """As the specification writes it."""
        return "+".join(self.task_ids)


def packages(
    owed: Sequence[str], general: Sequence[str], other: Sequence[str], *, counts: bool, alone: bool
) -> tuple[Package, ...]:
    """
    Packages of a stratum in a round, in ascending order of key.

    Parameters
    ----------
    owed
        Full-coverage tasks of the visit, F; empty where none is owed.
    general, other
        Chains G and O of tasks whose windows meet the round.
    counts
        Whether the stratum's object type counts towards T.
    alone
        Whether only one firm is there to visit, so that all ordinary packages must be of one line.

    Examples
    --------
    >>> [package.key for package in packages((), ("G1",), ("O2", "O1"), counts=True, alone=False)]
    ['G1', 'G1+O1+O2', 'G1+O2', 'O1', 'O1+O2', 'O2']
    """
    parts = [(part, counts) for part in _parts(general)]
    parts += [(part, False) for part in _parts(other)]
    if general:
        parts += [((*general, *other[:number]), counts) for number in range(1, len(other) + 1)]
    chosen = {tuple(sorted((*owed, *part))): counting for part, counting in parts}
    if alone and any(chosen.values()):
        chosen = {task_ids: counting for task_ids, counting in chosen.items() if counting}
    found = [
        Package(task_ids=task_ids, counting=counting, rest=False, compulsory=bool(owed), discretionary=True)
        for task_ids, counting in chosen.items()
    ]
    if owed:
        task_ids = tuple(sorted(owed))
        found.append(Package(task_ids=task_ids, counting=False, rest=True, compulsory=True, discretionary=False))
    return tuple(sorted(found, key=lambda package: package.key))


def _parts(chain: Sequence[str]) -> list[tuple[str, ...]]:
    """First parts of a chain, and its single tasks."""
    firsts = [tuple(chain[:number]) for number in range(1, len(chain) + 1)]
    return firsts + [(task_id,) for task_id in chain[1:]]


def mixed(found: Sequence[Package]) -> bool:
    """Whether ordinary packages stand in both lines, so that one visit must be kept in hand."""
    return len({package.counting for package in found if not package.rest}) == 2


def duration_of_visit(
    task_ids: Sequence[str],
    tasks: Mapping[str, Task],
    items: Mapping[str, InspectionItem],
    capacity: CapacityPolicy,
    district: str = "",
) -> float:
    """Hours of one officer in one visit: one journey to the firm's district, and each item once."""
    item_ids = {name for task_id in task_ids for name in tasks[task_id].item_ids}
    minutes = sum(items[item_id].effort_minutes for item_id in item_ids)
    return float(capacity.journey(district)) + minutes / MINUTES_PER_HOUR


def officers_of_visit(
    task_ids: Sequence[str], tasks: Mapping[str, Task], items: Mapping[str, InspectionItem], capacity: CapacityPolicy
) -> int:
    """Officers of one visit: as many as the policy says, or the most that one of its items asks."""
    required = [items[item_id].officers_required for task_id in task_ids for item_id in tasks[task_id].item_ids]
    return max(capacity.officers_per_visit, *required)


def hours_of_visit(
    task_ids: Sequence[str],
    tasks: Mapping[str, Task],
    items: Mapping[str, InspectionItem],
    capacity: CapacityPolicy,
    district: str = "",
) -> float:
    """
    Officer-hours of one visit: every officer makes the journey once and works through each item once.

    Parameters
    ----------
    task_ids
        Tasks the visit serves.
    tasks, items
        By id.
    district
        The firm's, for journeys that the policy times by district.
    """
    officers = officers_of_visit(task_ids, tasks, items, capacity)
    return officers * duration_of_visit(task_ids, tasks, items, capacity, district)
