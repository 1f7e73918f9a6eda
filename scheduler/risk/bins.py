"""
Bins and their points: how one indicator of a scorecard turns values into points.

Bins of amounts are told by their greatest value alone, ascending, the last without one; so between them there is
neither a gap nor an overlap. Bins of codes list their codes; the last lists none and takes all others. Bin 0 is always
the bin of the missing value, which no amount falls into.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.i18n import gettext as _
from scheduler.risk.history import MISSING, Values
from scheduler.risk.indicators import Categories, Direction, Unit, find_indicator

Bins: TypeAlias = npt.NDArray[np.uint8]

BIN_CHARACTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_BINS: Final = len(BIN_CHARACTERS)  # the missing bin included
MOST_POINTS: Final = 1_000_000  # so that no score leaves 32 bits
MOST_BOUND: Final = 10**18


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """
    One bin.

    Attributes
    ----------
    points
        Points of the firms in it; more is riskier.
    to
        Greatest value in it; None for the last bin, and for bins of codes.
    codes
        Codes in it, where the indicator has codes; the longest code that covers a value decides.
    """

    points: int
    to: int | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PointScale:
    """
    Points of one indicator.

    Attributes
    ----------
    name
        Name of the indicator.
    missing
        Points of bin 0: firms without a value.
    bins
        Bins 1, 2, …
    direction
        How points may move from bin to bin.
    categories
        Codes of the indicator, None for amounts.
    """

    name: str
    missing: int
    bins: tuple[Bin, ...]
    direction: Direction = Direction.ANY
    categories: Categories | None = None

    @property
    def points(self) -> tuple[int, ...]:
        """Points of bin 0, 1, …"""
        return (self.missing, *(entry.points for entry in self.bins))

    def assign(self, values: Values) -> Bins:
        """Bin of each value, shape (n,)."""
        if self.categories is not None:
            bins = self._code_bins(self.categories)[np.maximum(values, 0)]
        else:
            bounds = np.array([entry.to for entry in self.bins if entry.to is not None], dtype=np.int64)
            bins = (np.searchsorted(bounds, values, side="left") + 1).astype(np.uint8)
        return np.where(values == MISSING, np.uint8(0), bins)

    def describe(self, number: int) -> str:
        """What a bin holds, in words: ``missing``, ``13 to 36``, ``above 36``, ``C13, F51``."""
        if number == 0:
            return _("missing")
        entry = self.bins[number - 1]
        if self.categories is not None:
            return ", ".join(entry.codes) or _("all others")
        below = self.bins[number - 2].to if number > 1 else None
        if below is None and entry.to is None:
            return _("any value")
        if below is None:
            return "0" if entry.to == 0 and self._never_negative() else _("up to {to}").format(to=f"{entry.to:,}")
        if entry.to is None:
            return _("above {below}").format(below=f"{below:,}")
        first, last = f"{below + 1:,}", f"{entry.to:,}"
        return last if first == last else _("{first} to {last}").format(first=first, last=last)

    def _never_negative(self) -> bool:
        indicator = find_indicator(self.name)
        return indicator is not None and indicator.unit is not Unit.PERCENT

    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong with the bins, each as a sentence that names the bin; empty if nothing is."""
        found = [*self._size_problems()]
        if not found:
            found += self._amount_problems() if self.categories is None else self._code_problems(self.categories)
            found += self._direction_problems()
        return tuple(found)

    def _code_bins(self, categories: Categories) -> Bins:
        """Bin of every value an indicator of codes can have; short codes first, so that longer ones override."""
        table = np.full(categories.size, len(self.bins), dtype=np.uint8)
        codes = [(len(code), code, number) for number, entry in enumerate(self.bins, start=1) for code in entry.codes]
        for _length, code, number in sorted(codes):
            covered = categories.values_of(code)
            if covered is not None:
                table[covered.start : covered.stop] = number
        return table

    def _size_problems(self) -> list[str]:
        found = []
        if not 1 <= len(self.bins) < MOST_BINS:
            found.append(_("expected 1 to {most} bins, got {got}").format(most=MOST_BINS - 1, got=len(self.bins)))
        for number, points in enumerate(self.points):
            if abs(points) > MOST_POINTS:
                found.append(
                    _("bin {number}: expected points from −{most} to {most}, got {got}").format(
                        number=number, most=MOST_POINTS, got=points
                    )
                )
        return found

    def _amount_problems(self) -> list[str]:
        found = []
        if any(entry.codes for entry in self.bins):
            found.append(_("expected bins with a greatest value “to”, got codes; this indicator has amounts"))
        if self.bins[-1].to is not None:
            found.append(
                _("expected a last bin without “to”, got one: values above {to} are in no bin").format(
                    to=self.bins[-1].to
                )
            )
        for number, entry in enumerate(self.bins[:-1], start=1):
            if entry.to is None or abs(entry.to) > MOST_BOUND:
                found.append(
                    _("bin {number}: expected “to”, the greatest value in the bin, got {got}").format(
                        number=number, got=entry.to
                    )
                )
        for number, (left, right) in enumerate(pairwise(self.bins), start=2):
            if left.to is not None and right.to is not None and right.to <= left.to:
                found.append(
                    _("bin {number}: expected “to” above {left}, got {right}: the bins overlap").format(
                        number=number, left=left.to, right=right.to
                    )
                )
        return found

    def _code_problems(self, categories: Categories) -> list[str]:
        found, seen = [], dict[str, int]()
        for number, entry in enumerate(self.bins, start=1):
            if entry.to is not None:
                found.append(
                    _("bin {number}: expected codes, got “to”; this indicator has codes").format(number=number)
                )
            if bool(entry.codes) == (number == len(self.bins)):
                found.append(
                    _("bin {number}: expected codes in every bin but the last, which takes all others").format(
                        number=number
                    )
                )
            for code in entry.codes:
                if categories.values_of(code) is None:
                    found.append(_("bin {number}: there is no code {code}").format(number=number, code=code))
                if code in seen:
                    found.append(
                        _("bin {number}: code {code} is in bin {other} already: the bins overlap").format(
                            number=number, code=code, other=seen[code]
                        )
                    )
                seen[code] = number
        return found

    def _direction_problems(self) -> list[str]:
        if self.categories is not None or self.direction is Direction.ANY:
            return []
        sign = 1 if self.direction is Direction.RISING else -1
        wanted = _("points that never fall") if sign > 0 else _("points that never rise")
        return [
            _("bin {number}: expected {wanted} as the value grows ({direction}), got {right} after {left}").format(
                number=number, wanted=wanted, direction=self.direction, right=right.points, left=left.points
            )
            for number, (left, right) in enumerate(pairwise(self.bins), start=2)
            if (right.points - left.points) * sign < 0
        ]
