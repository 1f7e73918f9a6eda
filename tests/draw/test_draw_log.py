"""The draw log: the room gives the digits on file, and a plain reading of the specification gives them too."""

from __future__ import annotations

import json
from typing import Any

import plain_draw as plain
from make_draw_log_golden import PATH, vectors

from scheduler.draw.canonical import document_bytes
from scheduler.draw.commitment import parse_commitment
from scheduler.draw.draw_log import NO_ENTRY, DrawEvent, draw_log_head

GOLDEN: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))


def test_golden_draw_log_is_what_the_script_rebuilds() -> None:
    """A changed byte in entries or commitments changes a vector."""
    assert document_bytes(vectors()) == PATH.read_bytes()


def test_golden_draw_log_follows_from_the_page() -> None:
    """Numbers, hashes and the head that the commitment names are those of section 2.2."""
    header, *lines = GOLDEN["draw-log.tsv"].splitlines()
    assert header.split("\t") == ["number", "action", "draw_id", "digest", "previous_hash", "entry_hash"]
    before = NO_ENTRY
    for number, line in enumerate(lines, start=1):
        told, action, draw_id, digest, previous, own = line.split("\t")
        assert (told, previous) == (str(number), before)
        assert own == plain.h("draw-log", previous, told, action, draw_id, digest)
        before = own
    assert GOLDEN["head"] == before
    commitment = GOLDEN["commitment"]
    assert commitment["draw_log_head"] == lines[-1].split("\t")[4]
    text = json.dumps(commitment, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert lines[-1].split("\t")[3] == plain.h("commitment", plain.sha(text.encode("utf-8")))


def test_commitment_with_a_head_is_read_back() -> None:
    """It comes and goes as it is written."""
    content = document_bytes(GOLDEN["commitment"])
    assert parse_commitment(content).content == content


def test_later_log_has_another_head_and_the_same_past() -> None:
    """One more entry changes the head alone."""
    event = DrawEvent(action="commit", draw_id="2026-1-1", digest="a" * 64)
    heads = [draw_log_head([event] * number) for number in range(4)]
    assert len(set(heads)) == 4
    assert heads[0] == NO_ENTRY
