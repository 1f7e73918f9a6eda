"""
Imports files into the workspace: reads, parses, checks against what is stored, writes, and accounts for every row.

Nothing is lost: with `on_error="stop"` a bad cell anywhere changes nothing; with `"quarantine"` the good rows go in and
the bad ones are kept to be mended. Importing the same file twice changes nothing, not even the log.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models import registry_rows
from models.import_rows import keys_of, refuse_rows
from models.store import collector_paused
from models.tables import Firm
from scheduler.errors import InputError, Problem, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.columns import CheckColumns, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds import KINDS, kind_named
from scheduler.registry.kinds_calendar import HOLIDAYS, LEAVE
from scheduler.registry.kinds_figures import FIGURES
from scheduler.registry.kinds_lists import ITEMS, TASKS
from scheduler.registry.kinds_ratings import RATINGS
from scheduler.registry.kinds_register import EVENTS, FIRMS
from scheduler.registry.kinds_returns import DRAWN, RESULTS
from scheduler.registry.kinds_roster import OFFICERS, RECUSALS
from scheduler.registry.mapping import Mapping as ForeignMapping
from scheduler.registry.naming import RegisteredNames
from scheduler.registry.parsing import Table, parse_sheet
from scheduler.registry.readers import Sheet, read_sheets
from scheduler.workflow import registry_storing as storing
from scheduler.workflow.external import ExternalSummary, store_drawn
from scheduler.workflow.log import append_log
from scheduler.workflow.mappings import read_mapping
from scheduler.workflow.plan_figures import figure_checks, known_figures, store_figures
from scheduler.workflow.quarantine import refused_rows, release_mended
from scheduler.workflow.registry_frozen import frozen_checks
from scheduler.workflow.registry_notices import with_future_notices
from scheduler.workflow.registry_storing import Stored
from scheduler.workflow.results import store_results
from scheduler.workflow.workspace import Workspace

ON_ERROR = ("stop", "quarantine")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """
    What an import did with one sheet.

    Attributes
    ----------
    kind, file, sheet
        What was imported, and from where.
    num_read
        Rows that hold something, below the header.
    num_new, num_changed, num_unchanged
        Good rows by what they did to the workspace.
    num_bad
        Rows with a bad cell.
    num_left_out
        Rows that are the template's example, not filled in yet, or equal to another row of the file.
    num_quarantined, num_released
        Rows that went into the quarantine, and that left it because they are mended.
    problems, notices
        Every bad cell, and everything that was decided for the reader.
    dry_run
        Whether nothing was kept of it.
    """

    kind: str
    file: str
    sheet: str
    num_read: int
    num_new: int
    num_changed: int
    num_unchanged: int
    num_bad: int
    num_left_out: int
    num_quarantined: int
    num_released: int
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    dry_run: bool

    def document(self) -> dict[str, Any]:
        """Counts as a document for machines; problems and notices as numbers of cells."""
        names = [name for name in self.__slots__ if name not in ("problems", "notices")]
        counts = {name: getattr(self, name) for name in names}
        return {**counts, "num_problems": len(self.problems), "num_notices": len(self.notices)}


def import_file(
    workspace: Workspace,
    kind: str,
    path: Path,
    *,
    mapping: Path | ForeignMapping | None = None,
    defaults: Mapping[str, str] | None = None,
    on_error: str = "stop",
    dry_run: bool = False,
) -> ImportReport:
    """
    Imports one kind of input from a file.

    Parameters
    ----------
    kind
        A name of `scheduler.registry.kinds.KINDS`, such as ``"firms"``.
    mapping
        How a foreign file is read; None for official or English headers.
    defaults
        Field → what stands where a foreign file has nothing, such as the day on which a list was taken.
    on_error
        ``"stop"`` changes nothing if any cell is bad; ``"quarantine"`` imports the good rows and keeps the bad ones.
    dry_run
        Tells what would happen and changes nothing.

    Raises
    ------
    InputError
        If the file cannot be read, or a cell is bad and `on_error` is ``"stop"``; every bad cell is in `problems`.
    PolicyError
        If the mapping is bad.
    """
    chosen = kind_named(kind)
    foreign = read_mapping(mapping, defaults)
    if foreign and foreign.kind != kind:
        raise UsageError(_("expected a mapping for {kind}, got one for {other}").format(kind=kind, other=foreign.kind))
    with collector_paused():
        sheet = _sheet_of(chosen, read_sheets(path))
        (report,) = _import_all(workspace, [(chosen, sheet)], foreign, on_error, dry_run)
    return report


def import_workbook(
    workspace: Workspace, path: Path, *, on_error: str = "stop", dry_run: bool = False
) -> tuple[ImportReport, ...]:
    """
    Imports every sheet of a workbook that is named for a kind of input, in the order in which they refer to each other.

    Raises
    ------
    InputError
        As `import_file`; also if no sheet is named for a kind.
    """
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    found = [(kind, sheet) for kind in KINDS for sheet in sheets if kind.is_called(sheet.name)]
    if not found:
        raise InputError(
            _("{file}: expected sheets named {names}, got {found}").format(
                file=path.name,
                names="、".join(kind.zh for kind in KINDS),
                found="、".join(sheet.name for sheet in sheets) or "—",
            )
        )
    return _import_all(workspace, found, None, on_error, dry_run)


def vocabulary_of(connection: sa.Connection, workspace: Workspace) -> Vocabulary:
    """What files of this workspace may refer to."""
    settings = workspace.settings
    items = registry_rows.load_items(connection)
    num_so_called = Counter(item.name for item in items)  # a name that two items have names neither
    figures, percentages = known_figures()
    return Vocabulary(
        bureau=settings.bureau.code,
        districts={district.code: (district.name, district.name_en) for district in settings.districts},
        year=settings.year.year,
        items={item.name: item.item_id for item in items if num_so_called[item.name] == 1},
        figures=figures,
        percentages=percentages,
    )


def _sheet_of(kind: Kind, sheets: Sequence[Sheet]) -> Sheet:
    """The sheet named for the kind, or the only one."""
    named = [sheet for sheet in sheets if kind.is_called(sheet.name)]
    chosen = named or list(sheets)
    if len(chosen) == 1:
        return chosen[0]
    raise InputError(
        _("{file}: expected one sheet named {zh} or {en}, got {found}; rename the one that is meant").format(
            file=sheets[0].file if sheets else "—",
            zh=kind.zh,
            en=kind.en,
            found="、".join(sheet.name for sheet in sheets) or "—",
        )
    )


def _import_all(
    workspace: Workspace,
    found: Sequence[tuple[Kind, Sheet]],
    mapping: ForeignMapping | None,
    on_error: str,
    dry_run: bool,
) -> tuple[ImportReport, ...]:
    if on_error not in ON_ERROR:
        raise UsageError(_("on_error: expected stop or quarantine, got {value}").format(value=on_error))
    with workspace.transaction() as connection:
        reports = tuple(_import_sheet(connection, workspace, kind, sheet, mapping, on_error) for kind, sheet in found)
        _refuse_bad(reports, on_error)
        if dry_run:
            connection.rollback()
    return tuple(replace(report, dry_run=dry_run) for report in reports)


def _refuse_bad(reports: Sequence[ImportReport], on_error: str) -> None:
    whole = {kind.name for kind in KINDS if kind.whole or on_error == "stop"}
    refusing = [report for report in reports if report.kind in whole]
    problems = tuple(problem for report in refusing for problem in report.problems)
    if problems and on_error != "stop":
        raise InputError(_("this list is taken whole or not at all, so nothing was imported"), problems)
    if problems:
        num_bad = sum(report.num_bad for report in reports)
        num_read = sum(report.num_read for report in reports)
        raise InputError(
            _(
                "{bad} of {read} rows have bad cells ({cells} altogether), so nothing was imported; mend them, "
                "or import the good rows with --on-error quarantine"
            ).format(bad=num_bad, read=num_read, cells=len(problems)),
            problems,
        )


def _import_sheet(
    connection: sa.Connection,
    workspace: Workspace,
    kind: Kind,
    sheet: Sheet,
    mapping: ForeignMapping | None,
    on_error: str,
) -> ImportReport:
    workspace.progress.report(_("Reading {sheet}").format(sheet=sheet.name or sheet.file), 0, 2)
    known = vocabulary_of(connection, workspace)
    checks = (
        *_reference_checks(connection, kind),
        *frozen_checks(connection, workspace, kind),
        *figure_checks(connection, workspace, kind),
    )
    register = None
    if mapping and mapping.firm:
        register = RegisteredNames(names=registry_rows.load_firm_names(connection))
    table = with_future_notices(parse_sheet(sheet, kind, known, mapping, checks, register), workspace.today)
    workspace.progress.report(_("Reading {sheet}").format(sheet=sheet.name or sheet.file), 1, 2)
    table, stored = _store(connection, workspace, table)
    num_quarantined = num_released = 0
    if on_error == "quarantine" or not table.problems:
        num_released = release_mended(connection, table)
        num_quarantined = refuse_rows(connection, refused_rows(table))
    _log_import(connection, workspace, table, stored, num_quarantined, num_released)
    workspace.progress.report(_("Reading {sheet}").format(sheet=sheet.name or sheet.file), 2, 2)
    return ImportReport(
        kind=kind.name,
        file=sheet.file,
        sheet=sheet.name,
        num_read=table.num_read,
        num_new=stored.num_new,
        num_changed=stored.num_changed,
        num_unchanged=stored.num_unchanged,
        num_bad=len({problem.row for problem in table.problems}),
        num_left_out=table.num_left_out,
        num_quarantined=num_quarantined,
        num_released=num_released,
        problems=table.problems,
        notices=table.notices,
        dry_run=False,
    )


def _log_import(
    connection: sa.Connection,
    workspace: Workspace,
    table: Table,
    stored: Stored,
    num_quarantined: int,
    num_released: int,
) -> None:
    """An entry of the log, unless the sheet changed nothing."""
    if not (stored.num_new or stored.num_changed or num_quarantined or num_released):
        return
    detail = {
        "kind": table.kind.name,
        "content": _content_digest(table.sheet),
        "new": stored.num_new,
        "changed": stored.num_changed,
        "quarantined": num_quarantined,
        "released": num_released,
    }
    append_log(connection, workspace, f"import {table.kind.name}", detail, before=stored.before, after=stored.after)


def _store(connection: sa.Connection, workspace: Workspace, table: Table) -> tuple[Table, Stored]:
    """Stores the good rows; results and drawn lists are checked once more, against the draws."""
    functions: dict[str, Callable[[sa.Connection, Workspace, Table], Stored]] = {
        FIRMS.name: storing.store_firms,
        EVENTS.name: storing.store_events,
        ITEMS.name: storing.store_items,
        OFFICERS.name: storing.store_officers,
        RECUSALS.name: storing.store_recusals,
        RATINGS.name: storing.store_ratings,
        TASKS.name: storing.store_tasks,
        LEAVE.name: storing.store_leave,
        HOLIDAYS.name: storing.store_holidays,
        FIGURES.name: store_figures,
    }
    if table.kind.name in functions:
        return table, functions[table.kind.name](connection, workspace, table)
    try:
        return table, _store_returns(connection, workspace, table)
    except InputError as error:
        if not error.problems:
            raise
        table = _with_problems(table, error.problems)
    return table, _store_returns(connection, workspace, table)


def _store_returns(connection: sa.Connection, workspace: Workspace, table: Table) -> Stored:
    columns = table.good_columns()
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for row, number in zip(rows, table.good_numbers(), strict=True):
        row.update(row=number, sheet=table.sheet.name, file=table.sheet.file)
    if table.kind is RESULTS:
        done = store_results(connection, workspace, rows)
        return Stored(num_new=done.num_new, num_changed=done.num_replaced, num_unchanged=done.num_unchanged)
    kept: ExternalSummary = store_drawn(connection, workspace, rows)
    num_new = len(rows) if kept.draw_ids else 0
    return Stored(num_new=num_new, num_changed=0, num_unchanged=len(rows) - num_new)


def _with_problems(table: Table, problems: Sequence[Problem]) -> Table:
    bad = {problem.row for problem in problems}
    good = [keep and number not in bad for keep, number in zip(table.good, table.numbers, strict=True)]
    headers = {column.field: column.zh for column in table.kind.columns}
    named = (replace(problem, column=headers.get(problem.column, problem.column)) for problem in problems)
    ranked = sorted((*table.problems, *named), key=lambda problem: problem.row)
    return replace(table, good=good, problems=tuple(ranked))


def _reference_checks(connection: sa.Connection, kind: Kind) -> tuple[CheckColumns, ...]:
    """Checks that what a row refers to is in the workspace already."""
    checks: list[CheckColumns] = []
    if kind in (EVENTS, RECUSALS, RATINGS, RESULTS, DRAWN):
        firms = keys_of(connection, Firm, "firm_id")
        expected = _("expected a firm of the register, got a code that is not on it")
        checks.append(_known("firm_id", firms, expected, _("import the firm first, or leave the row out")))
    if kind in (OFFICERS, TASKS):
        items = frozenset(item.item_id for item in registry_rows.load_items(connection))
        expected = _("expected items of the item list, got one that is not on it")
        checks.append(_known("item_ids", items, expected, _("import the item list first, or mend the item's id")))
    if kind is RESULTS:
        items = frozenset(item.item_id for item in registry_rows.load_items(connection))
        expected = _("expected an item of the item list, got one that is not on it")
        checks.append(_known("item_id", items, expected, _("mend the item's id")))
    if kind in (RECUSALS, LEAVE):
        officers = frozenset(officer.officer_id for officer in registry_rows.load_officers(connection))
        expected = _("expected an officer of the roster, got an id that is not on it")
        checks.append(_known("officer_id", officers, expected, _("import the roster first, or mend the id")))
    return tuple(checks)


def _known(field: str, known: frozenset[str], message: str, remedy: str) -> CheckColumns:
    def check(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
        for place, value in enumerate(columns[field]):
            parts = value if isinstance(value, tuple) else (value,)
            if any(part is not None and part not in known for part in parts):
                yield Fault(place=place, field=field, message=message, remedy=remedy)

    return check


def _content_digest(sheet: Sheet) -> str:
    digest = hashlib.sha256()
    for row in sheet.rows:
        digest.update("\x1f".join(row).encode("utf-8", errors="replace") + b"\x1e")
    return digest.hexdigest()
