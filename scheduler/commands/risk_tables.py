"""Tables, consoles and marks that the commands of the classifier share."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from rich.table import Table

from scheduler.workflow.internal import InternalMark

WIDTH_OF_PIPES = 120  # columns of a table that does not go to a terminal


def shares(counts: tuple[int, ...]) -> list[str]:
    """Total of a mix and the share of each tier."""
    total = sum(counts)
    return [f"{total:,}", *(f"{Decimal(100 * count) / max(total, 1):.1f} %" for count in counts)]


def make_table(texts: tuple[str, ...], numbers: tuple[str, ...] = ()) -> Table:
    """Table with columns of texts, then of numbers."""
    table = Table(box=None, pad_edge=False)
    for heading in texts:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def show_mark(screen: Console, mark: InternalMark) -> None:
    """Prints the mark that internal output must bear."""
    screen.print(mark.line(), markup=False, style="bold red")


def console() -> Console:
    """Console that a pipe finds wide enough."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=WIDTH_OF_PIPES)
