"""Words of the risk room: what people call indicators, their groups, units and directions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.labels import label
from scheduler.risk.indicators import LIBRARY_PREFIX, Direction, Indicator, IndicatorGroup, Unit, find_indicator

_GROUPS: Final[Mapping[IndicatorGroup, str]] = MappingProxyType(
    {
        IndicatorGroup.BASIC: N_("Basic attributes"),  # 企业基础属性信息
        IndicatorGroup.DYNAMICS: N_("Dynamics"),  # 企业动态信息
        IndicatorGroup.SUPERVISION: N_("Supervision"),  # 监管信息
        IndicatorGroup.ASSOCIATIONS: N_("Associations"),  # 关联关系信息
        IndicatorGroup.SOCIAL: N_("Social evaluation"),  # 社会评价信息
    }
)
_UNITS: Final[Mapping[Unit, str]] = MappingProxyType(
    {
        Unit.COUNT: N_("number"),
        Unit.DAYS: N_("days"),
        Unit.MONTHS: N_("months"),
        Unit.YUAN: N_("yuan"),
        Unit.PERCENT: N_("percent"),
        Unit.CODE: N_("code"),
    }
)
_DIRECTIONS: Final[Mapping[Direction, str]] = MappingProxyType(
    {
        Direction.RISING: N_("more is riskier"),
        Direction.FALLING: N_("more is safer"),
        Direction.ANY: N_("either way"),
    }
)


def indicator_words(name: str) -> str:
    """What people call an indicator, in the active language."""
    indicator = find_indicator(name)
    if indicator is None:
        return name
    words = _(indicator.label)
    return f"{words}: {name.removeprefix(LIBRARY_PREFIX)}" if name.startswith(LIBRARY_PREFIX) else words


def group_words(group: IndicatorGroup) -> str:
    """Name of an official group."""
    return _(_GROUPS[group])


def unit_words(unit: Unit) -> str:
    """Name of a unit."""
    return _(_UNITS[unit])


def direction_words(direction: Direction) -> str:
    """How risk moves with the value."""
    return _(_DIRECTIONS[direction])


def how_words(indicator: Indicator) -> str:
    """How an indicator is computed."""
    recipe = indicator.recipe
    return _(recipe.how).format(kinds=", ".join(map(label, recipe.kinds)), days=f"{recipe.days or 0:,}")


def source_words(indicator: Indicator) -> str:
    """Where an indicator is named."""
    return indicator.source or _("choice of this catalogue")
