"""
The planner's limits, as the policy file states them.

Ratios, floors, ceilings and hours are the bureau's own choices, except where `source` names a rule; none is presented
as official otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from pydantic import Field, model_validator

from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.parameters import Parameters, Ratio
from scheduler.registry.codes import ObjectType, RoundKind


class TargetPolicy(Parameters):
    """The binding share of enterprises drawn for general items in the year."""

    ratio: Ratio
    object_types: tuple[ObjectType, ...] = (ObjectType.ENTERPRISE,)
    not_counting: tuple[str, ...] = ()  # tasks whose visits do not count towards T although they hold a general item
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
    weight: int = Field(
        default=1, ge=0
    )  # its part of what the rounds of its kind draw of T, against the others' weights

    @model_validator(mode="after")
    def _ordered(self) -> RoundPolicy:
        if self.starts_on > self.ends_on:
            raise ValueError(_("expected a round that starts before it ends"))
        if self.kind is RoundKind.EXTERNAL:
            raise ValueError(_("expected an open or targeted round; lists drawn elsewhere are imported"))
        return self


class RatesException(Parameters):
    """
    Other rates for some strata: those that fit every list that is not empty.

    A stratum fits `tasks` if its firms can be visited for one of them. A step is between tiers of the whole city, so
    an exception that names districts has none.
    """

    object_types: tuple[ObjectType, ...] = ()
    tiers: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    floor: Ratio | None = None
    ceiling: Ratio | None = None
    step: Ratio | None = None
    tolerance: Ratio | None = None
    least_cell: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _steps_are_of_the_city(self) -> RatesException:
        if self.districts and self.step is not None:
            raise ValueError(_("expected a step for all districts, got an exception with districts and a step"))
        return self

    def fits(self, object_type: ObjectType, tier: str, district: str, task_ids: Collection[str]) -> bool:
        """Whether a stratum is meant; the city as a whole is the district ``""``."""
        return (
            _fits(self.object_types, object_type)
            and _fits(self.tiers, tier)
            and _fits(self.districts, district)
            and (not self.tasks or not set(self.tasks).isdisjoint(task_ids))
        )


class Rates(NamedTuple):
    """Bounds of one stratum's yearly rate, and what it is compared by."""

    floor: Decimal
    ceiling: Decimal
    step: Decimal
    tolerance: Decimal
    least_cell: int


class RatesPolicy(Parameters):
    """
    Bounds on the yearly rates of discretionary visits in targeted rounds, per object type and tier.

    `floor` and `ceiling` map tier codes to ratios; `step` is the least difference between the rates of neighbouring
    tiers; `tolerance` bounds how far a district's rate may lie from the city's for the same tier, type and set of
    tasks, where the stratum has at least `least_cell` firms. `exceptions` change them for some strata; where several
    fit, the last one that states a figure counts.
    """

    floor: dict[str, Ratio]
    ceiling: dict[str, Ratio]
    step: Ratio = Decimal(0)
    tolerance: Ratio = Decimal("0.02")
    least_cell: int = Field(default=30, ge=1)
    exceptions: tuple[RatesException, ...] = ()

    def of(self, object_type: ObjectType, tier: str, district: str, task_ids: Collection[str]) -> Rates:
        """
        Rates of a stratum; of a class of the whole city with the district ``""``.

        Raises
        ------
        PolicyError
            If the floor that counts for it lies above the ceiling.
        """
        found: dict[str, Any] = {
            "floor": self.floor[tier],
            "ceiling": self.ceiling[tier],
            "step": self.step,
            "tolerance": self.tolerance,
            "least_cell": self.least_cell,
        }
        for entry in self.exceptions:
            if entry.fits(object_type, tier, district, task_ids):
                stated = {name: getattr(entry, name) for name in found}
                found |= {name: value for name, value in stated.items() if value is not None}
        if found["floor"] > found["ceiling"]:
            raise PolicyError(
                _(
                    "rates of {object_type}, tier {tier}, tasks {tasks} in {district}: expected a floor up to the "
                    "ceiling {ceiling}, got {floor}; change rates.exceptions"
                ).format(
                    object_type=object_type,
                    tier=tier,
                    tasks="+".join(task_ids),
                    district=district or _("all districts"),
                    ceiling=found["ceiling"],
                    floor=found["floor"],
                )
            )
        return Rates(**found)

    @model_validator(mode="after")
    def _floors_below_ceilings(self) -> RatesPolicy:
        for tier in sorted(set(self.floor) & set(self.ceiling)):
            if self.floor[tier] > self.ceiling[tier]:
                raise ValueError(
                    _("tier {tier}: expected a floor up to the ceiling {ceiling}, got {floor}").format(
                        tier=tier, ceiling=self.ceiling[tier], floor=self.floor[tier]
                    )
                )
        return self


class CapacityException(Parameters):
    """
    Other figures for the officers of some districts and departments; an empty list means all of them.

    Where several fit, the last one that states a figure counts. Hours per journey are those of the firm's district.
    """

    districts: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    hours_per_officer: Decimal | None = Field(default=None, ge=0)
    reserve: Ratio | None = None
    hours_per_journey: Decimal | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _journeys_are_of_districts(self) -> CapacityException:
        if self.departments and self.hours_per_journey is not None:
            raise ValueError(_("expected hours_per_journey for districts, which a visit has one of, got departments"))
        return self


class CapacityChange(Parameters):
    """
    Officer-hours that a district has more, or fewer, than its roster gives: seconded, trained, or lent for the year.

    An empty department or speciality means all officers; without a round the hours are shared out over all rounds by
    their days. Naming a department or speciality makes its hours bind.
    """

    district: str
    department: str = ""
    speciality: str = ""
    round: int | None = Field(default=None, ge=1)
    hours: Decimal


class CapacityPolicy(Parameters):
    """
    Officers' time: hours a year one officer can give, the share kept in reserve, and what a visit costs.

    `distinguish` says whether hours bind for each department and each speciality too, or only for all officers of a
    district together. `neighbours` maps a district to those that may lend it officers; an hour lent costs
    `lending_cost` expected findings. The bureau's own officers serve everywhere and cost nothing extra.
    """

    hours_per_officer: Decimal = Field(ge=0)
    reserve: Ratio = Decimal("0.10")
    hours_per_journey: Decimal = Field(ge=0)
    officers_per_visit: int = Field(default=2, ge=2)
    cost_per_hour: Decimal = Field(default=Decimal("0.001"), ge=0)  # expected findings one officer-hour is worth
    distinguish: tuple[Literal["department", "speciality"], ...] = ()
    neighbours: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    lending_cost: Decimal = Field(default=Decimal("0.002"), ge=0)
    exceptions: tuple[CapacityException, ...] = ()
    changes: tuple[CapacityChange, ...] = ()

    @model_validator(mode="after")
    def _no_neighbour_of_itself(self) -> CapacityPolicy:
        for district, lenders in sorted(self.neighbours.items()):
            if district in lenders or len(set(lenders)) != len(lenders):
                raise ValueError(
                    _("neighbours of {district}: expected other districts, each once, got {lenders}").format(
                        district=district, lenders=", ".join(lenders)
                    )
                )
        return self

    def of_officers(self, district: str, department: str) -> tuple[Decimal, Decimal]:
        """Hours a year and reserve of the officers of a department in a district."""
        hours, reserve = self.hours_per_officer, self.reserve
        for entry in self.exceptions:
            if _fits(entry.districts, district) and _fits(entry.departments, department):
                hours = hours if entry.hours_per_officer is None else entry.hours_per_officer
                reserve = reserve if entry.reserve is None else entry.reserve
        return hours, reserve

    def journey(self, district: str) -> Decimal:
        """Hours of one officer's journey to a firm of a district."""
        found = [
            entry.hours_per_journey
            for entry in self.exceptions
            if entry.hours_per_journey is not None and _fits(entry.districts, district)
        ]
        return found[-1] if found else self.hours_per_journey


def _fits(names: tuple[str, ...], name: str) -> bool:
    """Whether a list that may be empty, for all, has a name."""
    return not names or name in names


class VisitsPolicy(Parameters):
    """
    What spares a firm a discretionary visit in targeted rounds; full coverage is owed all the same.

    `yearly_cap` is the number of visits of any kind, lists drawn elsewhere and checks for cause included, from which on
    a firm is left out; a firm has at most one discretionary visit a year in any case. `lookback_months` leaves out
    firms that were inspected so many months before the base date, or later; open rounds draw them like everybody, so
    that nobody is exempt. Tiers in `lookback_except` are never left out. To lower the rate of such firms instead, give
    the scorecard's months since the last inspection points: the tier has the rate.
    """

    yearly_cap: int | None = Field(default=None, ge=1)
    lookback_months: int = Field(default=0, ge=0, le=120)
    lookback_except: tuple[str, ...] = ()


class PrecisionPolicy(Parameters):
    """
    Greatest expected standard error of the year's estimated violation rate, by tier and by district; none by default.

    It is asked of firms of `object_types` (`scheduler.allocation.precision`).
    """

    tiers: Mapping[str, Ratio] = Field(default_factory=dict)
    districts: Mapping[str, Ratio] = Field(default_factory=dict)
    object_types: tuple[ObjectType, ...] = (ObjectType.ENTERPRISE,)

    @model_validator(mode="after")
    def _above_nothing(self) -> PrecisionPolicy:
        for name, error in (*self.tiers.items(), *self.districts.items()):
            if not error:
                raise ValueError(
                    _("{name}: expected a standard error above 0, which only full coverage has, got 0").format(
                        name=name
                    )
                )
        return self


class TiersPolicy(Parameters):
    """Tiers from low to high risk, and the findings expected of a visit for one task until a model is trained."""

    codes: tuple[str, ...]
    expected_findings: dict[str, Ratio]
