"""The command `audit explain`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.explain_words import auditor_lines, coming_words, firm_lines, heading_words
from scheduler.commands.internal_page import heading, internal_page, paragraph
from scheduler.commands.tables import stdout_console
from scheduler.i18n import gettext as _
from scheduler.workflow.explaining import AuditorAnswer, FirmAnswer, explain_to_auditor, explain_to_firm
from scheduler.workflow.files import check_target, write_file

Sections = list[tuple[str, list[str]]]


@click.command(
    "explain",
    help=_(
        "Tell why a firm was drawn or was not, round by round. The firm’s answer names no tier, stratum or chance and "
        "may be handed out; the auditor’s is internal and logged."
    ),
)
@click.argument("firm", metavar="FIRM")
@click.option(
    "--for",
    "reader",
    type=click.Choice(["firm", "auditor"]),
    default="firm",
    show_default=True,
    help=_("Who is to read the answer."),
)
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help=_("Write one page to this file."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def explain_command(context: CommandContext, firm: str, reader: str, page: Path | None, as_json: bool) -> None:
    """Explains a firm's draws."""
    if page is not None:
        check_target(page, (".html", ".htm"))
    workspace = context.open()
    answer = explain_to_auditor(workspace, firm) if reader == "auditor" else explain_to_firm(workspace, firm)
    if page is not None:
        write_file(page, _page(answer, context.language).encode("utf-8"))
        say(_("Wrote {file}.").format(file=page))
    if as_json:
        print_json(_document(answer))
    elif page is None:
        _show(answer)


def _sections(answer: FirmAnswer | AuditorAnswer) -> Sections:
    if isinstance(answer, AuditorAnswer):
        return [(heading_words(entry.told), auditor_lines(entry)) for entry in answer.rounds]
    return [(heading_words(told), firm_lines(told)) for told in answer.rounds]


def _show(answer: FirmAnswer | AuditorAnswer) -> None:
    screen = stdout_console()
    if isinstance(answer, AuditorAnswer):
        screen.print(answer.mark.line(), style="bold red")
    screen.print(f"{answer.firm_id} {answer.firm_name}".rstrip(), style="bold")
    for title, lines in _sections(answer):
        screen.print(title, style="bold")
        for line in lines:
            screen.print(f"  {line}", soft_wrap=True)
    if not answer.rounds:
        screen.print(_("Nothing is committed to yet."))
    if answer.coming:
        screen.print(coming_words(answer.coming))


def _page(answer: FirmAnswer | AuditorAnswer, language: str) -> str:
    body = "".join(heading(title) + "".join(paragraph(line) for line in lines) for title, lines in _sections(answer))
    body += paragraph(coming_words(answer.coming)) if answer.coming else ""
    lead = _("Why the firm was drawn or was not, round by round")
    mark = answer.mark if isinstance(answer, AuditorAnswer) else None
    return internal_page(f"{answer.firm_name} {answer.firm_id}".lstrip(), lead, body, mark, language)


def _document(answer: FirmAnswer | AuditorAnswer) -> dict[str, Any]:
    fields = asdict(answer)
    if isinstance(answer, AuditorAnswer):
        fields["internal"] = answer.mark.document()
        del fields["mark"]
    return fields
