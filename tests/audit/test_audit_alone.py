"""The verifier as one file: it needs the standard library alone and says what the program says, word for word."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import Files, Year, document, with_manifest
from test_audit_frozen import RECORDS, files_of
from test_audit_tampering import KEYHOLDER, OUTSIDER

from scheduler.audit.alone import bundle, plain_merkle, plain_numpy, plain_signing
from scheduler.audit.alone.bundle import bundle as make_bundle
from scheduler.audit.claims import Status, Verdict
from scheduler.audit.proof import verify_proof
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_record, verify_source
from scheduler.draw import signing
from scheduler.draw.merkle import array_root
from scheduler.errors import StateError
from tests import make_verifier_digest

GOLDEN = Path(__file__).resolve().parents[2] / "data" / "golden" / "signatures.json"


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, in a folder of its own."""
    path = tmp_path_factory.mktemp("alone") / "verify.py"
    path.write_bytes(make_bundle())
    return path


def run(verifier: Path, *arguments: object, flags: tuple[str, ...] = ("-I", "-S")) -> subprocess.CompletedProcess[str]:
    """Runs the file in an empty environment, without installed packages."""
    words = [sys.executable, *flags, str(verifier), *map(str, arguments)]
    return subprocess.run(words, env={}, capture_output=True, encoding="utf-8", check=False)


def write(folder: Path, files: Files) -> Path:
    """Writes a record into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_file_imports_the_standard_library_alone() -> None:
    """Every import in the file and in the modules it carries is of the standard library, or carried too."""
    tree = ast.parse(make_bundle())
    sources = {
        node.targets[0].slice.value: node.value.value  # type: ignore[attr-defined]
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
    }
    assert len(sources) > 30
    for source in [make_bundle().decode("utf-8"), *sources.values()]:
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name in sources or name.split(".")[0] in sys.stdlib_module_names for name in names), names


def test_list_of_digests_is_up_to_date() -> None:
    """The specification lists the file's digest; `make locales` writes it."""
    listed = make_verifier_digest.PAGE.read_text(encoding="utf-8")
    assert listed == make_verifier_digest.page(listed), "run `make locales`"
    assert listed.splitlines()[-1].endswith(hashlib.sha256(make_bundle()).hexdigest())


def test_file_is_the_same_whatever_the_hash_seed() -> None:
    """Nothing in the file depends on the order of sets."""
    code = "from scheduler.audit.alone.bundle import bundle_digest; print(bundle_digest())"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LANGUAGE": "zh_CN"}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert run.stdout.strip() == bundle.bundle_digest()


def test_module_that_cannot_be_quoted_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module with the quotes that the file puts around it cannot be carried."""
    monkeypatch.setattr(bundle, "_read", lambda _name: "'''")
    with pytest.raises(StateError, match="expected a module without"):
        bundle._closure("scheduler.errors")


def test_good_and_tampered_records_get_the_same_report(
    verifier: Path, tmp_path: Path, year: Year, fast_words: None
) -> None:
    """All frozen records, the tiny year and all tampering, found in one folder: the same claim by claim."""
    records = {f"frozen-{number}": files_of(archive.values[0]) for number, archive in enumerate(RECORDS)}  # type: ignore[arg-type]
    records |= {kind: year.record(kind) for kind in ("public", "audit")}
    for number, case in enumerate(OUTSIDER):
        files = dict(year.record(case.kind))
        case.change(files)
        records[f"outsider-{number:03d}"] = with_manifest(files)
    for number, case in enumerate(KEYHOLDER):
        records[f"keyholder-{number:03d}"] = Year(hooks=case.change).record(case.kind)
    for name, files in records.items():
        write(tmp_path / name, files)
    done = run(verifier, tmp_path, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = {entry["name"]: entry for entry in json.loads(done.stdout)["records"]}
    assert found.keys() == records.keys()
    for name, files in records.items():
        expected = verify_source(MemorySource(files), name).document()
        assert plain(found[name]) == plain(expected), name


def plain(report: dict[str, Any]) -> dict[str, Any]:
    """A report without the claim about the file itself."""
    claims = [{**claim, "number": 0} for claim in report["claims"] if claim["section"] != "10.1"]
    return {**report, "claims": claims, "passed": 0, "not_checked": 0}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_and_status_are_the_program_s(
    verifier: Path, tmp_path: Path, audit: Files, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report in either language for a good record and one with a changed name; status 0 and 1."""
    good = write(tmp_path / "good", audit)
    bad = write(tmp_path / "bad", {**audit, "items.tsv": audit["items.tsv"].replace(b"fuel", b"full", 1)})
    monkeypatch.setenv("LANGUAGE", "zh_CN" if language == "zh" else "en")
    for folder, status in ((good, 0), (bad, 1)):
        done = run(verifier, folder, "--lang", language, "--json")
        assert done.returncode == status, done.stderr
        assert plain(json.loads(done.stdout)["records"][0]) == plain(verify_record(folder).document())
        assert ("结论" if language == "zh" else "Verdict") in run(verifier, folder, "--lang", language).stdout


def test_anchors_are_taken_as_by_the_program(verifier: Path, tmp_path: Path, public: Files) -> None:
    """An anchor that tells of another commitment rejects the record."""
    folder = write(tmp_path / "record", public)
    anchor = tmp_path / "anchor.json"
    wrong = {"format": 1, "commitments": {"2026-1-1": {"digest": "0" * 64, "seen_on": ""}}}
    anchor.write_bytes(document(wrong))
    done = run(verifier, folder, "--anchor", anchor)
    assert done.returncode == 1
    assert "9.1" in done.stdout


def test_wrong_use_is_told(verifier: Path, tmp_path: Path) -> None:
    """Status 1 and a message for a folder that holds no record, 2 for an option that there is not."""
    nothing = run(verifier, tmp_path)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "manifest.json" in nothing.stderr
    assert run(verifier, tmp_path, "--frobnicate").returncode == 2


def test_record_is_found_beside_the_file_and_nothing_else_there_is_run(tmp_path: Path, audit: Files) -> None:
    """Without an argument the file verifies the record it stands in; a json.py in that folder is not imported."""
    carried = with_manifest({**audit, "verify.py": make_bundle()})
    folder = write(tmp_path / "record", carried)
    done = run(folder / "verify.py", flags=())
    assert (done.returncode, done.stderr) == (0, "")
    (folder / "json.py").write_text("raise SystemExit(7)\n", encoding="utf-8")
    assert run(folder / "verify.py", flags=()).returncode == 1  # rejected: a file that the manifest does not list


@pytest.mark.parametrize(
    ("content", "status"), [(None, Status.NOT_CHECKED), (b"print('consistent')\n", Status.NOT_CHECKED)]
)
def test_other_verifier_in_a_record_is_told(audit: Files, content: bytes | None, status: Status) -> None:
    """A record without one, or with one of another version: the claim is not checked and names the digest."""
    files = audit if content is None else with_manifest({**audit, "verify.py": content})
    report = verify_source(MemorySource(files), "record")
    claims = [claim for claim in report.claims if claim.section == "10.1"]
    assert [claim.status for claim in claims] == [status]
    if content is not None:
        assert hashlib.sha256(content).hexdigest() in claims[0].found


def test_own_verifier_in_a_record_passes_and_in_a_public_one_is_refused(audit: Files, public: Files) -> None:
    """The very file passes; a public record carries none."""
    report = verify_source(MemorySource(with_manifest({**audit, "verify.py": make_bundle()})), "record")
    assert [claim.status for claim in report.claims if claim.section == "10.1"] == [Status.PASSED]
    assert report.verdict is Verdict.CONSISTENT
    report = verify_source(MemorySource(with_manifest({**public, "verify.py": make_bundle()})), "record")
    assert report.verdict is Verdict.REJECTED


@settings(max_examples=60, deadline=None)
@given(key=st.binary(min_size=32, max_size=32), text=st.text("0123456789abcdef", max_size=8), bit=st.integers(0, 511))
def test_signatures_are_verified_alike(key: bytes, text: str, bit: int) -> None:
    """A signature is right, and with one bit changed wrong, for both."""
    public, signature = signing.public_key_of(key), signing.sign(key, "record", text)
    changed = bytearray(bytes.fromhex(signature))
    changed[bit // 8] ^= 1 << bit % 8
    for one in (signature, changed.hex(), "", "xy"):
        assert plain_signing.is_signed(public, one, "record", text) == signing.is_signed(public, one, "record", text)
    assert plain_signing.is_signed(public, signature, "record", text)


def test_test_vectors_are_verified() -> None:
    """Those of RFC 8032 section 7.1 pass, and of the keys and signatures that must not pass none does."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for name, expected in (("rfc_8032", True), ("must_not_pass", False)):
        assert golden[name]
        for one in golden[name]:
            parts = [bytes.fromhex(one[key]) for key in ("public_key", "signature", "message")]
            assert plain_signing.verified(parts[0], parts[1], parts[2]) is expected, one


def test_roots_are_those_of_the_program() -> None:
    """Trees of 0 to 9 leaves."""
    for number in range(10):
        leaves = hashlib.shake_256(bytes([number])).digest(32 * number)
        cells = np.frombuffer(leaves, dtype=np.uint8).reshape(-1, 32)
        assert plain_merkle.array_root(plain_numpy.Array(list(leaves), 32)) == array_root(cells)


def test_functions_in_the_place_of_numpy_s_do_the_same() -> None:
    """Each on small arrays, where numpy shows what is right."""
    numbers, others, mask = [3, 1, 2, 1], [1, 5], [True, False, True, True]
    calls = [
        lambda m: m.asarray(numbers)[m.asarray(mask, dtype=m.bool_)],
        lambda m: m.where(m.asarray(mask, dtype=m.bool_), m.asarray(numbers), -1),
        lambda m: m.bincount(m.asarray(numbers), minlength=6),
        lambda m: m.searchsorted(m.asarray([1, 2, 2, 5]), m.asarray([0, 2, 9]), side="right"),
        lambda m: m.setdiff1d(m.asarray(numbers), m.asarray(others)),
        lambda m: m.intersect1d(m.asarray(numbers), m.asarray(others)),
        lambda m: m.lexsort((m.asarray(numbers), m.asarray([1, 0, 1, 0]))),
        lambda m: m.argsort(m.asarray(numbers), kind="stable"),
        lambda m: m.isin(m.asarray(numbers), m.asarray(others)),
        lambda m: m.frombuffer(bytes(range(32)), ">u8").reshape(2, 2)[:, 0],
        lambda m: m.concatenate([m.zeros(0, dtype=m.int64), m.asarray(numbers), m.full(2, 7), m.arange(2)]),
        lambda m: m.maximum(m.minimum(m.asarray(numbers), 2), 2),
        lambda m: ~(m.asarray(numbers) >= 2) | (m.asarray(numbers) == 3),
    ]
    for position, call in enumerate(calls):
        assert call(plain_numpy).tolist() == call(np).tolist(), position
    plain_parts = plain_numpy.unique(
        plain_numpy.asarray(numbers), return_index=True, return_inverse=True, return_counts=True
    )
    parts = np.unique(np.asarray(numbers), return_index=True, return_inverse=True, return_counts=True)
    assert [part.tolist() for part in plain_parts] == [part.tolist() for part in parts]


@pytest.mark.parametrize("name", ["drawn", "not_drawn", "not_in_pool", "changed"])
def test_proof_gets_the_same_report(verifier: Path, tmp_path: Path, name: str) -> None:
    """A firm's proof in the place of a record: the claims and the status are the program's."""
    golden = json.loads((GOLDEN.parent / "proofs.json").read_text(encoding="utf-8"))["proofs"]
    proof = golden.get(name) or {**golden["drawn"], "firm_id": "E1"}
    path = tmp_path / "proof.json"
    path.write_bytes(document(proof))
    found = run(verifier, path, "--json")
    report = verify_proof(path.read_bytes(), path.name)
    assert json.loads(found.stdout) == {"records": [report.document()]}
    assert found.returncode == int(name == "changed")
