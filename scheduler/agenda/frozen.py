"""Files of a record about days: visits, what they were planned by, and moves (specification, sections 2, 8.5, 8.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from scheduler.agenda.books import DayLimits, Room
from scheduler.draw.canonical import document_bytes, table_bytes
from scheduler.teams.lots import Redraw
from scheduler.teams.needs import PackageNeeds
from scheduler.teams.places import Place

VISITS_NAME = "visits.tsv"
OFFICERS_NAME = "officers.json"
CALENDAR_NAME = "calendar.tsv"
TOWNS_NAME = "towns.tsv"
MOVES_NAME = "moves.tsv"
FORMAT = 4
LEAVE_FORMAT = 4  # the first by which no expert comes who is on leave
CALENDAR_COLUMNS = ("officer_id", "day", "visits", "minutes")
VISIT_COLUMNS = ("firm_id", "team_id", "visit_on", "exception")


def visits_bytes(
    firm_ids: Sequence[str], team_ids: Sequence[str], days: Sequence[date | None], exceptions: Sequence[str]
) -> bytes:
    """
    The file `visits.tsv`.

    Parameters
    ----------
    firm_ids, team_ids, days, exceptions
        Columns of one length in any order; a visit without team or day has an empty one.
    """
    rows = zip(firm_ids, team_ids, [day.isoformat() if day else "" for day in days], exceptions, strict=True)
    return table_bytes(VISIT_COLUMNS, sorted(rows))


def exception_text(codes: Iterable[str]) -> str:
    """
    Several exceptions of one visit as one cell.

    Examples
    --------
    >>> exception_text(["overload", "borrowed"])
    'borrowed;overload'
    """
    return ";".join(sorted(str(code) for code in codes))


def officers_bytes(
    *,
    draw_id: str,
    drawn_on: date,
    seed: str,
    limits: DayLimits,
    working_days: Iterable[date],
    unknown_years: Iterable[int],
    needs: Mapping[str, PackageNeeds],
    minutes: Mapping[str, int],
    redraws: Iterable[Redraw],
    places: Iterable[Place] = (),
) -> bytes:
    """The file `officers.json`: what the draw of officers went by, beside roster and recusals; `places` in turn."""
    return document_bytes(
        {
            "format": FORMAT,
            "draw_id": draw_id,
            "drawn_on": drawn_on.isoformat(),
            "seed": seed,
            "visits_per_team_day": limits.visits,
            "minutes_per_team_day": limits.minutes,
            "journey_minutes": limits.journey_minutes,
            "working_days": [day.isoformat() for day in working_days],
            "unknown_years": list(unknown_years),
            "places": [place.document() for place in places],
            "redraws": [redraw.document() for redraw in redraws],
            "packages": [{**needs[package].document(), "minutes": minutes[package]} for package in sorted(needs)],
        }
    )


def calendar_bytes(rooms: Mapping[str, Mapping[date, Room]]) -> bytes:
    """The file `calendar.tsv`: days on which officers have less than a whole day left, and what that is."""
    rows = [
        (officer_id, day.isoformat(), str(room.visits), str(room.minutes))
        for officer_id, days in rooms.items()
        for day, room in days.items()
    ]
    return table_bytes(CALENDAR_COLUMNS, sorted(rows))


def towns_bytes(firm_ids: Sequence[str], towns: Sequence[str]) -> bytes:
    """The file `towns.tsv`: the town of each firm drawn whose town the register tells."""
    rows = [(firm_id, town) for firm_id, town in zip(firm_ids, towns, strict=True) if town]
    return table_bytes(("firm_id", "town"), sorted(rows))


def moves_bytes(rows: Iterable[tuple[str, int, date | None, date, date, str]]) -> bytes:
    """
    The file `moves.tsv`: visits planned anew.

    Parameters
    ----------
    rows
        Firm, number of the move, day before (None without), new day, day of the decision, and the reason.
    """
    cells = [
        (firm_id, f"{number:03d}", before.isoformat() if before else "", after.isoformat(), on.isoformat(), reason)
        for firm_id, number, before, after, on, reason in rows
    ]
    return table_bytes(("firm_id", "number", "moved_from", "moved_to", "moved_on", "reason"), sorted(cells))
