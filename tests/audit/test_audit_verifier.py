"""Honest records are accepted, and the report says what could not be proved."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from record_builder import ALL_DRAWS, ITEMS, TASKS, Attempt, Files, Year, document, sha, with_manifest

from scheduler.audit.claims import Ledger, Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import find_records, verify_or_raise, verify_record, verify_source
from scheduler.errors import RecordError, VerificationError


def write(files: Files, folder: Path) -> Path:
    """Writes a record to a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_public_record_is_consistent(public: Files) -> None:
    """All that a public record can prove holds."""
    report = verify_source(MemorySource(public), "public")
    assert report.of_status(Status.FAILED) == ()
    assert report.verdict is Verdict.CONSISTENT


def test_audit_record_is_consistent(audit: Files) -> None:
    """All that an audit record can prove holds."""
    report = verify_source(MemorySource(audit), "audit")
    assert report.of_status(Status.FAILED) == ()
    assert report.verdict is Verdict.CONSISTENT


def test_public_record_says_what_it_cannot_prove(public: Files) -> None:
    """A targeted round's leaves, tickets, tiers and officers are not checked in public; the open round's draw is."""
    report = verify_source(MemorySource(public), "public")
    unchecked = {(claim.group, claim.section) for claim in report.of_status(Status.NOT_CHECKED)}
    passed = {(claim.group, claim.section) for claim in report.of_status(Status.PASSED)}
    assert {("2026-2-2", "3.2"), ("2026-2-2", "7"), ("2026-2-2", "3.1"), ("2026-2-2", "8"), ("year", "2")} <= unchecked
    assert {("2026-1-1", "3.2"), ("2026-1-1", "7"), ("2026-1-1", "5")} <= passed
    assert all(claim.found for claim in report.of_status(Status.NOT_CHECKED))


def test_audit_record_leaves_only_the_outside_world_unchecked(audit: Files) -> None:
    """What a record without key and verifier cannot prove: who made it, N, the day of the commitment, the calendar."""
    report = verify_source(MemorySource(audit), "audit")
    assert {claim.section for claim in report.of_status(Status.NOT_CHECKED)} == {"2", "2.1", "9", "8.5", "10.1"}


def test_claims_are_numbered_and_cite_the_specification(audit: Files) -> None:
    """Numbers run from 1 and every section cited is one of the page."""
    page = (Path(__file__).parents[2] / "docs" / "draw-specification.md").read_text(encoding="utf-8")
    report = verify_source(MemorySource(audit), "audit")
    assert [claim.number for claim in report.claims] == list(range(1, len(report.claims) + 1))
    for section in {part for claim in report.claims for part in claim.section.split(", ")}:
        assert f"\n{section} " in page or f"\n## {section} " in page, section


def test_every_row_of_the_register_is_accounted_for(audit: Files) -> None:
    """Nine firms: six enterprises in the open pool, one revoked, a household and a cooperative of other types."""
    report = verify_source(MemorySource(audit), "audit")
    assert report.counts["2026-1-1"] == {"register": 9, "pool": 6, "out:status": 1, "out:type": 2}
    for counts in report.counts.values():
        assert counts["register"] == sum(count for name, count in counts.items() if name != "register")


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_folder_is_verified_like_memory(year: Year, kind: str, tmp_path: Path) -> None:
    """A record in a folder gives the same claims as in memory."""
    files = year.record(kind)
    report = verify_or_raise(write(files, tmp_path / kind))
    assert report.claims == verify_source(MemorySource(files), kind).claims


def test_listener_hears_how_far_it_is(audit: Files, tmp_path: Path) -> None:
    """The listener is told the firms done of each draw, the last report being complete."""
    heard: list[tuple[str, int, int]] = []
    verify_record(write(audit, tmp_path), lambda *words: heard.append(words))
    assert ("Verifying draw 2026-1-1", 6, 6) in heard
    size = audit["draws/2026-2-2/pool.tsv"].count(b"\n") - 1
    assert ("Verifying draw 2026-2-2", 0, size) in heard
    assert ("Verifying draw 2026-2-2", size, size) in heard


def test_record_before_any_draw_is_consistent() -> None:
    """The year's lists alone, without a draw, hold; nothing is drawn yet."""
    files = Year(draws=()).record("public")
    assert verify_source(MemorySource(files), "public").verdict is Verdict.CONSISTENT


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_commitment_before_its_draw_is_consistent(kind: str) -> None:
    """A commitment whose entropy has not spoken stands alone with its pool, also in an audit record."""
    year = Year(hooks={"record": lambda files: {n: c for n, c in files.items() if _is_committed(n)}})
    year.files["year.json"] = document({**json.loads(year.files["year.json"]), "drawn_enterprises": 1})
    year.log.pop()  # the draw
    year.write_log()
    report = verify_source(MemorySource(year.record(kind)), kind)
    assert report.of_status(Status.FAILED) == ()
    assert any(c.group == "2026-2-2" and c.section == "1.5" for c in report.of_status(Status.NOT_CHECKED))


def _is_committed(name: str) -> bool:
    return "2026-2-2" not in name or name.endswith(("commitment.json", "pool.tsv"))


def test_draw_voided_after_it_was_drawn_is_verified_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt voided after its list came out keeps list and quotas, is checked, and does not count towards T."""
    monkeypatch.setattr(Attempt, "void", _draw_and_void)
    year = Year()
    for kind in ("public", "audit"):
        report = verify_source(MemorySource(year.record(kind)), kind)
        assert report.of_status(Status.FAILED) == ()
    assert any(claim.group == "2026-2-1" and claim.section == "6.3" for claim in report.of_status(Status.PASSED))


def _draw_and_void(attempt: Attempt) -> None:
    attempt.draw()
    ceremony = json.loads(attempt.read("ceremony.json"))
    attempt.put_document("ceremony.json", {**ceremony, "status": "voided", "void_reason": "witness fell ill"})
    attempt.year.append_log("draw void", {"draw_id": attempt.draw_id}, sha(attempt.read("ceremony.json")))
    del attempt.year.drawn[attempt.draw_id]


def test_list_drawn_elsewhere_is_marked_and_counted() -> None:
    """An external list is not verifiable, but its firms count as drawn before and towards T."""
    year = Year(
        hooks={"year": lambda content: {**content, "draws": [*content["draws"], "2026-X1-1"], "drawn_enterprises": 4}}
    )
    drawn = b"firm_id\tname\tregistrar\tpackage\tcounting\nE9\tn\tr\t\t1\n"
    year.files["draws/2026-X1-1/drawn.tsv"] = drawn
    ceremony = json.loads(year.files["draws/2026-1-1/ceremony.json"])
    del ceremony["drawn_root"], ceremony["outcome_root"]
    external = {
        **ceremony,
        "draw_id": "2026-X1-1",
        "kind": "external",
        "commitment_digest": "",
        "entropy": [],
        "seed": "",
        "num_drawn": 1,
        "num_counting": 1,
        "drawn_digest": sha256(drawn).hexdigest(),
    }
    year.files["draws/2026-X1-1/ceremony.json"] = document(external)
    year.append_log("store drawn", {"draw_id": "2026-X1-1"}, sha(document(external)))
    year.write_log()
    report = verify_source(MemorySource(year.record("audit")), "audit")
    assert report.of_status(Status.FAILED) == ()
    unchecked = [claim for claim in report.of_status(Status.NOT_CHECKED) if claim.group == "2026-X1-1"]
    assert [claim.found for claim in unchecked] == ["a list drawn elsewhere is not verifiable here"]
    year.files["draws/2026-X1-1/ceremony.json"] = document({**external, "kind": "targeted", "seed": "0" * 64})
    report = verify_source(MemorySource(year.record("audit")), "audit")
    told = f"2026-X1-1, ceremony.json: {sha(document(external))}"  # by the log and by the draw log
    assert [claim.expected for claim in report.of_status(Status.FAILED)] == ["kind: 'external'", told, told]


def test_list_drawn_elsewhere_takes_firms_out_of_a_later_pool() -> None:
    """A firm on an external list named in `drawn_before` has had its one discretionary visit."""

    def before(commitment: dict[str, object]) -> dict[str, object]:
        return {**commitment, "drawn_before": ["2026-1-1", "2026-X1-1"]}

    year = Year(hooks={"commitment@2026-2-2": before})
    firm = next(firm for firm in ("E3", "E5") if firm not in {row[0] for row in year.drawn["2026-1-1"]})
    header = "firm_id\tname\tregistrar\tpackage\tcounting\n"
    year.files["draws/2026-X1-1/drawn.tsv"] = f"{header}{firm}\tn\tr\t\t1\n".encode()
    report = verify_source(MemorySource(with_manifest(year.record("audit"))), "audit")
    places = [
        c for c in report.of_status(Status.FAILED) if c.group == "2026-2-2" and "left out for the first" in c.text
    ]
    assert [claim.expected for claim in places] == [f"{firm}: out:visited"]


def test_task_that_no_longer_waits_keeps_nobody_in_the_pool() -> None:
    """A task whose window ended before the round opens no visit: the cooperative is in no waiting task's range."""
    over = [TASKS[0], [*TASKS[1][:10], "2026-01-01", "2026-02-28", *TASKS[1][12:]]]
    year = Year(hooks={"task_list": lambda _tasks: over, "officers": lambda content: _until(content, "2026-02-28")})
    report = verify_source(MemorySource(year.record("audit")), "audit")
    failed = [claim for claim in report.of_status(Status.FAILED) if claim.section != "8.7"]
    assert failed == []
    assert report.counts["2026-2-2"]["out:no-task"] == 2  # the cooperative and the household


def _until(content: dict[str, object], day: str) -> dict[str, object]:
    packages: list[dict[str, object]] = content["packages"]  # type: ignore[assignment]
    return {**content, "packages": [{**p, "ends_on": day} if "T02" in str(p["package"]) else p for p in packages]}


def test_task_waits_for_a_later_targeted_round_of_the_policy() -> None:
    """A task that meets only a later targeted round still opens visits: the firm keeps it in its stratum."""
    later = [TASKS[0], [*TASKS[1][:10], "2026-10-01", "2026-12-31", *TASKS[1][12:]]]
    policy = '[[rounds]]\nnumber = 3\nkind = "targeted"\nstarts_on = 2026-09-01\nends_on = 2026-11-30\n'
    year = Year(hooks={"task_list": lambda _tasks: later, "policy": lambda text: text + policy})
    report = verify_source(MemorySource(year.record("audit")), "audit")
    # the builder knows no later round, so it left C1 out; the verifier reads the policy and disagrees
    places = [
        c for c in report.of_status(Status.FAILED) if c.group == "2026-2-2" and "left out for the first" in c.text
    ]
    assert places[0].expected == "C1: 371082/cooperative/A/T02"


def test_lists_of_the_builder_are_the_specification_s() -> None:
    """The tiny year covers a general and a key item, a full-coverage task and all attempts."""
    assert {row[4] for row in ITEMS} == {"general", "key"}
    assert [row[7] for row in TASKS] == ["0", "1"]
    assert len(ALL_DRAWS) == 3


def test_report_without_claims_is_a_rejection() -> None:
    """Checking nothing proves nothing."""
    empty = Report(name="x", kind="", bureau="", year=0, record_digest="", claims=Ledger().claims(), counts={})
    assert empty.verdict is Verdict.REJECTED
    with pytest.raises(VerificationError, match="expected claims to check, got none"):
        empty.raise_if_rejected()


def test_claims_not_checked_alone_are_a_rejection() -> None:
    """A report whose every claim could not be checked accepts nothing."""
    ledger = Ledger()
    ledger.group("record").not_checked("2", "x", "no file")
    report = Report(name="x", kind="", bureau="", year=0, record_digest="", claims=ledger.claims(), counts={})
    assert report.verdict is Verdict.REJECTED


def test_verify_or_raise_names_what_is_wrong(audit: Files, tmp_path: Path) -> None:
    """The raising twin says claim, section, what was expected and what was found."""
    folder = write(audit, tmp_path)
    (folder / "log.tsv").unlink()
    with pytest.raises(VerificationError, match=r"log\.tsv in the folder, got no such file"):
        verify_or_raise(folder)


def test_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """A path without a folder is a RecordError with a remedy, not a report."""
    with pytest.raises(RecordError, match=r"expected the folder of a record.*manifest\.json"):
        verify_record(tmp_path / "nothing")


def test_find_records_takes_a_record_or_a_folder_of_records(year: Year, tmp_path: Path) -> None:
    """A record is itself; a folder of records gives them in order; anything else is refused."""
    for kind in ("public", "audit"):
        write(year.record(kind), tmp_path / kind)
    assert find_records(tmp_path / "public") == (tmp_path / "public",)
    assert find_records(tmp_path) == (tmp_path / "audit", tmp_path / "public")
    published = tmp_path / "published"
    shutil.copytree(tmp_path / "public", published / "records" / "public")
    assert find_records(published) == (published / "records" / "public",)
    with pytest.raises(RecordError, match="expected the folder of a record"):
        find_records(tmp_path / "public" / "draws")


def test_report_document_is_plain_data(audit: Files) -> None:
    """The report for machines survives JSON and counts its claims."""
    report = verify_source(MemorySource(audit), "audit")
    content = json.loads(json.dumps(report.document()))
    assert content["verdict"] == "consistent"
    assert content["failed"] == 0
    assert content["passed"] + content["not_checked"] == len(content["claims"])
