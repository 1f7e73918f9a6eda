"""Vectors of signatures: the room gives the digits on file, and a plain reading of the specification judges alike."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import plain_draw as plain
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from make_signature_golden import FIELD, ORDER, PATH, vectors

from scheduler.draw.canonical import document_bytes
from scheduler.draw.signing import is_signed, public_key_of, sign

Point = tuple[int, int]
GOLDEN: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
D = -121665 * pow(121666, -1, FIELD) % FIELD


def add(left: Point, right: Point) -> Point:
    """Sum of two points in plain coordinates (RFC 8032, section 5.1)."""
    (x1, y1), (x2, y2) = left, right
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, FIELD) % FIELD
    return x, (y1 * y2 + x1 * x2) * pow(1 - product, -1, FIELD) % FIELD


def times(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    result = (0, 1)
    for bit in f"{scalar:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def decoded(content: bytes) -> Point | None:
    """The point that 32 bytes stand for, None if they stand for none (section 5.1.3)."""
    value = int.from_bytes(content, "little")
    y, sign_bit = value % 2**255, value >> 255
    if y >= FIELD:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, FIELD) % FIELD
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if x * x % FIELD != square:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    if x * x % FIELD != square or (x == 0 and sign_bit):
        return None
    return (x, y) if x % 2 == sign_bit else (FIELD - x, y)


def plainly_signed(public_key: str, content: bytes, signature: str) -> bool:
    """Whether a signature is right by the words of section 2.1 of the specification."""
    key, r, s = bytes.fromhex(public_key), bytes.fromhex(signature[:64]), bytes.fromhex(signature[64:])
    point = decoded(key)
    if point is None or int.from_bytes(s, "little") >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(r + key + content).digest(), "little") % ORDER
    base = decoded(bytes.fromhex("58" + "66" * 31))
    assert base is not None
    x, y = add(times(int.from_bytes(s, "little"), base), times(k, (FIELD - point[0], point[1])))
    return (y + (x % 2) * 2**255).to_bytes(32, "little") == r


def test_golden_signatures_are_what_the_script_rebuilds() -> None:
    """A changed byte in keys, messages or manifests changes a vector."""
    assert document_bytes(vectors()) == PATH.read_bytes()


@pytest.mark.parametrize("row", GOLDEN["rfc_8032"], ids=lambda row: row["message"] or "empty")
def test_rfc_vectors_are_met(row: dict[str, str]) -> None:
    """Public keys follow from private ones; the signatures of the RFC pass, by the library and by the page's words."""
    assert public_key_of(bytes.fromhex(row["private_key"])) == row["public_key"]
    content = bytes.fromhex(row["message"])
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(row["public_key"])).verify(
        bytes.fromhex(row["signature"]), content
    )
    assert plainly_signed(row["public_key"], content, row["signature"])


@pytest.mark.parametrize("row", GOLDEN["must_not_pass"], ids=lambda row: row["why"])
def test_wrong_signatures_do_not_pass(row: dict[str, str]) -> None:
    """Each wrong vector is refused by the page's words; the library refuses the same, keys out of range aside."""
    content = bytes.fromhex(row["message"])
    assert not plainly_signed(row["public_key"], content, row["signature"])
    if int.from_bytes(bytes.fromhex(row["public_key"]), "little") % 2**255 >= FIELD:
        assert not is_signed(row["public_key"], row["signature"], "record", "ab")
        return
    with pytest.raises((InvalidSignature, ValueError)):
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(row["public_key"])).verify(
            bytes.fromhex(row["signature"]), content
        )


def test_record_and_key_vectors_follow_from_the_page() -> None:
    """The messages are those of sections 1.2 and 2.1, and the signatures over them are right."""
    record, key = GOLDEN["record"], GOLDEN["key"]
    manifest = json.loads(record["manifest.json"])
    assert record["message"] == plain.m("record", plain.sha(record["manifest.json"].encode())).decode()
    signature = json.loads(record["signature.json"])["signature"]
    assert plainly_signed(manifest["public_key"], record["message"].encode(), signature)
    assert key["message"] == plain.m("key", key["public_key"]).decode()
    assert plainly_signed(key["previous_key"], key["message"].encode(), key["signature"])
    assert is_signed(key["previous_key"], key["signature"], "key", key["public_key"])


def test_library_signs_as_the_page_says() -> None:
    """A signature made by the room passes by the page's words."""
    key = bytes(range(32))
    assert plainly_signed(public_key_of(key), plain.m("record", "ab"), sign(key, "record", "ab"))
