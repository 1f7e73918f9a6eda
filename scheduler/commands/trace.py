"""The command `trace`: a firm's whole history for the review of both sides 一事双查, as tables, JSON or a page."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.internal_page import internal_page, section
from scheduler.commands.tables import print_table, stdout_console
from scheduler.commands.trace_words import facts, trace_tables
from scheduler.i18n import gettext as _
from scheduler.publication.text import visible
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.trace import FirmTrace, trace_firm


@click.command(
    "trace",
    help=_(
        "Trace a firm, by its code, its name or a part of its name: every pool with its chance and ticket, lists, "
        "officers, visits, results, corrections and follow-ups, tiers, overrides and events, for the review of both "
        "sides when something has happened. Internal."
    ),
)
@click.argument("firm", metavar="FIRM")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help=_("Write one page to this file."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def trace(context: CommandContext, firm: str, page: Path | None, as_json: bool) -> None:
    """Traces a firm."""
    if page is not None:
        check_target(page, (".html", ".htm"))
    found = trace_firm(context.open(), firm)
    if page is not None:
        write_file(page, _page(found, context.language).encode("utf-8"))
        say(_("Internal page written to {path}").format(path=page))
    if as_json:
        print_json(found.document())
    elif page is None:
        print_trace(found)


def _title(found: FirmTrace) -> str:
    return f"{found.name} {found.firm_id}".lstrip()


def _page(found: FirmTrace, language: str) -> str:
    body = "".join(section(table) for table in trace_tables(found))
    return internal_page(_title(found), facts(found), body, found.mark, language)


def print_trace(found: FirmTrace) -> None:
    """Prints a trace."""
    console = stdout_console()
    console.print(found.mark.line())
    console.print(visible(_title(found)), style="bold")
    console.print(visible(facts(found)))
    for table in trace_tables(found):
        print_table(table)


COMMANDS: tuple[click.Command, ...] = (trace,)
