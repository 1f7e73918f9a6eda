"""A year under a policy that uses its finer limits: the audit record proves who was left out, and the plan's answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scheduler.audit.report import Verdict
from scheduler.progress import SILENT
from scheduler.workflow.demo import Demo
from scheduler.workflow.settings import parse_settings
from tests.chain.year import small_city

FINER = """
[visits]
yearly_cap = 1
lookback_months = 9
lookback_except = ["D"]

[precision]
tiers = { A = 0.2 }

[capacity.neighbours]
371002 = ["371071"]

[[capacity.changes]]
district = "371002"
speciality = "food"
hours = 50

[[rates.exceptions]]
tiers = ["C"]
districts = ["371082"]
floor = 0.031
"""


def test_audit_record_proves_who_was_left_out(tmp_path: Path) -> None:
    """Firms inspected lately, or visited once, are left out of discretionary visits; the record is consistent."""
    demo = Demo(tmp_path, small_city(), progress=SILENT, database_url=None)
    text = demo.workspace.settings_text + FINER
    demo.workspace = replace(demo.workspace, settings=parse_settings(text, "t"), settings_text=text)
    for stage in demo.stages():
        stage.work()
    assert [report.verdict for report in demo.reports] == [Verdict.CONSISTENT, Verdict.CONSISTENT]
    draws = tmp_path / "records" / "audit" / "draws"
    recent = dict(line.split("\t") for line in (draws / "2026-2-1/recent.tsv").read_text().splitlines()[1:])
    assert recent and min(recent.values()) >= "2025-04-01"
    register = [line.split("\t") for line in (draws / "2026-2-1/register.tsv").read_text("utf-8").splitlines()[1:]]
    left_out = {row[0] for row in register if row[11] == "out:recent"}
    assert left_out and left_out <= set(recent)
    assert not {row[9] for row in register if row[0] in recent} & {"D"}
    # Who owes a full-coverage visit stays in the pool, with these tasks alone.
    kept = {row[11].split("/")[-1] for row in register if row[0] in recent and "/" in row[11]}
    full = {"T05", "T06", "T07", "T08", "T09"}
    assert all(set(tasks.split("+")) <= full for tasks in kept)
