"""
Reports for people: lines for a terminal, and one self-contained page to print or file.

Everything from a record is escaped; nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from scheduler.audit.claims import Claim, Report, Status, Verdict, claim_sentence
from scheduler.i18n import active_language
from scheduler.i18n import gettext as _

_STYLE = """
body{font:16px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#0b0c0c;
max-width:60em;margin:2em auto;padding:0 1em}
h1{font-size:1.7em}h2{font-size:1.25em;margin-top:1.6em}table{border-collapse:collapse;width:100%;font-size:.85em}
td,th{border-bottom:1px solid #b1b4b6;padding:.2em .6em .2em 0;text-align:left;vertical-align:top}
td,li{overflow-wrap:anywhere}td.number{text-align:right}.not_checked{color:#505a5f}
.consistent,.anchored{color:#00532e}.rejected,.failed{color:#942514;font-weight:bold}
@media print{body{margin:0;font-size:10px;max-width:none}h2,h3{break-after:avoid}tr{break-inside:avoid}}
"""


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
        "year": _("The year"),
        "log": _("The log"),
        "anchors": _("What was published elsewhere"),
    }
    return titles.get(group, _("Draw {draw_id}").format(draw_id=group))


def kind_word(kind: str) -> str:
    """Kind of a record in words."""
    return {"public": _("public record"), "audit": _("audit record")}.get(kind, _("unreadable record"))


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


def report_page(reports: Sequence[Report]) -> str:
    """Page for people about one or more records: verdict, what was not provable, rows accounted for, every claim."""
    title = _("Verification of inspection records")
    language = active_language().split("_")[0]
    body = "".join(_section(report) for report in reports)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>{body}</main></body></html>\n"
    )


def _section(report: Report) -> str:
    verdict = report.verdict
    digest = _("Digest of the record: {digest}").format(digest=report.record_digest)
    return "".join(
        (
            f"<section><h2>{escape(kind_word(report.kind))} – {escape(report.bureau)}, {report.year}</h2>",
            f'<p class="{verdict}">{escape(verdict_words(verdict))}</p>',
            f"<p>{escape(summary_line(report))}<br>{escape(digest)}</p>",
            _list(_("What does not hold"), [claim_sentence(claim) for claim in report.of_status(Status.FAILED)]),
            _list(_("What could not be proved from these bytes"), _unchecked(report)),
            _counts(report),
            _claims(report),
            "</section>\n",
        )
    )


def _unchecked(report: Report) -> list[str]:
    """Claims not checked with their reasons, the same sentence once with the numbers of all its claims."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for claim in report.of_status(Status.NOT_CHECKED):
        numbers.setdefault((claim.text, claim.found), []).append(str(claim.number))
    return [f"({', '.join(found)}) {text}: {reason}" for (text, reason), found in numbers.items()]


def _list(title: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    entries = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<h3>{escape(title)}</h3><ul>{entries}</ul>"


def _counts(report: Report) -> str:
    if not report.counts:
        return ""
    names = sorted({name for counts in report.counts.values() for name in counts}, key=lambda name: (":" in name, name))
    head = "".join(f"<th>{escape(count_word(name))}</th>" for name in names)
    rows = "".join(
        f"<tr><th>{escape(draw)}</th>"
        + "".join(f'<td class="number">{counts.get(name, 0)}</td>' for name in names)
        + "</tr>"
        for draw, counts in report.counts.items()
    )
    return f"<h3>{escape(_('Rows of the register accounted for'))}</h3><table><tr><th></th>{head}</tr>{rows}</table>"


def count_word(name: str) -> str:
    """What rows of a kind are."""
    return {
        "register": _("on the register"),
        "pool": _("in the pool"),
        "out:status": _("not operating"),
        "out:type": _("of another object type"),
        "out:no-task": _("in no task's range"),
        "out:visited": _("drawn before, nothing left to inspect"),
    }.get(name, name)


def _claims(report: Report) -> str:
    parts = []
    for group, claims in grouped(report.claims):
        rows = "".join(
            f'<tr class="{claim.status}"><td class="number">{claim.number}</td><td>§{escape(claim.section)}</td>'
            f"<td>{escape(claim.text)}</td><td>{escape(status_word(claim.status))}</td>"
            f"<td>{escape(claim.expected)}</td><td>{escape(claim.found)}</td></tr>"
            for claim in claims
        )
        head = "".join(f"<th>{escape(word)}</th>" for word in ("", "§", _("Claim"), "", _("Expected"), _("Found")))
        parts.append(f"<h3>{escape(group_title(group))}</h3><table><tr>{head}</tr>{rows}</table>")
    return "".join(parts)
