"""The command `example`: a workbook of made-up firms to try everything with."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.context import say
from scheduler.i18n import gettext as _
from scheduler.workflow.example import LEAST_FIRMS, SEED, SMALL_FIRMS, write_workbook


@click.command(
    help=_(
        "Write FILE, a workbook of a made-up Weihai for “double-random import all”: firms, events, items, officers, "
        "recusals and tasks, all fictional. The same seed and size make the same workbook. It needs no workspace."
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--firms", type=click.IntRange(LEAST_FIRMS), default=SMALL_FIRMS, show_default=True, help=_("How many."))
@click.option("--seed", default=SEED, show_default=True, help=_("Any text; another seed makes another city."))
@click.option(
    "--parameters",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("Parameter file of another city; without it, the shipped Weihai."),
)
@click.option("--yes", is_flag=True, help=_("Replace the file without asking."))
def example(file: Path, firms: int, seed: str, parameters: Path | None, yes: bool) -> None:
    """Writes a workbook of a made-up city."""
    if file.exists() and not yes:
        click.confirm(_("{file} exists. Replace it?").format(file=file), abort=True, err=True)
    made = write_workbook(file, num_firms=firms, seed=seed, parameters=parameters)
    say(
        _(
            "Wrote {file}: {firms} made-up firms, {events} events, {items} items, {tasks} tasks, {officers} officers, "
            "{recusals} recusals. Next: double-random import all {file}"
        ).format(
            file=file,
            firms=made.num_firms,
            events=made.num_events,
            items=made.num_items,
            tasks=made.num_tasks,
            officers=made.num_officers,
            recusals=made.num_recusals,
        )
    )


COMMANDS: tuple[click.Command, ...] = (example,)
