"""The command `audit simulate`: from the workspace and from records, in words, as JSON and as a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

import cli
from models import tables
from models.tables import table_of
from scheduler.audit.simulation.lot import Lot, Outcome
from scheduler.workflow.workspace import open_workspace

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(call: Run, city: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `audit simulate` on the city: exit status, stdout, stderr."""
    monkeypatch.setenv("DOUBLE_RANDOM_WORKSPACE", str(city / "workspace"))
    return partial(call, "audit", "simulate")


def num_logged(city: Path) -> int:
    """Entries of the log that tell of simulations."""
    workspace = open_workspace(city / "workspace", actor="x", now=datetime(2026, 12, 1, tzinfo=cli.CHINA))
    with workspace.transaction() as connection:
        log = table_of(tables.LogEntry)
        statement = sa.select(sa.func.count()).select_from(log).where(log.c.action == "audit simulate")
        return int(connection.execute(statement).scalar_one())


def test_targeted_round_is_internal_and_logged(run: Run, city: Path) -> None:
    """A fair round exits with 0; the answer bears the mark and leaves one entry in the log."""
    before = num_logged(city)
    status, out, _err = run(2, "--draws", 60)
    assert status == 0
    assert out.startswith("内部资料 INTERNAL, not for publication")
    assert "With the seed on record this draws exactly the list on record." in out
    assert "Everybody had the chance on record" in out
    assert num_logged(city) == before + 1


def test_open_round_is_the_same_from_workspace_and_records(run: Run, city: Path) -> None:
    """The seeds follow from the commitment, so that workspace, audit record and public record agree, without mark."""
    answers = [json.loads(run(1, "--draws", 40, "--json")[1])]
    for kind in ("audit", "public"):
        answers.append(json.loads(run(1, "--draws", 40, "--json", "--record", city / "records" / kind)[1]))
    assert answers[0] == answers[1]
    assert [answer["internal"] for answer in answers] == [None, None, None]
    found = [{c["subject"]: c["found"] for c in a["checks"] if c["family"] == "position"} for a in answers]
    assert found[0] == found[2]  # the public record does not tell districts, but all else is the same


def test_targeted_round_from_a_record(run: Run, city: Path) -> None:
    """An audit record opens it, marked as in no log; a public record cannot."""
    status, out, _err = run(2, "--draws", 40, "--record", city / "records" / "audit")
    assert (status, "made from a record, in no log" in out) == (0, True)
    status, _out, err = run(2, "--draws", 40, "--record", city / "records" / "public")
    assert (status, "expected the audit record" in err) == (1, True)
    status, _out, err = run(77, "--draws", 40, "--record", city / "records" / "public")
    assert (status, "expected a draw of round 77" in err) == (1, True)


def test_page_has_pictures_and_mark(run: Run, city: Path, tmp_path: Path) -> None:
    """One self-contained page in Chinese; that of a targeted round is marked, that of an open one is not."""
    for number, marked in ((1, False), (2, True)):
        page = tmp_path / f"{number}.html"
        assert run(number, "--draws", 40, "--html", page, lang="zh")[0] == 0
        text = page.read_text(encoding="utf-8")
        assert text.count("<svg") >= 3
        assert ("内部资料" in text) == marked
        assert "按名单中的位置" in text
        assert "<script" not in text
    assert run(1, "--html", tmp_path / "page.pdf")[0] == 2


def test_bent_lot_exits_with_one(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If what draws goes through the list from the top, the answer says so, and the page has crosses."""
    rng = np.random.default_rng(3)

    def bent(lot: Lot, seed: str) -> Outcome:
        del seed
        quota = sum(lot.quotas("00" * 32))
        position = np.sort(rng.choice(len(lot) // 2, quota, replace=False))
        return Outcome(position=position, cell=np.zeros(quota, dtype=np.int64))

    monkeypatch.setattr(Lot, "draw", bent)
    status, out, _err = run(1, "--draws", 60, "--html", tmp_path / "bent.html")
    assert status == 1
    assert "does NOT draw the list on record" in out
    assert "NOT the chances on record" in out
    assert "By position in the list, part" in out
    assert "l12 12m0 -12l-12 12" in (tmp_path / "bent.html").read_text(encoding="utf-8")


def test_round_without_commitment_is_refused(run: Run) -> None:
    """There is nothing to simulate before a commitment."""
    status, _out, err = run(9)
    assert status == 1
    assert "not committed to" in err
