"""What goes above the score: shares, matrices, overrides, credit repair, dormancy."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from scheduler.errors import PolicyError
from scheduler.registry.codes import FirmStatus
from scheduler.risk.classify import DECIDERS, Classes, classify, decide, measure, scores_of
from scheduler.risk.cuts import cut_by_shares
from scheduler.risk.indicators import indicator_values
from scheduler.risk.scorecard import Scorecard, parse_scorecard, scorecard_toml

AS_OF = date(2026, 1, 1)
HEAD = """
format = 1
official = false
name = "test"
tiers = ["A", "B", "C"]
{head}

[[indicators]]
name = "penalties_3y"
missing = 0
bins = [{{ to = 0, points = 0 }}, {{ to = 1, points = 10 }}, {{ points = 20 }}]

[[direct]]
name = "listed"
tier = "B"
when = [{{ indicator = "abnormal_listed", at_least = 1 }}]
"""
FOOD = """
[[matrices]]
name = "food"
label_en = "food safety"
grades = ["1", "2"]
combine = { 1 = ["A", "A", "B"], 2 = ["B", "C", "C"] }
"""
DRUG = """
[[matrices]]
name = "drug"
grades = ["low"]
combine = { low = ["A", "B", "B"] }
"""


def card(matrices: str = FOOD + DRUG, head: str = "cuts = [10, 20]") -> Scorecard:
    """Scorecard of penalties with a rule and matrices."""
    return parse_scorecard(HEAD.format(head=head) + matrices, "test.toml")


def classes(scores: list[int], **columns: Any) -> Classes:
    """Classes of firms with bins 1 to 3 (0, 10, 20 points), and flags, grades and overrides as given."""
    direct = np.array(columns.get("direct", [[0]] * len(scores)), dtype=np.bool_)
    grades = np.array(columns.get("grades", [[0, 0]] * len(scores)), dtype=np.uint8)
    override = np.array(columns.get("override", [-1] * len(scores)), dtype=np.int8)
    return decide(card(), np.array(scores, dtype=np.uint8)[:, None], direct, grades, override)


def test_matrix_combines_grade_and_general_tier() -> None:
    """Food 2 lifts A to B and B to C, food 1 lowers B to A and C to B; of food 1 and drug low the higher counts."""
    found = classes([1, 2, 2, 3, 3], grades=[[2, 0], [2, 0], [1, 0], [1, 1], [0, 0]])
    assert [card().tiers[tier] for tier in found.tier] == ["B", "C", "A", "B", "C"]
    assert [DECIDERS[one] for one in found.decided] == ["rating", "rating", "rating", "rating", "score"]


def test_rule_is_above_ratings_and_override_above_all() -> None:
    """The rule lifts A by food 1 to B, not what food 2 made B; an override to A beats both, the rule is still named."""
    found = classes([2, 1, 3], direct=[[1], [1], [1]], grades=[[1, 0], [2, 0], [1, 0]], override=[-1, -1, 0])
    assert found.tier.tolist() == [1, 1, 0] and found.rule.tolist() == [0, -1, -1]
    assert [DECIDERS[one] for one in found.decided] == ["rule", "rating", "override"]
    named = classes([1], direct=[[1]], override=[0])
    assert named.tier.tolist() == [0] and named.rule.tolist() == [0]


def test_decide_refuses_what_does_not_fit() -> None:
    """A grade the matrix has not, other shapes, and a scorecard without cut points."""
    with pytest.raises(ValueError, match="grades 0 to 1 of drug"):
        classes([1], grades=[[0, 2]])
    with pytest.raises(ValueError, match="one grade per matrix"):
        classes([1], grades=[[0]])
    shares = card("", "shares = [0.5, 0.3, 0.2]")
    with pytest.raises(ValueError, match="shares have not set them yet"):
        decide(shares, np.ones((1, 1), dtype=np.uint8), np.zeros((1, 1), dtype=np.bool_))


def test_canonical_toml_keeps_matrices_and_shares() -> None:
    """What is written is read back, and its document names grades and rows."""
    for one in (card(), card(head="shares = [0.65, 0.25, 0.1]"), card(head="cuts = [3, 5]\nshares = [1, 0, 0]")):
        assert parse_scorecard(scorecard_toml(one), "again") == one
    assert card().document()["matrices"][0] == {
        "name": "food",
        "grades": ["1", "2"],
        "tiers": [["A", "A", "B"], ["B", "C", "C"]],
    }


BAD = [
    ("a grade without row", FOOD.replace("2 = [", "3 = ["), "expected a row for every grade under “combine”, got none"),
    ("a row without grade", FOOD.replace('["1", "2"]', '["1"]'), "combine.2: there is no such grade"),
    ("a tier too few", FOOD.replace('["A", "A", "B"]', '["A", "A"]'), "expected 3 tiers"),
    ("no such tier", FOOD.replace('["A", "A", "B"]', '["A", "A", "X"]'), "expected a tier among A, B, C, got X"),
    ("a row that falls", FOOD.replace('["A", "A", "B"]', '["B", "A", "B"]'), "never fall as the general tier rises"),
    ("grades out of order", FOOD.replace('["1", "2"]', '["2", "1"]'), "expected no tier below that of grade 2"),
    ("a matrix twice", FOOD + FOOD, "food is there twice"),
    ("a grade that is no code", FOOD.replace('"2"]', '"二"]').replace("2 =", '"二" ='), "grades: expected codes"),
    ("a name with spaces", FOOD.replace('"food"', '"Food law"'), "expected a name of a–z"),
]


@pytest.mark.parametrize(("name", "matrices", "match"), BAD, ids=[case[0] for case in BAD])
def test_bad_matrix_is_refused(name: str, matrices: str, match: str) -> None:
    """Each fault is named with its place."""
    with pytest.raises(PolicyError, match=match):
        card(matrices)


@pytest.mark.parametrize("shares", ["[0.5, 0.5]", "[0.5, 0.3, 0.1]"])
def test_bad_shares_are_refused(shares: str) -> None:
    """Shares must be one a tier and 1 together; without them cut points are needed."""
    with pytest.raises(PolicyError, match="expected one for each of the 3 tiers, 1 together"):
        card("", f"shares = {shares}")
    with pytest.raises(PolicyError, match="expected 2 cut points"):
        card("", "")


def test_shares_set_cuts_from_above() -> None:
    """
    Ten firms score 0 to 9; shares 0.5, 0.3, 0.2: two reach C (8 and 9), five reach B or more (5 to 9).

    A firm that does not count moves nothing.
    """
    one = card("", "shares = [0.5, 0.3, 0.2]")
    scores = np.array([*range(10), 99], dtype=np.int32)
    assert cut_by_shares(one, scores, np.arange(11) < 10).cuts == (5, 8)
    assert cut_by_shares(card(), scores, np.ones(11, dtype=np.bool_)) == card()


def test_shares_never_give_a_tier_more_than_its_share() -> None:
    """
    Of four firms 20 % are none: C starts above the greatest score. Three tie at 5: half of four are two, so none fits.

    Then B starts at 6, above all, and C has to start above that.
    """
    scores = np.array([1, 5, 5, 5], dtype=np.int32)
    assert cut_by_shares(card("", "shares = [0.5, 0.3, 0.2]"), scores, np.ones(4, dtype=np.bool_)).cuts == (6, 7)


@pytest.mark.parametrize("seed", range(4))
def test_shares_bound_tiers_whatever_the_ties(seed: int) -> None:
    """B and C together, and C alone, hold at most their shares, and one more score would be too many."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 12, 200).astype(np.int32)
    cuts = cut_by_shares(card("", "shares = [0.6, 0.3, 0.1]"), scores, np.ones(200, dtype=np.bool_)).cuts
    for cut, most in zip(cuts, (80, 20), strict=True):
        assert np.count_nonzero(scores >= cut) <= most < np.count_nonzero(scores >= cut - 1)


def test_shares_of_nobody_are_refused() -> None:
    """Without firms in operation there is nothing to share."""
    with pytest.raises(PolicyError, match="expected firms in operation"):
        cut_by_shares(card("", "shares = [0.5, 0.3, 0.2]"), np.zeros(2, dtype=np.int32), np.zeros(2, dtype=np.bool_))


def test_credit_repair_restores_score_and_rule(make: Any) -> None:
    """A listed and fined firm is as it was from the day of its repair on, and not a day before; the repair shows."""
    frame = make.frame(2)
    rows = [(0, "penalty", "2025-03-01"), (0, "abnormal_listing", "2025-04-01"), (0, "credit_repair", "2025-09-01")]
    before, after = (classify(frame, make.events(*rows), card(""), date(2025, 8 + one, 31 - one)) for one in (0, 1))
    assert before.tier.tolist() == [1, 0] and before.direct.tolist() == [[True], [False]]
    assert after.tier.tolist() == [0, 0] and after.score.tolist() == [0, 0]
    values = indicator_values(frame, make.events(*rows), ["credit_repairs_3y"], AS_OF)
    assert values["credit_repairs_3y"].tolist() == [1, 0]


def test_credit_repair_of_a_lifted_listing_reaches_it_alone(make: Any) -> None:
    """
    The repair comes on the day the listing was lifted: its listing is gone from the counts, the penalty stays.

    What happens after a repair counts, and another firm's repair changes nothing.
    """
    rows = [
        (0, "abnormal_listing", "2025-01-01", "2025-06-01"),
        (0, "penalty", "2025-02-01"),
        (0, "credit_repair", "2025-06-01"),
        (1, "penalty", "2025-02-01"),
        (2, "credit_repair", "2025-06-01"),
        (2, "penalty", "2025-07-01"),
    ]
    names = ["abnormal_listings_3y", "penalties_3y"]
    found = indicator_values(make.frame(3), make.events(*rows), names, AS_OF)
    assert found["abnormal_listings_3y"].tolist() == [0, 0, 0] and found["penalties_3y"].tolist() == [1, 1, 1]


def test_dormant_firms_missed_reports_and_show_no_sign_of_life(make: Any) -> None:
    """Firm 0 missed two reports; 1 changed its name since; 2 missed one; 3 is young; 4 has no date; 5's sign is old."""
    late = [(firm, "late_annual_report", day) for firm in (0, 1, 3, 4, 5) for day in ("2024-07-01", "2025-07-01")]
    rows = [*late, (2, "late_annual_report", "2025-07-01"), (1, "change_name", "2024-01-01")]
    rows.append((5, "change_name", "2022-01-01"))
    born = ["2020-01-01", "2020-01-01", "2020-01-01", "2023-06-01", "NaT", "2015-01-01"]
    frame = make.frame(6, established_on=born, status=[FirmStatus.OPERATING] * 6)
    events = make.events(*rows)
    assert indicator_values(frame, events, ["dormant"], AS_OF)["dormant"].tolist() == [1, 0, 0, 0, 1, 1]
    assert measure(frame, events, card(), AS_OF).dormant.tolist() == [True, False, False, False, True, True]


def test_scores_follow_from_bins_alone(make: Any) -> None:
    """The scores that shares are cut by are those that tiers are decided by."""
    frame, events = make.frame(2), make.events((1, "penalty", "2025-03-01"))
    measures = measure(frame, events, card(), AS_OF)
    assert scores_of(card(), measures.bins).tolist() == classify(frame, events, card(), AS_OF).score.tolist() == [0, 10]
