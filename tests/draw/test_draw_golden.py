"""Golden vectors of format 1: the room, and a plain reading of the specification, still give these digits."""

from __future__ import annotations

import json
from typing import Any

import plain_draw as plain
import pytest
from make_draw_golden import PATH, vectors

from scheduler.draw.canonical import document_bytes, parse_document


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    """The vectors on file."""
    return parse_document(PATH.read_bytes(), PATH.name)


def table(text: str) -> list[list[str]]:
    """Rows of a table without its header."""
    return [line.split("\t") for line in text.splitlines()[1:]]


def test_golden_vectors_are_what_the_script_rebuilds(golden: dict[str, Any]) -> None:
    """A changed byte anywhere in the draw changes a vector."""
    assert document_bytes(vectors()) == PATH.read_bytes()
    assert json.loads(PATH.read_text(encoding="utf-8")) == golden


def test_golden_primitives_equal_the_plain_ones(golden: dict[str, Any]) -> None:
    """Messages, digests, keyed digests and roots follow from hashlib alone."""
    firm = "91371000MA3C000002"
    secret = bytes.fromhex(golden["secret"])
    assert golden["message"] == plain.m("ticket", "ab12", firm).decode()
    assert golden["digest"] == plain.h("ticket", "ab12", firm)
    assert golden["keyed_digest"] == plain.k(secret, "salt", "2026-2-1", firm)
    leaves = [bytes.fromhex(plain.sha(b"\x00" + bytes([index]))) for index in range(8)]
    assert golden["roots"] == [plain.root(leaves[:size]).hex() for size in range(9)]


def test_golden_rfc_9162_root_of_known_leaves() -> None:
    """The root of the seven test leaves that certificate-transparency implementations share is met."""
    # d0 … d6 and the root of all seven as in the reference tests of RFC 6962/9162 implementations.
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves = [bytes.fromhex(plain.sha(b"\x00" + bytes.fromhex(text))) for text in data]
    assert plain.root(leaves).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


@pytest.mark.parametrize("kind", ["open", "targeted"])
def test_golden_commitment_and_seed_equal_the_plain_ones(golden: dict[str, Any], kind: str) -> None:
    """Secrets, seals, commitment digest and seed follow from the specification's words."""
    draw = golden[kind]
    secret = bytes.fromhex(golden["secret"])
    commitment = draw["commitment"]
    assert commitment["secret"] == plain.h("secret", golden["secret"])
    assert commitment["officer_secret"] == plain.h("officer-secret", golden["officer_secret"])
    content = draw["allocation.tsv"].encode()
    assert commitment["sealed"]["allocation.tsv"] == plain.h(
        "sealed", "allocation.tsv", plain.k(secret, "nonce", "allocation.tsv"), plain.sha(content)
    )
    text = json.dumps(commitment, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert draw["commitment_digest"] == plain.h("commitment", plain.sha(text.encode("utf-8")))
    entropy = [(value["name"], value["value"]) for value in draw["entropy"]]
    assert draw["seed"] == plain.seed(draw["commitment_digest"], entropy)


@pytest.mark.parametrize("kind", ["open", "targeted"])
def test_golden_pool_and_lists_equal_the_plain_ones(golden: dict[str, Any], kind: str) -> None:
    """Leaves, root, quotas and the firms drawn follow from the specification's words."""
    draw = golden[kind]
    secret = bytes.fromhex(golden["secret"])
    draw_id, seed = draw["commitment"]["draw_id"], draw["seed"]
    pool = dict(table(draw["pool.tsv"]))
    cells = [(row[0], row[1], row[2] == "1", row[3] == "1", int(row[5])) for row in table(draw["allocation.tsv"])]
    if kind == "open":
        strata, salts = dict.fromkeys(pool, "open"), {}
        assert pool == {firm: plain.leaf(draw_id, firm) for firm in pool}
        assert [row[2] for row in table(draw["quotas.tsv"])] == ["3"]
    else:
        # Strata as in the script: four firms, two, one, in the order of their ids.
        names = list(dict.fromkeys(cell[0] for cell in cells))
        strata = dict(zip(sorted(pool), [names[0]] * 4 + [names[1]] * 2 + [names[2]], strict=True))
        salts = {firm: plain.k(secret, "salt", draw_id, firm) for firm in pool}
        assert draw["salts"] == [salts[firm] for firm in sorted(pool)]
        assert pool == {firm: plain.sealed_leaf(draw_id, secret, firm, strata[firm]) for firm in pool}
        assert [int(row[2]) for row in table(draw["quotas.tsv"])] == plain.quotas(cells, seed)
    leaves = [bytes.fromhex(pool[firm]) for firm in sorted(pool)]
    assert draw["commitment"]["pool"] == {"num_firms": 7, "root": plain.root(leaves).hex()}
    quotas: dict[str, list[tuple[str, int]]] = {}
    for stratum, package, quota in table(draw["quotas.tsv"]):
        quotas.setdefault(stratum, []).append((package, int(quota)))
    drawn = plain.drawn(seed, strata, salts, quotas)
    assert [(row[0], row[1], row[2]) for row in table(draw["selected.tsv"])] == [
        (firm, strata[firm], drawn[firm]) for firm in sorted(drawn)
    ]
    assert [(row[0], row[3]) for row in table(draw["drawn.tsv"])] == sorted(drawn.items())
