"""
Refuses to train on what must not be learned from, and names the reason.

Refused are: an outcome that is not 0 or 1, or has one class only; a feature that was known only on the day of the
outcome or later; a constant; an identifier; the officer; a feature that alone tells the outcome (nearly) perfectly,
which is the outcome by another name. What cannot be seen from a table stays the user's duty: whether a column was
filled in after the visit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scheduler.errors import TrainingError
from scheduler.i18n import gettext as _
from scheduler.risk.columns import Column
from scheduler.risk.history import MISSING

LEAST_ROWS: Final = 50
LEAST_OF_A_CLASS: Final = 10
PERFECT: Final = 0.99  # area under the curve of a feature alone
_SMOOTHING: Final = 5.0  # pseudo-rows of each category
_OFFICER = re.compile(
    r"(^|[^a-z])((officer|inspector|sanitarian|examiner)s?|(inspected|checked|visited|examined)[ _-]?by)([^a-z]|$)"
    r"|检查人|执法人|检查员|执法员|监督员|监管员|办案人|主检|协办|检查组|执法证",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"(^|[^a-z])(id|no|nr|num|number|code|uscc|key|licen[cs]e|uuid|guid)([^a-z]|$)|编号|代码|注册号|证号|文号",
    re.IGNORECASE,
)
_DATE = re.compile(r"\s*\d{4}([-/.]|年)\d{1,2}([-/.]|月)\d{1,2}日?([ T].*)?\s*")


def check_outcome(outcome: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """
    Outcome as integers.

    Raises
    ------
    TrainingError
        If it is not 0 or 1 everywhere, has one class only, or too few rows of one.
    """
    values = np.asarray(outcome)
    if values.ndim != 1:
        raise TrainingError(_("outcome: expected one value per row, got {shape}").format(shape=values.shape))
    strange = [value for value in values.tolist() if isinstance(value, str) or value not in (0, 1)][:1]
    if strange:
        raise TrainingError(_("outcome: expected 0 or 1 in every row, got {value!r}").format(value=strange[0]))
    result = values.astype(np.int64)
    ones = int(result.sum())
    if len(result) and ones in (0, len(result)):
        raise TrainingError(
            _("outcome: expected rows with and without a problem, got one class only: {rows} rows of {value}").format(
                rows=len(result), value=int(ones > 0)
            )
        )
    if len(result) < LEAST_ROWS or min(ones, len(result) - ones) < LEAST_OF_A_CLASS:
        raise TrainingError(
            _("outcome: expected {rows} rows or more, {least} of each class, got {zeros} of 0 and {ones} of 1").format(
                rows=LEAST_ROWS, least=LEAST_OF_A_CLASS, zeros=len(result) - ones, ones=ones
            )
        )
    return result


def check_features(
    columns: Sequence[Column],
    outcome: npt.NDArray[np.int64],
    *,
    known_on: Mapping[str, npt.ArrayLike] | None = None,
    outcome_on: npt.ArrayLike | None = None,
    officers: Collection[str] = (),
    allow: Collection[str] = (),
) -> None:
    """
    Looks for leakage in every feature and names all that is found.

    Parameters
    ----------
    known_on
        Days on which values of features became known, by name, shape (n,) each; NaT where there is no value.
    outcome_on
        Day of each outcome, shape (n,); needed with `known_on`.
    officers
        Names or ids of officers, so that a column of them is seen under any name.
    allow
        Features to which identifiers and perfect predictors are not held; never the officer.

    Raises
    ------
    TrainingError
        If anything must not be learned from; one line for each feature.
    """
    found = [] if columns else [_("features: expected at least one column, got none")]
    found += _date_problems(columns, known_on or {}, outcome_on)
    for column in columns:
        reason = _reason(column, outcome, frozenset(officers), column.name in allow)
        if reason:
            found.append(_("column {name}: {reason}").format(name=column.name, reason=reason))
    if found:
        raise TrainingError("\n".join(found))


def constant_columns(columns: Sequence[Column]) -> tuple[str, ...]:
    """Names of features with one value in all rows."""
    return tuple(column.name for column in columns if _constant(column))


def _reason(column: Column, outcome: npt.NDArray[np.int64], officers: frozenset[str], allowed: bool) -> str:
    if len(column) != len(outcome):
        return _("expected {wanted} rows as in the outcome, got {got}").format(wanted=len(outcome), got=len(column))
    if _names_officers(column, officers):
        return _(
            "names the officer, who is never a predictor: a firm's class must not hang on who visits; leave it out"
        )
    if len(column) and np.all(column.values == MISSING):
        return _("has no value in any row; leave it out")
    if _constant(column):
        return _("is constant, so nothing can be learned from it; leave it out")
    if allowed:
        return ""
    if column.codes and all(map(_DATE.fullmatch, column.codes)):
        return _("holds dates as texts; use what a date means for risk, such as the months up to the visit")
    if _identifies(column) and _all_numerals(column):
        return _(
            "looks like an identifier, or like numbers left as texts: nearly every row has its own value; leave it "
            "out, or turn it into numbers"
        )
    if _identifies(column):
        return _("looks like an identifier: nearly every row has its own value; leave it out")
    if _area(column, outcome) >= PERFECT:
        return _("tells the outcome by itself, so it was made of it or after it; leave it out")
    return ""


def _names_officers(column: Column, officers: frozenset[str]) -> bool:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name)
    if _OFFICER.search(plain):
        return True
    return (
        bool(column.codes)
        and bool(officers)
        and sum(c in officers for c in column.codes or ()) * 2 > len(column.codes or ())
    )


def _constant(column: Column) -> bool:
    return bool(np.all(column.values == column.values[0])) if len(column) else True


def _identifies(column: Column) -> bool:
    known = column.values[column.values != MISSING]
    distinct = len(np.unique(known))
    if column.codes is not None:
        return distinct >= LEAST_ROWS and 2 * distinct > len(known)
    if column.decimals or len(known) < LEAST_ROWS:
        return False
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name)
    if _IDENTIFIER.search(plain) and 2 * distinct > len(known):
        return True
    consecutive = int(known.max()) - int(known.min()) < 2 * len(known)
    return distinct == len(known) and consecutive


def _all_numerals(column: Column) -> bool:
    """Whether every text of a category is a number."""
    return bool(column.codes) and all(
        re.fullmatch(r"\s*[-+]?[\d,]*\.?\d+([eE][-+]?\d+)?\s*", c) for c in column.codes or ()
    )


def _area(column: Column, outcome: npt.NDArray[np.int64]) -> float:
    """Area under the curve of one feature alone, in its better direction; categories by their smoothed rates."""
    if column.codes is not None:
        place = np.where(column.values == MISSING, len(column.codes), column.values)
        total, ones = np.bincount(place), np.bincount(place, weights=outcome)
        rate = (ones + _SMOOTHING * outcome.mean()) / (total + _SMOOTHING)
        values: npt.NDArray[Any] = rate[place]
    else:
        values = column.values
    levels, place = np.unique(values, return_inverse=True)
    ones = np.bincount(place, weights=outcome, minlength=len(levels))
    zeros = np.bincount(place, minlength=len(levels)) - ones
    below = np.cumsum(zeros) - zeros
    area = float((ones * (below + zeros / 2)).sum() / (ones.sum() * zeros.sum()))
    return max(area, 1 - area)


def _date_problems(
    columns: Sequence[Column], known_on: Mapping[str, npt.ArrayLike], outcome_on: npt.ArrayLike | None
) -> list[str]:
    if not known_on:
        return []
    if outcome_on is None:
        return [_("outcome_on: expected the day of each outcome, as “known_on” is given")]
    days = np.asarray(outcome_on, dtype="datetime64[D]")
    found = []
    for column in columns:
        if column.name not in known_on:
            continue
        known = np.asarray(known_on[column.name], dtype="datetime64[D]")
        late = known >= days
        if late.any():
            row = int(np.argmax(late))
            found.append(
                _(
                    "column {name}: is dated after the outcome in {rows} rows (first in row {row}: known on {known}, "
                    "outcome on {day}); use values as of a day before"
                ).format(name=column.name, rows=int(late.sum()), row=row + 1, known=known[row], day=days[row])
            )
    return found
