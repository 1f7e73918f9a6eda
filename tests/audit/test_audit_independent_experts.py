"""
Experts by the newest rules: what the engine draws, both verifiers accept; what is bent, both reject at section 8.12.

Rosters, lists, visits and days are those of the tests of officers; a policy that asks for experts is put beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import BUREAU, OFFICER_SECRET, Files, Row, parse, table, with_manifest
from test_audit_frozen import FROZEN, files_of
from test_audit_independent_officers import (
    DAYS,
    FOLDER,
    POLICY,
    Leave,
    leave_strategy,
    lot,
    officers_only,
    seed_of,
    skeleton,
)
from two_verifiers import Verify, assert_agree, needs_node, program

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.experts import AskingVisit, draw_experts, experts_bytes, specialities_asked
from scheduler.teams.matching import Visits, bar
from scheduler.teams.roster import Officer, Recusal
from tests.chain.test_chain_independent import remade
from tests.teams import test_teams_lot as engine
from tests.teams.test_teams_experts import expert

pytestmark = needs_node
__all__ = ["skeleton"]
ASKED = {"G01": "", "K01": "food", "K02": "drug"}
HEADER = "firm_id speciality officer_id"
experts_strategy = st.lists(
    st.tuples(
        st.sampled_from(engine.DISTRICTS),
        st.sets(st.sampled_from(("drug", "food"))),
        st.booleans(),
        st.sets(st.sampled_from(DAYS)),
    ),
    max_size=5,
)
cases = {
    "people": engine.officers_strategy,
    "places": engine.visits_strategy,
    "refused": engine.recusals_strategy,
    "leave": leave_strategy,
    "called": experts_strategy,
}


def with_experts(
    skeleton: Files,
    roster: Sequence[Officer],
    visits: Visits,
    recusals: Sequence[Recusal],
    leave: Leave,
    away: Mapping[str, Sequence[date]],
) -> Files:
    """The record of a lot whose policy asks for experts, with those that the engine draws."""
    files = lot(skeleton, list(roster), visits, list(recusals), leave, [""] * 10)
    lines = "".join(f'{item} = "{speciality}"\n' for item, speciality in ASKED.items())
    header, rows = parse(files[f"{FOLDER}calendar.tsv"])
    rows += [[who, day.isoformat(), "0", "0"] for who, days in away.items() for day in days]
    files[f"{FOLDER}calendar.tsv"] = table(header, sorted(rows))
    files[f"{FOLDER}policy.toml"] = POLICY + f"[agenda.experts]\n{lines}".encode()
    tasks = {entry.task_id: entry for entry in engine.TASKS}
    district = dict(zip(visits.firm_id, visits.district, strict=True))
    package = dict(zip(visits.firm_id, visits.package, strict=True))
    asking = [
        AskingVisit(
            firm_id=firm,
            district=district[firm],
            specialities=specialities_asked(package[firm], tasks, ASKED),
            visit_on=date.fromisoformat(day) if day else None,
        )
        for firm, team, day, _exception in parse(files[f"{FOLDER}visits.tsv"])[1]
        if team and specialities_asked(package[firm], tasks, ASKED)
    ]
    calls = draw_experts(
        asking,
        roster,
        barred=bar(recusals, visits.firm_id, engine.FIRST_DAY),
        away=away,
        bureau=BUREAU,
        seed=seed_of(skeleton),
        officer_secret=OFFICER_SECRET,
    )
    if calls:
        files[f"{FOLDER}experts.tsv"] = experts_bytes(calls)
    return with_manifest(files)


Called = Sequence[tuple[str, set[str], bool, set[date]]]


def called_up(called: Called) -> list[Officer]:
    """Experts of generated districts and specialities."""
    return [
        expert(f"X{number}", district, *sorted(skills), active=active)
        for number, (district, skills, active, _days) in enumerate(called)
    ]


def away_of(called: Called) -> dict[str, list[date]]:
    """Days of leave of the same experts."""
    return {f"X{number}": sorted(days) for number, (*_rest, days) in enumerate(called)}


@settings(max_examples=60, deadline=None)
@given(**cases)
def test_drawn_experts_are_accepted(
    skeleton: Files, independent: Verify, people: Any, places: Any, refused: Any, leave: Leave, called: Any
) -> None:
    """Experts of any district, for one speciality, for two and for any, some on leave; nobody where none is left."""
    roster, visits, recusals = engine.generated(people, places, refused)
    refused_too = [engine.recused(f"X{who % 5}", firm, reason=reason) for who, firm, _days, reason in refused]
    recusals += list({(one.officer_id, one.firm_id): one for one in refused_too}.values())
    files = with_experts(skeleton, [*roster, *called_up(called)], visits, recusals, leave, away_of(called))
    assert officers_only(program(files)) == set()
    found = independent(files)
    assert officers_only(found) == set()
    assert "8.12" in found.made


Rows = list[Row]
Change = Callable[[Rows, Files], Rows | None]


def swap_expert(rows: Rows, files: Files) -> Rows | None:
    """Another expert who is on the roster comes."""
    experts = [row[0] for row in parse(files[f"{FOLDER}roster.tsv"])[1] if row[9] == "1"]
    for row in rows:
        others = [name for name in experts if name != row[2]]
        if row[2] and others:
            row[2] = others[0]
            return rows
    return None


def drop_row(rows: Rows, _files: Files) -> Rows | None:
    """A row is struck out."""
    return rows[1:] if rows else None


def drop_expert(rows: Rows, _files: Files) -> Rows | None:
    """Nobody is said to come where the lot has somebody."""
    row = next((row for row in rows if row[2]), None)
    if row is None:
        return None
    row[2] = ""
    return rows


def add_row(rows: Rows, _files: Files) -> Rows | None:
    """An expert is called in for a speciality that nothing asks for."""
    return sorted([*rows, [rows[0][0], "welding", rows[0][2]]]) if rows else None


def take_officer(rows: Rows, files: Files) -> Rows | None:
    """An officer of a team stands in an expert's place."""
    teams = parse(files[f"{FOLDER}teams.tsv"])[1]
    if not rows or not teams:
        return None
    rows[0][2] = teams[0][1]
    return rows


def bend_lot(rows: Rows, files: Files) -> Rows | None:
    """Of two equally near experts the one with the greater digest comes; none of both goes already."""
    people = {row[0]: row for row in parse(files[f"{FOLDER}roster.tsv"])[1] if row[9] == row[10] == "1"}
    out = {(row[0], row[1]) for row in parse(files[f"{FOLDER}recusals.tsv"])[1]}
    days = {row[0]: row[2] for row in parse(files[f"{FOLDER}visits.tsv"])[1]}
    out |= {(row[0], row[1]) for row in parse(files[f"{FOLDER}calendar.tsv"])[1]}  # firms and days are told apart
    for row in rows:
        firm, speciality, who = row
        others = [
            name
            for name, other in people.items()
            if who and name != who and other[4] == people[who][4]
            if (not speciality or speciality in other[6].split(";")) and not out & {(name, firm), (name, days[firm])}
        ]
        if others and len([one for one in rows if one[0] == firm]) == 1:
            lots = {name: keyed_digest(OFFICER_SECRET, "expert", seed_of(files), firm, name) for name in (who, *others)}
            assert min(lots, key=lots.__getitem__) == who
            row[2] = others[0]
            return rows
    return None


CHANGES: dict[str, Change] = {
    "swapped": swap_expert,
    "row dropped": drop_row,
    "expert dropped": drop_expert,
    "row added": add_row,
    "an officer": take_officer,
    "lot bent": bend_lot,
}


@pytest.mark.parametrize("name", CHANGES)
def test_bent_experts_are_found_by_both_at_the_same_section(skeleton: Files, independent: Verify, name: str) -> None:
    """Each change at a roster of two experts in the district, one of the bureau and one far away is found at 8.12."""
    roster = [engine.officer(f"O{number}", specialities=("drug", "food")) for number in range(6)]
    roster += [
        expert("X1", "371002", "food"),
        expert("X2", "371002", "food"),
        expert("X3", BUREAU, "drug"),
        expert("X4", "371003", "drug", "food"),
    ]
    visits = Visits(
        firm_id=tuple(f"FIRM{number:04d}" for number in range(4)),
        package=("T1", "T2", "T1", "T0"),
        district=("371002",) * 4,
    )
    files = with_experts(skeleton, roster, visits, [], set(), {})
    assert officers_only(program(files)) == officers_only(independent(files)) == set()
    rows = CHANGES[name](parse(files[f"{FOLDER}experts.tsv"])[1], files)
    assert rows is not None
    changed = with_manifest({**files, f"{FOLDER}experts.tsv": table(HEADER, rows)})
    assert officers_only(program(changed)) == officers_only(independent(changed)) == {"8.12"}


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(CHANGES)), **cases)
def test_bent_experts_of_any_roster_are_found_alike(
    skeleton: Files, independent: Verify, name: str, people: Any, places: Any, refused: Any, leave: Leave, called: Any
) -> None:
    """Whatever the roster, a change that can be made is found by both, and at 8.12 alone."""
    roster, visits, recusals = engine.generated(people, places, refused)
    files = with_experts(skeleton, [*roster, *called_up(called)], visits, recusals, leave, away_of(called))
    path = f"{FOLDER}experts.tsv"
    rows = CHANGES[name](parse(files[path])[1], files) if path in files else None
    if rows is None:
        return
    changed = with_manifest({**files, path: table(HEADER, rows)})
    assert officers_only(program(changed)) == officers_only(independent(changed)) == {"8.12"}


def on_leave(skeleton: Files, days: Sequence[date]) -> tuple[Files, list[Row]]:
    """A record of two visits for which the nearest expert is on leave on these days, and who comes by it."""
    roster = [engine.officer(f"O{number}", specialities=("food",)) for number in range(4)]
    roster += [expert("X1", "371002", "food"), expert("X2", BUREAU, "food")]
    visits = engine.visits_in("371002", 2)
    files = with_experts(skeleton, roster, visits, [], set(), {"X1": days})
    return files, parse(files[f"{FOLDER}experts.tsv"])[1]


def test_nobody_comes_who_is_on_leave(skeleton: Files, independent: Verify) -> None:
    """On leave on all days the nearest gives way to the bureau's; both find whoever is taken from leave, or spared."""
    here, nearest = on_leave(skeleton, ())
    gone, called = on_leave(skeleton, DAYS)
    assert [row[2] for row in nearest] == ["X1", "X1"]
    assert [row[2] for row in called] == ["X2", "X2"]
    for files, wrong in ((here, called), (gone, nearest)):
        assert officers_only(program(files)) == officers_only(independent(files)) == set()
        changed = with_manifest({**files, f"{FOLDER}experts.tsv": table(HEADER, wrong)})
        assert officers_only(program(changed)) == officers_only(independent(changed)) == {"8.12"}


def test_format_3_calls_experts_whoever_is_on_leave(skeleton: Files, independent: Verify) -> None:
    """The same record told to be of format 3: who is on leave has to come."""
    files, _called = on_leave(skeleton, DAYS)
    path = f"{FOLDER}officers.json"
    older = {**files, path: files[path].replace(b'"format": 4', b'"format": 3')}
    assert officers_only(program(with_manifest(older))) == officers_only(independent(with_manifest(older))) == {"8.12"}
    rows = [[firm, skill, "X1"] for firm, skill, _who in parse(files[f"{FOLDER}experts.tsv"])[1]]
    older[f"{FOLDER}experts.tsv"] = table(HEADER, rows)
    assert officers_only(program(with_manifest(older))) == officers_only(independent(with_manifest(older))) == set()


def test_frozen_record_with_experts_is_accepted_and_a_swap_found(independent: Verify) -> None:
    """Experts of officers.json format 3, drawn whoever is on leave, are those of the page; swapped ones are not."""
    archive = FROZEN / "format-3" / "audit.zip"
    files = files_of(archive)
    assert not assert_agree(files, independent).rejected
    path = "draws/2026-3-1/experts.tsv"
    rows = parse(files[path])[1]
    other = next(row[2] for row in rows if row[2] != rows[0][2])
    rows[0][2] = other
    changed = remade({**files, path: table(HEADER, rows)})
    assert assert_agree(changed, independent).sections >= {"8.12"}
