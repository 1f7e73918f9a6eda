"""Training on the made-up city, whose truth is known: order of effects, selection by an earlier plan, calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scheduler.example import ExampleCity, build_city
from scheduler.example.truth import event_counts, true_logit, true_probability
from scheduler.registry.items import MICRO
from scheduler.resources import data_path
from scheduler.risk.catalogue_training import scorecard_of
from scheduler.risk.classify import classify
from scheduler.risk.scorecard import parse_scorecard, scorecard_toml
from scheduler.risk.training import train_card, train_columns
from scheduler.risk.weighting import inclusion_weights
from scheduler.workflow.example import load_parameters
from tests.example_city import SETTINGS, FittedCity, columns_of, fit_city, out_of_time_error, outcomes_of, year_before

FIRMS = 20_000
OF_THE_REGISTER = frozenset(("age_months", "capital_yuan", "object_type", "industry", "status", "special_libraries"))


@pytest.fixture(scope="module")
def city() -> ExampleCity:
    """A city of 20,000 firms."""
    return build_city(load_parameters(), num_firms=FIRMS, seed="weihai")


@pytest.fixture(scope="module")
def fitted(city: ExampleCity) -> FittedCity:
    """A card fitted to one visit to every firm, a year before the base date."""
    return fit_city(city)


def test_points_recover_the_order_of_the_true_effects(city: ExampleCity, fitted: FittedCity) -> None:
    """
    For each kind of event of the truth: firms that have it against firms that have not, in true log-odds and in score.

    The differences of the twelve kinds that 100 firms or more have stand in nearly the same order (rank correlation 0.9
    or more), and a true unit of log-odds is about 40 / ln 2 ≈ 58 points, less what shrinkage takes. The other
    four kinds, of 45 to 75 firms each, are too rare for one visit per firm to tell their order.
    """
    columns, training = fitted.columns, fitted.training
    day, truth = year_before(city), city.parameters.truth
    score = training.card.score_columns({column.name: column for column in columns}, FIRMS)
    logit = true_logit(truth, city.frame, city.history, day) / 100
    counts = event_counts(truth, city.frame, city.history, day)
    there = {name: count > 0 for name, count in counts.items() if np.count_nonzero(count) >= 100}
    effects = [
        (logit[has].mean() - logit[~has].mean(), score[has].mean() - score[~has].mean()) for has in there.values()
    ]
    true, found = (np.array(part) for part in zip(*effects, strict=True))
    assert len(true) == 12
    ranks = [np.argsort(np.argsort(part)).astype(float) for part in (true, found)]
    assert np.corrcoef(*ranks)[0, 1] >= 0.9
    slope = float((true * found).sum() / (true**2).sum())
    assert 40 < slope < 65


def test_scores_follow_the_true_chances(city: ExampleCity, fitted: FittedCity) -> None:
    """Scores rank firms nearly as their true chances do (rank correlation above 0.85)."""
    columns, training = fitted.columns, fitted.training
    score = training.card.score_columns({column.name: column for column in columns}, FIRMS)
    truth = true_probability(city.parameters.truth, city.frame, city.history, year_before(city))
    ranks = [np.argsort(np.argsort(part, kind="stable")).astype(float) for part in (score, truth)]
    assert np.corrcoef(*ranks)[0, 1] > 0.85


def test_calibration_holds_out_of_time(city: ExampleCity, fitted: FittedCity) -> None:
    """Probabilities fitted to one year miss the rates of the next by at most 0.02."""
    assert out_of_time_error(city, fitted) <= 0.02


def test_scorecard_of_scores_as_the_card(city: ExampleCity, fitted: FittedCity) -> None:
    """The scorecard that `classify` reads gives every firm the score of the fitted card, industries included."""
    columns, training = fitted.columns, fitted.training
    path = data_path("scorecard-expert.toml")
    like = parse_scorecard(path.read_text(encoding="utf-8"), path.name)
    scorecard = scorecard_of(training.card, columns, like, like.cuts)
    again = parse_scorecard(scorecard_toml(scorecard), "fitted.toml")
    assert again == scorecard
    assert not again.official
    classes = classify(city.frame, city.history, again, year_before(city))
    expected = training.card.score_columns({column.name: column for column in columns}, FIRMS)
    assert np.array_equal(classes.score, expected)


def test_weights_undo_the_selection_of_an_earlier_plan() -> None:
    """
    An earlier plan drew by complaints, which this table does not hold.

    Half of all firms have complaints. Chance of a problem: 0.1 without, 0.5 with: 0.3 over all. The plan draws firms
    with complaints with chance 0.9, others with 0.1; the drawn have a rate of (0.45 · 0.5 + 0.05 · 0.1) / 0.5 = 0.46.
    """
    rng = np.random.default_rng(4)
    num = 40_000
    complaints = rng.random(num) < 0.5
    other = rng.integers(0, 4, num)
    outcome = (rng.random(num) < np.where(complaints, 0.5, 0.1) + 0.0 * other).astype(int)
    chance = np.where(complaints, 0.9, 0.1)
    drawn = rng.random(num) < chance
    features = {"other": other[drawn], "size": rng.integers(0, 9, num)[drawn]}
    plain = train_card(features, outcome[drawn]).card
    weighted = train_card(features, outcome[drawn], inclusion_weights(chance[drawn])).card
    everyone = {"other": other, "size": rng.integers(0, 9, num)}
    said = {
        name: card.probability_micro(card.score(everyone)).mean() / MICRO
        for name, card in {"plain": plain, "weighted": weighted}.items()
    }
    assert said["weighted"] == pytest.approx(0.3, abs=0.015)
    assert said["plain"] == pytest.approx(0.46, abs=0.015)


def test_weights_undo_the_bias_of_points() -> None:
    """
    The plan drew by complaints, and among firms without complaints only old ones; age itself does not matter.

    Old firms are drawn with chance 0.9 whatever their complaints, young ones only with complaints (0.9 against 0.05):
    so among the drawn young firms look risky, though the chance of a problem hangs on complaints alone.
    """
    rng = np.random.default_rng(6)
    num = 40_000
    complaints, old = rng.random(num) < 0.5, (rng.random(num) < 0.5).astype(int)
    outcome = (rng.random(num) < np.where(complaints, 0.5, 0.1)).astype(int)
    chance = np.where(complaints | (old == 1), 0.9, 0.05)
    drawn = rng.random(num) < chance
    features = {"old": old[drawn], "idle": rng.integers(0, 9, num)[drawn]}
    spread = {}
    for name, weights in {"plain": None, "weighted": inclusion_weights(chance[drawn])}.items():
        tables = train_card(features, outcome[drawn], weights, settings=SETTINGS).card.tables
        spread[name] = max(
            (max(one.points[1:]) - min(one.points[1:]) for one in tables if one.name == "old"), default=0
        )
    # Among the drawn: young (0.45 · 0.5 + 0.025 · 0.1) / 0.475 = 0.479, old 0.3: log-odds 0.76 apart, 44 points.
    assert spread["plain"] == pytest.approx(44, abs=8)
    assert spread["weighted"] <= 8


def test_weights_undo_the_selection_of_a_risk_based_plan_in_the_city(city: ExampleCity) -> None:
    """
    An earlier plan drew by the expert tiers, which hang on penalties and listings that this table does not hold.

    A tenth of A, 30 % of B, 70 % of C and 95 % of D were visited. By fifths of the score, the weighted card says what
    the true chances are, and its first fifth is truly the safest and its last the riskiest (those between are closer
    together than noise); the plain card is too high in every fifth.
    Noise: a fifth holds some 800 of 4,100 visited firms and, as weights differ, tells as much as 500: its rate of
    about 0.15 has a standard error of √(0.15 · 0.85 / 500) = 0.016, that of all firms one of 0.007.
    """
    day = year_before(city)
    path = data_path("scorecard-expert.toml")
    expert = parse_scorecard(path.read_text(encoding="utf-8"), path.name)
    chance = np.array([0.1, 0.3, 0.7, 0.95])[classify(city.frame, city.history, expert, day).tier]
    drawn = np.flatnonzero(np.random.default_rng(101).random(FIRMS) < chance)
    columns = [column for column in columns_of(city, day) if column.name in OF_THE_REGISTER]
    assert len(columns) == len(OF_THE_REGISTER)
    outcome = outcomes_of(city, day, 1)[drawn]
    truth = true_probability(city.parameters.truth, city.frame, city.history, day) / MICRO
    error, by_fifth = {}, {}
    for name, weights in {"plain": None, "weighted": inclusion_weights(chance[drawn])}.items():
        part = [column.take(drawn) for column in columns]
        card = train_columns(part, outcome, weights, name=name, settings=SETTINGS).card
        score = card.score_columns({column.name: column for column in columns}, FIRMS)
        said = card.probability_micro(score) / MICRO
        fifth = np.argsort(np.argsort(score, kind="stable"), kind="stable") * 5 // FIRMS
        by_fifth[name] = np.array([truth[fifth == k].mean() for k in range(5)])
        error[name] = np.array([said[fifth == k].mean() for k in range(5)]) - by_fifth[name]
    assert abs(error["weighted"].mean()) < 0.02
    assert np.abs(error["weighted"]).max() < 0.045
    assert by_fifth["weighted"].argmin() == 0
    assert by_fifth["weighted"].argmax() == 4
    assert error["plain"].mean() > 0.05
    assert error["plain"].min() > 0.03


def test_weights_restore_the_order_of_effects_that_a_risk_based_plan_had_bent(city: ExampleCity) -> None:
    """
    An earlier plan drew, with chance 0.8, firms with a record and those of five named industries; others with 0.1.

    The table does not hold the record. Of the firms of industries not named 35 % have one, of those drawn
    0.35 · 0.8 / (0.35 · 0.8 + 0.65 · 0.1) = 81 %: so these industries look riskier than they are, and the named ones,
    drawn whatever their record, no longer stand out. Effects are compared over the industries of 300 firms or more:
    true log-odds of the whole industry against its mean score. Bias is a matter of the mean, so scores are averaged
    over ten draws with outcomes of their own. What is drawn, without weights and without noise, agrees with the truth
    in 0.797 only and sets the named 10 points apart; truly they are 36 points apart, of which shrinkage takes a part.
    """
    day, truth = year_before(city), city.parameters.truth
    chance_of_problem = true_probability(truth, city.frame, city.history, day) / MICRO
    counts = event_counts(truth, city.frame, city.history, day)
    record = np.any([count > 0 for name, count in counts.items() if name != "found_clean"], axis=0)
    industry = _industries(city)
    named = np.isin(industry, ["H6", "F512", "F5292", "C13", "C14"])
    chance = np.where(record | named, 0.8, 0.1)
    groups = [industry == code for code in np.unique(industry) if np.count_nonzero(industry == code) >= 300]
    assert len(groups) == 12
    true, drawn_only = (
        _log_odds(np.array([np.average(chance_of_problem[group], weights=shares[group]) for group in groups]))
        for shares in (np.ones(FIRMS), chance)
    )
    assert _rank_correlation(true, drawn_only) == pytest.approx(0.797, abs=0.001)
    columns = [column for column in columns_of(city, day) if column.name in OF_THE_REGISTER]
    plain, weighted = np.zeros(FIRMS), np.zeros(FIRMS)
    few_folds = replace(SETTINGS, num_folds=2)  # two choose among shapes of points well enough for a mean of ten
    for seed in range(10, 20):
        drawn = np.flatnonzero(np.random.default_rng(100 + seed).random(FIRMS) < chance)
        outcome, part = outcomes_of(city, day, seed)[drawn], [column.take(drawn) for column in columns]
        for total, weights in ((plain, None), (weighted, inclusion_weights(chance[drawn]))):
            card = train_columns(part, outcome, weights, name="", settings=few_folds).card
            total += card.score_columns({column.name: column for column in columns}, FIRMS) / 10
    agreement = [
        _rank_correlation(true, np.array([score[group].mean() for group in groups])) for score in (plain, weighted)
    ]
    apart = [score[named].mean() - score[~named].mean() for score in (plain, weighted)]
    assert agreement[0] < 0.85
    assert agreement[1] > 0.9
    assert apart[0] < 18  # half of what is true
    assert apart[1] > 24  # two thirds of what is true


def _industries(city: ExampleCity) -> np.ndarray:
    """The longest prefix of each firm's industry that the truth gives points to, “” where none, shape (n,)."""
    codes, place = np.unique(city.frame.industry, return_inverse=True)
    prefixes = sorted(city.parameters.truth.industries, key=len, reverse=True)
    return np.array([next((p for p in prefixes if code.decode().startswith(p)), "") for code in codes])[place]


def _log_odds(chance: np.ndarray) -> np.ndarray:
    return np.log(chance / (1 - chance))


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    ranks = [np.argsort(np.argsort(part)).astype(float) for part in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])
