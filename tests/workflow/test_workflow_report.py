"""The report on a stored year against what is in the store; its public version knows no tier."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cli import CHINA
from models.follow_up_rows import load_first_recordings
from scheduler.errors import StateError, UsageError
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.libraries import YearLibraries
from scheduler.workflow.report import YearReport, report_document, report_year
from scheduler.workflow.workspace import Workspace, open_workspace
from tests.chain.year import small_city
from tests.workflow.two_years import copy_year


@pytest.fixture
def root(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the small year's workspace."""
    return Path(shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace"))


@pytest.fixture
def workspace(root: Path) -> Iterator[Workspace]:
    """The copy, opened at the end of the year."""
    made = open_workspace(root, actor="tester", now=datetime(2026, 12, 20, 9, 0, tzinfo=CHINA))
    yield made
    made.store.close()


def only(workspace: Workspace, *, public: bool = False) -> YearReport:
    """The report on the year itself."""
    return report_year(workspace, public=public).year


def document(workspace: Workspace) -> str:
    """The public report for machines."""
    return json.dumps(report_document(report_year(workspace, public=True)), default=str, sort_keys=True)


def test_coverage_agrees_with_the_plan_and_the_draws(workspace: Workspace, small_year: DemoSummary) -> None:
    """N, T and the distinct enterprises drawn are those of the year; districts and tiers share them out."""
    year = only(workspace)
    rates = small_year.rates
    assert (year.num_enterprises, year.target, year.num_drawn) == (
        rates.num_enterprises,
        rates.target,
        rates.num_drawn,
    )
    assert sum(line.num_drawn for line in year.districts) == year.num_drawn
    assert year.estimates is not None
    assert {one.code: one.num_drawn for one in year.estimates.drawn} == {one.code: one.num_drawn for one in rates.tiers}
    ratio, floor = year.figures[0], year.figures[1]
    assert ratio.met is (100 * year.num_drawn >= 8 * year.num_enterprises)
    assert floor.met is True
    point = {one.year: one for one in year.path}
    assert (point[2026].num_drawn, point[2025].num_drawn) == (year.num_drawn, None)


def test_full_coverage_is_counted_by_visits_with_results(workspace: Workspace, root: Path) -> None:
    """All workshops of the frozen register were inspected; taking one result away leaves one that was not."""
    city = small_city()
    bit = 1 << city.frame.library_codes.index("food_workshop")
    there = int((city.frame.operating() & ((city.frame.libraries & bit) != 0)).sum())
    (workshops,) = (one for one in only(workspace).figures if one.figure.library == "food_workshop")
    assert (workshops.num_reached, workshops.num_all, workshops.met) == (there, there, True)
    with sqlite3.connect(root / "double-random.db") as database:
        (firm,) = database.execute("select firm_id from drawn_firm where package like '%T07%' limit 1").fetchone()
        database.execute("delete from result where firm_id = ?", (firm,))
        database.execute("update firm set libraries = ''")  # what today's register says is not what was drawn from
    (workshops,) = (one for one in only(workspace).figures if one.figure.library == "food_workshop")
    assert (workshops.num_reached, workshops.num_all, workshops.met) == (there - 1, there, False)


def test_libraries_before_the_first_draw_are_those_of_today(workspace: Workspace) -> None:
    """In a year without a draw the register of today tells; a library that nobody is in holds nobody."""
    with workspace.transaction() as connection:
        frozen, today = (YearLibraries(connection, year) for year in (2026, 2025))
        assert today.firms("food_workshop") == frozen.firms("food_workshop") != frozenset()
        assert today.firms("no_such_library") == frozen.firms("no_such_library") == frozenset()


def test_visits_are_counted_by_what_they_serve(workspace: Workspace, root: Path) -> None:
    """Joint visits have a + in their package, and each task beyond the first saves a visit."""
    with sqlite3.connect(root / "double-random.db") as database:
        packages = [row[0] for row in database.execute("select package from drawn_firm")]
    mix = only(workspace).mix
    assert mix.num_visits == len(packages)
    assert mix.num_joint == sum("+" in package for package in packages)
    assert mix.num_saved == sum(package.count("+") for package in packages)
    # Only T12 brings other departments in by itself; key items belong to the bureau's own department or to partners.
    assert 0 < mix.num_departments <= len(packages)


def test_publication_in_time_counts_from_the_log(workspace: Workspace, root: Path) -> None:
    """All was published at once in December: visits that ended more than 20 working days before are late."""
    one = only(workspace).punctuality
    with sqlite3.connect(root / "double-random.db") as database:
        (visits,) = database.execute("select count(distinct draw_id || firm_id) from result").fetchone()
        (old,) = database.execute(
            "select count(*) from (select max(inspected_on) as day from result group by draw_id, firm_id) "
            "where day < '2026-10-01'"
        ).fetchone()
    assert one.num_in_time + one.num_late == visits
    assert one.num_late >= old > 0
    assert (one.num_overdue, one.num_waiting) == (0, 0)


def test_first_recordings_are_those_of_the_last_item(workspace: Workspace) -> None:
    """Every visit was recorded within one day, after its round: as many days as draws."""
    with workspace.transaction() as connection:
        days = load_first_recordings(connection)
    assert len({(key[0], day) for key, day in days.items()}) == 3


def test_internal_report_is_logged_and_the_public_one_is_not(workspace: Workspace, root: Path) -> None:
    """One entry more after the first, none after the second."""

    def entries() -> int:
        with sqlite3.connect(root / "double-random.db") as database:
            return int(database.execute("select count(*) from log_entry").fetchone()[0])

    before = entries()
    made = report_year(workspace)
    assert made.mark is not None
    assert made.mark.log_number == entries() == before + 1
    assert report_year(workspace, public=True).mark is None
    assert entries() == before + 1


def test_public_report_is_the_same_whatever_the_tiers_are(workspace: Workspace, root: Path) -> None:
    """
    No tier goes in: without classifications, with strata of another tier and other chances in targeted rounds, every
    figure stays.
    """
    before = document(workspace)
    with sqlite3.connect(root / "double-random.db") as database:
        database.execute("delete from classification")
        database.execute("delete from firm_tier")
        database.execute("update drawn_firm set chance_micro = 1000000 * chance_firms where stratum <> 'open'")
        for tier in "ABC":
            database.execute("update drawn_firm set stratum = replace(stratum, ?, '/D/')", (f"/{tier}/",))
        database.execute("update allocation set stratum = 'nobody/enterprise/D/' || rowid where stratum <> 'open'")
    assert document(workspace) == before
    assert '"tiers"' not in before
    assert "stratum" not in before


def test_public_rates_are_plain_shares_of_the_open_round(workspace: Workspace, root: Path) -> None:
    """Everybody had the same chance: the city's rate is findings over visits of round 1."""
    year = only(workspace, public=True)
    assert year.estimates is not None
    (city,) = year.estimates.of("city")
    with sqlite3.connect(root / "double-random.db") as database:
        (visits,) = database.execute("select count(distinct firm_id) from result where draw_id = '2026-1-1'").fetchone()
    assert city.num_visits == visits
    assert city.rate == pytest.approx(city.num_findings / city.num_visits)
    assert year.estimates.tiers == ()
    assert year.estimates.drawn == ()


def test_year_without_a_plan_is_refused(workspace: Workspace) -> None:
    """The years there are stand in the answer; a year is not compared with itself."""
    with pytest.raises(StateError, match=r"has a plan \(2026\), got 2024"):
        report_year(workspace, 2024)
    with pytest.raises(UsageError, match="another year to compare 2026"):
        report_year(workspace, against=2026)


def test_two_years_stand_side_by_side(workspace: Workspace, root: Path) -> None:
    """A copy of the year under another number has the same figures, and its own target: 7.8 % of the path in 2024."""
    copy_year(root, 2026, 2024)
    found = report_year(workspace, against=2024)
    assert found.against is not None
    assert found.against.year == 2024
    assert found.against.mix == found.year.mix
    assert found.against.num_drawn == found.year.num_drawn
    assert [str(one.figures[0].due) for one in found.years] == ["8", "7.8"]
    assert {one.year for one in found.year.path if one.num_drawn is not None} == {2024, 2026}
    assert found.against.estimates is not None and found.year.estimates is not None
    assert found.against.estimates.rates == found.year.estimates.rates
