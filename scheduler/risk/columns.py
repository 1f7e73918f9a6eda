"""
Columns of any table, turned into integers once, so that nothing later hangs on the comparison of two floats.

An amount becomes a whole number of units of 10^-decimals (12.5 with one decimal is 125); a category becomes its
position in an ascending list of texts; what is missing (None, NaN, empty text) becomes `MISSING`. Rounding to the unit
is one multiplication and one rounding of an IEEE double, which every machine does alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.errors import TrainingError
from scheduler.i18n import gettext as _
from scheduler.risk.history import MISSING, Values
from scheduler.risk.indicators import Direction

Floats: TypeAlias = npt.NDArray[np.float64]

MOST_DECIMALS: Final = 6
SIGNIFICANT_STEPS: Final = 10_000  # a unit is at most this fraction of the middle 90 % of the values
MOST_UNITS: Final = 10**15  # doubles hold whole numbers up to here exactly
MOST_WHOLE: Final = 10**18  # integers need no double, but bounds of bins end here
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMBERS = (int, float, Decimal, np.number, np.bool_)
_DATES = (date, time, timedelta, np.datetime64, np.timedelta64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    One feature as integers.

    Attributes
    ----------
    name
        Its name.
    values
        Units of 10^-decimals, or positions in `codes`; `MISSING` where there is none, shape (n,).
    decimals
        Digits behind the decimal point of an amount.
    codes
        Texts of a category, ascending; None for amounts.
    direction
        How risk may move while an amount grows; `Direction.ANY` leaves it to the data.
    """

    name: str
    values: Values
    decimals: int = 0
    codes: tuple[str, ...] | None = None
    direction: Direction = Direction.ANY

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: npt.NDArray[np.integer[Any]]) -> Column:
        """The same feature of some rows."""
        return Column(
            name=self.name,
            values=self.values[rows],
            decimals=self.decimals,
            codes=self.codes,
            direction=self.direction,
        )


def make_columns(
    features: Mapping[str, Sequence[Any] | npt.NDArray[Any]], directions: Mapping[str, Direction] | None = None
) -> tuple[Column, ...]:
    """
    Columns of a table, in its order.

    Parameters
    ----------
    features
        Name → values: numbers (None or NaN where missing), or texts (None or "" where missing).
    directions
        How risk may move with some of the amounts.

    Raises
    ------
    TrainingError
        If a name is no text in one line, columns differ in length, mix texts and numbers, hold dates or anything else
        that is neither, infinite or too great numbers, or a direction is declared for a column that is not there.
    """
    directions = directions or {}
    _check_names(features)
    unknown = sorted(set(directions) - set(features))
    if unknown:
        raise TrainingError(
            _("directions: expected names of columns, got {names}").format(names=", ".join(map(repr, unknown)))
        )
    columns = tuple(_column(name, values, directions.get(name, Direction.ANY)) for name, values in features.items())
    lengths = {column.name: len(column) for column in columns}
    if len(set(lengths.values())) > 1:
        raise length_problem(lengths)
    return columns


def length_problem(lengths: Mapping[str, int]) -> TrainingError:
    """What is wrong with columns of these lengths."""
    told = ", ".join(f"{name} {length}" for name, length in lengths.items())
    return TrainingError(_("expected columns of one length, got {lengths}").format(lengths=told))


def quantise(name: str, values: npt.NDArray[Any], decimals: int) -> Values:
    """
    Amounts as whole units of 10^-decimals, `MISSING` for NaN; halves go to the even neighbour.

    Examples
    --------
    >>> quantise("age", np.array([1.25, 0.375]), 2).tolist()
    [125, 38]
    """
    if values.dtype.kind in "iu" and decimals == 0:
        if len(values) and not -MOST_WHOLE <= int(values.min()) <= int(values.max()) <= MOST_WHOLE:
            raise _too_great(name, MOST_WHOLE)
        return values.astype(np.int64)
    amounts = values.astype(np.float64)
    missing = np.isnan(amounts)
    units = np.rint(np.where(missing, 0.0, amounts) * float(10**decimals))
    if not np.all(np.abs(units) <= MOST_UNITS):
        raise _too_great(name, MOST_UNITS // 10**decimals)
    return np.where(missing, MISSING, units.astype(np.int64))


def encode(values: Iterable[Any], codes: Sequence[str]) -> Values:
    """Positions of texts in a list of codes; `MISSING` for missing ones, ``len(codes)`` for texts not in it."""
    places: dict[str, int] = {code: place for place, code in enumerate(codes)}
    texts = [_text(value) for value in values]
    return np.array([MISSING if text is None else places.get(text, len(codes)) for text in texts], dtype=np.int64)


def as_numbers(name: str, values: Sequence[Any] | npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """
    Values as an array of numbers, missing ones as NaN; None if they are texts.

    Raises
    ------
    TrainingError
        If they are neither, or both.
    """
    array = values if isinstance(values, np.ndarray) else _array(values)
    if array.ndim != 1 or isinstance(values, str | bytes):
        raise TrainingError(_("column {name}: expected one value per row").format(name=name))
    if array.dtype.kind == "b":
        return array.astype(np.int64)
    if array.dtype.kind in "iuf":
        return array
    given = [value for value in array.tolist() if not _is_missing(value)]
    _check_kinds(name, array, given)
    numbers = [isinstance(value, _NUMBERS) for value in given]
    if all(numbers):
        return np.array([np.nan if _is_missing(value) else float(value) for value in array.tolist()])
    if any(numbers):
        raise TrainingError(_("column {name}: expected numbers or texts, got both").format(name=name))
    return None


def _check_names(features: Mapping[str, Any]) -> None:
    names = list(features) if hasattr(features, "items") else None  # a DataFrame has names and items, too
    if names is None:
        raise TrainingError(
            _("features: expected names and their columns, got {kind}").format(kind=type(features).__name__)
        )
    for name in names:
        if not isinstance(name, str) or not name.strip() or _CONTROL.search(name):
            raise TrainingError(
                _("features: expected a name of one line of text for every column, got {name!r}").format(name=name)
            )


def _check_kinds(name: str, array: npt.NDArray[Any], given: Sequence[Any]) -> None:
    """Refuses values that are neither numbers nor texts."""
    if array.dtype.kind in "mM" or any(isinstance(value, _DATES) for value in given):
        raise TrainingError(
            _(
                "column {name}: expected numbers or texts, got dates; use what a date means for risk, such as the "
                "months up to the visit"
            ).format(name=name)
        )
    strange = next((value for value in given if not isinstance(value, str | int | float | Decimal | np.number)), None)
    if strange is not None or array.dtype.kind == "c":
        kind = "complex" if strange is None else type(strange).__name__
        raise TrainingError(_("column {name}: expected numbers or texts, got {kind}").format(name=name, kind=kind))
    torn = next((value for value in given if isinstance(value, str) and _SURROGATE.search(value)), None)
    if torn is not None:
        raise TrainingError(
            _("column {name}: expected texts of whole characters, got {value!r}; mend its encoding").format(
                name=name, value=torn[:60]
            )
        )


def _too_great(name: str, most: int) -> TrainingError:
    return TrainingError(
        _("column {name}: expected numbers below {most} in size, got a greater one").format(name=name, most=f"{most:,}")
    )


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value == "") or (isinstance(value, float) and value != value)


def _column(name: str, values: Sequence[Any] | npt.NDArray[Any], direction: Direction) -> Column:
    if isinstance(values, np.ma.MaskedArray):
        values = [None if hidden else one for one, hidden in zip(values.data, np.ma.getmaskarray(values), strict=True)]
    elif not hasattr(values, "__len__"):  # of an iterator there is one reading only
        values = list(values)
    numbers = as_numbers(name, values)
    if numbers is None:
        if direction is not Direction.ANY:
            raise TrainingError(
                _("column {name}: expected amounts, as a direction is declared, got texts").format(name=name)
            )
        texts = [_text(value) for value in values]
        codes = tuple(sorted({text for text in texts if text is not None}))
        return Column(name=name, values=encode(texts, codes), codes=codes)
    decimals = _decimals(numbers)
    return Column(name=name, values=quantise(name, numbers, decimals), decimals=decimals, direction=direction)


def _array(values: Sequence[Any]) -> npt.NDArray[Any]:
    """Numbers as numpy takes them, anything else untouched: numpy would make texts of a mixture."""
    values = list(values)
    if values and all(isinstance(value, int | float | np.number) for value in values):
        found = np.asarray(values)
        if found.dtype.kind in "biuf":
            return found
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _text(value: Any) -> str | None:
    return None if _is_missing(value) else str(value)


def _decimals(numbers: npt.NDArray[Any]) -> int:
    """Fewest decimals that keep the values apart as far as bins need it."""
    if numbers.dtype.kind in "iu":
        return 0
    known = np.sort(numbers[np.isfinite(numbers)])
    if not len(known) or np.all(known == np.rint(known)):
        return 0
    spread = float(known[int(0.95 * (len(known) - 1))] - known[int(0.05 * (len(known) - 1))])
    for decimals in range(1, MOST_DECIMALS):
        if spread * float(10**decimals) >= SIGNIFICANT_STEPS:
            return decimals
    return MOST_DECIMALS
