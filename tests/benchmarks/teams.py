"""
Teams and matching at city size: 37,000 visits in four rounds, 1,300 officers, 24 tasks, 3,000 recusals.

``teams.city.seconds`` covers eligibility, teams and matching. The rooms are pure, so
no database takes part; roster and visits are made up by digests.
"""

from __future__ import annotations

import time
from datetime import date, timedelta

from scheduler.draw.hashing import digest
from scheduler.teams.eligibility import check_eligibility
from scheduler.teams.lots import draw_teams
from scheduler.teams.matching import Visits, match_visits
from scheduler.teams.needs import PackageNeeds
from scheduler.teams.roster import Officer, Recusal
from tests.benchmarks.measure import figure

NUM_VISITS, NUM_OFFICERS, NUM_TASKS, NUM_ROUNDS, NUM_RECUSALS = 37_000, 1_300, 24, 4, 3_000
BUREAU = "371000"
DISTRICTS = ("371002", "371003", "371071", "371072", "371073", "371082", "371083", "3710-BZ", "3710-NH")
SPECIALITIES = ("drug", "food", "metrology", "special_equipment")
SECRET = b"b" * 32


def lot(name: str, below: int) -> int:
    """A made-up number."""
    return int(digest("bench", name), 16) % below


def roster() -> list[Officer]:
    """Officers of all districts and of the bureau, with two specialities each."""
    homes = (*DISTRICTS, BUREAU)
    return [
        Officer(
            officer_id=f"O{number:04d}",
            name="",
            unit="",
            department="",
            level="",
            district=homes[lot(f"home/{number}", len(homes))],
            certificate_no="",
            certificate_valid_until=date(2030, 1, 1),
            post="",
            specialities=tuple(sorted({SPECIALITIES[lot(f"skill/{number}/{k}", 4)] for k in range(2)})),
            item_ids=(),
            lead_qualified=lot(f"lead/{number}", 10) < 6,
            expert=False,
            active=True,
        )
        for number in range(NUM_OFFICERS)
    ]


def needs(starts_on: date, ends_on: date) -> dict[str, PackageNeeds]:
    """Needs of 24 packages with up to two specialities."""
    return {
        f"T{number:02d}": PackageNeeds(
            package=f"T{number:02d}",
            specialities=SPECIALITIES[: number % 3],
            officers_required=2,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for number in range(NUM_TASKS)
    }


def visits(round_number: int) -> Visits:
    """The visits of one round."""
    numbers = range(round_number, NUM_VISITS, NUM_ROUNDS)
    return Visits(
        firm_id=tuple(f"91371000{number:010d}" for number in numbers),
        package=tuple(f"T{lot(f'package/{number}', NUM_TASKS):02d}" for number in numbers),
        district=tuple(DISTRICTS[lot(f"district/{number}", len(DISTRICTS))] for number in numbers),
    )


def main() -> None:
    """Draws officers and days of four rounds, one after another."""
    officers = roster()
    recusals = [
        Recusal(
            officer_id=f"O{lot(f'who/{number}', NUM_OFFICERS):04d}",
            firm_id=f"91371000{lot(f'firm/{number}', NUM_VISITS):010d}",
            reason="kin",
            valid_until=None,
        )
        for number in range(NUM_RECUSALS)
    ]
    seconds = {"teams": 0.0}
    greatest = 0
    for number in range(NUM_ROUNDS):
        first = date(2026, 3, 2) + timedelta(days=60 * number)
        last = first + timedelta(days=59)
        wanted, needed, seed = visits(number), needs(first, last), digest("bench", f"seed/{number}")
        started = time.perf_counter()
        eligible = check_eligibility(officers, last).eligible
        teams = draw_teams(eligible, draw_id=f"2026-{number}-1", seed=seed, officer_secret=SECRET).teams
        matching = match_visits(
            wanted,
            teams,
            needs=needed,
            recusals=recusals,
            first_day=first,
            bureau=BUREAU,
            seed=seed,
            officer_secret=SECRET,
        )
        matched = time.perf_counter()
        seconds["teams"] += matched - started
        greatest = max(greatest, int(matching.loads(len(teams)).max()))
    for name, value in seconds.items():
        figure(f"{name}.city.seconds", value, "s")
    figure("teams.city.greatest_load", greatest, "visits")


if __name__ == "__main__":
    main()
