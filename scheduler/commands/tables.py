"""Tables on the terminal, and as wide as they need to be where the output goes into a pipe."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

WIDTH_OF_PIPES = 120  # columns of a table that does not go to a terminal


def stdout_console() -> Console:
    """Console that prints texts as they are: square brackets in names are no markup."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=WIDTH_OF_PIPES)


def plain_table(texts: Iterable[str], numbers: Iterable[str] = ()) -> Table:
    """
    Table without lines.

    Parameters
    ----------
    texts, numbers
        Headings of the columns: texts stand left, numbers right.
    """
    table = Table(box=None, pad_edge=False)
    for heading in texts:
        # Names give way on a narrow terminal, numbers never. Folded, as Chinese has no spaces to break at: rich would
        # cut it off.
        table.add_column(heading, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
