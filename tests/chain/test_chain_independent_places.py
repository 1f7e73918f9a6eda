"""Officers drawn place by place: the independent verifier follows every step (section 8.11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from scheduler.workflow.teams import draw_officers
from scheduler.workflow.workspace import Workspace
from tests.audit.two_verifiers import Verify, ask, assert_agree, needs_node, start
from tests.chain.redrawing import on
from tests.chain.test_chain_independent import files_of, remade
from tests.chain.test_chain_places import DRAW, publish_to, undrawn

pytestmark = needs_node
FOLDER = f"draws/{DRAW}/"
__all__ = ["undrawn"]


@pytest.fixture(scope="module")
def independent() -> Iterator[Verify]:
    """The independent verifier."""
    with start() as process:
        yield lambda files: ask(process, files)
        process.terminate()


def test_places_are_followed_step_by_step(undrawn: Workspace, independent: Verify, tmp_path: Path) -> None:
    """After the first place, after all, and with a day changed or the places in another order."""
    draw_officers(on(undrawn, date(2026, 9, 1)), 3, district="371082")
    begun = files_of(publish_to(on(undrawn, date(2026, 9, 1)), tmp_path / "begun"))
    assert not assert_agree(begun, independent).rejected
    for day, place in enumerate(
        draw_officers(on(undrawn, date(2026, 9, 2)), 3, district="371002").places_left[:-1], start=3
    ):
        draw_officers(on(undrawn, date(2026, 9, day)), 3, district=place)
    draw_officers(on(undrawn, date(2026, 9, 20)), 3)
    files = files_of(publish_to(on(undrawn, date(2026, 9, 20)), tmp_path / "done"))
    found = assert_agree(files, independent)
    assert not found.rejected
    assert {"8.3", "8.4", "8.11"} <= found.made
    document = files[f"{FOLDER}officers.json"]
    early = remade({**files, f"{FOLDER}officers.json": document.replace(b"2026-09-20", b"2026-08-30")})
    assert "8.11" in assert_agree(early, independent).sections
