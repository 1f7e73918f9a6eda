"""
A fitted card: integer points for the bins of any table's features, for pairs of them, and a table of probabilities.

A card is what `scheduler.risk.training` makes and what a person may edit: TOML in and out. Its score is a sum of
integers found by comparing integers, so it is the same on every machine. A card of the catalogue's indicators becomes a
`Scorecard` with `scorecard_of`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scheduler.errors import PolicyError, TrainingError
from scheduler.i18n import gettext as _
from scheduler.risk.binning import Axis
from scheduler.risk.bins import MOST_BOUND, MOST_POINTS
from scheduler.risk.columns import Column, as_numbers, encode, length_problem, quantise
from scheduler.risk.history import Values
from scheduler.risk.indicators import Direction
from scheduler.risk.probabilities import Calibration

FORMAT: Final = 1
PAIR_SIGN: Final = " × "


@dataclass(frozen=True, slots=True, kw_only=True)
class PointTable:
    """
    Points of the bins of one feature, or of the cells of two.

    Attributes
    ----------
    axes
        One axis or two.
    points
        Points of each bin; of two axes, cell (a, b) stands at a · (bins of the second) + b.
    direction
        How points may move while the amount grows, for one axis.
    """

    axes: tuple[Axis, ...]
    points: tuple[int, ...]
    direction: Direction = Direction.ANY

    @property
    def name(self) -> str:
        """The feature, or both joined by ``×``."""
        return PAIR_SIGN.join(axis.name for axis in self.axes)

    def cells(self, columns: Mapping[str, Column]) -> npt.NDArray[np.int64]:
        """Place in `points` of each row, shape (n,)."""
        cell: npt.NDArray[np.int64] = np.zeros(len(columns[self.axes[0].name]), dtype=np.int64)
        for axis in self.axes:
            column = columns[axis.name]
            cell = cell * axis.num_bins + axis.assign(column.values, column.codes)
        return cell

    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong with the table, each as a sentence that names the place."""
        found: list[str] = []
        if not 1 <= len(self.axes) <= 2 or len({axis.name for axis in self.axes}) < len(self.axes):
            return (_("{name}: expected one feature or two different ones").format(name=self.name),)
        for axis in self.axes:
            found += _axis_problems(axis)
        wanted = int(np.prod([axis.num_bins for axis in self.axes]))
        if len(self.points) != wanted:
            found.append(
                _("{name}: expected {wanted} points, one for each bin, got {got}").format(
                    name=self.name, wanted=wanted, got=len(self.points)
                )
            )
        if any(abs(points) > MOST_POINTS for points in self.points):
            found.append(_("{name}: expected points from −{most} to {most}").format(name=self.name, most=MOST_POINTS))
        if not found and len(self.axes) == 1 and self.direction is not Direction.ANY:
            found += self._direction_problems()
        return tuple(found)

    def _direction_problems(self) -> list[str]:
        sign = 1 if self.direction is Direction.RISING else -1
        return [
            _("{name}: bin {number}: expected {direction} points, got {right} after {left}").format(
                name=self.name, number=number, direction=self.direction, right=right, left=left
            )
            for number, (left, right) in enumerate(pairwise(self.points[1:]), start=2)
            if (right - left) * sign < 0
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCard:
    """
    One fitted card.

    Attributes
    ----------
    name, note
        What people call it, and how it was fitted.
    base
        Score of a row without points.
    points_to_double_odds
        Points that double the odds of a problem.
    tables
        Features, then pairs.
    calibration
        Probability of each score.
    official
        Never true: fitted points are the bureau's own.

    Raises
    ------
    PolicyError
        If anything is wrong; each line names the place.
    """

    name: str
    note: str
    base: int
    points_to_double_odds: int
    tables: tuple[PointTable, ...]
    calibration: Calibration
    official: bool = False

    def __post_init__(self) -> None:
        found = [problem for table in self.tables for problem in table.problems()]
        found += self.calibration.problems()
        # Not by the joined name: a feature may itself be called “a × b”.
        names = [tuple(axis.name for axis in table.axes) for table in self.tables]
        found += [
            _("{name}: is there twice").format(name=PAIR_SIGN.join(name))
            for name in sorted({n for n in names if names.count(n) > 1})
        ]
        if self.official:
            found.append(_("official: expected false (no official points are public), got true"))
        if abs(self.base) > MOST_POINTS:
            found.append(_("base: expected −{most} to {most}, got {got}").format(most=MOST_POINTS, got=self.base))
        if found:
            raise PolicyError("\n".join(found))

    @property
    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """Axes of each feature the card asks for, by name."""
        found: dict[str, tuple[Axis, ...]] = {}
        for table in self.tables:
            for axis in table.axes:
                found[axis.name] = (*found.get(axis.name, ()), axis)
        return found

    def score(self, features: Mapping[str, Sequence[Any] | npt.NDArray[Any]]) -> npt.NDArray[np.int32]:
        """
        Score of each row of a table, shape (n,).

        Parameters
        ----------
        features
            Name → values, as in training; more columns than the card asks for do no harm.

        Raises
        ------
        TrainingError
            If a feature is not there or has texts for numbers or numbers for texts.
        """
        axes = self.axes
        missing = [name for name in axes if name not in features]
        if missing:
            raise TrainingError(_("expected columns {names}, which the card asks for").format(names=", ".join(missing)))
        columns = {name: _column(name, features[name], wanted) for name, wanted in axes.items()}
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise length_problem(lengths)
        num = next(iter(lengths.values())) if lengths else len(next(iter(features.values()), ()))
        return self.score_columns(columns, num)

    def score_columns(self, columns: Mapping[str, Column], num_rows: int) -> npt.NDArray[np.int32]:
        """Score of rows whose columns are in the units of the card, shape (n,)."""
        total = np.full(num_rows, self.base, dtype=np.int32)
        for table in self.tables:
            total += np.array(table.points, dtype=np.int32)[table.cells(columns)]
        return total

    def probability_micro(self, score: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Calibrated probability of a problem, in 10^-6, shape as `score`."""
        return self.calibration.of(score)


def _column(name: str, given: Sequence[Any] | npt.NDArray[Any], axes: tuple[Axis, ...]) -> Column:
    axis = axes[0]
    numbers = as_numbers(name, given)
    if axis.groups is None:
        if numbers is None:
            raise TrainingError(_("column {name}: expected numbers, got texts").format(name=name))
        return Column(name=name, values=quantise(name, numbers, axis.decimals), decimals=axis.decimals)
    codes = tuple(sorted({code for one in axes for group in one.groups or () for code in group}))
    texts: Sequence[Any] = np.asarray(given, dtype=object).tolist()
    values: Values = encode(texts, codes)
    return Column(name=name, values=values, codes=codes)


def _axis_problems(axis: Axis) -> list[str]:
    found = []
    if any(right <= left for left, right in pairwise(axis.bounds)):
        found.append(_("{name}: expected ascending bounds; the bins overlap").format(name=axis.name))
    if any(abs(bound) > MOST_BOUND for bound in axis.bounds):
        found.append(_("{name}: expected bounds up to {most} in size").format(name=axis.name, most=MOST_BOUND))
    codes = [code for group in axis.groups or () for code in group]
    found += [
        _("{name}: code {code} is in two bins: the bins overlap").format(name=axis.name, code=code)
        for code in sorted({code for code in codes if codes.count(code) > 1})
    ]
    return found
