"""
The sampling frame as columns: one position per firm, in canonical order (ascending `firm_id` as bytes).

Half a million firms are a handful of arrays, never objects. Names and addresses are not part of the frame: nothing that
decides a draw may look at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES, FirmStatus, ObjectType

Ids: TypeAlias = npt.NDArray[np.bytes_]
Codes: TypeAlias = npt.NDArray[np.int16]
Dates: TypeAlias = npt.NDArray[np.datetime64]
Integers: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    Columns of all firms on the register, shape (n,) each.

    Attributes
    ----------
    firm_id
        Unified social credit code or old registration number, dtype S18, strictly ascending.
    object_type
        Index into `OBJECT_TYPES`.
    district
        Index into `district_codes`.
    status
        Index into `FIRM_STATUSES`.
    industry
        Code of GB/T 4754-2017 with its letter, such as ``b"F5211"``, dtype S5; empty where unknown.
    established_on
        Date of establishment, datetime64[D]; NaT where unknown.
    capital_yuan
        Registered capital in yuan; -1 where unknown.
    libraries
        Bit b is set where the firm is in the special library (专项库) `library_codes[b]`, dtype uint64.
    district_codes, library_codes
        Codes in ascending order; at most 63 libraries.
    """

    firm_id: Ids
    object_type: Codes
    district: Codes
    status: Codes
    industry: Ids
    established_on: Dates
    capital_yuan: Integers
    libraries: npt.NDArray[np.uint64]
    district_codes: tuple[str, ...]
    library_codes: tuple[str, ...]

    def __post_init__(self) -> None:
        ids = self.firm_id
        if len(ids) > 1 and not bool(np.all(ids[:-1] < ids[1:])):
            raise ValueError("expected firm ids in strictly ascending order, got repeated or unordered ones")
        if self.district_codes != tuple(sorted(set(self.district_codes))):
            raise ValueError("expected district codes in ascending order without repetition")

    def __len__(self) -> int:
        return len(self.firm_id)

    def operating(self) -> Mask:
        """Firms in operation (存续 and 歇业 firms exist; only 存续 ones are inspected), shape (n,)."""
        return np.asarray(self.status == FIRM_STATUSES.index(FirmStatus.OPERATING))

    def of_type(self, object_type: ObjectType) -> Mask:
        """Firms of one object type, shape (n,)."""
        return np.asarray(self.object_type == OBJECT_TYPES.index(object_type))

    def positions(self, firm_ids: Ids) -> npt.NDArray[np.int64]:
        """Position of each of `firm_ids` in the frame, shape (m,); -1 where it is not on the register."""
        if not len(self):
            return np.full(len(firm_ids), -1, dtype=np.int64)
        wanted = np.asarray(firm_ids, dtype="S18")
        found = np.minimum(np.searchsorted(self.firm_id, wanted), len(self) - 1)
        return np.where(self.firm_id[found] == wanted, found, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """
    Columns of dated events, shape (m,) each, in any order.

    Attributes
    ----------
    firm
        Position of the firm in the frame.
    kind
        Index into `EVENT_KINDS`.
    occurred_on
        Day the event became known, datetime64[D].
    ended_on
        Day a listing was lifted, NaT where it was not or cannot be.
    amount
        Amount in yuan where the kind has one, -1 otherwise.
    """

    firm: Integers
    kind: Codes
    occurred_on: Dates
    ended_on: Dates
    amount: Integers

    def __len__(self) -> int:
        return len(self.firm)
