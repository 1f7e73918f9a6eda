"""Malformed and badly signed records: both verifiers refuse them, at the same claims."""

from __future__ import annotations

import json

import pytest
from record_builder import Files, document, with_manifest
from test_audit_malformed import COMMITMENT, DOCUMENTS, POLICIES, SCORECARD, SCORECARDS, TABLES, Bytes
from test_audit_signatures import NEW, with_keys
from two_verifiers import Verify, assert_agree, needs_node, program

from scheduler.publication.records import signed

pytestmark = [pytest.mark.usefixtures("fast_words"), needs_node]
FORMS = "1.3, 1.4"
BROKEN = [
    *[("public", f"document, {name}", COMMITMENT, change) for name, change, _ in DOCUMENTS],
    *[("audit", f"table, {name}", path, change) for name, path, change, _ in TABLES],
    *[("audit", f"scorecard, {name}", SCORECARD, change) for name, change in SCORECARDS],
]


@pytest.mark.parametrize(("kind", "name", "path", "change"), BROKEN, ids=[case[1] for case in BROKEN])
def test_malformed_file_is_refused_by_its_form(
    kind: str, name: str, path: str, change: Bytes, public: Files, audit: Files, independent: Verify
) -> None:
    """Bytes that are no document, table, scorecard or policy: the form fails, and what needs the file is left alone."""
    files = public if kind == "public" else audit
    found = assert_agree(with_manifest({**files, path: change(files[path])}), independent)
    assert FORMS in found.sections, name


@pytest.mark.parametrize(("name", "content", "_needle"), POLICIES, ids=[case[0] for case in POLICIES])
def test_malformed_policy_is_refused(
    name: str, content: bytes, _needle: str, audit: Files, independent: Verify
) -> None:
    """A policy that is no TOML or has other types: the form fails; how much is left to compute with may differ."""
    files = with_manifest({**audit, "draws/2026-2-2/policy.toml": content})
    assert FORMS in independent(files).sections & program(files).sections, name


@pytest.mark.parametrize("place", range(0, 128, 9))
def test_flipped_digit_of_a_signature_is_found(place: int, independent: Verify) -> None:
    """Anywhere in R or S."""
    files = signed(with_keys().record("public"), NEW)
    text = json.loads(files["signature.json"])["signature"]
    flipped = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
    changed = files | {"signature.json": document({"format": 1, "signature": flipped})}
    assert assert_agree(changed, independent).sections == {"2.1"}
