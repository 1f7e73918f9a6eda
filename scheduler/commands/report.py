"""The command `report`: a year against what binds it and what its visits found; tables, JSON, a page, a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.report_page import report_page, report_title
from scheduler.commands.report_tables import report_tables
from scheduler.commands.report_words import ReportWords
from scheduler.commands.tables import print_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.i18n import translator
from scheduler.publication.tables import tables_workbook
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.report import Report, report_document, report_year
from scheduler.workflow.workspace import Workspace

NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    "report",
    help=_(
        "Report on a year: coverage against the binding ratio and its path, every other figure that binds, joint "
        "visits and visits saved, hit rates, publication in time, and the violation rate with its intervals by tier, "
        "district, item and industry. Internal, unless --public leaves out what must not be seen."
    ),
)
@click.option("--year", type=int, help=_("Year; otherwise the workspace's."))
@click.option("--against", type=int, metavar="YEAR", help=_("Compare with this year."))
@click.option("--public", is_flag=True, help=_("The version that anybody may see."))
@click.option("--html", "page", type=NEW_FILE, help=_("Write one page to this file."))
@click.option("--xlsx", "book", type=NEW_FILE, help=_("Write a workbook to this file."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def report(
    context: CommandContext,
    year: int | None,
    against: int | None,
    public: bool,
    page: Path | None,
    book: Path | None,
    as_json: bool,
) -> None:
    """Reports on a year."""
    for path, suffixes in ((page, (".html", ".htm")), (book, (".xlsx",))):
        if path is not None:
            check_target(path, suffixes)
    workspace = context.open()
    found = report_year(workspace, year, against=against, public=public)
    words = _words(workspace, found, context.language)
    if page is not None:
        write_file(page, _page(workspace, found, words, context.language).encode("utf-8"))
        say(_("Wrote {file}.").format(file=page))
    if book is not None:
        write_file(book, _book(found, words, context.language))
        say(_("Wrote {file}.").format(file=book))
    if as_json:
        print_json(report_document(found))
    elif page is None and book is None:
        print_report(found, words)


def _words(workspace: Workspace, found: Report, language: str) -> ReportWords:
    english = language == "en"
    return ReportWords(
        english=english,
        districts={entry.code: entry.name_en if english else entry.name for entry in workspace.settings.districts},
        items=found.item_names,
    )


def _page(workspace: Workspace, found: Report, words: ReportWords, language: str) -> str:
    bureau = workspace.settings.bureau
    return report_page(found, words, bureau.name_en if language == "en" else bureau.name, language)


def _book(found: Report, words: ReportWords, language: str) -> bytes:
    mark = "" if found.mark is None else found.mark.line()
    return tables_workbook(
        report_tables(found, words),
        title=report_title(found),
        mark=mark,
        made_on=found.year.today,
        translate=translator(language),
    )


def print_report(found: Report, words: ReportWords) -> None:
    """Prints all tables of a report."""
    console = stdout_console()
    if found.mark is not None:
        console.print(found.mark.line())
    console.print(report_title(found), style="bold")
    for table in report_tables(found, words):
        print_table(table)


COMMANDS: tuple[click.Command, ...] = (report,)
