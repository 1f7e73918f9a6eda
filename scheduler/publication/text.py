"""
Text from registers made fit to be shown: nothing in it can act, hide or turn the line around.

Invisible characters that reorder or hide text are shown as ``[U+202E]`` (tabs and line feeds are left alone), names
without end are cut, and everything is escaped. Columns are escaped as a whole: a hundred thousand names cost one call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import escape

LONGEST = 200  # characters shown of one cell; the record has them all
_APART = "\x1f"  # never inside a cell: it is one of the characters spelt out
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str, longest: int = LONGEST) -> str:
    r"""
    Text with invisible characters spelt out, cut to a length that fits a page.

    Examples
    --------
    >>> visible("ab\u202ecd")
    'ab[U+202E]cd'
    >>> visible("abcdef", 3)
    'abc…'
    """
    if len(text) <= longest and text.isprintable():
        return text
    shown = text if len(text) <= longest else text[:longest] + "…"
    return _INVISIBLE.sub(_spelt, shown)


def escaped_column(cells: Sequence[str]) -> list[str]:
    """
    Cells as HTML text, each made visible and escaped.

    Examples
    --------
    >>> escaped_column(["A & B", "<b>"])
    ['A &amp; B', '&lt;b&gt;']
    """
    shown = [visible(cell) for cell in cells]
    return str(escape(_APART.join(shown))).split(_APART) if cells else []


def _spelt(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"
