"""Tables of who visits whom and when: teams, experts, visits, and what changed since they were drawn."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel


class Team(SQLModel, table=True):
    """检查组: one team of a round."""

    __tablename__ = "team"
    team_id: str = Field(primary_key=True)  # "2026-1-1-371002-001"
    draw_id: str = Field(index=True)
    district: str


class TeamMember(SQLModel, table=True):
    """A member of a team; exactly one of each team leads."""

    __tablename__ = "team_member"
    team_id: str = Field(primary_key=True)
    officer_id: str = Field(primary_key=True)
    lead: bool
    borrowed: bool = False


class Visit(SQLModel, table=True):
    """One visit: the firm drawn, its team and its day."""

    __tablename__ = "visit"
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    team_id: str = Field(default="", index=True)
    visit_on: date | None = None
    exception: str = ""  # code of the exception, empty where the lot decided


class VisitMove(SQLModel, table=True):
    """改期: a visit planned anew; the day that the lot gave stays in the frozen files."""

    __tablename__ = "visit_move"
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    number: int = Field(primary_key=True)  # 1, 2, … of the visit
    moved_from: date | None = None
    moved_to: date
    reason: str
    author: str
    moved_on: date
    log_number: int


class OfficerReplacement(SQLModel, table=True):
    """更换执法人员: one officer of a team gave way to the next by lot; the teams as drawn stay as they are."""

    __tablename__ = "officer_replacement"
    draw_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)  # 1, 2, … of the draw
    team_id: str
    officer_out: str
    officer_in: str
    reason: str
    decided_on: date
    passed_over: str = ""  # officer:obstacle, joined by ";", in the order of the lot
    note: str = ""
    author: str
    log_number: int


class VisitExpert(SQLModel, table=True):
    """专家: who joins a visit for a speciality that its items ask an expert for; nobody where `officer_id` is empty."""

    __tablename__ = "visit_expert"
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    speciality: str = Field(primary_key=True)
    officer_id: str = ""


class ExpertReplacement(SQLModel, table=True):
    """更换专家: who joins a visit gave way to the next by lot, or to nobody; the experts as drawn stay as they are."""

    __tablename__ = "expert_replacement"
    draw_id: str = Field(primary_key=True)
    firm_id: str = Field(primary_key=True, max_length=18)
    number: int = Field(primary_key=True)  # 1, 2, … of the visit
    speciality: str
    officer_out: str
    officer_in: str = ""
    reason: str
    decided_on: date
    passed_over: str = ""  # expert:obstacle, joined by ";", in the order of the lot
    note: str = ""
    author: str
    log_number: int
