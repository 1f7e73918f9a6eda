"""Outcomes of visits with the chance of each: what a classification can be judged by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.store import read_columns
from models.tables import Draw, DrawnFirm, Result, table_of
from scheduler.registry.frame import Ids, Mask
from scheduler.results.findings import FINDINGS

_VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawOutcomes:
    """
    Outcomes of one draw.

    Attributes
    ----------
    draw_id, committed_on
        The draw, and the day it was committed: what it was drawn by was known then.
    firm_id
        Firms with a result, ascending, shape (m,).
    problem
        Whether any item found a problem, shape (m,).
    weight
        Inverse of the conditional chance with which the firm was drawn, shape (m,).
    """

    draw_id: str
    committed_on: date
    firm_id: Ids
    problem: Mask
    weight: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.firm_id)


def load_outcomes(connection: sa.Connection) -> tuple[DrawOutcomes, ...]:
    """Outcomes of all draws that stand, by draw id; lists drawn elsewhere tell no chance and are left out."""
    result, drawn, draw = table_of(Result), table_of(DrawnFirm), table_of(Draw)
    found = sa.func.max(sa.case((result.c.category.in_(sorted(FINDINGS)), 1), else_=0))
    statement = (
        sa.select(
            result.c.draw_id, result.c.firm_id, draw.c.committed_on, drawn.c.chance_micro, drawn.c.chance_firms, found
        )
        .join(drawn, sa.and_(drawn.c.draw_id == result.c.draw_id, drawn.c.firm_id == result.c.firm_id))
        .join(draw, draw.c.draw_id == result.c.draw_id)
        .where(draw.c.status != _VOIDED, drawn.c.chance_micro > 0, drawn.c.chance_firms > 0)
        .group_by(result.c.draw_id, result.c.firm_id, draw.c.committed_on, drawn.c.chance_micro, drawn.c.chance_firms)
    )
    draws: dict[tuple[str, date], list[tuple[bytes, int, int, int]]] = {}
    for draw_id, firm_id, day, micro, firms, problem in zip(*read_columns(connection, statement), strict=True):
        draws.setdefault((draw_id, day), []).append((firm_id.encode("ascii"), problem, micro, firms))
    outcomes = []
    for (draw_id, day), rows in sorted(draws.items()):
        ids, problems, micros, sizes = zip(*sorted(rows), strict=True)
        outcomes.append(
            DrawOutcomes(
                draw_id=draw_id,
                committed_on=day,
                firm_id=np.array(ids, dtype="S18"),
                problem=np.array(problems, dtype=np.bool_),
                weight=np.array(sizes, dtype=np.float64) * 1_000_000 / np.array(micros, dtype=np.float64),
            )
        )
    return tuple(outcomes)
