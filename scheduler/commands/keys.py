"""Commands about the key that signs the bureau's records."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, say
from scheduler.draw.signing import key_anchor_text
from scheduler.i18n import gettext as _
from scheduler.workflow.files import write_file
from scheduler.workflow.keys import KEY_NAME, make_key, public_key

_out_option = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("Write the public key here too, as a file that “verify --anchor” takes."),
)


@click.group(help=_("The key that signs the bureau's records."))
def key() -> None:
    """Groups the key's commands."""


@key.command(help=_("Make the signing key; from then on every record published is signed."))
@click.option("--replace", is_flag=True, help=_("Replace the key there is; the old one signs the new one in the log."))
@click.option(
    "--lost",
    metavar="REASON",
    default="",
    help=_("Give up a key that is lost; everybody is told why it signs no more."),
)
@_out_option
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@pass_command_context
def new(context: CommandContext, replace: bool, lost: str, out: Path | None, yes: bool) -> None:
    """Makes a signing key."""
    workspace = context.open()
    if (replace or lost) and not yes:
        click.confirm(_("Replace the signing key? The old one is gone then."), abort=True, err=True)
    show_key(make_key(workspace, replace=replace, lost=lost), out)
    say(_("Announce this public key, and keep a copy of {name} where only you can read it.").format(name=KEY_NAME))


@key.command(help=_("Show the public key."))
@_out_option
@pass_command_context
def show(context: CommandContext, out: Path | None) -> None:
    """Shows the public key."""
    with context.open().transaction() as connection:
        found = public_key(connection)
    if found:
        show_key(found, out)
    else:
        say(_("There is no signing key yet; records are not signed. Run “double-random key new”."))


def show_key(public: str, out: Path | None) -> None:
    """Prints a public key, and writes it to a file if one is given."""
    if out is not None:
        write_file(out, f"{key_anchor_text(public)}\n".encode("ascii"))
        say(_("Wrote {file}.").format(file=out))
    click.echo(public)


COMMANDS: tuple[click.Command, ...] = (key,)
