"""
Opens a workspace's database and moves columns in and out of it.

SQLite is the default, PostgreSQL comes by URL. `Store.transaction` is the one way to the data: everything a command
does happens in it or not at all, and one command at a time is at work on a database, whichever kind it is. pysqlite's
own transaction handling is switched off, so that schema changes roll back.
"""

from __future__ import annotations

import gc
import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlmodel import SQLModel

from models import tables
from scheduler.errors import StoreError
from scheduler.i18n import gettext as _

CHUNK_ROWS = 20_000
WAIT_SECONDS = 60  # for another command that is at work on the same database
_LOCK_KEY = 0x444F5542_4C452D52  # "DOUBLE-R", the advisory lock of PostgreSQL; SQLite locks the whole file by itself
_LOCK_NOT_AVAILABLE = "55P03"
_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class Store:
    """A workspace's database."""

    def __init__(self, url: str) -> None:
        try:
            self._engine = _engine(url)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
            raise _bad_url(url, str(error)) from error
        except ValueError as error:  # of a port that is no number; its words may be a part of the password
            raise _bad_url(url, _("write @ : / ? # of a password as %40 %3A %2F %3F %23")) from error
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        else:
            sa.event.listen(self._engine, "connect", _prepare_postgresql)
            sa.event.listen(self._engine, "begin", _begin_postgresql)

    @property
    def dialect(self) -> str:
        """Name of the database: ``"sqlite"`` or ``"postgresql"``."""
        return str(self._engine.dialect.name)

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Connection whose work is committed at the end of the block, or undone if the block raises."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if _is_waited_for(error.orig):
                raise StoreError(
                    _("another command is at work on this workspace; wait until it has ended, then try again")
                ) from error
            raise StoreError(_("the database refused: {error}").format(error=error.orig)) from error

    def migrate(self) -> None:
        """Brings the schema to the newest version; an interrupted migration leaves the database as it was."""
        with self.transaction() as connection:
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS))
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise StoreError(
                    _(
                        "expected a database that this version of double-random knows, got another one ({error}); "
                        "use the newer version that wrote it"
                    ).format(error=error)
                ) from error

    def close(self) -> None:
        """Closes the connections to the database."""
        self._engine.dispose()


def insert_columns(connection: sa.Connection, model: type[SQLModel], columns: Mapping[str, Sequence[Any]]) -> int:
    """
    Inserts rows given as columns, in chunks; returns their number.

    Parameters
    ----------
    columns
        One sequence of Python values per column, all of the same length.
    """
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise ValueError(f"expected columns of one length, got {sorted(lengths)}")
    (num_rows,) = lengths
    dialect = connection.dialect
    # Compiled once and handed to the driver as tuples: per row, SQLAlchemy's own path costs more than the database.
    table = tables.table_of(model)
    compiled = sa.insert(table).compile(dialect=dialect, column_keys=list(columns))
    names = compiled.positiontup or []
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    for start in range(0, num_rows, CHUNK_ROWS):
        cells = [
            _cells(table.c[name], columns, start, min(CHUNK_ROWS, num_rows - start), process)
            for name, process in zip(names, processors, strict=True)
        ]
        connection.exec_driver_sql(str(compiled), list(zip(*cells, strict=True)))
    return num_rows


def _cells(
    column: sa.Column[Any],
    columns: Mapping[str, Sequence[Any]],
    start: int,
    number: int,
    process: Callable[[Any], Any] | None,
) -> Sequence[Any]:
    """Cells of one column as the driver takes them; a column not given has its default."""
    if column.name not in columns:
        default = column.default.arg if isinstance(column.default, sa.ColumnDefault) else None
        return [default] * number
    given = columns[column.name][start : start + number]
    return [process(cell) for cell in given] if process else given


def read_columns(connection: sa.Connection, statement: sa.Select[Any]) -> list[list[Any]]:
    """
    Runs a select and returns its columns, each as long as there are rows.

    Dates are cheapest as text: select ``sa.cast(column, sa.String)`` and let numpy parse them.
    """
    result = connection.execute(statement)
    width = len(result.keys())
    columns: list[list[Any]] = [[] for _ in range(width)]
    with collector_paused():
        for chunk in result.partitions(CHUNK_ROWS):
            for column, cells in zip(columns, zip(*chunk, strict=True), strict=True):
                column.extend(cells)
    return columns


def delete_rows(connection: sa.Connection, model: type[SQLModel], **equal: object) -> int:
    """Deletes the rows whose columns equal the values given; returns their number."""
    table = tables.table_of(model)
    statement = sa.delete(table).where(*(table.c[name] == value for name, value in equal.items()))
    return int(connection.execute(statement).rowcount)


def put_artifact(connection: sa.Connection, content: bytes) -> str:
    """Keeps frozen bytes under their SHA-256 and returns it; bytes kept already are not written again."""
    name = hashlib.sha256(content).hexdigest()
    table = tables.table_of(tables.Artifact)
    if connection.execute(sa.select(table.c.size).where(table.c.content_digest == name)).first() is None:
        row = {"content_digest": name, "compressed": zlib.compress(content, 1), "size": len(content)}
        connection.execute(sa.insert(table), [row])
    return name


def get_artifact(connection: sa.Connection, content_digest: str) -> bytes:
    """
    Frozen bytes kept under a digest.

    Raises
    ------
    StoreError
        If nothing is kept under it, or the bytes are no longer those that were kept.
    """
    table = tables.table_of(tables.Artifact)
    row = connection.execute(sa.select(table.c.compressed).where(table.c.content_digest == content_digest)).first()
    if row is None:
        raise StoreError(_("the database has no file with digest {digest}").format(digest=content_digest))
    content = zlib.decompress(row[0])
    if hashlib.sha256(content).hexdigest() != content_digest:
        raise StoreError(_("the file with digest {digest} was changed in the database").format(digest=content_digest))
    return content


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keeps the cyclic garbage collector from walking millions of row tuples: half the time of a bulk read."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _engine(url: str) -> sa.Engine:
    full = _with_driver(url)
    # Positional parameters everywhere, because `insert_columns` hands tuples to the driver.
    options: dict[str, Any] = {"paramstyle": "format"} if full.startswith("postgresql") else {}
    if full.startswith("sqlite"):
        options["connect_args"] = {"timeout": WAIT_SECONDS}
    return sa.create_engine(full, poolclass=sa.NullPool, **options)


def _with_driver(url: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _bad_url(url: str, reason: str) -> StoreError:
    return StoreError(
        _("expected a database URL such as sqlite:///file.db or postgresql://…, got {url!r} ({error})").format(
            url=_hide_password(url), error=reason
        )
    )


def _hide_password(url: str) -> str:
    """URL without what stands before its last @ and after its first ?: either may hold a password."""
    head, at, tail = url.rpartition("@")
    if at:
        return f"{head.split('://')[0]}://…@{tail.partition('?')[0]}"
    return url.partition("?")[0]


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy sends BEGIN itself, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Sets what the server's defaults must not decide: how dates read as text, and how long to wait."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET datestyle TO 'ISO, YMD'")
        cursor.execute(f"SET lock_timeout TO '{WAIT_SECONDS}s'")
    connection.autocommit = False


def _begin_postgresql(connection: sa.Connection) -> None:
    """Waits for other commands, as SQLite does by itself: what a command has read stays true until it has written."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})")


def _is_waited_for(error: BaseException | None) -> bool:
    """Whether the database was refused because another command held it."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return getattr(error, "sqlstate", None) == _LOCK_NOT_AVAILABLE
