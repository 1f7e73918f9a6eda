"""
Figures that bind the bureau, each with its target and its source, and where a year stands against them.

Which figures there are is data (`data/plan-figures.toml`). What inspections tell is set against its target in exact
numbers; figures of other systems are listed without a standing.
"""

from __future__ import annotations

from dataclasses import dataclass
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
        ``drawn`` or ``library`` where inspections tell the figure; otherwise empty.
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
class FigureStanding:
    """
    Where a year stands against a figure.

    Attributes
    ----------
    due
        Target of the year, in the figure's unit.
    num_reached, num_all
        Firms that count for it, and those that should; both None where inspections do not tell it.
    """

    figure: PlanFigure
    due: Decimal
    num_reached: int | None = None
    num_all: int | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where inspections do not tell it, or there is nobody to inspect."""
        if self.num_reached is None or not self.num_all:
            return None
        return 100 * self.num_reached >= self.due * self.num_all
