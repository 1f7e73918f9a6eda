"""
A year against what binds it, and what its visits found: read from the store.

The internal report is logged. The public one is made without tiers, strata and chances of targeted rounds: its rates
rest on the open rounds alone, and everything else in it is counted from what the public record says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.cause_rows import load_causes
from models.draw_rows import load_draws
from models.figure_rows import load_figure_values
from models.follow_up_rows import load_first_recordings
from models.registry_rows import load_items, load_tasks
from models.report_rows import DrawnVisits, count_counting, load_drawn_visits, load_standing_plans
from models.results_rows import load_newest_actions, load_visit_states
from scheduler.allocation.capacity import departments_of
from scheduler.allocation.plan import Plan
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.parameters import micro
from scheduler.registry.items import MICRO
from scheduler.registry.personal import blotted
from scheduler.results.deadlines import VisitOutcome
from scheduler.results.figures import FigureStanding, FigureValue
from scheduler.results.punctuality import Punctuality, punctuality
from scheduler.results.year import DistrictLine, PathPoint, VisitMix, visit_mix
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.deadlines import PublicDays, load_outcomes
from scheduler.workflow.districts import counted_by_district
from scheduler.workflow.estimates import YearEstimates, estimate_public, estimate_year
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.libraries import YearLibraries
from scheduler.workflow.plan_figures import newest_of, plan_figures
from scheduler.workflow.results import ACTION as RECORDED
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class YearReport:
    """
    One year.

    Attributes
    ----------
    plan_id, base_date, num_enterprises, target, ratio_micro
        The plan, N of its base date, T, and the ratio it was made for.
    num_drawn
        Distinct enterprises drawn that count towards T.
    districts
        In the order of the settings; empty where an older plan did not count them.
    path
        Years from the first of the figure's path on.
    figures
        Where the year stands against each figure that binds; libraries are those of the year's newest frozen register.
    num_inspected
        Visits with a result for every item, checks for cause among them.
    estimates
        Rates of violation; None where nothing was drawn here.
    """

    year: int
    today: date
    plan_id: str
    base_date: date
    num_enterprises: int
    target: int
    ratio_micro: int
    source: str
    num_drawn: int
    districts: tuple[DistrictLine, ...]
    path: tuple[PathPoint, ...]
    figures: tuple[FigureStanding, ...]
    mix: VisitMix
    num_inspected: int
    punctuality: Punctuality
    estimates: YearEstimates | None

    @property
    def share(self) -> float:
        """Share of the enterprises drawn."""
        return self.num_drawn / self.num_enterprises if self.num_enterprises else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A year, the one it is compared with, and the mark of what is internal; None for the public version."""

    year: YearReport
    against: YearReport | None
    item_names: Mapping[str, str]
    mark: InternalMark | None

    @property
    def years(self) -> tuple[YearReport, ...]:
        """The year, and the one it is compared with."""
        return (self.year,) if self.against is None else (self.year, self.against)


def report_year(
    workspace: Workspace, year: int | None = None, *, against: int | None = None, public: bool = False
) -> Report:
    """
    Reports on a year.

    Parameters
    ----------
    year, against
        The year, the workspace's own by default, and one to compare it with.
    public
        Makes the version without anything internal, which leaves no entry in the log.

    Raises
    ------
    StateError
        If a year has no plan.
    UsageError
        If a year is compared with itself.
    """
    wanted = workspace.settings.year.year if year is None else year
    if against == wanted:
        raise UsageError(_("expected another year to compare {year} with, got the same").format(year=wanted))
    years = [wanted] if against is None else [wanted, against]
    with workspace.transaction() as connection:
        plans = load_standing_plans(connection)
        made = []
        for done, number in enumerate(years):
            workspace.progress.report(_("Counting and estimating"), done, len(years))
            made.append(_report(connection, workspace, _plan_of(plans, number), plans, public=public))
        workspace.progress.report(_("Counting and estimating"), len(years), len(years))
        mark = None if public else mark_internal(connection, workspace, "report", {"years": years})
        names = {item.item_id: item.name for item in load_items(connection)}
    return Report(year=made[0], against=made[1] if len(made) > 1 else None, item_names=names, mark=mark)


def _plan_of(plans: Mapping[int, Plan], year: int) -> Plan:
    if year not in plans:
        known = ", ".join(map(str, sorted(plans))) or _("none")
        raise StateError(
            _("expected a year that has a plan ({known}), got {year}; make one with “double-random plan new”").format(
                known=known, year=year
            )
        )
    return plans[year]


def _report(
    connection: sa.Connection, workspace: Workspace, plan: Plan, plans: Mapping[int, Plan], *, public: bool
) -> YearReport:
    settings = parse_settings(plan.policy, plan.plan_id)
    # The plan's policy says what was counted then; its year may be another than the workspace's.
    then = replace(
        workspace, settings=settings.model_copy(update={"year": settings.year.model_copy(update={"year": plan.year})})
    )
    counted, drawn = count_counting(connection), load_drawn_visits(connection, plan.year)
    outcomes = load_outcomes(connection, then)
    standings = _standings(connection, plan, drawn, counted.get(plan.year, 0), public=public)
    estimate = estimate_public if public else estimate_year
    return YearReport(
        year=plan.year,
        today=workspace.today,
        plan_id=plan.plan_id,
        base_date=plan.base_date,
        num_enterprises=plan.num_enterprises,
        target=plan.target,
        ratio_micro=micro(settings.target.ratio),
        source=settings.target.source,
        num_drawn=counted.get(plan.year, 0),
        districts=_districts(connection, then, plan),
        path=_path(standings, plans, counted, plan.year),
        figures=standings,
        mix=_mix(connection, plan.year, drawn, public=public),
        num_inspected=sum(outcome.complete for outcome in outcomes),
        punctuality=_punctuality(connection, then, outcomes),
        estimates=estimate(connection, then, plan.year),
    )


def _districts(connection: sa.Connection, workspace: Workspace, plan: Plan) -> tuple[DistrictLine, ...]:
    enterprises: dict[str, int] = json.loads(plan.by_district)
    if not enterprises:
        return ()
    drawn = counted_by_district(connection, load_draws(connection, plan.year))
    order = [entry.code for entry in workspace.settings.districts]
    codes = [*order, *sorted((set(enterprises) | set(drawn)) - set(order))]
    return tuple(
        DistrictLine(code=code, num_enterprises=enterprises.get(code, 0), num_drawn=drawn[code])
        for code in codes
        if enterprises.get(code) or drawn[code]
    )


def _mix(connection: sa.Connection, year: int, drawn: DrawnVisits, *, public: bool) -> VisitMix:
    tasks = {task.task_id: task for task in load_tasks(connection, year)}
    items = {item.item_id: item for item in load_items(connection)}
    causes = load_causes(connection, year)
    named = {cause.draw_id for cause in causes}
    return visit_mix(
        (package for draw_id, package in zip(drawn.draw_id, drawn.package, strict=True) if draw_id not in named),
        lambda task_ids: departments_of([tasks[task_id] for task_id in task_ids if task_id in tasks], items),
        None if public else len(causes),
    )


def _standings(
    connection: sa.Connection, plan: Plan, drawn: DrawnVisits, num_counting: int, *, public: bool
) -> tuple[FigureStanding, ...]:
    libraries = YearLibraries(connection, plan.year)
    tasks = load_tasks(connection, plan.year)
    inspected = set(load_visit_states(connection))
    values = newest_of(load_figure_values(connection), plan.year)
    found = []
    for figure in plan_figures():
        standing = FigureStanding(figure=figure, due=figure.due(plan.year))
        if figure.measure == "drawn":
            standing = replace(standing, num_reached=num_counting, num_all=plan.num_enterprises)
        elif figure.measure == "library":
            served = {task.task_id for task in tasks if figure.library in task.range.libraries}
            everybody = libraries.firms(figure.library)
            reached = len(everybody & _inspected_for(served, drawn, inspected))
            standing = replace(standing, num_reached=reached, num_all=len(everybody))
        elif figure.code in values and (figure.public or not public):
            standing = _entered(standing, values[figure.code], public=public)
        found.append(standing)
    return tuple(found)


def _entered(standing: FigureStanding, value: FigureValue, *, public: bool) -> FigureStanding:
    """A figure with the value that somebody entered; in public, numbers of persons in its source are blotted out."""
    source = blotted(value.source) if public else value.source
    return replace(standing, value=value.value, as_of=value.as_of, told_by=source)


def _inspected_for(tasks: Set[str], drawn: DrawnVisits, inspected: Set[tuple[str, str]]) -> set[str]:
    """Firms with a visit for one of some tasks that has a result."""
    return {
        firm_id
        for draw_id, firm_id, package in zip(drawn.draw_id, drawn.firm_id, drawn.package, strict=True)
        if not tasks.isdisjoint(package.split("+")) and (draw_id, firm_id) in inspected
    }


def _path(
    standings: tuple[FigureStanding, ...], plans: Mapping[int, Plan], counted: Mapping[int, int], year: int
) -> tuple[PathPoint, ...]:
    """Years of the figure that has a path, and later ones up to the year reported."""
    figure = next((one.figure for one in standings if one.figure.path), None)
    if figure is None:
        return ()
    return tuple(
        PathPoint(
            year=number,
            due=figure.due(number),
            num_enterprises=plans[number].num_enterprises if number in plans else None,
            num_drawn=counted.get(number, 0) if number in plans else None,
        )
        for number in range(figure.start_year, max(figure.target_year, year) + 1)
    )


def _punctuality(connection: sa.Connection, workspace: Workspace, outcomes: tuple[VisitOutcome, ...]) -> Punctuality:
    """Visits that have ended, and when all their results were public, by the log."""
    public = PublicDays(connection)
    recorded = load_newest_actions(connection, RECORDED)
    first = load_first_recordings(connection)
    visits = []
    for one in outcomes:
        ended = one.ended_on or one.visit_on or one.window_ends_on
        if one.ended_on is None and ended >= workspace.today:
            continue
        day = first.get((one.draw_id, one.firm_id)) if one.complete else None
        visits.append((ended, public.since(recorded, day) if day else None))
    return punctuality(
        visits,
        today=workspace.today,
        working_days=workspace.settings.results.publication_working_days,
        calendar=working_calendar(connection, workspace),
    )


def report_document(report: Report) -> dict[str, Any]:
    """The report for machines; the public version has no field that could name a tier."""
    years = []
    for one in report.years:
        document = {
            **asdict(one),
            "ratio": one.ratio_micro / MICRO,
            "share": one.share,
            "figures": [_figure_document(standing) for standing in one.figures],
        }
        if report.mark is None and one.estimates is not None:
            document["estimates"] = {k: v for k, v in asdict(one.estimates).items() if k not in ("tiers", "drawn")}
        years.append(document)
    mark = {} if report.mark is None else {"internal": report.mark.document()}
    return {"year": years[0], **({"against": years[1]} if len(years) > 1 else {}), **mark}


def _figure_document(standing: FigureStanding) -> dict[str, Any]:
    return {
        **standing.figure.model_dump(mode="json", exclude={"path", "measure"}),
        "due": float(standing.due),
        "num_reached": standing.num_reached,
        "num_all": standing.num_all,
        "value": None if standing.value is None else float(standing.value),
        "as_of": standing.as_of,
        "told_by": standing.told_by,
        "met": standing.met,
    }
