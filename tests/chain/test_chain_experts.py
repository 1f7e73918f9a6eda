"""A year whose policy asks for experts: on record, verified, on notices and in calendars; forged ones are found."""

from __future__ import annotations

import io
import json
import shutil
from datetime import datetime
from pathlib import Path

import docx
import icalendar
import pytest
from click.testing import CliRunner

import cli
from cli import CHINA
from models.agenda_rows import load_agenda
from scheduler.agenda.entries import expert_loads_by_week, loads_by_week
from scheduler.audit.claims import Status, Verdict
from scheduler.audit.verifier import verify_record
from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import content_digest
from scheduler.workflow import demo
from scheduler.workflow.workspace import open_workspace


def rows_of(path: Path) -> list[list[str]]:
    """Rows of a table."""
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def test_experts_are_on_record_and_verify(expert_year: demo.DemoSummary) -> None:
    """Visits with a team whose items ask have an expert each, who is in no team; the audit agrees."""
    folder = expert_year.folder / "records" / "audit"
    report = verify_record(folder)
    assert report.verdict is Verdict.CONSISTENT, [claim for claim in report.claims if claim.status == "failed"]
    assert sum(claim.section == "8.12" and claim.status is Status.PASSED for claim in report.claims) >= 2
    draw = folder / "draws" / "2026-1-1"
    called = rows_of(draw / "experts.tsv")
    members = {row[1] for row in rows_of(draw / "teams.tsv")}
    experts = {row[0] for row in rows_of(draw / "roster.tsv") if row[9] == "1"}
    with_team = {row[0] for row in rows_of(draw / "visits.tsv") if row[1]}
    assert {row[0] for row in called} == with_team
    assert {row[2] for row in called} <= experts - members


def test_experts_stand_on_the_notice_and_in_calendars(expert_year: demo.DemoSummary, tmp_path: Path) -> None:
    """The firm reads who advises beside its officers; the expert's own calendar holds the visits."""
    workspace = open_workspace(
        expert_year.folder / "workspace", actor="tester", now=datetime(2026, 3, 2, 9, tzinfo=CHINA)
    )
    with workspace.transaction() as connection:
        agenda = load_agenda(connection, 2026)
    workspace.store.close()
    visit = next(visit for visit in agenda.visits if agenda.experts_of(visit) and visit.visit_on)
    who = agenda.experts_of(visit)[0]
    assert who.officer_id not in {member.officer_id for member in agenda.officers_of(visit)}
    copy, out = shutil.copytree(expert_year.folder / "workspace", tmp_path / "workspace"), tmp_path / "out"
    arguments = ["--workspace", str(copy), "--lang", "en", "--now", "2026-03-02"]
    exported = CliRunner().invoke(cli.build(), [*arguments, "agenda", "export", "--round", "1", "--out", str(out)])
    assert exported.exit_code == 0, exported.output
    notice = next(path for path in out.rglob("*.docx") if visit.firm_id in path.name and "notice" in path.name)
    cells = [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(notice.read_bytes())).tables[0].rows]
    assert ["Experts who advise (do not count as officers)", f"{who.name} ({who.unit})"] in cells
    calendar = next(path for path in out.rglob("*.ics") if who.officer_id in path.name)
    events = icalendar.Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")
    mine = next(event for event in events if visit.firm_id in str(event["uid"]))
    assert f"Experts who advise (do not count as officers): {who.name} ({who.unit})" in str(mine["description"])


def test_agenda_shows_experts_apart_from_officers(expert_year: demo.DemoSummary) -> None:
    """JSON and table name who joins each visit; loads of officers are those without experts, who have their own."""
    arguments = ["--workspace", str(expert_year.folder / "workspace"), "--lang", "en", "--now", "2026-03-02"]
    shown = CliRunner().invoke(cli.build(), [*arguments, "agenda", "show", "--round", "1", "--json"])
    assert shown.exit_code == 0, shown.output
    visits = json.loads(shown.stdout)["visits"]
    called = rows_of(expert_year.folder / "records" / "audit" / "draws" / "2026-1-1" / "experts.tsv")
    expected: dict[str, set[str]] = {}
    for firm_id, _speciality, officer_id in called:
        expected.setdefault(firm_id, set()).update({officer_id} - {""})
    assert {visit["firm_id"]: {who["officer_id"] for who in visit["experts"]} for visit in visits} == expected
    listed = CliRunner().invoke(cli.build(), [*arguments, "agenda", "show", "--round", "1"])
    assert listed.exit_code == 0, listed.output
    assert "Experts" in listed.stdout
    assert next(iter(sorted(set().union(*expected.values())))) in listed.stdout


def test_loads_of_experts_are_not_those_of_officers(expert_year: demo.DemoSummary) -> None:
    """No expert is among the officers of the picture of loads, and each visit with a day counts for its expert."""
    workspace = open_workspace(
        expert_year.folder / "workspace", actor="tester", now=datetime(2026, 3, 2, 9, tzinfo=CHINA)
    )
    with workspace.transaction() as connection:
        agenda = load_agenda(connection, 2026)
    workspace.store.close()
    loads, experts = loads_by_week(agenda), expert_loads_by_week(agenda)
    assert experts
    assert not loads.keys() & experts.keys()
    assert loads.keys() == {who.officer_id for visit in agenda.visits for who in agenda.officers_of(visit)}
    joined = sum(len(agenda.experts_of(visit)) for visit in agenda.visits if visit.visit_on)
    assert sum(sum(weeks.values()) for weeks in experts.values()) == joined


@pytest.mark.parametrize("forgery", ["another expert", "an expert left out", "an officer as expert"])
def test_forged_experts_are_found(expert_year: demo.DemoSummary, tmp_path: Path, forgery: str) -> None:
    """Another expert than the lot's, a row struck out, and an officer of a team in an expert's place fail 8.12."""
    folder = expert_year.folder / "records" / "audit"
    copy = tmp_path / "audit"
    for path in folder.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    name = "draws/2026-1-1/experts.tsv"
    header, *lines = (copy / name).read_text(encoding="utf-8").splitlines()
    firm_id, speciality, officer_id = lines[0].split("\t")
    others = {row[0] for row in rows_of(copy / "draws/2026-1-1/roster.tsv") if row[9] == "1"} - {officer_id}
    member = rows_of(copy / "draws/2026-1-1/teams.tsv")[0][1]
    put = {"another expert": min(others), "an expert left out": None, "an officer as expert": member}[forgery]
    lines[:1] = [f"{firm_id}\t{speciality}\t{put}"] if put else []
    (copy / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    manifest = parse_document((copy / "manifest.json").read_bytes(), "manifest.json")
    manifest["files"][name] = content_digest((copy / name).read_bytes())
    del manifest["record_digest"]
    manifest["record_digest"] = content_digest(document_bytes(manifest))
    (copy / "manifest.json").write_bytes(document_bytes(manifest))
    report = verify_record(copy)
    assert report.verdict is Verdict.REJECTED
    assert {claim.section for claim in report.of_status(Status.FAILED)} == {"8.12"}
