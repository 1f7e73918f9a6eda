"""Classes: the rule of the specification on small cases, and promises as properties."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.registry.codes import EVENT_KINDS, FirmStatus, ObjectType
from scheduler.registry.frame import Events
from scheduler.resources import data_path
from scheduler.risk.bins import BIN_CHARACTERS
from scheduler.risk.classify import (
    Classes,
    StoredClassification,
    classify,
    decide,
    parse_bin_texts,
    parse_direct_texts,
)
from scheduler.risk.explain import explain
from scheduler.risk.indicators import INDICATORS, indicator_values
from scheduler.risk.mix import tier_mix
from scheduler.risk.scorecard import Scorecard, parse_scorecard

AS_OF = date(2026, 1, 1)
EXPERT = parse_scorecard(data_path("scorecard-expert.toml").read_text(encoding="utf-8"), "expert")


def card(tiers: tuple[str, ...], cuts: tuple[int, ...], rules: tuple[tuple[str, str, str], ...] = ()) -> Scorecard:
    """Scorecard of penalties (10 points each up to two) with rules (name, tier, indicator at least 1)."""
    text = f"""
format = 1
official = false
name = "test"
tiers = {list(tiers)}
cuts = {list(cuts)}

[[indicators]]
name = "penalties_3y"
missing = 0
bins = [{{ to = 0, points = 0 }}, {{ to = 1, points = 10 }}, {{ points = 20 }}]
"""
    for name, tier, indicator in rules:
        text += f'[[direct]]\nname = "{name}"\ntier = "{tier}"\n'
        text += f'when = [{{ indicator = "{indicator}", at_least = 1 }}]\n'
    return parse_scorecard(text, "test.toml")


def same(left: Classes, right: Classes) -> bool:
    """Whether two classes agree in every column."""
    return all(
        np.array_equal(getattr(left, name), getattr(right, name))
        for name in ("score", "tier", "rule", "bins", "direct")
    )


def penalties(make: Any, *numbers: int) -> Events:
    """Events that give each firm so many penalties."""
    rows = [(firm, "penalty", "2025-06-01") for firm, number in enumerate(numbers) for _ in range(number)]
    events: Events = make.events(*rows)
    return events


def test_cut_is_the_least_score_of_its_tier(make: Any) -> None:
    """With cuts 10 and 20, scores 0, 10 and 20 are the first, second and third tier."""
    classes = classify(make.frame(3), penalties(make, 0, 1, 2), card(("A", "B", "C"), (10, 20)), AS_OF)
    assert classes.score.tolist() == [0, 10, 20]
    assert classes.tier.tolist() == [0, 1, 2]
    assert classes.rule.tolist() == [-1, -1, -1]
    columns = (classes.score, classes.tier, classes.rule, classes.bins, classes.direct)
    assert [column.dtype.name for column in columns] == ["int32", "int8", "int8", "uint8", "bool"]
    assert [column.shape for column in columns] == [(3,), (3,), (3,), (3, 1), (3, 0)]


@pytest.mark.parametrize("tiers", [("A", "B"), ("A", "B", "C"), ("1", "2", "3", "4", "5"), tuple("ABCDEFGH")])
def test_any_set_of_tiers_works(make: Any, tiers: tuple[str, ...]) -> None:
    """With cuts 10, 11, 12, … no penalty is the lowest tier, and two penalties (20) pass all cuts up to 20."""
    cuts = tuple(range(10, 9 + len(tiers)))
    classes = classify(make.frame(3), penalties(make, 0, 1, 2), card(tiers, cuts), AS_OF)
    assert classes.tier.tolist() == [0, 1, len(tiers) - 1]


def test_rule_lifts_and_never_lowers(make: Any) -> None:
    """A rule for B lifts a firm of A and is silent on a firm whose score makes it C, though its flag is set."""
    scorecard = card(("A", "B", "C"), (10, 20), (("listed", "B", "abnormal_listed"),))
    rows = [(0, "abnormal_listing", "2025-01-01"), (1, "abnormal_listing", "2025-01-01")]
    rows += [(1, "penalty", "2025-06-01")] * 2
    classes = classify(make.frame(3), make.events(*rows), scorecard, AS_OF)
    assert classes.tier.tolist() == [1, 2, 0]
    assert classes.rule.tolist() == [0, -1, -1]
    assert classes.direct_texts().tolist() == [b"1", b"1", b"0"]


def specified(scorecard: Scorecard, bins: list[int], flags: list[bool]) -> tuple[int, int, str]:
    """Section 3.4 of the specification, firm by firm, from its document alone."""
    document = scorecard.document()
    score = document["base"] + sum(
        one["points"][number] for one, number in zip(document["indicators"], bins, strict=True)
    )
    tiers = document["tiers"]
    by_score = sum(score >= cut for cut in document["cuts"])
    fired = [rule for rule, flag in zip(document["direct"], flags, strict=True) if flag]
    tier = max([by_score, *(tiers.index(rule["tier"]) for rule in fired)])
    names = [rule["name"] for rule in fired if tiers.index(rule["tier"]) == tier]
    return score, tier, names[0] if tier > by_score else ""


def test_decide_is_the_specification_on_every_combination() -> None:
    """All bins times all flags of a scorecard whose rules stand in every order of tiers."""
    rules = (("one", "B", "lawsuits_1y"), ("two", "D", "penalties_1y"), ("three", "D", "complaints_1y"))
    scorecard = card(("A", "B", "C", "D"), (1, 10, 20), (*rules, ("four", "C", "changes_1y")))
    cases = [(bins, flags) for bins in range(4) for flags in product([False, True], repeat=4)]
    classes = decide(
        scorecard, np.array([[bins] for bins, _ in cases], dtype=np.uint8), np.array([flags for _, flags in cases])
    )
    names = [*(rule.name for rule in scorecard.direct), ""]
    found = [
        (int(score), int(tier), names[rule])
        for score, tier, rule in zip(classes.score, classes.tier, classes.rule, strict=True)
    ]
    assert found == [specified(scorecard, [bins], list(flags)) for bins, flags in cases]


def test_decide_refuses_bins_that_are_not_the_scorecards() -> None:
    """A bin beyond the last, or a column too many, is refused."""
    scorecard = card(("A", "B"), (10,))
    with pytest.raises(ValueError, match="expected bins 0 to 3 of penalties_3y, got 4"):
        decide(scorecard, np.array([[4]], dtype=np.uint8), np.zeros((1, 0), dtype=np.bool_))
    with pytest.raises(ValueError, match="expected one bin per indicator"):
        decide(scorecard, np.array([[1, 1]], dtype=np.uint8), np.zeros((1, 0), dtype=np.bool_))


def test_expert_scorecard_on_firms_worked_by_hand(make: Any) -> None:
    """
    Four firms of the expert scorecard.

    All: 72 months old 4, a million yuan 1, F5211 retail 4, never inspected 4 = 13. First: as it is. Second: food
    wholesaler: one library 4 = 17, tier A by score, C by rule. Third: revoked: D by rule. Fourth: nothing known (no age
    4, no capital 2, no industry 3, never inspected 4) = 13.
    """
    frame = make.frame(
        4,
        libraries=[0, 2, 0, 0],
        status=["operating", "operating", FirmStatus.REVOKED, "operating"],
        established_on=["2020-01-01"] * 3 + ["NaT"],
        capital_yuan=[1_000_000] * 3 + [-1],
        industry=["F5211"] * 3 + [""],
    )
    classes = classify(frame, make.events(), EXPERT, AS_OF)
    assert classes.score.tolist() == [13, 17, 13, 13]
    assert classes.tier.tolist() == [0, 2, 3, 0]
    assert [EXPERT.direct[rule].name if rule >= 0 else "" for rule in classes.rule] == [
        "",
        "food_wholesale",
        "revoked",
        "",
    ]


def random_events(make: Any, rng: np.random.Generator, num_firms: int, number: int) -> Events:
    """Events of all kinds within four years around the date, some ended, some with amounts."""
    occurred = np.datetime64("2023-01-01", "D") + rng.integers(0, 1460, number).astype("timedelta64[D]")
    ended = occurred + rng.integers(0, 900, number).astype("timedelta64[D]")
    ended[rng.random(number) < 0.4] = np.datetime64("NaT")
    return Events(
        firm=rng.integers(0, num_firms, number),
        kind=rng.integers(0, len(EVENT_KINDS), number).astype(np.int16),
        occurred_on=occurred,
        ended_on=ended,
        amount=rng.integers(-1, 100_000, number),
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1), shift=st.integers(0, 2000), moved=st.sampled_from(EVENT_KINDS))
def test_nothing_after_the_date_leaks_in(make: Any, seed: int, shift: int, moved: str) -> None:
    """
    Shifting, re-kinding, re-pricing or dropping what happens after the date changes no indicator and no class.

    Ends after the date are shifted too: on the date nobody knows them.
    """
    rng = np.random.default_rng(seed)
    frame = make.frame(6)
    events = random_events(make, rng, 6, 200)
    day = np.datetime64(AS_OF, "D")
    later = events.occurred_on > day
    ends_later = events.ended_on > day
    changed = Events(
        firm=np.where(later, (events.firm + 1) % 6, events.firm),
        kind=np.where(later, EVENT_KINDS.index(moved), events.kind).astype(np.int16),
        occurred_on=np.where(later, events.occurred_on + np.timedelta64(shift, "D"), events.occurred_on),
        ended_on=np.where(ends_later, events.ended_on + np.timedelta64(shift, "D"), events.ended_on),
        amount=np.where(later, 10**9, events.amount),
    )
    dropped = Events(
        **{name: getattr(events, name)[~later] for name in ("firm", "kind", "occurred_on", "amount")},
        ended_on=np.where(ends_later, np.datetime64("NaT"), events.ended_on)[~later],
    )
    names = [one.name for one in INDICATORS]
    expected = indicator_values(frame, events, names, AS_OF)
    for other in (changed, dropped):
        found = indicator_values(frame, other, names, AS_OF)
        assert [name for name in names if not np.array_equal(found[name], expected[name])] == []
        assert same(classify(frame, other, EXPERT, AS_OF), classify(frame, events, EXPERT, AS_OF))


def test_what_happens_up_to_the_date_does_matter(make: Any) -> None:
    """The property above is not empty: the same listing a day later is not seen, and on the day it is."""
    frame = make.frame(1)
    for day, tier in (("2026-01-01", 3), ("2026-01-02", 0)):
        assert classify(frame, make.events((0, "serious_dishonesty", day)), EXPERT, AS_OF).tier.tolist() == [tier]


def test_order_of_events_does_not_matter(make: Any) -> None:
    """Permuted events give the same classes, column for column."""
    rng = np.random.default_rng(7)
    frame = make.frame(20)
    events = random_events(make, rng, 20, 1000)
    order = rng.permutation(len(events))
    names = ("firm", "kind", "occurred_on", "ended_on", "amount")
    permuted = Events(**{name: getattr(events, name)[order] for name in names})
    assert same(classify(frame, events, EXPERT, AS_OF), classify(frame, permuted, EXPERT, AS_OF))


def test_scores_follow_from_the_bins_of_the_record(make: Any) -> None:
    """Bins as characters and the document alone give every firm's score, tier and rule again."""
    rng = np.random.default_rng(8)
    classes = classify(make.frame(30), random_events(make, rng, 30, 1500), EXPERT, AS_OF)
    names = [*(rule.name for rule in EXPERT.direct), ""]
    for place, (bins, direct) in enumerate(zip(classes.bin_texts(), classes.direct_texts(), strict=True)):
        numbers = [BIN_CHARACTERS.index(character) for character in bins.decode()]
        flags = [character == "1" for character in direct.decode()]
        found = (int(classes.score[place]), int(classes.tier[place]), names[classes.rule[place]])
        assert found == specified(EXPERT, numbers, flags)
    assert np.array_equal(parse_bin_texts(classes.bin_texts(), len(EXPERT.indicators)), classes.bins)
    assert np.array_equal(parse_direct_texts(classes.direct_texts(), len(EXPERT.direct)), classes.direct)


def test_texts_of_bins_refuse_what_is_no_bin() -> None:
    """Another length or another character is refused."""
    with pytest.raises(ValueError, match="expected texts of 3 characters, got 2"):
        parse_bin_texts(np.array([b"12"]), 3)
    with pytest.raises(ValueError, match="expected only characters of bins"):
        parse_bin_texts(np.array([b"1A"]), 2)
    with pytest.raises(ValueError, match="expected only characters of bins and flags"):
        parse_direct_texts(np.array([b"12"]), 2)


def test_no_firms_have_no_classes(make: Any) -> None:
    """An empty register classifies to empty columns."""
    classes = classify(make.frame(0), make.events(), EXPERT, AS_OF)
    assert len(classes) == 0 and classes.bin_texts().shape == (0,)
    assert tier_mix(make.frame(0), classes.tier, 4) == ()


def test_mix_counts_firms_in_operation(make: Any) -> None:
    """Of five firms one is revoked and one has no tier; the others stand in their district, type and tier."""
    individual = ObjectType.INDIVIDUAL
    frame = make.frame(
        5,
        district=[0, 0, 1, 1, 1],
        status=["operating", "operating", "operating", "revoked", "operating"],
        object_type=["enterprise", "enterprise", individual, individual, individual],
    )
    mixes = tier_mix(frame, np.array([0, 1, 2, 2, -1], dtype=np.int8), 3)
    assert [(mix.district, str(mix.object_type), mix.counts) for mix in mixes] == [
        ("371002", "enterprise", (1, 1, 0)),
        ("371082", "individual", (0, 0, 1)),
    ]


def test_explanation_adds_up_and_names_the_rule(make: Any) -> None:
    """
    Three firms with 0, 1 and 2 penalties: the last scores 20 and is B; a listing makes it C by rule “second”.

    Average points: (0 + 10 + 20) / 3 = 10.
    """
    rules = (("first", "B", "abnormal_listed"), ("second", "C", "unreachable_listed"))
    scorecard = card(("A", "B", "C"), (20, 30), rules)
    frame = make.frame(3)
    rows = [(1, "penalty", "2025-06-01"), (2, "penalty", "2025-06-01"), (2, "penalty", "2025-06-02")]
    classes = classify(frame, make.events(*rows, (2, "unreachable_listing", "2025-06-01")), scorecard, AS_OF)
    stored = StoredClassification(
        classification_id=1,
        as_of=AS_OF,
        scorecard=scorecard,
        firm_id=frame.firm_id,
        score=classes.score,
        tier=classes.tier,
        rule=classes.rule,
        bins=classes.bin_texts(),
        direct=classes.direct_texts(),
    )
    reasons = explain(stored, 2)
    assert (reasons.firm_id, reasons.score, reasons.score_tier, reasons.tier) == ("F00002", 20, "B", "C")
    assert (reasons.rules, reasons.rule) == (("first", "second"), "second")
    assert [(line.bin, line.points, line.average_hundredths) for line in reasons.lines] == [(3, 20, 1000)]
    plain = explain(stored, 0)
    assert (plain.tier, plain.rules, plain.rule) == ("A", (), "")
