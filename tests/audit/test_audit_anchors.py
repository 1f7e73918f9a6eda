"""
Attacks by the keyholder, who can remake every byte: anchors reveal each, and without them none is called anchored.

The honest year gives the anchors; each attack is a year built anew by the same keyholder with other contents.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import Files, H, Year, parse, sha

from scheduler.audit.anchors import MAX_ANCHOR_BYTES, parse_anchors
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from scheduler.errors import RecordError

pytestmark = pytest.mark.usefixtures("fast_words")

Document = dict[str, Any]


def anchors_of(files: Files) -> Document:
    """All that somebody who watched the honest year could have noted down, commitments seen on their day."""
    draws = sorted({name.split("/")[1] for name in files if name.startswith("draws/")})
    commitments, entropy = {}, {}
    for draw_id in draws:
        content = files[f"draws/{draw_id}/commitment.json"]
        commitments[draw_id] = {
            "digest": H("commitment", sha(content)),
            "seen_on": json.loads(content)["committed_on"],
        }
        entropy[draw_id] = json.loads(files[f"draws/{draw_id}/ceremony.json"])["entropy"]
    document: Document = {"format": 1, "commitments": commitments, "entropy": entropy}
    document["draw_log_head"] = parse(files["draw-log.tsv"])[1][-1][-1]
    if "log.tsv" in files:
        document["log_head"] = parse(files["log.tsv"])[1][-1][-1]
    return document


def verdict_of(files: Files, anchors: Document) -> Report:
    """Report on a record with anchors."""
    parsed = parse_anchors(json.dumps(anchors).encode(), "anchors.json")
    return verify_source(MemorySource(files), "record", anchors=parsed)


def failed_texts(report: Report) -> list[str]:
    """Sentences that do not hold."""
    return [claim.text for claim in report.of_status(Status.FAILED)]


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_honest_record_with_all_anchors_is_anchored(year: Year, kind: str) -> None:
    """Everything was compared with what was noted down, and agrees."""
    files = year.record(kind)
    report = verdict_of(files, anchors_of(files))
    assert failed_texts(report) == []
    assert report.verdict is Verdict.ANCHORED


def test_without_anchors_nothing_is_anchored(audit: Files) -> None:
    """Bytes alone are consistent at most."""
    assert verify_source(MemorySource(audit), "record").verdict is Verdict.CONSISTENT


def without(part: str, *path: str) -> Callable[[Document], None]:
    """Takes an anchor away."""

    def edit(document: Document) -> None:
        place = document if not path else document[path[0]]
        place.pop(part)

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(without("log_head"), id="log"),
        pytest.param(without("2026-2-1", "commitments"), id="commitment-of-the-void"),
        pytest.param(without("2026-2-2", "commitments"), id="commitment"),
        pytest.param(without("2026-1-1", "entropy"), id="entropy"),
        pytest.param(without("entropy"), id="all-entropy"),
    ],
)
def test_one_anchor_missing_leaves_it_consistent(audit: Files, edit: Callable[[Document], None]) -> None:
    """Anchored means all of it; what lacks its anchor is said."""
    document = anchors_of(audit)
    edit(document)
    report = verdict_of(audit, document)
    assert report.verdict is Verdict.CONSISTENT
    assert any(claim.group == "anchors" for claim in report.of_status(Status.NOT_CHECKED))


def test_log_head_before_a_draw_does_not_anchor_it(audit: Files) -> None:
    """An old head of either log says nothing of the draws logged after it."""
    document = anchors_of(audit) | {"log_head": parse(audit["log.tsv"])[1][0][-1], "draw_log_head": ""}
    report = verdict_of(audit, document)
    assert report.verdict is Verdict.CONSISTENT
    assert any("no entry about a draw came after" in claim.text for claim in report.of_status(Status.NOT_CHECKED))


OTHER_NUMBERS = [{"name": "lottery", "value": "02+07+33"}, {"name": "dice", "value": "1111"}]


def reroll(commitment: Document) -> Document:
    """Another commitment to the same draw: the seed becomes another, as often as the keyholder likes."""
    return commitment | {"day_value": {"name": "index", "value": "4"}}


def with_last_entry(number: int) -> Year:
    """The honest year with one more entry of the log, which a fork replaces by another."""
    built = Year()
    built.append_log("export pool", {"num": number})
    built.write_log()
    return built


def seen_late(document: Document) -> None:
    """The commitment was first seen on the day its sources spoke: its date in the record is not true."""
    document["commitments"]["2026-2-2"]["seen_on"] = "2026-05-12"  # committed on 05-11, sources speak on 05-12


ATTACKS = {
    # name: what the keyholder publishes, words of the claim that fails, the anchor that reveals it
    "re-rolled seed": (lambda: Year({"commitment@2026-2-2": reroll}), "the commitment to 2026-2-2", "commitments"),
    "other lottery numbers": (
        lambda: Year({"entropy@2026-2-2": lambda _old: OTHER_NUMBERS}),
        "source lottery of 2026-2-2",
        "entropy",
    ),
    "forked log": (lambda: with_last_entry(2), "the log holds the entry", "log_head"),
    "removed void": (lambda: Year(draws=("2026-1-1", "2026-2-1")), "the commitment to 2026-2-2", "commitments"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_by_the_keyholder_is_rejected_with_anchors(name: str) -> None:
    """The bytes alone are consistent; the honest year's anchors show the attack; without that one: never anchored."""
    build, words, anchor = ATTACKS[name]
    forged, honest = build().record("audit"), with_last_entry(1).record("audit")
    assert verify_source(MemorySource(forged), "record").verdict is Verdict.CONSISTENT
    document = anchors_of(honest)
    report = verdict_of(forged, document)
    assert report.verdict is Verdict.REJECTED
    assert any(text.startswith(words) for text in failed_texts(report))
    for part in {anchor, "draw_log_head"}:  # the draw log's head alone reveals most of them, too
        del document[part]
    assert verdict_of(forged, document).verdict is not Verdict.ANCHORED


def test_commitment_seen_too_late_is_rejected(audit: Files) -> None:
    """A back-dated commitment was seen nowhere before its sources spoke."""
    document = anchors_of(audit)
    seen_late(document)
    report = verdict_of(audit, document)
    assert failed_texts(report) == ["the commitment to 2026-2-2 was published before its sources spoke"]


def test_day_that_was_not_noted_is_not_checked(audit: Files) -> None:
    """Without the day on which a commitment was seen, back-dating cannot be ruled out, and the report says so."""
    document = anchors_of(audit)
    document["commitments"]["2026-2-2"]["seen_on"] = ""
    report = verdict_of(audit, document)
    assert report.verdict is Verdict.CONSISTENT
    assert any("seen_on" in claim.found for claim in report.of_status(Status.NOT_CHECKED))


def test_anchors_of_other_years_are_passed_over(audit: Files) -> None:
    """One file may hold the anchors of several years."""
    document = anchors_of(audit)
    document["commitments"]["2025-1-1"] = {"digest": "0" * 64, "seen_on": ""}
    document["entropy"]["2025-1-1"] = OTHER_NUMBERS
    assert verdict_of(audit, document).verdict is Verdict.ANCHORED


MALFORMED = {
    "no JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "no anchor": b'{"format": 1}',
    "only empty anchors": b'{"format": 1, "commitments": {}, "log_head": ""}',
    "another format": b'{"format": 2, "log_head": ""}',
    "true for 1": b'{"format": true, "log_head": ""}',
    "unknown key": b'{"format": 1, "key": "x"}',
    "a key twice": b'{"format": 1, "format": 1, "log_head": ""}',
    "NaN": b'{"format": NaN}',
    "a float": b'{"format": 1.0}',
    "a huge integer": b'{"format": ' + b"9" * 100_000 + b"}",
    "deep": b"[" * 200_000,
    "too big": b" " * (MAX_ANCHOR_BYTES + 1),
    "path for an id": b'{"format": 1, "commitments": {"../x": {"digest": "' + b"0" * 64 + b'", "seen_on": ""}}}',
    "short digest": b'{"format": 1, "log_head": "00"}',
    "day that is none": b'{"format": 1, "commitments": {"2026-1-1": {"digest": "'
    + b"0" * 64
    + b'", "seen_on": "2026-02-30"}}}',
    "source twice": b'{"format": 1, "entropy": {"2026-1-1": [{"name": "a", "value": "1"}, '
    b'{"name": "a", "value": "2"}]}}',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_anchors_are_refused(name: str) -> None:
    """An error that names the file, never a traceback."""
    with pytest.raises(RecordError, match=r"anchors\.json"):
        parse_anchors(MALFORMED[name], "anchors.json")


KEYS = ("format", "commitments", "entropy", "log_head", "draw_log_head", "public_key")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["2026-1-1", "0" * 64]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*KEYS, "2026-1-1", "digest", "seen_on", "name"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(content=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60))
def test_any_bytes_are_anchors_or_refused(content: bytes) -> None:
    """Nothing but `RecordError` leaves the reader."""
    try:
        anchors = parse_anchors(content, "anchors.json")
    except RecordError:
        return
    assert anchors.commitments or anchors.entropy or anchors.draw_log_head or anchors.log_head or anchors.public_key
