"""The commands `mapping`: the mapping files that are shipped, to look at and to copy."""

from __future__ import annotations

import click

from scheduler.commands.context import print_json
from scheduler.i18n import gettext as _
from scheduler.workflow.mappings import mapping_text, shipped_mappings


@click.group(
    help=_(
        "Mapping files: how a foreign file's columns and words become ours. “import KIND FILE --mapping NAME” takes a "
        "shipped one by its name, or any file."
    )
)
def mapping() -> None:
    """Groups the commands of mapping files."""


@mapping.command("list", help=_("List the mapping files that are shipped."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
def mapping_list(as_json: bool) -> None:
    """Lists the shipped mapping files."""
    rows = [{"name": name, "kind": found.kind, "note": found.note} for name, found in shipped_mappings().items()]
    if as_json:
        print_json({"mappings": rows})
        return
    for row in rows:
        click.echo("{name:<20}  {kind:<8}  {note}".format(**row))


@mapping.command(
    "show", help=_("Print a shipped mapping file, to be copied and changed: mapping show 12315 > ours.toml")
)
@click.argument("name")
def mapping_show(name: str) -> None:
    """Prints a shipped mapping file."""
    click.echo(mapping_text(name), nl=False)


COMMANDS: tuple[click.Command, ...] = (mapping,)
