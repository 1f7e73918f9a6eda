"""
The year as open data: tables as CSV and JSON, and `datapackage.json` (Data Package, specs.frictionlessdata.io), which
tells the type and meaning of every column.

In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe; JSON has every text as it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.i18n import Translate, noop, translator
from scheduler.publication.reading import PublicRecord
from scheduler.publication.site.links import CHINESE, ENGLISH
from scheduler.registry.text import defused

FOLDER = "data"
PACKAGE = "datapackage.json"
Row = Sequence[str | int | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column: its name, its type in a Table Schema, and what it holds, as a message."""

    name: str
    type: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the year; `key` names the columns that tell its rows apart."""

    name: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    rows: Callable[[PublicRecord], Iterable[Row]]


def open_data_files(record: PublicRecord) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file of the open data."""
    for table in TABLES:
        rows = list(table.rows(record))
        yield f"{FOLDER}/{table.name}.csv", csv_bytes(table.fields, rows)
        yield f"{FOLDER}/{table.name}.json", json_bytes(table.fields, rows)
    yield f"{FOLDER}/{PACKAGE}", package_bytes(record)


def csv_bytes(fields: Sequence[Field], rows: Iterable[Row]) -> bytes:
    """A table as CSV (RFC 4180) in UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([field.name for field in fields])
    writer.writerows([defused(cell) if isinstance(cell, str) else _plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def json_bytes(fields: Sequence[Field], rows: Iterable[Row]) -> bytes:
    """A table as a JSON list of objects, one a line."""
    names = [field.name for field in fields]
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def package_bytes(record: PublicRecord) -> bytes:
    """The description of all tables, with the digest of the record that they were made of."""
    chinese, english = translator(CHINESE.code), translator(ENGLISH.code)
    package = {
        "name": f"double-random-{record.year['bureau']}-{record.year['year']}".lower(),
        "title": f"{record.year['bureau_name']} {record.year['year']} 双随机、一公开",
        "profile": "data-package",
        "record_digest": record.manifest["record_digest"],
        "resources": [_resource(table, form, chinese, english) for table in TABLES for form in ("csv", "json")],
    }
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(table: Table, form: str, chinese: Translate, english: Translate) -> Mapping[str, Any]:
    return {
        "name": f"{table.name}-{form}",
        "path": f"{table.name}.{form}",
        "profile": "tabular-data-resource",
        "title": chinese(table.title),
        "description": english(table.title),
        "format": form,
        "mediatype": "text/csv" if form == "csv" else "application/json",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {
                    "name": field.name,
                    "type": field.type,
                    "title": chinese(field.title),
                    "description": english(field.title),
                }
                for field in table.fields
            ],
            "primaryKey": list(table.key),
        },
    }


def _plain(value: int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _item_rows(record: PublicRecord) -> Iterable[Row]:
    for item in record.items:
        yield (
            item.item_id,
            item.category,
            item.name,
            item.object_description,
            item.kind,
            item.method,
            item.department,
            item.basis,
            item.ratio_text,
            int(item.officers_required),
        )


def _task_rows(record: PublicRecord) -> Iterable[Row]:
    for task in record.tasks:
        yield (
            task.task_id,
            task.name,
            ";".join(task.item_ids),
            ";".join(task.object_types),
            ";".join(task.districts),
            ";".join(task.industries),
            ";".join(task.libraries),
            task.full_coverage,
            task.starts_on,
            task.ends_on,
            task.initiator,
            ";".join(task.partners),
            task.mode,
            task.note,
        )


def _draw_rows(record: PublicRecord) -> Iterable[Row]:
    for draw in record.draws:
        commitment, ceremony = draw.commitment, draw.ceremony
        yield (
            draw.draw_id,
            draw.kind,
            draw.status,
            str(commitment.get("committed_on", "")),
            str(ceremony.get("drawn_on", "")),
            str(ceremony.get("commitment_digest", "")),
            str(ceremony.get("seed", "")),
            len(draw.drawn),
            draw.num_inspected,
            str(ceremony.get("void_reason", "")),
        )


def _drawn_rows(record: PublicRecord) -> Iterable[Row]:
    for draw in record.draws:
        drawn = draw.drawn
        for firm_id, name, registrar, package, counting in zip(
            drawn.firm_id, drawn.name, drawn.registrar, drawn.package, drawn.counting, strict=True
        ):
            yield draw.draw_id, firm_id, name, registrar, package.replace("+", ";"), counting == "1"


def _result_rows(record: PublicRecord) -> Iterable[Row]:
    for draw in record.draws:
        for each in draw.findings:
            firm_id = draw.drawn.firm_id[each.firm]
            yield draw.draw_id, firm_id, each.inspected_on, ";".join(each.categories), ";".join(each.item_ids)


_DRAW = Field(name="draw_id", type="string", title=noop("Draw: year, round and attempt"))
_FIRM = Field(name="firm_id", type="string", title=noop("Credit code or registration number"))
_TASKS = noop("Codes of tasks, joined by semicolons")
_ITEMS = noop("Codes of items, joined by semicolons")

TABLES = (
    Table(
        name="items",
        title=noop("Item list"),
        key=("item_id",),
        rows=_item_rows,
        fields=(
            Field(name="item_id", type="string", title=noop("Code")),
            Field(name="category", type="string", title=noop("Class of inspection")),
            Field(name="name", type="string", title=noop("Inspection item")),
            Field(name="object_description", type="string", title=noop("Inspection objects")),
            Field(name="kind", type="string", title=noop("Kind of item")),
            Field(name="method", type="string", title=noop("Way of inspecting")),
            Field(name="department", type="string", title=noop("Inspecting body")),
            Field(name="basis", type="string", title=noop("Basis")),
            Field(name="ratio", type="string", title=noop("Ratio and frequency")),
            Field(name="officers_required", type="integer", title=noop("Least number of officers")),
        ),
    ),
    Table(
        name="tasks",
        title=noop("Plan and tasks"),
        key=("task_id",),
        rows=_task_rows,
        fields=(
            Field(name="task_id", type="string", title=noop("Task number")),
            Field(name="name", type="string", title=noop("Name of task")),
            Field(name="item_ids", type="string", title=_ITEMS),
            Field(name="object_types", type="string", title=noop("Types of inspection objects; empty for all")),
            Field(name="districts", type="string", title=noop("Districts; empty for all")),
            Field(name="industries", type="string", title=noop("Industries (GB/T 4754); empty for all")),
            Field(name="libraries", type="string", title=noop("Special libraries; empty for all")),
            Field(name="full_coverage", type="boolean", title=noop("Whether every firm is visited once in the year")),
            Field(name="starts_on", type="date", title=noop("First day")),
            Field(name="ends_on", type="date", title=noop("Last day")),
            Field(name="initiator", type="string", title=noop("Initiating department")),
            Field(name="partners", type="string", title=noop("Cooperating departments")),
            Field(name="mode", type="string", title=noop("Mode of inspection")),
            Field(name="note", type="string", title=noop("Note")),
        ),
    ),
    Table(
        name="draws",
        title=noop("Draws"),
        key=("draw_id",),
        rows=_draw_rows,
        fields=(
            _DRAW,
            Field(name="kind", type="string", title=noop("Type of draw")),
            Field(name="status", type="string", title=noop("State")),
            Field(name="committed_on", type="date", title=noop("Committed on")),
            Field(name="drawn_on", type="date", title=noop("Drawn on")),
            Field(name="commitment_digest", type="string", title=noop("Digest of the commitment")),
            Field(name="seed", type="string", title=noop("Seed")),
            Field(name="num_drawn", type="integer", title=noop("Firms drawn")),
            Field(name="num_inspected", type="integer", title=noop("Firms with a public result")),
            Field(name="void_reason", type="string", title=noop("Why the draw was voided")),
        ),
    ),
    Table(
        name="drawn",
        title=noop("List of firms drawn"),
        key=("draw_id", "firm_id"),
        rows=_drawn_rows,
        fields=(
            _DRAW,
            _FIRM,
            Field(name="name", type="string", title=noop("Name of market entity")),
            Field(name="registrar", type="string", title=noop("Registrar")),
            Field(name="task_ids", type="string", title=_TASKS),
            Field(name="counting", type="boolean", title=noop("Whether the visit counts towards the target")),
        ),
    ),
    Table(
        name="results",
        title=noop("Results of inspections"),
        key=("draw_id", "firm_id", "inspected_on", "categories"),
        rows=_result_rows,
        fields=(
            _DRAW,
            _FIRM,
            Field(name="inspected_on", type="date", title=noop("Date of completion")),
            Field(name="categories", type="string", title=noop("Results, joined by semicolons")),
            Field(name="item_ids", type="string", title=_ITEMS),
        ),
    ),
)
