"""The command `verify`: claims and verdict on stdout, exit status 1 for a rejected record, a page on demand."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "audit"))

from record_builder import Year

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Public and audit record of the tiny year in one folder."""
    year = Year()
    for kind in ("public", "audit"):
        for name, content in year.record(kind).items():
            path = tmp_path / "records" / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return tmp_path / "records"


def test_good_records_exit_with_zero(records: Path, call: Run) -> None:
    """Both records of the folder are verified and consistent."""
    status, out, _err = call("verify", records)
    assert status == 0
    assert out.count("Verdict: consistent") == 2
    assert "audit: audit record, 371000, 2026" in out


def test_rejected_record_exits_with_one_and_says_why(records: Path, call: Run) -> None:
    """One changed byte: exit status 1, and the failed claim in full."""
    path = records / "public" / "year.json"
    path.write_bytes(path.read_bytes().replace(b'"target": 3', b'"target": 4'))
    status, out, _err = call("verify", records / "public")
    assert status == 1
    assert "FAILS" in out
    assert "the target is T = ⌈r·N⌉: expected 3, got 4" in out
    assert out.rstrip().splitlines()[-1].startswith("Verdict: rejected")


def test_json_answers_for_machines(records: Path, call: Run) -> None:
    """With --json the answer holds every claim."""
    status, out, _err = call("verify", records, "--json")
    answer = json.loads(out)
    assert status == 0
    assert [record["verdict"] for record in answer["records"]] == ["consistent", "consistent"]
    assert all(record["claims"] for record in answer["records"])


def test_report_writes_a_page(records: Path, tmp_path: Path, call: Run) -> None:
    """With --report a self-contained page is written, also for a rejected record."""
    page = tmp_path / "report.html"
    status, _out, err = call("verify", records, "--report", page)
    assert status == 0
    assert str(page) in err
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_folder_without_records_is_refused(tmp_path: Path, call: Run) -> None:
    """No record there: an error with a remedy and exit status 1."""
    status, _out, err = call("verify", tmp_path)
    assert status == 1
    assert "give the folder that holds manifest.json" in err


def test_anchor_that_disagrees_rejects(records: Path, tmp_path: Path, call: Run) -> None:
    """A commitment published elsewhere that is another: exit status 1, and the claim in full."""
    anchor = tmp_path / "anchors.json"
    seen = {"2026-1-1": {"digest": "0" * 64, "seen_on": ""}}
    anchor.write_text(json.dumps({"format": 1, "commitments": seen}), encoding="utf-8")
    status, out, _err = call("verify", records / "public", "--anchor", anchor)
    assert status == 1
    assert "the commitment to 2026-1-1 is the one published elsewhere: expected 0000" in out


def test_anchor_that_is_none_is_refused(records: Path, tmp_path: Path, call: Run) -> None:
    """A file without anchors: an error with a remedy, before anything is verified."""
    anchor = tmp_path / "anchors.json"
    anchor.write_text('{"format": 1}', encoding="utf-8")
    status, out, err = call("verify", records, "--anchor", anchor)
    assert (status, out) == (1, "")
    assert "give commitments, entropy, draw_log_head, log_head or public_key" in err
