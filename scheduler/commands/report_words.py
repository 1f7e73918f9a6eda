"""Names and rates as the report's tables and pictures write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from scheduler.i18n import gettext as _
from scheduler.labels import industry_label, label
from scheduler.publication.tables import Share
from scheduler.results.figures import PlanFigure
from scheduler.workflow.estimates import Estimate

LEVEL = "95 %"  # of all intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """
    Names that a report's tables need.

    Attributes
    ----------
    english
        Whether names come in English.
    districts, items
        Names of districts and items by code.
    """

    english: bool
    districts: Mapping[str, str]
    items: Mapping[str, str] = field(default_factory=dict)

    def figure(self, figure: PlanFigure) -> str:
        """Name of a figure, with its number in the plan."""
        name = figure.name_en if self.english else figure.name
        return f"{figure.number}. {name}" if figure.number else name

    def unit(self, figure: PlanFigure) -> str:
        """Unit of a figure."""
        return (figure.unit_en or figure.unit) if self.english else figure.unit

    def amount(self, figure: PlanFigure, number: Decimal, *, at_most: bool = False) -> str:
        """A number in the figure's unit; as its target, with “at most” where it must not be exceeded."""
        told = f"{number.normalize():f} {self.unit(figure)}"
        return _("at most {figure}").format(figure=told) if at_most and figure.at_most else told

    def district(self, code: str) -> str:
        """Name of a district."""
        return self.districts.get(code) or label(code, _)

    def group(self, estimate: Estimate) -> str:
        """Name of the group of an estimate."""
        if estimate.group == "district":
            return self.district(estimate.code)
        if estimate.group == "industry":
            return industry_label(estimate.code, _)
        if estimate.group == "item":
            return f"{estimate.code} {self.items.get(estimate.code, '')}".strip()
        return estimate.code or _("All")


def rate_cells(one: Estimate) -> tuple[Share | None, Share | None, Share | None]:
    """Rate and interval of an estimate."""
    if one.rate is None or one.low is None or one.high is None:
        return None, None, None
    return Share(one.rate), Share(one.low), Share(one.high)
