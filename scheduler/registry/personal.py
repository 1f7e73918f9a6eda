"""
Personal data in text that becomes public: identity numbers and telephone numbers are blotted out.

The public record has no column for personal data; what is left are free texts and names in which somebody typed it.
"""

from __future__ import annotations

import re
from datetime import datetime

BLOT = "＊＊＊"
NAME_WITHHELD = "（个体工商户，名称不公开）"  # text of the record, so the same in every language
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, section 4
_CHECKS = "10X98765432"
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])", re.ASCII)
_TELEPHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|0\d{2,3}[- ]\d{7,8})(?![0-9A-Za-z])", re.ASCII
)


def blotted(text: str) -> str:
    """
    Text with identity numbers of residents (GB 11643-1999) and telephone numbers blotted out.

    Codes of firms stay: a number counts as an identity number only if its birthday and its check character are right.

    Examples
    --------
    >>> blotted("联系人 13812345678，0631-5212345")
    '联系人 ＊＊＊，＊＊＊'
    >>> blotted("11010519491231002X 与 91371000MA3C0ABC0X")
    '＊＊＊ 与 91371000MA3C0ABC0X'
    """
    if not any(character.isdigit() for character in text):
        return text
    return _TELEPHONE.sub(BLOT, _IDENTITY.sub(lambda found: BLOT if is_identity_number(found[0]) else found[0], text))


def is_identity_number(text: str) -> bool:
    """Whether 18 characters are an identity number: a day of birth that exists, and the check character."""
    try:
        datetime.strptime(text[6:14], "%Y%m%d")  # noqa: DTZ007 - only whether the day exists
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return _CHECKS[total % 11] == text[17].upper()
