"""A small year of the example in which visits are handed over, its records, and ways to tamper with them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cli import CHINA
from models.agenda_rows import save_leave
from models.expert_rows import load_experts
from models.registry_rows import load_officers, load_recusals, save_recusals
from models.tables import DrawnFirm, FirmReplacement, TeamMember, Visit, table_of
from scheduler.agenda.leave import Leave
from scheduler.errors import StateError
from scheduler.example.city import ExampleCity
from scheduler.progress import SILENT
from scheduler.resources import data_path
from scheduler.teams.expert_replacing import ExpertReason
from scheduler.teams.replacing import ReplacementReason
from scheduler.teams.roster import Recusal
from scheduler.workflow import demo as demo_module
from scheduler.workflow.demo import Demo
from scheduler.workflow.expert_replacements import replace_expert
from scheduler.workflow.firm_replacements import FirmReplacementSummary, replace_firm
from scheduler.workflow.fitness import Unfit
from scheduler.workflow.rates import YearRates, year_rates
from scheduler.workflow.replacements import replace_officer
from tests.audit.record_builder import with_manifest
from tests.chain.substituting import GONE_ON, OPEN, TARGETED, instead, record, rows
from tests.chain.year import small_city

Files = dict[str, bytes]
EXPERTS = '\n[agenda.experts]\nG01 = "food"\nG13 = ""\n'


def recusing_city() -> ExampleCity:
    """The small city, in which one officer in ten must not meet a firm, half of these because of last year's visit."""
    city = small_city()
    lots = (
        (officer.officer_id, firm_id, hashlib.sha256(f"{officer.officer_id} {firm_id}".encode()).digest()[0])
        for officer in city.officers
        for firm_id in city.firms["firm_id"]
    )
    recusals = tuple(
        Recusal(officer_id=officer_id, firm_id=firm_id, reason="last_year" if lot % 2 else "kin", valid_until=None)
        for officer_id, firm_id, lot in lots
        if lot < 26
    )
    return dataclasses.replace(city, recusals=recusals)


class HandingDemo(Demo):
    """
    A year in which firms give way after officers are drawn.

    `done` tells of them by what became of their visits: the teams stayed (`home`), are of another district (`away`) or
    recused (`barred`), an officer was replaced between (`again`), somebody is on leave (`moved`), the visit is for
    another package than that of the others (`other`), or nobody came (`alone`).
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, recusing_city(), progress=SILENT, database_url=None)
        self.done: dict[str, FirmReplacementSummary] = {}
        self.refused: list[str] = []
        self.bent: list[str] = []
        self.left_day: date | None = None
        self.recused: set[str] = set()
        self.warned: tuple[Unfit, ...] = ()
        self.rates: YearRates | None = None

    def _officers(self, number: int) -> None:
        super()._officers(number)
        if number == 1:
            self._until("away", number, stays=False)
            self._until("home", number, stays=True)
            self._replace_officer(self.done["home"])
            self.done["again"] = self._replace(number, self.done["home"].firm_in)
            self._refuse(number)
            self._bend(number)
        if number == 2:
            self._until("barred", number, stays=False)
            self._until("moved", number, stays=True, on_leave=True)
            self._warn(number)
            self._other_package(number)
            firm_id = self._listed(number, rarest=True)[0]
            while firm_id:
                self.done["alone"] = self._replace(number, firm_id)
                firm_id = self.done["alone"].firm_in
            self._replace_expert(number)

    def _until(self, name: str, number: int, *, stays: bool, on_leave: bool = False) -> None:
        """Replaces firms until one is found whose teams the newcomer keeps, or does not keep."""
        while name not in self.done:
            visits = self._visits(number)
            firm_id = self._listed(number)[0]
            for firm_id in self._listed(number):
                found = self._replace(number, firm_id, dry_run=True)
                kept = found.handed is not None and ";".join(found.handed.team_ids) == visits[firm_id][0]
                if found.firm_in and kept == stays:
                    break
            else:
                self._replace(number, firm_id)
                continue
            if on_leave:
                self.left_day = visits[firm_id][1]
                self._leave(visits[firm_id][0].split(";")[0], self.left_day)
            self.done[name] = self._replace(number, firm_id)

    def _other_package(self, number: int) -> None:
        """Replaces a firm that does not count, for which somebody is left."""
        for firm_id in self._listed(number, counting=False):
            if self._replace(number, firm_id, dry_run=True).firm_in:
                self.done["other"] = self._replace(number, firm_id)
                return

    def _refuse(self, number: int) -> None:
        """Tries to replace a firm on the day of its visit, and a day later."""
        firm_id = self._listed(number)[0]
        day = self._visits(number)[firm_id][1]
        for after in (0, 1):
            now = datetime.combine(day + timedelta(days=after), time(9), CHINA)
            with pytest.raises(StateError) as error:
                replace_firm(
                    dataclasses.replace(self.workspace, now=now), number, firm_id, reason="revoked", gone_on=GONE_ON
                )
            self.refused.append(str(error.value))

    def _warn(self, number: int) -> None:
        """What a replacement would say if an officer and all experts declared themselves recused from the newcomer."""
        firm_id = self._listed(number)[0]
        tried = self._replace(number, firm_id, dry_run=True)
        assert tried.handed is not None and not tried.handed.unfit
        with self.workspace.transaction() as connection:
            before = load_recusals(connection)
            officer = self._member(connection, tried.handed.team_ids[0])
            experts = {one.officer_id for one in load_officers(connection) if one.expert}
            self.recused = {officer, *experts}
            declared = [
                Recusal(officer_id=name, firm_id=tried.firm_in, reason="kin", valid_until=None)
                for name in sorted(self.recused)
            ]
            save_recusals(connection, [*before, *declared])
        again = self._replace(number, firm_id, dry_run=True)
        assert again.handed is not None and again.handed.team_ids == tried.handed.team_ids
        self.warned = again.handed.unfit
        with self.workspace.transaction() as connection:
            save_recusals(connection, before)

    def _bend(self, number: int) -> None:
        """Tries to replace a firm by a clock that went back to the day of the draw, when others gave way since."""
        bent = dataclasses.replace(self.workspace, now=self.workspace.now - timedelta(days=1))
        with pytest.raises(StateError) as error:
            replace_firm(bent, number, self._listed(number)[0], reason="revoked", gone_on=GONE_ON)
        self.bent.append(str(error.value))

    def _leave(self, team_id: str, day: date) -> None:
        """Somebody of a team is on leave on a day."""
        with self.workspace.transaction() as connection:
            save_leave(connection, [Leave(officer_id=self._member(connection, team_id), starts_on=day, ends_on=day)])

    def _replace_officer(self, summary: FirmReplacementSummary) -> None:
        """Somebody of a newcomer's team falls ill."""
        assert summary.handed is not None
        with self.workspace.transaction() as connection:
            officer_id = self._member(connection, summary.handed.team_ids[0])
        replace_officer(self.workspace, 1, officer_id, reason=ReplacementReason.ILLNESS)

    def _replace_expert(self, number: int) -> None:
        """An expert of a newcomer falls ill, who was called to firms that gave way, too."""
        with self.workspace.transaction() as connection:
            calls = load_experts(connection)
        (expert,) = {call.officer_id for call in calls[f"2026-{number}-1", self.done["barred"].firm_in][:1]}
        replace_expert(self.workspace, number, expert, reason=ExpertReason.ILLNESS)

    def _member(self, connection: sa.Connection, team_id: str) -> str:
        table = table_of(TeamMember)
        statement = sa.select(table.c.officer_id).where(table.c.team_id == team_id, ~table.c.lead)
        return str(connection.execute(statement.order_by(table.c.officer_id)).scalars().first())

    def _visits(self, number: int) -> dict[str, tuple[str, date]]:
        table = table_of(Visit)
        with self.workspace.transaction() as connection:
            statement = sa.select(table.c.firm_id, table.c.team_id, table.c.visit_on)
            found = connection.execute(statement.where(table.c.draw_id == f"2026-{number}-1"))
            return {row.firm_id: (row.team_id, row.visit_on) for row in found}

    def _listed(self, number: int, *, rarest: bool = False, counting: bool = True) -> list[str]:
        """Firms of a round that count, or do not, and stand on the list; the smallest strata first if so wanted."""
        table, gone = table_of(DrawnFirm), table_of(FirmReplacement)
        with self.workspace.transaction() as connection:
            drawn = (table.c.draw_id == f"2026-{number}-1", table.c.counting == counting, table.c.chance_firms > 0)
            where = (*drawn, table.c.firm_id.not_in(sa.select(gone.c.firm_out)))
            order = (table.c.chance_firms, table.c.firm_id) if rarest else (table.c.firm_id,)
            return [str(firm) for firm in connection.scalars(sa.select(table.c.firm_id).where(*where).order_by(*order))]

    def _replace(self, number: int, firm_id: str, *, dry_run: bool = False) -> FirmReplacementSummary:
        return replace_firm(self.workspace, number, firm_id, reason="revoked", gone_on=GONE_ON, dry_run=dry_run)

    def _verify(self) -> None:
        super()._verify()
        self.rates = year_rates(self.workspace)


def run_handing(folder: Path) -> HandingDemo:
    """The year, run to its end, under a policy that asks for experts."""
    policy = folder / "policy.toml"
    shipped = data_path("examples", "double-random.toml").read_text(encoding="utf-8")
    policy.write_text(shipped + EXPERTS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_module, "data_path", lambda *_parts: policy)
        demo = HandingDemo(folder / "year")
    for stage in demo.stages():
        stage.work()
    demo.workspace.store.close()
    return demo


Change = Callable[[Files, HandingDemo], None]


def told(name: str, place: int, value: Callable[[list[str]], str]) -> Change:
    """One cell of the handover of a newcomer told otherwise."""

    def change(files: Files, year: HandingDemo) -> None:
        folder = f"draws/{year.done[name].draw_id}/"
        header, *lines = files[folder + "handovers.tsv"].decode("utf-8").splitlines()
        cells = [line.split("\t") for line in lines]
        row = next(row for row in cells if row[1] == year.done[name].firm_in)
        row[place] = value(row)
        files[folder + "handovers.tsv"] = ("\n".join([header, *map("\t".join, cells)]) + "\n").encode("utf-8")

    return change


def other_team(row: list[str]) -> str:
    """Another team of the same district."""
    number = "002" if row[3].endswith("001") else "001"
    return row[3][:-3] + number


def later_day(row: list[str]) -> str:
    """The day after."""
    return str(date.fromisoformat(row[4]) + timedelta(days=1))


def unlisted(files: Files, _year: HandingDemo) -> None:
    """The first handover is left out, as if that firm had given way before officers were drawn."""
    lines = files[OPEN + "handovers.tsv"].splitlines(keepends=True)
    files[OPEN + "handovers.tsv"] = b"".join([lines[0], *lines[2:]])


def dropped(files: Files, _year: HandingDemo) -> None:
    """No handover is told."""
    del files[TARGETED + "handovers.tsv"]


def too_late(files: Files, year: HandingDemo) -> None:
    """The last firm of the open round gave way on the day of its visit."""
    cells = rows(files[OPEN + "substitutes.tsv"])
    day = rows(files[OPEN + "handovers.tsv"])[-1][4]
    instead(files, OPEN + "substitutes.tsv", "\t".join(cells[-1]), "\t".join([*cells[-1][:-1], day]))


def swapped(files: Files, year: HandingDemo) -> None:
    """Two newcomers of a round change packages and flags, and what was found with them: as a heap all is as before."""
    one, other = year.done["moved"].firm_in, year.done["other"].firm_in
    places = {row[0]: row[3:] for row in rows(files[TARGETED + "added.tsv"])}
    assert places[one] != places[other]
    names = {one: other, other: one}
    put(
        files,
        "added.tsv",
        [[*row[:3], *places[names.get(row[0], row[0])]] for row in rows(files[TARGETED + "added.tsv"])],
    )
    put(files, "results.tsv", [[names.get(row[0], row[0]), *row[1:]] for row in rows(files[TARGETED + "results.tsv"])])


def put(files: Files, name: str, cells: list[list[str]]) -> None:
    """Other rows for a table of the targeted round, in order again."""
    header = files[TARGETED + name].decode("utf-8").splitlines()[0]
    files[TARGETED + name] = ("\n".join([header, *sorted(map("\t".join, cells))]) + "\n").encode("utf-8")


TAMPERED: dict[str, tuple[Change, str]] = {
    "a team of choice": (told("barred", 3, other_team), "8.14"),
    "a day of choice": (told("home", 4, later_day), "8.14"),
    "an officer too many": (told("again", 2, lambda _row: "2"), "8.14"),
    "an exception": (told("home", 5, lambda _row: "borrowed"), "8.14"),
    "another newcomer": (told("barred", 1, lambda row: row[1][:-1] + "X"), "8.14"),
    "one of them hidden": (unlisted, "8.3"),
    "all of them hidden": (dropped, "8.3"),
    "on the day of the visit": (too_late, "8.14"),
    "packages of two newcomers swapped": (swapped, "7.1"),
}


def tampered(year: HandingDemo, name: str) -> Files:
    """The audit record with one thing changed."""
    files = record(year, "audit")
    TAMPERED[name][0](files, year)
    return with_manifest(files)
