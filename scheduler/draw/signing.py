"""
Signatures of records: Ed25519 (RFC 8032) over tagged messages (specification, section 2.1).

A key is 32 bytes, a public key and a signature are written in hexadecimal digits. Equal key and message give an equal
signature, so publishing the same record again changes nothing.
"""

from __future__ import annotations

import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scheduler.draw.hashing import message

KEY_BYTES = 32
_FIELD = 2**255 - 19  # coordinates of points are less than this


def public_key_of(key: bytes) -> str:
    """
    Public key of a private one, as 64 hexadecimal digits.

    Examples
    --------
    The first test vector of RFC 8032, section 7.1:

    >>> key = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    >>> public_key_of(key)
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
    """
    public = Ed25519PrivateKey.from_private_bytes(key).public_key()
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(key: bytes, tag: str, *fields: str) -> str:
    """
    Signature of a tagged message, as 128 hexadecimal digits.

    Examples
    --------
    >>> is_signed(public_key_of(bytes(32)), sign(bytes(32), "record", "ab"), "record", "ab")
    True
    """
    return Ed25519PrivateKey.from_private_bytes(key).sign(message(tag, *fields)).hex()


def is_signed(public_key: str, signature: str, tag: str, *fields: str) -> bool:
    """
    Whether a signature of a tagged message is by the owner of a public key; not if either is no such thing.

    Examples
    --------
    >>> is_signed(public_key_of(bytes(32)), sign(bytes(32), "record", "ab"), "record", "ac")
    False
    >>> is_signed("00", "00", "record", "ab")
    False
    >>> is_signed("f0" + "ff" * 31, "00" * 64, "record", "ab")  # y is not less than 2^255 - 19
    False
    """
    try:
        if int.from_bytes(bytes.fromhex(public_key), "little") % 2**255 >= _FIELD:
            return False
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        public.verify(bytes.fromhex(signature), message(tag, *fields))
    except (InvalidSignature, ValueError):
        return False
    return True


def key_anchor_text(public_key: str) -> str:
    """
    A public key as a file of anchors in one line (specification, section 9.1).

    Examples
    --------
    >>> key_anchor_text("ab")
    '{"format":1,"public_key":"ab"}'
    """
    return json.dumps({"format": 1, "public_key": public_key}, sort_keys=True, separators=(",", ":"))
