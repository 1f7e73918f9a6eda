"""The records: bytes as the specification says, and nothing in the public one that is not public."""

from __future__ import annotations

import dataclasses
import json

import pytest

from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.errors import RecordError
from scheduler.publication.inputs import AuditDraw, AuditInputs, PublicDraw, PublicInputs, PublicTask, ResultColumns
from scheduler.publication.records import (
    assemble_audit,
    assemble_public,
    drawn_enterprises,
    log_bytes,
    manifest_bytes,
    record_digest,
    results_bytes,
)
from tests.made_up_lists import task
from tests.publication.tiny_year import OFFICER_SECRET, SECRET

INTERNAL = (
    b"TIER-D",
    b"STRATUM-X",
    b"OFFICER-7",
    b"TEAM-9",
    b"ACTOR",
    SECRET.hex().encode(),
    OFFICER_SECRET.hex().encode(),
)


def test_manifest_of_one_file_has_the_bytes_of_the_specification() -> None:
    """A manifest is written out by hand: sorted keys, two spaces, and its own digest over all but itself."""
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of no bytes
    without = (
        '{\n  "bureau": "371000",\n  "files": {\n    "a.tsv": "' + digest + '"\n  },\n'
        '  "format": 1,\n  "kind": "public",\n  "year": 2026\n}\n'
    )
    own = content_digest(without.encode())
    expected = without.replace('  "year"', f'  "record_digest": "{own}",\n  "year"')
    assert manifest_bytes({"a.tsv": b""}, "public", "371000", 2026).decode() == expected


def test_assemble_public_lists_every_file_and_the_manifest_last(inputs: PublicInputs) -> None:
    """The record holds the files of section 2 and no others; the manifest has the digest of each."""
    record = assemble_public(inputs)
    assert list(record)[-1] == "manifest.json"
    manifest = json.loads(record["manifest.json"])
    assert manifest["files"] == {
        path: content_digest(content) for path, content in record.items() if path != "manifest.json"
    }
    assert sorted(manifest["files"]) == [
        "draw-log.tsv",
        "draws/2026-1-1/ceremony.json",
        "draws/2026-1-1/commitment.json",
        "draws/2026-1-1/drawn.tsv",
        "draws/2026-1-1/pool.tsv",
        "draws/2026-1-2/ceremony.json",
        "draws/2026-1-2/commitment.json",
        "draws/2026-1-2/drawn.tsv",
        "draws/2026-1-2/pool.tsv",
        "draws/2026-1-2/results.tsv",
        "draws/2026-2-1/commitment.json",
        "draws/2026-2-1/pool.tsv",
        "draws/2026-X1-1/ceremony.json",
        "draws/2026-X1-1/drawn.tsv",
        "items.tsv",
        "tasks.tsv",
        "year.json",
    ]
    assert record_digest(record) == manifest["record_digest"]


def test_assemble_public_year_document_follows_the_specification(inputs: PublicInputs) -> None:
    """Rounds stand by number with the visits committed to; drawn enterprises leave out the voided attempt."""
    year = json.loads(assemble_public(inputs)["year.json"])
    assert year["draws"] == ["2026-1-1", "2026-1-2", "2026-2-1", "2026-X1-1"]
    # round 1 was planned with 9 and its second attempt committed to 3; round 2 with 5 and 3; round 3 only planned: 7
    assert [(entry["number"], entry["counting_visits"]) for entry in year["rounds"]] == [(1, 3), (2, 3), (3, 7)]
    # three firms of draw 2026-1-2 and one of the list drawn elsewhere; the voided attempt does not count
    assert year["drawn_enterprises"] == 4
    assert (year["num_enterprises"], year["target"], year["target_ratio_micro"]) == (6, 12, 80_000)
    names = {"code": "3710-BZ", "local": True, "name": "综合保税区", "name_en": "Bonded Zone"}
    assert year["format"] == 2
    assert year["districts"][1] == names | {"num_enterprises": 1, "drawn_enterprises": 0}
    assert year["elsewhere"] == {"num_enterprises": 1, "drawn_enterprises": 1}


def test_assemble_public_tables_are_in_the_order_of_their_first_column(inputs: PublicInputs) -> None:
    """Items and tasks are given out of order and come out by id, with the columns of the specification."""
    record = assemble_public(inputs)
    items = record["items.tsv"].decode().splitlines()
    assert items[0].split("\t")[-2:] == ["officers_required", "speciality"]
    assert [line.split("\t")[0] for line in items[1:]] == ["G01", "G02", "K01"]
    assert record["tasks.tsv"].decode().splitlines()[1] == (
        "T01\t企业登记事项与公示信息抽查\tG01;G02\tenterprise\t371002\tF52\t\t0\t0\t80000\t2026-03-02\t2026-11-30"
        "\t市场监管局\t税务局;人社局\t市抽县（区）查\t"
    )


def test_results_come_out_ascending_whatever_the_order_of_the_rows() -> None:
    """Two results given backwards are written forwards."""
    columns = ResultColumns(
        firm_id=["B", "A"], item_id=["G01", "G01"], category=["no_problem", "pending"], inspected_on=["2026-03-05"] * 2
    )
    expected = (
        b"firm_id\titem_id\tcategory\tinspected_on\nA\tG01\tpending\t2026-03-05\nB\tG01\tno_problem\t2026-03-05\n"
    )
    assert results_bytes(columns) == expected


def test_assemble_public_does_not_depend_on_the_order_of_anything(inputs: PublicInputs) -> None:
    """Draws, items, tasks and rounds turned around give the same bytes."""
    turned = dataclasses.replace(
        inputs,
        items=inputs.items[::-1],
        tasks=inputs.tasks[::-1],
        draws=inputs.draws[::-1],
        year=dataclasses.replace(inputs.year, rounds=inputs.year.rounds[::-1]),
    )
    assert assemble_public(turned) == assemble_public(inputs)


def test_public_record_holds_nothing_internal(inputs: PublicInputs, audit_inputs: AuditInputs) -> None:
    """Words that stand in the audit record only are searched for in every public file."""
    record, audit = assemble_public(inputs), assemble_audit(inputs, audit_inputs)
    everything = b"\n".join(audit.values())
    for word in INTERNAL:
        assert word in everything
        assert not [path for path, content in record.items() if word in content]


def test_public_task_has_no_place_for_the_credit_requirement() -> None:
    """信用风险分类要求 of a task does not survive the way to its public part."""
    assert "TIER-D" not in repr(PublicTask.of(task("T01", "G01", credit_requirement="TIER-D only")))


@pytest.mark.parametrize("name", ["register.tsv", "secret.json", "teams.tsv", "../x"])
def test_public_draw_refuses_files_that_are_not_public(name: str) -> None:
    """A frozen file that only auditors may see cannot even be put among the public inputs."""
    with pytest.raises(ValueError, match="expected only the files"):
        PublicDraw(draw_id="2026-1-1", files={name: b""})


def test_audit_draw_refuses_files_that_no_record_has() -> None:
    """A file that the specification does not name reaches no record."""
    with pytest.raises(ValueError, match=r"got salts\.tsv"):
        AuditDraw(draw_id="2026-1-1", files={"salts.tsv": b""}, secret=None, officer_secret=None)


def test_assemble_audit_adds_secrets_of_drawn_draws_only(inputs: PublicInputs, audit_inputs: AuditInputs) -> None:
    """A draw that waits for its lot has no secret and no sealed file; a list drawn elsewhere has no secret."""
    audit = assemble_audit(inputs, audit_inputs)
    assert audit["draws/2026-1-2/secret.json"] == document_bytes(
        {"secret": SECRET.hex(), "officer_secret": OFFICER_SECRET.hex()}
    )
    assert "draws/2026-1-2/register.tsv" in audit
    assert [path for path in audit if path.startswith("draws/2026-2-1/")] == [
        "draws/2026-2-1/commitment.json",
        "draws/2026-2-1/pool.tsv",
    ]
    assert "draws/2026-X1-1/secret.json" not in audit
    assert json.loads(audit["manifest.json"])["kind"] == "audit"


def test_log_has_its_detail_in_one_line(audit_inputs: AuditInputs) -> None:
    """The canonical document of a detail becomes one line with sorted keys."""
    row = log_bytes(audit_inputs.log).decode().splitlines()[1].split("\t")
    assert row[:5] == ["1", "2026-01-02T09:00:00+08:00", "ACTOR-张", "import firms", '{"a":"威","b":1}']


def test_log_stands_by_number_and_not_by_text(audit_inputs: AuditInputs) -> None:
    """Entry 10 comes after entry 2."""
    rows = [dataclasses.replace(audit_inputs.log[0], number=number) for number in (10, 2)]
    assert [line.split("\t")[0] for line in log_bytes(rows).decode().splitlines()[1:]] == ["2", "10"]


def test_log_with_a_control_character_is_refused_by_number(audit_inputs: AuditInputs) -> None:
    """An actor with a line break in the name cannot be told apart from a new row."""
    row = dataclasses.replace(audit_inputs.log[0], actor="a\nb", number=7)
    with pytest.raises(RecordError, match="log entry 7"):
        log_bytes([row])


def test_drawn_enterprises_counts_a_firm_once(inputs: PublicInputs) -> None:
    """The same list twice counts as often as once."""
    drawn = next(draw for draw in inputs.draws if draw.draw_id == "2026-1-2")
    assert drawn_enterprises([drawn, dataclasses.replace(drawn, draw_id="2026-5-1")]) == 3
