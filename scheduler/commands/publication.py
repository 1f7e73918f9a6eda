"""The command that puts the year before the public."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.i18n import gettext as _
from scheduler.publication.files import Changes
from scheduler.workflow.publication import PublicationSummary
from scheduler.workflow.publication import publish as publish_year

FOLDER_NAME = "published"


@click.command(
    help=_(
        "Publish the year: the public record and the site made from it, the auditors' record, and an Excel list. "
        "Publishing again writes only what changed and takes nothing away. Hand records/audit to auditors only."
    )
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Folder for records/, site/ and the workbook; otherwise “published” in the workspace."),
)
@click.option("--dry-run", is_flag=True, help=_("Only tell what would change."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def publish(context: CommandContext, out: Path | None, dry_run: bool, as_json: bool) -> None:
    """Publishes the year."""
    workspace = context.open()
    folder = out or workspace.root / FOLDER_NAME
    summary = publish_year(
        workspace,
        public=folder / "records" / "public",
        audit=folder / "records" / "audit",
        site=folder / "site",
        workbook=folder / f"double-random-{workspace.settings.year.year}.xlsx",
        language=context.language,
        dry_run=dry_run,
    )
    if as_json:
        print_json(_document(summary, dry_run))
        return
    for name, changes in summary.changes.items():
        click.echo(_line(str(summary.places[name]), changes))
    click.echo(_("Digest of the public record: {digest}").format(digest=summary.record_digest))
    if dry_run:
        say(_("Nothing was written."))
    elif summary.logged is not None:
        say(_("Publish the digest elsewhere too (notice board, newspaper): it proves later that nothing was remade."))


def _line(place: str, changes: Changes) -> str:
    if not changes:
        return _("{place}: unchanged").format(place=place)
    return _("{place}: {added} new, {changed} changed, {unchanged} unchanged").format(
        place=place, added=len(changes.added), changed=len(changes.changed), unchanged=changes.num_unchanged
    )


def _document(summary: PublicationSummary, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "log_entry": None if dry_run else summary.logged,
        "record_digest": summary.record_digest,
        "places": {
            name: {
                "path": str(summary.places[name]),
                "added": list(changes.added),
                "changed": list(changes.changed),
                "num_unchanged": changes.num_unchanged,
            }
            for name, changes in summary.changes.items()
        },
    }


COMMANDS: tuple[click.Command, ...] = (publish,)
