"""The tiny year as fixtures."""

from __future__ import annotations

import pytest

from scheduler.publication.inputs import AuditInputs, PublicInputs
from scheduler.publication.records import assemble_public
from tests.publication.tiny_year import make_audit_inputs, make_inputs


@pytest.fixture
def inputs() -> PublicInputs:
    """The tiny year: six firms in the pool, three drawn."""
    return make_inputs(6, 3)


@pytest.fixture
def audit_inputs() -> AuditInputs:
    """What auditors see beyond it."""
    return make_audit_inputs()


@pytest.fixture
def record(inputs: PublicInputs) -> dict[str, bytes]:
    """The public record of the tiny year."""
    return assemble_public(inputs)
