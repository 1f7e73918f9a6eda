"""
Verifies a firm's proof from its bytes alone (specification, section 9.2).

1. The proof: its form, and that it speaks of a draw.
2. Each draw: the commitment, sources and seed; the firm's leaf under the root committed to; its ticket; its row, or its
   neighbours, under the root of the list drawn; the chance, where it was opened.
3. Where it was opened, the threshold of the firm's stratum: whether its ticket is one of those that are drawn.
4. Anchors, where some are given: commitments and entropy obtained elsewhere.

It proves that the firm was in the lot, with a ticket that nobody chose, whether it is on the list, and, opened, that
this is so by the threshold bound before anybody asked. That the list follows from all tickets no small proof can show:
the public record does of an open round, the audit record of any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scheduler.audit import commitment, entropy, shapes
from scheduler.audit.anchors import Anchors, check_proof_anchors
from scheduler.audit.claims import Group, Ledger, Report
from scheduler.audit.context import Draw, Listener, guarded
from scheduler.audit.formats.documents import DOCUMENTS
from scheduler.audit.formats.words import DRAW_ID
from scheduler.audit.record import MAX_DOCUMENT_BYTES, MemorySource, Record
from scheduler.audit.verifier import deaf, find_records, verify_record
from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import content_digest, digest, message
from scheduler.draw.tree import leaf_hash, root_of_path, tree_root
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

SECTION = "9.2"
DRAWN, NOT_DRAWN, NOT_IN_POOL = "drawn", "not_drawn", "not_in_pool"
Entry = Mapping[str, Any]
_PLACE = {"index": shapes.integer, "path": shapes.list_of(shapes.digest, most=64)}
_DRAW: dict[str, shapes.Shape | shapes.Optional] = {
    "draw_id": shapes.matching(DRAW_ID, "the id of a draw such as 2026-2-1"),
    "commitment": DOCUMENTS["commitment.json"],
    "ceremony": DOCUMENTS["ceremony.json"],
    "outcome": shapes.exactly("drawn", "not_drawn", "not_in_pool"),
    "pool": shapes.nullable(shapes.object_of(_PLACE)),
    "opened": shapes.nullable(shapes.object_of({"salt": shapes.digest, "stratum_seal": shapes.digest})),
    "ticket": shapes.empty_or(shapes.digest),
    "rows": shapes.list_of(shapes.object_of({**_PLACE, "row": shapes.text}), most=2),
    "chance": shapes.nullable(
        shapes.object_of(
            {
                "stratum": shapes.code,
                "stratum_nonce": shapes.empty_or(shapes.digest),
                "chance_micro": shapes.integer,
                "chance_firms": shapes.integer,
            }
        )
    ),
}
_THRESHOLD = {
    **_PLACE,
    "ticket": shapes.empty_or(shapes.digest),
    "nonce": shapes.empty_or(shapes.digest),
    "size": shapes.integer,
}


def _proof_of(
    number: int, draw: dict[str, shapes.Shape | shapes.Optional], more: Mapping[str, shapes.Shape]
) -> shapes.Shape:
    """A proof of one format."""
    return shapes.object_of(
        {
            **more,
            "format": shapes.exactly(number),
            "kind": shapes.exactly("proof"),
            "bureau": shapes.code,
            "year": shapes.integer,
            "firm_id": shapes.matching(re.compile(r"[0-9A-Za-z._+/:*-]{1,18}"), "a code of at most 18 characters"),
            "draws": shapes.list_of(shapes.object_of(draw), most=100),
        }
    )


PROOF = shapes.by_format(
    {
        1: _proof_of(1, _DRAW, {}),
        2: _proof_of(
            2,
            {**_DRAW, "threshold": shapes.nullable(shapes.object_of(_THRESHOLD))},
            {"proof_digest": shapes.digest},
        ),
    }
)


def verify_path(path: Path, listener: Listener = deaf, anchors: Anchors | None = None) -> list[Report]:
    """
    Reports on what is at a path: a proof (a file .json), a record, or every record in a folder.

    Raises
    ------
    RecordError
        If there is nothing of these, or it cannot be read.
    """
    if path.is_file() and path.suffix.lower() == ".json":
        return [verify_proof(_read(path), path.name, anchors)]
    return [verify_record(record, listener, anchors) for record in find_records(path)]


def _read(path: Path) -> bytes:
    """Bytes of a proof, and no more of them than one can have."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise RecordError(
            _("{path}: expected a firm's proof, got a file that cannot be read ({error})").format(
                path=path, error=error.strerror
            )
        ) from error


def verify_proof(content: bytes, name: str, anchors: Anchors | None = None) -> Report:
    """Report on a proof; whatever it says wrong is a failed claim."""
    ledger = Ledger()
    group = ledger.group("proof")
    text = _("the proof is in its form")
    try:
        proof = parse_proof(content, name)
    except RecordError as error:
        group.failed(SECTION, text, expected=_("a firm's proof of format 1 or 2"), found=error)
        return Report(name=name, kind="", bureau="", year=0, record_digest="", claims=ledger.claims(), counts={})
    group.passed(SECTION, text, proof["firm_id"])
    if "proof_digest" in proof:
        rest = document_bytes({key: value for key, value in proof.items() if key != "proof_digest"})
        text = _("the proof carries its own digest")
        group.equal(SECTION, text, expected=content_digest(rest), found=proof["proof_digest"])
    draws = _draws_of(proof)
    ids = [draw.draw_id for draw in draws]
    differences: list[tuple[object, object]] = [] if ids and ids == sorted(set(ids)) else [("<", ids)]
    differences += [(_("a draw that was drawn"), draw.draw_id) for draw in draws if not draw.was_drawn]
    group.first(SECTION, _("the proof speaks of one draw or more, each once"), differences, len(ids))
    for draw, entry in zip(draws, proof["draws"], strict=True):
        _verify_draw(ledger.group(draw.draw_id), draw, entry, proof)
    if anchors is not None:
        check_proof_anchors(ledger.group("anchors"), proof["year"], draws, anchors)
    return Report(
        name=name,
        kind="proof",
        bureau=proof["bureau"],
        year=proof["year"],
        record_digest=content_digest(content),
        claims=ledger.claims(),
        counts={},
    )


def parse_proof(content: bytes, name: str) -> dict[str, Any]:
    """A proof whose form was checked; raises `RecordError`."""
    if len(content) > MAX_DOCUMENT_BYTES:
        raise RecordError(
            _("{name}: expected at most {limit} bytes, got {size}").format(
                name=name, limit=MAX_DOCUMENT_BYTES, size=len(content)
            )
        )
    return shapes.checked(PROOF, parse_document(content, name), name)


def _draws_of(proof: Mapping[str, Any]) -> list[Draw]:
    """The draws, as a record with these commitments and ceremonies would have them."""
    files = {
        f"draws/{entry['draw_id']}/{part}.json": document_bytes(entry[part])
        for entry in proof["draws"]
        for part in ("commitment", "ceremony")
    }
    record = Record(source=MemorySource(files), manifest={"kind": "proof", "year": proof["year"], "files": {}})
    return [Draw(draw_id=entry["draw_id"], record=record) for entry in proof["draws"]]


def _verify_draw(group: Group, draw: Draw, entry: Entry, proof: Mapping[str, Any]) -> None:
    fixed = entry["commitment"]
    expected = {"bureau": proof["bureau"], "year": proof["year"], "draw_id": draw.draw_id}
    found = {key: fixed[key] for key in expected}
    group.equal("4", _("the commitment speaks of this bureau, year and draw"), expected=expected, found=found)
    guarded(group, "5", _("the sources speak in time"), commitment.check_dates, group, draw)
    guarded(group, "5.1", _("the sources are of their kinds"), entropy.check_kinds, group, draw)
    guarded(group, "5", _("the ceremony is right"), commitment.check_ceremony, group, draw)
    firm_id = proof["firm_id"]
    for section, text, check in (
        ("3.3", _("the firm is in the pool committed to"), _check_pool),
        ("7", _("the ticket follows from the seed"), _check_ticket),
        (SECTION, _("the list drawn tells of the firm"), _check_rows),
        (SECTION, _("the chance is opened"), _check_chance),
        ("7.2", _("the threshold is opened"), _check_threshold),
    ):
        guarded(group, section, text, check, group, draw, entry, firm_id)
    reason = (
        _("anybody can draw an open round again from the public record; this proof alone cannot")
        if fixed["kind"] == "open"
        else _("tickets of others and the quota are not public; the audit record opens them")
    )
    group.not_checked("7", _("the firms drawn are those with the least tickets of their strata"), reason)


def _check_pool(group: Group, draw: Draw, entry: Entry, firm_id: str) -> None:
    fixed, place, opened = entry["commitment"], entry["pool"], entry["opened"]
    is_open, text = fixed["kind"] == "open", _("the firm's leaf is under the root of the pool committed to")
    in_pool = place is not None
    if in_pool != (entry["outcome"] != NOT_IN_POOL) or (opened is not None) != (in_pool and not is_open):
        group.failed("3.3", text, expected=_("leaf and path, as the outcome asks for"), found=entry["outcome"])
        return
    if not in_pool:
        reason = _("roots do not tell who is missing; pool.tsv of the public record lists who was in the pool")
        group.not_checked("3.3", _("the firm is not in the pool"), reason)
        return
    fields = () if is_open else (opened["salt"], opened["stratum_seal"])
    leaf = leaf_hash(message("leaf", draw.draw_id, firm_id, *fields))
    path = [bytes.fromhex(node) for node in place["path"]]
    root = root_of_path(leaf, place["index"], fixed["pool"]["num_firms"], path)
    group.equal("3.3", text, expected=fixed["pool"]["root"], found=root.hex() if root else _("no such path"))


def _check_ticket(group: Group, draw: Draw, entry: Entry, firm_id: str) -> None:
    expected = "" if entry["pool"] is None else _ticket_of(draw, entry, firm_id) or _("no salt")
    group.equal("7", _("the firm's ticket follows from the seed"), expected=expected, found=entry["ticket"])


def _ticket_of(draw: Draw, entry: Entry, firm_id: str) -> str:
    """The ticket that seed and salt give; empty in a targeted round where no salt is opened."""
    if entry["commitment"]["kind"] == "open":
        return digest("ticket", draw.seed(), firm_id)
    opened = entry["opened"]
    return digest("ticket", draw.seed(), opened["salt"], firm_id) if opened else ""


def _check_rows(group: Group, draw: Draw, entry: Entry, firm_id: str) -> None:
    said, outcome = entry["ceremony"], entry["outcome"]
    text = (
        _("the firm is on the list drawn")
        if outcome == DRAWN
        else _("the firm is not on the list drawn: its neighbours there stand next to each other")
    )
    if "drawn_root" not in said:
        if entry["rows"]:
            expected = _("no rows, because the ceremony names no root")
            group.failed(SECTION, text, expected=expected, found=len(entry["rows"]))
            return
        reason = _("the ceremony names no root of the list; drawn.tsv of the public record is the list")
        group.not_checked(SECTION, text, reason)
        return
    rows, size = entry["rows"], said["num_drawn"]
    for row in rows:
        path = [bytes.fromhex(node) for node in row["path"]]
        root = root_of_path(leaf_hash(row["row"].encode("utf-8")), row["index"], size, path)
        if root is None or root.hex() != said["drawn_root"]:
            group.failed(SECTION, text, expected=said["drawn_root"], found=root.hex() if root else _("no such path"))
            return
    ids = [row["row"].split("\t")[0].encode("utf-8") for row in rows]
    places = [row["index"] for row in rows]
    name = firm_id.encode("ascii")
    holds = ids == [name] if outcome == DRAWN else _are_around(name, ids, places, size, said["drawn_root"])
    if holds:
        group.passed(SECTION, text, said["drawn_root"])
    else:
        group.failed(
            SECTION, text, expected=firm_id, found=list(zip(places, (row["row"][:40] for row in rows), strict=True))
        )


def _are_around(name: bytes, ids: list[bytes], places: list[int], size: int, root: str) -> bool:
    """Whether rows are those between which a firm would stand, and it does not."""
    if size == 0:
        return not ids and root == tree_root([]).hex()
    if len(places) == 1:
        return (places == [0] and name < ids[0]) or (places == [size - 1] and ids[0] < name)
    return len(places) == 2 and places[1] == places[0] + 1 and ids[0] < name < ids[1]


def _check_chance(group: Group, draw: Draw, entry: Entry, firm_id: str) -> None:
    chance, opened = entry["chance"], entry["opened"]
    if chance is None:
        group.not_checked(SECTION, _("the firm's chance"), _("the proof does not open it"))
        return
    text = _("the stratum opened is the one sealed in the firm's leaf")
    if entry["pool"] is None or (entry["commitment"]["kind"] != "open" and opened is None):
        group.failed(SECTION, text, expected=_("a leaf"), found=_("no leaf"))
    elif entry["commitment"]["kind"] == "open":
        # an open round has one stratum and seals nothing, so there is no nonce to open
        group.equal(SECTION, text, expected=["open", ""], found=[chance["stratum"], chance["stratum_nonce"]])
    else:
        seal = digest("stratum", chance["stratum_nonce"], chance["stratum"])
        group.equal(SECTION, text, expected=opened["stratum_seal"], found=seal)
    words = _("{micro} / (10^6 · {firms}), as the proof says; the allocation is sealed, and the audit record opens it")
    reason = words.format(micro=chance["chance_micro"], firms=chance["chance_firms"])
    group.not_checked(SECTION, _("the firm's chance"), reason)


def _check_threshold(group: Group, draw: Draw, entry: Entry, firm_id: str) -> None:
    """Claims about the greatest ticket drawn in the firm's stratum (7.2), where there is one to open and it is."""
    opened, chance, is_open = entry.get("threshold"), entry["chance"], entry["commitment"]["kind"] == "open"
    bound, text = entry["ceremony"].get("outcome_root"), _("the threshold is the one bound in the ceremony")
    if opened is None:
        reason = _why_closed(entry, is_open=is_open)
        if reason is None:
            group.failed("7.2", text, expected=_("the threshold, which is opened with the chance"), found=_("none"))
        else:
            group.not_checked("7.2", _("the firm was rightly drawn, or not, by the threshold of its stratum"), reason)
        return
    if bound is None or entry["pool"] is None or (chance is None and not is_open):
        group.failed("7.2", text, expected=_("none"), found=opened["ticket"])
        return
    stratum = "open" if is_open else chance["stratum"]
    leaf = leaf_hash(message("threshold", draw.draw_id, stratum, opened["nonce"], opened["ticket"]))
    root = root_of_path(leaf, opened["index"], opened["size"], [bytes.fromhex(node) for node in opened["path"]])
    # the one leaf of an open round is the root: a second one could serve another threshold to another firm
    lone = (opened["nonce"], opened["index"], opened["size"], opened["path"]) == ("", 0, 1, [])
    found = digest("outcome", str(opened["size"]), root.hex()) if root and (lone or not is_open) else _("no such path")
    group.equal("7.2", text, expected=bound, found=found)
    ticket = _ticket_of(draw, entry, firm_id)
    if not ticket:
        return
    rightly = (ticket <= opened["ticket"]) == (entry["outcome"] == DRAWN)
    text = _("the firm's ticket is at most the threshold exactly if the firm was drawn")
    if rightly:
        group.passed("7.2", text, entry["outcome"])
    else:
        group.failed("7.2", text, expected=opened["ticket"], found=f"{ticket} {entry['outcome']}")


def _why_closed(entry: Entry, *, is_open: bool) -> str | None:
    """Why a proof holds no threshold; None if it should."""
    if "threshold" not in entry or "outcome_root" not in entry["ceremony"]:
        return _("proof or ceremony is of an earlier format, without a threshold")
    if entry["pool"] is None:
        return _("the firm was not in the pool")
    if entry["chance"] is None and not is_open:
        return _("the proof does not open it: it tells the chance")
    return None
