"""Why the plan is as it is, what it would be under other figures, and versions side by side. All of it is internal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from models.allocation_rows import (
    load_cells,
    load_certificate,
    load_plan,
    load_planned_rounds,
    load_plans,
    load_solution_cells,
    load_solution_plans,
)
from scheduler.allocation.cells import Cell
from scheduler.allocation.changes import Edit
from scheduler.allocation.explain import BindingLimit, Found, binding_limits, expected_found
from scheduler.allocation.plan import Plan, round_id_of
from scheduler.allocation.problem import PlanPolicy
from scheduler.allocation.summary import PlanSummary
from scheduler.allocation.target import PlannedRound
from scheduler.errors import InfeasiblePlanError, Relaxation, StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.workflow.allocation import PlanView, plan_view, solved_plan
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.plan_inputs import count_enterprises, load_plan_inputs, plan_policy, plan_summary
from scheduler.workflow.plan_solving import Terms, solve_year, year_of
from scheduler.workflow.settings import Settings, parse_settings
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExplanation:
    """A plan, the limits that bind in it (none where no targeted round was solved), and what it is expected to find."""

    view: PlanView
    binding: tuple[BindingLimit, ...]
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    A plan to set beside another.

    Attributes
    ----------
    name
        Version and solution, or what was asked.
    target, num_enterprises
        T and N.
    """

    name: str
    target: int
    num_enterprises: int
    summary: PlanSummary
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two plans side by side, the figures changed between them, the settings of the first, and the mark."""

    left: Scenario
    right: Scenario
    changes: tuple[Edit, ...]
    settings: Settings
    mark: InternalMark


def plan_explain(workspace: Workspace) -> PlanExplanation:
    """
    Explains the newest solution of the plan.

    Raises
    ------
    StateError
        If there is no plan, or it is not solved yet.
    """
    with workspace.transaction() as connection:
        view = plan_view(connection, workspace, "plan explain")
        certificate = load_certificate(connection, view.plan.year, view.solution)
        found = _found(connection, view.plan.year, view.summary, view.policy)
    return PlanExplanation(view=view, binding=() if certificate is None else binding_limits(certificate), found=found)


def plan_whatif(workspace: Workspace, changes: Sequence[str]) -> Comparison:
    """
    Solves the plan as it would be with some figures changed, and sets it beside the plan as it is; records nothing.

    Raises
    ------
    StateError
        If there is no solved plan, or every round is drawn.
    UsageError
        If a change cannot be read.
    PolicyError
        If the policy forbids a value.
    InfeasiblePlanError
        If no plan keeps every limit then; it names the fewest to relax.
    """
    if not changes:
        raise UsageError(_("expected a figure to change, got none; say --set NAME=VALUE"))
    with workspace.transaction() as connection:
        recorded, number = solved_plan(connection, workspace)
        settings = parse_settings(recorded.policy, recorded.plan_id)
        inputs = load_plan_inputs(connection, settings)
        planned = load_planned_rounds(connection, recorded.year)
        if all(entry.drawn for entry in planned):
            raise StateError(
                _("all rounds of {year} are drawn; there is nothing left to solve").format(year=recorded.year)
            )
        terms, made = Terms(text=recorded.policy, settings=settings, inputs=inputs).changed(changes)
        plan = _counted(connection, recorded, terms.settings, planned)
        year = year_of(plan, terms.settings, planned, terms.inputs)
        workspace.progress.report(_("Solving the plan"), 0, 1)
        try:
            cells, _solved = solve_year(plan, terms, year, planned, workspace.progress)
        except InfeasiblePlanError as error:
            raise _asked_instead(error) from error
        workspace.progress.report(_("Solving the plan"), 1, 1)
        drawn = {one.number: load_cells(connection, round_id_of(plan.year, one.number)) for one in planned if one.drawn}
        asked = replace(plan, target=year.target)
        right = _scenario(connection, ", ".join(changes), asked, terms, year.rounds, {**drawn, **cells})
        left = _recorded(connection, recorded, number)
        detail = {"plan": plan.plan_id, "changes": {edit.name: [*edit.shown] for edit in made}}
        mark = mark_internal(connection, workspace, "plan whatif", detail)
    return Comparison(left=left, right=right, changes=made, settings=settings, mark=mark)


def _counted(connection: sa.Connection, plan: Plan, settings: Settings, planned: Sequence[PlannedRound]) -> Plan:
    """The plan with the enterprises that other settings count; once a round was drawn N stays what it was."""
    before = parse_settings(plan.policy, plan.plan_id)
    same = (before.year, before.target.object_types) == (settings.year, settings.target.object_types)
    if same or any(entry.drawn for entry in planned):
        return plan
    return replace(plan, num_enterprises=sum(count_enterprises(connection, settings).values()))


def _asked_instead(error: InfeasiblePlanError) -> InfeasiblePlanError:
    """The same answer with what to ask instead: nothing is to be relaxed in the plan itself."""
    words = _("{sentence} (to ask so: --set {option})")
    return InfeasiblePlanError(
        str(error),
        tuple(
            Relaxation(
                sentence=words.format(sentence=entry.sentence, option=entry.option) if entry.name else entry.sentence
            )
            for entry in error.relaxations
        ),
    )


def plan_compare(workspace: Workspace, left: str, right: str) -> Comparison:
    """
    Sets two versions, such as ``2026-v1`` or ``v1``, or two solutions by their numbers, side by side.

    Raises
    ------
    UsageError
        If there is no such version or solution.
    """
    with workspace.transaction() as connection:
        plan, _number = solved_plan(connection, workspace)
        first, second = (_named(connection, plan.year, name) for name in (left, right))
        mark = mark_internal(connection, workspace, "plan compare", {"left": left, "right": right})
        return Comparison(
            left=_recorded(connection, *first),
            right=_recorded(connection, *second),
            changes=(),
            settings=parse_settings(first[0].policy, first[0].plan_id),
            mark=mark,
        )


def _named(connection: sa.Connection, year: int, name: str) -> tuple[Plan, int]:
    """Plan and solution that a version or a number stands for."""
    plans = {plan.plan_id: plan for plan in load_plans(connection, year)}
    of_solution = load_solution_plans(connection, year)
    plan_id = name if name in plans else f"{year}-{name}"
    numbers = [number for number, owner in of_solution.items() if owner == plan_id]
    if plan_id in plans and numbers:
        return plans[plan_id], max(numbers)
    if name.isdecimal() and int(name) in of_solution:
        return plans[of_solution[int(name)]], int(name)
    known = [*sorted(set(of_solution.values())), *map(str, sorted(of_solution))]
    raise UsageError(
        _("expected a solved version or a solution ({known}), got {name}").format(
            known=", ".join(known) or _("none"), name=name
        )
    )


def _recorded(connection: sa.Connection, plan: Plan, number: int) -> Scenario:
    settings = parse_settings(plan.policy, plan.plan_id)
    rounds = load_planned_rounds(connection, plan.year)
    cells = {
        entry.number: load_solution_cells(connection, round_id_of(plan.year, entry.number), number) for entry in rounds
    }
    terms = Terms(text=plan.policy, settings=settings, inputs=load_plan_inputs(connection, settings))
    name = _("{plan}, solution {number}").format(plan=plan.plan_id, number=number)
    return _scenario(connection, name, plan, terms, rounds, cells)


def _scenario(
    connection: sa.Connection,
    name: str,
    plan: Plan,
    terms: Terms,
    rounds: Sequence[PlannedRound],
    cells: Mapping[int, Sequence[Cell]],
) -> Scenario:
    summary = plan_summary(terms.settings, rounds, cells, terms.inputs)
    return Scenario(
        name=name,
        target=plan.target,
        num_enterprises=plan.num_enterprises,
        summary=summary,
        found=_found(connection, plan.year, summary, plan_policy(terms.settings)),
    )


def _found(connection: sa.Connection, year: int, summary: PlanSummary, policy: PlanPolicy) -> Found:
    rates = {tier: min(1.0, float(rate)) for tier, rate in policy.tiers.expected_findings.items()}
    before: list[Cell] = []
    if load_plan(connection, year - 1) is not None:
        for entry in load_planned_rounds(connection, year - 1):
            before += load_cells(connection, round_id_of(year - 1, entry.number))
    return expected_found(summary.tiers, rates, policy.target.object_types, before)
