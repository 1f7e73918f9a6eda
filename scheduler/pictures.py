"""
Pictures of internal pages as inline SVG: bars, stacked bars, paired bars, and the pieces that others are made of.

Each picture says in words what it shows (`role="img"`, a title and a description), no colour tells anything alone, and
no script, font or file from elsewhere is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

COLOURS: Final = ("#2f6f8f", "#7fb3c8", "#e2b35b", "#c4572e", "#7d1f2b", "#40202b")  # low to high risk
_INK: Final = {0: "#fff", 1: "#10222b", 2: "#2b1d00", 3: "#fff", 4: "#fff", 5: "#fff"}
_LABEL_WIDTH, _BAR_WIDTH, _ROW = 320, 560, 30


def colour(place: int, number: int) -> str:
    """Colour of a tier among so many, low to high."""
    return COLOURS[_step(place, number)]


def stacked_bars(
    rows: Sequence[tuple[str, Sequence[int]]], tiers: Sequence[str], *, title: str, description: str
) -> str:
    """
    One bar a row, split by tier.

    Parameters
    ----------
    rows
        Label and number of firms of each tier.
    """
    parts = []
    for number, (label, counts) in enumerate(rows):
        y = number * _ROW + 4
        total = max(sum(counts), 1)
        parts.append(text(_LABEL_WIDTH - 10, y + 16, label, anchor="end"))
        x = float(_LABEL_WIDTH)
        for place, count in enumerate(counts):
            width = _BAR_WIDTH * count / total
            share = f"{100 * count / total:.1f}"
            tip = escape(f"{label}: {tiers[place]} {share} % ({count:,})")
            parts.append(
                f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{_ROW - 8}" '
                f'fill="{colour(place, len(counts))}" stroke="#fff" stroke-width="1"><title>{tip}</title></rect>'
            )
            if width > 58:
                ink = _INK[_step(place, len(counts))]
                parts.append(text(x + width / 2, y + 16, f"{tiers[place]} {share} %", anchor="middle", fill=ink))
            x += width
        parts.append(text(_LABEL_WIDTH + _BAR_WIDTH + 8, y + 16, f"{sum(counts):,}"))
    height = max(len(rows), 1) * _ROW + 4
    return picture(_LABEL_WIDTH + _BAR_WIDTH + 80, height, "".join(parts), title, description)


def bars(
    rows: Sequence[tuple[str, float, str]], *, title: str, description: str, marks: Sequence[tuple[str, float]] = ()
) -> str:
    """
    One bar a row, to the scale of the longest, with lines across for what the bars are to be held against.

    Parameters
    ----------
    rows
        Label, value, and the value in words.
    marks
        Label and value of each line.
    """
    longest = max([*(value for _, value, _ in rows), *(value for _, value in marks), 1e-9])
    left = 24 + max((_pixels(label) for label, *_ in rows), default=0)
    top = 18 * len(marks) + 4
    parts = []
    for number, (label, value, words) in enumerate(rows):
        y, width = top + number * _ROW, _BAR_WIDTH * value / longest
        parts.append(text(left - 10, y + 16, label, anchor="end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{max(width, 1):.1f}" height="{_ROW - 8}" fill="#2f6f8f"/>')
        parts.append(text(left + width + 8, y + 16, words))
    height = top + max(len(rows), 1) * _ROW
    for number, (label, value) in enumerate(marks):
        x = left + _BAR_WIDTH * value / longest
        parts.append(
            f'<path d="M{x:.1f} {18 * number + 20}V{height - 4}" stroke="#7d1f2b" stroke-width="2" '
            f'stroke-dasharray="{6 - 2 * number} 4" fill="none"/>'
        )
        anchor = "start" if x < left + _BAR_WIDTH / 2 else "end"
        parts.append(text(x, 18 * number + 15, label, anchor=anchor, fill="#7d1f2b", size=13))
    return picture(left + _BAR_WIDTH + 90, height, "".join(parts), title, description)


def paired_bars(
    rows: Sequence[tuple[str, float, float]], names: tuple[str, str], *, title: str, description: str
) -> str:
    """Two shares side by side for each row, such as a tier's share of firms and of problems."""
    parts = []
    for number, (label, left, right) in enumerate(rows):
        y = number * 52 + 4
        parts.append(text(54, y + 26, label, anchor="end", size=16))
        for line, (name, value) in enumerate(zip(names, (left, right), strict=True)):
            width = 300 * value
            fill = "#8b98a3" if line == 0 else "#c4572e"
            parts.append(f'<rect x="64" y="{y + 20 * line}" width="{max(width, 1):.1f}" height="17" fill="{fill}"/>')
            parts.append(text(72 + width, y + 14 + 20 * line, f"{100 * value:.1f} % {name}", size=13))
    return picture(470, max(len(rows), 1) * 52 + 4, "".join(parts), title, description)


def ranges(rows: Sequence[tuple[str, float, float, float, str]], *, title: str, description: str) -> str:
    """
    One dot a row on the range in which it was to be expected, around the line of 1; a dot outside is a cross.

    Parameters
    ----------
    rows
        Label, low and high end of the range, value, and the value in words; all three over what was expected.
    """
    reach = 1.1 * max([abs(end - 1) for _, *ends, _ in rows for end in ends], default=0.0) or 1.0
    left = 24 + max((_pixels(label) for label, *_ in rows), default=0)
    middle, scale = left + _BAR_WIDTH / 2, _BAR_WIDTH / 2 / reach
    height = 24 + max(len(rows), 1) * _ROW
    parts = [f'<path d="M{middle:.1f} 20V{height - 4}" stroke="#10222b" fill="none"/>']
    parts += [
        text(middle + scale * shift, 14, _percent(shift) if shift else "=", anchor="middle", size=13)
        for shift in (-reach / 1.1, 0, reach / 1.1)
    ]
    for number, (label, low, high, value, words) in enumerate(rows):
        y, x = 24 + number * _ROW + 11, middle + scale * (value - 1)
        parts.append(text(left - 10, y + 5, label, anchor="end"))
        parts.append(
            f'<rect x="{middle + scale * (low - 1):.1f}" y="{y - 8}" width="{max(scale * (high - low), 1):.1f}" '
            f'height="16" fill="#cfe0e8"/>'
        )
        inside = low <= value <= high
        cross = f"M{x - 6:.1f} {y - 6}l12 12m0 -12l-12 12"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="#2f6f8f"/>'
            if inside
            else f'<path d="{cross}" stroke="#a3161f" stroke-width="3" fill="none"/>'
        )
        parts.append(text(left + _BAR_WIDTH + 8, y + 5, words, fill="#10222b" if inside else "#a3161f"))
    return picture(left + _BAR_WIDTH + 130, height, "".join(parts), title, description)


def _percent(shift: float) -> str:
    """A shift as a percentage with its sign."""
    return f"{100 * shift:+.0f} %" if abs(shift) >= 0.1 else f"{100 * shift:+.2g} %"


def interval_rows(
    rows: Sequence[tuple[str, float, float, float, str]], *, title: str, description: str, base: float | None = None
) -> str:
    """
    One share a row with its interval, all to one scale that begins at nothing.

    Parameters
    ----------
    rows
        Label, share, lower and upper end, and the share in words.
    base
        Share that the others are to be held against, as a line across.
    """
    longest = max([*(high for *_, high, _words in rows), 0.01])
    left = 24 + max((_pixels(label) for label, *_ in rows), default=0)
    height = max(len(rows), 1) * _ROW + 8
    parts = []
    if base is not None:
        x = left + _BAR_WIDTH * base / longest
        parts.append(f'<path d="M{x:.1f} 0V{height}" stroke="#7d1f2b" stroke-dasharray="5 4" fill="none"/>')
    for number, (label, share, low, high, words) in enumerate(rows):
        y = number * _ROW + 18
        start, middle, end = (left + _BAR_WIDTH * value / longest for value in (low, share, high))
        parts.append(text(left - 10, y + 5, label, anchor="end"))
        parts.append(f'<path d="M{start:.1f} {y}H{end:.1f}" stroke="#7fb3c8" stroke-width="8" fill="none"/>')
        parts.append(f'<circle cx="{middle:.1f}" cy="{y}" r="6" fill="#2f6f8f"/>')
        parts.append(text(end + 8, y + 5, words))
    return picture(left + _BAR_WIDTH + 90, height, "".join(parts), title, description)


def path_line(
    due: Sequence[tuple[str, float]], reached: Sequence[tuple[int, float, str]], *, title: str, description: str
) -> str:
    """
    A line of what is due at each step, and dots of what was reached.

    Parameters
    ----------
    due
        Label of each step, and what is due.
    reached
        Step, value, and the value in words.
    """
    values = [*(value for _label, value in due), *(value for _step, value, _words in reached)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = max(high - low, 1e-9)
    step = _BAR_WIDTH / max(len(due) - 1, 1)

    def place(number: int, value: float) -> tuple[float, float]:
        return 60 + step * number, 170 - 110 * (value - low) / room

    points = [place(number, value) for number, (_label, value) in enumerate(due)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts = [f'<polyline points="{line}" stroke="#2f6f8f" stroke-width="3" stroke-dasharray="7 5" fill="none"/>']
    for (label, _value), (x, y) in zip(due, points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#fff" stroke="#2f6f8f" stroke-width="2"/>')
        parts.append(text(x, 212, label, anchor="middle"))
    for number in dict.fromkeys((0, len(due) - 1)) if due else ():
        x, y = points[number]
        parts.append(text(x, y + 24, f"{100 * due[number][1]:.1f} %", anchor="middle", size=13))
    for number, value, words in reached:
        x, y = place(number, value)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#c4572e"/>')
        parts.append(text(x, y - 15, words, anchor="middle", fill="#7d1f2b"))
    return picture(_BAR_WIDTH + 120, 226, "".join(parts), title, description)


def _pixels(words: str) -> int:
    """About how wide words are; Chinese characters are twice as wide as Latin ones."""
    return sum(14 if character > "\u1100" else 8 for character in words)


def _step(place: int, number: int) -> int:
    """Place of a tier in the colours, spread so that the highest of four is not the darkest of six."""
    return place if number <= len(COLOURS) else place * (len(COLOURS) - 1) // max(number - 1, 1)


def text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = "#10222b", size: int = 14) -> str:
    """Words in a picture; `anchor` is ``start``, ``middle`` or ``end``."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}">{escape(words)}</text>'
    )


def picture(width: int, height: int, inside: str, title: str, description: str) -> str:
    """A picture of shapes, with what it shows in words."""
    label = escape(f"{title}. {description}", quote=True)
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{label}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{inside}</svg>"
    )
