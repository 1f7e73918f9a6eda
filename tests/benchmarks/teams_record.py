"""What a record would hold of the benchmark's officers, for measuring how long an auditor takes to check it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from scheduler.agenda.books import DayLimits
from scheduler.agenda.days import Calendar, DatedVisits, plan_days
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.audit import days, matching, teams
from scheduler.audit.claims import Group, Status
from scheduler.audit.context import Draw
from scheduler.audit.officers import Need, Offices, Visit
from scheduler.audit.parts import load_roll
from scheduler.teams.assignment import Assignment
from scheduler.teams.matching import Visits
from scheduler.teams.needs import FrozenItem, FrozenTask
from scheduler.teams.roster import Officer, Recusal
from tests.audit import as_read

LIMITS = DayLimits(visits=3, minutes=480, journey_minutes=90)
MINUTES, NUM_TOWNS = 90, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """One round: what was drawn from, and what came of it."""

    draw_id: str
    bureau: str
    seed: str
    secret: bytes
    first: date
    last: date
    visits: Visits
    officers: Sequence[Officer]
    recusals: Sequence[Recusal]
    items: Mapping[str, FrozenItem]
    tasks: Mapping[str, FrozenTask]
    found: Assignment

    @property
    def working_days(self) -> tuple[date, ...]:
        """Working days of the window."""
        return WorkdayCalendar().working_days(self.first, self.last)

    @property
    def towns(self) -> list[str]:
        """Town of each firm, made up."""
        return [
            f"{district}/{int(firm[-6:]) % NUM_TOWNS}"
            for firm, district in zip(self.visits.firm_id, self.visits.district, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Table:
    cells: list[tuple[str, ...]]

    def rows(self, *_columns: str) -> Iterator[tuple[str, ...]]:
        return iter(self.cells)


@dataclass(frozen=True, slots=True)
class _Draw:
    draw_id: str
    tables: Mapping[str, _Table]

    def table(self, name: str) -> _Table:
        return self.tables[name]


def verify(city: City) -> float:
    """Seconds that checking teams, matching and days of a round takes; raises `RuntimeError` if a claim fails."""
    offices, lists = _offices(city), as_read.lists(city.items.values(), city.tasks.values())
    started = time.perf_counter()
    roll = load_roll(offices, lists)
    drawn, redraws = teams.draw_teams(roll)
    offices = replace(offices, teams={team.team_id: team for team in drawn})
    roll = replace(roll, offices=offices)
    group = Group(city.draw_id)
    teams.check_redraws(group, offices, redraws)
    matching.check_visits(group, roll)
    matching.check_matching(group, roll)
    days.check_days(group, offices)
    seconds = time.perf_counter() - started
    failed = [claim.text for claim in group.claims_from(1) if claim.status is not Status.PASSED]
    if failed:
        raise RuntimeError(f"expected claims that hold, got {failed}")
    return seconds


def _planned(city: City) -> list[Visit]:
    names = [team.team_id for team in city.found.lot.teams]
    number = len(city.visits)
    planned = plan_days(
        DatedVisits(
            firm_id=city.visits.firm_id,
            teams=[match.teams for match in city.found.matches],
            town=city.towns,
            starts_on=[city.first] * number,
            ends_on=[city.last] * number,
            minutes=[MINUTES] * number,
        ),
        Calendar(working_days=city.working_days, limits=LIMITS, rooms=[{} for _name in names]),
        team_ids=names,
        seed=city.seed,
        officer_secret=city.secret,
    )
    return [
        Visit(
            team_id=";".join(names[team] for team in match.teams),
            visit_on=str(day.visit_on or ""),
            exceptions=tuple(sorted(str(code) for code in (*match.exceptions, *day.exceptions))),
        )
        for match, day in zip(city.found.matches, planned, strict=True)
    ]


def _offices(city: City) -> Offices:
    tables = {
        "calendar.tsv": _Table([]),
        "towns.tsv": _Table(list(zip(city.visits.firm_id, city.towns, strict=True))),
        "teams.tsv": _Table([(team.team_id, one.officer_id) for team in city.found.lot.teams for one in team.officers]),
    }
    packages = sorted(set(city.visits.package))
    return Offices(
        draw=cast(Draw, _Draw(city.draw_id, tables)),
        seed=city.seed,
        secret=city.secret,
        bureau=city.bureau,
        window={"starts_on": str(city.first), "ends_on": str(city.last)},
        document={
            "format": 4,
            "redraws": [redraw.document() for redraw in city.found.lot.redraws],
            "visits_per_team_day": LIMITS.visits,
            "minutes_per_team_day": LIMITS.minutes,
            "journey_minutes": LIMITS.journey_minutes,
            "working_days": [str(day) for day in city.working_days],
            "packages": [{"package": package, "minutes": MINUTES} for package in packages],
        },
        roster=as_read.officers(city.officers),
        teams={},
        needs={
            package: Need(
                specialities=frozenset(), officers_required=2, starts_on=str(city.first), ends_on=str(city.last)
            )
            for package in packages
        },
        visits=dict(zip(city.visits.firm_id, _planned(city), strict=True)),
        districts=dict(zip(city.visits.firm_id, city.visits.district, strict=True)),
        packages=dict(zip(city.visits.firm_id, city.visits.package, strict=True)),
        recused=as_read.barred(city.recusals, city.first, last_year=False),
        met_last_year=as_read.barred(city.recusals, city.first, last_year=True),
    )
