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

from models.draw_rows import get_file, load_draws
from models.estimate_rows import (
    DrawnColumns,
    FoundColumns,
    load_drawn_columns,
    load_first_cells,
    load_found_columns,
)
from models.registry_rows import load_frame, load_tasks
from models.risk_rows import load_classification, load_runs
from scheduler.allocation.cells import OPEN_STRATUM, Cell, by_stratum
from scheduler.draw.frozen import FrozenPool, read_cells, read_pool
from scheduler.registry.codes import RoundKind
from scheduler.registry.frame import Frame, Ids, Integers, Mask
from scheduler.registry.items import Task
from scheduler.results.estimates.des_raj import Floats
from scheduler.results.estimates.intervals import ratio_interval, wilson_interval
from scheduler.results.estimates.samples import NO_RESULT, GroupRates, RoundSample, group_rates
from scheduler.teams.needs import items_of_package
from scheduler.workflow.rates import Rate
from scheduler.workflow.workspace import Workspace


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One draw with its pool in the population, and what its visits found."""

    drawn: DrawnColumns
    cells: tuple[Cell, ...]
    firm: Integers
    pool: Integers  # stratum of each firm of the population, -1 outside
    found: FoundColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class _Population:
    """Firms that rates speak of: positions in the frame, tier and class of each."""

    frame: Frame
    rows: Integers
    ids: Ids
    tier: Integers
    tiers: tuple[str, ...]
    classes: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class _YearDraws:
    """A year's tasks, draws and their pools, the population without its tiers, and each round in it."""

    year: int
    tasks: Mapping[str, Task]
    people: _Population
    rounds: tuple[_Round, ...]
    first: Mapping[str, tuple[Cell, ...]]  # cells by round as first planned


def estimate_year(connection: sa.Connection, workspace: Workspace, year: int) -> YearEstimates | None:
    """Estimates of a year from all its rounds: internal. None where nothing was drawn in it."""
    draws = _year_draws(connection, workspace, year)
    if draws is None:
        return None
    people = _with_tiers(connection, workspace, draws)
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
    draws = _year_draws(connection, workspace, year)
    if draws is None:
        return None
    kinds = [entry.drawn.kind for entry in draws.rounds]
    num_open = next((place for place, kind in enumerate(kinds) if kind is not RoundKind.OPEN), len(kinds))
    return _estimates(workspace, draws, draws.people, draws.rounds[:num_open])


def _year_draws(connection: sa.Connection, workspace: Workspace, year: int) -> _YearDraws | None:
    draws = load_drawn_columns(connection, year)
    if not draws:
        return None
    cells = [read_cells(get_file(connection, draw.draw_id, "allocation.tsv")) for draw in draws]
    pools = [
        read_pool(get_file(connection, draw.draw_id, "register.tsv"), entry)
        for draw, entry in zip(draws, cells, strict=True)
    ]
    people = _population(connection, workspace, draws[0], pools[0])
    rounds = tuple(
        _round(people, draw, entry, pool, load_found_columns(connection, draw.draw_id))
        for draw, entry, pool in zip(draws, cells, pools, strict=True)
    )
    return _YearDraws(
        year=year,
        tasks={task.task_id: task for task in load_tasks(connection, year)},
        people=people,
        rounds=rounds,
        first=load_first_cells(connection, [draw.round_id for draw in draws]),
    )


def _samples(
    draws: _YearDraws, people: _Population, rounds: Sequence[_Round]
) -> tuple[tuple[RoundSample, ...], Floats]:
    """Rounds as samples of visits, and the planned chances of each class in them, shape (rounds, classes)."""
    planned = [
        _planned(draws.first[entry.drawn.round_id] or entry.cells, people.tiers, draws.tasks) for entry in rounds
    ]
    samples = tuple(_visit_sample(entry, draws.tasks) for entry in rounds)
    return samples, np.array(planned).reshape(len(rounds), 2 * len(people.tiers))


def _estimates(workspace: Workspace, draws: _YearDraws, people: _Population, rounds: Sequence[_Round]) -> YearEstimates:
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


def _population(connection: sa.Connection, workspace: Workspace, draw: DrawnColumns, pool: FrozenPool) -> _Population:
    """Firms that rates speak of, all of one class as long as no tier is asked for."""
    frame = load_frame(connection)
    target = np.logical_or.reduce([frame.of_type(code) for code in workspace.settings.target.object_types])
    reached = np.zeros(len(frame), dtype=np.bool_)
    places = frame.positions(pool.firm_id)
    reached[places[places >= 0]] = True
    if draw.kind is not RoundKind.OPEN:
        reached = frame.operating()
    rows = np.flatnonzero(reached & target)
    nobody = np.zeros(len(rows), dtype=np.int64)
    return _Population(frame=frame, rows=rows, ids=frame.firm_id[rows], tier=nobody - 1, tiers=("",), classes=nobody)


def _with_tiers(connection: sa.Connection, workspace: Workspace, draws: _YearDraws) -> _Population:
    """The population with the tiers that the year's first draw was made by. Internal."""
    people, draw_id = draws.people, draws.rounds[0].drawn.draw_id
    committed = {entry.draw_id: entry.committed_on for entry in load_draws(connection, draws.year)}[draw_id]
    runs = [run for run in load_runs(connection) if run.classified_on <= committed]
    stored = load_classification(connection, runs[-1].classification_id if runs else None)
    tier = np.full(len(people.frame), -1, dtype=np.int64)
    tiers = workspace.settings.tiers.codes
    if stored is not None:
        known = people.frame.positions(stored.firm_id)
        tier[known[known >= 0]] = stored.tier[known >= 0]
        tiers = stored.scorecard.tiers
    own = tier[people.rows]
    owed = _owed(people.frame, tuple(draws.tasks.values()))[people.rows]
    return replace(people, tier=own, tiers=tiers, classes=np.maximum(own, 0) * 2 + owed)


def _owed(frame: Frame, tasks: Sequence[Task]) -> Mask:
    """Firms that a full-coverage task reaches."""
    masks = [task.range.covers(frame) for task in tasks if task.full_coverage]
    return np.asarray(np.logical_or.reduce(masks)) if masks else np.zeros(len(frame), dtype=np.bool_)


def _round(
    people: _Population, drawn: DrawnColumns, cells: tuple[Cell, ...], pool: FrozenPool, found: FoundColumns
) -> _Round:
    visits = np.array([sum(cell.visits_micro for cell in group) for group in by_stratum(cells).values()])
    stratum = np.full(len(people.rows), -1, dtype=np.int64)
    place = _places(people.ids, pool.firm_id)
    inside = (place >= 0) & (visits[pool.stratum] > 0)
    stratum[place[inside]] = pool.stratum[inside]
    firm = _places(people.ids, drawn.firm_id)
    return _Round(drawn=drawn, cells=cells, firm=firm, pool=stratum, found=found)


def _places(ids: Ids, wanted: Ids) -> Integers:
    """Position of each wanted firm among sorted ids, -1 where it is none of them."""
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.asarray(np.where(ids[found] == wanted, found, -1))


def _planned(cells: Sequence[Cell], tiers: Sequence[str], tasks: Mapping[str, Task]) -> Floats:
    """Chance of a firm of each class in a round by its first plan, shape (classes,)."""
    visits, firms = np.zeros(2 * len(tiers)), np.zeros(2 * len(tiers))
    for stratum, group in by_stratum(cells).items():
        expected, number = sum(cell.visits_micro for cell in group) / 1_000_000, group[0].num_firms
        if stratum == OPEN_STRATUM:
            visits += expected
            firms += number
            continue
        _district, _type, tier, waiting = stratum.split("/", 3)
        if tier in tiers:
            owed = any(task_id in tasks and tasks[task_id].full_coverage for task_id in waiting.split("+"))
            visits[2 * tiers.index(tier) + owed] += expected
            firms[2 * tiers.index(tier) + owed] += number
    return np.clip(np.divide(visits, firms, out=np.zeros_like(visits), where=firms > 0), 0.0, 1.0)


def _visit_sample(entry: _Round, tasks: Mapping[str, Task]) -> RoundSample:
    """The round with a finding wherever any item has one; a visit counts once all its items have a result."""
    needed = {package: len(items_of_package(package, tasks)) for package in set(entry.drawn.package.tolist())}
    visit = _places(entry.drawn.firm_id, entry.found.firm_id)
    known = visit >= 0
    number = np.bincount(visit[known], minlength=len(entry.firm))
    problem = np.bincount(visit[known], entry.found.finding[known], minlength=len(entry.firm)) > 0
    complete = number >= np.array([needed[package] for package in entry.drawn.package.tolist()], dtype=np.int64)
    return _sample(entry, entry.pool >= 0, entry.drawn.chance, np.where(complete, problem, NO_RESULT))


def _item_sample(entry: _Round, item_id: str, tasks: Mapping[str, Task]) -> RoundSample:
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
    visit = _places(entry.drawn.firm_id, entry.found.firm_id[mine])
    outcome = np.full(len(entry.firm), NO_RESULT, dtype=np.int64)
    outcome[visit[visit >= 0]] = entry.found.finding[mine][visit >= 0]
    checked_here = np.array([checks[package] for package in entry.drawn.package.tolist()], dtype=np.bool_)
    return _sample(entry, shares[entry.pool] > 0, chance, outcome, checked_here)


def _sample(entry: _Round, pool: Mask, chance: Floats, outcome: Any, keep: Mask | None = None) -> RoundSample:
    inside = (entry.firm >= 0) & (chance > 0)
    inside = inside if keep is None else inside & keep
    return RoundSample(
        pool=pool,
        firm=entry.firm[inside],
        chance=chance[inside],
        outcome=np.asarray(outcome, dtype=np.int8)[inside],
    )


def _by(
    people: _Population,
    samples: Sequence[RoundSample],
    planned: Floats,
    group: str,
    codes: Integers,
    names: Sequence[str],
) -> tuple[Estimate, ...]:
    alike = group == "district"  # same tier, same tasks, same chance: districts differ in who lives there, not in kind
    found = group_rates(samples, codes, len(names), people.classes, planned, alike=alike)
    return tuple(_estimate(group, name, entry) for name, entry in zip(names, found, strict=True) if entry.num_firms)


def _by_item(
    people: _Population, rounds: Sequence[_Round], planned: Floats, tasks: Mapping[str, Task]
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


def _districts(people: _Population, workspace: Workspace) -> tuple[Integers, tuple[str, ...]]:
    known = people.frame.district_codes
    order = [entry.code for entry in workspace.settings.districts if entry.code in known]
    order += [code for code in known if code not in order]
    place = np.array([order.index(code) for code in known], dtype=np.int64)
    return place[people.frame.district[people.rows]], tuple(order)


def _sections(people: _Population) -> tuple[Integers, tuple[str, ...]]:
    """Sections of industry: the letter of the code, ``unknown`` where the register tells none."""
    letters = people.frame.industry[people.rows].astype("S1")
    codes, place = np.unique(letters, return_inverse=True)
    return place.astype(np.int64), tuple(code.decode("ascii") or "unknown" for code in codes.tolist())


def _hits(rounds: Sequence[_Round], samples: Sequence[RoundSample]) -> tuple[HitRate, ...]:
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
