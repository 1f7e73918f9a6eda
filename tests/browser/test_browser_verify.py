"""The check-it-yourself page in a real browser: the same claims, numbers and statuses as `double-random verify`."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scheduler.audit.proof import verify_proof
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from scheduler.draw.canonical import document_bytes
from scheduler.draw.draw_log import DRAW_LOG, DrawEvent, draw_log_table
from scheduler.draw.hashing import content_digest, digest, message
from scheduler.draw.proof import Chance, ProvenDraw, firm_proof
from scheduler.draw.signing import is_signed, public_key_of, sign
from scheduler.draw.thresholds import outcome_root
from scheduler.publication.records import MANIFEST, SIGNATURE, assemble_public, manifest_bytes, signed
from scheduler.resources import data_path
from tests.audit.record_builder import Year, with_manifest
from tests.audit.test_audit_entropy import BENT, typed_year
from tests.audit.test_audit_frozen import FROZEN, files_of
from tests.chain.substituting import TAMPERED, SubstitutingDemo, record
from tests.publication.tiny_year import make_inputs

Files = dict[str, bytes]
ROWS = "li => li.map(e => [e.value, e.className.split('claim-')[1], e.querySelector('span').textContent])"


def tiny() -> Files:
    """The public record of the tiny year: a voided attempt, an open draw, a commitment, a list drawn elsewhere."""
    return assemble_public(make_inputs(6, 3))


def relisted(files: Files) -> Files:
    """A record whose manifest was made anew, so that only what is wrong inside is found."""
    rest = {path: content for path, content in files.items() if path != MANIFEST}
    return {**rest, MANIFEST: manifest_bytes(rest, "public", "371000", 2026)}


def edited(files: Files, path: str, **changes: object) -> Files:
    """A record in which a document says something else, with a manifest made anew."""
    document = json.loads(files[path])
    return relisted({**files, path: document_bytes({**document, **changes})})


def swapped_list(files: Files) -> Files:
    """A firm that was not drawn takes the place of one that was, digest and manifest made to fit."""
    path = "draws/2026-1-2/"
    pool = [line.split(b"\t")[0] for line in files[path + "pool.tsv"].splitlines()[1:]]
    lines = files[path + "drawn.tsv"].splitlines()
    drawn = [line.split(b"\t")[0] for line in lines[1:]]
    other = next(firm for firm in pool if firm not in drawn)
    rows = sorted([other + lines[1][18:], *lines[2:]])
    content = b"\n".join([lines[0], *rows]) + b"\n"
    said = json.loads(files[path + "ceremony.json"]) | {"drawn_digest": hashlib.sha256(content).hexdigest()}
    return relisted({**files, path + "drawn.tsv": content, path + "ceremony.json": document_bytes(said)})


def upside_down(table: bytes) -> bytes:
    """A table whose rows stand in descending order."""
    header, *rows = table.splitlines()
    return b"\n".join([header, *reversed(rows)]) + b"\n"


def signed_tiny(*, by: int = 1, signature_of: int | None = None) -> Files:
    """The tiny record signed by a key; the signature may be taken from the same record signed by another."""
    files = signed(tiny(), bytes([by]) * 32)
    other = signed(tiny(), bytes([by if signature_of is None else signature_of]) * 32)
    return {**files, SIGNATURE: other[SIGNATURE]}


def without_signature() -> Files:
    """A record whose manifest names a key, and no signature beside it."""
    files = signed_tiny()
    del files[SIGNATURE]
    return files


def bent(name: str) -> Files:
    """A record whose sources of entropy break a rule."""
    return typed_year(BENT[name][0]).record("public")


def retold(change: Callable[[list[list[str]]], list[list[str]]], *, chained: bool = True) -> Files:
    """The tiny record with another draw log, its chain made anew or not."""
    files = tiny()
    header, *rows = [line.split("\t") for line in files[DRAW_LOG].decode("ascii").splitlines()]
    rows = change(rows)
    if chained:
        events = [DrawEvent(action=row[1], draw_id=row[2], digest=row[3]) for row in rows]
        return relisted({**files, DRAW_LOG: draw_log_table(events)})
    lines = ["\t".join(row) + "\n" for row in [header, *rows]]
    return relisted({**files, DRAW_LOG: "".join(lines).encode("ascii")})


def without_draw_log() -> Files:
    """A record that lacks the draw log whose head a commitment names."""
    return relisted({name: content for name, content in tiny().items() if name != DRAW_LOG})


def other_outcome(draw_id: str) -> Files:
    """A record in which the ceremony of one draw names another outcome root."""
    return Year({f"ceremony@{draw_id}": lambda ceremony: {**ceremony, "outcome_root": "0" * 64}}).record("public")


CASES: dict[str, Callable[[], Files]] = {
    "tiny": tiny,
    "frozen format 1": lambda: files_of(FROZEN / "format-1" / "public.zip"),
    "a firm swapped": lambda: swapped_list(tiny()),
    "another seed": lambda: edited(tiny(), "draws/2026-1-2/ceremony.json", seed="0" * 64),
    "a void without reason": lambda: edited(tiny(), "draws/2026-1-1/ceremony.json", void_reason=""),
    "another target": lambda: edited(tiny(), "year.json", target=13),
    "a district too many": lambda: edited(
        tiny(), "year.json", elsewhere={"num_enterprises": 2, "drawn_enterprises": 1}
    ),
    "a pool of one more": lambda: edited(
        tiny(), "draws/2026-2-1/commitment.json", pool={"num_firms": 7, "root": "0" * 64}
    ),
    "a file that nobody asked for": lambda: relisted({**tiny(), "draws/2026-1-2/note.txt": b"x"}),
    "a digest of other bytes": lambda: {**tiny(), "items.tsv": tiny()["items.tsv"] + b"x"},
    "a table in another order": lambda: relisted({**tiny(), "tasks.tsv": upside_down(tiny()["tasks.tsv"])}),
    "signed": signed_tiny,
    "signed by another": lambda: signed_tiny(by=1, signature_of=2),
    "a signature taken away": without_signature,
    "a signature that is none": lambda: {**signed_tiny(), SIGNATURE: b"{}\n"},
    "a signature that nobody asked for": lambda: {**tiny(), SIGNATURE: signed_tiny()[SIGNATURE]},
    "a draw log taken away": without_draw_log,
    "a void taken out of the draw log": lambda: retold(lambda rows: rows[:2] + rows[3:]),
    "an entry of the draw log repeated": lambda: retold(lambda rows: [*rows, rows[-1]]),
    "a draw log of other draws": lambda: retold(
        lambda rows: [[*row[:2], row[2].replace("-2-", "-5-"), *row[3:]] for row in rows]
    ),
    "a commitment after an import": lambda: retold(lambda rows: [rows[-1], *rows[:-1]]),
    "an unchained draw log": lambda: retold(lambda rows: rows[1:], chained=False),
    "a draw log with another action": lambda: retold(
        lambda rows: [[rows[0][0], "burn", *rows[0][2:]], *rows[1:]], chained=False
    ),
    "a draw log with another number": lambda: retold(lambda rows: [["7", *rows[0][1:]], *rows[1:]], chained=False),
    "an integer that is the greatest": lambda: edited(tiny(), "year.json", num_enterprises=2**53 - 1),
    "an integer too great": lambda: edited(tiny(), "year.json", num_enterprises=2**53),
    "an integer that scripts round": lambda: edited(
        tiny(), "draws/2026-2-1/commitment.json", counting_visits=2**53 + 1
    ),
    "a document with spaces": lambda: relisted({**tiny(), "year.json": tiny()["year.json"] + b" "}),
    "sources of all kinds": lambda: typed_year().record("public"),
    "the bureau's own seed": lambda: typed_year(own=True).record("public"),
    "outcome roots": lambda: Year().record("public"),
    "another outcome root of an open round": partial(other_outcome, "2026-1-1"),
    "another outcome root of a targeted round": partial(other_outcome, "2026-2-2"),
    "an outcome root of a draw not drawn": partial(other_outcome, "2026-2-1"),
    **{f"sources: {name}": partial(bent, name) for name in BENT},
}  # fmt: skip


@pytest.fixture(scope="module")
def window(chromium: Any) -> Iterator[tuple[Any, list[str]]]:
    """One window for all tests, and what goes wrong in it."""
    wrong: list[str] = []
    opened = chromium.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield opened, wrong
    opened.close()


@pytest.fixture
def page(window: tuple[Any, list[str]], tiny_site: Path) -> Any:
    """The English page, opened anew from a folder; any error or message in it fails the test."""
    opened, wrong = window
    opened.goto((tiny_site / "en/verify.html").as_uri())
    yield opened
    opened.goto("about:blank")  # what the page still had to say has been said now
    said = list(wrong)
    wrong.clear()
    assert said == []


def zipped(files: Files, folder: Path) -> Path:
    """A record as one ZIP file."""
    path = folder / "record.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def checked(page: Any, path: Path) -> list[list[Any]]:
    """Number, status and text of every claim that the page shows of a record."""
    page.set_input_files("#check-file" if path.suffix == ".zip" else "#check-folder", str(path))
    page.wait_for_selector(".verdict")
    return list(page.eval_on_selector_all(".claim", ROWS))


def assert_says_the_same(page: Any, files: Files, name: str, folder: Path) -> None:
    """The page shows number for number the same claims with the same outcome as the program."""
    report = verify_source(MemorySource(files), name)
    expected = [[claim.number, str(claim.status), claim.text] for claim in report.claims]
    assert checked(page, zipped(files, folder)) == expected
    assert str(report.verdict) in page.get_attribute(".verdict", "class")


@pytest.mark.parametrize("name", list(CASES))
def test_page_says_what_the_program_says(page: Any, tmp_path: Path, name: str) -> None:
    """Good records and bad ones."""
    assert_says_the_same(page, CASES[name](), name, tmp_path)


def test_page_follows_firms_that_gave_way(page: Any, tmp_path: Path, substituted_year: SubstitutingDemo) -> None:
    """The next tickets came: the page finds the same firms."""
    assert_says_the_same(page, record(substituted_year, "public"), "firms that gave way", tmp_path)


@pytest.mark.parametrize("name", [name for name, case in TAMPERED.items() if case[0] == "public"])
def test_page_finds_tampering_with_who_gave_way(
    page: Any, tmp_path: Path, substituted_year: SubstitutingDemo, name: str
) -> None:
    """In the same places as the program."""
    files = record(substituted_year, "public")
    TAMPERED[name][1](files, substituted_year)
    assert_says_the_same(page, with_manifest(files), name, tmp_path)


def test_page_takes_the_folder_of_the_site_itself(page: Any, tiny_site: Path) -> None:
    """The folder “record” beside the page is read as it stands there."""
    report = verify_source(MemorySource(tiny()), "record")
    found = checked(page, tiny_site / "record")
    assert [status for _number, status, _text in found] == [str(claim.status) for claim in report.claims]


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"x" * 100_000, b"PK\x03\x04" + bytes(300)])
def test_page_refuses_what_is_no_record(page: Any, tmp_path: Path, content: bytes) -> None:
    """An empty file, an empty archive and noise are told in words."""
    (tmp_path / "x.zip").write_bytes(content)
    page.set_input_files("#check-file", str(tmp_path / "x.zip"))
    page.locator("#check-progress", has_text=re.compile("^This is no record")).wait_for()


def test_page_stops_at_a_member_larger_than_it_says(page: Any, tmp_path: Path) -> None:
    """A member that inflates to more than the directory tells is not followed."""
    path = zipped({"manifest.json": b"0" * 1_000_000}, tmp_path)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    page.set_input_files("#check-file", str(path))
    page.locator("#check-progress", has_text=re.compile("^This is no record")).wait_for()


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_own_sha256_is_sha256(page: Any, size: int) -> None:
    """Around every border of a block, the page's own SHA-256 gives what hashlib gives."""
    content = bytes(number * 7 % 256 for number in range(size))
    own = page.evaluate("bytes => window.doubleRandomVerify.sha256(Uint8Array.from(bytes))", list(content))
    assert own == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("size", [0, 1, 111, 112, 127, 128, 129, 239, 240, 1000])
def test_own_sha512_is_sha512(page: Any, size: int) -> None:
    """Around every border of a block, the page's own SHA-512 gives what hashlib gives."""
    content = bytes(number * 7 % 256 for number in range(size))
    own = page.evaluate("bytes => window.doubleRandomVerify.sha512(Uint8Array.from(bytes))", list(content))
    assert own == hashlib.sha512(content).hexdigest()


def own_judgement(page: Any, row: dict[str, str]) -> bool:
    """What the page's own Ed25519 says of a vector."""
    content = list(bytes.fromhex(row["message"]))
    script = "([key, signature, bytes]) => window.doubleRandomVerify.ed25519(key, signature, Uint8Array.from(bytes))"
    return bool(page.evaluate(script, [row["public_key"], row["signature"], content]))


def test_own_ed25519_takes_the_vectors_of_the_rfc_and_no_others(page: Any) -> None:
    """The page's own Ed25519 agrees with data/golden/signatures.json."""
    golden = json.loads((data_path("golden") / "signatures.json").read_text(encoding="utf-8"))
    assert [own_judgement(page, row) for row in golden["rfc_8032"]] == [True] * 3
    assert [row["why"] for row in golden["must_not_pass"] if own_judgement(page, row)] == []


def test_own_ed25519_judges_as_the_library(page: Any) -> None:
    """Over keys, messages and flipped digits, the page says what the program says."""
    for number in range(12):
        key = bytes([number]) * 32
        signature = sign(key, "record", str(number))
        for place in (None, 3 * number, 64 + 5 * number):
            digit = "" if place is None else "0" if signature[place] != "0" else "1"
            changed = signature if place is None else signature[:place] + digit + signature[place + 1 :]
            row = {
                "public_key": public_key_of(key),
                "message": message("record", str(number)).hex(),
                "signature": changed,
            }
            assert own_judgement(page, row) is is_signed(row["public_key"], changed, "record", str(number))


def draw_to_prove() -> ProvenDraw:
    """The tiny year's open draw."""
    files = {name.rpartition("/")[2]: content for name, content in tiny().items() if "2026-1-2/" in name}
    return ProvenDraw(
        commitment=json.loads(files["commitment.json"]),
        ceremony=json.loads(files["ceremony.json"]),
        pool=files["pool.tsv"],
        drawn=files["drawn.tsv"],
        secret=b"",
        chance=Chance(stratum="open", chance_micro=3_000_000, chance_firms=6),
    )


def proof(outcome: str, *, open_chance: bool = False, old: bool = False) -> dict[str, Any]:
    """A proof about the tiny year's open draw for a firm with an outcome; `old` for a ceremony without root."""
    draw = draw_to_prove()
    drawn, pool = (
        [row.split(b"\t")[0].decode() for row in table.splitlines()[1:]] for table in (draw.drawn, draw.pool)
    )
    others = [firm for firm in pool if firm not in drawn]
    firm = {"drawn": drawn[-1], "not_drawn": others[0], "not_in_pool": "91371000MA99999999"}[outcome]
    left_out = {"drawn_root"} if old else set()
    ceremony = {key: value for key, value in draw.ceremony.items() if key not in left_out}
    draw = replace(draw, ceremony=ceremony, chance=None if outcome == "not_in_pool" else draw.chance)
    return dict(json.loads(firm_proof(firm, [draw], open_chance=open_chance)))


def golden_proof(name: str, file: str = "proofs.json") -> bytes:
    """A proof about a targeted round, from data/golden."""
    golden = json.loads((data_path("golden") / file).read_text(encoding="utf-8"))
    return document_bytes(golden["proofs"][name])


def open_proof(**threshold: Any) -> bytes:
    """A proof about the tiny year's open draw whose ceremony has an outcome root; the threshold may be bent."""
    draw = draw_to_prove()
    ids = [row.split(b"\t")[0].decode("ascii") for row in draw.drawn.splitlines()[1:]]
    greatest = {"open": max(digest("ticket", draw.ceremony["seed"], firm) for firm in ids)}
    draw_id = draw.commitment["draw_id"]
    ceremony = {**draw.ceremony, "outcome_root": outcome_root(draw_id, b"", greatest)}
    made = json.loads(firm_proof(ids[0], [replace(draw, ceremony=ceremony, thresholds=greatest)]))
    made["draws"][0]["threshold"].update(threshold)
    return document_bytes(made)


def bent_threshold(**threshold: Any) -> bytes:
    """A lie about the threshold of a targeted round, whose chance is opened."""
    made = json.loads(golden_proof("not_drawn"))
    made["draws"][0]["threshold"].update(threshold)
    return document_bytes(made)


def without(part: str) -> bytes:
    """The same with a part closed: the threshold, or the chance that it comes with."""
    made = json.loads(golden_proof("not_drawn"))
    made["draws"][0][part] = None
    return document_bytes(made)


def lied(outcome: str, *path: Any, to: Any) -> bytes:
    """A proof of the open draw in which one value is another."""
    made = proof(outcome)
    place: Any = made["draws"][0]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    del made["proof_digest"]  # made anew, as whoever lies does
    return document_bytes({**made, "proof_digest": content_digest(document_bytes(made))})


PROOFS: dict[str, Callable[[], bytes]] = {
    "drawn": lambda: document_bytes(proof("drawn")),
    "not drawn": lambda: document_bytes(proof("not_drawn")),
    "out of the pool": lambda: document_bytes(proof("not_in_pool")),
    "chance opened": lambda: document_bytes(proof("drawn", open_chance=True)),
    "an old ceremony": lambda: document_bytes(proof("drawn", old=True)),
    "targeted, drawn": lambda: golden_proof("drawn"),
    "targeted, not drawn, opened": lambda: golden_proof("not_drawn"),
    "targeted, out of the pool": lambda: golden_proof("not_in_pool"),
    "another ticket": lambda: lied("drawn", "ticket", to="0" * 64),
    "another outcome": lambda: lied("drawn", "outcome", to="not_drawn"),
    "out of the pool with a leaf": lambda: lied("drawn", "outcome", to="not_in_pool"),
    "another place": lambda: lied("not_drawn", "pool", "index", to=5),
    "a place beyond": lambda: lied("not_drawn", "pool", "index", to=2**40),
    "no path": lambda: lied("not_drawn", "pool", "path", to=[]),
    "no rows": lambda: lied("drawn", "rows", to=[]),
    "a row changed": lambda: lied("drawn", "rows", 0, "row", to="x"),
    "another seed": lambda: lied("drawn", "ceremony", "seed", to="0" * 64),
    "another year": lambda: document_bytes({**proof("drawn"), "year": 2025}),
    "no draws": lambda: document_bytes({**proof("drawn"), "draws": []}),
    "another draw": lambda: lied("drawn", "draw_id", to="2026-1-9"),
    **{f"format 1: {name}": partial(golden_proof, name, "proofs-1.json") for name in ("drawn", "not_drawn")},
    "threshold of an open round": open_proof,
    "an open round with a nonce": lambda: open_proof(nonce="0" * 64),
    "an open round with nobody drawn": lambda: open_proof(ticket=""),
    "an open round with another size": lambda: open_proof(size=2),
    "a greater threshold": lambda: bent_threshold(ticket="f" * 64),
    "a threshold of nobody": lambda: bent_threshold(ticket=""),
    "another nonce": lambda: bent_threshold(nonce="0" * 64),
    "another number of strata": lambda: bent_threshold(size=4),
    "a number of strata beyond": lambda: bent_threshold(size=2**40),
    "another place of the threshold": lambda: bent_threshold(index=9),
    "no path of the threshold": lambda: bent_threshold(path=[]),
    "a threshold with more": lambda: bent_threshold(more=1),
    "no threshold": lambda: without("threshold"),
    "a threshold without a chance": lambda: without("chance"),
    "no proof": lambda: document_bytes({"format": 1}),
    "no JSON": lambda: b"{",
    "spaces": lambda: document_bytes(proof("drawn")) + b" ",
    "a float": lambda: b'{\n  "format": 1.0\n}\n',
}  # fmt: skip


@pytest.mark.parametrize("name", list(PROOFS))
def test_page_says_of_a_proof_what_the_program_says(page: Any, tmp_path: Path, name: str) -> None:
    """Number for number the same claims with the same outcome, on good proofs and on bad ones."""
    path = tmp_path / "proof.json"
    path.write_bytes(PROOFS[name]())
    report = verify_proof(path.read_bytes(), path.name)
    expected = [[claim.number, str(claim.status), claim.text] for claim in report.claims]
    page.set_input_files("#check-file", str(path))
    page.wait_for_selector(".verdict")
    assert list(page.eval_on_selector_all(".claim", ROWS)) == expected
    assert str(report.verdict) in page.get_attribute(".verdict", "class")


def test_page_in_chinese_has_words_for_a_proof(page: Any, tiny_site: Path, tmp_path: Path) -> None:
    """No key and no English sentence is left on the Chinese page."""
    path = tmp_path / "proof.json"
    path.write_bytes(document_bytes(proof("not_drawn")))
    page.goto((tiny_site / "verify.html").as_uri())
    page.set_input_files("#check-file", str(path))
    page.wait_for_selector(".verdict")
    texts = page.eval_on_selector_all(".claim", "li => li.map(e => e.querySelector('span').textContent)")
    assert texts
    assert [text for text in texts if text.isascii()] == []
