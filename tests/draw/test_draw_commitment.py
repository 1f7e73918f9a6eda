"""Commitment and ceremony as documents: read back exactly, and never misread."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scheduler import i18n
from scheduler.draw.canonical import document_bytes
from scheduler.draw.ceremony import Ceremony, parse_ceremony, unspoken_ceremony
from scheduler.draw.commitment import (
    SEALED_FILES,
    Commitment,
    bulletin_text,
    parse_commitment,
    seal_files,
    secret_digests,
)
from scheduler.draw.seed import EntropySource, PublicValue
from scheduler.errors import RecordError, UsageError
from scheduler.registry.codes import RoundKind


def commitment(**changes: Any) -> Commitment:
    """A commitment to a targeted round."""
    values: dict[str, Any] = {
        "bureau": "371000",
        "year": 2026,
        "draw_id": "2026-2-1",
        "kind": RoundKind.TARGETED,
        "committed_on": date(2026, 5, 10),
        "starts_on": date(2026, 6, 1),
        "ends_on": date(2026, 8, 31),
        "counting_visits": 12,
        "package": "",
        "num_firms": 100,
        "root": "ab" * 32,
        "secret": "01" * 32,
        "officer_secret": "02" * 32,
        "sealed": dict.fromkeys(SEALED_FILES, "03" * 32),
        "entropy": (EntropySource(name="beacon", spoken_on=date(2026, 5, 20), bits=512),),
        "day_value": PublicValue(name="index", value="3301.27"),
        "drawn_before": ("2026-1-1",),
        "software": "double-random 0.1.0",
        "log_head": "0" * 64,
    }
    return Commitment(**{**values, **changes})


def ceremony() -> Ceremony:
    """The ceremony of a draw of ten firms."""
    return Ceremony(
        draw_id="2026-2-1",
        kind=RoundKind.TARGETED,
        drawn_on=date(2026, 5, 20),
        commitment_digest="04" * 32,
        entropy=(PublicValue(name="beacon", value="8a3f"),),
        seed="05" * 32,
        num_drawn=10,
        num_counting=8,
        drawn_digest="06" * 32,
    )


@pytest.mark.parametrize("day_value", [None, PublicValue(name="index", value="3301.27")])
def test_commitment_reads_back(day_value: PublicValue | None) -> None:
    """What is written is what is read, with or without a value of the day."""
    made = commitment(day_value=day_value)
    assert parse_commitment(made.content) == made
    assert parse_commitment(made.content).digest == made.digest


@pytest.mark.parametrize(
    "change",
    [
        {"root": "ac" * 32},
        {"committed_on": date(2026, 5, 11)},
        {"counting_visits": 13},
        {"day_value": None},
        {"drawn_before": ()},
        {"entropy": (EntropySource(name="beacon", spoken_on=date(2026, 5, 20), bits=511),)},
        {"log_head": "1" + "0" * 63},
    ],
    ids=lambda change: next(iter(change)),
)
def test_commitment_digest_binds_every_part(change: dict[str, Any]) -> None:
    """No part of a commitment can change without its digest."""
    assert commitment(**change).digest != commitment().digest


def spoilt(document: dict[str, Any], **changes: Any) -> bytes:
    """A document with other values, canonical all the same; None takes a key away."""
    return document_bytes({key: value for key, value in {**document, **changes}.items() if value is not None})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}\n",
        b"[]",
        spoilt(commitment().document(), window=None),
        spoilt(commitment().document(), kind="other"),
        spoilt(commitment().document(), committed_on="2026-13-01"),
        spoilt(commitment().document(), entropy=[{"name": "a=b", "spoken_on": "2026-05-20", "bits": 9}]),
        spoilt(commitment().document(), entropy="beacon"),
        spoilt(commitment().document(), sealed="seals"),
        spoilt(commitment().document(), more=1),
        spoilt(commitment().document(), format=2),
    ],
    ids=[
        "empty",
        "no keys",
        "a list",
        "key missing",
        "kind",
        "day",
        "source",
        "no list",
        "seals",
        "key too many",
        "format",
    ],
)
def test_commitment_refuses_other_documents(content: bytes) -> None:
    """Anything that is not exactly a commitment is refused as a record, without a traceback."""
    with pytest.raises(RecordError, match=r"commitment\.json"):
        parse_commitment(content)


def test_secrets_must_be_two_of_32_bytes() -> None:
    """One secret for both purposes, or a short one, is refused."""
    for secret, officer_secret in ((bytes(31), bytes(32)), (bytes(32), bytes(33)), (bytes(32), bytes(32))):
        with pytest.raises(ValueError, match="two different secrets"):
            secret_digests(secret, officer_secret)


def test_seals_take_exactly_the_frozen_files() -> None:
    """A file forgotten, or one too many, makes no seals."""
    files = dict.fromkeys(SEALED_FILES, b"x")
    with pytest.raises(ValueError, match="expected the files"):
        seal_files(bytes(32), {**files, "more.tsv": b""})
    with pytest.raises(ValueError, match="expected the files"):
        seal_files(bytes(32), {name: files[name] for name in SEALED_FILES[1:]})
    seals = seal_files(bytes(32), files)
    assert len(set(seals.values())) == 8  # equal contents, different nonces


def test_bulletin_says_what_is_published() -> None:
    """The text for the notice board holds digest, root, sources with their days and the value of the day."""
    made = commitment()
    text = bulletin_text(made)
    for part in (made.digest, made.root, "2026-05-20: beacon (512 bits)", "index = 3301.27", "(targeted round)"):
        assert part in text
    assert "index" not in bulletin_text(replace(made, day_value=None))


def test_bulletin_speaks_the_language_asked_for() -> None:
    """Every sentence goes through the translator given."""
    assert bulletin_text(commitment(), lambda text: f"<{text}>").count("<") == 8  # seven lines and one source
    assert bulletin_text(commitment(), i18n.translator("en")) == bulletin_text(commitment())


def test_ceremony_reads_back_drawn_and_voided() -> None:
    """A ceremony survives being voided, and one that never spoke can be voided too."""
    assert parse_ceremony(ceremony().content) == ceremony()
    voided = ceremony().voided("  the wrong\npool ")
    assert (voided.status, voided.void_reason, voided.seed) == ("voided", "the wrong pool", "05" * 32)
    assert parse_ceremony(voided.content) == voided
    unspoken = unspoken_ceremony("2026-2-1", RoundKind.TARGETED, "04" * 32).voided("wrong pool")
    document = unspoken.document()
    assert [document[key] for key in ("drawn_on", "seed", "drawn_digest", "entropy")] == ["", "", "", []]
    assert (document["num_drawn"], document["num_counting"], document["status"]) == (0, 0, "voided")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x07b"])
def test_void_needs_a_plain_reason(reason: str) -> None:
    """The reason is published, so it must be one readable sentence."""
    with pytest.raises(UsageError, match="expected a reason"):
        ceremony().voided(reason)


@pytest.mark.parametrize(
    "content",
    [
        b"{}\n",
        spoilt(ceremony().document(), kind="other"),
        spoilt(ceremony().document(), drawn_on="yesterday"),
        spoilt(ceremony().document(), entropy=[{"name": "beacon", "value": "a|b"}]),
        spoilt(ceremony().document(), status="voided"),
        spoilt(ceremony().document(), more=1),
    ],
    ids=["no keys", "kind", "day", "value", "voided without reason", "key too many"],
)
def test_ceremony_refuses_other_documents(content: bytes) -> None:
    """Anything that is not exactly a ceremony is refused as a record, without a traceback."""
    with pytest.raises(RecordError, match=r"ceremony\.json"):
        parse_ceremony(content)
