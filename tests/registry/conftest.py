"""What tests of the input side share: a vocabulary, sheets made of rows, and a register's rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from scheduler.registry.columns import Vocabulary
from scheduler.registry.readers import Sheet

MakeSheet = Callable[[Sequence[Sequence[str]]], Sheet]


@pytest.fixture
def known() -> Vocabulary:
    """Two districts and one item of a bureau."""
    return Vocabulary(
        bureau="371000",
        districts={"371002": ("环翠区", "Huancui"), "371083": ("乳山市", "Rushan")},
        year=2026,
        items={"名称规范使用情况的检查": "G01"},
    )


@pytest.fixture
def sheet() -> MakeSheet:
    """Makes a sheet of rows, the header first."""

    def make(rows: Sequence[Sequence[str]]) -> Sheet:
        return Sheet(file="f.csv", name="", rows=tuple(rows), numbers=tuple(range(1, len(rows) + 1)))

    return make
