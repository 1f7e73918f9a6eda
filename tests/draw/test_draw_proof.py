"""Firms' proofs: the vectors on file, and paths of RFC 9162 over trees of many sizes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plain_draw as plain
import pytest
from make_proof_golden import PATH, vectors

from scheduler.audit.claims import Verdict
from scheduler.audit.proof import verify_proof
from scheduler.draw.canonical import document_bytes
from scheduler.draw.merkle import array_root, inclusion_path
from scheduler.draw.proof import list_root
from scheduler.draw.tree import root_of_path

GOLDEN: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
FORMAT_1: dict[str, Any] = json.loads(PATH.with_name("proofs-1.json").read_text(encoding="utf-8"))


def test_golden_proofs_are_what_the_script_rebuilds() -> None:
    """A changed byte in leaves, paths or rows changes a vector."""
    assert document_bytes(vectors()) == PATH.read_bytes()


@pytest.mark.parametrize("name", GOLDEN["proofs"])
@pytest.mark.parametrize("golden", [GOLDEN, FORMAT_1], ids=["newest", "format 1"])
def test_golden_proofs_verify_and_have_the_outcome_they_are_named_after(golden: dict[str, Any], name: str) -> None:
    """One proof for each outcome; those of before verify for ever."""
    proof = golden["proofs"][name]
    assert proof["format"] == golden["format"]
    assert proof["draws"][0]["outcome"] == name
    assert verify_proof(document_bytes(proof), name).verdict is Verdict.CONSISTENT


def test_golden_leaf_and_ticket_follow_from_the_page() -> None:
    """By hashlib alone: leaf, path and ticket of a firm of a targeted round, and the stratum that its seal holds."""
    proof = GOLDEN["proofs"]["not_drawn"]
    entry, firm = proof["draws"][0], proof["firm_id"]
    salt, seal, chance = entry["opened"]["salt"], entry["opened"]["stratum_seal"], entry["chance"]
    assert entry["ticket"] == plain.h("ticket", entry["ceremony"]["seed"], salt, firm)
    assert seal == plain.h("stratum", chance["stratum_nonce"], chance["stratum"])
    leaf = bytes.fromhex(plain.sha(b"\x00" + plain.m("leaf", entry["draw_id"], firm, salt, seal)))
    # Seven leaves split 4 + 3; the firm is one of the first four, so its path has two nodes inside and one outside.
    index, node = entry["pool"]["index"], leaf
    assert index < 4
    assert len(entry["pool"]["path"]) == 3
    for neighbour in map(bytes.fromhex, entry["pool"]["path"]):
        pair = neighbour + node if index % 2 else node + neighbour
        node, index = bytes.fromhex(plain.sha(b"\x01" + pair)), index // 2
    assert node.hex() == entry["commitment"]["pool"]["root"]


def test_golden_threshold_follows_from_the_page() -> None:
    """By hashlib alone: the path over three strata, and the firm's ticket above the threshold."""
    entry = GOLDEN["proofs"]["not_drawn"]["draws"][0]
    opened, stratum = entry["threshold"], entry["chance"]["stratum"]
    leaf = plain.sha(b"\x00" + plain.m("threshold", entry["draw_id"], stratum, opened["nonce"], opened["ticket"]))
    index, node = opened["index"], bytes.fromhex(leaf)
    assert opened["size"] == 3
    for neighbour in map(bytes.fromhex, opened["path"]):
        lone = index == 2  # the last of three goes up alone, and is then the right one of two
        pair = neighbour + node if index % 2 or lone else node + neighbour
        node, index = bytes.fromhex(plain.sha(b"\x01" + pair)), index // 2
    assert entry["ceremony"]["outcome_root"] == plain.h("outcome", "3", node.hex())
    assert entry["ticket"] > opened["ticket"]
    assert GOLDEN["proofs"]["drawn"]["draws"][0]["threshold"] is None  # closed


def test_paths_lead_to_the_root_and_others_do_not() -> None:
    """Every leaf of every tree up to 33 leaves; longer, shorter and misplaced paths lead elsewhere or nowhere."""
    rng = np.random.default_rng(5)
    for size in range(1, 34):
        leaves = rng.integers(0, 256, size=(size, 32), dtype=np.uint8)
        root = array_root(leaves)
        assert root == plain.root([bytes(leaf) for leaf in leaves])
        for index in range(size):
            leaf, path = bytes(leaves[index]), inclusion_path(leaves, index)
            assert root_of_path(leaf, index, size, path) == root
            assert root_of_path(leaf, index, size, (*path, bytes(32))) != root
            assert root_of_path(bytes(32), index, size, path) != root
            assert not path or root_of_path(leaf, index, size, path[:-1]) != root
            others = [root_of_path(leaf, other, size, path) for other in range(size) if other != index]
            assert root not in others
        assert root_of_path(bytes(leaves[0]), size, size, inclusion_path(leaves, 0)) is None
        assert root_of_path(bytes(leaves[0]), -1, size, inclusion_path(leaves, 0)) is None


def test_root_of_the_list_is_over_its_rows() -> None:
    """Two rows: the node of their leaves."""
    rows = (b"E1\ta\tb\tT01\t1", b"E2\ta\tb\tT01\t1")
    leaves = [bytes.fromhex(plain.sha(b"\x00" + row)) for row in rows]
    table = b"firm_id\tname\tregistrar\tpackage\tcounting\n" + b"".join(row + b"\n" for row in rows)
    assert list_root(table) == plain.root(leaves).hex()
