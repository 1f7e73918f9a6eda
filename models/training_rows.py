"""Outcomes of visits with the chances their firms were drawn with, for training."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.store import read_columns
from models.tables import Draw, DrawnFirm, Result, Round, table_of
from scheduler.registry.codes import ResultCategory, RoundKind
from scheduler.results.findings import FINDINGS

DRAWN = "drawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOutcomes:
    """
    Visits with results, one entry each, by draw and firm.

    Attributes
    ----------
    firm_id
        Firm visited, dtype S18.
    year, round_number
        Its round.
    committed_on, inspected_on
        Day of the draw's commitment, and last day of the check.
    chance
        Chance of the firm in its round, given the rounds before.
    outcome
        1 where a problem was found.
    """

    firm_id: npt.NDArray[np.bytes_]
    year: npt.NDArray[np.int64]
    round_number: npt.NDArray[np.int64]
    committed_on: tuple[date, ...]
    inspected_on: tuple[date, ...]
    chance: npt.NDArray[np.float64]
    outcome: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.outcome)


def load_outcomes(connection: sa.Connection) -> VisitOutcomes:
    """Outcomes of all draws that stand; lists drawn elsewhere have no recorded chance and are left out."""
    drawn, draw, entry, result = (table_of(model) for model in (DrawnFirm, Draw, Round, Result))
    statement = (
        sa.select(
            drawn.c.draw_id,
            drawn.c.firm_id,
            entry.c.year,
            entry.c.number,
            draw.c.committed_on,
            result.c.inspected_on,
            drawn.c.chance_micro,
            drawn.c.chance_firms,
            result.c.category,
        )
        .join(draw, draw.c.draw_id == drawn.c.draw_id)
        .join(entry, entry.c.round_id == drawn.c.round_id)
        .join(result, sa.and_(result.c.draw_id == drawn.c.draw_id, result.c.firm_id == drawn.c.firm_id))
        .where(draw.c.status == DRAWN, entry.c.kind != str(RoundKind.EXTERNAL), drawn.c.chance_micro > 0)
    )
    found: dict[tuple[str, str], bool] = {}
    ended: dict[tuple[str, str], date] = {}
    facts: dict[tuple[str, str], tuple[int, int, date, float]] = {}
    for draw_id, firm_id, year, number, committed, inspected, micro, firms, category in zip(
        *read_columns(connection, statement), strict=True
    ):
        key = (draw_id, firm_id)
        found[key] = found.get(key, False) or ResultCategory(category) in FINDINGS
        ended[key] = max(ended.get(key, inspected), inspected)
        facts[key] = (year, number, committed, min(micro / 1_000_000 / firms, 1.0))
    keys = sorted(facts)
    return VisitOutcomes(
        firm_id=np.array([firm_id.encode("ascii") for _draw, firm_id in keys], dtype="S18"),
        year=np.array([facts[key][0] for key in keys], dtype=np.int64),
        round_number=np.array([facts[key][1] for key in keys], dtype=np.int64),
        committed_on=tuple(facts[key][2] for key in keys),
        inspected_on=tuple(ended[key] for key in keys),
        chance=np.array([facts[key][3] for key in keys], dtype=np.float64),
        outcome=np.array([found[key] for key in keys], dtype=np.int64),
    )
