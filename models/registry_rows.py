"""
Moves the registry room's values in and out of the tables: firms and events as columns, lists and roster as values.

Whatever order a database returns rows in, what is loaded stands in canonical order: it is sorted here, by code points,
never by a collation. The `save_…` functions make a table hold exactly the values given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlmodel import SQLModel

from models.store import delete_rows, insert_columns, read_columns
from models.tables import Event, Firm, Item, Result, table_of
from models.tables import Officer as OfficerRow
from models.tables import Recusal as RecusalRow
from models.tables import Task as TaskRow
from scheduler.errors import StoreError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import (
    EVENT_KINDS,
    FIRM_STATUSES,
    OBJECT_TYPES,
    FirmStatus,
    ItemKind,
    ItemMethod,
    ObjectType,
)
from scheduler.registry.frame import Codes, Dates, Events, Frame, Ids
from scheduler.registry.items import InspectionItem, Task, TaskRange
from scheduler.teams.roster import Officer, Recusal

MOST_LIBRARIES = 63  # one bit each in a 64-bit column
LABEL_CHUNK = 5_000  # SQLite binds at most 32,766 values in one statement
FEW_FIRMS = 100  # of a frame up to this size the database looks for the events, by its index


def insert_firms(connection: sa.Connection, columns: Mapping[str, Sequence[Any]]) -> int:
    """Inserts firms given as columns named as in table `firm`; returns their number."""
    return insert_columns(connection, Firm, columns)


def insert_events(connection: sa.Connection, columns: Mapping[str, Sequence[Any]]) -> int:
    """Inserts events given as columns named as in table `event`, `event_id` included; returns their number."""
    return insert_columns(connection, Event, columns)


def load_last_inspections(connection: sa.Connection, frame: Frame, before: date) -> Dates:
    """
    Day of each firm's last inspection, NaT where none is known, shape (n,).

    It is the day on the register, or that of a result recorded here, of visits before a day, whichever is later; visits
    of the year itself are known from its draws.
    """
    found = np.full(len(frame), "NaT", dtype="datetime64[D]")
    firm, result = table_of(Firm), table_of(Result)
    last = sa.func.max(result.c.inspected_on)
    statements = (
        sa.select(firm.c.firm_id, firm.c.last_inspected_on).where(firm.c.last_inspected_on.is_not(None)),
        sa.select(result.c.firm_id, last).where(result.c.inspected_on < before).group_by(result.c.firm_id),
    )
    for statement in statements:
        firm_id, days = read_columns(connection, statement)
        positions = frame.positions(np.array(firm_id, dtype="S18"))
        known = positions >= 0
        later = np.array(days, dtype="datetime64[D]")[known]
        found[positions[known]] = np.fmax(found[positions[known]], later)
    return found


def load_frame(connection: sa.Connection) -> Frame:
    """
    Loads all firms in canonical order; `district_codes` are those present.

    Raises
    ------
    StoreError
        If the table holds a code nobody knows, or more than 63 special libraries.
    """
    return _frame(connection, _frame_columns())


def load_firm(connection: sa.Connection, firm_id: str) -> Frame:
    """One firm alone as a frame, empty if it is not on the register; its libraries are those it is in."""
    return _frame(connection, _frame_columns().where(table_of(Firm).c.firm_id == firm_id))


def load_operating_ids(connection: sa.Connection) -> Ids:
    """Ids of the firms in operation, dtype S18, ascending."""
    firm = table_of(Firm).c
    statement = sa.select(firm.firm_id).where(firm.status == str(FirmStatus.OPERATING))
    (ids,) = read_columns(connection, statement)
    return np.sort(np.array(ids, dtype="S18"))


def _frame_columns() -> sa.Select[Any]:
    firm = table_of(Firm).c
    return sa.select(
        firm.firm_id,
        firm.object_type,
        firm.district,
        firm.status,
        firm.industry,
        sa.cast(firm.established_on, sa.String),
        sa.func.coalesce(firm.capital_yuan, -1),
        firm.libraries,
    )


def _frame(connection: sa.Connection, statement: sa.Select[Any]) -> Frame:
    ids, types, districts, statuses, industries, dates, capital, libraries = read_columns(connection, statement)
    firm_id = np.array(ids, dtype="S18")
    order = np.argsort(firm_id, kind="stable")
    district_codes = tuple(sorted(set(districts)))
    library_codes = split_codes(set(libraries))
    return Frame(
        firm_id=firm_id[order],
        object_type=_indices(types, OBJECT_TYPES, "firm.object_type")[order],
        district=_indices(districts, district_codes, "firm.district")[order],
        status=_indices(statuses, FIRM_STATUSES, "firm.status")[order],
        industry=np.array(industries, dtype="S5")[order],
        established_on=np.array(dates, dtype="datetime64[D]")[order],
        capital_yuan=np.array(capital, dtype=np.int64)[order],
        libraries=_library_bits(libraries, library_codes)[order],
        district_codes=district_codes,
        library_codes=library_codes,
    )


def load_events(connection: sa.Connection, frame: Frame, as_of: date) -> Events:
    """
    Loads the events known on a day: later ones are left out, and an end that lies after the day is not known yet.

    Events of firms that are not in the frame are left out.
    """
    event = table_of(Event).c
    statement = sa.select(
        event.firm_id,
        event.kind,
        sa.cast(event.occurred_on, sa.String),
        sa.cast(event.ended_on, sa.String),
        sa.func.coalesce(event.amount, -1),
    ).where(event.occurred_on <= as_of)
    if len(frame) <= FEW_FIRMS:
        statement = statement.where(event.firm_id.in_(frame.firm_id.astype("U18").tolist()))
    ids, kinds, occurred, ended, amounts = read_columns(connection, statement)
    places = dict(zip(frame.firm_id.astype("U18").tolist(), range(len(frame)), strict=True))
    firm = np.fromiter(map(places.get, ids, repeat(-1)), dtype=np.int64, count=len(ids))
    ended_on = np.array(ended, dtype="datetime64[D]")
    ended_on[ended_on > np.datetime64(as_of, "D")] = np.datetime64("NaT")
    known = firm >= 0
    return Events(
        firm=firm[known],
        kind=_indices(kinds, EVENT_KINDS, "event.kind")[known],
        occurred_on=np.array(occurred, dtype="datetime64[D]")[known],
        ended_on=ended_on[known],
        amount=np.array(amounts, dtype=np.int64)[known],
    )


def open_events(connection: sa.Connection, kinds: Sequence[str]) -> set[tuple[str, str]]:
    """Firm and kind of the events of some kinds that have not ended."""
    event = table_of(Event).c
    statement = sa.select(event.firm_id, event.kind).where(event.kind.in_(kinds), event.ended_on.is_(None))
    return set(zip(*read_columns(connection, statement), strict=True))


def load_firm_names(connection: sa.Connection) -> dict[str, str]:
    """Firm id → name of every firm of the register."""
    firm = table_of(Firm).c
    return dict(zip(*read_columns(connection, sa.select(firm.firm_id, firm.name)), strict=True))


def load_firm_labels(connection: sa.Connection, firm_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Name and registrar of each of the firms given, by firm id; firms that are not on the register are left out."""
    firm = table_of(Firm).c
    labels: dict[str, tuple[str, str]] = {}
    for start in range(0, len(firm_ids), LABEL_CHUNK):
        chunk = firm_ids[start : start + LABEL_CHUNK]
        rows = connection.execute(sa.select(firm.firm_id, firm.name, firm.registrar).where(firm.firm_id.in_(chunk)))
        labels.update({firm_id: (name, registrar) for firm_id, name, registrar in rows})
    return labels


def firms_of_type(connection: sa.Connection, firm_ids: Sequence[str], object_type: str) -> frozenset[str]:
    """Those of the firms given that are of one object type."""
    firm = table_of(Firm).c
    found: set[str] = set()
    for start in range(0, len(firm_ids), LABEL_CHUNK):
        chunk = firm_ids[start : start + LABEL_CHUNK]
        wanted = sa.select(firm.firm_id).where(firm.firm_id.in_(chunk), firm.object_type == object_type)
        found.update(connection.execute(wanted).scalars())
    return frozenset(found)


def load_items(connection: sa.Connection) -> tuple[InspectionItem, ...]:
    """Loads the item list in its own order."""
    table = table_of(Item)
    rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    rows.sort(key=lambda row: (row["position"], row["item_id"]))
    return tuple(
        InspectionItem(
            **{
                **{name: value for name, value in row.items() if name != "position"},
                "kind": ItemKind(row["kind"]),
                "method": ItemMethod(row["method"]),
            }
        )
        for row in rows
    )


def save_items(connection: sa.Connection, items: Sequence[InspectionItem]) -> None:
    """Makes the item list hold exactly `items`, in their order."""
    delete_rows(connection, Item)
    names = [name for name in _names(Item) if name != "position"]
    columns: dict[str, list[Any]] = {name: [_stored(getattr(item, name)) for item in items] for name in names}
    insert_columns(connection, Item, {**columns, "position": list(range(1, len(items) + 1))})


def load_tasks(connection: sa.Connection, year: int) -> tuple[Task, ...]:
    """Loads the tasks of a year in ascending order of their ids."""
    table = table_of(TaskRow)
    rows = [dict(row) for row in connection.execute(sa.select(table).where(table.c.year == year)).mappings()]
    return tuple(_task(row) for row in sorted(rows, key=lambda row: str(row["task_id"])))


def save_tasks(connection: sa.Connection, year: int, tasks: Sequence[Task]) -> None:
    """Makes a year's task list hold exactly `tasks`."""
    delete_rows(connection, TaskRow, year=year)
    ranges = ("object_types", "districts", "industries", "libraries")
    names = [name for name in _names(TaskRow) if name not in ("year", *ranges)]
    columns: dict[str, list[Any]] = {name: [_stored(getattr(task, name)) for task in tasks] for name in names}
    columns |= {name: [_stored(getattr(task.range, name)) for task in tasks] for name in ranges}
    insert_columns(connection, TaskRow, {**columns, "year": [year] * len(tasks)})


def load_officers(connection: sa.Connection) -> tuple[Officer, ...]:
    """Loads the roster in ascending order of officer ids."""
    rows = [dict(row) for row in connection.execute(sa.select(table_of(OfficerRow))).mappings()]
    rows.sort(key=lambda row: str(row["officer_id"]))
    return tuple(
        Officer(**{**row, "specialities": _split(row["specialities"]), "item_ids": _split(row["item_ids"])})
        for row in rows
    )


def save_officers(connection: sa.Connection, officers: Sequence[Officer]) -> None:
    """Makes the roster hold exactly `officers`."""
    delete_rows(connection, OfficerRow)
    names = _names(OfficerRow)
    insert_columns(connection, OfficerRow, {name: [_stored(getattr(one, name)) for one in officers] for name in names})


def load_recusals(connection: sa.Connection) -> tuple[Recusal, ...]:
    """Loads the recusals in ascending order of officer, firm and reason."""
    rows = [dict(row) for row in connection.execute(sa.select(table_of(RecusalRow))).mappings()]
    rows.sort(key=lambda row: (str(row["officer_id"]), str(row["firm_id"]), str(row["reason"])))
    return tuple(Recusal(**row) for row in rows)


def save_recusals(connection: sa.Connection, recusals: Sequence[Recusal]) -> None:
    """Makes the table of recusals hold exactly `recusals`."""
    delete_rows(connection, RecusalRow)
    names = _names(RecusalRow)
    insert_columns(connection, RecusalRow, {name: [getattr(one, name) for one in recusals] for name in names})


def split_codes(texts: Iterable[str]) -> tuple[str, ...]:
    """
    All special libraries named in texts such as ``"food;drug"``, ascending.

    Raises
    ------
    StoreError
        If there are more than 63, which the frame has no bits for.
    """
    codes = tuple(sorted({code for text in texts for code in _split(text)}))
    if len(codes) > MOST_LIBRARIES:
        raise StoreError(
            _("expected at most {most} special libraries, got {number}; merge some and import the firms again").format(
                most=MOST_LIBRARIES, number=len(codes)
            )
        )
    return codes


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _names(model: type[SQLModel]) -> list[str]:
    return [column.name for column in table_of(model).columns]


def _stored(value: Any) -> Any:
    return ";".join(value) if isinstance(value, tuple) else value


def _indices(column: Sequence[str], codes: Sequence[str], name: str) -> Codes:
    index = {str(code): position for position, code in enumerate(codes)}
    try:
        return np.fromiter(map(index.__getitem__, column), dtype=np.int16, count=len(column))
    except KeyError as error:
        raise StoreError(
            _("{name}: expected one of {codes}, got {value} in the database").format(
                name=name, codes=", ".join(index), value=error
            )
        ) from error


def _library_bits(column: Sequence[str], codes: Sequence[str]) -> Any:
    bit = {code: 1 << position for position, code in enumerate(codes)}
    bits = {text: sum({bit[code] for code in _split(text)}) for text in set(column)}
    return np.fromiter(map(bits.__getitem__, column), dtype=np.uint64, count=len(column))


def _task(row: Mapping[str, Any]) -> Task:
    plain = ("task_id", "name", "full_coverage", "ratio_min_micro", "ratio_max_micro", "starts_on", "ends_on")
    texts = ("initiator", "mode", "credit_requirement", "note")
    return Task(
        **{name: row[name] for name in (*plain, *texts)},
        item_ids=_split(row["item_ids"]),
        partners=_split(row["partners"]),
        range=TaskRange(
            object_types=tuple(ObjectType(code) for code in _split(row["object_types"])),
            districts=_split(row["districts"]),
            industries=_split(row["industries"]),
            libraries=_split(row["libraries"]),
        ),
    )
