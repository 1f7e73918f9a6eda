"""
The ceremony: what was said in public after the commitment, and what came out (specification, section 5).

A voided draw keeps its ceremony and gets its reason, so that it stays visible for ever; a list drawn elsewhere has one
too, with nothing to recompute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from scheduler.draw.canonical import document_bytes, parse_document
from scheduler.draw.hashing import FORMAT_VERSION
from scheduler.draw.seed import PublicValue, entropy_document
from scheduler.errors import RecordError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus, RoundKind

LONGEST_REASON = 500
TYPED_FORMAT = 2  # of draws whose commitment is of format 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """
    A ceremony as value; `content` is what is published.

    Attributes
    ----------
    draw_id, kind
        Which draw.
    void_reason
        Why the draw was voided; empty where it was not.
    drawn_on
        Day of the draw; None where it was voided before.
    commitment_digest
        Digest of the commitment; empty for a list drawn elsewhere.
    entropy
        What the sources said, in the order announced.
    seed
        Seed, 64 hexadecimal digits; empty where there was none.
    num_drawn, num_counting
        Firms drawn, and those of them that count towards the target.
    drawn_digest
        Digest of `drawn.tsv`; empty where nothing was drawn.
    drawn_root
        Root over the rows of `drawn.tsv`, of which a firm's proof shows one; empty in older ceremonies.
    outcome_root
        What binds the thresholds of all strata (specification, section 7.2); empty in older ceremonies.
    typed
        Whether the commitment's sources have kinds: the ceremony then is of format 2.
    revealed, skipped
        Witnesses who revealed, with the day, and those who did not in time, in the order announced.

    Examples
    --------
    >>> ceremony = unspoken_ceremony("2026-1-1", RoundKind.OPEN, "00" * 32)
    >>> ceremony.status, ceremony.voided("wrong pool").status
    ('drawn', 'voided')
    """

    draw_id: str
    kind: RoundKind
    void_reason: str = ""
    drawn_on: date | None
    commitment_digest: str
    entropy: Sequence[PublicValue]
    seed: str
    num_drawn: int
    num_counting: int
    drawn_digest: str
    drawn_root: str = ""
    outcome_root: str = ""
    typed: bool = False
    revealed: Sequence[tuple[str, date]] = ()
    skipped: Sequence[str] = ()

    @property
    def status(self) -> str:
        """``"drawn"`` or ``"voided"``."""
        return (DrawStatus.VOIDED if self.void_reason else DrawStatus.DRAWN).value

    def voided(self, reason: str) -> Ceremony:
        """
        The ceremony of the draw once it is voided.

        Raises
        ------
        UsageError
            If the reason is empty, too long or holds control characters.
        """
        return replace(self, void_reason=plain_reason(reason))

    def document(self) -> dict[str, Any]:
        """The ceremony as `ceremony.json` writes it."""
        return {
            "format": TYPED_FORMAT if self.typed else FORMAT_VERSION,
            "draw_id": self.draw_id,
            "kind": self.kind.value,
            "status": self.status,
            "void_reason": self.void_reason,
            "drawn_on": self.drawn_on.isoformat() if self.drawn_on else "",
            "commitment_digest": self.commitment_digest,
            "entropy": entropy_document(self.entropy),
            "seed": self.seed,
            "num_drawn": self.num_drawn,
            "num_counting": self.num_counting,
            "drawn_digest": self.drawn_digest,
            **({"drawn_root": self.drawn_root} if self.drawn_root else {}),
            **({"outcome_root": self.outcome_root} if self.outcome_root else {}),
            **(self._witnesses() if self.typed else {}),
        }

    def _witnesses(self) -> dict[str, Any]:
        return {
            "revealed": [{"name": name, "revealed_on": day.isoformat()} for name, day in self.revealed],
            "skipped": list(self.skipped),
        }

    @property
    def content(self) -> bytes:
        """Bytes of `ceremony.json`."""
        return document_bytes(self.document())


def plain_reason(reason: str) -> str:
    """
    A reason as it may stand on record: one line, spaces trimmed.

    Raises
    ------
    UsageError
        If it is empty, too long or holds control characters.

    Examples
    --------
    >>> plain_reason("  wrong   pool ")
    'wrong pool'
    """
    plain = " ".join(reason.split())
    if not plain or len(plain) > LONGEST_REASON or not plain.isprintable():
        raise UsageError(
            _("expected a reason of 1 to {longest} plain characters, got {reason!r}").format(
                longest=LONGEST_REASON, reason=reason[:60]
            )
        )
    return plain


def unspoken_ceremony(draw_id: str, kind: RoundKind, commitment_digest: str, *, typed: bool = False) -> Ceremony:
    """
    Ceremony of a draw whose entropy has not spoken; it is written only when the draw is voided before.

    Examples
    --------
    >>> unspoken_ceremony("2026-1-1", RoundKind.OPEN, "00" * 32).voided("wrong pool").document()["drawn_on"]
    ''
    """
    return Ceremony(
        draw_id=draw_id,
        kind=kind,
        drawn_on=None,
        commitment_digest=commitment_digest,
        entropy=(),
        seed="",
        num_drawn=0,
        num_counting=0,
        drawn_digest="",
        typed=typed,
    )


def parse_ceremony(content: bytes) -> Ceremony:
    """
    Reads a frozen `ceremony.json`.

    Raises
    ------
    RecordError
        If it is not a ceremony of this format.

    Examples
    --------
    >>> ceremony = unspoken_ceremony("2026-1-1", RoundKind.OPEN, "00" * 32).voided("wrong pool")
    >>> parse_ceremony(ceremony.content) == ceremony
    True
    """
    document = parse_document(content, "ceremony.json")
    try:
        ceremony = _from_document(document)
        same = ceremony.content == content
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise RecordError(
            _("ceremony.json: expected a ceremony, got another document ({error})").format(error=error)
        ) from error
    if not same:
        raise RecordError(_("ceremony.json: expected a ceremony of a known format, got one with other keys"))
    return ceremony


def _from_document(document: Mapping[str, Any]) -> Ceremony:
    return Ceremony(
        draw_id=document["draw_id"],
        kind=RoundKind(document["kind"]),
        void_reason=document["void_reason"],
        drawn_on=date.fromisoformat(document["drawn_on"]) if document["drawn_on"] else None,
        commitment_digest=document["commitment_digest"],
        entropy=tuple(PublicValue(name=entry["name"], value=entry["value"]) for entry in document["entropy"]),
        seed=document["seed"],
        num_drawn=document["num_drawn"],
        num_counting=document["num_counting"],
        drawn_digest=document["drawn_digest"],
        drawn_root=document.get("drawn_root", ""),
        outcome_root=document.get("outcome_root", ""),
        typed=document["format"] == TYPED_FORMAT,
        revealed=tuple(
            (entry["name"], date.fromisoformat(entry["revealed_on"])) for entry in document.get("revealed", ())
        ),
        skipped=tuple(document.get("skipped", ())),
    )
