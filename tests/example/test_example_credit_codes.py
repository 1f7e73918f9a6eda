"""Tests of made-up credit codes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from stdnum.cn import uscc

from scheduler.example.credit_codes import ALPHABET, body_check, code_check, credit_codes
from scheduler.example.randomness import Chance

KNOWN = b"91110000600037341L"  # the example in python-stdnum's documentation


def _codes(num: int, seed: str = "s") -> list[str]:
    kinds = np.tile(np.array([b"91", b"92", b"93"]), num // 3 + 1)[:num]
    registrars = np.full(num, b"371082", dtype="S6")
    return [code.decode("ascii") for code in credit_codes(Chance(seed), kinds, registrars)]


def test_check_characters_are_those_of_a_known_code() -> None:
    """Both check characters of a published code come out."""
    characters = np.frombuffer(KNOWN, dtype=np.uint8)
    assert bytes(body_check(characters[None, 8:16])) == KNOWN[16:17]
    assert bytes(code_check(characters[None, :17])) == KNOWN[17:]


def test_body_check_writes_ten_as_x_and_eleven_as_zero() -> None:
    """The two special cases of GB 11714: a sum of 1 modulo 11 gives X, of 0 gives 0."""
    # weights 3 7 9 10 5 8 4 2: digit 4 in the first place makes 12 = 1 mod 11; 1 and 1 in the last but one and … make 0
    bodies = np.frombuffer(b"40000000" + b"00000000", dtype=np.uint8).reshape(2, 8)
    assert bytes(body_check(bodies)) == b"X0"


def test_codes_are_valid_and_all_different() -> None:
    """Three thousand codes pass python-stdnum and the check of the organisation part, and none repeats."""
    codes = _codes(3_000)
    assert all(uscc.is_valid(code) for code in codes)
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    for code in codes:
        check = 11 - sum(int(char, 36) * weight for char, weight in zip(code[8:16], weights, strict=True)) % 11
        assert code[16] == {10: "X", 11: "0"}.get(check, str(check))
    assert len(set(codes)) == len(codes)


def test_codes_are_plainly_fictional() -> None:
    """Every organisation part begins with WH, which is nobody's, and uses the codes' alphabet only."""
    codes = _codes(500)
    assert all(code[8:10] == "WH" and set(code.encode("ascii")) <= set(ALPHABET) for code in codes)
    assert {code[:8] for code in codes} == {"91371082", "92371082", "93371082"}


def test_codes_change_with_the_seed_and_have_no_order() -> None:
    """Another seed makes other codes, and neighbours on the register are not neighbours in code."""
    codes = _codes(600)
    assert not set(codes) & set(_codes(600, "t"))
    bodies = [code[8:] for code in codes]
    rises = sum(first < second for first, second in pairwise(bodies))
    assert 240 < rises < 360  # half of 599 pairs, give or take five standard deviations of 12
