"""Pictures as inline SVG, each with a text alternative."""

from __future__ import annotations

from markupsafe import Markup

from scheduler.publication.text import visible

_BAR = Markup(
    '<svg class="bar" viewBox="0 0 1000 {height}" preserveAspectRatio="none" role="img" aria-label="{text}">'
    '<rect class="bar-track" width="1000" height="{height}" fill="#dfe3e8"/>'
    '<rect class="bar-fill" width="{width}" height="{height}" fill="#14507d"/></svg>'
)


def bar(value: int, total: int, text: str, *, height: int = 40) -> Markup:
    """
    Bar that fills as `value` nears `total`.

    Parameters
    ----------
    text
        What the bar tells, in words.
    height
        Height in thousandths of the width of the drawing; the page's style decides the size on screen.

    Examples
    --------
    >>> 'width="500"' in bar(1, 2, "half")
    True
    """
    return _BAR.format(height=height, text=visible(text), width=thousandths(value, total))


_MARKED = Markup(
    '<svg class="bar" viewBox="0 0 1000 60" preserveAspectRatio="none" role="img" aria-label="{text}">'
    '<rect class="bar-track" width="1000" height="60" fill="#dfe3e8"/>'
    '<rect class="bar-fill" width="{width}" height="60" fill="#14507d"/>'
    '<rect x="{mark}" y="-4" width="9" height="68" fill="#c8102e" stroke="#fff" stroke-width="4"/></svg>'
)


def marked_bar(value: int, mark: int, total: int, text: str) -> Markup:
    """
    Bar as `bar`, with a line that marks another value.

    Examples
    --------
    >>> 'x="400"' in marked_bar(1, 2, 5, "a fifth, and two fifths are marked")
    True
    """
    return _MARKED.format(text=visible(text), width=thousandths(value, total), mark=thousandths(mark, total))


def thousandths(value: int, total: int) -> int:
    """
    Share of a total in thousandths, from 0 to 1000; something is never shown as nothing, nor a part as the whole.

    Examples
    --------
    >>> thousandths(1, 5000), thousandths(4999, 5000), thousandths(0, 0)
    (1, 999, 0)
    """
    if total <= 0 or value <= 0:
        return 0
    if value >= total:
        return 1000
    return min(999, max(1, (value * 1000 + total // 2) // total))
