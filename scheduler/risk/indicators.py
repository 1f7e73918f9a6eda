"""
The catalogue of credit-risk indicators: every one declared once, in the five official groups (regulation, section 2).

The names and groups follow the sources; the periods, and the direction in which risk is taken to rise, are the choices
of this catalogue and not official. What an indicator is worth stands in the scorecard, never here.

`indicator_values` computes columns of integers as of a date (`scheduler.risk.history`); `MISSING` stands where an
indicator has no answer for a firm: it was never inspected, or its industry is not on the register. A firm without
events has zero counts, which is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES
from scheduler.registry.codes import EventKind as Kind
from scheduler.registry.frame import Events, Frame
from scheduler.risk.history import MISSING, Snapshot, Values

YEAR: Final = 365
THREE_YEARS: Final = 1095
QUARTER: Final = 90
DORMANT: Final = "dormant"
LEAST_DORMANT_MONTHS: Final = 36  # younger firms are new, not dormant
LEAST_MISSED_REPORTS: Final = 2  # annual reports not filed in time within three years
LIBRARY_PREFIX: Final = "library:"


class IndicatorGroup(StrEnum):
    """First-level indicators 一级指标 of the general credit-risk classification (国市监信发〔2022〕6号)."""

    BASIC = "basic"  # 企业基础属性信息
    DYNAMICS = "dynamics"  # 企业动态信息
    SUPERVISION = "supervision"  # 监管信息
    ASSOCIATIONS = "associations"  # 关联关系信息
    SOCIAL = "social"  # 社会评价信息


class Direction(StrEnum):
    """How points may move while the value grows."""

    RISING = "rising"  # more is riskier: points never fall
    FALLING = "falling"  # more is safer: points never rise
    ANY = "any"  # policy says nothing


class Unit(StrEnum):
    """What an indicator counts."""

    COUNT = "count"
    DAYS = "days"
    MONTHS = "months"
    YUAN = "yuan"
    PERCENT = "percent"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """
    Codes of an indicator whose values are positions in a set, not amounts.

    Attributes
    ----------
    size
        Values run from 0 to `size` - 1.
    values_of
        Values that a code covers, or None if there is no such code; a shorter code may cover those of longer ones.
    """

    size: int
    values_of: Callable[[str], range | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """
    One indicator.

    Attributes
    ----------
    name
        Code used in scorecards and records.
    label, term
        What people call it: English, to be translated, and the field's own term.
    group, unit, direction
        Official group, what is counted, and the direction in which policy expects risk to rise.
    compute
        Column of values from a snapshot, shape (n,), int64.
    categories
        Codes of its values, for a `Unit.CODE`.
    source
        Where the indicator is named.
    """

    name: str
    label: str
    term: str
    group: IndicatorGroup
    unit: Unit
    direction: Direction
    compute: Callable[[Snapshot], Values]
    categories: Categories | None = None
    source: str = "国市监信发〔2022〕6号"


def code_categories(codes: Iterable[str]) -> Categories:
    """Categories of a plain list of codes: the value of a code is its position."""
    places = {str(code): range(place, place + 1) for place, code in enumerate(codes)}
    return Categories(size=len(places), values_of=places.get)


def _industry_range(code: str) -> range | None:
    """Numbers covered by a section (``F``), division (``F51``), group or class of GB/T 4754-2017."""
    match = re.fullmatch(r"([A-T])([0-9]{2,4})?", code)
    if match is None:
        return None
    letter, digits = match.groups()
    first, last = _SECTIONS[letter]
    if digits is None:
        return range(first * 100, (last + 1) * 100)
    if not first <= int(digits[:2]) <= last:
        return None
    unit = 10 ** (4 - len(digits))
    return range(int(digits) * unit, (int(digits) + 1) * unit)


# Divisions of each section of GB/T 4754-2017
_SECTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "F": (51, 52), "G": (53, 60),
    "H": (61, 62), "I": (63, 65), "J": (66, 69), "K": (70, 70), "L": (71, 72), "M": (73, 75), "N": (76, 79),
    "O": (80, 82), "P": (83, 83), "Q": (84, 85), "R": (86, 90), "S": (91, 96), "T": (97, 97),
}  # fmt: skip


def _industry(snapshot: Snapshot) -> Values:
    """Digits of the industry code as a number of four, 5211 of F5211 and 5200 of F52; missing without two digits."""
    codes = np.ascontiguousarray(snapshot.frame.industry.astype("S5"))
    digits = codes.view(np.uint8).reshape(len(snapshot), 5)[:, 1:].astype(np.int64) - ord("0")
    is_digit = np.logical_and.accumulate((digits >= 0) & (digits <= 9), axis=1)
    values = np.where(is_digit, digits, 0) @ np.array([1000, 100, 10, 1], dtype=np.int64)
    return np.where(is_digit[:, 1], values, MISSING)


def _capital(snapshot: Snapshot) -> Values:
    capital = snapshot.frame.capital_yuan
    return np.where(capital >= 0, capital, MISSING)


def _num_libraries(snapshot: Snapshot) -> Values:
    return np.bitwise_count(snapshot.frame.libraries).astype(np.int64)


def _library(code: str) -> Callable[[Snapshot], Values]:
    def compute(snapshot: Snapshot) -> Values:
        if code not in snapshot.frame.library_codes:
            return np.zeros(len(snapshot), dtype=np.int64)
        bit = np.uint64(snapshot.frame.library_codes.index(code))
        return ((snapshot.frame.libraries >> bit) & np.uint64(1)).astype(np.int64)

    return compute


def _problem_percent(snapshot: Snapshot) -> Values:
    visits = snapshot.count(*_INSPECTIONS, days=THREE_YEARS)
    problems = snapshot.count(Kind.INSPECTION_PROBLEM, Kind.INSPECTION_REFUSED, days=THREE_YEARS)
    return np.where(visits > 0, problems * 100 // np.maximum(visits, 1), MISSING)


def _complaint_growth(snapshot: Snapshot) -> Values:
    """Growth over the quarter before, in percent of it; a quarter without complaints counts as one with one."""
    now = snapshot.count(Kind.COMPLAINT, days=QUARTER)
    before = snapshot.count(Kind.COMPLAINT, days=QUARTER, until_days_ago=QUARTER)
    return (now - before) * 100 // np.maximum(before, 1)


def _dormant(snapshot: Snapshot) -> Values:
    """
    1 for a firm without a sign of life for three years 僵尸企业, else 0.

    It is at least three years old or of unknown age, missed two annual reports in three years or more, and since then
    changed nothing in the register, pledged no equity, repaired no credit and was not found in order by an inspection.
    """
    age = snapshot.months_since(snapshot.frame.established_on)
    old = (age >= LEAST_DORMANT_MONTHS) | np.isnat(snapshot.frame.established_on)
    missed = snapshot.count(Kind.LATE_ANNUAL_REPORT, days=THREE_YEARS) >= LEAST_MISSED_REPORTS
    signs = snapshot.count(*_SIGNS_OF_LIFE, days=THREE_YEARS)
    return np.asarray(old & missed & (signs == 0)).astype(np.int64)


_INSPECTIONS = (Kind.INSPECTION_CLEAN, Kind.INSPECTION_PROBLEM, Kind.INSPECTION_REFUSED)
_LISTINGS = (Kind.ABNORMAL_LISTING, Kind.UNREACHABLE_LISTING)
_CHANGES = (Kind.CHANGE_LEGAL_REPRESENTATIVE, Kind.CHANGE_ADDRESS, Kind.CHANGE_NAME, Kind.CHANGE_SCOPE)
_SIGNS_OF_LIFE = (*_CHANGES, Kind.EQUITY_PLEDGE, Kind.CREDIT_REPAIR, Kind.INSPECTION_CLEAN)


def _count(*kinds: Kind, days: int | None = None) -> Callable[[Snapshot], Values]:
    return lambda snapshot: snapshot.count(*kinds, days=days)


def _open(*kinds: Kind) -> Callable[[Snapshot], Values]:
    return lambda snapshot: snapshot.open_listings(*kinds)


def _months(*kinds: Kind) -> Callable[[Snapshot], Values]:
    return lambda snapshot: snapshot.months_since_last(*kinds)


_Row = tuple[str, str, str, Unit, Direction, Callable[[Snapshot], Values]]
_UP, _DOWN, _FREE = Direction.RISING, Direction.FALLING, Direction.ANY

_BASIC: tuple[_Row, ...] = (
    ("age_months", N_("Months in business"), "经营年限", Unit.MONTHS, _DOWN,
     lambda snapshot: snapshot.months_since(snapshot.frame.established_on)),
    ("capital_yuan", N_("Registered capital"), "注册资本", Unit.YUAN, _DOWN, _capital),
    ("object_type", N_("Kind of firm"), "企业类型", Unit.CODE, _FREE,
     lambda snapshot: snapshot.frame.object_type.astype(np.int64)),
    ("industry", N_("Industry"), "所属行业", Unit.CODE, _FREE, _industry),
    ("status", N_("Registration status"), "登记状态", Unit.CODE, _FREE,
     lambda snapshot: snapshot.frame.status.astype(np.int64)),
    ("special_libraries", N_("Special libraries the firm is in"), "专项库数", Unit.COUNT, _UP, _num_libraries),
)  # fmt: skip
_DYNAMICS: tuple[_Row, ...] = (
    ("legal_representative_changes_1y", N_("Changes of legal representative in a year"), "近一年法定代表人变更次数",
     Unit.COUNT, _UP, _count(Kind.CHANGE_LEGAL_REPRESENTATIVE, days=YEAR)),
    ("address_changes_1y", N_("Changes of address in a year"), "近一年住所变更次数",
     Unit.COUNT, _UP, _count(Kind.CHANGE_ADDRESS, days=YEAR)),
    ("name_changes_3y", N_("Changes of name in three years"), "近三年名称变更次数",
     Unit.COUNT, _UP, _count(Kind.CHANGE_NAME, days=THREE_YEARS)),
    ("scope_changes_1y", N_("Changes of business scope in a year"), "近一年经营范围变更次数",
     Unit.COUNT, _UP, _count(Kind.CHANGE_SCOPE, days=YEAR)),
    ("changes_1y", N_("Registration changes of any kind in a year"), "近一年登记事项变更次数",
     Unit.COUNT, _UP, _count(*_CHANGES, days=YEAR)),
    ("licence_expired", N_("Licences expired and not renewed"), "许可证过期或失效",
     Unit.COUNT, _UP, _open(Kind.LICENCE_EXPIRED)),
    ("equity_pledges", N_("Equity pledges in force"), "股权出质", Unit.COUNT, _UP, _open(Kind.EQUITY_PLEDGE)),
    ("equity_freezes", N_("Equity freezes in force"), "股权冻结", Unit.COUNT, _UP, _open(Kind.EQUITY_FREEZE)),
    ("late_annual_reports_3y", N_("Late annual reports in three years"), "近三年年报逾期次数",
     Unit.COUNT, _UP, _count(Kind.LATE_ANNUAL_REPORT, days=THREE_YEARS)),
    (DORMANT, N_("Dormant: annual reports missed and no sign of life for three years"), "长期未经营（僵尸企业）",
     Unit.COUNT, _UP, _dormant),
)  # fmt: skip
_SUPERVISION: tuple[_Row, ...] = (
    ("abnormal_listed", N_("On the abnormal-operation list now"), "当前列入经营异常名录",
     Unit.COUNT, _UP, _open(*_LISTINGS)),
    ("abnormal_listings_3y", N_("Abnormal-operation listings in three years"), "近三年列入经营异常名录次数",
     Unit.COUNT, _UP, _count(*_LISTINGS, days=THREE_YEARS)),
    ("abnormal_listed_days_3y", N_("Days on the abnormal-operation list in three years"),
     "近三年列入经营异常名录天数", Unit.DAYS, _UP, lambda snapshot: snapshot.listed_days(*_LISTINGS, days=THREE_YEARS)),
    ("unreachable_listed", N_("Listed now as not to be reached at the registered address"),
     "当前因通过登记的住所无法联系列入经营异常名录", Unit.COUNT, _UP, _open(Kind.UNREACHABLE_LISTING)),
    ("serious_dishonesty_listed", N_("On the serious-dishonesty list now"), "当前列入严重违法失信名单",
     Unit.COUNT, _UP, _open(Kind.SERIOUS_DISHONESTY)),
    ("serious_dishonesty_record", N_("Serious-dishonesty listings ever"), "严重违法失信记录",
     Unit.COUNT, _UP, _count(Kind.SERIOUS_DISHONESTY)),
    ("false_registration_3y", N_("Registrations obtained by false papers in three years"),
     "近三年提交虚假材料取得登记", Unit.COUNT, _UP, _count(Kind.FALSE_REGISTRATION, days=THREE_YEARS)),
    ("penalties_1y", N_("Penalties in a year"), "近一年行政处罚次数",
     Unit.COUNT, _UP, _count(Kind.PENALTY, days=YEAR)),
    ("penalties_3y", N_("Penalties in three years"), "近三年行政处罚次数",
     Unit.COUNT, _UP, _count(Kind.PENALTY, days=THREE_YEARS)),
    ("penalty_yuan_3y", N_("Fines in three years"), "近三年行政处罚金额",
     Unit.YUAN, _UP, lambda snapshot: snapshot.total_yuan(Kind.PENALTY, days=THREE_YEARS)),
    ("months_since_penalty", N_("Months since the last penalty"), "距最近一次行政处罚月数",
     Unit.MONTHS, _DOWN, _months(Kind.PENALTY)),
    ("judgment_defaulter", N_("Judgment defaulter now"), "失信被执行人",
     Unit.COUNT, _UP, _open(Kind.JUDGMENT_DEFAULTER)),
    ("lawsuits_1y", N_("Lawsuits in a year"), "近一年诉讼次数", Unit.COUNT, _UP, _count(Kind.LAWSUIT, days=YEAR)),
    ("lawsuits_3y", N_("Lawsuits in three years"), "近三年诉讼次数",
     Unit.COUNT, _UP, _count(Kind.LAWSUIT, days=THREE_YEARS)),
    ("inspection_problems_3y", N_("Inspections that found problems in three years"), "近三年抽查发现问题次数",
     Unit.COUNT, _UP, _count(Kind.INSPECTION_PROBLEM, days=THREE_YEARS)),
    ("inspection_problem_percent_3y", N_("Share of inspections with problems in three years"), "近三年抽查问题率",
     Unit.PERCENT, _UP, _problem_percent),
    ("inspection_refusals_3y", N_("Inspections refused in three years"), "近三年不配合检查情节严重次数",
     Unit.COUNT, _UP, _count(Kind.INSPECTION_REFUSED, days=THREE_YEARS)),
    ("last_inspection", N_("Outcome of the last inspection: 0 clean, 1 problem, 2 refused"), "最近一次抽查结果",
     Unit.COUNT, _UP, lambda snapshot: snapshot.newest_rank(*_INSPECTIONS)),
    ("months_since_inspection", N_("Months since the last inspection"), "距最近一次抽查月数",
     Unit.MONTHS, _FREE, _months(*_INSPECTIONS)),
    ("credit_repairs_3y", N_("Credit repairs in three years"), "近三年信用修复次数",
     Unit.COUNT, _FREE, _count(Kind.CREDIT_REPAIR, days=THREE_YEARS)),
)  # fmt: skip
_ASSOCIATIONS: tuple[_Row, ...] = (
    ("associates_sanctioned_1y", N_("Sanctions on associated firms in a year"), "近一年关联企业受惩戒次数",
     Unit.COUNT, _UP, _count(Kind.ASSOCIATE_SANCTIONED, days=YEAR)),
    ("associates_sanctioned_3y", N_("Sanctions on associated firms in three years"), "近三年关联企业受惩戒次数",
     Unit.COUNT, _UP, _count(Kind.ASSOCIATE_SANCTIONED, days=THREE_YEARS)),
)  # fmt: skip
_SOCIAL: tuple[_Row, ...] = (
    ("complaints_1y", N_("Complaints in a year"), "近一年投诉举报次数",
     Unit.COUNT, _UP, _count(Kind.COMPLAINT, days=YEAR)),
    ("complaints_3m", N_("Complaints in three months"), "近三个月投诉举报次数",
     Unit.COUNT, _UP, _count(Kind.COMPLAINT, days=QUARTER)),
    ("complaint_growth_3m", N_("Growth of complaints in three months"), "近三个月投诉举报增长率",
     Unit.PERCENT, _UP, _complaint_growth),
    ("negative_news_1y", N_("Negative news in a year"), "近一年负面舆情条数",
     Unit.COUNT, _UP, _count(Kind.NEGATIVE_NEWS, days=YEAR)),
)  # fmt: skip

_CATEGORIES: Final[Mapping[str, Categories]] = {
    "object_type": code_categories(OBJECT_TYPES),
    "status": code_categories(FIRM_STATUSES),
    "industry": Categories(size=10_000, values_of=_industry_range),
}


def _declare(group: IndicatorGroup, rows: tuple[_Row, ...]) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            name=name,
            label=label,
            term=term,
            group=group,
            unit=unit,
            direction=direction,
            compute=compute,
            categories=_CATEGORIES.get(name),
        )
        for name, label, term, unit, direction, compute in rows
    )


INDICATORS: Final[tuple[Indicator, ...]] = (
    *_declare(IndicatorGroup.BASIC, _BASIC),
    *_declare(IndicatorGroup.DYNAMICS, _DYNAMICS),
    *_declare(IndicatorGroup.SUPERVISION, _SUPERVISION),
    *_declare(IndicatorGroup.ASSOCIATIONS, _ASSOCIATIONS),
    *_declare(IndicatorGroup.SOCIAL, _SOCIAL),
)
_BY_NAME: Final = {indicator.name: indicator for indicator in INDICATORS}


def find_indicator(name: str) -> Indicator | None:
    """
    Indicator of the catalogue, or None.

    ``library:CODE`` is 1 for the firms in the special library (专项库) CODE and 0 for all others, for any code.
    """
    if re.fullmatch(r"library:[0-9A-Za-z_.-]+", name):
        return Indicator(
            name=name,
            label=N_("In the special library"),
            term="列入专项库",
            group=IndicatorGroup.BASIC,
            unit=Unit.COUNT,
            direction=Direction.RISING,
            compute=_library(name.removeprefix(LIBRARY_PREFIX)),
        )
    return _BY_NAME.get(name)


def indicator_values(frame: Frame, events: Events, names: Iterable[str], as_of: date) -> dict[str, Values]:
    """
    Columns of indicators as of a date, by name, shape (n,) each.

    Raises
    ------
    KeyError
        If the catalogue has no such indicator.
    """
    snapshot = Snapshot(frame, events, as_of)
    return {name: compute_indicator(snapshot, name) for name in names}


def compute_indicator(snapshot: Snapshot, name: str) -> Values:
    """Column of one indicator, shape (n,); raises `KeyError` if the catalogue has no such indicator."""
    indicator = find_indicator(name)
    if indicator is None:
        raise KeyError(name)
    return indicator.compute(snapshot)
