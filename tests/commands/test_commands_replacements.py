"""Officers who drop out, on the command line: of a round, and of a check for cause from the lead to the record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scheduler.audit.claims import Verdict
from scheduler.audit.verifier import verify_record
from scheduler.commands.replacements import _tell_firm
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.firm_replacements import FirmReplacementSummary
from tests.commands.test_commands_agenda import run


@pytest.fixture
def year_folder(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the year's workspace, on 1 September, in its last round."""
    folder = tmp_path / "workspace"
    shutil.copytree(small_year.folder / "workspace", folder)
    return folder


def test_check_for_cause_from_the_lead_to_the_record(year_folder: Path, tmp_path: Path) -> None:
    """
    A complaint's visit gets officers and a day by lot, one of them falls ill, the other one's result is taken.

    The record then holds the visit with its teams and the replacement, and is consistent.
    """
    visits = json.loads(run(year_folder, "agenda", "show", "--json").stdout)["visits"]
    firm, package = visits[0]["firm_id"], visits[0]["package"].split("+")[0]
    added = run(year_folder, "cause", "add", firm, "--task", package, "--reason", "sells without a licence")
    assert added.exit_code == 0, added.output
    drawn = run(year_folder, "draw", "officers", "X1", "--json")
    assert drawn.exit_code == 0, drawn.output
    assert json.loads(drawn.stdout)["num_visits"] == 1
    planned = json.loads(run(year_folder, "agenda", "show", "--round", "X1", "--json").stdout)["visits"]
    assert [(visit["firm_id"], bool(visit["visit_on"])) for visit in planned] == [(firm, True)]
    shown = json.loads(run(year_folder, "officers", "show", "X1", "--json").stdout)
    (team,) = [team for team in shown["teams"] if team["num_visits"]]
    out = team["officer_ids"][0]
    words = ("draw", "replace-officer", "X1", out, "--reason", "illness", "--json")
    summary = json.loads(run(year_folder, *words).stdout)
    newcomer = summary["members"][0]["officer_in"]
    shown = json.loads(run(year_folder, "officers", "show", "X1", "--json").stdout)
    (team,) = [team for team in shown["teams"] if team["num_visits"]]
    assert newcomer in team["officer_ids"]
    assert out not in team["officer_ids"]
    assert (
        json.loads(run(year_folder, "agenda", "show", "--officer", out, "--round", "X1", "--json").stdout)["visits"]
        == []
    )
    exported = run(year_folder, "agenda", "export", "--round", "X1", "--out", str(tmp_path / "agenda"))
    assert exported.exit_code == 0, exported.output
    (team_calendar,) = [path for path in (tmp_path / "agenda").rglob("*.ics") if path.stem == team["team_id"]]
    text = team_calendar.read_text(encoding="utf-8").replace("\r\n ", "")
    assert newcomer in text or team["names"][team["officer_ids"].index(newcomer)] in text
    other = next(code for code in team["officer_ids"] if code != newcomer)
    day = json.loads(run(year_folder, "agenda", "show", "--round", "X1", "--json").stdout)["visits"][0]["visit_on"]
    for officer, accepted in ((out, False), (newcomer, True)):
        words = ("--clean", "--on", day, "--round", "X1", "--officer", officer, "--officer", other)
        assert (run(year_folder, "--now", day, "result", "add", firm, *words).exit_code == 0) == accepted
    told = run(year_folder, "officers", "replaced", "X1")
    assert f"{newcomer} for {out}, Ill or unfit for duty; decided by" in told.stdout
    published = run(year_folder, "publish", "year", "--out", str(tmp_path))
    assert published.exit_code == 0, published.output
    audit, public = tmp_path / "records/audit", tmp_path / "records/public"
    rows = (audit / "draws/2026-X1-1/replacements.tsv").read_text(encoding="utf-8").splitlines()
    assert [row.split("\t")[:5] for row in rows[1:]] == [["001", team["team_id"], out, newcomer, "illness"]]
    assert verify_record(audit).verdict is Verdict.CONSISTENT
    assert not (public / "draws/2026-X1-1/replacements.tsv").exists()
    assert (public / "draws/2026-X1-1/drawn.tsv").exists()


def test_replacing_speaks_both_languages(year_folder: Path) -> None:
    """A rehearsal tells the newcomer, in English and in Chinese; wrong reasons and made visits are refused."""
    visits = json.loads(run(year_folder, "agenda", "show", "--json").stdout)["visits"]
    run(year_folder, "cause", "add", visits[0]["firm_id"], "--task", "T01", "--reason", "sells without a licence")
    assert run(year_folder, "draw", "officers", "X1").exit_code == 0
    shown = json.loads(run(year_folder, "officers", "show", "X1", "--json").stdout)["teams"]
    out = next(team["officer_ids"][0] for team in shown if team["num_visits"])
    words = ("draw", "replace-officer", "X1", out, "--reason")
    for language, sentence in (("en", f"takes the place of {out}"), ("zh_CN", f"接替 {out}")):
        told = run(year_folder, *words, "left", "--dry-run", language=language)
        assert told.exit_code == 0, told.output
        assert sentence in told.stdout
    assert run(year_folder, *words, "tired").exit_code == 2
    made = next(
        team["officer_ids"][0]
        for team in json.loads(run(year_folder, "officers", "show", "1", "--json").stdout)["teams"]
    )
    refused = run(year_folder, "draw", "replace-officer", "1", made, "--reason", "left")
    assert "has no visit to come in draw 2026-1-1" in str(refused.exception)


@pytest.mark.parametrize("counting", [True, False])
def test_only_a_visit_that_counts_is_owed_again(counting: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody comes in either case; the next round makes up for what counts towards the target alone."""
    summary = FirmReplacementSummary(
        draw_id="2026-2-1", number=1, firm_out="F", firm_in="", name="", package="T03", counting=counting
    )
    _tell_firm(summary)
    told = capsys.readouterr()
    assert "F is withdrawn; no ticket of its stratum is left" in told.out
    assert ("owed again" in told.err) == counting
