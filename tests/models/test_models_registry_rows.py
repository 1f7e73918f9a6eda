"""Firms, events, lists and roster come back from the tables as they went in, in canonical order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from models.registry_rows import (
    insert_events,
    insert_firms,
    load_events,
    load_firm_labels,
    load_frame,
    load_items,
    load_officers,
    load_recusals,
    load_tasks,
    save_items,
    save_officers,
    save_recusals,
    save_tasks,
)
from models.store import Store
from models.tables import Firm, table_of
from scheduler.errors import StoreError
from scheduler.registry.codes import EVENT_KINDS, OBJECT_TYPES, EventKind, ItemKind, ItemMethod, ObjectType
from scheduler.registry.items import InspectionItem, Task, TaskRange
from scheduler.teams.roster import Officer, Recusal


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """A connection to an empty database."""
    store = Store(f"sqlite:///{tmp_path / 'rows.db'}")
    store.migrate()
    with store.transaction() as opened:
        yield opened
    store.close()


def firm_columns(**changed: list[Any]) -> dict[str, list[Any]]:
    """Three firms, deliberately not in order."""
    columns: dict[str, list[Any]] = {
        "firm_id": ["C", "A", "B"],
        "name": ["丙", "甲", "乙"],
        "registrar": ["局三", "局一", "局二"],
        "object_type": ["individual", "enterprise", "enterprise"],
        "district": ["371083", "371002", "unknown"],
        "status": ["operating", "revoked", "operating"],
        "industry": ["", "F5211", "C1311"],
        "established_on": [None, date(1999, 12, 31), date(2020, 2, 29)],
        "capital_yuan": [None, 0, 2_336_000],
        "libraries": ["food;drug", "", "drug"],
    }
    return {**columns, **changed}


def test_load_frame_is_in_canonical_order_with_missing_values_marked(connection: sa.Connection) -> None:
    """Rows come back sorted by id; a missing date is NaT, a missing capital -1, a library a bit."""
    assert insert_firms(connection, firm_columns()) == 3
    frame = load_frame(connection)
    assert frame.firm_id.tolist() == [b"A", b"B", b"C"]
    assert frame.district_codes == ("371002", "371083", "unknown")
    assert frame.district.tolist() == [0, 2, 1]
    assert [OBJECT_TYPES[code] for code in frame.object_type] == ["enterprise", "enterprise", "individual"]
    assert frame.operating().tolist() == [False, True, True]
    assert frame.established_on.astype(str).tolist() == ["1999-12-31", "2020-02-29", "NaT"]
    assert frame.capital_yuan.tolist() == [0, 2_336_000, -1]
    assert frame.library_codes == ("drug", "food")
    assert frame.libraries.tolist() == [0, 1, 3]  # drug is bit 0, food bit 1
    assert frame.industry.tolist() == [b"F5211", b"C1311", b""]


def test_load_frame_of_an_empty_register_has_no_firms(connection: sa.Connection) -> None:
    """An empty table gives an empty frame, not an error."""
    frame = load_frame(connection)
    assert len(frame) == 0
    assert frame.district_codes == ()
    assert frame.positions(np.array([b"A"], dtype="S18")).tolist() == [-1]


def test_load_frame_takes_63_libraries_and_refuses_64(connection: sa.Connection) -> None:
    """A frame has 63 bits for special libraries; one more is told, not cut off."""
    most = ";".join(f"L{number:02}" for number in range(63))
    insert_firms(connection, firm_columns(libraries=[most, "", "L62"]))
    assert load_frame(connection).libraries.tolist() == [0, 1 << 62, (1 << 63) - 1]
    connection.execute(sa.update(table_of(Firm)).where(table_of(Firm).c.firm_id == "A").values(libraries="L99"))
    with pytest.raises(StoreError, match="at most 63 special libraries, got 64"):
        load_frame(connection)


def test_load_frame_refuses_a_code_nobody_knows(connection: sa.Connection) -> None:
    """A status that no code set has is an error of the database, not a silent -1."""
    insert_firms(connection, firm_columns(status=["operating", "asleep", "operating"]))
    with pytest.raises(StoreError, match=r"firm\.status: expected one of operating.*got 'asleep'"):
        load_frame(connection)


def test_load_events_knows_nothing_later_than_the_day(connection: sa.Connection) -> None:
    """Events after the day are left out, and a listing lifted after the day still stands."""
    insert_firms(connection, firm_columns())
    insert_events(
        connection,
        {
            "event_id": ["1", "2", "3", "4"],
            "firm_id": ["C", "A", "A", "gone"],
            "kind": [EventKind.ABNORMAL_LISTING, EventKind.PENALTY, EventKind.PENALTY, EventKind.PENALTY],
            "occurred_on": [date(2025, 1, 1), date(2025, 6, 1), date(2025, 6, 2), date(2025, 1, 1)],
            "ended_on": [date(2025, 6, 2), None, None, None],
            "amount": [None, 5_000, 7_000, 1],
        },
    )
    frame = load_frame(connection)
    events = load_events(connection, frame, date(2025, 6, 1))
    assert sorted(events.firm.tolist()) == [0, 2]  # the firm "gone" is not on the register
    listing = events.kind.tolist().index(EVENT_KINDS.index(EventKind.ABNORMAL_LISTING))
    assert events.firm[listing] == 2
    assert np.isnat(events.ended_on[listing])
    assert sorted(events.amount.tolist()) == [-1, 5_000]
    later = load_events(connection, frame, date(2025, 6, 2))
    assert "2025-06-02" in later.ended_on.astype(str).tolist()
    assert len(later) == 3


def test_load_firm_labels_leaves_out_firms_not_on_the_register(connection: sa.Connection) -> None:
    """Names and registrars come by firm id; an unknown id has none."""
    insert_firms(connection, firm_columns())
    assert load_firm_labels(connection, ["B", "Z", "C"]) == {"B": ("乙", "局二"), "C": ("丙", "局三")}
    assert load_firm_labels(connection, []) == {}


ITEM = InspectionItem(
    item_id="G02",
    category="登记事项检查",
    name="名称规范使用情况的检查",
    object_description="企业",
    kind=ItemKind.GENERAL,
    method=ItemMethod.WRITTEN,
    department="信用监管科",
    basis="《企业名称登记管理规定》",
    ratio_text="8%，每年一次",
    speciality="",
    effort_minutes=20,
    officers_required=2,
)
OTHER_ITEM = InspectionItem(
    **{
        **{name: getattr(ITEM, name) for name in ITEM.__slots__},
        "item_id": "G01",
        "kind": ItemKind.KEY,
        "method": ItemMethod.ON_SITE,
    }
)


def test_items_come_back_in_the_order_of_the_list(connection: sa.Connection) -> None:
    """The list has an order of its own, which is not that of the ids."""
    save_items(connection, (ITEM, OTHER_ITEM))
    assert load_items(connection) == (ITEM, OTHER_ITEM)
    save_items(connection, (OTHER_ITEM,))
    assert load_items(connection) == (OTHER_ITEM,)
    save_items(connection, ())
    assert load_items(connection) == ()


def test_tasks_come_back_by_year_and_id(connection: sa.Connection) -> None:
    """Saving one year leaves the others alone; every field comes back."""
    task = Task(
        task_id="T02",
        name="流通环节食品抽查",
        item_ids=("G01", "G02"),
        range=TaskRange(
            object_types=(ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL),
            districts=("371002",),
            industries=("F52",),
            libraries=("food",),
        ),
        full_coverage=True,
        ratio_min_micro=10_000,
        ratio_max_micro=80_000,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 11, 30),
        initiator="食品科",
        partners=("消防", "环保"),
        mode="市抽县（区）查",
        credit_requirement="D 类全覆盖",
        note="备注",
    )
    fields = {name: getattr(task, name) for name in task.__slots__}
    first = Task(**{**fields, "task_id": "T01", "range": TaskRange(), "partners": ()})
    save_tasks(connection, 2026, (task, first))
    save_tasks(connection, 2027, (task,))
    assert load_tasks(connection, 2026) == (first, task)
    save_tasks(connection, 2026, ())
    assert load_tasks(connection, 2026) == ()
    assert load_tasks(connection, 2027) == (task,)


def test_officers_and_recusals_come_back_sorted(connection: sa.Connection) -> None:
    """Officers are sorted by id, recusals by officer, firm and reason; lists and missing dates survive."""
    officer = Officer(
        officer_id="P2",
        name="王某",
        unit="威海市局",
        department="执法支队",
        level="市级",
        district="371000",
        certificate_no="Z1",
        certificate_valid_until=date(2027, 1, 1),
        post="主任",
        specialities=("drug", "food"),
        item_ids=("G01",),
        lead_qualified=True,
        expert=False,
        active=True,
    )
    fields = {name: getattr(officer, name) for name in officer.__slots__}
    other = Officer(
        **{**fields, "officer_id": "P1", "specialities": (), "item_ids": (), "certificate_valid_until": None}
    )
    save_officers(connection, (officer, other))
    assert load_officers(connection) == (other, officer)
    recusals = (
        Recusal(officer_id="P1", firm_id="A", reason="kin", valid_until=None),
        Recusal(officer_id="P1", firm_id="B", reason="interest", valid_until=date(2026, 12, 31)),
    )
    save_recusals(connection, recusals[::-1])
    assert load_recusals(connection) == recusals
