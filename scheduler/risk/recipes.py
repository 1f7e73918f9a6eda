"""
Recipes of indicators: how a column is computed from a snapshot, and the same in words.

A recipe of events says its kinds and its period once; computation and words are both made of them, so that what
`classify indicators` tells is what is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.codes import EventKind as Kind
from scheduler.risk.history import MISSING, Snapshot, Values

YEAR: Final = 365
THREE_YEARS: Final = 1095
QUARTER: Final = 90
LEAST_DORMANT_MONTHS: Final = 36  # younger firms are new, not dormant
LEAST_MISSED_REPORTS: Final = 2  # annual reports not filed in time within three years

INSPECTIONS: Final = (Kind.INSPECTION_CLEAN, Kind.INSPECTION_PROBLEM, Kind.INSPECTION_REFUSED)
LISTINGS: Final = (Kind.ABNORMAL_LISTING, Kind.UNREACHABLE_LISTING)
CHANGES: Final = (Kind.CHANGE_LEGAL_REPRESENTATIVE, Kind.CHANGE_ADDRESS, Kind.CHANGE_NAME, Kind.CHANGE_SCOPE)
_SIGNS_OF_LIFE = (*CHANGES, Kind.EQUITY_PLEDGE, Kind.CREDIT_REPAIR, Kind.INSPECTION_CLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """
    How an indicator is computed.

    Attributes
    ----------
    compute
        Column of values from a snapshot, shape (n,), int64.
    how
        The same in words, English, to be translated; ``{kinds}`` and ``{days}`` stand for the two below.
    kinds, days
        Kinds of events it is computed of, and its period in days; None for all time.
    """

    compute: Callable[[Snapshot], Values]
    how: str
    kinds: tuple[Kind, ...] = ()
    days: int | None = None


def count(*kinds: Kind, days: int | None = None) -> Recipe:
    """Number of events."""
    how = (
        N_("number of events in all time: {kinds}") if days is None else N_("number of events in {days} days: {kinds}")
    )
    return Recipe(compute=lambda snapshot: snapshot.count(*kinds, days=days), how=how, kinds=kinds, days=days)


def open_now(*kinds: Kind) -> Recipe:
    """Number of listings or the like that have not ended."""
    how = N_("number not ended by the day: {kinds}")
    return Recipe(compute=lambda snapshot: snapshot.open_listings(*kinds), how=how, kinds=kinds)


def listed_days(*kinds: Kind, days: int) -> Recipe:
    """Days of being listed."""
    how = N_("days within {days} days on which it lasted: {kinds}")
    return Recipe(compute=lambda snapshot: snapshot.listed_days(*kinds, days=days), how=how, kinds=kinds, days=days)


def total_yuan(*kinds: Kind, days: int) -> Recipe:
    """Sum of amounts."""
    how = N_("sum of the known amounts in {days} days, missing if none is known: {kinds}")
    return Recipe(compute=lambda snapshot: snapshot.total_yuan(*kinds, days=days), how=how, kinds=kinds, days=days)


def months_since(*kinds: Kind) -> Recipe:
    """Months since the newest event."""
    how = N_("whole months since the newest one, missing if there is none: {kinds}")
    return Recipe(compute=lambda snapshot: snapshot.months_since_last(*kinds), how=how, kinds=kinds)


def newest_rank(*kinds: Kind) -> Recipe:
    """Which kind the newest event is of."""
    how = N_("position, from 0, of the newest event's kind among these, missing if there is none: {kinds}")
    return Recipe(compute=lambda snapshot: snapshot.newest_rank(*kinds), how=how, kinds=kinds)


def library(code: str) -> Recipe:
    """Whether the firm is in a special library."""

    def compute(snapshot: Snapshot) -> Values:
        if code not in snapshot.frame.library_codes:
            return np.zeros(len(snapshot), dtype=np.int64)
        bit = np.uint64(snapshot.frame.library_codes.index(code))
        return ((snapshot.frame.libraries >> bit) & np.uint64(1)).astype(np.int64)

    return Recipe(compute=compute, how=N_("1 if the register names the library, 0 if not"))


def _industry(snapshot: Snapshot) -> Values:
    """Digits of the industry code as a number of four, 5211 of F5211 and 5200 of F52; missing without two digits."""
    codes = np.ascontiguousarray(snapshot.frame.industry.astype("S5"))
    digits = codes.view(np.uint8).reshape(len(snapshot), 5)[:, 1:].astype(np.int64) - ord("0")
    is_digit = np.logical_and.accumulate((digits >= 0) & (digits <= 9), axis=1)
    values = np.where(is_digit, digits, 0) @ np.array([1000, 100, 10, 1], dtype=np.int64)
    return np.where(is_digit[:, 1], values, MISSING)


def _capital(snapshot: Snapshot) -> Values:
    capital = snapshot.frame.capital_yuan
    return np.where(capital >= 0, capital, MISSING)


def _problem_percent(snapshot: Snapshot) -> Values:
    visits = snapshot.count(*INSPECTIONS, days=THREE_YEARS)
    problems = snapshot.count(Kind.INSPECTION_PROBLEM, Kind.INSPECTION_REFUSED, days=THREE_YEARS)
    return np.where(visits > 0, problems * 100 // np.maximum(visits, 1), MISSING)


def _complaint_growth(snapshot: Snapshot) -> Values:
    """Growth over the quarter before, in percent of it; a quarter without complaints counts as one with one."""
    now = snapshot.count(Kind.COMPLAINT, days=QUARTER)
    before = snapshot.count(Kind.COMPLAINT, days=QUARTER, until_days_ago=QUARTER)
    return (now - before) * 100 // np.maximum(before, 1)


def _dormant(snapshot: Snapshot) -> Values:
    """
    1 for a firm without a sign of life for three years 僵尸企业, else 0.

    It is at least three years old or of unknown age, missed two annual reports in three years or more, and since then
    changed nothing in the register, pledged no equity, repaired no credit and was not found in order by an inspection.
    """
    age = snapshot.months_since(snapshot.frame.established_on)
    old = (age >= LEAST_DORMANT_MONTHS) | np.isnat(snapshot.frame.established_on)
    missed = snapshot.count(Kind.LATE_ANNUAL_REPORT, days=THREE_YEARS) >= LEAST_MISSED_REPORTS
    signs = snapshot.count(*_SIGNS_OF_LIFE, days=THREE_YEARS)
    return np.asarray(old & missed & (signs == 0)).astype(np.int64)


AGE: Final = Recipe(
    compute=lambda snapshot: snapshot.months_since(snapshot.frame.established_on),
    how=N_("whole months since the day of establishment; missing if that is unknown or yet to come"),
)
CAPITAL: Final = Recipe(compute=_capital, how=N_("as the register has it, in yuan; missing if it has none"))
OBJECT_TYPE: Final = Recipe(
    compute=lambda snapshot: snapshot.frame.object_type.astype(np.int64), how=N_("as the register has it")
)
STATUS: Final = Recipe(
    compute=lambda snapshot: snapshot.frame.status.astype(np.int64), how=N_("as the register has it")
)
INDUSTRY: Final = Recipe(
    compute=_industry, how=N_("code of GB/T 4754-2017 on the register; missing if it has no two digits")
)
NUM_LIBRARIES: Final = Recipe(
    compute=lambda snapshot: np.bitwise_count(snapshot.frame.libraries).astype(np.int64),
    how=N_("number of special libraries that the register names"),
)
PROBLEM_PERCENT: Final = Recipe(
    compute=_problem_percent,
    how=N_("inspections with a problem or refused in {days} days, in percent of all; missing without inspections"),
    kinds=INSPECTIONS,
    days=THREE_YEARS,
)
COMPLAINT_GROWTH: Final = Recipe(
    compute=_complaint_growth,
    how=N_("complaints in {days} days less those of the {days} days before, in percent of these or of one"),
    kinds=(Kind.COMPLAINT,),
    days=QUARTER,
)
DORMANCY: Final = Recipe(
    compute=_dormant,
    how=N_(
        "1 if in {days} days two annual reports or more were late and there was no change, pledge, credit repair or "
        "clean inspection, for firms of three years and older or of unknown age; otherwise 0"
    ),
    kinds=(Kind.LATE_ANNUAL_REPORT, *_SIGNS_OF_LIFE),
    days=THREE_YEARS,
)
