"""Flips bits of records, remakes what the keyholder can, and tells which cells a flip changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from scheduler.audit import commitment, draw_log, log, sampling, selection, signatures, year
from scheduler.audit.claims import Group, Ledger, Status
from scheduler.audit.context import Draw, load_lists
from scheduler.audit.formats.documents import DOCUMENTS
from scheduler.audit.formats.files import file_name
from scheduler.audit.formats.tables import TABLES
from scheduler.audit.record import MANIFEST, SIGNATURE, MemorySource, Record, open_record
from scheduler.audit.sampling import Sampling
from scheduler.audit.verifier import deaf, verify_source
from scheduler.draw.canonical import document_bytes
from scheduler.draw.signing import sign
from scheduler.errors import RecordError

Files = dict[str, bytes]


def flipped(content: bytes, bit: int) -> bytes:
    """Content with one bit changed; bit 0 is the least of the first byte."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


class Keyholder:
    """A record and the key that signs it: puts other files into it, so that manifest and signature fit them."""

    def __init__(self, files: Files, key: bytes) -> None:
        self.files = files
        self.manifest: dict[str, Any] = json.loads(files[MANIFEST])
        self._key = key

    def with_files(self, changed: Mapping[str, bytes]) -> Files:
        """The record with some files changed, and all remade that lists or signs them."""
        listed = {name: sha256(content).hexdigest() for name, content in changed.items()}
        rest = {name: value for name, value in self.manifest.items() if name != "record_digest"}
        rest["files"] = {**rest["files"], **listed}
        content = document_bytes({**rest, "record_digest": sha256(document_bytes(rest)).hexdigest()})
        signature = sign(self._key, "record", sha256(content).hexdigest())
        signed = {MANIFEST: content, SIGNATURE: document_bytes({"format": 1, "signature": signature})}
        return {**self.files, **changed, **signed}

    def failing(self, name: str, content: bytes) -> bool:
        """Whether a record with another file in the place of that of its name fails a claim, with all else remade."""
        if not is_readable(name, content) or fails_alone({**self.files, name: content}, self.manifest, name):
            return True
        return bool(failed(self.with_files({name: content})))


def failed(files: Files) -> list[str]:
    """The claims of the whole verifier that fail, each after its section."""
    claims = verify_source(MemorySource(files), "record").of_status(Status.FAILED)
    return [f"§{claim.section} {claim.text}: {claim.expected} {claim.found}" for claim in claims]


def is_readable(name: str, content: bytes) -> bool:
    """Whether a file is in its canonical form; if not, the verifier's claim of forms (1.3, 1.4) fails."""
    record = Record(source=MemorySource({name: content}), manifest={"kind": "audit", "files": {}})
    try:
        if file_name(name) in DOCUMENTS:
            record.document(name)
        elif file_name(name) in TABLES:
            record.table(name)
    except RecordError:
        return False
    return True


def fails_alone(files: Files, manifest: dict[str, Any], name: str) -> bool:
    """
    Whether the one claim fails that binds all of a file, where there is one: a part of the verifier's plan.

    The whole verifier takes a hundred times as long; a file without such a claim, or one that holds, is left to it.
    """
    record = Record(source=MemorySource(files), manifest=manifest)
    ledger = Ledger()
    try:
        _check_alone(ledger.group("one"), record, name)
    except RecordError:
        return True
    return any(claim.status is Status.FAILED for claim in ledger.claims())


def _check_alone(group: Group, record: Record, name: str) -> None:
    ids = sorted({path.split("/")[1] for path in record.source.names() if path.startswith("draws/")})
    draws = [Draw(draw_id=draw_id, record=record) for draw_id in ids]
    draw = next((draw for draw in draws if name.startswith(draw.path(""))), None)
    base = file_name(name)
    if base == MANIFEST:
        year.check_manifest(group, record)
    elif base == SIGNATURE:
        signatures.check_signature(group, record)
    elif base in ("draw-log.tsv", "ceremony.json"):
        draw_log.check_draw_log(group, record, draws)
    elif base == "log.tsv":
        log.check_log(group, record)
    elif draw is not None:
        _check_of_draw(group, draw, draws, base)


def _check_of_draw(group: Group, draw: Draw, draws: list[Draw], base: str) -> None:
    work = Sampling(draw, lambda: load_lists(draw.record), draws, lambda done, total: deaf("", done, total))
    if base == "commitment.json":
        commitment.check_ceremony(group, draw)
    elif base == "secret.json":
        commitment.check_secrets(group, draw)
    elif base == "pool.tsv":
        sampling.check_root(group, work)
        sampling.check_leaves(group, work)
    elif base == "drawn.tsv":
        selection.check_ceremony_counts(group, work)
    elif base in draw.document("commitment.json")["sealed"]:
        commitment.check_seals(group, draw)


def fails_unremade(files: Files, name: str) -> bool:
    """Whether a record of which one file was changed and nothing was remade fails a claim about its manifest."""
    try:
        record = open_record(MemorySource(files))
    except RecordError:
        return True
    if name in (MANIFEST, SIGNATURE):
        return fails_alone(files, dict(record.manifest), name) or bool(failed(files))
    return bool(sha256(files[name]).hexdigest() != record.manifest["files"][name])


def changed_cells(name: str, before: bytes, after: bytes) -> set[str]:
    """Columns of a table, or keys of a document, in which two readable files of one name differ."""
    base = file_name(name)
    if base in DOCUMENTS:
        return {f"{base} {path}" for path in differing_keys(json.loads(before), json.loads(after))}
    header, *old = (line.split("\t") for line in before.decode().splitlines())
    _header, *new = (line.split("\t") for line in after.decode().splitlines())
    return {
        f"{base} {column}"
        for row, other in zip(old, new, strict=True)
        for column, value, told in zip(header, row, other, strict=True)
        if value != told
    }


def differing_keys(before: Any, after: Any) -> set[str]:
    """Keys of a document in which another differs that has the same keys."""
    pairs = zip(_leaves(before), _leaves(after), strict=True)
    return {path for (path, value), (other_path, other) in pairs if (path, value) != (other_path, other)}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Keys and values of a document, places in lists left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value
