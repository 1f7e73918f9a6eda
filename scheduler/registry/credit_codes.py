"""
Checks unified social credit codes 统一社会信用代码 (GB 32100-2015) and registration numbers 注册号 by columns.

Strict: lower-case letters are an error even where the upper-case code is valid, because two spellings of one firm are
two tickets in a draw. Digits 3–8 of a code are its registrar and tell nothing about the district.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength

from scheduler.i18n import gettext as _
from scheduler.registry.frame import Mask

CODE_LENGTH = 18
NUMBER_LENGTH = 15
_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28], dtype=np.int64)
_NOT_A_CHARACTER = 31
_VALUES = np.full(256, _NOT_A_CHARACTER, dtype=np.int64)
_VALUES[np.frombuffer(_ALPHABET, dtype=np.uint8)] = np.arange(31)


def valid_codes(codes: Sequence[str]) -> Mask:
    """
    Which texts are a valid code or registration number, shape (n,).

    Parameters
    ----------
    codes
        Texts as `scheduler.registry.text.clean_code` leaves them.
    """
    valid = np.zeros(len(codes), dtype=np.bool_)
    places = [place for place, code in enumerate(codes) if len(code) == CODE_LENGTH and code.isascii()]
    valid[places] = _valid_unified_codes([codes[place] for place in places])
    for place, code in enumerate(codes):
        if len(code) == NUMBER_LENGTH:
            valid[place] = code.isascii() and code.isdigit() and not is_filler(code)
    return valid


def is_filler(code: str) -> bool:
    """Whether a text only fills the cell, such as fifteen zeros or nines."""
    return len(set(code)) <= 1


def explain_code(code: str) -> tuple[str, str]:
    """What is wrong with an invalid code, and the remedy."""
    message = _("expected a unified social credit code of 18 characters or a registration number of 15 digits")
    upper = code.upper()
    if upper != code and bool(valid_codes([upper])[0]):
        return (
            _("expected upper-case letters in the credit code, got lower-case ones"),
            _("if the licence says so, write {code}").format(code=upper),
        )
    if "E+" in upper or "." in code:
        return message, _("the spreadsheet turned the code into a number: format the column as text, enter it again")
    if is_filler(code):
        return message, _("this only fills the cell: enter the firm's real code")
    try:
        uscc.validate(upper)
    except InvalidLength:
        return message + _(", got {number} characters").format(number=len(code)), _remedy()
    except InvalidChecksum:
        return _("expected a credit code whose check character fits, got one whose does not"), _remedy()
    except InvalidFormat:
        pass
    return message + _(", got characters that no code has"), _remedy()


def _remedy() -> str:
    return _("copy the code from the licence or the register")


def _valid_unified_codes(codes: Sequence[str]) -> Mask:
    characters = np.array(codes, dtype="S18").view(np.uint8).reshape(-1, CODE_LENGTH)
    values = _VALUES[characters]
    formed = (values[:, :8] < 10).all(axis=1) & (values < _NOT_A_CHARACTER).all(axis=1)
    check = (31 - values[:, :17] @ _WEIGHTS % 31) % 31
    one_character = (characters == characters[:, :1]).all(axis=1)
    return np.asarray(formed & (values[:, 17] == check) & ~one_character)
