"""Commands for the binding figures that inspections do not tell: `figure set`, `figure list`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.report_words import ReportWords
from scheduler.commands.tables import print_table
from scheduler.i18n import gettext as _
from scheduler.publication.tables import Cell, Table
from scheduler.results.figures import FigureStanding
from scheduler.workflow.figure_entry import set_figure
from scheduler.workflow.plan_figures import EnteredFigure, entered_figures

DAY = click.DateTime(formats=("%Y-%m-%d",))


@click.group(
    help=_("Values of the binding figures that inspections do not tell, as “report” sets them against targets.")
)
def figure() -> None:
    """Groups the commands of binding figures."""


@figure.command(
    "set",
    help=_(
        "Record a value of a binding figure, or correct one of the same day with --reason. FIGURE is its number in the "
        "plan or its name, as “figure list” shows them; many at once come by “import figures”."
    ),
)
@click.argument("code", metavar="FIGURE")
@click.argument("value")
@click.option("--as-of", "day", type=DAY, required=True, help=_("Last day that the value tells of."))
@click.option("--source", required=True, help=_("Office and document that the value is from; no persons' names."))
@click.option("--reason", default="", help=_("Why a value that is entered already is changed."))
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen and change nothing."))
@pass_command_context
def set_command(
    context: CommandContext, code: str, value: str, day: datetime, source: str, reason: str, dry_run: bool
) -> None:
    """Records a value."""
    cells = {"figure": code, "value": value, "as_of": f"{day:%Y-%m-%d}", "source": source, "reason": reason}
    stored = set_figure(context.open(), cells, dry_run=dry_run)
    if stored.num_unchanged:
        say(_("This value is recorded already."))
    else:
        say(_("Corrected.") if stored.num_changed else _("Recorded."))
    if dry_run:
        say(_("Nothing was written."))


@figure.command("list", help=_("Show these figures with target, value, day and source."))
@click.option("--year", type=int, help=_("Year; otherwise the workspace's."))
@click.option("--history", is_flag=True, help=_("Every value of the year with who entered it, when and why."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def list_command(context: CommandContext, year: int | None, history: bool, as_json: bool) -> None:
    """Shows the figures that are entered."""
    found = entered_figures(context.open(), year)
    words = ReportWords(english=context.language == "en", districts={})
    if as_json:
        print_json({"figures": [_document(one) for one in found]})
    else:
        print_table(_history_table(found, words) if history else _figures_table(found, words))


def _standing(one: EnteredFigure) -> FigureStanding:
    value = one.newest.value if one.newest else None
    return FigureStanding(figure=one.figure, due=one.due, value=value)


def _figures_table(found: tuple[EnteredFigure, ...], words: ReportWords) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        met, newest = _standing(one).met, one.newest
        told = words.amount(one.figure, newest.value) if newest else None
        state = _("no value entered") if met is None else _("reached") if met else _("not reached yet")
        target = words.amount(one.figure, one.due, at_most=True)
        day, source = (newest.as_of, newest.source) if newest else (None, None)
        rows.append((words.figure(one.figure), target, told, state, day, source))
    return Table(
        name=_("Binding figures"),
        title=_("Binding figures that inspections do not tell"),
        texts=(_("Indicator"), _("Target"), _("Value"), _("Standing"), _("As of"), _("Source")),
        numbers=(),
        rows=tuple(rows),
    )


def _history_table(found: tuple[EnteredFigure, ...], words: ReportWords) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            words.figure(one.figure),
            value.as_of,
            words.amount(one.figure, value.value),
            value.source,
            value.recorded_on,
            value.author,
            value.reason,
        )
        for one in found
        for value in one.history
    ]
    return Table(
        name=_("Binding figures"),
        title=_("Values that were entered, the newest of each day last"),
        texts=(_("Indicator"), _("As of"), _("Value"), _("Source"), _("Recorded"), _("Person"), _("Why")),
        numbers=(),
        rows=tuple(rows),
    )


def _document(one: EnteredFigure) -> dict[str, Any]:
    names = ("as_of", "version", "source", "reason", "recorded_on", "author")
    history = [{"value": float(value.value), **{name: getattr(value, name) for name in names}} for value in one.history]
    newest = one.newest
    return {
        "figure": one.figure.code,
        "name": one.figure.name,
        "name_en": one.figure.name_en,
        "unit": one.figure.unit,
        "due": float(one.due),
        "at_most": one.figure.at_most,
        "public": one.figure.public,
        "value": None if newest is None else float(newest.value),
        "as_of": None if newest is None else newest.as_of,
        "source": None if newest is None else newest.source,
        "met": _standing(one).met,
        "history": history,
    }


COMMANDS: tuple[click.Command, ...] = (figure,)
