"""
The report for people: two pages of A4 for a year of a few draws, as one self-contained HTML file.

First the verdict and what it does not prove, then what became of every row, then every claim; a claim made of several
draws stands once, with its values draw by draw. Everything from a record is escaped, and nothing is fetched from
anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from scheduler import __version__
from scheduler.audit.accounts import Account
from scheduler.audit.claims import Claim, Report, Status, Verdict, claim_sentence
from scheduler.audit.report import group_title, grouped, kind_word, status_word, summary_line, verdict_words
from scheduler.i18n import active_language
from scheduler.i18n import gettext as _

_MARKS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.NOT_CHECKED: "○"}
_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_LONG = 40  # characters that may stand in one line
_FAR = frozenset({"log", "anchors"})  # groups that stand behind the draws
_STYLE = """
@page{size:A4;margin:11mm 12mm 12mm;@bottom-right{content:counter(page) " / " counter(pages);font:7pt sans-serif}}
*{box-sizing:border-box}
body{font:15px/1.45 system-ui,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;color:#10222b;
max-width:72em;margin:1.5em auto;padding:0 1.2em;-webkit-print-color-adjust:exact;print-color-adjust:exact}
section+section{margin-top:3em}
h1{font-size:1.55em;line-height:1.25;margin:0}h2{font-size:1.1em;margin:1.3em 0 .35em;border-bottom:1px solid #8b98a3}
h3{font-size:1em;margin:.7em 0 .2em;break-after:avoid}p{margin:.3em 0}.quiet{color:#46545e}
.verdict{border-left:.45em solid;background:#f1f4f6;padding:.5em .8em;margin:.7em 0}.verdict b{font-size:1.2em}
.consistent,.anchored{border-color:#00703c}.rejected{border-color:#a3161f}
ul{margin:.3em 0;padding-left:1.2em}li,p{overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #dde3e8;padding:.14em .7em .14em 0}
td.n,th.n{text-align:right}tr.sum td,tr.sum th{font-weight:600}tr.part th{font-weight:400;padding-left:1.2em}
th{font-weight:600}.hex{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.82em;overflow-wrap:anywhere}
.bar{display:flex;height:.8em;min-width:8em;border:1px solid #46545e}.bar i{display:block}
.out{background:#d3dae0}.pool{background:#8fbdd3}.drawn{background:#7d1f2b}
.key i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .9em;vertical-align:-.08em}
.claims{columns:2 26em;column-gap:2em;list-style:none;margin:0;padding:0}small{font-weight:400}
.claims li{break-inside:avoid;padding:.1em 0 .1em 1.35em;text-indent:-1.35em;border-bottom:1px solid #e9eef1}
.claims li>*{text-indent:0}.mark{display:inline-block;width:1.35em;font-weight:700}
.passed .mark{color:#00703c}.failed{color:#a3161f}.not_checked .mark{color:#46545e}
.at{color:#46545e}.claims b{font-weight:600}.claims b span{white-space:nowrap}
.scroll{overflow-x:auto}
@media print{.scroll{overflow:visible}body{font-size:8pt;line-height:1.32;margin:0;padding:0;max-width:none}
section+section{break-before:page;margin:0}h1{font-size:14pt}h2{font-size:9.5pt;margin:.8em 0 .2em;break-after:avoid}
h3{font-size:7.4pt}.claims{columns:2;column-gap:5mm;font-size:6.9pt;line-height:1.27}table{font-size:7.5pt}
.notes{font-size:7.4pt}tr,.verdict,.notes li{break-inside:avoid}.hex{font-size:6.2pt}}
"""


def report_page(reports: Sequence[Report], *, made_at: str = "") -> str:
    """
    The page about one or more records, each on sheets of its own.

    Parameters
    ----------
    made_at
        When the records were verified, to be printed.
    """
    title = _("Verification of inspection records")
    language = "zh-CN" if active_language().startswith("zh") else "en"
    body = "".join(_section(report, made_at) for report in reports)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main>{body}</main></body></html>\n"
    )


def _section(report: Report, made_at: str) -> str:
    title = " · ".join((_("Verification report"), kind_word(report.kind)))
    owner = " · ".join(part for part in (report.bureau_name, report.bureau, str(report.year or "")) if part)
    return "".join(
        (
            f"<section><h1>{escape(title)}</h1>",
            f"<p>{escape(owner)}</p>",
            _verdict(report, made_at),
            _notes(_("What does not hold"), [claim_sentence(claim) for claim in report.of_status(Status.FAILED)]),
            _notes(_("What could not be proved from these bytes"), [*_limits(report), *_unproved(report)]),
            _draws(report.accounts),
            _rows(report.accounts),
            _claims(report),
            "</section>\n",
        )
    )


def _verdict(report: Report, made_at: str) -> str:
    lines = [summary_line(report), _("Digest of the record: {digest}").format(digest=report.record_digest or "–")]
    made = _("Verified on {at} by double-random {version}, from the bytes of the folder {name} alone.")
    lines.append(made.format(at=made_at or "–", version=__version__, name=report.name))
    told = "<br>".join(escape(line) for line in lines)
    words = escape(verdict_words(report.verdict))
    return f'<div class="verdict {report.verdict}"><b>{words}</b><p>{told}</p></div>'


def _notes(title: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    entries = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<h2>{escape(title)}</h2><ul class=notes>{entries}</ul>"


def _limits(report: Report) -> list[str]:
    """What a record of this kind proves at all, and what no bytes do (section 9)."""
    if report.verdict is Verdict.REJECTED:
        return []
    proves = {
        "public": _(
            "A public record proves an open round completely. Of a targeted round it proves that pool, plan and "
            "outcome were fixed before the seed, not that each firm was drawn by its ticket."
        ),
        "audit": _(
            "An audit record proves every tier, stratum, quota, ticket, firm drawn and team, as far as what was "
            "imported is true and complete."
        ),
    }
    kept = _("Whoever keeps the secrets could have made all these bytes anew, after the seed was known.")
    compared = _("They were compared with what was published elsewhere, and are the same.")
    remedy = _("Compare the commitments below with those published before the draw, or give them with --anchor.")
    end = compared if report.verdict is Verdict.ANCHORED else remedy
    return [*([proves[report.kind]] if report.kind in proves else []), kept, end]


def _unproved(report: Report) -> list[str]:
    """Each claim not checked with the reason; a claim of several draws once, a reason that they share once."""
    sentences = []
    for (section, text), claims in _merged(report.of_status(Status.NOT_CHECKED)).items():
        reasons: dict[str, list[str]] = {}
        for claim in claims:
            reasons.setdefault(_short(claim.found), []).append(claim.group)
        told = [
            reason if len(reasons) == 1 else _("{draws}: {reason}").format(draws=", ".join(groups), reason=reason)
            for reason, groups in reasons.items()
        ]
        words = _("§{section} {text} ({numbers}): {reason}")
        sentences.append(words.format(section=section, text=text, numbers=_numbers(claims), reason=_("; ").join(told)))
    return sentences


def _merged(claims: Iterable[Claim]) -> dict[tuple[str, str], list[Claim]]:
    """Claims that say the same of several draws, together, in the order in which they are first made."""
    found: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        found.setdefault((claim.section, claim.text), []).append(claim)
    return found


def _numbers(claims: Iterable[Claim]) -> str:
    return ", ".join(str(claim.number) for claim in claims)


def _short(text: str) -> str:
    """A text with its digests cut: those to be compared stand in full in the table of the draws."""
    return _DIGEST.sub(r"\1…", text)


def _draws(accounts: Sequence[Account]) -> str:
    if not accounts:
        return ""
    head = (_("Draw"), _("Committed on"), _("Drawn on"), _("Commitment, to compare with the one published; seed"))
    rows = "".join(
        f"<tr><th>{escape(account.draw_id)}<br><small>{escape(kind_words(account))}</small></th>"
        f"<td>{escape(account.committed_on or '–')}</td><td>{escape(account.drawn_on or '–')}</td>"
        f"<td class=hex>{escape(account.commitment_digest or '–')}<br>{escape(account.seed or '–')}</td></tr>"
        for account in accounts
    )
    cells, title = "".join(f"<th>{escape(word)}</th>" for word in head), _("The draws")
    return f"<h2>{escape(title)}</h2><div class=scroll tabindex=0><table><tr>{cells}</tr>{rows}</table></div>"


def kind_words(account: Account) -> str:
    """Kind of a draw, and that it is void if it is."""
    kind = {
        "open": _("open round"),
        "targeted": _("targeted round"),
        "external": _("list drawn elsewhere"),
    }.get(account.kind, _("kind unknown"))
    return _("{kind}, void").format(kind=kind) if account.state == "voided" else kind


def _rows(accounts: Sequence[Account]) -> str:
    """Every row of the register, from import to list, a column per draw."""
    names = [name for name in _ROWS if any(name in account.rows for account in accounts)]
    names += sorted({name for account in accounts for name in account.rows} - set(names))  # a reason not known here
    if not names:
        return ""
    head = "".join(f"<th class=n>{escape(account.draw_id)}</th>" for account in accounts)
    lines = "".join(_row(name, accounts) for name in names)
    checks = "".join(f"<td class=n>{escape(_sum_word(account.adds_up))}</td>" for account in accounts)
    opened = any("register" in account.rows for account in accounts)
    sums = _("adds up: register = left out + pool, pool = drawn + not drawn") if opened else _("adds up")
    bars = "".join(f"<td>{_bar(account)}</td>" for account in accounts)
    key = "".join(
        f"<i class={name}></i>{escape(word)}"
        for name, word in (("out", _("left out")), ("pool", _("in the pool, not drawn")), ("drawn", _("drawn")))
    )
    title = _("Rows of the register accounted for")
    return (
        f"<h2>{escape(title)}</h2><div class=scroll tabindex=0><table><tr><th></th>{head}</tr>{lines}"
        f"<tr class=sum><th>{escape(sums)}</th>{checks}</tr><tr><th class=key>{key}</th>{bars}</tr></table></div>"
        + ("" if opened else f"<p class='quiet notes'>{escape(_closed_words())}</p>")
    )


_ROWS = (
    *("imported", "quarantined", "released", "register"),
    *("out:status", "out:type", "out:no-task", "out:recent", "out:visited"),
    *("pool", "drawn", "counting", "not_drawn"),
)


def _closed_words() -> str:
    return _("How many rows were imported, put into quarantine or left out, and why, only the audit record tells.")


def _row(name: str, accounts: Sequence[Account]) -> str:
    cells = "".join(f"<td class=n>{_number(account, name)}</td>" for account in accounts)
    kind = "sum" if name in ("register", "pool", "drawn") else "part"
    return f"<tr class={kind}><th>{escape(count_word(name))}</th>{cells}</tr>"


def _number(account: Account, name: str) -> str:
    none = 0 if name.startswith("out:") and "register" in account.rows else None
    number = account.rows.get(name, none)
    return "–" if number is None else f"{number:,}"


def _sum_word(adds_up: bool | None) -> str:
    return {True: "✓", False: "✗", None: "–"}[adds_up]


def _bar(account: Account) -> str:
    """A row's way as a bar: left out, in the pool, drawn."""
    rows = account.rows
    out = sum(number for name, number in rows.items() if name.startswith("out:"))
    parts = (("out", out), ("pool", rows.get("not_drawn", rows.get("pool", 0))), ("drawn", rows.get("drawn", 0)))
    total = max(sum(number for _name, number in parts), 1)
    bars = "".join(f'<i class={name} style="width:{100 * number / total:.2f}%"></i>' for name, number in parts)
    return f'<div class=bar aria-hidden="true">{bars}</div>'


def count_word(name: str) -> str:
    """What rows of a kind are."""
    return {
        "imported": _("firms imported before, as the log tells"),
        "quarantined": _("rows put into quarantine before, as the log tells"),
        "released": _("of these mended and imported"),
        "register": _("on the register"),
        "out:status": _("not operating"),
        "out:type": _("of another object type"),
        "out:no-task": _("in no task's range"),
        "out:recent": _("inspected lately, nothing left to inspect"),
        "out:visited": _("drawn before, nothing left to inspect"),
        "pool": _("in the pool"),
        "drawn": _("drawn"),
        "counting": _("of these counting towards the target"),
        "not_drawn": _("in the pool, not drawn"),
    }.get(name, name)


def _claims(report: Report) -> str:
    draws = [account.draw_id for account in report.accounts]
    parts: list[tuple[str, list[Claim]]] = []
    of_draws = [claim for claim in report.claims if claim.group in draws]
    for group, claims in grouped(claim for claim in report.claims if claim.group not in draws):
        if group in _FAR and of_draws:
            parts.append((_("Draws {draws}, values in this order").format(draws=", ".join(draws)), of_draws))
            of_draws = []
        parts.append((group_title(group), claims))
    if of_draws:
        parts.append((_("Draws {draws}, values in this order").format(draws=", ".join(draws)), of_draws))
    lists = "".join(
        f"<h3>{escape(title)}</h3>"
        f"<ol class=claims>{''.join(_claim(found, draws) for found in _merged(claims).values())}</ol>"
        for title, claims in parts
    )
    note = _(
        "✓ holds, ✗ fails, ○ not checked (why: above). After = stands what was both expected and found, else on how "
        "many files, rows or firms the claim rests, none of them an exception; after § the section of the "
        "specification, and the numbers of the claim."
    )
    title = _("Every claim")
    return f"<h2>{escape(title)}</h2><p class='quiet notes'>{escape(note)}</p>{lists}"


def _claim(claims: Sequence[Claim], draws: Sequence[str]) -> str:
    """One claim: its mark, sentence, section, numbers, and the values of each draw."""
    statuses = {claim.status for claim in claims}
    status = next(kind for kind in (Status.FAILED, Status.NOT_CHECKED, Status.PASSED) if kind in statuses)
    values = _values([claim for claim in claims if claim.status is Status.PASSED], draws)
    if len(statuses) > 1:  # of some draws only
        values += [f"{_MARKS[claim.status]} {claim.group}" for claim in claims if claim.status is not Status.PASSED]
    told = " · ".join(f"<span>{escape(value)}</span>" if len(value) < _LONG else escape(value) for value in values)
    failed = "".join(f"<br>{escape(_differing(claim))}" for claim in claims if claim.status is Status.FAILED)
    return (
        f'<li class="{status}"><span class=mark title="{escape(status_word(status))}">{_MARKS[status]}</span>'
        f"{escape(claims[0].text)} <span class=at>§{escape(claims[0].section)} ({_numbers(claims)})</span> "
        f"<b>{told}</b>{failed}</li>"
    )


def _differing(claim: Claim) -> str:
    text = _("{group}: expected {expected}, got {found}")
    return text.format(group=claim.group, expected=claim.expected, found=claim.found)


def _values(claims: Sequence[Claim], draws: Sequence[str]) -> list[str]:
    """What was found, once if it is the same everywhere; draws are named where the claim is not made of all."""
    told = [("= " if claim.expected else "") + _short(claim.found) if claim.found else "" for claim in claims]
    if len(set(told)) <= 1:
        return [value for value in told[:1] if value]
    if [claim.group for claim in claims] == list(draws):
        return [value or "–" for value in told]
    return [f"{claim.group}: {value or '–'}" for claim, value in zip(claims, told, strict=True)]
