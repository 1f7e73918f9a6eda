"""Signed records: the signature is checked, the chain of keys is followed, and a new key shows with an anchor."""

from __future__ import annotations

import json

import pytest
from record_builder import Files, Year, document, with_manifest
from test_audit_anchors import anchors_of

from scheduler.audit.anchors import Anchors, merge_anchors, parse_anchors
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from scheduler.draw.signing import public_key_of, sign
from scheduler.errors import RecordError
from scheduler.publication.records import signed

pytestmark = pytest.mark.usefixtures("fast_words")

OLD, NEW, OTHER = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
SIGNED = "the record is signed by the key that it names"
ANNOUNCED = "the record is signed by the key announced elsewhere"
CHAIN = "each key in the log is signed by the one before, and the last one is the record's"


def with_keys(replacement: dict[str, str] | None = None) -> Year:
    """The tiny year with a key that was replaced; `replacement` is what its entry says, rightly the old key's words."""
    built = Year()
    built.append_log("key new", {"public_key": public_key_of(OLD)})
    honest = {"previous_key": public_key_of(OLD), "signature": sign(OLD, "key", public_key_of(NEW))}
    built.append_log("key new", {"public_key": public_key_of(NEW), **(replacement or honest)})
    built.write_log()
    return built


def report_of(files: Files, anchors: Anchors | None = None) -> Report:
    """Report on a record."""
    return verify_source(MemorySource(files), "record", anchors=anchors)


def failed(report: Report) -> list[tuple[str, str]]:
    """Section and sentence of what does not hold."""
    return [(claim.section, claim.text) for claim in report.of_status(Status.FAILED)]


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_signed_record_is_consistent(kind: str) -> None:
    """The signature is by the key named, and in the audit record by the log's newest key."""
    report = report_of(signed(with_keys().record(kind), NEW))
    assert failed(report) == []
    assert sum(claim.section == "2.1" for claim in report.of_status(Status.PASSED)) == (2 if kind == "audit" else 1)


def test_unsigned_record_is_as_it_was_and_says_so(public: Files) -> None:
    """Without a key not one byte changes, and the report tells that nobody signed."""
    assert signed(public, None) == public
    assert SIGNED in {claim.text for claim in report_of(public).of_status(Status.NOT_CHECKED)}


@pytest.mark.parametrize("place", range(0, 128, 9))
def test_flipped_digit_of_the_signature_is_rejected(place: int) -> None:
    """Anywhere in R or S."""
    files = signed(with_keys().record("public"), NEW)
    text = json.loads(files["signature.json"])["signature"]
    flipped = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
    bad = document({"format": 1, "signature": flipped})
    assert failed(report_of(files | {"signature.json": bad})) == [("2.1", SIGNED)]


def test_other_key_in_the_manifest_is_rejected() -> None:
    """Whoever puts his own key into the manifest cannot keep the bureau's signature."""
    honest, own = (signed(with_keys().record("public"), key) for key in (NEW, OTHER))
    assert failed(report_of(own | {"signature.json": honest["signature.json"]})) == [("2.1", SIGNED)]


def test_signature_taken_away_is_rejected() -> None:
    """A manifest that names a key asks for its signature."""
    files = signed(with_keys().record("public"), NEW)
    del files["signature.json"]
    assert failed(report_of(files)) == [("2.1", SIGNED)]


def test_signature_beside_an_unsigned_manifest_is_rejected(public: Files) -> None:
    """A file that nothing asks for."""
    surplus = report_of(public | {"signature.json": signed(public, NEW)["signature.json"]})
    assert "2" in {section for section, _text in failed(surplus)}


def test_signature_listed_in_the_manifest_is_rejected() -> None:
    """The signature stands beside the record, not in it."""
    files = signed(with_keys().record("public"), NEW)
    listed = with_manifest({name: content for name, content in files.items() if name != "manifest.json"}, "public")
    report = report_of(signed(listed, NEW))
    assert ("2", "the manifest lists exactly the files of the folder") in failed(report)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}\n", b"null", b'{"format": 1}', b"\xff", document({"format": 1, "signature": "00"}), b"[" * 100_000],
)
def test_malformed_signature_is_rejected(content: bytes) -> None:
    """A file that is no signature fails as a file; the claim about the signature is not made."""
    report = report_of(signed(with_keys().record("public"), NEW) | {"signature.json": content})
    assert failed(report) == [("1.3, 1.4", "every file is in canonical form and can be read")]


@pytest.mark.parametrize(
    "replacement",
    [
        pytest.param(
            {"previous_key": public_key_of(OLD), "signature": sign(OTHER, "key", public_key_of(NEW))}, id="other-key"
        ),
        pytest.param(
            {"previous_key": public_key_of(OTHER), "signature": sign(OTHER, "key", public_key_of(NEW))},
            id="other-chain",
        ),
        pytest.param({"previous_key": public_key_of(OLD)}, id="no-signature"),
        pytest.param(
            {"previous_key": public_key_of(OLD), "signature": sign(OLD, "record", public_key_of(NEW))}, id="tag"
        ),
    ],
)
def test_key_not_signed_by_the_one_before_is_rejected(replacement: dict[str, str]) -> None:
    """A replacement that the old key did not sign breaks the chain."""
    assert failed(report_of(signed(with_keys(replacement).record("audit"), NEW))) == [("2.1", CHAIN)]


def test_key_given_up_is_told_and_not_believed() -> None:
    """A key that was lost signs no other: the chain holds, and what cannot be proved is said."""
    lost = {"previous_key": public_key_of(OLD), "lost": "the disk broke"}
    report = report_of(signed(with_keys(lost).record("audit"), NEW))
    assert failed(report) == []
    assert any(public_key_of(OLD) in claim.found for claim in report.of_status(Status.NOT_CHECKED))


@pytest.mark.parametrize("key", [OTHER, OLD, None])
def test_audit_record_not_signed_by_the_log_s_key_is_rejected(key: bytes | None) -> None:
    """The log's newest key is another one, or the record is not signed at all."""
    assert failed(report_of(signed(with_keys().record("audit"), key))) == [("2.1", CHAIN)]


def test_record_signed_anew_is_rejected_with_the_key_known_and_never_anchored_without() -> None:
    """Somebody who makes all bytes anew, key included, is found by who knows the key; nobody else calls it anchored."""
    forged = signed(Year().record("public"), OTHER)
    assert report_of(forged).verdict is Verdict.CONSISTENT
    report = report_of(forged, Anchors(public_key=public_key_of(NEW)))
    assert failed(report) == [("9.1", ANNOUNCED)]
    everything_else = parse_anchors(json.dumps(anchors_of(forged)).encode(), "anchors.json")
    without = report_of(forged, everything_else)
    assert without.verdict is Verdict.CONSISTENT
    assert any("public_key" in claim.found for claim in without.of_status(Status.NOT_CHECKED))


@pytest.mark.parametrize("form", ['{{"format": 1, "public_key": "{key}"}}', "{key}", "\n {key}\r\n"])
def test_unsigned_record_is_rejected_with_the_key_known(public: Files, form: str) -> None:
    """Who knows that the bureau signs does not take an unsigned record; a file of the key alone is an anchor."""
    anchors = parse_anchors(form.format(key=public_key_of(NEW)).encode(), "key.txt")
    assert failed(report_of(public, anchors)) == [("9.1", ANNOUNCED)]


def test_signed_record_with_all_anchors_and_the_key_is_anchored() -> None:
    """Two files of anchors count together."""
    files = signed(with_keys().record("audit"), NEW)
    parts = [json.dumps(anchors_of(files)), public_key_of(NEW)]
    anchors = merge_anchors([parse_anchors(part.encode(), "anchors") for part in parts])
    report = report_of(files, anchors)
    assert failed(report) == []
    assert report.verdict is Verdict.ANCHORED


def test_anchors_that_contradict_each_other_are_refused() -> None:
    """Two keys, two digests of one commitment, two values of one source."""
    digests = [{"2026-1-1": {"digest": digit * 64, "seen_on": ""}} for digit in "ab"]
    said = [{"2026-1-1": [{"name": "dice", "value": value}]} for value in "12"]
    pairs = [
        [{"public_key": "a" * 64}, {"public_key": "b" * 64}],
        [{"commitments": one} for one in digests],
        [{"entropy": one} for one in said],
    ]
    for pair in pairs:
        parts = [parse_anchors(json.dumps({"format": 1, **one}).encode(), "anchors.json") for one in pair]
        with pytest.raises(RecordError, match="agree with each other"):
            merge_anchors(parts)


def test_day_noted_in_one_file_completes_the_digest_of_another() -> None:
    """A scanned QR code has no day; the reader's own note has."""
    notes = [{"2026-1-1": {"digest": "a" * 64, "seen_on": day}} for day in ("", "2026-02-02")]
    parts = [parse_anchors(json.dumps({"format": 1, "commitments": one}).encode(), "a.json") for one in notes]
    assert merge_anchors(parts).commitments["2026-1-1"].seen_on == "2026-02-02"
