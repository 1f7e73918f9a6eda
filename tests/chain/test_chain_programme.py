"""An audit record shows that the visits planned answer the programme sealed; a remade file is found by its sense."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_record, verify_source
from scheduler.workflow.demo import DemoSummary
from tests.audit.record_builder import with_manifest

DRAW = "draws/2026-2-1/"
Lines = list[list[str]]


def claims(report: Report, section: str) -> list[tuple[str, Status]]:
    """Text and status of the claims of a section about the targeted draw."""
    return [
        (claim.text, claim.status) for claim in report.claims if (claim.group, claim.section) == ("2026-2-1", section)
    ]


def record_of(small_year: DemoSummary) -> dict[str, bytes]:
    """Files of the audit record."""
    folder = small_year.folder / "records" / "audit"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_record_proves_that_the_plan_is_near_the_best(small_year: DemoSummary) -> None:
    """Four claims about the programme hold in each targeted draw, and what is left unchecked is said."""
    report = verify_record(small_year.folder / "records" / "audit")
    assert report.verdict is Verdict.CONSISTENT
    assert [status for _text, status in claims(report, "6.6")] == [Status.PASSED] * 4
    unchecked = [text for text, status in claims(report, "9") if status is Status.NOT_CHECKED]
    assert "the programme's limits are those of the policy, the tasks and the roster" in unchecked
    assert "the visits planned keep the policy's rates, ratios and hours" not in unchecked


def test_public_record_holds_nothing_of_the_programme(small_year: DemoSummary) -> None:
    """Strata and tiers stand in the programme's subjects, so it is in the audit record alone."""
    names = [path.name for path in (small_year.folder / "records" / "public").rglob("*")]
    assert not [name for name in names if name.startswith("programme") or name == "recent.tsv"]


def first_visit(lines: Lines) -> int:
    """Number of the first column of visits in round 2 that is not 0."""
    return next(n for n, cells in enumerate(lines) if cells[1] == "visits" and cells[2][:2] == "2|" and cells[5] != "0")


def more_visits(lines: Lines) -> None:
    """One visit more in a cell."""
    cells = lines[first_visit(lines)]
    cells[5] = str(int(cells[5]) + 10**12)


def no_duals(lines: Lines) -> None:
    """All dual values 0."""
    for cells in lines:
        cells[5] = "0"


def other_target(lines: Lines) -> None:
    """The programme asks for one visit more that counts."""
    cells = next(cells for cells in lines if cells[1:3] == ["target", "2"])
    cells[3] = cells[4] = str(int(cells[3]) + 10**9)


def skipped(lines: Lines) -> None:
    """A column's number is left out."""
    lines[-1][0] = "99999999"


def stranger(lines: Lines) -> None:
    """A firm that nobody knows was inspected lately."""
    lines.append(["919999999999999999", "2025-12-01"])


@pytest.mark.parametrize(
    ("name", "change", "section"),
    [
        ("programme-columns.tsv", more_visits, "6.6"),
        ("programme-rows.tsv", no_duals, "6.6"),
        ("programme-rows.tsv", other_target, "6.6"),
        ("programme-columns.tsv", skipped, "6.6"),
        ("recent.tsv", stranger, "3.1"),
    ],
)
def test_what_makes_no_sense_is_found(
    small_year: DemoSummary, name: str, change: Callable[[Lines], None], section: str
) -> None:
    """Besides its seal, a remade file breaks a claim about what it says, or can no longer be read."""
    files = record_of(small_year)
    header, *rows = files[DRAW + name].decode("utf-8").splitlines()
    lines = [row.split("\t") for row in rows]
    change(lines)
    files[DRAW + name] = ("\n".join([header, *("\t".join(cells) for cells in lines)]) + "\n").encode("utf-8")
    report = verify_source(MemorySource(with_manifest(files)), "record")
    assert report.verdict is Verdict.REJECTED
    assert {status for _text, status in claims(report, section)} - {Status.PASSED}
