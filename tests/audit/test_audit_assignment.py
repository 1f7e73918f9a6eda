"""Two rules written apart agree: what the engine draws for generated rosters passes every claim about it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings

from scheduler.audit import experts, matching, teams
from scheduler.audit.claims import Group, Status
from scheduler.audit.context import Item, Lists, Task
from scheduler.audit.officers import Officer, Offices, Visit
from scheduler.audit.parts import Roll, load_roll
from scheduler.teams.assignment import Assignment
from scheduler.teams.experts import AskingVisit, draw_experts, specialities_asked
from scheduler.teams.matching import Visits, bar
from scheduler.teams.roster import LAST_YEAR, Recusal
from scheduler.teams.roster import Officer as EngineOfficer
from tests.teams import test_teams_lot as engine


def lists() -> Lists:
    """The generated cases' items and tasks as the audit reads them."""
    return Lists(
        items={
            entry.item_id: Item(
                kind="key",
                department=entry.department,
                officers_required=entry.officers_required,
                speciality=entry.speciality,
            )
            for entry in engine.ITEMS
        },
        tasks={
            entry.task_id: Task(
                task_id=entry.task_id,
                item_ids=entry.item_ids,
                object_types=(),
                districts=(),
                industries=(),
                libraries=(),
                full_coverage=False,
                starts_on="",
                ends_on="",
                initiator=entry.initiator,
                partners=entry.partners,
            )
            for entry in engine.TASKS
        },
    )


def barred(recusals: list[Recusal], *, last_year: bool) -> dict[str, frozenset[str]]:
    """Officers recused from each firm on the first day of the window, for or not for last year's visit."""
    found: dict[str, set[str]] = {}
    for entry in recusals:
        if entry.holds_on(engine.FIRST_DAY) and (entry.reason == LAST_YEAR) == last_year:
            found.setdefault(entry.firm_id, set()).add(entry.officer_id)
    return {firm: frozenset(officers) for firm, officers in found.items()}


EMPTY = SimpleNamespace(rows=lambda *_columns: ())  # a calendar on which everybody is there


def offices(roster: list[EngineOfficer], visits: Visits, recusals: list[Recusal], found: Assignment) -> Offices:
    """What a record would hold of a draw."""
    return Offices(
        draw=SimpleNamespace(draw_id="2026-1-1", table=lambda _name: EMPTY),  # type: ignore[arg-type]
        seed=engine.SEED,
        secret=engine.SECRET,
        bureau=engine.BUREAU,
        window={"starts_on": engine.FIRST_DAY.isoformat(), "ends_on": engine.LAST_DAY.isoformat()},
        document={"format": 4, "redraws": [redraw.document() for redraw in found.lot.redraws]},
        roster={
            one.officer_id: Officer(
                officer_id=one.officer_id,
                department=one.department,
                district=one.district,
                certificate_valid_until=str(one.certificate_valid_until),
                specialities=frozenset(one.specialities),
                item_ids=frozenset(one.item_ids),
                lead_qualified=one.lead_qualified,
                expert=one.expert,
                active=one.active,
            )
            for one in roster
        },
        teams={},
        needs={},
        visits={
            firm: Visit(
                team_id=";".join(found.lot.teams[team].team_id for team in match.teams),
                visit_on="",
                exceptions=tuple(str(code) for code in match.exceptions),
            )
            for firm, match in zip(visits.firm_id, found.matches, strict=True)
        },
        districts=dict(zip(visits.firm_id, visits.district, strict=True)),
        packages=dict(zip(visits.firm_id, visits.package, strict=True)),
        recused=barred(recusals, last_year=False),
        met_last_year=barred(recusals, last_year=True),
    )


ASKED = {"G01": "", "K01": "food", "K02": "drug"}  # items that ask for experts


def audited_experts(roll: Roll) -> dict[tuple[str, str], str]:
    """Experts by the page's rules, by firm and speciality."""
    return experts.expected_experts(roll, lists(), ASKED)


def drawn_experts(
    roster: list[EngineOfficer], visits: Visits, recusals: list[Recusal], found: Assignment
) -> dict[tuple[str, str], str]:
    """Experts as the engine draws them, by firm and speciality."""
    tasks = {entry.task_id: entry for entry in engine.TASKS}
    calls = draw_experts(
        [
            AskingVisit(
                firm_id=firm,
                district=district,
                specialities=specialities_asked(package, tasks, ASKED),
                visit_on=None,
            )
            for firm, package, district, match in zip(
                visits.firm_id, visits.package, visits.district, found.matches, strict=True
            )
            if match.teams
        ],
        roster,
        barred=bar(recusals, visits.firm_id, engine.FIRST_DAY),
        away={},
        bureau=engine.BUREAU,
        seed=engine.SEED,
        officer_secret=engine.SECRET,
    )
    return {(call.firm_id, call.speciality): call.officer_id for call in calls}


@settings(max_examples=150, deadline=None)
@given(people=engine.officers_strategy, places=engine.visits_strategy, refused=engine.recusals_strategy)
def test_what_the_engine_draws_passes_every_claim(people: Any, places: Any, refused: Any) -> None:
    """Teams, counters, even loads, order and exceptions: departments, joint visits and recusals of any kind."""
    roster, visits, recusals = engine.generated(people, places, refused)
    found = engine.assign(visits, roster, engine.ITEMS, engine.TASKS, recusals)
    roll = load_roll(offices(roster, visits, recusals, found), lists())
    drawn, redraws = teams.draw_teams(roll)
    assert {team.team_id: team.reserve for team in drawn} == {team.team_id: team.reserve for team in found.lot.teams}
    roll = replace(roll, offices=replace(roll.offices, teams={team.team_id: team for team in drawn}))
    group = Group("2026-1-1")
    teams.check_redraws(group, roll.offices, redraws)
    matching.check_visits(group, roll)
    matching.check_matching(group, roll)
    assert [claim for claim in group.claims_from(1) if claim.status is not Status.PASSED] == []
    assert audited_experts(roll) == drawn_experts(roster, visits, recusals, found)
