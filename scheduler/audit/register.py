"""
Claims about the register of a draw: every firm's place in the pool recomputed from the tasks' ranges and from what was
drawn before (specification, sections 3.1 and 3.4). Tiers are the matter of `scheduler.audit.tiers`.

Nothing here loops over firms: texts are computed once per distinct cell and spread by index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.audit.claims import Group
from scheduler.audit.columns import Bytes, Coded, Index, Integers, Mask, Table
from scheduler.audit.context import Lists, Task, positions_of
from scheduler.audit.tiers import OPERATING, Classes, Scorecard
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.i18n import gettext as _

OUT = "out:"
REASONS = ("", "out:status", "out:type", "out:no-task", "out:visited", "out:recent")
_STATUS, _TYPE, _NO_TASK, _VISITED, _RECENT = 1, 2, 3, 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """
    Where the rules put every firm.

    Attributes
    ----------
    reason
        Position in `REASONS`; 0 for a firm of the pool.
    tasks
        Position in `task_sets` of the tasks it can still be visited for.
    task_sets
        Task ids joined by ``+``.
    """

    reason: npt.NDArray[np.int8]
    tasks: Index
    task_sets: tuple[str, ...]


def place_open(register: Table, object_types: frozenset[str], counted: Bytes) -> Places:
    """Places in an open round: operating, of the target's types, not drawn before with counting = 1."""
    reason = np.zeros(register.num_rows, dtype=np.int8)
    reason[_listed(register, counted)] = _VISITED
    reason[~register.coded["object_type"].among(object_types)] = _TYPE
    reason[~register.coded["status"].among(OPERATING)] = _STATUS
    return Places(reason=reason, tasks=np.zeros(register.num_rows, dtype=np.int32), task_sets=("",))


def place_targeted(
    register: Table,
    lists: Lists,
    windows: Sequence[tuple[str, str]],
    drawn: Sequence[tuple[Bytes, Coded]],
    *,
    yearly_cap: int = 0,
    recent: Bytes | None = None,
) -> Places:
    """
    Places in a targeted round: in the range of a waiting task the firm can still be visited for.

    Parameters
    ----------
    windows
        First and last day of this round and of the targeted rounds after it; a task waits if it meets one of them.
    drawn
        Ids and packages of what was drawn before.
    yearly_cap
        Visits before from which on a firm is left out of discretionary tasks; 0 for no cap.
    recent
        Ids of firms left out of them because they were inspected lately.
    """
    waiting = [task for task in lists.tasks.values() if any(task.meets(*window) for window in windows)]
    operating = register.coded["status"].among(OPERATING)
    lately = _listed(register, recent)
    served, discretionary = _served(register, lists, waiting, drawn)
    discretionary |= lately | _capped(register, drawn, yearly_cap)
    inside = [operating & _inside(register, task) for task in waiting]
    spent = [before if task.full_coverage else discretionary for task, before in zip(waiting, served, strict=True)]
    open_to = [rows & ~before for rows, before in zip(inside, spent, strict=True)]
    code, texts = _task_sets(register.num_rows, waiting, open_to)
    none_left = np.asarray([not text for text in texts], dtype=np.bool_)[code]
    reason = np.zeros(register.num_rows, dtype=np.int8)
    reason[none_left] = _VISITED
    reason[none_left & lately] = _RECENT
    reason[~_any(register.num_rows, inside)] = _NO_TASK
    reason[~operating] = _STATUS
    return Places(reason=reason, tasks=code.astype(np.int32), task_sets=texts)


def _listed(register: Table, firm_ids: Bytes | None) -> Mask:
    """Rows whose firm is among some ids; none without ids."""
    listed = np.zeros(register.num_rows, dtype=np.bool_)
    if firm_ids is not None:
        at = positions_of(register.fixed["firm_id"], firm_ids)
        listed[at[at >= 0]] = True
    return listed


def _any(num_rows: int, masks: Sequence[Mask]) -> Mask:
    found = np.zeros(num_rows, dtype=np.bool_)
    for mask in masks:
        found |= mask
    return found


def _task_sets(num_rows: int, tasks: Sequence[Task], open_to: Sequence[Mask]) -> tuple[Integers, tuple[str, ...]]:
    """
    Sets of tasks that stand open to rows: each row's position among the distinct sets, and these as texts.

    Task by task every set splits into the rows that get the task and those that do not; what is empty is left out.
    """
    code: Integers = np.zeros(num_rows, dtype=np.int64)
    sets: list[tuple[str, ...]] = [()]
    for task, rows in zip(tasks, open_to, strict=True):
        pair = code * 2 + rows
        present = np.flatnonzero(np.bincount(pair, minlength=1))
        renumbered = np.zeros(2 * len(sets), dtype=np.int64)
        renumbered[present] = np.arange(len(present))
        code = renumbered[pair]
        sets = [(*sets[old // 2], task.task_id) if old % 2 else sets[old // 2] for old in present.tolist()]
    return code, tuple("+".join(entry) for entry in sets)


def _capped(register: Table, drawn: Sequence[tuple[Bytes, Coded]], yearly_cap: int) -> Mask:
    """Rows that were drawn before as often as a cap allows; none without a cap."""
    visits = np.zeros(register.num_rows, dtype=np.int64)
    for firm_id, _package in drawn:
        at = positions_of(register.fixed["firm_id"], firm_id)
        np.add.at(visits, at[at >= 0], 1)
    return (visits >= yearly_cap) if yearly_cap else np.zeros(register.num_rows, dtype=np.bool_)


def _served(
    register: Table, lists: Lists, tasks: Sequence[Task], drawn: Sequence[tuple[Bytes, Coded]]
) -> tuple[list[Mask], Mask]:
    """Per task the rows it was served to before, and the rows whose one discretionary visit is spent."""
    discretionary = np.zeros(register.num_rows, dtype=np.bool_)
    served = [np.zeros(register.num_rows, dtype=np.bool_) for _task in tasks]
    for firm_id, package in drawn:
        at = positions_of(register.fixed["firm_id"], firm_id)
        known = at >= 0
        spent = frozenset(value for value in package.values if lists.is_discretionary(value))
        discretionary[at[package.among(spent) & known]] = True
        for mask, task in zip(served, tasks, strict=True):
            with_task = frozenset(value for value in package.values if task.task_id in value.split("+"))
            mask[at[package.among(with_task) & known]] = True
    return served, discretionary


def _inside(register: Table, task: Task) -> Mask:
    """Rows in the range of a task by its four lists."""
    inside = np.ones(register.num_rows, dtype=np.bool_)
    for column, wanted in (("object_type", task.object_types), ("district", task.districts)):
        if wanted:
            inside &= register.coded[column].among(frozenset(wanted))
    if task.industries:
        industry = register.coded["industry"]
        inside &= industry.among(frozenset(value for value in industry.values if value.startswith(task.industries)))
    if task.libraries:
        libraries, wanted_set = register.coded["libraries"], frozenset(task.libraries)
        inside &= libraries.among(frozenset(value for value in libraries.values if wanted_set & set(split_list(value))))
    return inside


def check_places(
    group: Group, register: Table, card: Scorecard, classes: Classes, places: Places, *, is_open: bool
) -> None:
    """Claims that every disposition is the one that ranges, status and what was drawn before ask for (section 3.1)."""
    district, object_type = register.coded["district"], register.coded["object_type"]
    disposition = register.coded["disposition"]
    if is_open:
        expected_code: Integers = places.reason.astype(np.int64)
        names = ["open", *REASONS[1:]]
    else:
        key = district.index.astype(np.int64)
        for part, size in ((object_type.index, len(object_type.values)), (classes.tier + 1, len(card.tiers) + 1)):
            key = key * size + part
        key = (key * len(places.task_sets) + places.tasks) * len(REASONS) + places.reason
        key[places.reason > 0] = -places.reason[places.reason > 0].astype(np.int64)
        distinct, first, expected_code = np.unique(key, return_index=True, return_inverse=True)
        names = [
            REASONS[-number] if number < 0 else _stratum(register, card, classes, places, row)
            for number, row in zip(distinct.tolist(), first.tolist(), strict=True)
        ]
    pairs, first_rows, counts = np.unique(
        expected_code * len(disposition.values) + disposition.index, return_index=True, return_counts=True
    )
    wrong = [
        (row, names[pair // len(disposition.values)], disposition.values[pair % len(disposition.values)], count)
        for pair, row, count in zip(pairs.tolist(), first_rows.tolist(), counts.tolist(), strict=True)
        if names[pair // len(disposition.values)] != disposition.values[pair % len(disposition.values)]
    ]
    text = _("every firm of the register is in the pool, in its stratum, or left out for the first reason that applies")
    if not wrong:
        group.passed("3.1", text, _("{count} firms").format(count=register.num_rows))
        return
    row, expected, found, _count = min(wrong)
    total = sum(entry[3] for entry in wrong) - 1
    more = _(" (and {count} more)").format(count=total) if total else ""
    firm = register.fixed["firm_id"][row].decode("ascii")
    group.failed("3.1", text, expected=f"{firm}: {expected}", found=f"{found}{more}")


def _stratum(register: Table, card: Scorecard, classes: Classes, places: Places, row: int) -> str:
    tier = int(classes.tier[row])
    parts = (
        register.coded["district"].text(row),
        register.coded["object_type"].text(row),
        card.tiers[tier] if tier >= 0 else "?",
        places.task_sets[int(places.tasks[row])],
    )
    return "/".join(parts)


def pool_mask(register: Table) -> Mask:
    """Rows that the register says are in the pool."""
    disposition = register.coded["disposition"]
    return disposition.among(frozenset(value for value in disposition.values if not value.startswith(OUT)))


def row_counts(register: Table) -> dict[str, int]:
    """Rows accounted for: firms in the pool, and left out by reason."""
    disposition = register.coded["disposition"]
    counts = np.bincount(disposition.index, minlength=len(disposition.values)).tolist()
    result = {"register": register.num_rows, "pool": 0}
    for value, count in sorted(zip(disposition.values, counts, strict=True)):
        key = value if value.startswith(OUT) else "pool"
        result[key] = result.get(key, 0) + count
    return result


def check_libraries(group: Group, register: Table) -> None:
    """Claims that the libraries of a cell are in ascending order, so that equal sets have equal bytes."""
    unordered = [
        value
        for value in register.coded["libraries"].values
        if list(split_list(value)) != sorted(set(split_list(value)))
    ]
    differences: Differences = [(_("libraries in ascending order"), value) for value in unordered]
    group.first("3.4", _("libraries stand in ascending order"), differences)


def pool_counts(register: Table) -> dict[str, int]:
    """Firms by stratum, as the register says."""
    disposition = register.coded["disposition"]
    counts = np.bincount(disposition.index, minlength=len(disposition.values)).tolist()
    return {value: count for value, count in zip(disposition.values, counts, strict=True) if not value.startswith(OUT)}


def districts_of(register: Table, firm_ids: Bytes) -> list[str]:
    """District of each of some firms, as the register has it; empty for one that it does not have."""
    at = positions_of(register.fixed["firm_id"], firm_ids)
    district = register.coded["district"]
    return [district.text(row) if row >= 0 else "" for row in at.tolist()]
