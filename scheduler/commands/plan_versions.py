"""The commands `plan list` and `plan export`: versions of the plan, and the plan as it is filed upward."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from scheduler.allocation.plan import Plan
from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.workflow.allocation import plan_history
from scheduler.workflow.plan_export import export_plan


@click.command("list", help=_("List the versions of the year's plan: state, reason, author, and what each changed."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def plan_list_command(context: CommandContext, as_json: bool) -> None:
    """Lists the versions of the plan."""
    plans = plan_history(context.open())
    before = (None, *plans[:-1])
    if as_json:
        print_json({"versions": [_document(plan, old) for plan, old in zip(plans, before, strict=True)]})
        return
    if not plans:
        say(context.pasteable(_("There is no plan yet. Next: double-random plan new")))
        return
    table = plain_table(
        (_("Version"), _("State"), _("Approved on"), _("Author"), _("Reason"), _("What changed")), (_("Target"),)
    )
    for plan, old in zip(plans, before, strict=True):
        table.add_row(
            plan.plan_id,
            label(str(plan.status)),
            str(plan.approved_on or "–"),
            plan.author,
            plan.reason or "–",
            "\n".join(f"{name}: {was} → {now}" for name, was, now in policy_changes(old, plan)) or "–",
            f"{plan.target:,}",
        )
    stdout_console().print(table)


@click.command(
    "export",
    help=_(
        "Write the plan as it is filed upward, in the columns of real plans: FILES end in .xlsx (ready to print) or "
        ".docx. They hold the credit-risk requirement and are internal; what is published leaves it out."
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@pass_command_context
def plan_export_command(context: CommandContext, files: tuple[Path, ...]) -> None:
    """Exports the plan."""
    if len({path.resolve() for path in files}) < len(files):
        raise UsageError(_("expected different files, got one twice"))
    mark = export_plan(context.open(), files, context.language)
    for path in files:
        say(_("Written: {path}").format(path=path))
    say(mark.line())


def policy_changes(before: Plan | None, after: Plan) -> tuple[tuple[str, str, str], ...]:
    """Figures of the policy that differ between two versions: name, value before, value after."""
    if before is None:
        return ()
    old, new = (dict(_flat(tomllib.loads(plan.policy, parse_float=Decimal), "")) for plan in (before, after))
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return tuple((name, old.get(name, "–"), new.get(name, "–")) for name in names)


def _flat(values: Any, name: str) -> Iterator[tuple[str, str]]:
    """Dotted names and values of nested ones, as text; places in lists count from 1."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from _flat(value, f"{name}.{key}" if name else str(key))
    elif isinstance(values, list) and values and isinstance(values[0], Mapping):
        for place, value in enumerate(values, 1):
            yield from _flat(value, f"{name}.{place}")
    else:
        yield name, f"{values.normalize():f}" if isinstance(values, Decimal) else str(values)


def _document(plan: Plan, before: Plan | None) -> dict[str, Any]:
    return {
        "plan": plan.plan_id,
        "status": str(plan.status),
        "approved_on": plan.approved_on,
        "author": plan.author,
        "reason": plan.reason,
        "num_enterprises": plan.num_enterprises,
        "target": plan.target,
        "changes": [{"name": name, "before": was, "after": now} for name, was, now in policy_changes(before, plan)],
    }


COMMANDS: tuple[click.Command, ...] = (plan_list_command, plan_export_command)
