"""Who takes a place after the draw: the audit's order is the engine's, for generated rosters, again and again."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

from scheduler.audit import teams
from scheduler.audit.claims import Claim, Group, Status
from scheduler.audit.parts import Roll, load_roll
from scheduler.audit.replacements import COLUMNS, Places, check_replacements
from scheduler.teams.assignment import Assignment
from scheduler.teams.demands import demands_of, tell_apart
from scheduler.teams.eligibility import check_eligibility
from scheduler.teams.lots import Team
from scheduler.teams.matching import Visits, bar
from scheduler.teams.replacing import Bench, TeamVisit
from scheduler.teams.roster import Officer, Recusal
from tests.audit.test_audit_assignment import LISTS, offices
from tests.teams import test_teams_lot as engine

Row = tuple[str, ...]


def bench_of(roster: list[Officer], visits: Visits, recusals: list[Recusal], found: Assignment) -> Bench:
    """What the engine chooses newcomers from, right after the draw."""
    departments = tell_apart(roster, engine.ITEMS, engine.TASKS)
    tasks = {task.task_id: task for task in engine.TASKS}
    items = {item.item_id: item for item in engine.ITEMS}
    return Bench(
        teams={team.team_id: team for team in found.lot.teams},
        eligible={one.officer_id: one for one in check_eligibility(roster, engine.LAST_DAY).eligible},
        visits=[
            TeamVisit(
                firm_id=firm,
                package=package,
                team_ids=tuple(found.lot.teams[place].team_id for place in match.teams),
                exceptions=tuple(str(code) for code in match.exceptions),
            )
            for firm, package, match in zip(visits.firm_id, visits.package, found.matches, strict=True)
        ],
        demands={package: demands_of(package, tasks, items, departments) for package in set(visits.package)},
        departments=departments,
        barred=bar(recusals, visits.firm_id, engine.FIRST_DAY),
        gone=frozenset(),
        came=frozenset(),
        counters={(redraw.district, redraw.department): redraw.counter for redraw in found.lot.redraws},
        bureau=engine.BUREAU,
        seed=engine.SEED,
        officer_secret=engine.SECRET,
    )


def after(bench: Bench, team: Team, out: str, newcomer: Officer) -> Bench:
    """The bench once a newcomer took a place."""
    officers = tuple(newcomer if one.officer_id == out else one for one in team.officers)
    return replace(
        bench,
        teams={**bench.teams, team.team_id: replace(team, officers=officers)},
        gone=bench.gone | {out},
        came=bench.came | {(team.team_id, newcomer.officer_id)},
    )


def roll_of(roster: list[Officer], visits: Visits, recusals: list[Recusal], found: Assignment) -> Roll:
    """What the audit reads of the same draw."""
    roll = load_roll(offices(roster, visits, recusals, found), LISTS)
    drawn, _ = teams.draw_teams(roll)
    return replace(roll, offices=replace(roll.offices, teams={team.team_id: team for team in drawn}))


@settings(max_examples=150, deadline=None)
@given(people=engine.officers_strategy, places=engine.visits_strategy, refused=engine.recusals_strategy)
def test_audit_and_engine_name_the_same_newcomers(people: Any, places: Any, refused: Any) -> None:
    """First members of all teams drop out one after another, with whoever came before already in place."""
    roster, visits, recusals = engine.generated(people, places, refused)
    found = engine.assign(visits, roster, engine.ITEMS, engine.TASKS, recusals)
    bench, audit = bench_of(roster, visits, recusals, found), Places(roll_of(roster, visits, recusals, found))
    for team_id in sorted(bench.teams):
        team = bench.teams[team_id]
        out = team.officers[0].officer_id
        bench = replace(bench, gone=bench.gone | {out})
        audit.gone.add(out)
        order = list(bench.order(team, out))
        assert audit.order(audit.roll.offices.teams[team_id], out) == [one.officer_id for one in order]
        if order:
            bench = after(bench, team, out, order[0])
            audit.take(audit.roll.offices.teams[team_id], out, order[0].officer_id)


def simple() -> tuple[Bench, Roll]:
    """Six officers who may lead make three teams of two in a district, for six visits."""
    roster = [engine.officer(f"O{number}") for number in range(6)]
    visits = engine.visits_in("371002", 6, "T0")
    found = engine.assign(visits, roster, engine.ITEMS, engine.TASKS)
    return bench_of(roster, visits, [], found), roll_of(roster, visits, [], found)


def claims_of(roll: Roll, rows: list[Row]) -> list[Claim]:
    """What the audit says of a replacements.tsv."""
    draw = SimpleNamespace(
        draw_id="2026-1-1",
        has=lambda _name: True,
        table=lambda _name: SimpleNamespace(rows=lambda *names: rows if names == COLUMNS else []),
    )
    group = Group("2026-1-1")
    document = {**roll.offices.document, "drawn_on": "2026-01-05"}
    check_replacements(group, replace(roll, offices=replace(roll.offices, draw=draw, document=document)))
    return list(group.claims_from(1))


def first_row(bench: Bench) -> tuple[Row, list[str]]:
    """The replacement of the first team's lead, and everybody who may come."""
    team = next(iter(bench.teams.values()))
    out = team.officers[0].officer_id
    order = [one.officer_id for one in replace(bench, gone=frozenset({out})).order(team, out)]
    return ("001", team.team_id, out, order[0], "illness", "2026-03-02", ""), order


def test_true_rows_pass_and_passed_over_are_told() -> None:
    """The next by lot passes; so does the one after, if the record says whom it passed over, which cannot be proved."""
    bench, roll = simple()
    row, order = first_row(bench)
    assert len(order) == 4  # all but the two of the team
    assert {claim.status for claim in claims_of(roll, [row])} == {Status.PASSED}
    passed = (*row[:3], order[1], *row[4:6], f"{order[0]}:on_leave")
    assert [claim.status for claim in claims_of(roll, [passed])] == [Status.PASSED, Status.PASSED, Status.NOT_CHECKED]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, "002"),
        (1, "2026-1-1-371002-009"),
        (2, "O9"),
        (5, "2026-01-04"),  # before the draw
        (6, "O9:on_leave"),
        (3, None),  # the second by lot, nobody passed over
        (6, "{first}:tired"),  # no obstacle of the list
    ],
)
def test_forged_rows_are_found(place: int, value: str | None) -> None:
    """Each cell that the rule decides is rejected when it is another."""
    bench, roll = simple()
    row, order = first_row(bench)
    forged = list(row)
    forged[place] = order[1] if value is None else value.format(first=order[0])
    if value and "{first}" in value:
        forged[3] = order[1]
    assert Status.FAILED in {claim.status for claim in claims_of(roll, [tuple(forged)])}


def test_who_dropped_out_may_not_come_back() -> None:
    """A second row that brings the first officer back is rejected, one that names the next is not."""
    bench, roll = simple()
    row, order = first_row(bench)
    team_id, out = row[1], row[2]
    back = ("002", team_id, order[0], out, "left", "2026-03-03", "")
    assert Status.FAILED in {claim.status for claim in claims_of(roll, [row, back])}
