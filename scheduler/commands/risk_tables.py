"""Shares and marks that the commands of the classifier share."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console

from scheduler.i18n import gettext as _
from scheduler.risk.cautions import caution_words
from scheduler.risk.scorecard import Scorecard
from scheduler.workflow.internal import InternalMark


def shares(counts: tuple[int, ...]) -> list[str]:
    """Total of a mix and the share of each tier."""
    total = sum(counts)
    return [f"{total:,}", *(f"{Decimal(100 * count) / max(total, 1):.1f} %" for count in counts)]


def show_mark(screen: Console, mark: InternalMark) -> None:
    """Prints the mark that internal output must bear."""
    screen.print(mark.line(), style="bold red")


def warning_lines(scorecard: Scorecard) -> list[str]:
    """What must be said of a scorecard wherever it is shown, in the reader's language."""
    return [_("Warning: {what}").format(what=caution_words(one, _)) for one in scorecard.warnings]


def show_warnings(screen: Console, scorecard: Scorecard) -> None:
    """Prints what must be said of a scorecard."""
    for line in warning_lines(scorecard):
        screen.print(line, style="bold yellow")
