"""Firms' proofs: both verifiers accept the same ones and reject the same ones, at the same sections."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import Files, document
from test_audit_anchors import anchors_of
from test_audit_entropy import BENT, typed_year
from test_audit_proof import (
    ALL,
    LIES,
    MALFORMED,
    THRESHOLD_LIES,
    VALUES,
    firm_with,
    flipped,
    fuzzed_year,
    paths_of,
    proof_of,
    proven,
    remade,
)
from two_verifiers import ACCEPTED, Judge, Outcome, needs_node, program_anchored

from scheduler.draw.proof import firm_proof

pytestmark = [pytest.mark.usefixtures("fast_words"), needs_node]
Proof = dict[str, Any]
GOLDEN = Path(__file__).resolve().parents[2] / "data" / "golden"


def judged(judge: Judge, content: bytes, anchors: list[bytes] | None = None) -> Outcome | None:
    """What both verifiers say, which is the same."""
    found, expected = judge(content, anchors or []), program_anchored(content, anchors or [])
    assert found == expected
    return found


@pytest.mark.parametrize("open_chance", [False, True])
@pytest.mark.parametrize("firm_id", ALL)
def test_good_proofs_are_accepted(firm_id: str, open_chance: bool, audit: Files, judge: Judge) -> None:
    """Drawn, not drawn, out of the pool, with the chance opened or not."""
    assert judged(judge, proof_of(audit, firm_id, open_chance=open_chance)) == ACCEPTED


@pytest.mark.parametrize("name", ["proofs-1.json", "proofs.json"])
def test_published_proofs_are_accepted(name: str, judge: Judge) -> None:
    """The vectors that the specification names, of either format."""
    vectors = json.loads((GOLDEN / name).read_text("utf-8"))
    proofs = [value for _path, value in documents(vectors) if value.get("kind") == "proof"]
    assert proofs != []
    for proof in proofs:
        assert judged(judge, document(proof)) == ACCEPTED


def documents(value: Any, path: str = "") -> list[tuple[str, Proof]]:
    """All objects in a document."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [(path, value)] if isinstance(value, dict) else []
    for step, inner in steps:
        found += documents(inner, f"{path}/{step}")
    return found


@pytest.mark.parametrize("open_chance", [False, True])
@pytest.mark.parametrize("name", LIES)
def test_lies_are_found_in_the_same_places(name: str, open_chance: bool, audit: Files, judge: Judge) -> None:
    """One value changed in the targeted round's entry."""
    outcome, lie, _sentence = LIES[name]
    proof = json.loads(proof_of(audit, firm_with(audit, outcome), open_chance=open_chance))
    lie(proof["draws"][1])
    found = judged(judge, remade(proof))
    assert found is not None
    assert found.rejected


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_proofs_are_refused_by_their_form(name: str, judge: Judge) -> None:
    """Section 9.2, and nothing else is claimed."""
    found = judged(judge, MALFORMED[name])
    assert found is not None
    assert found.sections == {"9.2"}


def opened_outside(proof: Proof) -> None:
    """Salt and seal of a firm out of the pool, and a chance that fits the seal."""
    proof["draws"][1]["opened"] = {"salt": "0" * 64, "stratum_seal": "0" * 64}


def without_root(proof: Proof) -> None:
    """The ceremony names no root, and rows stand there all the same."""
    del proof["draws"][1]["ceremony"]["drawn_root"]


def salt_in_the_open(proof: Proof) -> None:
    """What only a targeted round has stands in an open one."""
    proof["draws"][0]["opened"] = {"salt": "0" * 64, "stratum_seal": "0" * 64}


def open_stratum(proof: Proof) -> None:
    """A chance of the open round that is of another stratum."""
    proof["draws"][0]["chance"]["stratum"] = "370000/enterprise/A/T1"


def not_drawn_yet(proof: Proof) -> None:
    """A draw that was voided before it was drawn is none that a proof speaks of."""
    empty = {"status": "voided", "void_reason": "x", "drawn_on": "", "seed": "", "drawn_digest": "", "entropy": []}
    ceremony = proof["draws"][1]["ceremony"]
    ceremony |= empty | {"num_drawn": 0, "num_counting": 0}
    del ceremony["drawn_root"]
    proof["draws"][1]["rows"] = []


def order(places: list[int]) -> Callable[[Proof], None]:
    """Draws missing, repeated or in another order."""

    def edit(proof: Proof) -> None:
        proof["draws"] = [proof["draws"][place] for place in places]

    return edit


@pytest.mark.parametrize("name", THRESHOLD_LIES)
def test_lies_about_the_threshold_are_found_in_the_same_places(name: str, audit: Files, judge: Judge) -> None:
    """Another bound than the one in the ceremony, or one that nothing asks for."""
    lie, _sentences = THRESHOLD_LIES[name]
    proof = json.loads(proof_of(audit, firm_with(audit, "drawn"), open_chance=True))
    lie(proof["draws"][1])
    found = judged(judge, remade(proof))
    assert found is not None
    assert "7.2" in found.sections


MORE: dict[str, tuple[str, Callable[[Proof], None], str]] = {
    # name: (outcome of the firm in the targeted round, the lie, section that fails)
    "opened out of the pool": ("not_in_pool", opened_outside, "3.3"),
    "rows without a root": ("drawn", without_root, "9.2"),
    "a salt in an open round": ("not_drawn", salt_in_the_open, "3.3"),
    "another stratum in an open round": ("not_drawn", open_stratum, "9.2"),
    "a draw not drawn yet": ("drawn", not_drawn_yet, "9.2"),
    "no draw": ("drawn", order([]), "9.2"),
    "a draw twice": ("drawn", order([0, 0]), "9.2"),
    "draws that descend": ("drawn", order([1, 0]), "9.2"),
}


@pytest.mark.parametrize("name", MORE)
def test_what_a_proof_may_not_hold_is_found_by_both(name: str, audit: Files, judge: Judge) -> None:
    """Lies about the whole proof, or in parts that the outcome leaves empty."""
    outcome, lie, section = MORE[name]
    firm = next(
        firm
        for firm in ALL
        if [entry["outcome"] for entry in json.loads(proof_of(audit, firm))["draws"]][1] == outcome
        and (section != "9.2" or json.loads(proof_of(audit, firm))["draws"][0]["pool"])
    )
    proof = json.loads(proof_of(audit, firm, open_chance=True))
    lie(proof)
    found = judged(judge, remade(proof))
    assert found is not None
    assert section in found.sections


@pytest.mark.parametrize("name", list(BENT))
def test_bent_sources_are_found_in_a_proof_too(name: str, judge: Judge) -> None:
    """What a commitment of format 3 may not announce, or its ceremony not say."""
    change, section, _text = BENT[name]
    files = typed_year(change).record("audit")
    content = firm_proof("E1", [proven(files, "2026-1-1", "E1")])
    found = judged(judge, content)
    assert found is not None
    assert section in found.sections


def test_ceremony_without_root_is_accepted(audit: Files, judge: Judge) -> None:
    """As draws of before have it: the outcome is left to the list."""
    draw = proven(audit, "2026-2-2", "E1")
    ceremony = {key: value for key, value in draw.ceremony.items() if key != "drawn_root"}
    content = json.loads(firm_proof("E1", [draw]))
    content["draws"][0]["ceremony"] = ceremony
    content["draws"][0]["rows"] = []
    assert judged(judge, remade(content)) == ACCEPTED


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_is_judged_alike(data: st.DataObject, judge: Judge) -> None:
    """A value put in the place of another, or taken away, wherever it stands."""
    files = fuzzed_year()
    proof = json.loads(proof_of(files, data.draw(st.sampled_from(ALL)), open_chance=data.draw(st.booleans())))
    path = data.draw(st.sampled_from(paths_of(proof)))
    place: Any = proof
    for step in path[:-1]:
        place = place[step]
    kind = data.draw(st.sampled_from(["value", "flip", "none"]))
    if kind == "flip" and isinstance(place[path[-1]], str) and place[path[-1]]:
        place[path[-1]] = flipped(place[path[-1]])
    elif kind == "none":
        del place[path[-1]]
    else:
        place[path[-1]] = data.draw(VALUES)
    try:
        content = document(proof) if path == ("proof_digest",) else remade(proof)
    except UnicodeEncodeError:  # half a pair of surrogates cannot be written at all
        return
    judged(judge, content)


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, 2**30), bit=st.integers(0, 7))
def test_any_bit_of_a_proof_is_judged_alike(place: int, bit: int, judge: Judge) -> None:
    """One bit of its bytes."""
    content = bytearray(proof_of(fuzzed_year(), "E1", open_chance=True))
    content[place % len(content)] ^= 1 << bit
    judged(judge, bytes(content))


def test_proof_with_anchors_is_judged_alike(audit: Files, judge: Judge) -> None:
    """Commitments and values of its draws are compared; it is never anchored; what speaks of others is passed over."""
    content, anchors = proof_of(audit, "E1"), anchors_of(audit)
    assert judged(judge, content, [json.dumps(anchors).encode()]) == ACCEPTED
    for part, draw_id in (("commitments", "2026-2-2"), ("commitments", "2026-2-1"), ("entropy", "2026-2-2")):
        other = copy.deepcopy(anchors)
        if part == "entropy":
            other[part][draw_id][0]["value"] = "1"
        else:
            other[part][draw_id]["digest"] = "0" * 64
        found = judged(judge, content, [json.dumps(other).encode()])
        assert found is not None
        assert found.sections == (frozenset() if draw_id == "2026-2-1" else {"9.1"})
