"""Rules of mapping files that look into cells: what a name in a text tells, which rows are left out, who is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from scheduler.parameters import Parameters
from scheduler.registry.text import clean_text, fold

ColumnOf = Callable[[str], Sequence[str]]


class NameRule(Parameters):
    """
    One way to tell something from another column; rules are tried in order, the first that tells wins.

    `equals` compares the whole cell, `contains` looks for a name in it; in either, the first name that fits wins.
    """

    column: str
    method: Literal["equals", "contains"]
    names: tuple[tuple[str, str], ...]

    def teller(self) -> Callable[[str], str]:
        """Function from a cell to what it tells, empty where the rule does not tell."""
        if self.method == "equals":
            told = {fold(name): word for name, word in reversed(self.names)}
            return lambda text: told.get(fold(text), "")
        return lambda text: next((word for name, word in self.names if name in text), "")


class DistrictRule(NameRule):
    """Tells the district."""


class TellRule(NameRule):
    """Tells `field` of a row, such as the kind of an event from the reason of a listing."""

    field: str


class SkipRule(Parameters):
    """
    Rows that are not meant for us, such as questions among complaints.

    A row is left out whose cell `equals` or `contains` one of the texts, or `lacks` all of them.
    """

    column: str
    method: Literal["equals", "contains", "lacks"]
    texts: tuple[str, ...]

    def skips(self, text: str) -> bool:
        """Whether a row with this cell is left out."""
        if self.method == "equals":
            return fold(text) in {fold(part) for part in self.texts}
        return any(part in text for part in self.texts) is (self.method == "contains")


class FirmRule(Parameters):
    """
    Who is meant where no credit code tells it.

    Attributes
    ----------
    name
        Header of the column that names the firm.
    """

    name: str


def told_texts(rules: Sequence[NameRule], column: ColumnOf, num_rows: int) -> list[str]:
    """
    What the rules tell of each row, empty where none does.

    Parameters
    ----------
    column
        Gives the cells of a column of the file by its header.
    """
    told = [""] * num_rows
    for rule in rules:
        texts = column(rule.column)
        teller = rule.teller()
        table = {text: teller(clean_text(text)) for text in set(texts)}
        told = [word or table[text] for word, text in zip(told, texts, strict=True)]
    return told


def rows_to_skip(rules: Sequence[SkipRule], column: ColumnOf, num_rows: int) -> list[bool]:
    """Whether each row is left out by one of the rules."""
    skipped = [False] * num_rows
    for rule in rules:
        texts = column(rule.column)
        table = {text: rule.skips(clean_text(text)) for text in set(texts)}
        skipped = [before or table[text] for before, text in zip(skipped, texts, strict=True)]
    return skipped
