"""Commands that make a workspace and tell about its log."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.draw.hashing import content_digest
from scheduler.i18n import gettext as _
from scheduler.resources import data_path
from scheduler.workflow.files import write_file
from scheduler.workflow.heads import anchors_now
from scheduler.workflow.log import append_log, verify_log
from scheduler.workflow.workspace import create_workspace, read_settings


@click.command(help=_("Make a workspace: a folder with the policy file double-random.toml and an empty database."))
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("Policy file to start from; without it, the shipped example (its limits are expert choices, not official)."),
)
@pass_command_context
def init(context: CommandContext, settings: Path | None) -> None:
    """Makes a workspace."""
    source = settings or data_path("examples", "double-random.toml")
    workspace = create_workspace(
        context.root,
        settings_text=read_settings(source),
        actor=context.actor,
        now=context.now,
        url=context.database_url,
    )
    with workspace.transaction() as connection:
        settings_digest = content_digest(workspace.settings_text.encode("utf-8"))
        append_log(connection, workspace, "init", {"bureau": workspace.settings.bureau.code}, after=settings_digest)
    say(
        context.pasteable(
            _(
                "Made a workspace in {root}. Look through double-random.toml (year, rounds, districts), then: "
                "double-random template inputs.xlsx"
            ).format(root=workspace.root)
        )
    )


@click.group(help=_("The hash-chained log of everything that changed the workspace."))
def log() -> None:
    """Groups the log's commands."""


@log.command("verify", help=_("Recompute the chain of the log."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def log_verify(context: CommandContext, as_json: bool) -> None:
    """Recomputes the chain of the log."""
    with context.open().transaction() as connection:
        number = verify_log(connection)
    if as_json:
        print_json({"entries": number})
    else:
        click.echo(_("{number} entries, chain unbroken").format(number=number))


@log.command(
    "head",
    help=_(
        "The heads of the logs and the public key as they are now, as a file that “verify --anchor” takes. Print it "
        "in the bulletin: no draw before it can be changed or left out later."
    ),
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_("Write it to this file too."))
@pass_command_context
def log_head(context: CommandContext, out: Path | None) -> None:
    """Prints the heads of the logs."""
    with context.open().transaction() as connection:
        text = anchors_now(connection)
    if out is not None:
        write_file(out, f"{text}\n".encode("ascii"))
        say(_("Wrote {file}.").format(file=out))
    click.echo(text)


COMMANDS: tuple[click.Command, ...] = (init, log)
