"""
Puts every firm into a tier: indicators as of a date → bins → integer score → tier, and what goes above the score.

The order: the score gives a tier, specialised ratings change it by their matrices, direct rules lift it, an override in
force puts all of that aside. The rule that decides is the draw specification's section 3.4, and `decide` is that
section in numpy: from bins, flags, grades and overrides alone, so that whoever holds them gets the same tiers. No float
takes part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.registry.frame import Events, Frame, Ids, Integers, Mask
from scheduler.risk.bins import BIN_CHARACTERS, Bins
from scheduler.risk.history import Snapshot, Values
from scheduler.risk.indicators import DORMANT, compute_indicator
from scheduler.risk.scorecard import Scorecard

Scores: TypeAlias = npt.NDArray[np.int32]
Places: TypeAlias = npt.NDArray[np.int8]

DECIDERS: Final = ("score", "rating", "rule", "override")  # what gave a firm its tier

_CHARACTERS = np.frombuffer(BIN_CHARACTERS.encode("ascii"), dtype=np.uint8)
_FLAGS = np.frombuffer(b"01", dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """
    What is known of n firms, with k indicators and d direct rules, before any points.

    Attributes
    ----------
    bins
        Bin of each indicator, shape (n, k).
    direct
        Whether each direct rule's conditions hold, shape (n, d).
    dormant
        Firms with no sign of life for years 僵尸企业, see the indicator `dormant`, shape (n,).
    """

    bins: Bins
    direct: Mask
    dormant: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """
    Classes of the n firms of a frame, with k indicators, d direct rules and m matrices.

    Attributes
    ----------
    score
        Base and points, shape (n,).
    score_tier
        Index into the scorecard's tiers of the tier that the score alone gives, shape (n,).
    tier
        Index of the firm's tier, shape (n,).
    rule
        Index of the direct rule that lifts the firm above the tier of score and ratings, -1 where none does; it is
        named even where an override puts it aside. Shape (n,).
    bins, direct
        As in `Measures`.
    grades
        Grade of each rating, from 1; 0 where there is none, shape (n, m).
    override
        Index of the tier that an override gives, -1 where none is in force, shape (n,).
    decided
        What gave the tier, index into `DECIDERS`, shape (n,).
    """

    score: Scores
    score_tier: Places
    tier: Places
    rule: Places
    bins: Bins
    direct: Mask
    grades: Bins
    override: Places
    decided: Places

    def __len__(self) -> int:
        return len(self.score)

    def bin_texts(self) -> Ids:
        """Bins of each firm as k characters ``0-9a-z``, shape (n,)."""
        return _texts(_CHARACTERS[self.bins])

    def direct_texts(self) -> Ids:
        """Flags of each firm as d characters ``0`` and ``1``, shape (n,); empty texts without direct rules."""
        return _texts(_FLAGS[self.direct.astype(np.intp)])

    def grade_texts(self) -> Ids:
        """Grades of each firm as m characters ``0-9a-z``, shape (n,); empty texts without matrices."""
        return _texts(_CHARACTERS[self.grades])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClassification:
    """
    A classification as it was stored, with the scorecard it was made with.

    Attributes
    ----------
    classification_id, as_of
        Its number and its date.
    scorecard
        The scorecard.
    firm_id
        Firms classified, dtype S18, ascending, shape (m,).
    score, tier, rule
        As in `Classes`.
    bins, direct
        As characters, see `Classes.bin_texts` and `Classes.direct_texts`.
    grades
        As characters, see `Classes.grade_texts`; None stands for no ratings.
    override, decided
        As in `Classes`; None stands for no overrides, and for tiers nobody asked the deciders of.
    dormant
        As in `Measures`; None stands for nobody.
    """

    classification_id: int
    as_of: date
    scorecard: Scorecard
    firm_id: Ids
    score: Scores
    tier: Places
    rule: Places
    bins: Ids
    direct: Ids
    grades: Ids | None = None
    override: Places | None = None
    decided: Places | None = None
    dormant: Mask | None = None

    def classes(self) -> Classes:
        """The classes, decided once more from bins, flags, grades and overrides."""
        card = self.scorecard
        return decide(
            card,
            parse_bin_texts(self.bins, len(card.indicators)),
            parse_direct_texts(self.direct, len(card.direct)),
            None if self.grades is None else parse_bin_texts(self.grades, len(card.matrices)),
            self.override,
        )

    def rating_cells(self) -> tuple[Integers, tuple[str, ...]]:
        """Ratings of each firm as index into texts such as ``drug:B;food:C``, -1 for none, and the texts."""
        matrices = self.scorecard.matrices
        if self.grades is None or not matrices:
            return np.full(len(self.firm_id), -1, dtype=np.int64), ()
        distinct, index = np.unique(self.grades, return_inverse=True)
        grades = parse_bin_texts(distinct, len(matrices)).tolist()
        texts = tuple(
            ";".join(
                sorted(f"{one.name}:{one.grades[grade - 1]}" for one, grade in zip(matrices, row, strict=True) if grade)
            )
            for row in grades
        )
        return np.where(np.array([not text for text in texts])[index], -1, index), texts


def classify(
    frame: Frame,
    events: Events,
    scorecard: Scorecard,
    as_of: date,
    grades: Bins | None = None,
    override: Places | None = None,
) -> Classes:
    """
    Classes of all firms as of a date.

    Parameters
    ----------
    events
        Dated events in any order; what happened after the date has no influence.
    scorecard
        With cut points: where shares are to set them, `scheduler.risk.cuts` comes between `measure` and `decide`.
    grades, override
        As `decide` takes them.
    """
    measures = measure(frame, events, scorecard, as_of)
    return decide(scorecard, measures.bins, measures.direct, grades, override)


def measure(frame: Frame, events: Events, scorecard: Scorecard, as_of: date) -> Measures:
    """Bins and flags of all firms as of a date; what happened after it has no influence."""
    snapshot = Snapshot(frame, events, as_of)
    needed = {condition.indicator for rule in scorecard.direct for condition in rule.when} | {DORMANT}
    kept: dict[str, Values] = {}
    bins = np.empty((len(scorecard.indicators), len(frame)), dtype=np.uint8)
    for row, scale in zip(bins, scorecard.indicators, strict=True):
        values = compute_indicator(snapshot, scale.name)
        row[:] = scale.assign(values)
        if scale.name in needed:
            kept[scale.name] = values
    kept |= {name: compute_indicator(snapshot, name) for name in sorted(needed - kept.keys())}
    direct = np.ones((len(scorecard.direct), len(frame)), dtype=np.bool_)
    for flags, rule in zip(direct, scorecard.direct, strict=True):
        for condition in rule.when:
            flags &= condition.holds(kept[condition.indicator])
    return Measures(
        bins=np.ascontiguousarray(bins.T), direct=np.ascontiguousarray(direct.T), dormant=kept[DORMANT] == 1
    )


def scores_of(scorecard: Scorecard, bins: Bins) -> Scores:
    """
    Score of each firm from its bins, shape (n,).

    Raises
    ------
    ValueError
        If a bin is not one of the scorecard's.
    """
    score = np.full(len(bins), scorecard.base, dtype=np.int32)
    for column, scale in zip(bins.T, scorecard.indicators, strict=True):
        if len(bins) and int(column.max()) >= len(scale.points):
            raise ValueError(f"expected bins 0 to {len(scale.points) - 1} of {scale.name}, got {int(column.max())}")
        score += np.array(scale.points, dtype=np.int32)[column]
    return score


def decide(
    scorecard: Scorecard, bins: Bins, direct: Mask, grades: Bins | None = None, override: Places | None = None
) -> Classes:
    """
    Score, tier and rule of each firm from its bins, flags, grades and override (draw specification, section 3.4).

    Parameters
    ----------
    bins
        Shape (n, k).
    direct
        Shape (n, d).
    grades
        Grade of each rating, from 1, and 0 for none, shape (n, m); None where no firm has a rating.
    override
        Index of the tier that an override gives, -1 for none, shape (n,); None where there are none.

    Raises
    ------
    ValueError
        If the shapes do not fit the scorecard, it has no cut points, or a bin or grade is not one of its own.
    """
    num_firms = len(bins)
    if bins.shape != (num_firms, len(scorecard.indicators)) or direct.shape != (num_firms, len(scorecard.direct)):
        raise ValueError(f"expected one bin per indicator and one flag per rule, got {bins.shape} and {direct.shape}")
    if len(scorecard.cuts) != len(scorecard.tiers) - 1:
        raise ValueError("expected a scorecard with cut points, got one whose shares have not set them yet")
    grades = np.zeros((num_firms, len(scorecard.matrices)), dtype=np.uint8) if grades is None else grades
    override = np.full(num_firms, -1, dtype=np.int8) if override is None else override
    score = scores_of(scorecard, bins)
    by_score = np.searchsorted(np.array(scorecard.cuts, dtype=np.int64), score, side="right").astype(np.int8)
    tier = _rated(scorecard, by_score, grades)
    decided = (tier != by_score).astype(np.int8)
    rule = np.full(num_firms, -1, dtype=np.int8)
    # Rules are taken in their order, and a later one replaces an earlier one only if its tier is higher.
    for place, entry in enumerate(scorecard.direct):
        lifted = direct[:, place] & (tier < scorecard.tiers.index(entry.tier))
        tier[lifted] = scorecard.tiers.index(entry.tier)
        rule[lifted] = place
        decided[lifted] = DECIDERS.index("rule")
    tier[override >= 0] = override[override >= 0]
    decided[override >= 0] = DECIDERS.index("override")
    return Classes(
        score=score,
        score_tier=by_score,
        tier=tier,
        rule=rule,
        bins=bins,
        direct=direct,
        grades=grades,
        override=override,
        decided=decided,
    )


def _rated(scorecard: Scorecard, by_score: Places, grades: Bins) -> Places:
    """Tier of score and ratings: the highest that a matrix gives, the score's own where the firm has no rating."""
    if grades.shape != (len(by_score), len(scorecard.matrices)):
        raise ValueError(f"expected one grade per matrix, got {grades.shape}")
    best = np.full(len(by_score), -1, dtype=np.int8)
    for column, matrix in zip(grades.T, scorecard.matrices, strict=True):
        if len(column) and int(column.max()) > len(matrix.grades):
            raise ValueError(f"expected grades 0 to {len(matrix.grades)} of {matrix.name}, got {int(column.max())}")
        np.maximum(best, matrix.table(scorecard.tiers)[column, by_score], out=best)
    return np.where(best < 0, by_score, best).astype(np.int8)


def parse_bin_texts(texts: Ids, num_indicators: int) -> Bins:
    """
    Bins from their characters, shape (n, k).

    Raises
    ------
    ValueError
        If a text has another length or a character that is no bin.
    """
    return _numbers(texts, num_indicators, _CHARACTERS)


def parse_direct_texts(texts: Ids, num_rules: int) -> Mask:
    """Flags from their characters, shape (n, d); raises `ValueError` as `parse_bin_texts`."""
    return _numbers(texts, num_rules, _FLAGS).astype(np.bool_)


def _texts(characters: npt.NDArray[np.uint8]) -> Ids:
    num_firms, width = characters.shape
    if width == 0:
        return np.zeros(num_firms, dtype="S1")
    return np.ascontiguousarray(characters).view(f"S{width}").reshape(num_firms)


def _numbers(texts: Ids, width: int, alphabet: npt.NDArray[np.uint8]) -> Bins:
    if width == 0:
        return np.zeros((len(texts), 0), dtype=np.uint8)
    if texts.dtype.itemsize != width:
        raise ValueError(f"expected texts of {width} characters, got {texts.dtype.itemsize}")
    table = np.full(256, 255, dtype=np.uint8)
    table[alphabet] = np.arange(len(alphabet), dtype=np.uint8)
    numbers = table[np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), width)]
    if numbers.size and int(numbers.max()) == 255:
        raise ValueError("expected only characters of bins and flags, got others")
    return np.asarray(numbers)
