"""TOML of fitted cards: one canonical text out, any text that says the same in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.parameters import Parameters, parse_parameters
from scheduler.risk.binning import Axis
from scheduler.risk.card import FORMAT, FittedCard, PointTable
from scheduler.risk.columns import MOST_DECIMALS
from scheduler.risk.indicators import Direction
from scheduler.risk.probabilities import Calibration, calibration_toml

_Whole = Annotated[int, Field(strict=True)]
_Decimals = Annotated[int, Field(strict=True, ge=0, le=MOST_DECIMALS)]
_KIND: Final = "fitted card"


class _BinFile(Parameters):
    points: _Whole
    to: Decimal | None = None
    codes: tuple[str, ...] = ()


class _FeatureFile(Parameters):
    name: str
    direction: Direction = Direction.ANY
    decimals: _Decimals = 0
    missing: _Whole
    bins: Annotated[tuple[_BinFile, ...], Field(min_length=1)]


class _AxisFile(Parameters):
    name: str
    decimals: _Decimals = 0
    bounds: tuple[Decimal, ...] | None = None
    groups: tuple[tuple[str, ...], ...] | None = None


class _PairFile(Parameters):
    axes: Annotated[tuple[_AxisFile, ...], Field(min_length=2, max_length=2)]
    points: tuple[tuple[_Whole, ...], ...]


class _CardFile(Parameters):
    format: Literal[1]
    kind: Literal["fitted card"]
    official: Annotated[bool, Field(strict=True)]
    name: str
    note: str = ""
    base: _Whole
    points_to_double_odds: Annotated[int, Field(strict=True, ge=1)]
    calibration: tuple[tuple[_Whole, _Whole], ...]
    features: tuple[_FeatureFile, ...] = ()
    pairs: tuple[_PairFile, ...] = ()


def parse_card(text: str, name: str) -> FittedCard:
    """
    Reads the TOML text of a fitted card.

    Raises
    ------
    PolicyError
        If the text is not TOML, a key is missing or unknown, bins leave a gap or overlap, points break a direction, …;
        every line names file and place.
    """
    file = parse_parameters(_CardFile, text, name)
    try:
        return FittedCard(
            name=file.name,
            note=file.note,
            base=file.base,
            points_to_double_odds=file.points_to_double_odds,
            tables=(*map(_feature, file.features), *map(_pair, file.pairs)),
            calibration=Calibration(
                least_score=tuple(score for score, _probability in file.calibration),
                probability_micro=tuple(probability for _score, probability in file.calibration),
            ),
            official=file.official,
        )
    except PolicyError as error:
        raise PolicyError("\n".join(f"{name}: {line}" for line in str(error).splitlines())) from error


def card_toml(card: FittedCard) -> str:
    """The one canonical TOML text of a card; `parse_card` reads it back."""
    lines = [
        f"format = {FORMAT}",
        f"kind = {_text(_KIND)}",
        f"official = {_text(card.official)}",
        f"name = {_text(card.name)}",
        f"note = {_text(card.note)}",
        f"base = {card.base}",
        f"points_to_double_odds = {card.points_to_double_odds}",
        f"calibration = {calibration_toml(card.calibration)}",
    ]
    for table in card.tables:
        lines += _feature_lines(table) if len(table.axes) == 1 else _pair_lines(table)
    return "\n".join(lines) + "\n"


def _feature_lines(table: PointTable) -> list[str]:
    axis = table.axes[0]
    lines = ["", "[[features]]", f"name = {_text(axis.name)}", f"direction = {_text(table.direction.value)}"]
    if axis.groups is None:
        lines.append(f"decimals = {axis.decimals}")
        starts = [*(f"to = {_bound(axis, bound)}, " for bound in axis.bounds), ""]
    else:
        starts = [*(f"codes = {_text(list(group))}, " for group in axis.groups), "codes = [], "]
    lines += [f"missing = {table.points[0]}", "bins = ["]
    lines += [f"    {{ {start}points = {p} }}," for start, p in zip(starts, table.points[1:], strict=True)]
    return [*lines, "]"]


def _pair_lines(table: PointTable) -> list[str]:
    lines = ["", "[[pairs]]", "axes = ["]
    for axis in table.axes:
        if axis.groups is None:
            bounds = ", ".join(_bound(axis, bound) for bound in axis.bounds)
            lines.append(f"    {{ name = {_text(axis.name)}, decimals = {axis.decimals}, bounds = [{bounds}] }},")
        else:
            lines.append(f"    {{ name = {_text(axis.name)}, groups = {_text([list(g) for g in axis.groups])} }},")
    width = table.axes[1].num_bins
    rows = [table.points[k : k + width] for k in range(0, len(table.points), width)]
    return [*lines, "]", "points = [", *(f"    {list(row)}," for row in rows), "]"]


def _feature(file: _FeatureFile) -> PointTable:
    points = (file.missing, *(entry.points for entry in file.bins))
    *inner, last = file.bins
    if last.to is not None or last.codes:
        raise PolicyError(
            _("{name}: expected a last bin that takes all others, got one with bounds").format(name=file.name)
        )
    if any(entry.codes for entry in inner) or (not inner and "codes" in last.model_fields_set):
        return PointTable(
            axes=(Axis(name=file.name, groups=tuple(_codes(file.name, entry) for entry in inner)),),
            points=points,
            direction=file.direction,
        )
    bounds = tuple(_units(file.name, entry.to, file.decimals) for entry in inner)
    axis = Axis(name=file.name, decimals=file.decimals, bounds=bounds)
    return PointTable(axes=(axis,), points=points, direction=file.direction)


def _pair(file: _PairFile) -> PointTable:
    axes = []
    for one in file.axes:
        if (one.bounds is None) == (one.groups is None):
            raise PolicyError(_("{name}: expected either bounds or groups").format(name=one.name))
        bounds = tuple(_units(one.name, bound, one.decimals) for bound in one.bounds or ())
        axes.append(Axis(name=one.name, decimals=one.decimals, bounds=bounds, groups=one.groups))
    if any(len(row) != axes[1].num_bins for row in file.points):
        raise PolicyError(
            _("{first} × {second}: expected rows of {wanted} points").format(
                first=axes[0].name, second=axes[1].name, wanted=axes[1].num_bins
            )
        )
    return PointTable(axes=tuple(axes), points=tuple(points for row in file.points for points in row))


def _codes(name: str, entry: _BinFile) -> tuple[str, ...]:
    if not entry.codes or entry.to is not None:
        raise PolicyError(_("{name}: expected codes in every bin but the last").format(name=name))
    return entry.codes


def _units(name: str, bound: Decimal | None, decimals: int) -> int:
    if bound is None or not bound.is_finite():
        raise PolicyError(_("{name}: expected “to”, the greatest value, in every bin but the last").format(name=name))
    units = bound.scaleb(decimals)
    if units != units.to_integral_value():
        raise PolicyError(
            _("{name}: expected bounds of at most {decimals} decimals, got {got}").format(
                name=name, decimals=decimals, got=bound
            )
        )
    return int(units)


def _bound(axis: Axis, bound: int) -> str:
    return f"{Decimal(bound).scaleb(-axis.decimals):f}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # the one character TOML has more against
