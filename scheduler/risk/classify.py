"""
Puts every firm into a tier: indicators as of a date → bins → integer score → tier, direct rules above the score.

The rule that decides is the draw specification's section 3.4, and `decide` is that section in numpy: from bins and
flags alone, so that whoever holds them gets the same tiers. No float takes part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.registry.frame import Events, Frame, Ids, Mask
from scheduler.risk.bins import BIN_CHARACTERS, Bins
from scheduler.risk.history import Snapshot, Values
from scheduler.risk.indicators import compute_indicator
from scheduler.risk.scorecard import Scorecard

Scores: TypeAlias = npt.NDArray[np.int32]
Places: TypeAlias = npt.NDArray[np.int8]

_CHARACTERS = np.frombuffer(BIN_CHARACTERS.encode("ascii"), dtype=np.uint8)
_FLAGS = np.frombuffer(b"01", dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """
    Classes of the n firms of a frame, with k indicators and d direct rules.

    Attributes
    ----------
    score
        Base and points, shape (n,).
    tier
        Index into the scorecard's tiers, shape (n,).
    rule
        Index of the direct rule that lifted the firm above its score's tier, -1 where none did, shape (n,).
    bins
        Bin of each indicator, shape (n, k).
    direct
        Whether each direct rule's conditions hold, shape (n, d).
    """

    score: Scores
    tier: Places
    rule: Places
    bins: Bins
    direct: Mask

    def __len__(self) -> int:
        return len(self.score)

    def bin_texts(self) -> Ids:
        """Bins of each firm as k characters ``0-9a-z``, shape (n,)."""
        return _texts(_CHARACTERS[self.bins])

    def direct_texts(self) -> Ids:
        """Flags of each firm as d characters ``0`` and ``1``, shape (n,); empty texts without direct rules."""
        return _texts(_FLAGS[self.direct.astype(np.intp)])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClassification:
    """
    The newest classification as it was stored, with the scorecard it was made with.

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


def classify(frame: Frame, events: Events, scorecard: Scorecard, as_of: date) -> Classes:
    """
    Classes of all firms as of a date.

    Parameters
    ----------
    events
        Dated events in any order; what happened after the date has no influence.
    """
    snapshot = Snapshot(frame, events, as_of)
    needed = {condition.indicator for rule in scorecard.direct for condition in rule.when}
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
    return decide(scorecard, np.ascontiguousarray(bins.T), np.ascontiguousarray(direct.T))


def decide(scorecard: Scorecard, bins: Bins, direct: Mask) -> Classes:
    """
    Score, tier and rule of each firm from its bins and flags (draw specification, section 3.4).

    Parameters
    ----------
    bins
        Shape (n, k).
    direct
        Shape (n, d).

    Raises
    ------
    ValueError
        If the shapes do not fit the scorecard or a bin is not one of its bins.
    """
    num_firms = len(bins)
    if bins.shape != (num_firms, len(scorecard.indicators)) or direct.shape != (num_firms, len(scorecard.direct)):
        raise ValueError(f"expected one bin per indicator and one flag per rule, got {bins.shape} and {direct.shape}")
    score = np.full(num_firms, scorecard.base, dtype=np.int32)
    for column, scale in zip(bins.T, scorecard.indicators, strict=True):
        if num_firms and int(column.max()) >= len(scale.points):
            raise ValueError(f"expected bins 0 to {len(scale.points) - 1} of {scale.name}, got {int(column.max())}")
        score += np.array(scale.points, dtype=np.int32)[column]
    tier = np.searchsorted(np.array(scorecard.cuts, dtype=np.int64), score, side="right").astype(np.int8)
    rule = np.full(num_firms, -1, dtype=np.int8)
    # Rules are taken in their order, and a later one replaces an earlier one only if its tier is higher.
    for place, entry in enumerate(scorecard.direct):
        lifted = direct[:, place] & (tier < scorecard.tiers.index(entry.tier))
        tier[lifted] = scorecard.tiers.index(entry.tier)
        rule[lifted] = place
    return Classes(score=score, tier=tier, rule=rule, bins=bins, direct=direct)


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
