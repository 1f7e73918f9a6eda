"""The picture of a classifier's calibration as inline SVG (`scheduler.pictures`)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from scheduler.pictures import picture, text
from scheduler.risk.evaluation import CalibrationBin


def calibration_plot(
    table: Sequence[CalibrationBin], *, title: str, description: str, x_label: str, y_label: str
) -> str:
    """Observed against expected shares; a dot's area is its weight, the line is where both are equal."""
    size, left, bottom = 350, 62, 52
    greatest = max([0.05, *(max(one.expected, one.observed) for one in table)])
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if greatest / step <= 6 or step == 0.2)
    ceiling = step * -(-greatest // step)

    def x(value: float) -> float:
        return left + size * value / ceiling

    def y(value: float) -> float:
        return 12 + size - size * value / ceiling

    parts = []
    for number in range(round(ceiling / step) + 1):
        value = number * step
        words = f"{100 * value:.0f} %"
        parts.append(
            f'<path d="M{left} {y(value):.1f}H{left + size}M{x(value):.1f} 12V{12 + size}" '
            f'stroke="#dde3e8" fill="none"/>'
        )
        parts.append(text(left - 8, y(value) + 5, words, anchor="end", size=13))
        parts.append(text(x(value), 12 + size + 20, words, anchor="middle", size=13))
    parts.append(
        f'<path d="M{left} {12 + size}L{left + size} 12" stroke="#5b6770" stroke-dasharray="5 4" fill="none"/>'
    )
    points = " ".join(f"{x(one.expected):.1f},{y(one.observed):.1f}" for one in table)
    parts.append(f'<polyline points="{points}" stroke="#2f6f8f" stroke-width="1.5" fill="none"/>')
    for one in table:
        radius = 4 + 16 * one.weight**0.5
        tip = escape(
            f"{x_label} {100 * one.expected:.1f} %, {y_label} {100 * one.observed:.1f} % (n = {one.num_firms:,})"
        )
        parts.append(
            f'<circle cx="{x(one.expected):.1f}" cy="{y(one.observed):.1f}" r="{radius:.1f}" fill="#c4572e" '
            f'fill-opacity=".75" stroke="#7d1f2b"><title>{tip}</title></circle>'
        )
    parts.append(text(left + size / 2, 12 + size + 44, x_label, anchor="middle"))
    parts.append(
        f'<text transform="translate(15 {12 + size / 2}) rotate(-90)" text-anchor="middle" font-size="14">'
        f"{escape(y_label)}</text>"
    )
    return picture(left + size + 24, size + bottom + 16, "".join(parts), title, description)
