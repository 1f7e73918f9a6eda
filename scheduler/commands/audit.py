"""The command that verifies records, which needs no workspace, and the group of those that look at draws again."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.audit.anchors import MAX_ANCHOR_BYTES, Anchors, merge_anchors, parse_anchors
from scheduler.audit.claims import Report, Verdict
from scheduler.audit.proof import verify_path
from scheduler.audit.report import report_lines
from scheduler.audit.report_page import report_page
from scheduler.commands import explain, proving, simulation
from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.i18n import gettext as _
from scheduler.workflow.files import check_target, write_file


@click.command(
    help=_(
        "Verify a record, every record in a folder, a ZIP archive of a record, or a firm's proof (.json), from its "
        "bytes alone; exit status 1 if any is rejected."
    )
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_(
        "Also write two pages for people (HTML, to print on A4): every claim, the rows accounted for, "
        "what could not be proved."
    ),
)
@click.option(
    "--anchor",
    "anchor_files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help=_(
        "File with commitments, entropy, log head or public key obtained elsewhere, to compare with; "
        "give the option once for each file."
    ),
)
@pass_command_context
def verify(
    context: CommandContext, path: Path, as_json: bool, report: Path | None, anchor_files: tuple[Path, ...]
) -> None:
    """Verifies records."""
    if report is not None:
        check_target(report, (".html", ".htm"))
    anchors = merge_anchors([read_anchors(file) for file in anchor_files]) if anchor_files else None
    reports = verify_path(path, context.progress.report, anchors)
    if report is not None:
        at = context.now.isoformat(sep=" ", timespec="minutes")
        write_file(report, report_page(reports, made_at=at).encode("utf-8"))
        say(_("Wrote {file}.").format(file=report))
    if as_json:
        print_json({"records": [entry.document() for entry in reports]})
    else:
        click.echo("\n\n".join("\n".join(report_lines(entry)) for entry in reports))
    if any(rejected(entry) for entry in reports):
        raise click.exceptions.Exit(1)


def read_anchors(path: Path) -> Anchors:
    """Reads a file of anchors, and no more of it than one can have; raises `RecordError`."""
    with path.open("rb") as stream:
        return parse_anchors(stream.read(MAX_ANCHOR_BYTES + 1), path.name)


def rejected(report: Report) -> bool:
    """Whether a report rejects its record."""
    return report.verdict is Verdict.REJECTED


@click.group(help=_("Look at draws again: simulate them, tell why a firm was drawn or not, and prove it to the firm."))
def audit() -> None:
    """Looks at draws again."""


audit.add_command(simulation.simulate_command)
audit.add_command(explain.explain_command)
audit.add_command(proving.prove_command)

COMMANDS: tuple[click.Command, ...] = (verify, audit)
