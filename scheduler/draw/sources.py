"""
Kinds of entropy: how what a source says is written, and for how many bits it counts (specification, section 5.1).

Counted is what nobody can take away: dice may be loaded, a beacon's operator may have tried some values, the leading
figures of an index are known. What a witness or the bureau itself puts in makes a seed better and counts for nothing,
because whoever made it knows it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import comb, prod
from types import MappingProxyType

from scheduler.draw.hashing import content_digest
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for


class SourceKind(StrEnum):
    """Kind of a source of entropy."""

    DIGITS = "digits"  # 数字型彩票: each digit by itself (3D, 排列5)
    BALLS = "balls"  # 乐透型彩票: numbers without replacement (双色球)
    INDEX = "index"  # 收盘指数: a closing index
    BEACON = "beacon"  # 随机信标: one round of a public randomness beacon
    DICE = "dice"  # 现场掷骰: dice before witnesses
    WITNESS = "witness"  # 见证人: a contribution committed to beforehand
    OPERATOR = "operator"  # 经办单位: the bureau's own seed, committed to beforehand; the weakest
    DECLARED = "declared"  # of commitments of format 1 and 2: any text, bits as the bureau declared them


SOURCE_WORDS: Mapping[SourceKind, str] = MappingProxyType(
    {
        SourceKind.DIGITS: N_("Lottery digits"),
        SourceKind.BALLS: N_("Lottery numbers"),
        SourceKind.INDEX: N_("Closing index"),
        SourceKind.BEACON: N_("Public beacon"),
        SourceKind.DICE: N_("Dice before witnesses"),
        SourceKind.WITNESS: N_("Witness's contribution"),
        SourceKind.OPERATOR: N_("The bureau's own seed"),
        SourceKind.DECLARED: N_("Public value"),
    }
)
PUBLIC_KINDS = frozenset({SourceKind.DIGITS, SourceKind.BALLS, SourceKind.INDEX, SourceKind.BEACON})
COMMITTED_KINDS = frozenset({SourceKind.WITNESS, SourceKind.OPERATOR})  # `detail` is the digest of their value
BITS_OF_BEACON = 128  # of 256 or 512: its operator may have tried some
BITS_OF_THROW = 2  # log2(6) is 2.58; dice may be loaded
BITS_OF_DECIMAL = 3  # log2(10) is 3.32; only what stands behind the point moves by chance

_PART = re.compile(r"([1-9][0-9]?)/([1-9][0-9]?)")
_BLANKS = re.compile(r"[\s,、;-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One row of the table: what `detail` says, its pattern, the bits counted, and how a value is read."""

    detail: str
    pattern: re.Pattern[str]
    bits: Callable[[str], int]
    read: Callable[[str, str], str | None]
    form: str


def _digits(detail: str, text: str) -> str | None:
    plain = _BLANKS.sub("", text)
    return plain if re.fullmatch(f"[0-9]{{{detail}}}", plain) else None


def _dice(detail: str, text: str) -> str | None:
    plain = _BLANKS.sub("", text)
    return plain if re.fullmatch(f"[1-6]{{{detail}}}", plain) else None


def _balls(detail: str, text: str) -> str | None:
    """Numbers of each part, ascending, in two digits; parts are kept apart by ``+`` or told by their lengths."""
    parts = [(int(drawn), int(of)) for drawn, of in _PART.findall(detail)]
    numbers = [int(number) for number in re.findall(r"[0-9]{1,2}", text)]
    if re.sub(r"[0-9\s,、;.+|-]", "", text) or len(numbers) != sum(drawn for drawn, _of in parts):
        return None
    written, start = [], 0
    for drawn, of in parts:
        some = sorted(numbers[start : start + drawn])
        start += drawn
        if len(set(some)) != drawn or some[0] < 1 or some[-1] > of:
            return None
        written.append(".".join(f"{number:02d}" for number in some))
    return "+".join(written)


def _index(detail: str, text: str) -> str | None:
    plain = re.sub(r"[\s,]", "", text)
    return plain if re.fullmatch(rf"(?:0|[1-9][0-9]{{0,8}})\.[0-9]{{{detail}}}", plain) else None


def _beacon(_detail: str, text: str) -> str | None:
    plain = re.sub(r"\s", "", text).lower().removeprefix("0x")
    return plain if re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{128}", plain) else None


def _witness(detail: str, text: str) -> str | None:
    plain = text.strip()
    fits = re.fullmatch(r"[0-9A-Za-z._+/:*-]{20,200}", plain) is not None
    return plain if fits and content_digest(plain.encode("ascii")) == detail else None


def _operator(detail: str, text: str) -> str | None:
    return text if re.fullmatch("[0-9a-f]{64}", text) and content_digest(text.encode("ascii")) == detail else None


def _outcomes_bits(outcomes: int) -> int:
    """Whole bits of equally likely outcomes: the greatest b with 2^b not above their number."""
    return outcomes.bit_length() - 1


def _balls_bits(detail: str) -> int:
    parts = _PART.findall(detail)
    return _outcomes_bits(prod(comb(int(of), int(drawn)) for drawn, of in parts))


_COUNT = re.compile(r"[1-9][0-9]?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KINDS: Mapping[SourceKind, _Kind] = MappingProxyType(
    {
        SourceKind.DIGITS: _Kind(
            detail=N_("how many digits, 1 to 99"),
            pattern=_COUNT,
            bits=lambda detail: _outcomes_bits(10 ** int(detail)),
            read=_digits,
            form=N_("{detail} digits 0-9"),
        ),
        SourceKind.BALLS: _Kind(
            detail=N_("how many of how many, such as 6/33+1/16"),
            pattern=re.compile(rf"{_PART.pattern}(?:\+{_PART.pattern}){{0,3}}"),
            bits=_balls_bits,
            read=_balls,
            form=N_("different numbers, {detail}"),
        ),
        SourceKind.INDEX: _Kind(
            detail=N_("how many decimals, 1 to 4"),
            pattern=re.compile("[1-4]"),
            bits=lambda detail: BITS_OF_DECIMAL * int(detail),
            read=_index,
            form=N_("a number with {detail} decimals"),
        ),
        SourceKind.BEACON: _Kind(
            detail=N_("the round's number"),
            pattern=re.compile("[0-9]{1,18}"),
            bits=lambda _detail: BITS_OF_BEACON,
            read=_beacon,
            form=N_("64 or 128 hexadecimal digits (round {detail})"),
        ),
        SourceKind.DICE: _Kind(
            detail=N_("how many throws, 1 to 999"),
            pattern=re.compile("[1-9][0-9]{0,2}"),
            bits=lambda detail: BITS_OF_THROW * int(detail),
            read=_dice,
            form=N_("{detail} throws 1-6"),
        ),
        SourceKind.WITNESS: _Kind(
            detail=N_("the SHA-256 of the contribution"),
            pattern=_DIGEST,
            bits=lambda _detail: 0,
            read=_witness,
            form=N_("the 20 to 200 characters whose SHA-256 is {detail}"),
        ),
        SourceKind.OPERATOR: _Kind(
            detail=N_("nothing: the program makes the seed"),
            pattern=_DIGEST,
            bits=lambda _detail: 0,
            read=_operator,
            form=N_("the 64 hexadecimal digits whose SHA-256 is {detail}"),
        ),
    }
)


def check_detail(kind: SourceKind, detail: str, name: str) -> None:
    """
    Checks what is announced of a source beside its name and day.

    Raises
    ------
    UsageError
        If it is not what the kind asks for.

    Examples
    --------
    >>> check_detail(SourceKind.BALLS, "6/33+1/16", "双色球")
    """
    row = _KINDS[kind]
    parts = _PART.findall(detail) if kind is SourceKind.BALLS else []
    if not row.pattern.fullmatch(detail) or any(int(drawn) > int(of) for drawn, of in parts):
        raise UsageError(
            _("{name}: of a source of kind {kind} expected {expected}, got {detail!r}").format(
                name=name, kind=kind, expected=_(row.detail), detail=detail[:80]
            )
        )


def counted_bits(kind: SourceKind, detail: str) -> int:
    """
    Bits for which a source counts, by the table of section 5.1.

    Examples
    --------
    >>> [counted_bits(SourceKind(kind), detail) for kind, detail in
    ...  (("digits", "5"), ("balls", "6/33+1/16"), ("index", "2"), ("beacon", "12"), ("dice", "32"), ("witness", ""))]
    [16, 24, 6, 128, 64, 0]
    """
    return _KINDS[kind].bits(detail)


def written_value(kind: SourceKind, detail: str, value: str, name: str) -> str:
    """
    What a source said, in the one way in which the kind writes it.

    Raises
    ------
    UsageError
        If it is nothing that the source can have said.

    Examples
    --------
    >>> written_value(SourceKind.BALLS, "6/33+1/16", "33 03 12 07 28 21 + 9", "双色球")
    '03.07.12.21.28.33+09'
    >>> written_value(SourceKind.DICE, "5", "３ 1 5 2 2", "dice")
    '31522'
    """
    row = _KINDS[kind]
    read = row.read(detail, unicodedata.normalize("NFKC", value))
    if read is None:
        raise UsageError(
            _("{name}: expected {form}, got {value!r}").format(
                name=name, form=_(row.form).format(detail=detail), value=value[:80]
            )
        )
    return read
