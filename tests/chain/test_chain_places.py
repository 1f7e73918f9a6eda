"""Officers drawn place by place: the lot of all at once, days after each place's own draw, verified step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from models.draw_rows import get_file
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.verifier import verify_record
from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError
from scheduler.teams.replacing import ReplacementReason
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.publication import publish
from scheduler.workflow.replacements import replace_officer
from scheduler.workflow.status import year_status
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.chain.redrawing import on, take_back_officers, without_officers

DRAW = "2026-3-1"
BUREAU = "371000"


@pytest.fixture
def undrawn(small_year: DemoSummary, tmp_path: Path) -> Iterator[Workspace]:
    """The year whose third round has firms, but no officers yet, on the day after its firms were drawn."""
    with without_officers(small_year.folder, tmp_path / "workspace", DRAW, date(2026, 8, 28)) as workspace:
        yield workspace


def file_of(workspace: Workspace, name: str) -> bytes:
    """A file of the draw."""
    with workspace.transaction() as connection:
        return get_file(connection, DRAW, name)


def rows_of(content: bytes, *columns: int) -> set[tuple[str, ...]]:
    """Some cells of all rows of a table."""
    rows = [line.split("\t") for line in content.decode("utf-8").splitlines()[1:]]
    return {tuple(row[column] for column in columns) for row in rows}


def publish_to(workspace: Workspace, folder: Path) -> Path:
    """The audit record, published to a new folder."""
    publish(workspace, public=folder / "public", audit=folder / "audit", site=folder / "site", workbook=None)
    return folder / "audit"


def failed(report: Report) -> list[str]:
    """Sections of the claims that do not hold."""
    return sorted({claim.section for claim in report.claims if claim.status == "failed"})


def draw_districts(workspace: Workspace, first: date) -> list[str]:
    """All districts draw, one a day; returns them in turn."""
    turn = draw_officers(on(workspace, first), 3, district="371082")
    done = ["371082"]
    for number, place in enumerate(turn.places_left[:-1], start=1):
        draw_officers(on(workspace, first + timedelta(days=number)), 3, district=place)
        done.append(place)
    return done


def test_places_draw_the_lot_that_all_would_draw_at_once(undrawn: Workspace, tmp_path: Path) -> None:
    """Teams and matching do not hang on who draws when; days come after each place's own draw; all of it verifies."""
    places = draw_districts(undrawn, date(2026, 9, 1))
    drawn_on = {place: date(2026, 9, 1) + timedelta(days=number) for number, place in enumerate(places)}
    last = draw_officers(on(undrawn, date(2026, 9, 20)), 3)  # the bureau is left
    assert (last.district, last.places_left) == (BUREAU, ())
    teams, visits = file_of(undrawn, "teams.tsv"), file_of(undrawn, "visits.tsv")
    home = {team.split("-")[3] for (cell,) in rows_of(visits, 1) for team in cell.split(";") if team}
    assert home >= {"371002", "371082"}
    for cell, day, exception in rows_of(visits, 1, 2, 3):
        owners = {team.split("-", 3)[3].rsplit("-", 1)[0] for team in cell.split(";") if team}
        if len(owners) == 1 and not exception and owners <= drawn_on.keys():
            assert day > drawn_on[owners.pop()].isoformat()
    report = verify_record(publish_to(on(undrawn, date(2026, 9, 20)), tmp_path / "published"))
    assert report.verdict is Verdict.CONSISTENT, [claim for claim in report.claims if claim.status == "failed"]
    assert any(claim.section == "8.11" and claim.status == "passed" for claim in report.claims)
    take_back_officers(undrawn, DRAW)
    draw_officers(on(undrawn, date(2026, 9, 20)), 3)
    assert file_of(undrawn, "teams.tsv") == teams
    assert rows_of(file_of(undrawn, "visits.tsv"), 0, 1) == rows_of(visits, 0, 1)


def test_record_between_two_places_verifies_what_there_is(undrawn: Workspace, tmp_path: Path) -> None:
    """After the first place: its teams are checked, its visits are planned, and what waits is told as not checked."""
    summary = draw_officers(on(undrawn, date(2026, 9, 1)), 3, district="371082")
    assert summary.num_teams > 0
    assert summary.num_visits > 0
    assert summary.places_left[-1] == BUREAU
    folder = publish_to(on(undrawn, date(2026, 9, 1)), tmp_path / "published")
    report = verify_record(folder)
    assert report.verdict is Verdict.CONSISTENT, [claim for claim in report.claims if claim.status == "failed"]
    told = [claim for claim in report.claims if claim.section == "8.11" and claim.status is Status.NOT_CHECKED]
    assert len(told) == 1
    assert "371002" in told[0].found
    status = year_status(on(undrawn, date(2026, 9, 1)))
    assert next(entry.state for entry in status.rounds if entry.number == 3) == "drawn"
    assert status.next_deadline == (summary.due_on, "officers of round 3 must be drawn, by every place")


def test_earlier_places_keep_what_they_drew(undrawn: Workspace) -> None:
    """A later place adds rows to teams and visits and changes none."""
    draw_officers(on(undrawn, date(2026, 9, 1)), 3, district="371082")
    before = {name: rows_of(file_of(undrawn, name), 0, 1, 2, 3) for name in ("teams.tsv", "visits.tsv")}
    draw_officers(on(undrawn, date(2026, 9, 2)), 3, district="371002")
    for name, rows in before.items():
        assert rows < rows_of(file_of(undrawn, name), 0, 1, 2, 3)


def test_places_draw_once_and_the_bureau_last(undrawn: Workspace) -> None:
    """A place that drew, an unknown place, the bureau before others, and replacing before the end are refused."""
    draw_officers(on(undrawn, date(2026, 9, 1)), 3, district="371082")
    for place, words in (("371082", "runs once"), ("999999", "still to draw"), (BUREAU, "draws last")):
        with pytest.raises(StateError, match=words):
            draw_officers(on(undrawn, date(2026, 9, 2)), 3, district=place)
    with pytest.raises(StateError, match="still to draw officers"):
        replace_officer(on(undrawn, date(2026, 9, 2)), 3, "371082-0001", reason=ReplacementReason.ILLNESS)
    draw_officers(on(undrawn, date(2026, 9, 2)), 3)
    with pytest.raises(StateError, match="runs once"):
        draw_officers(on(undrawn, date(2026, 9, 3)), 3, district="371002")


def test_late_draw_is_told_and_logged(undrawn: Workspace, tmp_path: Path) -> None:
    """Five working days after the firms were drawn the place is in time, on the sixth it is late."""
    due = draw_officers(undrawn, 3, district="371082", dry_run=True).due_on
    assert due is not None
    assert not draw_officers(on(undrawn, due), 3, district="371082", dry_run=True).late
    assert draw_officers(on(undrawn, due + timedelta(days=1)), 3, district="371082", dry_run=True).late
    folder = str(tmp_path / "workspace")
    arguments = ["--workspace", folder, "--now", (due + timedelta(days=1)).isoformat(), "draw", "officers", "3"]
    told = CliRunner().invoke(cli.build(), [*arguments, "--district", "371082"])
    assert told.exit_code == 0, told.output
    assert f"by {due}" in told.output
    assert "Still to draw: 3710-BZ, 3710-NH, 371002, " in told.output


@pytest.mark.parametrize(
    ("change", "section"),
    [
        (lambda places: places[::-1], "8.11"),  # the bureau is first
        (lambda places: places[:-2] + places[-1:], "8.11"),  # a place is missing
        (lambda places: [{**place, "drawn_on": places[-1]["drawn_on"]} for place in places], "8.11"),
    ],
)
def test_forged_places_are_found(undrawn: Workspace, tmp_path: Path, change: object, section: str) -> None:
    """Whoever changes in the record who drew when is told so."""
    draw_districts(undrawn, date(2026, 9, 1))
    draw_officers(on(undrawn, date(2026, 9, 20)), 3)
    folder = publish_to(on(undrawn, date(2026, 9, 20)), tmp_path / "published")
    path = folder / "draws" / DRAW / "officers.json"
    document = parse_document(path.read_bytes(), "officers.json")
    document["places"] = change(document["places"])  # type: ignore[operator]
    path.write_bytes(document_bytes(document))
    manifest = parse_document((folder / "manifest.json").read_bytes(), "manifest.json")
    manifest["files"][f"draws/{DRAW}/officers.json"] = content_digest(path.read_bytes())
    del manifest["record_digest"]
    manifest["record_digest"] = content_digest(document_bytes(manifest))
    (folder / "manifest.json").write_bytes(document_bytes(manifest))
    assert section in failed(verify_record(folder))
