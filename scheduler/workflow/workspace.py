"""
A workspace: a folder with `double-random.toml` and a database. What a command needs of the world stands here once.

The clock, the actor and the progress listener come from the command line; nothing below reads them from anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import sqlalchemy as sa

from models.store import Store
from scheduler.errors import PolicyError, StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.progress import SILENT, Progress
from scheduler.registry.text import clean_text, file_name
from scheduler.workflow.files import write_file
from scheduler.workflow.settings import Settings, parse_settings

SETTINGS_NAME = "double-random.toml"
DATABASE_NAME = "double-random.db"
CHINA = timezone(timedelta(hours=8))  # the whole country has one time, without summer time


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """
    One bureau's workspace, opened.

    Attributes
    ----------
    root
        Folder of the workspace.
    settings, settings_text
        The policy, and the TOML text it was read from.
    store
        Its database.
    actor
        Who works, self-declared.
    now
        Time of the command, with its offset.
    progress
        Listener of long steps.
    """

    root: Path
    settings: Settings
    settings_text: str
    store: Store
    actor: str
    now: datetime
    progress: Progress = SILENT

    @property
    def today(self) -> date:
        """Day of the command."""
        return self.now.date()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """The command's one transaction: all of it happens or nothing."""
        with self.store.transaction() as connection:
            yield connection


def database_url(root: Path, url: str | None) -> str:
    """URL of a workspace's database: the one given, or the SQLite file in the folder, whatever its path is called."""
    return url or sa.URL.create("sqlite", database=str((root / DATABASE_NAME).resolve())).render_as_string()


def create_workspace(
    root: Path,
    *,
    settings_text: str,
    actor: str,
    now: datetime,
    url: str | None = None,
    progress: Progress = SILENT,
) -> Workspace:
    """
    Creates a workspace with the settings given and an empty database.

    Raises
    ------
    StateError
        If the folder holds a workspace already.
    PolicyError
        If the settings are bad; nothing is created then.
    """
    settings = parse_settings(settings_text, SETTINGS_NAME)
    if (root / SETTINGS_NAME).exists():
        raise StateError(_("{root} holds a workspace already; choose another folder").format(root=root))
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(_("{path} cannot be written: {error}").format(path=root, error=error.strerror)) from error
    store = Store(database_url(root, url))
    store.migrate()
    write_file(root / SETTINGS_NAME, settings_text.encode("utf-8"))  # last, because it is what makes it a workspace
    return Workspace(
        root=root,
        settings=settings,
        settings_text=settings_text,
        store=store,
        actor=clean_text(file_name(actor)),
        now=now,
        progress=progress,
    )


def open_workspace(
    root: Path, *, actor: str, now: datetime, url: str | None = None, progress: Progress = SILENT
) -> Workspace:
    """
    Opens a workspace and brings its database to the newest schema.

    Raises
    ------
    StateError
        If the folder holds no workspace, or its database is gone: an empty one never takes its place.
    PolicyError
        If the settings cannot be read.
    """
    path = root / SETTINGS_NAME
    if not path.is_file():
        raise StateError(
            _("{root} is not a workspace: it has no {name}; make one with “double-random init”").format(
                root=root, name=SETTINGS_NAME
            )
        )
    settings_text = read_settings(path)
    settings = parse_settings(settings_text, str(path))
    if not url and not (root / DATABASE_NAME).is_file():
        raise StateError(
            _(
                "{root}: expected the database {name}, got none; give the workspace's --database-url, or put the file "
                "back from a copy"
            ).format(root=root, name=DATABASE_NAME)
        )
    store = Store(database_url(root, url))
    store.migrate()
    return Workspace(
        root=root,
        settings=settings,
        settings_text=settings_text,
        store=store,
        actor=clean_text(file_name(actor)),
        now=now,
        progress=progress,
    )


def read_settings(path: Path) -> str:
    """
    Text of a settings file.

    Raises
    ------
    PolicyError
        If it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(
            _("{file}: expected text in UTF-8, got other bytes; save it as UTF-8").format(file=path)
        ) from error
    except OSError as error:
        raise PolicyError(_("{file}: cannot be read: {error}").format(file=path, error=error.strerror)) from error
