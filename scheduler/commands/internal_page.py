"""
Internal pages: one self-contained HTML file with tables and pictures, between two lines that mark it as internal.

Every text is escaped here, so that callers hand in what registers hold as it is; pieces of HTML come from the functions
of this module and from `scheduler.pictures` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from html import escape

from scheduler.i18n import gettext as _
from scheduler.publication.tables import Table, written
from scheduler.publication.text import visible
from scheduler.workflow.internal import INTERNAL_WORD, InternalMark

LONGEST_SHOWN = 2_000
SHORT = 12  # characters that need no second line, such as a day
_STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#10222b;font:16px/1.55 system-ui,-apple-system,"Segoe UI","PingFang SC",
"Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
.mark{position:sticky;top:0;z-index:1;background:#7d1f2b;color:#fff;padding:.55rem 1.5rem;font-weight:600}
main{max-width:64rem;margin:0 auto;padding:1.5rem}
h1{font-size:2rem;line-height:1.2;margin:.5rem 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.35rem;margin:2.5rem 0 .75rem;border-top:1px solid #c5ced5;padding-top:1rem}
.lead,.note{color:#46545e;max-width:48rem}
.note{font-size:.92rem}
.warning{border-left:4px solid #b7791f;background:#fdf6e3;padding:.6rem .8rem;font-weight:600;max-width:48rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0}
.figures div{background:#f1f4f6;border-left:4px solid #2f6f8f;padding:.6rem .8rem}
.figures dt{font-size:.88rem;color:#46545e}
.figures dd{margin:0;font-size:1.5rem;font-weight:650;font-variant-numeric:tabular-nums}
.pair{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;align-items:flex-start}
summary{cursor:pointer;font-weight:600;margin:.75rem 0}
svg{max-width:100%;height:auto;display:block}
.scroll svg{min-width:34rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:.75rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;color:#46545e;padding-bottom:.3rem}
th,td{padding:.28rem .75rem;border-bottom:1px solid #dde3e8;text-align:left;vertical-align:top}
th{font-size:.9rem;color:#46545e}
td.n,th.n{text-align:right;white-space:nowrap}
td.w{white-space:nowrap}
td:not(.n),th:not(.n){min-width:5.5em}
@media (max-width:40rem){td:not(.n):not(.w){min-width:8.5em}}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;margin:.5rem 0}
.key i{display:inline-block;width:1em;height:1em;margin-right:.4em;vertical-align:-.12em}
@media print{.mark{position:static}h2,tr,svg{break-inside:avoid}}
"""


def internal_page(title: str, lead: str, body: str, mark: InternalMark | None, language: str) -> str:
    """
    The page as HTML text.

    Parameters
    ----------
    title, lead
        Heading, and the sentence under it.
    body
        HTML of the sections.
    mark
        None for a page that tells nothing internal; it bears no mark then.
    language
        Language of the page, ``zh_CN`` or ``en``; messages are in the active one.
    """
    line = "" if mark is None else safe(mark.line())
    above, below = (f'<{tag} class="mark">{line}</{tag}>' if line else "" for tag in ("header", "footer"))
    heading = safe(title) if mark is None else f"{safe(INTERNAL_WORD)} · {safe(title)}"
    tongue = "zh-CN" if language.startswith("zh") else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{heading}</title><style>{_STYLE}</style></head>"
        f"<body>{above}<main><h1>{safe(title)}</h1><p class=lead>{safe(lead)}</p>{body}</main>{below}</body></html>\n"
    )


def heading(words: str) -> str:
    """Heading of a section."""
    return f"<h2>{safe(words)}</h2>"


def paragraph(words: str) -> str:
    """A paragraph."""
    return f"<p>{safe(words)}</p>"


def warning(words: str) -> str:
    """A sentence that nobody should read past."""
    return f"<p class=warning role=note>{safe(words)}</p>"


def figures(pairs: Iterable[tuple[str, str]]) -> str:
    """Figures side by side, each under its name."""
    cells = "".join(f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in pairs)
    return f"<dl class=figures>{cells}</dl>"


def table(
    texts: Sequence[str],
    numbers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str = "",
    unbroken: Collection[int] = (),
) -> str:
    """A table; columns of `texts` stand left, those of `numbers` right, texts of columns `unbroken` in one line."""
    kinds = [" class=w" if place in unbroken else "" for place in range(len(texts))] + [" class=n"] * len(numbers)
    head = "".join(
        f"<th scope=col{kind}>{safe(name)}</th>" for kind, name in zip(kinds, (*texts, *numbers), strict=True)
    )
    lines = "".join(
        "<tr>" + "".join(f"<td{kind}>{safe(cell)}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    told = f"<caption>{safe(caption)}</caption>" if caption else ""
    return scroll(f"<table>{told}<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>")


def section(table_: Table, drawn: str = "") -> str:
    """A table under its heading and its picture; one of several rows is folded where a picture tells them."""
    rows = [[written(cell) for cell in row] for row in table_.rows]
    short = {
        place
        for place in range(len(table_.texts))
        if all(isinstance(row[place], date) or len(written(row[place])) <= SHORT for row in table_.rows)
    }
    made = table(table_.texts, table_.numbers, rows, unbroken=short)
    note = f"<p class=note>{safe(table_.note)}</p>" if table_.note else ""
    if drawn and len(rows) > 1:
        summary = safe(_("The numbers"))
        made = f"<details><summary>{summary}</summary>{made}</details>"
    return f"<h2>{safe(table_.title)}</h2>{note}{scroll(drawn) if drawn else ''}{made}"


def scroll(inside: str) -> str:
    """HTML that may be wider than the window."""
    return f'<div class="scroll" tabindex="0">{inside}</div>'


def safe(text: str) -> str:
    """A text as HTML."""
    return escape(visible(text, LONGEST_SHOWN))
