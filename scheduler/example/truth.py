"""
The truth of the made-up city: how likely a visit to a firm finds a problem.

The true log-odds of a firm are a sum of points, in hundredths: an intercept, its type, age, capital and industry as the
register tells them, and counts of its events in windows before the date (`parameters.Truth`). Nothing else counts and
nothing is noise, so a classifier that sees register and history can at best know these probabilities, and an estimator
can be held against them. They are of the firm as it stands on a date: on a later date, with more events, they change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from scheduler.example.parameters import EventEffect, StepPoints, Truth
from scheduler.example.randomness import Whole, logistic_micro
from scheduler.registry.codes import EVENT_KINDS, OBJECT_TYPES
from scheduler.registry.frame import Events, Frame, Mask

_REACH = 1000  # hundredths of log-odds; beyond, the chance stays below 46 or above 999,954 of a million


def true_probability(truth: Truth, frame: Frame, events: Events, as_of: date) -> Whole:
    """
    Chance, in 10⁻⁶, that a visit to each firm finds a problem, shape (n,).

    Parameters
    ----------
    as_of
        Events of this day and before it count.
    """
    return probabilities(true_logit(truth, frame, events, as_of))


def true_logit(truth: Truth, frame: Frame, events: Events, as_of: date) -> Whole:
    """True log-odds of each firm, in hundredths, shape (n,)."""
    types = np.array([truth.types.get(code, 0) for code in OBJECT_TYPES], dtype=np.int64)
    logit = truth.intercept + types[frame.object_type]
    logit += _steps(truth.ages, truth.ages.years, _years(frame, as_of))
    logit += _steps(truth.capital, truth.capital.yuan, frame.capital_yuan)
    logit += _industry_points(truth, frame)
    for counts, effect in zip(event_counts(truth, frame, events, as_of).values(), truth.events, strict=True):
        logit += np.array(effect.points, dtype=np.int64)[counts]
    return logit


def event_counts(truth: Truth, frame: Frame, events: Events, as_of: date) -> Mapping[str, Whole]:
    """For each effect of events, by its name, each firm's position in the effect's points, shape (n,)."""
    return {
        effect.name: np.minimum(
            np.bincount(events.firm[_counted(effect, events, as_of)], minlength=len(frame)), len(effect.points) - 1
        ).astype(np.int64)
        for effect in truth.events
    }


def probabilities(logit: Whole) -> Whole:
    """Probabilities, in 10⁻⁶, of log-odds in hundredths, shape as `logit`."""
    return np.asarray(logistic_micro(_REACH)[np.clip(logit, -_REACH, _REACH) + _REACH])


def _counted(effect: EventEffect, events: Events, as_of: date) -> Mask:
    day = np.datetime64(as_of, "D")
    kinds = [EVENT_KINDS.index(kind) for kind in effect.kinds]
    known = np.isin(events.kind, kinds) & (events.occurred_on <= day)
    if effect.current:
        return np.asarray(known & (np.isnat(events.ended_on) | (events.ended_on > day)))
    return np.asarray(known & (events.occurred_on > day - np.timedelta64(effect.days, "D")))


def _years(frame: Frame, as_of: date) -> Whole:
    """Age in whole years of 365 days, −1 where the register does not tell it."""
    days = (np.datetime64(as_of, "D") - frame.established_on).astype(np.int64)
    return np.where(np.isnat(frame.established_on), -1, np.maximum(days, 0) // 365)


def _steps(shape: StepPoints, cuts: tuple[int, ...], values: Whole) -> Whole:
    points = np.array(shape.points, dtype=np.int64)[np.searchsorted(np.array(cuts), values, side="right")]
    return np.where(values < 0, shape.unknown, points)


def _industry_points(truth: Truth, frame: Frame) -> Whole:
    """Points of each firm's industry: those of the longest prefix that has any."""
    codes, position = np.unique(frame.industry, return_inverse=True)
    points = []
    for code in codes:
        prefixes = [prefix for prefix in truth.industries if code.decode("ascii").startswith(prefix)]
        points.append(truth.industries[max(prefixes, key=len)] if prefixes else 0)
    return np.array(points, dtype=np.int64)[position]
