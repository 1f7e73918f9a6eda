"""Days of a whole year of the example: no holiday, no overload, leave kept; moves verify, forged days do not."""

from __future__ import annotations

import dataclasses
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cli import CHINA
from models.agenda_rows import load_agenda, save_leave
from models.registry_rows import load_officers
from models.store import delete_rows
from models.tables import Result
from scheduler.agenda.entries import PlannedVisit, Selection
from scheduler.agenda.leave import Leave
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.audit.claims import Verdict
from scheduler.audit.verifier import verify_record
from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import content_digest
from scheduler.teams.replacing import ReplacementReason
from scheduler.workflow.agenda import move_visit, show_agenda
from scheduler.workflow.agenda_inputs import day_limits, minutes_of_packages
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.publication import publish
from scheduler.workflow.replacements import replace_officer
from scheduler.workflow.workspace import Workspace, open_workspace


@pytest.fixture
def year_copy(small_year: DemoSummary, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the year's workspace, on a day before its second round."""
    folder = tmp_path / "workspace"
    shutil.copytree(small_year.folder / "workspace", folder)
    workspace = open_workspace(folder, actor="tester", now=datetime(2026, 6, 1, 9, tzinfo=CHINA))
    yield workspace
    workspace.store.close()


def _visits(workspace: Workspace) -> tuple[PlannedVisit, ...]:
    return show_agenda(workspace, Selection())[1].visits


def test_no_visit_of_the_year_is_on_a_day_off(year_copy: Workspace) -> None:
    """Every visit with a team has a day; each is a working day of 2026, in the window of its round."""
    windows = {str(entry.number): (entry.starts_on, entry.ends_on) for entry in year_copy.settings.rounds}
    visits = [visit for visit in _visits(year_copy) if visit.team_ids]
    assert len(visits) > 100
    for visit in visits:
        assert visit.visit_on is not None, visit
        assert WorkdayCalendar().is_working_day(visit.visit_on), visit
        first, last = windows[visit.round_name]
        assert first <= visit.visit_on <= last


def test_no_officer_of_the_year_has_more_than_a_day_holds(year_copy: Workspace) -> None:
    """Visits, hours and journeys of every officer on every day, over all rounds, unless the lot said so."""
    limits = day_limits(year_copy.settings)
    with year_copy.transaction() as connection:
        agenda, minutes = load_agenda(connection, 2026), minutes_of_packages(connection, year_copy)
    days: defaultdict[tuple[str, date], list[PlannedVisit]] = defaultdict(list)
    for visit in agenda.visits:
        if visit.visit_on:
            for member in agenda.officers_of(visit):
                days[member.officer_id, visit.visit_on].append(visit)
    assert days
    assert not any("overload" in visit.exceptions for visit in agenda.visits)
    for visits in days.values():
        towns = [visit.town for visit in visits]
        needed = sum(minutes(visit.package) for visit in visits)
        needed += limits.journey_minutes * (towns.count("") + len(set(towns) - {""}))
        assert len(visits) <= limits.visits
        assert len(visits) == 1 or needed <= limits.minutes


def test_visits_of_rounds_spread_over_their_windows(year_copy: Workspace) -> None:
    """
    Each third of the rounds' working days holds a third of the visits.

    Were every day as likely as any other, the number in a third would be binomial; it lies within three of its standard
    deviations, √(n · 1/3 · 2/3).
    """
    with year_copy.transaction() as connection:
        calendar = working_calendar(connection, year_copy)
    thirds, visits = [0, 0, 0], _visits(year_copy)
    for entry in year_copy.settings.rounds:
        place = {day: number for number, day in enumerate(calendar.working_days(entry.starts_on, entry.ends_on))}
        for visit in visits:
            if visit.round_name == str(entry.number) and visit.visit_on:
                thirds[3 * place[visit.visit_on] // len(place)] += 1
    number = sum(thirds)
    assert number > 100
    assert all(abs(count - number / 3) < 3 * (number * 2 / 9) ** 0.5 for count in thirds), thirds


def _publish(workspace: Workspace, folder: Path) -> Path:
    publish(workspace, public=folder / "public", audit=folder / "audit", site=folder / "site", workbook=None)
    return folder / "audit"


def test_moved_visits_stand_in_the_record_and_verify(year_copy: Workspace, tmp_path: Path) -> None:
    """Two moves of one visit leave two rows, the lot's file as it was, and a record that is consistent."""
    with year_copy.transaction() as connection:
        delete_rows(connection, Result, draw_id="2026-3-1")  # a visit with a result was made, and stays where it is
    visit = next(visit for visit in _visits(year_copy) if visit.round_name == "3" and visit.visit_on)
    path = f"draws/{visit.draw_id}/visits.tsv"
    before = (_publish(year_copy, tmp_path / "before") / path).read_bytes()
    today = dataclasses.replace(year_copy, now=datetime(2026, 9, 1, 9, tzinfo=CHINA))
    free = [day for day in _free_days(year_copy, visit) if day > today.today]
    for day in free[:2]:
        move_visit(today, visit.firm_id, day, reason="台风停航\t=cmd", round_name="3")
    folder = _publish(year_copy, tmp_path / "after")
    assert (folder / path).read_bytes() == before
    moves = (folder / f"draws/{visit.draw_id}/moves.tsv").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[:4] for line in moves[1:]] == [
        [visit.firm_id, "001", str(visit.visit_on), str(free[0])],
        [visit.firm_id, "002", str(free[0]), str(free[1])],
    ]
    report = verify_record(folder)
    assert report.verdict is Verdict.CONSISTENT, [claim for claim in report.claims if claim.status == "failed"]
    assert any(claim.section == "8.6" and claim.status == "passed" for claim in report.claims)


def _free_days(workspace: Workspace, visit: PlannedVisit) -> list[date]:
    """Working days of its round on which none of its officers has anything else."""
    agenda = show_agenda(workspace, Selection())[1]
    going = {member.officer_id for member in agenda.officers_of(visit)}
    taken = {
        other.visit_on for other in agenda.visits if going & {member.officer_id for member in agenda.officers_of(other)}
    }
    entry = workspace.settings.rounds[int(visit.round_name) - 1]
    days = WorkdayCalendar().working_days(entry.starts_on, entry.ends_on - timedelta(days=14))
    return [day for day in days if day not in taken]


def _forge(folder: Path, name: str, old: str, new: str) -> None:
    """Changes a file of a record and makes its manifest fit, as whoever holds the keys can."""
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    manifest = parse_document((folder / "manifest.json").read_bytes(), "manifest.json")
    del manifest["record_digest"]
    manifest["files"][name] = content_digest(path.read_bytes())
    digest = content_digest(document_bytes(manifest))
    (folder / "manifest.json").write_bytes(document_bytes({**manifest, "record_digest": digest}))


def test_forged_days_leave_and_limits_are_found(small_year: DemoSummary, tmp_path: Path) -> None:
    """A day exchanged, an officer away on it (8.4) and other limits than the policy sealed (8.5) are each named."""
    source = small_year.folder / "records" / "audit"
    draw = source / "draws" / "2026-2-1"
    row = next(line.split("\t") for line in (draw / "visits.tsv").read_text(encoding="utf-8").splitlines()[1:])
    officer = next(line.split("\t")[1] for line in (draw / "teams.tsv").read_text().splitlines() if row[1] in line)
    other_day = "2026-07-01" if row[2] != "2026-07-01" else "2026-07-02"
    header = "officer_id\tday\tvisits\tminutes\n"
    for number, (name, old, new, section) in enumerate(
        (
            ("visits.tsv", "\t".join(row), "\t".join([*row[:2], other_day, row[3]]), "8.4"),
            ("calendar.tsv", header, f"{header}{officer}\t{row[2]}\t0\t0\n", "8.4"),
            ("officers.json", '"minutes_per_team_day": 480', '"minutes_per_team_day": 481', "8.5"),
        )
    ):
        folder = tmp_path / str(number)
        shutil.copytree(source, folder)
        _forge(folder, f"draws/2026-2-1/{name}", old, new)
        report = verify_record(folder)
        failed = {claim.section for claim in report.claims if claim.status == "failed"}
        assert report.verdict is Verdict.REJECTED
        assert failed == {section}


def test_leave_before_the_draw_of_officers_is_kept(year_copy: Workspace) -> None:
    """Officers on leave for all June are on no visit that a new draw of the officers plans for June."""
    from tests.chain.redrawing import redraw_officers

    with year_copy.transaction() as connection:
        away = [officer.officer_id for officer in load_officers(connection)][::2]
        save_leave(
            connection,
            [Leave(officer_id=name, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 30)) for name in away],
        )
    redraw_officers(dataclasses.replace(year_copy, now=datetime(2026, 5, 27, 9, tzinfo=CHINA)), "2026-2-1", 2)
    agenda = show_agenda(year_copy, Selection(round_name="2"))[1]
    june = [visit for visit in agenda.visits if visit.visit_on and visit.visit_on.month == 6]
    assert june
    for visit in june:
        assert not {member.officer_id for member in agenda.officers_of(visit)} & set(away)


def test_replaced_officers_stand_in_the_record_and_verify(year_copy: Workspace, tmp_path: Path) -> None:
    """An officer replaced leaves the lot's files as they were and a consistent record; another newcomer is found."""
    with year_copy.transaction() as connection:
        delete_rows(connection, Result, draw_id="2026-3-1")
    visit = next(visit for visit in _visits(year_copy) if visit.round_name == "3" and visit.visit_on)
    agenda = show_agenda(year_copy, Selection(team_id=visit.team_ids[0]))[1]
    out = agenda.teams[visit.team_ids[0]][0].officer_id
    before = _publish(year_copy, tmp_path / "before") / f"draws/{visit.draw_id}"
    workspace = dataclasses.replace(year_copy, now=datetime(2026, 9, 1, 9, tzinfo=CHINA))
    summary = replace_officer(workspace, 3, out, reason=ReplacementReason.ILLNESS)
    folder = _publish(workspace, tmp_path / "after")
    draw = folder / f"draws/{visit.draw_id}"
    for name in ("teams.tsv", "visits.tsv"):
        assert (draw / name).read_bytes() == (before / name).read_bytes()
    report = verify_record(folder)
    assert report.verdict is Verdict.CONSISTENT, [claim for claim in report.claims if claim.status == "failed"]
    assert any(claim.section == "8.10" and claim.status == "passed" for claim in report.claims)
    member = summary.members[0]
    with workspace.transaction() as connection:
        others = sorted({one.officer_id for one in load_officers(connection)} - {member.officer_in, out})
    path = f"draws/{visit.draw_id}/replacements.tsv"
    _forge(folder, path, f"\t{member.officer_in}\t", f"\t{others[-1]}\t")
    failed = {claim.section for claim in verify_record(folder).claims if claim.status == "failed"}
    assert failed == {"8.10"}
