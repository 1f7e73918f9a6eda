"""
Days at city size: 37,000 visits of 24 tasks in four rounds, 1,300 officers in 600 teams, a tenth of the visits joint.

A third of the officers is on leave for a fortnight, some days are half taken by other draws, and every firm has a town.
Besides, the hard case: one round in which every third team has more visits than its days hold. No database takes part.
"""

from __future__ import annotations

import time
from datetime import date, timedelta

from scheduler.agenda.books import DayLimits, Room
from scheduler.agenda.days import Calendar, DatedVisits, DayException, PlannedDay, plan_days
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.draw.hashing import digest
from tests.benchmarks.measure import figure, measured

NUM_VISITS, NUM_TEAMS, NUM_TASKS, NUM_ROUNDS, NUM_DISTRICTS, TOWNS_OF_DISTRICT = 37_000, 600, 24, 4, 9, 12
LIMITS = DayLimits(visits=3, minutes=480, journey_minutes=90)
SECRET = b"b" * 32


def lot(name: str, below: int) -> int:
    """A made-up number."""
    return int(digest("bench", name), 16) % below


def teams_of(number: int, district: int) -> tuple[int, ...]:
    """One team of the district; for every tenth visit two or three different ones."""
    wanted = 2 + lot(f"joint/{number}", 2) if number % 10 == 0 else 1
    per_district = NUM_TEAMS // NUM_DISTRICTS
    first = lot(f"team/{number}", per_district)
    return tuple(sorted((district + NUM_DISTRICTS * ((first + 7 * k) % per_district)) for k in range(wanted)))


def visits(numbers: range, first: date, last: date) -> DatedVisits:
    """Visits of one round; tasks run for all of it or for its first or last weeks."""
    districts = [lot(f"district/{number}", NUM_DISTRICTS) for number in numbers]
    tasks = [lot(f"package/{number}", NUM_TASKS) for number in numbers]
    return DatedVisits(
        firm_id=[f"91371000{number:010d}" for number in numbers],
        teams=[teams_of(number, district) for number, district in zip(numbers, districts, strict=True)],
        town=[
            f"{district}/{lot(f'town/{number}', TOWNS_OF_DISTRICT)}"
            for number, district in zip(numbers, districts, strict=True)
        ],
        starts_on=[first + timedelta(days=14 * (task % 3 == 1)) for task in tasks],
        ends_on=[last - timedelta(days=14 * (task % 3 == 2)) for task in tasks],
        minutes=[40 + 15 * (task % 10) for task in tasks],
    )


def rooms(working_days: tuple[date, ...]) -> list[dict[date, Room]]:
    """Leave of a fortnight for a third of the teams, and one half day a team taken by another draw."""
    found: list[dict[date, Room]] = []
    for team in range(NUM_TEAMS):
        begins = lot(f"leave/{team}", len(working_days))
        away = working_days[begins : begins + 10] if team % 3 == 0 else ()
        half = working_days[lot(f"half/{team}", len(working_days))]
        found.append({half: Room(visits=1, minutes=200)} | dict.fromkeys(away, Room(visits=0, minutes=0)))
    return found


def plan(number: int, numbers: range) -> tuple[PlannedDay, ...]:
    """Days of one round."""
    first = date(2026, 2, 2) + timedelta(days=80 * number)
    last = first + timedelta(days=79)
    working_days = WorkdayCalendar().working_days(first, last)
    return plan_days(
        visits(numbers, first, last),
        Calendar(working_days=working_days, limits=LIMITS, rooms=rooms(working_days)),
        team_ids=[f"2026-{number}-1-{team % NUM_DISTRICTS}-{team:03d}" for team in range(NUM_TEAMS)],
        seed=digest("bench", f"seed/{number}"),
        officer_secret=SECRET,
    )


def run() -> None:
    """Four rounds of a city, then one of six times as many visits a team."""
    started = time.perf_counter()
    planned = [plan(number, range(number, NUM_VISITS, NUM_ROUNDS)) for number in range(NUM_ROUNDS)]
    figure("agenda.city.seconds", time.perf_counter() - started, "s")
    figure("agenda.city.overloads", _overloads(*planned), "visits")
    started = time.perf_counter()
    crowded = plan(1, range(NUM_VISITS * 2))
    figure("agenda.crowded.seconds", time.perf_counter() - started, "s")
    figure("agenda.crowded.overloads", _overloads(crowded), "visits")


def _overloads(*rounds: tuple[PlannedDay, ...]) -> int:
    return sum(DayException.OVERLOAD in entry.exceptions for planned in rounds for entry in planned)


def main() -> None:
    """Measures the rounds in a process of their own."""
    found = measured("tests.benchmarks.agenda")
    print(found.output, end="", flush=True)
    figure("agenda.city.peak_mb", found.peak_mb, "MB")


if __name__ == "__main__":
    run()
