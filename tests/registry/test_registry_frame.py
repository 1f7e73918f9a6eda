"""The frame keeps its canonical order, and ranges reach the firms they say."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import numpy as np
import pytest

from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES, FirmStatus, ItemKind, ObjectType
from scheduler.registry.frame import Events, Frame
from scheduler.registry.items import TaskRange
from tests.made_up_lists import item, task

ENTERPRISE, INDIVIDUAL = (OBJECT_TYPES.index(code) for code in (ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL))
OPERATING, REVOKED = (FIRM_STATUSES.index(code) for code in (FirmStatus.OPERATING, FirmStatus.REVOKED))


def frame(ids: tuple[bytes, ...] = (b"A", b"B", b"C", b"D"), districts: tuple[str, ...] = ("1", "2")) -> Frame:
    """Four firms: D is revoked, C a household in district 2, B in the libraries drug and food."""
    return Frame(
        firm_id=np.array(ids, dtype="S18"),
        object_type=np.array([ENTERPRISE, ENTERPRISE, INDIVIDUAL, ENTERPRISE], dtype=np.int16),
        district=np.array([0, 0, 1, 1], dtype=np.int16),
        status=np.array([OPERATING, OPERATING, OPERATING, REVOKED], dtype=np.int16),
        industry=np.array([b"F5211", b"C1311", b"F5225", b""], dtype="S5"),
        established_on=np.array(["2000-01-01"] * 4, dtype="datetime64[D]"),
        capital_yuan=np.full(4, -1, dtype=np.int64),
        libraries=np.array([0, 3, 1, 0], dtype=np.uint64),
        district_codes=districts,
        library_codes=("drug", "food"),
    )


def test_frame_refuses_ids_out_of_order_and_districts_out_of_order() -> None:
    """Canonical order is what draws rest on."""
    assert len(frame()) == 4
    with pytest.raises(ValueError, match="strictly ascending"):
        frame(ids=(b"B", b"A", b"C", b"D"))
    with pytest.raises(ValueError, match="strictly ascending"):
        frame(ids=(b"A", b"A", b"C", b"D"))
    with pytest.raises(ValueError, match="district codes"):
        frame(districts=("2", "1"))


def test_frame_finds_operating_firms_types_and_positions() -> None:
    """Columns answer by position; an id that is not on the register has position -1."""
    firms = frame()
    assert firms.operating().tolist() == [True, True, True, False]
    assert firms.of_type(ObjectType.INDIVIDUAL).tolist() == [False, False, True, False]
    assert firms.positions(np.array([b"C", b"Z", b"A", b""], dtype="S18")).tolist() == [2, -1, 0, -1]


@pytest.mark.parametrize(
    ("task_range", "covered"),
    [
        (TaskRange(), "ABC"),  # never the revoked firm
        (TaskRange(object_types=(ObjectType.INDIVIDUAL,)), "C"),
        (TaskRange(districts=("1",)), "AB"),
        (TaskRange(industries=("F52",)), "AC"),
        (TaskRange(industries=("F52", "C")), "ABC"),
        (TaskRange(libraries=("food",)), "B"),
        (TaskRange(libraries=("drug",)), "BC"),
        (TaskRange(libraries=("none",)), ""),
        (TaskRange(districts=("1",), industries=("F52",)), "A"),
    ],
)
def test_range_covers_firms_that_have_one_of_each(task_range: TaskRange, covered: str) -> None:
    """An empty tuple does not restrict; several restrictions hold together."""
    firms = frame()
    assert b"".join(firms.firm_id[task_range.covers(firms)]).decode() == covered


def test_events_count_their_rows() -> None:
    """The number of events is the length of their columns."""
    none = np.array([], dtype="datetime64[D]")
    empty = np.array([], dtype=np.int64)
    events = Events(firm=empty, kind=empty.astype(np.int16), occurred_on=none, ended_on=none, amount=empty)
    assert len(events) == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ratio_min_micro": 2, "ratio_max_micro": 1}, "least ratio"),
        ({"ratio_max_micro": 1_000_001}, "least ratio"),
        ({"ends_on": date(2025, 1, 1)}, "starts before it ends"),
        ({"item_ids": ()}, "at least one item"),
    ],
)
def test_impossible_task_is_refused_at_birth(changed: dict[str, Any], message: str) -> None:
    """A task that contradicts itself never exists."""
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(task("T01", "G01"), **changed)


def test_task_is_general_if_one_of_its_items_is() -> None:
    """Visits of a task with a general item count towards the target."""
    items = (item("G01", kind=ItemKind.GENERAL), item("K01", kind=ItemKind.KEY))
    assert task("T01", "G01", "K01").is_general(items)
    assert not task("T01", "K01").is_general(items)
