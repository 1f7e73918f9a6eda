"""Three years of a made-up city in one workspace: what was found in one year is known when the next is classified."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.registry_rows import save_tasks
from scheduler.example.city import ExampleCity
from scheduler.progress import SILENT
from scheduler.workflow.demo import Demo
from scheduler.workflow.settings import parse_settings

YEARS = (2026, 2027, 2028)


def run_years(folder: Path, city: ExampleCity) -> None:
    """Runs the years one after another; each leaves its records and its site in a folder of its name."""
    demo = Demo(folder, city, progress=SILENT, database_url=None)
    text = demo.workspace.settings_text
    for year in YEARS:
        demo.folder = folder / str(year)
        demo.city = replace(city, seed=f"{city.seed}/{year}")  # other secrets, dice and outcomes
        if year != YEARS[0]:
            _turn(demo, text.replace(str(YEARS[0]), str(year)), year)
        for stage in demo.stages():
            if stage.name != "verify" and (stage.name != "store" or year == YEARS[0]):
                stage.work()
    demo.workspace.store.close()


def _turn(demo: Demo, text: str, year: int) -> None:
    """The policy and the tasks of a new year."""
    demo.workspace = replace(demo.workspace, settings=parse_settings(text, str(year)), settings_text=text)
    tasks = tuple(
        replace(task, starts_on=task.starts_on.replace(year=year), ends_on=task.ends_on.replace(year=year))
        for task in demo.city.tasks
    )
    with demo.workspace.transaction() as connection:
        save_tasks(connection, year, tasks)
