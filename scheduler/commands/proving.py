"""The command `audit prove`."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.text import typed_code
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.proving import prove_firm


@click.command(
    "prove",
    help=_(
        "Write a firm's proof: that it was in the lot, its ticket, and whether it is on the list, draw by draw. "
        "“verify” and the check-it-yourself page check the file. For the firm alone; each proof is in the log."
    ),
)
@click.argument("firm", metavar="FIRM")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("File to write (.json); otherwise “proof-FIRM.json” in the current folder."),
)
@click.option(
    "--open-chance",
    is_flag=True,
    help=_(
        "Open stratum, chance and threshold too: they tell the firm how it is classed. Asks first, and needs --reason."
    ),
)
@click.option("--reason", default="", help=_("Why the chance is opened; the log keeps it."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def prove_command(
    context: CommandContext, firm: str, out: Path | None, open_chance: bool, reason: str, yes: bool, as_json: bool
) -> None:
    """Writes a firm's proof."""
    if open_chance and not reason.strip():
        raise UsageError(_("--open-chance: expected a reason, got none; say with --reason who asked, and why"))
    path = out or Path(f"proof-{''.join(filter(str.isalnum, typed_code(firm)))[:18]}.json")
    check_target(path, (".json",))
    workspace = context.open()
    if open_chance and not yes:
        click.confirm(
            _("Open the chance of {firm}? It tells the firm how it is classed, and stays in the log.").format(
                firm=firm
            ),
            abort=True,
            err=True,
        )
    proof = prove_firm(workspace, firm, open_chance=open_chance, reason=reason)
    write_file(path, proof.content)
    say(_("Wrote {file}.").format(file=path))
    if as_json:
        print_json(
            {"file": str(path), "firm_id": proof.firm_id, "draws": proof.draw_ids, "log_entry": proof.log_number}
        )
    else:
        words = _("Proof of {firm} about {draws}, log entry {number}; for the firm alone.")
        click.echo(words.format(firm=proof.firm_id, draws=", ".join(proof.draw_ids), number=proof.log_number))
        say(_("Its ticket, with the outcome, can hint at how the firm is classed; hand it to nobody else."))
