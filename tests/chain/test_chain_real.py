"""Real registers, imported through the shipped mappings, give a year of verified records."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cli import CHINA
from models.registry_rows import save_items, save_officers, save_tasks
from models.results_rows import load_visits
from scheduler.audit.claims import Verdict
from scheduler.audit.verifier import verify_record
from scheduler.draw.seed import EntropySource
from scheduler.draw.sources import SourceKind
from scheduler.errors import InputError
from scheduler.registry.codes import RoundKind
from scheduler.resources import data_path
from scheduler.workflow.allocation import plan_approve, plan_new, plan_solve
from scheduler.workflow.commitments import commit_draw
from scheduler.workflow.draw import draw_targets
from scheduler.workflow.publication import publish
from scheduler.workflow.rates import year_rates
from scheduler.workflow.registry import import_file
from scheduler.workflow.results import record_results
from scheduler.workflow.risk import classify_firms
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.chain.year import small_city

pytestmark = pytest.mark.real

CASES = [
    # file, mapping, rows, bad rows, N, T = ⌈0.08 N⌉
    ("weihai_1980_2000.csv", "mapping-weihai.toml", 2_075, 2, 2_052, 165),  # 0.08 · 2,052 = 164.16
    ("shandong_1980_2000.csv", "mapping-shandong.toml", 44_722, 19, 44_498, 3_560),  # 0.08 · 44,498 = 3,559.84
]


@pytest.mark.parametrize(("name", "mapping", "rows", "bad", "num_enterprises", "target"), CASES)
def test_real_register_runs_a_year_to_verified_records(
    workspace: Workspace,
    shared: Path,
    tmp_path: Path,
    name: str,
    mapping: str,
    rows: int,
    bad: int,
    num_enterprises: int,
    target: int,
) -> None:
    """Bad codes are reported by row and quarantined, the rest is planned, drawn, published and verified."""
    path, mapping_path = shared / "data" / "registry" / name, data_path("examples", mapping)
    with pytest.raises(InputError) as refused:
        import_file(workspace, "firms", path, mapping=mapping_path)
    assert len({problem.row for problem in refused.value.problems}) == bad
    report = import_file(workspace, "firms", path, mapping=mapping_path, on_error="quarantine")
    assert (report.num_read, report.num_new, report.num_bad) == (rows, rows - bad, bad)
    again = import_file(workspace, "firms", path, mapping=mapping_path, on_error="quarantine")
    assert (again.num_new, again.num_changed, again.num_unchanged) == (0, 0, rows - bad)

    _bring_lists(workspace, num_enterprises)
    _run_year(workspace)
    rates = year_rates(workspace)
    assert (rates.num_enterprises, rates.target, rates.num_drawn) == (num_enterprises, target, target)
    folders = {"public": tmp_path / "public", "audit": tmp_path / "audit"}
    publish(workspace, **folders, site=tmp_path / "site", workbook=None)
    for folder in folders.values():
        found = verify_record(folder)
        assert found.verdict is Verdict.CONSISTENT, [claim for claim in found.claims if claim.status == "failed"]


def _bring_lists(workspace: Workspace, num_enterprises: int) -> None:
    """The example's items, tasks and officers, all of them serving every district, and as many as the city needs."""
    city = small_city()
    everywhere = [
        dataclasses.replace(officer, officer_id=f"{officer.officer_id}-{copy}", district=workspace.settings.bureau.code)
        for copy in range(1 + num_enterprises // 5_000)
        for officer in city.officers
    ]
    with workspace.transaction() as connection:
        save_items(connection, city.items)
        save_tasks(connection, workspace.settings.year.year, city.tasks)
        save_officers(connection, everywhere)


def _run_year(workspace: Workspace) -> None:
    classify_firms(workspace)
    plan_new(workspace)
    plan_solve(workspace)
    plan_approve(workspace)
    for entry in workspace.settings.rounds:
        at = _clock(workspace, entry.starts_on)
        if entry.kind is RoundKind.TARGETED:
            plan_solve(at(-21))
        spoken = EntropySource.of("dice", entry.starts_on - timedelta(days=7), SourceKind.DICE, "40")
        commit_draw(at(-14), entry.number, entropy=(spoken,))
        draw_targets(at(-7), entry.number, {"dice": f"{entry.number}" * 40})
        draw_officers(at(-7), entry.number)
    _record_clean_visits(_clock(workspace, workspace.settings.rounds[-1].ends_on)(3))


def _record_clean_visits(workspace: Workspace) -> None:
    with workspace.transaction() as connection:
        visits = load_visits(connection)
        made = [position for position, day in enumerate(visits.visit_on) if day and "T01" in visits.package[position]]
        record_results(
            connection,
            workspace,
            {
                "draw_id": [visits.draw_id[position] for position in made],
                "firm_id": [visits.firm_id[position] for position in made],
                "item_id": ["G01"] * len(made),
                "category": ["no_problem"] * len(made),
                "inspected_on": [visits.visit_on[position] for position in made],
            },
        )


def _clock(workspace: Workspace, day: date):  # type: ignore[no-untyped-def]
    start = datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)
    return lambda days: dataclasses.replace(workspace, now=start + timedelta(days=days))
