"""
All tables of a workspace.

Tables are storage: they accept what the rooms' values refuse, so values are validated before a row is made. Codes are
text, ratios are integers of 10^-6, dates are DATE; bulk work goes through SQLAlchemy Core and `table_of`.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import SQLModel

from models.tables.draws import Cause, Draw, DrawFile, DrawnFirm, FirmReplacement
from models.tables.officers import (
    ExpertReplacement,
    OfficerReplacement,
    Team,
    TeamMember,
    Visit,
    VisitExpert,
    VisitMove,
)
from models.tables.plans import Allocation, Plan, Programme, Round
from models.tables.records import Artifact, LogEntry, QuarantinedRow
from models.tables.registry import Event, Firm, Holiday, Item, Officer, OfficerLeave, Recusal, Task
from models.tables.results import FigureValue, FollowUp, ReplacedResult, Result
from models.tables.risk import Classification, FirmTier, Rating, TierOverride

__all__ = [
    "Allocation",
    "Artifact",
    "Cause",
    "Classification",
    "Draw",
    "DrawFile",
    "DrawnFirm",
    "Event",
    "ExpertReplacement",
    "FigureValue",
    "Firm",
    "FirmReplacement",
    "FirmTier",
    "FollowUp",
    "Holiday",
    "Item",
    "LogEntry",
    "Officer",
    "OfficerLeave",
    "OfficerReplacement",
    "Plan",
    "Programme",
    "QuarantinedRow",
    "Rating",
    "Recusal",
    "ReplacedResult",
    "Result",
    "Round",
    "Task",
    "Team",
    "TeamMember",
    "TierOverride",
    "Visit",
    "VisitExpert",
    "VisitMove",
    "table_of",
]


def table_of(model: type[SQLModel]) -> sa.Table:
    """Core table of a model, for bulk statements."""
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    return table
