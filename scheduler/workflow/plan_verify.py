"""Checks a recorded solution without a solver: that it keeps every limit, and how far from the optimum it can be."""

from __future__ import annotations

from dataclasses import dataclass

from models.allocation_rows import load_certificate_files, load_plan, newest_solution
from scheduler.audit.programme import Findings, check_programme, read_programme
from scheduler.errors import StateError, VerificationError
from scheduler.i18n import gettext as _
from scheduler.workflow.workspace import Workspace

EXPONENT = 30  # costs of findings are integers of 10^-30


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCheck:
    """
    What the check of a solution found.

    Attributes
    ----------
    plan_id, solution
        Which solution.
    num_columns, num_rows
        Size of the programme.
    findings
        What the check says.
    """

    plan_id: str
    solution: int
    num_columns: int
    num_rows: int
    findings: Findings

    @property
    def cost(self) -> float:
        """Cost of the recorded answer: officers' time less expected findings."""
        return float(self.findings.cost / 10**EXPONENT)

    @property
    def gap(self) -> float:
        """By how much, at most, another answer could be better."""
        return float((self.findings.cost - self.findings.bound) / 10**EXPONENT)


def plan_check_report(workspace: Workspace, solution: int | None = None) -> PlanCheck:
    """
    Checks the newest solution of the year, or one by number.

    Raises
    ------
    StateError
        If there is no such solution, or it solved no targeted round.
    """
    year = workspace.settings.year.year
    with workspace.transaction() as connection:
        number = newest_solution(connection, year) if solution is None else solution
        files = load_certificate_files(connection, year, number)
        plan = load_plan(connection, year)
    if files is None or plan is None:
        raise StateError(
            _("there is no programme of solution {number} to check; run “double-random plan solve”").format(
                number=number
            )
        )
    programme = read_programme(files)
    return PlanCheck(
        plan_id=plan.plan_id,
        solution=number,
        num_columns=len(programme.cost),
        num_rows=len(programme.lower),
        findings=check_programme(programme),
    )


def verify_plan(workspace: Workspace, solution: int | None = None) -> PlanCheck:
    """
    As `plan_check_report`, and raises if the solution does not hold.

    Raises
    ------
    VerificationError
        If the solution breaks a limit, or its dual values do not show that it is near the optimum.
    """
    check = plan_check_report(workspace, solution)
    findings = check.findings
    broken = len(findings.broken_rows) + len(findings.broken_columns)
    if broken:
        raise VerificationError(
            _("solution {number}: expected every limit kept, got {broken} that are not; solve the plan again").format(
                number=check.solution, broken=broken
            )
        )
    if not findings.is_near_optimal:
        raise VerificationError(
            _("solution {number}: expected it near the optimum, but another could find {gap} more").format(
                number=check.solution, gap=f"{check.gap:.6f}"
            )
        )
    return check
