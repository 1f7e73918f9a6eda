"""
Figures that bind the bureau, each with its target and its source, and where a year stands against them.

Which figures there are is data (`data/plan-figures.toml`). What inspections tell is set against its target in exact
numbers; figures of other systems are set against what people enter, which has a day and a source.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from scheduler.parameters import Parameters, parse_parameters

PERCENT = "%"


class PlanFigure(Parameters):
    """
    One figure.

    Attributes
    ----------
    number
        Number in the plan's table of indicators; empty where the plan's text or a rule binds.
    start, target
        What was reached in `start_year`, and what must be reached from `target_year` on (at once where it is 0).
    path
        Years between have targets on a straight line; a reading aid that no source states.
    at_most
        The target must not be exceeded.
    measure
        ``drawn`` or ``library`` where inspections tell the figure; otherwise empty, and values are entered.
    public
        Whether a value that is entered may stand in a public report.
    """

    number: str = ""
    name: str
    name_en: str
    unit: str
    unit_en: str = ""
    start: Decimal | None = Field(default=None, alias="from")
    target: Decimal = Field(alias="to")
    start_year: int = Field(default=0, alias="from_year")
    target_year: int = Field(default=0, alias="to_year")
    path: bool = False
    at_most: bool = False
    measure: Literal["", "drawn", "library"] = ""
    library: str = ""
    public: bool = False
    source: str

    @model_validator(mode="after")
    def _complete(self) -> PlanFigure:
        if self.path and (self.start is None or not 0 < self.start_year < self.target_year):
            raise ValueError("expected a path from one year to a later one, with the figure of the first")
        if bool(self.library) != (self.measure == "library"):
            raise ValueError("expected a library where, and only where, the measure is one")
        if self.measure and self.unit != PERCENT:
            raise ValueError("expected per cent for what inspections tell")
        return self

    @property
    def code(self) -> str:
        """What values are stored by: the number in the plan, or the name of a figure without one."""
        return self.number or self.name

    def due(self, year: int) -> Decimal:
        """
        Target of a year.

        Examples
        --------
        >>> figure = PlanFigure.model_validate(
        ...     {"name": "抽查比例", "name_en": "Ratio", "unit": "%", "from": 7, "to": 8, "from_year": 2020,
        ...      "to_year": 2025, "path": True, "source": "plan"})
        >>> [str(figure.due(year)) for year in (2019, 2020, 2022, 2025, 2030)]
        ['7', '7', '7.4', '8', '8']
        """
        if not self.path or self.start is None or year >= self.target_year:
            return self.target
        passed = max(0, year - self.start_year)
        return self.start + (self.target - self.start) * passed / (self.target_year - self.start_year)


class PlanFigures(Parameters):
    """All of `plan-figures.toml`."""

    format: int = Field(ge=1, le=1)
    figures: tuple[PlanFigure, ...]


def parse_plan_figures(text: str, name: str) -> tuple[PlanFigure, ...]:
    """Reads the text of a file such as `plan-figures.toml`; raises `PolicyError` naming every bad key."""
    return parse_parameters(PlanFigures, text, name).figures


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureValue:
    """
    What somebody entered of a figure.

    Attributes
    ----------
    figure
        Code of the figure.
    as_of
        Last day that the value tells of; it belongs to this day's year.
    version
        The how-many-th value of this figure and day: the newest holds.
    value
        In the figure's unit.
    source
        Where it was taken from.
    reason
        Why it takes the place of another of the same day; empty for the first.
    recorded_on, author
        When it was entered, and by whom.
    """

    figure: str
    as_of: date
    version: int
    value: Decimal
    source: str
    reason: str
    recorded_on: date
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureStanding:
    """
    Where a year stands against a figure.

    Attributes
    ----------
    due
        Target of the year, in the figure's unit.
    num_reached, num_all
        Firms that count for it, and those that should; both None where inspections do not tell it.
    value, as_of, told_by
        The newest value of the year that was entered, the day it tells of, and its source; None and empty for none.
    """

    figure: PlanFigure
    due: Decimal
    num_reached: int | None = None
    num_all: int | None = None
    value: Decimal | None = None
    as_of: date | None = None
    told_by: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where nothing tells it, or there is nobody to inspect."""
        if self.value is not None:
            return self.value <= self.due if self.figure.at_most else self.value >= self.due
        if self.num_reached is None or not self.num_all:
            return None
        return 100 * self.num_reached >= self.due * self.num_all
