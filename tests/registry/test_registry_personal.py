"""Personal data in free text: blotted out, and nothing else with it."""

from __future__ import annotations

import pytest

from scheduler.registry.personal import blotted, is_identity_number


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("电话13812345678", "电话＊＊＊"),
        ("电话 138 1234 5678。", "电话 ＊＊＊。"),
        ("+86 13812345678", "＊＊＊"),
        ("座机 0631-5212345", "座机 ＊＊＊"),
        # 110105 19491231 002 X: the example of GB 11643-1999 itself
        ("张三（11010519491231002X）", "张三（＊＊＊）"),
        ("11010519491231002x", "＊＊＊"),
    ],
)
def test_numbers_of_persons_are_blotted(text: str, public: str) -> None:
    """Mobile and fixed telephones, identity numbers in either case of letter."""
    assert blotted(text) == public


@pytest.mark.parametrize(
    "text",
    [
        "威海1688商贸有限公司",
        "91371000MA3C0ABC0X",
        "371000600123456",  # an old registration number
        "110105194912310021",  # the check character does not fit
        "11010519491331002X",  # there is no thirteenth month
        "2026-03-02",
        "24小时便利店",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    """Codes of firms, dates and house numbers are no personal data."""
    assert blotted(text) == text


def test_identity_number_needs_its_check_character() -> None:
    """Of the eleven possible last characters only X is right."""
    assert [end for end in "0123456789X" if is_identity_number("11010519491231002" + end)] == ["X"]
