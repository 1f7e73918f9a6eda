"""Shares and marks that the commands of the classifier share."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console

from scheduler.workflow.internal import InternalMark


def shares(counts: tuple[int, ...]) -> list[str]:
    """Total of a mix and the share of each tier."""
    total = sum(counts)
    return [f"{total:,}", *(f"{Decimal(100 * count) / max(total, 1):.1f} %" for count in counts)]


def show_mark(screen: Console, mark: InternalMark) -> None:
    """Prints the mark that internal output must bear."""
    screen.print(mark.line(), style="bold red")
