"""Keeps lists drawn elsewhere as rounds of their own kind: officers, days, results and publication find them there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from models.draw_rows import StoredDraw, insert_draw, load_draws, load_rounds, put_file
from models.registry_rows import load_tasks
from models.results_rows import load_packages
from models.store import insert_columns
from models.tables import DrawnFirm, LogEntry, Round, Visit, table_of
from scheduler.allocation.plan import round_id_of
from scheduler.draw.canonical import parse_document
from scheduler.draw.ceremony import Ceremony
from scheduler.draw.hashing import content_digest
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.registry.items import Task
from scheduler.results.external import ExternalList, check_drawn, group_lists
from scheduler.workflow.log import append_log
from scheduler.workflow.problems import raise_problems, row_problem
from scheduler.workflow.public_labels import public_labels
from scheduler.workflow.workspace import Workspace

ACTION = "store drawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalSummary:
    """
    What keeping lists drawn elsewhere did.

    Attributes
    ----------
    draw_ids
        Draws made of new lists.
    known_ids
        Draws that held the same list already.
    num_firms
        Firms in all lists given.
    """

    draw_ids: tuple[str, ...]
    known_ids: tuple[str, ...]
    num_firms: int


def store_drawn(connection: sa.Connection, workspace: Workspace, rows: Iterable[Mapping[str, Any]]) -> ExternalSummary:
    """
    Keeps the rows of an import as draws of kind external, one for each list that they make up.

    Parameters
    ----------
    rows
        Parsed rows with `firm_id`, `task_ids`, `round` (name of the draw elsewhere), `drawn_by`, `drawn_on`, and `row`,
        `sheet`, `file` for messages.

    Raises
    ------
    InputError
        If a firm is not on the register, a task is not of the year, or a day is to come.
    """
    given = list(rows)
    tasks = {task.task_id: task for task in load_tasks(connection, workspace.settings.year.year)}
    labels = public_labels(connection, workspace, sorted({row["firm_id"] for row in given}))
    faults = check_drawn(given, known_firms=labels, known_tasks=tasks, today=workspace.today)
    raise_problems([row_problem(given[fault.row], fault) for fault in faults])
    lists = group_lists(given)
    known = _known_lists(connection, workspace)
    fresh = [entry for entry in lists if _identity(entry) not in known]
    next_number = 1 + max((entry.number for entry in _external_rounds(connection, workspace)), default=0)
    draw_ids = [
        _store_list(connection, workspace, number, entry, entry.content(labels), tasks)
        for number, entry in enumerate(fresh, start=next_number)
    ]
    return ExternalSummary(
        draw_ids=tuple(draw_ids),
        known_ids=tuple(sorted(known[_identity(entry)] for entry in lists if _identity(entry) in known)),
        num_firms=sum(len(entry.firm_id) for entry in lists),
    )


def stored_on(connection: sa.Connection, draw_id: str) -> date | None:
    """The day on which a list drawn elsewhere was brought in, by the log."""
    table = table_of(LogEntry)
    statement = sa.select(table.c.at, table.c.detail).where(table.c.action == ACTION).order_by(table.c.number.desc())
    for row in connection.execute(statement):
        if parse_document(row.detail.encode("utf-8"), "log").get("draw_id") == draw_id:
            return datetime.fromisoformat(row.at).date()
    return None


def _external_rounds(connection: sa.Connection, workspace: Workspace) -> list[Any]:
    rounds = load_rounds(connection, workspace.settings.year.year)
    return [entry for entry in rounds if entry.kind is RoundKind.EXTERNAL]


_Identity = tuple[date, frozenset[tuple[str, str]]]


def _identity(entry: ExternalList) -> _Identity:
    """What makes two lists the same: the day, and every firm with its package."""
    return entry.drawn_on, frozenset(zip(entry.firm_id, entry.package, strict=True))


def _known_lists(connection: sa.Connection, workspace: Workspace) -> dict[_Identity, str]:
    external = {entry.round_id for entry in _external_rounds(connection, workspace)}
    known: dict[_Identity, str] = {}
    for draw in load_draws(connection, workspace.settings.year.year):
        if draw.round_id in external and draw.drawn_on is not None:
            packages = load_packages(connection, [draw.draw_id])
            firms = frozenset((firm_id, package) for (_draw, firm_id), package in packages.items())
            known[draw.drawn_on, firms] = draw.draw_id
    return known


def _store_list(
    connection: sa.Connection,
    workspace: Workspace,
    number: int,
    entry: ExternalList,
    content: bytes,
    tasks: Mapping[str, Task],
) -> str:
    round_id = round_id_of(workspace.settings.year.year, f"X{number}")
    draw_id = f"{round_id}-1"
    ceremony = Ceremony(
        draw_id=draw_id,
        kind=RoundKind.EXTERNAL,
        drawn_on=entry.drawn_on,
        commitment_digest="",
        entropy=(),
        seed="",
        num_drawn=len(entry.firm_id),
        num_counting=0,
        drawn_digest=content_digest(content),
    )
    _insert_round(connection, workspace, round_id, number, entry, tasks)
    insert_draw(connection, _stored_draw(draw_id, round_id, entry.drawn_on))
    _insert_firms(connection, draw_id, round_id, entry)
    put_file(connection, draw_id, "drawn.tsv", content)
    put_file(connection, draw_id, "ceremony.json", ceremony.content)
    append_log(
        connection,
        workspace,
        ACTION,
        {
            "draw_id": draw_id,
            "num_drawn": len(entry.firm_id),
            "name": entry.name,
            "drawn_by": entry.drawn_by,
            "drawn_on": entry.drawn_on.isoformat(),
        },
        after=content_digest(ceremony.content),
    )
    return draw_id


def _insert_round(
    connection: sa.Connection,
    workspace: Workspace,
    round_id: str,
    number: int,
    entry: ExternalList,
    tasks: Mapping[str, Task],
) -> None:
    """The round's visits lie between the draw and the end of the last task they serve."""
    ends = [tasks[task_id].ends_on for package in set(entry.package) for task_id in package.split("+")]
    row = {
        "round_id": round_id,
        "year": workspace.settings.year.year,
        "number": number,
        "kind": str(RoundKind.EXTERNAL),
        "starts_on": entry.drawn_on,
        "ends_on": max([entry.drawn_on, *ends]),
        "counting_visits": 0,
        "plan_id": "",
    }
    connection.execute(sa.insert(table_of(Round)), [row])


def _stored_draw(draw_id: str, round_id: str, drawn_on: date) -> StoredDraw:
    return StoredDraw(
        draw_id=draw_id,
        round_id=round_id,
        attempt=1,
        status=DrawStatus.DRAWN,
        secret=None,
        officer_secret=None,
        commitment_digest="",
        seed="",
        committed_on=drawn_on,
        drawn_on=drawn_on,
        officers_drawn_on=None,
        void_reason="",
    )


def _insert_firms(connection: sa.Connection, draw_id: str, round_id: str, entry: ExternalList) -> None:
    """Firms drawn, with the chance 0 of 0 that says that it is not known here, and a visit for each."""
    number = len(entry.firm_id)
    drawn: dict[str, Sequence[Any]] = {
        "draw_id": [draw_id] * number,
        "firm_id": entry.firm_id,
        "round_id": [round_id] * number,
        "stratum": [""] * number,
        "package": entry.package,
        "counting": [False] * number,
        "chance_micro": [0] * number,
        "chance_firms": [0] * number,
    }
    insert_columns(connection, DrawnFirm, drawn)
    visits: dict[str, Sequence[Any]] = {
        "draw_id": drawn["draw_id"],
        "firm_id": entry.firm_id,
        "team_id": [""] * number,
        "visit_on": [None] * number,
        "exception": [""] * number,
    }
    insert_columns(connection, Visit, visits)
