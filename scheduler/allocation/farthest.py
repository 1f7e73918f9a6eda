"""
The last resort of an infeasible answer: every figure taken as far as it goes, then as many as possible taken back.

The policy is not a straight line everywhere, so what the elastic programme proposes may fail however much it grows. If
even all figures at their farthest make no plan, no figures do. If they do make one, figures are taken back in halves
as long as there is still a plan, so that none of those left can be left out (QuickXplain [1]_); then each is taken
back as far as some halvings of its way find a plan. All of it is tried on the problem as the changed policy would state
it.

References
----------
.. [1] Junker (2004), AAAI-04: 167-172
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from scheduler.allocation.levers import Lever

Moved = tuple[Lever, Decimal]
Works = Callable[[Sequence[Moved]], bool]
_HALVINGS = 8  # of a figure's way; what is left is a quarter of a percent of it


def farthest(levers: Sequence[Lever], works: Works) -> tuple[Moved, ...]:
    """Figures that make a plan together, none of which can be left out, and their values; empty if none do."""
    every = [(lever, lever.last) for lever in levers]
    if not works(every):
        return ()
    needed = _needed([], every, works, is_new=False)
    for place, (lever, last) in enumerate(needed):
        others = [entry for number, entry in enumerate(needed) if number != place]
        needed[place] = lever, _least(lever, last, partial(_with, works, others, lever))
    return tuple(sorted(needed, key=lambda entry: entry[0].name))


def _needed(kept: list[Moved], candidates: list[Moved], works: Works, *, is_new: bool) -> list[Moved]:
    """Those of the candidates that are needed besides the ones kept; `is_new` if these were added to since tried."""
    if is_new and works(kept):
        return []
    if len(candidates) == 1:
        return candidates
    half = len(candidates) // 2
    first, second = candidates[:half], candidates[half:]
    of_second = _needed([*kept, *first], second, works, is_new=True)
    of_first = _needed([*kept, *of_second], first, works, is_new=bool(of_second))
    return [*of_first, *of_second]


def _least(lever: Lever, last: Decimal, works: Callable[[Decimal], bool]) -> Decimal:
    """The value nearest to the present one, by halves and in whole grains, that still makes a plan."""
    fails, found = lever.now, last
    for _ in range(_HALVINGS):
        middle = lever.now + ((fails + found) / 2 - lever.now) // lever.grain * lever.grain
        if middle in (fails, found):
            break
        if works(middle):
            found = middle
        else:
            fails = middle
    return found


def _with(works: Works, others: Sequence[Moved], lever: Lever, value: Decimal) -> bool:
    """Whether there is a plan with one figure at a value beside others."""
    return works([*others, (lever, value)])
