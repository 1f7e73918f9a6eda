"""Tables of what visits found, what was corrected and followed up, and the figures that bind the bureau."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel


class Result(SQLModel, table=True):
    """检查结果: one category found for one item in one visit."""

    __tablename__ = "result"
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    item_id: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    inspected_on: date
    recorded_on: date
    note: str = ""


class ReplacedResult(SQLModel, table=True):
    """A result that a correction took away: what stood there, who replaced it, when and why. Never removed."""

    __tablename__ = "replaced_result"
    log_number: int = Field(primary_key=True)  # entry of the log that the correction is
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    item_id: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    inspected_on: date
    recorded_on: date
    note: str = ""
    replaced_on: date
    replaced_by: str
    reason: str


class FollowUp(SQLModel, table=True):
    """后续处理: one step of the follow-up of an item's findings; the newest step says how it stands. Never removed."""

    __tablename__ = "follow_up"
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    item_id: str = Field(primary_key=True)
    step: int = Field(primary_key=True)
    measure: str
    settled: bool
    due_on: date | None = None
    noted_on: date
    actor: str
    note: str = ""


class FigureValue(SQLModel, table=True):
    """约束性指标数值: what was entered of a binding figure; the newest version of a day holds. Never removed."""

    __tablename__ = "figure_value"
    figure: str = Field(primary_key=True)  # number in the plan, or name
    as_of: date = Field(primary_key=True)
    version: int = Field(primary_key=True)
    value: str  # decimal, in the figure's unit
    source: str
    reason: str = ""
    recorded_on: date
    author: str
