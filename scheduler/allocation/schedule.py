"""
When compulsory visits are made: whole numbers of firms per stratum and round, so that each firm is visited once.

Tasks of full coverage that a firm owes are merged into as few visits as their windows allow; the firms of a stratum
are spread evenly over the rounds in which a visit can be made, counted through all strata of a district so that small
strata do not pile up in the first round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.allocation.strata import Stratum


@dataclass(frozen=True, slots=True, kw_only=True)
class CompulsoryVisit:
    """
    One compulsory visit that each firm of a stratum owes.

    Attributes
    ----------
    task_ids
        Full-coverage tasks it serves, ascending.
    visits
        Number of firms by round; the sum is the stratum's size.
    """

    task_ids: tuple[str, ...]
    visits: Mapping[int, int]


def merge_windows(rounds_of: Mapping[str, frozenset[int]]) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    """
    Groups tasks into the fewest visits whose windows agree, with the rounds each visit can be made in.

    The earliest last round is taken first, with every task that can be served in it: on windows that are intervals this
    needs the fewest visits, and no two groups share a round.

    Examples
    --------
    >>> merge_windows({"T1": frozenset({2, 3}), "T2": frozenset({2}), "T3": frozenset({3})})
    [(('T1', 'T2'), (2,)), (('T3',), (3,))]
    """
    waiting = dict(rounds_of)
    groups = []
    while waiting:
        last = min(max(numbers) for numbers in waiting.values())
        members = tuple(sorted(task_id for task_id, numbers in waiting.items() if last in numbers))
        common = frozenset.intersection(*(waiting.pop(task_id) for task_id in members))
        groups.append((members, tuple(sorted(common))))
    return groups


def compulsory_visits(
    strata: Sequence[Stratum], rounds_of: Mapping[str, frozenset[int]]
) -> dict[str, tuple[CompulsoryVisit, ...]]:
    """
    Compulsory visits of each stratum that owes any, by key.

    Firm number i of the line of all firms of a district that owe the same visit is visited in round i modulo the number
    of rounds; strata stand in the line in the order given.

    Parameters
    ----------
    strata
        In ascending order of key.
    rounds_of
        Rounds still to draw in which each full-coverage task can be visited; at least one.
    """
    line: dict[tuple[str, tuple[str, ...]], int] = defaultdict(int)
    result = {}
    for stratum in strata:
        owed = {task_id: rounds_of[task_id] for task_id in stratum.task_ids if task_id in rounds_of}
        visits = []
        for task_ids, numbers in merge_windows(owed):
            start = line[stratum.district, task_ids]
            line[stratum.district, task_ids] = start + stratum.num_firms
            visits.append(CompulsoryVisit(task_ids=task_ids, visits=_dealt(start, stratum.num_firms, numbers)))
        if visits:
            result[stratum.key] = tuple(visits)
    return result


def _dealt(start: int, number: int, rounds: Sequence[int]) -> dict[int, int]:
    """How many of `number` cards dealt in turn, from the `start`-th on, each round gets."""
    turns = len(rounds)

    def before(position: int, index: int) -> int:
        return (position - index + turns - 1) // turns

    return {entry: before(start + number, index) - before(start, index) for index, entry in enumerate(rounds)}
