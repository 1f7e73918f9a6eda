"""Where the year stands, the next deadline and the next step: read from the store, nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import SQLModel

from models import tables
from models.allocation_rows import load_plan
from models.draw_rows import newest_entry
from models.firm_replacement_rows import stands
from models.tables import table_of
from models.teams_rows import load_draw_state
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.workflow.deadlines import results_due
from scheduler.workflow.places import is_unfinished
from scheduler.workflow.teams import officers_due_on
from scheduler.workflow.workspace import Workspace

LEAD = timedelta(days=30)  # from here on the next round comes before the results of the last
_COUNTED: dict[str, type[SQLModel]] = {
    "firms": tables.Firm,
    "items": tables.Item,
    "officers": tables.Officer,
    "tasks": tables.Task,
    "quarantined": tables.QuarantinedRow,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStatus:
    """
    One round of the year.

    Attributes
    ----------
    state
        ``planned``, ``committed``, ``drawn`` or ``assigned`` (officers drawn).
    num_counting, num_visits, num_reported
        Firms drawn that count towards T, all firms drawn, and firms with a result.
    draw_id
        The attempt that stands; empty while there is none.
    last_inspection
        Newest day of inspection among the round's results.
    """

    number: int
    round_id: str
    kind: str
    starts_on: date
    ends_on: date
    planned: int
    state: str
    draw_id: str
    num_counting: int
    num_visits: int
    num_reported: int

    @property
    def name(self) -> str:
        """The round as commands take it: its number, or ``X1`` for the first list drawn elsewhere."""
        return self.round_id.split("-", 1)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearStatus:
    """
    The year at a glance.

    Attributes
    ----------
    target, drawn
        T, and the distinct enterprises drawn so far that count towards it; `target` is None without a plan.
    next_step
        What to do next, with the command.
    next_deadline
        The next day something is due, and what; None where nothing is.
    """

    year: int
    num_firms: int
    num_enterprises: int | None
    target: int | None
    drawn: int
    plan: str
    plan_status: str
    classified_as_of: date | None
    rounds: tuple[RoundStatus, ...]
    num_quarantined: int
    next_step: str
    next_deadline: tuple[date, str] | None


def year_status(workspace: Workspace) -> YearStatus:
    """Reads where the workspace's year stands."""
    with workspace.transaction() as connection:
        counts = {name: _count(connection, model) for name, model in _COUNTED.items()}
        plan = load_plan(connection, workspace.settings.year.year)
        classified = connection.execute(sa.select(sa.func.max(table_of(tables.Classification).c.as_of))).scalar()
        rounds = _rounds(connection, workspace)
        stale = _solution_is_stale(connection, rounds)
        officers = _officers_due(connection, workspace, rounds)
    missing = [name for name in ("firms", "items", "officers", "tasks") if not counts[name]]
    return YearStatus(
        year=workspace.settings.year.year,
        num_firms=counts["firms"],
        num_enterprises=plan.num_enterprises if plan else None,
        target=plan.target if plan else None,
        drawn=sum(entry.num_counting for entry in rounds),
        plan=plan.plan_id if plan else "",
        plan_status=plan.status if plan else "",
        classified_as_of=classified,
        rounds=rounds,
        num_quarantined=counts["quarantined"],
        next_step=_next_step(missing, classified, plan.status if plan else "", rounds, stale, workspace.today),
        next_deadline=_next_deadline(workspace, rounds, officers),
    )


def _count(connection: sa.Connection, model: type[SQLModel]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table_of(model))).scalar_one())


def _rounds(connection: sa.Connection, workspace: Workspace) -> tuple[RoundStatus, ...]:
    table, draw = table_of(tables.Round), table_of(tables.Draw)
    draws = {
        row.round_id: row
        for row in connection.execute(
            sa.select(draw).where(draw.c.status != DrawStatus.VOIDED).order_by(draw.c.attempt)
        )
    }
    drawn = _numbers_by_draw(connection)
    entries = []
    mine = table.c.year == workspace.settings.year.year
    statement = sa.select(table).where(mine).order_by(table.c.number, table.c.round_id)
    for row in connection.execute(statement):
        attempt = draws.get(row.round_id)
        state = "planned" if attempt is None else attempt.status
        if attempt is not None and attempt.officers_drawn_on is not None:
            waits = is_unfinished(connection, attempt.draw_id, workspace.settings.bureau.code)
            state = "drawn" if waits else "assigned"
        draw_id = attempt.draw_id if attempt else ""
        counting, visits, reported = drawn.get(draw_id, (0, 0, 0))
        entries.append(
            RoundStatus(
                number=row.number,
                round_id=row.round_id,
                kind=row.kind,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                planned=row.counting_visits,
                state=state,
                draw_id=draw_id,
                num_counting=counting,
                num_visits=visits,
                num_reported=reported,
            )
        )
    return tuple(entries)


def _numbers_by_draw(connection: sa.Connection) -> dict[str, tuple[int, int, int]]:
    firm, result = table_of(tables.DrawnFirm), table_of(tables.Result)
    statement = sa.select(
        firm.c.draw_id,
        sa.func.sum(sa.case((firm.c.counting, 1), else_=0)),
        sa.func.count(),
    )
    statement = statement.where(stands(firm)).group_by(firm.c.draw_id)
    reported_statement = sa.select(result.c.draw_id, sa.func.count(sa.distinct(result.c.firm_id))).group_by(
        result.c.draw_id
    )
    reported = {row[0]: int(row[1]) for row in connection.execute(reported_statement)}
    return {row[0]: (int(row[1]), int(row[2]), reported.get(row[0], 0)) for row in connection.execute(statement)}


def _officers_due(
    connection: sa.Connection, workspace: Workspace, rounds: tuple[RoundStatus, ...]
) -> list[tuple[date, str]]:
    """Until when places must draw officers of rounds that have firms."""
    states = [(entry.name, load_draw_state(connection, entry.round_id)) for entry in rounds if entry.state == "drawn"]
    found = [(name, officers_due_on(connection, workspace, state)) for name, state in states if state is not None]
    words = _("officers of round {number} must be drawn, by every place")
    return [(due_on, words.format(number=name)) for name, due_on in found if due_on is not None]


def _next_deadline(
    workspace: Workspace, rounds: tuple[RoundStatus, ...], officers: list[tuple[date, str]]
) -> tuple[date, str] | None:
    """The earliest of: results that must be public, rounds that must be drawn, officers that places must draw."""
    results = [
        (entry.due_on, _("results of draw {draw} must be public").format(draw=entry.draw_id))
        for entry in results_due(workspace).publication
    ]
    draws = [
        (entry.starts_on, _("round {number} starts: firms and officers must be drawn").format(number=entry.name))
        for entry in rounds
        if entry.state in ("planned", "committed", "drawn")
    ]
    return min(results + draws + officers, default=None)


def _solution_is_stale(connection: sa.Connection, rounds: tuple[RoundStatus, ...]) -> bool:
    """Whether firms were drawn after the programme was last solved, and a targeted round is next."""
    waiting = [entry for entry in rounds if entry.state == "planned"]
    if not waiting or waiting[0].kind != RoundKind.TARGETED:
        return False
    changed = ("draw targets", "import drawn", "draw replace-firm")
    return newest_entry(connection, "plan solve") < max(newest_entry(connection, action) for action in changed)


def _next_step(
    missing: list[str],
    classified: date | None,
    plan_status: str,
    rounds: tuple[RoundStatus, ...],
    stale: bool,
    today: date,
) -> str:
    if "firms" in missing and len(missing) > 1:
        return _(
            "fill in a workbook and import it: double-random template inputs.xlsx, "
            "then double-random import all inputs.xlsx"
        )
    if missing:
        return _("bring in what is missing: double-random import {kind} FILE").format(kind=missing[0])
    if classified is None:
        return _("put the firms into tiers: double-random classify")
    steps = {
        "": _("make the year's plan: double-random plan new"),
        "draft": _("solve the plan: double-random plan solve"),
        "solved": _("look at the plan and approve it: double-random plan show, then double-random plan approve"),
    }
    if plan_status in steps:
        return steps[plan_status]
    reporting = any(
        entry.state == "assigned" and entry.num_reported < entry.num_visits and entry.starts_on <= today
        for entry in rounds
    )
    waiting = next((entry for entry in rounds if entry.state != "assigned"), None)
    if waiting is not None and (not reporting or today >= waiting.starts_on - LEAD):
        return _round_step(waiting, stale)
    if reporting:
        return _("publish, inspect, and bring in the results: double-random import results FILE")
    return _("all rounds are drawn and reported: double-random publish")


def _round_step(entry: RoundStatus, stale: bool) -> str:
    number = entry.name
    if entry.state == "planned" and stale:
        return _("solve again on what is still owed: double-random plan solve")
    if entry.state == "planned":
        return _("freeze round {number}: double-random draw commit {number} --entropy NAME@DATE:KIND:DETAIL").format(
            number=number
        )
    if entry.state == "committed":
        words = _("when the entropy has spoken, draw: double-random draw targets {number} --entropy NAME=VALUE")
        return words.format(number=number)
    return _("draw the officers: double-random draw officers {number}").format(number=number)
