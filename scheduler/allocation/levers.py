"""
Levers: the planner's own limits as things that can give way, each by the name that the policy has for it.

A lever moves every row of the programme that its figure stands in, by so much for one unit of the figure: the floor of
tier A moves the floors of all strata of the tier. So what is found to give way is a figure of the policy, and applied
it changes just these rows. Limits of logic (one visit a firm, the firms there are, full coverage) have no lever.

Names are dotted paths into the policy file; ``capacity.DISTRICT….roundN`` stands for officer-hours on top of the
roster's (`capacity.changes`) and ``task.ID.ratio_min`` for a ratio of the task list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import numpy as np

from scheduler.allocation.layout import Layout
from scheduler.allocation.matrix import Floats, Limit, Rows
from scheduler.allocation.policy import RatesPolicy
from scheduler.allocation.strata import Stratum
from scheduler.registry.codes import ObjectType
from scheduler.registry.frame import Integers
from scheduler.registry.items import MICRO

RATIO_GRAIN, HOURS_GRAIN = Decimal("0.0001"), Decimal(1)
WORKING_YEAR = Decimal(2000)  # hours: some 250 days of eight, more than which nobody gives
_LEAST_FLOOR = Decimal("0.000001")  # nobody is left out of a round altogether, where anything else helps
_NEARLY_ALL = 0.9999  # of the visits that a standard error asks for: giving way by all of them is to have no figure
_Group = tuple[str, str, tuple[str, ...], str]  # object type, tier, tasks, district


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """
    One figure that can give way.

    Attributes
    ----------
    name, kind
        Its name in the policy, and the kind of limit, for words.
    subject
        Whom it is about, for words: tier, task, or (round, district, department, speciality).
    now, last
        Its value, and the farthest it can be taken.
    grain
        Values are whole multiples of it away from `now`.
    weight
        Rank among equally few: the bureau's own choices before what binds it.
    law
        Whether it gives way only where nothing else helps: the target itself, and the last chance of a tier in a round.
    moves
        Block, rows in it, and what one unit of the figure adds to their bounds: positive for upper ones, negative for
        lower ones, and for rows with both the change of the total asked.
    """

    name: str
    kind: Limit
    subject: tuple[str, ...]
    now: Decimal
    last: Decimal
    grain: Decimal
    weight: float
    law: bool = False
    moves: tuple[tuple[int, Integers, Floats], ...]

    @property
    def most(self) -> float:
        """By how much it can give way at most, in the straight line that the rows are moved along."""
        return _NEARLY_ALL * float(self.now) if self.kind is Limit.PRECISION else float(abs(self.last - self.now))

    def moved(self, amount: float, growth: float) -> Decimal:
        """The value after giving way by at least so much, grown, in whole grains, and never past the last."""
        if self.kind is Limit.PRECISION:  # half the visits are worth more than twice the error, and far off all count
            growth = growth**3
            amount = float(self.now) * (1 / (1 - amount / float(self.now)) - 1)
        grains = (Decimal(repr(max(float(amount) * growth, 0.0))) / self.grain).to_integral_value(ROUND_CEILING)
        value = self.now + (grains * self.grain if self.last > self.now else -grains * self.grain)
        return min(value, self.last) if self.last > self.now else max(value, self.last)


def levers(layout: Layout, blocks: Sequence[Rows]) -> tuple[Lever, ...]:
    """
    All levers that can move, in ascending order of name.

    Parameters
    ----------
    blocks
        Rows of the programme, those with two bounds split into one block for each (`scheduler.allocation.relaxation`).
    """
    found = []
    for make in (_floors, _ceilings, _steps, _tolerances, _tasks, _share, _target, _precision, _hours, _yearly):
        found += [lever for lever in make(layout, blocks) if lever.most > 0]
    return tuple(sorted(found, key=lambda lever: lever.name))


def _of(blocks: Sequence[Rows], *limits: Limit) -> Iterator[tuple[int, Rows]]:
    return ((number, block) for number, block in enumerate(blocks) if block.limit in limits and len(block))


class _Moves:
    """Gathers, by name, the rows that a figure moves."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
        self.values: dict[str, tuple[Decimal, str]] = {}

    def add(self, name: str, value: Decimal, subject: str, block: int, row: int, change: float) -> None:
        """One row; `change` is what one unit of the figure adds to its bound."""
        self.values.setdefault(name, (value, subject))
        self._rows[name][block].append((row, change))

    def of(self, name: str) -> tuple[tuple[int, Integers, Floats], ...]:
        """All rows of a name."""
        return tuple(
            (
                block,
                np.array([row for row, _ in pairs], dtype=np.int64),
                np.array([change for _, change in pairs], dtype=np.float64),
            )
            for block, pairs in sorted(self._rows[name].items())
        )


def _stated(rates: RatesPolicy, field: str, group: _Group) -> tuple[str, Decimal]:
    """Name and value of the figure that counts for a group: the last exception that fits and states it, or the rule."""
    object_type, tier, task_ids, district = group
    for number in range(len(rates.exceptions), 0, -1):
        entry = rates.exceptions[number - 1]
        value = getattr(entry, field)
        if value is not None and entry.fits(ObjectType(object_type), tier, district, task_ids):
            return f"rates.exceptions.{number}.{field}", value
    value = getattr(rates, field)
    return (f"rates.{field}.{tier}", value[tier]) if isinstance(value, dict) else (f"rates.{field}", value)


def _group(stratum: Stratum) -> _Group:
    return stratum.object_type, stratum.tier, stratum.task_ids, stratum.district


def _rate_levers(kind: Limit, moves: _Moves, last: Decimal, weight: float, *, law: bool = False) -> Iterator[Lever]:
    for name, (value, tier) in moves.values.items():
        if value > 0 or last > 0:
            yield Lever(
                name=name,
                kind=kind,
                subject=(tier if kind in (Limit.FLOOR, Limit.CEILING) else "",),
                now=value,
                last=last,
                grain=RATIO_GRAIN,
                weight=weight,
                law=law,
                moves=moves.of(name),
            )


def _floors(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    moves, strata = _Moves(), layout.problem.strata.strata
    for number, block in _of(blocks, Limit.FLOOR):
        for row, (subject, bound) in enumerate(zip(block.subject, block.lower.tolist(), strict=True)):
            stratum = strata[int(layout.slot_stratum[int(subject[0])])]
            name, value = _stated(layout.problem.policy.rates, "floor", _group(stratum))
            if value > 0:
                moves.add(name, value, stratum.tier, number, row, -bound / float(value))
    yield from _rate_levers(Limit.FLOOR, moves, _LEAST_FLOOR, 4)
    yield from _rate_levers(Limit.FLOOR, moves, Decimal(0), 8, law=True)


def _ceilings(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    moves, strata = _Moves(), layout.problem.strata.strata
    for number, block in _of(blocks, Limit.CEILING):
        for row, subject in enumerate(block.subject):
            index = int(subject[0])
            name, value = _stated(layout.problem.policy.rates, "ceiling", _group(strata[index]))
            change = float(layout.available[index]) + strata[index].num_drawn
            moves.add(name, value, strata[index].tier, number, row, change)
    yield from _rate_levers(Limit.CEILING, moves, Decimal(1), 3)


def _steps(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    moves, problem = _Moves(), layout.problem
    for number, block in _of(blocks, Limit.TIERS):
        for row, subject in enumerate(block.subject):
            above = layout.classes[int(subject[0])]
            if above.counting:
                tier = problem.policy.tiers.codes[above.tier]
                group = (str(above.object_type), tier, above.task_ids, "")
                name, value = _stated(problem.policy.rates, "step", group)
                change = -float(layout.class_size[int(subject[0])]) / problem.num_targeted
                moves.add(name, value, tier, number, row, change)
    yield from _rate_levers(Limit.TIERS, moves, Decimal(0), 2)


def _tolerances(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    moves, problem = _Moves(), layout.problem
    for number, block in _of(blocks, Limit.TOLERANCE):
        sign = 1.0 if np.isfinite(block.upper).all() else -1.0
        for row, subject in enumerate(block.subject):
            index = int(layout.slot_stratum[int(subject[0])])
            stratum = problem.strata.strata[index]
            name, value = _stated(problem.policy.rates, "tolerance", _group(stratum))
            change = sign * float(layout.available[index]) / problem.num_targeted
            moves.add(name, value, stratum.tier, number, row, change)
    yield from _rate_levers(Limit.TOLERANCE, moves, Decimal(1), 2)


def _whole_visits(size: int, now: Decimal, last: Decimal) -> float:
    """
    What one unit of a ratio adds to its bound on the way to the last, negative for a least ratio.

    Bounds are whole visits, so the way to the last is longer than the ratio's: 0.2 of one visit is none, and all of it
    is one.
    """
    if last > now:
        return float((size - int(size * now)) / (last - now))
    return -float((size * now).to_integral_value(ROUND_CEILING) / now) if now else -float(size)


def _tasks(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    problem = layout.problem
    for number, block in _of(blocks, Limit.TASK_LEAST, Limit.TASK_GREATEST):
        least = block.limit is Limit.TASK_LEAST
        for row, subject in enumerate(block.subject):
            task = problem.tasks[str(subject[0])]
            size = max(1, problem.limits[task.task_id].num_in_range)
            ratio = Decimal(task.ratio_min_micro if least else task.ratio_max_micro) / MICRO
            last = Decimal(0 if least else 1)
            yield Lever(
                name=f"task.{task.task_id}.{'ratio_min' if least else 'ratio_max'}",
                kind=block.limit,
                subject=(task.task_id,),
                now=ratio,
                last=last,
                grain=RATIO_GRAIN,
                weight=5,
                moves=((number, np.array([row], dtype=np.int64), np.array([_whole_visits(size, ratio, last)])),),
            )


def _share(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    share, size = layout.problem.policy.target.full_coverage_share, max(1, layout.problem.target)
    for number, block in _of(blocks, Limit.COMPULSORY_SHARE):
        yield Lever(
            name="target.full_coverage_share",
            kind=block.limit,
            subject=(),
            now=share,
            last=Decimal(1),
            grain=RATIO_GRAIN,
            weight=5,
            moves=((number, np.zeros(1, dtype=np.int64), np.array([_whole_visits(size, share, Decimal(1))])),),
        )


def _target(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    """The target, downwards and upwards."""
    ratio = layout.problem.policy.target.ratio
    for number, block in _of(blocks, Limit.TARGET):
        rows = np.arange(len(block))
        change = block.lower / float(ratio) if ratio else np.full(len(block), 1.0)
        for last, sign in ((Decimal(0), -1.0), (Decimal(1), 1.0)):
            yield Lever(
                name="target.ratio",
                kind=block.limit,
                subject=(),
                now=ratio,
                last=last,
                grain=RATIO_GRAIN,
                weight=9,
                law=True,
                moves=((number, rows, sign * change),),
            )


def _precision(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    """Standard errors asked of a tier or a district, each in a block of its own."""
    asked = layout.problem.policy.precision
    for number, block in _of(blocks, Limit.PRECISION):
        name = str(block.subject[0][1])
        _, part, code = name.split(".", 2)
        error = asked.tiers[code] if part == "tiers" else asked.districts[code]
        yield Lever(
            name=name,
            kind=Limit.PRECISION,
            subject=(code,),
            now=error,
            last=Decimal(1),
            grain=RATIO_GRAIN,
            weight=2,
            moves=((number, np.arange(len(block)), -block.lower / float(error)),),
        )


def _hours(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    """Officer-hours of a round, district and resource; a food officer is an officer too."""
    problem = layout.problem
    needed = 2.0 * float(problem.strata.size.sum()) * float(layout.columns.hours.max(initial=0.0))
    needed -= sum(min(0.0, float(change.hours)) for change in problem.policy.capacity.changes)  # to be given back first
    for number, block in _of(blocks, Limit.HOURS, Limit.POOL):
        places = {subject: row for row, subject in enumerate(block.subject)}
        for (entry, district, department, speciality), _ in places.items():
            if (district == problem.policy.bureau) != (block.limit is Limit.POOL):
                continue
            wider = [
                places[entry, district, *resource]
                for resource in problem.resources
                if resource.department in ("", department) and resource.speciality in ("", speciality)
            ]
            name = ".".join(filter(None, ("capacity", str(district), str(department), str(speciality))))
            yield Lever(
                name=f"{name}.round{entry}",
                kind=Limit.HOURS,
                subject=(str(entry), str(district), str(department), str(speciality)),
                now=Decimal(0),
                last=Decimal(round(needed) + 1),
                grain=HOURS_GRAIN,
                weight=1.5 if block.limit is Limit.POOL else 1,
                moves=((number, np.array(wider, dtype=np.int64), np.ones(len(wider))),),
            )


def _yearly(layout: Layout, blocks: Sequence[Rows]) -> Iterator[Lever]:
    """What all officers give: their hours a year, and the reserve kept."""
    capacity = layout.problem.policy.capacity
    kept = 1 - float(capacity.reserve)
    moves = tuple(
        (number, np.arange(len(block)), np.maximum(block.upper, 0.0))
        for number, block in _of(blocks, Limit.HOURS, Limit.POOL)
    )
    if not moves or not any(float(bounds.sum()) for _, _, bounds in moves):
        return
    figures = []
    if kept:
        figures.append(("capacity.reserve", capacity.reserve, Decimal(0), RATIO_GRAIN, kept))
    if capacity.hours_per_officer:
        hours = capacity.hours_per_officer
        figures.append(("capacity.hours_per_officer", hours, max(hours, WORKING_YEAR), HOURS_GRAIN, float(hours)))
    for name, now, last, grain, unit in figures:
        yield Lever(
            name=name,
            kind=Limit.POOL,
            subject=(),
            now=now,
            last=last,
            grain=grain,
            weight=3,
            moves=tuple((number, rows, bounds / unit) for number, rows, bounds in moves),
        )
