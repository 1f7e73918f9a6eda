"""How a plan is shown: tables for people, a document for machines. Both bear the mark of internal output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any

from rich.table import Table

from scheduler.allocation.precision import ErrorLine
from scheduler.allocation.summary import RateLine
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.parameters import micro
from scheduler.registry.items import MICRO
from scheduler.workflow.allocation import PlanView
from scheduler.workflow.settings import DistrictSettings

WIDE = 110  # columns from which all columns of rates have room
NARROW = (0, 2, 3, 5, 6)  # of them, those shown below


def view_document(view: PlanView) -> dict[str, Any]:
    """A plan for machines."""
    made = view.plan
    return {
        **view.mark.document(),
        "plan": made.plan_id,
        "status": str(made.status),
        "solution": view.solution,
        "base_date": made.base_date,
        "num_enterprises": made.num_enterprises,
        "target": made.target,
        "target_ratio": str(view.policy.target.ratio),
        "target_source": view.policy.target.source,
        "national_floor": str(view.policy.target.national_floor),
        "rate": blended_rate(view),
        "rounds": [asdict(entry) for entry in view.rounds],
        "tiers": [asdict(line) for line in view.summary.tiers],
        "districts": [asdict(line) for line in view.summary.districts],
        "hours": [asdict(line) for line in view.summary.hours],
        "num_visits": view.summary.num_visits,
        "num_joint": view.summary.num_joint,
        "num_cross_department": view.summary.num_cross_department,
        "num_saved": view.summary.num_saved,
        "tier_errors": [_error_document(line) for line in view.summary.tier_errors],
        "district_errors": [_error_document(line) for line in view.summary.district_errors],
    }


def _error_document(line: ErrorLine) -> dict[str, Any]:
    """An expected standard error for machines; null where some firms have no chance of a visit."""
    error = line.standard_error if isfinite(line.standard_error) else None
    return {**asdict(line), "standard_error": error}


def blended_rate(view: PlanView) -> float:
    """Share of the enterprises of the base date that the plan draws for general items."""
    enterprises = view.plan.num_enterprises
    return view.plan.target / enterprises if enterprises else 0.0


def show_plan(view: PlanView, districts: Mapping[str, DistrictSettings], language: str) -> None:
    """
    Prints a plan.

    Parameters
    ----------
    districts
        Districts by code, for their names.
    language
        One of `scheduler.i18n.LANGUAGES`.
    """
    names = {code: entry.name_en if language == "en" else entry.name for code, entry in districts.items()}
    console = stdout_console()
    wide = console.width >= WIDE
    console.print(view.mark.line(), style="bold red")
    for line in _headlines(view):
        console.print(line)
    for title, table in (
        (_("Rounds"), _round_table(view)),
        (
            _("Expected visits of the year by object type and tier; rates of targeted and of counting visits"),
            _tier_table(view, wide),
        ),
        (_("The same by district"), _district_table(view, names, wide)),
        (_("Officer-hours, the reserve kept"), _hours_table(view, names)),
        (_("How precisely the year will tell the violation rate"), _error_table(view, names)),
    ):
        console.print()
        console.print(title, style="bold")
        console.print(table)
    for note in _notes(view):
        console.print(note)
    if not wide:
        console.print(_("Open and full-coverage visits: with {columns} columns, or --json").format(columns=WIDE))


def _error_table(view: PlanView, names: Mapping[str, str]) -> Table:
    table = plain_table(
        (_("Object type"), _("Tier or district")), (_("Firms"), _("Expected rate"), _("Expected standard error"))
    )
    for line in (*view.summary.tier_errors, *view.summary.district_errors):
        object_type, group = line.name
        table.add_row(
            label(object_type),
            names.get(group, group),
            f"{line.num_firms:,}",
            _percent(line.expected_rate),
            _percent(line.standard_error) if isfinite(line.standard_error) else "–",
        )
    return table


def _notes(view: PlanView) -> list[str]:
    """What a reader would stumble over: sums beyond a stratum's firms, loads beyond a district's hours."""
    notes = []
    if any(entry.drawn for entry in view.rounds):
        notes.append(
            _("A round's visits are those expected after what earlier rounds drew, so a year's may exceed the firms.")
        )
    if any(line.needed > line.available > 0 for line in view.summary.hours):
        notes.append(
            _("Where a load exceeds what is there, the bureau's own officers, who serve all districts, do the rest.")
        )
    return notes


def _headlines(view: PlanView) -> list[str]:
    made, rate = view.plan, blended_rate(view)
    floor = micro(view.policy.target.national_floor) / MICRO
    above = _("above the national floor of {floor}")
    below = _("BELOW the national floor of {floor}")
    return [
        _("Plan {plan}: {status}, solution {solution}").format(
            plan=made.plan_id, status=label(str(made.status)), solution=view.solution
        ),
        _("{number} enterprises on {base_date}, {target} to draw: {rate}, target {ratio}, {verdict}").format(
            number=f"{made.num_enterprises:,}",
            base_date=made.base_date,
            target=f"{made.target:,}",
            rate=_percent(rate),
            ratio=_percent(micro(view.policy.target.ratio) / MICRO),
            verdict=(above if rate >= floor else below).format(floor=_percent(floor)),
        ),
        _("{visits} visits in the year, {joint} of them serve more than one task").format(
            visits=f"{view.summary.num_visits:,.0f}", joint=f"{view.summary.num_joint:,.0f}"
        ),
        _("Merging saved {saved} visits; {joint} visits are joint ones of several departments ({share})").format(
            saved=f"{view.summary.num_saved:,.0f}",
            joint=f"{view.summary.num_cross_department:,.0f}",
            share=_percent(view.summary.num_cross_department / max(1.0, view.summary.num_visits)),
        ),
    ]


def _round_table(view: PlanView) -> Table:
    table = plain_table((_("Round"), _("Kind"), _("From"), _("To"), _("State")), (_("Visits that count"),))
    for entry in view.rounds:
        table.add_row(
            str(entry.number),
            label(str(entry.kind)),
            str(entry.starts_on),
            str(entry.ends_on),
            _("drawn") if entry.drawn else _("to draw"),
            f"{entry.counting_visits:,}",
        )
    return table


def _tier_table(view: PlanView, wide: bool) -> Table:
    table = plain_table((_("Object type"), _("Tier")), _fitting(_rate_headings(), wide))
    shown = ""
    for line in view.summary.tiers:
        name = "" if line.name[0] == shown else label(line.name[0])
        shown = line.name[0]
        table.add_row(name, line.name[1], *_fitting(_rate_cells(line), wide))
    return table


def _district_table(view: PlanView, names: Mapping[str, str], wide: bool) -> Table:
    table = plain_table((_("District"),), _fitting(_rate_headings(), wide))
    for line in view.summary.districts:
        table.add_row(names.get(line.name[0]) or label(line.name[0]), *_fitting(_rate_cells(line), wide))
    return table


def _hours_table(view: PlanView, names: Mapping[str, str]) -> Table:
    table = plain_table((_("Round"), _("District")), (_("Needed"), _("There"), _("Load")))
    for line in view.summary.hours:
        own = line.district == view.policy.bureau
        load = f"{100 * line.needed / line.available:.0f} %" if line.available and not own else ""
        district = _("bureau, for all districts") if own else names.get(line.district) or label(line.district)
        table.add_row(str(line.round_number), district, f"{line.needed:,.0f}", f"{line.available:,.0f}", load)
    return table


def _rate_headings() -> tuple[str, ...]:
    return (
        _("Firms"),
        _("Open"),
        _("Targeted"),
        _("Rate"),
        _("Full coverage"),
        _("Counting"),
        _("Rate"),
    )


def _rate_cells(line: RateLine) -> tuple[str, ...]:
    return (
        f"{line.num_firms:,}",
        f"{line.open_visits:,.1f}",
        f"{line.targeted_visits:,.1f}",
        _percent(line.rate(line.targeted_visits)),
        f"{line.compulsory_visits:,.1f}",
        f"{line.counting_visits:,.1f}",
        _percent(line.counting_rate),
    )


def _fitting(cells: tuple[str, ...], wide: bool) -> tuple[str, ...]:
    """Columns that a terminal has room for: firms, targeted visits, counting visits and both rates."""
    return cells if wide else tuple(cells[place] for place in NARROW)


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"
