"""Where the year stands: the command that also answers when `double-random` is called alone."""

from __future__ import annotations

import dataclasses

import click
from rich.console import Console
from rich.table import Table

from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.workflow.status import YearStatus, year_status


@click.command(help=_("Where the year stands, the next deadline and the next step."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def status(context: CommandContext, as_json: bool = False) -> None:
    """Tells where the year stands."""
    year = year_status(context.open())
    if as_json:
        print_json(dataclasses.asdict(year))
    else:
        show_status(year)


def show_status(year: YearStatus) -> None:
    """Prints a year's status for people."""
    console = Console(highlight=False)
    num_firms = f"{year.num_firms:,}"
    console.print(_("[bold]{year}[/]: {firms} firms on the register").format(year=year.year, firms=num_firms))
    if year.num_quarantined:
        console.print(
            _("{number} rows wait in quarantine: double-random quarantine list").format(number=year.num_quarantined)
        )
    if year.target is not None:
        console.print(
            _("Plan {plan} ({status}): {drawn} of {target} enterprises drawn for general items").format(
                plan=year.plan, status=label(year.plan_status, _), drawn=f"{year.drawn:,}", target=f"{year.target:,}"
            )
        )
    if year.rounds:
        console.print(rounds_table(year))
    if year.next_deadline:
        day, what = year.next_deadline
        console.print(_("Next deadline: {day}, {what}").format(day=day.isoformat(), what=what))
    console.print(_("Next step: {step}").format(step=year.next_step))


def rounds_table(year: YearStatus) -> Table:
    """Table of the year's rounds."""
    table = Table(box=None, pad_edge=False)
    for heading in (_("Round"), _("Kind"), _("Window"), _("State")):
        table.add_column(heading)
    for heading in (_("Towards target"), _("Visits"), _("Reported")):
        table.add_column(heading, justify="right")
    for entry in year.rounds:
        table.add_row(
            entry.round_id,
            label(entry.kind, _),
            f"{entry.starts_on} – {entry.ends_on}",
            label(entry.state, _),
            f"{entry.num_counting:,} / {entry.planned:,}",
            f"{entry.num_visits:,}",
            f"{entry.num_reported:,}",
        )
    return table


COMMANDS: tuple[click.Command, ...] = (status,)
