"""The commands of `publish`: the year before the public, and the folders to hand in for each task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.groups import DefaultGroup
from scheduler.i18n import gettext as _
from scheduler.publication.files import Changes
from scheduler.workflow.notices import NoticesSummary, write_notices
from scheduler.workflow.publication import PublicationSummary
from scheduler.workflow.publication import publish as publish_year

FOLDER_NAME = "published"


@click.group(
    cls=DefaultGroup.of("year"),
    help=_("Publish the year, and write what is handed in for each task. Alone, it runs “publish year”."),
)
def publish() -> None:
    """Groups the commands of publishing."""


@publish.command(
    "year",
    help=_(
        "Publish the year: the public record and the site made from it, the auditors' record, and an Excel list. "
        "Publishing again writes only what changed and takes nothing away. Hand records/audit to auditors only."
    ),
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Folder for records/, site/ and the workbook; otherwise “published” in the workspace."),
)
@click.option("--dry-run", is_flag=True, help=_("Only tell what would change."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def publish_year_command(context: CommandContext, out: Path | None, dry_run: bool, as_json: bool) -> None:
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
    if summary.draw_log_head:
        click.echo(_("Head of the draw log: {head}").format(head=summary.draw_log_head))
    if dry_run:
        say(_("Nothing was written."))
    elif summary.logged is not None:
        say(
            _(
                "Publish digest and head elsewhere too (notice board, newspaper): they prove later that nothing was "
                "remade and no draw left out. “double-random log head” writes them as a file for “verify --anchor”."
            )
        )


@publish.command(
    "notices",
    help=_(
        "Write for each task whose firms are drawn a folder ready to hand in: the notice as a Word document, the "
        "workbook in the order of the platform's forms, a list to print, the public record, and a calendar of the days "
        "by which results are due. TASKS are codes of tasks; without any, all of them."
    ),
)
@click.argument("tasks", nargs=-1)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Folder to write to; otherwise “published/notices” in the workspace."),
)
@click.option(
    "--forms",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("TOML file with the sheets and columns of another platform's forms."),
)
@click.option("--dry-run", is_flag=True, help=_("Only tell what would change."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def publish_notices(
    context: CommandContext, tasks: tuple[str, ...], out: Path | None, forms: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Writes the folders of tasks."""
    workspace = context.open()
    folder = out or workspace.root / FOLDER_NAME / "notices"
    summary = write_notices(
        workspace, out=folder, task_ids=tasks, forms=forms, language=context.language, dry_run=dry_run
    )
    if as_json:
        print_json(_notices_document(summary, folder, dry_run))
        return
    for notice in summary.written:
        words = _("{title}: {number} firms, results public by {day}")
        values = notice.values
        click.echo(words.format(title=notice.title, number=f"{values['num_firms']:,}", day=values["due_on"]))
    click.echo(_line(str(folder), summary.changes))
    if summary.waiting:
        say(_("Not drawn yet: {tasks}").format(tasks=", ".join(task.task_id for task in summary.waiting)))
    if dry_run:
        say(_("Nothing was written."))


def _notices_document(summary: NoticesSummary, folder: Path, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "log_entry": summary.logged,
        "path": str(folder),
        "added": list(summary.changes.added),
        "changed": list(summary.changes.changed),
        "num_unchanged": summary.changes.num_unchanged,
        "notices": [{"title": notice.title, **notice.values} for notice in summary.written],
        "not_drawn": [task.task_id for task in summary.waiting],
    }


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
        "draw_log_head": summary.draw_log_head,
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
