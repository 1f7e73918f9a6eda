"""Commit, draw, void against the store: what is frozen, what is refused, and that only the frozen files matter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import plain_draw as plain
import pytest
import sqlalchemy as sa
from tiny_year import (
    ENTERPRISES,
    HOUSEHOLDS,
    OFFICER_SECRET,
    SECRET,
    VALUE,
    TinyYear,
    beacon,
    cell,
    plan,
    planned_rounds,
)

from models import tables
from models.allocation_rows import save_plan, save_rounds
from models.draw_rows import get_file, insert_draw, list_files, load_draws, put_file, update_draw
from models.store import delete_rows, insert_columns
from models.tables import table_of
from scheduler.allocation.plan import PlanStatus
from scheduler.draw.commitment import SEALED_FILES
from scheduler.draw.seed import EntropySource, PublicValue
from scheduler.draw.sources import SourceKind
from scheduler.errors import StateError, StoreError, UsageError
from scheduler.risk.scorecard import parse_scorecard, scorecard_toml
from scheduler.workflow import commitments
from scheduler.workflow.draw import commit_draw, draw_targets, show_draws, void_draw
from scheduler.workflow.log import verify_log
from scheduler.workflow.risk import classify_firms
from scheduler.workflow.scorecards import read_scorecard
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.teams import draw_officers

COMMITTED_FILES = {*SEALED_FILES, "commitment.json", "pool.tsv"}
DRAWN_FILES = {*COMMITTED_FILES, "ceremony.json", "drawn.tsv", "quotas.tsv", "selected.tsv"}


def files_of(tiny: TinyYear, draw_id: str) -> dict[str, bytes]:
    """All frozen files of a draw."""
    with tiny.workspace.transaction() as connection:
        return {name: get_file(connection, draw_id, name) for name in list_files(connection, draw_id)}


def rows(content: bytes) -> list[list[str]]:
    """Rows of a table without its header."""
    return [line.split("\t") for line in content.decode("utf-8").splitlines()[1:]]


def change(tiny: TinyYear, firm_id: str, **values: object) -> None:
    """Edits the live register."""
    table = table_of(tables.Firm)
    with tiny.workspace.transaction() as connection:
        connection.execute(sa.update(table).where(table.c.firm_id == firm_id).values(**values))


def test_open_round_is_recomputed_from_its_public_files(any_tiny: TinyYear) -> None:
    """From pool, commitment and ceremony alone, the plain reading draws the same three of twelve firms."""
    any_tiny.plan_open()
    committed = any_tiny.commit()
    assert set(files_of(any_tiny, "2026-1-1")) == COMMITTED_FILES
    drawn = any_tiny.draw()
    files = files_of(any_tiny, "2026-1-1")
    assert set(files) == DRAWN_FILES
    commitment, ceremony = json.loads(files["commitment.json"]), json.loads(files["ceremony.json"])
    digest = plain.h("commitment", plain.sha(files["commitment.json"]))
    assert digest == committed.commitment_digest == ceremony["commitment_digest"]
    assert committed.content == files["commitment.json"]
    pool = dict(rows(files["pool.tsv"]))
    assert list(pool) == list(ENTERPRISES)
    assert pool == {firm: plain.leaf("2026-1-1", firm) for firm in ENTERPRISES}
    root = plain.root([bytes.fromhex(leaf) for leaf in pool.values()]).hex()
    assert commitment["pool"] == {"num_firms": 12, "root": root}
    seed = plain.seed(digest, [("beacon", VALUE)])
    assert (ceremony["seed"], drawn.seed) == (seed, seed)
    expected = plain.drawn(seed, dict.fromkeys(pool, "open"), {}, {"open": [("T01", 3)]})
    names = {firm: f"店{number}" for number, firm in enumerate(ENTERPRISES)}
    assert rows(files["drawn.tsv"]) == [[firm, names[firm], "威海", "T01", "1"] for firm in sorted(expected)]
    assert ceremony["drawn_digest"] == plain.sha(files["drawn.tsv"]) == drawn.drawn_digest
    assert (ceremony["num_drawn"], ceremony["num_counting"], drawn.num_firms) == (3, 3, 12)
    # Chance 3/12, recorded as 3,000,000 millionths of a visit among 12 firms.
    assert any_tiny.columns(tables.DrawnFirm, "firm_id", "stratum", "package", "chance_micro", "chance_firms") == [
        (firm, "open", "T01", 3_000_000, 12) for firm in sorted(expected)
    ]
    assert any_tiny.columns(tables.Visit, "firm_id", "team_id", "exception") == [
        (firm, "", "") for firm in sorted(expected)
    ]


def test_targeted_round_is_recomputed_from_its_frozen_files(tiny: TinyYear) -> None:
    """With the secret, the plain reading finds every leaf, seal, quota and firm of the targeted round."""
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    tiny.plan_targeted()
    tiny.commit(2, 5)
    tiny.draw(2, 5)
    files = files_of(tiny, "2026-2-1")
    commitment, ceremony = json.loads(files["commitment.json"]), json.loads(files["ceremony.json"])
    assert commitment["drawn_before"] == ["2026-1-1"]
    assert commitment["secret"] == plain.h("secret", SECRET.hex())
    assert commitment["officer_secret"] == plain.h("officer-secret", OFFICER_SECRET.hex())
    for name in SEALED_FILES:
        nonce = plain.k(SECRET, "nonce", name)
        assert commitment["sealed"][name] == plain.h("sealed", name, nonce, plain.sha(files[name]))
    strata = {row[0]: row[11] for row in rows(files["register.tsv"]) if not row[11].startswith("out:")}
    assert dict(rows(files["pool.tsv"])) == {
        firm: plain.sealed_leaf("2026-2-1", SECRET, firm, stratum) for firm, stratum in strata.items()
    }
    cells = [(r[0], r[1], r[2] == "1", r[3] == "1", int(r[5])) for r in rows(files["allocation.tsv"])]
    seed = plain.seed(plain.h("commitment", plain.sha(files["commitment.json"])), [("beacon", VALUE)])
    quotas = plain.quotas(cells, seed)
    assert [int(row[2]) for row in rows(files["quotas.tsv"])] == quotas
    by_stratum: dict[str, list[tuple[str, int]]] = {}
    for (stratum, package, *_flags), quota in zip(cells, quotas, strict=True):
        by_stratum.setdefault(stratum, []).append((package, quota))
    salts = {firm: plain.k(SECRET, "salt", "2026-2-1", firm) for firm in strata}
    expected = plain.drawn(seed, strata, salts, by_stratum)
    assert [(row[0], row[3]) for row in rows(files["drawn.tsv"])] == sorted(expected.items())
    assert ceremony["num_counting"] == sum(row[4] == "1" for row in rows(files["drawn.tsv"]))
    assert {row[0]: (row[1], row[2]) for row in rows(files["selected.tsv"])} == {
        firm: (strata[firm], package) for firm, package in expected.items()
    }


def test_commitment_seals_the_digest_of_the_scorecard(tiny: TinyYear) -> None:
    """scorecard.json bears the digest of the TOML text in use, so a bound moved afterwards shows."""
    tiny.plan_open()
    tiny.commit()
    card = read_scorecard(tiny.workspace)
    document = json.loads(files_of(tiny, "2026-1-1")["scorecard.json"])
    assert document["format"] == 2 and document["digest"] == card.digest
    moved = scorecard_toml(card).replace("{ to = 11, points = 9 }", "{ to = 12, points = 9 }")
    other = parse_scorecard(moved, "moved.toml").document()
    assert other.pop("digest") != document.pop("digest") and other == document  # points alone would not tell


def test_register_accounts_for_every_firm(tiny: TinyYear) -> None:
    """Each firm stands in a stratum or under the first reason that keeps it out, in both kinds of round."""
    change(tiny, ENTERPRISES[0], status="revoked")
    change(tiny, HOUSEHOLDS[0], status="revoked", object_type="other")
    change(tiny, HOUSEHOLDS[1], object_type="other")
    tiny.plan_open(firms=11)
    tiny.commit()
    tiny.draw()
    register = {row[0]: row[11] for row in rows(files_of(tiny, "2026-1-1")["register.tsv"])}
    assert len(register) == 15
    assert (register[ENTERPRISES[0]], register[HOUSEHOLDS[0]]) == ("out:status", "out:status")
    assert (register[HOUSEHOLDS[1]], register[HOUSEHOLDS[2]]) == ("out:type", "out:type")
    assert {register[firm] for firm in ENTERPRISES[1:]} == {"open"}
    tiny.plan_targeted()
    tiny.commit(2, 5)
    targeted = {row[0]: row for row in rows(files_of(tiny, "2026-2-1")["register.tsv"])}
    drawn = {row[0] for row in rows(files_of(tiny, "2026-1-1")["drawn.tsv"])}
    petrol = {ENTERPRISES[4], ENTERPRISES[9]}
    for firm, row in targeted.items():
        if firm in (ENTERPRISES[0], HOUSEHOLDS[0]):
            assert row[11] == "out:status"
        elif firm == HOUSEHOLDS[1]:
            assert row[11] == "out:no-task"  # no task reaches other object types
        elif firm in drawn - petrol:
            assert row[11] == "out:visited"
        else:
            # One discretionary visit a year: a petrol station drawn before owes T02 alone.
            tasks = ["T01"] * (firm not in drawn) + ["T02"] * (firm in petrol)
            assert row[11] == f"{row[2]}/{row[1]}/{row[9]}/{'+'.join(tasks)}"


def test_second_open_round_leaves_out_who_was_drawn(tiny: TinyYear) -> None:
    """Whoever was drawn with a visit that counts is out of a later open round's pool."""
    text = tiny.workspace.settings_text.replace('kind = "targeted"', 'kind = "open"', 1)
    tiny.workspace = replace(tiny.workspace, settings=parse_settings(text, "test"), settings_text=text)
    with tiny.workspace.transaction() as connection:
        save_rounds(connection, plan(tiny.workspace), planned_rounds(tiny.workspace))
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    tiny.plan_open(2, visits=2, firms=9)
    tiny.commit(2, 5)
    tiny.draw(2, 5)
    first, second = ({row[0] for row in rows(files_of(tiny, f"2026-{n}-1")["drawn.tsv"])} for n in (1, 2))
    assert (len(first), len(second), first & second) == (3, 2, set())
    register = {row[0]: row[11] for row in rows(files_of(tiny, "2026-2-1")["register.tsv"])}
    assert {register[firm] for firm in first} == {"out:visited"}


def test_edited_register_does_not_matter_after_the_commitment(tiny_maker: Callable[[list[int]], TinyYear]) -> None:
    """Firms closed, moved, renamed, re-rated or deleted between commitment and draw are drawn all the same."""
    still, edited = (tiny_maker(list(range(15))) for _ in range(2))
    for tiny in (still, edited):
        tiny.plan_open()
        tiny.commit()
    drawn = {row[0] for row in rows(files_of_after_draw(still)["drawn.tsv"])}
    gone, renamed, closed = sorted(drawn)
    with edited.workspace.transaction() as connection:
        delete_rows(connection, tables.Firm, firm_id=gone)
        delete_rows(connection, tables.Allocation)
        delete_rows(connection, tables.Officer)
    change(edited, renamed, name="新店", district="371003")
    change(edited, closed, status="deregistered", object_type="other")
    files = files_of_after_draw(edited)
    assert [row[0] for row in rows(files["drawn.tsv"])] == [gone, renamed, closed]
    assert [row[1] for row in rows(files["drawn.tsv"])][:2] == ["", "新店"]  # names are those of the day
    for name in ("selected.tsv", "quotas.tsv", "register.tsv"):
        assert files[name] == files_of(still, "2026-1-1")[name]


def files_of_after_draw(tiny: TinyYear) -> dict[str, bytes]:
    """Draws round 1 and returns its files."""
    tiny.draw()
    return files_of(tiny, "2026-1-1")


def test_order_of_rows_changes_nothing(tiny_maker: Callable[[list[int]], TinyYear]) -> None:
    """Whatever order firms were stored in, commitment, ceremony and all files are the same bytes."""
    frozen = []
    for order in (list(range(15)), list(reversed(range(15))), [*range(7, 15), *range(7)]):
        tiny = tiny_maker(order)
        tiny.plan_open()
        tiny.commit()
        tiny.draw()
        tiny.plan_targeted()
        tiny.commit(2, 5)
        tiny.draw(2, 5)
        frozen.append({name: files_of(tiny, name) for name in ("2026-1-1", "2026-2-1")})
    assert frozen[0] == frozen[1] == frozen[2]


def test_secrets_are_made_by_the_system_unless_given(tiny: TinyYear) -> None:
    """Two commitments without given secrets have different ones, of 32 bytes each, and none is empty."""
    tiny.plan_open()
    source = beacon("beacon", date(2026, 2, 20))
    digests = [
        commit_draw(tiny.on(2, 10), 1, entropy=[source], dry_run=True).commitment_digest for _attempt in range(2)
    ]
    assert digests[0] != digests[1]
    commit_draw(tiny.on(2, 10), 1, entropy=[source])
    with tiny.workspace.transaction() as connection:
        (draw,) = load_draws(connection, 2026)
    assert len({draw.secret, draw.officer_secret}) == 2
    assert [len(secret or b"") for secret in (draw.secret, draw.officer_secret)] == [32, 32]


def test_dry_run_changes_nothing(tiny: TinyYear) -> None:
    """A rehearsal shows the bulletin and leaves neither draw nor file nor log."""
    tiny.plan_open()
    entries = tiny.count(tables.LogEntry)
    source = beacon("beacon", date(2026, 2, 20))
    summary = commit_draw(tiny.on(2, 10), 1, entropy=[source], dry_run=True)
    assert summary.commitment_digest in summary.bulletin
    assert [tiny.count(model) for model in (tables.Draw, tables.DrawFile)] == [0, 0]
    assert tiny.count(tables.LogEntry) == entries


def test_warnings_tell_what_weakens_a_commitment(tiny: TinyYear) -> None:
    """A source that speaks in the window, and no value of the day, are said; with both mended nothing is."""
    tiny.plan_open()
    late = beacon("late", date(2026, 3, 2))
    warnings = commit_draw(tiny.on(2, 10), 1, entropy=[late], dry_run=True).warnings
    assert [text.split(" ")[0] for text in warnings] == ["late", "no"]
    early = beacon("early", date(2026, 3, 1))
    value = PublicValue(name="index", value="3301.27")
    assert commit_draw(tiny.on(2, 10), 1, entropy=[early], day_value=value, dry_run=True).warnings == ()


def test_log_tells_each_step_with_its_digests(tiny: TinyYear) -> None:
    """Commit, draw and void append to the chain, each naming what it found and what it left."""
    tiny.plan_open()
    digest = tiny.commit().commitment_digest
    tiny.draw()
    ceremony = plain.sha(files_of(tiny, "2026-1-1")["ceremony.json"])
    void_draw(tiny.workspace, 1, "wrong pool")
    voided = plain.sha(files_of(tiny, "2026-1-1")["ceremony.json"])
    entries = tiny.columns(tables.LogEntry, "number", "action", "before", "after")[-3:]
    assert [entry[1:] for entry in entries] == [
        ("draw commit", "", digest),
        ("draw targets", digest, ceremony),
        ("draw void", ceremony, voided),
    ]
    with tiny.workspace.transaction() as connection:
        assert verify_log(connection) == entries[-1][0]
    log_head = json.loads(files_of(tiny, "2026-1-1")["commitment.json"])["log_head"]
    hashes = dict(tiny.columns(tables.LogEntry, "number", "entry_hash"))
    assert log_head == hashes[entries[0][0] - 1]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("number", "match"), [(1, "not committed to"), (2, "not committed to"), (9, "not committed to")]
)
def test_draw_without_commitment_is_refused(tiny: TinyYear, number: int, match: str) -> None:
    """Nothing is drawn that was not committed to."""
    with pytest.raises(StateError, match=match):
        draw_targets(tiny.on(2, 20), number, {"beacon": VALUE})


def test_second_run_is_refused(tiny: TinyYear) -> None:
    """A round is drawn once, and committed to once."""
    tiny.plan_open()
    tiny.commit()
    with pytest.raises(StateError, match="committed to already"):
        tiny.commit()
    tiny.draw()
    before = files_of(tiny, "2026-1-1")
    with pytest.raises(StateError, match="a second run is refused"):
        draw_targets(tiny.on(2, 21), 1, {"beacon": "0123456789abcdef" * 4})
    with pytest.raises(StateError, match="committed to already"):
        tiny.commit(1, 3)
    assert files_of(tiny, "2026-1-1") == before


@pytest.mark.parametrize(
    ("day", "values", "error", "match"),
    [
        (19, {"beacon": VALUE}, StateError, "speaks on 2026-02-20"),
        (20, {"dice": VALUE}, UsageError, "exactly the sources announced"),
        (20, {"beacon": VALUE, "dice": "1"}, UsageError, "exactly the sources announced"),
        (20, {"beacon": "1|2"}, UsageError, "64 or 128 hexadecimal digits"),
        (20, {"beacon": "1"}, UsageError, "64 or 128 hexadecimal digits"),
    ],
    ids=["too early", "another source", "one more", "alphabet", "too short"],
)
def test_draw_with_other_entropy_is_refused(
    tiny: TinyYear, day: int, values: dict[str, str], error: type[Exception], match: str
) -> None:
    """Only what was announced, and only once it has spoken; a refusal leaves the draw as it was."""
    tiny.plan_open()
    tiny.commit()
    with pytest.raises(error, match=match):
        draw_targets(tiny.on(2, day), 1, values)
    assert set(files_of(tiny, "2026-1-1")) == COMMITTED_FILES
    assert tiny.draw().num_drawn == 3


def test_rounds_are_committed_to_in_order(tiny: TinyYear) -> None:
    """A later round waits until the earlier ones are drawn."""
    tiny.plan_open()
    tiny.plan_targeted()
    with pytest.raises(StateError, match="round 1 is not drawn yet"):
        tiny.commit(2)
    tiny.commit()
    with pytest.raises(StateError, match="round 1 is not drawn yet"):
        tiny.commit(2)
    with pytest.raises(StateError, match="has no round 9"):
        tiny.commit(9)


def test_commit_needs_an_approved_plan(tiny: TinyYear) -> None:
    """A plan that is only solved binds nobody."""
    tiny.plan_open()
    with tiny.workspace.transaction() as connection:
        save_plan(connection, plan(tiny.workspace, PlanStatus.SOLVED))
    with pytest.raises(StateError, match="2026-v1 is not approved"):
        tiny.commit()


def test_commit_needs_the_rounds_of_the_plan(tiny: TinyYear) -> None:
    """A policy file whose windows moved since the plan is not frozen as if the plan had followed it."""
    tiny.plan_open()
    text = tiny.workspace.settings_text.replace("ends_on = 2026-11-30", "ends_on = 2026-12-01")
    tiny.workspace = replace(tiny.workspace, settings=parse_settings(text, "test"), settings_text=text)
    with pytest.raises(StateError, match="no longer those of plan 2026-v1"):
        tiny.commit()


def test_commit_needs_a_classification_of_every_firm_in_operation(tiny: TinyYear) -> None:
    """A firm that appeared since has no tier, so it must be classified first; one that is closed need not be."""
    with tiny.workspace.transaction() as connection:
        row = {
            "firm_id": "91371000MA3C999999",
            "name": "x",
            "object_type": "enterprise",
            "district": "371002",
            "status": "revoked",
        }
        insert_columns(connection, tables.Firm, {name: [value] for name, value in row.items()})
    tiny.plan_open()
    source = beacon("beacon", date(2026, 2, 20))
    commit_draw(tiny.on(2, 10), 1, entropy=[source], dry_run=True)
    change(tiny, "91371000MA3C999999", status="operating")
    with pytest.raises(StateError, match=r"1 firms in operation are not classified.*double-random classify"):
        tiny.commit()
    classify_firms(tiny.workspace, date(2026, 1, 1))
    with pytest.raises(StateError, match=r"13 firms of the pool, got a plan for 12.*plan solve"):
        tiny.commit()


def test_commit_without_classification_or_solution_is_refused(tiny: TinyYear) -> None:
    """Each missing step is named."""
    with pytest.raises(StateError, match="round 1 is not solved yet"):
        tiny.commit()
    tiny.plan_open()
    with tiny.workspace.transaction() as connection:
        delete_rows(connection, tables.Classification)
        delete_rows(connection, tables.FirmTier)
    with pytest.raises(StateError, match="not classified yet"):
        tiny.commit()


def test_commit_to_nobody_is_refused(tiny: TinyYear) -> None:
    """A round without a single firm is no draw."""
    table = table_of(tables.Firm)
    with tiny.workspace.transaction() as connection:
        connection.execute(sa.update(table).values(status="suspended"))
    tiny.plan_open()
    with pytest.raises(StateError, match="nobody to draw from"):
        tiny.commit()


def test_commit_to_a_stale_targeted_plan_is_refused(tiny: TinyYear) -> None:
    """A plan solved before the open round was drawn counts firms that have left their strata."""
    tiny.plan_open()
    tiny.plan_targeted()
    tiny.commit()
    tiny.draw()
    with pytest.raises(StateError, match="does not fit the register as it stands"):
        tiny.commit(2, 5)


@pytest.mark.parametrize(
    ("sources", "error", "match"),
    [
        ([], UsageError, "at least 64 bits"),
        ([EntropySource.of("3D", date(2026, 2, 20), SourceKind.DIGITS, "3")], UsageError, "64 bits together, got 9"),
        ([beacon("beacon", date(2026, 2, 10))], StateError, "has not spoken yet"),
        ([EntropySource(name="any", spoken_on=date(2026, 2, 20), bits=512)], UsageError, "say how it speaks"),
    ],
    ids=["none", "few bits", "speaks today", "no kind"],
)
def test_commit_with_weak_entropy_is_refused(
    tiny: TinyYear, sources: list[EntropySource], error: type[Exception], match: str
) -> None:
    """A source that speaks on the day of the commitment, or too little entropy, makes no commitment."""
    tiny.plan_open()
    with pytest.raises(error, match=match):
        commit_draw(tiny.on(2, 10), 1, entropy=sources)


def test_commit_with_unusable_inputs_is_refused(tiny: TinyYear) -> None:
    """One secret for two purposes, or a code that would break a table, is said in words."""
    tiny.plan_open()
    source = beacon("beacon", date(2026, 2, 20))
    with pytest.raises(StateError, match="cannot be frozen: expected two different secrets"):
        commit_draw(tiny.on(2, 10), 1, entropy=[source], secret=SECRET, officer_secret=SECRET)
    change(tiny, ENTERPRISES[3], district="37\t1002")
    with pytest.raises(StateError, match="cannot be frozen: expected codes without control characters"):
        tiny.commit()


def test_voided_attempts_stay_and_a_new_source_is_needed(tiny: TinyYear) -> None:
    """After a void the files stay, and the next attempt announces a source nobody announced before."""
    tiny.plan_open()
    tiny.commit()
    assert void_draw(tiny.on(2, 12), 1, "the pool was wrong") == "2026-1-1"
    ceremony = json.loads(files_of(tiny, "2026-1-1")["ceremony.json"])
    assert (ceremony["status"], ceremony["void_reason"], ceremony["seed"]) == ("voided", "the pool was wrong", "")
    assert set(files_of(tiny, "2026-1-1")) == {*COMMITTED_FILES, "ceremony.json"}
    with pytest.raises(StateError, match="no voided attempt announced"):
        tiny.commit()
    with pytest.raises(StateError, match="not committed to"):
        tiny.draw()
    tiny.commit(name="dice")
    drawn = tiny.draw(name="dice")
    assert drawn.draw_id == "2026-1-2"
    states = show_draws(tiny.workspace)
    assert [(state.draw_id, state.status, state.num_drawn) for state in states] == [
        ("2026-1-1", "voided", 0),
        ("2026-1-2", "drawn", 3),
    ]
    assert show_draws(tiny.workspace, 2) == ()


def test_void_after_the_draw_keeps_the_list_and_takes_back_the_visits(tiny: TinyYear) -> None:
    """The firms drawn stay on record under the voided attempt; nobody visits them, and the next pool is whole."""
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    before = files_of(tiny, "2026-1-1")
    void_draw(tiny.workspace, 1, "a witness objected")
    after = files_of(tiny, "2026-1-1")
    assert {name for name in after if after[name] != before[name]} == {"ceremony.json"}
    was, now = json.loads(before["ceremony.json"]), json.loads(after["ceremony.json"])
    assert now == {**was, "status": "voided", "void_reason": "a witness objected"}
    assert (tiny.count(tables.DrawnFirm), tiny.count(tables.Visit)) == (3, 0)
    tiny.on(2, 21)
    source = beacon("beacon", date(2026, 2, 25))
    assert commit_draw(tiny.workspace, 1, entropy=[source]).num_firms == 12
    assert json.loads(files_of(tiny, "2026-1-2")["commitment.json"])["drawn_before"] == []


def test_void_is_refused_where_it_would_hide_something(tiny: TinyYear) -> None:
    """Nothing to void, no reason, results reported, or a later commitment that builds on the draw."""
    with pytest.raises(StateError, match="no draw to void"):
        void_draw(tiny.workspace, 1, "x")
    tiny.plan_open()
    tiny.commit()
    with pytest.raises(UsageError, match="expected a reason"):
        void_draw(tiny.workspace, 1, "  ")
    tiny.draw()
    with tiny.workspace.transaction() as connection:
        result = {
            "draw_id": "2026-1-1",
            "firm_id": ENTERPRISES[0],
            "item_id": "G01",
            "category": "no_problem",
            "inspected_on": date(2026, 3, 3),
            "recorded_on": date(2026, 3, 3),
            "note": "",
        }
        insert_columns(connection, tables.Result, {name: [value] for name, value in result.items()})
    with pytest.raises(StateError, match="results of draw 2026-1-1 were reported"):
        void_draw(tiny.workspace, 1, "x")
    with tiny.workspace.transaction() as connection:
        delete_rows(connection, tables.Result)
    tiny.plan_targeted()
    tiny.commit(2, 5)
    void_draw(tiny.workspace, 2, "the second one is fine to void")
    with pytest.raises(StateError, match="draw 2026-2-1 builds on draw 2026-1-1"):
        void_draw(tiny.workspace, 1, "x")


@pytest.mark.parametrize("name", ["allocation.tsv", "register.tsv", "policy.toml", "commitment.json"])
def test_changed_frozen_file_stops_the_draw(tiny: TinyYear, name: str) -> None:
    """A file swapped in the database after the commitment is found before anything is drawn."""
    tiny.plan_open()
    tiny.commit()
    content = files_of(tiny, "2026-1-1")[name]
    changed = {
        "allocation.tsv": content.replace(b"3000000", b"4000000"),
        "register.tsv": content.replace(b"\topen\t\t\n", b"\tout:type\t\t\n", 1),
        "policy.toml": content + b"# more\n",
        "commitment.json": content.replace(b'"num_firms": 12', b'"num_firms": 13'),
    }[name]
    assert changed != content
    with tiny.workspace.transaction() as connection:
        put_file(connection, "2026-1-1", name, changed)
    with pytest.raises(StoreError, match=rf"not what was committed to: {name}"):
        tiny.draw()


@pytest.mark.parametrize("secret", [None, bytes(32)])
def test_changed_secret_stops_the_draw(tiny: TinyYear, secret: bytes | None) -> None:
    """A secret lost or replaced cannot draw."""
    tiny.plan_open()
    tiny.commit()
    with tiny.workspace.transaction() as connection:
        update_draw(connection, "2026-1-1", officer_secret=secret)
    with pytest.raises(StoreError, match="the secrets"):
        tiny.draw()


def test_missing_frozen_file_stops_the_draw(tiny: TinyYear) -> None:
    """A file that is gone is named."""
    tiny.plan_open()
    tiny.commit()
    with tiny.workspace.transaction() as connection:
        delete_rows(connection, tables.DrawFile, draw_id="2026-1-1", name="roster.tsv")
    with pytest.raises(StoreError, match=r"2026-1-1 has no file roster\.tsv"):
        tiny.draw()


def test_interrupted_draw_leaves_the_commitment(tiny: TinyYear, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draw that breaks off half-way leaves neither list nor firms, and can be made again."""
    tiny.plan_open()
    tiny.commit()
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.workflow.draw.append_log", lambda *_args, **_kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tiny.draw()
    assert set(files_of(tiny, "2026-1-1")) == COMMITTED_FILES
    assert (tiny.count(tables.DrawnFirm), tiny.count(tables.Visit)) == (0, 0)
    assert tiny.draw().num_drawn == 3


def test_lists_drawn_elsewhere_are_drawn_before_but_not_shown(tiny: TinyYear) -> None:
    """An external list takes no place in the order of rounds, stands in `drawn_before` and not among our draws."""
    with tiny.workspace.transaction() as connection:
        entry = {
            "round_id": "2026-X1",
            "year": 2026,
            "number": 1,
            "kind": "external",
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2026, 12, 31),
            "counting_visits": 0,
            "plan_id": "",
        }
        insert_columns(connection, tables.Round, {name: [value] for name, value in entry.items()})
    tiny.plan_open()
    tiny.commit()
    with tiny.workspace.transaction() as connection:
        (draw,) = load_draws(connection, 2026)
        external = replace(
            draw, draw_id="2026-X1-1", round_id="2026-X1", status="drawn", secret=None, officer_secret=None
        )
        insert_draw(connection, external)
    tiny.draw()
    assert [state.draw_id for state in show_draws(tiny.workspace)] == ["2026-1-1"]
    tiny.plan_targeted()
    tiny.commit(2, 5)
    commitment = json.loads(files_of(tiny, "2026-2-1")["commitment.json"])
    assert commitment["drawn_before"] == ["2026-1-1", "2026-X1-1"]


def test_cells_of_the_newest_solution_are_frozen(tiny: TinyYear) -> None:
    """A later solution replaces the earlier one in what is frozen."""
    tiny.plan_open(visits=2)
    tiny.save(1, [cell("open", "T01", 5 * 10**6, 12)])
    assert tiny.commit().counting_visits == 5


@pytest.fixture(autouse=True)
def _version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commitments of the tests name a fixed version, so that they do not change with releases."""
    monkeypatch.setattr(commitments, "__version__", "0.0.0")
    yield


def test_clock_that_went_back_is_refused(tiny: TinyYear) -> None:
    """A commitment dated before the draws it names would make the record rejected for ever."""
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    tiny.plan_targeted()
    with pytest.raises(StateError, match="draw 2026-1-1 was made on 2026-02-20, but today is 2026-01-10"):
        tiny.commit(2, 1)
    with pytest.raises(StateError, match="but today is 2026-02-19"):
        draw_officers(tiny.on(2, 19), 1)
