"""
A year of the made-up Weihai from register to verified records: the whole chain, in one call.

Everything is derived from the example's seed, secrets and thrown dice included, so that the same call gives the same
bytes. That is right for an example and wrong for a draw: a real draw takes its secrets from the system and its entropy
from the world.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from models.registry_rows import (
    insert_events,
    insert_firms,
    save_items,
    save_officers,
    save_recusals,
    save_tasks,
)
from models.results_rows import load_visits
from scheduler.audit.claims import Report
from scheduler.audit.verifier import verify_record
from scheduler.draw.seed import EntropySource
from scheduler.draw.sources import SourceKind
from scheduler.errors import StateError
from scheduler.example.city import ExampleCity, build_city
from scheduler.example.outcomes import simulate_results
from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.progress import SILENT, Progress
from scheduler.registry.codes import RoundKind
from scheduler.resources import data_path
from scheduler.workflow.allocation import plan_approve, plan_new, plan_solve
from scheduler.workflow.commitments import commit_draw
from scheduler.workflow.draw import draw_targets
from scheduler.workflow.example import SEED, load_parameters
from scheduler.workflow.keys import make_key
from scheduler.workflow.log import append_log
from scheduler.workflow.publication import publish
from scheduler.workflow.rates import YearRates, year_rates
from scheduler.workflow.results import record_results
from scheduler.workflow.risk import classify_firms
from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import CHINA, Workspace, create_workspace

ACTOR = "demo"
MARK = "made-by-demo.txt"
NUM_DICE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSummary:
    """
    What a demo made.

    Attributes
    ----------
    rates
        N, T, drawn, and rates by tier (internal) and district.
    num_visits, num_teams, num_officers
        Visits of the year, teams drawn, officers on the roster.
    verdicts
        Verdict of the public and of the audit record.
    district_names
        Chinese and English name of each district, by code.
    folder
        Where everything lies.
    """

    rates: YearRates
    num_visits: int
    num_teams: int
    num_officers: int
    verdicts: tuple[Report, ...]
    district_names: Mapping[str, tuple[str, str]]
    folder: Path


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name in benchmarks, its words on the terminal, and what it does."""

    name: str
    words: str
    work: Callable[[], None]


class Demo:
    """One year of a made-up city, stage by stage; each stage is what a bureau does with one or two commands."""

    def __init__(
        self, folder: Path, city: ExampleCity, *, progress: Progress, database_url: str | None, signed: bool = False
    ) -> None:
        self.folder = folder
        self.city = city
        self.signed = signed
        self.num_teams = 0
        self.reports: tuple[Report, ...] = ()
        self.workspace: Workspace = create_workspace(
            folder / "workspace",
            settings_text=data_path("examples", "double-random.toml").read_text(encoding="utf-8"),
            actor=ACTOR,
            now=_morning(date(2026, 1, 1)),
            url=database_url,
            progress=progress,
        )

    def stages(self) -> tuple[Stage, ...]:
        """All stages in their order."""
        rounds = self.workspace.settings.rounds
        stages = [
            Stage("store", N_("Storing the register"), self._fill),
            Stage("classify", N_("Classifying the firms"), self._classify),
            Stage("plan", N_("Planning the year"), self._plan),
        ]
        for entry in rounds:
            number = entry.number
            if entry.kind is RoundKind.TARGETED:
                stages.append(Stage("plan", N_("Planning what is still owed"), partial(self._plan_again, number)))
            stages += [
                Stage("commit", N_("Freezing and committing a round"), partial(self._commit, number)),
                Stage("targets", N_("Drawing the firms"), partial(self._draw, number)),
                Stage("officers", N_("Drawing officers and days"), partial(self._officers, number)),
            ]
            if number > 1:  # a round's last visits end after the next one is drawn
                stages.append(Stage("results", N_("Inspecting"), partial(self._inspect, number - 1)))
        stages += [
            Stage("results", N_("Inspecting"), partial(self._inspect, len(rounds))),
            Stage("publish", N_("Publishing"), self._publish),
            Stage("verify", N_("Verifying the records"), self._verify),
        ]
        return tuple(stages)

    def _fill(self) -> None:
        city, year = self.city, self.workspace.settings.year.year
        with self.workspace.transaction() as connection:
            insert_firms(connection, city.firms)
            insert_events(connection, city.events)
            save_items(connection, city.items)
            save_tasks(connection, year, city.tasks)
            save_officers(connection, city.officers)
            save_recusals(connection, city.recusals)
            append_log(connection, self.workspace, "demo", {"firms": len(city.frame), "seed": city.seed})
        if self.signed:
            make_key(self.workspace, key=self._made_up("signing key", 0))

    def _classify(self) -> None:
        base_date = self.workspace.settings.year.base_date
        classify_firms(self._at(base_date), base_date)

    def _plan(self) -> None:
        workspace = self._at(self.workspace.settings.year.base_date + timedelta(days=4))
        plan_new(workspace)
        plan_solve(workspace)
        plan_approve(workspace)

    def _plan_again(self, number: int) -> None:
        plan_solve(self._at(self._starts(number) - timedelta(days=21)))

    def _commit(self, number: int) -> None:
        commit_draw(
            self._at(self._starts(number) - timedelta(days=14)),
            number,
            entropy=(self._dice(number),),
            secret=self._made_up("secret", number),
            officer_secret=self._made_up("officer secret", number),
        )

    def _draw(self, number: int) -> None:
        dice = self._dice(number)
        throws = "".join(str(1 + byte % 6) for byte in self._made_up("dice", number, NUM_DICE))
        draw_targets(self._at(dice.spoken_on), number, {dice.name: throws})

    def _officers(self, number: int) -> None:
        summary = draw_officers(self._at(self._starts(number) - timedelta(days=5)), number)
        self.num_teams += summary.num_teams

    def _inspect(self, number: int) -> None:
        workspace = self._at(self.workspace.settings.rounds[number - 1].ends_on + timedelta(days=3))
        draw_id = f"{workspace.settings.year.year}-{number}-1"
        with workspace.transaction() as connection:
            visits = load_visits(connection, draw_id)
            made = [position for position, day in enumerate(visits.visit_on) if day is not None]
            columns = simulate_results(
                self.city,
                firm_ids=[visits.firm_id[position] for position in made],
                packages=[visits.package[position] for position in made],
                inspected_on=[day for day in visits.visit_on if day is not None],
                seed=self.city.seed,
            )
            record_results(connection, workspace, {**columns, "draw_id": [draw_id] * len(columns["firm_id"])})

    def _publish(self) -> None:
        publish(
            self.workspace,
            public=self.folder / "records" / "public",
            audit=self.folder / "records" / "audit",
            site=self.folder / "site",
            workbook=self.folder / f"double-random-{self.workspace.settings.year.year}.xlsx",
        )

    def _verify(self) -> None:
        folders = (self.folder / "records" / "public", self.folder / "records" / "audit")
        self.reports = tuple(verify_record(folder) for folder in folders)

    def _starts(self, number: int) -> date:
        return self.workspace.settings.rounds[number - 1].starts_on

    def _dice(self, number: int) -> EntropySource:
        return EntropySource.of(
            f"dice-{self.workspace.settings.year.year}-{number}",
            self._starts(number) - timedelta(days=7),
            SourceKind.DICE,
            str(NUM_DICE),
        )

    def _made_up(self, purpose: str, number: int, length: int = 32) -> bytes:
        return hashlib.shake_256(f"{self.city.seed}/{purpose}/{number}".encode()).digest(length)

    def _at(self, day: date) -> Workspace:
        """The workspace on a later day; days only go forward."""
        self.workspace = replace(self.workspace, now=max(self.workspace.now, _morning(day)))
        return self.workspace


def run_demo(
    folder: Path,
    *,
    num_firms: int,
    seed: str = SEED,
    progress: Progress = SILENT,
    database_url: str | None = None,
) -> DemoSummary:
    """
    Runs a year of the example into a new folder; its bureau signs, with a key made up like everything else.

    Parameters
    ----------
    folder
        Must not exist yet, or be empty.
    progress
        Hears of each stage as it begins.

    Raises
    ------
    StateError
        If the folder holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StateError(_("{folder} is not empty; choose another folder, or --replace").format(folder=folder))
    progress.report(_("Making up a city"), 0, 1)
    city = build_city(load_parameters(), num_firms=num_firms, seed=seed)
    return run_city(folder, city, progress=progress, database_url=database_url, signed=True)


def run_city(
    folder: Path,
    city: ExampleCity,
    *,
    progress: Progress = SILENT,
    database_url: str | None = None,
    signed: bool = False,
) -> DemoSummary:
    """Runs a year of a city made up already into a folder, signed if so wished; see `run_demo`."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = _("Made by “double-random demo”; nothing in this folder is real.")
    (folder / MARK).write_text(mark + "\n", encoding="utf-8")
    demo = Demo(folder, city, progress=progress, database_url=database_url, signed=signed)
    stages = demo.stages()
    for done, stage in enumerate(stages):
        progress.report(_(stage.words), done, len(stages))
        stage.work()
    progress.report(_("Done"), len(stages), len(stages))
    rates = year_rates(demo.workspace)
    demo.workspace.store.close()
    return DemoSummary(
        rates=rates,
        num_visits=rates.num_visits,
        num_teams=demo.num_teams,
        num_officers=len(city.officers),
        verdicts=demo.reports,
        district_names={entry.code: (entry.name, entry.name_en) for entry in demo.workspace.settings.districts},
        folder=folder,
    )


def replace_demo(folder: Path) -> None:
    """
    Clears the folder of an earlier demo.

    Raises
    ------
    StateError
        If the folder holds anything but an earlier demo.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARK).is_file():
        raise StateError(
            _("{folder} holds something other than an earlier demo; choose another folder").format(folder=folder)
        )
    shutil.rmtree(folder)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=CHINA)
