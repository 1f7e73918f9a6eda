"""The command `classify`: tiers of all firms, their mix, and one firm's reasons. All of its output is internal."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.risk.indicators import INDICATORS
from scheduler.risk.scorecard import Scorecard
from scheduler.risk.words import direction_words, group_words, indicator_words, unit_words
from scheduler.workflow.internal import InternalMark
from scheduler.workflow.risk import (
    ClassificationSummary,
    FirmExplanation,
    classify_firms,
    explain_firm,
    show_classification,
)
from scheduler.workflow.workspace import Workspace

if TYPE_CHECKING:
    from scheduler.workflow.training import TrainingSummary

WIDTH_OF_PIPES = 120  # columns of a table that does not go to a terminal


class _RunsByDefault(click.Group):
    """Group that runs its command `run` when none is named: ``classify --json`` is ``classify run --json``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the default command in front of what does not name one."""
        if not args or (args[0].startswith("-") and args[0] not in self.get_help_option_names(ctx)):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_RunsByDefault,
    help=_(
        "Put the firms into tiers of risk and explain them (internal, never published). Alone, it runs “classify run”."
    ),
)
def classify() -> None:
    """Groups the commands of the classifier."""


@classify.command("run", help=_("Put every firm on the register into a tier, as of a date."))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help=_("Day whose state of knowledge counts; nothing later is looked at. Otherwise today."),
)
@click.option("--dry-run", is_flag=True, help=_("Only show what would come out; change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_run(context: CommandContext, as_of: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Classifies the register."""
    workspace = context.open()
    summary = classify_firms(workspace, as_of.date() if as_of else None, dry_run=dry_run)
    if as_json:
        print_json(summary.document())
    else:
        _show_summary(context, workspace, summary)


@classify.command("show", help=_("Show the tier mix of the newest classification by district and object type."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_show(context: CommandContext, as_json: bool) -> None:
    """Shows the newest classification."""
    workspace = context.open()
    summary = show_classification(workspace)
    if as_json:
        print_json(summary.document())
    else:
        _show_summary(context, workspace, summary)


@classify.command(
    "explain", help=_("Explain the tier of one firm: its points by indicator, and the rule that decided.")
)
@click.argument("firm", metavar="FIRM")
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_explain(context: CommandContext, firm: str, as_json: bool) -> None:
    """Explains one firm's tier."""
    found = explain_firm(context.open(), firm)
    if as_json:
        document = {"firm_name": found.firm_name, "as_of": found.as_of, "official": found.scorecard.official}
        document |= {"internal": found.mark.document(), "history": list(map(dataclasses.asdict, found.history))}
        print_json({**dataclasses.asdict(found.explanation), **document})
    else:
        _show_explanation(context, found)


@classify.command(
    "train", help=_("Fit a scorecard to what inspections found, and write it beside the settings (not official).")
)
@click.option("--out", "file_name", default="scorecard-fitted.toml", help=_("File to write, in the workspace."))
@click.option("--replace", is_flag=True, help=_("Overwrite the file if it is there."))
@click.option("--dry-run", is_flag=True, help=_("Only show what would come out; change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_train(context: CommandContext, file_name: str, replace: bool, dry_run: bool, as_json: bool) -> None:
    """Fits a scorecard."""
    from scheduler.workflow.training import (
        train_scorecard,
    )  # loads scikit-learn, which no other command should wait for

    found = train_scorecard(context.open(), file_name=file_name, replace=replace, dry_run=dry_run)
    if as_json:
        print_json(found.document())
    else:
        _show_training(found)


@classify.command("indicators", help=_("List the indicators that a scorecard can use."))
def classify_indicators() -> None:
    """Lists the catalogue of indicators."""
    table = _table((_("Name"), _("Indicator"), _("Group"), _("Unit"), _("Direction")))
    for one in INDICATORS:
        row = (group_words(one.group), unit_words(one.unit), direction_words(one.direction))
        table.add_row(one.name, indicator_words(one.name), *row)
    _console().print(table)


def _show_summary(context: CommandContext, workspace: Workspace, summary: ClassificationSummary) -> None:
    console = _console()
    _show_mark(console, summary.mark)
    text = _("Classification {number} as of {day}: {firms} firms; scorecard, not official: {scorecard}")
    console.print(
        text.format(
            number=summary.classification_id,
            day=summary.as_of,
            firms=f"{summary.num_firms:,}",
            scorecard=summary.scorecard.name,
        ),
        markup=False,
    )
    console.print(_("Firms in operation, and how they spread over the tiers:"))
    console.print(_mix_table(context, workspace, summary))
    console.print(_rules_table(context, summary))


def _mix_table(context: CommandContext, workspace: Workspace, summary: ClassificationSummary) -> Table:
    names = {one.code: one.name_en if context.language == "en" else one.name for one in workspace.settings.districts}
    order = {code: place for place, code in enumerate(names)}
    table = _table((_("District"), _("Object type")), (_("Firms"), *summary.tiers))
    shown = ""
    for mix in sorted(summary.mixes, key=lambda mix: order.get(mix.district, len(order))):
        district = "" if mix.district == shown else names.get(mix.district) or label(mix.district)
        shown = mix.district
        table.add_row(district, label(mix.object_type), *_shares(mix.counts))
    table.add_section()
    for object_type, counts in summary.by_object_type.items():
        table.add_row(_("all"), label(object_type), *_shares(tuple(counts.values())))
    totals = tuple(summary.by_tier.values())
    table.add_row(_("all"), _("all"), *_shares(totals), style="bold")
    table.add_row(_("number of firms"), "", *(f"{number:,}" for number in (sum(totals), *totals)))
    return table


def _rules_table(context: CommandContext, summary: ClassificationSummary) -> Table:
    table = _table((_("Direct rule that decided"), ""), (_("Firms of any status"),))
    for name, number in summary.rules.items():
        table.add_row(name, _rule_words(context, summary.scorecard, name), f"{number:,}")
    return table


def _show_training(found: TrainingSummary) -> None:
    console = _console()
    _show_mark(console, found.mark)
    console.print(found.scorecard.note, markup=False)
    text = _("Visits {rows}, with a problem {problems}, effective number under the weights {effective}")
    console.print(
        text.format(
            rows=f"{found.num_rows:,}", problems=f"{found.num_problems:,}", effective=f"{found.num_effective:,.0f}"
        )
    )
    console.print(_("Area under the curve in cross-validation: {area}").format(area=f"{found.cv_auc:.3f}"))
    if found.late is None:
        console.print(_("Too few outcomes, or outcomes of one day only, to judge out of time"))
    else:
        text = _("Fitted to earlier visits and judged on {rows} from {day}: area {area}, calibration error {error}")
        console.print(
            text.format(
                rows=f"{found.late.num_rows:,}",
                day=found.late.first_day,
                area=f"{found.late.auc:.3f}",
                error=f"{found.late.calibration_error:.3f}",
            )
        )
    if found.constant:
        console.print(_("Left out, as they never vary: {names}").format(names=", ".join(found.constant)), markup=False)
    if found.path is not None:
        text = _("Written to {path}; it takes effect when classify.scorecard in the settings names it")
        console.print(text.format(path=found.path), markup=False)


def _show_explanation(context: CommandContext, found: FirmExplanation) -> None:
    console, reasons = _console(), found.explanation
    _show_mark(console, found.mark)
    console.print(f"{reasons.firm_id} {found.firm_name}", markup=False, style="bold")
    console.print(_("Tier {tier} as of {day}").format(tier=reasons.tier, day=found.as_of), markup=False)
    console.print(_reason(context, found), markup=False)
    console.print(_points_table(found))
    for since in found.history:
        text = _("{day}: tier {tier}, {score} points {rule}")
        rule = _rule_words(context, found.scorecard, since.rule)
        console.print(text.format(day=since.as_of, tier=since.tier, score=since.score, rule=rule), markup=False)


def _reason(context: CommandContext, found: FirmExplanation) -> str:
    reasons = found.explanation
    if reasons.rule:
        return _("By direct rule: {rule}; by its score of {score} it would be {tier}").format(
            rule=_rule_words(context, found.scorecard, reasons.rule), score=reasons.score, tier=reasons.score_tier
        )
    return _("By its score of {score}; tiers start at {cuts}").format(
        score=reasons.score,
        cuts=", ".join(f"{t} {c}" for t, c in zip(found.scorecard.tiers[1:], found.scorecard.cuts, strict=True)),
    )


def _points_table(found: FirmExplanation) -> Table:
    table = _table((_("Indicator"), _("Its value")), (_("Points"), _("Average of all firms")))
    table.add_row(_("base score"), "", str(found.explanation.base), "")
    scales = found.scorecard.indicators
    lines = sorted(zip(found.explanation.lines, scales, strict=True), key=lambda pair: -pair[0].points)
    for line, scale in lines:
        average = f"{Decimal(line.average_hundredths) / 100:.2f}"
        table.add_row(indicator_words(line.indicator), scale.describe(line.bin), str(line.points), average)
    table.add_section()
    table.add_row(_("score"), "", str(found.explanation.score), "", style="bold")
    return table


def _rule_words(context: CommandContext, scorecard: Scorecard, name: str) -> str:
    for rule in scorecard.direct:
        if rule.name == name:
            return (rule.label_en if context.language == "en" else rule.label) or rule.label or name
    return name


def _shares(counts: tuple[int, ...]) -> list[str]:
    total = sum(counts)
    return [f"{total:,}", *(f"{Decimal(100 * count) / max(total, 1):.1f} %" for count in counts)]


def _table(texts: tuple[str, ...], numbers: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in texts:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _show_mark(console: Console, mark: InternalMark) -> None:
    console.print(mark.line(), markup=False, style="bold red")


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_OF_PIPES)


COMMANDS: tuple[click.Command, ...] = (classify,)
