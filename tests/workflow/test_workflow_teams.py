"""Drawing officers in a workspace: frozen inputs, files and tables, once only, lists drawn elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from cli import CHINA
from models import tables
from models.draw_rows import get_file, list_files, put_file
from models.registry_rows import insert_firms, save_items, save_officers, save_recusals, save_tasks
from models.store import insert_columns
from models.tables import table_of
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.draw.canonical import parse_document, table_bytes
from scheduler.draw.commitment import SEALED_FILES, Commitment, seal_files, secret_digests
from scheduler.errors import StateError, StoreError
from scheduler.publication.inputs import PublicTask
from scheduler.publication.records import items_bytes, tasks_bytes
from scheduler.registry.codes import RoundKind
from scheduler.resources import data_path
from scheduler.teams.frozen import RECUSALS_NAME, ROSTER_NAME, recusals_bytes, roster_bytes
from scheduler.teams.needs import ITEMS_NAME, TASKS_NAME
from scheduler.teams.roster import Officer, Recusal
from scheduler.workflow.log import append_log, verify_log
from scheduler.workflow.officers import eligible_officers, officer_exceptions
from scheduler.workflow.teams import OfficersSummary, draw_officers, show_teams
from scheduler.workflow.workspace import Workspace
from tests.made_up_lists import item, task

FIRMS = tuple(f"91371002MA3C0000{number:02d}" for number in range(12))
DISTRICTS = ("371002", "371003")
SECRET = b"o" * 32
DRAW_SECRET = b"d" * 32
POLICY = data_path("examples", "double-random.toml").read_bytes()


def officer(number: int, district: str, **changes: Any) -> Officer:
    """A certified officer who may lead and knows food, but for the changes."""
    made = Officer(
        officer_id=f"O{number:02d}",
        name=f"Name {number}",
        unit="unit",
        department="department",
        level="county",
        district=district,
        certificate_no=str(number),
        certificate_valid_until=date(2027, 12, 31),
        post="",
        specialities=("food",),
        item_ids=(),
        lead_qualified=True,
        expert=False,
        active=True,
    )
    return dataclasses.replace(made, **changes)


ROSTER = (
    *(officer(number, DISTRICTS[number % 2]) for number in range(8)),
    officer(8, DISTRICTS[0], active=False, certificate_valid_until=None),
)
RECUSALS = (Recusal(officer_id="O01", firm_id=FIRMS[1], reason="kin", valid_until=None),)


def prepare(workspace: Workspace, kind: RoundKind, *, status: str = "drawn") -> str:
    """A register of twelve firms in two districts, a roster, and a round in which all firms were drawn."""
    number = "X1" if kind is RoundKind.EXTERNAL else "1"
    draw_id, round_id = f"2026-{number}-1", f"2026-{number}"
    districts = [DISTRICTS[index % 2] for index in range(len(FIRMS))]
    strata = {
        RoundKind.OPEN: ["open"] * len(FIRMS),
        RoundKind.TARGETED: [f"{district}/enterprise/B/T1" for district in districts],
        RoundKind.EXTERNAL: [""] * len(FIRMS),
    }[kind]
    columns = {
        "draw_id": [draw_id] * len(FIRMS),
        "firm_id": FIRMS,
        "round_id": [round_id] * len(FIRMS),
        "stratum": strata,
        "package": ["T1+T2" if index % 3 else "T1" for index in range(len(FIRMS))],
        "counting": [True] * len(FIRMS),
        "chance_micro": [1] * len(FIRMS),
        "chance_firms": [1] * len(FIRMS),
    }
    with workspace.transaction() as connection:
        insert_firms(
            connection,
            {
                "firm_id": FIRMS,
                "name": ["n"] * len(FIRMS),
                "object_type": ["enterprise"] * len(FIRMS),
                "district": districts,
                "status": ["operating"] * len(FIRMS),
            },
        )
        save_items(connection, (item("G01", speciality="food"), item("G02")))
        save_tasks(connection, 2026, (task("T1", "G01"), task("T2", "G02")))
        save_officers(connection, ROSTER)
        save_recusals(connection, RECUSALS)
        insert_columns(connection, tables.DrawnFirm, columns)
        row = {
            "round_id": round_id,
            "year": 2026,
            "number": 1,
            "kind": str(kind),
            "starts_on": date(2026, 3, 2),
            "ends_on": date(2026, 5, 29),
            "counting_visits": 12,
            "plan_id": "2026-v1",
        }
        connection.execute(sa.insert(table_of(tables.Round)), [row])
        attempt = {
            "draw_id": draw_id,
            "round_id": round_id,
            "attempt": 1,
            "status": status,
            "secret": None if kind is RoundKind.EXTERNAL else DRAW_SECRET,
            "officer_secret": None if kind is RoundKind.EXTERNAL else SECRET,
            "commitment_digest": "",
            "seed": "" if kind is RoundKind.EXTERNAL else "ab" * 32,
            "committed_on": date(2026, 1, 2),
            "drawn_on": date(2026, 1, 4),
            "void_reason": "",
        }
        connection.execute(sa.insert(table_of(tables.Draw)), [attempt])
        if kind is RoundKind.EXTERNAL:
            put_file(connection, draw_id, "drawn.tsv", b"firm_id\n")
            return draw_id
        rows = [(firm_id, "enterprise", district) for firm_id, district in zip(FIRMS, districts, strict=True)]
        freeze(
            connection,
            draw_id,
            kind,
            {
                "register.tsv": table_bytes(("firm_id", "object_type", "district"), rows),
                ROSTER_NAME: roster_bytes(ROSTER),
                RECUSALS_NAME: recusals_bytes(RECUSALS),
                ITEMS_NAME: items_bytes((item("G01", speciality="food"), item("G02"))),
                TASKS_NAME: tasks_bytes(PublicTask.of(entry) for entry in (task("T1", "G01"), task("T2", "G02"))),
            },
        )
    return draw_id


def freeze(connection: sa.Connection, draw_id: str, kind: RoundKind, files: Mapping[str, bytes]) -> None:
    """Freezes files of a draw with a commitment to them and to the secret."""
    files = {"policy.toml": POLICY, **files}
    contents = dict.fromkeys(SEALED_FILES, b"") | dict(files)
    secret, officer_secret = secret_digests(DRAW_SECRET, SECRET)
    commitment = Commitment(
        bureau="371000",
        year=2026,
        draw_id=draw_id,
        kind=kind,
        committed_on=date(2026, 2, 1),
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 5, 29),
        counting_visits=12,
        package="",
        num_firms=12,
        root="",
        secret=secret,
        officer_secret=officer_secret,
        sealed=seal_files(DRAW_SECRET, contents),
        entropy=(),
        day_value=None,
        drawn_before=(),
        software="double-random",
        log_head="",
    )
    for name, content in {**files, "commitment.json": commitment.content}.items():
        put_file(connection, draw_id, name, content)
    connection.execute(sa.update(table_of(tables.Draw)).values(commitment_digest=commitment.digest))


def rows_of(workspace: Workspace, model: type[SQLModel]) -> list[dict[str, Any]]:
    """All rows of a table, in a fixed order."""
    with workspace.transaction() as connection:
        rows = [dict(row) for row in connection.execute(sa.select(table_of(model))).mappings()]
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


@pytest.mark.parametrize("kind", [RoundKind.OPEN, RoundKind.TARGETED])
def test_draw_officers_fills_tables_and_freezes_files(any_workspace: Workspace, kind: RoundKind) -> None:
    """Every visit gets a team of its district and a working day; files say the same as the tables."""
    draw_id = prepare(any_workspace, kind)
    summary = draw_officers(any_workspace, 1)
    # 4 officers in each district make 2 teams each; one officer is left out for two reasons.
    assert (summary.num_eligible, summary.num_teams, summary.num_idle) == (8, 4, 0)
    assert summary.excluded == {"inactive": 1, "no_certificate": 1}
    assert (summary.num_visits, summary.exceptions) == (12, {})
    assert (summary.least_load, summary.greatest_load) == (3, 3)  # 6 visits over 2 teams in each district
    visits = rows_of(any_workspace, tables.Visit)
    assert [row["firm_id"] for row in visits] == sorted(FIRMS)
    for index, row in enumerate(visits):
        assert row["team_id"].startswith(f"{draw_id}-{DISTRICTS[index % 2]}-")
        assert date(2026, 3, 2) <= row["visit_on"] <= date(2026, 5, 29)
        assert WorkdayCalendar().is_working_day(row["visit_on"])
    members = {(row["team_id"], row["officer_id"]) for row in rows_of(any_workspace, tables.TeamMember)}
    assert (visits[1]["team_id"], "O01") not in members  # recused from this firm
    assert sum(row["lead"] for row in rows_of(any_workspace, tables.TeamMember)) == 4
    with any_workspace.transaction() as connection:
        content = get_file(connection, draw_id, "visits.tsv").decode()
        frozen = parse_document(get_file(connection, draw_id, "officers.json"), "officers.json")
        num_members = len(get_file(connection, draw_id, "teams.tsv").splitlines()) - 1
        assert verify_log(connection) == 1
    assert content.splitlines()[1].split("\t") == [
        visits[0]["firm_id"],
        visits[0]["team_id"],
        visits[0]["visit_on"].isoformat(),
        "",
    ]
    assert num_members == len(members) == 8
    assert [entry["specialities"] for entry in frozen["packages"]] == [["food"], ["food"]]
    assert frozen["working_days"][0] == "2026-03-02"


def test_draw_officers_of_open_and_targeted_rounds_agree(workspace: Workspace, tmp_path: Any) -> None:
    """The frozen register of an open round gives the same districts as the strata of a targeted one."""
    from scheduler.workflow.workspace import create_workspace

    other = create_workspace(tmp_path / "other", settings_text=workspace.settings_text, actor="t", now=workspace.now)
    files = []
    for made, kind in ((workspace, RoundKind.OPEN), (other, RoundKind.TARGETED)):
        draw_id = prepare(made, kind)
        draw_officers(made, 1)
        with made.transaction() as connection:
            files.append([get_file(connection, draw_id, name) for name in ("teams.tsv", "visits.tsv")])
    other.store.close()
    assert files[0] == files[1]


def test_draw_officers_runs_once(workspace: Workspace) -> None:
    """A second run is refused and changes nothing."""
    prepare(workspace, RoundKind.OPEN)
    draw_officers(workspace, 1)
    before = rows_of(workspace, tables.Visit)
    with pytest.raises(StateError, match="runs once"):
        draw_officers(workspace, 1)
    assert rows_of(workspace, tables.Visit) == before


def test_dry_run_tells_the_same_and_changes_nothing(workspace: Workspace) -> None:
    """A rehearsal leaves no team, no file and no log entry; the run after it comes out as it said."""
    draw_id = prepare(workspace, RoundKind.OPEN)
    rehearsed = draw_officers(workspace, 1, dry_run=True)
    assert rows_of(workspace, tables.Team) == []
    assert rows_of(workspace, tables.LogEntry) == []
    with workspace.transaction() as connection:
        assert "teams.tsv" not in list_files(connection, draw_id)
    assert draw_officers(workspace, 1) == rehearsed


@pytest.mark.parametrize("status", ["committed", "voided"])
def test_draw_officers_needs_firms_that_were_drawn(workspace: Workspace, status: str) -> None:
    """A round that is only committed, or whose draw was voided, is refused with the step to take."""
    prepare(workspace, RoundKind.OPEN, status=status)
    with pytest.raises(StateError, match="draw targets 1"):
        draw_officers(workspace, 1)


def test_draw_officers_of_an_unknown_round_is_refused(workspace: Workspace) -> None:
    """A round that the year does not have is named."""
    with pytest.raises(StateError, match="round 9"):
        draw_officers(workspace, 9)


def test_another_secret_than_the_committed_one_is_refused(workspace: Workspace) -> None:
    """Only lists drawn elsewhere take a key when officers are drawn."""
    prepare(workspace, RoundKind.OPEN)
    with pytest.raises(StateError, match="committed to its own"):
        draw_officers(workspace, 1, officer_secret=b"x")


@pytest.mark.parametrize(
    "change", [{"officer_secret": None}, {"officer_secret": b"x" * 32}, {"commitment_digest": "0"}]
)
def test_draw_with_another_commitment_or_secret_is_refused(workspace: Workspace, change: dict[str, Any]) -> None:
    """A key or a commitment that is not what was published stops the draw of officers."""
    prepare(workspace, RoundKind.OPEN)
    with workspace.transaction() as connection:
        connection.execute(sa.update(table_of(tables.Draw)).values(**change))
    with pytest.raises(StoreError, match="not what was published"):
        draw_officers(workspace, 1)


@pytest.mark.parametrize("name", ["roster.tsv", "recusals.tsv", "register.tsv"])
def test_changed_frozen_file_is_refused(workspace: Workspace, name: str) -> None:
    """A roster, recusals or register exchanged after the commitment is found out before anything is drawn."""
    draw_id = prepare(workspace, RoundKind.OPEN)
    with workspace.transaction() as connection:
        put_file(connection, draw_id, name, get_file(connection, draw_id, name) + b"more\n")
    with pytest.raises(StoreError, match=f"{name} is not what was committed to"):
        draw_officers(workspace, 1)


def test_lists_changed_after_the_commitment_change_nothing(workspace: Workspace) -> None:
    """Needs are those of the items and tasks frozen: nobody may choose teams by editing a list after the seed."""
    prepare(workspace, RoundKind.OPEN)
    before = draw_officers(workspace, 1, dry_run=True)
    with workspace.transaction() as connection:
        save_items(connection, (item("G01", speciality="nobody's", officers_required=9), item("G02")))
        save_tasks(connection, 2026, (task("T2", "G02"),))
    assert draw_officers(workspace, 1) == before


def test_package_with_a_task_that_is_gone_is_refused(workspace: Workspace) -> None:
    """A task or an item taken off its list after a list was drawn elsewhere is named."""
    prepare(workspace, RoundKind.EXTERNAL)
    with workspace.transaction() as connection:
        save_tasks(connection, 2026, (task("T1", "G09"), task("T2", "G02")))
    with pytest.raises(StateError, match="got G09"):
        draw_officers(workspace, "X1")
    with workspace.transaction() as connection:
        save_tasks(connection, 2026, (task("T1", "G01"),))
    with pytest.raises(StateError, match="got T2"):
        draw_officers(workspace, "X1")


def test_list_drawn_elsewhere_gets_officers_of_the_live_roster(workspace: Workspace) -> None:
    """An external list needs no commitment: districts come from the register, the key from the system or the caller."""
    draw_id = prepare(workspace, RoundKind.EXTERNAL)
    summary = draw_officers(workspace, "X1", officer_secret=SECRET)
    assert (summary.draw_id, summary.num_teams, summary.num_visits, summary.exceptions) == (draw_id, 4, 12, {})
    assert rows_of(workspace, tables.Draw)[0]["officer_secret"] == SECRET


def test_time_for_officers_of_a_list_drawn_elsewhere_runs_from_the_day_it_came(workspace: Workspace) -> None:
    """The list was drawn on 4 January and came today: five working days from today, the sixth is late."""
    draw_id = prepare(workspace, RoundKind.EXTERNAL)
    due_on = WorkdayCalendar().add_working_days(workspace.today, 5)
    assert due_on > WorkdayCalendar().add_working_days(date(2026, 1, 4), 5)
    with workspace.transaction() as connection:
        append_log(connection, workspace, "store drawn", {"draw_id": draw_id})
    summary = draw_officers(late(workspace, due_on), "X1", dry_run=True)
    assert (summary.due_on, summary.late) == (due_on, False)
    assert draw_officers(late(workspace, due_on + timedelta(days=1)), "X1", dry_run=True).late


def test_list_drawn_elsewhere_gets_a_key_of_its_own(workspace: Workspace) -> None:
    """Without a key given, 32 bytes come from the system and are kept."""
    prepare(workspace, RoundKind.EXTERNAL)
    draw_officers(workspace, "X1")
    assert len(rows_of(workspace, tables.Draw)[0]["officer_secret"]) == 32


def test_places_of_a_list_drawn_elsewhere_keep_their_teams_whatever_the_roster_becomes(workspace: Workspace) -> None:
    """Each place draws from the roster of its day; what the first drew stays when one of its officers is gone."""
    draw_id = prepare(workspace, RoundKind.EXTERNAL)
    first = draw_officers(workspace, "X1", district="371002")
    assert (first.num_teams, first.num_visits, first.places_left) == (2, 6, ("371003", "371000"))
    members, visits = rows_of(workspace, tables.TeamMember), rows_of(workspace, tables.Visit)
    gone = members[0]["officer_id"]
    with workspace.transaction() as connection:
        save_officers(connection, [dataclasses.replace(entry, active=entry.officer_id != gone) for entry in ROSTER])
    rest = draw_officers(workspace, "X1")
    assert (rest.num_visits, rest.places_left) == (6, ())
    assert [row for row in rows_of(workspace, tables.TeamMember) if row in members] == members
    settled = [row for row in visits if row["team_id"]]
    assert len(settled) == 6
    assert [row for row in rows_of(workspace, tables.Visit) if row in settled] == settled
    with workspace.transaction() as connection:
        places = parse_document(get_file(connection, draw_id, "officers.json"), "officers.json")["places"]
    assert [entry["district"] for entry in places] == ["371002", "371003", "371000"]
    with pytest.raises(StateError, match="runs once"):
        draw_officers(workspace, "X1")


def late(workspace: Workspace, day: date) -> Workspace:
    """The same workspace on another day."""
    return dataclasses.replace(workspace, now=datetime(day.year, day.month, day.day, 9, tzinfo=CHINA))


def test_officers_drawn_within_the_window_get_days_after_it(workspace: Workspace) -> None:
    """Nobody is sent out on a day that is over: all visits fall after the day of the draw of officers."""
    prepare(workspace, RoundKind.OPEN)
    summary = draw_officers(late(workspace, date(2026, 5, 26)), 1)
    assert summary.first_day == date(2026, 5, 27)
    assert summary.last_day == date(2026, 5, 29)  # 3 visits of a team over the 3 days 27, 28, 29: one a day
    assert summary.exceptions == {}


def test_officers_drawn_after_the_window_leave_visits_without_day(workspace: Workspace) -> None:
    """A round that is over has teams and no days, and says so."""
    prepare(workspace, RoundKind.OPEN)
    summary: OfficersSummary = draw_officers(late(workspace, date(2026, 5, 29)), 1)
    assert summary.exceptions == {"no_day": 12}
    assert summary.first_day is None


def test_round_without_officers_has_unmet_visits(workspace: Workspace) -> None:
    """With nobody on the roster every visit is unmet; nothing breaks."""
    draw_id = prepare(workspace, RoundKind.OPEN)
    with workspace.transaction() as connection:
        register = get_file(connection, draw_id, "register.tsv")
        files = {name: get_file(connection, draw_id, name) for name in (ITEMS_NAME, TASKS_NAME)}
        files |= {"register.tsv": register, ROSTER_NAME: roster_bytes(()), RECUSALS_NAME: recusals_bytes(())}
        freeze(connection, draw_id, RoundKind.OPEN, files)
    summary = draw_officers(workspace, 1)
    assert summary.exceptions == {"unmet": 12}
    assert (summary.num_teams, summary.greatest_load) == (0, 0)


def test_show_teams_lists_leads_first(workspace: Workspace) -> None:
    """The internal list of teams names the lead first and counts the visits; before the draw it is refused."""
    prepare(workspace, RoundKind.OPEN)
    with pytest.raises(StateError, match="draw officers 1"):
        show_teams(workspace, 1)
    draw_officers(workspace, 1)
    mark, shown = show_teams(workspace, 1)
    assert mark.log_number == 2  # reading the internal list leaves a trace after the draw's own entry
    leads = {row["team_id"]: row["officer_id"] for row in rows_of(workspace, tables.TeamMember) if row["lead"]}
    assert {team.team_id: team.officer_ids[0] for team in shown} == leads
    assert [team.num_visits for team in shown] == [3, 3, 3, 3]
    assert shown[0].names[0].startswith("Name ")


def test_policy_changed_after_the_commitment_changes_no_day(workspace: Workspace) -> None:
    """What a day holds is what the sealed policy says: nobody moves days by editing the policy after the seed."""
    prepare(workspace, RoundKind.OPEN)
    agenda = workspace.settings.agenda.model_copy(
        update={"visits_per_team_day": 1, "blocked_days": (date(2026, 4, 8),)}
    )
    changed = dataclasses.replace(workspace, settings=workspace.settings.model_copy(update={"agenda": agenda}))
    draw_officers(changed, 1)
    with workspace.transaction() as connection:
        frozen = parse_document(get_file(connection, "2026-1-1", "officers.json"), "officers.json")
    assert (frozen["visits_per_team_day"], frozen["minutes_per_team_day"], frozen["journey_minutes"]) == (3, 480, 90)
    assert "2026-04-08" in frozen["working_days"]


def test_eligible_officers_keep_every_reason(workspace: Workspace) -> None:
    """O08 is off duty without a certificate; O01 is kin of the second firm's owner, and may visit others."""
    prepare(workspace, RoundKind.OPEN)
    mark, states = eligible_officers(workspace, 1, FIRMS[1])
    reasons = {state.officer_id: state.reasons for state in states if state.reasons}
    assert reasons == {"O01": ("kin",), "O08": ("inactive", "no_certificate")}
    assert mark.line()
    with pytest.raises(StateError, match="expected a firm drawn"):
        eligible_officers(workspace, 1, "91371002MA3C000099")


def test_exceptions_say_what_would_meet_them(workspace: Workspace) -> None:
    """Nobody of the roster knows food any more: an officer with it is what is missing, for every visit."""
    prepare(workspace, RoundKind.EXTERNAL)
    with workspace.transaction() as connection:
        save_officers(connection, tuple(dataclasses.replace(entry, specialities=()) for entry in ROSTER))
    draw_officers(workspace, "X1", officer_secret=SECRET)
    _, found = officer_exceptions(workspace, "X1")
    assert [entry.firm_id for entry in found] == list(FIRMS)
    assert {entry.missing for entry in found} == {("an officer with food who may check G01",)}


def test_officers_are_not_drawn_before_a_firm_gave_way(workspace: Workspace) -> None:
    """The clock went back since: the record would hold days out of turn, so nothing is drawn."""
    draw_id = prepare(workspace, RoundKind.OPEN)
    later = dataclasses.replace(workspace, now=workspace.now + timedelta(days=1))
    with later.transaction() as connection:
        append_log(connection, later, "draw replace-firm", {"draw_id": draw_id})
    with pytest.raises(StateError, match="draw 2026-1-1 was changed on 2026-01-06, but today is 2026-01-05"):
        draw_officers(workspace, 1)
    assert rows_of(workspace, tables.TeamMember) == []
    assert draw_officers(later, 1).num_visits == len(FIRMS)
