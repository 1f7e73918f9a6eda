"""Sources with kinds: honest records of format 3 are accepted, and each bent one is rejected at the right claim."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest

from scheduler.audit.claims import Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from tests.audit.record_builder import Files, Year

pytestmark = pytest.mark.usefixtures("fast_words")

Document = dict[str, Any]
Change = Callable[[Document, Document], None]
MINE, YOURS = "a-hat-full-of-paper-slips", "eleven-blue-marbles-and-one-red"
OWN = "5e" * 32


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return sha256(text.encode()).hexdigest()


def typed_year(change: Change = lambda _commitment, _ceremony: None, *, own: bool = False) -> Year:
    """
    The tiny year with sources of all kinds, one witness of whom is silent; or with the bureau's own seed alone.

    Parameters
    ----------
    change
        Bends commitment and ceremony of draw 2026-1-1 before anything follows from them.
    """
    said: dict[str, Document] = {}

    def commitment(content: Document) -> Document:
        held, day = content["entropy"][0]["spoken_on"], content["committed_on"]
        spoken = f"{held[:8]}{int(held[8:]) + 1:02d}"
        sources = [
            ("排列5", spoken, "digits", "5", 16),
            ("甲", held, "witness", digest(MINE), 0),
            ("乙", held, "witness", digest(YOURS), 0),
            ("bureau", held, "operator", digest(OWN), 0),
            ("双色球", spoken, "balls", "6/33+1/16", 24),
            ("上证指数", spoken, "index", "2", 6),
            ("drand", spoken, "beacon", "4987654", 128),
            ("dice", spoken, "dice", "6", 12),
        ]
        values = ["73190", MINE, "", OWN, "03.07.12.21.28.33+09", "3301.27", "ab" * 32, "314266"]
        if own:
            sources, values = [("bureau", spoken, "operator", digest(OWN), 0)], [OWN]
        keys = ("name", "spoken_on", "kind", "detail", "bits")
        content |= {"format": 3, "entropy": [dict(zip(keys, source, strict=True)) for source in sources]}
        ceremony = {
            "entropy": [
                {"name": source[0], "value": value} for source, value in zip(sources, values, strict=True) if value
            ],
            "revealed": [] if own else [{"name": "甲", "revealed_on": day}],
            "skipped": [] if own else ["乙"],
        }
        if content["draw_id"] == "2026-1-1":
            change(content, ceremony)
        said[content["draw_id"]] = deepcopy(ceremony)
        return content

    def ceremony(content: Document) -> Document:
        more = said[content["draw_id"]] if content["seed"] else {"revealed": [], "skipped": []}
        return {**content, "format": 2, "revealed": more["revealed"], "skipped": more["skipped"]}

    hooks: dict[str, Callable[[Any], Any]] = {"commitment": commitment, "ceremony": ceremony}
    for draw_id in ("2026-1-1", "2026-2-2"):
        hooks[f"entropy@{draw_id}"] = lambda _old, draw_id=draw_id: said[draw_id]["entropy"]
    return Year(hooks=hooks)


def source(number: int, **changes: object) -> Change:
    """Changes keys of one source announced."""
    return lambda commitment, _ceremony: commitment["entropy"][number].update(changes)


def value(name: str, said: str) -> Change:
    """Lets a source say something else."""

    def change(_commitment: Document, ceremony: Document) -> None:
        next(entry for entry in ceremony["entropy"] if entry["name"] == name)["value"] = said

    return change


def witnesses(**changes: object) -> Change:
    """Tells another story of who revealed and who was skipped."""
    return lambda _commitment, ceremony: ceremony.update(changes)


def silenced(_commitment: Document, ceremony: Document) -> None:
    """Leaves a public source out, as if it had been a witness who was silent."""
    ceremony["entropy"] = [entry for entry in ceremony["entropy"] if entry["name"] != "排列5"]
    ceremony["skipped"] = ["乙", "排列5"]


def copied(commitment: Document, _ceremony: Document) -> None:
    """Lets a silent witness repeat another's digest."""
    commitment["entropy"][2]["detail"] = digest(MINE)


KINDS = "kinds, details and bits of the sources"
VALUES = "every value is one that its source can have said"
REVEALED = "witnesses revealed in time"
BENT: dict[str, tuple[Change, str, str]] = {
    "more bits than the kind counts": (source(0, bits=64), "5.1", KINDS),
    "a detail of another form": (source(4, detail="7/6", bits=0), "5.1", KINDS),
    "throws without number": (source(7, detail="many", bits=12), "5.1", KINDS),
    "a witness who speaks last": (source(2, spoken_on="2026-02-20"), "5.1", "the last word is a public source's"),
    "a contribution copied": (copied, "5.1", "the last word is a public source's"),
    "a digit missing": (value("排列5", "7319"), "5.2", VALUES),
    "a ball too great": (value("双色球", "03.07.12.21.28.34+09"), "5.2", VALUES),
    "balls in another order": (value("双色球", "07.03.12.21.28.33+09"), "5.2", VALUES),
    "an index without decimals": (value("上证指数", "3301"), "5.2", VALUES),
    "a beacon in capitals": (value("drand", "AB" * 32), "5.2", VALUES),
    "a seven": (value("dice", "314267"), "5.2", VALUES),
    "another contribution": (value("甲", YOURS), "5.2", VALUES),
    "another seed of the bureau's": (value("bureau", "5f" * 32), "5.2", VALUES),
    "revealed too late": (witnesses(revealed=[{"name": "甲", "revealed_on": "2026-02-20"}]), "5.2", REVEALED),
    "revealed too early": (witnesses(revealed=[{"name": "甲", "revealed_on": "2026-01-01"}]), "5.2", REVEALED),
    "revealed by nobody": (witnesses(revealed=[]), "5.2", REVEALED),
    "revealed by a stranger": (
        witnesses(revealed=[{"name": name, "revealed_on": "2026-02-02"} for name in ("甲", "丙")]),
        "5.2",
        REVEALED,
    ),
    "silence kept silent": (witnesses(skipped=[]), "5", "the entropy used is the one announced"),
    "a lottery skipped": (silenced, "5", "the entropy used is the one announced"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_honest_sources_of_all_kinds_are_accepted(kind: str) -> None:
    """Seven kinds, a witness who revealed and one who was skipped: nothing fails, and the bits suffice."""
    report = verify_source(MemorySource(typed_year().record(kind)), "record")
    assert report.of_status(Status.FAILED) == ()
    texts = [claim.text for claim in report.of_status(Status.PASSED)]
    for text in (KINDS, VALUES, REVEALED, "the last word is a public source's"):
        assert any(text in passed for passed in texts)


@pytest.mark.parametrize("name", list(BENT))
def test_bent_sources_are_rejected(name: str) -> None:
    """From the public bytes alone, at the claim that tells why."""
    change, section, text = BENT[name]
    report = verify_source(MemorySource(typed_year(change).record("public")), "record")
    failed = [claim for claim in report.of_status(Status.FAILED) if claim.group == "2026-1-1"]
    assert any(claim.section == section and text in claim.text for claim in failed), failed


def test_own_seed_alone_is_accepted_and_called_the_weakest() -> None:
    """The record is consistent; that nobody knew the seed is said not to be provable."""
    for kind in ("public", "audit"):
        report = verify_source(MemorySource(typed_year(own=True).record(kind)), "record")
        assert report.verdict is Verdict.CONSISTENT
        unsure = {claim.text: claim.found for claim in report.of_status(Status.NOT_CHECKED)}
        assert "weakest" in unsure["nobody could know the seed beforehand"]


def test_formats_of_commitment_and_ceremony_belong_together() -> None:
    """A ceremony of format 1 cannot open a commitment of format 3: it would hide who was skipped."""

    def plain(content: Document) -> Document:
        return {key: entry for key, entry in content.items() if key not in ("revealed", "skipped")} | {"format": 1}

    year = typed_year()
    ceremony = year.hooks["ceremony"]
    files: Files = Year(hooks={**year.hooks, "ceremony": lambda content: plain(ceremony(content))}).record("public")
    report = verify_source(MemorySource(files), "record")
    assert any("the ceremony opens this commitment" in claim.text for claim in report.of_status(Status.FAILED))


def test_least_bits_count_what_kinds_count() -> None:
    """Without the beacon 58 bits are left, fewer than the 64 of the policy: the auditor sees it."""

    def without(commitment: Document, ceremony: Document) -> None:
        commitment["entropy"] = [one for one in commitment["entropy"] if one["kind"] != "beacon"]
        ceremony["entropy"] = [one for one in ceremony["entropy"] if one["name"] != "drand"]

    report = verify_source(MemorySource(typed_year(without).record("audit")), "record")
    (failed,) = [claim for claim in report.of_status(Status.FAILED) if claim.group == "2026-1-1"]
    assert (failed.section, failed.expected, failed.found) == ("5", "≥ 64", "58")  # 16 + 24 + 6 + 12
