"""
A verifier written from the specification alone accepts and rejects the same records at the same claims.

It is `independent/verify.mjs`, JavaScript for Node without packages: it shares no line with the project. What is
compared is the set of sections of docs/draw-specification.md whose claims fail, on good records and on the tampering of
`test_audit_tampering.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from record_builder import Files, Year, document, with_manifest
from test_audit_draw_log import BROKEN, chained, edited
from test_audit_entropy import BENT, typed_year
from test_audit_flips import flip, positions
from test_audit_frozen import RECORDS, files_of
from test_audit_signatures import NEW, OLD, OTHER, with_keys
from test_audit_tampering import KEYHOLDER, OUTSIDER, Case
from two_verifiers import ACCEPTED, FORMS, Verify, assert_agree, needs_node

from scheduler.draw.signing import public_key_of
from scheduler.publication.records import signed
from tests.chain import handing
from tests.chain.substituting import TAMPERED, SubstitutingDemo, record

pytestmark = [pytest.mark.usefixtures("fast_words"), needs_node]


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_honest_year_is_accepted(kind: str, year: Year, independent: Verify) -> None:
    """The tiny year: an open round, a voided attempt, a targeted round."""
    assert independent(year.record(kind)) == ACCEPTED


@pytest.mark.parametrize("archive", RECORDS)
def test_frozen_records_are_accepted(archive: Path, independent: Verify) -> None:
    """Records of every format that was ever released."""
    assert independent(files_of(archive)) == ACCEPTED


@pytest.mark.parametrize("name", ["year.json", "draws/2026-1-1/commitment.json"])
@pytest.mark.parametrize("number", [2**53 - 1, 2**53, 2**53 + 1, 2**62])
def test_integers_that_scripts_would_round_are_refused_as_a_form(
    number: int, name: str, public: Files, independent: Verify
) -> None:
    """The greatest integer of a document has its form, whatever it says; one more has none."""
    key = "num_enterprises" if name == "year.json" else "counting_visits"
    found = assert_agree(
        with_manifest({**public, name: document({**json.loads(public[name]), key: number})}), independent
    )
    assert (FORMS in found.sections) == (number >= 2**53)


@pytest.mark.parametrize("kind", ["public", "audit"])
@pytest.mark.parametrize("own", [False, True], ids=["all kinds", "own seed"])
def test_sources_with_kinds_are_accepted(kind: str, own: bool, independent: Verify) -> None:
    """Records of format 3: seven kinds of sources, or the bureau's own seed alone."""
    found = independent(typed_year(own=own).record(kind))
    assert found == ACCEPTED


@pytest.mark.parametrize("name", list(BENT))
def test_bent_sources_are_found_in_the_same_places(name: str, independent: Verify) -> None:
    """What is announced, said, revealed or kept silent otherwise than the rules have it."""
    change, section, _text = BENT[name]
    found = assert_agree(typed_year(change).record("public"), independent)
    assert section in found.sections


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_firms_that_gave_way_are_accepted(kind: str, substituted_year: SubstitutingDemo, independent: Verify) -> None:
    """The next tickets came, and nobody where none was left: recomputed from the page alone."""
    assert independent(record(substituted_year, kind)) == ACCEPTED


@pytest.mark.parametrize("name", list(TAMPERED))
def test_tampering_with_who_gave_way_is_found(
    name: str, substituted_year: SubstitutingDemo, independent: Verify
) -> None:
    """In the same places as the program finds it."""
    files = record(substituted_year, TAMPERED[name][0])
    TAMPERED[name][1](files, substituted_year)
    assert assert_agree(with_manifest(files), independent).rejected


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_visits_handed_over_are_accepted(kind: str, handed_year: handing.HandingDemo, independent: Verify) -> None:
    """Teams and days of newcomers: recomputed from the page alone."""
    assert independent(record(handed_year, kind)) == ACCEPTED


@pytest.mark.parametrize("name", list(handing.TAMPERED))
def test_tampering_with_handovers_is_found(name: str, handed_year: handing.HandingDemo, independent: Verify) -> None:
    """In the same places as the program finds it."""
    found = assert_agree(handing.tampered(handed_year, name), independent)
    assert handing.TAMPERED[name][1] in found.sections


@pytest.mark.parametrize("case", OUTSIDER, ids=lambda case: case.name)
def test_outsider_s_tampering_is_found_in_the_same_places(case: Case, year: Year, independent: Verify) -> None:
    """Files changed and the manifest made anew."""
    files = dict(year.record(case.kind))
    case.change(files)
    assert_same(with_manifest(files), case, independent)


@pytest.mark.parametrize("case", KEYHOLDER, ids=lambda case: case.name)
def test_keyholder_s_tampering_is_found_in_the_same_places(case: Case, independent: Verify) -> None:
    """Everything remade after the change, seals, commitment and seed included."""
    assert_same(Year(hooks=case.change).record(case.kind), case, independent)


def assert_same(files: Files, case: Case, independent: Verify) -> None:
    """Both reject, at the same sections, the one of the case among them."""
    found = assert_agree(files, independent)
    assert found.rejected
    assert case.section in found.sections


def test_single_bits_are_found_in_the_same_places(public: Files, independent: Verify) -> None:
    """Every 97th position, with the manifest made anew: what is free text both accept, all else both reject alike."""
    for files in (public, Year(draws=("2026-2-1",)).record("audit")):
        for name, position in positions(files, stride=97):
            if name == "manifest.json":
                continue
            changed = with_manifest({**files, name: flip(files[name], position)})
            assert_agree(changed, independent)


@pytest.mark.parametrize("name", ["commitment.json", "ceremony.json"])
def test_single_bits_of_sources_with_kinds_are_found_in_the_same_places(name: str, independent: Verify) -> None:
    """Every 29th position of the two documents that sources stand in: the seed binds each of their bits."""
    files = typed_year().record("public")
    path = f"draws/2026-1-1/{name}"
    for position in range(0, len(files[path]), 29):
        changed = with_manifest({**files, path: flip(files[path], position)})
        assert assert_agree(changed, independent).rejected


def test_single_bits_without_a_new_manifest_are_rejected(audit: Files, independent: Verify) -> None:
    """Every 997th position of every file, the manifest included."""
    for name, position in positions(audit, stride=997):
        assert independent({**audit, name: flip(audit[name], position)}).rejected, (name, position)


@pytest.mark.parametrize("kind", ["public", "audit"])
@pytest.mark.parametrize("chained_anew", [False, True])
@pytest.mark.parametrize("name", BROKEN)
def test_tampering_with_the_draw_log_is_found_in_the_same_places(
    name: str, chained_anew: bool, kind: str, year: Year, independent: Verify
) -> None:
    """Rows dropped, repeated, swapped or changed, the chain made anew or not."""
    change = BROKEN[name]
    files = edited(year.record(kind), lambda rows: chained(change(rows)) if chained_anew else change(rows))
    if not chained_anew or name not in ("another number", "another hash"):
        assert "2.2" in assert_agree(files, independent).sections


SIGNED: dict[str, Callable[[], Files]] = {
    "signed": lambda: signed(with_keys().record("audit"), NEW),
    "signed, public": lambda: signed(with_keys().record("public"), NEW),
    "by another key": lambda: signed(with_keys().record("audit"), OTHER),
    "by the key before": lambda: signed(with_keys().record("audit"), OLD),
    "not signed": lambda: with_keys().record("audit"),
    "key lost": lambda: signed(with_keys({"previous_key": public_key_of(OLD), "lost": "x"}).record("audit"), NEW),
    "key not signed": lambda: signed(with_keys({"previous_key": public_key_of(OLD)}).record("audit"), NEW),
    "no key before": lambda: signed(with_keys({"lost": "x"}).record("audit"), NEW),
    "signature of another": lambda: {
        **signed(with_keys().record("public"), NEW),
        "signature.json": signed(with_keys().record("public"), OTHER)["signature.json"],
    },
    "signature malformed": lambda: {**signed(with_keys().record("public"), NEW), "signature.json": b"{}\n"},
    "signature taken away": lambda: {
        name: content for name, content in signed(with_keys().record("public"), NEW).items() if name != "signature.json"
    },
    "signature without key": lambda: {
        **with_keys().record("public"),
        "signature.json": signed(with_keys().record("public"), NEW)["signature.json"],
    },
}


@pytest.mark.parametrize("name", SIGNED)
def test_signatures_are_judged_alike(name: str, independent: Verify) -> None:
    """Good ones, and each way in which they can be wrong."""
    assert_agree(SIGNED[name](), independent)
