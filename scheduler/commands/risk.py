"""The command `classify`: tiers of all firms, their mix, and one firm's reasons. All of its output is internal."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import click
from rich.table import Table

from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.commands.groups import DefaultGroup
from scheduler.commands.indicators import classify_indicators
from scheduler.commands.overrides import classify_object, classify_override, classify_overrides, kind_words
from scheduler.commands.risk_report import classify_report
from scheduler.commands.risk_tables import shares, show_mark, show_warnings
from scheduler.commands.scorecard import classify_scorecard
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.risk.cautions import LEVEL
from scheduler.risk.exact import shown_value
from scheduler.risk.scorecard import Scorecard
from scheduler.risk.words import indicator_words
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


@click.group(
    cls=DefaultGroup.of("run"),
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
        document["scorecard"] = found.scorecard.name
        document |= {"overrides": list(map(dataclasses.asdict, found.overrides))}
        document |= {"internal": found.mark.document(), "history": list(map(dataclasses.asdict, found.history))}
        document["values"] = {name: dataclasses.asdict(value) for name, value in found.values.items()}
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


def _show_summary(context: CommandContext, workspace: Workspace, summary: ClassificationSummary) -> None:
    screen = stdout_console()
    show_mark(screen, summary.mark)
    text = _("Classification {number} as of {day}: {firms} firms; scorecard, not official: {scorecard}")
    screen.print(
        text.format(
            number=summary.classification_id,
            day=summary.as_of,
            firms=f"{summary.num_firms:,}",
            scorecard=summary.scorecard.name,
        ),
        markup=False,
    )
    show_warnings(screen, summary.scorecard)
    screen.print(_("Firms in operation, and how they spread over the tiers:"))
    screen.print(_mix_table(context, workspace, summary))
    screen.print(_rules_table(context, summary))
    _show_deciders(summary)


def _show_deciders(summary: ClassificationSummary) -> None:
    screen, counts = stdout_console(), summary.deciders
    screen.print(
        _("Tier by a rating: {rated}; by an override: {overridden}; dormant firms in operation: {dormant}").format(
            rated=f"{counts['rating']:,}", overridden=f"{counts['override']:,}", dormant=f"{summary.num_dormant:,}"
        )
    )
    for name, number in summary.without_matrix.items():
        screen.print(
            _("{number} ratings “{name}” changed nothing: the scorecard has no matrix for them").format(
                number=f"{number:,}", name=name
            )
        )


def _mix_table(context: CommandContext, workspace: Workspace, summary: ClassificationSummary) -> Table:
    names = {one.code: one.name_en if context.language == "en" else one.name for one in workspace.settings.districts}
    order = {code: place for place, code in enumerate(names)}
    table = plain_table((_("District"), _("Object type")), (_("Firms"), *summary.tiers))
    shown = ""
    for mix in sorted(summary.mixes, key=lambda mix: order.get(mix.district, len(order))):
        district = "" if mix.district == shown else names.get(mix.district) or label(mix.district)
        shown = mix.district
        table.add_row(district, label(mix.object_type), *shares(mix.counts))
    table.add_section()
    for object_type, counts in summary.by_object_type.items():
        table.add_row(_("all"), label(object_type), *shares(tuple(counts.values())))
    totals = tuple(summary.by_tier.values())
    table.add_row(_("all"), _("all"), *shares(totals), style="bold")
    table.add_row(_("number of firms"), "", *(f"{number:,}" for number in (sum(totals), *totals)))
    return table


def _rules_table(context: CommandContext, summary: ClassificationSummary) -> Table:
    table = plain_table((_("Direct rule that decided"), ""), (_("Firms of any status"),))
    for name, number in summary.rules.items():
        table.add_row(name, _rule_words(context, summary.scorecard, name), f"{number:,}")
    return table


def _show_training(found: TrainingSummary) -> None:
    screen = stdout_console()
    show_mark(screen, found.mark)
    screen.print(_("Scorecard, not official: {name}").format(name=found.scorecard.name))
    screen.print(found.scorecard.note)
    text = _("Visits {rows}, with a problem {problems}, effective number under the weights {effective}")
    screen.print(
        text.format(
            rows=f"{found.num_rows:,}", problems=f"{found.num_problems:,}", effective=f"{found.num_effective:,.0f}"
        )
    )
    screen.print(_("Area under the curve in cross-validation: {area}").format(area=f"{found.cv_auc:.3f}"))
    if found.late is None:
        screen.print(_("Too few outcomes, or outcomes of one day only, to judge out of time"))
    else:
        text = _(
            "Fitted to earlier visits and judged on {rows} from {day}: area {area} ({level} interval: {low} to "
            "{high}), calibration error {error}"
        )
        screen.print(
            text.format(
                rows=f"{found.late.num_rows:,}",
                day=found.late.first_day,
                area=f"{found.late.auc:.3f}",
                level=LEVEL,
                low=f"{found.late.low:.3f}",
                high=f"{found.late.high:.3f}",
                error=f"{found.late.calibration_error:.3f}",
            )
        )
    show_warnings(screen, found.scorecard)
    if found.constant:
        screen.print(_("Left out, as they never vary: {names}").format(names=", ".join(found.constant)))
    if found.path is not None:
        text = _("Written to {path}; it takes effect when classify.scorecard in the settings names it")
        screen.print(text.format(path=found.path))


def _show_explanation(context: CommandContext, found: FirmExplanation) -> None:
    screen, reasons = stdout_console(), found.explanation
    show_mark(screen, found.mark)
    screen.print(f"{reasons.firm_id} {found.firm_name}", style="bold")
    screen.print(_("Tier {tier} as of {day}").format(tier=reasons.tier, day=found.as_of))
    screen.print(_("Scorecard, not official: {name}").format(name=found.scorecard.name))
    screen.print(_reason(context, found))
    screen.print(_points_table(found))
    if found.values:
        text = _(
            "Bins and points are those of the classification. Values are reckoned for the same day, {day}, from the "
            "register and the events as they stand today."
        )
        screen.print(text.format(day=found.as_of), style="dim")
    for line in _lift_lines(context, found):
        screen.print(line)
    screen.print(_("Its tiers:"), style="bold")
    for since in found.history:
        text = _("{day}: tier {tier}, {score} points {rule}")
        rule = _rule_words(context, found.scorecard, since.rule)
        by = {"override": _("override"), "rating": _("rating")}.get(since.decided)
        words = text.format(day=since.as_of, tier=since.tier, score=since.score, rule=rule)
        screen.print(f"{words} ({by})" if by else words)
    for one in found.overrides:
        text = _("{first} to {last}: {tier} {kind}, {who}: {reason}")
        words = text.format(
            first=one.starts_on,
            last=one.ended_on or one.valid_until,
            tier=one.tier,
            kind=kind_words(one.kind),
            who=one.author,
            reason=one.reason,
        )
        screen.print(words)


def _reason(context: CommandContext, found: FirmExplanation) -> str:
    reasons = found.explanation
    if reasons.decided == "override":
        return _("By override; without it, its score of {score} would give {tier}").format(
            score=reasons.score, tier=reasons.score_tier
        )
    if reasons.decided == "rating":
        return _("By its ratings ({ratings}); its score of {score} alone would give {tier}").format(
            ratings=", ".join(f"{name} {grade}" for name, grade in reasons.ratings),
            score=reasons.score,
            tier=reasons.score_tier,
        )
    if reasons.rule:
        return _("By direct rule: {rule}; by its score of {score} it would be {tier}").format(
            rule=_rule_words(context, found.scorecard, reasons.rule), score=reasons.score, tier=reasons.score_tier
        )
    return _("By its score of {score}; tiers start at {cuts}").format(
        score=reasons.score,
        cuts=", ".join(f"{t} {c}" for t, c in zip(found.scorecard.tiers[1:], found.scorecard.cuts, strict=True)),
    )


def _lift_lines(context: CommandContext, found: FirmExplanation) -> list[str]:
    """What would lift the firm one tier, and whether it is dormant."""
    lift = found.explanation.lift
    lines = [_("Dormant: no sign of life for three years")] if found.explanation.dormant else []
    if lift is None:
        return lines
    lines.append(_("What would lift it to {tier}:").format(tier=lift.tier))
    if lift.override:
        lines.append("  " + _("the override would have to end"))
    lines += [
        "  " + _("no longer: {rule}").format(rule=_rule_words(context, found.scorecard, name)) for name in lift.rules
    ]
    scales = {scale.name: scale for scale in found.scorecard.indicators}
    lines += [
        "  "
        + _("{indicator}: {now} → {then} (−{points})").format(
            indicator=indicator_words(move.indicator),
            now=scales[move.indicator].describe(move.from_bin),
            then=scales[move.indicator].describe(move.to_bin),
            points=move.points_off,
        )
        for move in lift.moves
    ]
    if not lift.possible:
        lines.append("  " + _("no change of indicators that a firm can reach is enough"))
    return lines


def _points_table(found: FirmExplanation) -> Table:
    table = plain_table(
        (_("Indicator"), _("Its value by today's data"), _("Bin")), (_("Points"), _("Average in operation"))
    )
    table.add_row(_("base score"), "", "", str(found.explanation.base), "")
    scales = found.scorecard.indicators
    lines = sorted(zip(found.explanation.lines, scales, strict=True), key=lambda pair: -pair[0].points)
    for line, scale in lines:
        average = f"{Decimal(line.average_hundredths) / 100:.2f}"
        value = shown_value(found.values, line.indicator)
        table.add_row(indicator_words(line.indicator), value, scale.describe(line.bin), str(line.points), average)
    table.add_section()
    table.add_row(_("score"), "", "", str(found.explanation.score), "", style="bold")
    return table


def _rule_words(context: CommandContext, scorecard: Scorecard, name: str) -> str:
    for rule in scorecard.direct:
        if rule.name == name:
            return (rule.label_en if context.language == "en" else rule.label) or rule.label or name
    return name


for _command in (
    classify_indicators,
    classify_scorecard,
    classify_override,
    classify_object,
    classify_overrides,
    classify_report,
):
    classify.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (classify,)
