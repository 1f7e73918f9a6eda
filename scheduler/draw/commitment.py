"""
The commitment: what is fixed and made public before any seed can exist (specification, section 4).

Its digest binds the pool, the two secrets and every frozen file; publishing the digest, the sources and a value of the
day is what makes a draw that anybody can check.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import FORMAT_VERSION, content_digest, digest, sealed_digest
from scheduler.draw.seed import EntropySource, PublicValue, operator_alone, source_of
from scheduler.draw.sources import SOURCE_WORDS, SourceKind
from scheduler.errors import RecordError, UsageError
from scheduler.i18n import Translate
from scheduler.i18n import gettext as _
from scheduler.registry.codes import RoundKind

SEALED_FILES = (
    "allocation.tsv",
    "items.tsv",
    "policy.toml",
    "recusals.tsv",
    "register.tsv",
    "roster.tsv",
    "scorecard.json",
    "tasks.tsv",
)
PROGRAMME_FILES = ("programme-columns.tsv", "programme-entries.tsv", "programme-rows.tsv", "recent.tsv")
PROGRAMME_FORMAT = 2
TYPED_FORMAT = 3  # sources of entropy have kinds
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """
    A commitment as value; `content` is what is published.

    Attributes
    ----------
    bureau, year, draw_id, kind, committed_on
        Which draw, and the day of the commitment.
    starts_on, ends_on
        Window of the round's visits.
    counting_visits
        Visits that count towards the target.
    package
        Package of an open round; empty in a targeted one.
    num_firms, root
        Of the pool.
    secret, officer_secret
        Digests of the two secrets, never the secrets.
    sealed
        Seal of each frozen file by its name.
    entropy
        Sources announced, in their order.
    day_value
        Public value known on the day of the commitment and not before.
    drawn_before
        Ids, ascending, of the draws of the year whose firms this pool leaves out or asks less of.
    software
        Name and version of the program.
    log_head
        Hash of the newest entry of the bureau's log.
    draw_log_head
        Head of the draw log before this commitment; empty in older commitments, which name none.

    Examples
    --------
    >>> _example().digest
    '68fc3e556917d5a4697de2ac18901c0a18fb74d447dd9520ed13d6d39a7d97d2'
    """

    bureau: str
    year: int
    draw_id: str
    kind: RoundKind
    committed_on: date
    starts_on: date
    ends_on: date
    counting_visits: int
    package: str
    num_firms: int
    root: str
    secret: str
    officer_secret: str
    sealed: Mapping[str, str]
    entropy: Sequence[EntropySource]
    day_value: PublicValue | None
    drawn_before: Sequence[str]
    software: str
    log_head: str
    draw_log_head: str = ""

    @property
    def format(self) -> int:
        """Format of the document: 3 with sources of known kinds; before, 2 where the programme is sealed too."""
        if any(source.is_typed for source in self.entropy):
            return TYPED_FORMAT
        return PROGRAMME_FORMAT if set(PROGRAMME_FILES) <= set(self.sealed) else FORMAT_VERSION

    def document(self) -> dict[str, Any]:
        """The commitment as `commitment.json` writes it."""
        return {
            "format": self.format,
            "bureau": self.bureau,
            "year": self.year,
            "draw_id": self.draw_id,
            "kind": self.kind.value,
            "committed_on": self.committed_on.isoformat(),
            "window": {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()},
            "counting_visits": self.counting_visits,
            "package": self.package,
            "pool": {"num_firms": self.num_firms, "root": self.root},
            "secret": self.secret,
            "officer_secret": self.officer_secret,
            "sealed": dict(self.sealed),
            "entropy": [source.document() for source in self.entropy],
            "day_value": self.day_value.document() if self.day_value else None,
            "drawn_before": list(self.drawn_before),
            "software": self.software,
            "log_head": self.log_head,
            **({"draw_log_head": self.draw_log_head} if self.draw_log_head else {}),
        }

    @property
    def content(self) -> bytes:
        """Bytes of `commitment.json`."""
        return document_bytes(self.document())

    @property
    def digest(self) -> str:
        """What is published: digest of the commitment, 64 hexadecimal digits."""
        return commitment_digest(self.content)


def commitment_digest(content: bytes) -> str:
    """
    Digest of a commitment's bytes.

    Examples
    --------
    >>> commitment_digest(b"")
    '4ac9dfd4a8080b7be790f542696fd03eb7cb13abf343a3410f2d45719c26a298'
    """
    return digest("commitment", content_digest(content))


def parse_commitment(content: bytes) -> Commitment:
    """
    Reads a frozen `commitment.json`.

    Raises
    ------
    RecordError
        If it is not a commitment of this format.

    Examples
    --------
    >>> parse_commitment(_example().content) == _example()
    True
    """
    document = parse_document(content, "commitment.json")
    try:
        commitment = _from_document(document)
        same = commitment.content == content
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise RecordError(
            _("commitment.json: expected a commitment, got another document ({error})").format(error=error)
        ) from error
    if not same:
        raise RecordError(_("commitment.json: expected a commitment of a known format, got one with other keys"))
    return commitment


def secret_digests(secret: bytes, officer_secret: bytes) -> tuple[str, str]:
    """
    Digests that commit to the draw's secret and to the officers' secret.

    Raises
    ------
    ValueError
        If a secret is not 32 bytes, or both are the same.

    Examples
    --------
    >>> secret, officer_secret = secret_digests(bytes(32), bytes([1] * 32))
    >>> secret
    '96a27fb3a0b8bf9dc27a507755db2afbc96a079f53098428102388775777cac4'
    >>> officer_secret
    '526b10b062345fa310299c10f8b9cb51d57fc26ab3312b8f137b0ad468711c28'
    """
    if len(secret) != SECRET_BYTES or len(officer_secret) != SECRET_BYTES or secret == officer_secret:
        raise ValueError(f"expected two different secrets of {SECRET_BYTES} bytes")
    return digest("secret", secret.hex()), digest("officer-secret", officer_secret.hex())


def seal_files(secret: bytes, files: Mapping[str, bytes]) -> dict[str, str]:
    """
    Seals of the files that a commitment freezes without showing them.

    Raises
    ------
    ValueError
        If a file is missing or one too many.

    Examples
    --------
    >>> sorted(seal_files(bytes(32), dict.fromkeys(SEALED_FILES, b""))) == list(SEALED_FILES)
    True
    """
    if sorted(files) not in (sorted(SEALED_FILES), sorted((*SEALED_FILES, *PROGRAMME_FILES))):
        raise ValueError(f"expected the files {', '.join(SEALED_FILES)}, got {', '.join(sorted(files))}")
    return {name: sealed_digest(secret, name, files[name]) for name in sorted(files)}


def bulletin_text(commitment: Commitment, translate: Translate = _) -> str:
    """
    Text for the notice board: what is committed to, and how the seed will come about.

    Parameters
    ----------
    translate
        Puts the sentences into the language of the bulletin.

    Examples
    --------
    >>> print(bulletin_text(_example()).splitlines()[0])
    Commitment to draw 2026-1-1 (open round)
    """
    _ = translate  # extraction of messages looks for this name
    heads = {
        RoundKind.OPEN: _("Commitment to draw {draw_id} (open round)"),
        RoundKind.TARGETED: _("Commitment to draw {draw_id} (targeted round)"),
    }
    lines = [
        heads[commitment.kind].format(draw_id=commitment.draw_id),
        _("Committed on {day}; visits from {start} to {end}.").format(
            day=commitment.committed_on, start=commitment.starts_on, end=commitment.ends_on
        ),
        _("{number} firms can be drawn. Root of the pool: {root}").format(
            number=commitment.num_firms, root=commitment.root
        ),
        _("Digest of the commitment: {digest}").format(digest=commitment.digest),
        _("The seed will be made of this digest and of what these public sources say:"),
    ]
    lines.extend(_source_line(source, _) for source in commitment.entropy)
    if operator_alone(commitment.entropy):
        lines.append(_("Weakest kind: the bureau's own seed is the only source, and nobody else takes part in it."))
    if commitment.day_value:
        lines.append(
            _("Value of the day: {name} = {value}").format(
                name=commitment.day_value.name, value=commitment.day_value.value
            )
        )
    if operator_alone(commitment.entropy):
        lines.append(_("Nothing of the draw can change without changing this digest."))
    else:
        lines.append(
            _("Nobody knows these values today, and nothing of the draw can change without changing this digest.")
        )
    return "\n".join(lines) + "\n"


def _source_line(source: EntropySource, _: Translate) -> str:
    told = {"day": source.spoken_on, "name": source.name, "bits": source.bits, "detail": source.detail}
    if source.kind is SourceKind.WITNESS:
        return _("  until {day}: {name}, a contribution with the SHA-256 {detail}").format(**told)
    if source.kind is SourceKind.OPERATOR:
        return _("  {day}: {name}, the bureau's own seed with the SHA-256 {detail}").format(**told)
    if source.is_typed:
        kind = _(SOURCE_WORDS[source.kind])
        return _("  {day}: {name} ({kind}, {detail}; {bits} bits)").format(kind=kind, **told)
    return _("  {day}: {name} ({bits} bits)").format(**told)


def anchor_text(draw_id: str, digest: str) -> str:
    """
    What the QR code of a commitment says: a file of anchors that holds this commitment (specification, section 9.1).

    Whoever scans it adds the day on which it was seen.

    Examples
    --------
    >>> anchor_text("2026-1-1", "ab")
    '{"commitments":{"2026-1-1":{"digest":"ab","seen_on":""}},"format":1}'
    """
    anchors = {"format": 1, "commitments": {draw_id: {"digest": digest, "seen_on": ""}}}
    return json.dumps(anchors, sort_keys=True, separators=(",", ":"))


def _from_document(document: Mapping[str, Any]) -> Commitment:
    window, pool, day_value = document["window"], document["pool"], document["day_value"]
    return Commitment(
        bureau=document["bureau"],
        year=document["year"],
        draw_id=document["draw_id"],
        kind=RoundKind(document["kind"]),
        committed_on=date.fromisoformat(document["committed_on"]),
        starts_on=date.fromisoformat(window["starts_on"]),
        ends_on=date.fromisoformat(window["ends_on"]),
        counting_visits=document["counting_visits"],
        package=document["package"],
        num_firms=pool["num_firms"],
        root=pool["root"],
        secret=document["secret"],
        officer_secret=document["officer_secret"],
        sealed=document["sealed"],
        entropy=tuple(map(source_of, document["entropy"])),
        day_value=PublicValue(name=day_value["name"], value=day_value["value"]) if day_value else None,
        drawn_before=tuple(document["drawn_before"]),
        software=document["software"],
        log_head=document["log_head"],
        draw_log_head=document.get("draw_log_head", ""),
    )


def _example() -> Commitment:
    """A commitment for the examples of this page."""
    secret, officer_secret = secret_digests(bytes(32), bytes([1] * 32))
    return Commitment(
        bureau="371000",
        year=2026,
        draw_id="2026-1-1",
        kind=RoundKind.OPEN,
        committed_on=date(2026, 2, 10),
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 5, 29),
        counting_visits=1,
        package="T01",
        num_firms=1,
        root="3d228be24c29932ec849d0217c61d71731beb97554011c4105971b0a0ad697c9",
        secret=secret,
        officer_secret=officer_secret,
        sealed=seal_files(bytes(32), dict.fromkeys(SEALED_FILES, b"")),
        entropy=(EntropySource(name="beacon", spoken_on=date(2026, 2, 20), bits=512),),
        day_value=None,
        drawn_before=(),
        software="double-random 0.1.0",
        log_head="0" * 64,
    )
