"""
Anchors: what a verifier's user read elsewhere, compared with a record (specification, section 9.1).

Whoever keeps the secrets can remake every byte of a record, so its bytes vouch only for each other. What was printed
in a bulletin, said by a lottery or noted down from the log cannot be remade; a record that agrees with all of it is
*anchored*.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scheduler.audit import shapes
from scheduler.audit.claims import Group, shown
from scheduler.audit.context import Draw
from scheduler.audit.draw_log import entries_of
from scheduler.audit.formats.files import DRAW_LOG
from scheduler.audit.formats.words import DRAW_ID
from scheduler.audit.log import COMMIT, DrawEntry, draw_entries, entry_hashes
from scheduler.audit.record import Record
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

SECTION = "9.1"
Value = TypeVar("Value")
MAX_ANCHOR_BYTES = 1 << 20
_COMMITMENT = shapes.object_of({"digest": shapes.digest, "seen_on": shapes.empty_or(shapes.day)})
_KEYS: Mapping[str, shapes.Shape] = {
    "format": shapes.exactly(1),
    "commitments": shapes.mapping_of(_COMMITMENT),
    "entropy": shapes.mapping_of(shapes.list_of(shapes.object_of({"name": shapes.text, "value": shapes.code}))),
    "log_head": shapes.empty_or(shapes.digest),
    "draw_log_head": shapes.empty_or(shapes.digest),
    "public_key": shapes.empty_or(shapes.digest),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A commitment's digest as published elsewhere, and the day on which it was seen there; empty if not noted."""

    digest: str
    seen_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """
    What was obtained elsewhere.

    Attributes
    ----------
    commitments
        By draw id; all of the year that were published, voided ones included.
    entropy
        What each source said, by draw id and name.
    log_head
        Hash of a log entry noted down elsewhere; empty if none was.
    draw_log_head
        Hash of an entry of the draw log noted down elsewhere; empty if none was.
    public_key
        The bureau's key as announced elsewhere; empty if it is not known.
    """

    commitments: Mapping[str, Commitment] = field(default_factory=dict)
    entropy: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    log_head: str = ""
    draw_log_head: str = ""
    public_key: str = ""


def parse_anchors(content: bytes, name: str) -> Anchors:
    """
    Reads a file of anchors, or of a public key alone, as its 64 digits.

    People write it, so any form of JSON will do; keys that stand twice and floats will not.

    Raises
    ------
    RecordError
        If it is something else, or holds no anchor.
    """
    if len(content) > MAX_ANCHOR_BYTES:
        raise RecordError(
            _("{name}: expected at most {limit} bytes, got {size}").format(
                name=name, limit=MAX_ANCHOR_BYTES, size=len(content)
            )
        )
    if shapes.DIGEST.fullmatch(key := content.strip().decode("ascii", "replace")):
        return Anchors(public_key=key)
    try:
        document = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError) as error:
        raise RecordError(_("{name}: expected anchors as JSON, got {error}").format(name=name, error=error)) from error
    shapes.object_of({key: _KEYS[key] for key in _KEYS if key == "format" or _has(document, key)})(document, name)
    anchors = Anchors(
        commitments={draw_id: Commitment(**entry) for draw_id, entry in document.get("commitments", {}).items()},
        entropy={draw_id: _by_name(said, name) for draw_id, said in document.get("entropy", {}).items()},
        log_head=document.get("log_head", ""),
        draw_log_head=document.get("draw_log_head", ""),
        public_key=document.get("public_key", ""),
    )
    _check_ids(anchors, name)
    return anchors


def merge_anchors(parts: Sequence[Anchors]) -> Anchors:
    """
    What several files say together.

    Raises
    ------
    RecordError
        If two of them say different things of the same.
    """
    merged = Anchors()
    for part in parts:
        merged = Anchors(
            commitments=_joined(merged.commitments, part.commitments, _one_commitment),
            entropy=_joined(merged.entropy, part.entropy, lambda left, right: _joined(left, right, _one_of)),
            log_head=_one_of(merged.log_head, part.log_head),
            draw_log_head=_one_of(merged.draw_log_head, part.draw_log_head),
            public_key=_one_of(merged.public_key, part.public_key),
        )
    return merged


def _joined(
    left: Mapping[str, Value], right: Mapping[str, Value], join: Callable[[Value, Value], Value]
) -> dict[str, Value]:
    return {**left, **{key: join(left[key], value) if key in left else value for key, value in right.items()}}


def _one_commitment(left: Commitment, right: Commitment) -> Commitment:
    return Commitment(digest=_one_of(left.digest, right.digest), seen_on=_one_of(left.seen_on, right.seen_on))


def _one_of(left: str, right: str) -> str:
    if left and right and left != right:
        raise RecordError(
            _("expected anchors that agree with each other, got {first} and {second}").format(first=left, second=right)
        )
    return left or right


def _has(document: object, key: str) -> bool:
    return isinstance(document, Mapping) and key in document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError(_("a key that stands twice"))
    return document


def _refuse(text: str) -> Any:
    raise ValueError(_("the number {text}, where only integers may stand").format(text=text[:40]))


def _by_name(said: list[dict[str, str]], place: str) -> dict[str, str]:
    values = {entry["name"]: entry["value"] for entry in said}
    if len(values) != len(said):
        raise RecordError(_("{place}: expected each source of a draw once, got one twice").format(place=place))
    return values


def _check_ids(anchors: Anchors, place: str) -> None:
    draw_ids = [*anchors.commitments, *anchors.entropy]
    for draw_id in draw_ids:
        if not DRAW_ID.fullmatch(draw_id):
            raise RecordError(
                _("{place}: expected the id of a draw such as 2026-2-1, got {draw_id}").format(
                    place=place, draw_id=draw_id
                )
            )
    if not draw_ids and not (anchors.log_head or anchors.draw_log_head or anchors.public_key):
        raise RecordError(
            _(
                "{place}: expected an anchor, got none; "
                "give commitments, entropy, draw_log_head, log_head or public_key"
            ).format(place=place)
        )


def check_anchors(group: Group, record: Record, draws: list[Draw], anchors: Anchors) -> bool:
    """
    Claims that record and anchors agree.

    Returns
    -------
    bool
        Whether everything in the record that can be anchored was: each commitment, each value of entropy, every entry
        about a draw of the year; in a signed record also its key. Claims that failed are not counted here: they reject
        the record anyhow.
    """
    year = f"{record.manifest['year']}-"
    own = [draw for draw in draws if not draw.is_external]
    complete = bool(own)
    checks: tuple[Callable[[], bool], ...] = (
        lambda: _check_commitments(group, year, own, anchors),
        lambda: _check_entropy(group, year, own, anchors),
        lambda: _check_logs(group, record, own, anchors),
        lambda: _check_key(group, record, anchors),
    )
    for check in checks:
        try:
            complete &= check()
        except RecordError as error:
            complete = False
            text = _("the record agrees with what was published elsewhere")
            group.not_checked(SECTION, text, _("a file it needs cannot be used: {error}").format(error=error))
    return complete


def check_proof_anchors(group: Group, year: int, draws: list[Draw], anchors: Anchors) -> None:
    """
    Claims that a firm's proof and anchors agree about the draws of the proof.

    A proof is never anchored as a whole: what the ceremony says of the list, no anchor of this form tells.
    """
    ids = {draw.draw_id for draw in draws}
    own = Anchors(
        commitments={draw_id: seen for draw_id, seen in anchors.commitments.items() if draw_id in ids},
        entropy={draw_id: said for draw_id, said in anchors.entropy.items() if draw_id in ids},
    )
    _check_commitments(group, f"{year}-", draws, own)
    _check_entropy(group, f"{year}-", draws, own)
    text = _("every ceremony was compared with the one of the public record")
    group.not_checked(SECTION, text, _("a proof holds copies; compare them with ceremony.json of each draw"))


def _check_commitments(group: Group, year: str, draws: list[Draw], anchors: Anchors) -> bool:
    by_id, dated = {draw.draw_id: draw for draw in draws}, True
    for draw_id, seen in sorted(anchors.commitments.items()):
        if not draw_id.startswith(year):
            continue
        text = _("the commitment to {draw_id} is the one published elsewhere").format(draw_id=draw_id)
        if draw_id not in by_id:
            group.failed(SECTION, text, expected=seen.digest, found=_("no such draw"))
            continue
        group.equal(SECTION, text, expected=seen.digest, found=by_id[draw_id].commitment_digest())
        dated &= _check_day(group, by_id[draw_id], seen.seen_on)
    return dated & _all_anchored(
        group,
        _("every commitment was compared with one published elsewhere"),
        by_id.keys() - anchors.commitments.keys(),
    )


def _check_day(group: Group, draw: Draw, seen_on: str) -> bool:
    text = _("the commitment to {draw_id} was published before its sources spoke").format(draw_id=draw.draw_id)
    if not seen_on:
        group.not_checked(SECTION, text, _("the anchor does not say when it was seen (seen_on)"))
        return False
    document = draw.document("commitment.json")
    first = min((source["spoken_on"] for source in document["entropy"]), default="")
    if document["committed_on"] <= seen_on < first:
        group.passed(SECTION, text, seen_on)
    else:
        expected = _("a day from {first} on, and before {last}").format(first=document["committed_on"], last=first)
        group.failed(SECTION, text, expected=expected, found=seen_on)
    return True


def _check_entropy(group: Group, year: str, draws: list[Draw], anchors: Anchors) -> bool:
    spoken = {
        draw.draw_id: {entry["name"]: entry["value"] for entry in draw.document("ceremony.json")["entropy"]}
        for draw in draws
        if draw.has("ceremony.json")
    }
    for draw_id, said in sorted(anchors.entropy.items()):
        if draw_id.startswith(year):
            for name, value in sorted(said.items()):
                text = _("source {name} of {draw_id} said what was obtained elsewhere").format(
                    name=shown(name), draw_id=draw_id
                )
                group.equal(SECTION, text, expected=value, found=spoken.get(draw_id, {}).get(name, "–"))
    missing = {
        f"{draw_id} {name}"
        for draw_id, values in spoken.items()
        for name in values.keys() - anchors.entropy.get(draw_id, {}).keys()
    }
    return _all_anchored(group, _("every value of entropy was compared with one obtained elsewhere"), missing)


def _check_logs(group: Group, record: Record, draws: list[Draw], anchors: Anchors) -> bool:
    """
    Claims that the logs hold the entries noted down, and that no draw of the year was heard of after all of them.

    A commitment that names the head of the draw log vouches, once it is anchored itself, for its own entry and for all
    before it. Entries after the newest one known could be others, or be missing, and nobody could tell.
    """
    known = [_check_log(group, record, anchors), _check_draw_log(group, record, anchors)]
    entries: list[DrawEntry] = []
    if record.has(DRAW_LOG):
        entries = [entry for entry in entries_of(record) if entry.is_of(record)]
        named = {draw.draw_id for draw in draws if draw.names_draw_log and draw.draw_id in anchors.commitments}
        known += [at for at, entry in enumerate(entries, start=1) if entry.action == COMMIT and entry.draw_id in named]
    elif record.is_audit:
        entries = draw_entries(record)
    text = _("no entry about a draw came after what was noted down of the logs")
    if not record.has(DRAW_LOG) and not record.is_audit:
        group.not_checked(SECTION, text, _("the record has no draw log: a draw could be missing from it"))
        return False
    complete = _all_anchored(group, text, {entry.draw_id for entry in entries[max(known) :]})
    return complete and (bool(anchors.log_head) or not record.is_audit)


def _check_log(group: Group, record: Record, anchors: Anchors) -> int:
    """Claim about the head of the log; how many entries about draws of the year it vouches for."""
    text = _("the log holds the entry noted down elsewhere")
    if not record.is_audit:
        if anchors.log_head:
            group.not_checked(SECTION, text, _("only the audit record holds the log"))
        return 0
    if not anchors.log_head:
        group.not_checked(SECTION, text, _("no anchor tells of the log (log_head)"))
        return 0
    hashes = entry_hashes(record)
    if anchors.log_head not in hashes:
        group.failed(SECTION, text, expected=anchors.log_head, found=_("no such entry"))
        return 0
    group.passed(SECTION, text, anchors.log_head)
    before = set(hashes[: hashes.index(anchors.log_head) + 1])
    return sum(entry.entry_hash in before for entry in draw_entries(record))


def _check_draw_log(group: Group, record: Record, anchors: Anchors) -> int:
    """Claim about the head of the draw log; how many entries about draws of the year it vouches for."""
    if not anchors.draw_log_head:
        return 0
    entries = entries_of(record) if record.has(DRAW_LOG) else []
    hashes = [entry.entry_hash for entry in entries]
    text = _("the draw log holds the entry noted down elsewhere")
    if anchors.draw_log_head not in hashes:
        found = _("no such entry") if record.has(DRAW_LOG) else _("no draw log")
        group.failed(SECTION, text, expected=anchors.draw_log_head, found=found)
        return 0
    group.passed(SECTION, text, anchors.draw_log_head)
    return sum(entry.is_of(record) for entry in entries[: hashes.index(anchors.draw_log_head) + 1])


def _check_key(group: Group, record: Record, anchors: Anchors) -> bool:
    text = _("the record is signed by the key announced elsewhere")
    if anchors.public_key:
        group.equal(SECTION, text, expected=anchors.public_key, found=record.public_key or _("no key"))
    elif record.public_key:
        group.not_checked(SECTION, text, _("no anchor tells of the key (public_key)"))
    return bool(anchors.public_key) or not record.public_key


def _all_anchored(group: Group, text: str, missing: set[str]) -> bool:
    if missing:
        group.not_checked(SECTION, text, _("no anchor for {names}").format(names=shown(", ".join(sorted(missing)))))
        return False
    group.passed(SECTION, text)
    return True
