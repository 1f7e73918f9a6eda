"""
Mapping files (TOML): how a foreign file's columns and words become ours.

A mapping says everything it does: which header is which field, which words mean which codes, what stands where a column
is absent, how object type, district and other fields are told, which firm is meant. Nothing is guessed beyond it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from typing import Literal

from pydantic import Field, model_validator

from scheduler.errors import InputError, PolicyError
from scheduler.i18n import gettext as _
from scheduler.parameters import Parameters, parse_parameters
from scheduler.registry.cells import date_in
from scheduler.registry.codes import UNKNOWN_DISTRICT, ObjectType
from scheduler.registry.kinds import KINDS, kind_named
from scheduler.registry.kinds_register import EVENTS
from scheduler.registry.mapping_rules import ColumnOf, DistrictRule, FirmRule, SkipRule, TellRule, told_texts
from scheduler.registry.text import fold


class ObjectTypeRule(Parameters):
    """Object type by the first two characters of the credit code; other codes are `otherwise`, and reported."""

    prefixes: dict[str, ObjectType]
    otherwise: ObjectType = ObjectType.OTHER


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
    optional
        Headers that a file may lack.
    dates
        Field → order of day, month and year in its cells, such as ``DD/MM/YYYY``, where it is not year-month-day.
    tell
        How fields are told from other columns; what no rule tells is the field's own cell, or its default.
    skip
        Which rows are left out.
    firm
        Which column names the firm where no code tells it.
    standing
        Whether an event list names who stands on it without the day: who has such an event that has not ended is
        not entered again.
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
    optional: tuple[str, ...] = ()
    dates: dict[str, str] = Field(default_factory=dict)
    tell: tuple[TellRule, ...] = ()
    skip: tuple[SkipRule, ...] = ()
    firm: FirmRule | None = None
    standing: bool = False

    @model_validator(mode="after")
    def _known(self) -> Mapping:
        kinds = {kind.name: kind for kind in KINDS}
        if self.kind not in kinds:
            raise ValueError(f"kind: expected one of {', '.join(kinds)}, got {self.kind}")
        fields = {column.field for column in kinds[self.kind].columns}
        told = (rule.field for rule in self.tell)
        named = (*self.columns.values(), *self.values, *self.defaults, *self.units, *self.unreadable_as_empty, *told)
        named += tuple(self.dates)
        unknown = sorted(set(named) - fields)
        if unknown:
            raise ValueError(f"expected fields of {self.kind} ({', '.join(sorted(fields))}), got {', '.join(unknown)}")
        repeated = sorted({name for name in self.columns.values() if list(self.columns.values()).count(name) > 1})
        if repeated:
            raise ValueError(f"columns: expected each field once, got {', '.join(repeated)} twice")
        return self

    @model_validator(mode="after")
    def _fitting(self) -> Mapping:
        for pattern in self.dates.values():
            date_in(pattern)
        strange = sorted({fold(header) for header in self.optional} - {fold(header) for header in self.headers()})
        if strange:
            raise ValueError(f"optional: expected headers that the mapping names, got {', '.join(strange)}")
        kind = kind_named(self.kind)
        if self.firm and (kind.key == ("firm_id",) or "firm_id" not in {column.field for column in kind.columns}):
            raise ValueError(f"firm: expected a kind whose rows refer to a firm of the register, got {self.kind}")
        if self.standing and self.kind != EVENTS.name:
            raise ValueError(f"standing: expected kind {EVENTS.name}, got {self.kind}")
        return self

    def headers(self) -> tuple[str, ...]:
        """Every header that the mapping names, each once."""
        told = (rule.column for rule in (*self.district, *self.tell))
        skipped = (rule.column for rule in self.skip)
        return tuple(dict.fromkeys((*self.columns, *told, *skipped, *((self.firm.name,) if self.firm else ()))))

    def told_fields(self) -> frozenset[str]:
        """Fields that need no column of their own."""
        told = {"object_type"} if self.object_type else set()
        told |= {"district"} if self.district else set()
        told |= {"firm_id"} if self.firm else set()
        return frozenset({*told, *self.defaults, *(rule.field for rule in self.tell)})


def parse_mapping(text: str, name: str) -> Mapping:
    """Reads the text of a mapping file; raises `PolicyError` naming every bad key."""
    return parse_parameters(Mapping, text, name)


def with_defaults(mapping: Mapping, defaults: MappingOf[str, str]) -> Mapping:
    """The mapping with these defaults before its own; raises `PolicyError` where a field is none of its kind."""
    fields = {column.field for column in kind_named(mapping.kind).columns}
    strange = sorted(set(defaults) - fields)
    if strange:
        raise PolicyError(
            _("expected fields of {kind} ({fields}), got {strange}").format(
                kind=mapping.kind, fields=", ".join(sorted(fields)), strange=", ".join(strange)
            )
        )
    return mapping.model_copy(update={"defaults": {**mapping.defaults, **defaults}})


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


def told_districts(mapping: Mapping, column: ColumnOf, num_rows: int) -> list[str]:
    """District of each row, unknown where no rule tells."""
    return [code or UNKNOWN_DISTRICT for code in told_texts(mapping.district, column, num_rows)]


def missing_column(file: str, header: str, found: Sequence[str]) -> InputError:
    """Error for a column that the mapping names and the file does not have."""
    return InputError(
        _("{file}: the mapping expects a column “{header}”, got {found}; is it the mapping of this file?").format(
            file=file, header=header, found=", ".join(found)
        )
    )
