"""Claims about the log: numbered without gaps, each entry bound to the one before, draws as in the record (2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from scheduler.audit.claims import Group
from scheduler.audit.context import Draw
from scheduler.audit.record import Record
from scheduler.audit.year import Differences
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.i18n import gettext as _

GENESIS = "0" * 64
COMMIT, DRAW, VOID, IMPORT = "commit", "draw", "void", "import"
ACTIONS = {"draw commit": COMMIT, "draw targets": DRAW, "draw void": VOID, "store drawn": IMPORT}
FOLLOWING = {"": (COMMIT, IMPORT), COMMIT: (DRAW, VOID), DRAW: (VOID,), VOID: (), IMPORT: ()}  # what may follow what
COLUMNS = ("number", "at", "actor", "action", "detail", "before", "after", "previous_hash", "entry_hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawEntry:
    """
    An entry about a draw, of the log or of the draw log.

    Attributes
    ----------
    digest
        Of the commitment, or SHA-256 of the ceremony as it then was.
    """

    action: str
    draw_id: str
    digest: str
    previous_hash: str
    entry_hash: str

    def is_of(self, record: Record) -> bool:
        """Whether the draw is one of the record's year."""
        return self.draw_id.startswith(f"{record.manifest['year']}-")


def log_hashes(record: Record) -> frozenset[str]:
    """Hashes of all entries; raises `RecordError`."""
    return frozenset(record.table("log.tsv").coded["entry_hash"].values)


def entry_hashes(record: Record) -> list[str]:
    """Hashes of all entries in their order; raises `RecordError`."""
    return [row[0] for row in record.table("log.tsv").rows("entry_hash")]


def check_log(group: Group, record: Record) -> None:
    """Claims that the chain of the log is unbroken."""
    rows = record.table("log.tsv").rows(*COLUMNS)
    previous = GENESIS
    differences: Differences = []
    for number, row in enumerate(rows, start=1):
        entry: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
        place = _("entry {number}").format(number=number)
        if entry["number"] != str(number):
            differences.append((place, entry["number"]))
        if entry["previous_hash"] != previous:
            differences.append((f"{place}: previous_hash {previous}", entry["previous_hash"]))
        found = entry_hash(entry)
        if found != entry["entry_hash"]:
            differences.append((f"{place}: entry_hash {found}", entry["entry_hash"]))
        previous = entry["entry_hash"]
    group.first("2", _("every entry of the log carries the hash of the one before and its own"), differences, len(rows))


def entry_hash(entry: dict[str, Any]) -> str:
    """Hash of an entry of log.tsv, recomputed; a detail that is not in its one-line form gives no hash."""
    try:
        detail = json.loads(entry["detail"])
        one_line = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if one_line != entry["detail"] or not isinstance(detail, dict):
            return _("none: the detail is not JSON in its one-line form")
        fields = {key: value for key, value in entry.items() if key != "entry_hash"}
        fields |= {"number": int(entry["number"]), "detail": document_bytes(detail).decode("utf-8")}
        return content_digest(document_bytes(fields))
    except (ValueError, RecursionError):
        return _("none: the detail is not JSON")


def check_draws(group: Group, record: Record, draws: list[Draw]) -> None:
    """Claims that the log and the record tell of the same draws: none was taken away, none made without an entry."""
    entries = draw_entries(record)
    text = _("the log tells of the same draws as the record, in an order that the commitments name")
    group.first("2", text, draw_differences(entries, draws, "log_head"), len(entries))


def draw_entries(record: Record) -> list[DrawEntry]:
    """Entries that make, draw or void a draw of the record's year."""
    return [entry for entry in all_draw_entries(record) if entry.is_of(record)]


def all_draw_entries(record: Record) -> list[DrawEntry]:
    """Entries that make, draw or void a draw of any year."""
    entries = []
    for row in record.table("log.tsv").rows("action", "detail", "after", "previous_hash", "entry_hash"):
        action, detail_text, digest, previous, own = row
        if action not in ACTIONS:
            continue
        draw_id = str(detail_of(detail_text).get("draw_id", ""))
        entries.append(
            DrawEntry(action=ACTIONS[action], draw_id=draw_id, digest=digest, previous_hash=previous, entry_hash=own)
        )
    return entries


def draw_differences(entries: list[DrawEntry], draws: list[Draw], head: str) -> Differences:
    """
    Where entries and draws of a year tell different things.

    Parameters
    ----------
    head
        Key of a commitment that names the hash of the entry before its own.
    """
    by_id = {draw.draw_id: draw for draw in draws}
    differences: Differences = []
    committed: set[str] = set()
    spoken: dict[str, str] = {}
    standing: set[str] = set()
    newest: dict[str, str] = {}
    for entry in entries:
        draw = by_id.get(entry.draw_id)
        may_follow = FOLLOWING[newest.get(entry.draw_id, "")]
        if entry.action not in may_follow:
            differences.append((f"{entry.draw_id}: {' / '.join(may_follow) or '–'}", entry.action))
        newest[entry.draw_id] = entry.action
        if draw is None:
            differences.append((_("{draw_id} in the record").format(draw_id=entry.draw_id), _("no such draw")))
        elif entry.action == COMMIT:
            differences += _commit_differences(draw, entry, standing, head)
            committed.add(draw.draw_id)
        else:
            spoken[draw.draw_id] = entry.digest
            (standing.discard if entry.action == VOID else standing.add)(draw.draw_id)
    for draw in draws:
        differences += _end_differences(draw, committed, spoken.get(draw.draw_id, ""), standing)
    return differences


def detail_of(text: str) -> dict[str, Any]:
    """The detail of an entry; one that is no JSON object, of which the claim about the chain tells, is empty."""
    try:
        detail = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return detail if isinstance(detail, dict) else {}


def _commit_differences(draw: Draw, entry: DrawEntry, standing: set[str], head: str) -> Differences:
    if draw.is_external:
        return [(_("no commitment to a list drawn elsewhere"), draw.draw_id)]
    commitment = draw.document("commitment.json")
    wanted = (
        (_("digest"), draw.commitment_digest(), entry.digest),
        (head, entry.previous_hash, commitment.get(head, entry.previous_hash)),  # older commitments name no draw log
        ("drawn_before", ", ".join(sorted(standing)), ", ".join(commitment["drawn_before"])),
    )
    return [(f"{draw.draw_id}, {name}: {value}", found) for name, value, found in wanted if value != found]


def _end_differences(draw: Draw, committed: set[str], ceremony: str, standing: set[str]) -> Differences:
    differences: Differences = []
    if not draw.is_external and draw.draw_id not in committed:
        differences.append((_("an entry that commits to {draw_id}").format(draw_id=draw.draw_id), _("none")))
    digest = draw.record.digest(draw.path("ceremony.json")) if draw.has("ceremony.json") else ""
    if digest != ceremony:
        differences.append((f"{draw.draw_id}, ceremony.json: {ceremony or '–'}", digest or "–"))
    if (draw.state == "drawn") != (draw.draw_id in standing):
        differences.append((_("{draw_id} as the log left it").format(draw_id=draw.draw_id), draw.state))
    return differences
