"""Tables that every room writes to: the log, frozen bytes, rows that an import refused."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


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


class Artifact(SQLModel, table=True):
    """Content-addressed frozen bytes, compressed with zlib."""

    __tablename__ = "artifact"
    content_digest: str = Field(primary_key=True)
    compressed: bytes = Field(sa_type=sa.LargeBinary)
    size: int = Field(sa_type=sa.BigInteger)


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
