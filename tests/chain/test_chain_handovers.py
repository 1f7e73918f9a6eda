"""
Firms that give way after officers are drawn: teams and days follow, records tell the truth, and verifiers agree.

A small year of the example with many recusals, under a policy that asks for experts. In the open round a newcomer is of
another district, another keeps the teams of the visit, an officer gives way, and then that newcomer too. In the first
targeted round teams are barred from a newcomer, somebody is on leave, and nobody is left in a small stratum.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.store import Store
from scheduler.audit.claims import Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_record, verify_source
from scheduler.errors import StateError
from scheduler.workflow.firm_replacements import replace_firm
from scheduler.workflow.workspace import database_url
from tests.chain.handing import TAMPERED, HandingDemo, tampered
from tests.chain.substituting import GONE_ON, NEXT, OPEN, TARGETED, record, rows
from tests.chain.test_chain_substitutes import failed, write

SWAPPED = "packages of two newcomers swapped"


@pytest.fixture
def year(handed_year: HandingDemo) -> HandingDemo:
    """The year, run to its end."""
    return handed_year


def test_year_with_handovers_hits_the_target_and_verifies(year: HandingDemo) -> None:
    """One visit that nobody took over is made up for in the last round; both records are consistent."""
    assert year.rates is not None
    assert year.rates.num_drawn == year.rates.target
    assert [(report.verdict, failed(report)) for report in year.reports] == [(Verdict.CONSISTENT, [])] * 2
    made = {claim.text for claim in year.reports[1].claims if claim.section == "8.14"}
    assert len(made) == 3


def test_files_of_the_lot_stay_and_the_handover_stands_beside_them(year: HandingDemo) -> None:
    """visits.tsv names who was drawn when officers were; the newcomer has a row, results and experts of its own."""
    audit = record(year, "audit")
    away, home, again = (year.done[name] for name in ("away", "home", "again"))
    lot = {row[0]: row for row in rows(audit[OPEN + "visits.tsv"])}
    assert {away.firm_out, home.firm_out} <= lot.keys()
    assert not {away.firm_in, home.firm_in, again.firm_in} & lot.keys()
    handed = {row[1]: row for row in rows(audit[OPEN + "handovers.tsv"])}
    assert handed[home.firm_in][3:5] == lot[home.firm_out][1:3]  # team and day of the visit taken over
    assert handed[again.firm_in][2:5] == ["1", *lot[home.firm_out][1:3]]  # after one officer was replaced
    assert handed[away.firm_in][4] == lot[away.firm_out][2]
    assert handed[away.firm_in][3] != lot[away.firm_out][1]
    with_results = {row[0] for row in rows(audit[OPEN + "results.tsv"])}
    assert again.firm_in in with_results
    assert not {away.firm_out, home.firm_out, home.firm_in} & with_results
    assert again.firm_in in {row[0] for row in rows(audit[OPEN + "experts.tsv"])}


def test_nobody_recused_goes_to_a_newcomer(year: HandingDemo) -> None:
    """The teams of the visit were barred from the newcomer, so it got the team that parts left over get."""
    audit = record(year, "audit")
    barred = year.done["barred"]
    lot = {row[0]: row[1] for row in rows(audit[TARGETED + "visits.tsv"])}
    teams = {row[1]: row[3] for row in rows(audit[TARGETED + "handovers.tsv"])}
    members: dict[str, set[str]] = {}
    for row in rows(audit[TARGETED + "teams.tsv"]):
        members.setdefault(row[0], set()).add(row[1])
    recused = {row[0] for row in rows(audit[TARGETED + "recusals.tsv"]) if row[1] == barred.firm_in}
    assert members[lot[barred.firm_out]] & recused
    assert not members[teams[barred.firm_in]] & recused


def test_visit_is_moved_where_somebody_is_on_leave(year: HandingDemo) -> None:
    """The day of the visit taken over stands in the handover, and the move away from it in moves.tsv."""
    moved = year.done["moved"]
    assert moved.handed is not None
    assert moved.handed.visit_on not in (None, year.left_day)
    (row,) = [row for row in rows(record(year, "audit")[TARGETED + "moves.tsv"]) if row[0] == moved.firm_in]
    assert row[2:4] == [str(year.left_day), str(moved.handed.visit_on)]


def test_public_record_pairs_nobody_and_names_no_team(year: HandingDemo) -> None:
    """Who was withdrawn and who was added, each by itself; a firm withdrawn alone stands among the former."""
    public = record(year, "public")
    assert not any(path.endswith(("handovers.tsv", "substitutes.tsv", "visits.tsv")) for path in public)
    assert year.done["alone"].firm_out in {row[0] for row in rows(public[TARGETED + "withdrawn.tsv"])}
    assert len(rows(public[TARGETED + "withdrawn.tsv"])) == len(rows(public[TARGETED + "added.tsv"])) + 1


def test_officers_and_experts_recused_since_the_commitment_are_named(year: HandingDemo) -> None:
    """The lot that stands sends them all the same, so the planner is told whom to replace, and why."""
    assert {one.officer_id for one in year.warned} <= year.recused
    assert [(one.expert, str(one.reason)) for one in year.warned] == [(False, "recused"), (True, "recused")]


def test_visit_that_was_held_is_not_handed_over(year: HandingDemo) -> None:
    """On the day of the visit and after it, and where a result is recorded, the firm stays on the list."""
    assert all("which is not after today" in text for text in year.refused)
    assert len(year.refused) == 2
    store = Store(database_url(year.folder / "workspace", None))
    workspace = dataclasses.replace(year.workspace, store=store)
    firm_id = rows(record(year, "audit")["draws/2026-3-1/results.tsv"])[0][0]
    with pytest.raises(StateError, match="a result is recorded already"):
        replace_firm(workspace, 3, firm_id, reason="revoked", gone_on=GONE_ON)
    store.close()


def test_clock_that_went_back_is_refused(year: HandingDemo) -> None:
    """After the draw, but before firms that gave way: no record with days out of turn is made."""
    (text,) = year.bent
    assert "draw 2026-1-1 was changed on 2026-02-25, but today is 2026-02-24; set the computer's clock right" in text


@pytest.mark.parametrize("name", list(TAMPERED))
def test_tampering_with_handovers_is_found(name: str, year: HandingDemo) -> None:
    """From the bytes alone, at the section that tells why."""
    report = verify_source(MemorySource(tampered(year, name)), name)
    assert report.verdict is Verdict.REJECTED
    assert any(sentence.startswith(f"§{TAMPERED[name][1]} ") for sentence in failed(report)), failed(report)


def test_swapped_packages_are_found_by_who_came_for_whom(year: HandingDemo) -> None:
    """As a heap the packages are those of the firms withdrawn: only the pairs tell, at the claim on the next ticket."""
    report = verify_source(MemorySource(tampered(year, SWAPPED)), SWAPPED)
    (claim,) = [claim for claim in report.of_status(Status.FAILED) if claim.section == "7.1"]
    assert claim.group == year.done["other"].draw_id
    assert claim.text.startswith(NEXT)


@pytest.mark.parametrize("name", ["", "a team of choice", "on the day of the visit", SWAPPED])
def test_carried_verifier_says_what_the_program_says(name: str, year: HandingDemo, tmp_path: Path) -> None:
    """The file inside the audit record, run by itself: the same claims and verdict."""
    write(tmp_path, tampered(year, name) if name else record(year, "audit"))
    carried = year.folder / "records" / "audit" / "verify.py"
    words = [sys.executable, "-I", "-S", str(carried), str(tmp_path), "--json"]
    done = subprocess.run(words, env={}, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (int(bool(name)), "")
    (found,) = json.loads(done.stdout)["records"]
    expected = verify_record(tmp_path).document()
    assert [claim for claim in found["claims"] if claim["section"] != "10.1"] == [
        claim for claim in expected["claims"] if claim["section"] != "10.1"
    ]
