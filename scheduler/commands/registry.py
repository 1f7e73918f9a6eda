"""Commands that bring input in: `template`, `import`, `quarantine`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.errors import InputError, Problem, UsageError
from scheduler.i18n import gettext as _
from scheduler.i18n import ngettext
from scheduler.registry.kinds import KINDS
from scheduler.registry.refused import grids_file, problems_grid
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.mappings import mapping_path
from scheduler.workflow.quarantine import clear_quarantine, export_quarantine, list_quarantine
from scheduler.workflow.registry import ON_ERROR, ImportReport, import_file, import_workbook
from scheduler.workflow.templates import write_template

KIND_NAMES = tuple(kind.name for kind in KINDS)
ALL = "all"
SHOWN_NOTICES = 8
SHOWN_ROWS = 10  # of each notice; --report tells all
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    help=_("Write an empty workbook to fill in: one sheet per kind of input, with lists, comments and an example.")
)
@click.argument("file", type=_NEW_FILE)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KIND_NAMES),
    multiple=True,
    help=_("Only this kind of input; may be repeated. Without it, those that a year begins with."),
)
@pass_command_context
def template(context: CommandContext, file: Path, kinds: tuple[str, ...]) -> None:
    """Writes the workbook to fill in."""
    names = write_template(file, root=context.root, language=context.language, kinds=kinds)
    say(
        _("Wrote {file} with the sheets {names}.").format(
            file=file, names=("、" if context.language == "zh_CN" else ", ").join(names)
        )
    )
    say(context.pasteable(_("Fill it in, then: double-random import all {file}").format(file=file)))


@click.command(
    "import",
    help=_(
        "Import a CSV or XLSX file. KIND is what it holds: {kinds}; “all” imports every sheet of a workbook that is "
        "named for a kind. Importing the same file twice changes nothing."
    ).format(kinds=", ".join(KIND_NAMES)),
)
@click.argument("kind", type=click.Choice([*KIND_NAMES, ALL]), metavar="KIND")
@click.argument("file", type=_FILE)
@click.option(
    "--mapping",
    help=_(
        "Mapping file (TOML) for a foreign file: columns, words, defaults; a file, or the name of a shipped one "
        "(“double-random mapping list”)."
    ),
)
@click.option(
    "--default",
    "defaults",
    multiple=True,
    metavar="FIELD=VALUE",
    help=_("What stands where the foreign file has nothing, such as occurred_on=2026-11-01; may be repeated."),
)
@click.option(
    "--on-error",
    type=click.Choice(ON_ERROR),
    default="stop",
    show_default=True,
    help=_("stop: a bad cell changes nothing; quarantine: import the good rows and keep the bad ones."),
)
@click.option(
    "--report",
    type=_NEW_FILE,
    help=_("File for the whole list of problems and notices, .csv or .xlsx; bad cells are listed in any case."),
)
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen and change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def import_command(
    context: CommandContext,
    kind: str,
    file: Path,
    mapping: str | None,
    defaults: tuple[str, ...],
    on_error: str,
    report: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Imports a file."""
    if kind == ALL and (mapping or defaults):
        raise UsageError(_("a mapping belongs to one kind of input; import it by its kind"))
    list_file = report or context.root / f"{file.stem}-problems.csv"
    check_target(list_file, (".csv", ".xlsx"))
    workspace = context.open()
    try:
        if kind == ALL:
            reports = import_workbook(workspace, file, on_error=on_error, dry_run=dry_run)
        else:
            foreign = mapping_path(mapping) if mapping else None
            given = _defaults(defaults)
            reports = (
                import_file(workspace, kind, file, mapping=foreign, defaults=given, on_error=on_error, dry_run=dry_run),
            )
    except InputError as error:
        if error.problems:
            _write_list(list_file, error.problems, ())
        raise
    problems = [problem for entry in reports for problem in entry.problems]
    notices = [notice for entry in reports for notice in entry.notices]
    if problems or report:
        _write_list(list_file, problems, notices)
    if as_json:
        print_json({"imports": [entry.document() for entry in reports]})
    else:
        for entry in reports:
            click.echo(_sentence(entry))
    _say_notices(notices)


@click.group(help=_("Rows that an import refused, kept to be mended."))
def quarantine() -> None:
    """Groups the commands of the quarantine."""


@quarantine.command("list", help=_("List the refused rows and what is wrong with them."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def quarantine_list(context: CommandContext, as_json: bool) -> None:
    """Lists the refused rows."""
    rows = list_quarantine(context.open())
    if as_json:
        names = ("row_id", "kind", "file", "sheet", "row", "cells", "problems")
        print_json({"rows": [{name: getattr(row, name) for name in names} for row in rows]})
        return
    for row in rows:
        place = ", ".join(part for part in (row.file, row.sheet) if part)
        for entry in row.problems:
            line = _("{kind}  {place}, row {row}, {column}: “{value}” {message}")
            click.echo(line.format(kind=row.kind, place=place, row=row.row, **entry))
    say(
        ngettext("{number} row in the quarantine.", "{number} rows in the quarantine.", len(rows)).format(
            number=len(rows)
        )
    )


@quarantine.command(
    "export", help=_("Write the refused rows to a .csv or .xlsx file, to be mended and imported again.")
)
@click.argument("file", type=_NEW_FILE)
@click.option("--kind", type=click.Choice(KIND_NAMES), default=None, help=_("Only one kind of input."))
@pass_command_context
def quarantine_export(context: CommandContext, file: Path, kind: str | None) -> None:
    """Writes the refused rows to a file."""
    number = export_quarantine(context.open(), file, kind or "")
    message = ngettext("Wrote {number} row to {file}.", "Wrote {number} rows to {file}.", number)
    say(message.format(number=number, file=file))


@quarantine.command("clear", help=_("Drop the refused rows for good."))
@click.option("--kind", type=click.Choice(KIND_NAMES), default=None, help=_("Only one kind of input."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@pass_command_context
def quarantine_clear(context: CommandContext, kind: str | None, yes: bool) -> None:
    """Drops the refused rows."""
    workspace = context.open()
    if not yes:
        click.confirm(_("Drop the refused rows for good?"), abort=True, err=True)
    number = clear_quarantine(workspace, kind or "")
    say(ngettext("Dropped {number} row.", "Dropped {number} rows.", number).format(number=number))


def _defaults(words: Sequence[str]) -> dict[str, str]:
    """Field → value of ``FIELD=VALUE``."""
    bad = [word for word in words if "=" not in word]
    if bad:
        raise UsageError(_("--default: expected FIELD=VALUE, got {word}").format(word=bad[0]))
    return {field.strip(): value for field, _sign, value in (word.partition("=") for word in words)}


def _write_list(path: Path, problems: Sequence[Problem], notices: Sequence[Problem]) -> None:
    write_file(path, grids_file([problems_grid(problems, notices)], path.suffix.lower()))
    say(_("The whole list of problems is in {file}.").format(file=path))


def _sentence(report: ImportReport) -> str:
    sentence = _(
        "{kind}: {read} rows read, {new} new, {changed} changed, {unchanged} unchanged, {bad} bad, {left_out} left out"
    ).format(
        kind=report.kind,
        read=f"{report.num_read:,}",
        new=f"{report.num_new:,}",
        changed=f"{report.num_changed:,}",
        unchanged=f"{report.num_unchanged:,}",
        bad=f"{report.num_bad:,}",
        left_out=f"{report.num_left_out:,}",
    )
    if report.num_bad:
        sentence += _("; {number} newly in the quarantine").format(number=report.num_quarantined)
    if report.num_released:
        sentence += _("; {number} mended and out of the quarantine").format(number=report.num_released)
    return _("{sentence} (dry run: nothing was changed)").format(sentence=sentence) if report.dry_run else sentence


def _say_notices(notices: Sequence[Problem]) -> None:
    counts = Counter((notice.column, notice.message) for notice in notices)
    for (column, message), number in counts.most_common(SHOWN_NOTICES):
        line = _("Note: {what} (row {rows})") if number == 1 else _("Note: {what} ({number} rows: {rows})")
        what = f"{column}: {message}" if column else message
        rows = [notice.row for notice in notices if (notice.column, notice.message) == (column, message)]
        more = ", …" if number > SHOWN_ROWS else ""
        say(line.format(what=what, number=number, rows=", ".join(map(str, rows[:SHOWN_ROWS])) + more))
    if len(counts) > SHOWN_NOTICES:
        say(
            _("… and {number} more kinds of notices; --report FILE lists all.").format(
                number=len(counts) - SHOWN_NOTICES
            )
        )


COMMANDS: tuple[click.Command, ...] = (template, import_command, quarantine)
