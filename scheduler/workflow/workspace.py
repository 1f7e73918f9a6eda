"""
A workspace: a folder with `double-random.toml` and a database. What a command needs of the world stands here once.

The clock, the actor and the progress listener come from the command line; nothing below reads them from anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from models.store import Store
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.progress import SILENT, Progress
from scheduler.workflow.settings import Settings, parse_settings

SETTINGS_NAME = "double-random.toml"
DATABASE_NAME = "double-random.db"


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
    """URL of a workspace's database: the one given, or the SQLite file in the folder."""
    return url or f"sqlite:///{(root / DATABASE_NAME).resolve()}"


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
    root.mkdir(parents=True, exist_ok=True)
    store = Store(database_url(root, url))
    store.migrate()
    (root / SETTINGS_NAME).write_text(settings_text, encoding="utf-8")
    return Workspace(
        root=root,
        settings=settings,
        settings_text=settings_text,
        store=store,
        actor=actor,
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
        If the folder holds no workspace.
    """
    path = root / SETTINGS_NAME
    if not path.is_file():
        raise StateError(
            _("{root} is not a workspace: it has no {name}; make one with “double-random init”").format(
                root=root, name=SETTINGS_NAME
            )
        )
    settings_text = path.read_text(encoding="utf-8")
    settings = parse_settings(settings_text, str(path))
    store = Store(database_url(root, url))
    store.migrate()
    return Workspace(
        root=root,
        settings=settings,
        settings_text=settings_text,
        store=store,
        actor=actor,
        now=now,
        progress=progress,
    )
