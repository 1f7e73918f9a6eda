"""The store: transactions that are whole, migrations that leave an interrupted database as it was, frozen bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from models import tables
from models.store import Store, delete_rows, get_artifact, insert_columns, put_artifact, read_columns
from models.tables import table_of
from scheduler.errors import StoreError


@pytest.fixture
def store(database_url: str) -> Store:
    """A migrated store, once on each kind of database."""
    made = Store(database_url)
    made.migrate()
    return made


def test_insert_columns_read_columns_gives_back_what_was_written(store: Store) -> None:
    """Rows written as columns over several chunks come back as columns."""
    number = 45_001  # two full chunks of 20,000 and a rest
    with store.transaction() as connection:
        written = insert_columns(
            connection,
            tables.Recusal,
            {
                "officer_id": [f"{index:05d}" for index in range(number)],
                "firm_id": ["F"] * number,
                "reason": ["kin"] * number,
            },
        )
        table = table_of(tables.Recusal)
        ids, reasons = read_columns(
            connection, sa.select(table.c.officer_id, table.c.reason).order_by(table.c.officer_id)
        )
    assert written == number
    assert ids[0] == "00000" and ids[-1] == "45000" and len(ids) == number
    assert set(reasons) == {"kin"}


def test_insert_columns_of_two_lengths_is_refused(store: Store) -> None:
    """Columns that do not belong together are refused."""
    with pytest.raises(ValueError, match="one length"), store.transaction() as connection:
        insert_columns(connection, tables.Recusal, {"officer_id": ["1"], "firm_id": [], "reason": []})


def test_transaction_that_raises_leaves_nothing(store: Store) -> None:
    """What a block did before it raised is undone."""
    columns = {"officer_id": ["1"], "firm_id": ["F"], "reason": ["kin"]}
    with pytest.raises(RuntimeError, match="power cut"), store.transaction() as connection:
        insert_columns(connection, tables.Recusal, columns)
        raise RuntimeError("power cut")
    with store.transaction() as connection:
        assert delete_rows(connection, tables.Recusal, officer_id="1") == 0


def test_migrate_interrupted_leaves_the_database_as_it_was(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails after its statements ran leaves no table behind, and the next one succeeds."""
    store = Store(database_url)
    upgrade = command.upgrade

    def interrupted(*arguments: object) -> None:
        upgrade(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.migrate()
    with store.transaction() as connection:
        assert sa.inspect(connection).get_table_names() == []
    monkeypatch.setattr(command, "upgrade", upgrade)
    store.migrate()
    with store.transaction() as connection:
        assert "firm" in sa.inspect(connection).get_table_names()


def test_migrations_make_the_tables_of_the_models(store: Store) -> None:
    """The migrated schema has exactly the tables and columns that the models declare."""
    with store.transaction() as connection:
        inspector = sa.inspect(connection)
        found = {
            name: {column["name"] for column in inspector.get_columns(name)}
            for name in inspector.get_table_names()
            if name != "alembic_version"
        }
    declared = {name: set(table.columns.keys()) for name, table in tables.SQLModel.metadata.tables.items()}
    assert found == declared


def test_artifact_changed_in_the_database_is_refused(store: Store) -> None:
    """Frozen bytes come back by digest, are kept once, and are refused once changed."""
    with store.transaction() as connection:
        digest = put_artifact(connection, b"pool")
        assert put_artifact(connection, b"pool") == digest
        assert get_artifact(connection, digest) == b"pool"
        other = put_artifact(connection, b"another")
        table = table_of(tables.Artifact)
        bytes_of_other = sa.select(table.c.compressed).where(table.c.content_digest == other).scalar_subquery()
        connection.execute(sa.update(table).where(table.c.content_digest == digest).values(compressed=bytes_of_other))
        with pytest.raises(StoreError, match="was changed"):
            get_artifact(connection, digest)
        with pytest.raises(StoreError, match="no file with digest"):
            get_artifact(connection, "0" * 64)


@pytest.mark.parametrize("url", ["nonsense", "nosuchdatabase://host/db"])
def test_store_with_a_bad_url_is_refused(url: str) -> None:
    """A URL that is none gets an error that says what was expected."""
    with pytest.raises(StoreError, match="expected a database URL"):
        Store(url)


def test_store_hides_the_password_of_a_bad_url() -> None:
    """A password in a URL never reaches a message."""
    with pytest.raises(StoreError) as caught:
        Store("nosuchdatabase://me:topsecret@host/db")
    assert "topsecret" not in str(caught.value)


def test_store_in_a_missing_folder_says_so(tmp_path: Path) -> None:
    """A database that cannot be opened gives an error of ours, not SQLAlchemy's."""
    with pytest.raises(StoreError, match="the database refused"):
        Store(f"sqlite:///{tmp_path / 'no' / 'such.db'}").migrate()
