"""Calibrated probabilities of scores, as a table of integers; `scheduler.risk.calibration` makes it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scheduler.i18n import gettext as _
from scheduler.registry.items import MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """
    Probability of each score.

    Attributes
    ----------
    least_score
        Least score of each step, ascending; lower scores than the first have its probability.
    probability_micro
        Probability of each step in 10^-6, never falling.
    """

    least_score: tuple[int, ...]
    probability_micro: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.least_score)

    def of(self, score: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Probability of scores in 10^-6, shape as `score`."""
        step = np.searchsorted(np.array(self.least_score, dtype=np.int64), score, side="right") - 1
        return np.array(self.probability_micro, dtype=np.int64)[np.maximum(step, 0)]

    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong with the table."""
        found = []
        if not self.least_score or len(self.least_score) != len(self.probability_micro):
            found.append(_("calibration: expected steps of a score and a probability"))
        if any(right <= left for left, right in pairwise(self.least_score)):
            found.append(_("calibration: expected ascending scores"))
        if any(right < left for left, right in pairwise(self.probability_micro)):
            found.append(_("calibration: expected probabilities that never fall as the score grows"))
        if any(not 0 <= value <= MICRO for value in self.probability_micro):
            found.append(_("calibration: expected probabilities from 0 to 1,000,000 (millionths)"))
        return tuple(found)


def calibration_toml(calibration: Calibration) -> str:
    """TOML of a table of probabilities: pairs of a least score and millionths, some to a line."""
    steps = list(zip(calibration.least_score, calibration.probability_micro, strict=True))
    rows = [", ".join(f"[{score}, {micro}]" for score, micro in steps[k : k + 6]) for k in range(0, len(steps), 6)]
    return "[\n" + "".join(f"    {row},\n" for row in rows) + "]"
