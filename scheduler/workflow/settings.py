"""`double-random.toml`: all parameters of a workspace in one file, put together from the rooms' parameter classes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field, model_validator

from scheduler.agenda.workdays import HolidayNotice, WorkdayCalendar
from scheduler.allocation.policy import (
    CapacityPolicy,
    PrecisionPolicy,
    RatesPolicy,
    RoundPolicy,
    TargetPolicy,
    TiersPolicy,
    VisitsPolicy,
)
from scheduler.i18n import gettext as _
from scheduler.parameters import Parameters, parse_parameters
from scheduler.registry.codes import RoundKind


class BureauSettings(Parameters):
    """The bureau that draws: area code of GB/T 2260 or a statistical code, and its names."""

    code: str = Field(pattern=r"^[0-9A-Za-z-]+$")
    name: str
    name_en: str


class YearSettings(Parameters):
    """The plan's year and the day on which N is counted."""

    year: int = Field(ge=2000, le=2100)
    base_date: date


class DistrictSettings(Parameters):
    """One district, with its names; `local` marks codes that no official list has."""

    code: str = Field(pattern=r"^[0-9A-Za-z-]+$")
    name: str
    name_en: str
    local: bool = False


class ClassifySettings(Parameters):
    """Which scorecard gives points; a path beside the settings file, or empty for the expert default (not official)."""

    scorecard: str = ""


class DrawSettings(Parameters):
    """Least entropy, in bits, that the announced public sources must have together (design, section 6)."""

    least_entropy_bits: int = Field(default=64, ge=1)


class AgendaSettings(Parameters):
    """
    What one team can do in a day, and on which days nobody goes.

    Attributes
    ----------
    visits_per_team_day
        Most visits of one team in a day.
    minutes_per_team_day
        Working time of a day (八小时: 劳动法第三十六条), which items and journeys fill; one visit may take longer.
    blocked_days
        Days on which the whole bureau makes no visit.
    officers_within_working_days
        Working days in which each place draws its officers once it has the list of firms; later draws are told as late.
    experts
        Items that ask for an expert 专家, each with the speciality asked for, or "" for any.
    notices
        Holiday notices of years that `chinesecalendar` does not know yet; “import holidays” brings them in as well.
    """

    visits_per_team_day: int = Field(default=3, ge=1, le=100)
    minutes_per_team_day: int = Field(default=480, ge=1, le=1440)
    blocked_days: tuple[date, ...] = ()
    officers_within_working_days: int = Field(default=5, ge=1, le=250)
    experts: dict[str, str] = Field(default_factory=dict)
    notices: tuple[HolidayNotice, ...] = ()

    @model_validator(mode="after")
    def _one_notice_a_year(self) -> AgendaSettings:
        WorkdayCalendar(notices=self.notices)
        return self


class ResultsSettings(Parameters):
    """
    Deadlines in working days: until a result must be public (马正其 2018; 20 in every source seen), and until it must
    be decided whether the firm goes on the abnormal-operation list 经营异常名录 (10 from verification).
    """

    publication_working_days: int = Field(default=20, ge=1)
    abnormal_working_days: int = Field(default=10, ge=1)


class PublicationSettings(Parameters):
    """Whether individual households 个体工商户 go by their code alone on everything public, their names withheld."""

    hide_sole_traders: bool = False


class Settings(Parameters):
    """All of `double-random.toml`."""

    format: int = Field(ge=1, le=1)
    bureau: BureauSettings
    year: YearSettings
    districts: tuple[DistrictSettings, ...]
    target: TargetPolicy
    rounds: tuple[RoundPolicy, ...]
    tiers: TiersPolicy
    rates: RatesPolicy
    capacity: CapacityPolicy
    precision: PrecisionPolicy = PrecisionPolicy()
    visits: VisitsPolicy = VisitsPolicy()
    classify: ClassifySettings = ClassifySettings()
    draw: DrawSettings = DrawSettings()
    agenda: AgendaSettings = AgendaSettings()
    results: ResultsSettings = ResultsSettings()
    publication: PublicationSettings = PublicationSettings()

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        numbers = [entry.number for entry in self.rounds]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(_("expected rounds numbered 1, 2, …, got {numbers}").format(numbers=numbers))
        if not any(entry.kind is RoundKind.TARGETED for entry in self.rounds) and self.target.open_share != 1:
            raise ValueError(_("expected a targeted round for what the open rounds leave, got none"))
        if self.target.open_share != Decimal(0) and not any(entry.kind is RoundKind.OPEN for entry in self.rounds):
            raise ValueError(_("expected an open round for the open share, got none"))
        for name, ratios in (
            ("rates.floor", self.rates.floor),
            ("rates.ceiling", self.rates.ceiling),
            ("tiers.expected_findings", self.tiers.expected_findings),
        ):
            if set(ratios) != set(self.tiers.codes):
                raise ValueError(
                    _("{name}: expected one ratio for each tier {tiers}, got {got}").format(
                        name=name, tiers=", ".join(self.tiers.codes), got=", ".join(sorted(ratios))
                    )
                )
        return self

    @model_validator(mode="after")
    def _names_known(self) -> Settings:
        """A misspelt tier or district in an exception would silently do nothing."""
        rates, capacity, precision = self.rates, self.capacity, self.precision
        tiers = {
            "rates.exceptions": {tier for entry in rates.exceptions for tier in entry.tiers},
            "precision.tiers": set(precision.tiers),
            "visits.lookback_except": set(self.visits.lookback_except),
        }
        districts = {
            "rates.exceptions": {code for entry in rates.exceptions for code in entry.districts},
            "precision.districts": set(precision.districts),
            "capacity.exceptions": {code for entry in capacity.exceptions for code in entry.districts},
            "capacity.changes": {entry.district for entry in capacity.changes},
            "capacity.neighbours": {code for item in capacity.neighbours.items() for code in (item[0], *item[1])},
        }
        known = {self.bureau.code, *(entry.code for entry in self.districts)}
        for what, named, there in (
            (_("{name}: expected tiers among {there}, got {got}"), tiers, set(self.tiers.codes)),
            (_("{name}: expected districts among {there}, got {got}"), districts, known),
        ):
            for name, codes in named.items():
                if codes - there:
                    raise ValueError(
                        what.format(name=name, there=", ".join(sorted(there)), got=", ".join(sorted(codes - there)))
                    )
        return self


def parse_settings(text: str, name: str) -> Settings:
    """Reads the text of a `double-random.toml`; raises `PolicyError` naming every bad key."""
    return parse_parameters(Settings, text, name)
