"""
Sparse rows of a linear programme, each telling which of the planner's limits it is.

Blocks of rows come from one function per limit (`scheduler.allocation.constraints`) and are stacked here; nothing in
this module knows what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.registry.frame import Integers

Floats: TypeAlias = npt.NDArray[np.float64]
INFINITY = float("inf")
_NANO = 1e9


class Limit(StrEnum):
    """Families of limits."""

    FIRMS = "firms"  # at most one discretionary visit per firm
    IN_HAND = "in_hand"  # one visit kept in hand for rounding
    COMPULSORY = "compulsory"  # every firm in the range of a full-coverage task
    TARGET = "target"  # visits that count, exactly
    COMPULSORY_SHARE = "compulsory_share"  # of T that full coverage may fill
    TASK_LEAST = "task_least"
    TASK_GREATEST = "task_greatest"
    FLOOR = "floor"
    CEILING = "ceiling"
    RATE = "rate"  # definition of a class's rate
    TIERS = "tiers"  # rates rise with the tier
    TOLERANCE = "tolerance"  # between districts
    HOURS = "hours"
    POOL = "pool"  # hours lent by the bureau's own officers
    LENT = "lent"  # specialists lent are officers lent
    PRECISION = "precision"  # visits that the standard error asked for needs
    EVEN = "even"  # definition of unevenness, and the optimum kept by the second objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """
    Rows of one family: lower ≤ Σ value · x[column] ≤ upper.

    Attributes
    ----------
    row, column, value
        Entries that are not zero, shape (k,); rows count from 0 within the block.
    lower, upper
        Shape (m,).
    subject
        Whom each row is about, for messages: length m.
    """

    limit: Limit
    row: Integers
    column: Integers
    value: Floats
    lower: Floats
    upper: Floats
    subject: tuple[tuple[str | int, ...], ...]

    def __len__(self) -> int:
        return len(self.lower)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearProgramme:
    """
    minimise cost · x subject to the rows and 0 ≤ x ≤ upper.

    Attributes
    ----------
    cost, upper
        Of each column, shape (n,).
    blocks
        Rows in the order in which they are given to the solver.
    """

    cost: Floats
    upper: Floats
    blocks: tuple[Rows, ...]

    def exact(self) -> LinearProgramme:
        """The programme with every number rounded to 10^-9: what a certificate can write down is what is solved."""
        return LinearProgramme(
            cost=_exact(self.cost),
            upper=_exact(self.upper),
            blocks=tuple(
                replace(block, value=_exact(block.value), lower=_exact(block.lower), upper=_exact(block.upper))
                for block in self.blocks
            ),
        )

    def stacked(self) -> Rows:
        """All rows as one block; `limit` is that of the first and means nothing."""
        starts = np.cumsum([0, *(len(block) for block in self.blocks)])[:-1]
        return Rows(
            limit=self.blocks[0].limit,
            row=np.concatenate([block.row + start for block, start in zip(self.blocks, starts, strict=True)]),
            column=np.concatenate([block.column for block in self.blocks]),
            value=np.concatenate([block.value for block in self.blocks]),
            lower=np.concatenate([block.lower for block in self.blocks]),
            upper=np.concatenate([block.upper for block in self.blocks]),
            subject=tuple(subject for block in self.blocks for subject in block.subject),
        )


def rows(
    limit: Limit,
    entries: Sequence[tuple[Integers | int, Integers, Floats | float]],
    lower: Floats | float,
    upper: Floats | float,
    subject: Sequence[tuple[str | int, ...]],
) -> Rows:
    """
    A block of rows from pieces of (row, column, value), each broadcast to the length of its columns.

    Parameters
    ----------
    lower, upper
        One for all rows, or one each.
    """
    number = len(subject)
    columns = [np.asarray(column, dtype=np.int64) for _, column, _ in entries]
    return Rows(
        limit=limit,
        row=_joined([np.broadcast_to(row, column.shape) for (row, _, _), column in zip(entries, columns, strict=True)]),
        column=_joined(columns),
        value=_joined(
            [np.broadcast_to(value, column.shape) for (_, _, value), column in zip(entries, columns, strict=True)]
        ).astype(np.float64),
        lower=np.broadcast_to(np.asarray(lower, dtype=np.float64), (number,)).copy(),
        upper=np.broadcast_to(np.asarray(upper, dtype=np.float64), (number,)).copy(),
        subject=tuple(subject),
    )


def _exact(values: Floats) -> Floats:
    return np.asarray(np.rint(values * _NANO) / _NANO)


def _joined(pieces: Sequence[npt.NDArray[np.generic]]) -> npt.NDArray[np.int64]:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
