"""
Fitted cards beside gradient boosting on real inspections, and the classifier at city size.

Both models get the same rows and columns. The card chooses its shape by cross-validation inside the rows it is given;
the boosting is the best of the three below by the very cross-validation that the gap is told of, which favours it.
``*_gap`` is the area under the curve of the boosting minus that of the card (0.010 is the most allowed), with the
interval of a paired bootstrap. With ``--train-only`` the judging rows are not looked at. Real sets are skipped where
``../shared`` is missing.

How often the judging rows were looked at: twice in an earlier state (between the looks a defect of monotonicity was
mended and the least share of a bin set; Miyun's folds became forward ones); once for Chicago alone by mistake, when
figures of the boostings were seen and nothing was changed; and once more after Miyun's adapter had lost two columns and
shrinking had become a matter of each feature, for what cross-validation on the training rows alone had shown. That last
look found ``risk.miyun.auc_gap`` at +0.021, above the 0.010 allowed; nothing was turned for it. Since then bins
have become averages over half-samples (decision 0024), for what training rows of these and other tables had shown. The
look after that found -0.001 there; nothing was turned for it either.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, TimeSeriesSplit

from models.registry_rows import insert_events, insert_firms, load_events, load_frame
from models.store import Store
from scheduler.registry.codes import EVENT_KINDS, FIRM_STATUSES, OBJECT_TYPES, EventKind
from scheduler.registry.frame import Events, Frame
from scheduler.resources import data_path
from scheduler.risk.classify import classify
from scheduler.risk.columns import make_columns
from scheduler.risk.leakage import constant_columns
from scheduler.risk.scorecard import parse_scorecard
from scheduler.risk.training import TrainingSettings, train_card
from scheduler.workflow.example import load_parameters
from tests.benchmarks.measure import figure, measured
from tests.benchmarks.risk_sets import SHARED, RealSet, chicago, miyun

CITY, EVENTS, AS_OF = 462_000, 2_000_000, date(2026, 1, 1)
Floats = npt.NDArray[np.float64]
BOOSTINGS: dict[str, Callable[[], Any]] = {
    "GradientBoosting": lambda: GradientBoostingClassifier(random_state=0),
    "GradientBoosting, slow": lambda: GradientBoostingClassifier(
        learning_rate=0.03, n_estimators=150, subsample=0.5, random_state=0
    ),
    "HistGradientBoosting": lambda: HistGradientBoostingClassifier(random_state=0),
}


def design(features: dict[str, list[Any]]) -> Floats:
    """The same columns as numbers: texts as one column of 0 and 1 for each code, missing as −1."""
    parts = []
    for values in features.values():
        if any(isinstance(value, str) for value in values):
            parts += [np.array([value == code for value in values], dtype=float) for code in sorted(set(values))]
        else:
            parts.append(np.array([-1.0 if value is None else value for value in values], dtype=float))
    return np.column_stack(parts)


def boosted(make: Callable[[], Any], inputs: Floats, outcome: Any, train: Any, judge: Any) -> Floats:
    """Chances by boosting."""
    return np.asarray(make().fit(inputs[train], outcome[train]).predict_proba(inputs[judge])[:, 1])


def carded(data: RealSet, train: Any, judge: Any) -> Floats:
    """Scores by a card."""
    features = data.part(train)
    for name in constant_columns(make_columns(features)):  # training refuses them
        del features[name]
    card = train_card(features, data.outcome[train]).card
    return card.score(data.part(judge)).astype(float)


def area(outcome: Any, score: Floats, fold: Any) -> float:
    """
    Area under the curve, averaged over the folds.

    Scores of different folds come from different models, and in forward folds the rate of problems drifts between them:
    pooled into one curve they would be judged on comparisons that no model ever makes.
    """
    return float(np.mean([roc_auc_score(outcome[fold == k], score[fold == k]) for k in np.unique(fold)]))


def gap(outcome: Any, card: Floats, boosting: Floats, fold: Any, num_samples: int = 500) -> tuple[float, float, float]:
    """Area of boosting minus area of card, and its paired bootstrap interval of 95 %; rows are drawn within folds."""
    rng = np.random.default_rng(0)
    members = [np.flatnonzero(fold == k) for k in np.unique(fold)]
    found = []
    for _ in range(num_samples):
        rows = np.concatenate([part[rng.integers(0, len(part), len(part))] for part in members])
        if all(0 < outcome[rows][fold[rows] == k].sum() < np.count_nonzero(fold[rows] == k) for k in np.unique(fold)):
            taken = outcome[rows], fold[rows]
            found.append(area(taken[0], boosting[rows], taken[1]) - area(taken[0], card[rows], taken[1]))
    low, high = np.percentile(found, (2.5, 97.5))
    return area(outcome, boosting, fold) - area(outcome, card, fold), float(low), float(high)


def area_interval(outcome: Any, score: Floats, num_samples: int = 500) -> tuple[float, float]:
    """Bootstrap interval of 95 % of an area."""
    rng = np.random.default_rng(0)
    samples = (rng.integers(0, len(outcome), len(outcome)) for _ in range(num_samples))
    low, high = np.percentile([roc_auc_score(outcome[rows], score[rows]) for rows in samples], (2.5, 97.5))
    return float(low), float(high)


def first_half(outcome: Any, score: Floats) -> float:
    """Share of the problems found in the first half of the visits, riskiest first; ties in the order taken."""
    order = np.argsort(-score, kind="stable")
    return float(outcome[order][: len(order) // 2].sum() / outcome.sum())


def judge_set(name: str, data: RealSet, *, forward: bool) -> None:
    """
    Cross-validation on the training rows, then one look at the judging rows.

    Parameters
    ----------
    forward
        Folds follow time, each fitted to what came before: needed where rows of one day share values (a town's rate).
    """
    inputs = design(data.features)
    train, judge = np.flatnonzero(~data.judges), np.flatnonzero(data.judges)
    maker = TimeSeriesSplit(5) if forward else StratifiedKFold(5, shuffle=True, random_state=0)
    unseen = {kind: np.zeros(len(train)) for kind in ("card", *BOOSTINGS)}
    fold = np.full(len(train), -1)
    for number, (fit, held) in enumerate(maker.split(train, data.outcome[train])):
        fold[held] = number
        unseen["card"][held] = carded(data, train[fit], train[held])
        for kind, make in BOOSTINGS.items():
            unseen[kind][held] = boosted(make, inputs, data.outcome, train[fit], train[held])
    tried = np.flatnonzero(fold >= 0)
    outcome, fold = data.outcome[train][tried], fold[tried]
    unseen = {kind: scores[tried] for kind, scores in unseen.items()}
    areas = {kind: area(outcome, score, fold) for kind, score in unseen.items()}
    print(f"# {name}: cross-validated areas " + ", ".join(f"{kind} {value:.4f}" for kind, value in areas.items()))
    best = max(BOOSTINGS, key=lambda kind: areas[kind])
    _print_gap(f"risk.{name}.cv_auc_gap", gap(outcome, unseen["card"], unseen[best], fold, 200))
    pooled = gap(outcome, unseen["card"], unseen[best], np.zeros(len(outcome)), 200)
    _print_gap(f"# risk.{name}.cv_auc_gap, folds pooled into one curve", pooled)
    if "--train-only" in sys.argv:
        return
    card = carded(data, train, judge)
    others = {kind: boosted(make, inputs, data.outcome, train, judge) for kind, make in BOOSTINGS.items()}
    boosting, outcome = others[best], data.outcome[judge]
    low, high = area_interval(outcome, card)
    print(f"risk.{name}.auc: {roc_auc_score(outcome, card):.4f} (95 % interval {low:.4f} to {high:.4f})", flush=True)
    for kind, chances in others.items():
        chosen = "chosen by cross-validation, " if kind == best else ""
        print(
            f"# {name}: {kind}, {chosen}area {roc_auc_score(outcome, chances):.4f}, "
            f"first half {first_half(outcome, chances):.4f}"
        )
    print(f"risk.{name}.first_half: {first_half(outcome, card):.4f}", flush=True)
    _print_gap(f"risk.{name}.auc_gap", gap(outcome, card, boosting, np.zeros(len(outcome))))


def made_city() -> tuple[Frame, Events]:
    """Columns of a city of 462,000 firms with 2 million events."""
    from scheduler.example import build_city  # only this process pays for it

    small = build_city(load_parameters(), num_firms=20_000, seed="bench").frame
    rng = np.random.default_rng(1)
    rows = np.arange(CITY) % len(small)
    columns = {name: getattr(small, name)[rows] for name in ("object_type", "district", "status", "industry")}
    columns |= {name: getattr(small, name)[rows] for name in ("established_on", "capital_yuan", "libraries")}
    frame = type(small)(
        firm_id=np.array([f"91371000{number:010d}" for number in range(CITY)], dtype="S18"),
        district_codes=small.district_codes,
        library_codes=small.library_codes,
        **columns,
    )
    kinds = np.array([k for k, kind in enumerate(EVENT_KINDS) if kind is not EventKind.CREDIT_REPAIR])
    events = Events(
        firm=rng.integers(0, CITY, EVENTS),
        kind=rng.choice(kinds, EVENTS).astype(np.int16),
        occurred_on=np.datetime64("2026-01-01") - rng.integers(0, 2000, EVENTS).astype("timedelta64[D]"),
        ended_on=np.full(EVENTS, np.datetime64("NaT"), dtype="datetime64[D]"),
        amount=rng.integers(0, 100_000, EVENTS),
    )
    return frame, events


def score_city() -> None:
    """
    Scores a city of 462,000 firms with 2 million events; in a process of its own.

    The seconds cover indicators as of the day, bins, scores, rules and tiers of columns that are in memory; reading the
    columns from a database and writing the tiers are left out. The peak is that of the process, making of the columns
    included.
    """
    frame, events = made_city()
    path = data_path("scorecard-expert.toml")
    card = parse_scorecard(path.read_text(encoding="utf-8"), path.name)
    started = time.perf_counter()
    classify(frame, events, card, AS_OF)
    print(f"{time.perf_counter() - started:.3f}")


def store_city() -> None:
    """Puts the city into the SQLite database that the second word names."""
    frame, events = made_city()
    ids = frame.firm_id.astype("U18")
    sets, place = np.unique(frame.libraries, return_inverse=True)
    texts = [
        ";".join(code for bit, code in enumerate(frame.library_codes) if int(held) >> bit & 1) for held in sets.tolist()
    ]
    store = Store(f"sqlite:///{sys.argv[2]}")
    store.migrate()
    with store.transaction() as connection:
        insert_firms(
            connection,
            {
                "firm_id": ids.tolist(),
                "name": ids.tolist(),
                "object_type": np.array(OBJECT_TYPES)[frame.object_type].tolist(),
                "district": np.array(frame.district_codes)[frame.district].tolist(),
                "status": np.array(FIRM_STATUSES)[frame.status].tolist(),
                "industry": frame.industry.astype("U5").tolist(),
                "established_on": frame.established_on.tolist(),
                "capital_yuan": [None if yuan < 0 else yuan for yuan in frame.capital_yuan.tolist()],
                "libraries": np.array(texts)[place].tolist(),
            },
        )
        insert_events(
            connection,
            {
                "event_id": [f"{number:032x}" for number in range(EVENTS)],
                "firm_id": ids[events.firm].tolist(),
                "kind": np.array(EVENT_KINDS)[events.kind].tolist(),
                "occurred_on": events.occurred_on.tolist(),
                "amount": events.amount.tolist(),
            },
        )


def load_city() -> None:
    """Reads the stored city's columns, which takes the seconds told, and scores them, for the peak of both."""
    path = data_path("scorecard-expert.toml")
    card = parse_scorecard(path.read_text(encoding="utf-8"), path.name)
    with Store(f"sqlite:///{sys.argv[2]}").transaction() as connection:
        started = time.perf_counter()
        frame = load_frame(connection)
        events = load_events(connection, frame, AS_OF)
        print(f"{time.perf_counter() - started:.3f}")
    classify(frame, events, card, AS_OF)


def train_large() -> None:
    """Trains on 100,000 outcomes × 40 indicators; in a process of its own."""
    rng = np.random.default_rng(2)
    num, width = 100_000, 40
    features = {
        f"x{k}": rng.poisson(0.3 + k / 10, num).astype(np.int64) if k % 2 else rng.gamma(2.0, 10.0, num)
        for k in range(width)
    }
    odds = -2.5 + sum(0.1 * np.log1p(features[f"x{k}"]) * (1 if k % 3 else -1) for k in range(0, width, 2))
    outcome = (rng.random(num) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    started = time.perf_counter()
    train_card(features, outcome, rng.uniform(0.5, 2.0, num), settings=TrainingSettings())
    print(f"{time.perf_counter() - started:.3f}")


def calibrate_example() -> None:
    """Expected calibration error, out of time, of a card fitted to the made-up city."""
    from scheduler.example import build_city
    from tests.example_city import fit_city, out_of_time_error

    city = build_city(load_parameters(), num_firms=20_000, seed="weihai")
    print(f"{out_of_time_error(city, fit_city(city)):.6f}")


def main() -> None:
    """Runs the group."""
    print(f"risk.example.ece: {float(measured('tests.benchmarks.risk', 'example').output):.4f}", flush=True)
    if SHARED.is_dir():
        judge_set("chicago", chicago(), forward=False)
        judge_set("miyun", miyun(), forward=True)
    else:
        print("# real sets are not here: skipped")
    city = measured("tests.benchmarks.risk", "city")
    figure("risk.city.seconds", float(city.output), "s")
    figure("risk.city.peak_mb", city.peak_mb, "MB")
    with TemporaryDirectory() as folder:
        database = str(Path(folder) / "city.sqlite")
        measured("tests.benchmarks.risk", "store", database)
        loaded = measured("tests.benchmarks.risk", "load", database)
    figure("risk.city.load_seconds", float(loaded.output), "s")
    figure("risk.city.load_peak_mb", loaded.peak_mb, "MB")
    figure("risk.train.seconds", float(measured("tests.benchmarks.risk", "train").output), "s")


def _print_gap(name: str, found: tuple[float, float, float]) -> None:
    print(f"{name}: {found[0]:+.4f} (95 % interval {found[1]:+.4f} to {found[2]:+.4f}; paired bootstrap)", flush=True)


if __name__ == "__main__":
    {
        "city": score_city,
        "store": store_city,
        "load": load_city,
        "train": train_large,
        "example": calibrate_example,
    }.get(sys.argv[1] if len(sys.argv) > 1 else "", main)()
