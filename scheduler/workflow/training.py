"""
Trains a scorecard from what the bureau's own inspections found, and writes it beside the workspace.

Indicators are taken as of the day each draw was committed to, so nothing of the visit itself is seen; each visit weighs
by the chance its firm was drawn with. The scorecard keeps the tiers and direct rules of the one in use, and its cut
points put about as many firms into each tier. It is not used until the settings name it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from dataclasses import replace as changed
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.registry_rows import load_events, load_frame
from models.training_rows import VisitOutcomes, load_outcomes
from scheduler.errors import StateError, TrainingError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Frame
from scheduler.registry.items import MICRO
from scheduler.risk.catalogue_training import cuts_like, indicator_columns, scorecard_of
from scheduler.risk.cautions import Caution, cautions_of
from scheduler.risk.classify import classify
from scheduler.risk.columns import Column
from scheduler.risk.evaluation import auc_interval, calibration_table, expected_calibration_error, weighted_auc
from scheduler.risk.history import Values
from scheduler.risk.indicators import INDICATORS, indicator_values
from scheduler.risk.leakage import check_features, check_outcome, constant_columns
from scheduler.risk.scorecard import Scorecard, scorecard_toml
from scheduler.risk.training import Training, TrainingSettings, split_by_time, train_columns
from scheduler.risk.weighting import round_weights
from scheduler.workflow.files import write_file
from scheduler.workflow.internal import InternalMark, internal_mark, mark_internal
from scheduler.workflow.scorecards import marked_toml, read_scorecard
from scheduler.workflow.workspace import Workspace

FITTED_SCORECARD = "scorecard-fitted.toml"
SETTINGS = TrainingSettings(pairs=False)  # a record tells the points of indicators one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFigures:
    """
    How a card fitted to the earlier outcomes did on the later ones: first day, rows, area with its 95 % interval,
    calibration error.
    """

    first_day: date
    num_rows: int
    num_problems: int
    auc: float
    low: float
    high: float
    calibration_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSummary:
    """
    A scorecard fitted.

    Attributes
    ----------
    path
        Where it was written; None for a dry run.
    num_rows, num_problems, num_effective
        Visits learned from, those with a problem, and the effective number under the weights.
    cv_auc
        Area under the curve in cross-validation, weighted.
    late
        Figures out of time; None where there are too few outcomes for it.
    constant
        Indicators left out because they never varied.
    """

    scorecard: Scorecard
    path: Path | None
    num_rows: int
    num_problems: int
    num_effective: float
    cv_auc: float
    late: LateFigures | None
    constant: tuple[str, ...]
    mark: InternalMark

    def document(self) -> dict[str, Any]:
        """The summary for machines."""
        late = self.late
        return {
            "scorecard": self.scorecard.name,
            "scorecard_digest": self.scorecard.digest,
            "official": self.scorecard.official,
            "path": str(self.path) if self.path else None,
            "num_rows": self.num_rows,
            "num_problems": self.num_problems,
            "num_effective": round(self.num_effective, 1),
            "cv_auc": round(self.cv_auc, 4),
            "out_of_time": None
            if late is None
            else {
                "first_day": late.first_day.isoformat(),
                "num_rows": late.num_rows,
                "num_problems": late.num_problems,
                "auc": round(late.auc, 4),
                "auc_interval": [round(late.low, 4), round(late.high, 4)],
                "calibration_error": round(late.calibration_error, 4),
            },
            "constant": list(self.constant),
            "warnings": [asdict(caution) for caution in self.scorecard.warnings],
            "internal": self.mark.document(),
        }


def train_scorecard(
    workspace: Workspace, *, file_name: str = FITTED_SCORECARD, replace: bool = False, dry_run: bool = False
) -> TrainingSummary:
    """
    Fits a scorecard to all recorded outcomes.

    Parameters
    ----------
    file_name
        File to write, in the workspace's folder.
    replace
        Whether a file of that name may be overwritten.
    dry_run
        Writes and logs nothing.

    Raises
    ------
    StateError
        If there are no results yet, or the file is there already.
    TrainingError
        If the outcomes cannot be learned from, or teach nothing.
    """
    path = workspace.root / Path(file_name).name
    if path.exists() and not replace and not dry_run:
        raise StateError(_("{path} is there already; give another name, or --replace").format(path=path))
    like = read_scorecard(workspace)
    with workspace.transaction() as connection:
        frame = load_frame(connection)
        visits = _known_visits(frame, load_outcomes(connection))
        columns, constant = _columns(connection, frame, visits)
        weights = _weights(visits)
        name = path.name.removesuffix(".toml")
        training = train_columns(columns, visits.outcome, weights, name=name, settings=SETTINGS)
        _check_told(training, visits)
        late = _late(columns, visits, weights)
        card = changed(training.card, note=_note(visits, training))
        cuts = _cuts(connection, workspace, frame, like, scorecard_of(card, columns, like, like.cuts))
        scorecard = changed(scorecard_of(card, columns, like, cuts), warnings=_cautions(visits, training, late))
        detail = {"file": path.name, "num_rows": len(visits), "scorecard": scorecard.digest}
        if dry_run:
            mark = internal_mark(workspace, None)
        else:
            mark = mark_internal(connection, workspace, "classify train", detail, after=scorecard.digest)
            write_file(path, marked_toml(scorecard_toml(scorecard), mark).encode("utf-8"))
    return TrainingSummary(
        scorecard=scorecard,
        path=None if dry_run else path,
        num_rows=len(visits),
        num_problems=int(visits.outcome.sum()),
        num_effective=training.num_effective,
        cv_auc=weighted_auc(training.fold_score, visits.outcome, weights),
        late=late,
        constant=constant,
        mark=mark,
    )


def _check_told(training: Training, visits: VisitOutcomes) -> None:
    if not training.card.tables:
        raise TrainingError(
            _(
                "no indicator told the {problems} visits with a problem from the other {others} well enough for a "
                "point; record more results and train again, and keep the scorecard in use until then"
            ).format(problems=int(visits.outcome.sum()), others=int((~visits.outcome.astype(bool)).sum()))
        )


def _note(visits: VisitOutcomes, training: Training) -> str:
    """How the card was fitted, in both languages, as it is part of its text and so of its digest."""
    return f"按 {len(visits)} 条检查结果拟合，其中 {int(visits.outcome.sum())} 条发现问题；非官方。{training.card.note}"


def _cautions(visits: VisitOutcomes, training: Training, late: LateFigures | None) -> tuple[Caution, ...]:
    interval = None if late is None else (late.low, late.high)
    return cautions_of(len(visits), int(visits.outcome.sum()), len(training.card.tables), interval)


def _known_visits(frame: Frame, visits: VisitOutcomes) -> VisitOutcomes:
    if not len(visits):
        raise StateError(
            _("there are no results to learn from; record them with “double-random import results FILE” first")
        )
    known = np.flatnonzero(frame.positions(visits.firm_id) >= 0)
    check_outcome(visits.outcome[known])
    return VisitOutcomes(
        firm_id=visits.firm_id[known],
        year=visits.year[known],
        round_number=visits.round_number[known],
        committed_on=tuple(visits.committed_on[row] for row in known.tolist()),
        inspected_on=tuple(visits.inspected_on[row] for row in known.tolist()),
        chance=visits.chance[known],
        outcome=visits.outcome[known],
    )


def _columns(
    connection: sa.Connection, frame: Frame, visits: VisitOutcomes
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Indicators of each visit as of its draw's commitment, and the names of those that never vary."""
    names = [indicator.name for indicator in INDICATORS]
    values: dict[str, Values] = {name: np.zeros(len(visits), dtype=np.int64) for name in names}
    position = frame.positions(visits.firm_id)
    committed = np.array(visits.committed_on, dtype="datetime64[D]")
    for day in np.unique(committed):
        rows = np.flatnonzero(committed == day)
        as_of: date = day.item()
        found = indicator_values(frame, load_events(connection, frame, as_of), names, as_of)
        for name in names:
            values[name][rows] = found[name][position[rows]]
    columns = indicator_columns(values)
    constant = constant_columns(columns)
    kept = tuple(column for column in columns if column.name not in constant)
    known = dict.fromkeys((column.name for column in kept), committed)
    check_features(kept, visits.outcome, known_on=known, outcome_on=_day_after(visits))
    return kept, constant


def _day_after(visits: VisitOutcomes) -> npt.NDArray[np.datetime64]:
    """A draw committed to in the morning may be followed by a visit on the same day: that is not leakage."""
    return np.array([day + timedelta(days=1) for day in visits.inspected_on], dtype="datetime64[D]")


def _weights(visits: VisitOutcomes) -> npt.NDArray[np.float64]:
    """Weights within each year; years count by the number of their visits."""
    weights = np.ones(len(visits))
    for year in np.unique(visits.year):
        rows = visits.year == year
        weights[rows] = round_weights(visits.round_number[rows], visits.chance[rows])
    return weights


def _cuts(
    connection: sa.Connection, workspace: Workspace, frame: Frame, like: Scorecard, fitted: Scorecard
) -> tuple[int, ...]:
    events = load_events(connection, frame, workspace.today)
    old, new = (classify(frame, events, card, workspace.today).score for card in (like, fitted))
    return cuts_like(old, like.cuts, new)


def _late(columns: tuple[Column, ...], visits: VisitOutcomes, weights: npt.NDArray[np.float64]) -> LateFigures | None:
    days = np.array(visits.inspected_on, dtype="datetime64[D]")
    if len(np.unique(days)) < 2:
        return None
    _first, is_late = split_by_time(days)
    early, late = np.flatnonzero(~is_late), np.flatnonzero(is_late)
    smallest = min(
        min(int(visits.outcome[rows].sum()), len(rows) - int(visits.outcome[rows].sum())) for rows in (early, late)
    )
    if smallest < SETTINGS.num_folds * 2:
        return None
    seen = tuple(column.take(early) for column in columns)
    training: Training = train_columns(seen, visits.outcome[early], weights[early], name="", settings=SETTINGS)
    score = training.card.score_columns({column.name: column.take(late) for column in columns}, len(late))
    low, high = auc_interval(score, visits.outcome[late], weights[late])
    return LateFigures(
        first_day=min(visits.inspected_on[row] for row in late.tolist()),
        num_rows=len(late),
        num_problems=int(visits.outcome[late].sum()),
        auc=weighted_auc(score, visits.outcome[late], weights[late]),
        low=low,
        high=high,
        calibration_error=expected_calibration_error(
            calibration_table(training.card.probability_micro(score) / MICRO, visits.outcome[late], weights[late])
        ),
    )
