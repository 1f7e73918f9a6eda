"""
Mapping files (TOML): how a foreign file's columns and words become ours.

A mapping says everything it does: which header is which field, which words mean which codes, what stands where a column
is absent, how the object type and the district are told. Nothing is guessed beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from pydantic import Field, model_validator

from scheduler.errors import InputError
from scheduler.i18n import gettext as _
from scheduler.parameters import Parameters, parse_parameters
from scheduler.registry.codes import UNKNOWN_DISTRICT, ObjectType
from scheduler.registry.kinds import KINDS
from scheduler.registry.text import clean_text, fold


class ObjectTypeRule(Parameters):
    """Object type by the first two characters of the credit code; other codes are `otherwise`, and reported."""

    prefixes: dict[str, ObjectType]
    otherwise: ObjectType = ObjectType.OTHER


class DistrictRule(Parameters):
    """
    One way to tell the district from another column; rules are tried in order, the first that tells wins.

    `equals` compares the whole cell, `contains` looks for a name in it; in either, the first name that fits wins.
    """

    column: str
    method: Literal["equals", "contains"]
    names: tuple[tuple[str, str], ...]

    def teller(self) -> Callable[[str], str]:
        """Function from a cell to a district code, empty where the rule does not tell."""
        if self.method == "equals":
            codes = {fold(name): code for name, code in reversed(self.names)}
            return lambda text: codes.get(fold(text), "")
        return lambda text: next((code for name, code in self.names if name in text), "")


class Mapping(Parameters):
    """
    A mapping file.

    Attributes
    ----------
    format
        Format of mapping files: 1.
    kind
        Kind of input the file holds.
    note
        What the file is and where it comes from.
    columns
        Their header → our field.
    empty
        Texts that stand for nothing, such as ``"N/A"``.
    values
        Field → their word → ours.
    defaults
        Field → what stands where the column is absent or the cell empty.
    units
        Field → unit of a bare amount, 元 or 万元.
    unreadable_as_empty
        Fields in which a text that cannot be read counts as empty, with a notice instead of a bad cell.
    object_type
        How the object type follows from the credit code.
    district
        How the district is told.
    """

    format: int = Field(ge=1, le=1)
    kind: str
    note: str = ""
    columns: dict[str, str]
    empty: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    defaults: dict[str, str] = Field(default_factory=dict)
    units: dict[str, Literal["元", "万元"]] = Field(default_factory=dict)
    unreadable_as_empty: tuple[str, ...] = ()
    object_type: ObjectTypeRule | None = None
    district: tuple[DistrictRule, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Mapping:
        kinds = {kind.name: kind for kind in KINDS}
        if self.kind not in kinds:
            raise ValueError(f"kind: expected one of {', '.join(kinds)}, got {self.kind}")
        fields = {column.field for column in kinds[self.kind].columns}
        named = (*self.columns.values(), *self.values, *self.defaults, *self.units, *self.unreadable_as_empty)
        unknown = sorted(set(named) - fields)
        if unknown:
            raise ValueError(f"expected fields of {self.kind} ({', '.join(sorted(fields))}), got {', '.join(unknown)}")
        repeated = sorted({name for name in self.columns.values() if list(self.columns.values()).count(name) > 1})
        if repeated:
            raise ValueError(f"columns: expected each field once, got {', '.join(repeated)} twice")
        return self


def parse_mapping(text: str, name: str) -> Mapping:
    """Reads the text of a mapping file; raises `PolicyError` naming every bad key."""
    return parse_parameters(Mapping, text, name)


def translated(mapping: Mapping, field: str, texts: Sequence[str]) -> list[str]:
    """Cells of a field with the mapping's empty texts, words and defaults applied."""
    empty = {fold(text) for text in mapping.empty}
    words = {fold(theirs): ours for theirs, ours in mapping.values.get(field, {}).items()}
    default = mapping.defaults.get(field, "")

    def translate(text: str) -> str:
        key = fold(text)
        if not key or key in empty:
            return default
        return words.get(key, text)

    table = {text: translate(text) for text in set(texts)}
    return [table[text] for text in texts]


def told_object_types(rule: ObjectTypeRule, codes: Iterable[str]) -> list[str]:
    """Object type of each credit code."""
    return [rule.prefixes.get(code[:2], rule.otherwise).value for code in codes]


def told_districts(mapping: Mapping, column: Callable[[str], Sequence[str]], num_rows: int) -> list[str]:
    """
    District of each row, unknown where no rule tells.

    Parameters
    ----------
    column
        Gives the cells of a column of the file by its header.
    """
    told = [""] * num_rows
    for rule in mapping.district:
        texts = column(rule.column)
        teller = rule.teller()
        table = {text: teller(clean_text(text)) for text in set(texts)}
        told = [code or table[text] for code, text in zip(told, texts, strict=True)]
    return [code or UNKNOWN_DISTRICT for code in told]


def missing_column(file: str, header: str, found: Sequence[str]) -> InputError:
    """Error for a column that the mapping names and the file does not have."""
    return InputError(
        _("{file}: the mapping expects a column “{header}”, got {found}; is it the mapping of this file?").format(
            file=file, header=header, found=", ".join(found)
        )
    )
