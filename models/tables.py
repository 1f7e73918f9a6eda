"""
All tables of a workspace.

Tables are storage: they accept what the rooms' values refuse, so values are validated before a row is made. Codes are
text, ratios are integers of 10^-6, dates are DATE; bulk work goes through SQLAlchemy Core and `table_of`.
"""

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


class Classification(SQLModel, table=True):
    """One run of the classifier, whole in two artifacts: its scorecard, and the bins and flags of every firm."""

    __tablename__ = "classification"
    classification_id: int | None = Field(default=None, primary_key=True)
    as_of: date
    scorecard_digest: str  # artifact: canonical TOML
    bins_digest: str  # artifact: firm ids, bins, flags, grades and overrides, from which score, tier and rule follow
    num_firms: int
    classified_on: date  # day of the run, which may look back to an earlier `as_of`


class FirmTier(SQLModel, table=True):
    """
    信用风险分类: history of a firm's tier. Internal, never published.

    A row stands for the run that first gave the firm this tier by this rule, and for all later runs until the firm's
    next row.
    """

    __tablename__ = "firm_tier"
    firm_id: str = Field(primary_key=True, max_length=18)
    classification_id: int = Field(primary_key=True)
    score: int  # in that first run
    tier: str
    rule: str = ""  # direct rule that lifts the firm, empty where none does
    decided: str = "score"  # what gave the tier: score, rating, rule or override


class Rating(SQLModel, table=True):
    """专项分级: a firm's specialised rating (food, drugs, special equipment), from a day on. Internal."""

    __tablename__ = "rating"
    firm_id: str = Field(primary_key=True, max_length=18)
    rating: str = Field(primary_key=True)
    rated_on: date = Field(primary_key=True)
    grade: str
    valid_until: date | None = None
    source: str = ""


class TierOverride(SQLModel, table=True):
    """人工调整: a tier given by hand or after an objection was upheld, with its reason. Ended, never removed."""

    __tablename__ = "tier_override"
    override_id: int = Field(primary_key=True)
    firm_id: str = Field(index=True, max_length=18)
    kind: str  # manual, objection
    tier: str
    reason: str
    author: str
    starts_on: date
    valid_until: date
    ended_on: date | None = None  # first day on which it holds no more
    ended_by: str = ""
    end_reason: str = ""


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


class Artifact(SQLModel, table=True):
    """Content-addressed frozen bytes, compressed with zlib."""

    __tablename__ = "artifact"
    content_digest: str = Field(primary_key=True)
    compressed: bytes = Field(sa_type=sa.LargeBinary)
    size: int = Field(sa_type=sa.BigInteger)


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


class QuarantinedRow(SQLModel, table=True):
    """A row an import refused, kept to be mended."""

    __tablename__ = "quarantined_row"
    row_id: str = Field(primary_key=True)  # digest of kind and cells: importing the same file twice changes nothing
    kind: str = Field(index=True)
    file: str
    sheet: str
    row: int
    cells: str  # JSON: header → text
    problems: str  # JSON: list of column, value, message, remedy


class LogEntry(SQLModel, table=True):
    """One entry of the hash-chained log."""

    __tablename__ = "log_entry"
    number: int = Field(primary_key=True)
    at: str  # ISO 8601 with offset
    actor: str  # self-declared
    action: str
    detail: str  # canonical JSON
    before: str
    after: str
    previous_hash: str
    entry_hash: str


def table_of(model: type[SQLModel]) -> sa.Table:
    """Core table of a model, for bulk statements."""
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    return table
