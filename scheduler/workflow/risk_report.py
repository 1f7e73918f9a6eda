"""Puts the report on the classifier together: mixes, figures by recorded outcomes, drift, early warnings. Internal."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa

from models.outcome_rows import DrawOutcomes, load_outcomes
from models.registry_rows import load_firm_labels, load_frame
from models.risk_rows import Run, load_classification, load_runs
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Frame, Mask
from scheduler.risk.classify import StoredClassification
from scheduler.risk.mix import TierMix
from scheduler.risk.scorecard import Scorecard
from scheduler.risk.watch import Evaluation, Jump, Stability, evaluate, jumps, stability
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.risk import ClassificationSummary, summarise
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReport:
    """
    Everything `classify report` tells.

    Attributes
    ----------
    summary
        The newest run: mixes, rules, what decided, dormant firms.
    evaluation
        How the runs in force when visits were drawn told the outcomes; None without outcomes.
    scorecard_judged, num_left_out
        Name of the scorecard judged, and outcomes drawn under another one, which are left out.
    base
        The run compared with; None if there is none.
    stability, jumps
        Drift from the base to the newest run, and firms whose tier rose.
    names
        Firm id → name, of the firms that jumped.
    mark
        What output made of it must bear.
    """

    summary: ClassificationSummary
    evaluation: Evaluation | None
    scorecard_judged: str
    num_left_out: int
    base: Run | None
    stability: Stability | None
    jumps: tuple[Jump, ...]
    names: dict[str, str]
    mark: InternalMark

    def document(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            **self.summary.document(),
            "evaluation": None if self.evaluation is None else dataclasses.asdict(self.evaluation),
            "scorecard_judged": self.scorecard_judged,
            "num_outcomes_left_out": self.num_left_out,
            "base": None if self.base is None else dataclasses.asdict(self.base),
            "stability": None if self.stability is None else dataclasses.asdict(self.stability),
            "jumps": [{**dataclasses.asdict(one), "firm_name": self.names.get(one.firm_id, "")} for one in self.jumps],
            "internal": self.mark.document(),
        }

    @property
    def mixes(self) -> tuple[TierMix, ...]:
        """Tier mixes by district and type."""
        return self.summary.mixes


def report_on_risk(workspace: Workspace, *, since: date | None = None, run: int | None = None) -> RiskReport:
    """
    Reports on the newest run.

    Parameters
    ----------
    since
        Compare with the newest run whose date is not after this day.
    run
        Compare with the run of this number. Without either: with the run before the newest.

    Raises
    ------
    StateError
        If there is no run, or none to compare with where one was asked for.
    UsageError
        If both are given.
    """
    if since is not None and run is not None:
        raise UsageError(_("expected --since or --run, got both"))
    with workspace.transaction() as connection:
        runs = load_runs(connection)
        newest = load_classification(connection)
        if newest is None:
            raise StateError(_("no firm has a tier yet; run “double-random classify” first"))
        base = _base(runs, since, run)
        frame = load_frame(connection)
        evaluation, judged, left_out = _evaluate(connection, workspace, runs)
        drift, risen = _drift(connection, frame, base, newest)
        names = load_firm_labels(connection, [one.firm_id for one in risen])
        detail = {
            "classification": newest.classification_id,
            "compared_with": base.classification_id if base else 0,
            "num_jumps": len(risen),
        }
        mark = mark_internal(connection, workspace, "classify report", detail)
        return RiskReport(
            summary=summarise(frame, newest, mark),
            evaluation=evaluation,
            scorecard_judged=judged,
            num_left_out=left_out,
            base=base,
            stability=drift,
            jumps=risen,
            names={firm_id: name for firm_id, (name, _registrar) in names.items()},
            mark=mark,
        )


def _base(runs: tuple[Run, ...], since: date | None, number: int | None) -> Run | None:
    earlier = runs[:-1]
    if number is not None:
        found = [one for one in earlier if one.classification_id == number]
        if not found:
            told = ", ".join(str(one.classification_id) for one in earlier) or _("none")
            raise StateError(
                _("--run: expected an earlier run ({runs}), got {number}").format(runs=told, number=number)
            )
        return found[0]
    if since is not None:
        found = [one for one in earlier if one.as_of <= since]
        if not found:
            raise StateError(_("--since: there is no earlier run as of {day} or before").format(day=since))
        return max(found, key=lambda one: (one.as_of, one.classification_id))
    return earlier[-1] if earlier else None


def _drift(
    connection: sa.Connection, frame: Frame, base: Run | None, newest: StoredClassification
) -> tuple[Stability | None, tuple[Jump, ...]]:
    before = load_classification(connection, base.classification_id) if base else None
    if before is None:
        return None, ()
    counted = _operating(frame, newest)
    return stability(before, newest, _operating(frame, before), counted), jumps(before, newest, counted)


def _operating(frame: Frame, stored: StoredClassification) -> Mask:
    """Firms of a run that are in operation by the register as it stands."""
    places = frame.positions(stored.firm_id)
    if not len(frame):
        return np.zeros(len(stored.firm_id), dtype=np.bool_)
    return np.asarray((places >= 0) & frame.operating()[places])


def _evaluate(
    connection: sa.Connection, workspace: Workspace, runs: tuple[Run, ...]
) -> tuple[Evaluation | None, str, int]:
    """Judges the scorecard in force at the newest draw with outcomes, by all outcomes of draws made under it."""
    policy = workspace.settings.tiers
    outcomes = load_outcomes(connection)
    numbers = [_run_of(runs, one) for one in outcomes]
    stored = {number: load_classification(connection, number) for number in sorted(set(numbers)) if number}
    cards = {number: one.scorecard for number, one in stored.items() if one and one.scorecard.tiers == policy.codes}
    total = sum(map(len, outcomes))
    newest = next((number for number in reversed(numbers) if number in cards), None)
    if newest is None:
        return None, "", total
    expected = np.array([float(policy.expected_findings[code]) for code in policy.codes])
    columns = []
    for number, one in zip(numbers, outcomes, strict=True):
        run = stored.get(number)
        if run is None or number not in cards or _without_set_cuts(cards[number]) != _without_set_cuts(cards[newest]):
            continue
        at = np.minimum(np.searchsorted(run.firm_id, one.firm_id), len(run.firm_id) - 1)
        known = run.firm_id[at] == one.firm_id
        at = at[known]
        columns.append((run.score[at], run.tier[at], one.problem[known], one.weight[known], expected[run.tier[at]]))
    score, tier, problem, weight, share = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    found = evaluate(score, tier, problem, weight, share, len(policy.codes))
    return found, cards[newest].name, total - len(score)


def _without_set_cuts(card: Scorecard) -> Scorecard:
    """A scorecard without the cut points that a run set by its shares, so that runs of one scorecard compare."""
    return dataclasses.replace(card, cuts=()) if card.shares else card


def _run_of(runs: tuple[Run, ...], outcomes: DrawOutcomes) -> int:
    """Number of the newest run made, and looking back, no later than the draw was committed; 0 if there is none."""
    before = [one for one in runs if max(one.classified_on, one.as_of) <= outcomes.committed_on]
    return before[-1].classification_id if before else 0
