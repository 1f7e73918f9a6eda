"""
What anyone can recompute of a draw, as commands for a shell with `sha256sum`, each with the answer it must give.

The commands follow the specification, sections 4, 5 and 7, and work in the folder of the record.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from scheduler.draw.canonical import document_bytes, parse_table
from scheduler.draw.files import DRAWN_COLUMNS
from scheduler.draw.hashing import content_digest, digest, message
from scheduler.publication.reading import RecordedDraw
from scheduler.registry.codes import RoundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One command and the answer expected.

    Attributes
    ----------
    name
        What it recomputes: ``commitment-file``, ``commitment``, ``entropy``, ``seed``, ``ticket`` or ``list-file``.
    """

    name: str
    command: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraw:
    """
    How to redo an open draw.

    Attributes
    ----------
    firm_id, ticket
        The firm of the example, the first of the list, and its ticket.
    last_ticket
        The greatest ticket drawn: whoever has a smaller one is on the list, whoever has a greater one is not.
    command
        Draws the whole list again and compares.
    """

    firm_id: str
    ticket: str
    last_ticket: str
    command: str


def steps_of(draw: RecordedDraw) -> tuple[Step, ...]:
    """Commands from the commitment to the list, as far as the draw has come; none for a list drawn elsewhere."""
    if "commitment.json" not in draw.files:
        return ()
    folder = f"draws/{draw.draw_id}"
    file_digest = content_digest(draw.files["commitment.json"])
    commitment = digest("commitment", file_digest)
    steps = [
        Step(name="commitment-file", command=f"sha256sum < {folder}/commitment.json", answer=file_digest),
        Step(name="commitment", command=_hash_line("commitment", file_digest), answer=commitment),
    ]
    if not is_drawn(draw):
        return tuple(steps)
    document = document_bytes({"entropy": draw.ceremony["entropy"]})
    entropy, seed = content_digest(document), str(draw.ceremony["seed"])
    text = shlex.quote(document.decode("utf-8"))
    steps += [
        Step(name="entropy", command=f"printf '%s' {text} | sha256sum", answer=entropy),
        Step(name="seed", command=_hash_line("seed", commitment, entropy), answer=digest("seed", commitment, entropy)),
    ]
    if draw.kind == RoundKind.OPEN and draw.drawn:
        firm_id = parse_table(draw.files["drawn.tsv"], DRAWN_COLUMNS, "drawn.tsv")[0][0]
        ticket = digest("ticket", seed, firm_id)
        steps.append(Step(name="ticket", command=_hash_line("ticket", seed, firm_id), answer=ticket))
    list_digest = content_digest(draw.files["drawn.tsv"])
    steps.append(Step(name="list-file", command=f"sha256sum < {folder}/drawn.tsv", answer=list_digest))
    return tuple(steps)


def open_draw_of(draw: RecordedDraw) -> OpenDraw | None:
    """How to redo the whole draw; None unless it is an open one that was drawn."""
    if draw.kind != RoundKind.OPEN or not is_drawn(draw) or not draw.drawn:
        return None
    seed = str(draw.ceremony["seed"])
    drawn = parse_table(draw.files["drawn.tsv"], DRAWN_COLUMNS, "drawn.tsv")[0]  # as the lot made it
    tickets = [digest("ticket", seed, firm_id) for firm_id in drawn]
    folder = f"draws/{draw.draw_id}"
    start = message("ticket", seed).decode("ascii")
    command = (
        f"tail -n +2 {folder}/pool.tsv | cut -f1 | while read -r id; do\n"
        f'  printf \'%s %s\\n\' "$(printf \'%s\' "{start}|$id" | sha256sum | cut -c1-64)" "$id"\n'
        f"done | LC_ALL=C sort | head -n {len(drawn)} | cut -d ' ' -f2 | LC_ALL=C sort > mine.txt\n"
        f"tail -n +2 {folder}/drawn.tsv | cut -f1 | diff - mine.txt && echo same"
    )
    return OpenDraw(firm_id=drawn[0], ticket=tickets[0], last_ticket=max(tickets), command=command)


def is_drawn(draw: RecordedDraw) -> bool:
    """Whether the lot has spoken, voided afterwards or not."""
    return bool(draw.ceremony.get("seed")) and "drawn.tsv" in draw.files


def _hash_line(tag: str, *fields: str) -> str:
    return f"printf '%s' '{message(tag, *fields).decode('ascii')}' | sha256sum"
