"""Announcing entropy, and taking what it said."""

from __future__ import annotations

from datetime import date

import plain_draw as plain
import pytest

from scheduler.draw.seed import EntropySource, PublicValue, check_announcement, check_values, draw_seed
from scheduler.errors import StateError, UsageError

DAY = date(2026, 2, 20)
BEACON = EntropySource(name="beacon", spoken_on=DAY, bits=64)
DICE = EntropySource(name="骰子", spoken_on=date(2026, 2, 21), bits=12)


@pytest.mark.parametrize("name", ["", " beacon", "a=b", "a@b", "a\nb", "x" * 81, "e\u0301"])
def test_names_that_could_be_misread_are_refused(name: str) -> None:
    """A name must survive the command line and look like itself: plain, composed, without = and @."""
    with pytest.raises(UsageError, match="plain characters without = and @"):
        EntropySource(name=name, spoken_on=DAY, bits=64)


@pytest.mark.parametrize("bits", [0, -1, 4097])
def test_impossible_bits_are_refused(bits: int) -> None:
    """A source has at least one bit and at most what any source has."""
    with pytest.raises(UsageError, match="1 to 4096 bits"):
        EntropySource(name="beacon", spoken_on=DAY, bits=bits)


@pytest.mark.parametrize("value", ["", "12 34", "1|2", "三", "1\n", "x=y"])
def test_values_outside_the_alphabet_are_refused(value: str) -> None:
    """A value goes into a document that anybody must be able to repeat."""
    with pytest.raises(UsageError, match="expected a value of digits"):
        PublicValue(name="beacon", value=value)


def test_announcement_of_enough_bits_passes() -> None:
    """64 bits and 12 make 76."""
    check_announcement([BEACON, DICE], least_bits=76, committed_on=date(2026, 2, 19))


@pytest.mark.parametrize(
    ("sources", "committed_on", "error", "match"),
    [
        ([], date(2026, 2, 1), UsageError, "at least 77 bits together, got 0"),
        ([BEACON, DICE], date(2026, 2, 1), UsageError, "at least 77 bits together, got 76"),
        ([BEACON, BEACON], date(2026, 2, 1), UsageError, "each entropy source once"),
        ([EntropySource(name="b", spoken_on=DAY, bits=77)], DAY, StateError, "has not spoken yet"),
        ([EntropySource(name="b", spoken_on=DAY, bits=77)], date(2026, 2, 21), StateError, "has not spoken yet"),
    ],
    ids=["none", "too few bits", "twice", "same day", "day before"],
)
def test_announcement_refuses(
    sources: list[EntropySource], committed_on: date, error: type[Exception], match: str
) -> None:
    """Too little entropy, or a source that may be known already, makes no commitment."""
    with pytest.raises(error, match=match):
        check_announcement(sources, least_bits=77, committed_on=committed_on)


def test_values_come_back_in_the_order_announced() -> None:
    """The order in which values are given does not matter, nor how a name's accents are composed."""
    values = check_values([BEACON, DICE], {"骰子": "31", "beacon": "8a3f8a3f8a"}, today=date(2026, 2, 21))
    assert [value.name for value in values] == ["beacon", "骰子"]
    cafe = EntropySource(name="café", spoken_on=DAY, bits=7)
    assert check_values([cafe], {"cafe\u0301": "1"}, today=DAY)[0].name == "café"


@pytest.mark.parametrize(
    ("values", "today", "error", "match"),
    [
        ({"beacon": "8a3f8a3f8a"}, date(2026, 2, 21), UsageError, "exactly the sources announced"),
        ({}, date(2026, 2, 21), UsageError, "got -"),
        (
            {"beacon": "8a3f8a3f8a", "骰子": "31", "more": "1"},
            date(2026, 2, 21),
            UsageError,
            "exactly the sources announced",
        ),
        ({"beacon": "8a3f8a3f8a", "dice": "31"}, date(2026, 2, 21), UsageError, "got beacon, dice"),
        ({"beacon": "8a3f8a3f8a", "骰子": "31"}, date(2026, 2, 20), StateError, "骰子 speaks on 2026-02-21"),
        # 64 bits need at least ⌈64 / 7⌉ = 10 characters.
        ({"beacon": "123456789", "骰子": "31"}, date(2026, 2, 21), UsageError, "at least 10 characters"),
    ],
    ids=["one missing", "none", "one more", "another", "too early", "too short"],
)
def test_values_refuse(values: dict[str, str], today: date, error: type[Exception], match: str) -> None:
    """Only what was announced counts, once it can have been said."""
    with pytest.raises(error, match=match):
        check_values([BEACON, DICE], values, today=today)


def test_seed_depends_on_commitment_names_values_and_order() -> None:
    """Each part of the ceremony moves the seed, and the plain reading gives the same one."""
    one, two = PublicValue(name="beacon", value="8a"), PublicValue(name="骰子", value="31")
    seed = draw_seed("00" * 32, [one, two])
    assert seed == plain.seed("00" * 32, [("beacon", "8a"), ("骰子", "31")])
    others = [
        draw_seed("01" * 32, [one, two]),
        draw_seed("00" * 32, [two, one]),
        draw_seed("00" * 32, [one]),
        draw_seed("00" * 32, [one, PublicValue(name="骰子", value="32")]),
    ]
    assert len({seed, *others}) == 5
