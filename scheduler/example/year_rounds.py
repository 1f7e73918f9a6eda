"""
One year's rounds on the made-up city, planned and drawn by the rooms that real years use, in memory.

Each round is drawn as a real one is: the open one from everybody still free, a targeted one by the programme solved on
what is still owed. Tickets need no salts here: nobody outside is to be misled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scheduler.allocation.capacity import Post
from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.allocation.policy import RoundPolicy
from scheduler.allocation.problem import PlanPolicy, Year, build_problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.strata import DrawnSoFar
from scheduler.allocation.target import PlannedRound, carry_over, open_package, split_target, target_visits
from scheduler.draw.hashing import digest
from scheduler.draw.quotas import draw_quotas
from scheduler.draw.selection import chances_micro, select
from scheduler.draw.tickets import open_tickets
from scheduler.parameters import micro
from scheduler.registry.codes import RoundKind
from scheduler.registry.frame import Frame, Mask
from scheduler.registry.items import MICRO, InspectionItem, Task

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Tiers = npt.NDArray[np.int8]
Strata = npt.NDArray[np.int32]
_OFFICERS = 100_000  # of each district: officers' time is not what these years are about


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRound:
    """
    Visits of one round.

    Attributes
    ----------
    firm, chance, counting
        Firms drawn, their chances in the round and whether they count towards T, shape (m,) each.
    package
        What each visit serves, shape (m,).
    pool
        Firms that the round could draw, shape (n,).
    planned
        Chance of a firm of each tier in the round when the year first spoke about it, shape (tiers,).
    """

    number: int
    kind: RoundKind
    firm: Integers
    chance: Floats
    counting: Mask
    package: tuple[str, ...]
    pool: Mask
    planned: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class YearInputs:
    """What a year is planned from: firms in operation, their tiers, policy, rounds, tasks and items, and the seed."""

    frame: Frame
    tier: Tiers
    policy: PlanPolicy
    rounds: Sequence[RoundPolicy]
    tasks: Sequence[Task]
    items: Sequence[InspectionItem]
    seed: str

    @property
    def target(self) -> int:
        """Visits that are to count."""
        return target_visits(micro(self.policy.target.ratio), len(self.frame))


def draw_year(inputs: YearInputs) -> tuple[DrawnRound, ...]:
    """Plans and draws all rounds of a year, one after another."""
    drawn: list[DrawnRound] = []
    chances: dict[int, Floats] = {}
    planned = split_target(inputs.target, inputs.policy.target, inputs.rounds)
    for number in range(len(planned)):
        counted = sum(int(one.counting.sum()) for one in drawn)
        planned = carry_over(inputs.target, counted, planned)
        entry = planned[number]
        offer = _open_round if entry.kind is RoundKind.OPEN else _targeted_round
        stratum, cells, told = offer(inputs, planned, entry, drawn)
        chances = told | chances  # what was said first stands
        drawn.append(_draw(inputs, entry, stratum, cells, chances[entry.number]))
        planned = tuple(replace(one, drawn=one.drawn or one.number == entry.number) for one in planned)
    return tuple(drawn)


_Offer = tuple[Strata, tuple[Cell, ...], dict[int, Floats]]  # stratum of each firm, cells, chances by round and tier


def _open_round(
    inputs: YearInputs, _planned: Sequence[PlannedRound], entry: PlannedRound, drawn: Sequence[DrawnRound]
) -> _Offer:
    """Everybody still free, with the same chance."""
    free = np.ones(len(inputs.frame), dtype=np.bool_)
    for one in drawn:
        free[one.firm] = False
    num_firms, num_tiers = int(free.sum()), len(inputs.policy.tiers.codes)
    cell = Cell(
        stratum=OPEN_STRATUM,
        package="+".join(open_package(inputs.frame, inputs.policy.target, inputs.tasks, inputs.items, entry)),
        counting=True,
        rest=False,
        num_firms=num_firms,
        visits_micro=entry.counting_visits * MICRO,
    )
    told = {entry.number: np.full(num_tiers, entry.counting_visits / num_firms)}
    return np.where(free, 0, -1).astype(np.int32), (cell,), told


def _targeted_round(
    inputs: YearInputs, planned: Sequence[PlannedRound], _entry: PlannedRound, drawn: Sequence[DrawnRound]
) -> _Offer:
    """The programme on what is still owed."""
    posts = {Post(code): _OFFICERS for code in inputs.frame.district_codes}
    problem = build_problem(
        inputs.frame,
        inputs.tier,
        policy=inputs.policy,
        year=Year(num_enterprises=len(inputs.frame), target=inputs.target, rounds=tuple(planned)),
        tasks=inputs.tasks,
        items=inputs.items,
        officers={one.number: posts for one in planned},
        drawn=_drawn_so_far(inputs.frame, drawn),
    )
    cells = solve_programme(problem).cells
    codes = inputs.policy.tiers.codes
    told = {one.number: _tier_chances(codes, of_round) for one, of_round in zip(problem.rounds, cells, strict=True)}
    return problem.strata.firm_stratum, cells[0], told


def _drawn_so_far(frame: Frame, drawn: Sequence[DrawnRound]) -> DrawnSoFar:
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(one.firm for one in drawn)])
    none = np.zeros(0, dtype=np.bool_)
    targeted = [np.full(len(one.firm), one.kind is RoundKind.TARGETED) for one in drawn]
    return DrawnSoFar(
        firm_id=frame.firm_id[rows],
        package=tuple(package for one in drawn for package in one.package),
        counting=np.concatenate([none, *(one.counting for one in drawn)]),
        targeted=np.concatenate([none, *targeted]),
    )


def _draw(
    inputs: YearInputs, entry: PlannedRound, stratum: Strata, cells: Sequence[Cell], planned: Floats
) -> DrawnRound:
    """Draws firms and packages as a real round does."""
    seed = digest("seed", inputs.seed.encode().hex(), str(entry.number))
    pool = np.flatnonzero(stratum >= 0)
    quotas = draw_quotas(entry.kind, cells, seed)
    chosen = select(open_tickets(seed, inputs.frame.firm_id[pool]), stratum[pool], cells, quotas)
    expected = chances_micro(cells)
    chances = np.array([expected[cell.stratum] / MICRO / cell.num_firms for cell in cells])
    return DrawnRound(
        number=entry.number,
        kind=entry.kind,
        firm=pool[chosen.position],
        chance=np.minimum(chances[chosen.cell], 1.0),
        counting=np.array([cell.counting for cell in cells], dtype=np.bool_)[chosen.cell],
        package=tuple(cells[place].package for place in chosen.cell.tolist()),
        pool=stratum >= 0,
        planned=planned,
    )


def _tier_chances(codes: Sequence[str], cells: Sequence[Cell]) -> Floats:
    """Chance of a firm of each tier in a round."""
    visits, firms = np.zeros(len(codes)), np.zeros(len(codes))
    sizes = {cell.stratum: cell.num_firms for cell in cells}
    for stratum, expected in chances_micro(cells).items():
        tier = codes.index(stratum.split("/")[2])
        visits[tier] += expected / MICRO
        firms[tier] += sizes[stratum]
    return np.asarray(visits / np.maximum(firms, 1))
