"""
The plan in numbers a planner judges it by: rates by object type and tier, rates by district, officer-hours.

Rates by tier are an internal working aid (design, section 4) and belong on nothing public.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from scheduler.allocation.capacity import ALL_OFFICERS, Post, officer_hours
from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.allocation.policy import CapacityPolicy
from scheduler.allocation.precision import ErrorLine, expected_errors
from scheduler.allocation.target import PlannedRound
from scheduler.registry.codes import RoundKind
from scheduler.registry.items import MICRO

_Group = tuple[str, str, str]  # district, object type, tier
_Piece = tuple[PlannedRound, _Group, Cell, float]  # expected visits of a cell that fall on one group


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLine:
    """
    Expected visits of one group of firms over the year, in visits.

    Attributes
    ----------
    name
        Codes of the group, such as (object type, tier).
    num_firms, num_counted
        Firms in operation, and those among them whose object type counts towards T.
    open_visits, targeted_visits
        Expected in open rounds, and in targeted rounds for discretionary tasks.
    compulsory_visits
        Visits that full coverage owes, in whatever package.
    counting_visits
        Visits that count towards T.
    """

    name: tuple[str, ...]
    num_firms: int
    num_counted: int
    open_visits: float
    targeted_visits: float
    compulsory_visits: float
    counting_visits: float

    def rate(self, visits: float) -> float:
        """Visits per firm; 0 without firms."""
        return visits / self.num_firms if self.num_firms else 0.0

    @property
    def counting_rate(self) -> float:
        """Visits that count per firm that counts, to be set beside the target's ratio; 0 without such firms."""
        return self.counting_visits / self.num_counted if self.num_counted else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """Officer-hours of one district in one round: expected, and there to give (the bureau's own not included)."""

    round_number: int
    district: str
    needed: float
    available: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """
    A plan in numbers.

    Attributes
    ----------
    tiers, districts
        Rates by (object type, tier) and by district.
    hours
        Officer-hours by round and district.
    num_visits
        Visits of the year.
    num_joint, num_cross_department
        Those that serve more than one task, and those that more than one department makes together 部门联合抽查.
    num_saved
        Visits that merging saved: as many more would be made if every task had visits of its own.
    tier_errors, district_errors
        Expected standard errors of estimated violation rates (`scheduler.allocation.precision`).
    """

    tiers: tuple[RateLine, ...]
    districts: tuple[RateLine, ...]
    hours: tuple[HoursLine, ...]
    num_visits: float
    num_joint: float
    num_cross_department: float
    num_saved: float
    tier_errors: tuple[ErrorLine, ...]
    district_errors: tuple[ErrorLine, ...]


def summarise(
    rounds: Sequence[PlannedRound],
    cells: Mapping[int, Sequence[Cell]],
    firms: Mapping[_Group, int],
    *,
    counted_types: Sequence[str],
    full_coverage: frozenset[str],
    tiers: Sequence[str],
    rates: Mapping[str, float],
    hours_of: Callable[[tuple[str, ...], str], float],
    departments_of: Callable[[tuple[str, ...]], Collection[str]],
    officers: Mapping[int, Mapping[Post, int]],
    capacity: CapacityPolicy,
) -> PlanSummary:
    """
    Sums a plan up.

    Parameters
    ----------
    rounds
        All rounds of the year.
    cells
        Cells of each round, by its number.
    firms
        Firms in operation by (district, object type, tier).
    counted_types
        Object types that count towards T: open rounds draw from them alone, everybody with the same chance.
    full_coverage
        Ids of full-coverage tasks.
    tiers
        Tier codes, low to high.
    rates
        Share of each tier's firms expected in violation.
    departments_of
        Departments that take part in a visit for some tasks.
    hours_of
        Officer-hours of a visit for some tasks in a district.
    officers
        Officers by post in each round, by its number.
    """
    pieces = [
        (entry, group, cell, visits)
        for entry in rounds
        for cell in cells.get(entry.number, ())
        for group, visits in _spread(cell, firms, counted_types)
    ]
    by_group = _visits_by_group(pieces, full_coverage)
    needed: dict[tuple[int, str], float] = defaultdict(float)
    for entry, (district, *_), cell, visits in pieces:
        needed[entry.number, district] += visits * hours_of(cell.tasks, district)
    rank = {code: index for index, code in enumerate(tiers)}
    lines = _lines(by_group, firms, counted_types, lambda group: (group[1], group[2]))
    tier_errors, district_errors = expected_errors(rounds, cells, firms, rates=rates, counted_types=counted_types)
    return PlanSummary(
        tiers=tuple(sorted(lines, key=lambda line: (line.name[0], rank.get(line.name[1], -1)))),
        districts=tuple(_lines(by_group, firms, counted_types, lambda group: (group[0],))),
        hours=_hours(rounds, needed, officers, capacity),
        num_visits=sum(visits for *_, visits in pieces),
        num_joint=sum(visits for _, _, cell, visits in pieces if len(cell.tasks) > 1),
        num_cross_department=sum(visits for _, _, cell, visits in pieces if len(departments_of(cell.tasks)) > 1),
        num_saved=sum(visits * (len(cell.tasks) - 1) for _, _, cell, visits in pieces),
        tier_errors=tier_errors,
        district_errors=district_errors,
    )


def _spread(cell: Cell, firms: Mapping[_Group, int], counted_types: Sequence[str]) -> list[tuple[_Group, float]]:
    """Expected visits of a cell by group; those of an open round fall on all groups alike."""
    visits = cell.visits_micro / MICRO
    if cell.stratum != OPEN_STRATUM:
        district, object_type, tier, _tasks = cell.stratum.split("/", 3)
        return [((district, object_type, tier), visits)]
    counted = {group: number for group, number in firms.items() if group[1] in counted_types}
    total = sum(counted.values())
    return [(group, visits * number / total) for group, number in sorted(counted.items())] if total else []


def _visits_by_group(pieces: Sequence[_Piece], full_coverage: frozenset[str]) -> dict[_Group, list[float]]:
    """Visits of each group: open, targeted and compulsory, as `_kind` numbers them, and last those that count."""
    sums: dict[_Group, list[float]] = defaultdict(lambda: [0.0] * 4)
    for entry, group, cell, visits in pieces:
        sums[group][_kind(entry, cell, full_coverage)] += visits
        sums[group][3] += visits * cell.counting
    return sums


def _kind(entry: PlannedRound, cell: Cell, full_coverage: frozenset[str]) -> int:
    """Which of a line's numbers a visit belongs to: 0 open, 1 targeted, 2 compulsory."""
    if entry.kind is RoundKind.OPEN:
        return 0
    return 2 if full_coverage & set(cell.tasks) else 1


def _lines(
    by_group: Mapping[_Group, list[float]],
    firms: Mapping[_Group, int],
    counted_types: Sequence[str],
    name: Callable[[_Group], tuple[str, ...]],
) -> list[RateLine]:
    numbers: dict[tuple[str, ...], int] = defaultdict(int)
    counted: dict[tuple[str, ...], int] = defaultdict(int)
    sums: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0] * 4)
    for group, number in firms.items():
        numbers[name(group)] += number
        counted[name(group)] += number * (group[1] in counted_types)
    for group, visits in sorted(by_group.items()):
        sums[name(group)] = [before + more for before, more in zip(sums[name(group)], visits, strict=True)]
    return [
        RateLine(
            name=key,
            num_firms=numbers[key],
            num_counted=counted[key],
            open_visits=sums[key][0],
            targeted_visits=sums[key][1],
            compulsory_visits=sums[key][2],
            counting_visits=sums[key][3],
        )
        for key in sorted(set(numbers) | set(sums))
    ]


def _hours(
    rounds: Sequence[PlannedRound],
    needed: Mapping[tuple[int, str], float],
    officers: Mapping[int, Mapping[Post, int]],
    capacity: CapacityPolicy,
) -> tuple[HoursLine, ...]:
    lines = []
    for entry in rounds:
        available = officer_hours(officers.get(entry.number, {}), entry, rounds, capacity)
        districts = {district for number, district in needed if number == entry.number}
        districts |= {district for district, _resource in available}
        lines += [
            HoursLine(
                round_number=entry.number,
                district=district,
                needed=needed.get((entry.number, district), 0.0),
                available=available.get((district, ALL_OFFICERS), 0.0),
            )
            for district in sorted(districts)
        ]
    return tuple(lines)
