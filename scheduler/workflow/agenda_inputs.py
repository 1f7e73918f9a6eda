"""What days are planned by: limits of a day, minutes of packages, towns, and what officers have left on each day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import sqlalchemy as sa

from models.agenda_rows import load_agenda, load_leave
from models.registry_rows import load_items, load_tasks
from models.store import read_columns
from models.tables import DrawnFirm, Firm, table_of
from scheduler.agenda.books import DayLimits, Room
from scheduler.agenda.leave import officers_away
from scheduler.agenda.towns import town_of
from scheduler.teams.needs import NeedingTask
from scheduler.workflow.settings import Settings
from scheduler.workflow.workspace import Workspace

AWAY = Room(visits=0, minutes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInputs:
    """
    What the days of a draw are planned by, besides teams and windows.

    Attributes
    ----------
    limits
        What a whole day of a team holds.
    towns
        Town of each firm, in the order of the firms; empty where the register does not tell.
    minutes
        How long a visit of each package takes.
    rooms
        For each officer the days on which he or she has less than a whole day.
    """

    limits: DayLimits
    towns: tuple[str, ...]
    minutes: Mapping[str, int]
    rooms: Mapping[str, Mapping[date, Room]]


def day_limits(settings: Settings) -> DayLimits:
    """What a day of a team holds, by the policy."""
    return DayLimits(
        visits=settings.agenda.visits_per_team_day,
        minutes=settings.agenda.minutes_per_team_day,
        journey_minutes=int(settings.capacity.hours_per_journey * 60),
    )


def minutes_of_packages(
    connection: sa.Connection, workspace: Workspace, frozen: Iterable[NeedingTask] = ()
) -> Callable[[str], int]:
    """
    Function that tells how many minutes a visit of a package takes: those of all its items, each once.

    Parameters
    ----------
    frozen
        Tasks as a commitment froze them; they go before those of today. What is on neither list takes no time.
    """
    tasks: dict[str, NeedingTask] = {
        task.task_id: task for task in load_tasks(connection, workspace.settings.year.year)
    }
    tasks.update({task.task_id: task for task in frozen})
    efforts = {item.item_id: item.effort_minutes for item in load_items(connection)}

    @cache
    def minutes(package: str) -> int:
        known = [tasks[task_id] for task_id in package.split("+") if task_id in tasks]
        return sum(efforts.get(item_id, 0) for item_id in {item_id for task in known for item_id in task.item_ids})

    return minutes


def read_day_inputs(
    connection: sa.Connection,
    workspace: Workspace,
    *,
    settings: Settings,
    draw_id: str,
    firm_ids: Sequence[str],
    packages: Iterable[str],
    tasks: Iterable[NeedingTask],
    working_days: Collection[date],
) -> DayInputs:
    """Reads what the days of a draw are planned by; `settings` and `tasks` are those that hold for the draw."""
    minutes = minutes_of_packages(connection, workspace, tasks)
    limits = day_limits(settings)
    return DayInputs(
        limits=limits,
        towns=_towns(connection, draw_id, firm_ids),
        minutes={package: minutes(package) for package in sorted(set(packages))},
        rooms=_rooms(connection, workspace, draw_id, working_days, limits, minutes),
    )


def _towns(connection: sa.Connection, draw_id: str, firm_ids: Sequence[str]) -> tuple[str, ...]:
    firm, drawn = table_of(Firm), table_of(DrawnFirm)
    statement = (
        sa.select(firm.c.firm_id, firm.c.station, firm.c.address)
        .join(drawn, drawn.c.firm_id == firm.c.firm_id)
        .where(drawn.c.draw_id == draw_id)
    )
    columns = read_columns(connection, statement)
    found = {firm_id: town_of(station, address) for firm_id, station, address in zip(*columns, strict=True)}
    return tuple(found.get(firm_id, "") for firm_id in firm_ids)


def _rooms(
    connection: sa.Connection,
    workspace: Workspace,
    draw_id: str,
    working_days: Collection[date],
    limits: DayLimits,
    minutes: Callable[[str], int],
) -> dict[str, dict[date, Room]]:
    """Leave leaves nothing of a day; visits of other draws take their part of it, each with a journey of its own."""
    wanted = frozenset(working_days)
    agenda = load_agenda(connection, workspace.settings.year.year)
    rooms: dict[str, dict[date, Room]] = {}
    for visit in agenda.visits:
        if visit.draw_id == draw_id or visit.visit_on not in wanted:
            continue
        needed = minutes(visit.package) + limits.journey_minutes
        for member in agenda.officers_of(visit):
            days = rooms.setdefault(member.officer_id, {})
            left = days.get(visit.visit_on, limits.whole_day)
            days[visit.visit_on] = Room(visits=max(left.visits - 1, 0), minutes=max(left.minutes - needed, 0))
    for officer, days_away in officers_away(load_leave(connection), wanted).items():
        rooms.setdefault(officer, {}).update(dict.fromkeys(days_away, AWAY))
    return rooms


def team_rooms(members: Iterable[str], rooms: Mapping[str, Mapping[date, Room]], limits: DayLimits) -> dict[date, Room]:
    """What a team has left on each day on which one of its officers has less than a whole day."""
    together: dict[date, Room] = {}
    for officer in members:
        for day, room in rooms.get(officer, {}).items():
            together[day] = room.least(together.get(day, limits.whole_day))
    return together
