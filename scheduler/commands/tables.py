"""Tables on the terminal, and as wide as they need to be where the output goes into a pipe."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scheduler.publication.tables import Table as PlainTable
from scheduler.publication.tables import written
from scheduler.publication.text import visible

LONGEST_SHOWN = 2_000  # characters of one cell
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


def print_table(table: PlainTable) -> None:
    """Prints one table under its title, with its note below."""
    console = stdout_console()
    console.print()
    console.print(table.title, style="bold")
    shown = [place for place, heading in enumerate((*table.texts, *table.numbers)) if heading not in table.aside]
    made = plain_table([heading for heading in table.texts if heading not in table.aside], table.numbers)
    for row in table.rows:
        made.add_row(*(Text(visible(written(row[place]), LONGEST_SHOWN)) for place in shown))
    console.print(made)
    if table.note:
        console.print(table.note, style="dim")
