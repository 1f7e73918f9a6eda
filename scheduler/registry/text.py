"""
Cleans text from files without changing what it says.

Texts lose control characters, bidirectional marks and invisible spaces, and are composed (NFC). Codes lose full-width
forms and all spaces as well. Letters keep their case, always: a lower-case check character is
reported, never mended in silence.
"""

from __future__ import annotations

import re
import unicodedata

MOST_SHOWN = 60  # characters of a bad cell that a message shows

_SPACES = "\t\n\v\f\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
)
_SPACE = re.compile(f"[{_SPACES}]")
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_FORMULA_STARTS = ("=", "+", "-", "@")


def clean_text(text: str) -> str:
    r"""
    Text as people see it: composed, on one line, without hidden characters and outer spaces.

    Examples
    --------
    >>> clean_text(" 威海\u202e市\n环翠区\u3000")
    '威海市 环翠区'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    composed = unicodedata.normalize("NFC", text)
    return _HIDDEN.sub("", _SPACE.sub(" ", composed)).strip()


def clean_code(text: str) -> str:
    """
    Code with half-width characters and no spaces; its case is kept.

    Examples
    --------
    >>> clean_code("９１３７１０８１ ＭＡ3CxBR56M")
    '91371081MA3CxBR56M'
    """
    return half_width(clean_text(text)).replace(" ", "")


def typed_code(text: str) -> str:
    """
    Code of a firm as typed at a command: cleaned, its letters capitals. Codes in files keep their case.

    Examples
    --------
    >>> typed_code(" ９１３７１０８１ ma3cxbr56m")
    '91371081MA3CXBR56M'
    """
    return clean_code(text).upper()


def half_width(text: str) -> str:
    """
    Text with its full-width letters, digits and signs in half width.

    Examples
    --------
    >>> half_width("（Ａ１）")
    '(A1)'
    """
    return text.translate(_HALF_WIDTH)


def fold(text: str) -> str:
    """
    Form in which headers and words of code sets are compared: half-width, without spaces, underscores, stars and case.

    Examples
    --------
    >>> fold("统一社会信用代码／注册号 *") == fold("统一社会信用代码/注册号")
    True
    """
    return clean_code(text).casefold().replace("_", "").replace("*", "")


def shown(text: str) -> str:
    """Bad cell as a message shows it: without hidden characters, cut to 60 characters."""
    cleaned = clean_text(text)
    return cleaned if len(cleaned) <= MOST_SHOWN else cleaned[: MOST_SHOWN - 1] + "…"


def defused(text: str) -> str:
    """
    Text for a CSV that people open in a spreadsheet: one that would run as a formula gets an apostrophe.

    Examples
    --------
    >>> defused("=1+1"), undefused(defused("=1+1"))
    ("'=1+1", '=1+1')
    """
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def undefused(text: str) -> str:
    """Text as it was before `defused`."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_STARTS) else text


def file_name(name: str) -> str:
    r"""
    Name of a file as text that can be stored and shown, whatever encoding the disk has it in.

    Examples
    --------
    >>> file_name("\udcc3\udcfb.csv")  # 名.csv, written by a system that speaks GBK
    '名.csv'
    """
    content = name.encode("utf-8", errors="surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")
