"""
The quarantine: rows that imports refused, kept to be mended.

`export` writes them with their own headers, an id and what is wrong; imported again, a mended row leaves by its id, by
its key, or because it is the very same row and what it refers to is there now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from models.import_rows import RefusedRow, count_refused, load_refused, release_rows
from scheduler.i18n import active_language
from scheduler.i18n import gettext as _
from scheduler.registry.binding import EXTRA_HEADER, PROBLEM_HEADERS, ROW_ID_HEADERS
from scheduler.registry.columns import Kind
from scheduler.registry.kinds import kind_named
from scheduler.registry.parsing import Table
from scheduler.registry.refused import Grid, cells_of, grids_file, row_id_of
from scheduler.registry.text import clean_code, fold
from scheduler.workflow.files import write_file
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace


def list_quarantine(workspace: Workspace) -> tuple[RefusedRow, ...]:
    """All rows in the quarantine, by kind, file and row."""
    with workspace.transaction() as connection:
        return load_refused(connection)


def export_quarantine(workspace: Workspace, path: Path, kind: str = "") -> int:
    """
    Writes the quarantine, or one kind of it, to a CSV or XLSX file to be mended; returns the number of rows.

    Raises
    ------
    UsageError
        If the suffix is another one, or rows with different headers do not fit into a CSV.
    """
    with workspace.transaction() as connection:
        rows = load_refused(connection, kind_named(kind).name if kind else "")
    write_file(path, grids_file(_grids(rows), path.suffix.lower()))
    return len(rows)


def clear_quarantine(workspace: Workspace, kind: str = "") -> int:
    """Drops the quarantine, or one kind of it, for good; returns the number of rows."""
    with workspace.transaction() as connection:
        rows = load_refused(connection, kind_named(kind).name if kind else "")
        if rows:
            release_rows(connection, [row.row_id for row in rows])
            detail = {"kind": kind or "all", "rows": [row.row_id for row in rows]}
            append_log(connection, workspace, "quarantine clear", detail)
    return len(rows)


def _grids(rows: tuple[RefusedRow, ...]) -> list[Grid]:
    """One sheet for each kind and set of headers, named for the kind so that it can be imported as it is."""
    place = 0 if active_language().startswith("zh") else 1
    groups: dict[tuple[str, tuple[str, ...]], list[RefusedRow]] = {}
    for row in rows:
        named = tuple(header for header in row.cells if not EXTRA_HEADER.fullmatch(header))
        groups.setdefault((row.kind, named), []).append(row)
    num_sheets: Counter[str] = Counter()
    grids: list[Grid] = []
    for (kind, named), members in groups.items():
        num_sheets[kind] += 1
        name = kind_named(kind).sheet(active_language())
        headers = (*named, *sorted({header for row in members for header in row.cells} - set(named)))
        first = (*headers, PROBLEM_HEADERS[place], ROW_ID_HEADERS[place])
        lines = [(*(row.cells.get(header, "") for header in headers), _sentences(row), row.row_id) for row in members]
        grids.append((name if num_sheets[kind] == 1 else f"{name} {num_sheets[kind]}", [first, *lines]))
    return grids or [(_("Quarantine"), [(PROBLEM_HEADERS[place], ROW_ID_HEADERS[place])])]


def _sentences(row: RefusedRow) -> str:
    return "; ".join(
        _("{column}: {message} ({remedy})").format(
            column=entry["column"], message=entry["message"], remedy=entry["remedy"]
        )
        for entry in row.problems
    )


def refused_rows(table: Table) -> list[RefusedRow]:
    """The bad rows as the quarantine keeps them."""
    by_row: dict[int, list[Mapping[str, str]]] = {}
    for problem in table.problems:
        entry = {name: getattr(problem, name) for name in ("column", "value", "message", "remedy")}
        by_row.setdefault(problem.row, []).append(entry)
    rows = []
    for row, number in zip(table.rows, table.numbers, strict=True):
        if number in by_row:
            cells = _kept_cells(table, row)
            rows.append(
                RefusedRow(
                    row_id=row_id_of(table.kind.name, cells),
                    kind=table.kind.name,
                    file=table.sheet.file,
                    sheet=table.sheet.name,
                    row=number,
                    cells=cells,
                    problems=tuple(by_row[number]),
                )
            )
    return rows


def release_mended(connection: sa.Connection, table: Table) -> int:
    """
    Takes out of the quarantine what the good rows mend: rows of its ids, equal rows, rows of the same key.

    A key is recognised under official and English headers; under foreign ones the id that the export wrote does it.
    """
    kind = table.kind
    if not count_refused(connection, kind.name):
        return 0
    good = [row for row, keep in zip(table.rows, table.good, strict=True) if keep]
    mended = {row_id for row_id, keep in zip(table.row_ids, table.good, strict=True) if keep and row_id}
    mended |= {row_id_of(kind.name, _kept_cells(table, row)) for row in good}
    columns = table.good_columns()
    keys = set(zip(*(columns[name] for name in kind.key), strict=True)) if kind.key else set()
    released = [
        row.row_id
        for row in load_refused(connection, kind.name)
        if row.row_id in mended or (keys and _key_of(kind, row.cells) in keys)
    ]
    return release_rows(connection, released)


def _kept_cells(table: Table, row: Sequence[str]) -> dict[str, str]:
    """Cells as the quarantine keeps them: of a foreign file only those that its mapping names."""

    def needed(cells: Sequence[str]) -> tuple[str, ...]:
        return tuple("" if place in table.unneeded else cell for place, cell in enumerate(cells))

    return cells_of(needed(table.headers), needed(row)) if table.unneeded else cells_of(table.headers, row)


def _key_of(kind: Kind, cells: Mapping[str, str]) -> tuple[str, ...]:
    texts = {fold(header): text for header, text in cells.items()}
    return tuple(
        next((clean_code(texts[name]) for name in kind.column(field).parsers() if name in texts), "")
        for field in kind.key
    )
