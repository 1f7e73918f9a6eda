"""Migrations are complete: the models hold nothing that the newest revision does not make."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from models.store import Store


def test_migrations_leave_nothing_to_generate(tmp_path: Path) -> None:
    """Comparing a migrated database with the models finds no difference."""
    store = Store(f"sqlite:///{tmp_path / 'new.db'}")
    store.migrate()
    with store.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
