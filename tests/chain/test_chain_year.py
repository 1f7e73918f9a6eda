"""A small year of the example, end to end: the target is hit, risk decides the rates, the records verify."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.audit.claims import Status, Verdict
from scheduler.errors import StateError
from scheduler.workflow.demo import MARK, DemoSummary, replace_demo, run_demo


def test_year_hits_the_target_exactly(small_year: DemoSummary) -> None:
    """T is ⌈0.08 N⌉ and the distinct enterprises drawn for general items are T."""
    rates = small_year.rates
    assert rates.target == -(-8 * rates.num_enterprises // 100)
    assert rates.num_drawn == rates.target
    assert sum(rate.num_drawn for rate in rates.tiers) == rates.target
    assert sum(rate.num_firms for rate in rates.districts) == rates.num_enterprises


def test_year_plans_higher_rates_for_higher_tiers(small_year: DemoSummary) -> None:
    """Each targeted round's expected rate of enterprises rises from tier to tier, and no tier is exempt."""
    for draw_id in ("2026-2-1", "2026-3-1"):
        path = small_year.folder / "records" / "audit" / "draws" / draw_id / "allocation.tsv"
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        visits: dict[str, int] = {}
        firms: dict[str, dict[str, int]] = {}
        for line in lines:
            row = dict(zip(header.split("\t"), line.split("\t"), strict=True))
            _, object_type, tier, _ = row["stratum"].split("/")
            if object_type == "enterprise":
                visits[tier] = visits.get(tier, 0) + int(row["visits_micro"])
                firms.setdefault(tier, {})[row["stratum"]] = int(row["num_firms"])
        rates = [visits[tier] / sum(firms[tier].values()) for tier in sorted(visits)]
        assert rates == sorted(rates)
        assert rates[0] > 0
        assert rates[-1] > 2 * rates[0]


def test_year_leaves_records_that_verify(small_year: DemoSummary) -> None:
    """Public and audit record are accepted, and the audit record leaves little unchecked."""
    assert [report.verdict for report in small_year.verdicts] == [Verdict.CONSISTENT, Verdict.CONSISTENT]
    assert all(len(report.claims) > 50 for report in small_year.verdicts)


def test_year_leaves_what_a_person_looks_at(small_year: DemoSummary) -> None:
    """Workspace, records, pages in two languages and a workbook are where the summary says."""
    names = {path.name for path in small_year.folder.iterdir()}
    assert {"workspace", "records", "site", MARK} <= names
    assert (small_year.folder / "site" / "index.html").is_file()
    assert (small_year.folder / "site" / "en" / "index.html").is_file()
    assert len(list(small_year.folder.glob("*.xlsx"))) == 1


def test_demo_into_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    """Nothing of anybody else's is overwritten or removed."""
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(StateError, match="not empty"):
        run_demo(tmp_path, num_firms=1500)
    with pytest.raises(StateError, match="something other than an earlier demo"):
        replace_demo(tmp_path)
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_demo_shows_a_bureau_that_signs(smallest_year: DemoSummary) -> None:
    """What a newcomer sees first has signatures, and they hold."""
    for report, record in zip(smallest_year.verdicts, ("public", "audit"), strict=True):
        signed = [claim for claim in report.of_status(Status.PASSED) if claim.section == "2.1" and "sign" in claim.text]
        assert report.verdict is Verdict.CONSISTENT
        assert signed, [claim.text for claim in report.claims if claim.section == "2.1"]
        assert (smallest_year.folder / "records" / record / "signature.json").is_file()


def test_replace_demo_clears_an_earlier_demo_only(tmp_path: Path) -> None:
    """A folder with the mark of a demo is cleared; a missing one is fine."""
    folder = tmp_path / "demo"
    replace_demo(folder)
    folder.mkdir()
    (folder / MARK).write_text("")
    (folder / "old").write_text("")
    replace_demo(folder)
    assert not folder.exists()
