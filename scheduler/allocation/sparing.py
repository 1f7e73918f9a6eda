"""
Infeasible for whom the policy spares: how far its rules must give way so that there is a plan.

Firms inspected lately, or visited as often as the policy allows, are left out before the programme is stated, so no
limit of it brings them back; the figure of the rule does. Each answer is tried on the problem as the changed policy
would state it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scheduler.allocation.policy import VisitsPolicy
from scheduler.errors import Relaxation
from scheduler.i18n import gettext as _

Works = Callable[[Sequence[Relaxation]], bool]
_MANY = 30  # visits of one firm in a year: none has more


def nobody_spared(visits: VisitsPolicy) -> tuple[Relaxation, ...]:
    """The rules that spare firms taken as far as they go, the look back first; empty if the policy has none."""
    return tuple(_relaxation(name, now, last) for name, now, last in _figures(visits))


def less_sparing(visits: VisitsPolicy, works: Works) -> tuple[Relaxation, ...]:
    """The one figure whose giving way makes a plan, and by how little; empty if none does alone."""
    for name, now, last in _figures(visits):
        if not works((_relaxation(name, now, last),)):
            continue
        fails, found = now, last
        while abs(found - fails) > 1:
            middle = (found + fails) // 2
            if works((_relaxation(name, now, middle),)):
                found = middle
            else:
                fails = middle
        return (_relaxation(name, now, found),)
    return ()


def _figures(visits: VisitsPolicy) -> list[tuple[str, int, int]]:
    """Name of each figure that spares firms, its value, and the one at which it spares nobody."""
    found = []
    if visits.lookback_months:
        found.append(("visits.lookback_months", visits.lookback_months, 0))
    if visits.yearly_cap is not None and visits.yearly_cap < _MANY:
        found.append(("visits.yearly_cap", visits.yearly_cap, _MANY))
    return found


def _relaxation(name: str, now: int, value: int) -> Relaxation:
    if value < now:
        words = _("months back within which an inspection leaves a firm out ({name}): from {before} down to {after}")
    else:
        words = _("visits in the year from which on a firm is left out ({name}): from {before} up to {after}")
    return Relaxation(name=name, change=str(value), sentence=words.format(name=name, before=now, after=value))
