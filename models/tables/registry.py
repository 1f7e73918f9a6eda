"""Tables of the register and of the lists: firms, events, items, officers and when they may not visit, tasks."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Firm(SQLModel, table=True):
    """检查对象: one firm of the register."""

    __tablename__ = "firm"
    firm_id: str = Field(primary_key=True, max_length=18)
    name: str
    object_type: str
    district: str
    status: str
    registrar: str = ""
    station: str = ""
    industry: str = ""
    established_on: date | None = None
    capital_yuan: int | None = Field(default=None, sa_type=sa.BigInteger)
    address: str = ""
    libraries: str = ""  # codes joined by ";"
    last_inspected_on: date | None = None
    source: str = ""  # file, sheet and row it was imported from


class Event(SQLModel, table=True):
    """信用事件: one dated event of a firm."""

    __tablename__ = "event"
    event_id: str = Field(primary_key=True, max_length=32)
    firm_id: str = Field(index=True, max_length=18)
    kind: str
    occurred_on: date
    ended_on: date | None = None
    amount: int | None = Field(default=None, sa_type=sa.BigInteger)
    detail: str = ""
    source: str = ""


class Item(SQLModel, table=True):
    """随机抽查事项: one row of the item list."""

    __tablename__ = "item"
    item_id: str = Field(primary_key=True)
    position: int
    category: str
    name: str
    object_description: str
    kind: str
    method: str
    department: str
    basis: str
    ratio_text: str
    speciality: str = ""
    effort_minutes: int
    officers_required: int = 2


class Officer(SQLModel, table=True):
    """执法检查人员: one officer or expert of the roster."""

    __tablename__ = "officer"
    officer_id: str = Field(primary_key=True)
    name: str
    unit: str
    department: str
    level: str
    district: str
    certificate_no: str
    certificate_valid_until: date | None = None
    post: str = ""
    specialities: str = ""  # joined by ";"
    item_ids: str = ""  # joined by ";"; empty: every item
    lead_qualified: bool = False
    expert: bool = False
    active: bool = True


class Recusal(SQLModel, table=True):
    """回避: an officer who must not meet a firm."""

    __tablename__ = "recusal"
    officer_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    reason: str = Field(primary_key=True)
    valid_until: date | None = None


class OfficerLeave(SQLModel, table=True):
    """休假: days on which an officer makes no visit."""

    __tablename__ = "officer_leave"
    officer_id: str = Field(primary_key=True)
    starts_on: date = Field(primary_key=True)
    ends_on: date
    note: str = ""


class Holiday(SQLModel, table=True):
    """放假安排: one day of a year's notice, off or worked."""

    __tablename__ = "holiday"
    year: int = Field(primary_key=True)  # year that the notice is for
    day: date = Field(primary_key=True)
    worked: bool
    source: str = ""


class Task(SQLModel, table=True):
    """抽查任务: one task of a year; lists are joined by ";"."""

    __tablename__ = "task"
    year: int = Field(primary_key=True)
    task_id: str = Field(primary_key=True)
    name: str
    item_ids: str
    object_types: str = ""
    districts: str = ""
    industries: str = ""
    libraries: str = ""
    full_coverage: bool = False
    ratio_min_micro: int = 0
    ratio_max_micro: int = 1_000_000
    starts_on: date
    ends_on: date
    initiator: str
    partners: str = ""
    mode: str = ""
    credit_requirement: str = ""
    note: str = ""
