"""A tiny year for the draw: fifteen firms, two tasks, one officer, an approved plan whose cells the tests choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

import sqlalchemy as sa

from cli import CHINA
from models import tables
from models.allocation_rows import (
    load_drawn_so_far,
    load_year,
    newest_solution,
    save_cells,
    save_plan,
    save_rounds,
)
from models.registry_rows import insert_firms, load_frame, load_tasks, save_items, save_officers, save_tasks
from models.risk_rows import load_classification
from models.store import read_columns
from models.tables import table_of
from scheduler.allocation.cells import Cell
from scheduler.allocation.plan import Plan, PlanStatus
from scheduler.allocation.problem import tasks_with_a_round
from scheduler.allocation.strata import build_strata, task_sets
from scheduler.allocation.target import PlannedRound
from scheduler.draw.seed import EntropySource
from scheduler.draw.sources import SourceKind
from scheduler.registry.codes import ItemKind, ObjectType, RoundKind
from scheduler.registry.items import InspectionItem, Task, TaskRange
from scheduler.teams.roster import Officer
from scheduler.workflow.draw import CommitSummary, DrawSummary, commit_draw, draw_targets
from scheduler.workflow.risk import classify_firms
from scheduler.workflow.workspace import Workspace
from tests import made_up_lists

SECRET, OFFICER_SECRET = bytes(range(32)), bytes(range(32, 64))
VALUE = "8a3f09c4d21e" * 5 + "77aa"  # what a round of a beacon says
ENTERPRISES = tuple(f"91371000MA3C{number:06d}" for number in range(12))
HOUSEHOLDS = tuple(f"92371000MA3D{number:06d}" for number in range(3))


@dataclass(slots=True)
class TinyYear:
    """The workspace, with steps that a test takes in words."""

    workspace: Workspace

    def on(self, month: int, day: int) -> Workspace:
        """The workspace on another day of 2026."""
        self.workspace = replace(self.workspace, now=datetime.combine(date(2026, month, day), time(9), CHINA))
        return self.workspace

    def plan_open(self, number: int = 1, visits: int = 3, firms: int = 12) -> None:
        """Plans an open round."""
        self.save(number, [cell("open", "T01", visits * 10**6, firms)])

    def plan_targeted(self, number: int = 2) -> tuple[Cell, ...]:
        """Plans a targeted round: half a visit a firm for T01, and all the firms that owe full coverage."""
        with self.workspace.transaction() as connection:
            frame, stored = load_frame(connection), load_classification(connection)
            tasks, year = load_tasks(connection, 2026), load_year(connection, 2026)
            assert stored is not None
            assert year is not None
            drawn = load_drawn_so_far(connection, 2026)
            sets = task_sets(frame, tasks, drawn, tasks_with_a_round(tasks, year))
            strata = build_strata(frame, stored.tier, stored.scorecard.tiers, sets)
        cells = []
        for stratum in strata.strata:
            if "T02" in stratum.task_ids:
                visits = stratum.num_firms * 10**6
                cells.append(cell(stratum.key, "T02", visits, stratum.num_firms, counting=False, rest=True))
            else:
                visits = stratum.num_firms * 500_000
                cells.append(cell(stratum.key, "T01", visits, stratum.num_firms, counting="enterprise" in stratum.key))
        last = max(index for index, entry in enumerate(cells) if entry.counting)
        if sum(entry.visits_micro for entry in cells if entry.counting) % 10**6:  # an odd number of firms is left
            cells[last] = replace(cells[last], visits_micro=cells[last].visits_micro + 500_000)
        self.save(number, cells)
        return tuple(cells)

    def save(self, number: int, cells: list[Cell]) -> None:
        """Records a solution."""
        with self.workspace.transaction() as connection:
            save_cells(connection, f"2026-{number}", newest_solution(connection, 2026) + 1, cells)

    def commit(self, number: int = 1, month: int = 2, name: str = "beacon") -> CommitSummary:
        """Commits on the tenth of a month to a source that speaks on the twentieth."""
        source = beacon(name, date(2026, month, 20))
        workspace = self.on(month, 10)
        return commit_draw(workspace, number, entropy=[source], secret=SECRET, officer_secret=OFFICER_SECRET)

    def draw(self, number: int = 1, month: int = 2, name: str = "beacon") -> DrawSummary:
        """Draws on the twentieth of a month."""
        return draw_targets(self.on(month, 20), number, {name: VALUE})

    def count(self, model: type[tables.SQLModel], **equal: object) -> int:
        """Rows of a table."""
        table = table_of(model)
        where = [table.c[name] == value for name, value in equal.items()]
        with self.workspace.transaction() as connection:
            statement = sa.select(sa.func.count()).select_from(table).where(*where)
            return int(connection.execute(statement).scalar_one())

    def columns(self, model: type[tables.SQLModel], *names: str) -> list[tuple[object, ...]]:
        """Rows of a table, sorted."""
        table = table_of(model)
        with self.workspace.transaction() as connection:
            columns = read_columns(connection, sa.select(*(table.c[name] for name in names)))
        return sorted(zip(*columns, strict=True))


def beacon(name: str, day: date) -> EntropySource:
    """A round of a beacon that speaks on a day."""
    return EntropySource.of(name, day, SourceKind.BEACON, "77")


def cell(stratum: str, package: str, visits: int, firms: int, *, counting: bool = True, rest: bool = False) -> Cell:
    """A cell."""
    return Cell(stratum=stratum, package=package, counting=counting, rest=rest, num_firms=firms, visits_micro=visits)


def fill(workspace: Workspace, order: list[int] | None = None) -> None:
    """Fills a workspace: twelve enterprises in two districts, two of them petrol stations, and three households."""
    ids = (*ENTERPRISES, *HOUSEHOLDS)
    rows = [
        {
            "firm_id": firm_id,
            "name": f"店{number}",
            "object_type": "enterprise" if firm_id.startswith("91") else "individual",
            "district": "371002" if number % 2 else "371082",
            "status": "operating",
            "registrar": "威海",
            "industry": "F5265",
            "libraries": "fuel" if number in (4, 9) else "",
        }
        for number, firm_id in enumerate(ids)
    ]
    ordered = [rows[index] for index in order or range(len(rows))]
    with workspace.transaction() as connection:
        insert_firms(connection, {name: [row[name] for row in ordered] for name in rows[0]})
        save_items(connection, [item("G01", ItemKind.GENERAL), item("K01", ItemKind.KEY)])
        everybody = TaskRange(object_types=(ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL))
        save_tasks(
            connection, 2026, [task("T01", "G01", everybody), task("T02", "K01", TaskRange(libraries=("fuel",)))]
        )
        save_officers(connection, [officer()])
        save_plan(connection, plan(workspace))
        save_rounds(connection, plan(workspace), planned_rounds(workspace))
    classify_firms(workspace, date(2026, 1, 1))


def item(item_id: str, kind: ItemKind) -> InspectionItem:
    """An item of the list."""
    texts = dict.fromkeys(("category", "name", "object_description", "department", "basis", "ratio_text"), "x")
    return made_up_lists.item(item_id, kind=kind, **texts)


def task(task_id: str, item_id: str, firms: TaskRange) -> Task:
    """A task that lasts all year; T02 is of full coverage."""
    return made_up_lists.task(
        task_id, item_id, name=task_id, range=firms, full_coverage=task_id == "T02", initiator="x"
    )


def officer() -> Officer:
    """An officer who may lead."""
    return Officer(
        officer_id="O1",
        name="甲",
        unit="u",
        department="d",
        level="l",
        district="371002",
        certificate_no="1",
        certificate_valid_until=date(2027, 1, 1),
        post="",
        specialities=(),
        item_ids=(),
        lead_qualified=True,
        expert=False,
        active=True,
    )


def plan(workspace: Workspace, status: PlanStatus = PlanStatus.APPROVED) -> Plan:
    """The year's plan: N = 12, T = 1."""
    return Plan(
        plan_id="2026-v1",
        year=2026,
        version=1,
        status=status,
        base_date=date(2026, 1, 1),
        num_enterprises=12,
        target=1,
        policy=workspace.settings_text,
    )


def planned_rounds(workspace: Workspace) -> tuple[PlannedRound, ...]:
    """The rounds of the policy."""
    return tuple(
        PlannedRound(
            number=entry.number,
            kind=RoundKind(entry.kind),
            starts_on=entry.starts_on,
            ends_on=entry.ends_on,
            counting_visits=3,
        )
        for entry in workspace.settings.rounds
    )
