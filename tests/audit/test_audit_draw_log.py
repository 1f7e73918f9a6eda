"""The draw log: its chain, the draws it tells of, and what a head noted down earlier reveals in a public record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from record_builder import Files, H, Row, Year, parse, sha, table, with_manifest
from test_audit_anchors import anchors_of, failed_texts, reroll, verdict_of
from test_audit_frozen import FROZEN, files_of

from scheduler.audit.claims import Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source

pytestmark = pytest.mark.usefixtures("fast_words")

CHAIN = "the draw log is one chain, each entry bound to the one before"
DRAWS = "the draw log tells of the same draws as the record, in an order that the commitments name"
LOG = "the draw log holds what the log tells of draws, and nothing else"
FILES = "the record holds the files that its draws ask for, and no other"
NOTED = "the draw log holds the entry noted down elsewhere"
Rows = list[Row]


def chained(rows: Rows) -> Rows:
    """The rows numbered and bound anew, as somebody does who can remake the file."""
    made: Rows = []
    for number, row in enumerate(rows, start=1):
        previous = made[-1][-1] if made else "0" * 64
        fields = row[1:4]
        made.append([str(number), *fields, previous, H("draw-log", previous, str(number), *fields)])
    return made


def edited(files: Files, change: Callable[[Rows], Rows]) -> Files:
    """A record whose draw log is another, with a manifest made anew."""
    header, rows = parse(files["draw-log.tsv"])
    return with_manifest({**files, "draw-log.tsv": table(header, change(rows), ordered=False)})


def failed(files: Files) -> list[str]:
    """Sentences about logs and files that do not hold."""
    return failed_texts(verify_source(MemorySource(files), "record"))


def test_draw_log_of_the_tiny_year_tells_its_story(public: Files) -> None:
    """Committed and drawn, committed and voided, committed and drawn."""
    assert [row[1:3] for row in parse(public["draw-log.tsv"])[1]] == [
        ["commit", "2026-1-1"],
        ["draw", "2026-1-1"],
        ["commit", "2026-2-1"],
        ["void", "2026-2-1"],
        ["commit", "2026-2-2"],
        ["draw", "2026-2-2"],
    ]
    assert failed(public) == []


BROKEN: dict[str, Callable[[Rows], Rows]] = {
    "an entry dropped": lambda rows: rows[:2] + rows[3:],
    "the last entry dropped": lambda rows: rows[:-1],
    "an entry repeated": lambda rows: [*rows, rows[-1]],
    "two entries swapped": lambda rows: [rows[1], rows[0], *rows[2:]],
    "another digest": lambda rows: [[*rows[0][:3], "0" * 64, *rows[0][4:]], *rows[1:]],
    "another number": lambda rows: [["2", *rows[0][1:]], *rows[1:]],
    "another action": lambda rows: [*rows[:3], ["4", "draw", *rows[3][2:]], *rows[4:]],
    "another hash": lambda rows: [*rows[:-1], [*rows[-1][:-1], "0" * 64]],
    "nothing": lambda rows: [],
}


@pytest.mark.parametrize("kind", ["public", "audit"])
@pytest.mark.parametrize("name", BROKEN)
def test_changed_draw_log_is_rejected(year: Year, kind: str, name: str) -> None:
    """Any row dropped, repeated, swapped or changed shows in the chain, or in what the commitments name."""
    assert set(failed(edited(year.record(kind), BROKEN[name]))) & {CHAIN, DRAWS}


@pytest.mark.parametrize("name", [name for name in BROKEN if name not in ("another number", "another hash")])
def test_draw_log_chained_anew_contradicts_record_and_log(year: Year, name: str) -> None:
    """Whoever makes the chain anew still has commitments that name the heads it had, and the whole log."""
    files = edited(year.record("audit"), lambda rows: chained(BROKEN[name](rows)))
    texts = failed(files)
    assert CHAIN not in texts
    assert LOG in texts
    assert DRAWS in failed(edited(year.record("public"), lambda rows: chained(BROKEN[name](rows))))


def test_draw_log_taken_away_is_rejected(public: Files) -> None:
    """A commitment that names its head asks for the file."""
    files = with_manifest({name: content for name, content in public.items() if name != "draw-log.tsv"})
    assert failed(files) == [FILES]


def test_void_left_out_with_its_folder_is_rejected(public: Files) -> None:
    """Without the voided attempt and its entries the next commitment names a head that nobody had."""
    files = {name: content for name, content in public.items() if not name.startswith("draws/2026-2-1/")}
    year = json.loads(files["year.json"])
    year["draws"].remove("2026-2-1")
    files["year.json"] = (json.dumps(year, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    assert DRAWS in failed(edited(files, lambda rows: chained(rows[:2] + rows[4:])))


def history(*draws: str, hooks: dict[str, Any] | None = None) -> Files:
    """Public record of a year with these attempts."""
    return Year(hooks, draws=draws).record("public")


ALL = ("2026-1-1", "2026-2-1", "2026-2-2")
ATTACKS: dict[str, Callable[[], Files]] = {
    "the void and the attempt after it left out": lambda: history("2026-1-1", "2026-2-1"),
    "the first draw made anew": lambda: history(*ALL, hooks={"commitment@2026-1-1": reroll}),
    "the last draw made anew": lambda: history(*ALL, hooks={"commitment@2026-2-2": reroll}),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_head_noted_down_reveals_a_public_record_made_anew(public: Files, name: str) -> None:
    """The head alone, without any other anchor, rejects a record in which some draw went otherwise."""
    forged = ATTACKS[name]()
    assert failed(forged) == []
    report = verdict_of(forged, {"format": 1, "draw_log_head": parse(public["draw-log.tsv"])[1][-1][-1]})
    assert failed_texts(report) == [NOTED]


def test_later_record_goes_on_from_an_earlier_head(public: Files) -> None:
    """Any head of the past stands in the log for ever."""
    for row in parse(public["draw-log.tsv"])[1]:
        assert failed_texts(verdict_of(public, {"format": 1, "draw_log_head": row[-1]})) == []


def test_removed_void_is_never_anchored_by_what_is_left(public: Files) -> None:
    """The record without the void agrees with every anchor of the draws it shows, and yet lacks the newest entry's."""
    forged = ATTACKS["the void and the attempt after it left out"]()
    document = anchors_of(forged) | {"draw_log_head": ""}
    report = verdict_of(forged, document)
    assert failed_texts(report) == []
    assert report.verdict is Verdict.CONSISTENT
    assert any("2026-2-1" in claim.found for claim in report.of_status(Status.NOT_CHECKED))


def test_head_of_an_earlier_time_does_not_anchor_what_came_later(public: Files) -> None:
    """Entries after the head and after the newest commitment named could be others."""
    document = anchors_of(public) | {"draw_log_head": parse(public["draw-log.tsv"])[1][1][-1]}
    report = verdict_of(public, document)
    assert report.verdict is Verdict.CONSISTENT
    assert any("no anchor for 2026-2-2" in claim.found for claim in report.of_status(Status.NOT_CHECKED))


def test_anchored_commitment_vouches_for_the_entries_before_it(public: Files) -> None:
    """With the last commitment alone, only the draw after it lacks an anchor."""
    document = anchors_of(public) | {"draw_log_head": ""}
    for draw_id in ("2026-1-1", "2026-2-1"):
        del document["commitments"][draw_id]
    report = verdict_of(public, document)
    found = {claim.text: claim.found for claim in report.of_status(Status.NOT_CHECKED) if claim.group == "anchors"}
    assert found["no entry about a draw came after what was noted down of the logs"] == "no anchor for 2026-2-2"


def test_record_of_an_old_format_is_never_anchored_without_a_draw_log() -> None:
    """Commitments and entropy all named: a void could still be missing, and the report says so."""
    files = files_of(FROZEN / "format-1" / "public.zip")
    assert "draw-log.tsv" not in files
    draws = sorted({name.split("/")[1] for name in files if name.startswith("draws/")})
    document: dict[str, Any] = {"format": 1, "commitments": {}, "entropy": {}}
    for draw_id in draws:
        content = files[f"draws/{draw_id}/commitment.json"]

        digest = H("commitment", sha(content))
        document["commitments"][draw_id] = {"digest": digest, "seen_on": json.loads(content)["committed_on"]}
        if f"draws/{draw_id}/ceremony.json" in files:
            document["entropy"][draw_id] = json.loads(files[f"draws/{draw_id}/ceremony.json"])["entropy"]
    report = verdict_of(files, document)
    assert failed_texts(report) == []
    assert report.verdict is Verdict.CONSISTENT
    assert any("no draw log" in claim.found for claim in report.of_status(Status.NOT_CHECKED))
    document["draw_log_head"] = "0" * 64
    assert failed_texts(verdict_of(files, document)) == [NOTED]
