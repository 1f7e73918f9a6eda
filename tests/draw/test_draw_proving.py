"""`audit prove`: a proof for every firm of the tiny year, verified as a file; opening the chance asks and is logged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from tiny_year import ENTERPRISES, HOUSEHOLDS, SECRET, TinyYear

import cli
from models.draw_rows import get_file
from models.tables import LogEntry, table_of
from scheduler.audit.claims import Status, Verdict
from scheduler.audit.proof import verify_proof
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError, UsageError
from scheduler.workflow.draw import void_draw
from scheduler.workflow.proving import prove_firm
from tests.chain.substituting import carelessly


@pytest.fixture
def drawn(tiny: TinyYear) -> TinyYear:
    """The tiny year after an open and a targeted draw."""
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    tiny.plan_targeted()
    tiny.commit(2, 5)
    tiny.draw(2, 5)
    return tiny


def log_of(tiny: TinyYear) -> list[tuple[dict[str, object], str]]:
    """Details and digests of the entries about proofs."""
    table = table_of(LogEntry)
    statement = sa.select(table.c.detail, table.c.after).where(table.c.action == "audit prove").order_by(table.c.number)
    with tiny.workspace.transaction() as connection:
        return [(json.loads(detail), after) for detail, after in connection.execute(statement)]


def test_proof_of_every_firm_holds_and_tells_what_the_lists_say(drawn: TinyYear) -> None:
    """Each firm of the register, each draw: no claim fails, and the outcome is that of list and pool."""
    lists = {}
    with drawn.workspace.transaction() as connection:
        for draw_id in ("2026-1-1", "2026-2-1"):
            for name in ("drawn.tsv", "pool.tsv"):
                rows = get_file(connection, draw_id, name).decode("utf-8").splitlines()[1:]
                lists[draw_id, name] = {row.split("\t")[0] for row in rows}
    outcomes = set()
    for firm_id in (*ENTERPRISES, *HOUSEHOLDS):
        for open_chance in (False, True):
            proof = prove_firm(drawn.workspace, firm_id, open_chance=open_chance, reason="asked" if open_chance else "")
            report = verify_proof(proof.content, "proof.json")
            assert report.of_status(Status.FAILED) == ()
            for entry in json.loads(proof.content)["draws"]:
                pool, listed = (firm_id in lists[entry["draw_id"], name] for name in ("pool.tsv", "drawn.tsv"))
                assert entry["outcome"] == ("drawn" if listed else "not_drawn" if pool else "not_in_pool")
                assert (entry["chance"] is not None) is (open_chance and pool)
                is_open = entry["commitment"]["kind"] == "open"
                assert (entry["threshold"] is not None) is (bool(pool) and (open_chance or is_open))
                outcomes.add((entry["draw_id"], entry["outcome"]))
            assert SECRET.hex().encode() not in proof.content
    assert len(outcomes) == 6  # every outcome in both draws


def test_code_with_something_behind_it_is_nobody_s(drawn: TinyYear) -> None:
    """A longer code is not cut to that of a firm, of which the proof would then say that it was in no pool."""
    with pytest.raises(StateError, match="nobody knows"):
        prove_firm(drawn.workspace, f"{ENTERPRISES[1]}9")


def test_chance_is_opened_for_a_reason_that_the_log_keeps(drawn: TinyYear) -> None:
    """Each proof is an entry; without a reason nothing is opened, and a reason without opening is a mistake."""
    for reason in ("", "  ", "\x07"):
        with pytest.raises(UsageError, match="a reason"):
            prove_firm(drawn.workspace, ENTERPRISES[1], open_chance=True, reason=reason)
    with pytest.raises(UsageError, match="--open-chance"):
        prove_firm(drawn.workspace, ENTERPRISES[1], reason="curious")
    assert log_of(drawn) == []
    plain = prove_firm(drawn.workspace, ENTERPRISES[1])
    opened = prove_firm(drawn.workspace, ENTERPRISES[1], open_chance=True, reason="court  order 7")
    detail = {"firm_id": ENTERPRISES[1], "draws": ["2026-1-1", "2026-2-1"]}
    assert log_of(drawn) == [
        ({**detail, "chance_opened": False, "reason": ""}, content_digest(plain.content)),
        ({**detail, "chance_opened": True, "reason": "court order 7"}, content_digest(opened.content)),
    ]
    assert prove_firm(drawn.workspace, ENTERPRISES[1]).content == plain.content


def test_nothing_to_prove_is_refused(tiny: TinyYear) -> None:
    """Before the first draw, and for a code that no register has."""
    with pytest.raises(StateError, match="nothing is drawn yet"):
        prove_firm(tiny.workspace, ENTERPRISES[0])
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    with pytest.raises(StateError, match="a code nobody knows"):
        prove_firm(tiny.workspace, "91371000MA3C999999")
    with pytest.raises(StateError, match="a code nobody knows"):
        prove_firm(tiny.workspace, "威海")


def test_draw_voided_after_it_was_drawn_is_proved_too(drawn: TinyYear) -> None:
    """A void stays visible, in a firm's proof as well."""
    void_draw(drawn.workspace, 2, "The hall burnt down.")
    content = prove_firm(drawn.workspace, ENTERPRISES[1]).content
    assert verify_proof(content, "proof.json").verdict is Verdict.CONSISTENT
    assert [entry["ceremony"]["status"] for entry in json.loads(content)["draws"]] == ["drawn", "voided"]


def command(tiny: TinyYear, *words: str, answer: str = "") -> Result:
    """Runs the command line on the tiny year."""
    options = ["--lang", "en", "--workspace", str(tiny.workspace.root), "--now", "2026-06-01", "--actor", "tester"]
    return CliRunner().invoke(cli.build(), [*options, *words], input=answer)


def test_command_writes_a_file_that_verify_takes(drawn: TinyYear, tmp_path: Path) -> None:
    """One small file, verified by the command next door; a changed digit rejects it with status 1."""
    path = tmp_path / "proof.json"
    made = command(drawn, "audit", "prove", carelessly(ENTERPRISES[1]), "--out", str(path))
    assert made.exit_code == 0, made.output
    assert "about 2026-1-1, 2026-2-1" in made.stdout
    assert len(path.read_bytes()) < 20_000
    verified = command(drawn, "verify", str(path))
    assert verified.exit_code == 0, verified.output
    assert "firm's proof" in verified.stdout
    assert "is under the root of the pool committed to" in verified.stdout
    path.write_bytes(path.read_bytes().replace(ENTERPRISES[1].encode(), ENTERPRISES[2].encode()))
    assert command(drawn, "verify", str(path)).exit_code == 1
    assert command(drawn, "verify", str(tmp_path / "nowhere.json")).exit_code == 1


def test_command_asks_before_it_opens_the_chance(drawn: TinyYear, tmp_path: Path) -> None:
    """Without a reason it does not even ask; a no leaves neither file nor entry."""
    path = tmp_path / "proof.json"
    words = ("audit", "prove", ENTERPRISES[1], "--out", str(path), "--open-chance")
    with pytest.raises(UsageError, match="--reason"):
        raise command(drawn, *words).exception or AssertionError
    refused = command(drawn, *words, "--reason", "asked", answer="n\n")
    assert (refused.exit_code, path.exists(), log_of(drawn)) == (1, False, [])
    agreed = command(drawn, *words, "--reason", "asked", answer="y\n")
    assert agreed.exit_code == 0, agreed.output
    assert json.loads(path.read_text(encoding="utf-8"))["draws"][0]["chance"] is not None
    silent = command(drawn, *words, "--reason", "asked", "--yes", "--json")
    assert json.loads(silent.stdout)["draws"] == ["2026-1-1", "2026-2-1"]
