"""What binds in a plan, in sentences; and plans side by side, as rows of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from scheduler.allocation.explain import BindingLimit
from scheduler.allocation.matrix import Limit
from scheduler.allocation.relaxation_words import officers_words
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.workflow.plan_explain import Comparison, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRow:
    """One number of two plans: what it is, both values, and how values are written."""

    name: str
    left: float
    right: float
    written: Callable[[float], str]


def binding_sentence(entry: BindingLimit, names: Mapping[str, str], bureau: str) -> str:
    """What giving way by one unit would bring, such as one more officer-hour for food in a district."""
    if entry.limit in (Limit.HOURS, Limit.POOL):
        number, district, department, speciality = (*entry.subject, "", "")[:4]
        who = officers_words(department, speciality)
        place = _("the bureau's own officers") if district == bureau else names.get(district) or label(district)
        return _(
            "one more officer-hour in {district} ({officers}), round {number}, would find up to {worth} more problems"
        ).format(district=place, officers=who, number=number, worth=_worth(entry.worth))
    if entry.limit is Limit.TARGET:
        words = _("one more visit that counts in round {number} would change what is found by {worth} problems at most")
        return words.format(number=entry.subject[0], worth=f"{entry.worth:+.3f}")
    words = {
        Limit.TASK_LEAST: _(
            "task {group}: one visit fewer asked by its least ratio would find up to {worth} more problems"
        ),
        Limit.TASK_GREATEST: _(
            "task {group}: one visit more allowed by its greatest ratio would find up to {worth} more problems"
        ),
        Limit.COMPULSORY_SHARE: _(
            "one full-coverage visit more that may count towards the target would find up to {worth} more problems"
        ),
        Limit.FLOOR: _(
            "{group}: one visit fewer asked by the floor would find up to {worth} more problems ({rows} strata bind)"
        ),
        Limit.CEILING: _(
            "{group}: one visit more allowed by the ceiling would find up to {worth} more problems ({rows} strata bind)"
        ),
        Limit.TIERS: _(
            "{group}: one visit less of step between tiers would find up to {worth} more problems ({rows} classes bind)"
        ),
        Limit.TOLERANCE: _(
            "{group}: one visit more of difference between districts would find up to {worth} more ({rows} strata bind)"
        ),
        Limit.PRECISION: _(
            "{group}: one visit fewer asked for the precision would find up to {worth} more problems "
            "({rows} strata bind)"
        ),
    }[entry.limit]
    return words.format(group=_group(entry), worth=_worth(entry.worth), rows=entry.num_rows)


def _group(entry: BindingLimit) -> str:
    if len(entry.subject) < 2:
        return entry.subject[0] if entry.subject else ""
    return _("{object_type} of tier {tier}").format(object_type=label(entry.subject[0]), tier=entry.subject[1])


def _worth(worth: float) -> str:
    return f"{abs(worth):.3f}" if abs(worth) >= 0.0005 else f"{abs(worth):.1g}"


def compare_rows(comparison: Comparison, names: Mapping[str, str]) -> tuple[CompareRow, ...]:
    """Numbers of both plans, the totals first, then rates, errors and load."""
    return tuple(_rows(comparison.left, comparison.right, names))


def _rows(left: Scenario, right: Scenario, names: Mapping[str, str]) -> Iterator[CompareRow]:
    pairs: list[tuple[str, Callable[[Scenario], float], Callable[[float], str]]] = [
        (_("Enterprises to draw (T)"), lambda one: one.target, whole),
        (_("Share of the enterprises of the base date"), _blended, percent),
        (_("Visits in all"), lambda one: one.summary.num_visits, whole),
        (_("Visits that serve several tasks"), lambda one: one.summary.num_joint, whole),
        (_("Visits saved by merging"), lambda one: one.summary.num_saved, whole),
        (_("Problems expected in the visits that count"), lambda one: one.found.plan, tenth),
        (_("The same, drawn blindly"), lambda one: one.found.uniform, tenth),
        (_("Officer-hours needed"), lambda one: sum(line.needed for line in one.summary.hours), whole),
        (_("Officer-hours there"), lambda one: sum(line.available for line in one.summary.hours), whole),
    ]
    for name, value, written in pairs:
        yield CompareRow(name=name, left=value(left), right=value(right), written=written)
    yield from _lines(_("Rate of counting visits"), _tier_rates(left), _tier_rates(right), percent)
    yield from _lines(_("Visits that count"), _district_visits(left, names), _district_visits(right, names), tenth)
    yield from _lines(_("Standard error"), _errors(left, names), _errors(right, names), percent)
    yield from _lines(_("Officer-hours needed"), _needed(left, names), _needed(right, names), whole)


def _lines(
    title: str, left: Mapping[str, float], right: Mapping[str, float], written: Callable[[float], str]
) -> Iterator[CompareRow]:
    for name in dict.fromkeys([*left, *right]):
        yield CompareRow(name=f"{title}: {name}", left=left.get(name, 0.0), right=right.get(name, 0.0), written=written)


def _blended(one: Scenario) -> float:
    return one.target / one.num_enterprises if one.num_enterprises else 0.0


def _tier_rates(one: Scenario) -> dict[str, float]:
    lines = [line for line in one.summary.tiers if line.counting_visits]
    return {f"{label(line.name[0])} {line.name[1]}": line.counting_rate for line in lines}


def _district_visits(one: Scenario, names: Mapping[str, str]) -> dict[str, float]:
    return {
        names.get(line.name[0]) or label(line.name[0]): line.counting_visits
        for line in one.summary.districts
        if line.counting_visits
    }


def _errors(one: Scenario, names: Mapping[str, str]) -> dict[str, float]:
    return {
        f"{label(line.name[0])} {names.get(line.name[1]) or line.name[1]}": line.standard_error
        for line in one.summary.tier_errors
    }


def _needed(one: Scenario, names: Mapping[str, str]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for line in one.summary.hours:
        name = names.get(line.district) or label(line.district)
        totals[name] = totals.get(name, 0.0) + line.needed
    return totals


def whole(value: float) -> str:
    """A number of visits or hours."""
    return f"{value:,.0f}"


def tenth(value: float) -> str:
    """A number of expected problems."""
    return f"{value:,.1f}"


def percent(value: float) -> str:
    """A rate; a dash where some firms have no chance of a visit."""
    return f"{100 * value:.2f} %" if isfinite(value) else "–"
