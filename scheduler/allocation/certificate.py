"""
The programme as data: what was asked, what was answered, and the dual values that show how good the answer is.

A certificate holds the whole linear programme in whole numbers, so that anybody checks the recorded answer with
additions and multiplications alone: that it keeps every row, and how far it can lie from the optimum at most. No
solver is needed for that, and none is trusted. It is written as three tables (specification, section 6.6) that a
targeted draw's commitment freezes; `scheduler.audit.programme` reads them on its own.

Coefficients, bounds and costs are integers of 10^-9, values and dual values of 10^-12; visits are whole 10^-6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from scheduler.allocation.layout import Layout
from scheduler.allocation.matrix import Floats, Limit, LinearProgramme
from scheduler.registry.frame import Integers, Mask
from scheduler.registry.items import MICRO

NANO, PICO = 10**9, 10**12
COLUMNS_NAME, ROWS_NAME, ENTRIES_NAME = "programme-columns.tsv", "programme-rows.tsv", "programme-entries.tsv"
COLUMNS_HEADER = ("column", "kind", "subject", "cost_nano", "upper_nano", "value_pico")
ROWS_HEADER = ("row", "limit", "subject", "lower_nano", "upper_nano", "dual_pico")
ENTRIES_HEADER = ("row", "column", "value_nano")
SEPARATOR = "|"  # between the parts of a subject
_NONE = np.iinfo(np.int64).min  # no bound
_DIGITS = 8  # of the numbers of columns and rows, so that their order as text is their order as numbers
Subject = tuple[str, ...]


class ColumnKind(StrEnum):
    """What a column of the programme is."""

    VISITS = "visits"  # subject: round, stratum, package
    RATE = "rate"  # subject: round, object type, tier, tasks joined by +
    LENT = "lent"  # subject: round, district helped, district that lends, department, speciality


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTable:
    """
    Columns of the programme, length n each.

    Attributes
    ----------
    kind, subject
        What each is, and of whom; rounds by number, the others by code.
    cost_nano, upper_nano
        Cost of one unit (expected findings count as negative cost) and greatest value; the least is 0.
    value_pico
        The recorded answer: visits, rates, or officer-hours lent.
    """

    kind: tuple[ColumnKind, ...]
    subject: tuple[Subject, ...]
    cost_nano: Integers
    upper_nano: Integers
    value_pico: Integers

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTable:
    """
    Rows of the programme, length m each.

    Attributes
    ----------
    limit, subject
        Which limit each is, and whom it is about (`subject_of`).
    lower_nano, upper_nano
        Bounds; `has_lower` and `has_upper` tell where there are any.
    dual_pico
        What the cost would change by if the bound that binds grew by one: positive where the lower one binds, negative
        where the upper one does. One more officer-hour finds −dual more.
    """

    limit: tuple[Limit, ...]
    subject: tuple[Subject, ...]
    lower_nano: Integers
    upper_nano: Integers
    dual_pico: Integers

    def __len__(self) -> int:
        return len(self.limit)

    @property
    def has_lower(self) -> Mask:
        """Whether a row has a lower bound, shape (m,)."""
        return np.asarray(self.lower_nano != _NONE)

    @property
    def has_upper(self) -> Mask:
        """Whether a row has an upper bound, shape (m,)."""
        return np.asarray(self.upper_nano != _NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """
    One row as a planner reads it, in visits, officer-hours or rates.

    Attributes
    ----------
    limit, subject
        As in `RowTable`.
    lower, upper
        Bounds, infinite where there is none.
    activity
        What the recorded answer makes of the row.
    dual
        Change of the cost for one unit more of the bound; 0 where it does not bind.
    """

    limit: Limit
    subject: Subject
    lower: float
    upper: float
    activity: float
    dual: float

    @property
    def gain(self) -> float:
        """Expected findings gained if the bound that binds gave way by one unit."""
        return abs(self.dual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """
    The programme with its answer.

    Attributes
    ----------
    entry_row, entry_column, entry_nano
        Coefficients that are not zero, in ascending order of (row, column), shape (k,).
    """

    columns: ColumnTable
    rows: RowTable
    entry_row: Integers
    entry_column: Integers
    entry_nano: Integers

    def activity(self) -> Floats:
        """What the answer makes of each row, shape (m,); for display, decisions are taken in integers."""
        value = self.columns.value_pico.astype(np.float64) / PICO
        products = self.entry_nano.astype(np.float64) / NANO * value[self.entry_column]
        return np.bincount(self.entry_row, weights=products, minlength=len(self.rows)).astype(np.float64)

    @property
    def cost(self) -> float:
        """Cost of the answer: officers' time less expected findings."""
        return float(self.columns.cost_nano.astype(np.float64) @ self.columns.value_pico.astype(np.float64)) / 1e21

    def lines(self, limits: frozenset[Limit] | None = None) -> tuple[LimitLine, ...]:
        """Rows of some families, of all by default, in the order of the programme."""
        activity, rows = self.activity(), self.rows
        lower = np.where(rows.has_lower, rows.lower_nano / NANO, -np.inf)
        upper = np.where(rows.has_upper, rows.upper_nano / NANO, np.inf)
        chosen = range(len(rows)) if limits is None else [n for n, limit in enumerate(rows.limit) if limit in limits]
        return tuple(
            LimitLine(
                limit=rows.limit[number],
                subject=rows.subject[number],
                lower=float(lower[number]),
                upper=float(upper[number]),
                activity=float(activity[number]),
                dual=float(rows.dual_pico[number]) / PICO,
            )
            for number in chosen
        )

    def files(self) -> dict[str, bytes]:
        """The three tables by file name."""
        columns, rows = self.columns, self.rows
        return {
            COLUMNS_NAME: _table(
                COLUMNS_HEADER,
                zip(
                    *(_numbers(len(columns)), columns.kind, map(SEPARATOR.join, columns.subject)),
                    *(_texts(part) for part in (columns.cost_nano, columns.upper_nano, columns.value_pico)),
                    strict=True,
                ),
            ),
            ROWS_NAME: _table(
                ROWS_HEADER,
                zip(
                    *(_numbers(len(rows)), rows.limit, map(SEPARATOR.join, rows.subject)),
                    *(_texts(part) for part in (rows.lower_nano, rows.upper_nano, rows.dual_pico)),
                    strict=True,
                ),
            ),
            ENTRIES_NAME: _table(
                ENTRIES_HEADER,
                zip(
                    *(
                        [f"{number:0{_DIGITS}d}" for number in part.tolist()]
                        for part in (self.entry_row, self.entry_column)
                    ),
                    _texts(self.entry_nano),
                    strict=True,
                ),
            ),
        }


def parse_certificate(files: Mapping[str, bytes]) -> Certificate:
    """Reads the tables that `Certificate.files` wrote; they come from the store, whose digests vouch for them."""
    columns, rows, entries = (_cells(files[name]) for name in (COLUMNS_NAME, ROWS_NAME, ENTRIES_NAME))
    return Certificate(
        columns=ColumnTable(
            kind=tuple(ColumnKind(row[1]) for row in columns),
            subject=tuple(tuple(row[2].split(SEPARATOR)) for row in columns),
            cost_nano=_integers(row[3] for row in columns),
            upper_nano=_integers(row[4] for row in columns),
            value_pico=_integers(row[5] for row in columns),
        ),
        rows=RowTable(
            limit=tuple(Limit(row[1]) for row in rows),
            subject=tuple(tuple(row[2].split(SEPARATOR)) if row[2] else () for row in rows),
            lower_nano=_integers(row[3] for row in rows),
            upper_nano=_integers(row[4] for row in rows),
            dual_pico=_integers(row[5] for row in rows),
        ),
        entry_row=_integers(row[0] for row in entries),
        entry_column=_integers(row[1] for row in entries),
        entry_nano=_integers(row[2] for row in entries),
    )


def certify(layout: Layout, programme: LinearProgramme, units: Integers, values: Floats, duals: Floats) -> Certificate:
    """
    Puts the programme and its answer together.

    Parameters
    ----------
    units
        Recorded visits of each visit column, in 10^-6.
    values
        The solver's values of all columns; those of hours lent are taken from it, rates follow from the visits.
    duals
        Dual value of each row, in the order of the programme's blocks.
    """
    stacked = programme.stacked()
    order = np.lexsort((stacked.column, stacked.row))
    return Certificate(
        columns=ColumnTable(
            kind=_kinds(layout),
            subject=tuple(_column_subjects(layout)),
            cost_nano=_scaled(programme.cost, NANO),
            upper_nano=_scaled(programme.upper, NANO),
            value_pico=_values(layout, units, values, programme.upper[layout.lent_start :]),
        ),
        rows=RowTable(
            limit=tuple(block.limit for block in programme.blocks for _ in range(len(block))),
            subject=tuple(
                subject_of(layout, block.limit, subject) for block in programme.blocks for subject in block.subject
            ),
            lower_nano=_scaled(stacked.lower, NANO),
            upper_nano=_scaled(stacked.upper, NANO),
            dual_pico=_scaled(duals, PICO),
        ),
        entry_row=stacked.row[order],
        entry_column=stacked.column[order],
        entry_nano=_scaled(stacked.value[order], NANO),
    )


def subject_of(layout: Layout, limit: Limit, subject: tuple[str | int, ...]) -> Subject:
    """
    Whom a row is about, by code: (stratum, round), (stratum,), (object type, tier, tasks, round), (task,), (round,),
    or (round, district, department, speciality) of officers' hours.
    """
    strata, rounds = layout.problem.strata.strata, layout.problem.rounds
    if limit in _BY_SLOT:
        slot = int(subject[0])
        return strata[int(layout.slot_stratum[slot])].key, str(rounds[int(layout.slot_entry[slot])].number)
    if limit in _BY_STRATUM:
        return (strata[int(subject[0])].key,)
    if limit in _BY_CLASS:
        return _class_subject(layout, int(subject[0]))
    return tuple(str(part) for part in subject)


_BY_SLOT = frozenset({Limit.IN_HAND, Limit.COMPULSORY, Limit.FLOOR, Limit.TOLERANCE})
_BY_STRATUM = frozenset({Limit.FIRMS, Limit.CEILING, Limit.PRECISION})
_BY_CLASS = frozenset({Limit.RATE, Limit.TIERS})


def _class_subject(layout: Layout, number: int) -> Subject:
    entry = layout.classes[number]
    tier = layout.problem.policy.tiers.codes[entry.tier]
    return entry.object_type, tier, "+".join(entry.task_ids), str(layout.problem.rounds[entry.entry].number)


def _kinds(layout: Layout) -> tuple[ColumnKind, ...]:
    numbers = (len(layout.columns), len(layout.classes), layout.num_columns - layout.lent_start)
    return tuple(kind for kind, number in zip(ColumnKind, numbers, strict=True) for _ in range(number))


def _column_subjects(layout: Layout) -> Iterator[Subject]:
    columns, strata, rounds = layout.columns, layout.problem.strata.strata, layout.problem.rounds
    for stratum, entry, package in zip(columns.stratum.tolist(), columns.entry.tolist(), columns.package, strict=True):
        yield str(rounds[entry].number), strata[stratum].key, package.key
    for number in range(len(layout.classes)):
        *group, entry_number = _class_subject(layout, number)
        yield entry_number, *group
    yield from layout.lent_subjects()


def _values(layout: Layout, units: Integers, values: Floats, most_lent: Floats) -> Integers:
    """Values in 10^-12: visits as recorded, rates as they follow, hours lent as the solver has them, up to the most."""
    of_class = layout.slot_class[layout.slot]
    chosen = of_class >= 0
    in_class = np.bincount(of_class[chosen], weights=units[chosen], minlength=len(layout.classes))
    rates = in_class / MICRO / np.maximum(layout.class_size, 1 / MICRO)
    lent = _scaled(np.maximum(values[layout.lent_start :], 0.0), MICRO)
    lent = np.minimum(lent, _scaled(most_lent, NANO) // (NANO // MICRO))  # rounding up may pass a most of finer grain
    return np.concatenate([units * (PICO // MICRO), _scaled(rates, PICO), lent * (PICO // MICRO)]).astype(np.int64)


def _scaled(values: Floats, unit: int) -> Integers:
    """Values as integers of a unit; infinite ones as no bound."""
    finite = np.isfinite(values)
    return np.where(finite, np.rint(np.where(finite, values, 0.0) * unit), _NONE).astype(np.int64)


def _numbers(count: int) -> list[str]:
    return [f"{number:0{_DIGITS}d}" for number in range(count)]


def _texts(values: Integers) -> list[str]:
    """Integers as text, empty where there is none."""
    return ["" if value == _NONE else str(value) for value in values.tolist()]


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> bytes:
    """A table; its cells are codes and numbers, which hold no tab or line feed."""
    return ("\n".join(["\t".join(header), *map("\t".join, rows)]) + "\n").encode("utf-8")


def _cells(content: bytes) -> list[list[str]]:
    return [line.split("\t") for line in content.decode("utf-8").split("\n")[1:-1]]


def _integers(cells: Iterator[str]) -> Integers:
    return np.array([int(cell) if cell else _NONE for cell in cells], dtype=np.int64)
