"""
Every single bit of the newest records and proofs: what a flip changes is found, or stands on a list of what nobody can.

The tiny year (`tests/chain/tiny.py`) has every file and document of the newest formats. An outsider flips a bit and
remakes nothing: the manifest's digests tell. The keyholder remakes digests, manifest and signature as well: then the
claims about what was flipped tell, and `UNTOLD` names the cells of which no claim speaks, each with the reason. For
these there are anchors, and whoever reads. CI tries a sample; with ``EVERY_BIT=1`` every bit is tried, which takes
about an hour, and no cell may stand on the list that is found after all.
"""

from __future__ import annotations

import gettext
import json
import os
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

import pytest

from scheduler.audit.claims import Status, Verdict
from scheduler.audit.proof import verify_proof
from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import digest
from scheduler.errors import RecordError
from tests.chain.bits import Keyholder, changed_cells, differing_keys, failed, fails_unremade, flipped
from tests.chain.substituting import record
from tests.chain.tiny import TinyDemo

EVERY = bool(os.environ.get("EVERY_BIT"))
CARRIED = "verify.py"  # as long as all other files together many times over; the same for every record

NAMES = "names, contacts and words are those of the register and of lists; no other file repeats them"
LISTS = "the year's lists may change after a draw; those that a draw went by are sealed, and in the audit record"
OUTSIDE = (
    "a day or reason told by people, within the bounds that the record gives; no claim holds it against log.tsv yet"
)
REGISTER = "of town and leave no other file tells; where they decide a day or an expert, claims of 8.4 and 8.12 fail"
CLOSED = "what binds it is sealed: the audit record tells, and firms' proofs tell of their own leaf"
LIST_COLUMNS = {
    "items.tsv": "category name object_description method department basis ratio_text officers_required speciality",
    "tasks.tsv": "name object_types libraries full_coverage ratio_min_micro ratio_max_micro starts_on ends_on "
    "initiator mode note",
}
BOTH = {
    **dict.fromkeys(("added.tsv name", "added.tsv registrar"), NAMES),
    **dict.fromkeys(("year.json bureau_name", "year.json bureau_name_en"), NAMES),
    **dict.fromkeys(("year.json districts.name", "year.json districts.name_en"), NAMES),
    **{f"{name} {column}": LISTS for name, columns in LIST_COLUMNS.items() for column in columns.split()},
    "results.tsv inspected_on": OUTSIDE,
}
UNTOLD = {
    "public": {
        **BOTH,
        "pool.tsv firm_id": CLOSED,
        "year.json base_date": CLOSED,
        "year.json target_ratio_micro": CLOSED,
        "year.json districts.code": CLOSED,
    },
    "audit": {
        **BOTH,
        "tasks.tsv task_id": LISTS,
        "expert-replacements.tsv decided_on": OUTSIDE,
        "moves.tsv moved_on": OUTSIDE,
        "moves.tsv moved_to": OUTSIDE + "; that the day was not chosen no record proves (8.14)",
        "moves.tsv reason": OUTSIDE,
        "substitutes.tsv gone_on": OUTSIDE,
        "substitutes.tsv decided_on": OUTSIDE,
        "officers.json drawn_on": OUTSIDE,
        "handovers.tsv replaced": "which came first on one day, where the outcome is the same; no claim asks log.tsv",
        "officers.json packages.minutes": "minutes of items stand in no other file (8.5); where they decide, 8.4 fails",
        "calendar.tsv officer_id": REGISTER,
        "calendar.tsv day": REGISTER,
        "calendar.tsv visits": REGISTER,
        "calendar.tsv minutes": REGISTER,
        "towns.tsv firm_id": REGISTER,
        "towns.tsv town": REGISTER,
    },
}


@pytest.fixture(autouse=True)
def _fast_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages without looking for catalogues on disk."""
    monkeypatch.setattr(gettext, "gettext", lambda message: message)


def bits(content: bytes, stride: int) -> Iterator[int]:
    """Bits of a file: all, or a sample that begins elsewhere in each file."""
    start = 0 if EVERY else sha256(content).digest()[0] % stride
    yield from range(start, 8 * len(content), 1 if EVERY else stride)


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_record_has_all_that_the_newest_formats_have(tiny_year: TinyDemo, kind: str) -> None:
    """So that what is flipped below is everything: files of each kind, and each with a row."""
    files = record(tiny_year, kind)
    assert failed(files) == []
    names = {name.rpartition("/")[2]: content for name, content in sorted(files.items())}
    wanted = {"withdrawn.tsv", "added.tsv", "results.tsv", "signature.json", "draw-log.tsv"}
    if kind == "audit":
        wanted |= {"handovers.tsv", "replacements.tsv", "expert-replacements.tsv", "experts.tsv", "moves.tsv"}
        wanted |= {"calendar.tsv", "towns.tsv", "recent.tsv", "substitutes.tsv", "programme-rows.tsv", "log.tsv"}
        assert {json.loads(files[name])["format"] for name in files if name.endswith("officers.json")} == {4}
        assert any(json.loads(files[name])["places"] for name in files if name.endswith("officers.json"))
    assert names.keys() >= wanted
    assert [name for name, content in names.items() if name.endswith(".tsv") and content.count(b"\n") < 2] == []
    for name in (name for name in files if name.endswith("ceremony.json")):
        ceremony = json.loads(files[name])
        assert ceremony["format"] == 2 and ceremony["revealed"] and ceremony["skipped"] and ceremony["outcome_root"]


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_flipped_bit_is_found_by_whoever_has_the_manifest(tiny_year: TinyDemo, kind: str) -> None:
    """A digest of the manifest, or the signature, is no longer right; of the verifier one bit of a byte is tried."""
    files = record(tiny_year, kind)
    tried = 0
    for name, content in sorted(files.items()):
        for bit in bits(content, 39989 if name == CARRIED else 997):
            if name == CARRIED and EVERY and bit % 8 != bit // 8 % 7:
                continue
            tried += 1
            assert fails_unremade({**files, name: flipped(content, bit)}, name), (name, bit)
    print(f"{kind}, nothing remade: {tried} bits, all found")


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_flipped_bit_with_all_remade_is_found_or_can_be_by_nobody(tiny_year: TinyDemo, kind: str) -> None:
    """Digests, manifest and signature fit what was flipped."""
    files = record(tiny_year, kind)
    holder, tried, missed = Keyholder(files, tiny_year.key), 0, Counter[str]()
    assert holder.with_files({}) == files
    for name, content in sorted(files.items()):
        if name not in (CARRIED, "manifest.json", "signature.json"):
            for bit in bits(content, 1201 if kind == "audit" else 397):
                tried += 1
                changed = flipped(content, bit)
                if not holder.failing(name, changed):
                    missed.update(changed_cells(name, content, changed))
    assert set(missed) <= set(UNTOLD[kind])
    if EVERY:
        assert set(missed) == set(UNTOLD[kind])
    print(f"{kind}, all remade: {tried} bits, {missed.total()} not found: {dict(missed)}")


@pytest.mark.parametrize(("kind", "stride"), [("public", 3), ("audit", 11)])
def test_part_of_the_plan_that_fails_rejects_the_record(tiny_year: TinyDemo, kind: str, stride: int) -> None:
    """What the tests above ask of parts of the verifier, for speed, the whole says too, and it names the file."""
    files = record(tiny_year, kind)
    holder = Keyholder(files, tiny_year.key)
    for name in sorted(holder.manifest["files"])[:: 1 if EVERY else stride]:
        changed = flipped(files[name], 4 * len(files[name]))
        assert any(name in problem for problem in failed({**files, name: changed})), name
        assert holder.failing(name, changed) == bool(failed(holder.with_files({name: changed}))), name


PROOFS = {
    "open and targeted, drawn": "drawn",
    "targeted opened, drawn": "drawn, opened",
    "targeted opened, not drawn": "not_drawn, opened",
    "not in the pool": "not_in_pool",
}
DIGITS = "days, digests and numbers of the ceremony that no claim binds to the proof (9.2): compare the public record's"
SHAPE = "; a path tells the size of its tree only so far as its shape, and rows that are neighbours in it truly are"
UNTOLD_OF_PROOFS = {
    "draws.ceremony.drawn_on": DIGITS,
    "draws.ceremony.drawn_digest": DIGITS,
    "draws.ceremony.num_counting": DIGITS,
    "draws.ceremony.num_drawn": DIGITS + SHAPE,
    "draws.ceremony.outcome_root": DIGITS + "; where a threshold is opened, 7.2 tells",
    "draws.ceremony.revealed.revealed_on": DIGITS,
    "draws.chance.chance_micro": DIGITS,
    "draws.chance.chance_firms": DIGITS,
}


@pytest.mark.parametrize("name", PROOFS)
def test_flipped_bit_of_a_proof_is_found(tiny_year: TinyDemo, name: str) -> None:
    """With its digest as it was each bit is; with the digest remade all but what 9.2 says that nothing speaks of."""
    content = tiny_year.proofs[PROOFS[name]]
    tried, missed = 0, Counter[str]()
    for bit in bits(content, 2003):
        tried += 1
        changed = flipped(content, bit)
        again = redigested(changed)
        assert again != changed  # no document, or another digest than its own
        assert EVERY or verify_proof(changed, "proof.json").verdict is Verdict.REJECTED, bit
        if again is not None and again != content and is_consistent(again):
            missed.update(differing_keys(json.loads(content), json.loads(again)) - {"proof_digest"})
    assert set(missed) <= set(UNTOLD_OF_PROOFS)
    print(f"proof, {name}: {tried} bits, all found; with its digest remade {missed.total()} not: {dict(missed)}")


def is_consistent(content: bytes) -> bool:
    """Whether no claim about a proof fails; the one that most flips break is asked first."""
    try:
        for entry in json.loads(content)["draws"]:
            opened = digest("commitment", sha256(document_bytes(entry["commitment"])).hexdigest())
            if entry["ceremony"]["commitment_digest"] != opened:
                return False  # the ceremony opens another commitment (5)
    except KeyError:
        return False  # not in its form
    return not verify_proof(content, "proof.json").of_status(Status.FAILED)


def redigested(content: bytes) -> bytes | None:
    """A proof with its own digest made anew; None if it is no document, or names no digest."""
    try:
        proof = parse_document(content, "proof.json")
    except RecordError:
        return None
    rest = {key: value for key, value in proof.items() if key != "proof_digest"}
    if rest == proof:
        return None
    return document_bytes({**rest, "proof_digest": sha256(document_bytes(rest)).hexdigest()})
