"""Texts lose what cannot be seen, codes lose width and spaces, nothing loses its case."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.registry.text import clean_code, clean_text, defused, fold, shown, undefused


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  威海  ", "威海"),
        ("\u3000威海\u00a0", "威海"),
        ("威海\u202e市", "威海市"),  # right-to-left override
        ("威\u200b海\ufeff", "威海"),  # zero-width space, byte order mark
        ("威\x00海\x07", "威海"),
        ("一\r\n二\t三", "一  二 三"),
        ("e\u0301", "é"),  # composed
        ("Ａ公司", "Ａ公司"),  # a name keeps its full-width letters
    ],
)
def test_clean_text_takes_out_what_cannot_be_seen(text: str, cleaned: str) -> None:
    """Control characters, bidirectional marks and outer spaces go, everything else stays."""
    assert clean_text(text) == cleaned


@given(st.text())
def test_clean_text_of_any_text_is_fit_for_one_cell_of_a_record(text: str) -> None:
    """Whatever comes in, nothing is left that a record's cell may not hold, and cleaning again changes nothing."""
    cleaned = clean_text(text)
    assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in cleaned)
    assert clean_text(cleaned) == cleaned


@given(st.text(alphabet="0123456789abcABC", min_size=1))
def test_clean_code_undoes_full_width_and_spaces_but_not_case(code: str) -> None:
    """A code typed in full width with spaces is the code as it was, letter case included."""
    wide = " ".join(chr(ord(character) + 0xFEE0) for character in code)
    assert clean_code(f"\u3000{wide} ") == code


def test_fold_makes_headers_equal_that_differ_in_form_only() -> None:
    """Width, spaces, stars, underscores and case do not make another header."""
    assert fold("统一社会信用代码／注册号 *") == fold("统一社会信用代码/注册号")
    assert fold("Credit Code") == fold("credit_code")


def test_shown_cuts_a_long_cell_to_60_characters() -> None:
    """A cell of 10,000 characters does not flood a message."""
    assert shown("甲" * 10_000) == "甲" * 59 + "…"
    assert shown("甲" * 60) == "甲" * 60


@given(st.text())
def test_undefused_gives_back_what_defused_took(text: str) -> None:
    """What is written to a CSV for spreadsheets reads as it was, and never starts a formula."""
    safe = defused(text)
    assert not safe.startswith(("=", "+", "-", "@"))
    assert undefused(safe) == text
