"""Which officers met which firm: whoever stood at a visit in the end, not whom the lot had named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from models.draw_rows import get_file, list_files
from models.replacement_rows import Membership, load_memberships
from models.tables import Draw, Result, Round, Visit, table_of
from scheduler.draw.canonical import split_list
from scheduler.registry.codes import DrawStatus
from scheduler.teams.frozen import RECUSALS_NAME, parse_recusals
from scheduler.teams.matching import Barred, MatchException, bar


def load_meetings(connection: sa.Connection, year: int, *, awaited_since: date) -> tuple[tuple[str, str], ...]:
    """
    Officer and firm of every visit of a year that was made, or still may have been, by a draw that stands, ascending.

    Officers are those who were in the team on the days on which something was checked. A visit without result counts
    by its planned day while its result may still be typed in; later it was not held, and nobody met the firm. Where
    officers of several teams were assigned together, those barred from the firm stayed away.

    Parameters
    ----------
    awaited_since
        First planned day on which a visit without result may have been made; the end of the round stands for the day
        of a visit that has none.
    """
    ends = _standing_draws(connection, year)
    checked = _checked_days(connection, ends)
    members = _members(connection)
    visit = table_of(Visit)
    statement = sa.select(visit.c.draw_id, visit.c.firm_id, visit.c.team_id, visit.c.visit_on)
    rows = [row for row in connection.execute(statement) if row.draw_id in ends]
    absent = load_absent(connection, year)
    met = set()
    for draw_id, firm_id, cell, planned in rows:
        awaited = (planned or ends[draw_id][1]) >= awaited_since
        days = checked.get((draw_id, firm_id), {planned} if awaited else set())
        barred = absent.get((draw_id, firm_id), frozenset())
        for member in (member for team_id in split_list(cell) for member in members[team_id]):
            if member.officer_id not in barred and any(map(member.holds_on, days)):
                met.add((member.officer_id, firm_id))
    return tuple(sorted(met))


def load_absent(connection: sa.Connection, year: int) -> dict[tuple[str, str], frozenset[str]]:
    """
    Officers who stay away from a visit of their team, by draw and firm, of a year's draws that stand.

    Where officers of several teams are sent together, those barred from the firm do not go; no other visit has anybody
    barred. Whoever took a place later goes to every visit of the team.
    """
    visit = table_of(Visit)
    statement = sa.select(visit.c.draw_id, visit.c.firm_id, visit.c.team_id, visit.c.exception)
    together = [
        row
        for row in connection.execute(statement.where(visit.c.exception.contains(MatchException.DIRECT)))
        if MatchException.DIRECT in split_list(row.exception)
    ]
    if not together:
        return {}
    draws, members = _standing_draws(connection, year), _members(connection)
    firms: defaultdict[str, list[str]] = defaultdict(list)
    for row in together:
        firms[row.draw_id].append(row.firm_id)
    barred = {name: _barred(connection, name, firms[name], days[0]) for name, days in draws.items() if name in firms}
    found: dict[tuple[str, str], frozenset[str]] = {}
    for draw_id, firm_id, cell, exception in together:
        if draw_id in barred:
            going = (member for team_id in split_list(cell) for member in members[team_id])
            came_later = {member.officer_id for member in going if member.since is not None}
            relaxed = MatchException.REPEATED in split_list(exception)
            found[draw_id, firm_id] = barred[draw_id].of(firm_id, relaxed=relaxed) - came_later
    return found


def _members(connection: sa.Connection) -> defaultdict[str, list[Membership]]:
    """Who is or was in each team."""
    members: defaultdict[str, list[Membership]] = defaultdict(list)
    for member in load_memberships(connection):
        members[member.team_id].append(member)
    return members


def _standing_draws(connection: sa.Connection, year: int) -> dict[str, tuple[date, date]]:
    """Window of each draw of a year that stands."""
    draw, entry = table_of(Draw), table_of(Round)
    statement = (
        sa.select(draw.c.draw_id, entry.c.starts_on, entry.c.ends_on)
        .join(entry, entry.c.round_id == draw.c.round_id)
        .where(entry.c.year == year, draw.c.status == DrawStatus.DRAWN)
    )
    return {draw_id: (starts_on, ends_on) for draw_id, starts_on, ends_on in connection.execute(statement)}


def _checked_days(
    connection: sa.Connection, draws: Mapping[str, tuple[date, date]]
) -> dict[tuple[str, str], set[date | None]]:
    """Days on which items of a visit were checked, by draw and firm; none of a visit without result."""
    table = table_of(Result)
    statement = (
        sa.select(table.c.draw_id, table.c.firm_id, table.c.inspected_on)
        .where(table.c.draw_id.in_(sorted(draws)))
        .distinct()
    )
    found: defaultdict[tuple[str, str], set[date | None]] = defaultdict(set)
    for draw_id, firm_id, day in connection.execute(statement):
        found[draw_id, firm_id].add(day)
    return dict(found)


def _barred(connection: sa.Connection, draw_id: str, firm_ids: list[str], first_day: date) -> Barred:
    """Who was barred from firms by the recusals that the draw froze."""
    frozen = RECUSALS_NAME in list_files(connection, draw_id)
    recusals = parse_recusals(get_file(connection, draw_id, RECUSALS_NAME)) if frozen else ()
    return bar(recusals, firm_ids, first_day)
