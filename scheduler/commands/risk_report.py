"""The command `classify report`: mix, figures by outcomes, drift and early warnings, as tables, JSON or a page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.risk_page import decider_words, report_page
from scheduler.commands.risk_tables import shares, show_mark, show_warnings
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.risk.watch import Evaluation
from scheduler.workflow.risk_report import RiskReport, report_on_risk

MOST_JUMPS_PRINTED = 20


@click.command(
    "report",
    help=_(
        "Report on the newest run: tier mix, how well tiers told outcomes, what changed since an earlier run, and "
        "the firms that jumped a tier."
    ),
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help=_("Compare with the newest run as of this day or before.")
)
@click.option("--run", type=int, help=_("Compare with the run of this number; otherwise with the one before."))
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help=_("Write one page to this file."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_report(
    context: CommandContext, since: datetime | None, run: int | None, page: Path | None, as_json: bool
) -> None:
    """Reports on the classifier."""
    workspace = context.open()
    report = report_on_risk(workspace, since=since.date() if since else None, run=run)
    english = context.language == "en"
    districts = [(one.code, one.name_en if english else one.name) for one in workspace.settings.districts]
    if page is not None:
        try:
            page.write_text(report_page(report, context.language, districts), encoding="utf-8")
        except OSError as error:
            raise StateError(_("{path}: cannot be written: {error}").format(path=page, error=error)) from error
        say(_("Internal page written to {path}").format(path=page))
    if as_json:
        print_json(report.document())
    elif page is None:
        _show(report, dict(districts))


def _show(report: RiskReport, districts: dict[str, str]) -> None:
    screen = stdout_console()
    show_mark(screen, report.mark)
    summary = report.summary
    text = _("Run {number} as of {day}: {firms} firms; scorecard, not official: {scorecard}")
    words = text.format(
        number=summary.classification_id,
        day=summary.as_of,
        firms=f"{summary.num_firms:,}",
        scorecard=summary.scorecard.name,
    )
    screen.print(words)
    if summary.scorecard.note:
        screen.print(summary.scorecard.note)
    show_warnings(screen, summary.scorecard)
    table = plain_table((_("District"), _("Object type")), (_("Firms"), *summary.tiers))
    for mix in report.mixes:
        table.add_row(districts.get(mix.district) or label(mix.district), label(mix.object_type), *shares(mix.counts))
    table.add_row(_("all"), _("all"), *shares(tuple(summary.by_tier.values())), style="bold")
    screen.print(table)
    _show_evaluation(report)
    _show_drift(report)


def _show_evaluation(report: RiskReport) -> None:
    screen, found = stdout_console(), report.evaluation
    if found is None:
        screen.print(_("No outcomes are recorded yet of draws made after a classification."))
        return
    text = _("{visits} outcomes, {problems} with a problem; {left} under another scorecard left out")
    screen.print(
        text.format(
            visits=f"{found.num_outcomes:,}", problems=f"{found.num_problems:,}", left=f"{report.num_left_out:,}"
        )
    )
    screen.print("  ".join(f"{name} {value}" for name, value in _merit(found)))
    capture = plain_table(
        (_("Tier"),),
        (_("Visits"), _("With a problem"), _("Rate of problems"), _("Share of firms"), _("Share of problems")),
    )
    for code, one in zip(report.summary.tiers, found.capture, strict=True):
        percents = (one.rate, one.share_of_firms, one.share_of_problems)
        capture.add_row(
            code, f"{one.num_firms:,}", f"{one.num_problems:,}", *(f"{100 * value:.1f} %" for value in percents)
        )
    screen.print(capture)
    calibration = plain_table((), (_("Expected share"), _("Observed share"), _("Weighted share"), _("Visits")))
    for part in found.calibration:
        percents = (part.expected, part.observed, part.weight)
        calibration.add_row(*(f"{100 * value:.1f} %" for value in percents), f"{part.num_firms:,}")
    screen.print(calibration)


def _merit(found: Evaluation) -> list[tuple[str, str]]:
    values = {
        _("AUC"): found.auc,
        _("KS"): found.ks,
        _("Brier score"): found.brier,
        _("Calibration error"): found.ece,
        _("Lift at 8 %"): found.lift_8,
        _("Lift at 20 %"): found.lift_20,
    }
    return [(name, "—" if value is None else f"{value:.3f}") for name, value in values.items()]


def _show_drift(report: RiskReport) -> None:
    screen, base, found = stdout_console(), report.base, report.stability
    if base is None or found is None:
        screen.print(_("There is no earlier run to compare with."))
        return
    tier = "—" if found.psi_tier is None else f"{found.psi_tier:.4f}"
    text = _("Since run {number} as of {day}: PSI of scores {score}, of tiers {tier}; {risen} firms jumped a tier")
    screen.print(
        text.format(
            number=base.classification_id,
            day=base.as_of,
            score=f"{found.psi_score:.4f}",
            tier=tier,
            risen=f"{len(report.jumps):,}",
        )
    )
    if not report.jumps:
        return
    table = plain_table((_("Firm"), _("Name"), _("Tier"), _("Given by")), (_("Score"),))
    for one in report.jumps[:MOST_JUMPS_PRINTED]:
        by = one.rule if one.decided == "rule" else decider_words(one.decided)
        row = (report.names.get(one.firm_id, ""), f"{one.before} → {one.after}", by)
        table.add_row(one.firm_id, *row, f"{one.score_before} → {one.score_after}")
    screen.print(table)
    if len(report.jumps) > MOST_JUMPS_PRINTED:
        screen.print(
            _("… and {number} more; --json has all").format(number=f"{len(report.jumps) - MOST_JUMPS_PRINTED:,}")
        )
