"""
Officers by the newest officers.json: what the engine draws, both verifiers accept; what is changed, both reject alike.

The tiny year's open round lends its seed and secrets; roster, lists, visits, teams and days are generated as in the
tests of teams. Everything but section 8 is broken by that, so section 8 alone is compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import OFFICER_SECRET, Files, Row, Year, document, parse, table, with_manifest
from test_audit_replacements import after, bench_of
from two_verifiers import Outcome, Verify, needs_node, program

from scheduler.agenda.books import DayLimits, Room
from scheduler.agenda.days import Calendar, DatedVisits, plan_days
from scheduler.agenda.frozen import calendar_bytes, exception_text, officers_bytes, towns_bytes, visits_bytes
from scheduler.draw.canonical import parse_document
from scheduler.teams.assignment import Assignment
from scheduler.teams.frozen import recusals_bytes, roster_bytes, teams_bytes
from scheduler.teams.matching import Visits
from scheduler.teams.needs import package_needs
from scheduler.teams.roster import Officer, Recusal
from scheduler.workflow.agenda_inputs import team_rooms
from tests.teams import test_teams_lot as engine

pytestmark = needs_node
FOLDER = "draws/2026-1-1/"
DAYS = tuple(date(2026, 3, 3) + timedelta(days=offset) for offset in range(6))
LIMITS = DayLimits(visits=2, minutes=400, journey_minutes=60)
MINUTES = {"T0": 90, "T1": 150, "T2": 60, "T3": 500, "T4": 120, "T1+T2": 200}
POLICY = b"[capacity]\nhours_per_journey = 1\n[agenda]\nvisits_per_team_day = 2\nminutes_per_team_day = 400\n"
DRAWN_ON = date(2026, 3, 2)
Leave = set[tuple[int, int]]
leave_strategy = st.sets(st.tuples(st.integers(0, 15), st.integers(0, 5)), max_size=6)
towns_strategy = st.lists(st.sampled_from(["", "甲镇", "乙镇"]), min_size=10, max_size=10)


@pytest.fixture(scope="module")
def skeleton() -> Files:
    """An audit record whose one round has the window and the lists of the generated cases."""
    window = {"starts_on": engine.FIRST_DAY.isoformat(), "ends_on": engine.LAST_DAY.isoformat()}
    hooks = {"commitment": lambda content: {**content, "window": window}}
    files = dict(Year(hooks, draws=("2026-1-1",)).record("audit"))
    header, _rows = parse(files["items.tsv"])
    files[f"{FOLDER}items.tsv"] = table(header, [item_row(entry) for entry in engine.ITEMS])
    header, _rows = parse(files["tasks.tsv"])
    files[f"{FOLDER}tasks.tsv"] = table(header, [task_row(entry) for entry in engine.TASKS])
    files[f"{FOLDER}policy.toml"] = POLICY
    return files


def item_row(entry: Any) -> Row:
    """A row of items.tsv."""
    return [
        entry.item_id,
        "",
        "",
        "",
        "key",
        "",
        entry.department,
        "",
        "",
        str(entry.officers_required),
        entry.speciality,
    ]


def task_row(entry: Any) -> Row:
    """A row of tasks.tsv."""
    days = [entry.starts_on.isoformat(), entry.ends_on.isoformat()]
    lists = ["", ";".join(entry.item_ids), "", "", "", "", "0", "0", "1"]
    return [entry.task_id, *lists, *days, entry.initiator, ";".join(entry.partners), "", ""]


def seed_of(skeleton: Files) -> str:
    """Seed of the round."""
    return str(json.loads(skeleton[f"{FOLDER}ceremony.json"])["seed"])


def assigned(skeleton: Files, roster: list[Officer], visits: Visits, recusals: list[Recusal]) -> Assignment:
    """Teams and matching that the engine draws."""
    seed = seed_of(skeleton)
    return engine.assign(visits, roster, engine.ITEMS, engine.TASKS, recusals, secret=OFFICER_SECRET, seed=seed)


def lot(
    skeleton: Files, roster: list[Officer], visits: Visits, recusals: list[Recusal], leave: Leave, towns: list[str]
) -> Files:
    """The record with officers and days that the engine draws for a roster and visits."""
    seed, found = seed_of(skeleton), assigned(skeleton, roster, visits, recusals)
    needs = package_needs(visits.package, engine.TASKS, engine.ITEMS)
    rooms: dict[str, dict[date, Room]] = {}
    for number, day in sorted(leave):
        rooms.setdefault(f"O{number:02d}", {})[DAYS[day]] = Room(visits=number % 2, minutes=200 * (number % 2))
    teams = found.lot.teams
    planned = plan_days(
        DatedVisits(
            firm_id=visits.firm_id,
            teams=[match.teams for match in found.matches],
            town=towns[: len(visits.firm_id)],
            starts_on=[needs[package].starts_on for package in visits.package],
            ends_on=[needs[package].ends_on for package in visits.package],
            minutes=[MINUTES[package] for package in visits.package],
        ),
        Calendar(
            working_days=DAYS,
            limits=LIMITS,
            rooms=[team_rooms([one.officer_id for one in team.officers], rooms, LIMITS) for team in teams],
        ),
        team_ids=[team.team_id for team in teams],
        seed=seed,
        officer_secret=OFFICER_SECRET,
    )
    new = {
        "roster.tsv": roster_bytes(roster),
        "recusals.tsv": recusals_bytes(recusals),
        "teams.tsv": teams_bytes(teams),
        "calendar.tsv": calendar_bytes(rooms),
        "towns.tsv": towns_bytes(visits.firm_id, towns[: len(visits.firm_id)]),
        "visits.tsv": visits_bytes(
            visits.firm_id,
            [";".join(teams[team].team_id for team in match.teams) for match in found.matches],
            [day.visit_on for day in planned],
            [exception_text([*m.exceptions, *d.exceptions]) for m, d in zip(found.matches, planned, strict=True)],
        ),
        "officers.json": officers_bytes(
            draw_id="2026-1-1",
            drawn_on=DRAWN_ON,
            seed=seed,
            limits=LIMITS,
            working_days=DAYS,
            unknown_years=(),
            needs=needs,
            minutes=MINUTES,
            redraws=found.lot.redraws,
        ),
        "drawn.tsv": firms("firm_id name registrar package counting", skeleton, visits, drawn_row),
        "register.tsv": firms("", skeleton, visits, register_row),
    }
    files = {**skeleton, **{f"{FOLDER}{name}": content for name, content in new.items()}}
    return with_manifest({name: content for name, content in files.items() if not name.endswith("results.tsv")})


def firms(header: str, skeleton: Files, visits: Visits, row: Callable[[str, str, str], Row]) -> bytes:
    """A table with a row for each firm visited."""
    columns = header or parse(skeleton[f"{FOLDER}register.tsv"])[0]
    return table(columns, [row(*one) for one in zip(visits.firm_id, visits.package, visits.district, strict=True)])


def drawn_row(firm: str, package: str, _district: str) -> Row:
    """A row of drawn.tsv."""
    return [firm, "厂", "局", package, "1"]


def register_row(firm: str, _package: str, district: str) -> Row:
    """A row of register.tsv."""
    return [firm, "enterprise", district, "operating", "", "", "00", "0", "10", "A", "", "open", "", ""]


def officers_only(outcome: Outcome) -> set[str]:
    """Sections of officers and days among those that failed."""
    return {section for section in outcome.sections if section.startswith("8")}


@settings(max_examples=60, deadline=None)
@given(
    people=engine.officers_strategy,
    places=engine.visits_strategy,
    refused=engine.recusals_strategy,
    leave=leave_strategy,
    towns=towns_strategy,
)
def test_drawn_officers_and_days_are_accepted(
    skeleton: Files, independent: Verify, people: Any, places: Any, refused: Any, leave: Leave, towns: list[str]
) -> None:
    """Departments, joint visits, redraws, borrowed and gathered teams, leave, towns, days that overflow."""
    files = lot(skeleton, *engine.generated(people, places, refused), leave, towns)
    assert officers_only(program(files)) == set()
    found = independent(files)
    assert officers_only(found) == set()
    assert found.made >= {"8.1", "8.2", "8.3", "8.4", "8.5"}


def change_cell(name: str, column: int, pick: int, value: Callable[[str], str]) -> Callable[[Files], None]:
    """Changes one cell of a row that is picked by a number."""

    def change(files: Files) -> None:
        header, rows = parse(files[f"{FOLDER}{name}"])
        if rows:
            row = rows[pick % len(rows)]
            row[column] = value(row[column])
        files[f"{FOLDER}{name}"] = table(header, rows)

    return change


def swap_teams(pick: int) -> Callable[[Files], None]:
    """Gives two visits each other's teams."""

    def change(files: Files) -> None:
        header, rows = parse(files[f"{FOLDER}visits.tsv"])
        if len(rows) > 1:
            one, two = rows[pick % len(rows)], rows[(pick + 1) % len(rows)]
            one[1], two[1] = two[1], one[1]
        files[f"{FOLDER}visits.tsv"] = table(header, rows)

    return change


def next_day(text: str) -> str:
    """The day after, or the first day where there was none."""
    return (date.fromisoformat(text) + timedelta(days=1)).isoformat() if text else DAYS[0].isoformat()


def other_redraw(files: Files) -> None:
    """Tells of a redraw that there was not."""
    content = parse_document(files[f"{FOLDER}officers.json"], "officers.json")
    redraws = [*content["redraws"], {"district": "999999", "department": "", "counter": 3}]
    files[f"{FOLDER}officers.json"] = document({**content, "redraws": redraws})


CHANGES = {
    "day": lambda pick: change_cell("visits.tsv", 2, pick, next_day),
    "exception": lambda pick: change_cell("visits.tsv", 3, pick, lambda text: "unmet" if not text else ""),
    "exception of days": lambda pick: change_cell("visits.tsv", 3, pick, lambda text: text or "overload"),
    "teams swapped": swap_teams,
    "no team": lambda pick: change_cell("visits.tsv", 1, pick, lambda _text: ""),
    "leader": lambda pick: change_cell("teams.tsv", 2, pick, lambda text: str(1 - int(text))),
    "borrowed": lambda pick: change_cell("teams.tsv", 3, pick, lambda _text: "1"),
    "not active": lambda pick: change_cell("roster.tsv", 10, pick, lambda text: str(1 - int(text))),
    "recusal lifted": lambda pick: change_cell("recusals.tsv", 3, pick, lambda _text: "2026-01-01"),
    "room": lambda pick: change_cell("calendar.tsv", 2, pick, lambda text: str(1 - int(text))),
    "town": lambda pick: change_cell("towns.tsv", 1, pick, lambda _text: "丙镇"),
    "redraw": lambda _pick: other_redraw,
}


@settings(max_examples=90, deadline=None)
@given(
    name=st.sampled_from(sorted(CHANGES)),
    pick=st.integers(0, 9),
    people=engine.officers_strategy,
    places=engine.visits_strategy,
    refused=engine.recusals_strategy,
    leave=leave_strategy,
    towns=towns_strategy,
)
def test_changed_officers_and_days_are_found_in_the_same_places(
    skeleton: Files,
    independent: Verify,
    name: str,
    pick: int,
    people: Any,
    places: Any,
    refused: Any,
    leave: Leave,
    towns: list[str],
) -> None:
    """One thing changed after the lot: both verifiers find it, in the same sections, or both find nothing changed."""
    files = lot(skeleton, *engine.generated(people, places, refused), leave, towns)
    CHANGES[name](pick)(files)
    changed = with_manifest(files)
    found, expected = officers_only(independent(changed)), officers_only(program(changed))
    # of teams that the lot did not make nothing follows that both would have to see alike
    follows = {"8.3", "8.4"} if "8.2" in found & expected else set()
    assert found - follows == expected - follows


def replacements(skeleton: Files, roster: list[Officer], visits: Visits, recusals: list[Recusal]) -> list[Row]:
    """The first member of every team drops out, one after the other; the next by lot comes, where there is one."""
    found = assigned(skeleton, roster, visits, recusals)
    bench = replace(bench_of(roster, visits, recusals, found), seed=seed_of(skeleton), officer_secret=OFFICER_SECRET)
    rows: list[Row] = []
    for team_id in sorted(bench.teams):
        team = bench.teams[team_id]
        out = team.officers[0].officer_id
        order = [] if team.reserve else list(replace(bench, gone=bench.gone | {out}).order(team, out))
        if order:
            bench = after(bench, team, out, order[0])
            rows.append([f"{len(rows) + 1:03d}", team_id, out, order[0].officer_id, "illness", "2026-03-02", ""])
    return rows


@settings(max_examples=60, deadline=None)
@given(
    people=engine.officers_strategy,
    places=engine.visits_strategy,
    refused=engine.recusals_strategy,
    pick=st.integers(0, 9),
    column=st.sampled_from([0, 1, 2, 3, 5, 6]),
)
def test_replacements_are_accepted_and_changed_ones_found(
    skeleton: Files, independent: Verify, people: Any, places: Any, refused: Any, pick: int, column: int
) -> None:
    """Who comes by lot passes both; a number, team, officer or day changed, or one told as passed over, neither."""
    roster, visits, recusals = engine.generated(people, places, refused)
    rows = replacements(skeleton, roster, visits, recusals)
    files = lot(skeleton, roster, visits, recusals, set(), [""] * 10)
    for changed in (False, True):
        if changed and rows:
            others = {0: "009", 1: f"{rows[0][1][:-3]}009", 2: "O99", 3: "O98", 5: "2026-03-01", 6: "O97:on_leave"}
            rows[pick % len(rows)][column] = others[column]
        header = "number team_id officer_out officer_in reason decided_on passed_over"
        record = with_manifest({**files, f"{FOLDER}replacements.tsv": table(header, rows)})
        found = independent(record)
        assert officers_only(found) == officers_only(program(record)) == ({"8.10"} if changed and rows else set())
        assert "8.10" in found.made
