"""
Cut points from target shares: which least scores give the tiers the wanted shares of the firms in operation.

The shares bound the tiers from above: firms of one score stay together, so a tier and all above it get as many firms as
fit into their shares together, never more. Ratings, direct rules and overrides come on top, as they do with chosen cut
points. Integers decide.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Mask
from scheduler.registry.items import MICRO
from scheduler.risk.classify import Scores
from scheduler.risk.scorecard import Scorecard


def cut_by_shares(scorecard: Scorecard, score: Scores, counted: Mask) -> Scorecard:
    """
    The scorecard with the cut points that its shares ask for; unchanged where it has no shares.

    Parameters
    ----------
    score
        Score of each firm, shape (n,).
    counted
        Firms that the shares are shares of, shape (n,).

    Raises
    ------
    PolicyError
        If there are shares but nobody to count.
    """
    if not scorecard.shares:
        return scorecard
    scores = np.sort(score[counted].astype(np.int64))
    if not len(scores):
        raise PolicyError(_("shares: expected firms in operation to set cut points by, got none; name “cuts” instead"))
    cuts: list[int] = []
    for place in range(1, len(scorecard.tiers)):
        most = sum(scorecard.shares[place:]) * len(scores) // MICRO  # firms in this tier and above, at most
        cut = int(scores[-1]) + 1 if most == 0 else _least_score(scores, most)
        cuts.append(max(cut, cuts[-1] + 1) if cuts else cut)
    return replace(scorecard, cuts=tuple(cuts))


def _least_score(scores: np.ndarray[tuple[int], np.dtype[np.int64]], most: int) -> int:
    """Least score that at most so many firms reach; scores are in ascending order."""
    reached = int(scores[len(scores) - most])  # the score of the last firm that fits
    first = int(np.searchsorted(scores, reached, side="left"))
    return reached if len(scores) - first <= most else reached + 1
