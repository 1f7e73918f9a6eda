"""A stored solution is checked without a solver, and what was changed in the store is found."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from test_allocation_workflow import city, filled, run, year  # noqa: F401 - fixtures

from models.allocation_rows import load_certificate
from models.store import put_artifact
from models.tables import Programme, table_of
from scheduler.errors import RecordError, StateError, VerificationError
from scheduler.workflow.allocation import plan_new, plan_show, plan_solve
from scheduler.workflow.plan_verify import plan_check_report, verify_plan
from scheduler.workflow.workspace import Workspace

HEADER = b"column\tkind\tsubject\tcost_nano\tupper_nano\tvalue_pico\n"


def change(workspace: Workspace, column: str, content: bytes) -> None:
    """Puts other bytes in the place of one of the solution's tables."""
    with workspace.transaction() as connection:
        table = table_of(Programme)
        connection.execute(sa.update(table).values({column: put_artifact(connection, content)}))


def tables_of(workspace: Workspace) -> dict[str, bytes]:
    """The solution's tables."""
    with workspace.transaction() as connection:
        certificate = load_certificate(connection, 2026, 1)
    assert certificate is not None
    return certificate.files()


@pytest.fixture
def solved(year: Workspace) -> Workspace:  # noqa: F811
    """A solved plan."""
    plan_new(year)
    plan_solve(year)
    return year


def test_verify_plan_accepts_what_was_solved(solved: Workspace) -> None:
    """All limits are kept without the last unit, and the gap is far below a thousandth of a finding."""
    check = verify_plan(solved)
    assert (check.plan_id, check.solution) == ("2026-v1", 1)
    assert check.findings.slack_rows == ()
    assert -1e-9 < check.gap < 1e-2
    assert check.cost < 0


def test_verify_plan_needs_a_solution(year: Workspace) -> None:  # noqa: F811
    """Without a solution there is nothing to check."""
    with pytest.raises(StateError, match="no programme of solution 0"):
        verify_plan(year)


def test_verify_plan_finds_a_visit_too_many(solved: Workspace) -> None:
    """One visit more in one cell breaks the target's row."""
    lines = tables_of(solved)["programme-columns.tsv"].decode().splitlines()
    number = next(n for n, line in enumerate(lines[1:], 1) if "\tvisits\t" in line)
    cells = lines[number].split("\t")
    lines[number] = "\t".join([*cells[:5], str(int(cells[5]) + 10**12)])
    change(solved, "columns_digest", ("\n".join(lines) + "\n").encode())
    with pytest.raises(VerificationError, match="expected every limit kept"):
        verify_plan(solved)


def test_verify_plan_finds_a_plan_that_is_not_best(solved: Workspace) -> None:
    """Without its dual values nothing shows that the answer is near the optimum."""
    lines = tables_of(solved)["programme-rows.tsv"].decode().splitlines()
    lines[1:] = ["\t".join([*line.split("\t")[:5], "0"]) for line in lines[1:]]
    change(solved, "rows_digest", ("\n".join(lines) + "\n").encode())
    with pytest.raises(VerificationError, match="another could find"):
        verify_plan(solved)


@pytest.mark.parametrize(
    "content",
    [HEADER + b"00000000\tvisits\n", HEADER + b"00000000\tvisits\ta\tb\tc\td\n", HEADER + b"7\trate\ta\t0\t0\t0\n"],
)
def test_tables_that_are_none_are_refused(solved: Workspace, content: bytes) -> None:
    """Short rows, texts in place of numbers, and numbers out of order are refused."""
    change(solved, "columns_digest", content)
    with pytest.raises(RecordError, match="expected"):
        plan_check_report(solved)


def test_summary_tells_what_merging_saved(solved: Workspace) -> None:
    """Every visit of a package of n tasks saves n − 1; one task may bring several departments together."""
    summary = plan_show(solved).summary
    assert summary.num_saved >= summary.num_joint > 0
    assert 0 < summary.num_cross_department < summary.num_visits
    assert {line.name[0] for line in summary.tier_errors} >= {"enterprise"}
    assert all(line.standard_error >= 0 for line in (*summary.tier_errors, *summary.district_errors))
    numbers = {line.name: line.num_firms for line in summary.tier_errors}
    assert numbers == {line.name: line.num_firms for line in summary.tiers if line.num_firms}


def test_verify_speaks_to_people_and_machines(solved: Workspace) -> None:
    """The command says how many limits are kept and how large the gap is."""
    assert "keeps all" in run(solved, "verify").stderr
    document = json.loads(run(solved, "verify", "--json").stdout)
    assert document["slack"] == 0
    assert document["limits"] > 0
