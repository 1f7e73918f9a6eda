"""Thresholds (section 7.2): a root that seals others is found in both records, and a proof cannot borrow one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from record_builder import Files, H, Year, document, parse, with_manifest
from test_audit_anchors import failed_texts, verdict_of
from test_audit_draw_log import DRAWS, NOTED
from test_audit_proof import ALL, BOUND, RIGHTLY, SEAL, firm_with, flipped, proof_of, proven, remade, report_of
from two_verifiers import Verify, assert_agree, needs_node

from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from scheduler.draw.hashing import message
from scheduler.draw.proof import firm_proof
from scheduler.draw.tree import leaf_hash, tree_root

pytestmark = pytest.mark.usefixtures("fast_words")

SEALED = "the ceremony binds the greatest ticket drawn in each stratum"
OPEN, TARGETED, VOIDED = "2026-1-1", "2026-2-2", "2026-2-1"


def report_on(files: Files) -> Report:
    """Report on a record."""
    return verify_source(MemorySource(files), "record")


def bent(ceremony: dict[str, Any]) -> dict[str, Any]:
    """A ceremony with another outcome root."""
    return {**ceremony, "outcome_root": flipped(ceremony.get("outcome_root", "0" * 64))}


def older(ceremony: dict[str, Any]) -> dict[str, Any]:
    """A ceremony as it was before there were outcome roots."""
    return {key: value for key, value in ceremony.items() if key != "outcome_root"}


@pytest.mark.parametrize("draw_id", [OPEN, TARGETED])
def test_another_outcome_root_is_found_in_the_audit_record(draw_id: str) -> None:
    """The root is computed again from all tickets, whatever the round; nothing else in the record is wrong."""
    assert failed_texts(report_on(Year({f"ceremony@{draw_id}": bent}).record("audit"))) == [SEALED]


@pytest.mark.parametrize(("draw_id", "failed"), [(OPEN, [SEALED]), (TARGETED, [])])
def test_public_record_shows_it_of_an_open_round_and_says_why_not_of_a_targeted_one(
    draw_id: str, failed: list[str]
) -> None:
    """Anybody computes the one threshold of an open round; those of a targeted one are sealed."""
    report = report_on(Year({f"ceremony@{draw_id}": bent}).record("public"))
    assert failed_texts(report) == failed
    assert [claim.group for claim in report.of_status(Status.NOT_CHECKED) if claim.text == SEALED] == [TARGETED]


def test_draw_that_was_not_drawn_has_no_outcome_root() -> None:
    """There is no ticket that it could seal."""
    report = report_on(Year({f"ceremony@{VOIDED}": bent}).record("public"))
    assert failed_texts(report) == ["a draw voided before its entropy spoke has no seed and no list"]


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_record_of_before_makes_no_such_claim(kind: str) -> None:
    """Ceremonies without an outcome root are accepted, as they were."""
    report = report_on(Year({"ceremony": older}).record(kind))
    assert failed_texts(report) == []
    assert SEALED not in {claim.text for claim in report.claims}


@pytest.mark.parametrize("draw_id", [OPEN, TARGETED])
def test_outcome_root_taken_out_later_contradicts_the_draw_log(public: Files, draw_id: str) -> None:
    """The log has the digest of the ceremony as it was, so it cannot pass as one of before."""
    name = f"draws/{draw_id}/ceremony.json"
    files = with_manifest({**public, name: document(older(json.loads(public[name])))})
    assert failed_texts(report_on(files)) == [DRAWS]


@pytest.mark.parametrize("draw_id", [OPEN, TARGETED])
def test_outcome_root_taken_out_with_the_log_made_anew_contradicts_a_head_noted_down(
    public: Files, draw_id: str
) -> None:
    """Bytes alone read as an older record; the head of the draw log noted down since the draw tells."""
    forged = Year({f"ceremony@{draw_id}": older}).record("public")
    assert failed_texts(report_on(forged)) == []
    head = parse(public["draw-log.tsv"])[1][-1][-1]
    assert failed_texts(verdict_of(forged, {"format": 1, "draw_log_head": head})) == [NOTED]


@needs_node
@pytest.mark.parametrize("draw_id", [OPEN, TARGETED, VOIDED])
@pytest.mark.parametrize("kind", ["public", "audit"])
def test_both_verifiers_judge_another_outcome_root_alike(draw_id: str, kind: str, independent: Verify) -> None:
    """Accepted or rejected, at the same sections."""
    found = assert_agree(Year({f"ceremony@{draw_id}": bent}).record(kind), independent)
    sealed = draw_id == TARGETED and kind == "public"
    assert found.sections == (frozenset() if sealed else {"5"} if draw_id == VOIDED else {"7.2"})


def test_threshold_of_another_stratum_is_none_of_the_firm(audit: Files) -> None:
    """It stands under the root as well, but the stratum is the one that the firm's leaf seals."""
    proofs = {firm: json.loads(proof_of(audit, firm, open_chance=True)) for firm in ALL}
    entries = {firm: proof["draws"][1] for firm, proof in proofs.items() if proof["draws"][1]["chance"]}
    own = next(iter(entries))
    strata = {firm: entry["chance"]["stratum"] for firm, entry in entries.items()}
    other = next(firm for firm in entries if strata[firm] != strata[own])
    entries[own]["threshold"] = entries[other]["threshold"]
    assert BOUND in failed_texts(report_of(document(proofs[own])))
    entries[own]["chance"] = entries[other]["chance"]
    failed = failed_texts(report_of(document(proofs[own])))
    assert SEAL in failed
    assert BOUND not in failed  # the path is right: it is the seal that holds the stratum fast


def test_threshold_of_the_open_round_has_no_nonce(audit: Files) -> None:
    """Whatever stands there was put there."""
    proof = json.loads(proof_of(audit, "E1"))
    proof["draws"][0]["threshold"]["nonce"] = "0" * 64
    assert failed_texts(report_of(remade(proof))) == [BOUND]


def test_open_round_has_one_leaf_and_no_second_threshold(audit: Files) -> None:
    """A root over two leaves would serve one threshold to one firm and another to the next."""
    draw = proven(audit, "2026-1-1", "E1")
    leaves = [leaf_hash(message("threshold", "2026-1-1", "open", nonce, "f" * 64)) for nonce in ("", "0" * 64)]
    ceremony = {**draw.ceremony, "outcome_root": H("outcome", "2", tree_root(leaves).hex())}
    proof = json.loads(firm_proof("E1", [replace(draw, ceremony=ceremony)]))
    path = [leaves[1].hex()]
    proof["draws"][0]["threshold"] = {"ticket": "f" * 64, "nonce": "", "index": 0, "size": 2, "path": path}
    assert BOUND in failed_texts(report_of(remade(proof)))


@pytest.mark.parametrize("outcome", ["drawn", "not_drawn"])
def test_outcome_that_ticket_and_threshold_do_not_give_is_found(audit: Files, outcome: str) -> None:
    """Also by the numbers alone, beside the list."""
    proof = json.loads(proof_of(audit, firm_with(audit, outcome), open_chance=True))
    proof["draws"][1]["outcome"] = "not_drawn" if outcome == "drawn" else "drawn"
    assert RIGHTLY in failed_texts(report_of(remade(proof)))


def test_every_byte_that_tells_of_the_threshold_counts(audit: Files) -> None:
    """One bit of each byte, from the word itself to the end of the proof."""
    content = proof_of(audit, firm_with(audit, "drawn"), open_chance=True)
    for place in range(content.rindex(b'"threshold"'), len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        assert report_of(bytes(changed)).verdict is Verdict.REJECTED, place
