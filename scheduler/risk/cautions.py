"""
What must be said of a card that was trained on little, or that predicts nothing.

The rule of ten outcomes for each fitted weight: Peduzzi et al. (1996), J Clin Epidemiol 49: 1373-1379,
doi:10.1016/S0895-4356(96)00236-3; Hosmer, Lemeshow and Sturdivant, Applied Logistic Regression, 3rd edition, Wiley
2013. It counts outcomes of the rarer kind. Here a weight is one of the card's tables of points.

A scorecard keeps a warning as its code and whole numbers, and it is put into words when it is shown, in the reader's
language. In the scorecard's TOML::

    warnings = [
        { code = "few_outcomes", num_rarer = 56, num_fitted = 10 },
        { code = "no_better_than_chance", low_thousandths = 450, high_thousandths = 610 },
    ]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from scheduler.i18n import Translate
from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.parameters import Parameters

LEAST_OUTCOMES_PER_WEIGHT: Final = 10
CHANCE_AUC: Final = 0.5
LEVEL: Final = "95 %"  # of intervals
THOUSAND: Final = 1000
_KEYS: Final = {
    "few_outcomes": ("num_rarer", "num_fitted"),
    "no_better_than_chance": ("low_thousandths", "high_thousandths"),
}
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
    the interval of the area under the curve out of time, in thousandths.
    """

    code: str
    num_rarer: int = 0
    num_fitted: int = 0
    low_thousandths: int = 0
    high_thousandths: int = 0


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
        low, high = (round(bound * THOUSAND) for bound in interval)
        found.append(Caution(code="no_better_than_chance", low_thousandths=low, high_thousandths=high))
    return tuple(found)


def caution_words(caution: Caution, translate: Translate) -> str:
    """A warning in words."""
    if caution.code == "few_outcomes":
        return translate(_FEW).format(
            rarer=f"{caution.num_rarer:,}", fitted=caution.num_fitted, least=LEAST_OUTCOMES_PER_WEIGHT
        )
    low, high = (f"{bound / THOUSAND:.3f}" for bound in (caution.low_thousandths, caution.high_thousandths))
    return translate(_CHANCE).format(level=LEVEL, low=low, high=high)


_Number = Annotated[int, Field(strict=True, ge=0, le=10**9)]
_Thousandths = Annotated[int, Field(strict=True, ge=0, le=THOUSAND)]


class CautionFile(Parameters):
    """A warning as TOML has it."""

    code: Literal["few_outcomes", "no_better_than_chance"]
    num_rarer: _Number = 0
    num_fitted: _Number = 0
    low_thousandths: _Thousandths = 0
    high_thousandths: _Thousandths = 0


def caution_problems(file: CautionFile) -> list[str]:
    """Numbers that a warning needs and lacks, or does not need, each as a sentence that names the place."""
    wanted = _KEYS[file.code]
    got = sorted(file.model_fields_set - {"code"})
    if got == sorted(wanted):
        return []
    return [
        _("warnings.{code}: expected the keys {wanted}, got {got}").format(
            code=file.code, wanted=", ".join(wanted), got=", ".join(got) or _("none")
        )
    ]


def caution_of(file: CautionFile) -> Caution:
    """The warning that a file tells."""
    return Caution(**file.model_dump())


def caution_lines(cautions: tuple[Caution, ...]) -> list[str]:
    """Canonical TOML of warnings; nothing where there are none, so that older scorecards keep their digests."""
    if not cautions:
        return []
    numbers = [", ".join(f"{key} = {getattr(one, key)}" for key in _KEYS[one.code]) for one in cautions]
    lines = [f'    {{ code = "{one.code}", {text} }},' for one, text in zip(cautions, numbers, strict=True)]
    return ["warnings = [", *lines, "]"]
