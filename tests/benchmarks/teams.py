"""
Teams and matching at city size: 37,000 visits in four rounds, 1,300 officers of four departments, 24 tasks.

``teams.city.seconds`` covers eligibility, teams and matching. Every sixth task is a joint one of two or three
departments, 3,000 recusals are declared, and the visits of the year before bar about 40,000 pairs more. The rooms are
pure, so no database takes part; roster and visits are made up by digests. ``teams.city.verify_seconds`` is what an
auditor takes to check teams, matching and days of these four rounds by the rules of the record, without reading files.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta

from scheduler.draw.hashing import digest
from scheduler.teams.assignment import Assignment, assign_officers
from scheduler.teams.demands import demands_of, tell_apart
from scheduler.teams.eligibility import check_eligibility
from scheduler.teams.matching import Visits
from scheduler.teams.needs import FrozenItem, FrozenTask
from scheduler.teams.roster import LAST_YEAR, Officer, Recusal
from tests.benchmarks.measure import figure
from tests.benchmarks.teams_record import City, verify

NUM_VISITS, NUM_OFFICERS, NUM_TASKS, NUM_ROUNDS = 37_000, 1_300, 24, 4
NUM_RECUSALS, NUM_MEETINGS = 3_000, 40_000
BUREAU = "371000"
DISTRICTS = ("371002", "371003", "371071", "371072", "371073", "371082", "371083", "3710-BZ", "3710-NH")
SPECIALITIES = ("drug", "food", "metrology", "special_equipment")
DEPARTMENTS = ("fire", "health", "market", "police")
SECRET = b"b" * 32


def lot(name: str, below: int) -> int:
    """A made-up number."""
    return int(digest("bench", name), 16) % below


def firm(number: int) -> str:
    """Code of a made-up firm."""
    return f"91371000{number:010d}"


def roster() -> list[Officer]:
    """Officers of all districts and of the bureau, three of four of the market department, with two specialities."""
    homes = (*DISTRICTS, BUREAU)
    return [
        Officer(
            officer_id=f"O{number:04d}",
            name="",
            unit="",
            department="market" if lot(f"department/{number}", 4) else DEPARTMENTS[lot(f"partner/{number}", 4)],
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


def items() -> dict[str, FrozenItem]:
    """An item of each task, some with a speciality, and one of each department."""
    made = [
        FrozenItem(
            item_id=f"G{number:02d}",
            department="market",
            officers_required=3 if number == 7 else 2,
            speciality=SPECIALITIES[number // 3 % 4] if number % 3 else "",
        )
        for number in range(NUM_TASKS)
    ]
    made += [
        FrozenItem(item_id=f"K-{name}", department=name, officers_required=2, speciality="") for name in DEPARTMENTS
    ]
    return {entry.item_id: entry for entry in made}


def tasks(starts_on: date, ends_on: date) -> dict[str, FrozenTask]:
    """24 tasks; every sixth is joint: with the police, or with fire and health."""
    joint = {0: ("K-police",), 6: ("K-fire", "K-health"), 12: ("K-police",), 18: ("K-fire", "K-health")}
    return {
        f"T{number:02d}": FrozenTask(
            task_id=f"T{number:02d}",
            item_ids=(f"G{number:02d}", *joint.get(number, ())),
            starts_on=starts_on,
            ends_on=ends_on,
            initiator="market",
            partners=(),
        )
        for number in range(NUM_TASKS)
    }


def visits(round_number: int) -> Visits:
    """The visits of one round."""
    numbers = range(round_number, NUM_VISITS, NUM_ROUNDS)
    return Visits(
        firm_id=tuple(firm(number) for number in numbers),
        package=tuple(f"T{lot(f'package/{number}', NUM_TASKS):02d}" for number in numbers),
        district=tuple(DISTRICTS[lot(f"district/{number}", len(DISTRICTS))] for number in numbers),
    )


def recusals() -> list[Recusal]:
    """Declared recusals, and officers who met a firm last year."""
    kinds = (("kin", NUM_RECUSALS), (LAST_YEAR, NUM_MEETINGS))
    return [
        Recusal(
            officer_id=f"O{lot(f'who/{reason}/{number}', NUM_OFFICERS):04d}",
            firm_id=firm(lot(f"firm/{reason}/{number}", NUM_VISITS)),
            reason=reason,
            valid_until=None,
        )
        for reason, count in kinds
        for number in range(count)
    ]


def run(number: int, officers: list[Officer], barred: list[Recusal]) -> tuple[float, float, Assignment]:
    """Seconds of drawing and of checking one round, and its outcome."""
    first = date(2026, 3, 2) + timedelta(days=60 * number)
    last = first + timedelta(days=59)
    wanted, listed, served = visits(number), items(), tasks(first, last)
    started = time.perf_counter()
    departments = tell_apart(officers, listed.values(), served.values())
    found = assign_officers(
        wanted,
        check_eligibility(officers, last).eligible,
        demands={package: demands_of(package, served, listed, departments) for package in sorted(set(wanted.package))},
        departments=departments,
        recusals=barred,
        first_day=first,
        bureau=BUREAU,
        draw_id=f"2026-{number}-1",
        seed=digest("bench", f"seed/{number}"),
        officer_secret=SECRET,
    )
    seconds = time.perf_counter() - started
    city = City(
        draw_id=f"2026-{number}-1",
        bureau=BUREAU,
        seed=digest("bench", f"seed/{number}"),
        secret=SECRET,
        first=first,
        last=last,
        visits=wanted,
        officers=officers,
        recusals=barred,
        items=listed,
        tasks=served,
        found=found,
    )
    return seconds, verify(city), found


def main() -> None:
    """Draws officers of four rounds, one after another."""
    officers, barred = roster(), recusals()
    rounds = [run(number, officers, barred) for number in range(NUM_ROUNDS)]
    exceptions = Counter(str(code) for *_, found in rounds for match in found.matches for code in match.exceptions)
    joint = sum(len(match.teams) > 1 for *_, found in rounds for match in found.matches)
    figure("teams.city.seconds", sum(seconds for seconds, *_ in rounds), "s")
    figure("teams.city.verify_seconds", sum(seconds for _, seconds, _ in rounds), "s")
    figure("teams.city.greatest_load", max(max(found.loads) for *_, found in rounds), "visits")
    figure("teams.city.joint_visits", joint, "visits")
    figure("teams.city.redraws", sum(len(found.lot.redraws) for *_, found in rounds), "lots")
    for code in ("borrowed", "direct", "repeated", "unmet"):
        figure(f"teams.city.{code}", exceptions[code], "visits")


if __name__ == "__main__":
    main()
