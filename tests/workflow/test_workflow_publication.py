"""Publishing a workspace: what is written, what is logged, what is refused, and what stays as it was."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

import cli
from models import tables
from models.draw_rows import StoredDraw, insert_draw, load_draw_events, put_file
from models.publication_rows import load_log
from models.registry_rows import save_items, save_tasks
from models.store import insert_columns
from models.tables import table_of
from scheduler.audit.anchors import parse_anchors
from scheduler.draw.draw_log import draw_log_head
from scheduler.draw.signing import is_signed
from scheduler.errors import StateError
from scheduler.publication.files import Changes
from scheduler.publication.inputs import LogRow
from scheduler.registry.codes import ObjectType
from scheduler.registry.items import Task, TaskRange
from scheduler.workflow import publication
from scheduler.workflow.keys import KEY_NAME, make_key
from scheduler.workflow.log import append_log, verify_log
from scheduler.workflow.notices import write_notices
from scheduler.workflow.publication import PublicationSummary, publish
from scheduler.workflow.workspace import Workspace, create_workspace
from tests.made_up_lists import task
from tests.publication.tiny_year import OFFICER_SECRET, SECRET, make_inputs

OLD_TIME = 1_000_000_000
INTERNAL = ("TIER-D", "STRATUM-X", "OFFICER-7", "高风险", SECRET.hex(), OFFICER_SECRET.hex())


def fill(workspace: Workspace) -> None:
    """Puts the tiny year's plan, items, tasks, draws and results into a workspace."""
    inputs = make_inputs(6, 3)
    with workspace.transaction() as connection:
        _insert_plan(connection, workspace)
        save_items(connection, inputs.items)
        save_tasks(connection, 2026, [_task()])
        for draw in inputs.draws:
            if draw.draw_id in ("2026-1-1", "2026-1-2"):
                _insert_draw(connection, draw.draw_id, dict(draw.files))
        results = next(draw.results for draw in inputs.draws if draw.draw_id == "2026-1-2")
        columns = {
            "draw_id": ["2026-1-2"] * len(results.firm_id),
            "firm_id": results.firm_id,
            "item_id": results.item_id,
            "category": results.category,
            "inspected_on": [date(2026, 3, 5)] * len(results.firm_id),
            "recorded_on": [date(2026, 3, 6)] * len(results.firm_id),
            "note": ["OFFICER-7 says 高风险"] * len(results.firm_id),
        }
        insert_columns(connection, tables.Result, columns)


def _insert_plan(connection: sa.Connection, workspace: Workspace) -> None:
    plan = {
        "plan_id": "2026-v1",
        "year": 2026,
        "version": 1,
        "status": "approved",
        "base_date": date(2026, 1, 1),
        "num_enterprises": 6,
        "target": 12,
        "policy": workspace.settings_text,
        "reason": "",
        "author": "OFFICER-7",
        "approved_on": date(2026, 1, 4),
    }
    connection.execute(sa.insert(table_of(tables.Plan)), [plan])
    rounds = [
        {
            "round_id": f"2026-{number}",
            "year": 2026,
            "number": number,
            "kind": kind,
            "starts_on": date(2026, 3, 2),
            "ends_on": date(2026, 5, 29),
            "counting_visits": 9,
            "plan_id": "2026-v1",
        }
        for number, kind in ((1, "open"), (2, "targeted"))
    ]
    connection.execute(sa.insert(table_of(tables.Round)), rounds)


def _insert_draw(connection: sa.Connection, draw_id: str, files: dict[str, bytes]) -> None:
    draw = StoredDraw(
        draw_id=draw_id,
        round_id="2026-1",
        attempt=int(draw_id[-1]),
        status="drawn" if draw_id == "2026-1-2" else "voided",
        secret=SECRET,
        officer_secret=OFFICER_SECRET,
        commitment_digest="",
        seed="",
        committed_on=date(2026, 2, 10),
        drawn_on=date(2026, 2, 21),
        officers_drawn_on=None,
        void_reason="",
    )
    insert_draw(connection, draw)
    sealed = {"register.tsv": b"firm_id\ttier\tdisposition\n1\tTIER-D\tSTRATUM-X\n", "roster.tsv": b"OFFICER-7\n"}
    for name, content in (files | sealed).items():
        put_file(connection, draw_id, name, content)


def _task() -> Task:
    return task(
        "T01",
        "G01",
        "G02",
        name="企业登记事项抽查",
        range=TaskRange(object_types=(ObjectType.ENTERPRISE,)),
        ratio_max_micro=80_000,
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 11, 30),
        initiator="市场监管局",
        credit_requirement="只查高风险",
    )


@pytest.fixture
def filled(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace with the tiny year."""
    fill(workspace)
    yield workspace


def out(folder: Path) -> dict[str, Path]:
    """Places below one folder."""
    return {
        "public": folder / "records" / "public",
        "audit": folder / "records" / "audit",
        "site": folder / "site",
        "workbook": folder / "year.xlsx",
    }


def run(workspace: Workspace, folder: Path, *, dry_run: bool = False) -> PublicationSummary:
    """Publishes into one folder."""
    places = out(folder)
    return publish(
        workspace,
        public=places["public"],
        audit=places["audit"],
        site=places["site"],
        workbook=places["workbook"],
        dry_run=dry_run,
    )


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_publish_writes_records_site_and_workbook(filled: Workspace, tmp_path: Path) -> None:
    """All four come to be; the log's last entry names the public record, and the audit record holds that entry."""
    summary = run(filled, tmp_path / "out")
    files = tree(tmp_path / "out")
    assert {"records/public/manifest.json", "records/audit/manifest.json", "site/index.html", "year.xlsx"} <= set(files)
    year = json.loads(files["records/public/year.json"])
    assert (year["num_enterprises"], year["target"], year["target_ratio_micro"]) == (6, 12, 80_000)
    assert year["drawn_enterprises"] == 3
    # committed to 3 in the attempt that stands, planned with 9 in the round that has none
    assert [entry["counting_visits"] for entry in year["rounds"]] == [3, 9]
    last = files["records/audit/log.tsv"].decode().splitlines()[-1].split("\t")
    assert last[3] == "publish"
    assert last[6] == summary.record_digest == json.loads(files["records/public/manifest.json"])["record_digest"]
    assert summary.logged == 1
    with filled.transaction() as connection:
        assert verify_log(connection) == 1


def test_publish_lets_nothing_internal_out(filled: Workspace, tmp_path: Path) -> None:
    """Tiers, strata, officers, keys, notes and credit requirements stand in the store and in no public file."""
    run(filled, tmp_path / "out")
    files = tree(tmp_path / "out")
    audit = b"".join(content for path, content in files.items() if path.startswith("records/audit/")).decode()
    for word in INTERNAL:
        public = [p for p, c in files.items() if not p.startswith("records/audit/") and word.encode() in c]
        assert not public, (word, public)
    assert "TIER-D" in audit and SECRET.hex() in audit


def test_publish_again_touches_nothing_and_logs_nothing(filled: Workspace, tmp_path: Path) -> None:
    """The second time every file keeps its time, and the log its length."""
    run(filled, tmp_path / "out")
    before = tree(tmp_path / "out")
    for path in before:
        os.utime(tmp_path / "out" / path, (OLD_TIME, OLD_TIME))
    summary = run(filled, tmp_path / "out")
    assert not any(summary.changes.values())
    assert summary.logged is None
    assert tree(tmp_path / "out") == before
    assert {(tmp_path / "out" / path).stat().st_mtime for path in before} == {OLD_TIME}


def test_publish_after_a_change_writes_only_what_changed(filled: Workspace, tmp_path: Path) -> None:
    """One more result: its table, manifests, the log and the pages that show it change; the lists do not."""
    run(filled, tmp_path / "out")
    with filled.transaction() as connection:
        table = table_of(tables.Result)
        connection.execute(sa.update(table).where(table.c.item_id == "G02").values(inspected_on=date(2026, 3, 9)))
    summary = run(filled, tmp_path / "out")
    assert summary.changes["public"].changed == ("draws/2026-1-2/results.tsv", "manifest.json")
    assert summary.changes["public"].added == ()
    assert summary.changes["audit"].changed == ("draws/2026-1-2/results.tsv", "log.tsv", "manifest.json")
    assert "draws/2026-1-2/results-1.html" in summary.changes["site"].changed
    assert "style.css" not in summary.changes["site"].changed
    assert summary.logged == 2


def test_publish_is_logged_again_after_anything_else_was(filled: Workspace, tmp_path: Path) -> None:
    """The same public record, published after another entry, is an entry of its own: deadlines are read from it."""
    first = run(filled, tmp_path / "out")
    with filled.transaction() as connection:
        append_log(connection, filled, "import results", {})
    second = run(filled, tmp_path / "out")
    assert (first.logged, second.logged) == (1, 3)
    assert second.record_digest == first.record_digest
    assert second.changes["audit"].changed == ("log.tsv", "manifest.json")
    assert not second.changes["public"]
    assert run(filled, tmp_path / "out").logged is None


def test_publish_dry_run_changes_neither_files_nor_log(filled: Workspace, tmp_path: Path) -> None:
    """It only tells what would be new."""
    summary = run(filled, tmp_path / "out", dry_run=True)
    assert "manifest.json" in summary.changes["public"].added
    assert tree(tmp_path / "out") == {}
    with filled.transaction() as connection:
        assert verify_log(connection) == 0


def test_publish_without_an_approved_plan_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """Before a plan is approved there is nothing to publish, and the remedy is named."""
    with pytest.raises(StateError, match="no plan of 2026 is approved"):
        run(workspace, tmp_path / "out")
    assert tree(tmp_path / "out") == {}


@pytest.mark.parametrize(
    ("path", "content", "match"),
    [
        ("records/public/manifest.json", b'{"kind":"audit","bureau":"371000","year":2026}', "holds the record audit"),
        ("records/public/manifest.json", b'{"kind":"public","bureau":"371000","year":2025}', "371000 2025"),
        ("records/public/draws/2026-9-1/drawn.tsv", b"x", "files that are not of the record"),
        ("records/audit/Thumbs.db", b"x", r"Thumbs\.db"),
    ],
    ids=["other-kind", "other-year", "would-unpublish", "foreign-file"],
)
def test_publish_refuses_a_folder_of_another_record(
    filled: Workspace, tmp_path: Path, path: str, content: bytes, match: str
) -> None:
    """Nothing is overwritten or taken away, nothing else is written, nothing is logged."""
    target = tmp_path / "out" / path
    target.parent.mkdir(parents=True)
    target.write_bytes(content)
    with pytest.raises(StateError, match=match):
        run(filled, tmp_path / "out")
    assert tree(tmp_path / "out") == {path: content}
    with filled.transaction() as connection:
        assert verify_log(connection) == 0


def test_publish_mends_a_manifest_that_is_none(filled: Workspace, tmp_path: Path) -> None:
    """A broken manifest is replaced like any other changed file."""
    target = tmp_path / "out" / "records" / "public" / "manifest.json"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"{")
    summary = run(filled, tmp_path / "out")
    assert summary.changes["public"].changed == ("manifest.json",)


def test_publish_that_fails_late_leaves_the_old_state(
    filled: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the audit record cannot be made after all else was staged, nothing is published and nothing is logged."""

    def fail(*_inputs: object) -> dict[str, bytes]:
        raise RuntimeError("power cut")

    monkeypatch.setattr(publication, "assemble_audit", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        run(filled, tmp_path / "out")
    assert tree(tmp_path / "out") == {}
    with filled.transaction() as connection:
        assert verify_log(connection) == 0


@pytest.mark.postgresql
def test_publish_gives_the_same_bytes_on_both_databases(filled: Workspace, tmp_path: Path, postgresql_url: str) -> None:
    """Records, site and workbook do not depend on the database."""
    other = create_workspace(
        tmp_path / "other",
        settings_text=filled.settings_text,
        actor=filled.actor,
        now=filled.now,
        url=postgresql_url,
    )
    fill(other)
    run(filled, tmp_path / "sqlite")
    run(other, tmp_path / "postgresql")
    other.store.close()
    assert tree(tmp_path / "sqlite") == tree(tmp_path / "postgresql")


def command_of(workspace: Workspace, *words: str) -> Result:
    """Runs the command line on a workspace."""
    options = ["--workspace", str(workspace.root), "--now", "2026-03-10", "--actor", "tester"]
    return CliRunner().invoke(cli.build(), [*options, *words])


def command(workspace: Workspace, *words: str) -> Result:
    """Publishes by the command line."""
    return command_of(workspace, "publish", *words)


def test_command_publishes_below_the_workspace_by_default(filled: Workspace) -> None:
    """Without --out the folder is “published”; what was written is told in a line each."""
    result = command(filled)
    assert result.exit_code == 0, result.output
    folder = filled.root / "published"
    assert {path.name for path in folder.iterdir()} == {"records", "site", "double-random-2026.xlsx"}
    assert "records/public: 13 new, 0 changed, 0 unchanged" in result.output
    assert "Digest of the public record: " in result.output
    assert "unchanged" in command(filled).output


def test_command_dry_run_and_json(filled: Workspace, tmp_path: Path) -> None:
    """A machine reads what would change; nothing is written."""
    result = command(filled, "--out", str(tmp_path / "elsewhere"), "--dry-run", "--json")
    document = json.loads(result.stdout)
    assert document["dry_run"] is True
    assert document["log_entry"] is None
    assert "manifest.json" in document["places"]["public"]["added"]
    assert not (tmp_path / "elsewhere").exists()
    assert "Nothing was written." in command(filled, "--dry-run").stderr


def test_changes_are_false_where_nothing_is_written() -> None:
    """Only added and changed files count as a change."""
    assert not Changes(added=(), changed=(), num_unchanged=3, kept=("x",))
    assert Changes(added=("x",), changed=(), num_unchanged=0, kept=())


def test_notices_are_written_of_what_was_published(filled: Workspace, tmp_path: Path) -> None:
    """Refused before publishing; then each drawn task gets its folder, and writing again changes nothing."""
    with pytest.raises(StateError, match="not published yet"):
        write_notices(filled, out=tmp_path / "notices")
    run(filled, tmp_path / "out")
    assert write_notices(filled, out=tmp_path / "notices", dry_run=True).changes
    assert not (tmp_path / "notices").exists()
    summary = write_notices(filled, out=tmp_path / "notices")
    assert [notice.task.task_id for notice in summary.written] == ["T01"]
    # 20 working days from Friday 29 May: Dragon Boat Festival takes Friday 19 June out
    assert [entry.due_on for entry in summary.written[0].due] == [date(2026, 6, 29)]
    assert {path.split("/")[0] for path in tree(tmp_path / "notices")} == {"T01"}
    assert not write_notices(filled, out=tmp_path / "notices").changes
    with pytest.raises(StateError, match="expected tasks of the year"):
        write_notices(filled, out=tmp_path / "notices", task_ids=["T99"])


def log_rows(workspace: Workspace) -> tuple[LogRow, ...]:
    """The log."""
    with workspace.transaction() as connection:
        return load_log(connection)


def test_notices_leave_an_entry_in_the_log_when_they_write(filled: Workspace, tmp_path: Path) -> None:
    """One with the tasks and the digest of the record; none in a dry run, and none where nothing changes."""
    published = run(filled, tmp_path / "out")
    before = log_rows(filled)
    assert write_notices(filled, out=tmp_path / "notices", dry_run=True).logged is None
    assert log_rows(filled) == before
    summary = write_notices(filled, out=tmp_path / "notices")
    assert write_notices(filled, out=tmp_path / "notices").logged is None
    (entry,) = log_rows(filled)[len(before) :]
    assert (entry.number, entry.action, entry.after) == (summary.logged, "publish notices", published.record_digest)
    assert json.loads(entry.detail) == {"tasks": ["T01"]}
    (tmp_path / "notices" / "T01" / "extra").mkdir()
    next((tmp_path / "notices" / "T01").glob("*.docx")).write_bytes(b"cut off")
    assert write_notices(filled, out=tmp_path / "notices").logged is not None


def test_notices_hold_nothing_internal(filled: Workspace, tmp_path: Path) -> None:
    """Unpacked to the last part, no file holds a word of the audit record."""
    run(filled, tmp_path / "out")
    write_notices(filled, out=tmp_path / "notices")
    for path, content in tree(tmp_path / "notices").items():
        parts = [content]
        if path.endswith((".zip", ".docx", ".xlsx")):
            with zipfile.ZipFile(tmp_path / "notices" / path) as package:
                parts = [package.read(member) for member in package.namelist()]
        assert not [word for word in INTERNAL if any(word.encode() in part for part in parts)], path


def test_notices_command_tells_title_number_and_day(filled: Workspace, tmp_path: Path) -> None:
    """The command prints one line a task, and JSON where asked."""
    run(filled, tmp_path / "out")
    result = command(filled, "notices", "--out", str(tmp_path / "n"))
    assert result.exit_code == 0, result.output
    assert "Notice of inspection task 001 of 2026: 3 firms, results public by 2026-06-29" in result.stdout
    document = json.loads(command(filled, "notices", "--out", str(tmp_path / "n"), "--json").stdout)
    assert document["notices"][0]["num_firms"] == 3
    assert document["num_unchanged"] == 5


def test_publish_with_a_key_signs_both_records(filled: Workspace, tmp_path: Path) -> None:
    """Manifests name the key, signatures stand beside them, the site's copy is signed too, and nobody sees the key."""
    public = make_key(filled)
    summary = run(filled, tmp_path / "out")
    files = tree(tmp_path / "out")
    for folder in ("records/public", "records/audit", "site/record"):
        manifest = files[f"{folder}/manifest.json"]
        signature = json.loads(files[f"{folder}/signature.json"])["signature"]
        assert json.loads(manifest)["public_key"] == public
        assert is_signed(public, signature, "record", hashlib.sha256(manifest).hexdigest())
    assert summary.record_digest == json.loads(files["records/public/manifest.json"])["record_digest"]
    key = (filled.root / KEY_NAME).read_text(encoding="ascii").strip().encode()
    assert not any(key in content or bytes.fromhex(key.decode()) in content for content in files.values())
    assert not any(run(filled, tmp_path / "out").changes.values())
    assert public in (tmp_path / "out" / "site" / "en" / "verify.html").read_text(encoding="utf-8")


def test_publish_without_the_key_that_the_log_names_is_refused(filled: Workspace, tmp_path: Path) -> None:
    """Nothing goes out unsigned by mistake; notices neither."""
    make_key(filled)
    run(filled, tmp_path / "out")
    (filled.root / KEY_NAME).unlink()
    with pytest.raises(StateError, match="bring the file back"):
        run(filled, tmp_path / "out")
    with pytest.raises(StateError, match="bring the file back"):
        write_notices(filled, out=tmp_path / "notices")


def test_key_commands_make_show_and_replace(filled: Workspace, tmp_path: Path) -> None:
    """The public key is printed alone and written as an anchor; replacing asks, and a refusal changes nothing."""
    assert "not signed" in command_of(filled, "key", "show").stderr
    made = command_of(filled, "key", "new", "--out", str(tmp_path / "key.json"))
    public = made.stdout.strip()
    assert json.loads((tmp_path / "key.json").read_text(encoding="ascii")) == {"format": 1, "public_key": public}
    assert command_of(filled, "key", "new", "--replace").exit_code == 1  # nobody says yes
    assert command_of(filled, "key", "show").stdout.strip() == public
    replaced = command_of(filled, "key", "new", "--replace", "--yes").stdout.strip()
    assert command_of(filled, "key", "show").stdout.strip() == replaced != public


def test_log_head_is_an_anchor_that_every_later_record_agrees_with(filled: Workspace, tmp_path: Path) -> None:
    """What the command prints is a file for “verify --anchor”; what there is not, it leaves out."""
    before = json.loads(command_of(filled, "log", "head").stdout)
    assert "draw_log_head" not in before  # these draws were put into the tables without entries of the log
    assert "public_key" not in before
    public = make_key(filled)
    with filled.transaction() as connection:
        append_log(connection, filled, "draw commit", {"draw_id": "2026-1-1"}, after="a" * 64)
        head = draw_log_head(load_draw_events(connection))
    answer = command_of(filled, "log", "head", "--out", str(tmp_path / "head.json"))
    anchors = parse_anchors((tmp_path / "head.json").read_bytes(), "head.json")
    assert (anchors.draw_log_head, anchors.public_key) == (head, public)
    assert json.loads(answer.stdout) == json.loads((tmp_path / "head.json").read_text(encoding="ascii"))
    assert run(filled, tmp_path / "out").draw_log_head == head
    assert head in (tmp_path / "out" / "site" / "en" / "verify.html").read_text(encoding="utf-8")
