"""
What the register and the dated events said on one day: the arithmetic that all indicators are made of.

A snapshot is closed towards the future. An event is seen from the day it occurred on; an end that lies after the day
reads as not ended; a firm established after the day has no age yet. The columns of the register itself (type, capital,
industry, status) carry no dates: they are taken as the frame has them.

A credit repair 信用修复 restores from its day on: sanctions that it reaches (`REPAIRABLE`) and that occurred up to that
day are seen no more. One that comes on the very day on which listings of the firm were lifted is the repair of those
alone; any other one reaches all that came before.

Periods are counted in days: “the last 365 days” are the 365 days that end with the day itself. Everything is an integer
(days, months, counts, yuan), and every operation (count, sum, greatest) is the same whatever order the events stand in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.registry.codes import EVENT_KINDS, EventKind
from scheduler.registry.frame import Dates, Events, Frame, Integers, Mask

Values: TypeAlias = npt.NDArray[np.int64]

MISSING: Final = int(np.iinfo(np.int64).min)
MOST_YUAN: Final = 10**12  # greater amounts count as this much, so that no sum of amounts can overflow
REPAIRABLE: Final = (
    EventKind.ABNORMAL_LISTING,
    EventKind.UNREACHABLE_LISTING,
    EventKind.SERIOUS_DISHONESTY,
    EventKind.PENALTY,
)  # 市场监督管理信用修复管理办法（国市监信规〔2021〕3号）
_DAYS = 2**24  # more than any number of days since 1970


class Snapshot:
    """
    A frame and its events as of the end of one day.

    Parameters
    ----------
    frame
        The register.
    events
        Dated events in any order; those that occur later are not seen, those of no firm of the frame are dropped.
    as_of
        The day.
    """

    def __init__(self, frame: Frame, events: Events, as_of: date) -> None:
        self.frame: Final = frame
        self.as_of: Final = np.datetime64(as_of.date() if isinstance(as_of, datetime) else as_of, "D")
        seen = (events.occurred_on <= self.as_of) & (events.firm >= 0) & (events.firm < len(frame))
        order = np.flatnonzero(seen)
        order = order[~_repaired(events, order)]
        order = order[np.argsort(events.kind[order], kind="stable")]
        self._firm: Integers = events.firm[order]
        self._occurred_on: Dates = events.occurred_on[order].astype("datetime64[D]")
        self._ended_on: Dates = events.ended_on[order].astype("datetime64[D]")
        self._amount: Integers = events.amount[order]
        self._starts = np.searchsorted(events.kind[order], np.arange(len(EVENT_KINDS) + 1))

    def __len__(self) -> int:
        return len(self.frame)

    def count(self, *kinds: EventKind, days: int | None = None, until_days_ago: int = 0) -> Values:
        """
        Number of events of each firm, shape (n,).

        Parameters
        ----------
        kinds
            Kinds that count.
        days
            Length of the period in days; None for all time.
        until_days_ago
            How many days before the day the period ends.
        """
        total = np.zeros(len(self), dtype=np.int64)
        for part in self._parts(kinds):
            firm = self._firm[part][self._within(part, days, until_days_ago)]
            total += np.bincount(firm, minlength=len(self))
        return total

    def open_listings(self, *kinds: EventKind) -> Values:
        """Number of listings of each firm that were not lifted by the day, shape (n,)."""
        total = np.zeros(len(self), dtype=np.int64)
        for part in self._parts(kinds):
            ended = self._ended_on[part] <= self.as_of  # never true of NaT
            total += np.bincount(self._firm[part][~ended], minlength=len(self))
        return total

    def listed_days(self, *kinds: EventKind, days: int) -> Values:
        """
        Days each firm was listed in the period of `days`, shape (n,); two listings on one day count twice.

        A listing lasts from the day it is made to the day before it is lifted, or to the day itself.
        """
        total = np.zeros(len(self), dtype=np.int64)
        first = self.as_of - np.timedelta64(days - 1, "D")
        after_last = self.as_of + np.timedelta64(1, "D")
        for part in self._parts(kinds):
            ended = np.where(self._ended_on[part] <= self.as_of, self._ended_on[part], after_last)
            lasting = (ended - np.maximum(self._occurred_on[part], first)).astype(np.int64)
            np.add.at(total, self._firm[part], np.maximum(lasting, 0))
        return total

    def total_yuan(self, *kinds: EventKind, days: int) -> Values:
        """Sum of the known amounts in yuan, shape (n,); missing where a firm has events but no amount is known."""
        total = np.zeros(len(self), dtype=np.int64)
        known = np.zeros(len(self), dtype=np.int64)
        for part in self._parts(kinds):
            told = self._within(part, days, 0) & (self._amount[part] >= 0)
            firm = self._firm[part][told]
            np.add.at(total, firm, np.minimum(self._amount[part][told], MOST_YUAN))
            known += np.bincount(firm, minlength=len(self))
        total[(known == 0) & (self.count(*kinds, days=days) > 0)] = MISSING
        return total

    def months_since_last(self, *kinds: EventKind) -> Values:
        """Whole months since the newest event of each firm, shape (n,); missing where there is none."""
        latest = np.full(len(self), MISSING, dtype=np.int64)
        for part in self._parts(kinds):
            np.maximum.at(latest, self._firm[part], self._occurred_on[part].astype(np.int64))
        return self.months_since(latest.astype("datetime64[D]"))  # the integer MISSING is the date NaT

    def newest_rank(self, *kinds: EventKind) -> Values:
        """
        Position in `kinds` of the kind of each firm's newest event, shape (n,); missing where there is none.

        Of several events on the same day the one that stands last in `kinds` counts.
        """
        newest = np.full(len(self), MISSING, dtype=np.int64)
        for rank, kind in enumerate(kinds):
            for part in self._parts((kind,)):
                days = self._occurred_on[part].astype(np.int64)
                np.maximum.at(newest, self._firm[part], days * len(kinds) + rank)
        return np.where(newest == MISSING, MISSING, newest % len(kinds))

    def months_since(self, days: Dates) -> Values:
        """Whole months from each of the dates to the day, shape (n,); missing for NaT and for later dates."""
        months = (self.as_of.astype("datetime64[M]") - days.astype("datetime64[M]")).astype(np.int64)
        day_of_month = days - days.astype("datetime64[M]").astype("datetime64[D]")
        today = self.as_of - self.as_of.astype("datetime64[M]").astype("datetime64[D]")
        months = months - (day_of_month > today)
        known: Mask = days <= self.as_of
        return np.where(known, months, MISSING)

    def _parts(self, kinds: Sequence[EventKind]) -> list[slice]:
        positions = [EVENT_KINDS.index(kind) for kind in kinds]
        return [slice(self._starts[position], self._starts[position + 1]) for position in positions]

    def _within(self, part: slice, days: int | None, until_days_ago: int) -> Mask:
        last = self.as_of - np.timedelta64(until_days_ago, "D")
        within: Mask = self._occurred_on[part] <= last
        if days is not None:
            within &= self._occurred_on[part] > last - np.timedelta64(days, "D")
        return within


def _repaired(events: Events, seen: Integers) -> Mask:
    """Which of the events seen a credit repair has restored, shape of `seen`."""
    kind, firm = events.kind[seen], events.firm[seen]
    occurred = events.occurred_on[seen].astype("datetime64[D]").astype(np.int64)
    ended = events.ended_on[seen].astype("datetime64[D]").astype(np.int64)  # NaT is far below every day
    repair = kind == EVENT_KINDS.index(EventKind.CREDIT_REPAIR)
    if not repair.any():
        return np.zeros(len(seen), dtype=np.bool_)
    reached = np.isin(kind, [EVENT_KINDS.index(code) for code in REPAIRABLE])
    repairs = firm[repair] * _DAYS + occurred[repair]
    lifted = reached & np.isin(firm * _DAYS + ended, repairs) & (ended > MISSING)
    of_all = ~np.isin(repairs, (firm * _DAYS + ended)[lifted])
    latest = np.full(int(firm.max()) + 1, MISSING, dtype=np.int64)
    np.maximum.at(latest, firm[repair][of_all], occurred[repair][of_all])
    return np.asarray(lifted | (reached & (occurred <= latest[firm])))
