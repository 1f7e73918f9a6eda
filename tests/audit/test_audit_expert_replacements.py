"""
Experts who give way: what the engine takes, both verifiers accept; what is bent, both reject at section 8.13.

Rosters, visits, days and experts are those of the tests of experts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import BUREAU, OFFICER_SECRET, Files, Row, parse, table, with_manifest
from test_audit_independent_experts import away_of, called_up, cases, with_experts
from test_audit_independent_officers import FOLDER, officers_only, seed_of, skeleton
from two_verifiers import Verify, needs_node, program

from scheduler.teams.expert_replacing import COLUMNS, ExpertObstacle, give_way
from scheduler.teams.experts import AskingVisit
from scheduler.teams.matching import Visits, bar
from scheduler.teams.roster import Officer, Recusal
from tests.teams import test_teams_lot as engine
from tests.teams.test_teams_experts import expert

pytestmark = needs_node
__all__ = ["skeleton"]
HEADER = " ".join(COLUMNS)
PATH = f"{FOLDER}expert-replacements.tsv"
absent_strategy = st.sets(st.sampled_from([f"X{number}" for number in range(5)]))


def given_way(
    files: Files, roster: list[Officer], visits: Visits, recusals: list[Recusal], absent: set[str], times: int
) -> list[Row]:
    """Rows of the engine when at each visit with an expert the first who comes drops out, some times over."""
    rows: list[Row] = []
    district = dict(zip(visits.firm_id, visits.district, strict=True))
    coming: dict[str, dict[str, str]] = {}
    for firm, skill, who in parse(files[f"{FOLDER}experts.tsv"])[1]:
        coming.setdefault(firm, {})[skill] = who
    for firm, now in coming.items():
        gone: list[str] = []
        for _time in range(times):
            out = next((who for who in now.values() if who), "")
            if not out:
                break
            barred = bar(recusals, [firm], engine.FIRST_DAY).of(firm)
            found = give_way(
                AskingVisit(firm_id=firm, district=district[firm], specialities=tuple(now), visit_on=None),
                now,
                out,
                gone=gone,
                free=[one for one in roster if one.expert and one.active and one.officer_id not in barred],
                obstacle_of=lambda name: ExpertObstacle.LEAVE if name in absent else None,
                bureau=BUREAU,
                seed=seed_of(files),
                officer_secret=OFFICER_SECRET,
            )
            for one in list(found):
                number = f"{sum(row[0] == firm for row in rows) + 1:03d}"
                passed = ";".join(f"{name}:{obstacle}" for name, obstacle in one.passed_over)
                rows.append([firm, number, one.speciality, out, one.officer_in, "illness", "2026-03-02", passed])
                now[one.speciality] = one.officer_in
            gone.append(out)
    return rows


def record(files: Files, rows: list[Row]) -> Files:
    """The record with these rows."""
    return with_manifest({**files, PATH: table(HEADER, sorted(rows))})


@settings(max_examples=80, deadline=None)
@given(absent=absent_strategy, times=st.integers(1, 3), **cases)
def test_experts_who_gave_way_are_accepted(
    skeleton: Files,
    independent: Verify,
    people: Any,
    places: Any,
    refused: Any,
    leave: Any,
    called: Any,
    absent: set[str],
    times: int,
) -> None:
    """One for one speciality or two, several in turn, with experts passed over, until nobody is left."""
    roster, visits, recusals = engine.generated(people, places, refused)
    roster += called_up(called)
    files = with_experts(skeleton, roster, visits, recusals, leave, away_of(called))
    if f"{FOLDER}experts.tsv" not in files:
        return
    made = record(files, given_way(files, roster, visits, recusals, absent, times))
    assert officers_only(program(made)) == set()
    found = independent(made)
    assert officers_only(found) == set()
    assert "8.13" in found.made


def replaced(skeleton: Files) -> tuple[Files, list[Row]]:
    """Two visits, one for drugs and food; at each an expert gives way in all that he or she came for."""
    roster = [engine.officer(f"O{number}", specialities=("drug", "food")) for number in range(6)]
    roster += [
        expert("X1", "371002", "drug", "food"),
        expert("X2", "371002", "food"),
        expert("X3", BUREAU, "drug"),
        expert("X4", "371003", "food"),
    ]
    visits = Visits(firm_id=("FIRM0000", "FIRM0001"), package=("T1+T2", "T1"), district=("371002",) * 2)
    files = with_experts(skeleton, roster, visits, [], set(), {})
    return files, given_way(files, roster, visits, [], set(), 1)


Change = Callable[[list[Row]], object]
CHANGES: dict[str, Change] = {
    "another comes": lambda rows: rows[0].__setitem__(4, "X4"),
    "nobody comes": lambda rows: rows[-1].__setitem__(4, ""),
    "who never came gives way": lambda rows: rows[-1].__setitem__(3, "X3"),
    "an officer comes": lambda rows: rows[-1].__setitem__(4, "O1"),
    "passed over who is not the next": lambda rows: rows[-1].__setitem__(7, "X3:leave"),
    "passed over for no reason there is": lambda rows: (
        rows[-1].__setitem__(7, f"{rows[-1][4]}:on_leave"),
        rows[-1].__setitem__(4, "X4"),
    ),
    "number": lambda rows: rows[-1].__setitem__(1, "007"),
    "day before the draw": lambda rows: rows[-1].__setitem__(6, "2026-03-01"),
    "speciality not asked for": lambda rows: rows[-1].__setitem__(2, "welding"),
    "row dropped": lambda rows: rows.pop(0),
    "firm not drawn": lambda rows: rows[-1].__setitem__(0, "FIRM0009"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_bent_rows_are_found_by_both_at_the_same_section(skeleton: Files, independent: Verify, name: str) -> None:
    """Each change of honest rows is found at 8.13."""
    files, rows = replaced(skeleton)
    assert len(rows) >= 3
    made = record(files, rows)
    assert officers_only(program(made)) == officers_only(independent(made)) == set()
    CHANGES[name](rows)
    changed = record(files, rows)
    assert officers_only(program(changed)) == officers_only(independent(changed)) == {"8.13"}


def test_passing_over_is_accepted_and_told_as_not_checked(skeleton: Files, independent: Verify) -> None:
    """The next by lot is on leave: the one after comes; nobody left is told as nobody, with all passed over."""
    files, rows = replaced(skeleton)
    row = rows[-1]
    others = [name for name in ("X1", "X2", "X4") if name not in (row[3], row[4])]
    for passed, comes in (([row[4]], others[0]), ([row[4], *others], "")):
        row[7], row_in = ";".join(f"{name}:leave" for name in passed), comes
        changed = record(files, [*rows[:-1], [*row[:4], row_in, *row[5:]]])
        assert officers_only(program(changed)) == officers_only(independent(changed)) == set()


def test_experts_of_format_3_give_way_as_well(skeleton: Files, independent: Verify) -> None:
    """Nobody is on leave, so the experts of format 3 are the same, and so is who comes instead."""
    files, rows = replaced(skeleton)
    path = f"{FOLDER}officers.json"
    older = record({**files, path: files[path].replace(b'"format": 4', b'"format": 3')}, rows)
    assert officers_only(program(older)) == officers_only(independent(older)) == set()
    oldest = with_manifest({**older, path: older[path].replace(b'"format": 3', b'"format": 2')})
    assert "2" in program(oldest).sections & independent(oldest).sections
