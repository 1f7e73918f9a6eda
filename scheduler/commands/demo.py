"""The command that runs a year of the made-up Weihai."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from scheduler.audit.claims import Verdict
from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.errors import VerificationError
from scheduler.i18n import gettext as _
from scheduler.workflow.demo import DemoSummary, replace_demo, run_demo
from scheduler.workflow.example import SEED
from scheduler.workflow.rates import Rate


@click.command(help=_("Run a year of a made-up Weihai, from register to verified records, into a folder."))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=_("Folder to make; must be new.")
)
@click.option("--firms", type=click.IntRange(min=1000), default=20_000, show_default=True, help=_("Firms of the city."))
@click.option("--seed", default=SEED, show_default=True, help=_("Another seed makes another city."))
@click.option("--replace", is_flag=True, help=_("Clear the folder first if an earlier demo made it."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def demo(context: CommandContext, out: Path, firms: int, seed: str, replace: bool, as_json: bool) -> None:
    """Runs a year of the example."""
    if replace:
        replace_demo(out)
    summary = run_demo(out, num_firms=firms, seed=seed, progress=context.progress, database_url=context.database_url)
    if as_json:
        print_json({**dataclasses.asdict(summary), "verdicts": [report.verdict for report in summary.verdicts]})
    else:
        show_summary(summary)
    if any(report.verdict is Verdict.REJECTED for report in summary.verdicts):
        raise VerificationError(_("the demo's own records were rejected; this is a defect of the program"))


def show_summary(summary: DemoSummary) -> None:
    """Prints what a demo made, for people."""
    console = Console(highlight=False)
    rates = summary.rates
    console.print(
        _(
            "[bold]{drawn} of {target}[/] enterprises drawn for general items: ⌈8 % of {enterprises}⌉, hit exactly"
        ).format(drawn=f"{rates.num_drawn:,}", target=f"{rates.target:,}", enterprises=f"{rates.num_enterprises:,}")
        if rates.num_drawn == rates.target
        else _("{drawn} of {target} enterprises drawn").format(drawn=rates.num_drawn, target=rates.target)
    )
    console.print(rate_table(_("Tier (INTERNAL)"), rates.tiers))
    console.print(rate_table(_("District"), rates.districts))
    console.print(
        _("{visits} visits by {teams} teams of {officers} officers").format(
            visits=f"{summary.num_visits:,}", teams=f"{summary.num_teams:,}", officers=f"{summary.num_officers:,}"
        )
    )


def rate_table(heading: str, rates: tuple[Rate, ...]) -> Table:
    """Table of rates: group, firms, drawn, share."""
    table = Table(box=None, pad_edge=False)
    table.add_column(heading)
    for name in (_("Enterprises"), _("Drawn"), _("Rate")):
        table.add_column(name, justify="right")
    for rate in rates:
        share = f"{100 * rate.num_drawn / rate.num_firms:.2f} %" if rate.num_firms else "–"
        table.add_row(rate.code, f"{rate.num_firms:,}", f"{rate.num_drawn:,}", share)
    return table


COMMANDS: tuple[click.Command, ...] = (demo,)
