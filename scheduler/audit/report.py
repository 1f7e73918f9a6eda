"""Reports as lines for a terminal, and the words that the page for people shares with them."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.audit.claims import Claim, Report, Status, Verdict, claim_sentence
from scheduler.i18n import gettext as _


def verdict_words(verdict: Verdict) -> str:
    """A verdict in words."""
    return {
        Verdict.CONSISTENT: _("consistent: everything that these bytes can prove holds"),
        Verdict.REJECTED: _("rejected: at least one claim does not hold, or none could be checked"),
        Verdict.ANCHORED: _("anchored: consistent, and the same as what was published elsewhere"),
    }[verdict]


def status_word(status: Status) -> str:
    """A status in one or two words."""
    return {Status.PASSED: _("holds"), Status.FAILED: _("FAILS"), Status.NOT_CHECKED: _("NOT CHECKED")}[status]


def group_title(group: str) -> str:
    """Heading of a group of claims."""
    titles = {
        "record": _("The record"),
        "proof": _("The proof"),
        "year": _("The year"),
        "log": _("The log"),
        "anchors": _("What was published elsewhere"),
    }
    return titles.get(group, _("Draw {draw_id}").format(draw_id=group))


def kind_word(kind: str) -> str:
    """Kind of a record in words."""
    return {"public": _("public record"), "audit": _("audit record"), "proof": _("firm's proof")}.get(
        kind, _("unreadable record")
    )


def report_lines(report: Report) -> list[str]:
    """A report for a terminal: a short line per claim, failed ones in full, what was not provable, the verdict last."""
    lines = [f"{report.name}: {kind_word(report.kind)}, {report.bureau}, {report.year}"]
    for group, claims in grouped(report.claims):
        lines += ["", group_title(group)]
        lines += [claim_line(claim) for claim in claims]
    unchecked = _unchecked(report)
    if unchecked:
        lines += ["", _("What could not be proved from these bytes"), *(f"  {sentence}" for sentence in unchecked)]
    lines += ["", summary_line(report), _("Verdict: {verdict}").format(verdict=verdict_words(report.verdict))]
    return lines


def claim_line(claim: Claim) -> str:
    """One claim in a line."""
    if claim.status is Status.FAILED:
        return f"  {status_word(claim.status)} {claim_sentence(claim)}"
    # a digest says nothing on a terminal; reasons of claims not checked stand together at the end
    end = f": {claim.found}" if claim.status is Status.PASSED and 0 < len(claim.found) <= 24 else ""
    return f"  {status_word(claim.status)} ({claim.number}, §{claim.section}) {claim.text}{end}"


def summary_line(report: Report) -> str:
    """How many claims hold, fail and could not be checked."""
    return _("{passed} claims hold, {failed} fail, {unchecked} not checked").format(
        passed=len(report.of_status(Status.PASSED)),
        failed=len(report.of_status(Status.FAILED)),
        unchecked=len(report.of_status(Status.NOT_CHECKED)),
    )


def grouped(claims: Iterable[Claim]) -> list[tuple[str, list[Claim]]]:
    """Claims by group, in their order."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.group, []).append(claim)
    return list(groups.items())


def _unchecked(report: Report) -> list[str]:
    """Claims not checked with their reasons, the same sentence once with the numbers of all its claims."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for claim in report.of_status(Status.NOT_CHECKED):
        numbers.setdefault((claim.text, claim.found), []).append(str(claim.number))
    return [f"({', '.join(found)}) {text}: {reason}" for (text, reason), found in numbers.items()]
