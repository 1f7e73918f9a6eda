"""
Tampering with the officers of a record as they are drawn today: each change fails the claim that is about it.

An outsider changes rows of the files of a draw that the chain made and makes the manifest anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from scheduler.audit.claims import Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import content_digest
from scheduler.workflow.demo import DemoSummary

Files: TypeAlias = dict[str, bytes]
Rows: TypeAlias = list[list[str]]

DRAW = "draws/2026-3-1/"
DISTRICT = "371002"


@pytest.fixture
def files(small_year: DemoSummary) -> Files:
    """Files of the year's audit record by path."""
    folder: Path = small_year.folder / "records" / "audit"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def rows_of(files: Files, name: str) -> Rows:
    """Rows of a table of the draw."""
    return [line.split("\t") for line in files[DRAW + name].decode("utf-8").splitlines()[1:]]


def put_rows(files: Files, name: str, rows: Rows) -> None:
    """Puts rows into a table of the draw, in order."""
    header = files[DRAW + name].decode("utf-8").splitlines()[0]
    lines = [header, *("\t".join(row) for row in sorted(rows))]
    files[DRAW + name] = ("\n".join(lines) + "\n").encode("utf-8")


def alike(files: Files) -> dict[str, Rows]:
    """Visits to firms of the district without recusal or exception that one team makes, by package."""
    packages = {row[0]: row[3] for row in rows_of(files, "drawn.tsv")}
    refused = {row[1] for row in rows_of(files, "recusals.tsv")}
    found: dict[str, Rows] = {}
    for row in rows_of(files, "visits.tsv"):
        if f"-{DISTRICT}-" in row[1] and ";" not in row[1] and not row[3] and row[0] not in refused:
            found.setdefault(packages[row[0]], []).append(row)
    return found


def loads(files: Files) -> Counter[str]:
    """Visits of each team of the district."""
    return Counter(row[1] for row in rows_of(files, "visits.tsv") if f"-{DISTRICT}-" in row[1])


def with_teams(files: Files, teams: dict[str, str]) -> None:
    """Gives firms other teams."""
    put_rows(
        files, "visits.tsv", [[row[0], teams.get(row[0], row[1]), *row[2:]] for row in rows_of(files, "visits.tsv")]
    )


def swap_teams(files: Files) -> None:
    """Two firms with the same needs change teams: loads stay as they are."""
    for rows in alike(files).values():
        for row in rows:
            if row[1] != rows[0][1]:
                with_teams(files, {rows[0][0]: row[1], row[0]: rows[0][1]})
                return
    raise AssertionError("expected two firms of one package with different teams")


def move_load(files: Files) -> None:
    """A team hands a visit to one that has as many or more and fits it as well."""
    number = loads(files)
    for rows in alike(files).values():
        for row in rows:
            for other in rows:
                if other[1] != row[1] and number[other[1]] >= number[row[1]]:
                    with_teams(files, {row[0]: other[1]})
                    return
    raise AssertionError("expected two teams that fit one package")


def replace_officer(files: Files) -> None:
    """An officer of the district gives way in a team to one of another district."""
    rows = rows_of(files, "teams.tsv")
    mine = next(row for row in rows if f"-{DISTRICT}-" in row[0] and row[2] == "0")
    other = next(row for row in rows if f"-{DISTRICT}-" not in row[0] and row[2] == "0")
    mine[1] = other[1]
    put_rows(files, "teams.tsv", rows)


def swap_leads(files: Files) -> None:
    """Another officer leads a team than the one the lot gave it."""
    rows = rows_of(files, "teams.tsv")
    team = next(row[0] for row in rows if row[2] == "1")
    for row in rows:
        if row[0] == team:
            row[2] = "0" if row[2] == "1" else "1"
    put_rows(files, "teams.tsv", rows)


def certificate(day: str) -> Callable[[Files], None]:
    """Changes the last day of the certificate of an officer who is in a team."""

    def change(files: Files) -> None:
        officer = rows_of(files, "teams.tsv")[0][1]
        rows = rows_of(files, "roster.tsv")
        next(row for row in rows if row[0] == officer)[5] = day
        put_rows(files, "roster.tsv", rows)

    return change


def move_day(files: Files) -> None:
    """A visit is made on another working day of its window."""
    days = parse_document(files[DRAW + "officers.json"], "officers.json")["working_days"]
    rows = rows_of(files, "visits.tsv")
    row = next(row for row in rows if row[2])
    row[2] = days[0] if row[2] != days[0] else days[1]
    put_rows(files, "visits.tsv", rows)


def hide_exception(files: Files) -> None:
    """A visit is called borrowed that was not."""
    rows = rows_of(files, "visits.tsv")
    next(row for row in rows if row[1] and not row[3])[3] = "borrowed"
    put_rows(files, "visits.tsv", rows)


def claim_redraw(files: Files) -> None:
    """The lot of a district is said to have been cast again."""
    document = parse_document(files[DRAW + "officers.json"], "officers.json")
    document["redraws"] = [{"district": DISTRICT, "department": "", "counter": 3}]
    files[DRAW + "officers.json"] = document_bytes(document)


def invent_leave(files: Files) -> None:
    """An officer with visits is said to have been on leave on every day of the window."""
    days = parse_document(files[DRAW + "officers.json"], "officers.json")["working_days"]
    team = next(row[1] for row in rows_of(files, "visits.tsv") if row[2]).split(";")[0]
    officer = next(row[1] for row in rows_of(files, "teams.tsv") if row[0] == team)
    kept = [row for row in rows_of(files, "calendar.tsv") if row[0] != officer]
    put_rows(files, "calendar.tsv", [*kept, *([officer, day, "0", "0"] for day in days)])


CASES: dict[str, tuple[Callable[[Files], None], str, str]] = {
    "teams swapped": (swap_teams, "8.3", "the one that comes first by lot was taken"),
    "a load moved": (move_load, "8.3", "as evenly as can be"),
    "an officer replaced": (replace_officer, "8.2", "the teams are those that the lot makes"),
    "another lead": (swap_leads, "8.2", "the teams are those that the lot makes"),
    "a certificate that ran out": (certificate("2026-01-01"), "8.1", "certified to the end of the window"),
    "a certificate prolonged": (certificate("2039-12-31"), "1.5", "sealed"),
    "a day moved": (move_day, "8.4", "every visit has the day that the lot gives it"),
    "an exception invented": (hide_exception, "8.3", "exceptions"),
    "a redraw invented": (claim_redraw, "8.2", "lots that were cast again"),
    "leave invented": (invent_leave, "8.4", "every visit has the day that the lot gives it"),
}


@pytest.mark.parametrize("name", CASES)
def test_tampering_with_officers_names_the_claim_that_fails(files: Files, name: str) -> None:
    """The claim about what was changed fails, and the record is rejected; before the change it was consistent."""
    change, section, words = CASES[name]
    change(files)
    manifest = parse_document(files["manifest.json"], "manifest.json")
    manifest["files"] = {path: content_digest(files[path]) for path in manifest["files"]}
    manifest["record_digest"] = content_digest(
        document_bytes({key: value for key, value in manifest.items() if key != "record_digest"})
    )
    files["manifest.json"] = document_bytes(manifest)
    report = verify_source(MemorySource(files), name)
    assert report.verdict is Verdict.REJECTED
    failed = [claim for claim in report.of_status(Status.FAILED) if claim.section == section and words in claim.text]
    assert failed, [(claim.section, claim.text) for claim in report.of_status(Status.FAILED)]
    assert all(claim.expected and claim.found for claim in failed)
