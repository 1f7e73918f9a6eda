"""Two made-up firms for the examples in this room's docstrings."""

from __future__ import annotations

import numpy as np

from scheduler.draw.files import ClassColumns
from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES, FirmStatus, ObjectType
from scheduler.registry.frame import Frame


def two_firms() -> tuple[Frame, ClassColumns]:
    """
    An enterprise that is classified and an individual household that is not, both in operation.

    Examples
    --------
    >>> frame, classes = two_firms()
    >>> frame.firm_id.tolist(), classes.firm_id.tolist()
    ([b'91', b'92'], [b'91'])
    """
    types = [OBJECT_TYPES.index(ObjectType.ENTERPRISE), OBJECT_TYPES.index(ObjectType.INDIVIDUAL)]
    frame = Frame(
        firm_id=np.array([b"91", b"92"], dtype="S18"),
        object_type=np.array(types, dtype=np.int16),
        district=np.zeros(2, dtype=np.int16),
        status=np.full(2, FIRM_STATUSES.index(FirmStatus.OPERATING), dtype=np.int16),
        industry=np.array([b"F5211", b""], dtype="S5"),
        established_on=np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),
        capital_yuan=np.array([1_000_000, -1], dtype=np.int64),
        libraries=np.array([0b11, 0], dtype=np.uint64),
        district_codes=("371002",),
        library_codes=("fuel", "shop"),
    )
    return frame, ClassColumns(
        firm_id=frame.firm_id[:1],
        bins=np.array([b"01"], dtype="S2"),
        direct=np.array([b"1"], dtype="S1"),
        score=np.array([30], dtype=np.int32),
        tier=np.array([1], dtype=np.int8),
        rule=np.array([0], dtype=np.int8),
        tiers=("A", "B"),
        rules=("dishonest",),
        ratings=np.array([0]),
        rating_texts=("food:C",),
    )
