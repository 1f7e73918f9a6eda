"""
Firms drawn that were gone before the base date: the next tickets come, everything follows, and records tell the truth.

A small year of the example in which two firms of the open round, a newcomer among them, and one of each targeted round
give way; then the records as published, honest and tampered with.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.store import Store
from models.tables import DrawnFirm, table_of
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.formats.words import FIRM_REASONS
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_record, verify_source
from scheduler.draw.replacing import replacement_reasons
from scheduler.errors import StateError, UsageError
from scheduler.workflow.firm_replacements import replace_firm
from scheduler.workflow.workspace import database_url
from tests.audit.record_builder import with_manifest
from tests.chain.substituting import GONE_ON, OPEN, TAMPERED, TARGETED, Files, SubstitutingDemo, record, rows


@pytest.fixture
def year(substituted_year: SubstitutingDemo) -> SubstitutingDemo:
    """The year, run to its end."""
    return substituted_year


def write(folder: Path, files: Files) -> None:
    """Puts a record into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def failed(report: Report) -> list[str]:
    """Section and text of each claim that fails."""
    return [f"§{claim.section} {claim.text}" for claim in report.of_status(Status.FAILED)]


def test_year_with_replacements_hits_the_target_and_verifies(year: SubstitutingDemo) -> None:
    """Who gave way does not count, who came does: T is hit exactly, and both records are consistent."""
    assert len(year.done) == 4
    assert year.rates is not None
    assert year.rates.num_drawn == year.rates.target
    assert [(report.verdict, failed(report)) for report in year.reports] == [(Verdict.CONSISTENT, [])] * 2
    texts = [claim.text for claim in year.reports[1].of_status(Status.PASSED) if claim.section == "7.1"]
    assert len(texts) == 9  # three claims for each of three draws


@pytest.mark.parametrize("name", ["public", "audit", "a favourite in a targeted round", "nobody in the place"])
def test_carried_verifier_says_what_the_program_says(name: str, year: SubstitutingDemo, tmp_path: Path) -> None:
    """The file inside the audit record, run by itself on honest and tampered records: the same claims and verdict."""
    files = record(year, TAMPERED[name][0] if name in TAMPERED else name)
    if name in TAMPERED:
        TAMPERED[name][1](files, year)
        files = with_manifest(files)
    write(tmp_path, files)
    carried = year.folder / "records" / "audit" / "verify.py"
    words = [sys.executable, "-I", "-S", str(carried), str(tmp_path), "--json"]
    done = subprocess.run(words, env={}, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (int(name in TAMPERED), "")
    (found,) = json.loads(done.stdout)["records"]
    expected = verify_record(tmp_path).document()
    assert found["verdict"] == expected["verdict"]
    assert [claim for claim in found["claims"] if claim["section"] != "10.1"] == [
        claim for claim in expected["claims"] if claim["section"] != "10.1"
    ]


def test_refused_where_no_ticket_is_left_in_the_last_round(year: SubstitutingDemo) -> None:
    """Of a stratum whose firms are all drawn, nobody can come, and no round makes up for it: the list stays."""
    (text,) = year.refused
    assert "no round is to come" in text


def test_next_round_makes_up_for_a_visit_that_nobody_took_over(year: SubstitutingDemo) -> None:
    """One visit that counts is gone from the second round; the third is committed to one more, so that T is hit."""
    audit = record(year, "audit")
    (alone,) = [entry for entry in year.alone if not entry.firm_in]
    table = rows(audit[TARGETED + "substitutes.tsv"])
    assert [row[2] for row in table].count("") == 1
    counts = json.loads(audit["year.json"])
    planned = [entry["counting_visits"] for entry in counts["rounds"]]
    assert sum(planned) == counts["target"] + 1  # one was drawn for nothing
    assert counts["drawn_enterprises"] == counts["target"]
    assert alone.firm_out not in {row[0] for row in rows(audit[TARGETED + "visits.tsv"])}


def test_visits_officers_and_results_follow_the_newcomer(year: SubstitutingDemo) -> None:
    """Who came has a team, a day and results; who gave way has none; the list as drawn is as it was."""
    audit = record(year, "audit")
    first, second = year.done[0], year.done[1]
    assert first.firm_in == second.firm_out
    for name in ("visits.tsv", "results.tsv"):
        firms = {row[0] for row in rows(audit[OPEN + name])}
        assert second.firm_in in firms
        assert not {first.firm_out, first.firm_in} & firms
    drawn = {row[0] for row in rows(audit[OPEN + "drawn.tsv"])}
    assert first.firm_out in drawn
    assert not {first.firm_in, second.firm_in} & drawn


def test_public_files_do_not_pair_who_came_with_who_gave_way(year: SubstitutingDemo) -> None:
    """The pairs stand in the auditors' file alone; pages tell both, each by itself and in the order of codes."""
    public = record(year, "public")
    assert not any(path.endswith("substitutes.tsv") for path in public)
    assert {row[0] for row in rows(public[OPEN + "withdrawn.tsv"])} == {year.done[0].firm_out, year.done[1].firm_out}
    page = (year.folder / "site/en/draws/2026-1-1/index.html").read_text(encoding="utf-8")
    assert "Firms withdrawn from the list" in page
    listed = (year.folder / "site/en/draws/2026-1-1/list-1.html").read_text(encoding="utf-8")
    assert year.done[1].firm_in in listed
    assert year.done[0].firm_out not in listed


def test_estimates_use_the_draw_as_it_was(year: SubstitutingDemo) -> None:
    """Who came has no chance on record, so that no estimate weighs it; who was drawn keeps the one of the draw."""
    store = Store(database_url(year.folder / "workspace", None))
    table = table_of(DrawnFirm)
    with store.transaction() as connection:
        statement = sa.select(table.c.firm_id, table.c.chance_micro).where(table.c.draw_id == "2026-2-1")
        chance = {row.firm_id: row.chance_micro for row in connection.execute(statement)}
    store.close()
    (done,) = [entry for entry in year.done if entry.draw_id == "2026-2-1"]
    assert chance[done.firm_in] == 0
    assert chance[done.firm_out] > 0


@pytest.mark.parametrize("name", list(TAMPERED))
def test_tampering_with_replacements_is_found(year: SubstitutingDemo, name: str) -> None:
    """From the bytes alone, at the claim that tells why."""
    kind, change, text = TAMPERED[name]
    files = record(year, kind)
    change(files, year)
    report = verify_source(MemorySource(with_manifest(files)), name)
    assert report.verdict is Verdict.REJECTED
    assert any(text in sentence for sentence in failed(report)), failed(report)


def test_replacement_is_refused_once_something_follows(year: SubstitutingDemo) -> None:
    """A later commitment, a firm of another round, a round that does not exist, a reason that is not on the list."""
    store = Store(database_url(year.folder / "workspace", None))
    workspace = replace(year.workspace, store=store)
    firm = year.done[0].firm_out
    with pytest.raises(StateError, match="draw 2026-2-1 builds on the list of draw 2026-1-1"):
        replace_firm(workspace, 1, year.done[1].firm_in, reason="revoked", gone_on=GONE_ON)
    with pytest.raises(StateError, match="expected a firm on the list of draw 2026-3-1"):
        replace_firm(workspace, 3, firm, reason="revoked", gone_on=GONE_ON)
    with pytest.raises(StateError, match="round 9 are not drawn yet"):
        replace_firm(workspace, 9, firm, reason="revoked", gone_on=GONE_ON)
    with pytest.raises(UsageError, match="expected one of the reasons deregistered, moved_out, revoked"):
        replace_firm(workspace, 3, firm, reason="unreachable", gone_on=GONE_ON)
    store.close()


def test_reasons_of_the_list_are_those_of_the_audit() -> None:
    """The sourced list and the verifier's table name the same reasons; that nobody was met is not among them."""
    assert replacement_reasons() == FIRM_REASONS
