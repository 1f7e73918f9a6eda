"""
The seed of a draw: made of what was committed and of what public sources said afterwards (specification, section 5).

Sources are announced by name, day and bits before they speak; what they say is looked at here and hashed. Whether the
value given is what the source really said, only people can check: that is why sources are public and named.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest, digest, is_field
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _

LONGEST_NAME = 80
MOST_BITS_PER_CHARACTER = 7  # the alphabet of values has 69 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class EntropySource:
    """
    A public source of randomness, as announced with the commitment.

    Attributes
    ----------
    name
        What people call it, such as ``"福利彩票3D第2026052期"``; without ``=`` and ``@``.
    spoken_on
        Day on which it speaks.
    bits
        Entropy of what it will say, in bits, as the bureau declares it.

    Examples
    --------
    >>> EntropySource(name="beacon", spoken_on=date(2026, 2, 20), bits=512).document()
    {'bits': 512, 'name': 'beacon', 'spoken_on': '2026-02-20'}
    """

    name: str
    spoken_on: date
    bits: int

    def __post_init__(self) -> None:
        _check_name(self.name)
        if not 1 <= self.bits <= 4096:
            raise UsageError(
                _("entropy source {name}: expected 1 to 4096 bits, got {bits}").format(name=self.name, bits=self.bits)
            )

    def document(self) -> dict[str, object]:
        """The source as the commitment writes it."""
        return {"bits": self.bits, "name": self.name, "spoken_on": self.spoken_on.isoformat()}


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
        If none or too few bits are announced, or a source twice.
    StateError
        If a source speaks on the day of the commitment or before: then it could be known already.

    Examples
    --------
    >>> beacon = EntropySource(name="beacon", spoken_on=date(2026, 2, 20), bits=512)
    >>> check_announcement([beacon], least_bits=64, committed_on=date(2026, 2, 19))
    """
    names = [source.name for source in sources]
    if len(set(names)) != len(names):
        raise UsageError(_("expected each entropy source once, got {names}").format(names=", ".join(names)))
    bits = sum(source.bits for source in sources)
    if bits < least_bits:
        raise UsageError(
            _("expected sources of at least {least} bits together, got {bits}; announce more of them").format(
                least=least_bits, bits=bits
            )
        )
    for source in sources:
        if source.spoken_on <= committed_on:
            raise StateError(
                _(
                    "{name}: expected a source that speaks after the commitment of {day}, "
                    "got one that speaks on {spoken}; announce one that has not spoken yet"
                ).format(name=source.name, day=committed_on, spoken=source.spoken_on)
            )


def check_values(
    sources: Sequence[EntropySource], values: Mapping[str, str], *, today: date
) -> tuple[PublicValue, ...]:
    """
    Checks what the sources are said to have said, and puts it in the order announced.

    Raises
    ------
    UsageError
        If the names are not exactly those announced, or a value has other characters or is too short for its bits.
    StateError
        If a source has not spoken yet.

    Examples
    --------
    >>> dice = EntropySource(name="dice", spoken_on=date(2026, 2, 20), bits=12)
    >>> check_values([dice], {"dice": "31522"}, today=date(2026, 2, 20))
    (PublicValue(name='dice', value='31522'),)
    """
    announced = [source.name for source in sources]
    given = {unicodedata.normalize("NFC", name): value for name, value in values.items()}
    if set(given) != set(announced):
        raise UsageError(
            _("expected values of exactly the sources announced ({announced}), got {given}").format(
                announced=", ".join(announced), given=", ".join(sorted(given)) or "-"
            )
        )
    for source in sources:
        if today < source.spoken_on:
            raise StateError(
                _("{name} speaks on {day}; expected to draw on that day or later, got {today}").format(
                    name=source.name, day=source.spoken_on, today=today
                )
            )
    spoken = tuple(PublicValue(name=name, value=given[name]) for name in announced)
    for source, value in zip(sources, spoken, strict=True):
        least = -(-source.bits // MOST_BITS_PER_CHARACTER)
        if len(value.value) < least:
            raise UsageError(
                _("{name}: {bits} bits were announced, expected at least {least} characters, got {value!r}").format(
                    name=source.name, bits=source.bits, least=least, value=value.value
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
