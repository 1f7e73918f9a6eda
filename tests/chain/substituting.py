"""A small year of the example in which firms give way, its records, and ways to tamper with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from models.tables import DrawnFirm, table_of
from scheduler.errors import StateError
from scheduler.progress import SILENT
from scheduler.workflow.demo import Demo
from scheduler.workflow.firm_replacements import FirmReplacementSummary, replace_firm
from scheduler.workflow.rates import YearRates, year_rates
from tests.chain.year import small_city

Files = dict[str, bytes]
GONE_ON = date(2025, 12, 30)
OPEN, TARGETED = "draws/2026-1-1/", "draws/2026-2-1/"


def carelessly(code: str) -> str:
    """A code as people type it: small letters in full width, and spaces."""
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code.lower())
    return f" {wide[:8]} {wide[8:]}\u3000"


class SubstitutingDemo(Demo):
    """A year in which firms give way right after each draw."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, small_city(), progress=SILENT, database_url=None)
        self.done: list[FirmReplacementSummary] = []
        self.alone: list[FirmReplacementSummary] = []
        self.refused: list[str] = []
        self.rates: YearRates | None = None

    def _draw(self, number: int) -> None:
        super()._draw(number)
        with self.workspace.transaction() as connection:
            table = table_of(DrawnFirm)
            where = table.c.draw_id == f"2026-{number}-1"
            statement = sa.select(table.c.firm_id).where(where).order_by(table.c.stratum, table.c.firm_id)
            listed = list(connection.execute(statement).scalars())
            least = sa.select(table.c.firm_id).where(where, table.c.counting).order_by(table.c.chance_firms)
            rarest = str(connection.execute(least.limit(1)).scalar_one())
        for firm_id in listed:
            if self._has_successor(number, firm_id):
                self.done.append(self._replace(number, firm_id))
                break
        if number == 1:
            self.done.append(self._replace(number, self.done[0].firm_in))  # the newcomer was gone as well
        if number > 1:
            self._exhaust(number, rarest)

    def _exhaust(self, number: int, firm_id: str) -> None:
        """One firm after the other of a small stratum was gone, until nobody is left who could come."""
        while firm_id:
            try:
                self.alone.append(self._replace(number, firm_id))
            except StateError as error:  # in the last round
                self.refused.append(str(error))
                return
            firm_id = self.alone[-1].firm_in

    def _has_successor(self, number: int, firm_id: str) -> bool:
        """Whether a ticket of the firm's stratum is left."""
        try:
            return self._replace(number, carelessly(firm_id), dry_run=True).firm_in != ""
        except StateError:
            return False

    def _replace(self, number: int, firm_id: str, *, dry_run: bool = False) -> FirmReplacementSummary:
        return replace_firm(self.workspace, number, firm_id, reason="deregistered", gone_on=GONE_ON, dry_run=dry_run)

    def _verify(self) -> None:
        super()._verify()
        self.rates = year_rates(self.workspace)


def run_substituting(folder: Path) -> SubstitutingDemo:
    """The year, run to its end in a folder."""
    demo = SubstitutingDemo(folder)
    for stage in demo.stages():
        stage.work()
    demo.workspace.store.close()
    return demo


def record(year: Demo, kind: str) -> Files:
    """Files of one of its records."""
    folder = year.folder / "records" / kind
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(content: bytes) -> list[list[str]]:
    """Rows of a table."""
    return [line.split("\t") for line in content.decode("utf-8").splitlines()[1:]]


Change = Callable[[Files, SubstitutingDemo], None]


def instead(files: Files, path: str, old: str, new: str) -> None:
    """Puts one text in the place of another in a table of the record, rows in order again."""
    header, *lines = files[path].decode("utf-8").splitlines()
    swapped = [line.replace(old, new) for line in lines]
    assert swapped != lines
    files[path] = ("\n".join([header, *sorted(swapped)]) + "\n").encode("utf-8")


def other_of_pool(files: Files, folder: str) -> str:
    """A firm of the pool that is neither drawn nor added."""
    taken = {row[0] for name in ("drawn.tsv", "added.tsv") for row in rows(files[folder + name])}
    return next(row[0] for row in rows(files[folder + "pool.tsv"]) if row[0] not in taken)


def favourite(folder: str, number: int) -> Change:
    """Another firm than the next ticket's comes onto the list, in all files that name it."""

    def change(files: Files, year: SubstitutingDemo) -> None:
        came, other = year.done[number].firm_in, other_of_pool(files, folder)
        for name in ("added.tsv", "substitutes.tsv", "results.tsv", "visits.tsv", "towns.tsv"):
            if came in files.get(folder + name, b"").decode("utf-8"):
                instead(files, folder + name, came, other)

    return change


def forgotten(files: Files, _year: SubstitutingDemo) -> None:
    """Nobody comes for a firm withdrawn."""
    files[OPEN + "added.tsv"] = files[OPEN + "added.tsv"].splitlines(keepends=True)[0]


def left_alone(files: Files, year: SubstitutingDemo) -> None:
    """Nobody comes for the second firm withdrawn from the open round, though tickets are left."""
    lines = files[OPEN + "added.tsv"].splitlines(keepends=True)
    files[OPEN + "added.tsv"] = b"".join(line for line in lines if year.done[1].firm_in.encode() not in line)


def told_alone(files: Files, year: SubstitutingDemo) -> None:
    """The same in a targeted round, in all files that name who should have come."""
    came = year.done[2].firm_in
    instead(files, TARGETED + "substitutes.tsv", f"\t{came}\t", "\t\t")
    for name in ("added.tsv", "results.tsv", "visits.tsv", "towns.tsv"):
        lines = files[TARGETED + name].splitlines(keepends=True)
        files[TARGETED + name] = b"".join(line for line in lines if came.encode() not in line)


def never_drawn(files: Files, year: SubstitutingDemo) -> None:
    """A firm is withdrawn that was not on the list."""
    instead(files, OPEN + "withdrawn.tsv", year.done[0].firm_out, other_of_pool(files, OPEN))


def for_more_visits(files: Files, _year: SubstitutingDemo) -> None:
    """The newcomers are to be visited for something else."""
    instead(files, OPEN + "added.tsv", "\tT01\t", "\tT02\t")


def uncounted(files: Files, year: SubstitutingDemo) -> None:
    """The newcomer who gave way as well is said to have come for a visit that does not count."""
    lines = files[OPEN + "added.tsv"].decode("utf-8").splitlines()
    row = next(line for line in lines if line.startswith(year.done[0].firm_in))
    instead(files, OPEN + "added.tsv", row, row[:-1] + "0")


def emptied(files: Files, _year: SubstitutingDemo) -> None:
    """Both public files are there, but nobody was withdrawn, and nobody added."""
    for name in ("added.tsv", "withdrawn.tsv"):
        files[OPEN + name] = files[OPEN + name].splitlines(keepends=True)[0]


def hidden(files: Files, _year: SubstitutingDemo) -> None:
    """One of the two public files is taken out."""
    del files[OPEN + "withdrawn.tsv"]


def unnamed_reason(files: Files, _year: SubstitutingDemo) -> None:
    """Nobody was met: no reason of the list."""
    instead(files, OPEN + "withdrawn.tsv", "deregistered", "unreachable")


def still_there(files: Files, _year: SubstitutingDemo) -> None:
    """The firm was there on the base date."""
    instead(files, OPEN + "substitutes.tsv", GONE_ON.isoformat(), "2026-01-01")


def after_officers(files: Files, _year: SubstitutingDemo) -> None:
    """A firm gave way when its officers were known."""
    officers = json.loads(files[OPEN + "officers.json"])["drawn_on"]
    later = (date.fromisoformat(officers) + timedelta(days=1)).isoformat()
    instead(files, OPEN + "substitutes.tsv", rows(files[OPEN + "substitutes.tsv"])[1][5], later)


STOOD = "those withdrawn stood on the list"
NEXT = "each newcomer has the next ticket"
HISTORY = "the history of replacements"
TAMPERED: dict[str, tuple[str, Change, str]] = {
    "a favourite in an open round": ("public", favourite(OPEN, 1), NEXT),
    "a favourite in an open round, for auditors": ("audit", favourite(OPEN, 1), NEXT),
    "a favourite in a targeted round": ("audit", favourite(TARGETED, 2), NEXT),
    "nobody in the place": ("public", forgotten, STOOD),
    "nobody, though tickets are left": ("public", left_alone, NEXT),
    "nobody in a targeted round, though tickets are left": ("audit", told_alone, NEXT),
    "never drawn": ("public", never_drawn, STOOD),
    "another package": ("public", for_more_visits, STOOD),
    "a visit that does not count": ("public", uncounted, STOOD),
    "nobody withdrawn": ("public", emptied, STOOD),
    "half of it hidden": ("public", hidden, "the record holds the files that its draws ask for"),
    "no reason of the list": ("public", unnamed_reason, "every file is in canonical form"),
    "there on the base date": ("audit", still_there, HISTORY),
    "after the officers": ("audit", after_officers, HISTORY),
}
