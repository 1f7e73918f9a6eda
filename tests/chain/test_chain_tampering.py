"""
One changed byte in any file of a record makes verification fail and name the file.

`tests/audit` tries every byte of a tiny record made by hand; here every file of records that the chain made is tried.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from scheduler.audit.claims import Verdict
from scheduler.audit.verifier import verify_record
from scheduler.workflow.demo import DemoSummary


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_one_changed_byte_in_any_file_is_found(smallest_year: DemoSummary, tmp_path: Path, kind: str) -> None:
    """A byte at a place that the file's name decides is changed in each file in turn; the verdict names the file."""
    folder = tmp_path / kind
    shutil.copytree(smallest_year.folder / "records" / kind, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(files) > 10
    for path in files:
        name = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        place = int(hashlib.sha256(name.encode()).hexdigest(), 16) % len(content)
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(bytes(changed))
        report = verify_record(folder)
        assert report.verdict is Verdict.REJECTED, f"{name}, byte {place}"
        said = " ".join(f"{claim.expected} {claim.found}" for claim in report.claims if claim.status == "failed")
        told = {"manifest.json": "", "signature.json": "signature"}.get(name, name)  # these two tell what they break
        assert told in said, f"{name}, byte {place}: {said}"
        path.write_bytes(content)
    assert verify_record(folder).verdict is Verdict.CONSISTENT


def test_record_is_verified_by_the_file_that_it_carries(small_year: DemoSummary) -> None:
    """Without installed packages, in an empty environment: the claims of `verify`, that about the file aside."""
    folder = small_year.folder / "records" / "audit"
    words = [sys.executable, "-I", "-S", str(folder / "verify.py"), "--json"]
    done = subprocess.run(words, env={}, capture_output=True, encoding="utf-8", check=True)
    (found,) = json.loads(done.stdout)["records"]
    expected = verify_record(folder)
    assert found["verdict"] == expected.verdict
    others = [claim.document() for claim in expected.claims if claim.section != "10.1"]
    assert [claim for claim in found["claims"] if claim["section"] != "10.1"] == others
    assert [claim.status for claim in expected.claims if claim.section == "10.1"] == ["passed"]


def test_verify_command_tells_a_good_record_from_a_bad_one(small_year: DemoSummary, tmp_path: Path) -> None:
    """Status 0 and a verdict for a good record; status 1 and what is wrong for one with a firm struck out."""
    runner = CliRunner()
    good = runner.invoke(cli.build(), ["verify", str(small_year.folder / "records")])
    assert good.exit_code == 0, good.output
    folder = tmp_path / "public"
    shutil.copytree(small_year.folder / "records" / "public", folder)
    drawn = folder / "draws" / "2026-1-1" / "drawn.tsv"
    lines = drawn.read_text(encoding="utf-8").splitlines(keepends=True)
    drawn.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    bad = runner.invoke(cli.build(), ["verify", str(folder)])
    assert bad.exit_code == 1
    assert "draws/2026-1-1/drawn.tsv" in bad.output
