"""
Infeasible, in the planner's words: the least that would have to give way, limit by limit.

The elastic programme lets every limit that the planner can change be broken at a price per visit, and pays as little
as possible. Limits of logic (one visit per firm, firms there are, definitions) stay. The price is highest for the
target of the law and lowest for the bureau's own choices, so that the cheapest answer names those first; a price on
the sum of breaches keeps their number small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from scheduler.allocation.layout import Layout
from scheduler.allocation.matrix import INFINITY, Floats, Limit, LinearProgramme, Rows
from scheduler.allocation.solver import minimise
from scheduler.errors import InfeasiblePlanError
from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.items import MICRO

PRICES = {  # per visit, or per officer-hour
    Limit.TARGET: 100.0,
    Limit.COMPULSORY_SHARE: 4.0,
    Limit.TASK_LEAST: 3.0,
    Limit.TASK_GREATEST: 3.0,
    Limit.FLOOR: 4.0,
    Limit.CEILING: 2.0,
    Limit.TIERS: 2.0,
    Limit.TOLERANCE: 2.0,
    Limit.HOURS: 0.3,
    Limit.PRECISION: 1.0,
}
_NOTICED = 1e-4  # visits or hours: less is the solver's rounding
_Sentence = Callable[[Layout, Rows, Floats], list[str]]


def explain_infeasible(layout: Layout, programme: LinearProgramme) -> InfeasiblePlanError:
    """Error that names the limits to relax, and by how much, for a programme without a solution."""
    elastic, starts = _elastic(programme)
    answer = minimise(elastic)
    sentences: list[str] = []
    if answer is not None:
        for block, start in zip(programme.blocks, starts, strict=True):
            if block.limit in PRICES:
                gap = answer.values[start : start + 2 * len(block)]
                sentences += _SENTENCES[block.limit](layout, block, gap[: len(block)] - gap[len(block) :])
    if not sentences:
        sentences = [_("more than one limit must change: relax the hours, then the tasks' ratios, and try again")]
    return InfeasiblePlanError(
        _("no plan keeps every limit; nothing was changed. The least that would have to give way:"), tuple(sentences)
    )


def _elastic(programme: LinearProgramme) -> tuple[LinearProgramme, list[int]]:
    """The programme with two slack columns for every row that has a price, and where those of each block start."""
    cost, number = [np.zeros(len(programme.cost))], len(programme.cost)
    blocks, starts = [], []
    for block in programme.blocks:
        starts.append(number)
        if block.limit not in PRICES:
            blocks.append(block)
            continue
        size = len(block)
        own = np.arange(size)
        blocks.append(
            Rows(
                limit=block.limit,
                row=np.concatenate([block.row, own, own]),
                column=np.concatenate([block.column, number + own, number + size + own]),
                value=np.concatenate([block.value, np.ones(size), -np.ones(size)]),
                lower=block.lower,
                upper=block.upper,
                subject=block.subject,
            )
        )
        cost.append(np.full(2 * size, PRICES[block.limit]))
        number += 2 * size
    return (
        LinearProgramme(
            cost=np.concatenate(cost), upper=np.full(number, INFINITY, dtype=np.float64), blocks=tuple(blocks)
        ),
        starts,
    )


def _target(layout: Layout, block: Rows, gap: Floats) -> list[str]:
    """Positive gaps are counting visits that cannot be made, negative ones those made beyond the target."""
    short = _("round {number}: at most {most} of its {wanted} visits that count towards the target can be made")
    over = _("round {number}: {most} visits that count must be made, {wanted} are wanted; lower floors or ratios")
    return [
        (short if missing > 0 else over).format(
            number=subject[0], wanted=round(wanted), most=_number(max(0.0, wanted - missing))
        )
        for subject, wanted, missing in zip(block.subject, block.lower.tolist(), gap.tolist(), strict=True)
        if abs(missing) > _NOTICED
    ]


def _share(layout: Layout, block: Rows, gap: Floats) -> list[str]:
    return [
        _(
            "target.full_coverage_share: full-coverage visits would have to fill {more} more of the visits that count "
            "(now at most {most})"
        ).format(more=_number(-missing), most=_number(most))
        for most, missing in zip(block.upper.tolist(), gap.tolist(), strict=True)
        if abs(missing) > _NOTICED
    ]


def _task(layout: Layout, block: Rows, gap: Floats) -> list[str]:
    least = _("task {task}: least ratio {ratio}; of the visits it still asks ({bound}), {missing} cannot be made")
    most = _("task {task}: greatest ratio {ratio}; besides the visits it still allows ({bound}), {missing} are needed")
    sentences = []
    for number, (subject, missing) in enumerate(zip(block.subject, np.abs(gap).tolist(), strict=True)):
        if missing <= _NOTICED:
            continue
        task = layout.problem.tasks[str(subject[0])]
        lower = block.limit is Limit.TASK_LEAST
        ratio = task.ratio_min_micro if lower else task.ratio_max_micro
        sentences.append(
            (least if lower else most).format(
                task=task.task_id,
                ratio=_percent(ratio / MICRO),
                bound=_number((block.lower if lower else block.upper)[number]),
                missing=_number(missing),
            )
        )
    return sentences


def _rates(template: str, by_slot: bool) -> _Sentence:
    """Sentences about rates of a type and tier, summed over strata."""

    def sentences(layout: Layout, block: Rows, gap: Floats) -> list[str]:
        totals: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for subject, missing in zip(block.subject, np.abs(gap).tolist(), strict=True):
            if missing > _NOTICED:
                index = int(subject[0])
                stratum = layout.problem.strata.strata[int(layout.slot_stratum[index]) if by_slot else index]
                total = totals[stratum.object_type, stratum.tier]
                total[0] += missing
                total[1] += 1
        return [
            _(template).format(object_type=kind, tier=tier, missing=_number(missing), strata=round(number))
            for (kind, tier), (missing, number) in sorted(totals.items())
        ]

    return sentences


def _tiers(layout: Layout, block: Rows, gap: Floats) -> list[str]:
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for subject, missing in zip(block.subject, np.abs(gap).tolist(), strict=True):
        if missing > _NOTICED:
            above = layout.classes[int(subject[0])]
            totals[above.object_type, layout.problem.policy.tiers.codes[above.tier]] += missing
    return [
        _("rates.step: {object_type} of tier {tier} misses the step above the tier below by {missing} visits").format(
            object_type=kind, tier=tier, missing=_number(missing)
        )
        for (kind, tier), missing in sorted(totals.items())
    ]


def _hours(layout: Layout, block: Rows, gap: Floats) -> list[str]:
    return [
        _("officer-hours of district {district} in round {number}: {have} there, {missing} more needed").format(
            district=subject[1], number=subject[0], have=_number(have), missing=_number(-missing)
        )
        for subject, have, missing in zip(block.subject, block.upper.tolist(), gap.tolist(), strict=True)
        if abs(missing) > _NOTICED
    ]


def _number(value: float) -> str:
    """Number of visits or hours, rounded up to two decimals."""
    text = f"{max(0.0, np.ceil(value * 100 - 1e-6) / 100):.2f}"
    return text.rstrip("0").rstrip(".")


def _percent(ratio: float) -> str:
    return f"{100 * ratio:.4f}".rstrip("0").rstrip(".") + " %"


_SENTENCES: dict[Limit, _Sentence] = {
    Limit.TARGET: _target,
    Limit.COMPULSORY_SHARE: _share,
    Limit.TASK_LEAST: _task,
    Limit.TASK_GREATEST: _task,
    Limit.FLOOR: _rates(
        N_("rates.floor: {object_type} of tier {tier} cannot get {missing} of the visits that the floor asks"), True
    ),
    Limit.CEILING: _rates(
        N_("rates.ceiling: {object_type} of tier {tier} needs {missing} visits more than the ceiling allows"), False
    ),
    Limit.TIERS: _tiers,
    Limit.TOLERANCE: _rates(
        N_("rates.tolerance: {object_type} of tier {tier} differs between districts by {missing} visits too many"), True
    ),
    Limit.HOURS: _hours,
    Limit.PRECISION: _rates(
        N_("precision: {object_type} of tier {tier} lacks {missing} of the visits that the standard error asked needs"),
        False,
    ),
}
