"""
The limits of the programme, one function each. Symbols as in `scheduler.allocation.model`.

Every function takes the layout and returns its block of rows; none knows another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np

from scheduler.allocation.capacity import ALL_OFFICERS, Resource, demand
from scheduler.allocation.layout import Layout, RateClass, rates_of
from scheduler.allocation.matrix import INFINITY, Floats, Limit, Rows, rows
from scheduler.allocation.precision import least_chances
from scheduler.registry.frame import Integers

_ROOM = 1e-4  # visits by which a limit must exceed what precision asks, so that both have room for rounding


def firms(layout: Layout) -> Rows:
    """
    A firm has at most one discretionary visit a year: Σ_{v∌F only, r} x[h,v,r] ≤ A[h], for every stratum h.

    A[h] are the firms of h, less those that open rounds still to come are expected to draw.
    """
    chosen = np.flatnonzero(layout.columns.discretionary)
    strata, row = np.unique(layout.columns.stratum[chosen], return_inverse=True)
    return rows(
        Limit.FIRMS, [(row, chosen, 1.0)], -INFINITY, layout.available[strata], [(int(index),) for index in strata]
    )


def in_hand(layout: Layout) -> Rows:
    """
    Rounding never takes a quota above the firms there are: Σ_{v ordinary} x[h,v,r] ≤ limit[h,r].

    The limit is N[h], or the scheduled n[h,r], less one where ordinary packages stand in both lines.
    """
    chosen = np.flatnonzero(~layout.columns.rest)
    slots, first, row = np.unique(layout.slot[chosen], return_index=True, return_inverse=True)
    return rows(
        Limit.IN_HAND,
        [(row, chosen, 1.0)],
        -INFINITY,
        layout.columns.limit[chosen[first]].astype(np.float64),
        [(int(slot),) for slot in slots],
    )


def compulsory(layout: Layout) -> Rows:
    """Full coverage: Σ_v x[h,v,r] = n[h,r] in every stratum h and round r with scheduled compulsory visits."""
    chosen = np.flatnonzero(layout.columns.compulsory)
    slots, first, row = np.unique(layout.slot[chosen], return_index=True, return_inverse=True)
    scheduled = layout.columns.scheduled[chosen[first]].astype(np.float64)
    return rows(Limit.COMPULSORY, [(row, chosen, 1.0)], scheduled, scheduled, [(int(slot),) for slot in slots])


def target(layout: Layout) -> Rows:
    """The binding target: Σ_{h, v counting} x[h,v,r] = T[r], exactly, in every round r."""
    chosen = np.flatnonzero(layout.columns.counting)
    wanted = np.array([entry.counting_visits for entry in layout.problem.rounds], dtype=np.float64)
    return rows(
        Limit.TARGET,
        [(layout.columns.entry[chosen], chosen, 1.0)],
        wanted,
        wanted,
        [(entry.number,) for entry in layout.problem.rounds],
    )


def compulsory_share(layout: Layout) -> Rows:
    """Full coverage may fill only a share of T: Σ_{h compulsory, v counting, r} x[h,v,r] ≤ what is left of it."""
    chosen = np.flatnonzero(layout.columns.compulsory & layout.columns.counting)
    return rows(Limit.COMPULSORY_SHARE, [(0, chosen, 1.0)], -INFINITY, float(layout.problem.compulsory_room), [()])


def task_ratios(layout: Layout) -> tuple[Rows, Rows]:
    """Bounds of a task: least[t] ≤ Σ_{h, v∋t, r} x[h,v,r] ≤ greatest[t], each a block of its own."""
    names = sorted(layout.problem.limits)
    serves: dict[str, list[int]] = {name: [] for name in names}
    for column, package in enumerate(layout.columns.package):
        for task_id in package.task_ids:
            if task_id in serves:
                serves[task_id].append(column)
    entries = [(row, np.array(serves[name], dtype=np.int64), 1.0) for row, name in enumerate(names)]
    least = np.array([layout.problem.limits[name].least for name in names], dtype=np.float64)
    greatest = np.array([layout.problem.limits[name].greatest for name in names], dtype=np.float64)
    subject = [(name,) for name in names]
    return (
        rows(Limit.TASK_LEAST, entries, least, INFINITY, subject),
        rows(Limit.TASK_GREATEST, entries, -INFINITY, greatest, subject),
    )


def floors(layout: Layout) -> Rows:
    """Nobody is left out: Σ_v x[h,v,r] ≥ floor[h,r] in every stratum and round with discretionary visits."""
    slots = np.flatnonzero(layout.floor > 0)
    row_of = np.full(len(layout.floor), -1, dtype=np.int64)
    row_of[slots] = np.arange(len(slots))
    chosen = np.flatnonzero(row_of[layout.slot] >= 0)
    return rows(
        Limit.FLOOR,
        [(row_of[layout.slot[chosen]], chosen, 1.0)],
        layout.floor[slots],
        INFINITY,
        [(int(slot),) for slot in slots],
    )


def ceilings(layout: Layout) -> Rows:
    """
    Σ_{v,r} x[h,v,r] ≤ ceiling · (A[h] + drawn[h]) − drawn[h] over the year, for strata without compulsory visits.

    What was drawn counts. Where it leaves less than the floors and steps ask, luck has used the ceiling up, and what
    floors and steps ask is allowed.
    """
    problem = layout.problem
    share = len(problem.rounds) / problem.num_targeted
    chosen = np.flatnonzero(layout.slot_class[layout.slot] >= 0)
    strata, row = np.unique(layout.columns.stratum[chosen], return_inverse=True)
    floor = np.bincount(layout.slot_stratum, weights=layout.floor, minlength=len(problem.strata.strata))
    upper = np.empty(len(strata), dtype=np.float64)
    for number, index in enumerate(strata.tolist()):
        stratum = problem.strata.strata[index]
        rates = rates_of(problem, stratum)
        upper[number] = float(rates.ceiling) * (layout.available[index] + stratum.num_drawn) - stratum.num_drawn
        if stratum.num_drawn:
            steps = (problem.policy.tiers.codes.index(stratum.tier) + 1) * float(rates.step) * share
            upper[number] = max(upper[number], floor[index] + steps * layout.available[index])
    return rows(Limit.CEILING, [(row, chosen, 1.0)], -INFINITY, upper, [(int(index),) for index in strata])


def precision(layout: Layout) -> Rows:
    """
    Visits that a wanted standard error needs: Σ_{v,r} x[h,v,r] ≥ least[h] over the year, in every stratum of a tier or
    district that the policy names, less what was drawn and what open rounds are expected to draw.
    """
    problem = layout.problem
    chance = _wanted_chances(layout)
    classed = layout.slot_class >= 0
    most = np.bincount(layout.slot_stratum, weights=layout.limit * classed, minlength=len(chance))
    num_drawn = np.array([stratum.num_drawn for stratum in problem.strata.strata], dtype=np.float64)
    size = problem.strata.size.astype(np.float64)
    least = np.maximum(0.0, chance * (size + num_drawn) - num_drawn - (size - layout.available))
    least = np.minimum(least, np.minimum(most, layout.available) - _ROOM)
    wanted = np.flatnonzero(least > 0)
    row_of = np.full(len(chance), -1, dtype=np.int64)
    row_of[wanted] = np.arange(len(wanted))
    chosen = np.flatnonzero((row_of[layout.columns.stratum] >= 0) & classed[layout.slot])
    return rows(
        Limit.PRECISION,
        [(row_of[layout.columns.stratum[chosen]], chosen, 1.0)],
        least[wanted],
        INFINITY,
        [(int(index),) for index in wanted],
    )


def _wanted_chances(layout: Layout) -> Floats:
    """Least yearly chance of each stratum without compulsory visits, 0 where no precision is asked, shape (k,)."""
    problem = layout.problem
    asked, strata = problem.policy.precision, problem.strata.strata
    chance = np.zeros(len(strata), dtype=np.float64)
    expected = problem.policy.tiers.expected_findings
    for errors, code in ((asked.tiers, "tier"), (asked.districts, "district")):
        for name, error in sorted(errors.items()):
            members = [
                number
                for number, stratum in enumerate(strata)
                if getattr(stratum, code) == name and stratum.object_type in asked.object_types
            ]
            free = np.array([strata[number].key not in problem.schedule for number in members], dtype=np.bool_)
            size = np.array([strata[number].num_firms + strata[number].num_drawn for number in members])
            rate = np.array([min(1.0, float(expected[strata[number].tier])) for number in members])
            if bool(free.any()):
                # Firms visited for certain add nothing to the variance, but to the group whose rate is estimated.
                wanted = float(error) * size.sum() / size[free].sum()
                place = np.array(members)[free]
                chance[place] = np.maximum(chance[place], least_chances(size[free].astype(float), rate[free], wanted))
    return chance


def class_rates(layout: Layout) -> Rows:
    """Defines the rate of a class in a round: Σ_{h∈c, v} x[h,v,r] − (Σ_{h∈c} A[h]) · ρ[c,r] = 0."""
    chosen = np.flatnonzero(layout.slot_class[layout.slot] >= 0)
    number = np.arange(len(layout.classes))
    entries: list[tuple[Integers | int, Integers, Floats | float]] = [
        (layout.slot_class[layout.slot[chosen]], chosen, 1.0),
        (number, layout.rate_start + number, -layout.class_size),
    ]
    return rows(Limit.RATE, entries, 0.0, 0.0, [(int(index),) for index in number])


def tiers(layout: Layout) -> Rows:
    """
    Rates rise with the tier: ρ[c',r] − ρ[c,r] ≥ step[r] for neighbouring tiers with firms, same type and tasks.

    The policy's yearly step is shared out over the targeted rounds; where visits do not count towards T it is 0. The
    row is multiplied by the firms of the higher tier, so that its slack is a number of visits.
    """
    pairs = [
        (lower, lower + 1)
        for lower, (below, above) in enumerate(pairwise(layout.classes))
        if (below.object_type, below.task_ids, below.entry) == (above.object_type, above.task_ids, above.entry)
    ]
    number = np.arange(len(pairs))
    sizes = np.array([layout.class_size[upper] for _, upper in pairs], dtype=np.float64)
    below, above = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    least = np.array([_step(layout, layout.classes[upper]) for _, upper in pairs], dtype=np.float64) * sizes
    entries: list[tuple[Integers | int, Integers, Floats | float]] = [
        (number, layout.rate_start + below, -sizes),
        (number, layout.rate_start + above, sizes),
    ]
    return rows(Limit.TIERS, entries, least, INFINITY, [(int(index),) for index in above])


def _step(layout: Layout, above: RateClass) -> float:
    """Least difference in a round between the rates of a class and of the one below, 0 where nothing counts."""
    problem = layout.problem
    tier = problem.policy.tiers.codes[above.tier]
    yearly = problem.policy.rates.of(above.object_type, tier, "", above.task_ids).step
    return float(yearly) / problem.num_targeted if above.counting else 0.0


def tolerance(layout: Layout) -> Rows:
    """
    Same tier, type and tasks, same chance: |Σ_v x[h,v,r] − A[h] · ρ[c,r]| ≤ tolerance[r] · A[h].

    For strata of at least the policy's least cell; the yearly tolerance is shared out over the targeted rounds.
    """
    rates = [rates_of(layout.problem, stratum) for stratum in layout.problem.strata.strata]
    several = np.array([len(entry.strata) > 1 for entry in layout.classes], dtype=np.bool_)
    large = layout.problem.strata.size >= np.array([entry.least_cell for entry in rates], dtype=np.int64)
    yearly = np.array([float(entry.tolerance) for entry in rates], dtype=np.float64)
    classed = layout.slot_class >= 0
    classed[classed] &= several[layout.slot_class[classed]]
    slots = np.flatnonzero(classed & large[layout.slot_stratum]) if len(rates) else np.zeros(0, dtype=np.int64)
    allowed = (yearly / layout.problem.num_targeted * layout.available)[layout.slot_stratum[slots]]
    return _differences(layout, Limit.TOLERANCE, slots, -allowed, allowed)


def _differences(layout: Layout, limit: Limit, slots: Integers, lower: Floats, upper: Floats) -> Rows:
    """Rows lower ≤ Σ_v x[h,v,r] − A[h] · ρ[c,r] ≤ upper for some pairs of stratum and round."""
    row_of = np.full(len(layout.slot_stratum), -1, dtype=np.int64)
    row_of[slots] = np.arange(len(slots))
    chosen = np.flatnonzero(row_of[layout.slot] >= 0) if len(slots) else np.zeros(0, dtype=np.int64)
    entries: list[tuple[Integers | int, Integers, Floats | float]] = [
        (row_of[layout.slot[chosen]], chosen, 1.0),
        (
            np.arange(len(slots)),
            layout.rate_start + layout.slot_class[slots],
            -layout.available[layout.slot_stratum[slots]],
        ),
    ]
    return rows(limit, entries, lower, upper, [(int(slot),) for slot in slots])


def hours(layout: Layout) -> Rows:
    """
    Officers' time: Σ_{h in d, v} hours[v,k] · x[h,v,r] − lent to d + lent by d ≤ hours[d,r,k], for each resource k.

    Firms whose district is unknown are in a district without officers: others come. The bureau's own officers stand in
    `pool`.
    """
    problem, number_of = layout.problem, _hours_row(layout)
    place = {code: index for index, code in enumerate(layout.districts)}
    of_stratum = np.array([place[stratum.district] for stratum in problem.strata.strata], dtype=np.int64)
    columns = np.arange(len(layout.columns))
    district = of_stratum[layout.columns.stratum] if len(columns) else columns
    entries: list[tuple[Integers | int, Integers, Floats | float]] = []
    for index, resource in enumerate(problem.resources):
        needed = layout.columns.hours if resource == ALL_OFFICERS else _demand(layout, resource)
        chosen = np.flatnonzero(needed)
        row = (layout.columns.entry[chosen] * len(problem.resources) + index) * len(place) + district[chosen]
        entries.append((row, chosen, needed[chosen]))
    column = layout.lent_start
    for entry in range(len(problem.rounds)):
        for index in range(len(problem.resources)):
            for arc in layout.lending:
                entries.append((number_of(entry, index, place[arc.borrower]), np.array([column]), -1.0))
                if arc.lender in place and arc.lender != problem.policy.bureau:
                    entries.append((number_of(entry, index, place[arc.lender]), np.array([column]), 1.0))
                column += 1
    upper = [
        0.0 if code == problem.policy.bureau else of_round.get((code, resource), 0.0)
        for of_round in problem.officer_hours
        for resource in problem.resources
        for code in layout.districts
    ]
    subject = [
        (entry.number, code, *resource)
        for entry in problem.rounds
        for resource in problem.resources
        for code in layout.districts
    ]
    return rows(Limit.HOURS, entries, -INFINITY, np.array(upper, dtype=np.float64), subject)


def _hours_row(layout: Layout) -> Callable[[int, int, int], int]:
    """Number of the row of hours of a round, resource and district."""
    resources, districts = len(layout.problem.resources), len(layout.districts)
    return lambda entry, resource, district: (entry * resources + resource) * districts + district


def _demand(layout: Layout, resource: Resource) -> Floats:
    """Hours that each visit column takes of a resource, shape (n,)."""
    problem, columns = layout.problem, layout.columns
    of_visit = cache(
        lambda task_ids, district: demand(
            task_ids, resource, problem.tasks, problem.items, problem.policy.capacity, district
        )
    )
    strata = problem.strata.strata
    return np.array(
        [
            of_visit(package.task_ids, strata[stratum].district)
            for package, stratum in zip(columns.package, columns.stratum.tolist(), strict=True)
        ],
        dtype=np.float64,
    )


def pool(layout: Layout) -> Rows:
    """The bureau's own officers serve everywhere: Σ_d lent[d,r,k] by the bureau ≤ their hours in round r."""
    problem, arcs = layout.problem, len(layout.lending)
    bureau = problem.policy.bureau
    own = np.array([arc.lender == bureau for arc in layout.lending], dtype=np.bool_)
    blocks = len(problem.rounds) * len(problem.resources)
    number = np.repeat(np.arange(blocks), int(own.sum()))
    lent = layout.lent_start + (np.arange(blocks)[:, None] * arcs + np.flatnonzero(own)[None, :]).ravel()
    upper = [
        of_round.get((bureau, resource), 0.0) for of_round in problem.officer_hours for resource in problem.resources
    ]
    subject = [(entry.number, bureau, *resource) for entry in problem.rounds for resource in problem.resources]
    return rows(Limit.POOL, [(number, lent, 1.0)], -INFINITY, np.array(upper, dtype=np.float64), subject)


def lent_officers(layout: Layout) -> Rows:
    """Who is lent as a specialist is lent as an officer: lent[arc,r,k] ≤ lent[arc,r,all] for each resource k."""
    problem, arcs = layout.problem, len(layout.lending)
    resources = len(problem.resources)
    pairs = [
        (entry, resource, arc)
        for entry in range(len(problem.rounds))
        for resource in range(1, resources)
        for arc in range(arcs)
    ]
    part = np.array([(entry * resources + resource) * arcs + arc for entry, resource, arc in pairs], dtype=np.int64)
    whole = np.array([entry * resources * arcs + arc for entry, _, arc in pairs], dtype=np.int64)
    number = np.arange(len(pairs))
    entries: list[tuple[Integers | int, Integers, Floats | float]] = [
        (number, layout.lent_start + part, 1.0),
        (number, layout.lent_start + whole, -1.0),
    ]
    subject = [
        (
            problem.rounds[entry].number,
            layout.lending[arc].borrower,
            layout.lending[arc].lender,
            *problem.resources[resource],
        )
        for entry, resource, arc in pairs
    ]
    return rows(Limit.LENT, entries, -INFINITY, 0.0, subject)


def even_districts(layout: Layout) -> Rows:
    """Differences of districts: Σ_v x[h,v,r] − A[h] · ρ[c,r], for strata of classes that have several."""
    several = np.array([len(entry.strata) > 1 for entry in layout.classes], dtype=np.bool_)
    classed = layout.slot_class >= 0
    classed[classed] &= several[layout.slot_class[classed]]
    slots = np.flatnonzero(classed)
    return _differences(layout, Limit.EVEN, slots, np.zeros(len(slots)), np.zeros(len(slots)))


def even_rounds(layout: Layout) -> Rows:
    """Differences of rounds: A[c] · (ρ[c,r] − mean over rounds of ρ[c,·]), for classes that several rounds visit."""
    members: dict[tuple[str, tuple[str, ...], int], list[int]] = defaultdict(list)
    for number, entry in enumerate(layout.classes):
        members[entry.object_type, entry.task_ids, entry.tier].append(number)
    entries: list[tuple[Integers | int, Integers, Floats | float]] = []
    subject: list[tuple[str | int, ...]] = []
    for alike in members.values():
        for number in alike if len(alike) > 1 else ():
            weights = np.full(len(alike), -layout.class_size[number] / len(alike))
            weights[alike.index(number)] += layout.class_size[number]
            entries.append((len(subject), layout.rate_start + np.array(alike, dtype=np.int64), weights))
            subject.append((number,))
    return rows(Limit.EVEN, entries, 0.0, 0.0, subject)


def bounded(differences: Rows, start: int) -> tuple[Rows, Rows]:
    """
    Rows −dev ≤ difference ≤ dev, with a column of its own for each dev.

    Parameters
    ----------
    start
        Number of the first of these columns.
    """
    dev = start + np.arange(len(differences))
    above = replace(_with_column(differences, dev, -1.0), lower=np.full(len(dev), -INFINITY))
    below = replace(_with_column(differences, dev, 1.0), upper=np.full(len(dev), INFINITY))
    return above, below


def _with_column(block: Rows, column: Integers, value: float) -> Rows:
    """A block with one more entry in each row."""
    return replace(
        block,
        row=np.concatenate([block.row, np.arange(len(block))]),
        column=np.concatenate([block.column, column]),
        value=np.concatenate([block.value, np.full(len(block), value)]),
    )
