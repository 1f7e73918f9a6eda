"""
Firms drawn that were gone before the base date: the next tickets come, everything follows, and records tell the truth.

A small year of the example in which two firms of the open round, a newcomer among them, and one of each targeted round
give way; then the records as published, honest and tampered with.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.store import Store
from models.tables import DrawnFirm, table_of
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.formats import FIRM_REASONS
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_record, verify_source
from scheduler.draw.replacing import replacement_reasons
from scheduler.errors import StateError, UsageError
from scheduler.progress import SILENT
from scheduler.workflow.demo import Demo
from scheduler.workflow.firm_replacements import FirmReplacementSummary, replace_firm
from scheduler.workflow.rates import YearRates, year_rates
from scheduler.workflow.workspace import database_url
from tests.audit.record_builder import with_manifest
from tests.chain.year import small_city

Files = dict[str, bytes]
GONE_ON = date(2025, 12, 30)
OPEN, TARGETED = "draws/2026-1-1/", "draws/2026-2-1/"


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
            try:
                found = self._replace(number, firm_id, dry_run=True)
            except StateError as error:
                self.refused.append(str(error))
                continue
            if found.firm_in:
                self.done.append(self._replace(number, firm_id))
                break
        if number == 1:
            self.done.append(self._replace(number, self.done[0].firm_in))  # the newcomer was gone as well
        if number == 2:
            self._exhaust(number, rarest)

    def _exhaust(self, number: int, firm_id: str) -> None:
        """One firm after the other of a small stratum was gone, until nobody is left who could come."""
        while firm_id:
            self.alone.append(self._replace(number, firm_id))
            firm_id = self.alone[-1].firm_in

    def _replace(self, number: int, firm_id: str, *, dry_run: bool = False) -> FirmReplacementSummary:
        return replace_firm(self.workspace, number, firm_id, reason="deregistered", gone_on=GONE_ON, dry_run=dry_run)

    def _verify(self) -> None:
        super()._verify()
        self.rates = year_rates(self.workspace)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> SubstitutingDemo:
    """The year, run to its end."""
    demo = SubstitutingDemo(tmp_path_factory.mktemp("substitutes"))
    for stage in demo.stages():
        stage.work()
    demo.workspace.store.close()
    return demo


def record(year: SubstitutingDemo, kind: str) -> Files:
    """Files of one of its records."""
    folder = year.folder / "records" / kind
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, files: Files) -> None:
    """Puts a record into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def rows(content: bytes) -> list[list[str]]:
    """Rows of a table."""
    return [line.split("\t") for line in content.decode("utf-8").splitlines()[1:]]


def failed(report: Report) -> list[str]:
    """Section and text of each claim that fails."""
    return [f"§{claim.section} {claim.text}" for claim in report.of_status(Status.FAILED)]


def test_year_with_replacements_hits_the_target_and_verifies(year: SubstitutingDemo) -> None:
    """Who gave way does not count, who came does: T is hit exactly, and both records are consistent."""
    assert len(year.done) == 4
    assert year.rates is not None
    assert year.rates.num_drawn == year.rates.target
    assert [(report.verdict, failed(report)) for report in year.reports] == [(Verdict.CONSISTENT, [])] * 2
    texts = [claim.text for claim in year.reports[1].of_status(Status.PASSED) if claim.section == "7.1"]
    assert len(texts) == 9  # three claims for each of three draws


@pytest.mark.parametrize("name", ["public", "audit", "a favourite in a targeted round", "nobody in the place"])
def test_carried_verifier_says_what_the_program_says(name: str, year: SubstitutingDemo, tmp_path: Path) -> None:
    """The file inside the audit record, run by itself on honest and tampered records: the same claims and verdict."""
    files = record(year, TAMPERED[name][0] if name in TAMPERED else name)
    if name in TAMPERED:
        TAMPERED[name][1](files, year)
        files = with_manifest(files)
    write(tmp_path, files)
    carried = year.folder / "records" / "audit" / "verify.py"
    words = [sys.executable, "-I", "-S", str(carried), str(tmp_path), "--json"]
    done = subprocess.run(words, env={}, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (int(name in TAMPERED), "")
    (found,) = json.loads(done.stdout)["records"]
    expected = verify_record(tmp_path).document()
    assert found["verdict"] == expected["verdict"]
    assert [claim for claim in found["claims"] if claim["section"] != "10.1"] == [
        claim for claim in expected["claims"] if claim["section"] != "10.1"
    ]


def test_refused_where_no_ticket_is_left_in_the_last_round(year: SubstitutingDemo) -> None:
    """Of a stratum whose firms are all drawn, nobody can come, and no round makes up for it: the list stays."""
    assert year.refused
    assert all("no round is to come" in text for text in year.refused)


def test_next_round_makes_up_for_a_visit_that_nobody_took_over(year: SubstitutingDemo) -> None:
    """One visit that counts is gone from the second round; the third is committed to one more, so that T is hit."""
    audit = record(year, "audit")
    assert year.alone[-1].firm_in == ""
    table = rows(audit[TARGETED + "substitutes.tsv"])
    assert [row[2] for row in table].count("") == 1
    counts = json.loads(audit["year.json"])
    planned = [entry["counting_visits"] for entry in counts["rounds"]]
    assert sum(planned) == counts["target"] + 1  # one was drawn for nothing
    assert counts["drawn_enterprises"] == counts["target"]
    assert year.alone[-1].firm_out not in {row[0] for row in rows(audit[TARGETED + "visits.tsv"])}


def test_visits_officers_and_results_follow_the_newcomer(year: SubstitutingDemo) -> None:
    """Who came has a team, a day and results; who gave way has none; the list as drawn is as it was."""
    audit = record(year, "audit")
    first, second = year.done[0], year.done[1]
    assert first.firm_in == second.firm_out
    for name in ("visits.tsv", "results.tsv"):
        firms = {row[0] for row in rows(audit[OPEN + name])}
        assert second.firm_in in firms
        assert not {first.firm_out, first.firm_in} & firms
    drawn = {row[0] for row in rows(audit[OPEN + "drawn.tsv"])}
    assert first.firm_out in drawn
    assert not {first.firm_in, second.firm_in} & drawn


def test_public_files_do_not_pair_who_came_with_who_gave_way(year: SubstitutingDemo) -> None:
    """The pairs stand in the auditors' file alone; pages tell both, each by itself and in the order of codes."""
    public = record(year, "public")
    assert not any(path.endswith("substitutes.tsv") for path in public)
    assert {row[0] for row in rows(public[OPEN + "withdrawn.tsv"])} == {year.done[0].firm_out, year.done[1].firm_out}
    page = (year.folder / "site/en/draws/2026-1-1/index.html").read_text(encoding="utf-8")
    assert "Firms withdrawn from the list" in page
    listed = (year.folder / "site/en/draws/2026-1-1/list-1.html").read_text(encoding="utf-8")
    assert year.done[1].firm_in in listed
    assert year.done[0].firm_out not in listed


def test_estimates_use_the_draw_as_it_was(year: SubstitutingDemo) -> None:
    """Who came has no chance on record, so that no estimate weighs it; who was drawn keeps the one of the draw."""
    store = Store(database_url(year.folder / "workspace", None))
    table = table_of(DrawnFirm)
    with store.transaction() as connection:
        statement = sa.select(table.c.firm_id, table.c.chance_micro).where(table.c.draw_id == "2026-2-1")
        chance = {row.firm_id: row.chance_micro for row in connection.execute(statement)}
    store.close()
    (done,) = [entry for entry in year.done if entry.draw_id == "2026-2-1"]
    assert chance[done.firm_in] == 0
    assert chance[done.firm_out] > 0


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
    "half of it hidden": ("public", hidden, "the record holds the files that its draws ask for"),
    "no reason of the list": ("public", unnamed_reason, "every file is in canonical form"),
    "there on the base date": ("audit", still_there, HISTORY),
    "after the officers": ("audit", after_officers, HISTORY),
}


@pytest.mark.parametrize("name", list(TAMPERED))
def test_tampering_with_replacements_is_found(year: SubstitutingDemo, name: str) -> None:
    """From the bytes alone, at the claim that tells why."""
    kind, change, text = TAMPERED[name]
    files = record(year, kind)
    change(files, year)
    report = verify_source(MemorySource(with_manifest(files)), name)
    assert report.verdict is Verdict.REJECTED
    assert any(text in sentence for sentence in failed(report)), failed(report)


def test_replacement_is_refused_once_something_follows(year: SubstitutingDemo) -> None:
    """Officers drawn, a round that does not exist, a reason that is not on the list."""
    store = Store(database_url(year.folder / "workspace", None))
    workspace = replace(year.workspace, store=store)
    firm = year.done[0].firm_out
    with pytest.raises(StateError, match="officers of draw 2026-3-1 were drawn"):
        replace_firm(workspace, 3, firm, reason="revoked", gone_on=GONE_ON)
    with pytest.raises(StateError, match="round 9 are not drawn yet"):
        replace_firm(workspace, 9, firm, reason="revoked", gone_on=GONE_ON)
    with pytest.raises(UsageError, match="expected one of the reasons deregistered, moved_out, revoked"):
        replace_firm(workspace, 3, firm, reason="unreachable", gone_on=GONE_ON)
    store.close()


def test_reasons_of_the_list_are_those_of_the_audit() -> None:
    """The sourced list and the verifier's table name the same reasons; that nobody was met is not among them."""
    assert replacement_reasons() == FIRM_REASONS
