"""Tables of the year's plan: its versions and rounds, and the programme with its solution."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Plan(SQLModel, table=True):
    """年度抽查工作计划: one version of a year's plan; an approved one never changes."""

    __tablename__ = "plan"
    plan_id: str = Field(primary_key=True)  # "2026-v1"
    year: int = Field(index=True)
    version: int
    status: str  # draft, solved, approved, superseded
    base_date: date
    num_enterprises: int  # N of the base date
    target: int  # T
    policy: str  # the policy's TOML as it was
    by_district: str = "{}"  # N by district code, as a JSON object; empty where it was not counted
    reason: str = ""
    author: str = ""
    approved_on: date | None = None


class Round(SQLModel, table=True):
    """批次: one round of a year's draws."""

    __tablename__ = "round"
    round_id: str = Field(primary_key=True)  # "2026-1"
    year: int = Field(index=True)
    number: int
    kind: str
    starts_on: date
    ends_on: date
    counting_visits: int  # visits of the round that count towards T
    plan_id: str


class Allocation(SQLModel, table=True):
    """Recorded solution of the programme: expected visits of one stratum, package and round, in 10^-6 visits."""

    __tablename__ = "allocation"
    round_id: str = Field(primary_key=True)
    solution: int = Field(primary_key=True)  # the how-many-th solve that spoke about this round
    stratum: str = Field(primary_key=True)
    package: str = Field(primary_key=True)
    counting: bool  # visits count towards T
    rest: bool = False  # takes what the stratum's other cells leave of a whole number
    num_firms: int
    visits_micro: int = Field(sa_type=sa.BigInteger)


class Programme(SQLModel, table=True):
    """The linear programme of one solution with its answer and dual values, whole in three artifacts."""

    __tablename__ = "programme"
    year: int = Field(primary_key=True)
    solution: int = Field(primary_key=True)
    plan_id: str
    columns_digest: str
    rows_digest: str
    entries_digest: str
