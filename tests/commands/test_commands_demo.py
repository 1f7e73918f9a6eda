"""The command `demo` as a newcomer meets it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from scheduler.commands.demo import show_summary
from scheduler.errors import StateError, VerificationError
from scheduler.workflow.demo import DemoSummary


@pytest.fixture
def given_year(monkeypatch: pytest.MonkeyPatch, small_year: DemoSummary) -> DemoSummary:
    """The small year that other tests ran already, in the place of a new one."""
    monkeypatch.setattr("scheduler.commands.demo.run_demo", lambda *_places, **_options: small_year)
    return small_year


def invoke(*words: str) -> Result:
    """The command in a fresh program; errors come out as they are."""
    return CliRunner().invoke(cli.build(), ["demo", *words], catch_exceptions=False)


def test_demo_ends_with_rates_verdicts_and_places(given_year: DemoSummary, tmp_path: Path) -> None:
    """The target is said to be hit exactly, every district and tier has a line, both records their verdict."""
    output = invoke("--out", str(tmp_path / "demo")).output
    rates = given_year.rates
    assert f"{rates.target:,} of {rates.target:,} enterprises" in output
    assert "hit exactly" in output
    lines = output.splitlines()
    for rate in rates.tiers:
        assert [line.split()[1:3] for line in lines if line.split()[:1] == [rate.code]] == [
            [f"{rate.num_firms:,}", f"{rate.num_drawn:,}"]
        ]
    assert "Huancui" in output
    assert "verify records/public:" in output
    assert "verify records/audit:" in output
    assert str(given_year.folder / "site" / "index.html") in output.replace("\n", "")


def test_demo_answers_machines(given_year: DemoSummary, tmp_path: Path) -> None:
    """The same as JSON, verdicts by their code."""
    document = json.loads(invoke("--out", str(tmp_path / "demo"), "--json").output)
    assert document["verdicts"] == ["consistent", "consistent"]
    assert document["rates"]["num_drawn"] == given_year.rates.target


def test_demo_whose_records_are_rejected_is_a_defect(
    given_year: DemoSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report without any claim is no proof, so its verdict is “rejected” and the command fails."""
    broken = replace(given_year, verdicts=(replace(given_year.verdicts[0], claims=()),))
    monkeypatch.setattr("scheduler.commands.demo.run_demo", lambda *_places, **_options: broken)
    with pytest.raises(VerificationError, match="rejected"):
        invoke("--out", str(tmp_path / "demo"))


def test_demo_never_clears_what_it_did_not_make(tmp_path: Path) -> None:
    """``--replace`` clears the folders of earlier demos only."""
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(StateError, match="something other than an earlier demo"):
        invoke("--out", str(tmp_path), "--replace")
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_summary_of_a_missed_target_does_not_say_hit(
    given_year: DemoSummary, capsys: pytest.CaptureFixture[str]
) -> None:
    """One firm too few is shown as it is."""
    target = given_year.rates.target
    show_summary(replace(given_year, rates=replace(given_year.rates, num_drawn=target - 1)))
    output = capsys.readouterr().out
    assert f"{target - 1:,} of {target:,}" in output
    assert "hit exactly" not in output
