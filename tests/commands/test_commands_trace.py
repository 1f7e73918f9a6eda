"""`trace` as the review of both sides uses it: a firm from the lead to the settled follow-up, found by code or name."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from scheduler.workflow.demo import DemoSummary
from tests.commands.test_commands_agenda import run


@pytest.fixture
def folder(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the small year's workspace."""
    return Path(shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace"))


def query(folder: Path, statement: str, *values: str) -> list[tuple[Any, ...]]:
    """Rows that a statement finds in the workspace."""
    with sqlite3.connect(folder / "double-random.db") as database:
        return list(database.execute(statement, values))


def enterprise(folder: Path) -> str:
    """An enterprise drawn in round 2."""
    statement = "select firm_id from drawn_firm where draw_id = '2026-2-1' and counting order by firm_id limit 1"
    return str(query(folder, statement)[0][0])


def done(folder: Path, *words: str) -> Any:
    """What a command that must succeed printed, as JSON where it is JSON."""
    result = run(folder, *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout) if "--json" in words else result.stdout


def traced(folder: Path, firm: str) -> dict[str, Any]:
    """The trace for machines."""
    document: dict[str, Any] = done(folder, "trace", firm, "--json")
    return document


def test_trace_agrees_with_what_is_stored(folder: Path) -> None:
    """Each draw's pool, chance, ticket, visit, officers and results are those of the year; three draws, in order."""
    firm = enterprise(folder)
    found = traced(folder, firm)
    assert [draw["draw_id"] for draw in found["draws"]] == ["2026-1-1", "2026-2-1", "2026-3-1"]
    drawn = found["draws"][1]
    standing = drawn["standing"]["standing"]
    ((micro, firms, package),) = query(
        folder,
        "select chance_micro, chance_firms, package from drawn_firm where firm_id = ? and draw_id = '2026-2-1'",
        firm,
    )
    assert (standing["visits_micro"], standing["num_firms"], standing["package"]) == (micro, firms, package)
    assert standing["ticket"]["rank"] <= standing["ticket"]["num_drawn"]
    ((team, day),) = query(
        folder, "select team_id, visit_on from visit where firm_id = ? and draw_id = '2026-2-1'", firm
    )
    assert (drawn["visit"]["visit_on"], list(drawn["visit"]["teams"])) == (day, team.split(";"))
    members = {one["officer_id"] for people in drawn["visit"]["teams"].values() for one in people}
    teams = ", ".join("?" * len(team.split(";")))
    statement = f"select officer_id from team_member where team_id in ({teams})"  # noqa: S608
    assert members == {row[0] for row in query(folder, statement, *team.split(";"))}
    results = query(
        folder, "select distinct item_id from result where firm_id = ? and draw_id = '2026-2-1' order by 1", firm
    )
    assert [item["item_id"] for item in drawn["items"]] == [row[0] for row in results]
    assert drawn["list_public_on"] == drawn["results_public_on"] == "2026-12-03"
    events = query(folder, "select count(*) from event where firm_id = ?", firm)
    assert len(found["events"]) == events[0][0]
    assert found["tiers"][0]["tier"] == standing["classification"]["tier"]


def test_both_sides_stand_in_one_history(folder: Path, tmp_path: Path) -> None:
    """A lead, officers by lot, one who falls ill, a day moved, a finding, its correction, follow-up and an override."""
    firm = enterprise(folder)
    package = query(folder, "select package from drawn_firm where firm_id = ? and draw_id = '2026-2-1'", firm)[0][0]
    task = package.split("+")[0]
    done(folder, "cause", "add", firm, "--task", task, "--reason", "sells without a licence")
    done(folder, "draw", "officers", "X1")
    shown = done(folder, "officers", "show", "X1", "--json")
    (team,) = [one for one in shown["teams"] if one["num_visits"]]
    out = team["officer_ids"][0]
    came = done(folder, "draw", "replace-officer", "X1", out, "--reason", "illness", "--json")["members"][0][
        "officer_in"
    ]
    (visit,) = done(folder, "agenda", "show", "--round", "X1", "--json")["visits"]
    days = [f"2026-09-{day:02d}" for day in (14, 15, 16, 17, 18)]
    day = next(one for one in days if one != visit["visit_on"])
    done(folder, "agenda", "move", firm, day, "--round", "X1", "--reason", "the shop is closed", "--allow-overload")
    item = query(folder, "select item_ids from task where task_id = ?", task)[0][0].split(";")[0]
    said = ("--on", day, "--round", "X1", "--clean", "--found")
    done(folder, "--now", day, "result", "add", firm, *said, f"{item}=pending", "--measure", "order")
    correction = ("--reason", "the photograph shows another shop")
    done(folder, "--now", "2026-09-21", "result", "add", firm, *said, f"{item}=ordered_to_correct", *correction)
    done(folder, "--now", "2026-09-25", "result", "follow", firm, "--measure", "order", "--settled")
    override = ("D", "--reason", "under review", "--until", "2026-12-31")
    done(folder, "--now", "2026-09-25", "classify", "override", firm, *override)

    done(folder, "agenda", "export", "--round", "X1", "--out", str(tmp_path / "mine"))
    done(folder, "agenda", "export", "--round", "3", "--no-papers", "--out", str(tmp_path / "others"))

    found = traced(folder, firm)
    (cause,) = [draw for draw in found["draws"] if draw["cause"]]
    assert cause["cause"]["reason"] == "sells without a licence"
    assert [one["officer_in"] for one in cause["visit"]["replacements"]] == [came]
    members = {one["officer_id"] for people in cause["visit"]["teams"].values() for one in people}
    assert came in members
    assert out not in members
    assert [(one["moved_to"], one["reason"]) for one in cause["visit"]["moves"]] == [(day, "the shop is closed")]
    assert [one["category"] for one in cause["replaced"]] == ["pending"]
    (traced_item,) = [one for one in cause["items"] if one["item_id"] == item]
    assert traced_item["categories"] == ["ordered_to_correct"]
    assert [step["settled"] for step in traced_item["steps"]] == [False, True]
    assert cause["results_public_on"] is None
    assert [one["tier"] for one in found["overrides"]] == ["D"]
    # By the log: the export of its own round's notices, not of round 3, and all that was done about it since the lead.
    actions = [one["action"] for one in found["entries"]]
    assert actions.count("agenda export") == 1
    since = actions[actions.index("cause add") :]
    assert {"draw officers", "draw replace-officer", "agenda move", "record results", "follow up"} <= set(since)
    assert "publish" not in actions

    text = done(folder, "trace", firm)
    for words in (
        "sells without a licence",
        f"officer {out}",
        "visit moved",
        "corrected by",
        "settled",
        "under review",
    ):
        assert words in " ".join(text.split()), words
    page = tmp_path / "trace.html"
    assert run(folder, "trace", firm, "--html", str(page), language="zh_CN").exit_code == 0
    html = page.read_text(encoding="utf-8")
    for words in ("内部资料", "逐日经过", "有因检查", "sells without a licence"):
        assert words in html


def test_trace_is_internal_and_logged(folder: Path) -> None:
    """The mark names the entry of the log, which names the firm."""
    firm = enterprise(folder)
    mark = traced(folder, firm)["internal"]
    ((action, detail),) = query(
        folder, "select action, detail from log_entry where number = ?", str(mark["log_number"])
    )
    assert (mark["mark"], action, json.loads(detail)) == ("内部资料", "trace", {"firm_id": firm})


def test_firm_is_found_by_name_or_part_of_it(folder: Path) -> None:
    """Whatever the width of brackets and spaces; a part that several have is answered with their codes."""
    firm = enterprise(folder)
    ((name,),) = query(folder, "select name from firm where firm_id = ?", firm)
    assert traced(folder, name)["firm_id"] == firm
    assert traced(folder, firm.lower())["firm_id"] == firm
    several = str(run(folder, "trace", "示例").exception)
    assert "fits several" in several
    assert several.endswith("…")
    for other in ("无此企业", "%", " "):  # a wildcard of databases is a text as any other
        assert "nobody has" in str(run(folder, "trace", other).exception)


def test_hostile_names_are_harmless(folder: Path, tmp_path: Path) -> None:
    """A name that would be a script stands on the page as text."""
    firm = enterprise(folder)
    with sqlite3.connect(folder / "double-random.db") as database:
        database.execute("update firm set name = ? where firm_id = ?", ("<script>alert(1)</script>\u202e", firm))
    page = tmp_path / "trace.html"
    done(folder, "trace", firm, "--html", str(page))
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    assert "\u202e" not in done(folder, "trace", firm)


def test_firm_that_left_the_register_keeps_its_draws(folder: Path) -> None:
    """Its code is enough: what was drawn stays, and the trace says that it is gone."""
    firm = enterprise(folder)
    with sqlite3.connect(folder / "double-random.db") as database:
        database.execute("delete from firm where firm_id = ?", (firm,))
    found = traced(folder, firm)
    assert found["register"] is None
    assert len(found["draws"]) == 3
    assert "No longer on the register" in done(folder, "trace", firm)
