"""
Exact values behind a firm's bins, as the data stand now, and in words. Internal.

A classification keeps bins alone. Values are computed again for its day, so data that came in since may give another
value than the one that was binned: such a value is marked, never hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES
from scheduler.risk.bins import PointScale
from scheduler.risk.catalogue_training import industry_code
from scheduler.risk.explain import PointsLine
from scheduler.risk.history import MISSING
from scheduler.risk.indicators import Unit, find_indicator
from scheduler.risk.words import unit_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactValue:
    """
    Value of one indicator for one firm.

    Attributes
    ----------
    value
        In the indicator's unit; None where it is missing.
    unit
        Unit of the catalogue.
    text
        Value with its unit, or the code, in the active language.
    fits
        Whether it lies in the bin that the classification put the firm into.
    """

    value: int | None
    unit: str
    text: str
    fits: bool


def exact_value(scale: PointScale, line: PointsLine, value: int) -> ExactValue:
    """The value of a line of points; `value` may be `MISSING`."""
    indicator = find_indicator(scale.name)
    unit = indicator.unit if indicator else Unit.COUNT
    return ExactValue(
        value=None if value == MISSING else value,
        unit=str(unit),
        text=_text(scale.name, unit, value),
        fits=int(scale.assign(np.array([value], dtype=np.int64))[0]) == line.bin,
    )


def shown_value(values: Mapping[str, ExactValue], name: str) -> str:
    """Text of a value as a table shows it; a dash where the firm is no longer on the register."""
    found = values.get(name)
    if found is None:
        return "–"
    return found.text if found.fits else _("{value} (the data changed since)").format(value=found.text)


def _text(name: str, unit: Unit, value: int) -> str:
    if value == MISSING:
        return _("missing")
    if unit is Unit.CODE:
        if name == "industry":
            return industry_code(value, 4) or f"{value:04d}"
        codes = {"object_type": OBJECT_TYPES, "status": FIRM_STATUSES}.get(name)
        return label(str(codes[value]), _) if codes else str(value)
    if unit is Unit.COUNT:
        return f"{value:,}"
    return f"{value:,} %" if unit is Unit.PERCENT else f"{value:,} {unit_words(unit)}"
