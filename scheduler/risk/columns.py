"""
Columns of any table, turned into integers once, so that nothing later hangs on the comparison of two floats.

An amount becomes a whole number of units of 10^-decimals (12.5 with one decimal is 125); a category becomes its
position in an ascending list of texts; what is missing (None, NaN, empty text) becomes `MISSING`. Rounding to the unit
is one multiplication and one rounding of an IEEE double, which every machine does alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        If columns differ in length, mix texts and numbers, hold infinite or too great numbers, or a direction is
        declared for a column that is not there.
    """
    directions = directions or {}
    unknown = sorted(set(directions) - set(features))
    if unknown:
        raise TrainingError(
            _("directions: expected names of columns, got {names}").format(names=", ".join(map(repr, unknown)))
        )
    columns = tuple(_column(name, values, directions.get(name, Direction.ANY)) for name, values in features.items())
    lengths = {column.name: len(column) for column in columns}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise TrainingError(_("expected columns of one length, got {lengths}").format(lengths=told))
    return columns


def quantise(name: str, values: npt.NDArray[Any], decimals: int) -> Values:
    """
    Amounts as whole units of 10^-decimals, `MISSING` for NaN; halves go to the even neighbour.

    Examples
    --------
    >>> quantise("age", np.array([1.25, 0.375]), 2).tolist()
    [125, 38]
    """
    if values.dtype.kind in "iu" and decimals == 0:
        return values.astype(np.int64)
    amounts = values.astype(np.float64)
    missing = np.isnan(amounts)
    units = np.rint(np.where(missing, 0.0, amounts) * float(10**decimals))
    if not np.all(np.abs(units) <= MOST_UNITS):
        raise TrainingError(
            _("column {name}: expected numbers below {most} in size, got a greater one").format(
                name=name, most=f"{MOST_UNITS // 10**decimals:,}"
            )
        )
    return np.where(missing, MISSING, units.astype(np.int64))


def encode(values: Iterable[Any], codes: Sequence[str]) -> Values:
    """Positions of texts in a list of codes; `MISSING` for missing ones, ``len(codes)`` for texts not in it."""
    places: dict[str, int] = {code: place for place, code in enumerate(codes)}
    texts = [_text(value) for value in values]
    return np.array([MISSING if text is None else places.get(text, len(codes)) for text in texts], dtype=np.int64)


def as_numbers(name: str, values: Sequence[Any] | npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """Values as an array of numbers, missing ones as NaN; None if they are texts."""
    array = values if isinstance(values, np.ndarray) else _array(values)
    if array.ndim != 1:
        raise TrainingError(_("column {name}: expected one value per row").format(name=name))
    if array.dtype.kind == "b":
        return array.astype(np.int64)
    if array.dtype.kind in "iuf":
        return array
    given = [value for value in array.tolist() if value is not None and value != ""]
    if all(isinstance(value, int | float) for value in given):
        return np.array([np.nan if value is None or value == "" else value for value in array.tolist()], dtype=float)
    if any(isinstance(value, int | float) for value in given if value == value):
        raise TrainingError(_("column {name}: expected numbers or texts, got both").format(name=name))
    return None


def _column(name: str, values: Sequence[Any] | npt.NDArray[Any], direction: Direction) -> Column:
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
    if any(isinstance(value, str) or value is None for value in values):
        return np.array(values, dtype=object)
    return np.asarray(values)


def _text(value: Any) -> str | None:
    if value is None or value == "" or value != value:
        return None
    return str(value)


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
