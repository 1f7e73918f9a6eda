"""Tests of the truth: what the made-up outcomes depend on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from scheduler.example import ExampleCity
from scheduler.example.parameters import EventEffect, StepPoints, Truth
from scheduler.example.truth import probabilities, true_logit, true_probability
from scheduler.registry.codes import EVENT_KINDS, OBJECT_TYPES, EventKind, ObjectType
from scheduler.registry.frame import Events, Frame

TODAY = date(2026, 1, 1)


@pytest.fixture
def truth() -> Truth:
    """A truth whose sums can be done in the head."""
    return Truth(
        intercept=-200,
        types={ObjectType.ENTERPRISE: 0, ObjectType.INDIVIDUAL: 7},
        ages=StepPoints(years=(1, 5), points=(50, 20, 0), unknown=11),
        capital=StepPoints(yuan=(1000,), points=(3, -3), unknown=1),
        industries={"H6": 40, "H": 2, "F512": 30},
        events=(
            EventEffect(name="penalties", kinds=(EventKind.PENALTY,), days=365, points=(0, 100, 150)),
            EventEffect(name="listed", kinds=(EventKind.ABNORMAL_LISTING,), current=True, points=(0, 300)),
        ),
    )


def _frame() -> Frame:
    """Three firms: an old enterprise with a restaurant, a new household of no known trade, one of no known age."""
    return Frame(
        firm_id=np.array([b"A", b"B", b"C"], dtype="S18"),
        object_type=np.array(
            [OBJECT_TYPES.index(ObjectType.ENTERPRISE)] + [OBJECT_TYPES.index(ObjectType.INDIVIDUAL)] * 2,
            dtype=np.int16,
        ),
        district=np.zeros(3, dtype=np.int16),
        status=np.zeros(3, dtype=np.int16),
        industry=np.array([b"H6210", b"", b"F5129"], dtype="S5"),
        established_on=np.array(["2010-01-01", "2025-10-01", "NaT"], dtype="datetime64[D]"),
        capital_yuan=np.array([5000, 999, -1], dtype=np.int64),
        libraries=np.zeros(3, dtype=np.uint64),
        district_codes=("x",),
        library_codes=(),
    )


def _events(*rows: tuple[int, EventKind, str, str]) -> Events:
    return Events(
        firm=np.array([row[0] for row in rows], dtype=np.int64),
        kind=np.array([EVENT_KINDS.index(row[1]) for row in rows], dtype=np.int16),
        occurred_on=np.array([row[2] for row in rows], dtype="datetime64[D]"),
        ended_on=np.array([row[3] or "NaT" for row in rows], dtype="datetime64[D]"),
        amount=np.full(len(rows), -1, dtype=np.int64),
    )


def test_logit_without_events_is_the_sum_of_the_register(truth: Truth) -> None:
    """Type, age, capital and the longest prefix of the industry add up, unknowns with points of their own."""
    logit = true_logit(truth, _frame(), _events(), TODAY)
    # A: −200 + 0 + 0 (16 years) − 3 + 40 (H6 before H); B: −200 + 7 + 50 + 3 + 0; C: −200 + 7 + 11 + 1 + 30
    assert logit.tolist() == [-163, -140, -151]


@pytest.mark.parametrize(
    ("rows", "points"),
    [
        ([(0, EventKind.PENALTY, "2025-06-01", "")], 100),
        ([(0, EventKind.PENALTY, "2025-06-01", "")] * 3, 150),  # the last entry holds for all larger counts
        ([(0, EventKind.PENALTY, "2026-01-01", "")], 100),  # the day itself counts
        ([(0, EventKind.PENALTY, "2025-01-01", "")], 0),  # 365 days back is too old
        ([(0, EventKind.PENALTY, "2026-01-02", "")], 0),  # not known yet
        ([(0, EventKind.ABNORMAL_LISTING, "2020-01-01", "")], 300),  # stands, however old
        ([(0, EventKind.ABNORMAL_LISTING, "2025-01-01", "2026-01-01")], 0),  # lifted on the day
        ([(0, EventKind.ABNORMAL_LISTING, "2025-01-01", "2026-01-02")], 300),  # will be lifted tomorrow
        ([(1, EventKind.PENALTY, "2025-06-01", "")], 0),  # another firm's
        ([(0, EventKind.COMPLAINT, "2025-06-01", "")], 0),  # a kind the truth does not know
    ],
)
def test_events_add_their_points(truth: Truth, rows: list[tuple[int, EventKind, str, str]], points: int) -> None:
    """An event counts for its own firm, in its window, and a listing while it stands."""
    assert int(true_logit(truth, _frame(), _events(*rows), TODAY)[0]) == -163 + points


def test_probabilities_are_logistic_and_bounded() -> None:
    """Log-odds of 0 mean one half; beyond ten either way nothing changes any more."""
    values = probabilities(np.array([0, -5_000, -1_000, 5_000], dtype=np.int64)).tolist()
    assert values == [500_000, 45, 45, 999_954]  # 1/(1 + e^10) = 0.0000454


def test_truth_of_the_city_is_recomputed_from_what_everybody_sees(city: ExampleCity) -> None:
    """Register, history and the documented points give the truth kept with the city: nothing hidden takes part."""
    again = true_probability(city.parameters.truth, city.frame, city.history, city.parameters.base_date)
    assert np.array_equal(again, city.truth_probability)


@pytest.mark.parametrize(
    ("kind", "at_least"), [(EventKind.UNREACHABLE_LISTING, 4.0), (EventKind.PENALTY, 1.6), (EventKind.COMPLAINT, 1.3)]
)
def test_truth_rises_with_bad_events(city: ExampleCity, kind: EventKind, at_least: float) -> None:
    """Firms with a standing listing, a penalty or a complaint have so many times the chance of the others."""
    chosen = (city.history.kind == EVENT_KINDS.index(kind)) & np.isnat(city.history.ended_on)
    has = np.bincount(city.history.firm[chosen], minlength=len(city.frame)) > 0
    assert city.truth_probability[has].mean() > at_least * city.truth_probability[~has].mean()


@pytest.mark.parametrize(("types", "most"), [(tuple(OBJECT_TYPES), 0.80), ((ObjectType.ENTERPRISE,), 0.80)])
def test_even_perfect_knowledge_is_not_certainty(city: ExampleCity, types: tuple[ObjectType, ...], most: float) -> None:
    """Ranking firms by their true chance reaches an AUC between 0.72 and 0.80; 15 % of visits find a problem."""
    chosen = city.frame.operating() & np.logical_or.reduce([city.frame.of_type(code) for code in types])
    chance = np.sort(city.truth_probability[chosen] / 1e6)
    below = np.cumsum(1 - chance) - (1 - chance) / 2  # firms without a problem ranked below, ties for half
    auc = float((chance * below).sum() / (chance.sum() * (1 - chance).sum()))
    assert 0.72 < auc <= most
    assert 0.12 < chance.mean() < 0.17
