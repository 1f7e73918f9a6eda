"""
Who can still be visited for what, and the strata that follow from it (specification, sections 1.6 and 3.1).

A firm has at most one discretionary visit a year: once it was drawn for a task that is not full coverage, in whatever
round or elsewhere, it leaves all such tasks. A full-coverage task is owed until the firm was drawn for it. A stratum is
all firms of the same district, object type, tier and set of tasks they can still be visited for. Ranges use public
columns only; nothing here reads a name or an address, and the order of strata follows from their written names alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from scheduler.registry.codes import OBJECT_TYPES, ObjectType
from scheduler.registry.frame import Dates, Frame, Ids, Integers, Mask
from scheduler.registry.items import Task

Sets = npt.NDArray[np.bool_]
_CODE_LIMIT = 1 << 40  # combined codes are compressed before they could outgrow an int64


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSoFar:
    """
    Everything drawn this year in draws that were not voided, shape (m,) each; a firm may stand there twice.

    Attributes
    ----------
    firm_id
        Dtype S18.
    package
        Ids of the tasks of the visit joined by ``+``; empty where a list drawn elsewhere does not tell.
    counting
        Whether the visit counts towards T.
    targeted
        Whether it was drawn in a targeted round, whose rates the policy bounds; None where all were.
    """

    firm_id: Ids
    package: tuple[str, ...]
    counting: Mask
    targeted: Mask | None = None

    def __post_init__(self) -> None:
        targeted = self.counting if self.targeted is None else self.targeted
        if len({len(self.firm_id), len(self.package), len(self.counting), len(targeted)}) != 1:
            raise ValueError("expected columns of one length")

    def __len__(self) -> int:
        return len(self.firm_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSets:
    """
    Tasks of every firm of the frame.

    Attributes
    ----------
    task_ids
        In ascending order.
    in_range
        Whether the firm is in the task's range, shape (tasks, n).
    left
        Whether it can still be visited for it, shape (tasks, n).
    drawn
        Whether the firm was drawn this year, shape (n,).
    spared
        As `left`, had the firms drawn in targeted rounds for discretionary tasks not been drawn for them; one column
        for each position in `spared_firm`.
    spared_firm
        Positions of those firms, ascending.
    """

    task_ids: tuple[str, ...]
    in_range: Sets
    left: Sets
    drawn: Mask
    spared: Sets
    spared_firm: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """
    One stratum.

    Attributes
    ----------
    key
        As section 1.6 of the specification writes it.
    district, object_type, tier, task_ids
        What its firms have in common; task ids ascending.
    num_firms
        Firms in it.
    num_drawn
        Firms that would be in it, had a targeted round of this year not drawn them for a discretionary task.
    """

    key: str
    district: str
    object_type: ObjectType
    tier: str
    task_ids: tuple[str, ...]
    num_firms: int
    num_drawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """
    All strata of a pool.

    Attributes
    ----------
    strata
        In ascending order of key.
    firm_stratum
        Index into `strata` of each firm of the frame, -1 where it is not in the pool, shape (n,).
    visited
        Firms drawn this year that can be visited for nothing any more, shape (n,).
    """

    strata: tuple[Stratum, ...]
    firm_stratum: npt.NDArray[np.int32]
    visited: Mask

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the strata, ascending."""
        return tuple(stratum.key for stratum in self.strata)

    @property
    def size(self) -> Integers:
        """Firms of each stratum, shape (k,)."""
        return np.array([stratum.num_firms for stratum in self.strata], dtype=np.int64)


def recently_inspected(inspected_on: Dates, base_date: date, months: int) -> Mask:
    """
    Whether each firm was last inspected within some months before the base date, or later, shape (n,).

    Parameters
    ----------
    inspected_on
        Day of the last inspection, NaT where none is known.

    Examples
    --------
    >>> days = np.array(["2025-08-30", "2025-08-31", "NaT"], dtype="datetime64[D]")
    >>> recently_inspected(days, date(2026, 2, 28), 6).tolist()
    [True, True, False]
    >>> recently_inspected(days, date(2026, 3, 31), 7).tolist()
    [False, True, False]
    """
    if not months:
        return np.zeros(len(inspected_on), dtype=np.bool_)
    month = np.datetime64(base_date, "M") - months
    last_day = (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    since = min(month.astype("datetime64[D]") + np.timedelta64(base_date.day - 1, "D"), last_day)
    return np.asarray(inspected_on >= since)


def capped(frame: Frame, drawn: DrawnSoFar, yearly_cap: int | None) -> Mask:
    """Whether each firm has had as many visits this year as a cap allows, shape (n,); nobody without a cap."""
    visits = np.zeros(len(frame), dtype=np.int64)
    positions = frame.positions(drawn.firm_id)
    np.add.at(visits, positions[positions >= 0], 1)
    return np.zeros(len(frame), dtype=np.bool_) if yearly_cap is None else visits >= yearly_cap


def task_sets(
    frame: Frame,
    tasks: Iterable[Task],
    drawn: DrawnSoFar,
    still: Collection[str] | None = None,
    spared: Mask | None = None,
) -> TaskSets:
    """
    Tasks each firm can still be visited for.

    Parameters
    ----------
    tasks
        All tasks of the year.
    drawn
        Everything drawn this year.
    still
        Ids of the tasks that still have a round to be visited in; None for all.
    spared
        Firms left out of discretionary tasks, shape (n,); None for nobody.
    """
    every = sorted(tasks, key=lambda task: task.task_id)
    full_ids = {task.task_id for task in every if task.full_coverage}
    chosen = [task for task in every if still is None or task.task_id in still]
    rows = {task.task_id: row for row, task in enumerate(chosen)}
    in_range = np.zeros((len(chosen), len(frame)), dtype=np.bool_)
    for row, task in zip(in_range, chosen, strict=True):
        row[:] = task.range.covers(frame)
    left = in_range.copy()
    any_draw, spent, spent_targeted = (np.zeros(len(frame), dtype=np.bool_) for _ in range(3))
    for package, positions, targeted in _by_package(frame, drawn):
        served = set(package.split("+"))
        any_draw[positions] = True
        for task_id in served & full_ids & set(rows):
            left[rows[task_id], positions] = False
        if not served <= full_ids:
            spent[positions] = True
            spent_targeted[positions[targeted]] = True
    spared_firm = np.flatnonzero(spent_targeted)
    undrawn = left[:, spared_firm]
    if spared is not None:
        spent |= spared
    for index, task in enumerate(chosen):
        if not task.full_coverage:
            left[index] &= ~spent
    return TaskSets(
        task_ids=tuple(rows), in_range=in_range, left=left, drawn=any_draw, spared=undrawn, spared_firm=spared_firm
    )


def build_strata(frame: Frame, tier: npt.NDArray[np.int8], tiers: Sequence[str], sets: TaskSets) -> Strata:
    """
    Groups the firms of the pool into strata.

    Parameters
    ----------
    tier
        Index into `tiers` of each firm, shape (n,); firms outside the pool may have -1.
    tiers
        Codes from low to high risk.

    Raises
    ------
    ValueError
        If a firm of the pool has no tier.
    """
    pool = np.asarray(sets.left.any(axis=0))
    members = np.flatnonzero(pool)
    if bool((tier[members] < 0).any()):
        raise ValueError("expected a tier for every firm that can be visited, got firms without one")
    found, group = _grouped(frame, tier, tiers, sets.task_ids, sets.left[:, members], members)
    known = (tier[sets.spared_firm] >= 0) & sets.spared.any(axis=0)
    spared, _ = _grouped(frame, tier, tiers, sets.task_ids, sets.spared[:, known], sets.spared_firm[known])
    num_drawn = {stratum.key: stratum.num_firms for stratum in spared}
    order = sorted(range(len(found)), key=lambda index: found[index].key)
    rank = np.empty(len(found), dtype=np.int32)
    rank[order] = np.arange(len(found), dtype=np.int32)
    firm_stratum = np.full(len(frame), -1, dtype=np.int32)
    firm_stratum[members] = rank[group]
    return Strata(
        strata=tuple(replace(found[index], num_drawn=num_drawn.get(found[index].key, 0)) for index in order),
        firm_stratum=firm_stratum,
        visited=sets.drawn & ~pool,
    )


def _grouped(
    frame: Frame,
    tier: npt.NDArray[np.int8],
    tiers: Sequence[str],
    task_ids: Sequence[str],
    flags: Sets,
    members: Integers,
) -> tuple[list[Stratum], Integers]:
    """Strata of some firms, in any order, and the stratum of each; `flags` has one column per firm."""
    code = _set_codes(flags)
    for column, number in (
        (frame.object_type[members], len(OBJECT_TYPES)),
        (tier[members], len(tiers)),
        (frame.district[members], len(frame.district_codes)),
    ):
        code = code * number + column
    _, first, group, counts = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    found = []
    for column, num_firms in zip(first, counts, strict=True):
        firm = members[column]
        district = frame.district_codes[frame.district[firm]]
        object_type = OBJECT_TYPES[frame.object_type[firm]]
        ids = tuple(name for name, flag in zip(task_ids, flags[:, column], strict=True) if flag)
        found.append(
            Stratum(
                key=f"{district}/{object_type}/{tiers[tier[firm]]}/{'+'.join(ids)}",
                district=district,
                object_type=object_type,
                tier=tiers[tier[firm]],
                task_ids=ids,
                num_firms=int(num_firms),
            )
        )
    return found, group


def _by_package(frame: Frame, drawn: DrawnSoFar) -> list[tuple[str, Integers, Mask]]:
    """For each package the positions of the firms drawn and whether in a targeted round; firms gone are dropped."""
    if not len(drawn):
        return []
    positions = frame.positions(drawn.firm_id)
    targeted = np.ones(len(drawn), dtype=np.bool_) if drawn.targeted is None else drawn.targeted
    names, which = np.unique(np.array(drawn.package), return_inverse=True)
    groups = []
    for index, name in enumerate(names):
        members = (which == index) & (positions >= 0)
        groups.append((str(name), positions[members], targeted[members]))
    return groups


def _set_codes(left: Sets) -> Integers:
    """One integer per distinct column of flags, shape (m,)."""
    code = np.zeros(left.shape[1], dtype=np.int64)
    if not len(code):
        return code
    for row in left:
        code = code * 2 + row
        if int(code.max()) >= _CODE_LIMIT:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    return np.unique(code, return_inverse=True)[1].astype(np.int64)
