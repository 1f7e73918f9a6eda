"""Kinds of entropy: what they count, how their values are read, what is refused."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import comb

import pytest

from scheduler.audit import entropy
from scheduler.draw.hashing import content_digest
from scheduler.draw.seed import EntropySource
from scheduler.draw.sources import SourceKind, check_detail, counted_bits, written_value
from scheduler.errors import UsageError

MINE = "we-drew-these-words-from-a-hat"
DIGEST = content_digest(MINE.encode())


@pytest.mark.parametrize(
    ("kind", "detail", "outcomes"),
    [
        ("digits", "3", 10**3),
        ("digits", "99", 10**99),
        ("balls", "5/35+2/12", comb(35, 5) * comb(12, 2)),
        ("balls", "1/1", 1),
        ("index", "2", 10**2),
        ("beacon", "1", 2**256),
        ("dice", "1", 6),
        ("dice", "999", 6**999),
    ],
)
def test_bits_never_exceed_the_outcomes(kind: str, detail: str, outcomes: int) -> None:
    """2 to the bits counted is at most the number of outcomes, and both tables, the draw's and the audit's, agree."""
    bits = counted_bits(SourceKind(kind), detail)
    assert Fraction(2) ** bits <= outcomes
    assert entropy.counted_bits({"kind": kind, "detail": detail}) == bits


@pytest.mark.parametrize("kind", ["witness", "operator"])
def test_what_somebody_chose_counts_nothing(kind: str) -> None:
    """Whoever made a contribution knows it."""
    assert counted_bits(SourceKind(kind), DIGEST) == 0
    assert entropy.counted_bits({"kind": kind, "detail": DIGEST}) == 0


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("digits", "0"),
        ("digits", "100"),
        ("digits", "５"),
        ("balls", "7/6"),
        ("balls", "6"),
        ("balls", "6/33+"),
        ("balls", "1/9+1/9+1/9+1/9+1/9"),
        ("index", "5"),
        ("beacon", "latest"),
        ("dice", "-1"),
        ("witness", "abc"),
        ("operator", DIGEST.upper()),
    ],
)
def test_details_that_do_not_fit_the_kind_are_refused(kind: str, detail: str) -> None:
    """What is announced must say how many outcomes there are, in both tables."""
    with pytest.raises(UsageError, match="of a source of kind"):
        check_detail(SourceKind(kind), detail, "x")
    assert entropy.counted_bits({"kind": kind, "detail": detail}) == -1


VALUES = [
    ("digits", "5", "7 3 1 9 0", "73190"),
    ("digits", "5", "７３１９０", "73190"),
    ("balls", "6/33+1/16", "3,7,12,21,28,33 + 9", "03.07.12.21.28.33+09"),
    ("balls", "6/33+1/16", "33 28 21 12 07 03 09", "03.07.12.21.28.33+09"),
    ("index", "2", " 3,301.27", "3301.27"),
    ("beacon", "77", "0x" + "AB" * 32, "ab" * 32),
    ("beacon", "77", "cd" * 64, "cd" * 64),
    ("dice", "4", "3-1-5-2", "3152"),
    ("witness", DIGEST, f" {MINE} ", MINE),
    ("operator", content_digest(b"0" * 64), "0" * 64, "0" * 64),
]


@pytest.mark.parametrize(("kind", "detail", "said", "written"), VALUES)
def test_values_have_one_way_of_writing(kind: str, detail: str, said: str, written: str) -> None:
    """However a person types it, the record holds one form, which reads back as itself and which the audit takes."""
    assert written_value(SourceKind(kind), detail, said, "x") == written
    assert written_value(SourceKind(kind), detail, written, "x") == written
    assert entropy.can_have_said({"kind": kind, "detail": detail}, written)


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [
        ("digits", "5", "7319"),
        ("digits", "5", "7319a"),
        ("balls", "6/33+1/16", "03.07.12.21.28.34+09"),
        ("balls", "6/33+1/16", "03.03.12.21.28.33+09"),
        ("balls", "6/33+1/16", "00.07.12.21.28.33+09"),
        ("balls", "6/33+1/16", "03.07.12.21.28.33"),
        ("index", "2", "3301.2"),
        ("index", "2", "03301.27"),
        ("beacon", "77", "ab" * 31),
        ("beacon", "77", "zz" * 32),
        ("dice", "4", "3157"),
        ("dice", "4", "3150"),
        ("witness", DIGEST, MINE + "x"),
        ("witness", content_digest(b"short"), "short"),
        ("operator", DIGEST, MINE),
    ],
)
def test_values_that_no_source_says_are_refused(kind: str, detail: str, said: str) -> None:
    """A value of another form, or one that does not open what was committed to, is neither drawn with nor accepted."""
    with pytest.raises(UsageError, match="x: expected"):
        written_value(SourceKind(kind), detail, said, "x")
    assert not entropy.can_have_said({"kind": kind, "detail": detail}, said)


def test_bits_of_a_source_cannot_be_declared_otherwise() -> None:
    """A source with a kind has the bits of its kind; nothing else can be built."""
    with pytest.raises(UsageError, match="bits"):
        EntropySource(name="dice", spoken_on=date(2026, 2, 20), bits=65, kind=SourceKind.DICE, detail="32")
