"""`results due`, `results show` and `officers show` as people and cron meet them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli import CHINA
from models import tables
from models.registry_rows import save_items, save_tasks
from models.store import insert_columns
from models.tables import table_of
from scheduler.commands.context import CommandContext
from scheduler.commands.result import result
from scheduler.commands.results import officers, results
from scheduler.workflow.workspace import Workspace
from tests.made_up_lists import item, task

NUM_FIRMS = 25
FIRMS = [f"91371002MA3C0000{number:02d}" for number in range(NUM_FIRMS)]
DRAW = "2026-1-1"
Run = Callable[..., Result]


def context(root: Path, day: date) -> CommandContext:
    """What the command line hands to a command."""
    now = datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)
    return CommandContext(root=root, database_url=None, actor="tester", now=now, language="en")


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """Runs a command in a workspace with 25 visits that were due on 1 April 2026 and a team."""
    fill(workspace)

    def _run(group: Any, *words: str, day: date = date(2026, 4, 10)) -> Result:
        return CliRunner().invoke(group, list(words), obj=context(workspace.root, day))

    return _run


def fill(workspace: Workspace) -> None:
    """Makes a draw of 25 firms with a team; nine visits have a result that leads to the abnormal list."""
    entry = {"round_id": "2026-1", "year": 2026, "number": 1, "kind": "open", "counting_visits": 1, "plan_id": ""}
    attempt = {"draw_id": DRAW, "round_id": "2026-1", "attempt": 1, "status": "drawn", "void_reason": ""}
    window = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 5, 29)}
    days = {"committed_on": date(2026, 2, 1), "drawn_on": date(2026, 2, 9), "officers_drawn_on": date(2026, 2, 12)}
    member = {"team_id": f"{DRAW}-371002-001", "borrowed": False}
    with workspace.transaction() as connection:
        save_items(connection, (item("G01"),))
        save_tasks(connection, 2026, (task("T1", "G01"),))
        connection.execute(sa.insert(table_of(tables.Round)), [{**entry, **window}])
        connection.execute(sa.insert(table_of(tables.Draw)), [{**attempt, **days, "commitment_digest": "", "seed": ""}])
        constant = {"draw_id": DRAW, "round_id": "2026-1", "stratum": "open", "package": "T1", "counting": True}
        drawn: dict[str, Any] = {name: [value] * NUM_FIRMS for name, value in constant.items()}
        drawn |= {"firm_id": FIRMS, "chance_micro": [1] * NUM_FIRMS, "chance_firms": [1] * NUM_FIRMS}
        insert_columns(connection, tables.DrawnFirm, drawn)
        visits: dict[str, Any] = {
            "draw_id": [DRAW] * NUM_FIRMS,
            "firm_id": FIRMS,
            "team_id": [member["team_id"]] * NUM_FIRMS,
            "visit_on": [date(2026, 4, 1)] * NUM_FIRMS,
            "exception": [""] * NUM_FIRMS,
        }
        insert_columns(connection, tables.Visit, visits)
        found: dict[str, Any] = {
            "draw_id": [DRAW] * 9,
            "firm_id": FIRMS[:9],
            "item_id": ["G01"] * 9,
            "category": ["unreachable"] * 9,
            "inspected_on": [date(2026, 4, 1)] * 9,
            "recorded_on": [date(2026, 4, 2)] * 9,
            "note": [""] * 9,
        }
        insert_columns(connection, tables.Result, found)
        team = {"team_id": member["team_id"], "draw_id": DRAW, "district": "371002"}
        connection.execute(sa.insert(table_of(tables.Team)), [team])
        people = [{**member, "officer_id": f"O{number}", "lead": number == 2} for number in range(3)]
        connection.execute(sa.insert(table_of(tables.TeamMember)), people)
        officer = {
            "officer_id": "O2",
            "name": "张[三]",
            "unit": "",
            "department": "",
            "level": "",
            "district": "371002",
            "certificate_no": "",
        }
        connection.execute(sa.insert(table_of(tables.Officer)), [officer])


def test_results_due_counts_by_day_and_names_the_first_firms(run: Run) -> None:
    """Sixteen results are missing and nine not public, all due on 30 April; of 25 firms twenty are named."""
    answer = run(results, "due")
    assert answer.exit_code == 0
    assert "25 results are not public yet, 0 of them overdue on 2026-04-10" in answer.stdout
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert ["2026-04-30", "Result", "not", "recorded", "16"] in lines
    assert ["2026-04-30", "Result", "not", "public", "yet", "9"] in lines
    assert "… and 5 more; --all names them" in answer.stdout
    assert "9 firms to decide on for the abnormal-operation list, 0 of them overdue" in answer.stdout
    assert FIRMS[24] not in answer.stdout
    assert FIRMS[24] in run(results, "due", "--all").stdout


def test_results_due_answers_machines(run: Run) -> None:
    """The JSON names every firm with its day and state."""
    answer = json.loads(run(results, "due", "--json").stdout)
    assert len(answer["publication"]) == 25
    assert answer["publication"][0] == {
        "due_on": "2026-04-30",
        "draw_id": DRAW,
        "firm_id": FIRMS[0],
        "ended_on": "2026-04-01",
        "state": "not_public",
    }
    assert answer["num_overdue"] == 0


@pytest.mark.parametrize(("day", "status"), [(date(2026, 4, 16), 0), (date(2026, 4, 17), 1), (date(2026, 5, 1), 1)])
def test_results_due_exit_code_tells_cron(run: Run, day: date, status: int) -> None:
    """Status 1 from the day after the first deadline, a listing's on 16 April; without the option always 0."""
    assert run(results, "due", "--exit-code", day=day).exit_code == status
    assert run(results, "due", "--check", day=day).exit_code == status
    assert run(results, "due", day=day).exit_code == 0


def test_results_due_writes_a_calendar(run: Run, tmp_path: Path) -> None:
    """25 results by 30 April, nine listings by 16 April: two events."""
    file = tmp_path / "due.ics"
    assert run(results, "due", "--ics", str(file)).exit_code == 0
    text = file.read_text(encoding="utf-8")
    assert text.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:25 inspection results must be public" in text
    assert "DTSTART;VALUE=DATE:20260416" in text


def test_result_add_follow_and_history_go_together(run: Run) -> None:
    """Recording, correcting with a reason, following up, and reading what stood there."""
    firm = FIRMS[10]
    added = run(result, "add", firm.lower(), "--on", "2026-04-01", "--found", "G01=unreachable")
    assert added.stdout.startswith("1 item: 1 new")
    assert "decide by 2026-04-16" in added.stderr
    refused = run(result, "add", firm, "--on", "2026-04-01", "--clean")
    assert isinstance(refused.exception, Exception)
    assert "expected a reason" in str(refused.exception)
    words = ("--found", "G01=发现问题已责令改正", "--reason", "met at the back door", "--measure", "order")
    assert "1 corrected" in run(result, "add", firm, "--on", "2026-04-01", *words).stdout
    listed = run(results, "followup").stdout
    assert "10 findings are not settled" in listed
    assert run(results, "followup", "--exit-code").exit_code == 0
    assert "Noted for 1 item" in run(result, "follow", firm, "--measure", "order", "--settled").stderr
    assert json.loads(run(results, "followup", "--all", "--json").stdout)["num_settled"] == 1
    shown = run(result, "history", firm).stdout
    assert "Cannot be contacted" in shown
    assert "met at the back door" in shown
    (kept,) = json.loads(run(result, "history", firm, "--json").stdout)["replaced"]
    assert (kept["category"], kept["replaced_by"]) == ("unreachable", "tester")
    assert "No result of this firm" in run(result, "history", FIRMS[0]).stderr


@pytest.mark.parametrize("words", ["G01", "=pending", "G01=nonsense"])
def test_result_add_says_how_to_write_what_was_found(run: Run, words: str) -> None:
    """A word that is no category is refused with the list of categories."""
    answer = run(result, "add", FIRMS[10], "--on", "2026-04-01", "--found", words)
    assert answer.exit_code != 0
    assert "--found" in str(answer.exception)


def test_results_due_marks_overdue_days(run: Run) -> None:
    """Overdue days say so in words."""
    assert "(overdue)" in run(results, "due", day=date(2026, 5, 20)).stdout


def test_results_show_prints_coverage_and_categories(run: Run) -> None:
    """The table has one line a draw, then visits by category."""
    answer = run(results, "show")
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert [DRAW, "25", "25", "25", "9", "9", "0"] in lines
    assert f"{DRAW}  Cannot be contacted at its registered address: 9" in answer.stdout
    document = json.loads(run(results, "show", "--json").stdout)
    assert document["draws"][0]["categories"] == {"unreachable": 9}


def test_results_show_of_an_empty_year_says_so(workspace: Workspace) -> None:
    """Before anything is drawn there is nothing to show, on stderr."""
    answer = CliRunner().invoke(results, ["show"], obj=context(workspace.root, date(2026, 1, 5)))
    assert answer.exit_code == 0
    assert answer.stdout == ""
    assert "No firms are drawn yet." in answer.stderr


def test_results_due_of_an_empty_year_is_empty(workspace: Workspace) -> None:
    """Nothing is due where nothing was drawn."""
    answer = CliRunner().invoke(results, ["due"], obj=context(workspace.root, date(2026, 1, 5)))
    assert "0 results are not public yet" in answer.stdout
    assert len(answer.stdout.splitlines()) == 1


def test_officers_show_is_marked_internal_and_names_the_lead_first(run: Run) -> None:
    """The list bears its mark and log number; brackets in names are no markup; a lead comes before the members."""
    answer = run(officers, "show", "1")
    assert "INTERNAL" in answer.stdout
    assert "log entry 1" in answer.stdout
    assert "张[三] (O2)" in answer.stdout
    assert answer.stdout.index("O2") < answer.stdout.index("O0")
    document = json.loads(run(officers, "show", "1", "--json").stdout)
    assert document["internal"]["mark"] == "内部资料"
    assert document["teams"][0]["officer_ids"] == ["O2", "O0", "O1"]
    assert document["teams"][0]["num_visits"] == 25
