"""Tables of the risk tiers, all of them internal: runs of the classifier, ratings, tiers given by hand."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel


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
