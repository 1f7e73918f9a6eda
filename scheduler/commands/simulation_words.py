"""What the tests of a simulation are about, and its verdict, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduler.audit.simulation.checks import OTHER, Check, SimulationReport
from scheduler.i18n import gettext as _
from scheduler.workflow.simulation import Simulation

FAMILIES = ("exact", "quota", "equal", "firm", "position", "district", "prefix", "pair", "spread")
GROUPED = ("position", "district", "prefix")


def family_words(family: str) -> str:
    """What the tests of a family ask."""
    return {
        "exact": _("What must hold in every draw"),
        "quota": _("Quotas: rounded up as often as planned"),
        "equal": _("Firms of one stratum: equally often"),
        "firm": _("Each firm: as often as its chance"),
        "position": _("By position in the list"),
        "district": _("By district"),
        "prefix": _("By the beginning of the code"),
        "pair": _("Pairs of firms in the list"),
        "spread": _("Firms of one group: together or apart"),
    }[family]


def subject_words(check: Check, names: Mapping[str, tuple[str, str]], language: str) -> str:
    """
    What one test is about.

    Parameters
    ----------
    names
        Chinese and English name of each district, by code.
    """
    if check.family == "spread":
        family, _space, subject = check.subject.partition(" ")
        return _group_words(family, subject, names, language)
    if check.family in GROUPED:
        return _group_words(check.family, check.subject, names, language)
    words = {
        ("exact", "total"): _("draws with another total than committed to"),
        ("exact", "quota"): _("quotas that are no rounding of their expectation"),
        ("exact", "none"): _("firms drawn whose chance is 0"),
        ("exact", "all"): _("firms not drawn whose chance is 1"),
        ("pair", "next"): _("neighbours"),
        ("pair", "second"): _("one but next"),
        ("pair", "third"): _("two between them"),
        ("pair", "step"): _("as far apart as one jump through the list"),
        ("equal", ""): _("squared differences of frequencies"),
    }
    return words.get((check.family, check.subject), check.subject)


def _group_words(family: str, subject: str, names: Mapping[str, tuple[str, str]], language: str) -> str:
    if family == "position":
        return _("part {number} of the list").format(number=subject)
    if family == "district":
        code, _space, line = subject.partition(" ")  # of targeted rounds what counts and the rest, rounded apart
        name = names.get(code, (code, code))[language == "en"] or code
        told = {"counting": _("{district}, for the target"), "other": _("{district}, other visits")}
        return told.get(line, "{district}").format(district=name)
    return _("all other codes") if subject == OTHER else _("codes {beginning}…").format(beginning=subject)


def verdict_lines(found: Simulation, language: str) -> list[str]:
    """The verdict, the clearest reasons for it, and what no simulation can tell."""
    report = found.report
    text = _("Draw {draw_id}: {firms} firms, drawn {draws} times with other seeds, {tests} tests")
    lines = [
        text.format(
            draw_id=report.draw_id,
            firms=f"{report.num_firms:,}",
            draws=f"{report.num_draws:,}",
            tests=len(report.checks),
        ),
        _recorded_words(report.as_recorded),
    ]
    if not report.failed:
        words = _(
            "Everybody had the chance on record, as far as this can tell: no test is farther off than chance allows."
        )
    else:
        words = _("NOT the chances on record: {failed} of {tests} tests are farther off than chance allows.").format(
            failed=len(report.failed), tests=len(report.checks)
        )
    lines.append(words)
    lines += [f"  {sentence}" for sentence in reasons(report.failed[:10], found.district_names, language)]
    level = _("Of a hundred fair draws tested like this, at most {number} would be called unfair by chance.")
    lines.append(level.format(number=f"{100 * report.level:g}"))
    lines.append(
        _("A simulation tests the rule that draws. Who could have known or chosen the seed is what “verify” looks at.")
    )
    return lines


def _recorded_words(as_recorded: bool | None) -> str:
    if as_recorded is None:
        return _("Not drawn yet: what was committed to is what is simulated.")
    if as_recorded:
        return _("With the seed on record this draws exactly the list on record.")
    return _("With the seed on record this does NOT draw the list on record.")


def reasons(checks: Sequence[Check], names: Mapping[str, tuple[str, str]], language: str) -> list[str]:
    """One sentence for each test failed."""
    return [
        _("{family}, {subject}: {found}, expected {expected}").format(
            family=family_words(check.family),
            subject=subject_words(check, names, language),
            found=number_words(check.found),
            expected=expected_words(check),
        )
        for check in checks
    ]


def expected_words(check: Check) -> str:
    """What was expected, with its standard deviation."""
    if check.family == "exact":
        return "0"
    return f"{number_words(check.expected)} ± {number_words(check.deviation)}"


def number_words(number: float) -> str:
    """A count whole, what is none with one digit."""
    return f"{number:,.0f}" if float(number).is_integer() or abs(number) >= 1000 else f"{number:,.1f}"


def chance_words(value: float) -> str:
    """An adjusted p-value, never as 0."""
    if value >= 0.995:
        return "1"
    return f"{value:.2f}" if value >= 0.01 else (f"{value:.4f}" if value >= 0.0001 else "< 0.0001")


def worst_of(report: SimulationReport) -> list[tuple[str, int, Check]]:
    """Each family that was tested: its name, how many tests, and the one that is farthest off."""
    found = []
    for family in FAMILIES:
        checks = [check for check in report.checks if check.family == family]
        if checks:
            found.append((family, len(checks), min(checks, key=lambda check: check.p_value)))
    return found
