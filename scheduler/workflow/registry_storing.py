"""
Writes the good rows of an import into the tables: new ones, changed ones by key, nothing where nothing changed.

A column that a file does not have keeps its value in rows that exist. Each function answers with counts and the digests
of what it replaced and what it wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress
from typing import Any

import sqlalchemy as sa

from models import agenda_rows, registry_rows, tier_rows
from models.import_rows import delete_keys, known_rows
from models.tables import Event, Firm
from scheduler.agenda.leave import Leave
from scheduler.agenda.workdays import HolidayNotice
from scheduler.errors import InputError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import ItemKind, ItemMethod, ObjectType
from scheduler.registry.items import MICRO, InspectionItem, Task, TaskRange
from scheduler.registry.parsing import Table
from scheduler.teams.roster import Officer, Recusal
from scheduler.workflow.workspace import Workspace

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storing did: rows by fate, and the digests of what was replaced and written."""

    num_new: int
    num_changed: int
    num_unchanged: int
    before: str = ""
    after: str = ""


def store_firms(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores firms by their code."""
    columns = _texts_of_lists(table.good_columns())
    names = [column.field for column in table.kind.columns if column.field != "firm_id"]
    known = known_rows(connection, Firm, "firm_id", names)
    _refuse_libraries(known, names.index("libraries"), columns["libraries"])
    rows = list(zip(*(columns[name] for name in names), strict=True))
    rows = _with_absent(rows, columns["firm_id"], known, [name in table.present for name in names])
    fates = _fates(columns["firm_id"], rows, known)
    written = [place for place, fate in enumerate(fates) if fate != "unchanged"]
    changed = [columns["firm_id"][place] for place in written if fates[place] == "changed"]
    delete_keys(connection, Firm, "firm_id", changed)
    sources = _sources(table)
    registry_rows.insert_firms(
        connection,
        {
            "firm_id": [columns["firm_id"][place] for place in written],
            **{name: [rows[place][position] for place in written] for position, name in enumerate(names)},
            "source": [sources[place] for place in written],
        },
    )
    return _stored(
        fates,
        before=((firm_id, *known[firm_id]) for firm_id in changed),
        after=((columns["firm_id"][place], *rows[place]) for place in written),
    )


def store_events(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores events; the id is made of what an event is, so that only the end of a listing can change."""
    columns, sources = table.good_columns(), _sources(table)
    fresh = _not_standing(connection, columns) if table.standing else [True] * len(sources)
    num_standing = fresh.count(False)
    columns = {name: list(compress(column, fresh)) for name, column in columns.items()}
    sources = list(compress(sources, fresh))
    ids = event_ids(columns)
    ends = [(day,) for day in columns["ended_on"]]
    known = known_rows(connection, Event, "event_id", ["ended_on"])
    fates = _fates(ids, _with_absent(ends, ids, known, ["ended_on" in table.present]), known)
    written = [place for place, fate in enumerate(fates) if fate != "unchanged"]
    changed = [ids[place] for place in written if fates[place] == "changed"]
    delete_keys(connection, Event, "event_id", changed)
    names = [column.field for column in table.kind.columns]
    registry_rows.insert_events(
        connection,
        {
            "event_id": [ids[place] for place in written],
            **{name: [columns[name][place] for place in written] for name in names},
            "source": [sources[place] for place in written],
        },
    )
    return _stored(
        [*fates, *["unchanged"] * num_standing],
        before=((event_id, *known[event_id]) for event_id in changed),
        after=((ids[place], columns["ended_on"][place]) for place in written),
    )


def _not_standing(connection: sa.Connection, columns: Columns) -> list[bool]:
    """Whether each row tells an event that does not stand yet, by firm and kind; of several such rows, the first."""
    standing = registry_rows.open_events(connection, sorted(set(columns["kind"])))
    fresh = []
    for key in zip(columns["firm_id"], columns["kind"], strict=True):
        fresh.append(key not in standing)
        standing.add(key)
    return fresh


def event_ids(columns: Columns) -> list[str]:
    """
    Id of each event: a digest of firm, kind, day, amount and detail, and of the how-many-th such event it is.

    Equal events are numbered by their ends, so that the order of rows does not matter.
    """
    names = ("firm_id", "kind", "occurred_on", "amount", "detail")
    identities = ["\x1f".join(map(str, row)) for row in zip(*(columns[name] for name in names), strict=True)]
    ordinals = [0] * len(identities)
    if len(set(identities)) < len(identities):
        ends = columns["ended_on"]
        seen: dict[str, int] = {}
        for place in sorted(range(len(identities)), key=lambda place: (identities[place], ends[place] or date.max)):
            ordinals[place] = seen.get(identities[place], 0)
            seen[identities[place]] = ordinals[place] + 1
    return [
        hashlib.sha256(f"{identity}\x1f{ordinal}".encode()).hexdigest()[:32]
        for identity, ordinal in zip(identities, ordinals, strict=True)
    ]


def store_items(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores items; known ones keep their place on the list, new ones follow in the order of the file."""
    known = {item.item_id: item for item in registry_rows.load_items(connection)}
    given = [
        InspectionItem(**{**row, "kind": ItemKind(row["kind"]), "method": ItemMethod(row["method"])})
        for row in _rows(table, {name: _fields(item) for name, item in known.items()}, "item_id")
    ]
    return _merge(
        known, {item.item_id: item for item in given}, lambda all_: registry_rows.save_items(connection, all_)
    )


def store_officers(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores officers by their id."""
    known = {officer.officer_id: officer for officer in registry_rows.load_officers(connection)}
    rows = _rows(table, {name: _fields(officer) for name, officer in known.items()}, "officer_id")
    given = {row["officer_id"]: Officer(**row) for row in rows}
    return _merge(known, given, lambda all_: registry_rows.save_officers(connection, all_))


def store_recusals(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores recusals by officer, firm and reason."""

    def key(recusal: Recusal) -> tuple[str, str, str]:
        return recusal.officer_id, recusal.firm_id, recusal.reason

    known = {key(recusal): recusal for recusal in registry_rows.load_recusals(connection)}
    given = [Recusal(**row) for row in _rows(table, {}, "officer_id")]
    return _merge(
        known, {key(recusal): recusal for recusal in given}, lambda all_: registry_rows.save_recusals(connection, all_)
    )


def store_ratings(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores specialised ratings by firm, rating and day."""
    columns = table.good_columns()
    keys = list(zip(*(columns[name] for name in ("firm_id", "rating", "rated_on")), strict=True))
    known = tier_rows.load_ratings(connection)
    rows = list(zip(columns["grade"], columns["valid_until"], strict=True))
    rows = _with_absent(rows, keys, known, [name in table.present for name in ("grade", "valid_until")])
    fates = _fates(keys, rows, known)
    sources = _sources(table)
    written = [place for place, fate in enumerate(fates) if fate != "unchanged"]
    names = ("firm_id", "rating", "rated_on", "grade", "valid_until", "source")
    tier_rows.put_ratings(
        connection,
        [dict(zip(names, (*keys[place], *rows[place], sources[place]), strict=True)) for place in written],
    )
    return _stored(
        fates,
        before=((*keys[place], *known[keys[place]]) for place in written if keys[place] in known),
        after=((*keys[place], *rows[place]) for place in written),
    )


def store_leave(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores leave by officer and first day; leave that is withdrawn is taken out."""
    known = {(leave.officer_id, leave.starts_on): leave for leave in agenda_rows.load_leave(connection)}
    rows = list(_rows(table, {}, "officer_id"))
    kept = [row for row in rows if not row["withdrawn"]]
    given = {
        (row["officer_id"], row["starts_on"]): Leave(**{name: row[name] for name in Leave.__slots__}) for row in kept
    }
    withdrawn = {(row["officer_id"], row["starts_on"]) for row in rows if row["withdrawn"]} & known.keys()
    remaining = {key: leave for key, leave in known.items() if key not in withdrawn}
    if withdrawn:
        agenda_rows.save_leave(connection, list(remaining.values()))
    stored = _merge(remaining, given, lambda all_: agenda_rows.save_leave(connection, all_))
    if not withdrawn:
        return stored
    return replace(
        stored,
        num_changed=stored.num_changed + len(withdrawn),
        before=_digest([(stored.before,), *((repr(known[key]),) for key in sorted(withdrawn))]),
    )


def store_holidays(connection: sa.Connection, _workspace: Workspace, table: Table) -> Stored:
    """Stores holiday notices, one a year: a notice takes the place of the one that was known of its year."""
    known = {notice.year: notice for notice in agenda_rows.load_notices(connection)}
    by_year: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(table, {}, "day"):
        by_year.setdefault(row["year"] or row["day"].year, []).append(row)
    given = {
        year: HolidayNotice(
            year=year,
            holidays=tuple(sorted(row["day"] for row in rows if row["kind"] == "off")),
            make_up_days=tuple(sorted(row["day"] for row in rows if row["kind"] == "worked")),
            source=next((row["source"] for row in rows if row["source"]), ""),
        )
        for year, rows in by_year.items()
    }
    return _merge(known, given, lambda all_: agenda_rows.save_notices(connection, all_))


def store_tasks(connection: sa.Connection, workspace: Workspace, table: Table) -> Stored:
    """Stores the tasks of the settings' year by their id."""
    year = workspace.settings.year.year
    known = {task.task_id: task for task in registry_rows.load_tasks(connection, year)}
    fields = {name: {**_fields(task), **_fields(task.range)} for name, task in known.items()}
    given = {row["task_id"]: _task(row) for row in _rows(table, fields, "task_id")}
    return _merge(known, given, lambda all_: registry_rows.save_tasks(connection, year, all_))


def _task(row: Mapping[str, Any]) -> Task:
    ranges = ("object_types", "districts", "industries", "libraries")
    plain = {name: value for name, value in row.items() if name not in (*ranges, "range", "ratio_min_micro")}
    least = row["ratio_min_micro"]
    values = dict(
        plain,
        ratio_min_micro=(MICRO if row["full_coverage"] else 0) if least is None else least,
        range=TaskRange(
            object_types=tuple(ObjectType(code) for code in row["object_types"]),
            districts=row["districts"],
            industries=row["industries"],
            libraries=row["libraries"],
        ),
    )
    try:
        return Task(**values)
    except ValueError as error:  # a file with some columns only can contradict what is known of the others
        raise InputError(_("{error}; give all columns of the task").format(error=error)) from error


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _rows(table: Table, known: Mapping[str, Mapping[str, Any]], key: str) -> Iterable[dict[str, Any]]:
    """Good rows as dictionaries; a column that the file does not have keeps the value that is known."""
    columns = table.good_columns()
    absent = [name for name in columns if name not in table.present]
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        before = known.get(row[key])
        yield {**row, **({name: before[name] for name in absent} if before else {})}


def _merge(known: Mapping[Any, Any], given: Mapping[Any, Any], save: Callable[[list[Any]], None]) -> Stored:
    fates = [
        "unchanged" if known.get(key) == value else "changed" if key in known else "new" for key, value in given.items()
    ]
    if any(fate != "unchanged" for fate in fates):
        save(list({**known, **given}.values()))
    touched = [key for key, fate in zip(given, fates, strict=True) if fate != "unchanged"]
    return _stored(
        fates,
        before=((repr(known[key]),) for key in touched if key in known),
        after=((repr(given[key]),) for key in touched),
    )


def _with_absent(
    rows: list[tuple[Any, ...]], keys: Sequence[Any], known: Mapping[Any, tuple[Any, ...]], present: Sequence[bool]
) -> list[tuple[Any, ...]]:
    """Rows in which a column that the file does not have keeps the value that is known."""
    if all(present) or not known:
        return rows
    kept = [
        tuple(new if given else old for new, old, given in zip(row, known[key], present, strict=True))
        if key in known
        else row
        for key, row in zip(keys, rows, strict=True)
    ]
    return kept


def _fates(keys: Sequence[Any], rows: Sequence[tuple[Any, ...]], known: Mapping[Any, tuple[Any, ...]]) -> list[str]:
    return [
        "new" if (before := known.get(key)) is None else "unchanged" if before == row else "changed"
        for key, row in zip(keys, rows, strict=True)
    ]


def _stored(fates: Sequence[str], *, before: Iterable[tuple[Any, ...]], after: Iterable[tuple[Any, ...]]) -> Stored:
    return Stored(
        num_new=fates.count("new"),
        num_changed=fates.count("changed"),
        num_unchanged=fates.count("unchanged"),
        before=_digest(before),
        after=_digest(after),
    )


def _digest(rows: Iterable[tuple[Any, ...]]) -> str:
    """Digest of rows whatever their order; empty for none."""
    lines = sorted("\t".join(map(str, row)) for row in rows)
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest() if lines else ""


def _texts_of_lists(columns: Columns) -> dict[str, Sequence[Any]]:
    return {**columns, "libraries": [";".join(codes) for codes in columns["libraries"]]}


def _sources(table: Table) -> list[str]:
    place = table.sheet.file + (f" [{table.sheet.name}]" if table.sheet.name else "")
    return [f"{place}:{number}" for number in table.good_numbers()]


def _refuse_libraries(known: Mapping[str, tuple[Any, ...]], position: int, given: Iterable[str]) -> None:
    codes = {code for text in {row[position] for row in known.values()} | set(given) for code in text.split(";")} - {""}
    if len(codes) > registry_rows.MOST_LIBRARIES:
        raise InputError(
            _("expected at most {most} different special libraries in the register, got {number}; merge some").format(
                most=registry_rows.MOST_LIBRARIES, number=len(codes)
            )
        )
