"""The report on the classifier as one self-contained page: tables, pictures, and the mark that it is internal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scheduler.commands.internal_page import figures, heading, internal_page, paragraph, safe, scroll, table, warning
from scheduler.commands.risk_tables import warning_lines
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.pictures import colour, paired_bars, stacked_bars
from scheduler.registry.codes import OBJECT_TYPES
from scheduler.risk.pictures import calibration_plot
from scheduler.risk.watch import Evaluation, Stability
from scheduler.workflow.risk_report import RiskReport

MOST_JUMPS_SHOWN = 200


def report_page(report: RiskReport, language: str, districts: Sequence[tuple[str, str]]) -> str:
    """
    The page as HTML text.

    Parameters
    ----------
    language
        Language of the page, ``zh_CN`` or ``en``; messages are in the active one.
    districts
        Code and name of each district in the order to show.
    """
    summary = report.summary
    title = _("Credit-risk classification: report")
    head = _("Run {number} as of {day}; {firms} firms classified. Scorecard, not official: {name}").format(
        number=summary.classification_id,
        day=summary.as_of,
        firms=f"{summary.num_firms:,}",
        name=summary.scorecard.name,
    )
    body = [
        *(warning(line) for line in warning_lines(summary.scorecard)),
        paragraph(summary.scorecard.note) if summary.scorecard.note else "",
        _overview(report),
        _mix_section(report, districts),
        _judgement(report),
        _drift_section(report),
        _warnings(report),
    ]
    return internal_page(title, head, "".join(body), report.mark, language)


def _overview(report: RiskReport) -> str:
    summary = report.summary
    total = sum(summary.by_tier.values())
    pairs = [(_("In operation"), f"{total:,}")]
    pairs += [(code, f"{100 * number / max(total, 1):.1f} %") for code, number in summary.by_tier.items()]
    pairs += [
        (_("Tier by rule"), f"{summary.deciders['rule']:,}"),
        (_("Tier by rating"), f"{summary.deciders['rating']:,}"),
        (_("Tier by override"), f"{summary.deciders['override']:,}"),
        (_("Dormant"), f"{summary.num_dormant:,}"),
    ]
    return figures(pairs)


def _mix_section(report: RiskReport, districts: Sequence[tuple[str, str]]) -> str:
    summary = report.summary
    tiers = summary.tiers
    names = dict(districts)
    order = [code for code, _name in districts]
    by_district = sorted(
        summary.by_district.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)
    )
    rows = [(_("All"), list(summary.by_tier.values()))]
    rows += [(names.get(code) or label(code), list(counts.values())) for code, counts in by_district]
    types = [(label(code), list(counts.values())) for code, counts in summary.by_object_type.items()]
    key = "".join(
        f'<li><i style="background:{colour(place, len(tiers))}"></i>{safe(code)}</li>'
        for place, code in enumerate(tiers)
    )
    places = {mix.district for mix in report.mixes}
    lines = [
        (
            names.get(mix.district) or label(mix.district),
            label(mix.object_type),
            *(f"{count:,}" for count in (sum(mix.counts), *mix.counts)),
        )
        for code in sorted(places, key=lambda code: order.index(code) if code in order else len(order))
        for mix in report.mixes
        if mix.district == code and mix.object_type in OBJECT_TYPES
    ]
    numbers = _("Numbers by district and object type")
    return (
        heading(_("Tier mix by district"))
        + f"<ul class=key>{key}</ul>"
        + scroll(
            stacked_bars(
                rows,
                tiers,
                title=_("Tier mix by district"),
                description=_bars_in_words(rows, tiers),
            )
        )
        + heading(_("Tier mix by object type"))
        + scroll(
            stacked_bars(types, tiers, title=_("Tier mix by object type"), description=_bars_in_words(types, tiers))
        )
        + f"<details><summary>{safe(numbers)}</summary>"
        + table((_("District"), _("Object type")), (_("Firms"), *tiers), lines, caption=_("Firms in operation"))
        + "</details>"
    )


def _bars_in_words(rows: Iterable[tuple[str, Sequence[int]]], tiers: Sequence[str]) -> str:
    return "; ".join(
        f"{name}: "
        + ", ".join(
            f"{code} {100 * count / max(sum(counts), 1):.1f} %" for code, count in zip(tiers, counts, strict=True)
        )
        for name, counts in rows
    )


def _judgement(report: RiskReport) -> str:
    found = report.evaluation
    head = heading(_("How the tiers told the outcomes"))
    if found is None:
        return head + paragraph(_("No outcomes are recorded yet of draws made after a classification."))
    words = _(
        "{visits} visits with a result, {problems} of them found a problem. Each is judged by the run in force when "
        "its draw was committed and weighs the inverse of its chance to be drawn; {left} outcomes drawn under another "
        "scorecard are left out. Scorecard judged: {name}"
    ).format(
        visits=f"{found.num_outcomes:,}",
        problems=f"{found.num_problems:,}",
        left=f"{report.num_left_out:,}",
        name=report.scorecard_judged,
    )
    return head + f"<p class=note>{safe(words)}</p>" + _merit(found) + _judgement_pictures(report, found)


def _merit(found: Evaluation) -> str:
    return figures(
        [
            (_("Share of problems"), f"{100 * found.rate:.1f} %"),
            (_("AUC"), _number(found.auc)),
            (_("KS"), _number(found.ks)),
            (_("Lift at 8 %"), _number(found.lift_8, 2)),
            (_("Lift at 20 %"), _number(found.lift_20, 2)),
            (_("Brier score"), _number(found.brier)),
            (_("Calibration error"), _number(found.ece)),
        ]
    )


def _judgement_pictures(report: RiskReport, found: Evaluation) -> str:
    tiers = report.summary.tiers
    bins = [
        (
            f"{100 * one.expected:.1f} %",
            f"{100 * one.observed:.1f} %",
            f"{100 * one.weight:.1f} %",
            f"{one.num_firms:,}",
        )
        for one in found.calibration
    ]
    plot = calibration_plot(
        found.calibration,
        title=_("Calibration"),
        description="; ".join(f"{left} → {right}" for left, right, _weight, _num in bins),
        x_label=_("expected share of problems"),
        y_label=_("observed share"),
    )
    shares = [(code, one.share_of_firms, one.share_of_problems) for code, one in zip(tiers, found.capture, strict=True)]
    names = (_("of firms"), _("of problems"))
    bars = paired_bars(
        shares,
        names,
        title=_("What each tier holds"),
        description="; ".join(
            f"{code}: {100 * a:.1f} % {names[0]}, {100 * b:.1f} % {names[1]}" for code, a, b in shares
        ),
    )
    capture = [
        (
            code,
            *(f"{one.num_firms:,}", f"{one.num_problems:,}", f"{100 * one.rate:.1f} %"),
            *(f"{100 * one.share_of_firms:.1f} %", f"{100 * one.share_of_problems:.1f} %"),
        )
        for code, one in zip(tiers, found.capture, strict=True)
    ]
    headings = (_("Visits"), _("With a problem"), _("Rate of problems"), _("Share of firms"), _("Share of problems"))
    expected = _("Expected is what the policy expects of a tier (tiers.expected_findings).")
    return (
        f"<div class=pair><figure style='margin:0'>{plot}</figure><figure style='margin:0'>{bars}</figure></div>"
        + table((_("Tier"),), headings, capture, caption=_("Capture by tier, weighted but for the first two columns"))
        + table(
            (),
            (_("Expected share"), _("Observed share"), _("Weighted share"), _("Visits")),
            bins,
            caption=". ".join((_("Calibration"), expected)),
        )
    )


def _drift_section(report: RiskReport) -> str:
    head = heading(_("Stability"))
    base, found = report.base, report.stability
    if base is None or found is None:
        return head + paragraph(_("There is no earlier run to compare with."))
    words = _("Compared with run {number} as of {day}. Below 0.1 counts as stable, above 0.25 as another population.")
    tiers = report.summary.tiers
    return (
        head
        + f"<p class=note>{safe(words.format(number=base.classification_id, day=base.as_of))}</p>"
        + figures([(_("PSI of scores"), _number(found.psi_score)), (_("PSI of tiers"), _number(found.psi_tier))])
        + _moves(found, tiers)
    )


def _moves(found: Stability, tiers: Sequence[str]) -> str:
    if not found.moves:
        return paragraph(_("The two runs have other tiers."))
    rows = [(code, *(f"{count:,}" for count in row)) for code, row in zip(tiers, found.moves, strict=True)]
    return table((_("Before ↓ now →"),), tuple(tiers), rows, caption=_("Firms in operation, by tier before and now"))


def _warnings(report: RiskReport) -> str:
    head = heading(_("Early warning: firms that jumped a tier"))
    if not report.jumps:
        return head + paragraph(_("No firm in operation has risen."))
    rows = [
        (
            one.firm_id,
            report.names.get(one.firm_id, ""),
            f"{one.before} → {one.after}",
            one.rule if one.decided == "rule" else decider_words(one.decided),
            f"{one.score_before} → {one.score_after}",
        )
        for one in report.jumps[:MOST_JUMPS_SHOWN]
    ]
    words = _("{number} firms rose; the {shown} highest rises are shown.").format(
        number=f"{len(report.jumps):,}", shown=f"{len(rows):,}"
    )
    return (
        head
        + f"<p class=note>{safe(words)}</p>"
        + table((_("Firm"), _("Name"), _("Tier"), _("Given by")), (_("Score"),), rows)
    )


def decider_words(decided: str) -> str:
    """What gave a tier, in words."""
    words = {"score": _("score"), "rating": _("rating"), "rule": _("direct rule"), "override": _("override")}
    return words[decided]


def _number(value: float | None, digits: int = 3) -> str:
    return "—" if value is None else f"{value:.{digits}f}"
