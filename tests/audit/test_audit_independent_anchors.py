"""Records with anchors: both verifiers call the same ones anchored, consistent or rejected, at the same sections."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import Files, Year, parse, with_manifest
from test_audit_anchors import ATTACKS, JSON, MALFORMED, Document, anchors_of, seen_late, with_last_entry, without
from test_audit_proof import VALUES, flipped, fuzzed_year, paths_of
from test_audit_signatures import NEW, OTHER, with_keys
from two_verifiers import Judge, Outcome, needs_node, program_anchored

from scheduler.audit.anchors import MAX_ANCHOR_BYTES
from scheduler.audit.claims import Verdict
from scheduler.draw.signing import public_key_of
from scheduler.publication.records import signed

pytestmark = [pytest.mark.usefixtures("fast_words"), needs_node]


def judged(judge: Judge, files: Files, *anchors: Document | bytes) -> Outcome | None:
    """What both verifiers say, which is the same."""
    noted = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in anchors]
    found, expected = judge(files, noted), program_anchored(files, noted)
    assert found == expected
    return found


def verdict(found: Outcome | None) -> Verdict | None:
    """The verdict; nothing where the anchors were refused."""
    return found.verdict if found else None


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_all_anchors_make_a_record_anchored(kind: str, year: Year, judge: Judge) -> None:
    """In one file or in several."""
    files = year.record(kind)
    anchors = anchors_of(files)
    parts = [{"format": 1, key: value} for key, value in anchors.items() if key != "format"]
    assert verdict(judged(judge, files, anchors)) is Verdict.ANCHORED
    assert verdict(judged(judge, files, *parts)) is Verdict.ANCHORED
    assert verdict(judged(judge, files, *parts[1:])) is Verdict.CONSISTENT


def day_not_noted(document: Document) -> None:
    """One commitment was seen, and nobody knows when."""
    document["commitments"]["2026-2-2"]["seen_on"] = ""


def no_heads(document: Document) -> None:
    """No log was noted down."""
    document |= {"log_head": "", "draw_log_head": ""}


def another_year(document: Document) -> None:
    """Anchors of another year stand beside."""
    document["commitments"]["2025-1-1"] = {"digest": "0" * 64, "seen_on": ""}
    document["entropy"]["2025-1-1"] = [{"name": "a", "value": "1"}]


def no_such_draw(document: Document) -> None:
    """A commitment was published that the record does not have."""
    document["commitments"]["2026-3-1"] = {"digest": "0" * 64, "seen_on": ""}


def no_such_source(document: Document) -> None:
    """A source said something, and the ceremony has it not."""
    document["entropy"]["2026-2-2"].append({"name": "another", "value": "1"})


def too_early(document: Document) -> None:
    """Seen before its day."""
    document["commitments"]["2026-2-2"]["seen_on"] = "2026-01-01"


EDITS: dict[str, Callable[[Document], None]] = {
    "nothing": lambda _document: None,
    "no log head": lambda document: document.update(log_head=""),
    "no draw log head": without("draw_log_head"),
    "no heads": no_heads,
    "no commitment of the void": without("2026-2-1", "commitments"),
    "no newest commitment": without("2026-2-2", "commitments"),
    "no commitments": without("commitments"),
    "no value": without("2026-1-1", "entropy"),
    "no values": without("entropy"),
    "day not noted": day_not_noted,
    "seen late": seen_late,
    "seen too early": too_early,
    "another year": another_year,
    "no such draw": no_such_draw,
    "no such source": no_such_source,
    "another head": lambda document: document.update(draw_log_head="0" * 64),
    "another log head": lambda document: document.update(log_head="0" * 64),
    "a key that is none of this record": lambda document: document.update(public_key="0" * 64),
}


@pytest.mark.parametrize("kind", ["public", "audit"])
@pytest.mark.parametrize("name", EDITS)
def test_anchors_that_lack_or_differ_are_judged_alike(name: str, kind: str, year: Year, judge: Judge) -> None:
    """What lacks its anchor leaves it consistent, what differs rejects."""
    files = year.record(kind)
    document = anchors_of(files)
    EDITS[name](document)
    judged(judge, files, document)
    bare = with_manifest({path: content for path, content in files.items() if path != "draw-log.tsv"})
    judged(judge, bare, document)
    judged(judge, bare, {key: value for key, value in document.items() if key != "draw_log_head"})


@pytest.mark.parametrize("heads", [(0, -1), (-1, 0), (0, 0), (2, 1), (3, None), (None, 2)])
def test_heads_before_a_draw_anchor_what_was_before(
    heads: tuple[int | None, int | None], audit: Files, judge: Judge
) -> None:
    """A head of either log from any time, with and without the commitments that name heads themselves."""
    log, draw_log = (parse(audit[name])[1] for name in ("log.tsv", "draw-log.tsv"))
    document = anchors_of(audit)
    for key, rows, at in (("log_head", log, heads[0]), ("draw_log_head", draw_log, heads[1])):
        document[key] = "" if at is None else rows[at][-1]
    judged(judge, audit, document)
    judged(judge, audit, {key: value for key, value in document.items() if key != "commitments"})
    for draw_id in document["commitments"]:
        judged(judge, audit, document | {"commitments": {draw_id: document["commitments"][draw_id]}})


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_by_the_keyholder_are_judged_alike(name: str, judge: Judge) -> None:
    """Rejected with the anchors of the honest year, never anchored without the one that tells."""
    build, _words, anchor = ATTACKS[name]
    forged, document = build().record("audit"), anchors_of(with_last_entry(1).record("audit"))
    assert verdict(judged(judge, forged, document)) is Verdict.REJECTED
    for part in {anchor, "draw_log_head"}:
        del document[part]
    assert verdict(judged(judge, forged, document)) is not Verdict.ANCHORED


@pytest.mark.parametrize("kind", ["public", "audit"])
@pytest.mark.parametrize("key", [NEW, OTHER, None])
def test_keys_are_judged_alike(key: Any, kind: str, judge: Judge) -> None:
    """The key announced, another one, none: as part of anchors and as a file of its own."""
    files = signed(with_keys().record(kind), NEW)
    document = anchors_of(files)
    if key is None:
        assert verdict(judged(judge, files, document)) is Verdict.CONSISTENT
        return
    expected = Verdict.ANCHORED if key is NEW else Verdict.REJECTED
    public = public_key_of(key)
    assert verdict(judged(judge, files, document | {"public_key": public})) is expected
    for text in (public, f" {public}\r\n", f"\t{public}\n\n"):
        assert verdict(judged(judge, files, document, text.encode())) is expected


CONTRADICTIONS: dict[str, tuple[Document, Document]] = {
    "commitment": (
        {"commitments": {"2026-1-1": {"digest": "0" * 64, "seen_on": ""}}},
        {"commitments": {"2026-1-1": {"digest": "1" * 64, "seen_on": ""}}},
    ),
    "day": (
        {"commitments": {"2026-1-1": {"digest": "0" * 64, "seen_on": "2026-01-01"}}},
        {"commitments": {"2026-1-1": {"digest": "0" * 64, "seen_on": "2026-01-02"}}},
    ),
    "value": (
        {"entropy": {"2026-1-1": [{"name": "a", "value": "1"}]}},
        {"entropy": {"2026-1-1": [{"name": "a", "value": "2"}]}},
    ),
    **{key: ({key: "0" * 64}, {key: "1" * 64}) for key in ("log_head", "draw_log_head", "public_key")},
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_files_that_contradict_each_other_are_refused_by_both(name: str, audit: Files, judge: Judge) -> None:
    """Nobody can say which of the two was seen."""
    first, second = ({"format": 1, **one} for one in CONTRADICTIONS[name])
    assert judged(judge, audit, first, second) is None
    assert judged(judge, audit, first, first) is not None


@pytest.mark.parametrize("name", [name for name in MALFORMED if len(MALFORMED[name]) <= MAX_ANCHOR_BYTES])
def test_malformed_anchors_are_refused_by_both(name: str, public: Files, judge: Judge) -> None:
    """Before anything is checked."""
    assert judged(judge, public, MALFORMED[name]) is None


@settings(max_examples=100, deadline=None)
@given(content=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60))
def test_any_bytes_are_anchors_for_both_or_for_none(content: bytes, judge: Judge) -> None:
    """The two readers take and refuse the same."""
    judged(judge, tiny(), content)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_in_anchors_is_judged_alike(data: st.DataObject, judge: Judge) -> None:
    """A value put in the place of another, or taken away, wherever it stands."""
    files = fuzzed_year()
    document = copy.deepcopy(anchors_of(files))
    path = data.draw(st.sampled_from(paths_of(document)))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    kind = data.draw(st.sampled_from(["value", "flip", "none", "empty"]))
    if kind == "none":
        del place[path[-1]]
    elif kind == "flip" and isinstance(place[path[-1]], str) and place[path[-1]]:
        place[path[-1]] = flipped(place[path[-1]])
    else:
        place[path[-1]] = "" if kind == "empty" else data.draw(VALUES)
    judged(judge, files, document)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_bit_of_an_anchored_record_is_judged_alike(data: st.DataObject, judge: Judge) -> None:
    """One bit of one file of a public record, its manifest made anew: anchors or the record's own bytes tell of it."""
    files = tiny()
    name = data.draw(st.sampled_from(sorted(name for name in files if name != "manifest.json")))
    content = bytearray(files[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    judged(judge, with_manifest({**files, name: bytes(content)}), anchors_of(files))


_PUBLIC: list[Files] = []


def tiny() -> Files:
    """The public record of the tiny year, made once."""
    if not _PUBLIC:
        _PUBLIC.append(Year().record("public"))
    return _PUBLIC[0]
