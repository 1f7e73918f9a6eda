"""Builders of tiny frames and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from scheduler.registry.codes import EVENT_KINDS, FIRM_STATUSES, OBJECT_TYPES, EventKind, FirmStatus, ObjectType
from scheduler.registry.frame import Events, Frame


class Builders:
    """Makes frames and events from a few words."""

    def frame(self, num_firms: int, **columns: Sequence[Any]) -> Frame:
        """Frame of firms F0, F1, … that are alike but for the columns given."""
        values: dict[str, Sequence[Any]] = {
            "object_type": [ObjectType.ENTERPRISE] * num_firms,
            "district": [0] * num_firms,
            "status": [FirmStatus.OPERATING] * num_firms,
            "industry": ["F5211"] * num_firms,
            "established_on": ["2020-01-01"] * num_firms,
            "capital_yuan": [1_000_000] * num_firms,
            "libraries": [0] * num_firms,
            **columns,
        }
        return Frame(
            firm_id=np.array([f"F{number:05d}" for number in range(num_firms)], dtype="S18"),
            object_type=np.array([OBJECT_TYPES.index(code) for code in values["object_type"]], dtype=np.int16),
            district=np.array(values["district"], dtype=np.int16),
            status=np.array([FIRM_STATUSES.index(code) for code in values["status"]], dtype=np.int16),
            industry=np.array(values["industry"], dtype="S5"),
            established_on=np.array(values["established_on"], dtype="datetime64[D]"),
            capital_yuan=np.array(values["capital_yuan"], dtype=np.int64),
            libraries=np.array(values["libraries"], dtype=np.uint64),
            district_codes=("371002", "371082"),
            library_codes=("drug", "food_wholesale"),
        )

    def events(self, *rows: tuple[Any, ...]) -> Events:
        """Events from (position of the firm, kind, day[, day of the end or None[, yuan]])."""
        full = [(*row, *(None, -1)[len(row) - 3 :]) for row in rows]
        firm, kind, occurred, ended, amount = zip(*full, strict=True) if full else ((), (), (), (), ())
        return Events(
            firm=np.array(firm, dtype=np.int64),
            kind=np.array([EVENT_KINDS.index(EventKind(code)) for code in kind], dtype=np.int16),
            occurred_on=np.array(occurred, dtype="datetime64[D]"),
            ended_on=np.array(ended, dtype="datetime64[D]"),
            amount=np.array(amount, dtype=np.int64),
        )


@pytest.fixture(scope="session")
def make() -> Builders:
    """Builders of frames and events."""
    return Builders()
