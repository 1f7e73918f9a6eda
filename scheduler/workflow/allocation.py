"""
Makes, solves, shows and approves the year's plan.

N and T are fixed when the plan is made; once a round was drawn they stay for the year. An unapproved plan follows the
policy file: change the file, make the plan again. An approved one is locked, and `plan_solve` then only solves again,
under the plan's own policy, what is not drawn yet, on the register as it stands; every solution is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from models.allocation_rows import (
    load_cells,
    load_committed_rounds,
    load_plan,
    load_planned_rounds,
    load_plans,
    newest_solution,
    save_cells,
    save_certificate,
    save_plan,
    save_rounds,
)
from models.registry_rows import save_tasks
from scheduler.allocation.cells import Cell
from scheduler.allocation.certificate import Certificate
from scheduler.allocation.plan import Plan, PlanStatus, plan_id_of, round_id_of
from scheduler.allocation.problem import PlanPolicy, Year
from scheduler.allocation.summary import PlanSummary
from scheduler.allocation.target import (
    PlannedRound,
    carry_over,
    split_target,
    target_visits,
)
from scheduler.draw.files import allocation_table
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.parameters import micro
from scheduler.workflow.files import write_file
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.log import append_log
from scheduler.workflow.plan_inputs import (
    count_enterprises,
    load_plan_inputs,
    plan_policy,
    plan_summary,
)
from scheduler.workflow.plan_solving import Terms, keep_drawn, num_counted, solve_year
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import SETTINGS_NAME, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """
    What a solve recorded.

    Attributes
    ----------
    plan, number
        The plan, and the number of the solution.
    rounds
        All rounds of the year, with what each still owes.
    cells
        Of each round solved, by its number.
    certificate
        The programme with dual values and what became of every limit; None where no targeted round was to be solved.
    findings
        Expected findings of the visits of targeted rounds.
    """

    plan: Plan
    number: int
    rounds: tuple[PlannedRound, ...]
    cells: Mapping[int, tuple[Cell, ...]]
    certificate: Certificate | None
    findings: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan to look at: the plan, its rounds, its numbers, and the mark that internal output bears."""

    plan: Plan
    policy: PlanPolicy
    rounds: tuple[PlannedRound, ...]
    solution: int
    summary: PlanSummary
    mark: InternalMark


def plan_new(workspace: Workspace, *, reason: str = "", dry_run: bool = False) -> Plan:
    """
    Makes the year's plan, or a new version of it: counts N, fixes T and shares it out over the rounds.

    An unapproved version is made anew in its place. Where a round was drawn already, N and T stay, and so do the rounds
    that were drawn.

    Raises
    ------
    StateError
        If there are no enterprises, a round is committed to, or the policy file no longer has a round that was drawn.
    UsageError
        If the version before is approved and no reason is given for another.
    PolicyError
        If the rounds are in an impossible order.
    """
    with workspace.transaction() as connection:
        plan = _make(connection, workspace, reason)
        if dry_run:
            connection.rollback()
    return plan


def plan_solve(workspace: Workspace, *, relax: Sequence[str] = (), reason: str = "", dry_run: bool = False) -> Solution:
    """
    Solves the plan for every round that is not drawn yet, on what is still owed, and records the solution.

    Parameters
    ----------
    relax
        Figures of the policy to change first, as `scheduler.allocation.changes` reads them. The changed policy makes a
        new version where the plan is approved, and is written to the policy file.
    reason
        Why they are changed.

    Raises
    ------
    StateError
        If there is no plan, the policy changed under an unapproved one, a round is committed to, all are drawn, or
        the classification does not fit.
    UsageError
        If a change cannot be read, or an approved plan is to change without a reason.
    InfeasiblePlanError
        If no plan keeps every limit; nothing is changed.
    """
    with workspace.transaction() as connection:
        relaxed = _relaxed(connection, workspace, relax, reason) if relax else workspace
        plan = _plan_to_solve(connection, relaxed)
        settings = parse_settings(plan.policy, plan.plan_id)
        terms = Terms(text=plan.policy, settings=settings, inputs=load_plan_inputs(connection, settings))
        planned = load_planned_rounds(connection, plan.year)
        rounds = carry_over(plan.target, num_counted(terms.inputs.drawn), planned)
        year = Year(num_enterprises=plan.num_enterprises, target=plan.target, rounds=rounds)
        workspace.progress.report(_("Solving the plan"), 0, 1)
        cells, solved = solve_year(plan, terms, year, planned, workspace.progress)
        workspace.progress.report(_("Solving the plan"), 1, 1)
        solution = Solution(
            plan=replace(plan, status=PlanStatus.APPROVED if plan.locked else PlanStatus.SOLVED),
            number=newest_solution(connection, plan.year) + 1,
            rounds=rounds,
            cells=cells,
            certificate=solved.certificate,
            findings=solved.findings,
        )
        _record(connection, workspace, solution)
        if dry_run:
            connection.rollback()
        elif relaxed.settings_text != workspace.settings_text:
            write_file(workspace.root / SETTINGS_NAME, relaxed.settings_text.encode("utf-8"))
    return solution


def _make(connection: sa.Connection, workspace: Workspace, reason: str) -> Plan:
    """Makes the plan or a new version of it."""
    settings = workspace.settings
    year = settings.year.year
    _refuse_committed(connection, year)
    before = load_plan(connection, year)
    if before is not None and before.locked and not reason.strip():
        raise UsageError(
            _("plan {plan} is approved: expected a reason for a new version, got none; say it with --reason").format(
                plan=before.plan_id
            )
        )
    drawn = tuple(entry for entry in load_planned_rounds(connection, year) if entry.drawn)
    plan = _draft(connection, workspace, before, reason, anew=not drawn)
    rounds = keep_drawn(split_target(plan.target, settings.target, settings.rounds), drawn)
    if before is not None and before.locked:
        save_plan(connection, replace(before, status=PlanStatus.SUPERSEDED))
    save_plan(connection, plan)
    save_rounds(connection, plan, rounds)
    append_log(
        connection,
        workspace,
        "plan new",
        {
            "plan": plan.plan_id,
            "num_enterprises": plan.num_enterprises,
            "target": plan.target,
            "rounds": {str(entry.number): entry.counting_visits for entry in rounds},
            "reason": reason,
        },
        before="" if before is None else content_digest(before.policy.encode("utf-8")),
        after=content_digest(plan.policy.encode("utf-8")),
    )
    return plan


def _relaxed(connection: sa.Connection, workspace: Workspace, relax: Sequence[str], reason: str) -> Workspace:
    """The workspace under the policy with figures changed; its tasks and its plan are made anew accordingly."""
    plan = _newest_plan(connection, workspace.settings.year.year)
    if plan.policy != workspace.settings_text:
        raise StateError(
            _("the policy file changed since plan {plan} was made; run “double-random plan new” again").format(
                plan=plan.plan_id
            )
        )
    inputs = load_plan_inputs(connection, workspace.settings)
    terms, made = Terms(text=plan.policy, settings=workspace.settings, inputs=inputs).changed(relax)
    if terms.inputs.tasks != inputs.tasks:
        save_tasks(connection, plan.year, terms.inputs.tasks)
    append_log(
        connection,
        workspace,
        "plan relax",
        {"plan": plan.plan_id, "reason": reason, "changes": {edit.name: [*edit.shown] for edit in made}},
        before=content_digest(plan.policy.encode("utf-8")),
        after=content_digest(terms.text.encode("utf-8")),
    )
    changed = replace(workspace, settings=terms.settings, settings_text=terms.text)
    _make(connection, changed, reason)
    return changed


def plan_show(workspace: Workspace) -> PlanView:
    """
    Sums the newest plan up; rates by tier are internal, so that looking is logged.

    Raises
    ------
    StateError
        If there is no plan, or it is not solved yet.
    """
    with workspace.transaction() as connection:
        return plan_view(connection, workspace, "plan show")


def plan_view(connection: sa.Connection, workspace: Workspace, action: str) -> PlanView:
    """The newest plan to look at, the look being logged as `action`; raises as `plan_show`."""
    plan, solution = solved_plan(connection, workspace)
    settings = parse_settings(plan.policy, plan.plan_id)
    rounds = load_planned_rounds(connection, plan.year)
    cells = {entry.number: load_cells(connection, round_id_of(plan.year, entry.number)) for entry in rounds}
    return PlanView(
        plan=plan,
        policy=plan_policy(settings),
        rounds=rounds,
        solution=solution,
        summary=plan_summary(settings, rounds, cells, load_plan_inputs(connection, settings)),
        mark=mark_internal(connection, workspace, action, {"plan": plan.plan_id, "solution": solution}),
    )


def solved_plan(connection: sa.Connection, workspace: Workspace) -> tuple[Plan, int]:
    """
    The newest plan and the number of its newest solution.

    Raises
    ------
    StateError
        If there is no plan, or it is not solved yet.
    """
    plan = _newest_plan(connection, workspace.settings.year.year)
    solution = newest_solution(connection, plan.year)
    if plan.status is PlanStatus.DRAFT or not solution:
        raise StateError(_("plan {plan} is not solved yet; run “double-random plan solve”").format(plan=plan.plan_id))
    return plan, solution


def plan_history(workspace: Workspace) -> tuple[Plan, ...]:
    """All versions of the year's plan, the oldest first."""
    with workspace.transaction() as connection:
        return load_plans(connection, workspace.settings.year.year)


def plan_approve(workspace: Workspace) -> Plan:
    """
    Approves the solved plan, which locks it.

    Raises
    ------
    StateError
        If there is no plan, it is not solved, or it is approved already.
    """
    with workspace.transaction() as connection:
        plan = _newest_plan(connection, workspace.settings.year.year)
        if plan.locked:
            raise StateError(_("plan {plan} is approved already").format(plan=plan.plan_id))
        if plan.status is not PlanStatus.SOLVED:
            raise StateError(
                _("plan {plan} is not solved yet; run “double-random plan solve”").format(plan=plan.plan_id)
            )
        approved = replace(plan, status=PlanStatus.APPROVED, approved_on=workspace.today)
        save_plan(connection, approved)
        append_log(
            connection,
            workspace,
            "plan approve",
            {"plan": plan.plan_id, "solution": newest_solution(connection, plan.year)},
            after=content_digest(plan.policy.encode("utf-8")),
        )
    return approved


def _draft(connection: sa.Connection, workspace: Workspace, before: Plan | None, reason: str, *, anew: bool) -> Plan:
    """A draft under the policy file as it is: N and T counted anew, or those of the version before."""
    settings = workspace.settings
    if before is None or anew:
        counted, base_date = count_enterprises(connection, settings), settings.year.base_date
        num_enterprises, by_district = sum(counted.values()), json.dumps(counted)
        target = target_visits(micro(settings.target.ratio), num_enterprises)
    else:
        num_enterprises, base_date, target = before.num_enterprises, before.base_date, before.target
        by_district = before.by_district
    version = 1 if before is None else before.version + before.locked
    return Plan(
        plan_id=plan_id_of(settings.year.year, version),
        year=settings.year.year,
        version=version,
        status=PlanStatus.DRAFT,
        base_date=base_date,
        num_enterprises=num_enterprises,
        target=target,
        policy=workspace.settings_text,
        reason=reason,
        author=workspace.actor,
        by_district=by_district,
    )


def _refuse_committed(connection: sa.Connection, year: int) -> None:
    committed = load_committed_rounds(connection, year)
    if committed:
        raise StateError(
            _("round {number} is committed to, so its plan is frozen; draw it or void the attempt first").format(
                number=committed[0]
            )
        )


def _newest_plan(connection: sa.Connection, year: int) -> Plan:
    plan = load_plan(connection, year)
    if plan is None:
        raise StateError(_("there is no plan for {year}; run “double-random plan new”").format(year=year))
    return plan


def _plan_to_solve(connection: sa.Connection, workspace: Workspace) -> Plan:
    plan = _newest_plan(connection, workspace.settings.year.year)
    if not plan.locked and plan.policy != workspace.settings_text:
        raise StateError(
            _("the policy file changed since plan {plan} was made; run “double-random plan new” again").format(
                plan=plan.plan_id
            )
        )
    _refuse_committed(connection, plan.year)
    if all(entry.drawn for entry in load_planned_rounds(connection, plan.year)):
        raise StateError(_("all rounds of {year} are drawn; there is nothing left to solve").format(year=plan.year))
    return plan


def _record(connection: sa.Connection, workspace: Workspace, solution: Solution) -> None:
    plan = solution.plan
    tables = {number: allocation_table(cells) for number, cells in sorted(solution.cells.items())}
    before = {
        number: allocation_table(load_cells(connection, round_id_of(plan.year, number))) for number in sorted(tables)
    }
    save_plan(connection, plan)
    save_rounds(connection, plan, solution.rounds)
    for number, cells in solution.cells.items():
        save_cells(connection, round_id_of(plan.year, number), solution.number, cells)
    if solution.certificate is not None:
        save_certificate(connection, plan, solution.number, solution.certificate)
    append_log(
        connection,
        workspace,
        "plan solve",
        {
            "plan": plan.plan_id,
            "solution": solution.number,
            "rounds": {str(entry.number): entry.counting_visits for entry in solution.rounds if not entry.drawn},
        },
        before=content_digest(b"".join(before.values())) if solution.number > 1 else "",
        after=content_digest(b"".join(tables.values())),
    )
