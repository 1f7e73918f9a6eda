"""How many firms in operation stand in each tier, by district and object type. Internal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.registry.codes import OBJECT_TYPES, ObjectType
from scheduler.registry.frame import Frame
from scheduler.risk.classify import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class TierMix:
    """
    Tier mix of one district and object type.

    Attributes
    ----------
    district
        Code of the district.
    counts
        Firms in operation of each tier, low to high.
    """

    district: str
    object_type: ObjectType
    counts: tuple[int, ...]


def tier_mix(frame: Frame, tier: Places, num_tiers: int) -> tuple[TierMix, ...]:
    """
    Mix of every district and object type that has firms in operation, by district, then by object type.

    Parameters
    ----------
    tier
        Index of each firm's tier, shape (n,); -1 where it has none and is not counted.
    """
    shape = (len(frame.district_codes), len(OBJECT_TYPES), num_tiers)
    counted = frame.operating() & (tier >= 0)
    cells = np.ravel_multi_index(
        (frame.district[counted], frame.object_type[counted], tier[counted].astype(np.int64)), shape
    )
    table = np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)
    return tuple(
        TierMix(district=district, object_type=object_type, counts=tuple(counts.tolist()))
        for district, by_type in zip(frame.district_codes, table, strict=True)
        for object_type, counts in zip(OBJECT_TYPES, by_type, strict=True)
        if counts.any()
    )
