"""
The seed of a draw: made of what was committed and of what public sources said afterwards (specification, section 5).

Sources are announced by name, day and kind before they speak; what they say is looked at here and hashed. Whether the
value given is what the source really said, only people can check: that is why sources are public and named.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest, digest, is_field, keyed_digest
from scheduler.draw.sources import (
    COMMITTED_KINDS,
    PUBLIC_KINDS,
    SourceKind,
    check_detail,
    counted_bits,
    written_value,
)
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _

LONGEST_NAME = 80
MOST_BITS_PER_CHARACTER = 7  # the alphabet of values has 69 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class EntropySource:
    """
    A source of randomness, as announced with the commitment.

    Attributes
    ----------
    name
        What people call it, such as ``"福利彩票3D第2026052期"``; without ``=`` and ``@``.
    spoken_on
        Day on which it speaks; the last day on which a witness may reveal.
    bits
        Entropy of what it will say, in bits: counted by kind, or declared by the bureau where the kind is DECLARED.
    kind, detail
        How it speaks, and what the kind asks for beside: see `scheduler.draw.sources`.

    Examples
    --------
    >>> EntropySource(name="beacon", spoken_on=date(2026, 2, 20), bits=512).document()
    {'bits': 512, 'name': 'beacon', 'spoken_on': '2026-02-20'}
    >>> EntropySource.of("dice", date(2026, 2, 20), SourceKind.DICE, "32").document()
    {'kind': 'dice', 'detail': '32', 'bits': 64, 'name': 'dice', 'spoken_on': '2026-02-20'}
    """

    name: str
    spoken_on: date
    bits: int
    kind: SourceKind = SourceKind.DECLARED
    detail: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.is_typed:
            check_detail(self.kind, self.detail, self.name)
            wrong = self.bits != counted_bits(self.kind, self.detail)
        else:
            wrong = not 1 <= self.bits <= 4096
        if wrong:
            raise UsageError(
                _("entropy source {name}: expected 1 to 4096 bits, got {bits}").format(name=self.name, bits=self.bits)
            )

    @classmethod
    def of(cls, name: str, spoken_on: date, kind: SourceKind, detail: str = "") -> EntropySource:
        """A source with the bits that its kind counts; raises `UsageError` as the kind asks."""
        check_detail(kind, detail, name)
        return cls(name=name, spoken_on=spoken_on, bits=counted_bits(kind, detail), kind=kind, detail=detail)

    @property
    def is_typed(self) -> bool:
        """Whether it has a kind, as every source since commitments of format 3."""
        return self.kind is not SourceKind.DECLARED

    def document(self) -> dict[str, object]:
        """The source as the commitment writes it."""
        plain: dict[str, object] = {"bits": self.bits, "name": self.name, "spoken_on": self.spoken_on.isoformat()}
        return {"kind": self.kind.value, "detail": self.detail, **plain} if self.is_typed else plain


def source_of(entry: Mapping[str, Any]) -> EntropySource:
    """
    The source that an entry of a commitment describes.

    Examples
    --------
    >>> dice = EntropySource.of("dice", date(2026, 2, 20), SourceKind.DICE, "32")
    >>> source_of(dice.document()) == dice
    True
    """
    return EntropySource(
        name=entry["name"],
        spoken_on=date.fromisoformat(entry["spoken_on"]),
        bits=entry["bits"],
        kind=SourceKind(entry.get("kind", SourceKind.DECLARED)),
        detail=entry.get("detail", ""),
    )


def operator_seed(secret: bytes, draw_id: str) -> str:
    """
    The bureau's own seed, 64 hexadecimal digits: it follows from the draw's secret, so that nothing more is kept.

    Examples
    --------
    >>> operator_seed(bytes(32), "2026-1-1")[:16]
    '4e7322ede50b9a43'
    """
    return keyed_digest(secret, "operator-seed", draw_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicValue:
    """
    What a public source said: the value of an entropy source, or a value of the day that shows a date.

    Examples
    --------
    >>> PublicValue(name="beacon", value="8a3f").document()
    {'name': 'beacon', 'value': '8a3f'}
    """

    name: str
    value: str

    def __post_init__(self) -> None:
        _check_name(self.name)
        if not self.value or not is_field(self.value):
            raise UsageError(
                _("{name}: expected a value of digits, letters and . _ + / : * -, got {value!r}").format(
                    name=self.name, value=self.value[:60]
                )
            )

    def document(self) -> dict[str, object]:
        """The value as commitment and ceremony write it."""
        return {"name": self.name, "value": self.value}


def check_announcement(sources: Sequence[EntropySource], *, least_bits: int, committed_on: date) -> None:
    """
    Checks the sources a commitment is about to announce.

    Raises
    ------
    UsageError
        If a source has no kind or is announced twice, too few bits are announced, or the last word is not public.
    StateError
        If a source speaks on the day of the commitment or before: then it could be known already.

    Examples
    --------
    >>> beacon = EntropySource.of("drand", date(2026, 2, 20), SourceKind.BEACON, "4987654")
    >>> check_announcement([beacon], least_bits=64, committed_on=date(2026, 2, 19))
    """
    names = [source.name for source in sources]
    if len(set(names)) != len(names):
        raise UsageError(_("expected each entropy source once, got {names}").format(names=", ".join(names)))
    for source in sources:
        if not source.is_typed:
            raise UsageError(
                _("{name}: expected a source of a kind, got one with bits alone; say how it speaks").format(
                    name=source.name
                )
            )
        if source.spoken_on <= committed_on:
            raise StateError(
                _(
                    "{name}: expected a source that speaks after the commitment of {day}, "
                    "got one that speaks on {spoken}; announce one that has not spoken yet"
                ).format(name=source.name, day=committed_on, spoken=source.spoken_on)
            )
    bits = sum(source.bits for source in sources)
    if bits < least_bits and not operator_alone(sources):
        raise UsageError(
            _("expected sources of at least {least} bits together, got {bits}; announce more of them").format(
                least=least_bits, bits=bits
            )
        )
    _check_last_word(sources)


def operator_alone(sources: Sequence[EntropySource]) -> bool:
    """
    Whether the bureau's own seed is all there is: the weakest kind of draw, allowed, and marked on every page.

    Examples
    --------
    >>> operator_alone([EntropySource.of("own", date(2026, 2, 20), SourceKind.OPERATOR, "00" * 32)])
    True
    """
    return [source.kind for source in sources] == [SourceKind.OPERATOR]


def _check_last_word(sources: Sequence[EntropySource]) -> None:
    """Who could hold a contribution back until all else is known would choose between two draws."""
    held = [source for source in sources if source.kind in COMMITTED_KINDS]
    last = max((source.spoken_on for source in sources if source.kind in PUBLIC_KINDS), default=date.min)
    if operator_alone(sources):
        return
    for source in held:
        if source.spoken_on >= last:
            raise UsageError(
                _(
                    "{name}: expected a public source (lottery, index or beacon) that speaks after {day}, got none; "
                    "the last word must be one that nobody here can hold back"
                ).format(name=source.name, day=source.spoken_on)
            )
    details = [source.detail for source in held]
    if len(set(details)) != len(details):
        raise UsageError(_("expected contributions that differ, got one digest twice"))


def check_values(
    sources: Sequence[EntropySource], values: Mapping[str, str], *, today: date, skipped: Container[str] = ()
) -> tuple[PublicValue, ...]:
    """
    Checks what the sources are said to have said, and puts it in the order announced, written as each kind writes it.

    Parameters
    ----------
    skipped
        Names of witnesses who did not reveal in time; they are left out.

    Raises
    ------
    UsageError
        If the names are not exactly those announced, or a value is nothing that its source can have said.
    StateError
        If a source has not spoken yet.

    Examples
    --------
    >>> dice = EntropySource.of("dice", date(2026, 2, 20), SourceKind.DICE, "5")
    >>> check_values([dice], {"dice": "3 1 5 2 2"}, today=date(2026, 2, 20))
    (PublicValue(name='dice', value='31522'),)
    """
    expected = [source for source in sources if source.name not in skipped]
    given = {unicodedata.normalize("NFC", name): value for name, value in values.items()}
    if set(given) != {source.name for source in expected}:
        raise UsageError(
            _("expected values of exactly the sources announced ({announced}), got {given}").format(
                announced=", ".join(source.name for source in expected), given=", ".join(sorted(given)) or "-"
            )
        )
    for source in sources:
        if today < source.spoken_on:
            raise StateError(
                _("{name} speaks on {day}; expected to draw on that day or later, got {today}").format(
                    name=source.name, day=source.spoken_on, today=today
                )
            )
    return tuple(spoken_value(source, given[source.name]) for source in expected)


def spoken_value(source: EntropySource, value: str) -> PublicValue:
    """
    What one source said, written as its kind writes it.

    Raises
    ------
    UsageError
        If it is nothing that the source can have said.

    Examples
    --------
    >>> spoken_value(EntropySource.of("排列5", date(2026, 2, 20), SourceKind.DIGITS, "5"), "7 3 1 9 0").value
    '73190'
    """
    if source.is_typed:
        return PublicValue(name=source.name, value=written_value(source.kind, source.detail, value, source.name))
    spoken = PublicValue(name=source.name, value=value)
    least = -(-source.bits // MOST_BITS_PER_CHARACTER)
    if len(value) < least:
        raise UsageError(
            _("{name}: {bits} bits were announced, expected at least {least} characters, got {value!r}").format(
                name=source.name, bits=source.bits, least=least, value=value
            )
        )
    return spoken


def entropy_document(values: Iterable[PublicValue]) -> list[dict[str, object]]:
    """
    Entropy as the ceremony lists it, in the order announced.

    Examples
    --------
    >>> entropy_document([PublicValue(name="dice", value="31522")])
    [{'name': 'dice', 'value': '31522'}]
    """
    return [value.document() for value in values]


def draw_seed(commitment_digest: str, values: Iterable[PublicValue]) -> str:
    """
    Seed of the draw, 64 hexadecimal digits.

    Parameters
    ----------
    commitment_digest
        Digest of the commitment, 64 hexadecimal digits.
    values
        What the sources said, in the order announced.

    Examples
    --------
    >>> draw_seed("00" * 32, [PublicValue(name="dice", value="31522")])
    '8fc88ce8d942f05790b8681af46c0f6d6e02b0e22887b082d913b98dfea63db7'
    """
    return digest("seed", commitment_digest, content_digest(document_bytes({"entropy": entropy_document(values)})))


def _check_name(name: str) -> None:
    plain = name.isprintable() and name == name.strip() and name == unicodedata.normalize("NFC", name)
    if not plain or not 1 <= len(name) <= LONGEST_NAME or "=" in name or "@" in name:
        raise UsageError(
            _("expected a name of 1 to {longest} plain characters without = and @, got {name!r}").format(
                longest=LONGEST_NAME, name=name[:LONGEST_NAME]
            )
        )
