"""
Rebuilds data/golden/signatures.json, the vectors of signatures: ``python tests/draw/make_signature_golden.py``.

The vectors of RFC 8032 stand here as the RFC prints them; everything else is made of them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from scheduler.draw.canonical import document_bytes  # noqa: E402
from scheduler.draw.hashing import content_digest, message  # noqa: E402
from scheduler.draw.signing import public_key_of, sign  # noqa: E402
from scheduler.publication.records import MANIFEST, SIGNATURE, manifest_bytes, signed  # noqa: E402

PATH = REPOSITORY / "data" / "golden" / "signatures.json"
# Section 7.1 of RFC 8032, tests 1 to 3: private key, public key, message, signature.
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
)
FIELD, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
KEY, NEXT_KEY = bytes.fromhex(RFC_8032[0][0]), bytes.fromhex(RFC_8032[1][0])


def vectors() -> dict[str, Any]:
    """All vectors."""
    names = ("private_key", "public_key", "message", "signature")
    files = {"year.json": b"{}\n"}
    record = signed({**files, MANIFEST: manifest_bytes(files, "public", "371000", 2026)}, KEY)
    digest = content_digest(record[MANIFEST])
    return {
        "format": 1,
        "rfc_8032": [dict(zip(names, row, strict=True)) for row in RFC_8032],
        "must_not_pass": bad_vectors(),
        "record": {
            "private_key": KEY.hex(),
            "manifest.json": record[MANIFEST].decode("utf-8"),
            "message": message("record", digest).decode("ascii"),
            "signature.json": record[SIGNATURE].decode("utf-8"),
        },
        "key": {
            "previous_key": public_key_of(KEY),
            "public_key": public_key_of(NEXT_KEY),
            "message": message("key", public_key_of(NEXT_KEY)).decode("ascii"),
            "signature": sign(KEY, "key", public_key_of(NEXT_KEY)),
        },
    }


def bad_vectors() -> list[dict[str, str]]:
    """Signatures near a right one, each wrong for the reason it is named after."""
    _key, public, text, right = RFC_8032[1]
    other = RFC_8032[2]
    s = int.from_bytes(bytes.fromhex(right[64:]), "little")
    zero = bytes(64).hex()
    rows = (
        ("another message", public, "73", right),
        ("another key", other[1], text, right),
        ("R of another signature", public, text, other[3][:64] + right[64:]),
        ("S of another signature", public, text, right[:64] + other[3][64:]),
        ("S plus the order", public, text, right[:64] + (s + ORDER).to_bytes(32, "little").hex()),
        ("all zero", public, text, zero),
        ("y of the key is the prime", FIELD.to_bytes(32, "little").hex(), text, zero),
        ("y of the key is the prime plus 1", (FIELD + 1).to_bytes(32, "little").hex(), text, zero),
        ("the key is no point", (2).to_bytes(32, "little").hex(), text, zero),
        ("x is 0 and its sign is 1", (1 + 2**255).to_bytes(32, "little").hex(), text, zero),
    )
    return [dict(zip(("why", "public_key", "message", "signature"), row, strict=True)) for row in rows]


if __name__ == "__main__":
    PATH.write_bytes(document_bytes(vectors()))
