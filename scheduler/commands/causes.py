"""Commands about checks for cause: `cause add` and `cause list`. Internal."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.workflow.causes import add_cause, list_causes


@click.group(help=_("Checks for cause: complaints and leads that name their firm. Internal."))
def cause() -> None:
    """Groups the commands about checks for cause."""


@cause.command(
    "add",
    help=_(
        "Record a check for cause of the firm FIRM. It gets officers like a list drawn elsewhere, counts among the "
        "firm's visits of the year, and never towards the target."
    ),
)
@click.argument("firm_id", metavar="FIRM")
@click.option("--task", "task_ids", multiple=True, required=True, help=_("Task the visit serves; may be repeated."))
@click.option("--source", default="", help=_("Where the lead came from, such as 12315 or a transfer."))
@click.option("--reason", required=True, help=_("What the complaint or lead says; kept inside."))
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), default=None, help=_("Day it came; today by default."))
@click.option("--dry-run", is_flag=True, help=_("Only show what would come out; change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def cause_add_command(
    context: CommandContext,
    firm_id: str,
    task_ids: tuple[str, ...],
    source: str,
    reason: str,
    received: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Records a check for cause."""
    day = received.date() if received else None
    made = add_cause(context.open(), firm_id, task_ids, source=source, reason=reason, received_on=day, dry_run=dry_run)
    if as_json:
        print_json(dataclasses.asdict(made))
        return
    words = _("Check for cause {number}: firm {firm}, tasks {package}, list {draw_id}.")
    say(words.format(number=made.cause_id, firm=made.firm_id, package=made.package, draw_id=made.draw_id))
    next_step = _("Next: double-random draw officers {number}").format(number=made.draw_id.split("-")[1])
    say(_("Nothing was changed.") if dry_run else context.pasteable(next_step))


@cause.command("list", help=_("List the checks for cause of the year. Internal."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def cause_list_command(context: CommandContext, as_json: bool) -> None:
    """Lists the checks for cause."""
    found = list_causes(context.open())
    if as_json:
        print_json({"causes": [dataclasses.asdict(entry) for entry in found]})
        return
    table = plain_table((_("Firm"), _("Tasks"), _("List"), _("Source"), _("Received"), _("Reason")), (_("Number"),))
    for entry in found:
        cells = (entry.firm_id, entry.package, entry.draw_id, entry.source, str(entry.received_on), entry.reason)
        table.add_row(*cells, str(entry.cause_id))
    stdout_console().print(table)


COMMANDS: tuple[click.Command, ...] = (cause,)
