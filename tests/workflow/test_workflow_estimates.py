"""Estimates of a stored year against what is in the store, and against the truth of the made-up city."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from cli import CHINA
from models.estimate_rows import load_years
from models.tables import Firm, Result, table_of
from scheduler.registry.codes import ObjectType
from scheduler.results.estimates.samples import group_rates
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.estimates import Estimate, YearEstimates, estimate_public, estimate_year
from scheduler.workflow.workspace import Workspace, open_workspace
from tests.chain.year import small_city


@pytest.fixture
def year(small_year: DemoSummary, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the small year, to be changed at will."""
    shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace")
    made = open_workspace(tmp_path / "workspace", actor="tester", now=datetime(2026, 12, 20, 9, 0, tzinfo=CHINA))
    yield made
    made.store.close()


def estimates(workspace: Workspace) -> YearEstimates:
    """Estimates of 2026."""
    with workspace.transaction() as connection:
        found = estimate_year(connection, workspace, 2026)
    assert found is not None
    return found


def city(found: YearEstimates) -> Estimate:
    """The city's rate."""
    (entry,) = found.of("city")
    return entry


def test_groups_add_up_and_hold_their_own_rates(year: Workspace, small_year: DemoSummary) -> None:
    """Districts, sections and tiers each share out the N firms and the visits of the year."""
    found = estimates(year)
    whole = city(found)
    assert whole.num_firms == small_year.rates.num_enterprises
    assert found.num_with_result == found.num_drawn
    for group in ("district", "industry", "tier"):
        entries = found.of(group)
        for name in ("num_firms", "num_visits", "num_findings"):
            assert sum(getattr(entry, name) for entry in entries) == getattr(whole, name)
    for entry in (*found.rates, *found.tiers):
        if entry.rate is not None:
            assert entry.low is not None
            assert entry.high is not None
            assert 0 <= entry.low <= entry.rate <= entry.high <= 1
            assert entry.num_findings / entry.num_firms <= entry.low + 1e-12


def test_interval_holds_the_truth_and_the_plain_share_does_not(year: Workspace) -> None:
    """The truth is the mean true chance of the operating enterprises of the made-up city."""
    made = small_city()
    kept = made.frame.operating() & made.frame.of_type(ObjectType.ENTERPRISE)
    truth = float(np.mean(made.truth_probability[kept])) / 1e6
    whole = city(estimates(year))
    assert whole.low is not None
    assert whole.high is not None
    assert whole.low <= truth <= whole.high
    # Most visits went where the risk is: the plain share lies above the truth by more than its own standard error.
    plain = whole.num_findings / whole.num_visits
    assert plain - truth > np.sqrt(plain * (1 - plain) / whole.num_visits)


def test_item_rate_counts_findings_of_the_item_alone(year: Workspace) -> None:
    """A visit that found something in another item is clean for this one."""
    found = estimates(year)
    with year.transaction() as connection:
        table, firm = table_of(Result), table_of(Firm)
        statement = (
            sa.select(sa.func.count(sa.distinct(table.c.firm_id)))
            .where(table.c.item_id == "G01", table.c.category.not_in(["no_problem", "no_activity"]))
            .where(table.c.firm_id.in_(sa.select(firm.c.firm_id).where(firm.c.object_type == "enterprise")))
        )
        number = int(connection.execute(statement).scalar_one())
    (entry,) = [one for one in found.of("item") if one.code == "G01"]
    assert entry.num_findings == number < city(found).num_findings


def test_half_of_the_results_missing_widens_the_interval(year: Workspace) -> None:
    """Every second firm's results are taken away: the others stand for them."""
    before = estimates(year)
    with year.transaction() as connection:
        table = table_of(Result)
        firms = sorted({row[0] for row in connection.execute(sa.select(table.c.firm_id).distinct())})
        connection.execute(sa.delete(table).where(table.c.firm_id.in_(firms[::2])))
    after = estimates(year)
    assert after.num_with_result < 0.6 * after.num_drawn
    one, two = city(before), city(after)
    assert one.low is not None and one.high is not None
    assert two.low is not None and two.high is not None
    assert two.high - two.low > one.high - one.low
    assert two.low < one.high and one.low < two.high


def test_no_result_at_all_gives_no_rate_and_no_year_gives_none(year: Workspace) -> None:
    """Before the first result nothing is claimed."""
    with year.transaction() as connection:
        connection.execute(sa.delete(table_of(Result)))
        assert load_years(connection) == (2026,)
        assert estimate_year(connection, year, 2025) is None
    found = estimates(year)
    assert city(found).rate is None
    assert found.hits == ()
    assert found.lift is None


def test_open_and_targeted_rounds_are_compared(year: Workspace) -> None:
    """Hits are findings over visits that count, the lift is the ratio of the two."""
    found = estimates(year)
    opened, targeted = found.hits
    assert (opened.kind, targeted.kind) == ("open", "targeted")
    if found.lift is not None:
        assert found.lift[0] == pytest.approx(targeted.rate / opened.rate)
        assert found.lift[1] <= found.lift[0] <= found.lift[2]


def test_firm_that_closed_since_leaves_population_and_rates_as_they_were(year: Workspace) -> None:
    """Rates speak of the firms that the first draw could reach, whatever became of them."""
    before = estimates(year)
    with year.transaction() as connection:
        connection.execute(sa.text("update firm set status = 'deregistered' where district = '371002'"))
    assert dataclasses.replace(estimates(year)) == before


def test_districts_borrow_where_tiers_are_known_and_never_in_public(
    year: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Internal intervals of districts are alike tier by tier; no other group borrows, and nothing public does."""
    asked: list[tuple[int, bool]] = []

    def spy(*words: Any, alike: bool = False, **more: Any) -> Any:
        asked.append((words[2], alike))
        return group_rates(*words, alike=alike, **more)

    monkeypatch.setattr("scheduler.workflow.estimates.group_rates", spy)
    found = estimates(year)
    assert [number for number, alike in asked if alike] == [len(year.settings.districts)]
    assert len(found.of("district")) > 1
    asked.clear()
    with year.transaction() as connection:
        assert estimate_public(connection, year, 2026) is not None
    assert asked
    assert not any(alike for _number, alike in asked)
