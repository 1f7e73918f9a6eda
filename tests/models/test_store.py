"""The store: transactions that are whole, migrations that leave an interrupted database as it was, frozen bytes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from models import store as store_module
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


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgresql://me:topsecret@127.0.0.1:notaport/db", "topsecret"),
        ("nosuchdatabase://host/db?password=topsecret", "topsecret"),
        ("postgresql+psycopg2://me:topsecret@host/db?password=topsecret", "topsecret"),
    ],
)
def test_store_hides_what_may_be_a_password_of_a_malformed_url(url: str, secret: str) -> None:
    """Wherever a bad URL is cut apart, no part of its password reaches the message."""
    with pytest.raises(StoreError, match="expected a database URL") as caught:
        Store(url)
    assert secret not in str(caught.value)


def test_store_of_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    """A file that is something else is refused with an error of ours and stays as it was."""
    path = tmp_path / "notes.db"
    path.write_bytes(b"these are notes and no database" * 40)
    with pytest.raises(StoreError, match="the database refused: file is not a database"):
        Store(f"sqlite:///{path}").migrate()
    assert path.read_bytes() == b"these are notes and no database" * 40


def test_migrate_of_a_newer_schema_asks_for_the_newer_program(store: Store) -> None:
    """A database that a later version migrated further is left alone."""
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_future'")
    with pytest.raises(StoreError, match=r"this version of double-random knows.*9999_future"):
        store.migrate()


def test_two_transactions_at_once_never_lose_an_update(store: Store) -> None:
    """A transaction that reads before it writes sees what another one wrote meanwhile, on both databases."""
    with store.transaction() as connection:
        insert_columns(connection, tables.Recusal, {"officer_id": ["0"], "firm_id": ["F"], "reason": ["kin"]})
    begun, table = threading.Barrier(2), table_of(tables.Recusal)

    def count_one_more() -> None:
        begun.wait()
        for _step in range(10):
            with store.transaction() as connection:
                (found,) = connection.execute(sa.select(table.c.officer_id)).one()
                connection.execute(sa.update(table).values(officer_id=str(int(found) + 1)))

    threads = [threading.Thread(target=count_one_more) for _side in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as connection:
        assert connection.execute(sa.select(table.c.officer_id)).scalar_one() == "20"  # two sides, ten steps each


def test_transaction_that_waits_too_long_names_the_other_command(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another command keeps the database, the error says so instead of what the driver calls it."""
    monkeypatch.setattr(store_module, "WAIT_SECONDS", 1)
    first, second = Store(database_url), Store(database_url)
    with (
        first.transaction(),
        pytest.raises(StoreError, match="another command is at work"),
        second.transaction(),
    ):
        pass


@pytest.mark.postgresql
def test_dates_read_as_text_whatever_the_server_prefers(postgresql_url: str) -> None:
    """A database that writes days first still gives ISO dates to what parses them as text."""
    store = Store(postgresql_url)
    with store.transaction() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE \"{name}\" SET datestyle TO 'SQL, DMY'")
    with store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT CAST(DATE '2026-03-01' AS VARCHAR)").scalar_one() == "2026-03-01"


def test_store_that_is_damaged_says_so(tmp_path: Path) -> None:
    """A database cut short gives an error of ours."""
    path = tmp_path / "cut.db"
    made = Store(f"sqlite:///{path}")
    made.migrate()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError, match="the database refused"):
        Store(f"sqlite:///{path}").migrate()
