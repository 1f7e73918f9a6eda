"""Tables of the draws: attempts and the files they froze, firms drawn, firms that gave way, checks for cause."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Draw(SQLModel, table=True):
    """抽取: one attempt to draw a round. Voided attempts stay."""

    __tablename__ = "draw"
    draw_id: str = Field(primary_key=True)  # "2026-1-1": year, round, attempt
    round_id: str = Field(index=True)
    attempt: int
    status: str  # committed, drawn, voided
    secret: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    officer_secret: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    commitment_digest: str = ""
    seed: str = ""
    committed_on: date
    drawn_on: date | None = None
    officers_drawn_on: date | None = None
    void_reason: str = ""


class DrawFile(SQLModel, table=True):
    """A file frozen by a draw, by its name in the records."""

    __tablename__ = "draw_file"
    draw_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    content_digest: str


class DrawnFirm(SQLModel, table=True):
    """A firm drawn, with its conditional chance in its round as a fraction of integers."""

    __tablename__ = "drawn_firm"
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    round_id: str = Field(index=True)
    stratum: str  # internal
    package: str  # task ids joined by "+"
    counting: bool  # counts towards T
    chance_micro: int = Field(sa_type=sa.BigInteger)  # expected visits of the stratum in the round, 10^-6
    chance_firms: int  # firms of the stratum in the round; chance = chance_micro / 10^6 / chance_firms


class FirmReplacement(SQLModel, table=True):
    """更换检查对象: a firm drawn gave way to the next ticket of its stratum; the list as drawn stays as it is."""

    __tablename__ = "firm_replacement"
    draw_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)  # 1, 2, … of the draw
    firm_out: str = Field(max_length=18)
    firm_in: str = Field(max_length=18)
    reason: str
    gone_on: date
    decided_on: date
    note: str = ""
    author: str
    log_number: int


class Cause(SQLModel, table=True):
    """有因检查: a check for cause, which names its firm; its visit stands under `draw_id`. Internal."""

    __tablename__ = "cause"
    cause_id: int = Field(primary_key=True)
    year: int = Field(index=True)
    draw_id: str
    firm_id: str = Field(max_length=18)
    package: str  # task ids joined by "+"
    source: str  # where the lead came from: complaint, transfer, follow-up, …
    reason: str
    received_on: date
    recorded_on: date
    author: str
