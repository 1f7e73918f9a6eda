"""
Parameters of the made-up city, as `data/examples/weihai.toml` states them.

Weights are whole numbers that need not add up to anything; shares, rates and chances are decimals of at most six
digits; log-odds and slopes are whole hundredths. So everything stays in integers.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, model_validator

from scheduler.parameters import Parameters, Ratio, parse_parameters
from scheduler.registry.codes import EventKind, FirmStatus, ItemKind, ItemMethod, ObjectType, ResultCategory

Code = TypeVar("Code", bound=str)


def _some_weight(weights: dict[Code, int]) -> dict[Code, int]:
    if not sum(weights.values()):
        raise ValueError("expected at least one weight above zero")
    return weights


Weight = Annotated[int, Field(ge=0)]
Weights = Annotated[dict[Code, Weight], AfterValidator(_some_weight)]
Word = Annotated[str, Field(min_length=1)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]
Registrar = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Industry = Annotated[str, Field(pattern=r"^[A-T][0-9]{0,4}$")]


class AgeBin(Parameters):
    """Firms whose age at the base date lies between two numbers of years."""

    start: int = Field(ge=0, alias="from")
    stop: int = Field(alias="to", le=60)
    weight: int = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> AgeBin:
        if self.start >= self.stop:
            raise ValueError(f"expected an age from less than to, got {self.start} and {self.stop}")
        return self


class CapitalChoice(Parameters):
    """One amount of registered capital."""

    yuan: int = Field(ge=0)
    weight: int = Field(ge=1)


class FormChoice(Parameters):
    """One ending of enterprises' names."""

    text: str
    weight: int = Field(ge=1)


class UnknownShares(Parameters):
    """Shares of firms of whom the register does not tell a column."""

    established_on: Ratio
    capital_yuan: Ratio
    industry: Ratio


class DistrictShape(Parameters):
    """One district: its share of the firms, its own mix of types if any, and its words."""

    code: str = Field(pattern=r"^[0-9A-Za-z-]+$")
    name: str
    prefix: str
    weight: Weight
    registrars: Weights[Registrar]
    types: Weights[ObjectType] | None = None
    towns: Words


class IndustryShape(Parameters):
    """One industry: its weight among firms of each type, its shift of the hidden carelessness, and its words."""

    name: str
    enterprise: Weight = 0
    individual: Weight = 0
    cooperative: Weight = 0
    latent: int
    trades: Words
    shops: tuple[str, ...]


class LibraryShape(Parameters):
    """One special library 专项库: shares of all firms by type, and the industries its firms are given."""

    code: str = Field(pattern=r"^[a-z_]+$")
    name: str
    shares: dict[ObjectType, Ratio] = Field(min_length=1)
    least: int = Field(default=1, ge=1, le=20)
    industries: tuple[str, ...]


class KindShape(Parameters):
    """How events of one kind come about; `slots` is the most of them a firm has in the years of the history."""

    rates: dict[ObjectType, Ratio]
    slope: int = Field(ge=-150, le=150)
    slots: int = Field(ge=1, le=30)
    lifted: Ratio = Decimal(0)
    days: tuple[int, int] = (1, 1)
    on: str = Field(default="", pattern=r"^(\d\d-\d\d)?$")
    amounts: tuple[int, ...] = ()
    details: Words

    @model_validator(mode="after")
    def _days_exist(self) -> KindShape:
        least, most = self.days
        if not 1 <= least <= most:
            raise ValueError(f"expected days from 1 upwards, the least first, got {least} and {most}")
        if self.on:
            date.fromisoformat(f"2023-{self.on}")  # a day of every year
        return self


class RepairShape(Parameters):
    """Credit repairs that follow lifted listings."""

    share: Ratio
    kinds: tuple[EventKind, ...]
    detail: str


class StepPoints(Parameters):
    """Points by ascending cuts: points[0] below the first, points[k] from the k-th on; `unknown` where missing."""

    years: tuple[int, ...] = ()
    yuan: tuple[int, ...] = ()
    points: tuple[int, ...]
    unknown: int

    @model_validator(mode="after")
    def _one_more(self) -> StepPoints:
        cuts = self.years or self.yuan
        if len(self.points) != len(cuts) + 1 or list(cuts) != sorted(set(cuts)):
            raise ValueError("expected ascending cut points and one more entry of points than there are cuts")
        return self


class EventEffect(Parameters):
    """
    Points for events of `kinds`, counted in the `days` before the date, or standing on it if `current`.

    `points` are those of 0, 1, 2, … events; the last holds for all larger counts.
    """

    name: str
    kinds: tuple[EventKind, ...] = Field(min_length=1)
    days: int = Field(default=0, ge=0)
    current: bool = False
    points: tuple[int, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _one_way(self) -> EventEffect:
        if self.current == bool(self.days):
            raise ValueError(f"effect {self.name}: expected either a number of days or current = true")
        return self


class Truth(Parameters):
    """True log-odds, in hundredths, that a visit finds a problem: the intercept plus the points of all effects."""

    intercept: int
    types: dict[ObjectType, int]
    ages: StepPoints
    capital: StepPoints
    industries: dict[str, int]
    events: tuple[EventEffect, ...]


class Outcomes(Parameters):
    """What a visit finds once it finds a problem."""

    unreachable: dict[str, int]
    others: Ratio
    no_activity: Ratio
    also_ordered: Ratio
    publication_items: tuple[str, ...]
    publication: Weights[ResultCategory]
    other: Weights[ResultCategory]

    @model_validator(mode="after")
    def _has_intercept(self) -> Outcomes:
        if "intercept" not in self.unreachable:
            raise ValueError("unreachable: expected an intercept, got none")
        return self


class RosterShape(Parameters):
    """The officers: how many, where, and their words."""

    firms_per_officer: int = Field(ge=1)
    least_per_district: int = Field(ge=4)
    city_share: Ratio
    enterprise_weight: Decimal = Field(gt=0)
    expired_share: Ratio
    inactive_share: Ratio
    experts_per_thousand: int = Field(ge=0)
    partner_share: Ratio
    lead_share: Ratio
    recusals_per_thousand: int = Field(ge=0)
    unit: str
    department: str
    partner_departments: Words
    specialities: Words
    posts: Words
    surnames: Word
    given_names: Word
    expert_units: Words
    recusal_reasons: Words


class ItemShape(Parameters):
    """One row of the item list; without a department it is the roster's own."""

    category: str
    name: str
    objects: str
    kind: ItemKind
    method: ItemMethod
    department: str = ""
    basis: str
    ratio: str
    speciality: str = ""
    minutes: int = Field(ge=1)


class TaskShape(Parameters):
    """One task of the year."""

    name: str
    items: Words
    types: tuple[ObjectType, ...] = ()
    libraries: tuple[str, ...] = ()
    full_coverage: bool = False
    ratio: tuple[Ratio, Ratio] | None = None
    partners: tuple[str, ...] = ()
    credit: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _ratios_fit(self) -> TaskShape:
        if self.ratio and (self.full_coverage or self.ratio[0] > self.ratio[1]):
            raise ValueError("expected either full coverage, or a least ratio not above the greatest")
        return self


class TaskDefaults(Parameters):
    """What all tasks share."""

    starts_on: date
    ends_on: date
    initiator: str
    mode: str

    @model_validator(mode="after")
    def _ordered(self) -> TaskDefaults:
        if self.starts_on > self.ends_on:
            raise ValueError("expected a window that starts before it ends")
        return self


class ExampleParameters(Parameters):
    """All of `weihai.toml`."""

    format: int = Field(ge=1, le=1)
    base_date: date
    bureau: str
    history_years: int = Field(ge=1, le=9)
    source: str
    statuses: Weights[FirmStatus]
    types: Weights[ObjectType]
    least_of_a_type: int = Field(ge=1, le=20)
    ages: tuple[AgeBin, ...] = Field(min_length=1)
    unknown: UnknownShares
    brands: tuple[Word, Word, Word]
    mark: str = Field(min_length=1)
    forms: tuple[FormChoice, ...] = Field(min_length=1)
    cooperative_trades: Words
    cooperative_form: str
    representative_origins: Words
    representative_form: str
    roads: Words
    capital: dict[ObjectType, tuple[CapitalChoice, ...]]
    registrars: dict[Registrar, str]
    districts: tuple[DistrictShape, ...] = Field(min_length=1)
    industries: dict[Industry, IndustryShape]
    libraries: tuple[LibraryShape, ...]
    history: dict[EventKind, KindShape]
    repair: RepairShape
    truth: Truth
    outcomes: Outcomes
    roster: RosterShape
    items: dict[str, ItemShape]
    task_defaults: TaskDefaults
    tasks: dict[str, TaskShape]

    @model_validator(mode="after")
    def _names_known(self) -> ExampleParameters:
        effects = {effect.name for effect in self.truth.events} | {"intercept"}
        libraries = {library.code for library in self.libraries}
        for what, used, known in (
            ("registrars", {code for entry in self.districts for code in entry.registrars}, self.registrars),
            ("libraries.industries", {code for entry in self.libraries for code in entry.industries}, self.industries),
            ("repair.kinds", set(self.repair.kinds), self.history),
            ("outcomes.unreachable", set(self.outcomes.unreachable), effects),
            ("outcomes.publication_items", set(self.outcomes.publication_items), self.items),
            ("tasks.items", {code for entry in self.tasks.values() for code in entry.items}, self.items),
            ("tasks.libraries", {code for entry in self.tasks.values() for code in entry.libraries}, libraries),
        ):
            if unknown := sorted(used - set(known)):
                raise ValueError(f"{what}: expected names that are declared, got {unknown}")
        return self

    @model_validator(mode="after")
    def _city_possible(self) -> ExampleParameters:
        if not self.statuses.get(FirmStatus.OPERATING):
            raise ValueError("statuses: expected a weight for operating, got none")
        if not sum(entry.weight for entry in self.districts):
            raise ValueError("districts: expected at least one weight above zero")
        for code in (ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL, ObjectType.COOPERATIVE):
            if not sum(getattr(entry, code.value) for entry in self.industries.values()):
                raise ValueError(f"industries: expected one with a weight for {code.value}, got none")
        for what, codes in (
            ("districts", [entry.code for entry in self.districts]),
            ("libraries", [entry.code for entry in self.libraries]),
        ):
            if len(set(codes)) < len(codes):
                raise ValueError(f"{what}: expected each code once, got {sorted(codes)}")
        return self


def with_history(parameters: ExampleParameters, years: int) -> ExampleParameters:
    """
    Parameters of the same city with a longer history, each of whose years is like those there were.

    A firm may have as many more events as there are more years, so that those of a careless firm do not run out.
    """
    document = parameters.model_dump(by_alias=True) | {"history_years": years}
    for shape in document["history"].values():
        shape["slots"] = -(-shape["slots"] * years // parameters.history_years)
    return ExampleParameters.model_validate(document)


def parse_example_parameters(text: str, name: str) -> ExampleParameters:
    """Reads the text of a file such as `weihai.toml`; raises `PolicyError` naming every bad key."""
    return parse_parameters(ExampleParameters, text, name)
