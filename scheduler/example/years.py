"""
Years of draw → inspect → learn → draw on the made-up city, by the rooms that real years use, in memory.

Only operating enterprises take part and only discretionary tasks, so that open and targeted visits are to firms of one
kind. Each firm has one outcome in a year, thrown with its true chance on the year's first day; its log-odds may
be flattened so that no model can tell too much. Years lie in the past of the city's history, which goes on by itself.
The first year is classified by the card given; later ones by a card fitted to all visits before, weighted by their
recorded chances. No year's outcome has an influence on how that year itself is planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from scheduler.allocation.capacity import Post
from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.allocation.policy import RoundPolicy
from scheduler.allocation.problem import PlanPolicy, Year, build_problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.strata import DrawnSoFar
from scheduler.allocation.target import (
    PlannedRound,
    carry_over,
    open_package,
    split_target,
    target_firms,
    target_visits,
)
from scheduler.draw.hashing import digest
from scheduler.draw.quotas import draw_quotas
from scheduler.draw.selection import chances_micro, select
from scheduler.draw.tickets import open_tickets
from scheduler.example.city import ExampleCity
from scheduler.example.truth import probabilities, true_logit
from scheduler.parameters import micro
from scheduler.registry.codes import RoundKind
from scheduler.registry.frame import Events, Frame, Mask
from scheduler.registry.items import MICRO, Task
from scheduler.results.estimates.rates import Rates
from scheduler.results.estimates.samples import RoundSample, group_rates
from scheduler.risk.catalogue_training import cuts_like, indicator_columns, scorecard_of
from scheduler.risk.classify import classify
from scheduler.risk.indicators import INDICATORS, indicator_values
from scheduler.risk.leakage import constant_columns
from scheduler.risk.scorecard import Scorecard
from scheduler.risk.training import TrainingSettings, train_columns
from scheduler.risk.weighting import round_weights

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_OFFICERS = 100_000  # of each district: officers' time is not what these years are about


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Visits of one round: firms, their chances in it, and whether each found something and counts towards T."""

    number: int
    kind: RoundKind
    firm: Integers
    chance: Floats
    outcome: npt.NDArray[np.int8]
    counting: Mask
    pool: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedYear:
    """One year: tier and true chance of each firm, visits by round, the true rate and its estimate."""

    year: int
    tier: npt.NDArray[np.int8]
    chance: Floats
    rounds: tuple[Visits, ...]
    true_rate: float
    estimate: Rates

    def rate(self, kind: RoundKind) -> tuple[int, int]:
        """Findings and visits of the rounds of a kind."""
        kept = [entry.outcome for entry in self.rounds if entry.kind is kind]
        return sum(int(part.sum()) for part in kept), sum(len(part) for part in kept)

    def burden(self, num_tiers: int) -> Floats:
        """Visits per firm by tier, shape (tiers,)."""
        visits = sum(np.bincount(self.tier[entry.firm], minlength=num_tiers) for entry in self.rounds)
        return np.asarray(visits / np.maximum(np.bincount(self.tier, minlength=num_tiers), 1))


def enterprises(city: ExampleCity, policy: PlanPolicy) -> tuple[Frame, Events]:
    """Operating firms that the target counts, and their events."""
    kept = target_firms(city.frame, policy.target)
    columns = (
        "firm_id",
        "object_type",
        "district",
        "status",
        "industry",
        "established_on",
        "capital_yuan",
        "libraries",
    )
    frame = replace(city.frame, **{name: getattr(city.frame, name)[kept] for name in columns})
    place = np.cumsum(kept) - 1
    history = city.history
    rows = kept[history.firm]
    return frame, Events(
        firm=place[history.firm[rows]].astype(history.firm.dtype),
        **{name: getattr(history, name)[rows] for name in ("kind", "occurred_on", "ended_on", "amount")},
    )


def best_possible_auc(chance: Floats) -> float:
    """Expected area under the curve of the true chances themselves, ties counted half: no model can have more."""
    values, place = np.unique(chance, return_inverse=True)
    good, bad = np.bincount(place, 1 - chance), np.bincount(place, chance)
    below = np.cumsum(good) - good
    return float((bad * (below + good / 2)).sum() / (good.sum() * bad.sum())) if len(values) else 0.5


def simulate_years(
    city: ExampleCity,
    policy: PlanPolicy,
    rounds: Sequence[RoundPolicy],
    card: Scorecard,
    *,
    years: Sequence[int],
    seed: str,
    flatten: float = 1.0,
) -> tuple[SimulatedYear, ...]:
    """
    Simulates years one after another.

    Parameters
    ----------
    rounds
        Rounds of a year; their days are moved to each year.
    card
        Scorecard of the first year, whose tiers the later ones keep.
    flatten
        Factor, in (0, 1], of the true log-odds about their mean.
    """
    frame, events = enterprises(city, policy)
    done: list[SimulatedYear] = []
    expert = card
    for year in years:
        as_of = date(year, 1, 1)
        if done:
            card = _learned(frame, events, expert, done, as_of)
        tier = classify(frame, events, card, as_of).tier
        logit = true_logit(city.parameters.truth, frame, events, as_of)
        mean = float(logit.mean())
        chance = probabilities(np.rint(mean + flatten * (logit - mean)).astype(np.int64)) / MICRO
        outcome = (np.random.default_rng([year, *seed.encode()]).random(len(frame)) < chance).astype(np.int8)
        tasks = [_moved(task, year) for task in city.tasks if not task.full_coverage]
        visits, planned = _draw_year(
            frame, tier, city, policy, _rounds_of(rounds, year), tasks, outcome, f"{seed}/{year}"
        )
        samples = [RoundSample(pool=v.pool, firm=v.firm, chance=v.chance, outcome=v.outcome) for v in visits]
        found = group_rates(samples, np.zeros(len(frame), dtype=np.int64), 1, tier.astype(np.int64), planned)[0].rates
        if found is None:
            raise ValueError("expected visits in every year, got none; the city is too small")
        done.append(
            SimulatedYear(
                year=year, tier=tier, chance=chance, rounds=visits, true_rate=float(outcome.mean()), estimate=found
            )
        )
    return tuple(done)


def _moved(task: Task, year: int) -> Task:
    return replace(task, starts_on=task.starts_on.replace(year=year), ends_on=task.ends_on.replace(year=year))


def _rounds_of(rounds: Sequence[RoundPolicy], year: int) -> list[RoundPolicy]:
    return [
        entry.model_copy(
            update={"starts_on": entry.starts_on.replace(year=year), "ends_on": entry.ends_on.replace(year=year)}
        )
        for entry in rounds
    ]


def _draw_year(
    frame: Frame,
    tier: npt.NDArray[np.int8],
    city: ExampleCity,
    policy: PlanPolicy,
    rounds: Sequence[RoundPolicy],
    tasks: Sequence[Task],
    outcome: npt.NDArray[np.int8],
    seed: str,
) -> tuple[tuple[Visits, ...], Floats]:
    """Visits of each round, and the chance of each tier in it as first planned, shape (rounds, tiers)."""
    target = target_visits(micro(policy.target.ratio), len(frame))
    planned = split_target(target, policy.target, rounds)
    sizes = np.bincount(tier, minlength=len(policy.tiers.codes))
    drawn: list[tuple[Integers, list[Cell], bool]] = []
    visits: list[Visits] = []
    shares: dict[int, Floats] = {}
    for number, entry in enumerate(planned):
        so_far = _drawn_so_far(frame, drawn)
        current = carry_over(target, int(so_far.counting.sum()), planned)
        entry = current[number]
        free = ~np.isin(np.arange(len(frame)), np.concatenate([d[0] for d in drawn]) if drawn else [])
        if entry.kind is RoundKind.OPEN:
            package = "+".join(open_package(frame, policy.target, tasks, city.items, entry))
            stratum = np.where(free, 0, -1).astype(np.int32)
            cells: tuple[Cell, ...] = (_open_cell(package, int(free.sum()), entry),)
            shares[entry.number] = np.full(len(sizes), entry.counting_visits / int(free.sum()))
        else:
            problem = build_problem(
                frame,
                tier,
                policy=policy,
                year=Year(num_enterprises=len(frame), target=target, rounds=current),
                tasks=tasks,
                items=city.items,
                officers={r.number: {Post(code): _OFFICERS for code in frame.district_codes} for r in current},
                drawn=so_far,
            )
            solved = solve_programme(problem)
            stratum, cells = problem.strata.firm_stratum, solved.cells[0]
            for later, of_round in zip(problem.rounds, solved.cells, strict=True):
                shares.setdefault(later.number, _tier_chances(policy.tiers.codes, of_round))
        row, picked, chance = _draw(frame, stratum, cells, entry, digest("seed", seed.encode().hex(), str(number)))
        drawn.append((row, [cells[int(k)] for k in picked], entry.kind is RoundKind.TARGETED))
        visits.append(
            Visits(
                number=entry.number,
                kind=entry.kind,
                firm=row,
                chance=chance,
                outcome=outcome[row],
                counting=np.array([cells[int(k)].counting for k in picked]),
                pool=stratum >= 0,
            )
        )
        planned = tuple(replace(e, drawn=True) if e.number == entry.number else e for e in current)
    return tuple(visits), np.stack([shares[entry.number] for entry in planned])


def _drawn_so_far(frame: Frame, drawn: Sequence[tuple[Integers, list[Cell], bool]]) -> DrawnSoFar:
    rows = np.concatenate([part[0] for part in drawn]) if drawn else np.zeros(0, dtype=np.int64)
    return DrawnSoFar(
        firm_id=frame.firm_id[rows],
        package=tuple(cell.package for part in drawn for cell in part[1]),
        counting=np.array([cell.counting for part in drawn for cell in part[1]], dtype=np.bool_),
        targeted=np.array([part[2] for part in drawn for _cell in part[1]], dtype=np.bool_),
    )


def _open_cell(package: str, num_firms: int, entry: PlannedRound) -> Cell:
    return Cell(
        stratum=OPEN_STRATUM,
        package=package,
        counting=True,
        rest=False,
        num_firms=num_firms,
        visits_micro=entry.counting_visits * MICRO,
    )


def _draw(
    frame: Frame, stratum: npt.NDArray[np.int32], cells: Sequence[Cell], entry: PlannedRound, seed: str
) -> tuple[Integers, Integers, Floats]:
    """Firms drawn, the cell of each and its chance. Tickets need no salts here: nobody outside is to be misled."""
    pool = np.flatnonzero(stratum >= 0)
    quotas = draw_quotas(entry.kind, cells, seed)
    chosen = select(open_tickets(seed, frame.firm_id[pool]), stratum[pool], cells, quotas)
    expected = chances_micro(cells)
    chances = np.array([expected[cell.stratum] / MICRO / cell.num_firms for cell in cells])
    return pool[chosen.position], chosen.cell, np.minimum(chances[chosen.cell], 1.0)


def _tier_chances(codes: Sequence[str], cells: Sequence[Cell]) -> Floats:
    """Chance of a firm of each tier in a round."""
    visits, firms = np.zeros(len(codes)), np.zeros(len(codes))
    sizes = {cell.stratum: cell.num_firms for cell in cells}
    for stratum, expected in chances_micro(cells).items():
        tier = codes.index(stratum.split("/")[2])
        visits[tier] += expected / MICRO
        firms[tier] += sizes[stratum]
    return np.asarray(visits / np.maximum(firms, 1))


def _learned(frame: Frame, events: Events, expert: Scorecard, years: Sequence[SimulatedYear], as_of: date) -> Scorecard:
    """Card fitted to all visits so far, each year's indicators as of its first day, weighted by recorded chances."""
    names = [indicator.name for indicator in INDICATORS]
    values: dict[str, list[npt.NDArray[np.int64]]] = {name: [] for name in names}
    outcome, weights = [], []
    for year in years:
        firms = np.concatenate([entry.firm for entry in year.rounds])
        found: Mapping[str, npt.NDArray[np.int64]] = indicator_values(frame, events, names, date(year.year, 1, 1))
        for name in names:
            values[name].append(found[name][firms])
        outcome.append(np.concatenate([entry.outcome for entry in year.rounds]).astype(np.int64))
        numbers = np.concatenate([np.full(len(entry.firm), entry.number) for entry in year.rounds])
        weights.append(round_weights(numbers, np.concatenate([entry.chance for entry in year.rounds])))
    columns = indicator_columns({name: np.concatenate(parts) for name, parts in values.items()})
    constant = constant_columns(columns)
    columns = tuple(column for column in columns if column.name not in constant)
    training = train_columns(
        columns,
        np.concatenate(outcome),
        np.concatenate(weights),
        name=f"learned-{as_of.year}",
        settings=TrainingSettings(pairs=False),
    )
    if not training.card.tables:  # too few visits to tell anything: the bureau keeps what it has
        return expert
    fitted = scorecard_of(training.card, columns, expert, expert.cuts)
    old, new = (classify(frame, events, one, as_of).score for one in (expert, fitted))
    return replace(fitted, cuts=cuts_like(old, expert.cuts, new))
