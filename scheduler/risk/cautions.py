"""
What must be said of a card that was trained on little, or that predicts nothing.

The rule of ten outcomes for each fitted weight: Peduzzi et al. (1996), J Clin Epidemiol 49: 1373-1379,
doi:10.1016/S0895-4356(96)00236-3; Hosmer, Lemeshow and Sturdivant, Applied Logistic Regression, 3rd edition, Wiley
2013. It counts outcomes of the rarer kind. Here a weight is one of the card's tables of points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scheduler.i18n import Translate
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for

LEAST_OUTCOMES_PER_WEIGHT: Final = 10
CHANCE_AUC: Final = 0.5
LEVEL: Final = "95 %"  # of intervals
_FEW: Final = N_(
    "{rarer} outcomes of the rarer kind for {fitted} fitted weights, where textbooks ask for at least {least} for each "
    "(Peduzzi et al. 1996; Hosmer, Lemeshow and Sturdivant, Applied Logistic Regression, 2013): its points may be "
    "chance"
)
_CHANCE: Final = N_(
    "predicts nothing that can be told from chance: the {level} interval of the area out of time, {low} to {high}, "
    "does not lie above 0.5"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """
    One warning: ``few_outcomes`` with outcomes of the rarer kind and fitted weights, or ``no_better_than_chance`` with
    the interval of the area under the curve out of time.
    """

    code: str
    num_rarer: int = 0
    num_fitted: int = 0
    low: float = 0.0
    high: float = 0.0


def cautions_of(
    num_rows: int, num_problems: int, num_fitted: int, interval: tuple[float, float] | None
) -> tuple[Caution, ...]:
    """
    Warnings about a card.

    Parameters
    ----------
    num_rows, num_problems, num_fitted
        Outcomes, those with a problem, and fitted weights.
    interval
        95 % interval of the area out of time; None where it was not judged so.

    Examples
    --------
    >>> [one.code for one in cautions_of(500, 99, 10, (0.45, 0.61))]
    ['few_outcomes', 'no_better_than_chance']
    >>> cautions_of(500, 100, 10, (0.51, 0.61))
    ()
    """
    rarer = min(num_problems, num_rows - num_problems)
    found = []
    if rarer < LEAST_OUTCOMES_PER_WEIGHT * num_fitted:
        found.append(Caution(code="few_outcomes", num_rarer=rarer, num_fitted=num_fitted))
    if interval is not None and interval[0] <= CHANCE_AUC:
        found.append(Caution(code="no_better_than_chance", low=interval[0], high=interval[1]))
    return tuple(found)


def caution_words(caution: Caution, translate: Translate) -> str:
    """A warning in words."""
    if caution.code == "few_outcomes":
        return translate(_FEW).format(
            rarer=f"{caution.num_rarer:,}", fitted=caution.num_fitted, least=LEAST_OUTCOMES_PER_WEIGHT
        )
    return translate(_CHANCE).format(level=LEVEL, low=f"{caution.low:.3f}", high=f"{caution.high:.3f}")


def noted(note: str, cautions: tuple[Caution, ...]) -> str:
    """A card's note with the warnings behind it, in English: it goes into the card's digest."""
    return " ".join((note, *(f"Warning: {caution_words(one, str)}." for one in cautions)))
