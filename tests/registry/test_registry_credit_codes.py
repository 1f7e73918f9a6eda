"""Credit codes are checked strictly, whole columns at once, as python-stdnum checks single ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from scheduler.registry.credit_codes import explain_code, is_filler, valid_codes

GOOD = "91371000MA3EXAMPLG"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.text("0123456789", min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9))
def test_valid_codes_agrees_with_stdnum_on_every_check_character(area: str, body: str) -> None:
    """Of the 31 codes that differ in the last character, exactly the one that stdnum accepts is valid."""
    codes = [area + body + check for check in ALPHABET]
    expected = [uscc.is_valid(code) and not is_filler(code) for code in codes]
    assert valid_codes(codes).tolist() == expected


@given(st.lists(st.text(max_size=20)))
def test_valid_codes_takes_any_texts(texts: list[str]) -> None:
    """Nonsense is invalid, never an error, and does not disturb its neighbours."""
    assert valid_codes([*texts, GOOD]).tolist()[-1]


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        (GOOD, True),
        (GOOD.lower(), False),
        (GOOD[:-1] + "H", False),
        ("371000200001234", True),  # registration number of 15 digits
        ("37100020000123A", False),
        ("111111111111111", False),  # filler
        ("0" * 18, False),  # its check character fits, and still it is a filler
        ("", False),
        ("９1371000MA3EXAMPLG", False),
        ("9" * 10_000, False),
    ],
)
def test_valid_codes_of_named_cases(code: str, valid: bool) -> None:
    """Each way to be wrong is told apart from being right."""
    assert valid_codes([code]).tolist() == [valid]


@pytest.mark.parametrize(
    ("code", "message", "remedy"),
    [
        ("91371081MA3CxBR56M", "upper-case", "write 91371081MA3CXBR56M"),
        (GOOD[:-1] + "H", "check character fits", "licence"),
        (GOOD[:-1], "got 17 characters", "licence"),
        ("9.13710007060885e+17", "18 characters", "column as text"),
        ("000000000000000", "18 characters", "real code"),
        ("37100020000123A", "got 15 characters", "licence"),
        ("91371000MA3EXAMPIG", "characters that no code has", "licence"),
    ],
)
def test_explain_code_says_what_is_wrong_and_what_to_do(code: str, message: str, remedy: str) -> None:
    """Every cause has its own words; an upper-case code is suggested only where it is valid."""
    explained = explain_code(code)
    assert message in explained[0]
    assert remedy in explained[1]
