"""The command `audit simulate`."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.audit.simulation.checks import LEVEL
from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.simulation_page import simulation_page
from scheduler.commands.simulation_words import (
    chance_words,
    expected_words,
    family_words,
    number_words,
    subject_words,
    verdict_lines,
    worst_of,
)
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.simulation import Simulation, SimulationSize, simulate_record, simulate_round


@click.command(
    "simulate",
    help=_(
        "Draw a round again with many seeds, and test whether everybody is drawn as often as the record says; "
        "nothing is drawn or changed. Exit status 1 if not. Of targeted rounds the answer is internal."
    ),
)
@click.argument("round_number", metavar="ROUND", type=click.IntRange(min=1))
@click.option(
    "--record",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=_("Simulate from the folder of an audit record (an open round: public one too) instead of the workspace."),
)
@click.option(
    "--draws",
    type=click.IntRange(10, 1_000_000),
    help=_("How many seeds; without it, as many as about a minute allows, from 100 to 2,000."),
)
@click.option(
    "--series",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help=_("Other numbers derive other seeds, for a second opinion."),
)
@click.option(
    "--level",
    type=click.FloatRange(0, 0.5, min_open=True),
    default=LEVEL,
    show_default=True,
    help=_("How often a fair draw may be called unfair."),
)
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help=_("Write one page to this file."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def simulate_command(
    context: CommandContext,
    round_number: int,
    record: Path | None,
    draws: int | None,
    series: int,
    level: float,
    page: Path | None,
    as_json: bool,
) -> None:
    """Simulates a round."""
    if page is not None:
        check_target(page, (".html", ".htm"))
    size = SimulationSize(num_draws=draws, series=series, level=level)
    if record is None:
        found = simulate_round(context.open(), round_number, size)
    else:
        at = context.now.isoformat(sep=" ", timespec="minutes")
        found = simulate_record(record, round_number, size, actor=context.actor, at=at, progress=context.progress)
    if page is not None:
        write_file(page, simulation_page(found, context.language).encode("utf-8"))
        say(_("Wrote {file}.").format(file=page))
    if as_json:
        mark = None if found.mark is None else found.mark.document()
        print_json({**found.report.document(), "internal": mark})
    else:
        _show(found, context.language)
    if not found.report.fits:
        raise click.exceptions.Exit(1)


def _show(found: Simulation, language: str) -> None:
    screen = stdout_console()
    if found.mark is not None:
        screen.print(found.mark.line(), style="bold red")
    for line in verdict_lines(found, language):
        screen.print(line)
    table = plain_table(
        (_("Test"), _("Farthest off")), (_("Tests"), _("Found"), _("Expected"), _("By chance, all tests counted"))
    )
    for family, number, check in worst_of(found.report):
        table.add_row(
            family_words(family),
            subject_words(check, found.district_names, language),
            str(number),
            number_words(check.found),
            expected_words(check),
            chance_words(check.adjusted),
        )
    screen.print(table)
