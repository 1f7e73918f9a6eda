"""
A year's draws as estimates need them: the firms that rates speak of, each round's pool and chances, and what it found.

The population is the firms of the target's object types that the first draw of the year could reach, as the register of
today knows them. Tiers are put on it only where they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDraw:
    """One draw with its pool in the population, and what its visits found."""

    drawn: DrawnColumns
    cells: tuple[Cell, ...]
    firm: Integers
    pool: Integers  # stratum of each firm of the population, -1 outside
    found: FoundColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Firms that rates speak of: positions in the frame, tier and class of each."""

    frame: Frame
    rows: Integers
    ids: Ids
    tier: Integers
    tiers: tuple[str, ...]
    classes: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class YearDraws:
    """A year's tasks, draws and their pools, the population without its tiers, and each round in it."""

    year: int
    tasks: Mapping[str, Task]
    people: Population
    rounds: tuple[RoundDraw, ...]
    first: Mapping[str, tuple[Cell, ...]]  # cells by round as first planned


def year_draws(connection: sa.Connection, workspace: Workspace, year: int) -> YearDraws | None:
    """Reads the draws of a year that stand; None where nothing was drawn in it."""
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
    return YearDraws(
        year=year,
        tasks={task.task_id: task for task in load_tasks(connection, year)},
        people=people,
        rounds=rounds,
        first=load_first_cells(connection, [draw.round_id for draw in draws]),
    )


def _population(connection: sa.Connection, workspace: Workspace, draw: DrawnColumns, pool: FrozenPool) -> Population:
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
    return Population(frame=frame, rows=rows, ids=frame.firm_id[rows], tier=nobody - 1, tiers=("",), classes=nobody)


def with_tiers(connection: sa.Connection, workspace: Workspace, draws: YearDraws) -> Population:
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
    people: Population, drawn: DrawnColumns, cells: tuple[Cell, ...], pool: FrozenPool, found: FoundColumns
) -> RoundDraw:
    visits = np.array([sum(cell.visits_micro for cell in group) for group in by_stratum(cells).values()])
    stratum = np.full(len(people.rows), -1, dtype=np.int64)
    place = places_of(people.ids, pool.firm_id)
    inside = (place >= 0) & (visits[pool.stratum] > 0)
    stratum[place[inside]] = pool.stratum[inside]
    firm = places_of(people.ids, drawn.firm_id)
    return RoundDraw(drawn=drawn, cells=cells, firm=firm, pool=stratum, found=found)


def places_of(ids: Ids, wanted: Ids) -> Integers:
    """Position of each wanted firm among sorted ids, -1 where it is none of them."""
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.asarray(np.where(ids[found] == wanted, found, -1))


def planned_chances(cells: Sequence[Cell], tiers: Sequence[str], tasks: Mapping[str, Task]) -> Floats:
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
