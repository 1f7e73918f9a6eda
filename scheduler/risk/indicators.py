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

from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES
from scheduler.registry.codes import EventKind as Kind
from scheduler.registry.frame import Events, Frame
from scheduler.risk.history import Snapshot, Values
from scheduler.risk.recipes import (
    AGE,
    CAPITAL,
    CHANGES,
    COMPLAINT_GROWTH,
    DORMANCY,
    INDUSTRY,
    INSPECTIONS,
    LISTINGS,
    NUM_LIBRARIES,
    OBJECT_TYPE,
    PROBLEM_PERCENT,
    QUARTER,
    STATUS,
    THREE_YEARS,
    YEAR,
    Recipe,
    count,
    library,
    listed_days,
    months_since,
    newest_rank,
    open_now,
    total_yuan,
)

DORMANT: Final = "dormant"
LIBRARY_PREFIX: Final = "library:"
GENERAL_SOURCE: Final = "国市监信发〔2022〕6号"  # 关于推进企业信用风险分类管理的意见


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
    recipe
        How its column is computed, and the same in words.
    categories
        Codes of its values, for a `Unit.CODE`.
    source
        Where the indicator is named; empty for a choice of this catalogue.
    """

    name: str
    label: str
    term: str
    group: IndicatorGroup
    unit: Unit
    direction: Direction
    recipe: Recipe
    categories: Categories | None = None
    source: str = GENERAL_SOURCE


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


_Row = tuple[str, str, str, Unit, Direction, Recipe]
_UP, _DOWN, _FREE = Direction.RISING, Direction.FALLING, Direction.ANY

_BASIC: tuple[_Row, ...] = (
    ("age_months", N_("Months in business"), "经营年限", Unit.MONTHS, _DOWN,
     AGE),
    ("capital_yuan", N_("Registered capital"), "注册资本", Unit.YUAN, _DOWN, CAPITAL),
    ("object_type", N_("Kind of firm"), "企业类型", Unit.CODE, _FREE, OBJECT_TYPE),
    ("industry", N_("Industry"), "所属行业", Unit.CODE, _FREE, INDUSTRY),
    ("status", N_("Registration status"), "登记状态", Unit.CODE, _FREE, STATUS),
    ("special_libraries", N_("Special libraries the firm is in"), "专项库数", Unit.COUNT, _UP, NUM_LIBRARIES),
)  # fmt: skip
_DYNAMICS: tuple[_Row, ...] = (
    ("legal_representative_changes_1y", N_("Changes of legal representative in a year"), "近一年法定代表人变更次数",
     Unit.COUNT, _UP, count(Kind.CHANGE_LEGAL_REPRESENTATIVE, days=YEAR)),
    ("address_changes_1y", N_("Changes of address in a year"), "近一年住所变更次数",
     Unit.COUNT, _UP, count(Kind.CHANGE_ADDRESS, days=YEAR)),
    ("name_changes_3y", N_("Changes of name in three years"), "近三年名称变更次数",
     Unit.COUNT, _UP, count(Kind.CHANGE_NAME, days=THREE_YEARS)),
    ("scope_changes_1y", N_("Changes of business scope in a year"), "近一年经营范围变更次数",
     Unit.COUNT, _UP, count(Kind.CHANGE_SCOPE, days=YEAR)),
    ("changes_1y", N_("Registration changes of any kind in a year"), "近一年登记事项变更次数",
     Unit.COUNT, _UP, count(*CHANGES, days=YEAR)),
    ("licence_expired", N_("Licences expired and not renewed"), "许可证过期或失效",
     Unit.COUNT, _UP, open_now(Kind.LICENCE_EXPIRED)),
    ("equity_pledges", N_("Equity pledges in force"), "股权出质", Unit.COUNT, _UP, open_now(Kind.EQUITY_PLEDGE)),
    ("equity_freezes", N_("Equity freezes in force"), "股权冻结", Unit.COUNT, _UP, open_now(Kind.EQUITY_FREEZE)),
    ("late_annual_reports_3y", N_("Late annual reports in three years"), "近三年年报逾期次数",
     Unit.COUNT, _UP, count(Kind.LATE_ANNUAL_REPORT, days=THREE_YEARS)),
    (DORMANT, N_("Dormant: annual reports missed and no sign of life for three years"), "长期未经营（僵尸企业）",
     Unit.COUNT, _UP, DORMANCY),
)  # fmt: skip
_SUPERVISION: tuple[_Row, ...] = (
    ("abnormal_listed", N_("On the abnormal-operation list now"), "当前列入经营异常名录",
     Unit.COUNT, _UP, open_now(*LISTINGS)),
    ("abnormal_listings_3y", N_("Abnormal-operation listings in three years"), "近三年列入经营异常名录次数",
     Unit.COUNT, _UP, count(*LISTINGS, days=THREE_YEARS)),
    ("abnormal_listed_days_3y", N_("Days on the abnormal-operation list in three years"),
     "近三年列入经营异常名录天数", Unit.DAYS, _UP, listed_days(*LISTINGS, days=THREE_YEARS)),
    ("unreachable_listed", N_("Listed now as not to be reached at the registered address"),
     "当前因通过登记的住所无法联系列入经营异常名录", Unit.COUNT, _UP, open_now(Kind.UNREACHABLE_LISTING)),
    ("serious_dishonesty_listed", N_("On the serious-dishonesty list now"), "当前列入严重违法失信名单",
     Unit.COUNT, _UP, open_now(Kind.SERIOUS_DISHONESTY)),
    ("serious_dishonesty_record", N_("Serious-dishonesty listings ever"), "严重违法失信记录",
     Unit.COUNT, _UP, count(Kind.SERIOUS_DISHONESTY)),
    ("false_registration_3y", N_("Registrations obtained by false papers in three years"),
     "近三年提交虚假材料取得登记", Unit.COUNT, _UP, count(Kind.FALSE_REGISTRATION, days=THREE_YEARS)),
    ("penalties_1y", N_("Penalties in a year"), "近一年行政处罚次数",
     Unit.COUNT, _UP, count(Kind.PENALTY, days=YEAR)),
    ("penalties_3y", N_("Penalties in three years"), "近三年行政处罚次数",
     Unit.COUNT, _UP, count(Kind.PENALTY, days=THREE_YEARS)),
    ("penalty_yuan_3y", N_("Fines in three years"), "近三年行政处罚金额",
     Unit.YUAN, _UP, total_yuan(Kind.PENALTY, days=THREE_YEARS)),
    ("months_since_penalty", N_("Months since the last penalty"), "距最近一次行政处罚月数",
     Unit.MONTHS, _DOWN, months_since(Kind.PENALTY)),
    ("judgment_defaulter", N_("Judgment defaulter now"), "失信被执行人",
     Unit.COUNT, _UP, open_now(Kind.JUDGMENT_DEFAULTER)),
    ("lawsuits_1y", N_("Lawsuits in a year"), "近一年诉讼次数", Unit.COUNT, _UP, count(Kind.LAWSUIT, days=YEAR)),
    ("lawsuits_3y", N_("Lawsuits in three years"), "近三年诉讼次数",
     Unit.COUNT, _UP, count(Kind.LAWSUIT, days=THREE_YEARS)),
    ("inspection_problems_3y", N_("Inspections that found problems in three years"), "近三年抽查发现问题次数",
     Unit.COUNT, _UP, count(Kind.INSPECTION_PROBLEM, days=THREE_YEARS)),
    ("inspection_problem_percent_3y", N_("Share of inspections with problems in three years"), "近三年抽查问题率",
     Unit.PERCENT, _UP, PROBLEM_PERCENT),
    ("inspection_refusals_3y", N_("Inspections refused in three years"), "近三年不配合检查情节严重次数",
     Unit.COUNT, _UP, count(Kind.INSPECTION_REFUSED, days=THREE_YEARS)),
    ("last_inspection", N_("Outcome of the last inspection: 0 clean, 1 problem, 2 refused"), "最近一次抽查结果",
     Unit.COUNT, _UP, newest_rank(*INSPECTIONS)),
    ("months_since_inspection", N_("Months since the last inspection"), "距最近一次抽查月数",
     Unit.MONTHS, _FREE, months_since(*INSPECTIONS)),
    ("credit_repairs_3y", N_("Credit repairs in three years"), "近三年信用修复次数",
     Unit.COUNT, _FREE, count(Kind.CREDIT_REPAIR, days=THREE_YEARS)),
)  # fmt: skip
_ASSOCIATIONS: tuple[_Row, ...] = (
    ("associates_sanctioned_1y", N_("Sanctions on associated firms in a year"), "近一年关联企业受惩戒次数",
     Unit.COUNT, _UP, count(Kind.ASSOCIATE_SANCTIONED, days=YEAR)),
    ("associates_sanctioned_3y", N_("Sanctions on associated firms in three years"), "近三年关联企业受惩戒次数",
     Unit.COUNT, _UP, count(Kind.ASSOCIATE_SANCTIONED, days=THREE_YEARS)),
)  # fmt: skip
_SOCIAL: tuple[_Row, ...] = (
    ("complaints_1y", N_("Complaints in a year"), "近一年投诉举报次数",
     Unit.COUNT, _UP, count(Kind.COMPLAINT, days=YEAR)),
    ("complaints_3m", N_("Complaints in three months"), "近三个月投诉举报次数",
     Unit.COUNT, _UP, count(Kind.COMPLAINT, days=QUARTER)),
    ("complaint_growth_3m", N_("Growth of complaints in three months"), "近三个月投诉举报增长率",
     Unit.PERCENT, _UP, COMPLAINT_GROWTH),
    ("negative_news_1y", N_("Negative news in a year"), "近一年负面舆情条数",
     Unit.COUNT, _UP, count(Kind.NEGATIVE_NEWS, days=YEAR)),
)  # fmt: skip

_CATEGORIES: Final[Mapping[str, Categories]] = {
    "object_type": code_categories(OBJECT_TYPES),
    "status": code_categories(FIRM_STATUSES),
    "industry": Categories(size=10_000, values_of=_industry_range),
}


# Where another source than the general classification names the indicator, or none does
_SOURCES: Final[Mapping[str, str]] = {
    "industry": "GB/T 4754-2017",
    "status": "",
    "special_libraries": "",
    "late_annual_reports_3y": "威海市“十四五”市场监管规划",
    DORMANT: "威海市“十四五”市场监管规划",
    "false_registration_3y": "",
    "credit_repairs_3y": "国市监信规〔2021〕3号",
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
            recipe=recipe,
            categories=_CATEGORIES.get(name),
            source=_SOURCES.get(name, GENERAL_SOURCE),
        )
        for name, label, term, unit, direction, recipe in rows
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
            recipe=library(name.removeprefix(LIBRARY_PREFIX)),
            source="",
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
    return indicator.recipe.compute(snapshot)
