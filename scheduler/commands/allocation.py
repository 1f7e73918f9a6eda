"""The commands of `plan`: make, solve, show and approve the year's plan. Rates by tier are internal."""

from __future__ import annotations

from decimal import Decimal

import click

from scheduler.commands import plan_explain, plan_versions
from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.plan_tables import show_plan, view_document
from scheduler.i18n import gettext as _
from scheduler.registry.items import MICRO
from scheduler.workflow.allocation import Solution, plan_approve, plan_new, plan_show, plan_solve
from scheduler.workflow.plan_verify import verify_plan


@click.group(help=_("The yearly plan: how many enterprises each round draws, and at which rates."))
def plan() -> None:
    """Groups the commands of the plan."""


@plan.command(
    "new", help=_("Make the plan: count the enterprises, fix the year's target and share it out over the rounds.")
)
@click.option("--reason", default="", help=_("Why this version is made; kept with the plan and in the log."))
@click.option("--dry-run", is_flag=True, help=_("Only show what would come out; change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def plan_new_command(context: CommandContext, reason: str, dry_run: bool, as_json: bool) -> None:
    """Makes the plan."""
    made = plan_new(context.open(), reason=reason, dry_run=dry_run)
    if as_json:
        print_json({"plan": made.plan_id, "num_enterprises": made.num_enterprises, "target": made.target})
    else:
        words = _("Plan {plan}: {number} enterprises on {base_date}, {target} of them to draw this year.")
        numbers = {"number": f"{made.num_enterprises:,}", "target": f"{made.target:,}"}
        say(words.format(plan=made.plan_id, base_date=made.base_date, **numbers))
        say(context.pasteable(_("Nothing was changed.") if dry_run else _("Next: double-random plan solve")))


@plan.command("solve", help=_("Solve the plan for every round that is not drawn yet, on what is still owed."))
@click.option(
    "--relax",
    "relax",
    multiple=True,
    metavar="NAME=VALUE",
    help=_(
        "Change a figure of the policy first, as an infeasible answer offers it; may be given several times. It is "
        "written to the policy file and recorded; an approved plan gets a new version."
    ),
)
@click.option("--reason", default="", help=_("Why the policy is changed; an approved plan needs it."))
@click.option("--dry-run", is_flag=True, help=_("Only solve; record nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def plan_solve_command(
    context: CommandContext, relax: tuple[str, ...], reason: str, dry_run: bool, as_json: bool
) -> None:
    """Solves the plan."""
    solution = plan_solve(context.open(), relax=relax, reason=reason, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "plan": solution.plan.plan_id,
                "solution": solution.number,
                "rounds": {
                    str(entry.number): {
                        "counting_visits": entry.counting_visits,
                        "visits": float(_visits(solution, entry.number)),
                        "strata": len({cell.stratum for cell in solution.cells[entry.number]}),
                    }
                    for entry in solution.rounds
                    if not entry.drawn
                },
            }
        )
        return
    for entry in solution.rounds:
        if not entry.drawn:
            words = _("Round {number}: {counting} visits count towards the target, {visits} visits in all.")
            say(
                words.format(
                    number=entry.number,
                    counting=f"{entry.counting_visits:,}",
                    visits=f"{_visits(solution, entry.number):,.0f}",
                )
            )
    words = _("Nothing was changed.") if dry_run else _("Solution {number} of plan {plan} is recorded.")
    say(words.format(number=solution.number, plan=solution.plan.plan_id))
    if not dry_run:
        say(context.pasteable(_("Next: double-random, which tells whether to approve the plan or to draw")))


@plan.command(
    "show", help=_("Show rates by tier and object type against the target, by district, and hours (internal).")
)
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def plan_show_command(context: CommandContext, as_json: bool) -> None:
    """Shows the plan."""
    workspace = context.open()
    view = plan_show(workspace)
    if as_json:
        print_json(view_document(view))
    else:
        show_plan(view, {entry.code: entry for entry in workspace.settings.districts}, context.language)


@plan.command(
    "verify", help=_("Check the recorded solution without a solver: every limit kept, and how near the optimum it is.")
)
@click.option("--solution", type=int, default=None, help=_("Number of the solution; the newest by default."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def plan_verify_command(context: CommandContext, solution: int | None, as_json: bool) -> None:
    """Checks the recorded solution."""
    check = verify_plan(context.open(), solution)
    numbers = {"limits": check.num_rows, "unknowns": check.num_columns, "slack": len(check.findings.slack_rows)}
    if as_json:
        print_json({"plan": check.plan_id, "solution": check.solution, "cost": check.cost, "gap": check.gap, **numbers})
        return
    words = _("Solution {number} of plan {plan} keeps all {limits} limits ({slack} to the last millionth of a visit).")
    shown = {name: f"{number:,}" for name, number in numbers.items()}
    say(words.format(number=check.solution, plan=check.plan_id, **shown))
    say(
        _("No other could find more than {gap} more problems: shown by its dual values, without a solver.").format(
            gap=f"{max(0.0, check.gap):.6f}"
        )
    )


@plan.command("approve", help=_("Approve the solved plan; this locks its policy, N and the target."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@pass_command_context
def plan_approve_command(context: CommandContext, yes: bool) -> None:
    """Approves the plan."""
    workspace = context.open()
    if not yes:
        click.confirm(_("Approving locks the plan for the year. Approve it?"), abort=True, err=True)
    approved = plan_approve(workspace)
    words = _("Plan {plan} is approved. Next: double-random draw commit 1 --entropy NAME@DATE:KIND:DETAIL")
    say(context.pasteable(words.format(plan=approved.plan_id)))


def _visits(solution: Solution, number: int) -> Decimal:
    """Expected visits of a round."""
    return Decimal(sum(cell.visits_micro for cell in solution.cells[number])) / MICRO


for _command in (*plan_explain.COMMANDS, *plan_versions.COMMANDS):
    plan.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (plan,)
