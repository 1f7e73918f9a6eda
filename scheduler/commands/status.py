"""Where the year stands: the command that also answers when `double-random` is called alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table

from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.i18n import gettext as _
from scheduler.i18n import noop
from scheduler.labels import label
from scheduler.registry.codes import RoundKind
from scheduler.workflow.status import RoundStatus, YearStatus, year_status

SHORT_WORDS: Mapping[str, str] = {
    RoundKind.OPEN: noop("open"),
    RoundKind.TARGETED: noop("targeted"),
    RoundKind.EXTERNAL: noop("elsewhere"),
    "planned": noop("planned"),
    "committed": noop("committed"),
    "drawn": noop("drawn"),
    "assigned": noop("officers drawn"),
}


@click.command(help=_("Where the year stands, the next deadline and the next step."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def status(context: CommandContext, as_json: bool = False) -> None:
    """Tells where the year stands."""
    year = year_status(context.open())
    if as_json:
        print_json(dataclasses.asdict(year))
    else:
        show_status(context, year)


def show_status(context: CommandContext, year: YearStatus) -> None:
    """Prints a year's status for people."""
    console = Console(highlight=False)
    num_firms = f"{year.num_firms:,}"
    console.print(_("[bold]{year}[/]: {firms} firms on the register").format(year=year.year, firms=num_firms))
    if year.num_quarantined:
        console.print(
            context.pasteable(
                _("{number} rows wait in quarantine: double-random quarantine list").format(
                    number=f"{year.num_quarantined:,}"
                )
            ),
            soft_wrap=True,
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
        words = _("Overdue since {day}: {what}") if day < context.now.date() else _("Next deadline: {day}, {what}")
        console.print(words.format(day=day.isoformat(), what=what), markup=False, soft_wrap=True)
    step = context.pasteable(year.next_step)
    console.print(_("Next step: {step}").format(step=step), markup=False, soft_wrap=True)


def rounds_table(year: YearStatus) -> Table:
    """Table of the year's rounds, in words short enough for 80 columns."""
    table = Table(box=None, pad_edge=False)
    for heading in (_("Round"), _("Kind"), _("Window"), _("State")):
        table.add_column(heading)
    for heading in (_("For target"), _("Visits"), _("Reported")):
        table.add_column(heading, justify="right")
    for entry in year.rounds:
        table.add_row(
            entry.round_id,
            _short(entry.kind),
            _window(entry, year.year),
            _short(entry.state),
            f"{entry.num_counting:,} / {entry.planned:,}",
            f"{entry.num_visits:,}",
            f"{entry.num_reported:,}",
        )
    return table


def _short(code: str) -> str:
    return _(SHORT_WORDS[code]) if code in SHORT_WORDS else label(code)


def _window(entry: RoundStatus, year: int) -> str:
    if entry.starts_on.year == entry.ends_on.year == year:
        return f"{entry.starts_on:%m-%d} – {entry.ends_on:%m-%d}"
    return f"{entry.starts_on} – {entry.ends_on}"


COMMANDS: tuple[click.Command, ...] = (status,)
