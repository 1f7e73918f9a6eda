"""The commands `plan explain`, `plan whatif` and `plan compare`. What they show is internal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.plan_page import comparison_page, difference, explanation_page
from scheduler.commands.plan_tables import show_plan, view_document
from scheduler.commands.plan_words import binding_sentence, compare_rows, tenth
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.plan_explain import Comparison, PlanExplanation, plan_compare, plan_explain, plan_whatif
from scheduler.workflow.plan_solving import district_names
from scheduler.workflow.workspace import Workspace

_HTML = click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help=_("Write one page to this file.")
)
_JSON = click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))


@click.command(
    "explain",
    help=_(
        "Explain the solved plan: what binds and what giving way would bring, what it finds against drawing blindly "
        "and against last year, rates, load, precision (internal)."
    ),
)
@_HTML
@_JSON
@pass_command_context
def plan_explain_command(context: CommandContext, page: Path | None, as_json: bool) -> None:
    """Explains the plan."""
    workspace = context.open()
    _check_page(page)
    found, names = plan_explain(workspace), district_names(workspace.settings)
    _write_page(page, explanation_page(found, names, context.language) if page else "")
    if as_json:
        print_json(_explanation_document(found, names))
    elif page is None:
        _show_explanation(found, names, workspace, context.language)


@click.command(
    "whatif",
    help=_(
        "Solve the plan as it would be with some figures changed and show it beside the plan as it is; nothing is "
        "recorded. NAME is a figure of the policy file, such as rates.step, or short: hours, floor.A, ceiling, ratio, "
        "share, capacity.371082.food, task.T10.ratio_min. VALUE is set, or added (+), taken off (-), multiplied (×)."
    ),
)
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help=_("A change; may be given several times."))
@_HTML
@_JSON
@pass_command_context
def plan_whatif_command(context: CommandContext, changes: tuple[str, ...], page: Path | None, as_json: bool) -> None:
    """Solves the plan under other figures."""
    workspace = context.open()
    _check_page(page)
    _answer(context, workspace, plan_whatif(workspace, changes), page, as_json)


@click.command("compare", help=_("Show two versions (v1, v2) or two solutions (by their numbers) side by side."))
@click.argument("left")
@click.argument("right")
@_HTML
@_JSON
@pass_command_context
def plan_compare_command(context: CommandContext, left: str, right: str, page: Path | None, as_json: bool) -> None:
    """Compares two plans."""
    workspace = context.open()
    _check_page(page)
    _answer(context, workspace, plan_compare(workspace, left, right), page, as_json)


def _check_page(page: Path | None) -> None:
    if page is not None:
        check_target(page, (".html", ".htm"))


def _write_page(page: Path | None, text: str) -> None:
    if page is not None:
        write_file(page, text.encode("utf-8"))
        say(_("Internal page written to {path}").format(path=page))


def _answer(
    context: CommandContext, workspace: Workspace, comparison: Comparison, page: Path | None, as_json: bool
) -> None:
    rows = compare_rows(comparison, district_names(workspace.settings))
    _write_page(page, comparison_page(comparison, rows, context.language) if page else "")
    if as_json:
        numbers = [{"name": row.name, "left": _finite(row.left), "right": _finite(row.right)} for row in rows]
        changes = [{"name": edit.name, "before": edit.shown[0], "after": edit.shown[1]} for edit in comparison.changes]
        names = {"left": comparison.left.name, "right": comparison.right.name}
        print_json({**comparison.mark.document(), **names, "changes": changes, "numbers": numbers})
    elif page is None:
        console = stdout_console()
        console.print(comparison.mark.line(), style="bold red")
        for edit in comparison.changes:
            console.print(f"{edit.name}: {edit.shown[0] or '–'} → {edit.shown[1]}")
        table = plain_table((_("Measure"),), (comparison.left.name, comparison.right.name, _("Change")))
        for row in rows:
            table.add_row(row.name, row.written(row.left), row.written(row.right), difference(row))
        console.print(table)


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _explanation_document(found: PlanExplanation, names: Mapping[str, str]) -> dict[str, Any]:
    binding = [
        {**asdict(entry), "sentence": binding_sentence(entry, names, found.view.policy.bureau)}
        for entry in found.binding
    ]
    return {**view_document(found.view), "binding": binding, "expected": asdict(found.found)}


def _show_explanation(found: PlanExplanation, names: Mapping[str, str], workspace: Workspace, language: str) -> None:
    show_plan(found.view, {entry.code: entry for entry in workspace.settings.districts}, language)
    console = stdout_console()
    console.print()
    console.print(_("Problems expected in the visits that count"), style="bold")
    console.print(
        _("This plan: {plan}; drawn blindly, with the same chance for all: {uniform} ({gain} times as many)").format(
            plan=tenth(found.found.plan), uniform=tenth(found.found.uniform), gain=f"{found.found.gain:.2f}"
        )
    )
    if found.found.last_year is None:
        console.print(_("There is no plan of last year on record to compare with."))
    else:
        console.print(_("Spread as last year's plan: {found}").format(found=tenth(found.found.last_year)))
    console.print()
    console.print(_("What binds, and what giving way would bring"), style="bold")
    for entry in found.binding:
        console.print(f"  - {binding_sentence(entry, names, found.view.policy.bureau)}")
    if not found.binding:
        console.print(_("No limit of the planner binds."))


COMMANDS: tuple[click.Command, ...] = (plan_explain_command, plan_whatif_command, plan_compare_command)
