"""Runs the migrations on the connection that the store hands over, inside the store's transaction."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from models import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

__all__ = ["tables"]
