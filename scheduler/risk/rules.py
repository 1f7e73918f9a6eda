"""Direct rules: conditions on indicators that put a firm into a tier at least as high as theirs, whatever its score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.i18n import gettext as _
from scheduler.registry.frame import Mask
from scheduler.risk.history import MISSING, Values
from scheduler.risk.indicators import Categories


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """
    One condition; a missing value fulfils none.

    Attributes
    ----------
    indicator
        Name of the indicator.
    at_least, at_most
        Bounds of its value, both included; None for no bound.
    codes
        Codes its value must be among, where the indicator has codes.
    categories
        Codes of the indicator, None for amounts.
    """

    indicator: str
    at_least: int | None = None
    at_most: int | None = None
    codes: tuple[str, ...] = ()
    categories: Categories | None = None

    def holds(self, values: Values) -> Mask:
        """Firms that fulfil the condition, shape (n,)."""
        fulfilled = values != MISSING
        if self.categories is not None:
            covered = np.zeros(self.categories.size, dtype=np.bool_)
            for code in self.codes:
                part = self.categories.values_of(code)
                if part is not None:
                    covered[part.start : part.stop] = True
            return np.asarray(fulfilled & covered[np.maximum(values, 0)])
        if self.at_least is not None:
            fulfilled &= values >= self.at_least
        if self.at_most is not None:
            fulfilled &= values <= self.at_most
        return np.asarray(fulfilled)

    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong with the condition, each as a sentence; empty if nothing is."""
        found = []
        if self.categories is not None:
            if not self.codes or self.at_least is not None or self.at_most is not None:
                found.append(_("{indicator}: expected “codes” and no bounds").format(indicator=self.indicator))
            for code in self.codes:
                if self.categories.values_of(code) is None:
                    found.append(_("{indicator}: there is no code {code}").format(indicator=self.indicator, code=code))
            return tuple(found)
        if self.codes or (self.at_least is None and self.at_most is None):
            found.append(
                _("{indicator}: expected “at_least”, “at_most” or both, and no codes").format(indicator=self.indicator)
            )
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            found.append(
                _("{indicator}: expected at_least ≤ at_most, got {least} and {most}: no firm can fulfil it").format(
                    indicator=self.indicator, least=self.at_least, most=self.at_most
                )
            )
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectRule:
    """
    One direct rule.

    Attributes
    ----------
    name
        Code of the rule, as records show it.
    tier
        Tier that the firm has at least.
    label, label_en
        What people call it, in Chinese and in English.
    when
        Conditions that must all hold.
    source
        Regulation or decision it rests on.
    """

    name: str
    tier: str
    label: str
    label_en: str
    when: tuple[Condition, ...]
    source: str = ""
