"""Training on tables of which the truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scheduler.errors import PolicyError, TrainingError
from scheduler.risk.binning import Axis
from scheduler.risk.card import FittedCard, PointTable
from scheduler.risk.card_toml import card_toml, parse_card
from scheduler.risk.columns import make_columns
from scheduler.risk.evaluation import weighted_auc
from scheduler.risk.history import MISSING
from scheduler.risk.indicators import Direction
from scheduler.risk.probabilities import Calibration
from scheduler.risk.training import TrainingSettings, split_by_time, train_card
from scheduler.risk.weighting import effective_rows, inclusion_weights, round_weights

ROWS = 4000


def table(seed: int = 0, rows: int = ROWS) -> tuple[dict[str, Any], np.ndarray]:
    """A count, an amount with gaps, a category and noise; log-odds −2 + 0.8·count − 0.03·amount + 1 for type b."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(0.7, rows)
    amount = rng.gamma(2.0, 10.0, rows).round(2)
    kind = rng.choice(["a", "b", "c"], rows)
    odds = -2 + 0.8 * count - 0.03 * amount + (kind == "b")
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    amount[rng.random(rows) < 0.1] = np.nan
    return {"count": count, "amount": amount, "kind": kind.tolist(), "noise": rng.integers(0, 9, rows)}, outcome


@pytest.fixture(scope="module")
def trained() -> Any:
    """A card of the table."""
    features, outcome = table()
    return train_card(features, outcome, directions={"count": Direction.RISING})


def test_train_card_orders_points_as_the_truth(trained: Any) -> None:
    """More counts bring more points, more of the amount fewer, and type b most."""
    by_name = {one.name: one for one in trained.card.tables}
    assert list(by_name["count"].points[1:]) == sorted(by_name["count"].points[1:])
    assert by_name["amount"].direction is Direction.FALLING
    assert list(by_name["amount"].points[1:]) == sorted(by_name["amount"].points[1:], reverse=True)
    kind = by_name["kind"]
    place = {code: number for number, group in enumerate(kind.axes[0].groups or (), start=1) for code in group}
    points = [kind.points[place.get(code, len(kind.points) - 1)] for code in "abc"]
    assert points[1] > max(points[0], points[2])


def test_points_double_the_odds_as_declared(trained: Any) -> None:
    """The true effect of the type, 1.0 of log-odds, is 40 / ln 2 · 1.0 ≈ 58 points, less a quarter by shrinkage."""
    kind = next(one for one in trained.card.tables if one.name == "kind")
    assert max(kind.points[1:]) - min(kind.points[1:]) == pytest.approx(58, rel=0.25)


def test_card_survives_its_toml(trained: Any) -> None:
    """What is written is read back as the same card, and scores alike."""
    text = card_toml(trained.card)
    again = parse_card(text, "card.toml")
    features, _ = table(seed=5, rows=300)
    assert again == trained.card
    assert np.array_equal(again.score(features), trained.card.score(features))


def test_train_card_ignores_the_order_of_rows(trained: Any) -> None:
    """Shuffled rows give the same text of the card, to the last character, and the same scores out of fold.

    Rows that are alike may change folds with one another, so the scores are compared as a set.
    """
    features, outcome = table()
    order = np.random.default_rng(3).permutation(ROWS)
    shuffled = {name: np.asarray(values)[order] for name, values in features.items()}
    again = train_card(shuffled, outcome[order], directions={"count": Direction.RISING})
    assert card_toml(again.card) == card_toml(trained.card)
    assert np.array_equal(np.sort(again.fold_score), np.sort(trained.fold_score))


def test_train_card_finds_a_pair_without_single_effects() -> None:
    """Two signs whose product alone counts (odds 3:1 against 1:9) are told apart by a pair, not without pairs."""
    rng = np.random.default_rng(1)
    features = {name: rng.normal(size=3000).round(3) for name in ("left", "right", "idle")}
    features["left"] += 0.3 * (features["right"] > 0)
    alike = (features["left"] > 0) == (features["right"] > 0)
    outcome = (rng.random(3000) < np.where(alike, 0.75, 0.1)).astype(int)
    with_pairs = train_card(features, outcome)
    without = train_card(features, outcome, settings=TrainingSettings(pairs=False))
    ones = np.ones(3000)
    assert any(len(one.axes) == 2 for one in with_pairs.card.tables)
    assert weighted_auc(with_pairs.fold_score, outcome, ones) > weighted_auc(without.fold_score, outcome, ones) + 0.1


def test_card_scores_missing_and_unknown_values(trained: Any) -> None:
    """A missing amount takes the missing bin, a type never seen the last bin."""
    features = {"count": [0, 0], "amount": [None, None], "kind": ["", "zz"], "noise": [0, 0]}
    kind = next(one for one in trained.card.tables if one.name == "kind")
    first, second = trained.card.score(features).tolist()
    assert second - first == kind.points[-1] - kind.points[0]


def test_probability_never_falls_with_the_score(trained: Any) -> None:
    """The table of probabilities rises, and its mean is the rate of the outcomes."""
    features, outcome = table()
    score = trained.card.score(features)
    probability = trained.card.probability_micro(score)
    assert np.all(np.diff(probability[np.argsort(score)]) >= 0)
    assert probability.mean() / 1e6 == pytest.approx(outcome.mean(), abs=0.01)


NOISE = np.random.default_rng(8).integers(0, 5, 200)
OUTCOME = np.random.default_rng(9).integers(0, 2, 200)
BAD_TABLES: dict[str, tuple[dict[str, Any], Any, dict[str, Any], str]] = {
    "one class": ({"x": NOISE}, np.zeros(200), {}, "one class only: 200 rows of 0"),
    "not 0 or 1": ({"x": NOISE}, np.full(200, 2), {}, "outcome: expected 0 or 1 in every row, got 2"),
    "few of a class": ({"x": NOISE}, [1] * 3 + [0] * 197, {}, "got 197 of 0 and 3 of 1"),
    "constant": ({"x": NOISE, "same": [7] * 200}, OUTCOME, {}, "column same: is constant"),
    "identifier": ({"x": NOISE, "code": [f"91{k}" for k in range(200)]}, OUTCOME, {}, "column code: looks like an id"),
    "row number": ({"x": NOISE, "row": range(200)}, OUTCOME, {}, "column row: looks like an identifier"),
    "licence": ({"licenseNo": np.arange(200) * 977 % 100_003}, OUTCOME, {}, "column licenseNo: looks like an id"),
    "officer": ({"Inspector_Assigned": ["a", "b"] * 100}, OUTCOME, {}, "Inspector_Assigned: names the officer"),
    "officer in Chinese": ({"执法人员": ["甲", "乙"] * 100}, OUTCOME, {}, "执法人员: names the officer"),
    "officer by value": ({"who": ["O1", "O2"] * 100}, OUTCOME, {"officers": {"O1", "O2"}}, "who: names the officer"),
    "perfect": ({"x": NOISE, "result": OUTCOME * 3 + 1}, OUTCOME, {}, "column result: tells the outcome by itself"),
    "perfect code": ({"result": np.where(OUTCOME, "no", "ok")}, OUTCOME, {}, "column result: tells the outcome"),
    "late": (
        {"x": NOISE},
        OUTCOME,
        {"known_on": {"x": ["2024-05-02"] * 200}, "outcome_on": ["2024-05-02"] * 200},
        "column x: is dated after the outcome in 200 rows .first in row 1: known on 2024-05-02",
    ),
    "late without day": ({"x": NOISE}, OUTCOME, {"known_on": {"x": ["2024-05-02"] * 200}}, "outcome_on: expected"),
    "no features": ({}, OUTCOME, {}, "at least one column"),
    "lengths": ({"x": NOISE, "y": NOISE[:9]}, OUTCOME, {}, "columns of one length, got x 200, y 9"),
    "outcome longer": ({"x": NOISE[:60]}, OUTCOME, {}, "column x: expected 200 rows as in the outcome, got 60"),
    "mixed": ({"x": [1, "b"] * 100}, OUTCOME, {}, "column x: expected numbers or texts, got both"),
    "infinite": ({"x": np.where(NOISE > 3, np.inf, 0)}, OUTCOME, {}, "column x: expected numbers below"),
    "direction of texts": (
        {"x": ["a", "b"] * 100},
        OUTCOME,
        {"directions": {"x": Direction.RISING}},
        "column x: expected amounts",
    ),
    "direction of nothing": (
        {"x": NOISE},
        OUTCOME,
        {"directions": {"y": Direction.RISING}},
        "names of columns, got 'y'",
    ),
    "no name": ({"": NOISE}, OUTCOME, {}, "a name of one line of text for every column, got ''"),
    "name of two lines": ({"a\nb": NOISE}, OUTCOME, {}, "a name of one line of text"),
    "name that is no text": ({5: NOISE}, OUTCOME, {}, "a name of one line of text for every column, got 5"),
    "no mapping": ([NOISE], OUTCOME, {}, "features: expected names and their columns, got list"),  # type: ignore[dict-item]
    "all missing": ({"x": NOISE, "y": [None] * 200}, OUTCOME, {}, "column y: has no value in any row"),
    "dates": ({"x": np.arange(200).astype("datetime64[D]")}, OUTCOME, {}, "column x: expected numbers or texts, got d"),
    "days": ({"x": [date(2026, 1, 1)] * 200}, OUTCOME, {}, "got dates; use what a date means for risk"),
    "dates as texts": ({"x": [f"2026-{k % 9 + 1}-01" for k in range(200)]}, OUTCOME, {}, "x: holds dates as texts"),
    "complex": ({"x": NOISE + 1j}, OUTCOME, {}, "column x: expected numbers or texts, got complex"),
    "bytes": ({"x": [b"a", b"b"] * 100}, OUTCOME, {}, "column x: expected numbers or texts, got bytes"),
    "half characters": ({"x": ["\ud800", "b"] * 100}, OUTCOME, {}, "column x: expected texts of whole characters"),
    "great unsigned": ({"x": np.array([2**63, 5] * 100, dtype=np.uint64)}, OUTCOME, {}, "column x: expected numbers b"),
    "least integer": (
        {"x": np.array([-(2**63), 5] * 100)},
        OUTCOME,
        {},
        "column x: expected numbers below 1,000,",
    ),
    "numbers as texts": ({"x": [f"{k}.5" for k in range(200)]}, OUTCOME, {}, "column x: .*numbers left as texts"),
    "inspected by": ({"inspected_by": ["a", "b"] * 100}, OUTCOME, {}, "inspected_by: names the officer"),
    "outcome of two dimensions": ({"x": NOISE}, OUTCOME.reshape(-1, 1), {}, "outcome: expected one value per row"),
    "outcome missing": ({"x": NOISE}, [None, *OUTCOME[1:]], {}, "outcome: expected 0 or 1 in every row, got None"),
    "outcome as texts": ({"x": NOISE}, ["1", "0"] * 100, {}, "outcome: expected 0 or 1 in every row, got '1'"),
    "two dimensions": ({"x": np.zeros((200, 2))}, OUTCOME, {}, "column x: expected one value per row"),
    "too few weights": ({"x": NOISE}, OUTCOME, {"weights": np.ones(3)}, "weights: expected one number for each"),
    "texts as weights": ({"x": NOISE}, OUTCOME, {"weights": ["a"] * 200}, "weights: expected one number for each"),
    "weight 0": ({"x": NOISE}, OUTCOME, {"weights": [1.0, 0.0] * 100}, "weights: .* got 0.0 in row 2"),
    "no weight": ({"x": NOISE}, OUTCOME, {"weights": [1.0, np.nan] * 100}, "weights: .* got nan in row 2"),
    "weight whose square overflows": ({"x": NOISE}, OUTCOME, {"weights": [1e200, 1.0] * 100}, "weights: .* in row 1"),
    "weight whose square is 0": ({"x": NOISE}, OUTCOME, {"weights": [1e-320] * 200}, "weights: .* in row 1"),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_train_card_refuses_and_names_the_reason(case: str) -> None:
    """Leakage that can be seen, and tables that cannot be learned from, are refused by name."""
    features, outcome, more, message = BAD_TABLES[case]
    with pytest.raises(TrainingError, match=message):
        train_card(features, outcome, **more)


def test_kinds_of_numbers_and_of_missing_values_are_taken_alike() -> None:
    """Decimals, numpy scalars, masked arrays and iterators give the card of the plain list, gaps as None."""
    features, _outcome = table(rows=400)
    plain = [None if np.isnan(value) else float(value) for value in features["amount"]]
    kinds: tuple[Any, ...] = (
        [None if value is None else Decimal(str(value)) for value in plain],
        [None if value is None else np.float32(value) for value in plain],
        np.ma.masked_invalid(features["amount"]),
        iter(plain),
    )
    wanted = make_columns({"x": plain})[0]
    for given in kinds[:1] + kinds[2:]:
        (column,) = make_columns({"x": given})
        assert column.decimals == wanted.decimals and np.array_equal(column.values, wanted.values)
    assert np.count_nonzero(make_columns({"x": kinds[1]})[0].values == MISSING) == plain.count(None)


def test_feature_may_be_called_like_a_pair() -> None:
    """A column named “a × b” stands beside the pair of a and b, and the card survives its TOML."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 600)).round(2)
    outcome = (rng.random(600) < 1 / (1 + np.exp(-2 * a * b - a))).astype(int)
    card = train_card({"a": a, "b": b, "a × b": a + rng.normal(size=600)}, outcome).card
    both = PointTable(axes=(Axis(name="a"), Axis(name="b")), points=(0,) * 4)
    named = PointTable(axes=(Axis(name="a × b"),), points=(0, 0))
    assert replace(card, tables=(both, named)).tables[0].name == both.name == named.name
    assert parse_card(card_toml(card), "x") == card
    with pytest.raises(PolicyError, match="a × b: is there twice"):
        replace(card, tables=(both, both))


def test_codes_with_any_character_survive_the_toml() -> None:
    """Quotes, backslashes, brackets, line breaks and DEL in a category are written so that TOML reads them back."""
    hostile = ['x"\n]=', "z\\", "\x7f", "\x00"]
    axis = Axis(name='q"\\', groups=tuple((code,) for code in hostile))
    card = FittedCard(
        name="n",
        note="",
        base=0,
        points_to_double_odds=40,
        tables=(PointTable(axes=(axis,), points=(0, 1, 2, 3, 4, 5)),),
        calibration=Calibration(least_score=(0,), probability_micro=(1,)),
    )
    assert parse_card(card_toml(card), "x") == card
    assert card.score({'q"\\': hostile}).tolist() == [1, 2, 3, 4]


def test_allow_lets_a_named_identifier_pass_but_no_officer() -> None:
    """The user may vouch for a column, never for the officer."""
    rows = {"row": np.arange(200), "x": NOISE}
    assert train_card(rows, OUTCOME, allow=["row"]).card.points_to_double_odds == 40
    with pytest.raises(TrainingError, match="names the officer"):
        train_card({"officer": ["a", "b"] * 100}, OUTCOME, allow=["officer"])


GOOD_CARD = """format = 1
kind = "fitted card"
official = false
name = "n"
base = 1
points_to_double_odds = 40
calibration = [[0, 1000], [5, 2000]]
[[features]]
name = "x"
direction = "rising"
decimals = 1
missing = 0
bins = [{ to = 1.5, points = 0 }, { points = 3 }]
"""
BAD_CARDS = {
    "overlap": ("{ to = 1.5, points = 0 }", "{ to = 1.5, points = 0 }, { to = 1.5, points = 1 }", "the bins overlap"),
    "no last bin": ("{ points = 3 }", "{ to = 3, points = 3 }", "expected a last bin that takes all others"),
    "not monotone": ("points = 3", "points = -3", "x: bin 2: expected rising points, got -3 after 0"),
    "too many decimals": ("to = 1.5", "to = 1.55", "at most 1 decimals, got 1.55"),
    "probabilities fall": ("[5, 2000]", "[5, 900]", "never fall as the score grows"),
    "scores fall": ("[5, 2000]", "[-5, 2000]", "calibration: expected ascending scores"),
    "official": ("official = false", "official = true", "official: expected false"),
    "great base": ("base = 1", "base = 10000000", "base: expected"),
    "unknown key": ("base = 1", "base = 1\nbass = 2", "bass"),
}


@pytest.mark.parametrize("case", BAD_CARDS)
def test_parse_card_names_the_place(case: str) -> None:
    """A card edited wrongly is refused with the file and the place."""
    old, new, message = BAD_CARDS[case]
    assert parse_card(GOOD_CARD, "card.toml").score({"x": [1.5, 1.51, 1.56, None]}).tolist() == [1, 1, 4, 1]
    with pytest.raises(PolicyError, match=message) as caught:
        parse_card(GOOD_CARD.replace(old, new, 1), "card.toml")
    assert "card.toml" in str(caught.value)


def test_card_asks_for_its_columns(trained: Any) -> None:
    """A table without a column of the card, or with texts for numbers, is refused by name."""
    features, _ = table(rows=60)
    with pytest.raises(TrainingError, match="expected columns amount"):
        trained.card.score({name: values for name, values in features.items() if name != "amount"})
    with pytest.raises(TrainingError, match="column amount: expected numbers, got texts"):
        trained.card.score({**features, "amount": ["x"] * 60})


def test_weights_follow_the_chances() -> None:
    """1/p with a mean of 1; in rounds, what was drawn before stands for itself; Kish counts effective rows."""
    assert inclusion_weights([1.0, 0.5]).tolist() == pytest.approx([2 / 3, 4 / 3])
    # a = (1/2, 1/2); round 1: 0.5 / 0.5 + 0.5 = 1.5; round 2: 0.5 / 0.25 = 2; mean 1.75
    assert round_weights([1, 2], [0.5, 0.25]).tolist() == pytest.approx([1.5 / 1.75, 2 / 1.75])
    assert effective_rows(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    with pytest.raises(TrainingError, match=r"got 0.0 in row 2"):
        inclusion_weights([0.5, 0.0])


def test_split_by_time_keeps_days_whole() -> None:
    """The late quarter starts at the day that holds the row at three quarters."""
    days = ["2024-01-01"] * 5 + ["2024-01-02"] * 3 + ["2024-01-03"] * 2
    first, late = split_by_time(days, 0.25)
    assert str(first) == "2024-01-02"
    assert late.tolist() == [False] * 5 + [True] * 5
    with pytest.raises(TrainingError, match="one day only"):
        split_by_time(days[:5])


def test_area_counts_ties_half() -> None:
    """Problem at 2 beats clean at 1 and ties with clean at 2 of weight 3: (1 + 3/2) / 4."""
    assert weighted_auc(np.array([2, 1, 2]), np.array([1, 0, 0]), np.array([1.0, 1.0, 3.0])) == pytest.approx(0.625)


def test_guide_trains_from_a_csv_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of the guide runs as it stands, on a CSV file with gaps."""
    guide = (Path(__file__).parents[2] / "docs" / "train-a-scorecard.md").read_text(encoding="utf-8")
    first, second = (part.split("```")[0] for part in guide.split("```python\n")[1:])
    rng = np.random.default_rng(2)
    lines = ["age_years,complaints,trade,problem,chance"]
    for row in range(400):
        complaints = int(rng.integers(0, 4))
        age = "" if row % 7 == 0 else f"{rng.gamma(2, 4):.1f}"
        problem = int(rng.random() < 0.1 + 0.2 * complaints)
        lines.append(f"{age},{complaints},{'food' if row % 3 else 'retail'},{problem},{0.2 + 0.1 * (row % 4):.1f}")
    (tmp_path / "visits.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(first + second, names)  # noqa: S102 - the project's own documentation
    assert len(names["probability"]) == 400
    assert (tmp_path / "visits-card.toml").exists()
