"""Announcing entropy, and taking what it said."""

from __future__ import annotations

from datetime import date

import plain_draw as plain
import pytest

from scheduler.draw.hashing import content_digest
from scheduler.draw.seed import EntropySource, PublicValue, check_announcement, check_values, draw_seed
from scheduler.draw.sources import SourceKind
from scheduler.errors import StateError, UsageError

DAY = date(2026, 2, 20)
BEACON = EntropySource.of("beacon", DAY, SourceKind.BEACON, "77")  # counts 128 bits
DICE = EntropySource.of("骰子", date(2026, 2, 21), SourceKind.DICE, "6")  # counts 2 bits a throw: 12
SAID = "0123456789abcdef" * 4


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
    """128 bits and 12 make 140."""
    check_announcement([BEACON, DICE], least_bits=140, committed_on=date(2026, 2, 19))


def witness(name: str, day: date, contribution: str = "0123456789 thirty-two".replace(" ", "-")) -> EntropySource:
    """A witness who may reveal until a day."""
    return EntropySource.of(name, day, SourceKind.WITNESS, content_digest(contribution.encode()))


@pytest.mark.parametrize(
    ("sources", "committed_on", "error", "match"),
    [
        ([], date(2026, 2, 1), UsageError, "at least 141 bits together, got 0"),
        ([BEACON, DICE], date(2026, 2, 1), UsageError, "at least 141 bits together, got 140"),
        ([BEACON, BEACON], date(2026, 2, 1), UsageError, "each entropy source once"),
        ([BEACON], DAY, StateError, "has not spoken yet"),
        ([BEACON], date(2026, 2, 21), StateError, "has not spoken yet"),
        ([EntropySource(name="b", spoken_on=DAY, bits=512)], date(2026, 2, 1), UsageError, "say how it speaks"),
    ],
    ids=["none", "too few bits", "twice", "same day", "day before", "no kind"],
)
def test_announcement_refuses(
    sources: list[EntropySource], committed_on: date, error: type[Exception], match: str
) -> None:
    """Too little entropy, or a source that may be known already, makes no commitment."""
    with pytest.raises(error, match=match):
        check_announcement(sources, least_bits=141, committed_on=committed_on)


@pytest.mark.parametrize(
    ("sources", "match"),
    [
        ([BEACON, witness("甲", DAY)], "甲: expected a public source"),
        ([DICE, witness("甲", date(2026, 2, 19))], "甲: expected a public source"),
        ([BEACON, witness("甲", date(2026, 2, 19)), witness("乙", date(2026, 2, 19))], "one digest twice"),
    ],
    ids=["the witness last", "dice alone after", "copied"],
)
def test_last_word_is_public(sources: list[EntropySource], match: str) -> None:
    """Nobody here may hold back a contribution until all else is known, nor copy another's digest."""
    with pytest.raises(UsageError, match=match):
        check_announcement(sources, least_bits=1, committed_on=date(2026, 2, 1))
    check_announcement([BEACON, witness("甲", date(2026, 2, 19))], least_bits=64, committed_on=date(2026, 2, 1))


def test_own_seed_alone_is_possible_and_counts_for_nothing_beside_others() -> None:
    """Alone it needs no bits; beside others it must speak before a public source, whose bits must suffice."""
    own = EntropySource.of("bureau", date(2026, 2, 19), SourceKind.OPERATOR, "ab" * 32)
    check_announcement([own], least_bits=64, committed_on=date(2026, 2, 1))
    check_announcement([BEACON, own], least_bits=128, committed_on=date(2026, 2, 1))
    with pytest.raises(UsageError, match="at least 129 bits together, got 128"):
        check_announcement([BEACON, own], least_bits=129, committed_on=date(2026, 2, 1))


def test_values_come_back_in_the_order_announced() -> None:
    """The order in which values are given does not matter, nor how a name's accents are composed."""
    values = check_values([BEACON, DICE], {"骰子": "314 266", "beacon": SAID.upper()}, today=date(2026, 2, 21))
    assert [(value.name, value.value) for value in values] == [("beacon", SAID), ("骰子", "314266")]
    cafe = EntropySource(name="café", spoken_on=DAY, bits=7)
    assert check_values([cafe], {"cafe\u0301": "1"}, today=DAY)[0].name == "café"


@pytest.mark.parametrize(
    ("values", "today", "error", "match"),
    [
        ({"beacon": SAID}, date(2026, 2, 21), UsageError, "exactly the sources announced"),
        ({}, date(2026, 2, 21), UsageError, "got -"),
        (
            {"beacon": SAID, "骰子": "314266", "more": "1"},
            date(2026, 2, 21),
            UsageError,
            "exactly the sources announced",
        ),
        ({"beacon": SAID, "dice": "314266"}, date(2026, 2, 21), UsageError, "got beacon, dice"),
        ({"beacon": SAID, "骰子": "314266"}, date(2026, 2, 20), StateError, "骰子 speaks on 2026-02-21"),
        ({"beacon": SAID[1:], "骰子": "314266"}, date(2026, 2, 21), UsageError, "64 or 128 hexadecimal digits"),
        ({"beacon": SAID, "骰子": "31426"}, date(2026, 2, 21), UsageError, "expected 6 throws 1-6"),
    ],
    ids=["one missing", "none", "one more", "another", "too early", "too short", "a throw missing"],
)
def test_values_refuse(values: dict[str, str], today: date, error: type[Exception], match: str) -> None:
    """Only what was announced counts, once it can have been said."""
    with pytest.raises(error, match=match):
        check_values([BEACON, DICE], values, today=today)


def test_values_of_old_commitments_are_as_long_as_their_bits() -> None:
    """Sources of formats 1 and 2 have no kind: 64 bits need at least ⌈64 / 7⌉ = 10 characters."""
    old = EntropySource(name="any", spoken_on=DAY, bits=64)
    assert check_values([old], {"any": "1234567890"}, today=DAY)[0].value == "1234567890"
    with pytest.raises(UsageError, match="at least 10 characters"):
        check_values([old], {"any": "123456789"}, today=DAY)


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
