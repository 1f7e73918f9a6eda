"""Two rules written apart agree: what the engine draws for generated rosters passes every claim about it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import as_read
from hypothesis import given, settings

from scheduler.audit import experts, matching, teams
from scheduler.audit.claims import Group, Status
from scheduler.audit.officers import Offices, Visit
from scheduler.audit.parts import Roll, load_roll
from scheduler.teams.assignment import Assignment
from scheduler.teams.experts import AskingVisit, draw_experts, specialities_asked
from scheduler.teams.matching import Visits, bar
from scheduler.teams.roster import Officer, Recusal
from tests.teams import test_teams_lot as engine

LISTS = as_read.lists(engine.ITEMS, engine.TASKS)


EMPTY = SimpleNamespace(rows=lambda *_columns: ())  # a calendar on which everybody is there


def offices(roster: list[Officer], visits: Visits, recusals: list[Recusal], found: Assignment) -> Offices:
    """What a record would hold of a draw."""
    return Offices(
        draw=SimpleNamespace(draw_id="2026-1-1", table=lambda _name: EMPTY),  # type: ignore[arg-type]
        seed=engine.SEED,
        secret=engine.SECRET,
        bureau=engine.BUREAU,
        window={"starts_on": engine.FIRST_DAY.isoformat(), "ends_on": engine.LAST_DAY.isoformat()},
        document={"format": 4, "redraws": [redraw.document() for redraw in found.lot.redraws]},
        roster=as_read.officers(roster),
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
        recused=as_read.barred(recusals, engine.FIRST_DAY, last_year=False),
        met_last_year=as_read.barred(recusals, engine.FIRST_DAY, last_year=True),
    )


ASKED = {"G01": "", "K01": "food", "K02": "drug"}  # items that ask for experts


def audited_experts(roll: Roll) -> dict[tuple[str, str], str]:
    """Experts by the page's rules, by firm and speciality."""
    return experts.expected_experts(roll, LISTS, ASKED)


def drawn_experts(
    roster: list[Officer], visits: Visits, recusals: list[Recusal], found: Assignment
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
    roll = load_roll(offices(roster, visits, recusals, found), LISTS)
    drawn, redraws = teams.draw_teams(roll)
    assert {team.team_id: team.reserve for team in drawn} == {team.team_id: team.reserve for team in found.lot.teams}
    roll = replace(roll, offices=replace(roll.offices, teams={team.team_id: team for team in drawn}))
    group = Group("2026-1-1")
    teams.check_redraws(group, roll.offices, redraws)
    matching.check_visits(group, roll)
    matching.check_matching(group, roll)
    assert [claim for claim in group.claims_from(1) if claim.status is not Status.PASSED] == []
    assert audited_experts(roll) == drawn_experts(roster, visits, recusals, found)
