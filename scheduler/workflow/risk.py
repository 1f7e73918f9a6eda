"""Classifies the register and keeps the run; shows and explains the newest one. Everything here is internal."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa

from models.registry_rows import load_events, load_firm, load_firm_labels, load_frame, load_operating_ids
from models.risk_rows import (
    TierSince,
    load_classification,
    load_tier_history,
    newest_bins_digest,
    save_classification,
)
from models.tier_rows import Override, load_grades, load_override_tiers, load_overrides
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import OBJECT_TYPES
from scheduler.registry.frame import Frame, Ids, Mask
from scheduler.registry.text import typed_code
from scheduler.risk.classify import DECIDERS, StoredClassification, decide, measure, scores_of
from scheduler.risk.cuts import cut_by_shares
from scheduler.risk.exact import ExactValue, exact_value
from scheduler.risk.explain import Explanation, explain
from scheduler.risk.indicators import indicator_values
from scheduler.risk.mix import TierMix, tier_mix
from scheduler.risk.scorecard import Scorecard
from scheduler.workflow.internal import InternalMark, internal_mark, mark_internal
from scheduler.workflow.scorecards import read_scorecard
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationSummary:
    """
    A classification in numbers.

    Attributes
    ----------
    classification_id, as_of
        Its number and date.
    scorecard
        The scorecard it was made with.
    num_firms
        Firms classified, whatever their status.
    mixes
        Firms in operation by district and object type.
    rules
        Firms that each direct rule decided, by name of the rule, whatever their status.
    deciders
        Firms whose tier was given by score, rating, rule and override, whatever their status.
    num_dormant
        Firms in operation without a sign of life for years 僵尸企业.
    without_matrix
        Ratings in force that the scorecard has no matrix for, and that therefore changed nothing: name → firms.
    mark
        What output made of it must bear.
    """

    classification_id: int
    as_of: date
    scorecard: Scorecard
    num_firms: int
    mixes: tuple[TierMix, ...]
    rules: dict[str, int]
    mark: InternalMark
    deciders: dict[str, int]
    num_dormant: int
    without_matrix: dict[str, int] = field(default_factory=dict)

    @property
    def tiers(self) -> tuple[str, ...]:
        """Tier codes, low to high."""
        return self.scorecard.tiers

    @property
    def by_tier(self) -> dict[str, int]:
        """Firms in operation of each tier, low to high."""
        return _sums(self.tiers, self.mixes)

    @property
    def by_district(self) -> dict[str, dict[str, int]]:
        """Firms in operation of each tier, by district."""
        codes = dict.fromkeys(mix.district for mix in self.mixes)
        return {code: _sums(self.tiers, [mix for mix in self.mixes if mix.district == code]) for code in codes}

    @property
    def by_object_type(self) -> dict[str, dict[str, int]]:
        """Firms in operation of each tier, by object type."""
        there = {mix.object_type for mix in self.mixes}
        codes = [str(code) for code in OBJECT_TYPES if code in there]
        return {code: _sums(self.tiers, [mix for mix in self.mixes if mix.object_type == code]) for code in codes}

    def document(self) -> dict[str, Any]:
        """The summary for machines."""
        return {
            "classification_id": self.classification_id,
            "as_of": self.as_of.isoformat(),
            "scorecard": self.scorecard.name,
            "scorecard_digest": self.scorecard.digest,
            "official": self.scorecard.official,
            "warnings": list(map(dataclasses.asdict, self.scorecard.warnings)),
            "num_firms": self.num_firms,
            "tiers": list(self.tiers),
            "by_tier": self.by_tier,
            "mixes": [dataclasses.asdict(mix) for mix in self.mixes],
            "rules": self.rules,
            "deciders": self.deciders,
            "num_dormant": self.num_dormant,
            "ratings_without_matrix": self.without_matrix,
            "cuts": list(self.scorecard.cuts),
            "internal": self.mark.document(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmExplanation:
    """
    Why one firm has its tier, and what tiers it had.

    Attributes
    ----------
    firm_name
        Name on the register; empty if the firm is no longer on it.
    as_of, scorecard
        Date of the classification and the scorecard it was made with.
    history
        Its tiers, oldest first.
    overrides
        All its overrides, ended ones too, oldest first.
    values
        Exact value of each indicator of the scorecard, by name; empty if the firm is no longer on the register.
    """

    firm_name: str
    as_of: date
    scorecard: Scorecard
    explanation: Explanation
    history: tuple[TierSince, ...]
    overrides: tuple[Override, ...]
    values: Mapping[str, ExactValue]
    mark: InternalMark


def classify_firms(workspace: Workspace, as_of: date | None = None, *, dry_run: bool = False) -> ClassificationSummary:
    """
    Puts every firm on the register into a tier and keeps the run.

    Parameters
    ----------
    as_of
        Nothing later is looked at; today if not given.
    dry_run
        Keeps nothing.

    Raises
    ------
    StateError
        If there are no firms, or the day is yet to come.
    PolicyError
        If the scorecard cannot be read, is wrong, or has other tiers than the policy.
    """
    scorecard = read_scorecard(workspace)
    day = as_of or workspace.today
    if day > workspace.today:
        raise StateError(
            _("expected a day up to today, {today}, got {day}: nobody knows yet what will have happened").format(
                today=workspace.today, day=day
            )
        )
    with workspace.transaction() as connection:
        summary = _classify(connection, workspace, scorecard, day)
        if dry_run:
            connection.rollback()
    return dataclasses.replace(summary, mark=internal_mark(workspace, None)) if dry_run else summary


def show_classification(workspace: Workspace) -> ClassificationSummary:
    """Reads the newest classification; raises `StateError` if there is none."""
    with workspace.transaction() as connection:
        stored = _stored(connection)
        detail = {"classification": stored.classification_id}
        mark = mark_internal(connection, workspace, "classify show", detail)
        return summarise(load_frame(connection), stored, mark)


def explain_firm(workspace: Workspace, firm_id: str) -> FirmExplanation:
    """
    Explains the tier of one firm in the newest classification.

    Of the register it reads this firm with its events, and who is in operation: averages are over the stored bins of
    those, so that a city of any size answers at once.

    Raises
    ------
    StateError
        If there is no classification or the firm is not in it.
    """
    wanted = typed_code(firm_id)
    with workspace.transaction() as connection:
        stored = _stored(connection)
        place = _place(stored, wanted)
        name, _registrar = load_firm_labels(connection, [wanted]).get(wanted, ("", ""))
        detail = {"classification": stored.classification_id, "firm_id": wanted}
        explanation = explain(stored, place, _among(stored, load_operating_ids(connection)))
        return FirmExplanation(
            firm_name=name,
            as_of=stored.as_of,
            scorecard=stored.scorecard,
            explanation=explanation,
            history=load_tier_history(connection, wanted),
            overrides=load_overrides(connection, wanted),
            values=_exact_values(connection, load_firm(connection, wanted), stored, explanation),
            mark=mark_internal(connection, workspace, "classify explain", detail),
        )


def _among(stored: StoredClassification, firm_ids: Ids) -> Mask:
    """Which firms of a classification are among those given; both ascend, which makes it quick."""
    among = np.zeros(len(stored.firm_id), dtype=np.bool_)
    places = np.minimum(np.searchsorted(stored.firm_id, firm_ids), len(among) - 1)
    among[places[stored.firm_id[places] == firm_ids]] = True
    return among


def _exact_values(
    connection: sa.Connection, firm: Frame, stored: StoredClassification, explanation: Explanation
) -> dict[str, ExactValue]:
    """Values of the indicators of one firm as of the classification's day, from the data as they stand now."""
    if not len(firm):
        return {}
    scales = stored.scorecard.indicators
    events = load_events(connection, firm, stored.as_of)
    columns = indicator_values(firm, events, [scale.name for scale in scales], stored.as_of)
    return {
        scale.name: exact_value(scale, line, int(columns[scale.name][0]))
        for scale, line in zip(scales, explanation.lines, strict=True)
    }


def _classify(
    connection: sa.Connection, workspace: Workspace, scorecard: Scorecard, day: date
) -> ClassificationSummary:
    step = _("Classifying the firms")
    workspace.progress.report(step, 0, 3)
    frame = load_frame(connection)
    if not len(frame):
        raise StateError(_("there are no firms to classify; bring them in with “double-random import firms FILE”"))
    workspace.progress.report(step, 1, 3)
    rated = load_grades(connection, frame, scorecard, day)
    override = load_override_tiers(connection, frame, scorecard, day)
    measures = measure(frame, load_events(connection, frame, day), scorecard, day)
    scorecard = cut_by_shares(scorecard, scores_of(scorecard, measures.bins), frame.operating())
    classes = decide(scorecard, measures.bins, measures.direct, rated.grades, override)
    workspace.progress.report(step, 2, 3)
    before = newest_bins_digest(connection)
    number = save_classification(
        connection, frame, classes, scorecard, day, dormant=measures.dormant, classified_on=workspace.today
    )
    detail = {
        "as_of": day.isoformat(),
        "classification": number,
        "num_firms": len(frame),
        "scorecard": scorecard.digest,
    }
    after = newest_bins_digest(connection)
    workspace.progress.report(step, 3, 3)
    mark = mark_internal(connection, workspace, "classify", detail, before=before, after=after)
    return dataclasses.replace(summarise(frame, _stored(connection), mark), without_matrix=rated.without_matrix)


def _stored(connection: sa.Connection) -> StoredClassification:
    stored = load_classification(connection)
    if stored is None:
        raise StateError(_("no firm has a tier yet; run “double-random classify” first"))
    return stored


def _place(stored: StoredClassification, firm_id: str) -> int:
    wanted = np.array([firm_id.encode("utf-8", "replace")])
    place = int(np.searchsorted(stored.firm_id, wanted)[0])
    if place == len(stored.firm_id) or stored.firm_id[place] != wanted[0]:
        raise StateError(
            _("firm {firm_id} is not in the newest classification; check the code, or classify again").format(
                firm_id=firm_id
            )
        )
    return place


def summarise(frame: Frame, stored: StoredClassification, mark: InternalMark) -> ClassificationSummary:
    """Sums up a run."""
    card = stored.scorecard
    places = frame.positions(stored.firm_id)
    tier = np.full(len(frame), -1, dtype=np.int8)
    tier[places[places >= 0]] = stored.tier[places >= 0]
    by_rule = stored.classes().decided == DECIDERS.index("rule")
    decided = np.bincount(stored.rule[by_rule], minlength=len(card.direct)).tolist()
    dormant = (places >= 0) & (stored.dormant if stored.dormant is not None else False)
    return ClassificationSummary(
        classification_id=stored.classification_id,
        as_of=stored.as_of,
        scorecard=card,
        num_firms=len(stored.firm_id),
        mixes=tier_mix(frame, tier, len(card.tiers)),
        rules={rule.name: number for rule, number in zip(card.direct, decided, strict=True)},
        mark=mark,
        deciders=_decider_counts(stored),
        num_dormant=int(np.count_nonzero(frame.operating()[places[dormant]])),
    )


def _decider_counts(stored: StoredClassification) -> dict[str, int]:
    counts = np.bincount(stored.classes().decided, minlength=len(DECIDERS)).tolist()
    return dict(zip(DECIDERS, counts, strict=True))


def _sums(tiers: tuple[str, ...], mixes: tuple[TierMix, ...] | list[TierMix]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for mix in mixes:
        totals.update(dict(zip(tiers, mix.counts, strict=True)))
    return {code: totals[code] for code in tiers}
