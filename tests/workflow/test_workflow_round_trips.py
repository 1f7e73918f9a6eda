"""Workbooks that go out and come back: through LibreOffice, with nothing lost and nothing changed on the way."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from cli import CHINA
from models import tables
from scheduler import i18n
from scheduler.registry.columns import Kind
from scheduler.registry.kinds import KINDS
from scheduler.registry.kinds_returns import RESULTS
from scheduler.resources import data_path
from scheduler.workflow.example import write_workbook
from scheduler.workflow.quarantine import export_quarantine, list_quarantine
from scheduler.workflow.registry import import_file, import_workbook
from scheduler.workflow.templates import write_template
from scheduler.workflow.workspace import Workspace, create_workspace
from tests.libreoffice import (
    Typed,
    add_rows,
    convert,
    needs_libreoffice,
    opened,
    put,
    rows_of,
    saved,
    sheets_of,
    texts_of,
)

pytestmark = needs_libreoffice

B = "91371002MA3EXAMPLD"
HOSTILE = "=1+1 “甲” <b>&amp;</b>, ; 007 😀 1/2 \u202e尾"
KEPT = [kind for kind in KINDS if kind is not RESULTS]  # results need a draw: test_commands_results_export
TEXTS = {
    "firms": {"name": HOSTILE, "registrar": "@局", "station": "007", "address": "1-2", "capital_yuan": "84万元"},
    "events": {"amount": "5000", "detail": "0012"},
    "items": {"name": "+事项", "basis": "《规定》第3-1条\n第二行", "ratio_text": "8%", "object_description": HOSTILE},
    "officers": {"name": "-甲", "unit": "1E5", "certificate_no": "00015100000001", "post": HOSTILE, "item_ids": "G01"},
    "recusals": {"valid_until": "2026-12-31"},
    "tasks": {"name": "3/4", "item_ids": "G01;G02", "ratio_max_micro": "12.5%", "mode": HOSTILE, "note": "'单引号"},
    "ratings": {"grade": "1", "valid_until": "2027-01-05"},
    "leave": {"note": HOSTILE},
    "holidays": {"source": "国办发明电〔2026〕7号"},
    "figures": {"source": HOSTILE, "as_of": "2025-12-31"},
    "drawn": {"round": "2026-04", "drawn_by": "=省局", "drawn_on": "2026-01-04", "note": HOSTILE},
}
KEYS = {  # what a second row must say differently
    "firms": {"firm_id": B},
    "events": {"firm_id": B},
    "items": {"item_id": "G02"},
    "officers": {"officer_id": "P002"},
    "recusals": {"firm_id": B},
    "tasks": {"task_id": "T02"},
    "ratings": {"firm_id": B},
    "leave": {"officer_id": "P002"},
    "holidays": {"day": "2027-02-06", "kind": "上班"},
    "figures": {"as_of": "2025-12-30"},
    "drawn": {"firm_id": B, "drawn_on": "2026-01-04"},
}


def rows(kind: Kind, language: str) -> list[dict[str, str]]:
    """A row with every column filled, hard texts among them, and a row with what is required alone; by field."""
    example = dict(zip((column.field for column in kind.columns), kind.example(language), strict=True))
    full = {**example, **TEXTS[kind.name]}
    least = {column.field: example[column.field] for column in kind.columns if column.required}
    return [full, {**least, **KEYS[kind.name]}]


def typed(kind: Kind, row: Mapping[str, str], language: str) -> dict[str, Typed]:
    """Header → what a person types: days as days, numbers as numbers, the rest as text."""
    cells: dict[str, Typed] = {}
    for field, text in row.items():
        column = kind.column(field)
        if not text:
            continue
        form = {"date": date.fromisoformat, "number": int}.get(column.form, str)
        cells[column.header(language)] = form(text)
    return cells


@contextmanager
def fresh(folder: Path) -> Iterator[Workspace]:
    """An empty workspace on 5 January 2026."""
    settings = data_path("examples", "double-random.toml").read_text(encoding="utf-8")
    made = create_workspace(
        folder, settings_text=settings, actor="tester", now=datetime(2026, 1, 5, 9, 0, tzinfo=CHINA), url=None
    )
    with closing(made.store):
        yield made


def stored(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Every table that imports write, without where a row came from, and without the log."""
    found = {}
    left_out = {"log_entry", "quarantined_row", "setting"}
    with workspace.transaction() as connection:
        for table in tables.SQLModel.metadata.sorted_tables:
            if table.name not in left_out:
                columns = [
                    column for column in table.columns if column.name != "source" or table.name == "holiday_notice"
                ]
                found[table.name] = sorted(map(tuple, connection.execute(sa.select(*columns))), key=str)
    return found


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_template_filled_in_with_libreoffice_says_what_was_typed(tmp_path: Path, language: str) -> None:
    """Every column of every kind: the store holds what it holds when the same texts come as plain CSV."""
    i18n.activate(language)
    template = tmp_path / "inputs.xlsx"
    with fresh(tmp_path / "book") as through, fresh(tmp_path / "plain") as plain:
        write_template(template, root=through.root, language=language, kinds=[kind.name for kind in KEPT])
        tree = opened(template, tmp_path)
        for kind in KEPT:
            given = rows(kind, language)
            add_rows(sheets_of(tree)[kind.sheet(language)], [typed(kind, row, language) for row in given])
            path = tmp_path / f"{kind.name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, [column.field for column in kind.columns])
                writer.writeheader()
                writer.writerows(given)
            import_file(plain, kind.name, path)
        reports = import_workbook(through, saved(tree, "filled", tmp_path))
        assert [(report.kind, report.num_new, report.num_left_out) for report in reports] == [
            (kind.name, 2 if kind.name != "holidays" else 1, 1) for kind in KEPT
        ]
        assert stored(through) == stored(plain)
        names = {row[1] for row in stored(through)["firm"]}
    assert "=1+1 “甲” <b>&amp;</b>, ; 007 😀 1/2 尾" in names


def test_untouched_template_saved_by_libreoffice_imports_nothing(tmp_path: Path) -> None:
    """The example is known again after LibreOffice wrote it."""
    with fresh(tmp_path / "w") as workspace:
        path = tmp_path / "t.xlsx"
        write_template(path, root=workspace.root, language="zh_CN", kinds=[kind.name for kind in KINDS])
        before = stored(workspace)
        reports = import_workbook(workspace, convert(convert(path, "ods", tmp_path), "xlsx", tmp_path))
        assert {(report.num_new, report.num_left_out) for report in reports} == {(0, 1)}
        assert stored(workspace) == before


def test_made_up_city_is_the_same_after_libreoffice_saved_it(tmp_path: Path) -> None:
    """300 firms with their events, items, officers, recusals and tasks: no cell differs."""
    path = tmp_path / "city.xlsx"
    write_workbook(path, num_firms=300, seed="round trip", parameters=None)
    with fresh(tmp_path / "a") as direct, fresh(tmp_path / "b") as through:
        import_workbook(direct, path)
        import_workbook(through, convert(convert(path, "ods", tmp_path), "xlsx", tmp_path))
        assert stored(direct) == stored(through)
        assert len(stored(through)["firm"]) == 300


def test_quarantine_mended_with_libreoffice_leaves_it_whole(tmp_path: Path) -> None:
    """Exported, the bad cell mended, imported: the row goes in with its other cells as they were."""
    header = ["firm_id", "name", "object_type", "status", "station", "address"]
    bad = [B.lower(), HOSTILE, "企业", "存续", "007", "1-2"]
    path = tmp_path / "firms.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, bad])
    with fresh(tmp_path / "w") as workspace, fresh(tmp_path / "plain") as plain:
        import_file(workspace, "firms", path, on_error="quarantine")
        exported = tmp_path / "bad.xlsx"
        export_quarantine(workspace, exported)
        tree = opened(exported, tmp_path)
        (sheet,) = sheets_of(tree).values()
        place = texts_of(sheet)[0].index("firm_id")
        put(rows_of(sheet)[1][place], B)
        report = import_file(workspace, "firms", saved(tree, "mended", tmp_path))
        assert (report.num_new, report.num_released, list_quarantine(workspace)) == (1, 1, ())
        path.write_text(path.read_text(encoding="utf-8").replace(B.lower(), B), encoding="utf-8")
        import_file(plain, "firms", path)
        assert stored(workspace) == stored(plain)
