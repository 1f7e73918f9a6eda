"""
Estimates of a year's violation rates from what is stored: draws, their frozen pools and chances, and results.

The population is the firms of the target's object types that the first draw of the year could reach. Classes are tiers
at that time, apart from the firms that a full-coverage task owes; they are fixed before anything was found. Rates by
tier are internal, and so is every rate that targeted rounds tell: the few findings of a small group would give away
with which chances its firms were drawn. What may be public rests on open rounds, in which all have the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa

from scheduler.allocation.cells import by_stratum
from scheduler.registry.codes import RoundKind
from scheduler.registry.frame import Integers, Mask
from scheduler.registry.items import Task
from scheduler.results.estimates.des_raj import Floats
from scheduler.results.estimates.intervals import ratio_interval, wilson_interval
from scheduler.results.estimates.samples import NO_RESULT, GroupRates, RoundSample, group_rates
from scheduler.teams.needs import items_of_package
from scheduler.workflow.rates import Rate
from scheduler.workflow.workspace import Workspace
from scheduler.workflow.year_draws import (
    Population,
    RoundDraw,
    YearDraws,
    places_of,
    planned_chances,
    with_tiers,
    year_draws,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    Rate of violation of one group.

    Attributes
    ----------
    group, code
        Kind of group (``city``, ``district``, ``tier``, ``industry``, ``item``) and its code.
    num_firms, num_visits, num_findings
        Firms in it, visits with a result, and those with a finding.
    rate, low, high
        Share of its firms at which a visit finds something, and its 95 % interval; None without any result.
    effective_visits
        Visits with equal chances that would tell as much; None where every firm was visited, or none.
    """

    group: str
    code: str
    num_firms: int
    num_visits: int
    num_findings: int
    rate: float | None
    low: float | None
    high: float | None
    effective_visits: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRate:
    """Findings per visit of the rounds of one kind, with Wilson's interval; visits that count towards the target."""

    kind: str
    num_visits: int
    num_findings: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEstimates:
    """
    What a year's rounds tell.

    Attributes
    ----------
    num_drawn, num_with_result
        Visits of the population drawn, and those with a result for every item.
    rates
        City, districts, industries, items: nothing of them tells a tier.
    tiers
        The same by tier; empty where nothing internal went in.
    drawn
        Firms of each tier, and those drawn that count towards the target; empty likewise.
    hits
        Open and targeted rounds.
    lift
        Findings per visit of the targeted over the open rounds, with its interval; None where one of them has none.
    """

    year: int
    num_drawn: int
    num_with_result: int
    rates: tuple[Estimate, ...]
    tiers: tuple[Estimate, ...]
    drawn: tuple[Rate, ...]
    hits: tuple[HitRate, ...]
    lift: tuple[float, float, float] | None

    def of(self, group: str) -> tuple[Estimate, ...]:
        """Estimates of one kind of group."""
        return tuple(entry for entry in (*self.rates, *self.tiers) if entry.group == group)


def estimate_year(connection: sa.Connection, workspace: Workspace, year: int) -> YearEstimates | None:
    """Estimates of a year from all its rounds: internal. None where nothing was drawn in it."""
    draws = year_draws(connection, workspace, year)
    if draws is None:
        return None
    people = with_tiers(connection, workspace, draws)
    found = _estimates(workspace, draws, people, draws.rounds)
    samples, planned = _samples(draws, people, draws.rounds)
    drawn = np.zeros(len(people.rows), dtype=np.bool_)
    for entry in draws.rounds:
        drawn[entry.firm[entry.drawn.counting & (entry.firm >= 0)]] = True
    return replace(
        found,
        tiers=_by(people, samples, planned, "tier", people.tier, people.tiers),
        drawn=tuple(
            Rate(
                code=code, num_firms=int((people.tier == place).sum()), num_drawn=int(drawn[people.tier == place].sum())
            )
            for place, code in enumerate(people.tiers)
        ),
    )


def estimate_public(connection: sa.Connection, workspace: Workspace, year: int) -> YearEstimates | None:
    """
    Estimates that may be public, from the open rounds before the first targeted one: no tier and no chance that depends
    on one goes in. None where nothing was drawn in the year.
    """
    draws = year_draws(connection, workspace, year)
    if draws is None:
        return None
    kinds = [entry.drawn.kind for entry in draws.rounds]
    num_open = next((place for place, kind in enumerate(kinds) if kind is not RoundKind.OPEN), len(kinds))
    return _estimates(workspace, draws, draws.people, draws.rounds[:num_open])


def _samples(
    draws: YearDraws, people: Population, rounds: Sequence[RoundDraw]
) -> tuple[tuple[RoundSample, ...], Floats]:
    """Rounds as samples of visits, and the planned chances of each class in them, shape (rounds, classes)."""
    planned = [
        planned_chances(draws.first[entry.drawn.round_id] or entry.cells, people.tiers, draws.tasks) for entry in rounds
    ]
    samples = tuple(_visit_sample(entry, draws.tasks) for entry in rounds)
    return samples, np.array(planned).reshape(len(rounds), 2 * len(people.tiers))


def _estimates(
    workspace: Workspace, draws: YearDraws, people: Population, rounds: Sequence[RoundDraw]
) -> YearEstimates:
    """Rates that some rounds tell, and how often visits of either kind of round found something."""
    samples, planned = _samples(draws, people, rounds)
    every = [_visit_sample(entry, draws.tasks) for entry in draws.rounds]
    hits = _hits(draws.rounds, every)
    groups: list[Estimate] = []
    if rounds:
        for name, codes, names in (
            ("city", np.zeros(len(people.rows), dtype=np.int64), ("",)),
            ("district", *_districts(people, workspace)),
            ("industry", *_sections(people)),
        ):
            groups += _by(people, samples, planned, name, codes, names)
        groups += _by_item(people, rounds, planned, draws.tasks)
    return YearEstimates(
        year=draws.year,
        num_drawn=sum(len(sample.firm) for sample in every),
        num_with_result=sum(int((sample.outcome != NO_RESULT).sum()) for sample in every),
        rates=tuple(groups),
        tiers=(),
        drawn=(),
        hits=hits,
        lift=_lift(hits),
    )


def _visit_sample(entry: RoundDraw, tasks: Mapping[str, Task]) -> RoundSample:
    """The round with a finding wherever any item has one; a visit counts once all its items have a result."""
    needed = {package: len(items_of_package(package, tasks)) for package in set(entry.drawn.package.tolist())}
    visit = places_of(entry.drawn.firm_id, entry.found.firm_id)
    known = visit >= 0
    number = np.bincount(visit[known], minlength=len(entry.firm))
    problem = np.bincount(visit[known], entry.found.finding[known], minlength=len(entry.firm)) > 0
    complete = number >= np.array([needed[package] for package in entry.drawn.package.tolist()], dtype=np.int64)
    return _sample(entry, entry.pool >= 0, entry.drawn.chance, np.where(complete, problem, NO_RESULT))


def _item_sample(entry: RoundDraw, item_id: str, tasks: Mapping[str, Task]) -> RoundSample:
    """The round for one item: only packages that check it reach a firm."""
    share = []
    for group in by_stratum(entry.cells).values():
        total = sum(cell.visits_micro for cell in group)
        checked = sum(cell.visits_micro for cell in group if item_id in items_of_package(cell.package, tasks))
        share.append(checked / total if total else 0.0)
    shares = np.array([*share, 0.0])
    names = list(by_stratum(entry.cells))
    packages = set(entry.drawn.package.tolist())
    checks = {package: item_id in items_of_package(package, tasks) for package in packages}
    of_stratum = dict(zip(names, share, strict=True))
    chance = entry.drawn.chance * np.array([of_stratum[name] for name in entry.drawn.stratum.tolist()])
    mine = entry.found.item_id == item_id
    visit = places_of(entry.drawn.firm_id, entry.found.firm_id[mine])
    outcome = np.full(len(entry.firm), NO_RESULT, dtype=np.int64)
    outcome[visit[visit >= 0]] = entry.found.finding[mine][visit >= 0]
    checked_here = np.array([checks[package] for package in entry.drawn.package.tolist()], dtype=np.bool_)
    return _sample(entry, shares[entry.pool] > 0, chance, outcome, checked_here)


def _sample(entry: RoundDraw, pool: Mask, chance: Floats, outcome: Any, keep: Mask | None = None) -> RoundSample:
    inside = (entry.firm >= 0) & (chance > 0)
    inside = inside if keep is None else inside & keep
    return RoundSample(
        pool=pool,
        firm=entry.firm[inside],
        chance=chance[inside],
        outcome=np.asarray(outcome, dtype=np.int8)[inside],
    )


def _by(
    people: Population,
    samples: Sequence[RoundSample],
    planned: Floats,
    group: str,
    codes: Integers,
    names: Sequence[str],
) -> tuple[Estimate, ...]:
    # Districts are alike tier by tier: same tasks, same chance. Where no tier goes in (what is public), they are not.
    alike = group == "district" and bool((people.tier >= 0).any())
    found = group_rates(samples, codes, len(names), people.classes, planned, alike=alike)
    return tuple(_estimate(group, name, entry) for name, entry in zip(names, found, strict=True) if entry.num_firms)


def _by_item(
    people: Population, rounds: Sequence[RoundDraw], planned: Floats, tasks: Mapping[str, Task]
) -> tuple[Estimate, ...]:
    items = sorted({str(item_id) for entry in rounds for item_id in set(entry.found.item_id.tolist())})
    estimates = []
    for item_id in items:
        samples = [_item_sample(entry, item_id, tasks) for entry in rounds]
        reached = np.logical_or.reduce([sample.pool for sample in samples])
        codes = np.where(reached, 0, -1)
        estimates += list(_by(people, samples, planned, "item", codes, (item_id,)))
    return tuple(estimates)


def _estimate(group: str, code: str, found: GroupRates) -> Estimate:
    rates = found.rates
    effective = None if rates is None or not np.isfinite(rates.effective_visits) else float(rates.effective_visits)
    return Estimate(
        group=group,
        code=code,
        num_firms=found.num_firms,
        num_visits=found.num_visits,
        num_findings=found.num_findings,
        rate=None if rates is None else float(rates.rate),
        low=None if rates is None else float(rates.low),
        high=None if rates is None else float(rates.high),
        effective_visits=effective,
    )


def _districts(people: Population, workspace: Workspace) -> tuple[Integers, tuple[str, ...]]:
    known = people.frame.district_codes
    order = [entry.code for entry in workspace.settings.districts if entry.code in known]
    order += [code for code in known if code not in order]
    place = np.array([order.index(code) for code in known], dtype=np.int64)
    return place[people.frame.district[people.rows]], tuple(order)


def _sections(people: Population) -> tuple[Integers, tuple[str, ...]]:
    """Sections of industry: the letter of the code, ``unknown`` where the register tells none."""
    letters = people.frame.industry[people.rows].astype("S1")
    codes, place = np.unique(letters, return_inverse=True)
    return place.astype(np.int64), tuple(code.decode("ascii") or "unknown" for code in codes.tolist())


def _hits(rounds: Sequence[RoundDraw], samples: Sequence[RoundSample]) -> tuple[HitRate, ...]:
    hits = []
    for kind in (RoundKind.OPEN, RoundKind.TARGETED):
        visits = findings = 0
        for entry, sample in zip(rounds, samples, strict=True):
            if entry.drawn.kind is kind:
                counting = entry.drawn.counting[entry.firm >= 0]
                visits += int((counting & (sample.outcome != NO_RESULT)).sum())
                findings += int((counting & (sample.outcome == 1)).sum())
        if visits:
            low, high = wilson_interval(findings, visits)
            hits.append(
                HitRate(
                    kind=str(kind),
                    num_visits=visits,
                    num_findings=findings,
                    rate=findings / visits,
                    low=float(low),
                    high=float(high),
                )
            )
    return tuple(hits)


def _lift(hits: Sequence[HitRate]) -> tuple[float, float, float] | None:
    by_kind = {hit.kind: (hit.rate, hit.low, hit.high) for hit in hits}
    if set(by_kind) != {str(RoundKind.OPEN), str(RoundKind.TARGETED)}:
        return None
    return ratio_interval(by_kind[RoundKind.OPEN], by_kind[RoundKind.TARGETED])
