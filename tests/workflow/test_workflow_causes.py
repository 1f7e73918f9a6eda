"""Checks for cause, and tasks that join in mid-year: the year's total stays, the firm has had its visit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from models.allocation_rows import load_cells, load_drawn_so_far, load_year
from models.registry_rows import load_frame, load_tasks, save_tasks
from scheduler.audit.report import Verdict
from scheduler.commands.causes import cause
from scheduler.commands.context import CommandContext
from scheduler.errors import InputError, StateError, UsageError
from scheduler.progress import SILENT
from scheduler.registry.codes import ObjectType
from scheduler.registry.items import MICRO, TaskRange
from scheduler.workflow.causes import add_cause, list_causes
from scheduler.workflow.demo import Demo
from scheduler.workflow.teams import draw_officers
from tests.chain.year import small_city

IN_SUMMER = date(2026, 8, 10)


def free_firm(demo: Demo) -> str:
    """An enterprise in operation that nobody has drawn this year."""
    with demo.workspace.transaction() as connection:
        frame = load_frame(connection)
        drawn = load_drawn_so_far(connection, 2026)
    free = frame.operating() & frame.of_type(ObjectType.ENTERPRISE) & ~np.isin(frame.firm_id, drawn.firm_id)
    return str(frame.firm_id[free][0].decode("ascii"))


def add_temporary_task(demo: Demo) -> None:
    """A task of the autumn for all individuals, of an item of the list."""
    with demo.workspace.transaction() as connection:
        tasks = load_tasks(connection, 2026)
        autumn = replace(
            next(task for task in tasks if task.task_id == "T12"),
            task_id="T99",
            name="临时任务",
            range=TaskRange(object_types=(ObjectType.INDIVIDUAL,)),
            full_coverage=False,
            ratio_min_micro=20_000,
            ratio_max_micro=50_000,
            starts_on=date(2026, 9, 1),
            ends_on=date(2026, 11, 30),
        )
        save_tasks(connection, 2026, (*tasks, autumn))
    demo.city = replace(demo.city, tasks=(*demo.city.tasks, autumn))  # by which its outcomes are made up


def test_cause_and_temporary_task_join_in_mid_year(tmp_path: Path) -> None:
    """
    In August a complaint names a firm and a task is added: both are served, T is drawn exactly, records hold.

    The firm's visit is used up, so the last round leaves it out; it got officers and counts nothing towards T.
    """
    demo = Demo(tmp_path, small_city(), progress=SILENT, database_url=None)
    plans, firm = 0, ""
    for stage in demo.stages():
        plans += stage.name == "plan"
        if stage.name == "plan" and plans == 3:
            firm = free_firm(demo)
            today = demo._at(IN_SUMMER)
            made = add_cause(today, firm, ["T01"], source="12315", reason="sells without a licence")
            assert (made.draw_id, made.package) == ("2026-X1-1", "T01")
            assert draw_officers(today, "X1").num_teams > 0
            add_temporary_task(demo)
        stage.work()
    assert [report.verdict for report in demo.reports] == [Verdict.CONSISTENT, Verdict.CONSISTENT]
    with demo.workspace.transaction() as connection:
        year, drawn = load_year(connection, 2026), load_drawn_so_far(connection, 2026)
        autumn = load_cells(connection, "2026-3")
    assert year is not None
    assert len(np.unique(drawn.firm_id[drawn.counting])) == year.target
    visits = [
        package
        for firm_id, package in zip(drawn.firm_id.tolist(), drawn.package, strict=True)
        if firm_id.decode() == firm
    ]
    assert visits == ["T01"]
    assert not drawn.counting[drawn.firm_id == firm.encode()].any()
    served = sum(cell.visits_micro for cell in autumn if "T99" in cell.tasks)
    with demo.workspace.transaction() as connection:
        individuals = int(load_frame(connection).of_type(ObjectType.INDIVIDUAL).sum())
    assert 0 < served <= (individuals * 0.05 + 1) * MICRO
    assert [entry.firm_id for entry in list_causes(demo.workspace)] == [firm]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A city with tasks, before anything was drawn."""
    demo = Demo(tmp_path_factory.mktemp("causes"), small_city(), progress=SILENT, database_url=None)
    for stage in demo.stages()[:2]:
        stage.work()
    return demo


def test_cause_is_refused_in_words(planned: Demo) -> None:
    """Strange firms and tasks, no reason, a day to come, and the same check twice are refused."""
    today, firm = planned._at(date(2026, 2, 1)), free_firm(planned)
    with pytest.raises(InputError, match="expected a firm on the register"):
        add_cause(today, "919999999999999999", ["T01"], source="", reason="x")
    with pytest.raises(InputError, match="expected at least one task of the year"):
        add_cause(today, firm, ["T77"], source="", reason="x")
    with pytest.raises(UsageError, match="expected a reason"):
        add_cause(today, firm, ["T01"], source="", reason=" ")
    with pytest.raises(UsageError, match="expected a day up to today"):
        add_cause(today, firm, ["T01"], source="", reason="x", received_on=date(2026, 2, 2))
    assert add_cause(today, firm, ["T01"], source="", reason="x", dry_run=True).cause_id == 1
    assert list_causes(today) == ()
    add_cause(today, firm, ["T01"], source="", reason="x")
    with pytest.raises(StateError, match="has this check today already"):
        add_cause(today, firm, ["T01"], source="", reason="x")


def test_cause_commands_speak_to_people_and_machines(planned: Demo) -> None:
    """The command says under which list the visit waits for officers; the list of checks shows the reason."""
    context = CommandContext(
        root=planned.workspace.root,
        database_url=None,
        actor="planner",
        now=planned._at(date(2026, 2, 3)).now,
        language="en",
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(cause, list(words), obj=context, catch_exceptions=False)

    firm = free_firm(planned)
    added = run("add", firm, "--task", "T02", "--reason", "overcharges", "--received", "2026-02-02")
    assert "draw officers X" in added.stderr
    (last,) = json.loads(run("list", "--json").stdout)["causes"][-1:]
    assert (last["firm_id"], last["reason"], last["received_on"]) == (firm, "overcharges", "2026-02-02")
    assert "overcharges" in run("list").stdout
