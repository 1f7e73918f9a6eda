"""Replacing an officer after the draw: next by lot, team and days kept, refused in words where nobody is left."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

import pytest

from cli import CHINA
from models.agenda_rows import load_moves, save_leave
from models.draw_rows import get_file, list_files
from models.meeting_rows import load_meetings
from models.registry_rows import save_officers
from models.replacement_rows import load_replacements
from models.tables import DrawFile, LogEntry, OfficerReplacement, VisitMove
from scheduler.agenda.entries import PlannedVisit, Selection
from scheduler.agenda.leave import Leave
from scheduler.draw.hashing import keyed_digest
from scheduler.errors import StateError
from scheduler.registry.codes import RoundKind
from scheduler.teams.replacing import Obstacle, ReplacementReason
from scheduler.workflow.agenda import move_visit, show_agenda
from scheduler.workflow.log import verify_log
from scheduler.workflow.replacements import replace_officer
from scheduler.workflow.teams import draw_officers, show_teams
from scheduler.workflow.workspace import Workspace
from tests.workflow.test_workflow_teams import DISTRICTS, FIRMS, ROSTER, SECRET, prepare, rows_of

DRAW = "2026-1-1"


@pytest.fixture
def planned(workspace: Workspace) -> Workspace:
    """Twelve visits of four teams of two from 2 March to 29 May, seen on 20 February."""
    prepare(workspace, RoundKind.OPEN)
    draw_officers(workspace, 1)
    return dataclasses.replace(workspace, now=datetime(2026, 2, 20, 9, tzinfo=CHINA))


def teams(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Members of the teams now, the lead first."""
    return {team.team_id: team.officer_ids for team in show_teams(workspace, 1)[1]}


def visits(workspace: Workspace) -> dict[str, PlannedVisit]:
    """Planned visits by firm."""
    return {visit.firm_id: visit for visit in show_agenda(workspace, Selection())[1].visits}


def lot(names: list[str]) -> list[str]:
    """Officers in the order of the lot of teams, counter 0."""
    return sorted(names, key=lambda name: keyed_digest(SECRET, "officer", "ab" * 32, "0", name))


def home_team(workspace: Workspace) -> tuple[str, tuple[str, ...]]:
    """First team of the first district, where nobody is recused from anything."""
    return next((name, who) for name, who in teams(workspace).items() if f"-{DISTRICTS[0]}-" in name)


def test_next_by_lot_takes_the_place(planned: Workspace) -> None:
    """
    Of the district's other team, whose two officers have three visits each, the first by lot comes.

    The newcomer leads in the lead's place, team and days of visits stay, and files of the lot are as they were.
    """
    team_id, (out, other) = home_team(planned)
    rest = [name for name, who in teams(planned).items() if name != team_id and f"-{DISTRICTS[0]}-" in name]
    pool = list(teams(planned)[rest[0]])
    before = visits(planned)
    with planned.transaction() as connection:
        frozen = list_files(connection, DRAW)
    summary = replace_officer(planned, 1, out, reason=ReplacementReason.ILLNESS, note="flu")
    (member,) = summary.members
    assert (member.team_id, member.officer_in, member.passed_over) == (team_id, lot(pool)[0], ())
    assert (member.num_kept + len(member.moved), member.stuck) == (3, ())
    assert teams(planned)[team_id] == (member.officer_in, other)
    after = visits(planned)
    changed = {firm for firm in FIRMS if after[firm].visit_on != before[firm].visit_on}
    assert changed == {firm for firm, _, _ in member.moved}
    assert {firm: visit.team_ids for firm, visit in after.items()} == {
        firm: visit.team_ids for firm, visit in before.items()
    }
    (row,) = rows_of(planned, OfficerReplacement)
    assert (row["author"], row["decided_on"], row["note"]) == ("tester", date(2026, 2, 20), "flu")
    with planned.transaction() as connection:
        now = list_files(connection, DRAW)
        content = get_file(connection, DRAW, "replacements.tsv").decode()
        assert verify_log(connection) > 0
    assert all(now[name] == digest for name, digest in frozen.items())
    assert content.splitlines()[1] == "\t".join(["001", team_id, out, member.officer_in, "illness", "2026-02-20", ""])
    assert "flu" not in content + "".join(entry["detail"] for entry in rows_of(planned, LogEntry))


def test_who_dropped_out_does_not_come_back(planned: Workspace) -> None:
    """The newcomer of one replacement drops out too: the third officer comes, and nobody who went before."""
    team_id, (out, _) = home_team(planned)
    first = replace_officer(planned, 1, out, reason=ReplacementReason.LEFT).members[0].officer_in
    summary = replace_officer(planned, 1, first, reason=ReplacementReason.CERTIFICATE)
    assert len(summary.members) == 2  # the team that drew the officer, and the one joined
    assert not {out, first} & {member.officer_in for member in summary.members}
    assert all(out not in who and first not in who for who in teams(planned).values())
    with planned.transaction() as connection:
        assert [entry.number for entry in load_replacements(connection, DRAW)] == [1, 2, 3]
    assert team_id in {member.team_id for member in summary.members}


def test_visits_made_before_stay_with_who_made_them(planned: Workspace) -> None:
    """After a change in the middle of the round, the officer of each visit is who was in the team on its day."""
    team_id, (out, _) = home_team(planned)
    mine = sorted(visit.visit_on for visit in visits(planned).values() if team_id in visit.team_ids and visit.visit_on)
    later = dataclasses.replace(planned, now=datetime.combine(mine[1], datetime.min.time(), CHINA))
    newcomer = replace_officer(later, 1, out, reason=ReplacementReason.ILLNESS).members[0].officer_in
    _, agenda = show_agenda(later, Selection())
    with later.transaction() as connection:
        met = set(load_meetings(connection, 2026, awaited_since=date(2026, 1, 1)))
    for visit in agenda.visits:
        if team_id in visit.team_ids:
            assert visit.visit_on is not None
            who = {member.officer_id for member in agenda.officers_of(visit)}
            expected = out if visit.visit_on < mine[1] else newcomer
            assert who & {out, newcomer} == {expected}
            assert (expected, visit.firm_id) in met


def test_obstacles_of_today_pass_the_next_over(planned: Workspace) -> None:
    """Who lost the certificate since, or is on leave on all days, is passed over on record; then neighbours come."""
    team_id, (out, _) = home_team(planned)
    pool = lot([name for name, who in teams(planned).items() if name != team_id for name in who])
    home = [name for name in pool if int(name[1:]) % 2 == 0]
    with planned.transaction() as connection:
        save_officers(
            connection,
            [
                dataclasses.replace(one, certificate_valid_until=None) if one.officer_id == home[0] else one
                for one in ROSTER
            ],
        )
        save_leave(connection, [Leave(officer_id=home[1], starts_on=date(2026, 2, 1), ends_on=date(2026, 6, 1))])
    (member,) = replace_officer(planned, 1, out, reason=ReplacementReason.RECUSED).members
    assert member.passed_over == ((home[0], Obstacle.NO_CERTIFICATE), (home[1], Obstacle.ON_LEAVE))
    assert int(member.officer_in[1:]) % 2 == 1  # of the other district


def test_day_is_planned_anew_where_the_newcomer_is_not_free(planned: Workspace) -> None:
    """Leave of the next by lot on one day of three moves that visit alone, to a day on which everybody is there."""
    team_id, (out, _) = home_team(planned)
    newcomer = replace_officer(planned, 1, out, reason=ReplacementReason.ILLNESS, dry_run=True).members[0].officer_in
    day = next(visit.visit_on for visit in visits(planned).values() if team_id in visit.team_ids)
    assert day is not None
    with planned.transaction() as connection:
        save_leave(connection, [Leave(officer_id=newcomer, starts_on=day, ends_on=day)])
    (member,) = replace_officer(planned, 1, out, reason=ReplacementReason.ILLNESS).members
    assert member.officer_in == newcomer
    assert [before for _, before, _ in member.moved] == [day]
    assert member.num_kept == 2
    with planned.transaction() as connection:
        (move,) = load_moves(connection, DRAW)
    assert (move.moved_from, move.moved_to) == member.moved[0][1:]


def test_dry_run_changes_nothing(planned: Workspace) -> None:
    """It tells what the real run then does, and leaves no row, file or entry."""
    _, (out, _) = home_team(planned)
    entries = len(rows_of(planned, LogEntry))
    rehearsed = replace_officer(planned, 1, out, reason=ReplacementReason.ILLNESS, dry_run=True)
    assert rows_of(planned, OfficerReplacement) == []
    with planned.transaction() as connection:
        assert "replacements.tsv" not in list_files(connection, DRAW)
    assert len(rows_of(planned, LogEntry)) == entries
    assert replace_officer(planned, 1, out, reason=ReplacementReason.ILLNESS) == rehearsed


def test_refusals_say_what_is_wrong(planned: Workspace) -> None:
    """An officer of no team, a round without officers, and nobody left each have their sentence."""
    with pytest.raises(StateError, match="expected an officer of a team"):
        replace_officer(planned, 1, "O99", reason=ReplacementReason.LEFT)
    with pytest.raises(StateError, match="not drawn yet"):
        replace_officer(planned, 2, "O00", reason=ReplacementReason.LEFT)
    _, (out, other) = home_team(planned)
    with planned.transaction() as connection:
        save_officers(connection, [one for one in ROSTER if one.officer_id in (out, other)])
    with pytest.raises(StateError, match=r"it takes an officer .* 1 more officers.*passed over"):
        replace_officer(planned, 1, out, reason=ReplacementReason.LEFT)
    assert rows_of(planned, OfficerReplacement) == []


def test_list_drawn_elsewhere_has_replacements_too(workspace: Workspace) -> None:
    """Officers of an external list are replaced by its own key."""
    prepare(workspace, RoundKind.EXTERNAL)
    draw_officers(workspace, "X1", officer_secret=SECRET)
    out = show_teams(workspace, "X1")[1][0].officer_ids[1]
    (member,) = replace_officer(workspace, "X1", out, reason=ReplacementReason.ILLNESS).members
    assert member.officer_in in {one.officer_id for one in ROSTER} - {out}


@pytest.mark.parametrize("command", ["replace-officer", "agenda move"])
def test_clock_that_went_back_is_refused(planned: Workspace, command: str) -> None:
    """An officer gave way on 20 February; what is said to happen a day before changes nothing."""
    team_id, (out, other) = home_team(planned)
    replace_officer(planned, 1, out, reason=ReplacementReason.ILLNESS)
    bent = dataclasses.replace(planned, now=datetime(2026, 2, 19, 9, tzinfo=CHINA))
    firm_id = next(firm for firm, visit in visits(planned).items() if team_id in visit.team_ids)
    tables = (LogEntry, OfficerReplacement, VisitMove, DrawFile)
    before = [rows_of(planned, table) for table in tables]
    with pytest.raises(StateError, match="was changed on 2026-02-20, but today is 2026-02-19"):
        if command == "replace-officer":
            replace_officer(bent, 1, other, reason=ReplacementReason.LEFT)
        else:
            move_visit(bent, firm_id, date(2026, 5, 20), reason="closed", allow_overload=True)
    assert [rows_of(planned, table) for table in tables] == before
