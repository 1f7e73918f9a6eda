"""Commands for the result of one visit: `result add`, `result follow`, `result history`."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.i18n import ngettext
from scheduler.labels import label
from scheduler.registry.cells import BadCellError
from scheduler.registry.codes import Measure, ResultCategory
from scheduler.registry.text import typed_code
from scheduler.registry.vocabulary import parse_results
from scheduler.workflow.follow_ups import follow_up
from scheduler.workflow.result_entry import Entry, add_result, result_history
from scheduler.workflow.results import ResultsSummary

DAY = click.DateTime(formats=("%Y-%m-%d",))
MEASURES = click.Choice([str(measure) for measure in Measure])


@click.group(help=_("The result of one visit: record, correct, follow up."))
def result() -> None:
    """Groups the commands of one visit's result."""


@result.command(
    "add",
    help=_(
        "Record what a visit found, or correct it with --reason. ITEM is the item's id, CATEGORY a code or the "
        "official words; several are joined by + . Categories: {codes}."
    ).format(codes=", ".join(ResultCategory)),
)
@click.argument("firm")
@click.option("--on", "day", type=DAY, required=True, help=_("Day the check ended."))
@click.option("--found", multiple=True, metavar="ITEM=CATEGORY", help=_("What was found in an item; may be repeated."))
@click.option("--clean", is_flag=True, help=_("All items of the visit that are not named had no problem."))
@click.option("--round", "round_name", default="", help=_("Round, where the firm was drawn in several."))
@click.option("--officer", multiple=True, help=_("Who checked, by name or number: must be the team drawn."))
@click.option("--note", default="", help=_("Evidence and remarks; internal."))
@click.option("--measure", type=MEASURES, help=_("What follows for the items with a finding."))
@click.option("--by", "follow_up_by", type=DAY, help=_("Day by which the measure must be settled."))
@click.option("--settled", is_flag=True, help=_("The measure is settled already."))
@click.option("--reason", default="", help=_("Why a result that is recorded already is changed."))
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen and change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def add(context: CommandContext, /, *, firm: str, day: datetime, as_json: bool, dry_run: bool, **told: Any) -> None:
    """Records the result of one visit."""
    entry = Entry(
        firm_id=typed_code(firm),
        inspected_on=day.date(),
        found=dict(_found(text) for text in told["found"]),
        others_clean=told["clean"],
        round=told["round_name"],
        officers=told["officer"],
        note=told["note"],
        reason=told["reason"],
        measure=Measure(told["measure"]) if told["measure"] else None,
        settled=told["settled"],
        follow_up_by=_day(told["follow_up_by"]),
    )
    summary = add_result(context.open(), entry, dry_run=dry_run)
    if as_json:
        print_json({**dataclasses.asdict(summary), "dry_run": dry_run})
        return
    click.echo(_sentence(summary))
    if summary.listing:
        say(
            _(
                "What was found leads to the abnormal-operation list: decide by {day} (double-random results due)."
            ).format(day=summary.listing.due_on)
        )
    if dry_run:
        say(_("Nothing was written."))


@result.command("follow", help=_("Add a step to the follow-up of a firm's findings: a measure, or that it is settled."))
@click.argument("firm")
@click.option("--item", default="", help=_("Item; otherwise all items of the firm that are not settled."))
@click.option("--measure", type=MEASURES, required=True, help=_("What is done."))
@click.option("--by", "due_on", type=DAY, help=_("Day by which it must be settled."))
@click.option("--settled", is_flag=True, help=_("Nothing more is to be done."))
@click.option("--note", default="", help=_("Remarks; internal."))
@pass_command_context
def follow(
    context: CommandContext, firm: str, item: str, measure: str, due_on: datetime | None, settled: bool, note: str
) -> None:
    """Adds a step to a follow-up."""
    number = follow_up(
        context.open(),
        typed_code(firm),
        item_id=item,
        measure=Measure(measure),
        settled=settled,
        due_on=_day(due_on),
        note=note,
    )
    say(ngettext("Noted for {number} item.", "Noted for {number} items.", number).format(number=number))


@result.command("history", help=_("What corrections took away at a firm: the old value, who, when and why. Internal."))
@click.argument("firm")
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def history(context: CommandContext, firm: str, as_json: bool) -> None:
    """Shows the corrections of a firm's results."""
    found = result_history(context.open(), typed_code(firm))
    if as_json:
        print_json({"replaced": [dataclasses.asdict(one) for one in found]})
        return
    if not found:
        say(_("No result of this firm was corrected."))
        return
    table = plain_table(
        [_("Corrected on"), _("Person"), _("Draw"), _("Item"), _("Stood there"), _("Recorded"), _("Why")]
    )
    for one in found:
        stood = label(one.category, _)
        table.add_row(
            f"{one.replaced_on}", one.replaced_by, one.draw_id, one.item_id, stood, f"{one.recorded_on}", one.reason
        )
    stdout_console().print(table)


def _found(text: str) -> tuple[str, tuple[ResultCategory, ...]]:
    """``ITEM=CATEGORY+CATEGORY`` as item and categories."""
    item_id, equals, words = text.partition("=")
    if not equals or not item_id.strip():
        raise UsageError(_("--found: expected ITEM=CATEGORY, got {text}").format(text=text))
    try:
        found = parse_results(words.replace("+", ";"))
    except BadCellError as error:
        raise UsageError(f"--found {text}: {error.message}; {error.remedy}") from error
    return item_id.strip(), tuple(ResultCategory(str(code)) for code in found)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _sentence(summary: ResultsSummary) -> str:
    sentence = ngettext(
        "{number} item: {new} new, {replaced} corrected, {unchanged} unchanged",
        "{number} items: {new} new, {replaced} corrected, {unchanged} unchanged",
        summary.num_items,
    ).format(
        number=summary.num_items,
        new=summary.num_new,
        replaced=summary.num_replaced,
        unchanged=summary.num_unchanged,
    )
    steps = ngettext("{number} follow-up noted", "{number} follow-ups noted", summary.num_steps)
    return f"{sentence}; {steps.format(number=summary.num_steps)}"
