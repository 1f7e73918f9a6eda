"""What a column and a kind of input are: headers, parser, comment, example; declared once for importer and template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as declared
from typing import TypeAlias

from scheduler.registry.cells import ParseCell, text_up_to
from scheduler.registry.codes import UNKNOWN_DISTRICT
from scheduler.registry.text import fold
from scheduler.registry.words import CodeWords

NAME_LENGTH = 300
NOTE_LENGTH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """
    What a file may refer to: the bureau's own districts, year, items, and figures that bind it.

    Attributes
    ----------
    bureau
        Code of the bureau, which serves every district.
    districts
        Code of each district → its names.
    year
        Year of the plan.
    items
        Name of each item of the list → its id.
    figures
        Code and names of each figure whose values are entered → its code.
    percentages
        Codes of those in per cent.
    """

    bureau: str
    districts: Mapping[str, tuple[str, ...]]
    year: int
    items: Mapping[str, str] = declared(default_factory=dict)
    figures: Mapping[str, str] = declared(default_factory=dict)
    percentages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong with one cell: place of the row among those read, field, what was expected and found, remedy."""

    place: int
    field: str
    message: str
    remedy: str


Columns: TypeAlias = Mapping[str, Sequence[object]]
ParserFor: TypeAlias = Callable[[Vocabulary], ParseCell]
CheckColumns: TypeAlias = Callable[[Columns, Vocabulary], Iterable[Fault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    One column of one kind of input.

    Attributes
    ----------
    field
        Our name: the column of the table, or the key of the parsed row.
    zh, en
        Headers: the official Chinese one, and the English one.
    comment
        What belongs into it (source text for the catalogues), shown in the template.
    example
        Example value in a Chinese and in an English template.
    parser
        Makes the parser of one cleaned, non-empty cell.
    synonyms
        Other headers seen in real files.
    variants
        Headers that need a parser of their own, such as one that names a unit.
    required
        Whether the column must exist and no cell may be empty.
    empty
        Value of an empty cell.
    empty_notice
        What an empty cell must be reported with (source text for the catalogues); empty for nothing.
    words
        Code set of the cell, offered as a drop-down list.
    many
        Whether the cell is a list, so that its drop-down list only suggests.
    unified_code
        Whether the cells are credit codes or registration numbers, which are checked as a whole column.
    width
        Width in the template, in characters.
    form
        ``"text"``, ``"date"``, ``"number"`` or ``"yes"``: how a spreadsheet should treat the cells.
    """

    field: str
    zh: str
    en: str
    comment: str
    example: tuple[str, str]
    parser: ParserFor = lambda _vocabulary: text_up_to(NAME_LENGTH)
    synonyms: tuple[str, ...] = ()
    variants: Mapping[str, ParserFor] = declared(default_factory=dict)
    required: bool = False
    empty: object = ""
    empty_notice: str = ""
    words: CodeWords | None = None
    many: bool = False
    unified_code: bool = False
    width: int = 14
    form: str = "text"

    def header(self, language: str) -> str:
        """Header in a language."""
        return self.zh if language.startswith("zh") else self.en

    def parsers(self) -> dict[str, ParserFor]:
        """Folded header → parser, for every header the column is known by."""
        names = (self.field, self.zh, self.en, *self.synonyms)
        return {fold(name): self.parser for name in names} | {
            fold(name): parser for name, parser in self.variants.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    One kind of input.

    Attributes
    ----------
    name
        Word of the command line, such as ``"firms"``.
    zh, en
        Name of its sheet in either language.
    synonyms
        Other names of its sheet.
    columns
        Its columns, in the order of the template.
    key
        Fields that together name a row; empty where rows have no key of their own.
    ticks
        Code set of which every code may have a column of its own, ticked where it holds (field `ticked`).
    ticked
        Field that ticks fill.
    answers
        Fields that a form leaves for people to fill in: a row with none of them, and no tick, is not filled in yet.
    check
        Finds what is wrong between the cells of a row, over whole columns; bad cells are None.
    whole
        Whether a file is taken whole or not at all, because a part of it means something else.
    in_template
        Whether the template has a sheet for it.
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    ticks: CodeWords | None = None
    ticked: str = ""
    answers: tuple[str, ...] = ()
    check: CheckColumns | None = None
    in_template: bool = True
    whole: bool = False

    def column(self, name: str) -> Column:
        """Column of a field; raises `KeyError` where there is none."""
        return {column.field: column for column in self.columns}[name]

    def sheet(self, language: str) -> str:
        """Name of its sheet in a language."""
        return self.zh if language.startswith("zh") else self.en

    def is_called(self, sheet: str) -> bool:
        """Whether a sheet of this name holds this kind."""
        return fold(sheet) in {fold(name) for name in (self.name, self.zh, self.en, *self.synonyms)}

    def example(self, language: str) -> tuple[str, ...]:
        """Cells of the example row."""
        return tuple(column.example[0 if language.startswith("zh") else 1] for column in self.columns)


def district_names(vocabulary: Vocabulary) -> dict[str, str]:
    """Folded code or name of each district → its code."""
    return {fold(name): code for code, names in vocabulary.districts.items() for name in (code, *names) if name} | {
        fold(UNKNOWN_DISTRICT): UNKNOWN_DISTRICT,
        "未定": UNKNOWN_DISTRICT,
    }


def listed(words: Sequence[str]) -> str:
    """Words as a message lists them, at most a dozen."""
    return "、".join(words[:12]) + ("…" if len(words) > 12 else "")
