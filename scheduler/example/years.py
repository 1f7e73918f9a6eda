"""
Years of draw → inspect → learn → draw on the made-up city, by the rooms that real years use, in memory.

Only enterprises in operation and established by the year's first day take part, and only discretionary tasks, so that
open and targeted visits are to firms of one kind. Each firm has one outcome in a year, thrown with its true chance on
the year's first day. Years lie in the past of the city's history, which goes on by itself and must reach far enough
back: `lived_city` makes one that does. The first year is classified by the card given; later ones by a card fitted to
all visits before, weighted by their recorded chances. No year's outcome has an influence on how that year is planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from scheduler.allocation.policy import RoundPolicy
from scheduler.allocation.problem import PlanPolicy
from scheduler.allocation.target import target_firms
from scheduler.example.city import ExampleCity, build_city
from scheduler.example.parameters import ExampleParameters, with_history
from scheduler.example.truth import true_probability
from scheduler.example.year_rounds import DrawnRound, Floats, Integers, Tiers, YearInputs, draw_year
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

Outcomes = npt.NDArray[np.int8]
_COLUMNS = (
    "firm_id",
    "object_type",
    "district",
    "status",
    "industry",
    "established_on",
    "capital_yuan",
    "libraries",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedYear:
    """
    One year.

    Attributes
    ----------
    tier, chance, outcome
        Of each firm in operation on the year's first day, shape (n,): tier, true chance that a visit finds something,
        and whether one does.
    rounds
        Visits by round.
    estimate
        Of the share of firms at which a visit finds something, which is the mean of `outcome`.
    """

    year: int
    tier: Tiers
    chance: Floats
    outcome: Outcomes
    rounds: tuple[DrawnRound, ...]
    estimate: Rates

    @property
    def true_rate(self) -> float:
        """Share of firms at which a visit finds something."""
        return float(self.outcome.mean())

    def rate(self, kind: RoundKind) -> tuple[int, int]:
        """Findings and visits of the rounds of a kind."""
        kept = [self.outcome[entry.firm] for entry in self.rounds if entry.kind is kind]
        return sum(int(part.sum()) for part in kept), sum(len(part) for part in kept)

    def burden(self, num_tiers: int) -> Floats:
        """Visits per firm by tier, shape (tiers,)."""
        visits = sum(np.bincount(self.tier[entry.firm], minlength=num_tiers) for entry in self.rounds)
        return np.asarray(visits / np.maximum(np.bincount(self.tier, minlength=num_tiers), 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Population:
    """Enterprises in operation, whenever they were established, and their events."""

    frame: Frame
    events: Events

    def kept(self, mask: Mask) -> _Population:
        """Some of the firms, with their events."""
        frame = replace(self.frame, **{name: getattr(self.frame, name)[mask] for name in _COLUMNS})
        place, rows = np.cumsum(mask) - 1, mask[self.events.firm]
        return _Population(
            frame=frame,
            events=Events(
                firm=place[self.events.firm[rows]].astype(self.events.firm.dtype),
                **{name: getattr(self.events, name)[rows] for name in ("kind", "occurred_on", "ended_on", "amount")},
            ),
        )

    def on(self, day: date) -> _Population:
        """Those established by a day; a firm whose day nobody knows was always there."""
        born = self.frame.established_on
        return self.kept(np.isnat(born) | (born <= np.datetime64(day, "D")))


def lived_city(parameters: ExampleParameters, *, num_firms: int, seed: str, first_year: int) -> ExampleCity:
    """
    A made-up city whose history reaches as far back from a first simulated year as it usually does from its base date.

    Without it the first years would know less of every firm than a bureau does, and their truth would be flatter.
    """
    years = parameters.history_years + parameters.base_date.year - first_year
    return build_city(with_history(parameters, years), num_firms=num_firms, seed=seed)


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
) -> tuple[SimulatedYear, ...]:
    """
    Simulates years one after another.

    Parameters
    ----------
    rounds
        Rounds of a year; their days are moved to each year.
    card
        Scorecard of the first year, whose tiers the later ones keep.
    """
    everybody = _Population(frame=city.frame, events=city.history).kept(target_firms(city.frame, policy.target))
    done: list[SimulatedYear] = []
    for year in years:
        people = everybody.on(date(year, 1, 1))
        used = _learned(everybody, people, card, done, date(year, 1, 1)) if done else card
        inputs = YearInputs(
            frame=people.frame,
            tier=classify(people.frame, people.events, used, date(year, 1, 1)).tier,
            policy=policy,
            rounds=[_round_in(entry, year) for entry in rounds],
            tasks=[_task_in(task, year) for task in city.tasks if not task.full_coverage],
            items=city.items,
            seed=f"{seed}/{year}",
        )
        truth = true_probability(city.parameters.truth, people.frame, people.events, date(year, 1, 1)) / MICRO
        done.append(_inspected(year, inputs, truth, np.random.default_rng([year, *seed.encode()])))
    return tuple(done)


def _task_in(task: Task, year: int) -> Task:
    return replace(task, starts_on=task.starts_on.replace(year=year), ends_on=task.ends_on.replace(year=year))


def _round_in(entry: RoundPolicy, year: int) -> RoundPolicy:
    days = {"starts_on": entry.starts_on.replace(year=year), "ends_on": entry.ends_on.replace(year=year)}
    return entry.model_copy(update=days)


def _inspected(year: int, inputs: YearInputs, chance: Floats, rng: np.random.Generator) -> SimulatedYear:
    """Draws the year, visits the firms drawn and estimates the rate."""
    outcome = (rng.random(len(chance)) < chance).astype(np.int8)
    rounds = draw_year(inputs)
    samples = [
        RoundSample(pool=entry.pool, firm=entry.firm, chance=entry.chance, outcome=outcome[entry.firm])
        for entry in rounds
    ]
    planned = np.stack([entry.planned for entry in rounds])
    whole = np.zeros(len(chance), dtype=np.int64)
    found = group_rates(samples, whole, 1, inputs.tier.astype(np.int64), planned)[0].rates
    if found is None:
        raise ValueError("expected visits in every year, got none; the city is too small")
    return SimulatedYear(year=year, tier=inputs.tier, chance=chance, outcome=outcome, rounds=rounds, estimate=found)


def _learned(
    everybody: _Population, people: _Population, expert: Scorecard, years: Sequence[SimulatedYear], as_of: date
) -> Scorecard:
    """
    Card fitted to all visits so far, each year's indicators as of its first day, weighted by recorded chances.

    Its tiers are cut where they have the shares of firms that the expert card's have on the day.
    """
    samples = [_visited(everybody.on(date(year.year, 1, 1)), year) for year in years]
    values = {name: np.concatenate([sample[0][name] for sample in samples]) for name in samples[0][0]}
    columns = indicator_columns(values)
    constant = constant_columns(columns)
    columns = tuple(column for column in columns if column.name not in constant)
    training = train_columns(
        columns,
        np.concatenate([sample[1] for sample in samples]),
        np.concatenate([sample[2] for sample in samples]),
        name=f"learned-{as_of.year}",
        settings=TrainingSettings(pairs=False),
    )
    if not training.card.tables:  # too few visits to tell anything: the bureau keeps what it has
        return expert
    fitted = scorecard_of(training.card, columns, expert, expert.cuts)
    old, new = (classify(people.frame, people.events, one, as_of).score for one in (expert, fitted))
    return replace(fitted, cuts=cuts_like(old, expert.cuts, new))


def _visited(people: _Population, year: SimulatedYear) -> tuple[dict[str, Integers], Integers, Floats]:
    """Indicators, outcome and weight of each visit of a year."""
    names = [indicator.name for indicator in INDICATORS]
    found: Mapping[str, Integers] = indicator_values(people.frame, people.events, names, date(year.year, 1, 1))
    firms = np.concatenate([entry.firm for entry in year.rounds])
    numbers = np.concatenate([np.full(len(entry.firm), entry.number) for entry in year.rounds])
    weights = round_weights(numbers, np.concatenate([entry.chance for entry in year.rounds]))
    return {name: found[name][firms] for name in names}, year.outcome[firms].astype(np.int64), weights
