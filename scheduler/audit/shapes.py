"""
Shapes: which keys and kinds of values a document of format 1 has, checked before anything is computed from it.

A shape is a function that takes a value and its place and raises `RecordError`; shapes are put together from smaller
ones. Nothing here is unbounded: integers are below 2^53, texts have a greatest length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

Shape = Callable[[object, str], None]

MAX_INTEGER = 2**53 - 1  # beyond, JavaScript reads one integer as another
MAX_TEXT = 20_000
MAX_ENTRIES = 5_000
CODE = re.compile(r"[0-9A-Za-z._+/:*-]{1,4000}")
DIGEST = re.compile(r"[0-9a-f]{64}")
SIGNATURE = re.compile(r"[0-9a-f]{128}")
HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2}){1,1024}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def refuse(place: str, expected: str, value: object) -> RecordError:
    """Error that names the place, what was expected and what was found."""
    return RecordError(
        _("{place}: expected {expected}, got {found}").format(place=place, expected=expected, found=repr(value)[:80])
    )


def text(value: object, place: str) -> None:
    """Any text of bounded length."""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise refuse(place, _("text"), value)


def integer(value: object, place: str) -> None:
    """An integer that is not negative and below 2^53."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_INTEGER:
        raise refuse(place, _("an integer from 0 to 2^53 - 1"), value)


def signed(value: object, place: str) -> None:
    """An integer that fits 40 bits, so that sums of many still fit 62."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**40) <= value <= 2**40:
        raise refuse(place, _("an integer"), value)


def flag(value: object, place: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise refuse(place, _("true or false"), value)


def is_day(value: str) -> bool:
    """Whether a text is a day of the calendar, as ``YYYY-MM-DD``."""
    if not DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def day(value: object, place: str) -> None:
    """A day."""
    if not isinstance(value, str) or not is_day(value):
        raise refuse(place, _("a date YYYY-MM-DD"), value)


def matching(pattern: re.Pattern[str], words: str) -> Shape:
    """Text that a pattern matches; `words` says what that means."""

    def shape(value: object, place: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise refuse(place, words, value)

    return shape


code = matching(CODE, "a code")
digest = matching(DIGEST, "64 hexadecimal digits")
signature = matching(SIGNATURE, "128 hexadecimal digits")
hexadecimal = matching(HEXADECIMAL, "hexadecimal digits")


def empty_or(shape: Shape) -> Shape:
    """Empty text or what another shape takes."""

    def either(value: object, place: str) -> None:
        if value != "":
            shape(value, place)

    return either


def nullable(shape: Shape) -> Shape:
    """Null or what another shape takes."""

    def either(value: object, place: str) -> None:
        if value is not None:
            shape(value, place)

    return either


def exactly(*values: object) -> Shape:
    """One of some values, of the same type."""

    def shape(value: object, place: str) -> None:
        if not any(value == one and type(value) is type(one) for one in values):
            raise refuse(place, " / ".join(map(repr, values)), value)

    return shape


def list_of(shape: Shape, most: int = MAX_ENTRIES) -> Shape:
    """A list of at most some entries, each of which has a shape."""

    def each(value: object, place: str) -> None:
        if not isinstance(value, list):
            raise refuse(place, _("a list"), value)
        if len(value) > most:
            raise refuse(place, _("at most {count} entries").format(count=most), len(value))
        for position, entry in enumerate(value):
            shape(entry, f"{place}[{position}]")

    return each


def mapping_of(shape: Shape) -> Shape:
    """An object with any codes as keys, whose values have a shape."""

    def each(value: object, place: str) -> None:
        if not isinstance(value, Mapping):
            raise refuse(place, _("an object"), value)
        for key, entry in value.items():
            code(key, place)
            shape(entry, f"{place}.{key}")

    return each


@dataclass(frozen=True, slots=True)
class Optional:
    """The shape of a key that an object may have or not: one that came later, in every format."""

    shape: Shape


def object_of(entries: Mapping[str, Shape | Optional]) -> Shape:
    """An object with exactly these keys, those that are optional aside."""
    shapes = {key: entry.shape if isinstance(entry, Optional) else entry for key, entry in entries.items()}
    required = {key for key, entry in entries.items() if not isinstance(entry, Optional)}

    def each(value: object, place: str) -> None:
        if not isinstance(value, Mapping):
            raise refuse(place, _("an object"), value)
        missing = sorted(required - value.keys())
        unknown = sorted(value.keys() - shapes.keys())
        if missing or unknown:
            raise RecordError(
                _("{place}: expected the keys {keys}, got others (missing: {missing}; unknown: {unknown})").format(
                    place=place,
                    keys=", ".join(sorted(shapes)),
                    missing=", ".join(missing) or "–",
                    unknown=", ".join(unknown)[:200] or "–",
                )
            )
        for key, shape in shapes.items():
            if key in value:
                shape(value[key], f"{place}.{key}")

    return each


def by_format(known: Mapping[int, Shape]) -> Shape:
    """An object whose key `format` tells which shape it has."""

    def either(value: object, place: str) -> None:
        if not isinstance(value, Mapping):
            raise refuse(place, _("an object"), value)
        exactly(*known)(value.get("format"), f"{place}.format")
        known[value["format"]](value, place)

    return either


def checked(shape: Shape, document: dict[str, Any], place: str) -> dict[str, Any]:
    """The document, after its shape was checked."""
    shape(document, place)
    return document
