"""
The planner's limits, as the policy file states them.

Ratios, floors, ceilings and hours are the bureau's own choices, except where `source` names a rule; none is presented
as official otherwise.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field, model_validator

from scheduler.parameters import Parameters, Ratio
from scheduler.registry.codes import ObjectType, RoundKind


class TargetPolicy(Parameters):
    """The binding share of enterprises drawn for general items in the year."""

    ratio: Ratio
    object_types: tuple[ObjectType, ...] = (ObjectType.ENTERPRISE,)
    open_share: Ratio = Decimal("0.25")  # share of T drawn in the open rounds
    full_coverage_share: Ratio = Decimal("0.20")  # greatest share of T that full-coverage visits may fill
    source: str = ""
    national_floor: Ratio = Decimal("0.03")  # 企业公示信息抽查办法 (2025) 第四条: 不少于3%的企业 a year


class RoundPolicy(Parameters):
    """One round of the year."""

    number: int = Field(ge=1)
    kind: RoundKind
    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def _ordered(self) -> RoundPolicy:
        if self.starts_on > self.ends_on:
            raise ValueError("expected a round that starts before it ends")
        if self.kind is RoundKind.EXTERNAL:
            raise ValueError("expected an open or targeted round; lists drawn elsewhere are imported")
        return self


class RatesPolicy(Parameters):
    """
    Bounds on the yearly rates of discretionary visits in targeted rounds, per object type and tier.

    `floor` and `ceiling` map tier codes to ratios; `step` is the least difference between the rates of neighbouring
    tiers; `tolerance` bounds how far a district's rate may lie from the city's for the same tier, type and set of
    tasks, where the stratum has at least `least_cell` firms.
    """

    floor: dict[str, Ratio]
    ceiling: dict[str, Ratio]
    step: Ratio = Decimal(0)
    tolerance: Ratio = Decimal("0.02")
    least_cell: int = Field(default=30, ge=1)

    @model_validator(mode="after")
    def _floors_below_ceilings(self) -> RatesPolicy:
        for tier in sorted(set(self.floor) & set(self.ceiling)):
            if self.floor[tier] > self.ceiling[tier]:
                raise ValueError(
                    f"tier {tier}: expected a floor up to the ceiling {self.ceiling[tier]}, got {self.floor[tier]}"
                )
        return self


class CapacityPolicy(Parameters):
    """Officers' time: hours a year one officer can give, the share kept in reserve, and what a visit costs."""

    hours_per_officer: Decimal = Field(ge=0)
    reserve: Ratio = Decimal("0.10")
    hours_per_journey: Decimal = Field(ge=0)
    officers_per_visit: int = Field(default=2, ge=2)
    cost_per_hour: Decimal = Field(default=Decimal("0.001"), ge=0)  # expected findings one officer-hour is worth


class TiersPolicy(Parameters):
    """Tiers from low to high risk, and the findings expected of a visit for one task until a model is trained."""

    codes: tuple[str, ...]
    expected_findings: dict[str, Ratio]
