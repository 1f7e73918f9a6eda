"""The command that runs a year of the made-up Weihai."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from scheduler.audit.claims import Verdict
from scheduler.audit.report import summary_line, verdict_words
from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.errors import VerificationError
from scheduler.i18n import active_language
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
    counts = {"drawn": f"{rates.num_drawn:,}", "target": f"{rates.target:,}", "all": f"{rates.num_enterprises:,}"}
    if rates.num_drawn == rates.target:
        text = _("[bold]{drawn} of {target}[/] enterprises drawn for general items: ⌈8 % × {all}⌉, hit exactly")
    else:
        text = _("[bold]{drawn} of {target}[/] enterprises drawn for general items")
    console.print(text.format(**counts))
    console.print(rate_table(_("Tier (INTERNAL)"), rates.tiers, {}))
    console.print(rate_table(_("District"), rates.districts, summary.district_names))
    numbers = {"visits": summary.num_visits, "teams": summary.num_teams, "officers": summary.num_officers}
    text = _("{visits} visits by {teams} teams of {officers} officers")
    console.print(text.format(**{name: f"{value:,}" for name, value in numbers.items()}))
    for report in summary.verdicts:
        verdict = f"{summary_line(report)}; {verdict_words(report.verdict)}"
        console.print(f"verify records/{report.kind}: {verdict}", soft_wrap=True)
    places = (
        (_("pages"), summary.folder / "site" / "index.html"),
        (_("records"), summary.folder / "records"),
        (_("lists"), next(iter(summary.folder.glob("*.xlsx")), summary.folder)),
        (_("workspace"), summary.folder / "workspace"),
    )
    console.print(_("Where to look:"))
    for name, place in places:
        console.print(f"  {name}: {place}", soft_wrap=True)


def rate_table(heading: str, rates: tuple[Rate, ...], names: Mapping[str, tuple[str, str]]) -> Table:
    """Table of rates: group, firms, drawn, share."""
    table = Table(box=None, pad_edge=False)
    table.add_column(heading)
    for name in (_("Enterprises"), _("Drawn"), _("Rate")):
        table.add_column(name, justify="right")
    for rate in rates:
        share = f"{100 * rate.num_drawn / rate.num_firms:.2f} %" if rate.num_firms else "–"
        chinese, english = names.get(rate.code, (rate.code, rate.code))
        name = chinese if active_language() == "zh_CN" else english
        table.add_row(name, f"{rate.num_firms:,}", f"{rate.num_drawn:,}", share)
    return table


COMMANDS: tuple[click.Command, ...] = (demo,)
