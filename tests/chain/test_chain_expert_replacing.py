"""Experts who drop out after the draw: the next by lot comes, on record, verified; only the visits that are touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from models.agenda_rows import load_agenda
from models.draw_rows import list_files
from models.expert_rows import load_expert_replacements
from scheduler.agenda.entries import PlannedVisit
from scheduler.audit.claims import Status, Verdict
from scheduler.audit.verifier import verify_record
from scheduler.errors import StateError
from scheduler.teams.expert_replacing import EXPERT_REPLACEMENTS_NAME, ExpertObstacle, ExpertReason
from scheduler.workflow.expert_replacements import replace_expert
from scheduler.workflow.officers import replaced_officers
from scheduler.workflow.publication import publish
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.chain.redrawing import on
from tests.chain.test_chain_expert_leave import DRAW, FIRST, SECOND, leave, undrawn
from tests.commands.test_commands_agenda import run

__all__ = ["undrawn"]


@pytest.fixture
def drawn(undrawn: Workspace) -> Workspace:
    """The third round with its officers and experts, two days after they were drawn."""
    draw_officers(undrawn, 3)
    return on(undrawn, date(2026, 8, 30))


def planned(workspace: Workspace) -> dict[str, tuple[PlannedVisit, str]]:
    """Each visit of the draw with who joins it as an expert now, if anybody."""
    with workspace.transaction() as connection:
        agenda = load_agenda(connection, 2026)
    return {
        visit.firm_id: (visit, "".join(who.officer_id for who in agenda.experts_of(visit)))
        for visit in agenda.visits
        if visit.draw_id == DRAW
    }


def coming(workspace: Workspace) -> dict[str, str]:
    """Who joins each visit as an expert now."""
    return {firm: who for firm, (_visit, who) in planned(workspace).items()}


def files(workspace: Workspace) -> Mapping[str, object]:
    """Digests of the files of the draw."""
    with workspace.transaction() as connection:
        return list_files(connection, DRAW)


def assert_consistent(workspace: Workspace, folder: Path) -> None:
    """The record published now verifies, who gave way included, of whom nothing is public."""
    publish(workspace, public=folder / "public", audit=folder / "audit", site=folder / "site", workbook=None)
    report = verify_record(folder / "audit")
    assert report.verdict is Verdict.CONSISTENT, report.of_status(Status.FAILED)
    assert any(claim.section == "8.13" for claim in report.of_status(Status.PASSED))
    assert (folder / "audit" / "draws" / DRAW / EXPERT_REPLACEMENTS_NAME).exists()
    told = [path for path in (folder / "public").rglob("*") if path.is_file() and b"X-000" in path.read_bytes()]
    told += [path for path in (folder / "site").rglob("*") if path.is_file() and b"X-000" in path.read_bytes()]
    assert told == []


def test_next_by_lot_comes_and_then_nobody(drawn: Workspace, tmp_path: Path) -> None:
    """The first falls ill and the second comes; then the second leaves, and officers go alone; the lot's file stays."""
    before, frozen = coming(drawn), files(drawn)["experts.tsv"]
    mine = {firm for firm, who in before.items() if who == FIRST}
    assert mine
    summary = replace_expert(drawn, 3, FIRST, reason=ExpertReason.ILLNESS, note=" 住院\u202e ")
    assert {(one.firm_id, one.officer_in) for one in summary.visits} == {(firm, SECOND) for firm in mine}
    assert all(one.name for one in summary.visits)
    assert coming(drawn) == {firm: who and SECOND for firm, who in before.items()}
    assert files(drawn)["experts.tsv"] == frozen
    assert_consistent(drawn, tmp_path / "one")
    with pytest.raises(StateError, match="was changed on 2026-08-30, but today is 2026-08-29"):
        replace_expert(on(drawn, date(2026, 8, 29)), 3, SECOND, reason=ExpertReason.LEFT)
    later = on(drawn, date(2026, 8, 31))
    left = replace_expert(later, 3, SECOND, reason=ExpertReason.LEFT)
    assert len(left.visits) == sum(bool(who) for who in before.values())
    passed = {one.firm_id: () if one.firm_id in mine else ((FIRST, ExpertObstacle.INACTIVE),) for one in left.visits}
    assert {one.firm_id: (one.officer_in, one.passed_over) for one in left.visits} == {
        firm: ("", told) for firm, told in passed.items()
    }
    assert_consistent(later, tmp_path / "two")
    _mark, _officers, experts = replaced_officers(later, 3)
    assert {(one.note, one.author) for one in experts if one.officer_out == FIRST} == {("住院", "tester")}


def test_visit_that_was_made_keeps_who_came(drawn: Workspace) -> None:
    """Who drops out after some visits gives way at those to come alone, also where no result is typed in yet."""
    mine = {firm: visit.visit_on for firm, (visit, who) in planned(drawn).items() if who == FIRST and visit.visit_on}
    today = sorted(mine.values())[len(mine) // 2]
    made = {firm for firm, day in mine.items() if day < today}
    assert made
    with pytest.raises(StateError, match=f"{', '.join(sorted(made))}: the visit was made"):
        replace_expert(on(drawn, today), 3, FIRST, reason=ExpertReason.LEFT, firms=sorted(mine))
    summary = replace_expert(on(drawn, today), 3, FIRST, reason=ExpertReason.LEFT)
    assert {one.firm_id for one in summary.visits} == mine.keys() - made
    assert {who for firm, who in coming(drawn).items() if firm in made} == {FIRST}


def test_leave_touches_its_days_alone_and_passes_over_who_is_away_too(drawn: Workspace, tmp_path: Path) -> None:
    """Leave of one day moves one day's visits; where the other is away as well, he or she is passed over."""
    visits = planned(drawn)
    visit, who = next(told for _firm, told in sorted(visits.items()) if told[1] and told[0].visit_on)
    day = visit.visit_on
    assert day is not None
    with pytest.raises(StateError, match="has no visit to come in draw 2026-3-1 that this reason touches"):
        replace_expert(drawn, 3, who, reason=ExpertReason.LEAVE)
    leave(drawn, who, day, day)
    same_day = {name for name, (one, expert) in visits.items() if one.visit_on == day and expert == who}
    other = {FIRST: SECOND, SECOND: FIRST}[who]
    rehearsed = replace_expert(drawn, 3, who, reason=ExpertReason.LEAVE, dry_run=True)
    assert {(one.firm_id, one.officer_in) for one in rehearsed.visits} == {(name, other) for name in same_day}
    assert coming(drawn) == {name: expert for name, (_visit, expert) in visits.items()}
    assert EXPERT_REPLACEMENTS_NAME not in files(drawn)
    leave(drawn, other, day, day)
    summary = replace_expert(drawn, 3, who, reason=ExpertReason.LEAVE)
    assert {one.firm_id for one in summary.visits} == same_day
    assert {(one.officer_in, one.passed_over) for one in summary.visits} == {("", ((other, ExpertObstacle.LEAVE),))}
    assert_consistent(drawn, tmp_path)


def test_recusal_touches_the_firm_that_is_named(drawn: Workspace, tmp_path: Path) -> None:
    """Without a recusal on the roster a firm has to be named; then that visit alone has another expert."""
    before, visits = coming(drawn), planned(drawn)
    firm, who = next((firm, who) for firm, who in sorted(before.items()) if who)
    with pytest.raises(StateError, match="name firms with --firm, or import the recusal or leave first"):
        replace_expert(drawn, 3, who, reason=ExpertReason.RECUSED)
    with pytest.raises(StateError, match="does not come to NOBODY in draw 2026-3-1"):
        replace_expert(drawn, 3, who, reason=ExpertReason.RECUSED, firms=["NOBODY"])
    with pytest.raises(StateError, match="O-9: expected an expert of a visit of draw 2026-3-1"):
        replace_expert(drawn, 3, "O-9", reason=ExpertReason.ILLNESS)
    replace_expert(drawn, 3, who, reason=ExpertReason.RECUSED, firms=[firm])
    other = {FIRST: SECOND, SECOND: FIRST}[who]
    assert coming(drawn) == {**before, firm: other}
    changed = [
        (name, visit.num_moves, visit.num_changes)
        for name, (visit, _who) in planned(drawn).items()
        if visit.stamped_at > visits[name][0].stamped_at
    ]
    assert changed == [(firm, 0, 1)]  # calendars take the new version of this event alone
    with drawn.transaction() as connection:
        (entry,) = load_expert_replacements(connection, DRAW)
    assert (entry.number, entry.speciality, entry.decided_on) == (1, "food", date(2026, 8, 30))
    assert_consistent(drawn, tmp_path)


def test_command_tells_who_comes_and_the_list_who_gave_way(drawn: Workspace) -> None:
    """A rehearsal in Chinese, the deed in English, JSON for machines, and the list of who was replaced."""
    firm, who = next((firm, who) for firm, who in sorted(coming(drawn).items()) if who)
    other = {FIRST: SECOND, SECOND: FIRST}[who]
    asked = ("draw", "replace-expert", "3", who, "--reason", "qualification", "--firm", firm)
    assert f"{firm}：专家 {other} " in run(drawn.root, *asked, "--dry-run", language="zh_CN").output
    document = json.loads(run(drawn.root, *asked, "--json").stdout)
    assert [(one["firm_id"], one["officer_in"]) for one in document["visits"]] == [(firm, other)]
    listed = run(drawn.root, "officers", "replaced", "3").stdout
    assert f"2026-09-01 {firm}: expert {other} for {who}, Lost the qualification; decided by" in listed
    told = run(drawn.root, "trace", firm).stdout
    assert f"expert {who} gave way to {other}: Lost the qualification" in told
    assert re.search(rf"experts who join the visit: .*\({other}\)", told)
    shown = json.loads(run(drawn.root, "officers", "replaced", "3", "--json").stdout)
    assert [one["officer_out"] for one in shown["experts"]] == [who]
