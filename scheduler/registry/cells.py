"""
Parses single cells: dates, numbers, amounts, ratios, yes or no, codes, lists.

A parser takes cleaned, non-empty text and gives a value, or `Noticed` (a value and something to tell), or raises
`BadCellError`. Amounts and ratios are exact: decimals, never floats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from scheduler.i18n import gettext as _
from scheduler.registry.items import MICRO
from scheduler.registry.text import clean_code, fold

ParseCell = Callable[[str], object]

FOR_EVER = date(9999, 12, 31)
MOST_YUAN = 10**15
_EXCEL_EPOCH = date(1899, 12, 30)
_TIME = r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
    + _TIME
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_LONG_TERM = frozenset({"长期", "永久", "长期有效", "longterm", "forever"})
_YES = frozenset({"是", "有", "对", "y", "yes", "true", "1", "√", "✓", "✔", "☑", "在岗", "x"})
_NO = frozenset({"否", "无", "不是", "n", "no", "false", "0", "×", "✗", "✘", "☐", "不在岗"})
_AMOUNT = re.compile(
    r"(?:人民币|rmb|cny|[¥￥])?((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d{1,2})?)\(?([^\d()]*)\)?", re.ASCII
)
_SCALES = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_UNIT = re.compile(
    r"(?:人民币|rmb|cny)?(十|百|千|万|百万|千万|亿)?(?:元|圆|元整|人民币|元人民币|人民币元|rmb|cny|yuan)?"
)
_FOREIGN = re.compile(
    r"美元|日元|港元|港币|欧元|英镑|韩元|新加坡元|加拿大元|澳大利亚元|瑞士法郎|台币|新台币|澳元|加元|usd|eur|hkd|jpy|gbp"
)
_RATIO = re.compile(r"(\d{1,3}(?:\.\d+)?)(%?)")
_SEPARATORS = re.compile(r"[;；、，,|]+")


class BadCellError(ValueError):
    """A cell that cannot be read: what was expected and found, and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Noticed:
    """A cell's value, and what the reader must be told about it."""

    value: object
    message: str
    remedy: str


def parse_date(text: str) -> date:
    """
    Date in the forms real files have, spreadsheet serial numbers included.

    Examples
    --------
    >>> parse_date("2026年3月1日") == parse_date("20260301") == parse_date("46082") == date(2026, 3, 1)
    True
    """
    compact = clean_code(text)
    found = _DATE.fullmatch(compact)
    try:
        if found:
            year, month, day = (int(part) for part in found.groups() if part is not None)
            return _plausible(date(year, month, day))
        if serial := _SERIAL.fullmatch(compact):
            return _plausible(_EXCEL_EPOCH + timedelta(days=int(serial[1])))
    except ValueError:
        pass
    raise BadCellError(
        _("expected a date such as 2026-03-01, got something else"), _("write year-month-day with four digits")
    )


def date_in(pattern: str) -> ParseCell:
    """
    Parser of dates in one order, such as ``DD/MM/YYYY``; a time of day behind it is left out.

    Raises
    ------
    ValueError
        If the pattern does not name day, month and year once each.

    Examples
    --------
    >>> date_in("DD/MM/YYYY")("02/03/2026 09:30") == date_in("YY.MM.DD")("26.3.2") == date(2026, 3, 2)
    True
    """
    parts = re.split(r"(YYYY|YY|MM|DD)", clean_code(pattern))
    if sorted(part[:2] for part in parts[1::2]) != ["DD", "MM", "YY"]:
        raise ValueError(f"expected a pattern of YYYY or YY, MM and DD, each once, got {pattern}")
    signs = {"YYYY": r"(?P<y>\d{4})", "YY": r"(?P<y>\d{2})", "MM": r"(?P<m>\d{1,2})", "DD": r"(?P<d>\d{1,2})"}
    compiled = re.compile("".join(signs.get(part) or re.escape(part) for part in parts) + _TIME, re.ASCII)

    def parse(text: str) -> date:
        found = compiled.fullmatch(clean_code(text))
        try:
            if found:
                year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
                return _plausible(date(year, int(found["m"]), int(found["d"])))
        except ValueError:
            pass
        raise BadCellError(
            _("expected a date written {pattern}, got something else").format(pattern=pattern),
            _("write the date so, or change the pattern in the mapping"),
        )

    return parse


def parse_last_day(text: str) -> date:
    """Date, or a word for long-term validity, which is the last day of the calendar."""
    return FOR_EVER if fold(text) in _LONG_TERM else parse_date(text)


def parse_end(text: str) -> date | None:
    """Date, or None for a word that says it never ends."""
    return None if fold(text) in _LONG_TERM else parse_date(text)


def parse_yes(text: str) -> bool:
    """Yes or no, as words or ticks."""
    word = fold(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadCellError(_("expected yes or no (是/否), got something else"), _("write 是 or 否"))


def whole_number(least: int, most: int) -> ParseCell:
    """Parser of whole numbers between two bounds."""

    def parse(text: str) -> int:
        found = re.fullmatch(r"(\d{1,18})(?:\.0+)?", clean_code(text), re.ASCII)
        if not found or not least <= int(found[1]) <= most:
            raise BadCellError(
                _("expected a whole number from {least} to {most}, got something else").format(least=least, most=most),
                _("write digits only"),
            )
        return int(found[1])

    return parse


def amount_in(unit: int | None) -> ParseCell:
    """
    Parser of amounts of money in yuan, such as ``84万人民币``, ``1,286.5000(万)`` or ``233.6000(万元人民币)``.

    Parameters
    ----------
    unit
        Yuan that a bare number counts, as the header says; None where it does not say, then a bare number is refused.

    Notes
    -----
    Foreign currency is not converted: the amount becomes unknown, with a notice.
    """

    def parse(text: str) -> int | Noticed:
        compact = clean_code(text).casefold()
        found = _AMOUNT.fullmatch(compact) if len(compact) <= 40 else None
        if not found:
            raise _bad_amount()
        number, words = Decimal(found[1].replace(",", "")), found[2]
        if _FOREIGN.search(words):
            return _unknown(_("an amount in foreign currency is not converted and counts as unknown"))
        scale = _scale_of(words, unit)
        if number * scale > MOST_YUAN:
            raise _bad_amount()
        return _whole_yuan(number * scale)

    return parse


def parse_ratio(text: str) -> int:
    """
    Ratio in 10^-6, from a percentage or a decimal fraction.

    Examples
    --------
    >>> parse_ratio("8%"), parse_ratio("0.08")
    (80000, 80000)
    """
    found = _RATIO.fullmatch(clean_code(text))
    if found:
        micro = Decimal(found[1]) * (MICRO // 100 if found[2] else MICRO)
        if micro == int(micro) and micro <= MICRO:
            return int(micro)
    raise BadCellError(
        _("expected a ratio from 0 to 100 %, with at most six decimals, got something else"), _("write 0.08 or 8%")
    )


def split_list(text: str) -> tuple[str, ...]:
    """
    Parts of a list, in their order, each once.

    Examples
    --------
    >>> split_list("食品、药品；计量")
    ('食品', '药品', '计量')
    """
    return tuple(dict.fromkeys(part.strip() for part in _SEPARATORS.split(text) if part.strip()))


def list_of(parse: ParseCell) -> Callable[[str], tuple[object, ...]]:
    """Parser of lists whose parts `parse` reads; the parts are sorted, because a list in a cell has no order."""

    def parse_all(text: str) -> tuple[object, ...]:
        return tuple(sorted({parse(part) for part in split_list(text)}, key=str))

    return parse_all


def word_of(codes: Mapping[str, str], shown_words: str) -> ParseCell:
    """
    Parser of one code of a set.

    Parameters
    ----------
    codes
        Folded word → code.
    shown_words
        The words a message offers.
    """

    def parse(text: str) -> str:
        code = codes.get(fold(text))
        if code is None:
            raise BadCellError(
                _("expected a word of the list, got another"), _("write one of: {words}").format(words=shown_words)
            )
        return code

    return parse


def identifier(pattern: str, description: Callable[[], str]) -> ParseCell:
    """Parser of codes that match a pattern; `description` says in words what they look like."""
    compiled = re.compile(pattern, re.ASCII)

    def parse(text: str) -> str:
        code = clean_code(text)
        if not compiled.fullmatch(code):
            raise BadCellError(
                _("expected {description}, got something else").format(description=description()), _remedy()
            )
        return code

    return parse


def text_up_to(most: int) -> ParseCell:
    """Parser of free text of limited length."""

    def parse(text: str) -> str:
        if len(text) > most:
            raise BadCellError(
                _("expected at most {most} characters, got {number}").format(most=most, number=len(text)),
                _("shorten the text; two cells may have run together"),
            )
        return text

    return parse


def _remedy() -> str:
    return _("use these characters only")


def _plausible(day: date) -> date:
    if day.year < 1840:
        raise ValueError
    return day


def _bad_amount() -> BadCellError:
    return BadCellError(
        _("expected an amount with its unit such as 84万人民币 or 840000元, got something else"),
        _("write the number and its unit; leave the cell empty where the amount is unknown"),
    )


def _scale_of(words: str, unit: int | None) -> int:
    if not words and unit is not None:
        return unit
    found = _UNIT.fullmatch(words)
    if not words or not found:
        raise _bad_amount()
    return _SCALES[found[1] or ""]


def _whole_yuan(amount: Decimal) -> int | Noticed:
    whole = int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if whole == amount:
        return whole
    return Noticed(whole, _("the amount was rounded to whole yuan"), "")


def _unknown(message: str) -> Noticed:
    return Noticed(None, message, "")
