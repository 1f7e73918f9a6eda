"""The simulation of a round as one page: verdict, pictures by position, district and code, all tests."""

from __future__ import annotations

from scheduler.audit.simulation.checks import Check
from scheduler.audit.simulation.laws import normal_reach
from scheduler.commands.internal_page import figures, internal_page, safe, scroll, table
from scheduler.commands.simulation_words import (
    FAMILIES,
    GROUPED,
    chance_words,
    expected_words,
    family_words,
    number_words,
    subject_words,
    verdict_lines,
)
from scheduler.i18n import gettext as _
from scheduler.pictures import ranges
from scheduler.workflow.simulation import Simulation


def simulation_page(found: Simulation, language: str) -> str:
    """
    The page.

    Parameters
    ----------
    language
        Language of the page; messages are in the active one.
    """
    report, lines = found.report, verdict_lines(found, language)
    title = _("Draw {draw_id} simulated").format(draw_id=report.draw_id)
    pairs = [
        (_("Verdict"), _("fits") if report.fits else _("does NOT fit")),
        (_("Firms in the pool"), f"{report.num_firms:,}"),
        (_("Simulated draws"), f"{report.num_draws:,}"),
        (_("Tests"), f"{len(report.checks):,}"),
        (_("Tests failed"), f"{len(report.failed):,}"),
    ]
    body = figures(pairs) + "".join(f"<p>{safe(line.strip())}</p>" for line in lines[1:])
    for family in (*GROUPED, "pair"):
        body += _picture(found, family, language)
    return internal_page(title, lines[0], body + _tests(found, language), found.mark, language)


def _picture(found: Simulation, family: str, language: str) -> str:
    checks = [check for check in found.report.checks if check.family == family and check.expected > 0]
    if not checks:
        return ""
    reach = normal_reach(found.report.level / 2 / max(len(found.report.checks), 1))
    rows = [_row(found, check, reach, language) for check in checks]
    head = family_words(family)
    description = "; ".join(f"{label}: {words}" for label, *_numbers, words in rows)
    note = _("Drawn so often, over what is expected; a fair draw keeps to the light range, a cross stands outside.")
    return f"<h2>{safe(head)}</h2><p class=note>{safe(note)}</p>" + scroll(
        ranges(rows, title=head, description=description)
    )


def _row(found: Simulation, check: Check, reach: float, language: str) -> tuple[str, float, float, float, str]:
    width = reach * check.deviation / check.expected
    value = check.found / check.expected
    if check.adjusted <= found.report.level:  # the picture never contradicts the verdict
        width = min(width, abs(value - 1) * 0.999)
    words = f"{number_words(check.found)} / {number_words(check.expected)}"
    return subject_words(check, found.district_names, language), 1 - width, 1 + width, value, words


def _tests(found: Simulation, language: str) -> str:
    rows = [
        (
            family_words(check.family),
            subject_words(check, found.district_names, language),
            number_words(check.found),
            expected_words(check),
            chance_words(check.adjusted),
        )
        for family in FAMILIES
        for check in found.report.checks
        if check.family == family
    ]
    head = _("All tests")
    texts, numbers = (_("Test"), _("About")), (_("Found"), _("Expected"), _("By chance, all tests counted"))
    return f"<h2>{safe(head)}</h2>" + table(texts, numbers, rows)
