"""Scorecards: what is refused and where it says so, bins at their bounds, TOML in and out."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scheduler.errors import PolicyError
from scheduler.i18n import translator
from scheduler.resources import data_path
from scheduler.risk.bins import MOST_BINS, Bin, PointScale
from scheduler.risk.cautions import caution_words
from scheduler.risk.history import MISSING
from scheduler.risk.indicators import Direction, code_categories, find_indicator
from scheduler.risk.rules import Condition
from scheduler.risk.scorecard import parse_scorecard, scorecard_toml

GOOD = """
format = 1
official = false
name = "tiny"
base = 10
tiers = ["low", "mid", "high"]
cuts = [15, 30]

[[indicators]]
name = "age_months"
missing = 4
bins = [{ to = 11, points = 9 }, { from = 12, to = 35, points = 7 }, { points = 0 }]

[[indicators]]
name = "industry"
missing = 3
bins = [{ codes = ["F51", "H"], points = 4 }, { codes = ["F512"], points = 8 }, { points = 0 }]

[[indicators]]
name = "penalties_3y"
missing = 0
bins = [{ to = 0, points = 0 }, { points = 12 }]

[[direct]]
name = "defaulter"
tier = "high"
label = "失信被执行人"
when = [{ indicator = "judgment_defaulter", at_least = 1 }, { indicator = "status", codes = ["operating"] }]

[[direct]]
name = "wholesale"
tier = "mid"
when = [{ indicator = "library:food_wholesale", at_least = 1, at_most = 1 }]
"""


def scale(name: str, *bins: Bin, missing: int = 0) -> PointScale:
    """Scale of an indicator of the catalogue."""
    indicator = find_indicator(name)
    assert indicator is not None
    return PointScale(
        name=name, missing=missing, bins=bins, direction=indicator.direction, categories=indicator.categories
    )


def test_good_scorecard_reads_as_written() -> None:
    """Points, cuts, directions of the catalogue and rules are those of the text."""
    card = parse_scorecard(GOOD, "tiny.toml")
    assert (card.base, card.tiers, card.cuts) == (10, ("low", "mid", "high"), (15, 30))
    assert [one.points for one in card.indicators] == [(4, 9, 7, 0), (3, 4, 8, 0), (0, 0, 12)]
    assert [one.direction for one in card.indicators] == [Direction.FALLING, Direction.ANY, Direction.RISING]
    assert [(rule.name, rule.tier) for rule in card.direct] == [("defaulter", "high"), ("wholesale", "mid")]
    assert card.official is False


def test_document_is_that_of_the_specification() -> None:
    """scorecard.json of section 3.4, key for key."""
    card = parse_scorecard(GOOD, "tiny.toml")
    assert card.document() == {
        "format": 2,
        "official": False,
        "digest": card.digest,
        "base": 10,
        "tiers": ["low", "mid", "high"],
        "cuts": [15, 30],
        "indicators": [
            {"name": "age_months", "points": [4, 9, 7, 0]},
            {"name": "industry", "points": [3, 4, 8, 0]},
            {"name": "penalties_3y", "points": [0, 0, 12]},
        ],
        "direct": [{"name": "defaulter", "tier": "high"}, {"name": "wholesale", "tier": "mid"}],
        "matrices": [],
    }


def test_toml_reads_back_to_the_same_scorecard() -> None:
    """Canonical text → scorecard → canonical text is the same text, and the digest is its SHA-256."""
    text = scorecard_toml(parse_scorecard(GOOD, "tiny.toml"))
    again = parse_scorecard(text, "again.toml")
    assert scorecard_toml(again) == text
    assert again.digest == parse_scorecard(GOOD, "tiny.toml").digest
    assert tomllib.loads(text)["indicators"][0]["bins"][1] == {"to": 35, "points": 7}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("to = 11", "to = 10"),
        ("points = 9", "points = 8"),
        ("cuts = [15, 30]", "cuts = [15, 31]"),
        ("失信被执行人", "被执行人"),
        ('tier = "mid"', 'tier = "high"'),
        ("base = 10", "base = 11"),
    ],
)
def test_digest_covers_all_that_decides_or_is_said(old: str, new: str) -> None:
    """A bound, a point, a cut, a label, a tier, the base: each changes the digest."""
    text = GOOD.replace(", { from = 12, to = 35", ", { to = 35")
    assert parse_scorecard(text.replace(old, new), "x").digest != parse_scorecard(text, "x").digest


BAD = [
    ("official = false", "official = true", r"official: expected false \(no official points are public\), got true"),
    ("official = false", 'official = "no"', r"official: expected true or false, got 'no'"),
    ("official = false\n", "", r"official: expected this key, got none"),
    ("format = 1", "format = 2", r"format: expected 1, got 2"),
    ("base = 10", "base = 10.5", r"base: expected a whole number, got 10.5"),
    ("base = 10", "base = 10000000", r"base: expected −1000000 to 1000000, got 10000000"),
    ("base = 10", "basis = 10", r"basis: there is no such key, got 10"),
    ('tiers = ["low", "mid", "high"]', 'tiers = ["low", "low", "high"]', r"tiers: low is there twice"),
    ('tiers = ["low", "mid", "high"]', 'tiers = ["high"]', r"tiers: expected 2 to 36 codes, got 1"),
    ('"low", ', '"lo/w", ', r"tiers: expected codes of letters, digits.*got 'lo/w'"),
    ("cuts = [15, 30]", "cuts = [30, 15]", r"cuts: expected ascending scores, got 30, 15"),
    ("cuts = [15, 30]", "cuts = [15, 15]", r"cuts: expected ascending scores, got 15, 15"),
    ("cuts = [15, 30]", "cuts = [15]", r"cuts: expected 2 cut points for 3 tiers, got 1"),
    ('name = "tiny"', 'name = "ti\\nny"', r"name: expected text in one line"),
    ('"age_months"', '"shoe_size"', r"indicators.shoe_size: there is no such indicator in the catalogue"),
    ('"age_months"', '"age_month"', r"no such indicator.*; did you mean age_months\?.*indicators"),
    ('"age_months"', '"penalties_3y"', r"indicators: penalties_3y is there twice"),
    ("points = 9", "points = 6", r"age_months: bin 2: expected points that never rise .*falling\), got 7 after 6"),
    ("points = 12", "points = -1", r"penalties_3y: bin 2: expected points that never fall .*rising\), got -1 after 0"),
    ("points = 12", "points = true", r"penalties_3y.bins.2.points: expected a whole number, got true"),
    ("points = 12", "points = 2000000", r"penalties_3y: bin 2: expected points from −1000000 to 1000000, got 2000000"),
    ("missing = 4\n", "", r"indicators.age_months.missing: expected this key, got none: add it"),
    ("from = 12", "from = 13", r"age_months: bin 2: expected from = 12, got 13: a gap"),
    ("from = 12", "from = 11", r"age_months: bin 2: expected from = 12, got 11: an overlap"),
    ("{ to = 11, points = 9 }", "{ from = 0, to = 11, points = 9 }", r"bin 1: expected no “from”"),
    ("to = 35", "to = 11", r"age_months: bin 2: expected “to” above 11, got 11: the bins overlap"),
    ("points = 7 }, { points = 0 }]", "points = 7 }, { to = 99, points = 0 }]",
     r"age_months: expected a last bin without “to”, got one: values above 99 are in no bin"),
    ("{ from = 12, to = 35, points = 7 }", "{ points = 7 }", r"age_months: bin 2: expected “to”, the greatest value"),
    ("from = 12, to = 35", 'codes = ["F"]', r"age_months: expected bins with a greatest value “to”, got codes"),
    ("bins = [{ to = 0, points = 0 }, { points = 12 }]", "bins = []", r"penalties_3y: expected 1 to 35 bins, got 0"),
    ('"F51", "H"', '"Z51", "H"', r"industry: bin 1: there is no code Z51"),
    ('"F51", "H"', '"F13", "H"', r"industry: bin 1: there is no code F13"),
    ('["F512"]', '["H"]', r"industry: bin 2: code H is in bin 1 already: the bins overlap"),
    ('codes = ["F512"]', "to = 3", r"industry: bin 2: expected codes, got “to”"),
    ('codes = ["F512"], ', "", r"industry: bin 2: expected codes in every bin but the last"),
    ('name = "penalties_3y"', 'name = "penalties_3y"\ndirection = "falling"',
     r"penalties_3y: expected direction = rising, as in the catalogue, got falling"),
    ('name = "defaulter"', 'name = "De faulter"', r"direct.De faulter: expected a name of a–z"),
    ('name = "defaulter"', 'name = "wholesale"', r"direct: wholesale is there twice"),
    ('tier = "mid"', 'tier = "E"', r"direct.wholesale: expected a tier among low, mid, high, got E"),
    ('"library:food_wholesale"', '"library of food"', r"direct.wholesale: there is no indicator library of food"),
    ('codes = ["operating"]', 'codes = ["gone"]', r"direct.defaulter: status: there is no code gone"),
    ('codes = ["operating"]', "at_least = 1", r"direct.defaulter: status: expected “codes” and no bounds"),
    ('at_least = 1, at_most = 1', 'at_least = 2, at_most = 1', r"expected at_least ≤ at_most, got 2 and 1"),
    (', at_least = 1, at_most = 1', "", r"direct.wholesale: library:food_wholesale: expected “at_least”"),
    ('when = [{ indicator = "library:food_wholesale", at_least = 1, at_most = 1 }]', "when = []",
     r"direct.wholesale: expected at least one condition under “when”"),
    ("失信被执行人", "失信\\u0007", r"direct.defaulter: expected text in one line"),
    ("format = 1", "format = ", r"expected TOML, got text that is not"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=[case[2][:60] for case in BAD])
def test_bad_scorecard_is_refused_with_its_place(old: str, new: str, message: str) -> None:
    """Each fault is refused, and every line of the message starts with the file's name."""
    assert old in GOOD
    with pytest.raises(PolicyError, match=message) as caught:
        parse_scorecard(GOOD.replace(old, new, 1), "tiny.toml")
    assert all(line.startswith("tiny.toml") for line in str(caught.value).splitlines())


def test_all_faults_are_told_at_once() -> None:
    """Two faults in different places make two lines."""
    text = GOOD.replace("points = 12", "points = -1").replace('tier = "mid"', 'tier = "E"')
    with pytest.raises(PolicyError) as caught:
        parse_scorecard(text, "tiny.toml")
    assert len(str(caught.value).splitlines()) == 2


WARNINGS = """warnings = [
    { code = "few_outcomes", num_rarer = 56, num_fitted = 10 },
    { code = "no_better_than_chance", low_thousandths = 450, high_thousandths = 610 },
]
"""


def test_warnings_are_kept_as_codes_and_numbers_and_worded_when_shown() -> None:
    """They read back, are part of the digest, and without any the text is what older versions wrote."""
    plain = parse_scorecard(GOOD, "x.toml")
    warned = parse_scorecard(GOOD.replace("[[indicators]]", f"{WARNINGS}\n[[indicators]]", 1), "x.toml")
    assert "warnings" not in scorecard_toml(plain)
    assert WARNINGS in scorecard_toml(warned) and warned.digest != plain.digest
    assert parse_scorecard(scorecard_toml(warned), "x.toml") == warned
    few, chance = (caution_words(one, translator("zh_CN")) for one in warned.warnings)
    assert "只有 56 条，拟合的权重却有 10 个" in few and "0.450 至 0.610" in chance
    assert "56 outcomes of the rarer kind for 10 fitted weights" in caution_words(warned.warnings[0], str)


def test_warnings_of_older_files_are_words_in_the_note() -> None:
    """A note with the English sentences of an older version is read and kept as it is."""
    old = parse_scorecard(scorecard_toml(parse_scorecard(GOOD, "x.toml")), "x.toml")
    text = "Fitted to 99 outcomes. Warning: predicts nothing that can be told from chance."
    older = replace(old, note=text)
    assert parse_scorecard(scorecard_toml(older), "x.toml").note == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{ code = "luck" }', "warnings.1.code: expected 'few_outcomes' or 'no_better_than_chance', got 'luck'"),
        ('{ code = "few_outcomes" }', "warnings.few_outcomes: expected the keys num_rarer, num_fitted, got none"),
        (
            '{ code = "few_outcomes", num_fitted = 2, low_thousandths = 3 }',
            "warnings.few_outcomes: expected the keys num_rarer, num_fitted, got low_thousandths, num_fitted",
        ),
        (
            '{ code = "no_better_than_chance", low_thousandths = -1, high_thousandths = 1 }',
            "warnings.1.low_thousandths: expected 0 or more, got -1",
        ),
    ],
    ids=["unknown", "no numbers", "numbers of the other", "negative"],
)
def test_warnings_that_say_nothing_are_refused(line: str, message: str) -> None:
    """Each refusal names the warning and what was expected."""
    with pytest.raises(PolicyError, match=re.escape(f"x.toml: {message}")):
        parse_scorecard(GOOD.replace("[[indicators]]", f"warnings = [{line}]\n[[indicators]]", 1), "x.toml")


def test_scorecard_without_indicators_is_refused() -> None:
    """A scorecard has at least one indicator."""
    text = GOOD[: GOOD.index("[[indicators]]")] + "indicators = []\n"
    with pytest.raises(PolicyError, match="indicators: expected 1 to 500, got 0"):
        parse_scorecard(text, "tiny.toml")


def test_too_many_rules_are_refused() -> None:
    """The index of a rule fits eight bits: 128 rules are one too many."""
    head = GOOD[: GOOD.index("[[direct]]")]
    rule = '[[direct]]\nname = "r{}"\ntier = "mid"\nwhen = [{{ indicator = "penalties_1y", at_least = 1 }}]\n'
    assert len(parse_scorecard(head + "".join(rule.format(n) for n in range(127)), "x").direct) == 127
    with pytest.raises(PolicyError, match="expected at most 127 rules, got 128"):
        parse_scorecard(head + "".join(rule.format(n) for n in range(128)), "x")


def test_bins_hold_their_greatest_value() -> None:
    """A value equal to a bound is in the bin of the bound, the next integer in the next bin, missing in bin 0."""
    ages = scale("age_months", Bin(to=11, points=9), Bin(to=35, points=7), Bin(points=0))
    values = np.array([-5, 11, 12, 35, 36, 10**15, MISSING])
    assert ages.assign(values).tolist() == [1, 1, 2, 2, 3, 3, 0]
    assert ages.assign(values).dtype == np.uint8


def test_single_bin_takes_all_but_the_missing() -> None:
    """Without bounds there is one bin for every value."""
    assert scale("lawsuits_1y", Bin(points=1)).assign(np.array([0, 7, MISSING])).tolist() == [1, 1, 0]


def test_longest_code_decides() -> None:
    """F5122 is in F512's bin though F51 covers it too; F5211 is neither; H6210 belongs to section H."""
    industries = scale("industry", Bin(codes=("F512",), points=8), Bin(codes=("F51", "H"), points=4), Bin(points=0))
    assert industries.assign(np.array([5122, 5120, 5131, 5100, 6210, 5211, MISSING])).tolist() == [1, 1, 2, 2, 2, 3, 0]


def test_most_bins_fit_the_record() -> None:
    """35 bins and the missing one use up the characters 0-9a-z; one more is refused."""
    bins = tuple(Bin(to=number, points=0) for number in range(MOST_BINS - 2))
    assert scale("lawsuits_1y", *bins, Bin(points=0)).problems() == ()
    assert (
        "expected 1 to 35 bins, got 36" in scale("lawsuits_1y", *bins, Bin(to=99, points=0), Bin(points=0)).problems()
    )


def test_bins_describe_themselves() -> None:
    """Words for bins of amounts and of codes."""
    counts = scale("lawsuits_1y", Bin(to=0, points=0), Bin(to=1, points=1), Bin(to=4000, points=2), Bin(points=3))
    assert [counts.describe(number) for number in range(5)] == ["missing", "0", "1", "2 to 4,000", "above 4,000"]
    assert scale("complaint_growth_3m", Bin(to=0, points=0), Bin(points=1)).describe(1) == "up to 0"
    assert scale("age_months", Bin(to=11, points=1), Bin(points=0)).describe(1) == "up to 11"
    assert scale("lawsuits_1y", Bin(points=3)).describe(1) == "any value"
    industries = scale("industry", Bin(codes=("F51", "H"), points=4), Bin(points=0))
    assert [industries.describe(number) for number in (1, 2)] == ["F51, H", "all others"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(indicator="x", at_least=2), [False, True, True, False]),
        (Condition(indicator="x", at_most=2), [True, True, False, False]),
        (Condition(indicator="x", at_least=2, at_most=2), [False, True, False, False]),
        (
            Condition(indicator="x", codes=("b", "d"), categories=code_categories("abcd")),
            [True, False, True, False],
        ),
    ],
)
def test_condition_holds_within_its_bounds_and_never_where_missing(condition: Condition, expected: list[bool]) -> None:
    """Values 1, 2, 3 and missing: bounds are included, codes are positions (b is 1, d is 3)."""
    assert condition.problems() == ()
    assert condition.holds(np.array([1, 2, 3, MISSING])).tolist() == expected


def test_condition_refuses_codes_for_amounts() -> None:
    """An indicator of amounts has no codes."""
    assert "and no codes" in Condition(indicator="x", at_least=1, codes=("a",)).problems()[0]


def test_expert_scorecard_is_sound_and_says_it_is_not_official() -> None:
    """The shipped default parses, has the policy's tiers and says “not official” in both languages."""
    text = data_path("scorecard-expert.toml").read_text(encoding="utf-8")
    card: Any = parse_scorecard(text, "scorecard-expert.toml")
    assert card.official is False
    assert "非官方" in card.name and "not official" in card.name and "非官方" in card.note
    assert card.tiers == ("A", "B", "C", "D")
    rules = {rule.name: rule.tier for rule in card.direct}
    assert rules.pop("food_wholesale") == "C"
    assert set(rules) == {"serious_dishonesty", "revoked", "false_registration", "unreachable", "judgment_defaulter"}
    assert set(rules.values()) == {"D"}
