"""The check-it-yourself page in a real browser: the same claims, numbers and statuses as `double-random verify`."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import message
from scheduler.draw.signing import is_signed, public_key_of, sign
from scheduler.publication.records import MANIFEST, SIGNATURE, assemble_public, manifest_bytes, signed
from scheduler.resources import data_path
from tests.audit.record_builder import with_manifest
from tests.audit.test_audit_entropy import BENT, typed_year
from tests.audit.test_audit_frozen import FROZEN, files_of
from tests.chain.test_chain_substitutes import TAMPERED, SubstitutingDemo, record
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


@cache
def substituted() -> SubstitutingDemo:
    """A year in which firms gave way."""
    demo = SubstitutingDemo(Path(tempfile.mkdtemp(prefix="double-random-")))
    for stage in demo.stages():
        stage.work()
    shutil.rmtree(demo.folder / "site")
    return demo


def gave_way(name: str) -> Files:
    """Its public record, tampered with."""
    files = record(substituted(), "public")
    TAMPERED[name][1](files, substituted())
    return with_manifest(files)


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
    "a document with spaces": lambda: relisted({**tiny(), "year.json": tiny()["year.json"] + b" "}),
    "sources of all kinds": lambda: typed_year().record("public"),
    "the bureau's own seed": lambda: typed_year(own=True).record("public"),
    **{f"sources: {name}": partial(bent, name) for name in BENT},
    "firms that gave way": lambda: record(substituted(), "public"),
    **{f"gave way: {name}": partial(gave_way, name) for name, case in TAMPERED.items() if case[0] == "public"},
}  # fmt: skip


@pytest.fixture
def page(chromium: Any, tiny_site: Path) -> Any:
    """The English page, opened from a folder; any error or message in it fails the test."""
    wrong: list[str] = []
    opened = chromium.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened.goto((tiny_site / "en/verify.html").as_uri())
    yield opened
    opened.close()
    assert wrong == []


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


@pytest.mark.parametrize("name", list(CASES))
def test_page_says_what_the_program_says(page: Any, tmp_path: Path, name: str) -> None:
    """Number for number the same claims with the same outcome, on good records and on bad ones."""
    files = CASES[name]()
    report = verify_source(MemorySource(files), name)
    expected = [[claim.number, str(claim.status), claim.text] for claim in report.claims]
    assert checked(page, zipped(files, tmp_path)) == expected
    assert str(report.verdict) in page.get_attribute(".verdict", "class")


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
    page.wait_for_function("document.getElementById('check-progress').textContent.startsWith('This is no record')")


def test_page_stops_at_a_member_larger_than_it_says(page: Any, tmp_path: Path) -> None:
    """A member that inflates to more than the directory tells is not followed."""
    path = zipped({"manifest.json": b"0" * 1_000_000}, tmp_path)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    page.set_input_files("#check-file", str(path))
    page.wait_for_function("document.getElementById('check-progress').textContent.startsWith('This is no record')")


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
